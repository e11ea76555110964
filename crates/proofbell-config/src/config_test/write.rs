//! A test as TOML, for people to read and to change.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use proofbell_notify::{Outcome, Recipient};

use super::{ConfigTest, Expectation, Found, Silence, TestEvent, TestStep};

impl ConfigTest {
    /// The test as it is written in a file, with its times in this zone. Read again it is the same test.
    pub fn to_toml(&self, zone: &TimeZone) -> String {
        let mut toml = String::from("[[test]]\n");
        line(&mut toml, "name", &quoted(&self.name));
        line(&mut toml, "at", &time(self.at, zone));
        lookups(&mut toml, &self.lookups);
        answers(&mut toml, &self.answers);
        self.steps.iter().for_each(|step| write_step(&mut toml, step, zone));
        toml
    }
}

fn write_step(toml: &mut String, step: &TestStep, zone: &TimeZone) {
    toml.push_str("\n[[test.step]]\n");
    if let Some(advance) = step.advance {
        line(toml, "advance", &quoted(&duration(advance)));
    }
    if let Some(event) = &step.event {
        write_event(toml, event, zone);
    }
    lookups(toml, &step.lookups);
    answers(toml, &step.answers);
    list(toml, "expect", step.expect.iter().map(|expected| expectation(expected, zone)));
    list(toml, "silent", step.silent.iter().map(silence));
}

fn line(toml: &mut String, key: &str, value: &str) {
    // A string takes whatever is written to it.
    let _ = writeln!(toml, "{key} = {value}");
}

/// A list with each of its elements on a line of its own; nothing where there are none.
fn list(toml: &mut String, key: &str, elements: impl Iterator<Item = String>) {
    let elements: String = elements.map(|element| format!("  {element},\n")).collect();
    if !elements.is_empty() {
        line(toml, key, &format!("[\n{elements}]"));
    }
}

/// JSON's strings are TOML's, but for DEL.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

fn time(at: Timestamp, zone: &TimeZone) -> String {
    let zoned = at.to_zoned(zone.clone());
    quoted(&zoned.strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string())
}

/// In the largest unit that divides it.
fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match [(86_400, "d"), (3_600, "h"), (60, "m")].into_iter().find(|(unit, _)| seconds.is_multiple_of(*unit))
    {
        Some((unit, letter)) => format!("{}{letter}", seconds / unit),
        None => format!("{seconds}s"),
    }
}

fn lookups(toml: &mut String, lookups: &BTreeMap<String, Found>) {
    for (audience, found) in lookups {
        let value = match found {
            Err(_) => quoted("unavailable"),
            Ok(people) => match people.as_slice() {
                [] => quoted("nobody"),
                [one] => person(one),
                many => format!("[{}]", many.iter().map(person).collect::<Vec<_>>().join(", ")),
            },
        };
        line(toml, &format!("lookup.{audience}"), &value);
    }
}

fn person(recipient: &Recipient) -> String {
    let mut fields = Vec::new();
    let mut field = |key: &str, value: Option<&str>| {
        fields.extend(value.map(|value| format!("{key} = {}", quoted(value))));
    };
    field("name", recipient.name.as_deref());
    field("email", recipient.email.as_ref().map(|email| email.expose()));
    field("phone", recipient.phone.as_ref().map(|phone| phone.expose()));
    recipient.named.iter().for_each(|(key, value)| field(key, Some(value)));
    field("locale", recipient.locale.as_deref());
    field("tz", recipient.tz.as_deref());
    table(fields)
}

fn answers(toml: &mut String, answers: &BTreeMap<String, Outcome>) {
    for (channel, answer) in answers {
        line(toml, &format!("answer.{channel}"), &quoted(answer.as_str()));
    }
}

fn table(fields: Vec<String>) -> String {
    format!("{{ {} }}", fields.join(", "))
}

fn write_event(toml: &mut String, event: &TestEvent, zone: &TimeZone) {
    match event {
        TestEvent::Payload(payload) => {
            let json = serde_json::to_string_pretty(payload).unwrap_or_default();
            // Nothing can be escaped between these quotes, so what would end them is escaped as JSON.
            let json = json.replace("'''", "\\u0027\\u0027\\u0027").replace('\u{7f}', "\\u007f");
            line(toml, "event", &format!("'''\n{json}\n'''"));
        }
        TestEvent::Sample { name, sides, reference_id, sr_uuid, timestamp } => {
            line(toml, "event", &quoted(name.as_str()));
            if !sides.is_empty() {
                let pairs =
                    sides.iter().map(|(side, reason)| format!("{} = {}", quoted(side), quoted(reason)));
                line(toml, "sides", &table(pairs.collect()));
            }
            line(toml, "reference_id", &quoted(reference_id));
            line(toml, "sr_uuid", &quoted(sr_uuid));
            if let Some(timestamp) = timestamp {
                line(toml, "timestamp", &time(*timestamp, zone));
            }
        }
    }
}

fn expectation(expected: &Expectation, zone: &TimeZone) -> String {
    let mut fields = Vec::new();
    let texts: [(&str, &Option<String>); 7] = [
        ("rule", &expected.rule),
        ("via", &expected.via),
        ("audience", &expected.audience),
        ("address", &expected.address),
        ("template", &expected.template),
        ("locale", &expected.locale),
        ("subject", &expected.subject),
    ];
    for (key, value) in texts {
        fields.extend(value.as_deref().map(|value| format!("{key} = {}", quoted(value))));
    }
    let lists: [(&str, &[String]); 4] = [
        ("subject_contains", &expected.subject_contains),
        ("text_contains", &expected.text_contains),
        ("text_lacks", &expected.text_lacks),
        ("html_contains", &expected.html_contains),
    ];
    for (key, parts) in lists.into_iter().filter(|(_, parts)| !parts.is_empty()) {
        let parts: Vec<String> = parts.iter().map(|part| quoted(part)).collect();
        fields.push(format!("{key} = [{}]", parts.join(", ")));
    }
    fields.extend(expected.not_before.map(|at| format!("not_before = {}", time(at, zone))));
    fields.extend(expected.segments_at_most.map(|most| format!("segments_at_most = {most}")));
    if expected.count != 1 {
        fields.push(format!("count = {}", expected.count));
    }
    let snapshot = expected.snapshot.as_ref().map(|path| quoted(&path.display().to_string()));
    fields.extend(snapshot.map(|path| format!("snapshot = {path}")));
    table(fields)
}

fn silence(silence: &Silence) -> String {
    let mut fields = vec![format!("rule = {}", quoted(&silence.rule))];
    let more = [("via", &silence.via), ("audience", &silence.audience), ("because", &silence.because)];
    for (key, value) in more {
        fields.extend(value.as_deref().map(|value| format!("{key} = {}", quoted(value))));
    }
    table(fields)
}
