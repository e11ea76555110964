//! Tells the demo's reader each decision and message as it happens.

use std::path::PathBuf;
use std::sync::Arc;

use proofbell_engine::{Decision, Engine};
use proofbell_notify::{Body, Outcome};
use proofbell_pipeline::Observer;
use proofbell_store::{Claimed, Ended, MessageState, NewMessage, StoredEvent};
use tokio::sync::watch;

use super::capture::best_file;
use crate::command::rows;
use crate::output::{Tone, harmless, line, paint};
use crate::readable;

/// Lines of a text that are shown.
const LINES: usize = 14;

pub(super) struct Narrator {
    engine: Arc<Engine>,
    messages: PathBuf,
    decided: watch::Sender<usize>,
}

impl Narrator {
    pub(super) fn new(engine: Arc<Engine>, messages: PathBuf) -> Narrator {
        Narrator { engine, messages, decided: watch::Sender::new(0) }
    }

    /// How many events were told of.
    pub(super) fn decided(&self) -> watch::Receiver<usize> {
        self.decided.subscribe()
    }
}

impl Observer for Narrator {
    fn decided(&self, _event: &StoredEvent, decision: &Decision) {
        rows::decision(decision, self.engine.rules());
        self.decided.send_modify(|count| *count += 1);
    }

    fn made(&self, message: &NewMessage) {
        if let MessageState::Ended(Ended::Suppressed { code, detail } | Ended::Dead { code, detail }) =
            &message.state
        {
            let text = format!("  {} on {}: not sent ({code}): {detail}", message.rule, message.channel);
            line(&paint(&text, Tone::Wary));
        }
    }

    /// Printed at once: several channels are told of at the same time.
    fn attempted(&self, claimed: &Claimed, outcome: &Outcome) {
        let message = &claimed.message;
        let head =
            format!("  {} → {} to {} ({})", outcome.as_str(), claimed.channel, message.to, message.locale);
        let mut lines = vec![paint(&head, crate::output::tone_of(outcome.as_str()))];
        if let Body::Email(email) = &message.body {
            lines.push(format!("    {}", paint(&harmless(&email.subject), Tone::Strong)));
        }
        let text = readable::text(&message.body);
        let shown = text.lines().filter(|text| !text.trim().is_empty()).take(LINES);
        lines.extend(shown.map(|text| format!("    {}", harmless(text))));
        let file = best_file(&self.messages, &claimed.channel, message);
        lines.extend(file.map(|file| format!("    {}", paint(&file.display().to_string(), Tone::Quiet))));
        line(&lines.join("\n"));
    }

    fn ended(&self, claimed: &Claimed, ended: &Ended) {
        let (Ended::Suppressed { code, detail } | Ended::Dead { code, detail }) = ended;
        line(&paint(&format!("  {}: not sent ({code}): {detail}", claimed.channel), Tone::Wary));
    }
}
