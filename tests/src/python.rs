//! A Python with the packages that the tests use.

use std::path::PathBuf;

use crate::repository::root;

/// A Python that has the packages in `./test`: the one that `PROOFBELL_PYTHON` names, or the one that `./test setup` has made.
///
/// # Panics
/// When there is none.
pub fn python() -> PathBuf {
    match std::env::var_os("PROOFBELL_PYTHON") {
        Some(path) => path.into(),
        None => {
            let python = root().join("target/tools/bin/python");
            assert!(python.exists(), "there is no Python for the tests; ./test setup installs it");
            python
        }
    }
}
