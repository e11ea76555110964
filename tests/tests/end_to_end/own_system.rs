//! A marketplace's own system as a channel: it gets signed JSON, and no address out of data leads next door.

use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use proofbell_event::Verifier;
use proofbell_tests::{Case, Delivery, PATIENCE, Workbench, until};
use serde_json::Value;
use tokio::sync::watch;

const SECRET: &str = "whsec_mgEUF12EaAfLzcKJgGRTUeFU3ojcnmBsgAVOYykVQZk=";

const CONFIG: &str = r#"
[server]
listen = "127.0.0.1:0"
admin = "127.0.0.1:0"
[source.legitmark]
secrets = [{ env = "LEGITMARK_WEBHOOK_SECRET" }]

[channel.backoffice]
kind = "webhook"
url = { env = "BACKOFFICE_URL" }
secrets = [{ env = "BACKOFFICE_SECRET" }]
[channel.partner]
kind = "webhook"
secrets = [{ env = "BACKOFFICE_SECRET" }]

[audience.desk]
kind = "list"
via = ["partner"]
else_via = ["backoffice"]
members = [{ name = "Desk", webhook = "https://127.0.0.1/hook" }]

[rule.counterfeit]
on = "counterfeit"
to = "desk"
"#;

type Heard = watch::Sender<Vec<(HeaderMap, Bytes)>>;

/// A system that takes everything.
async fn own_system() -> (SocketAddr, Heard) {
    async fn take(State(heard): State<Heard>, headers: HeaderMap, body: Bytes) -> StatusCode {
        heard.send_modify(|heard| heard.push((headers, body)));
        StatusCode::NO_CONTENT
    }
    let heard = Heard::new(Vec::new());
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let at = listener.local_addr().unwrap();
    let router = Router::new().fallback(take).with_state(heard.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (at, heard)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_lead_next_door_falls_back_to_the_marketplaces_own_system() {
    let (at, heard) = own_system().await;
    let mut bench = Workbench::new();
    bench.write("config/proofbell.toml", CONFIG);
    let template =
        "+++\nheader = \"Counterfeit: {{case.reference_id}}\"\n+++\nIt is **not** <b>authentic</b>.\n";
    bench.write("templates/counterfeit/chat.en.hbs", template);
    bench.env("BACKOFFICE_URL", &format!("http://{at}/hook"));
    bench.env("BACKOFFICE_SECRET", SECRET);
    bench.run(&["check"]).await.expect(0);
    let server = bench.serve().await;
    let case = Case::new("ITEM-1");
    Delivery::new(&case.state("COMPLETE/REJECTED")).accepted(server.public()).await;

    let (headers, body) =
        until("the own system hears of it", PATIENCE, async || heard.borrow().first().cloned()).await;
    let lines = headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    let id = Verifier::new([SECRET]).unwrap().verify(lines, &body, Timestamp::now()).unwrap();
    let message: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((&message["type"], &message["data"]["version"]), (&"message".into(), &1.into()));
    assert_eq!(message["data"]["id"], id.as_str());
    assert_eq!(message["data"]["case"], case.sr_uuid);
    assert_eq!(message["data"]["chat"]["header"], "Counterfeit: ITEM-1");
    assert!(message["data"]["text"].as_str().unwrap().contains("It is not"), "{message:#}");

    let of = |view: &Value, channel: &str| {
        view["messages"].as_array()?.iter().find(|message| message["channel"] == channel).cloned()
    };
    let sent = |view: &Value| of(view, "backoffice").is_some_and(|message| message["state"] == "sent");
    let view = server.case_when(&case.sr_uuid, "the second channel has sent", sent).await;
    assert_eq!(of(&view, "partner").unwrap()["code"], "bad_address", "{view:#}");
    assert_eq!(heard.borrow().len(), 1);
}
