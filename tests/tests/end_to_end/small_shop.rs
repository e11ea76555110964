//! The README's small shop, word for word: its configuration written by hand, the templates and the glossary that come with Proofbell.

use std::path::Path;
use std::time::{Duration, Instant};

use proofbell_tests::{Case, HttpDouble, Server, SmtpServer, Trust, Workbench, measured, root};
use serde_json::Value;

/// What the README tells a small shop to write into a file.
fn written(file: &str, language: &str) -> String {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let (_, after) =
        readme.split_once(&format!("`{file}`")).unwrap_or_else(|| panic!("README.md has no {file}"));
    let (_, block) = after.split_once(&format!("```{language}\n")).unwrap();
    block.split_once("```").unwrap().0.to_owned()
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

async fn shop(smtp: &SmtpServer, slack: &HttpDouble) -> Workbench {
    let config = written("shop/proofbell.toml", "toml");
    assert!(config.lines().count() <= 30, "the README's configuration has {} lines", config.lines().count());
    let mut bench = Workbench::new();
    bench.write("config/proofbell.toml", &config);
    bench.write("config/sellers.csv", &written("shop/sellers.csv", "csv"));
    std::fs::copy(root().join("config/glossary.toml"), bench.path().join("config/glossary.toml")).unwrap();
    copy(&root().join("templates"), &bench.path().join("templates"));
    bench.env("SLACK_WEBHOOK_URL", &slack.webhook_url());
    bench.run(&["check"]).await.expect(0);
    // The shop's mail server and its doors have ports of their own; a test must take what is free.
    let port = smtp.port();
    let overlay = format!(
        r#"
[server]
listen = "127.0.0.1:0"
admin = "127.0.0.1:0"
[channel.email]
url = "smtp://localhost:{port}?tls=none"
"#
    );
    bench.overlay("ports.toml", &overlay);
    bench
}

/// Triggers an event about the README's seller; says when it was answered, and its case.
async fn trigger(server: &Server, name: &str) -> (Instant, String) {
    let door = format!("http://{}", server.public());
    let case = Case::new("ITEM-1001").sr_uuid;
    let arguments = ["trigger", name, "--reference-id", "ITEM-1001", "--sr", &case, "--side", "label=blurry"];
    let answer = server.json(&[&arguments[..], &["--url", &door]].concat()).await;
    assert_eq!(answer["status"], "accepted", "{answer}");
    (Instant::now(), case)
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_lines_are_enough() {
    let smtp = SmtpServer::start(Trust::Anybody).await;
    let slack = HttpDouble::slack().await;
    let bench = shop(&smtp, &slack).await;
    let server = bench.serve().await;

    let (answered, case) = trigger(&server, "reshoot_needed").await;
    let mail = smtp.wait_for_mails("hanako@example.jp", 1).await.remove(0);
    check_latency("small shop: from the 200 to the mail", mail.at.saturating_duration_since(answered));
    assert!(mail.subject.contains("ラベル"), "{}", mail.subject);
    assert!(mail.text.contains("ぼやけている") && mail.text.contains("Kate's Closet"), "{}", mail.text);
    let sent = |case: &Value| case["messages"][0]["state"] == "sent";
    server.case_when(&case, "the mail is sent", sent).await;
    let told = server.run(&["case", &case]).await.expect(0).stdout;
    assert!(told.contains("reshoot") && told.contains("sent"), "{told}");

    let (answered, _) = trigger(&server, "counterfeit").await;
    let post = slack.wait_for("ITEM-1001", 1).await.remove(0);
    check_latency("small shop: from the 200 to Slack", post.at.saturating_duration_since(answered));
}

/// It should take less than a second. A test that fails on a busy machine teaches nothing, so it fails at ten.
fn check_latency(what: &str, time: Duration) {
    measured(what, time);
    assert!(time < Duration::from_secs(10), "{what}: {time:?}");
}
