//! The notifier with a bot's token, against the contract kit.

use std::net::SocketAddr;
use std::time::Duration;

use proofbell_notify::http::Client;
use proofbell_notify::testkit::{self, HttpAnswer, Rig, Row};
use proofbell_notify::{
    Address, AddressKind, Block, Body, Chat, Form, Message, Notifier, Span, Threads, Toolkit,
};
use proofbell_slack::{Slack, SlackConfig};
use serde_json::json;

pub(crate) const TOKEN: &str = "xoxb-1234-s3cr3t";
pub(crate) const CHANNEL: &str = "C0DESKDESK";
pub(crate) const TS: &str = "1503435956.000247";

/// One client for all: setting one up reads this machine's certificates.
#[derive(Default)]
struct TokenRig {
    http: Client,
}

pub(crate) fn slack(http: &Client, at: SocketAddr, deadline: Duration) -> Slack {
    let settings = json!({ "token": TOKEN, "base_url": format!("http://{at}/api") });
    let config: SlackConfig = serde_json::from_value(settings).unwrap();
    Slack::from_config(config, &Toolkit { http: http.with_timeout(deadline) }).unwrap()
}

pub(crate) fn to(address: &str) -> Message {
    let body = vec![Block::Paragraph(vec![Span::Text("Not authentic.".into())])];
    testkit::message(Address::Named(address.into()), Body::Chat(Chat { body, ..Chat::default() }))
}

pub(crate) fn posted() -> HttpAnswer {
    HttpAnswer::json(200, &json!({ "ok": true, "channel": CHANNEL, "ts": TS, "message": { "text": "x" } }))
}

/// A refusal, as the Web API words it. What it repeats of the request has no place in an outcome.
pub(crate) fn error(name: &str) -> HttpAnswer {
    refusal(200, name)
}

fn refusal(status: u16, name: &str) -> HttpAnswer {
    let messages = [format!("[ERROR] {CHANNEL} with {TOKEN} for Hanako Ginza")];
    let body = json!({ "ok": false, "error": name, "response_metadata": { "messages": messages } });
    HttpAnswer::json(status, &body)
}

impl Rig for TokenRig {
    type Notifier = Slack;

    fn notifier(&self, at: SocketAddr, deadline: Duration) -> Slack {
        slack(&self.http, at, deadline)
    }

    fn message(&self) -> Message {
        to(CHANNEL)
    }

    fn table(&self) -> Vec<Row> {
        let named = |(name, expected)| Row::new(name, error(name), expected);
        let mut rows = vec![
            Row::new("posted", posted(), "sent 1503435956.000247"),
            Row::new("an archived channel", error("is_archived"), "bad_address is_archived 3600s"),
            Row::new("posted, no ts", HttpAnswer::json(200, &json!({ "ok": true })), "sent"),
            Row::new("told to wait", slow(429, "7"), "throttled 7s channel"),
            Row::new("told to wait very long", slow(429, "86400"), "throttled 3600s channel"),
            Row::new("told to wait, in a 200", slow(200, "3"), "throttled 3s channel"),
            Row::new("told to wait, no term", HttpAnswer::new(429, ""), "throttled - channel"),
            Row::new("a stranger's 200", HttpAnswer::new(200, "<html>Welcome"), "unknown 200"),
            Row::new("a webhook's ok", HttpAnswer::new(200, "ok"), "unknown 200"),
            Row::new("no ok", HttpAnswer::json(200, &json!({ "error": "invalid_auth" })), "unknown 200"),
            Row::new("endless", HttpAnswer::new(200, vec![b'['; 1 << 20]), "unknown 200"),
            Row::new("moved", HttpAnswer::new(302, "").header("Location", "/login"), "channel_down 302"),
            Row::new("a proxy's door", HttpAnswer::new(403, "<html>proxy"), "channel_down 403"),
            Row::new("no method", HttpAnswer::new(404, ""), "channel_down 404"),
            Row::new(
                "an error with a status",
                refusal(403, "not_in_channel"),
                "bad_address not_in_channel 3600s",
            ),
            Row::new("a name with a status", refusal(503, "over_capacity"), "retry_later 503"),
            Row::new("too slow", HttpAnswer::new(408, ""), "retry_later 408"),
            Row::new("broken", HttpAnswer::new(500, TOKEN), "unknown 500"),
            Row::new("a gateway's time-out", HttpAnswer::new(504, ""), "unknown 504"),
            Row::new("a gateway's fault", HttpAnswer::new(502, "<html>"), "unknown 502"),
            Row::new("a proxy's fault", HttpAnswer::new(521, "<html>"), "unknown 521"),
            Row::new("another proxy's fault", HttpAnswer::new(525, "<html>"), "retry_later 525"),
            Row::new("unavailable", HttpAnswer::new(503, ""), "retry_later 503"),
            Row::new(
                "a refusal with a status",
                refusal(500, "service_unavailable"),
                "retry_later service_unavailable",
            ),
            Row::new("too large", HttpAnswer::new(413, ""), "rejected 413"),
            Row::new("an error that repeats", error(TOKEN), "unknown other"),
        ];
        rows.extend(NAMED.map(named));
        rows
    }

    fn probes(&self) -> Vec<Row> {
        let whose =
            json!({ "ok": true, "team": "Maison", "user": "proofbell", "team_id": "T0", "user_id": "U0" });
        vec![
            Row::new("known", HttpAnswer::json(200, &whose), "ok"),
            Row::new("revoked", error("token_revoked"), "refused token_revoked"),
            Row::new("wrong", error("invalid_auth"), "refused invalid_auth"),
            Row::new("forbidden", HttpAnswer::new(403, ""), "refused 403"),
            Row::new("elsewhere", HttpAnswer::new(301, ""), "refused 301"),
            Row::new("not Slack", HttpAnswer::new(200, "<html>"), "refused 200"),
            Row::new("wait", slow(429, "7"), "unreachable 429"),
            Row::new("fault", error("internal_error"), "unreachable internal_error"),
            Row::new("never heard of", error("never_heard_of"), "unreachable never_heard_of"),
            Row::new("catastrophe", error("fatal_error"), "unreachable fatal_error"),
            Row::new("down", HttpAnswer::new(503, ""), "unreachable 503"),
            Row::new("broken", HttpAnswer::new(500, ""), "unreachable 500"),
        ]
    }

    fn secrets(&self) -> Vec<String> {
        vec![TOKEN.into(), "s3cr3t".into()]
    }
}

fn slow(status: u16, after: &str) -> HttpAnswer {
    refusal(status, "ratelimited").header("Retry-After", after)
}

const NAMED: [(&str, &str); 34] = [
    ("rate_limited", "throttled - channel"),
    ("message_limit_exceeded", "throttled - channel"),
    ("internal_error", "unknown internal_error"),
    ("service_unavailable", "retry_later service_unavailable"),
    ("request_timeout", "retry_later request_timeout"),
    ("team_added_to_org", "retry_later team_added_to_org"),
    ("never_heard_of", "unknown never_heard_of"),
    ("fatal_error", "unknown fatal_error"),
    ("channel_not_found", "bad_address channel_not_found 3600s"),
    ("not_in_channel", "bad_address not_in_channel 3600s"),
    ("restricted_action", "bad_address restricted_action 3600s"),
    ("messages_tab_disabled", "bad_address messages_tab_disabled 3600s"),
    ("team_not_found", "bad_address team_not_found 3600s"),
    ("user_not_found", "bad_address user_not_found 86400s"),
    ("user_disabled", "bad_address user_disabled 86400s"),
    ("cannot_dm_bot", "bad_address cannot_dm_bot forever"),
    ("invalid_auth", "channel_down invalid_auth"),
    ("not_authed", "channel_down not_authed"),
    ("account_inactive", "channel_down account_inactive"),
    ("token_revoked", "channel_down token_revoked"),
    ("token_expired", "channel_down token_expired"),
    ("missing_scope", "channel_down missing_scope"),
    ("org_login_required", "channel_down org_login_required"),
    ("ekm_access_denied", "channel_down ekm_access_denied"),
    ("team_access_not_granted", "channel_down team_access_not_granted"),
    ("accesslimited", "channel_down accesslimited"),
    ("msg_too_long", "rejected msg_too_long"),
    ("msg_blocks_too_long", "rejected msg_blocks_too_long"),
    ("no_text", "rejected no_text"),
    ("invalid_blocks", "rejected invalid_blocks"),
    ("invalid_blocks_format", "rejected invalid_blocks_format"),
    ("invalid_arguments", "rejected invalid_arguments"),
    // Without a thread there is nothing to take out of the request.
    ("thread_not_found", "rejected thread_not_found"),
    ("cannot_reply_to_message", "rejected cannot_reply_to_message"),
];

#[tokio::test]
async fn keeps_the_contract() {
    testkit::run(&TokenRig::default()).await;
}

#[test]
fn what_is_needed_depends_on_the_setting() {
    let slack = slack(&Client::default(), ([127, 0, 0, 1], 9).into(), Duration::from_secs(1));
    assert_eq!((slack.form(), slack.address()), (Form::Chat, AddressKind::Named("slack")));
    assert_eq!(slack.threads(), Threads::Kept);
}
