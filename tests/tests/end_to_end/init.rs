//! `proofbell init`: from an empty folder to a server that runs, and nothing is ever overwritten.

use std::path::Path;

use proofbell_tests::{Program, SECRET, Workbench};

/// Every path below a folder.
fn tree(folder: &Path) -> Vec<String> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()) {
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() {
            paths.extend(tree(&entry.path()).into_iter().map(|below| format!("{name}/{below}")));
        }
        paths.push(name);
    }
    paths.sort();
    paths
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_user_gets_a_server_that_runs() {
    let mut bench = Workbench::new();
    let ran = bench.run(&["init"]).await.expect(0);
    assert!(ran.stdout.contains("wrote config/  audiences.toml"), "{}", ran.stdout);
    for word in ["check --secrets=assume", "proofbell test", "proofbell serve", "export SMTP_PASSWORD="] {
        assert!(ran.stdout.contains(word), "{word} is not among what comes next:\n{}", ran.stdout);
    }
    let checked = bench.run(&["check", "--secrets=assume"]).await.expect(0);
    assert!(checked.stdout.contains("0 warnings"), "{}", checked.stdout);
    bench.run(&["test"]).await.expect(0);

    bench.env("SMTP_PASSWORD", "a-password");
    bench.env("SLACK_AUTHENTICITY_URL", "https://hooks.slack.com/services/T000/B000/XXXX");
    bench.env("TWILIO_SID", "AC00000000000000000000000000000000");
    bench.env("TWILIO_TOKEN", "00000000000000000000000000000000");
    bench.env("LEGITMARK_WEBHOOK_SECRET", SECRET);
    bench.run(&["check"]).await.expect(0);
    bench.overlay("ports.toml", "[server]\nlisten = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"\n");
    bench.serve().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_overwritten() {
    let bench = Workbench::new();
    bench.write("config/rules.toml", "# mine\n");
    bench.write("templates/reshoot/email.en.hbs", "mine");
    bench.write("notes.txt", "mine");
    let before = tree(bench.path());
    let ran = bench.run(&["init"]).await.expect(2);
    for name in ["config/rules.toml", "templates/reshoot/email.en.hbs"] {
        assert!(ran.stderr.contains(name), "{name} is in the way:\n{}", ran.stderr);
    }
    assert!(!ran.stderr.contains("glossary") && ran.stdout.is_empty(), "{ran:?}");
    assert_eq!(tree(bench.path()), before, "nothing was written");

    bench.run(&["init", "deep/shop"]).await.expect(0);
    bench.run(&["init", "deep/shop", "--channels=sms"]).await.expect(2);
    let ran = bench.run(&["init", "notes.txt"]).await.expect(2);
    assert!(ran.stderr.contains("notes.txt"), "{}", ran.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_it_can_be_had() {
    let bench = Workbench::new();
    let listed = bench.program().json(&["init", "--channels", "smtp,slack", "--locale", "ja"]).await;
    let files: Vec<&str> =
        listed["files"].as_array().unwrap().iter().map(|file| file.as_str().unwrap()).collect();
    assert!(files.contains(&"templates/reshoot/email.ja.hbs"), "{files:?}");
    assert!(!files.iter().any(|file| file.contains(".en.") || file.contains("text.")), "{files:?}");
    assert!(files.iter().all(|file| bench.path().join(file).is_file()));
    let checked = bench.run(&["check", "--secrets=assume"]).await.expect(0);
    assert!(
        checked.stdout.contains("5 rules, 2 channels") && checked.stdout.contains("0 warnings"),
        "{}",
        checked.stdout
    );
    let shown = bench.run(&["check", "--secrets=assume", "--show", "defaults.locale"]).await.expect(0);
    assert!(shown.stdout.contains("\"ja\""), "{}", shown.stdout);
}

/// A user's first three commands, for some channels and languages. All rules, templates and languages that there are then are covered by
/// the tests that come with them.
async fn begin(bench: &Workbench, channels: &str, locale: &str) {
    let folder = format!("{channels}-{locale}");
    let config = format!("{folder}/config");
    bench.run(&["init", &folder, "--channels", channels, "--locale", locale]).await.expect(0);
    let program = Program::new(bench.path(), Path::new(&config), &[]);
    let checked = program.run(&["check", "--secrets=assume"]).await.expect(0);
    assert!(checked.stdout.contains("0 warnings"), "{folder}: {}", checked.stdout);
    program.run(&["test", "--coverage=require"]).await.expect(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_part_of_it_passes_its_check_and_its_tests() {
    let bench = Workbench::new();
    let each = async |locales: [&str; 2]| {
        let mut begun = 0;
        for locale in locales {
            for channels in
                ["email", "slack", "sms", "email,slack", "email,sms", "slack,sms", "email,slack,sms"]
            {
                begin(&bench, channels, locale).await;
                begun += 1;
            }
        }
        begun
    };
    // Two at a time, as many as a small machine has cores.
    let (one, two) = tokio::join!(each(["en", "ja"]), each(["en,ja", "ja,en"]));
    assert_eq!(one + two, 28, "seven sets of channels in four of languages");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_are_not_known_are_told_with_those_that_are() {
    let bench = Workbench::new();
    for (arguments, says) in [
        (
            ["init", "--channels=email,emial"],
            "no channel `emial`; did you mean `email`? it has email (kind smtp, called `email`), slack",
        ),
        (["init", "--channels="], "it has email"),
        (["init", "--locale=en,fr"], "not written in `fr`; it is written in en, ja"),
    ] {
        let ran = bench.run(&arguments).await.expect(2);
        assert!(ran.stderr.contains(says), "{}", ran.stderr);
    }
    assert_eq!(tree(bench.path()), [""; 0]);
}
