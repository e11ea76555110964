//! The starter configuration and templates, as they are in the program.

use std::io;
use std::path::Path;

use include_dir::{Dir, include_dir};

static CONFIG: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../config");
static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../templates");

/// Writes `config/` and `templates/` into a directory.
///
/// # Errors
/// When a file cannot be written.
pub(crate) fn write_to(directory: &Path) -> io::Result<()> {
    for (name, content) in [("config", &CONFIG), ("templates", &TEMPLATES)] {
        let target = directory.join(name);
        std::fs::create_dir_all(&target)?;
        content.extract(&target)?;
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
