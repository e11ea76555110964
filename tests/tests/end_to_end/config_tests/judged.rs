//! What a test must not let pass, and what it must not say.

use proofbell_tests::{Ran, Workbench};

use super::{change, own_starter};

/// The starter configuration with one test more.
fn with_test(steps: &str) -> Workbench {
    let bench = own_starter();
    let head = "[[test]]\nname = \"added\"\nat = \"2026-02-10T10:00:00+09:00\"\n";
    bench.write("config/tests/added.toml", &format!("{head}{steps}"));
    bench
}

/// Runs that test.
async fn run(bench: &Workbench, code: i32) -> Ran {
    bench.run(&["test", "added.toml"]).await.expect(code)
}

#[tokio::test(flavor = "multi_thread")]
async fn listed_people_are_told_masked_unless_the_test_names_them() {
    let desk = "authenticity@market.example";
    let bench = with_test("[[test.step]]\nevent = \"counterfeit\"\n");
    let ran = bench.run(&["test", "added.toml", "--junit", "results.xml"]).await.expect(1);
    let junit = std::fs::read_to_string(bench.path().join("results.xml")).unwrap();
    let json = bench.run(&["--json", "test", "added.toml"]).await.expect(1).stdout;
    for told in [&ran.stdout, &junit, &json] {
        assert!(told.contains("nobody expected counterfeit-alert via email to a…@market.example"), "{told}");
        assert!(!told.contains(desk), "{told}");
    }
    // An expectation of somebody else does not tell who it is either, and what is shown masked is no address.
    for other in ["kantei@market.example", "a…@market.example"] {
        let expect = format!(
            "expect = [{{ rule = \"counterfeit-alert\", via = \"email\", address = \"{other}\" }}, {{ via = \"authenticity\" }}, {{ via = \"email\", locale = \"ja\" }}]"
        );
        let bench = with_test(&format!("[[test.step]]\nevent = \"counterfeit\"\n{expect}\n"));
        let told = run(&bench, 1).await.stdout;
        assert!(told.contains("via email to a…@market.example") && !told.contains(desk), "{told}");
    }
    let expect = format!("expect = [{{ rule = \"counterfeit-alert\", address = \"{desk}\" }}]");
    let bench = with_test(&format!("[[test.step]]\nevent = \"counterfeit\"\n{expect}\n"));
    let told = run(&bench, 1).await.stdout;
    assert!(told.contains(&format!("counterfeit-alert via email to {desk}")), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shown_in_the_place_of_nothing_is_not_expected_by_its_words() {
    for (event, expect) in [
        ("counterfeit", "{ via = \"email\" }, { via = \"authenticity\", address = \"(the channel's own)\" }"),
        ("reshoot_needed", "{ via = \"sms\", subject = \"(none)\" }"),
    ] {
        let seller = "lookup.seller = { phone = \"+819012345678\", locale = \"en\" }\n";
        let bench = with_test(&format!("{seller}[[test.step]]\nevent = \"{event}\"\nexpect = [{expect}]\n"));
        let told = run(&bench, 1).await.stdout;
        assert!(told.contains("the closest message differs"), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_put_aside_by_mistake_fails_its_test() {
    let payload = r#"event = { event_type = "media_rejected", sr_uuid = "SR-1", timestamp = "2026-02-10T01:00:00Z", sides = {} }"#;
    let aside = format!("[[test.step]]\n{payload}\n");
    let told = run(&with_test(&aside), 1).await.stdout;
    assert!(told.contains("the event is put aside, and no `silent` says so"), "{told}");
    let meant = format!("{aside}silent = [{{ rule = \"reshoot\", because = \"quarantined\" }}]\n");
    run(&with_test(&meant), 0).await;
    // Another reason is none for this.
    let other = format!("{aside}silent = [\"reshoot\"]\n");
    run(&with_test(&other), 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_nobody_would_look_up_needs_no_lookup() {
    let bench = with_test(
        r#"
[[test.step]]
event = { event_type = "state_change", sr_uuid = "0c3c4b0e-6f3b-4a7e-9a63-0d0f6f3b4a7e", timestamp = "2026-02-10T01:00:00Z", state = { primary = "COMPLETE", supplement = "APPROVED" } }
silent = [{ rule = "authentic", audience = "seller", because = "nobody" }]
expect = [{ rule = "authentic", audience = "operations", template = "nobody-found", text_lacks = "https://" }]
"#,
    );
    run(&bench, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn coverage_asks_for_no_more_than_a_test_can_give() {
    let bench = own_starter();
    // What the desk's mail never carries, and the exacter of two languages that a place may be told in.
    change(
        &bench,
        "config/channels.toml",
        "[channel.email]\n",
        "[channel.email]\nnever_on = [\"counterfeit\"]\n",
    );
    change(&bench, "config/proofbell.toml", "locale = \"en\"", "locale = \"en-GB\"");
    let chat = "templates/counterfeit-alert/chat.en";
    let text = std::fs::read_to_string(bench.path().join(format!("{chat}.hbs"))).unwrap();
    bench.write(&format!("{chat}-GB.hbs"), &text);
    std::fs::remove_dir_all(bench.path().join("config/tests")).unwrap();
    let alert = r#"
[[test]]
name = "the desk"
at = "2026-02-10T10:00:00+09:00"
[[test.step]]
event = "counterfeit"
expect = [{ rule = "counterfeit-alert", via = "authenticity", locale = "en-GB" }]

[[test]]
name = "a seller who has no address at all"
at = "2026-02-10T10:00:00+09:00"
lookup.seller = { name = "Emma" }
[[test.step]]
event = "authentic"
silent = [{ rule = "authentic", audience = "seller", because = "no_address" }]
expect = [{ template = "nobody-found" }]
"#;
    bench.write("config/tests/added.toml", alert);
    let coverage = bench.program().json(&["test", "--coverage"]).await["coverage"].clone();
    let untouched = |what: &str| coverage[what]["untouched"].to_string();
    assert!(!untouched("templates").contains("counterfeit-alert"), "{coverage:#}");
    assert!(!untouched("rules").contains("counterfeit-alert"), "{coverage:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_file_keeps_one_text() {
    let two = |expect: &str| {
        let lookup = r#"lookup.seller = [{ phone = "+819012345678", locale = "en" }, { phone = "+819012345679", locale = "LOCALE" }]"#;
        format!("{}\n[[test.step]]\nevent = \"reshoot_needed\"\nexpect = [{expect}]\n", lookup)
    };
    let kept = r#"{ rule = "reshoot", via = "sms", count = 2, snapshot = "both.txt" }, { rule = "reshoot-label", count = 2 }"#;
    let other = with_test(&two(kept).replace("LOCALE", "ja"));
    let told = other.run(&["test", "added.toml", "--update"]).await.expect(1).stdout;
    assert!(told.contains("both.txt") && told.contains("was written just now for another message"), "{told}");
    let same = with_test(&two(kept).replace("LOCALE", "en"));
    same.run(&["test", "added.toml", "--update"]).await.expect(0);
    run(&same, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_words_of_explain_are_those_of_because() {
    let bench = with_test(
        r#"
[[test.step]]
event = "reshoot_needed"
sides = { front = "blurry" }
lookup.seller = "nobody"
silent = [
  { rule = "reshoot-label", because = "where.side" },
  { rule = "by-side", because = "except.reference_id" },
]
expect = [{ template = "nobody-found" }]
[[test.step]]
event = { event_type = "media_rejected", sr_uuid = "SR-1", reference_id = "ITEM-2", timestamp = "2026-02-10T01:00:00Z", sides = [] }
silent = [{ rule = "by-side", because = "where.side" }]
lookup.seller = "nobody"
expect = [{ template = "nobody-found" }]
"#,
    );
    let rule = r#"
[rule.by-side]
on = "reshoot_needed"
to = "operations"
template = "reshoot"
each = "side"
except = { reference_id = "ITEM-1001" }
"#;
    let rules = std::fs::read_to_string(bench.path().join("config/rules.toml")).unwrap();
    bench.write("config/rules.toml", &format!("{rules}{rule}"));
    let told = run(&bench, 1).await.stdout;
    assert!(told.contains("`by-side` kept silent, but not because of `where.side`"), "{told}");
    assert!(told.contains("because of `each`: `each` finds no rejected side in this event"), "{told}");
    let said = "because = \"where.side\" }]\nlookup";
    change(&bench, "config/tests/added.toml", said, &said.replace("where.side", "each"));
    run(&bench, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payload_does_not_drive_the_terminal_of_who_tests() {
    let lookup = r#"lookup.seller = { phone = "+819012345678", locale = "en" }"#;
    let steps = format!(
        "{lookup}\n[[test.step]]\nevent = \"reshoot_needed\"\nsides = {{ front = \"\\u001B[2Jx\\u009B31m\" }}\n"
    );
    let bench = with_test(&steps);
    let ran = bench.run(&["test", "added.toml", "--junit", "results.xml"]).await.expect(1);
    let junit = std::fs::read_to_string(bench.path().join("results.xml")).unwrap();
    for told in [ran.stdout, junit] {
        assert!(told.contains("[2Jx") && !told.contains(|c: char| c.is_control() && c != '\n'), "{told:?}");
    }
}
