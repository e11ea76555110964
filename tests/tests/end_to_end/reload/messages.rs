//! What becomes of messages and connections over a reload.

use proofbell_tests::{Case, Delivery, HttpDouble, SmtpServer, Trust, Workbench};
use serde_json::Value;

use super::{Counts, DESK, DOORS, RULES, SOURCE, bench, come_to, template};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_made_keeps_its_text() {
    let slack = HttpDouble::slack().await;
    let bench = bench(&slack);
    let server = bench.serve().await;
    server.run(&["channel", "pause", "desk"]).await.expect(0);
    let case = Case::new("ITEM-1");
    Delivery::new(&case.reshoot(&[])).accepted(server.public()).await;
    let queued = |view: &Value| view["messages"][0]["state"] == "queued";
    server.case_when(&case.sr_uuid, "its message waits", queued).await;

    bench.replace("templates/reshoot/chat.en.hbs", &template("Other"));
    // Other settings do not end the pause either.
    come_to(&server, Counts { applied: 1, ..Counts::default() }).await;
    bench.replace("config/desk.toml", &DESK.replace("concurrency = 4", "concurrency = 5"));
    come_to(&server, Counts { applied: 2, ..Counts::default() }).await;
    Delivery::new(&Case::new("ITEM-2").reshoot(&[])).accepted(server.public()).await;
    server.run(&["channel", "resume", "desk"]).await.expect(0);
    slack.wait_for("About ITEM-1", 1).await;
    slack.wait_for("Other ITEM-2", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_a_channel_that_is_gone_leaves_once_it_is_back_and_a_new_one_begins() {
    let slack = HttpDouble::slack().await;
    let bench = bench(&slack);
    let server = bench.serve().await;
    server.run(&["channel", "pause", "desk"]).await.expect(0);
    let case = Case::new("ITEM-1");
    Delivery::new(&case.reshoot(&[])).accepted(server.public()).await;
    let queued = |view: &Value| view["messages"][0]["state"] == "queued";
    server.case_when(&case.sr_uuid, "its message waits", queued).await;
    bench.replace("config/desk.toml", &DESK.replace("[channel.desk]", "[channel.lobby]"));
    come_to(&server, Counts { applied: 1, ..Counts::default() }).await;
    Delivery::new(&Case::new("ITEM-2").reshoot(&[])).accepted(server.public()).await;
    slack.wait_for("ITEM-2", 1).await;
    assert!(slack.messages_with("ITEM-1").is_empty());
    // A deployment that is copied file by file takes a channel away for a moment.
    bench.replace("config/desk.toml", DESK);
    come_to(&server, Counts { applied: 2, ..Counts::default() }).await;
    server.run(&["channel", "resume", "desk"]).await.expect(0);
    slack.wait_for("ITEM-1", 1).await;
}

/// The desk's channel is a mailbox.
fn mailing(smtp: &SmtpServer) -> Workbench {
    let bench = Workbench::new();
    let port = smtp.port();
    let mail = format!(
        r#"
[channel.mail]
kind = "smtp"
url = "smtp://localhost:{port}?tls=none"
from = "shop@market.example"
[audience.staff]
kind = "list"
members = [{{ email = "desk@market.example" }}]
"#
    );
    bench.write("config/doors.toml", DOORS);
    bench.write("config/source.toml", SOURCE);
    bench.write("config/rules.toml", RULES);
    bench.write("config/mail.toml", &mail);
    bench.write("templates/reshoot/email.en.hbs", &subject("About"));
    bench
}

fn subject(word: &str) -> String {
    format!("+++\nsubject = \"{word} {{{{case.reference_id}}}}\"\n+++\n<p>Look.</p>\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_with_the_same_settings_keeps_its_connection() {
    let smtp = SmtpServer::start(Trust::Anybody).await;
    let bench = mailing(&smtp);
    let server = bench.serve().await;
    let mail = async |item: &str, many: usize| {
        Delivery::new(&Case::new(item).reshoot(&[])).accepted(server.public()).await;
        let mails = smtp.wait_for_mails("desk@market.example", many).await;
        let newest = mails.last().unwrap();
        (newest.subject.clone(), newest.connection.clone())
    };
    let (subject_before, connection) = mail("ITEM-1", 1).await;
    assert_eq!(subject_before, "About ITEM-1");
    bench.replace("templates/reshoot/email.en.hbs", &subject("Other"));
    come_to(&server, Counts { applied: 1, ..Counts::default() }).await;
    assert_eq!(mail("ITEM-2", 2).await, ("Other ITEM-2".to_owned(), connection.clone()));

    // With other settings there is another connection.
    let text = std::fs::read_to_string(bench.path().join("config/mail.toml")).unwrap();
    bench.replace("config/mail.toml", &text.replace("from = \"shop@", "from = \"desk@"));
    come_to(&server, Counts { applied: 2, ..Counts::default() }).await;
    let (_, other) = mail("ITEM-3", 3).await;
    assert_ne!(other, connection);
    assert_eq!(smtp.mails().last().unwrap().sender, "desk@market.example");
}
