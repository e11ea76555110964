//! Where a recipient's own address may lead.

use std::net::SocketAddr;
use std::sync::Arc;

use proofbell_notify::http::{Client, Reach};
use proofbell_notify::testkit::{Double, Fault, HttpAnswer, describe};
use proofbell_notify::{Address, AddressKind, Notifier, Toolkit};
use serde_json::json;

use crate::{SECRET, message, requests, webhook};

async fn send(url: &str, kit: &Toolkit) -> String {
    let webhook = webhook(json!({ "secrets": [SECRET] }), kit);
    assert_eq!(webhook.address(), AddressKind::Named("webhook"));
    describe(&webhook.send(&message(Address::Named(url.to_owned()))).await)
}

#[tokio::test]
async fn each_recipient_has_a_receiver_of_their_own() {
    let answer = Arc::new(HttpAnswer::new(204, ""));
    let (kobe, osaka) =
        (Double::start(answer.clone(), Fault::None).await, Double::start(answer, Fault::None).await);
    let (to_kobe, to_osaka): (SocketAddr, SocketAddr) = (kobe.address(), osaka.address());
    let reach = Reach::this_machine()
        .looking_up(move |name| vec![if name == "kobe.example" { to_kobe } else { to_osaka }]);
    let kit = Toolkit { http: Client::with_reach(reach) };
    assert_eq!(send("http://kobe.example/a?b=c", &kit).await, "sent");
    assert_eq!(send("http://osaka.example/d", &kit).await, "sent");
    let path = |double: &Double| requests(&double.heard()).remove(0).path;
    assert_eq!((path(&kobe), path(&osaka)), ("/a?b=c".to_owned(), "/d".to_owned()));
}

#[tokio::test]
async fn an_address_out_of_data_leads_to_no_private_place() {
    let double = Double::start(Arc::new(HttpAnswer::new(204, "")), Fault::None).await;
    let port = double.address().port();
    let check = async |url: String, code: &str| {
        assert_eq!(send(&url, &Toolkit::default()).await, format!("bad_address {code} 86400s"), "{url}");
    };
    check(format!("http://127.0.0.1:{port}/"), "not_https").await;
    check(format!("https://127.0.0.1:{port}/"), "port").await;
    check(format!("https://hooks.example:{port}/"), "port").await;
    check("https://hooks.example:80/".to_owned(), "port").await;
    check("https://me:pw@hooks.example/".to_owned(), "credentials").await;
    for host in
        ["127.0.0.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:7f00:1]", "169.254.169.254", "localhost"]
    {
        check(format!("https://{host}/latest/meta-data"), "not_public").await;
    }
    for url in ["", "hooks.example", "https://", "https://a b/", "javascript:"] {
        assert!(send(url, &Toolkit::default()).await.starts_with("bad_address "), "{url}");
    }
    assert_eq!(double.heard().len(), 0);
}

#[tokio::test]
async fn a_name_that_leads_to_a_private_place_is_no_address() {
    let double = Double::start(Arc::new(HttpAnswer::new(204, "")), Fault::None).await;
    let at = double.address();
    let reach = Reach::public().looking_up(move |_| vec![at, "10.0.0.1:443".parse().unwrap()]);
    let kit = Toolkit { http: Client::with_reach(reach) };
    assert_eq!(send("https://rebound.example/", &kit).await, "bad_address not_public 86400s");
    assert_eq!(double.heard().len(), 0);
}

#[tokio::test]
async fn there_is_nobody_to_probe() {
    let webhook = webhook(json!({ "secrets": [SECRET] }), &Toolkit::default());
    assert!(!webhook.probe().await.unwrap().asked_somebody());
}
