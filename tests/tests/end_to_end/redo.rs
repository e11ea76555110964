//! Doing things again, and calling them off, from the command line.

use proofbell_tests::{Case, Delivery, Market, Seller, Server};
use serde_json::{Value, json};

const SELLER: Seller<'_> =
    Seller { reference_id: "ITEM-R", name: "Emily", email: "emily@example.com", phone: "", locale: "en" };

async fn reject_photos(server: &Server) -> (Case, String) {
    let case = Case::new("ITEM-R");
    let id = Delivery::new(&case.reshoot(&[("Front", "Image is Blurry")])).accepted(server.public()).await;
    (case, id)
}

async fn first_message(server: &Server, case: &Case, state: &str) -> Value {
    let what = format!("its first message is {state}");
    let view = server.case_when(&case.sr_uuid, &what, |view| view["messages"][0]["state"] == state).await;
    view["messages"][0].clone()
}

fn id(view: &Value) -> &str {
    view["id"].as_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replayed_event_speaks_again_in_the_same_round() {
    let market = Market::new(&[SELLER]).await;
    let server = market.serve().await;
    let (case, event) = reject_photos(&server).await;
    market.smtp.wait_for_mails("emily@example.com", 1).await;
    server.run(&["events", "replay", &event]).await.expect(0);
    let mails = market.smtp.wait_for_mails("emily@example.com", 2).await;
    assert_ne!(mails[0].message_id, mails[1].message_id, "the second mail is another message");
    assert_eq!(mails[0].subject, mails[1].subject);
    let view = server.case_when(&case.sr_uuid, "two decisions", |view| {
        view["decisions"].as_array().is_some_and(|decisions| decisions.len() == 2)
    });
    let view = view.await;
    let seen: Vec<(&Value, &Value)> = view["decisions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|decision| (&decision["decision"]["generation"], &decision["decision"]["round"]))
        .collect();
    assert_eq!(seen, [(&json!(0), &json!(1)), (&json!(1), &json!(1))], "{view:#}");
    assert_eq!(view["events"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quarantined_event_stays_so_when_it_still_cannot_be_read() {
    let market = Market::new(&[SELLER]).await;
    let server = market.serve().await;
    let answer = Delivery::raw(r#"{"event_type":"media_rejected"}"#).post(server.public()).await.json();
    let event = answer["id"].as_str().unwrap();
    let ran = server.run(&["events", "replay", event]).await.expect(1);
    assert!(ran.stderr.contains("`sides`"), "it does not say what is missing: {ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_ended_unsent_is_tried_again() {
    let refused = Seller { email: "policy-550@example.com", ..SELLER };
    let market = Market::new(&[refused]).await;
    let server = market.serve().await;
    let (case, _) = reject_photos(&server).await;
    let message = first_message(&server, &case, "dead").await;
    assert_eq!(message["code"], "rejected", "{message:#}");
    server.run(&["messages", "retry", id(&message)]).await.expect(0);
    let tried = server.case_when(&case.sr_uuid, "it was tried twice", |view| {
        view["messages"][0]["attempts"].as_array().is_some_and(|attempts| attempts.len() == 2)
            && view["messages"][0]["state"] == "dead"
    });
    tried.await;
    assert_eq!(market.smtp.asked_about("policy-550@example.com"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_message_can_be_called_off_and_a_sent_one_neither_called_off_nor_retried() {
    let market = Market::new(&[SELLER]).await;
    let server = market.serve().await;
    let (sent_case, _) = reject_photos(&server).await;
    let sent = first_message(&server, &sent_case, "sent").await;

    server.run(&["channel", "pause", "email"]).await.expect(0);
    let (case, _) = reject_photos(&server).await;
    let waiting = first_message(&server, &case, "queued").await;
    let waiting = id(&waiting).to_owned();
    server.run(&["messages", "cancel", &waiting]).await.expect(0);
    let cancelled = server.json(&["messages", "show", &waiting]).await;
    assert_eq!(
        (&cancelled["state"], &cancelled["code"]),
        (&json!("suppressed"), &json!("cancelled")),
        "{cancelled:#}"
    );
    server.run(&["channel", "resume", "email"]).await.expect(0);

    for action in ["cancel", "retry"] {
        let ran = server.run(&["messages", action, id(&sent)]).await.expect(1);
        assert!(ran.stderr.contains(id(&sent)) || ran.stdout.contains(id(&sent)), "{ran:?}");
    }
    // Called off, it can still be sent after all.
    assert_eq!(market.smtp.mails_to("emily@example.com").len(), 1);
    server.run(&["messages", "retry", &waiting]).await.expect(0);
    market.smtp.wait_for_mails("emily@example.com", 2).await;
    let listed = server.json(&["messages", "list", "--state", "sent", "--channel", "email"]).await;
    assert_eq!(listed.as_array().unwrap().len(), 2, "{listed:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_message_is_sent_at_once_and_a_failing_one_says_so() {
    let market = Market::new(&[SELLER]).await;
    // No server runs: the command sends by itself.
    market
        .bench
        .run(&["send", "--via", "email", "--to", "me@market.example", "--template", "reshoot"])
        .await
        .expect(0);
    let mail = market.smtp.wait_for_mails("me@market.example", 1).await.remove(0);
    assert!(mail.subject.contains("photo"), "{}", mail.subject);
    market.bench.run(&["send", "--via", "authenticity"]).await.expect(0);
    assert_eq!(market.slack.messages().len(), 1);

    let ran = market.bench.run(&["send", "--via", "email", "--to", "refuse-550@example.com"]).await.expect(1);
    assert!(format!("{}{}", ran.stdout, ran.stderr).contains("550"), "{ran:?}");
    let ran = market.bench.run(&["send", "--via", "pigeon", "--to", "x"]).await.expect(2);
    assert!(ran.stderr.contains("pigeon") && ran.stderr.contains("authenticity"), "{ran:?}");
}
