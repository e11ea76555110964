use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use proofbell_notify::http::Client;
use proofbell_notify::testkit::{self, Double, Fault, HttpAnswer, HttpRequest, Rig, Row};
use proofbell_notify::{
    Address, Block, Body, Chat, ConfigError, Message, Notifier, Registry, Span, Threads, Toolkit,
};
use proofbell_slack::{Slack, SlackConfig};
use serde_json::{Value, json};

const SECRET_PATH: &str = "services/T0SECRET/B0SECRET/s3cr3t";

/// One client for all: setting one up reads this machine's certificates.
#[derive(Default)]
struct SlackRig {
    http: Client,
}

impl Rig for SlackRig {
    type Notifier = Slack;

    fn notifier(&self, at: SocketAddr, deadline: Duration) -> Slack {
        let settings = json!({ "webhook_url": format!("http://{at}/{SECRET_PATH}") });
        let config: SlackConfig = serde_json::from_value(settings).unwrap();
        Slack::from_config(config, &Toolkit { http: self.http.with_timeout(deadline) }).unwrap()
    }

    fn message(&self) -> Message {
        let body = vec![Block::Paragraph(vec![Span::Text("Not authentic.".into())])];
        testkit::message(Address::Fixed, Body::Chat(Chat { body, ..Chat::default() }))
    }

    fn table(&self) -> Vec<Row> {
        let row =
            |name, status, body: &str, expected| Row::new(name, HttpAnswer::new(status, body), expected);
        let slow = |after| HttpAnswer::new(429, "rate_limited").header("Retry-After", after);
        vec![
            row("ok", 200, "ok", "sent"),
            row("bad payload", 400, "invalid_payload", "rejected invalid_payload"),
            row("ok and a line end", 200, "ok\n", "sent"),
            row("a stranger's 200", 200, "<html>Welcome</html>", "unknown 200"),
            row("no ok", 200, "invalid_token", "unknown invalid_token"),
            row("empty 200", 200, "", "unknown 200"),
            row("another success", 202, "ok", "unknown 202"),
            Row::new("told to wait", slow("7"), "throttled 7s channel"),
            Row::new("told to wait very long", slow("86400"), "throttled 3600s channel"),
            row("told to wait, not how long", 429, "", "throttled - channel"),
            row("bad blocks", 400, "invalid_blocks", "rejected invalid_blocks"),
            row("no text", 400, "no_text", "rejected no_text"),
            row("attachments", 400, "too_many_attachments", "rejected too_many_attachments"),
            row("too large", 413, "", "rejected 413"),
            row("user gone", 400, "user_not_found", "channel_down user_not_found"),
            row("prohibited", 403, "action_prohibited", "channel_down action_prohibited"),
            row("token", 403, "invalid_token", "channel_down invalid_token"),
            row("forbidden", 403, "<html>proxy</html>", "channel_down 403"),
            row("unauthorised", 401, "", "channel_down 401"),
            row("no channel", 404, "channel_not_found", "channel_down channel_not_found"),
            row("no service", 404, "no_service", "channel_down no_service"),
            row("archived", 410, "channel_is_archived", "channel_down channel_is_archived"),
            Row::new("moved", HttpAnswer::new(302, "").header("Location", "/login"), "channel_down 302"),
            row("too slow", 408, "", "retry_later 408"),
            row("rollup", 500, "rollup_error", "retry_later rollup_error"),
            row("fatal", 500, "fatal_error", "unknown fatal_error"),
            row("internal", 500, "internal_error", "unknown internal_error"),
            row("broken", 500, "", "unknown 500"),
            row("a gateway's time-out", 504, "", "unknown 504"),
            row("a proxy's fault", 520, "<html>", "unknown 520"),
            row("another proxy's fault", 525, "<html>", "retry_later 525"),
            row("unavailable", 503, "", "retry_later 503"),
            row("repeats the secret", 502, SECRET_PATH, "unknown 502"),
        ]
    }

    fn probes(&self) -> Vec<Row> {
        let row =
            |name, status, body: &str, expected| Row::new(name, HttpAnswer::new(status, body), expected);
        vec![
            row("nothing to post", 400, "no_text", "ok"),
            row("not a message", 400, "invalid_payload", "ok"),
            row("posted", 200, "ok", "ok"),
            row("archived", 410, "channel_is_archived", "refused channel_is_archived"),
            row("no service", 404, "no_service", "refused no_service"),
            row("prohibited", 403, "action_prohibited", "refused action_prohibited"),
            row("broken", 500, "", "unreachable 500"),
            row("not Slack", 200, "<html>", "refused 200"),
            row("wait", 429, "", "unreachable 429"),
            row("fault", 503, "", "unreachable 503"),
        ]
    }

    fn secrets(&self) -> Vec<String> {
        ["T0SECRET", "B0SECRET", "s3cr3t"].map(str::to_owned).into()
    }
}

#[tokio::test]
async fn keeps_the_contract() {
    testkit::run(&SlackRig::default()).await;
}

#[tokio::test]
async fn posts_json_to_the_webhook() {
    let double = Double::start(Arc::new(HttpAnswer::new(200, "ok")), Fault::None).await;
    let rig = SlackRig::default();
    let slack = rig.notifier(double.address(), Duration::from_secs(5));
    assert_eq!(slack.threads(), Threads::Ignored, "a webhook does not tell what it has posted");
    Notifier::send(&slack, &rig.message()).await;
    slack.probe().await.unwrap();
    let requests: Vec<HttpRequest> =
        double.wait_for(2).await.iter().filter_map(|unit| HttpRequest::parse(unit)).collect();
    for request in &requests {
        assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", &*format!("/{SECRET_PATH}")));
        assert_eq!(request.header("content-type"), Some("application/json"));
    }
    assert_eq!(requests[0].json().unwrap()["text"], "Not authentic.");
    assert_eq!(requests[1].json().unwrap(), json!({}));
}

#[test]
fn settings_print_no_secret() {
    for settings in
        [json!({ "token": "xoxb-s3cr3t" }), json!({ "webhook_url": "https://hooks.example/s3cr3t" })]
    {
        let config: SlackConfig = serde_json::from_value(settings).unwrap();
        let slack = Slack::from_config(config.clone(), &Toolkit::default()).unwrap();
        let shown = format!("{config:?} {slack:?}");
        assert!(!shown.contains("s3cr3t"), "{shown}");
    }
}

#[test]
fn settings_are_checked() {
    let check = |settings: Value, path: &str, message: &str| {
        let built = Registry::new().with::<Slack>().build("slack", settings.clone(), &Toolkit::default());
        let error: ConfigError = built.err().unwrap();
        assert_eq!(error.path, path, "{settings}");
        assert!(error.message.contains(message), "{settings}: {error}");
    };
    check(json!({}), "", "has neither `webhook_url` nor `token`; write one of the two");
    let both = json!({ "webhook_url": "https://hooks.slack.com/x", "token": "xoxb-1" });
    check(both, "token", "does not go together with `webhook_url`; write one of the two");
    check(json!({ "token": "xapp-1-A0-0" }), "token", "an app-level token, which cannot post");
    check(
        json!({ "token": "https://hooks.slack.com/x" }),
        "token",
        "not a token of Slack's; write the bot's",
    );
    check(json!({ "token": "xoxb-1\n" }), "token", "not a token of Slack's");
    check(json!({ "token": "" }), "token", "not a token of Slack's");
    let plain = json!({ "token": "xoxb-1", "base_url": "http://slack.example/api" });
    check(plain, "base_url", "must begin with https://");
    let query = json!({ "token": "xoxb-1", "base_url": "https://slack.example/api?a=b" });
    check(query, "base_url", "must not hold a `?`");
    let useless =
        json!({ "webhook_url": "https://hooks.slack.com/x", "base_url": "https://slack.example/api" });
    check(useless, "base_url", "goes with `token` alone");
    check(json!({ "webhook_url": "http://hooks.slack.com/x" }), "webhook_url", "must begin with https://");
    check(json!({ "webhook_url": "hooks.slack.com/x" }), "webhook_url", "not a URL");
    let both = json!({ "webhook_url": "https://hooks.slack.com/x", "chanel": "#ops" });
    check(both, "chanel", "unknown field `chanel`");
}
