//! Texts kept in files beside the tests.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use proofbell_notify::Body;
use proofbell_pipeline::MessageSeen;

use super::facet::Difference;
use crate::readable;

/// What is done about the files that tests name.
#[derive(Clone, Debug)]
pub(super) enum Snapshots {
    /// They must hold what was made.
    Compare,
    /// What was made is written into them.
    Write(Arc<Written>),
}

/// The files that were written so far, by all tests: they run at the same time, and may name the same file.
#[derive(Debug, Default)]
pub(super) struct Written(Mutex<BTreeMap<PathBuf, String>>);

impl Written {
    /// Writes a file, unless another text was written into it already; says what went wrong.
    fn write(&self, file: &Path, text: String) -> Result<(), String> {
        let failed =
            |error: std::io::Error| format!("the file {} cannot be written: {error}", file.display());
        // Two paths may lead to one file.
        let place = real(file).map_err(failed)?;
        let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match written.get(&place) {
            Some(other) if *other == text => Ok(()),
            Some(_) => Err(format!(
                "the file {} was written just now for another message, with another text: give each its own",
                file.display()
            )),
            None => {
                std::fs::write(&place, &text).map_err(failed)?;
                written.insert(place, text);
                Ok(())
            }
        }
    }
}

/// The file's place without links and `..`; its directory is made where it is missing.
fn real(file: &Path) -> std::io::Result<PathBuf> {
    let directory = file.parent().filter(|directory| !directory.as_os_str().is_empty());
    let directory = directory.unwrap_or(Path::new("."));
    std::fs::create_dir_all(directory)?;
    Ok(directory.canonicalize()?.join(file.file_name().unwrap_or_default()))
}

/// The files of one test.
#[derive(Clone, Debug)]
pub(super) struct Shelf {
    /// From where their paths count.
    pub(super) directory: PathBuf,
    pub(super) snapshots: Snapshots,
}

impl Shelf {
    /// How a message differs from its file. Nothing does while files are written.
    pub(super) fn compare(&self, path: &Path, seen: &MessageSeen) -> Option<Difference> {
        match self.snapshots {
            Snapshots::Compare => {}
            Snapshots::Write(_) => return None,
        }
        let file = self.directory.join(path);
        let made = written(path, seen);
        match std::fs::read_to_string(&file) {
            Ok(expected) if expected == made => None,
            Ok(expected) => Some(Difference::Lines { expected, made }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Some(Difference::Problem(format!(
                "there is no file {} yet: `proofbell test --update` writes it",
                file.display()
            ))),
            Err(error) => {
                Some(Difference::Problem(format!("the file {} cannot be read: {error}", file.display())))
            }
        }
    }

    /// Writes a message's file, where files are written; says what went wrong.
    pub(super) fn keep(&self, path: &Path, seen: &MessageSeen) -> Option<Difference> {
        match &self.snapshots {
            Snapshots::Compare => None,
            Snapshots::Write(kept) => {
                let problem = kept.write(&self.directory.join(path), written(path, seen)).err()?;
                Some(Difference::Problem(problem))
            }
        }
    }
}

/// What is kept of a message: of `*.html` the HTML of a mail, of `*.json` the tree of a chat message, otherwise its subject and its text.
fn written(path: &Path, seen: &MessageSeen) -> String {
    let kind = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let body = seen.made.message.as_ref().map(|message| &message.body);
    let text = match (kind, body) {
        ("html", Some(Body::Email(email))) => email.html.clone(),
        ("json", Some(Body::Chat(chat))) => serde_json::to_string_pretty(chat).unwrap_or_default(),
        (_, Some(body)) => readable::whole(body).into_owned(),
        (_, None) => String::new(),
    };
    // A file ends with a newline, whatever the message ends with.
    format!("{}\n", text.trim_end())
}
