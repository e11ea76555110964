//! Sellers behind an HTTP API: found, refused, and asked about with an id that can stand in no URL.

use std::sync::Arc;

use proofbell_notify::testkit::{Double, Fault, HttpAnswer, HttpRequest};
use proofbell_tests::{Case, Market, PATIENCE, Server, until};
use serde_json::{Value, json};

/// The starter configuration with its sellers behind an API.
async fn market(api: &Double) -> Market {
    let mut market = Market::new(&[]).await;
    let at = api.address();
    let overlay = format!(
        r#"
[audience.api]
kind   = "http"
url    = "https://market.example/internal/items/{{reference_id}}/seller"
base_url = "http://{at}"
bearer = {{ env = "DIRECTORY_TOKEN" }}
fields = {{ name = "/display_name", email = "/contact/email", locale = "/locale" }}
via    = ["email"]
nobody = {{ to = "operations", template = "nobody-found" }}

[rule.reshoot]
to = "api"
"#
    );
    market.bench.overlay("api.toml", &overlay);
    market.bench.run(&["check", "--secrets=assume"]).await.expect(0);
    market.bench.run(&["check"]).await.expect(2);
    market.bench.env("DIRECTORY_TOKEN", "t0ken-of-the-tests");
    market.bench.run(&["check"]).await.expect(0);
    market
}

/// Triggers a rejection of an item's photos, and waits until the draft for its seller says so; gives that case.
async fn reshoot(server: &Server, item: &str, what: &str) -> Value {
    let (case, door) = (Case::new(item).sr_uuid, format!("http://{}", server.public()));
    let arguments =
        ["trigger", "reshoot_needed", "--reference-id", item, "--sr", &case, "--side", "label=blurry"];
    server.json(&[&arguments[..], &["--url", &door]].concat()).await;
    let of_seller = |case: &Value| {
        case["drafts"].as_array().into_iter().flatten().any(|draft| {
            let reason = draft["reason"].as_str().unwrap_or_default();
            draft["audience"] == "api"
                && format!("{} {reason}", draft["state"].as_str().unwrap()).starts_with(what)
        })
    };
    server.case_when(&case, what, of_seller).await
}

#[tokio::test(flavor = "multi_thread")]
async fn sellers_behind_an_api_are_told() {
    let hanako = json!({ "display_name": "花子", "locale": "ja", "contact": { "email": "hanako@example.jp", "phone": null } });
    let api = Double::start(Arc::new(HttpAnswer::json(200, &hanako)), Fault::None).await;
    let market = market(&api).await;
    let server = market.serve().await;

    reshoot(&server, "MS/1", "addressed").await;
    let mail = market.smtp.wait_for_mails("hanako@example.jp", 1).await.remove(0);
    assert!(mail.subject.contains("ラベル"), "{}", mail.subject);
    let heard = HttpRequest::parse(&api.heard()[0]).unwrap();
    assert_eq!(heard.path, "/internal/items/MS%2F1/seller");
    assert_eq!(heard.header("authorization"), Some("Bearer t0ken-of-the-tests"));

    // An id that leads elsewhere is asked of nobody, and somebody hears of it at once: of both audiences, after one of the first item.
    reshoot(&server, "..", "suppressed unaskable: the directory cannot be asked about this case").await;
    market.smtp.wait_for_mails("ops@market.example", 3).await;
    assert_eq!(api.heard().len(), 1);

    // Refused, the audience pauses; the operator sees it, and the token is nowhere.
    api.talk_like(Arc::new(HttpAnswer::new(401, "t0ken-of-the-tests hanako@example.jp")));
    let case = reshoot(&server, "MS-2", "waiting ask the directory: it refuses our credentials (401)").await;
    let paused = "proofbell_audience_paused{audience=\"api\"}";
    until(paused, PATIENCE, async || server.metric(paused).await.filter(|value| *value == 1.0)).await;
    let audiences = server.get(server.admin(), "/api/v1/audiences").await.json();
    let api_state = audiences["audiences"].as_array().unwrap().iter().find(|it| it["name"] == "api").unwrap();
    assert_eq!(api_state["paused"]["reason"], "ask the directory: it refuses our credentials (401)");
    let event = case["events"][0]["id"].as_str().unwrap();
    let explained = server.run(&["explain", event]).await.expect(0).stdout;
    let waits = "would wait: failed to ask the directory: it refuses our credentials (401)";
    assert!(explained.contains(waits), "{explained}");
    let log = server.log().join("\n");
    assert_eq!(log.matches("audience paused").count(), 1, "{log}");
    assert!(!log.contains("t0ken") && !log.contains("hanako"), "{log}");
}
