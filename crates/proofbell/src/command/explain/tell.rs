//! An explanation for people.

use super::explanation::{EventFacts, Explanation, MessageOutlook, Outlook, RuleRow};
use super::subject::Origin;
use crate::command::rows::time;
use crate::output::{self, Table, Tone, paint, plural, shorten};
use crate::readable;

/// The widest that a cell of the table of rules gets.
const CELL: usize = 48;

pub(super) fn all(explanation: &Explanation) {
    event(&explanation.event);
    for note in &explanation.notes {
        output::line(&paint(&format!("  {note}"), Tone::Quiet));
    }
    if let Some(problem) = &explanation.quarantined {
        quarantined(problem);
        return;
    }
    output::line("");
    rules(&explanation.rules);
    for outlook in &explanation.drafts {
        output::line("");
        draft(outlook, "");
    }
    if explanation.drafts.is_empty() {
        output::line("");
        output::line("No rule matches: nobody is told anything.");
    }
}

fn event(event: &EventFacts) {
    let names: Vec<&str> = event.names.iter().map(|name| name.as_str()).collect();
    let title = match names.is_empty() {
        true => "not readable as an event".to_owned(),
        false => names.join(" + "),
    };
    let mut facts = vec![paint(&title, Tone::Strong)];
    facts.extend(event.round.map(|round| format!("round {round}")));
    facts.extend(event.reference_id.as_deref().map(|id| format!("item {}", shorten(id, CELL))));
    facts.extend(event.sr_uuid.as_deref().map(|id| format!("case {id}")));
    output::line(&facts.join(", "));
    let received = match event.origin {
        Origin::Store => "received",
        Origin::File | Origin::StandardInput => "as if received",
    };
    output::line(&paint(&format!("  {received} {}", time(event.received_at)), Tone::Quiet));
    if let Some(by) = event.stale {
        output::line(&paint(&format!("  stale: overtaken by event {by}"), Tone::Wary));
    }
    if let Some(of) = event.twin {
        output::line(&paint(
            &format!("  twin of event {of}: Legitmark tells the same thing twice"),
            Tone::Wary,
        ));
    }
}

fn quarantined(problem: &str) {
    output::line("");
    output::line(&paint("  would be quarantined", Tone::Bad));
    output::line(&format!("  because: {problem}"));
    output::line(
        "  The door answers 200 and keeps it as it came; no rule is asked and nothing is sent. `proofbell events list",
    );
    output::line(
        "  --status quarantined` shows such events, and `proofbell events replay` plans them once they can be read.",
    );
}

fn rules(rules: &[RuleRow]) {
    let mut table = Table::new(&["RULE", "SPEAKS", "BECAUSE", "WANTS", "SAW"]);
    for row in rules {
        let (speaks, tone) = match (row.matched, row.because.as_deref()) {
            (true, _) if row.drafts == 1 => ("yes".to_owned(), Tone::Good),
            (true, _) => (format!("yes, {} drafts", row.drafts), Tone::Good),
            (false, Some("on")) => ("no".to_owned(), Tone::Quiet),
            (false, _) => ("no".to_owned(), Tone::Wary),
        };
        let because = row.because.clone().unwrap_or_else(|| "everything holds".to_owned());
        let saw = match (&row.saw, row.matched) {
            (Some(saw), _) => shorten(saw, CELL),
            (None, true) => String::new(),
            (None, false) => "(absent)".to_owned(),
        };
        table.row(vec![
            (row.rule.clone(), Tone::Strong),
            (speaks, tone),
            (because, tone),
            (shorten(row.wants.as_deref().unwrap_or_default(), CELL), Tone::Plain),
            (saw, Tone::Plain),
        ]);
    }
    table.print("there are no rules");
}

fn draft(outlook: &Outlook, indent: &str) {
    let side =
        outlook.side.as_deref().map(|side| format!(", about {}", shorten(side, CELL))).unwrap_or_default();
    let title = format!("{} → {}{side}", outlook.rule, outlook.audience);
    output::line(&format!("{indent}{}", paint(&title, Tone::Strong)));
    if let Some(reason) = &outlook.reason {
        let state = if outlook.state == "waiting" { "would wait" } else { outlook.state };
        output::line(&paint(&format!("{indent}  {state}: {reason}"), Tone::Wary));
    }
    for outlook in &outlook.messages {
        message(outlook, indent);
    }
    let waits = outlook.messages.iter().any(|message| message.state == "sent");
    if waits && !outlook.else_left.is_empty() {
        let after = outlook.else_at.map(|at| format!(", or not by {}", time(at))).unwrap_or_default();
        let next = outlook.else_left.join(", then ");
        let text = format!("{indent}  for whom none of these works{after}: {next}");
        output::line(&paint(&text, Tone::Quiet));
    }
    for told in &outlook.nobody {
        output::line(&format!("{indent}  so somebody else is told, with `{}`:", told.template));
        draft(told, &format!("{indent}  "));
    }
}

fn message(outlook: &MessageOutlook, indent: &str) {
    let Some(body) = &outlook.body else {
        let code = outlook.code.as_deref().unwrap_or(outlook.state);
        let why = outlook.reason.as_deref().unwrap_or_default();
        let text = format!("{indent}  {}: not sent ({code}): {why}", outlook.channel);
        output::line(&paint(&text, Tone::Wary));
        return;
    };
    let mut facts = vec![outlook.template.clone()];
    facts.extend(outlook.locale.clone());
    if let (Some(segments), Some(encoding)) = (outlook.segments, &outlook.encoding) {
        facts.push(format!("{} {encoding}", plural(segments, "segment")));
    }
    facts.push(outlook.held.clone().unwrap_or_else(|| "leaves at once".to_owned()));
    let to = match (&outlook.to, outlook.to_own_address) {
        (Some(to), false) => format!(" to {to}"),
        (None, _) | (Some(_), true) => String::new(),
    };
    let instead =
        outlook.redirected_from.as_deref().map(|from| format!(" instead of {from}")).unwrap_or_default();
    output::line(&format!(
        "{indent}  {}{to}{instead} ({})",
        paint(&outlook.channel, Tone::Good),
        facts.join(", ")
    ));
    for line in readable::whole(body).trim_end().lines() {
        output::line(&format!("{indent}    {} {}", paint("│", Tone::Quiet), output::harmless(line)));
    }
}
