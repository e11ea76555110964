//! `proofbell check`: the configuration that comes with Proofbell is good, and what is wrong with others is said so that it can be
//! mended.

use std::path::{Path, PathBuf};

use proofbell_tests::{Market, Program, Workbench, root};

#[tokio::test(flavor = "multi_thread")]
async fn the_starter_configuration_is_good() {
    let market = Market::new(&[]).await;
    market.bench.run(&["check"]).await.expect(0);
    let without_secrets = Workbench::with_starter();
    without_secrets.run(&["check", "--secrets=assume"]).await.expect(0);
    let ran = without_secrets.run(&["check"]).await.expect(2);
    assert!(ran.stdout.contains("SMTP_PASSWORD") && ran.stdout.contains("channels.toml:"), "{}", ran.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_channel_is_checked() {
    let mut bench = Workbench::with_starter();
    let channel = |shape: &str| {
        format!(
            r#"
            [channel.line]
            kind = "line"
            channel_access_token = {{ env = "LINE_CHANNEL_ACCESS_TOKEN" }}
            channel_secret = {{ env = "LINE_CHANNEL_SECRET" }}
            shape = "{shape}"
            check_friend = false
            limit = {{ rate = "50/s" }}

            [audience.authenticators]
            members = [{{ name = "Desk", line = "C4af4980629aabbccddeeff0011223344" }}]
            via = ["line"]

            [rule.counterfeit-alert]
            via = ["line"]
            "#
        )
    };
    bench.overlay("line.toml", &channel("text"));
    bench.run(&["check", "--secrets=assume"]).await.expect(0);
    bench.write("line.toml", &channel("card"));
    let ran = bench.run(&["check", "--secrets=assume"]).await.expect(2);
    assert!(
        ran.stdout.contains("line.toml:6:") && ran.stdout.contains("known words are: bubble, text"),
        "{}",
        ran.stdout
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_deep_inside_a_channel_are_read_and_assumed() {
    let mut bench = Workbench::with_starter();
    bench.overlay(
        "signed.toml",
        "[channel.email]\ndkim = { domain = \"market.example\", selector = \"s1\", key = { file = \"dkim.pem\" } }\n",
    );
    bench.run(&["check", "--secrets=assume"]).await.expect(0);
    let keys = root().join("crates/proofbell-email/fixtures/keys");
    for (key, says) in
        [("ed25519.pem", None), ("ec.pem", Some("`channel.email.dkim.key`: is a key of another kind"))]
    {
        bench.write("dkim.pem", &std::fs::read_to_string(keys.join(key)).unwrap());
        // The starter configuration's other secrets are not there, which is an error of its own.
        let ran = bench.run(&["check"]).await.expect(2);
        assert_eq!(ran.stdout.contains("error[channel-setting]"), says.is_some(), "{}", ran.stdout);
        assert!(says.is_none_or(|says| ran.stdout.contains(says)), "{}", ran.stdout);
    }
}

/// The fixtures of the configuration crate; their paths in what is said are as seen from here.
fn fixtures_home() -> PathBuf {
    root().join("crates/proofbell-config")
}

fn program(fixture: &Path) -> Program {
    let existing = |name: &str| Some(fixture.join(name)).filter(|path| fixtures_home().join(path).is_dir());
    let config = existing("config").unwrap_or_else(|| "fixtures/good/config".into());
    Program::new(&fixtures_home(), &config, existing("overlay").as_slice())
}

/// What a fixture's `expected.txt` says of each mistake: what it is, and where.
struct Mistake {
    headline: String,
    place: Option<String>,
    cure: bool,
}

fn mistakes(fixture: &Path) -> Vec<Mistake> {
    let expected = std::fs::read_to_string(fixtures_home().join(fixture).join("expected.txt")).unwrap();
    let mut mistakes: Vec<Mistake> = Vec::new();
    for line in expected.lines() {
        if line.starts_with("error[") || line.starts_with("warning[") {
            mistakes.push(Mistake { headline: line.to_owned(), place: None, cure: false });
        } else if let Some(mistake) = mistakes.last_mut() {
            if line.starts_with(" --> ") {
                mistake.place = Some(line.to_owned());
            }
            mistake.cure |= line.trim_start().starts_with("= help:");
        }
    }
    mistakes
}

/// The line without the plugin's own words, where it is a plugin that speaks: the crate's tests use plugins of their own.
fn comparable(headline: &str) -> &str {
    match headline.split_once("]:") {
        Some((code, _)) if code.ends_with("[channel-setting") => code,
        _ => headline,
    }
}

async fn check(fixture: &Path) {
    let ran = program(fixture).run(&["check"]).await.expect(2);
    let name = fixture.display();
    let mistakes = mistakes(fixture);
    assert!(!mistakes.is_empty(), "{name} expects nothing");
    for mistake in &mistakes {
        let headline = comparable(&mistake.headline);
        let said = ran.stdout.lines().any(|line| line.starts_with(headline));
        assert!(said, "{name}: nobody says {headline}:\n{}", ran.stdout);
        if let Some(place) = &mistake.place {
            assert!(
                ran.stdout.lines().any(|line| line == place),
                "{name}: nobody says {place}:\n{}",
                ran.stdout
            );
        }
    }
    let cures = ran.stdout.lines().filter(|line| line.trim_start().starts_with("= help:")).count();
    let expected = mistakes.iter().filter(|mistake| mistake.cure).count();
    assert!(cures >= expected, "{name}: {cures} of {expected} cures:\n{}", ran.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_broken_configuration_is_refused_with_place_and_cure() {
    let mut fixtures: Vec<PathBuf> = std::fs::read_dir(fixtures_home().join("fixtures/broken"))
        .unwrap()
        .map(|entry| Path::new("fixtures/broken").join(entry.unwrap().file_name()))
        .collect();
    fixtures.sort();
    assert!(fixtures.len() >= 40, "only {} fixtures", fixtures.len());
    for fixture in &fixtures {
        check(fixture).await;
    }
    let placed =
        fixtures.iter().flat_map(|fixture| mistakes(fixture)).filter(|mistake| mistake.place.is_some());
    assert!(placed.count() >= 40, "hardly a fixture expects a place");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_good_fixture_is_good() {
    program(Path::new("fixtures/good")).run(&["check"]).await.expect(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_does_not_exist_is_a_usage_error() {
    let bench = Workbench::with_starter();
    for arguments in
        [&["chekc"][..], &["check", "--nonsense"], &["trigger", "reshot_needed"], &["events"], &["case"]]
    {
        let ran = bench.run(arguments).await.expect(2);
        assert!(!ran.stderr.is_empty() && ran.stdout.is_empty(), "{ran:?}");
    }
}
