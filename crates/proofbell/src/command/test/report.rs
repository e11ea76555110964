//! What the tests came to, for people and for programs.

use std::time::Duration;

use proofbell_config::Expectation;
use proofbell_notify::Outcome;
use proofbell_pipeline::MessageSeen;
use serde_json::{Value, json};

use super::coverage::Coverage;
use super::diff::{self, Line};
use super::facet::{Difference, Mismatch};
use super::judge::Failure;
use super::reason::Reason;
use super::run::{Ran, RanStep, time};
use super::{content, marked, plural};
use crate::command::rows;
use crate::output::{Tone, line, paint};

/// Tells what the tests came to: each in a line, and all about those that failed.
pub(super) fn tell(ran: &[Ran], took: Duration) {
    for ran in ran {
        match ran.has_failed() {
            false => line(&format!("{} {}", paint("ok", Tone::Good), ran.test.name)),
            true => line(&failed(ran)),
        }
    }
    let failures = ran.iter().filter(|ran| ran.has_failed()).count();
    let (text, tone) = match failures {
        0 => (format!("{} passed", plural(ran.len(), "test")), Tone::Good),
        failures => (format!("{} of {} failed", plural(failures, "test"), ran.len()), Tone::Bad),
    };
    line("");
    line(&format!("{} in {:.2} s", paint(&text, tone), took.as_secs_f64()));
}

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
        text.push_str(&failed_step(index + 1, step));
    }
    if let Some(problem) = &ran.problem {
        text.push_str(&format!("\n  it could not be run to its end: {problem}\n"));
    }
    text
}

fn failed_step(number: usize, step: &RanStep) -> String {
    let mut text = format!("\n  step {number}, {}: {}\n", time(step.at), paint(&step.title, Tone::Strong));
    for failure in &step.failures {
        let at = failure.location();
        let place = format!("{}:{}:{}", at.file.display(), at.line, at.column);
        text.push_str(&format!("\n  {} {}\n", paint(&place, Tone::Quiet), headline(failure)));
        text.push_str(&detail(failure));
    }
    text.push_str(&circumstances(step));
    text
}

/// What is wrong, in a line.
pub(super) fn headline(failure: &Failure) -> String {
    match failure {
        Failure::Missing { expected, .. } => format!("expected {}, but it was not made", wanted(expected)),
        Failure::Different { expected, .. } => {
            format!("expected {}, but the closest message differs", wanted(expected))
        }
        Failure::Unexpected { made, .. } => format!("nobody expected {}", content::headline(made)),
        Failure::Spoke { silence, made } => {
            format!("`{}` should keep silent, but made {}", silence.rule, content::headline(made))
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

fn detail(failure: &Failure) -> String {
    match failure {
        Failure::Missing { reasons, .. } | Failure::OtherReason { reasons, .. } => because(reasons),
        Failure::Different { made, mismatches, .. } => {
            let closest = format!("    made: {}\n", content::headline(made));
            mismatches.iter().map(mismatch).fold(closest, |text, more| text + &more)
        }
        Failure::Unexpected { made, .. } | Failure::Spoke { made, .. } => {
            content::text(made).map(|text| marked(4, &text) + "\n").unwrap_or_default()
        }
        Failure::Defect { made, .. } => {
            made.ended().map(|ended| format!("    {}\n", end(ended))).unwrap_or_default()
        }
        Failure::NoRule { .. } => String::new(),
        Failure::Unprepared { audience, .. } => format!(
            "    add it to the test: lookup.{audience} = {{ name = \"Hanako\", email = \"hanako@example.com\" }}, or \"nobody\"\n"
        ),
    }
}

fn because(reasons: &[Reason]) -> String {
    let lines: Vec<String> = reasons
        .iter()
        .map(|reason| format!("    because of `{}`: {}\n", reason.words.join("` or `"), reason.sentence))
        .collect();
    lines.concat()
}

fn mismatch(mismatch: &Mismatch) -> String {
    let mut text = format!("    {}\n", paint(mismatch.key, Tone::Strong));
    let expected = |part: &str| paint(&format!("      - {part}"), Tone::Bad) + "\n";
    let made = |part: &str| paint(&format!("      + {part}"), Tone::Good) + "\n";
    match &mismatch.difference {
        Difference::Value { expected: old, made: new } => {
            text.push_str(&expected(old));
            text.push_str(&made(new));
        }
        Difference::Part { part, of } => {
            text.push_str(&part.lines().map(expected).collect::<String>());
            text.push_str(&of.trim_end().lines().map(|line| made(line)).collect::<String>());
        }
        Difference::Lines { expected: old, made: new } => {
            for line in diff::compare(old, new) {
                text.push_str(&match line {
                    Line::Same(same) => format!("        {same}\n"),
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
fn circumstances(step: &RanStep) -> String {
    let mut text = String::from("\n");
    let heading = |heading: &str| paint(&format!("  {heading}\n"), Tone::Quiet);
    for decision in &step.seen.decisions {
        text.push_str(&heading("what decided"));
        let width = decision.rules.iter().map(|rule| rule.rule.len()).max().unwrap_or(0);
        for rule in &decision.rules {
            text.push_str(&format!("    {:width$}  {}\n", rule.rule, rows::verdict(&rule.verdict).0));
        }
        if decision.rules.is_empty() {
            text.push_str("    no rule's `on` names this event\n");
        }
    }
    if !step.seen.made.is_empty() || !step.seen.ended.is_empty() {
        text.push_str(&heading("what was made"));
    }
    for message in step.seen.made.iter().chain(&step.seen.ended) {
        text.push_str(&format!("    {}: {}\n", content::headline(message), fate(message)));
    }
    text
}

/// How far a message came.
fn fate(message: &MessageSeen) -> String {
    let answers: Vec<&str> = message.answers.iter().map(Outcome::as_str).collect();
    match message.ended() {
        Some(ended) => end(ended),
        None if answers.is_empty() => format!("waits until {}", time(message.leaves_at)),
        None => answers.join(", then "),
    }
}

fn end(ended: &proofbell_store::Ended) -> String {
    let (proofbell_store::Ended::Suppressed { code, detail } | proofbell_store::Ended::Dead { code, detail }) =
        ended;
    format!("not sent ({code}): {detail}")
}

/// The same as a value.
pub(super) fn json(ran: &[Ran], coverage: Option<&Coverage>) -> Value {
    let tests: Vec<Value> = ran.iter().map(test_json).collect();
    let failed = ran.iter().filter(|ran| ran.has_failed()).count();
    let mut value = json!({ "tests": tests, "passed": ran.len() - failed, "failed": failed });
    if let (Some(coverage), Some(fields)) = (coverage, value.as_object_mut()) {
        fields.insert("coverage".to_owned(), coverage.json());
    }
    value
}

fn test_json(ran: &Ran) -> Value {
    let failures: Vec<Value> = ran
        .steps
        .iter()
        .flat_map(|step| &step.failures)
        .map(|failure| {
            let at = failure.location();
            json!({ "file": at.file, "line": at.line, "column": at.column, "message": headline(failure) })
        })
        .collect();
    json!({
        "name": ran.test.name,
        "file": ran.test.location.file,
        "line": ran.test.location.line,
        "result": if ran.has_failed() { "failed" } else { "passed" },
        "seconds": ran.took.as_secs_f64(),
        "failures": failures,
        "problem": ran.problem,
    })
}
