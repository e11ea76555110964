//! `proofbell schema` in an editor: its language server finds nothing in what `proofbell init` writes, and underlines mistakes.

use std::path::Path;

use proofbell_tests::{Linted, Workbench, taplo};

/// Mistakes: the file, what is written, what is written instead, and what is said of which line.
const MISTAKES: [(&str, &str, &str, &str); 8] = [
    ("rules.toml", "urgent = true", "urgant = true", "('urgant' was unexpected)"),
    ("rules.toml", "on = \"counterfeit\"", "on = \"counterfit\"", "\"counterfit\" does not match"),
    ("channels.toml", "kind = \"smtp\"", "kind = \"stmp\"", "\"stmp\" is not one of [\"line\",\"slack\""),
    ("channels.toml", "password = {", "pasword = {", "('pasword' was unexpected)"),
    ("channels.toml", "rate = \"20/s\"", "rate = \"20 per second\"", "\"20 per second\" does not match"),
    ("channels.toml", "{ env = \"SMTP_PASSWORD\" }", "{ enf = \"SMTP_PASSWORD\" }", "('enf' was unexpected)"),
    ("proofbell.toml", "keep = \"90d\"", "keep = 90", "90 is not of types"),
    (
        "audiences.toml",
        "kind = \"csv\"",
        "kind = \"sql\"",
        "\"sql\" is not one of [\"list\",\"csv\",\"http\"]",
    ),
];

async fn lint(taplo: &Path, config: &Path, name: &str) -> Linted {
    Linted::of(taplo, &config.join(name)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_editor_takes_the_starter_configuration_and_underlines_mistakes() {
    let Some(taplo) = taplo() else { return };
    let bench = Workbench::new();
    bench.run(&["init"]).await.expect(0);
    let config = bench.path().join("config");
    for name in ["audiences.toml", "channels.toml", "glossary.toml", "proofbell.toml", "rules.toml"] {
        let linted = lint(&taplo, &config, name).await;
        assert!(linted.good && !linted.said.contains("error"), "{name}:\n{}", linted.said);
    }
    for (name, right, wrong, says) in MISTAKES {
        let text = std::fs::read_to_string(config.join(name)).unwrap();
        assert!(text.contains(right), "{name} has no {right}");
        bench.write("config/mistaken.toml", &text.replacen(right, wrong, 1));
        let linted = lint(&taplo, &config, "mistaken.toml").await;
        assert!(!linted.good && linted.said.contains(says), "{wrong}:\n{}", linted.said);
        let others =
            linted.said.lines().filter(|line| line.starts_with("error: ") && !line.contains(says)).count();
        assert_eq!(others, 0, "{wrong} is all that is wrong:\n{}", linted.said);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_schema_is_printed_or_written() {
    let bench = Workbench::new();
    let printed = bench.run(&["schema"]).await.expect(0);
    let schema = printed.json();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert!(schema["properties"]["channel"].is_object(), "{}", printed.stdout);
    bench.run(&["schema", "--out", "schema.json"]).await.expect(0);
    assert_eq!(std::fs::read_to_string(bench.path().join("schema.json")).unwrap(), printed.stdout);
    bench.run(&["init"]).await.expect(0);
    let kept = std::fs::read_to_string(bench.path().join("config/proofbell.schema.json")).unwrap();
    assert_eq!(kept, printed.stdout, "what `init` writes is what `schema` prints");
    let ran = bench.run(&["schema", "--out", "no/such/folder/schema.json"]).await.expect(1);
    assert!(ran.stderr.contains("failed to write no/such/folder/schema.json"), "{}", ran.stderr);
}
