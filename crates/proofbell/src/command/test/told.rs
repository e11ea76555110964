//! What is wrong with a test, told so that it can be mended.

use jiff::tz::TimeZone;
use proofbell_config::Expectation;
use proofbell_notify::Outcome;
use proofbell_pipeline::MessageSeen;
use proofbell_store::Ended;

use super::diff::{self, Line};
use super::facet::{Difference, Mismatch};
use super::judge::Failure;
use super::named::Named;
use super::reason::Reason;
use super::run::{Arrival, Ran, RanStep, time};
use super::{content, marked};
use crate::command::{because, rows};
use crate::output::{Tone, harmless, paint, plural};

/// How much is shown of a message that nobody expected.
const BEGINNING: usize = 6;

/// All about a test that failed.
pub(super) fn failed(ran: &Ran) -> String {
    let at = &ran.test.location;
    let mut text = format!(
        "{} {}\n   {}\n",
        paint("FAILED", Tone::Bad),
        paint(&ran.test.name, Tone::Strong),
        paint(&format!("{}:{}", at.file.display(), at.line), Tone::Quiet)
    );
    for (index, step) in ran.steps.iter().enumerate().filter(|(_, step)| !step.failures.is_empty()) {
        text.push_str(&failed_step(index + 1, step, ran));
    }
    if let Some(problem) = &ran.problem {
        text.push_str(&format!("\n  it could not be run to its end: {problem}\n"));
    }
    text.trim_end().to_owned() + "\n"
}

fn failed_step(number: usize, step: &RanStep, ran: &Ran) -> String {
    let mut text = format!(
        "\n  step {number}, {}: {}\n",
        time(step.at, &ran.zone),
        paint(&harmless(&step.title), Tone::Strong)
    );
    for failure in &step.failures {
        let at = failure.location();
        let place = format!("{}:{}:{}", at.file.display(), at.line, at.column);
        text.push_str(&format!("\n  {} {}\n", paint(&place, Tone::Quiet), headline(failure, &ran.named)));
        text.push_str(&detail(failure, ran));
    }
    text.push_str(&circumstances(step, ran));
    text
}

/// What is wrong, in a line.
pub(super) fn headline(failure: &Failure, named: &Named) -> String {
    match failure {
        Failure::Missing { expected, .. } => format!("expected {}, but it was not made", wanted(expected)),
        Failure::Different { expected, .. } => {
            format!("expected {}, but the closest message differs", wanted(expected))
        }
        Failure::Unexpected { made, .. } => format!("nobody expected {}", content::headline(made, named)),
        Failure::Spoke { silence, made } => {
            format!("`{}` should keep silent, but made {}", silence.rule, content::headline(made, named))
        }
        Failure::OtherReason { silence, .. } => format!(
            "`{}` kept silent, but not because of `{}`",
            silence.rule,
            silence.because.as_deref().unwrap_or_default()
        ),
        Failure::NoRule { silence } => format!("there is no rule called `{}`", silence.rule),
        Failure::Defect { made, .. } => {
            let made = &made.made;
            format!("the message of `{}` via {} could not be made", made.rule, made.channel)
        }
        Failure::Unplanned { problem, .. } => format!("the event cannot be planned: {problem}"),
        Failure::PutAside { .. } => "the event is put aside, and no `silent` says so".to_owned(),
        Failure::Unprepared { audience, .. } => {
            format!("`{audience}` is looked up, but the test does not say who that is")
        }
    }
}

/// The keys of an expectation that tell messages apart.
fn wanted(expected: &Expectation) -> String {
    let keys = [
        ("rule", &expected.rule),
        ("via", &expected.via),
        ("audience", &expected.audience),
        ("address", &expected.address),
        ("template", &expected.template),
        ("locale", &expected.locale),
    ];
    let named = keys.into_iter().filter_map(|(key, value)| Some(format!("{key} = {:?}", value.as_ref()?)));
    let named: Vec<String> = named.collect();
    match named.is_empty() {
        true => "a message".to_owned(),
        false => format!("a message with {}", named.join(", ")),
    }
}

fn detail(failure: &Failure, ran: &Ran) -> String {
    match failure {
        Failure::Missing { reasons, .. } | Failure::OtherReason { reasons, .. } => because(reasons),
        Failure::Different { made, mismatches, .. } => {
            let closest = format!("    made: {}\n", content::headline(made, &ran.named));
            mismatches.iter().map(|it| mismatch(it, &ran.zone)).fold(closest, |text, more| text + &more)
        }
        Failure::Unexpected { made, .. } | Failure::Spoke { made, .. } => {
            content::text(made).map(|text| marked(4, &beginning(&text)) + "\n").unwrap_or_default()
        }
        Failure::Defect { made, .. } => {
            made.ended().map(|ended| format!("    {}\n", end(ended))).unwrap_or_default()
        }
        Failure::NoRule { .. } | Failure::Unplanned { .. } => String::new(),
        Failure::PutAside { problem, .. } => format!(
            "    {problem}\n    where that is what the test is about: silent = [{{ rule = \"RULE\", because = \"quarantined\" }}]\n"
        ),
        Failure::Unprepared { audience, .. } => format!(
            "    add it to the test: lookup.{audience} = {{ name = \"Hanako\", email = \"hanako@example.com\" }}, or \"nobody\"\n"
        ),
    }
}

/// The first lines of a text, which are enough to know it again.
fn beginning(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    match lines.len().checked_sub(BEGINNING) {
        None | Some(0) => lines.join("\n"),
        Some(more) => format!("{}\n… {}", lines[..BEGINNING].join("\n"), plural(more, "more line")),
    }
}

fn because(reasons: &[Reason]) -> String {
    let lines: Vec<String> = reasons
        .iter()
        .map(|reason| {
            format!("    because of `{}`: {}\n", reason.words.join("` or `"), harmless(&reason.sentence))
        })
        .collect();
    lines.concat()
}

fn mismatch(mismatch: &Mismatch, zone: &TimeZone) -> String {
    let mut text = format!("    {}\n", paint(mismatch.key, Tone::Strong));
    let expected = |part: &str| paint(&format!("      - {}", harmless(part)), Tone::Bad) + "\n";
    let made = |part: &str| paint(&format!("      + {}", harmless(part)), Tone::Good) + "\n";
    match &mismatch.difference {
        Difference::Value { expected: old, made: new } => {
            text.push_str(&expected(old));
            text.push_str(&made(new));
        }
        Difference::Moment { expected: old, made: new } => {
            text.push_str(&expected(&time(*old, zone)));
            text.push_str(&made(&time(*new, zone)));
        }
        Difference::Part { part, of } => {
            text.push_str(&part.lines().map(expected).collect::<String>());
            text.push_str(&format!("      is nowhere in\n{}\n", marked(6, of)));
        }
        Difference::Forbidden { part, of } => {
            let holding: Vec<&str> = of.lines().filter(|line| line.contains(part.as_str())).collect();
            let holding = if holding.is_empty() { of.clone() } else { holding.join("\n") };
            text.push_str(&format!(
                "{}      should be nowhere in\n{}\n",
                expected(part),
                marked(6, &holding)
            ));
        }
        Difference::Lines { expected: old, made: new } => {
            for line in diff::compare(old, new) {
                text.push_str(&match line {
                    Line::Same(same) => format!("        {}\n", harmless(same)),
                    Line::Expected(old) => expected(old),
                    Line::Made(new) => made(new),
                    Line::Skipped(count) => {
                        paint(&format!("        … {}", plural(count, "line")), Tone::Quiet) + "\n"
                    }
                });
            }
        }
        Difference::Problem(problem) => text.push_str(&format!("      {problem}\n")),
    }
    text
}

/// What decided in a step, and what came of it.
fn circumstances(step: &RanStep, ran: &Ran) -> String {
    let mut text = String::from("\n");
    match &step.arrival {
        Arrival::None | Arrival::Accepted => {}
        Arrival::Duplicate => {
            text.push_str("  the event is the same, byte for byte, as one before, and is taken for it\n");
        }
        Arrival::Quarantined(problem) => {
            text.push_str(&format!("  the event is put aside: {}\n", harmless(problem)))
        }
    }
    let heading = |heading: &str| paint(&format!("  {heading}\n"), Tone::Quiet);
    for decision in &step.seen.decisions {
        text.push_str(&heading("what decided"));
        let width = decision.rules.iter().map(|rule| rule.rule.len()).max().unwrap_or(0);
        for rule in &decision.rules {
            text.push_str(&format!(
                "    {:width$}  {}\n",
                rule.rule,
                rows::verdict(&rule.verdict, because::rule(ran.engine.rules(), &rule.rule)).0
            ));
        }
        if decision.rules.is_empty() {
            text.push_str("    no rule's `on` names this event\n");
        }
    }
    if !step.seen.made.is_empty() || !step.seen.ended.is_empty() {
        text.push_str(&heading("what was made"));
    }
    for message in step.seen.made.iter().chain(&step.seen.ended) {
        text.push_str(&format!(
            "    {}: {}\n",
            content::headline(message, &ran.named),
            fate(message, &ran.zone)
        ));
    }
    text
}

/// How far a message came.
fn fate(message: &MessageSeen, zone: &TimeZone) -> String {
    let answers: Vec<&str> = message.answers.iter().map(Outcome::as_str).collect();
    match message.ended() {
        Some(ended) => end(ended),
        None if answers.is_empty() => format!("waits until {}", time(message.leaves_at, zone)),
        None => answers.join(", then "),
    }
}

fn end(ended: &Ended) -> String {
    let (Ended::Suppressed { code, detail } | Ended::Dead { code, detail }) = ended;
    format!("not sent ({code}): {}", harmless(detail))
}
