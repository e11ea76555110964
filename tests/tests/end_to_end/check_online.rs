//! `proofbell check --online`: whether what is configured works, without sending anything.

use std::sync::Arc;

use proofbell_notify::testkit::{Double, Fault, HttpAnswer};
use proofbell_tests::{MailSystem, Market, PATIENCE, Reply, Seller, SmtpServer, TWILIO_TOKEN, until};
use serde_json::{Value, json};

const HANAKO: Seller<'_> =
    Seller { reference_id: "MS-1", name: "花子", email: "hanako@example.jp", phone: "", locale: "ja" };

const API: &str = r#"
[audience.api]
kind   = "http"
url    = "https://market.example/internal/items/{reference_id}/seller"
base_url = "http://ADDRESS"
bearer = { env = "DIRECTORY_TOKEN" }
fields = { name = "/display_name", email = "/contact/email" }
via    = ["email"]
nobody = { to = "operations", template = "nobody-found" }

[rule.reshoot]
to = "api"

[audience.seller]
via = ["email"]

[rule.counterfeit-alert]
to = "seller"
via = ["email", "authenticity", "sms"]
"#;

/// The starter configuration with an API beside the list of sellers.
async fn market(api: &Double) -> Market {
    let mut market = Market::new(&[HANAKO]).await;
    market.bench.overlay("api.toml", &API.replace("ADDRESS", &api.address().to_string()));
    market.bench.env("DIRECTORY_TOKEN", "t0ken-of-the-tests");
    market
}

async fn api(answer: HttpAnswer) -> Double {
    Double::start(Arc::new(answer), Fault::None).await
}

fn nothing_was_sent(market: &Market) {
    assert_eq!(market.smtp.mails().len(), 0);
    assert!(market.slack.messages().is_empty() && market.twilio.messages().is_empty());
}

/// The probe of this name, in what `--json` prints.
fn probe<'p>(probes: &'p Value, what: &str, name: &str) -> &'p Value {
    let found = probes["probes"].as_array().unwrap().iter();
    found
        .into_iter()
        .find(|it| it["what"] == what && it["name"] == name)
        .unwrap_or_else(|| panic!("{probes:#}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_works_says_what_is_proved() {
    let api = api(HttpAnswer::json(200, &json!({ "display_name": "花子" }))).await;
    let market = market(&api).await;
    let ran = market.bench.run(&["check", "--online"]).await.expect(0);
    let lines: Vec<String> =
        ran.stdout.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    let check = |begins: &str, ends: &str| {
        let found = lines.iter().any(|line| line.starts_with(begins) && line.ends_with(ends));
        assert!(found, "{begins} … {ends} is not told:\n{}", ran.stdout);
    };
    check("ok email smtp ", "logged in over TLS 1.3; the server takes mail from <no-reply@market.example>");
    check("ok authenticity slack ", "the webhook is there: it read an empty message, which posts nothing");
    check(
        "ok sms twilio ",
        "the account is active; its sender and the countries it may send to are not asked",
    );
    check("ok seller csv ", "sellers.csv: 1 row");
    check("ok api http ", "takes our credentials; 1 behind the probe's id");
    check("ok operations list ", ", listed in the configuration");
    assert_eq!((market.slack.probes(), market.twilio.probes()), (1, 1));
    nothing_was_sent(&market);
    for secret in [SmtpServer::PASSWORD, TWILIO_TOKEN, "t0ken-of-the-tests", &market.slack.webhook_url()] {
        assert!(!ran.stdout.contains(secret) && !ran.stderr.contains(secret), "{secret}:\n{}", ran.stdout);
    }
    let listed = market.bench.program().json(&["check", "--online"]).await;
    let told = lines.iter().filter(|line| line.starts_with("ok ")).count();
    assert_eq!((&listed["errors"], listed["probes"].as_array().unwrap().len()), (&json!(0), told));
    assert_eq!(probe(&listed, "channel", "sms")["result"], "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_or_silent_is_told_and_the_others_are_asked_all_the_same() {
    let api = api(HttpAnswer::new(404, "")).await;
    let mut market = market(&api).await;
    market.bench.env("TWILIO_TOKEN", "wrong-token-of-the-tests");
    market.slack.script(|_| Some(Reply::new(400, "no_text").held()));
    let ran = market.bench.run(&["check", "--online", "--timeout", "1", "--json"]).await.expect(1);
    let told = ran.json();
    let twilio = probe(&told, "channel", "sms");
    let problem = twilio["problem"].as_str().unwrap();
    assert!(problem.starts_with("refused: 401: account_sid or auth_token is wrong ("), "{problem}");
    assert!(problem.contains("channels.toml:") && twilio["result"] == "failed", "{twilio}");
    let slack = probe(&told, "channel", "authenticity");
    assert_eq!(slack["result"], "no_answer");
    assert!(slack["problem"].as_str().unwrap().starts_with("nothing came back within 1 s"), "{slack}");
    assert!((1000..60_000).contains(&slack["took_ms"].as_u64().unwrap()), "{slack}");
    assert_eq!(probe(&told, "channel", "email")["result"], "ok");
    let api = probe(&told, "audience", "api");
    assert!(api["proved"].as_str().unwrap().starts_with("answers 404 for the probe's id"), "{api}");
    assert!(ran.stderr.contains("2 of "), "{}", ran.stderr);
    assert!(!ran.stdout.contains("wrong-token"), "{}", ran.stdout);
    nothing_was_sent(&market);
    let table = market.bench.run(&["check", "--online", "--timeout", "1"]).await.expect(1);
    assert!(
        table.stdout.contains("is fine: ") && table.stdout.contains("no answer  authenticity"),
        "{}",
        table.stdout
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn all_are_asked_at_the_same_time() {
    let api = api(HttpAnswer::json(200, &json!({ "display_name": "花子" }))).await;
    let market = market(&api).await;
    let hold = |_: &Value| Some(Reply::new(200, "{\"status\":\"active\"}").held());
    market.twilio.script(hold);
    market.slack.script(|_| Some(Reply::new(400, "no_text").held()));
    let run = market.bench.run(&["check", "--online", "--timeout", "600"]);
    let release = async {
        until("all are asked while two hold their answers", PATIENCE, async || {
            let asked = [market.slack.probes(), market.twilio.probes(), api.heard().len()];
            (asked == [1, 1, 1]).then_some(())
        })
        .await;
        market.slack.release();
        market.twilio.release();
    };
    let (ran, ()) = tokio::join!(run, release);
    ran.expect(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_asked_about_a_configuration_that_is_refused() {
    let api = api(HttpAnswer::new(404, "")).await;
    let mut market = market(&api).await;
    market.bench.overlay("broken.toml", "[rule.reshoot]\nvai = [\"email\"]\n");
    let told = market.bench.run(&["check", "--online", "--json"]).await.expect(2).json();
    assert_eq!((&told["errors"], told.get("probes")), (&json!(1), None));
    assert_eq!((market.slack.probes(), api.heard().len()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mailbox_of_bounces_is_asked_beside_the_mail_server() {
    let Some(system) = MailSystem::start().await else { return };
    let api = api(HttpAnswer::json(200, &json!(null))).await;
    let mut market = market(&api).await;
    market.bench.write("system.pem", system.ca());
    let overlay = format!(
        r#"
[channel.email]
url = "{}"
username = "{}"
password = {{ env = "SYSTEM_PASSWORD" }}
ca = {{ file = "system.pem" }}
bounces = {{ imap = "{}", username = "bounces", password = {{ env = "BOUNCES_PASSWORD" }}, ca = {{ file = "system.pem" }} }}
"#,
        system.smtp_url(),
        MailSystem::USER,
        system.imap_url(),
    );
    market.bench.overlay("system.toml", &overlay);
    market.bench.env("SYSTEM_PASSWORD", MailSystem::PASSWORD);
    market.bench.env("BOUNCES_PASSWORD", MailSystem::PASSWORD);
    let told = market.bench.program().json(&["check", "--online"]).await;
    assert_eq!(probe(&told, "channel", "email")["result"], "ok");
    let mailbox = probe(&told, "collecting", "email");
    assert_eq!(mailbox["proved"], "logged in, and `INBOX` can be read: 0 mails");
    market.bench.env("BOUNCES_PASSWORD", "wrong horse");
    let told = market.bench.run(&["check", "--online", "--json"]).await.expect(1).json();
    assert_eq!(probe(&told, "channel", "email")["result"], "ok");
    let mailbox = probe(&told, "collecting", "email")["problem"].as_str().unwrap().to_owned();
    assert!(mailbox.starts_with("refused: imap: the IMAP server answered at LOGIN"), "{mailbox}");
    assert!(!mailbox.contains("wrong horse"), "{mailbox}");
}
