//! SIGTERM: what is under way comes to its end, and nothing is lost.

use std::time::{Duration, Instant};

use proofbell_tests::{Case, Delivery, Market, PATIENCE, Reply, Seller, http, measured, until};
use serde_json::Value;

const SELLER: Seller<'_> =
    Seller { reference_id: "ITEM-D", name: "Emily", email: "hold@example.com", phone: "", locale: "en" };

/// What the server promises, and something for a busy machine.
const DRAINED: Duration = Duration::from_secs(25 + 10);

fn outcomes(message: &Value) -> Vec<&str> {
    let attempts = message["attempts"].as_array().map(Vec::as_slice).unwrap_or_default();
    attempts.iter().filter_map(|attempt| attempt["outcome"].as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_under_way_is_waited_for_but_not_for_ever() {
    let mut market = Market::new(&[SELLER]).await;
    // Slack takes the first post and does not say so.
    market.slack.script(|_| Some(Reply::new(200, "ok").held()));
    let mut server = market.serve().await;
    let (mailed, posted) = (Case::new("ITEM-D"), Case::new("ITEM-S"));
    Delivery::new(&mailed.reshoot(&[("Front", "Image is Blurry")])).accepted(server.public()).await;
    Delivery::new(&posted.state("COMPLETE/REJECTED")).accepted(server.public()).await;
    market.smtp.wait_for_held("hold@example.com").await;
    market.slack.wait_for("ITEM-S", 1).await;

    let told = Instant::now();
    server.terminate().await;
    let door = server.public();
    until("no webhook is taken any more", PATIENCE, async || {
        let answer = http::get(door, "/readyz").await;
        answer.map_or(true, |answer| answer.status == 503).then_some(())
    })
    .await;
    market.smtp.release().await;
    market.smtp.wait_for_mails("hold@example.com", 1).await;
    let status = server.ended(DRAINED).await;
    measured("drain with an attempt that never ends", told.elapsed());
    assert!(status.success(), "{status}");
    drop(server);

    market.slack.script(|_| None);
    let server = market.serve().await;
    let view = server
        .case_when(&mailed.sr_uuid, "its mail is recorded", |view| view["messages"][0]["state"] == "sent");
    assert_eq!(outcomes(&view.await["messages"][0]), ["sent"]);
    let post = |view: &Value| {
        view["messages"].as_array()?.iter().find(|message| message["channel"] == "authenticity").cloned()
    };
    let sent = |view: &Value| post(view).is_some_and(|message| message["state"] == "sent");
    let view = server.case_when(&posted.sr_uuid, "its post is sent", sent).await;
    assert_eq!(outcomes(&post(&view).unwrap()), ["unknown", "sent"], "{view:#}");
    assert_eq!(market.slack.messages_with("ITEM-S").len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_nothing_under_way_it_ends_at_once() {
    let market = Market::new(&[SELLER]).await;
    let mut server = market.serve().await;
    let idle = http::Connection::open(server.public()).await.unwrap();
    let told = Instant::now();
    server.terminate().await;
    let status = server.ended(DRAINED).await;
    measured("drain with nothing under way", told.elapsed());
    assert!(status.success(), "{status}");
    // Far below the 20 seconds for which it would wait for attempts.
    assert!(told.elapsed() < Duration::from_secs(10), "{:?}", told.elapsed());
    drop(idle);
}
