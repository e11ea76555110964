//! The starter set: configuration, templates and tests to begin with, whole or for some channels and languages.

mod choice;
mod marks;
mod trim;

use std::path::PathBuf;

use crate::embedded;

pub(crate) use choice::Choice;
#[cfg(test)]
use choice::{CHANNELS, LOCALES};

/// One file of the set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StarterFile {
    /// From the directory on that holds `config/` and `templates/`.
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

/// The set for a choice, sorted by path. All of it is consistent: nothing names what was left out.
pub(crate) fn files(choice: &Choice) -> Vec<StarterFile> {
    let mut config: Vec<StarterFile> = Vec::new();
    let mut templates: Vec<StarterFile> = Vec::new();
    for (path, text) in embedded::files() {
        let list = if path.starts_with("templates") { &mut templates } else { &mut config };
        list.push(StarterFile { path, text: text.to_owned() });
    }
    let mut config: Vec<StarterFile> =
        config.into_iter().filter_map(|file| trim::config(file, choice)).collect();
    let config_text: String = config.iter().map(|file| file.text.as_str()).collect();
    let mut files = trim::templates(templates, choice, &config_text);
    files.append(&mut config);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

#[cfg(test)]
mod tests;
