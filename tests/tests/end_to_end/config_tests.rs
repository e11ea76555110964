//! `proofbell test`: a configuration is tested like code, and a change that breaks a message turns a test red that says what changed.

mod judged;
mod red;

use std::path::Path;

use proofbell_tests::{Case, Delivery, Market, Ran, Seller, Workbench, python, root};
use serde_json::Value;
use tokio::process::Command;

/// The starter configuration in a folder of its own, to be changed.
pub(crate) fn own_starter() -> Workbench {
    let bench = Workbench::new();
    for folder in ["config", "templates"] {
        copy(&root().join(folder), &bench.path().join(folder));
    }
    bench
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(std::fs::copy(entry.path(), target).unwrap()),
        }
    }
}

/// Replaces a text in a file of the folder; it must be there.
pub(crate) fn change(bench: &Workbench, file: &str, old: &str, new: &str) {
    let text = std::fs::read_to_string(bench.path().join(file)).unwrap();
    assert!(text.contains(old), "{file} does not hold {old}");
    bench.write(file, &text.replace(old, new));
}

/// What was printed, with the folder's name and the time it took left out.
pub(crate) fn printed(bench: &Workbench, ran: &Ran) -> String {
    let text = ran.stdout.replace(&format!("{}/", bench.path().display()), "");
    let lines = text.lines().map(|line| match line.rsplit_once(" in ") {
        Some((start, time)) if time.ends_with(" s") && time.len() < 9 => start.to_owned(),
        _ => line.trim_end().to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_starter_configuration_is_tested_whole() {
    // No secret is set, and nothing listens anywhere.
    let bench = Workbench::with_starter();
    let report = bench.program().json(&["test", "--coverage"]).await;
    assert_eq!(report["failed"], 0, "{report:#}");
    let all = |what: &str| report["coverage"][what].clone();
    for (what, count) in [("rules", 6), ("templates", 18), ("locales", 2)] {
        assert_eq!(all(what), serde_json::json!({ "all": count, "untouched": [] }), "{what}");
    }
    bench.run(&["test", "--coverage=require"]).await.expect(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_test_touches_is_listed_and_can_be_refused() {
    let bench = own_starter();
    std::fs::remove_file(bench.path().join("config/tests/staff.toml")).unwrap();
    let ran = bench.run(&["test", "--coverage"]).await.expect(0);
    let printed = printed(&bench, &ran);
    let coverage = printed.split("passed\n").nth(1).unwrap();
    let expected = "\
rules: 4 of 6 touched; no test touches
  counterfeit-alert
  verdict-changed
templates: 10 of 18 touched; no test touches
  counterfeit-alert/chat.en
  counterfeit-alert/email.en
  counterfeit-alert/email.ja
  nobody-found/email.ja
  verdict-changed/chat.en
  verdict-changed/email.en
  verdict-changed/email.ja
locales: all 2 touched";
    assert_eq!(coverage.trim(), expected.replace("10 of 18", "11 of 18"));
    let refused = bench.run(&["test", "--coverage=require"]).await.expect(1);
    assert!(refused.stderr.contains("no test touches"), "{}", refused.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn tests_are_picked_by_name_and_by_file() {
    let bench = Workbench::with_starter();
    let names = async |filter: &str| -> Vec<String> {
        let report = bench.program().json(&["test", filter]).await;
        let tests = report["tests"].as_array().unwrap().iter();
        tests.map(|test| test["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names("good news in").await, ["good news in Japanese"]);
    assert_eq!(names("sms-ja.toml").await.len(), 2);
    let ran = bench.run(&["test", "nonsense"]).await.expect(2);
    assert!(ran.stderr.contains("no test of") && ran.stdout.is_empty(), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_without_tests_says_so() {
    let bench = own_starter();
    std::fs::remove_dir_all(bench.path().join("config/tests")).unwrap();
    let ran = bench.run(&["test"]).await.expect(2);
    assert!(ran.stderr.contains("there are no tests in") && ran.stderr.contains("config/tests"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_that_cannot_be_read_is_refused_with_its_place() {
    let bench = own_starter();
    change(
        &bench,
        "config/tests/sellers-en.toml",
        "sides = { front = \"glare\" }",
        "side = { front = \"glare\" }",
    );
    let ran = bench.run(&["test"]).await.expect(2);
    let told = ran.stderr.contains("unknown key `side` in [test.step]")
        && ran.stderr.contains("config/tests/sellers-en.toml:49:1")
        && ran.stderr.contains("did you mean `sides`?");
    assert!(told && ran.stdout.is_empty(), "{}", ran.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_results_are_well_formed_xml() {
    let bench = own_starter();
    change(
        &bench,
        "config/glossary.toml",
        "name = \"cut off at the edge\"",
        "name = \"cropped <b>&amp; \\u0001\"",
    );
    bench.run(&["test", "--junit", "results.xml"]).await.expect(1);
    let script = "\
import sys, xml.etree.ElementTree as tree
suites = tree.parse('results.xml').getroot()
cases = suites.findall('testsuite/testcase')
failed = [case for case in cases if case.find('failure') is not None]
assert suites.tag == 'testsuites' and int(suites.get('tests')) == len(cases), suites.attrib
assert int(suites.get('failures')) == len(failed) == 1, suites.attrib
assert failed[0].get('file').endswith('config/tests/sms-en.toml') and int(failed[0].get('line')) > 1
assert 'cropped <b>&amp;' in failed[0].find('failure').text, failed[0].find('failure').text
print(failed[0].get('name'))";
    let python =
        Command::new(python()).args(["-c", script]).current_dir(bench.path()).output().await.unwrap();
    let (said, wrong) = (String::from_utf8_lossy(&python.stdout), String::from_utf8_lossy(&python.stderr));
    assert_eq!(said.trim(), "a mailbox that does not exist is followed by an SMS", "{wrong}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_is_written_on_request_and_compared_from_then_on() {
    let bench = own_starter();
    let test = r#"
[[test]]
name = "the whole text"
at = "2026-02-10T10:00:00+09:00"
lookup.seller = { name = "Emma", phone = "+819012345678", locale = "en" }

[[test.step]]
event = "reshoot_needed"
sides = { front = "cropped", logo = "dark" }
expect = [{ rule = "reshoot", via = "sms", snapshot = "snapshots/reshoot.txt" }]
"#;
    bench.write("config/tests/snapshot.toml", test);
    let missing = bench.run(&["test", "whole text"]).await.expect(1);
    assert!(missing.stdout.contains("`proofbell test --update` writes it"), "{}", missing.stdout);
    bench.run(&["test", "whole text", "--update"]).await.expect(0);
    let kept = std::fs::read_to_string(bench.path().join("config/tests/snapshots/reshoot.txt")).unwrap();
    let expected = "Maison Seconde: please retake 2 photos of ITEM-1001: front (cut off at the edge), logo (too dark). \
                    Details and upload: https://market.example/sell/ITEM-1001/photos\n";
    assert_eq!(kept, expected);
    bench.run(&["test", "whole text"]).await.expect(0);
    bench.write("config/tests/snapshots/reshoot.txt", &kept.replace("2 photos", "two photos"));
    let ran = bench.run(&["test", "whole text"]).await.expect(1);
    assert!(ran.stdout.contains("      - Maison Seconde: please retake two photos"), "{}", ran.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stored_event_becomes_a_test_without_anybodys_data() {
    let seller = Seller {
        reference_id: "ITEM-9",
        name: "鈴木 一郎",
        email: "ichiro@real.example.jp",
        phone: "+818011112222",
        locale: "ja",
    };
    let market = Market::new(&[seller]).await;
    let server = market.serve().await;
    let case = Case::new("ITEM-9");
    let first =
        Delivery::new(&case.reshoot(&[("Front", "画像が切れている")])).accepted(server.public()).await;
    // Otherwise the verdict would overtake it.
    market.smtp.wait_for_mails("ichiro@real.example.jp", 1).await;
    let second = Delivery::new(&case.later(60).state("COMPLETE/APPROVED")).accepted(server.public()).await;
    market.smtp.wait_for_mails("ichiro@real.example.jp", 2).await;
    server.case_when(&case.sr_uuid, "both messages are sent", |view| all_sent(view, 2)).await;

    let ran = server.run(&["test", "--from-event", &second, "--out", "mine/tests/seen.toml"]).await;
    assert_eq!(ran.code, 1, "there is no such directory yet: {ran:?}");
    market.bench.write("mine/empty.toml", "");
    std::fs::create_dir(market.bench.path().join("mine/tests")).unwrap();
    server.run(&["test", "--from-event", &second, "--out", "mine/tests/seen.toml"]).await.expect(0);
    server.run(&["test", "--from-event", &second, "--out", "mine/tests/seen.toml"]).await.expect(2);
    let test = std::fs::read_to_string(market.bench.path().join("mine/tests/seen.toml")).unwrap();
    for personal in ["鈴木", "ichiro", "1111"] {
        assert!(!test.contains(personal), "{test}");
    }
    for part in [
        "event = \"reshoot_needed\"\nsides = { \"Front\" = \"画像が切れている\" }",
        "event = \"authentic\"",
        "rule = \"reshoot\", via = \"email\", audience = \"seller\", address = \"hanako@example.com\", template = \"reshoot\", locale = \"ja\"",
        "{ rule = \"reshoot-label\", because = \"side\" }",
    ] {
        assert!(test.contains(part), "no {part} in\n{test}");
    }
    let desk = Case::new("ITEM-7");
    let third = Delivery::new(&desk.state("COMPLETE/REJECTED")).accepted(server.public()).await;
    market.smtp.wait_for_mails("authenticity@market.example", 1).await;
    let listed = server.run(&["test", "--from-event", &third]).await.expect(0).stdout;
    assert!(listed.contains("via = \"email\", audience = \"authenticators\", template"), "{listed}");
    assert!(!listed.contains("@market.example"), "{listed}");
    let alone = server.run(&["test", "--from-event", &first]).await.expect(0);
    assert!(!alone.stdout.contains("authentic"), "{}", alone.stdout);

    let mut bench = market.bench;
    bench.overlay("mine/empty.toml", "");
    let own = bench.path().join("mine");
    let overlay = own.to_str().unwrap();
    let ran = bench.run(&["--overlay", overlay, "test", "seen.toml"]).await.expect(0);
    assert!(ran.stdout.contains("1 test passed"), "{}", ran.stdout);
}

fn all_sent(view: &Value, many: usize) -> bool {
    let sent = |message: &&Value| message["state"] == "sent";
    view["messages"].as_array().is_some_and(|messages| messages.iter().filter(sent).count() == many)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_unlike_any_sample_is_written_whole() {
    let market = Market::new(&[]).await;
    let server = market.serve().await;
    let case = Case::new("ITEM-8");
    let mut payload = case.state("CANCELLED");
    payload["operator_note"] = Value::from("it's '''quoted'''");
    let id = Delivery::new(&payload).accepted(server.public()).await;
    server.case_when(&case.sr_uuid, "it is planned", |view| view["decisions"][0].is_object()).await;
    let ran = server.run(&["test", "--from-event", &id]).await.expect(0);
    market.bench.write("mine/empty.toml", "");
    market.bench.write("mine/tests/whole.toml", &ran.stdout);
    let own = market.bench.path().join("mine");
    let again = market.bench.run(&["--overlay", own.to_str().unwrap(), "test", "whole.toml"]).await.expect(0);
    assert!(ran.stdout.contains("\"supplement\": null") && again.stdout.contains("1 test passed"), "{ran:?}");
}
