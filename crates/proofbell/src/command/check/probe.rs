//! One question to a channel or a directory, with an end to its waiting.

use std::fmt::Display;
use std::future::Future;
use std::time::{Duration, Instant};

use proofbell_notify::Proof;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::listed::millis;

/// Who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whom {
    /// A channel, about sending.
    Channel,
    /// What a channel fetches from, such as a mailbox for bounces.
    Collecting,
    /// Where an audience's people are found.
    Audience,
}

impl Whom {
    fn as_str(self) -> &'static str {
        match self {
            Whom::Channel => "channel",
            Whom::Collecting => "collecting",
            Whom::Audience => "audience",
        }
    }
}

/// A question that is under way.
pub(super) struct Question {
    pub(super) whom: Whom,
    pub(super) name: String,
    pub(super) kind: String,
    /// The file and line of its settings.
    pub(super) place: Option<String>,
    pub(super) asked: JoinHandle<(Told, Duration)>,
}

/// What came of a question.
pub(super) struct Answer {
    whom: Whom,
    pub(super) name: String,
    kind: String,
    place: Option<String>,
    pub(super) told: Told,
    pub(super) took: Duration,
}

/// What was told.
#[derive(Debug)]
pub(super) enum Told {
    Proved(Proof),
    /// Why it does not work.
    Failed(String),
    /// Nothing, within so long.
    Nothing(Duration),
}

/// Asks, at most for so long.
pub(super) async fn ask<P: Into<Told>, E: Display>(
    probe: impl Future<Output = Result<P, E>>,
    patience: Duration,
) -> (Told, Duration) {
    let began = Instant::now();
    let told = match tokio::time::timeout(patience, probe).await {
        Ok(Ok(proof)) => proof.into(),
        Ok(Err(error)) => Told::Failed(error.to_string()),
        Err(_) => Told::Nothing(patience),
    };
    (told, began.elapsed())
}

impl From<Proof> for Told {
    fn from(proof: Proof) -> Told {
        Told::Proved(proof)
    }
}

impl Question {
    /// Waits for its end. A probe that panics is one that failed.
    pub(super) async fn answer(self) -> Answer {
        let Question { whom, name, kind, place, asked } = self;
        let (told, took) = asked.await.unwrap_or_else(|_| {
            (
                Told::Failed("its probe ended in a fault of this program; the log has its place".to_owned()),
                Duration::ZERO,
            )
        });
        Answer { whom, name, kind, place, told, took }
    }
}

impl Answer {
    pub(super) fn is_failure(&self) -> bool {
        match self.told {
            Told::Proved(_) => false,
            Told::Failed(_) | Told::Nothing(_) => true,
        }
    }

    /// `ok`, `not asked`, `failed` or `no answer`.
    pub(super) fn result(&self) -> &'static str {
        match &self.told {
            Told::Proved(proof) if proof.asked_somebody() => "ok",
            Told::Proved(_) => "not asked",
            Told::Failed(_) => "failed",
            Told::Nothing(_) => "no answer",
        }
    }

    /// Its kind, with what is asked of it beside sending.
    pub(super) fn kind(&self) -> String {
        match self.whom {
            Whom::Channel | Whom::Audience => self.kind.clone(),
            Whom::Collecting => format!("{} (fetching)", self.kind),
        }
    }

    /// What was proved, or what is wrong and what to do about it.
    pub(super) fn text(&self) -> String {
        match &self.told {
            Told::Proved(proof) => proof.to_string(),
            Told::Failed(problem) => format!("{problem}{}", self.settings()),
            Told::Nothing(patience) => format!(
                "nothing came back within {} s: ask whether it can be reached from here, past firewalls and proxies{}",
                patience.as_secs(),
                self.settings()
            ),
        }
    }

    fn settings(&self) -> String {
        self.place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default()
    }

    pub(super) fn as_json(&self) -> Value {
        let text = match &self.told {
            Told::Proved(_) => ("proved", self.text()),
            Told::Failed(_) | Told::Nothing(_) => ("problem", self.text()),
        };
        json!({
            "what": self.whom.as_str(),
            "name": self.name,
            "kind": self.kind,
            "result": self.result().replace(' ', "_"),
            "took_ms": millis(self.took),
            text.0: text.1,
            "place": self.place,
        })
    }
}
