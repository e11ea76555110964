//! Texts kept in files beside the tests.

use std::path::{Path, PathBuf};

use proofbell_notify::Body;
use proofbell_pipeline::MessageSeen;

use super::content;
use super::facet::Difference;

/// What is done about the files that tests name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Snapshots {
    /// They must hold what was made.
    Compare,
    /// What was made is written into them.
    Write,
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
        if self.snapshots == Snapshots::Write {
            return None;
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
        if self.snapshots == Snapshots::Compare {
            return None;
        }
        let file = self.directory.join(path);
        let write = || {
            if let Some(directory) = file.parent() {
                std::fs::create_dir_all(directory)?;
            }
            std::fs::write(&file, written(path, seen))
        };
        let problem = |error| format!("the file {} cannot be written: {error}", file.display());
        write().err().map(|error| Difference::Problem(problem(error)))
    }
}

/// What is kept of a message: of `*.html` the HTML of a mail, of `*.json` the tree of a chat message, otherwise its subject and its text.
fn written(path: &Path, seen: &MessageSeen) -> String {
    let kind = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let body = seen.made.message.as_ref().map(|message| &message.body);
    let text = match (kind, body) {
        ("html", Some(Body::Email(email))) => email.html.clone(),
        ("json", Some(Body::Chat(chat))) => serde_json::to_string_pretty(chat).unwrap_or_default(),
        (_, Some(Body::Email(email))) => format!("Subject: {}\n\n{}", email.subject, email.text),
        _ => content::text(seen).unwrap_or_default(),
    };
    // A file ends with a newline, whatever the message ends with.
    format!("{}\n", text.trim_end())
}
