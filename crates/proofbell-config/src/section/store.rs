//! `[store]`

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::StoreSettings;
use crate::duration::duration;
use crate::reader::{Scope, not_available};
use crate::report::{Finding, code};
use crate::secret;

const KEEP: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// `home` is where the default path counts from.
pub(crate) fn read(root: &Scope<'_>, home: &Path) -> StoreSettings {
    let mut store = StoreSettings { path: home.join("../data/proofbell.db"), keep: KEEP };
    let Some(scope) = root.table("store") else { return store };
    if let Some(url) = scope.string("url") {
        let base = scope.cx.sources.directory(url.at.file());
        match sqlite_path(&url.value) {
            _ if url.value.starts_with("postgres:") || url.value.starts_with("postgresql:") => {
                not_available(
                    scope.cx,
                    url.at,
                    "store.url = \"postgres://…\"",
                    "this version keeps its data in SQLite",
                );
            }
            Err(_) if secret::has_assumed(&url.value) => {}
            Ok(path) => store.path = base.join(path),
            Err(hint) => scope.cx.report.push(
                Finding::error(code::BAD_VALUE, url.at, "`store.url` is not the URL of a store").hint(hint),
            ),
        }
    }
    if let Some(keep) = scope.parsed("keep", "a duration", duration) {
        store.keep = keep.value;
    }
    scope.finish();
    store
}

/// The path in `sqlite:PATH`; `sqlite:///PATH` is understood too.
fn sqlite_path(url: &str) -> Result<PathBuf, &'static str> {
    let wanted = "write sqlite: and the path of a file, such as \"sqlite:../data/proofbell.db\"";
    let path = url.strip_prefix("sqlite:").ok_or(wanted)?;
    let path = match path.strip_prefix("//") {
        Some(absolute) if absolute.starts_with('/') => absolute,
        Some(_) => {
            return Err("a relative path is written without slashes before it: \"sqlite:data/proofbell.db\"");
        }
        None => path,
    };
    if path.starts_with(":memory:") {
        return Err("the store must be a file, so that no event is lost in a restart");
    }
    if path.is_empty() || path.ends_with('/') || path.contains(['?', '#', '\0']) {
        return Err(wanted);
    }
    Ok(PathBuf::from(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_a_file() {
        let good = [
            ("sqlite:../data/p.db", "../data/p.db"),
            ("sqlite:/var/lib/p.db", "/var/lib/p.db"),
            ("sqlite:///var/lib/p.db", "/var/lib/p.db"),
        ];
        for (url, path) in good {
            assert_eq!(sqlite_path(url), Ok(PathBuf::from(path)), "{url}");
        }
        for url in
            ["", "p.db", "sqlite:", "sqlite::memory:", "sqlite://p.db", "sqlite:data/", "sqlite:p.db?mode=ro"]
        {
            assert!(sqlite_path(url).is_err(), "{url}");
        }
    }
}
