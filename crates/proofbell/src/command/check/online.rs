//! `--online`: every channel and every directory is asked at the same time whether it works. Nothing is sent.

use std::sync::Arc;
use std::time::Duration;

use proofbell_config::{Channel, Configuration, Loaded};
use proofbell_notify::Proof;

use super::probe::{Answer, Question, Told, Whom, ask as ask_one};
use crate::command::Stop;
use crate::output::{self, Table, Tone, plural};

/// Asks them all, each at most for so long.
pub(super) async fn ask(configuration: &Configuration, loaded: &Loaded, patience: Duration) -> Vec<Answer> {
    let place = |section: &str, name: &str| {
        let settings = loaded.show(&format!("{section}.{name}"));
        let first = settings.first().map(|setting| &setting.location)?;
        Some(format!("{}:{}", first.file.display(), first.line))
    };
    let mut questions = Vec::new();
    for (name, channel) in &configuration.channels {
        questions.push(of_channel(channel, place("channel", name), patience));
        questions.extend(of_collecting(channel, place("channel", name), patience));
    }
    for (name, audience) in &configuration.audiences {
        let directory = Arc::clone(&audience.directory);
        let kind = directory.kind().to_owned();
        let asked = tokio::spawn(async move {
            let probe = async { directory.probe().await.map(Proof::of) };
            ask_one(probe, patience).await
        });
        let place = place("audience", name);
        questions.push(Question { whom: Whom::Audience, name: name.clone(), kind, place, asked });
    }
    let mut answers = Vec::new();
    for question in questions {
        answers.push(question.answer().await);
    }
    answers
}

fn of_channel(channel: &Channel, place: Option<String>, patience: Duration) -> Question {
    let notifier = Arc::clone(&channel.notifier);
    let asked = tokio::spawn(async move { ask_one(notifier.probe(), patience).await });
    let (name, kind) = (channel.name.clone(), channel.kind.clone());
    Question { whom: Whom::Channel, name, kind, place, asked }
}

/// Only of a channel that fetches anything.
fn of_collecting(channel: &Channel, place: Option<String>, patience: Duration) -> Option<Question> {
    channel.notifier.collects_every()?;
    let notifier = Arc::clone(&channel.notifier);
    let asked = tokio::spawn(async move {
        let nothing = || Proof::nobody_to_ask("it is only known once something is fetched");
        let probe = async { notifier.probe_collecting().await.map(|proof| proof.unwrap_or_else(nothing)) };
        ask_one(probe, patience).await
    });
    let (name, kind) = (channel.name.clone(), channel.kind.clone());
    Some(Question { whom: Whom::Collecting, name, kind, place, asked })
}

pub(super) fn print(answers: &[Answer]) {
    let mut table = Table::new(&["RESULT", "NAME", "KIND", "MS", "WHAT IS KNOWN"]);
    for answer in answers {
        let tone = match &answer.told {
            Told::Proved(proof) if proof.asked_somebody() => Tone::Good,
            Told::Proved(_) => Tone::Quiet,
            Told::Failed(_) | Told::Nothing(_) => Tone::Bad,
        };
        table.row(vec![
            (answer.result().to_owned(), tone),
            (answer.name.clone(), Tone::Strong),
            (answer.kind(), Tone::Plain),
            (answer.took.as_millis().to_string(), Tone::Quiet),
            (answer.text(), Tone::Plain),
        ]);
    }
    output::line("");
    table.print("nobody is there to be asked");
}

/// # Errors
/// When anything asked does not work.
pub(super) fn verdict(answers: &[Answer]) -> Result<(), Stop> {
    match answers.iter().filter(|answer| answer.is_failure()).count() {
        0 => Ok(()),
        failed => Err(Stop::Failed(format!("{failed} of {} failed", plural(answers.len(), "probe")))),
    }
}
