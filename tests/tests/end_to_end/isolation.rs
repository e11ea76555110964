//! Trouble in one place delays nobody elsewhere: measured before and during it, in one run.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use axum::Json;
use axum::Router;
use axum::extract::State;
use proofbell_tests::{Case, Delivery, Market, PATIENCE, Reply, Seller, Server, measured, until};
use serde_json::{Value, json};
use tokio::sync::watch;

const HANAKO: Seller<'_> = Seller {
    reference_id: "ITEM-1",
    name: "田中 花子",
    email: "hanako@example.jp",
    phone: "+819012345678",
    locale: "ja",
};
const EVENTS: usize = 25;

/// A directory that knows nobody, or hangs.
async fn directory() -> (SocketAddr, watch::Sender<bool>) {
    async fn answer(State(mut hangs): State<watch::Receiver<bool>>) -> Json<Value> {
        // Whoever asked may have gone, and the test with it.
        let _ = hangs.wait_for(|hangs| !hangs).await;
        Json(json!({ "people": [] }))
    }
    let hangs = watch::Sender::new(false);
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let at = listener.local_addr().unwrap();
    let router = Router::new().fallback(answer).with_state(hangs.subscribe());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (at, hangs)
}

/// Each rejection of photos is told by mail, by text and to the desk, and to people of a directory of its own.
async fn market(directory: SocketAddr) -> Market {
    let mut market = Market::new(&[HANAKO]).await;
    let overlay = format!(
        r##"
[channel.sms]
limit = {{ rate = "1000/s", concurrency = 4 }}
[channel.authenticity]
limit = {{ rate = "1000/s", concurrency = 4 }}

[audience.partner]
kind     = "http"
url      = "https://partner.example/{{sr_uuid}}"
base_url = "http://{directory}"
people   = "/people"
fields   = {{ email = "/email" }}
via      = ["email"]

[rule.reshoot-text]
on       = "reshoot_needed"
to       = "seller"
via      = ["sms"]
template = "reshoot"
[rule.reshoot-desk]
on       = "reshoot_needed"
to       = "authenticators"
via      = ["authenticity"]
template = "reshoot"
[rule.reshoot-partner]
on       = "reshoot_needed"
to       = "partner"
template = "reshoot"
[rule.reshoot-label]
enabled = false
"##
    );
    market.bench.overlay("isolation.toml", &overlay);
    market
}

/// From the 200 to the mail, for each of so many events; the median.
async fn latency(market: &Market, server: &Server) -> Duration {
    let mut times = Vec::new();
    for _ in 0..EVENTS {
        let before = market.smtp.mails_to(HANAKO.email).len();
        let case = Case::new(HANAKO.reference_id);
        Delivery::new(&case.reshoot(&[("Front", "Image is Blurry")])).accepted(server.public()).await;
        let answered = Instant::now();
        let mails = market.smtp.wait_for_mails(HANAKO.email, before + 1).await;
        times.push(mails[before].at.saturating_duration_since(answered));
    }
    times.sort_unstable();
    times[times.len() / 2]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hanging_person_a_paused_provider_and_a_hung_directory_delay_no_mail() {
    let (at, hangs) = directory().await;
    let market = market(at).await;
    let server = market.serve().await;
    latency(&market, &server).await; // Connections are open and pages are in memory.
    let calm = latency(&market, &server).await;

    hangs.send_replace(true);
    market.twilio.script(|_| Some(Reply::new(201, "{}").held()));
    market.slack.script(|_| Some(Reply::new(404, "no_service")));
    let case = Case::new(HANAKO.reference_id);
    Delivery::new(&case.reshoot(&[("Front", "Image is Blurry")])).accepted(server.public()).await;
    let paused = "proofbell_channel_paused{channel=\"authenticity\"}";
    until(paused, PATIENCE, async || server.metric(paused).await.filter(|value| *value == 1.0)).await;
    let before = market.twilio.messages().len();
    let trouble = latency(&market, &server).await;
    measured("from the 200 to the mail, all well", calm);
    measured(
        "from the 200 to the mail, beside a hanging person, a paused provider and a hung directory",
        trouble,
    );

    // The trouble was real, and lasted to the end.
    assert!(
        market.twilio.messages().len() <= before + 4,
        "texts hang, no more than the channel's concurrency"
    );
    let waiting = server.metric("proofbell_drafts_waiting").await;
    assert!(waiting.is_some_and(|waiting| waiting > 0.0), "{waiting:?}");
    assert_eq!(server.metric(paused).await, Some(1.0));
    // A machine may be busy; a worker that waits for another would take seconds.
    assert!(trouble < calm * 5 + Duration::from_millis(500), "{calm:?} became {trouble:?}");
    market.twilio.release();
}
