//! How events, decisions, drafts and messages are told to people.

use jiff::Timestamp;
use proofbell_engine::{Decision, Rule, Verdict};
use proofbell_store::{ChannelPause, EventView, MessageView};

use super::because;
use crate::output::{Table, Tone, harmless, line, paint, shorten, tone_of};

/// A time to the second.
pub(crate) fn time(at: Timestamp) -> String {
    format!("{at:.0}")
}

/// What decided about a rule, as a sentence. `rule` is the rule as it is now, if it is still there.
pub(crate) fn verdict(verdict: &Verdict, rule: Option<&Rule>) -> (String, Tone) {
    let saw = |saw: &Option<String>| {
        saw.as_deref().map_or_else(|| "absent".to_owned(), |saw| format!("`{}`", harmless(saw)))
    };
    match verdict {
        Verdict::Matched { drafts: 1 } => ("matched".to_owned(), Tone::Good),
        Verdict::Matched { drafts } => (format!("matched, {drafts} drafts"), Tone::Good),
        Verdict::OtherEvent => ("`on` does not name this event".to_owned(), Tone::Quiet),
        Verdict::Where { key, .. } if because::is_by_each(rule, key) => {
            ("`each` finds no rejected side in this event".to_owned(), Tone::Wary)
        }
        Verdict::Where { key, saw: value } => {
            (format!("`where.{key}` does not hold: it is {}", saw(value)), Tone::Wary)
        }
        Verdict::Except { key, saw: value } => {
            (format!("`except.{key}` holds: it is {}", saw(value)), Tone::Wary)
        }
        Verdict::Stale { by } => (format!("stale: overtaken by event {by}"), Tone::Wary),
        Verdict::Twin { of } => (format!("its twin {of} already made this rule speak"), Tone::Wary),
    }
}

/// A decision: one line of what the event is, one for each rule. `rules` are those that there are now.
pub(crate) fn decision(decision: &Decision, rules: &[Rule]) {
    let names: Vec<&str> = decision.names.iter().map(|name| name.as_str()).collect();
    let mut facts = vec![names.join(" + "), format!("round {}", decision.round)];
    if let Some(by) = decision.stale {
        facts.push(format!("overtaken by {by}"));
    }
    if let Some(of) = decision.twin {
        facts.push(format!("twin of {of}"));
    }
    if decision.generation > 0 {
        facts.push(format!("replay {}", decision.generation));
    }
    line(&paint(&facts.join(", "), Tone::Strong));
    if let Some(problem) = &decision.failed {
        line(&format!("  {}", paint(&format!("not planned: {problem}"), Tone::Bad)));
    }
    if decision.rules.is_empty() && decision.failed.is_none() {
        line(&paint("  no rule's `on` names this event", Tone::Quiet));
    }
    let width = decision.rules.iter().map(|rule| rule.rule.len()).max().unwrap_or(0);
    for rule in &decision.rules {
        let (text, tone) = verdict(&rule.verdict, because::rule(rules, &rule.rule));
        line(&format!("  {:width$}  {}", rule.rule, paint(&text, tone)));
    }
}

/// Events, one a row.
pub(crate) fn events(events: &[EventView]) {
    let mut table = Table::new(&["RECEIVED", "NAME", "STATUS", "CASE", "REFERENCE", "ID"]);
    for event in events {
        let name = event.name.clone().or_else(|| event.event_type.clone()).unwrap_or_else(|| "?".to_owned());
        table.row(vec![
            (time(event.received_at), Tone::Plain),
            (name, Tone::Strong),
            (event.status.clone(), tone_of(&event.status)),
            (event.sr_uuid.clone().unwrap_or_default(), Tone::Plain),
            (shorten(event.reference_id.as_deref().unwrap_or_default(), 24), Tone::Plain),
            (event.id.to_string(), Tone::Quiet),
        ]);
    }
    table.print("no events");
}

/// Messages, one a row.
pub(crate) fn messages(messages: &[MessageView]) {
    let mut table = Table::new(&["MADE", "RULE", "CHANNEL", "TO", "STATE", "WHY", "TITLE", "ID"]);
    for message in messages {
        table.row(vec![
            (time(message.made_at), Tone::Plain),
            (message.rule.clone(), Tone::Strong),
            (message.channel.clone(), Tone::Plain),
            (message.to.clone(), Tone::Plain),
            (message.state.clone(), tone_of(&message.state)),
            (message.code.clone().unwrap_or_default(), Tone::Plain),
            (shorten(&message.title, 32), Tone::Plain),
            (message.id.to_string(), Tone::Quiet),
        ]);
    }
    table.print("no messages");
}

/// What became of a message, indented: its attempts, what the provider told later, and what it waits for. `pauses` are the
/// channels' present ones.
pub(crate) fn history(message: &MessageView, pauses: &[ChannelPause]) {
    let because = |reason: &Option<String>| reason.as_deref().map(|it| format!(": {it}")).unwrap_or_default();
    for attempt in &message.attempts {
        let outcome = attempt.outcome.as_deref().unwrap_or("under way");
        let outcome = paint(outcome, tone_of(outcome));
        line(&format!("      {}  {outcome}{}", time(attempt.at), because(&attempt.reason)));
    }
    for report in &message.reports {
        let news = paint(&report.news, tone_of(&report.news));
        let result = match report.result.as_str() {
            "applied" => String::new(),
            other => format!(" ({})", other.replace('_', " ")),
        };
        let reason = because(&report.reason);
        line(&format!("      {}  the provider told: {news}{reason}{result}", time(report.at)));
    }
    if let Some(waits) = waits(message, pauses) {
        line(&format!("      {}", paint(&waits, Tone::Wary)));
    }
}

/// What a queued message waits for.
fn waits(message: &MessageView, pauses: &[ChannelPause]) -> Option<String> {
    let due = message.due_at?;
    match pauses.iter().find(|pause| pause.channel == message.channel) {
        Some(pause) => Some(format!(
            "waits: channel {} is paused since {}: {}",
            pause.channel,
            time(pause.since),
            pause.reason
        )),
        None if message.tries > 0 => {
            Some(format!("waits until {} for attempt {}", time(due), message.tries + 1))
        }
        None => Some(format!("waits for its turn since {}", time(due))),
    }
}
