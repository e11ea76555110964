//! A channel that writes its messages to files instead of sending them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use proofbell_notify::{
    AddressKind, Body, DynNotifier, Form, Measure, Message, Outcome, ProbeError, Proof, Reason, Receipt,
    Threads,
};

use crate::readable;

/// A channel that writes its messages to files, in the place of a real one whose form and address it keeps.
pub(super) struct Capture {
    real: Arc<dyn DynNotifier>,
    channel: String,
    directory: PathBuf,
}

impl Capture {
    pub(super) fn new(real: Arc<dyn DynNotifier>, channel: String, directory: PathBuf) -> Capture {
        Capture { real, channel, directory }
    }

    fn write(&self, message: &Message) -> std::io::Result<()> {
        for (extension, text) in parts(message) {
            std::fs::write(self.directory.join(file_name(&self.channel, message, extension)), text)?;
        }
        Ok(())
    }
}

#[async_trait]
impl DynNotifier for Capture {
    fn kind(&self) -> &'static str {
        self.real.kind()
    }

    fn form(&self) -> Form {
        self.real.form()
    }

    fn address(&self) -> AddressKind {
        self.real.address()
    }

    fn threads(&self) -> Threads {
        self.real.threads()
    }

    fn measure(&self, body: &Body) -> Option<Measure> {
        self.real.measure(body)
    }

    async fn send(&self, message: &Message) -> Outcome {
        match self.write(message) {
            Ok(()) => Outcome::Sent(Receipt { provider_id: Some("captured".to_owned()) }),
            Err(error) => Outcome::Rejected { reason: Reason::new("file", error.to_string()) },
        }
    }

    async fn probe(&self) -> Result<Proof, ProbeError> {
        Ok(Proof::nobody_to_ask("messages are kept in files"))
    }
}

/// The file that shows a message best.
pub(super) fn best_file(directory: &Path, channel: &str, message: &Message) -> Option<PathBuf> {
    let (extension, _) = parts(message).into_iter().next()?;
    Some(directory.join(file_name(channel, message, extension)))
}

fn file_name(channel: &str, message: &Message, extension: &str) -> String {
    let time = message.made_at.strftime("%H%M%S%.3f");
    format!("{time}-{channel}-{}.{extension}", &message.id.simple().to_string()[..8])
}

/// The files of a message: extension and content.
fn parts(message: &Message) -> Vec<(&'static str, String)> {
    let text = readable::text(&message.body).into_owned();
    match &message.body {
        Body::Email(email) => {
            vec![("html", email.html.clone()), ("txt", format!("{}\n\n{text}", email.subject))]
        }
        Body::Chat(chat) => {
            let tree = serde_json::to_string_pretty(chat).unwrap_or_default();
            vec![("txt", text), ("json", tree)]
        }
        Body::Text(_) => vec![("txt", text)],
    }
}
