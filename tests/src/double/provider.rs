//! How each provider answers.

use axum::http::{HeaderMap, Method, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{LINE_TOKEN, Reply, SLACK_PATH, SLACK_TOKEN, Shared, TWILIO_SID, TWILIO_TOKEN};

pub(super) fn slack(shared: &Shared, method: &Method, path: &str, headers: &HeaderMap, body: &[u8]) -> Reply {
    if method != Method::POST || path != SLACK_PATH {
        return shared.broken(format!("{method} {path} is no webhook"));
    }
    if headers.get(header::CONTENT_TYPE).is_none_or(|kind| kind != "application/json") {
        return shared.broken("a message is not posted as JSON".to_owned());
    }
    let Ok(payload) = serde_json::from_slice::<Value>(body) else {
        return shared.broken("a message is no JSON".to_owned());
    };
    if payload == json!({}) {
        // An empty message posts nothing; that is how a webhook is asked whether it is well.
        return shared.probed(&payload, Reply::new(400, "no_text"));
    }
    shared.heard(payload, Reply::new(200, "ok"))
}

pub(super) fn slack_api(
    shared: &Shared,
    method: &Method,
    path: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Reply {
    let bearer = format!("Bearer {SLACK_TOKEN}");
    if headers.get(header::AUTHORIZATION).is_none_or(|given| given != bearer.as_str()) {
        return Reply::new(200, json!({ "ok": false, "error": "invalid_auth" }).to_string());
    }
    if path == "/auth.test" {
        return shared.probed(&json!({}), Reply::new(200, json!({ "ok": true }).to_string()));
    }
    if method != Method::POST || path != "/chat.postMessage" {
        return shared.broken(format!("{method} {path} is not of the API"));
    }
    let Ok(mut payload) = serde_json::from_slice::<Value>(body) else {
        return shared.broken("a message is no JSON".to_owned());
    };
    // What says where and how it is shown is not part of what the contract calls a message.
    let Some(fields) = payload.as_object_mut() else {
        return shared.broken("a message is no object".to_owned());
    };
    let about = ["channel", "thread_ts", "unfurl_links", "unfurl_media"]
        .into_iter()
        .filter_map(|key| fields.remove_entry(key))
        .collect();
    let ts = format!("1700000000.{:06}", shared.state.borrow().heard.len() + 1);
    let answer = json!({ "ok": true, "channel": "C012AB3CD", "ts": ts, "message": {} });
    shared.heard_about(payload, about, Reply::new(200, answer.to_string()))
}

pub(super) fn twilio(
    shared: &Shared,
    method: &Method,
    path: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Reply {
    let credentials = format!("Basic {}", BASE64.encode(format!("{TWILIO_SID}:{TWILIO_TOKEN}")));
    if headers.get(header::AUTHORIZATION).is_none_or(|given| given != credentials.as_str()) {
        return Reply::twilio_error(401, 20003);
    }
    if method == Method::GET && path == format!("/2010-04-01/Accounts/{TWILIO_SID}.json") {
        return shared.probed(&json!({}), Reply::new(200, json!({ "status": "active" }).to_string()));
    }
    if method != Method::POST || path != format!("/2010-04-01/Accounts/{TWILIO_SID}/Messages.json") {
        return shared.broken(format!("{method} {path} is not of the API"));
    }
    let fields: Map<String, Value> = url::form_urlencoded::parse(body)
        .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
        .collect();
    let sid = format!("SM{}", Uuid::new_v4().simple());
    shared
        .heard(Value::Object(fields), Reply::new(201, json!({ "sid": sid, "status": "queued" }).to_string()))
}

pub(super) fn line(shared: &Shared, method: &Method, path: &str, headers: &HeaderMap, body: &[u8]) -> Reply {
    let bearer = format!("Bearer {LINE_TOKEN}");
    if headers.get(header::AUTHORIZATION).is_none_or(|given| given != bearer.as_str()) {
        return Reply::new(401, json!({ "message": "Authentication failed" }).to_string());
    }
    if method == Method::GET
        && let Some(person) = path.strip_prefix("/v2/bot/profile/")
    {
        let profile = json!({ "userId": person, "displayName": "花子" });
        return shared.script(&json!({ "profile": person }), Reply::new(200, profile.to_string()));
    }
    if method == Method::GET && path.starts_with("/v2/bot/") {
        let well = json!({ "userId": "Ub0t", "type": "none", "totalUsage": 0 });
        return shared.probed(&json!({}), Reply::new(200, well.to_string()));
    }
    if method != Method::POST || path != "/v2/bot/message/push" {
        return shared.broken(format!("{method} {path} is not of the API"));
    }
    let key = headers.get("x-line-retry-key").and_then(|key| key.to_str().ok());
    if key.is_none_or(|key| Uuid::parse_str(key).is_err()) {
        return shared.broken("a message has no retry key".to_owned());
    }
    let Ok(payload) = serde_json::from_slice::<Value>(body) else {
        return shared.broken("a message is no JSON".to_owned());
    };
    let sent = json!({ "sentMessages": [{ "id": "461230966842064897", "quoteToken": "q" }] });
    shared.heard(payload, Reply::new(200, sent.to_string()))
}
