//! Kind `sms-http`.

mod contract;
mod request;

use std::net::SocketAddr;
use std::time::Duration;

use proofbell_notify::Notifier;
use proofbell_sms::SmsHttp;
use serde_json::{Value, json};

use crate::{PATIENCE, toolkit};

const TOKEN: &str = "t0ken-of-the-gateway";
const KEY: &str = "k3y-of-the-gateway";

/// The gateway of the README, with other settings laid over it; null takes one away.
fn settings(at: SocketAddr, changes: &Value) -> Value {
    let mut settings = json!({
        "url": format!("http://{at}/v2/send"),
        "bearer": TOKEN,
        "headers": { "X-Api-Key": KEY },
        "json": { "to": "{to}", "from": "{from}", "body": "{text}", "reference": "{id}" },
        "from": "MAISON",
        "countries": ["JP", "US"],
        "success": { "status": [200, 202], "json": { "/result": "ok" } },
        "retry": { "status": [429, 503], "json": { "/code": ["throttled"] } },
        "opted_out": { "json": { "/code": "stopped" } },
        "bad_address": { "json": { "/code": ["unknown_number", 17] } },
        "down": { "json": { "/code": "no_credit" } },
        "id": "/message_id",
    });
    let map = settings.as_object_mut().unwrap();
    for (key, value) in changes.as_object().unwrap() {
        map.insert(key.clone(), value.clone());
    }
    map.retain(|_, value| !value.is_null());
    settings
}

fn build(at: SocketAddr, changes: &Value, deadline: Duration) -> SmsHttp {
    let config = serde_json::from_value(settings(at, changes)).unwrap();
    SmsHttp::from_config(config, &toolkit(deadline)).unwrap()
}

fn gateway(changes: Value) -> impl Fn(SocketAddr) -> SmsHttp {
    move |at| build(at, &changes, PATIENCE)
}
