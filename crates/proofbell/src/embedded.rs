//! The starter configuration and templates, as they are in the program.

use std::io;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use crate::starter::{self, Choice};

static CONFIG: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../config");
static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../templates");

/// Every file of both, from the directory on that holds them, as it is in the repository: with the marks for [`starter`].
pub(crate) fn files() -> Vec<(PathBuf, &'static str)> {
    let mut files = Vec::new();
    for (name, directory) in [("config", &CONFIG), ("templates", &TEMPLATES)] {
        collect(Path::new(name), directory, &mut files);
    }
    files
}

fn collect(root: &Path, directory: &Dir<'static>, files: &mut Vec<(PathBuf, &'static str)>) {
    for file in directory.files() {
        // All of it is text: a test says so.
        files.extend(file.contents_utf8().map(|text| (root.join(file.path()), text)));
    }
    for directory in directory.dirs() {
        collect(root, directory, files);
    }
}

/// Writes `config/` and `templates/` into a directory.
///
/// # Errors
/// When a file cannot be written.
pub(crate) fn write_to(directory: &Path) -> io::Result<()> {
    for file in starter::files(&Choice::everything()) {
        let target = directory.join(&file.path);
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(target, file.text)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proofbell_config::{Color, Secrets, render};

    use super::*;
    use crate::cli::{Globals, LogFormat};
    use crate::loading;

    #[test]
    fn all_of_it_is_text() {
        fn count(directory: &Dir<'_>) -> usize {
            directory.files().count() + directory.dirs().map(count).sum::<usize>()
        }
        assert_eq!(files().len(), count(&CONFIG) + count(&TEMPLATES));
    }

    #[test]
    fn the_starter_configuration_is_fine_and_uses_all_that_it_has() {
        let home = tempfile::tempdir().unwrap();
        write_to(home.path()).unwrap();
        let globals = Globals {
            config: home.path().join("config"),
            overlay: Vec::new(),
            admin: None,
            log: LogFormat::Text,
            json: false,
        };
        let loaded = loading::read(&globals, Secrets::Assume);
        assert_eq!(render(&loaded.diagnostics, Color::Never), "", "no error and no warning");
        let configuration = loaded.configuration.expect("it is fine");
        let rules: BTreeSet<&str> =
            configuration.engine.rules().iter().map(|rule| rule.name.as_str()).collect();
        let wanted =
            ["authentic", "cancelled", "counterfeit-alert", "reshoot", "reshoot-label", "verdict-changed"];
        assert_eq!(rules, BTreeSet::from(wanted));
    }
}
