//! What a test says that has become red, to the letter: in `red/NAME.txt`. With `PROOFBELL_UPDATE=1` those files are written anew.

use proofbell_tests::root;

use super::{change, own_starter, printed};

/// Compares with what was said before.
fn says(printed: &str, name: &str) {
    let path = root().join(format!("tests/tests/end_to_end/config_tests/red/{name}.txt"));
    if std::env::var_os("PROOFBELL_UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, format!("{printed}\n")).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(format!("{printed}\n"), expected, "{name}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_word_of_the_glossary() {
    let bench = own_starter();
    change(&bench, "config/glossary.toml", "name = \"too dark\"", "name = \"badly lit\"");
    let ran = bench.run(&["test", "dark label"]).await.expect(1);
    says(&printed(&bench, &ran), "glossary-word");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_rule() {
    let bench = own_starter();
    change(&bench, "config/rules.toml", "[rule.authentic]", "[rule.good-news]\ntemplate = \"authentic\"");
    let ran = bench.run(&["test", "good news in Japanese"]).await.expect(1);
    says(&printed(&bench, &ran), "renamed-rule");
    assert!(
        ran.stderr.contains("warning[unknown-name]: there is no rule called `authentic`"),
        "{}",
        ran.stderr
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_template() {
    let bench = own_starter();
    change(
        &bench,
        "templates/authentic/email.ja.hbs",
        "{{#if case.reference_id}}（{{case.reference_id}}）{{/if}}'",
        "'",
    );
    let ran = bench.run(&["test", "good news in Japanese"]).await.expect(1);
    says(&printed(&bench, &ran), "broken-template");
    // One that is not even a template is no matter of tests: the configuration is refused.
    change(&bench, "templates/authentic/email.ja.hbs", "{{> email-foot}}", "{{> email-foot");
    let ran = bench.run(&["test"]).await.expect(2);
    assert!(ran.stderr.contains("authentic/email.ja.hbs"), "{}", ran.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_condition_that_does_not_hold_any_more() {
    let bench = own_starter();
    change(&bench, "config/rules.toml", "[\"blurry\", \"dark\", \"glare\"]", "[\"blurry\", \"glare\"]");
    let ran = bench.run(&["test", "dark label"]).await.expect(1);
    says(&printed(&bench, &ran), "condition");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_too_many_and_a_silence_for_another_reason() {
    let bench = own_starter();
    change(
        &bench,
        "config/rules.toml",
        "each = \"side\"\nwhere = { side = \"label\"",
        "each = \"side\"\nwhere = { side = \"front\"",
    );
    change(&bench, "config/rules.toml", "[\"blurry\", \"dark\", \"glare\"]", "[\"cropped\"]");
    let ran = bench.run(&["test", "exactly the photos"]).await.expect(1);
    says(&printed(&bench, &ran), "too-many");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audience_of_which_the_test_says_nothing() {
    let bench = own_starter();
    change(
        &bench,
        "config/tests/sellers-ja.toml",
        "lookup.seller = { name = \"花子\", email = \"hanako@example.jp\", locale = \"ja\" }\n",
        "",
    );
    let ran = bench.run(&["test", "good news in Japanese"]).await.expect(1);
    says(&printed(&bench, &ran), "unprepared");
}
