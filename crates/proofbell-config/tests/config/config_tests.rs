//! Tests of configurations: what is wrong with one is told like what is wrong with a configuration, and one that is right is read as it
//! is written.
//!
//! `PROOFBELL_UPDATE=1 cargo test -p proofbell-config` writes the `expected.txt` of `fixtures/config-tests` anew.

#![expect(clippy::unwrap_used, reason = "helpers of tests, which the lint does not see as such")]

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::tz::TimeZone;
use proofbell_config::{
    Color, ConfigTest, Disk, Embedded, Files, Listed, LoadedTests, Request, Secrets, TestEvent, load_tests,
    render,
};
use proofbell_notify::Toolkit;

use crate::fakes;
use crate::fixtures::{ROOT, fixtures, load_layers};

/// Reads the tests of the good configuration with another layer on top, out of `files`.
fn read(files: &dyn Files, layer: &Path) -> LoadedTests {
    let good = Path::new(ROOT).join("good/config");
    let configuration = load_layers(std::slice::from_ref(&good)).configuration.unwrap();
    let request = Request {
        layers: &[good, layer.to_owned()],
        files,
        environment: &|_| None,
        secrets: Secrets::Assume,
        registry: &fakes::registry(),
        toolkit: &Toolkit::default(),
    };
    load_tests(&request, &configuration)
}

fn written(toml: &str) -> LoadedTests {
    read(&Embedded::new([("own/tests/a.toml", toml)]), Path::new("own"))
}

#[test]
fn each_mistake_is_told_with_its_place_and_its_cure() {
    let update = std::env::var_os("PROOFBELL_UPDATE").is_some();
    let fixtures: Vec<PathBuf> = fixtures("config-tests");
    assert!(fixtures.len() >= 30, "{} fixtures", fixtures.len());
    let mut failures = Vec::new();
    for fixture in fixtures {
        let loaded = read(&Disk, &fixture);
        let said = render(&loaded.diagnostics, Color::Never);
        let expected = fixture.join("expected.txt");
        if update {
            fs::write(&expected, &said).unwrap();
        }
        let wanted = fs::read_to_string(&expected).unwrap_or_default();
        if said != wanted {
            failures.push(format!("{}\n--- expected\n{wanted}--- said\n{said}", fixture.display()));
        }
        let name = fixture.display();
        assert!(!loaded.diagnostics.is_empty(), "{name} is right");
        assert_eq!(loaded.tests.is_empty(), loaded.has_errors(), "{name}");
        for diagnostic in &loaded.diagnostics {
            assert!(diagnostic.location.is_some() && diagnostic.hint.is_some(), "{name}: {diagnostic}");
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Says everything that a test can say.
const EVERYTHING: &str = r#"
[[test]]
name = "everything \"at once\""
at = 2026-02-10T22:30:00.250+09:00
lookup.seller = { name = "花子", email = "a@example.jp", phone = "090-1234-5678", locale = "ja", tz = "Asia/Tokyo" }
lookup.staff = [{ name = "A", email = "a@market.example" }, { name = "B", slack = "U012AB3CD" }]
answer.sms = "rejected"

[[test.step]]
event = "reshoot_needed"
sides = { Label = "blurry", "Interior Size Tag" = "Too \"dark\"" }
reference_id = "ITEM-7"
sr_uuid = "b16c763b-1723-455d-ba29-164418044886"
timestamp = "2026-02-10T13:29:59Z"
lookup.seller = "nobody"
answer.email = "retry_later"
expect = [
  { rule = "reshoot", via = "email", audience = "seller", address = "a@example.jp", template = "reshoot", locale = "en", subject = "S", subject_contains = ["a", "b"], text_contains = "c", text_lacks = "d", html_contains = "e", not_before = "2026-02-11T08:00:00+09:00", segments_at_most = 2, count = 3, snapshot = "snapshots/a.txt" },
]
silent = ["reshoot", { rule = "reshoot", via = "sms", audience = "seller", because = "muted" }]

[[test.step]]
advance = "90m"
lookup.seller = "unavailable"

[[test.step]]
advance = "25s"
event = { event_type = "x", nested = { literal = { env = "stays" } }, list = [1, 2.5, true], at = 2026-02-10T22:30:00Z }

[[test.step]]
event = '''
{ "event_type": "state_change", "state": { "primary": "CANCELLED", "supplement": null }, "note": "it'''
"#;

fn everything() -> ConfigTest {
    // The quotes that end a literal string cannot stand in one, but in what is written for it they come.
    let toml = EVERYTHING.replace("\"it'''", "\"its\" }\n'''");
    let loaded = written(&toml);
    assert_eq!(render(&loaded.diagnostics, Color::Never), "");
    loaded.tests.into_iter().next().unwrap()
}

#[test]
fn a_test_is_read_as_it_is_written() {
    let test = everything();
    assert_eq!(test.at.to_string(), "2026-02-10T13:30:00.25Z");
    assert_eq!((test.location.line, test.location.file.as_path()), (2, Path::new("own/tests/a.toml")));
    assert_eq!(test.directory, Path::new("own/tests"));
    let seller = test.lookups["seller"].as_ref().unwrap();
    assert_eq!(seller[0].phone.as_ref().unwrap().expose(), "+819012345678", "with the region's code");
    assert_eq!(test.lookups["staff"].as_ref().unwrap().len(), 2);
    assert_eq!(test.answers["sms"].as_str(), "rejected");
    let step = &test.steps[0];
    assert!(step.lookups["seller"].as_ref().unwrap().is_empty());
    assert_eq!((step.expect[0].location.line, step.expect[0].count), (18, 3));
    assert_eq!(step.silent.len(), 2);
    assert_eq!(test.steps[1].advance, Some(Duration::from_secs(5400)));
    assert!(test.steps[1].lookups["seller"].is_err() && test.steps[1].event.is_none());
    let payload = |index: usize| match &test.steps[index].event {
        Some(TestEvent::Payload(payload)) => payload.clone(),
        other => panic!("{other:?}"),
    };
    let expected = serde_json::json!({
        "event_type": "x", "nested": { "env": "stays" }, "list": [1, 2.5, true], "at": "2026-02-10T22:30:00Z",
    });
    assert_eq!(payload(2), expected);
    assert_eq!(payload(3)["state"]["supplement"], serde_json::Value::Null);
}

#[test]
fn what_is_not_said_of_an_event_is_good_data() {
    let toml =
        "[[test]]\nname = \"t\"\nat = \"2026-02-10T10:00:00Z\"\n[[test.step]]\nevent = \"reshoot_needed\"\n";
    let loaded = written(toml);
    let Some(TestEvent::Sample { sides, reference_id, timestamp, .. }) = &loaded.tests[0].steps[0].event
    else {
        panic!("{:?}", loaded.tests[0].steps[0].event);
    };
    assert_eq!(sides, &[("Label".to_owned(), "blurry".to_owned())]);
    assert_eq!((reference_id.as_str(), *timestamp), ("ITEM-1001", None));
}

#[test]
fn a_test_that_is_written_reads_back_as_itself() {
    let test = everything();
    let toml = test.to_toml(&TimeZone::get("Asia/Tokyo").unwrap());
    let loaded = written(&toml);
    assert_eq!(render(&loaded.diagnostics, Color::Never), "", "{toml}");
    let again = &loaded.tests[0];
    assert_eq!(again.to_toml(&TimeZone::UTC), test.to_toml(&TimeZone::UTC));
    assert_eq!((&again.name, again.at, &again.lookups), (&test.name, test.at, &test.lookups));
    for (again, step) in again.steps.iter().zip(&test.steps) {
        assert_eq!((&again.event, again.advance, &again.answers), (&step.event, step.advance, &step.answers));
    }
}

#[test]
fn quotes_that_would_end_a_payload_are_escaped() {
    let mut test = everything();
    let payload = serde_json::json!({ "event_type": "x", "note": "it'''s", "del": "\u{7f}" });
    test.steps.truncate(1);
    test.steps[0].event = Some(TestEvent::Payload(payload));
    let loaded = written(&test.to_toml(&TimeZone::UTC));
    assert_eq!(render(&loaded.diagnostics, Color::Never), "");
    assert_eq!(loaded.tests[0].steps[0].event, test.steps[0].event);
}

#[test]
fn a_configuration_without_tests_has_none() {
    let loaded = read(&Embedded::default(), Path::new("own"));
    assert!(loaded.tests.is_empty() && loaded.diagnostics.is_empty());
    assert!(loaded.directories.is_empty(), "no layer is a directory");
}

/// Files beside a directory of tests that nobody may read.
struct Locked(Embedded);

impl Files for Locked {
    fn read(&self, path: &Path) -> io::Result<String> {
        self.0.read(path)
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<Listed>> {
        match directory.ends_with("own/tests") {
            true => Err(io::ErrorKind::PermissionDenied.into()),
            false => self.0.list(directory),
        }
    }

    fn exists(&self, path: &Path) -> bool {
        self.0.exists(path)
    }
}

#[test]
fn tests_that_cannot_be_read_are_not_taken_for_none() {
    let files = Locked(Embedded::new([("own/tests/a.toml", "")]));
    let loaded = read(&files, Path::new("own"));
    let told = render(&loaded.diagnostics, Color::Never);
    assert!(loaded.has_errors(), "{told}");
    assert!(
        told.starts_with("error[unreadable]: the directory own/tests cannot be read: permission denied"),
        "{told}"
    );
}

/// docs/TESTING.md lists every key that a test can have, and no other.
#[test]
fn the_manual_knows_every_key() {
    let manual = fs::read_to_string("../../docs/TESTING.md").unwrap();
    for (table, heading) in [
        ("test", "### A test"),
        ("test.step", "### A step"),
        ("test.step.expect", "### What is expected"),
        ("test.step.silent", "### What keeps silent"),
    ] {
        let section = manual.split(heading).nth(1).unwrap_or_else(|| panic!("no {heading}"));
        // Below the table of keys there may be one of words.
        let table_of_keys = section.lines().skip_while(|line| !line.starts_with("| key"));
        let rows = table_of_keys.take_while(|line| line.starts_with('|'));
        let rows = rows.filter_map(|line| line.strip_prefix("| `"));
        let listed: BTreeSet<&str> = rows
            .map(|row| row.split(['`', '.', ' ']).next().unwrap())
            .filter(|key| !key.is_empty())
            .collect();
        assert_eq!(listed, known_keys(table), "{heading}");
    }
}

/// The keys that the reader names when it meets one that it does not know.
fn known_keys(table: &str) -> BTreeSet<&'static str> {
    let (test, step, inner) = match table {
        "test" => ("nonsense = 1\n", "", ""),
        "test.step" => ("", "nonsense = 1\n", ""),
        "test.step.expect" => ("", "", "expect = [{ nonsense = 1 }]\n"),
        _ => ("", "", "silent = [{ rule = \"reshoot\", nonsense = 1 }]\n"),
    };
    let toml = format!(
        "[[test]]\nname = \"t\"\nat = \"2026-02-10T10:00:00Z\"\n{test}[[test.step]]\nevent = \"authentic\"\n{step}{inner}"
    );
    let loaded = written(&toml);
    let unknown = loaded.diagnostics.iter().find(|diagnostic| diagnostic.code == "unknown-key").unwrap();
    let hint = unknown.hint.clone().unwrap();
    let list = hint.split("are: ").nth(1).unwrap();
    list.split(", ").map(|key| &*key.to_owned().leak()).collect()
}
