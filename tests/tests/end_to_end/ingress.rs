//! The public door, over the wire.

use hyper::Method;
use jiff::SignedDuration;
use proofbell_tests::http::{self, Answer};
use proofbell_tests::{Case, Delivery, HttpDouble, Server, WEBHOOK_PATH, Workbench};
use serde_json::{Value, json};

/// A server with one rule that no event of these tests concerns.
async fn serve(bench: &Workbench, slack: &HttpDouble) -> Server {
    let webhook_url = slack.webhook_url();
    let config = format!(
        r#"
[server]
listen = "127.0.0.1:0"
admin = "127.0.0.1:0"
[source.legitmark]
secrets = [{{ env = "LEGITMARK_WEBHOOK_SECRET" }}]
[channel.desk]
kind = "slack"
webhook_url = "{webhook_url}"
[audience.staff]
kind = "list"
members = [{{ name = "Desk" }}]
[rule.counterfeit]
on = "counterfeit"
to = "staff"
"#
    );
    bench.write("config/proofbell.toml", &config);
    bench.write("templates/counterfeit/chat.en.hbs", "{{case.reference_id}}\n");
    bench.serve().await
}

fn status_and_word(answer: &Answer) -> (u16, String) {
    let body = answer.json();
    let word = if answer.status == 200 { &body["status"] } else { &body["error"]["code"] };
    (answer.status, word.as_str().unwrap_or_default().to_owned())
}

fn delivery() -> Delivery {
    Delivery::new(&Case::new("ITEM-1").state("QC/PENDING"))
}

async fn post(server: &Server, headers: &[(String, String)], body: &[u8]) -> Answer {
    http::send(server.public(), Method::POST, WEBHOOK_PATH, headers, body).await.unwrap()
}

fn with(mut headers: Vec<(String, String)>, name: &str, value: &str) -> Vec<(String, String)> {
    headers.retain(|(known, _)| known != name);
    headers.push((name.to_owned(), value.to_owned()));
    headers
}

fn without(mut headers: Vec<(String, String)>, prefix: &str) -> Vec<(String, String)> {
    headers.retain(|(name, _)| !name.starts_with(prefix));
    headers
}

#[tokio::test(flavor = "multi_thread")]
async fn authentic_deliveries_are_answered_with_200_and_kept() {
    let (bench, slack) = (Workbench::new(), HttpDouble::slack().await);
    let server = serve(&bench, &slack).await;
    let good = delivery();
    let id = good.accepted(server.public()).await;
    let again = good.post(server.public()).await.json();
    assert_eq!(again, json!({ "status": "duplicate", "id": id }));

    let other_body = Delivery::new(&Case::new("ITEM-2").state("QC/PENDING")).with_id(&good.id);
    let table = [
        ("a known id with another body", other_body),
        ("no JSON", Delivery::raw("hello")),
        ("not of the event's shape", Delivery::raw(r#"{"event_type":"media_rejected","sr_uuid":"x"}"#)),
    ];
    for (what, delivery) in table {
        let answer = delivery.post(server.public()).await;
        assert_eq!(status_and_word(&answer), (200, "quarantined".to_owned()), "{what}");
        let id = answer.json()["id"].as_str().unwrap().to_owned();
        let shown = server.json(&["events", "show", &id]).await.to_string();
        assert!(shown.contains("quarantined"), "{what}: {shown}");
    }
    let listed = server.json(&["events", "list", "--status", "quarantined"]).await;
    assert_eq!(listed.as_array().unwrap().len(), 3, "{listed:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_that_prove_nothing_are_answered_with_401_and_not_kept() {
    let (bench, slack) = (Workbench::new(), HttpDouble::slack().await);
    let server = serve(&bench, &slack).await;
    let good = delivery();
    let at = |minutes: i64| {
        Delivery { at: good.at + SignedDuration::from_mins(minutes), ..good.clone() }.headers()
    };
    let headers = good.headers();
    let table = [
        ("no signature headers", without(headers.clone(), "svix-"), "signature_missing"),
        ("no signature", without(headers.clone(), "svix-signature"), "signature_missing"),
        (
            "a timestamp with a sign",
            with(headers.clone(), "svix-timestamp", "+1700000000"),
            "signature_malformed",
        ),
        ("an id with a dot", with(headers.clone(), "svix-id", "msg.1"), "signature_malformed"),
        ("mixed families", with(headers.clone(), "webhook-id", &good.id), "signature_malformed"),
        ("another id", with(headers.clone(), "svix-id", "msg_2"), "signature_invalid"),
        ("signed six minutes ago", at(-6), "timestamp_out_of_tolerance"),
        ("signed in six minutes", at(6), "timestamp_out_of_tolerance"),
    ];
    for (what, headers, code) in table {
        let answer = post(&server, &headers, &good.body).await;
        assert_eq!(status_and_word(&answer), (401, code.to_owned()), "{what}: {}", answer.text());
        assert!(answer.json()["error"]["message"].is_string(), "{what}");
    }
    let tampered = [&good.body[..], b" "].concat();
    let answer = post(&server, &headers, &tampered).await;
    assert_eq!(status_and_word(&answer), (401, "signature_invalid".to_owned()));
    assert_eq!(server.json(&["events", "list"]).await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_webhook_is_turned_away() {
    let (bench, slack) = (Workbench::new(), HttpDouble::slack().await);
    let server = serve(&bench, &slack).await;
    let large = Delivery::raw(vec![b' '; 256 * 1024 + 1]);
    assert_eq!(large.post(server.public()).await.status, 413);
    let fits = Delivery::raw(vec![b' '; 256 * 1024]);
    assert_eq!(status_and_word(&fits.post(server.public()).await), (200, "quarantined".to_owned()));

    for encoding in ["gzip", "br", "identity"] {
        let compressed = delivery();
        let headers = with(compressed.headers(), "content-encoding", encoding);
        assert_eq!(post(&server, &headers, &compressed.body).await.status, 415, "{encoding}");
    }
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let answer = http::send(server.public(), method.clone(), WEBHOOK_PATH, &[], b"").await.unwrap();
        assert_eq!((answer.status, answer.header("allow")), (405, "POST"), "{method}");
    }
    for path in ["/", "/webhooks", "/webhooks/legitmark/x", "/metrics", "/api/v1/events"] {
        assert_eq!(server.get(server.public(), path).await.status, 404, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doors_say_how_things_are() {
    let (bench, slack) = (Workbench::new(), HttpDouble::slack().await);
    let server = serve(&bench, &slack).await;
    for path in ["/healthz", "/readyz"] {
        assert_eq!(server.get(server.public(), path).await.status, 200, "{path}");
    }
    let case = Case::new("ITEM-9");
    Delivery::new(&case.state("COMPLETE/REJECTED")).accepted(server.public()).await;
    slack.wait_for("ITEM-9", 1).await;
    server
        .case_when(&case.sr_uuid, "its message is sent", |view| view["messages"][0]["state"] == "sent")
        .await;
    let metrics = server.get(server.admin(), "/metrics").await;
    assert_eq!(metrics.status, 200);
    let text = metrics.text();
    let sent = r#"proofbell_attempts_total{channel="desk",outcome="sent"} 1"#;
    assert!(text.lines().any(|line| line == sent), "{text}");
    for secret in ["ITEM-9", case.sr_uuid.as_str(), "aWebhookOfTheTests"] {
        assert!(!text.contains(secret), "{secret} in the metrics:\n{text}");
    }
    let log = server.log().join("\n");
    assert!(!log.contains("aWebhookOfTheTests") && !log.contains("whsec_"), "{log}");
    let unreadable: Vec<String> =
        server.log().into_iter().filter(|line| serde_json::from_str::<Value>(line).is_err()).collect();
    assert!(unreadable.is_empty(), "not every line of the log is JSON: {unreadable:#?}");
}
