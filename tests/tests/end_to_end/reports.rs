//! What providers tell later: stops, starts, and messages that never arrived. Each moves the message to the next channel.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, Mac};
use hyper::Method;
use proofbell_tests::{
    Case, Delivery, HttpDouble, LINE_TOKEN, MailSystem, Market, Reply, Seller, Server, TWILIO_TOKEN, http,
};
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::Sha256;

const HANAKO: Seller<'_> = Seller {
    reference_id: "ITEM-1",
    name: "田中 花子",
    email: "hanako@example.jp",
    phone: "+819012345678",
    locale: "ja",
};
const STATUS_CALLBACK: &str = "https://hooks.market.example/hooks/twilio/sms";
const LINE_ID: &str = "U4af4980629aabbccddeeff0011223344";
const LINE_SECRET: &str = "line-channel-secret-of-the-tests";

/// A marketplace whose sellers are texted first, and mailed when that fails.
async fn texting_market() -> Market {
    let mut market = Market::new(&[HANAKO]).await;
    market.bench.overlay(
        "texting.toml",
        &format!(
            r#"
[channel.sms]
status_callback = "{STATUS_CALLBACK}"

[rule.reshoot]
via = ["sms"]
else_via = ["email"]

[rule.reshoot-label]
enabled = false
"#
        ),
    );
    market
}

/// A marketplace whose sellers are reached on LINE first, and mailed when that fails.
async fn line_market(line: &HttpDouble) -> Market {
    let mut market = Market::new(&[]).await;
    let sellers =
        format!("reference_id,name,email,line,locale\nITEM-1,田中 花子,hanako@example.jp,{LINE_ID},ja\n");
    market.bench.write("sellers.csv", &sellers);
    market.bench.env("LINE_TOKEN", LINE_TOKEN);
    market.bench.env("LINE_SECRET", LINE_SECRET);
    let base_url = line.base_url();
    market.bench.overlay(
        "line.toml",
        &format!(
            r#"
[channel.line]
kind = "line"
channel_access_token = {{ env = "LINE_TOKEN" }}
channel_secret = {{ env = "LINE_SECRET" }}
base_url = "{base_url}"

[rule.reshoot]
via = ["line"]
else_via = ["email"]

[rule.reshoot-label]
enabled = false
"#
        ),
    );
    market
}

async fn reject_photos(server: &Server) -> Case {
    let case = Case::new("ITEM-1");
    Delivery::new(&case.reshoot(&[("Front", "Image is Blurry")])).accepted(server.public()).await;
    case
}

/// Waits until the case's messages are these: `channel state code`, in the order in which they were made.
async fn messages_are(server: &Server, case: &Case, expected: &[&str]) -> Value {
    let lines = |view: &Value| -> Vec<String> {
        let messages = view["messages"].as_array().cloned().unwrap_or_default();
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let line = |it: &Value| [&it["channel"], &it["state"], &it["code"]].map(word).join(" ");
        messages.iter().map(|it| line(it).trim_end().to_owned()).collect()
    };
    let what = format!("its messages are {expected:?}");
    server.case_when(&case.sr_uuid, &what, |view| lines(view) == expected).await
}

/// Twilio calls: <https://www.twilio.com/docs/usage/security#validating-requests>.
async fn twilio_calls(server: &Server, query: &str, fields: &[(&str, &str)], token: &str) -> u16 {
    let mut sorted = fields.to_vec();
    sorted.sort_unstable();
    let mut mac = Hmac::<Sha1>::new_from_slice(token.as_bytes()).unwrap();
    mac.update(format!("{STATUS_CALLBACK}{query}").as_bytes());
    sorted.iter().for_each(|(name, value)| mac.update(format!("{name}{value}").as_bytes()));
    let signature = BASE64.encode(mac.finalize().into_bytes());
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    let body = form.extend_pairs(fields).finish();
    let headers = [
        ("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()),
        ("x-twilio-signature".to_owned(), signature),
    ];
    let path = format!("/hooks/twilio/sms{query}");
    http::send(server.admin(), Method::POST, &path, &headers, body.as_bytes()).await.unwrap().status
}

async fn line_calls(server: &Server, event: &str) -> u16 {
    let source = json!({ "type": "user", "userId": LINE_ID });
    let event = json!({
        "type": event, "mode": "active", "timestamp": 1_700_000_000_000_i64, "source": source,
        "webhookEventId": "01FZ74A0TDDPYRVKNK77XKC3ZR", "deliveryContext": { "isRedelivery": false },
    });
    let body = json!({ "destination": "Ub0t", "events": [event] }).to_string();
    let mut mac = Hmac::<Sha256>::new_from_slice(LINE_SECRET.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let headers = [
        ("content-type".to_owned(), "application/json".to_owned()),
        ("x-line-signature".to_owned(), BASE64.encode(mac.finalize().into_bytes())),
    ];
    let answer =
        http::send(server.admin(), Method::POST, "/hooks/line/line", &headers, body.as_bytes()).await;
    answer.unwrap().status
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_twilio_reports_as_opted_out_is_followed_by_a_mail() {
    let market = texting_market().await;
    let server = market.serve().await;
    let case = reject_photos(&server).await;
    let text = market.twilio.wait_for("ITEM-1", 1).await.remove(0);
    let callback = text.payload["StatusCallback"].as_str().unwrap().to_owned();
    let query = callback.strip_prefix(STATUS_CALLBACK).unwrap();
    messages_are(&server, &case, &["sms sent"]).await;

    let failed = [("MessageStatus", "failed"), ("ErrorCode", "21610"), ("MessageSid", "SM1")];
    assert_eq!(twilio_calls(&server, query, &failed, "another-token").await, 403, "forged");
    assert_eq!(twilio_calls(&server, query, &[("MessageStatus", "sending")], TWILIO_TOKEN).await, 204);
    messages_are(&server, &case, &["sms sent"]).await;

    assert_eq!(twilio_calls(&server, query, &failed, TWILIO_TOKEN).await, 204);
    market.smtp.wait_for_mails("hanako@example.jp", 1).await;
    let expected = ["sms suppressed opted_out", "email sent"];
    let view = messages_are(&server, &case, &expected).await;
    assert_eq!(view["messages"][0]["reports"][0]["news"], "opted_out", "{view:#}");
    let told = server.run(&["case", &case.sr_uuid]).await.expect(0).stdout;
    assert!(told.contains("the provider told: opted_out") && told.contains("21610"), "{told}");

    // Twilio repeats itself, and contradicts itself: nothing changes any more.
    let delivered = [("MessageStatus", "delivered"), ("MessageSid", "SM1")];
    for fields in [&failed[..], &delivered[..]] {
        assert_eq!(twilio_calls(&server, query, fields, TWILIO_TOKEN).await, 204);
    }
    messages_are(&server, &case, &expected).await;
    assert_eq!(market.smtp.mails_to("hanako@example.jp").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_by_text_holds_until_a_start() {
    let market = texting_market().await;
    let server = market.serve().await;
    let from = ("From", HANAKO.phone);
    let stop = [from, ("Body", "STOP"), ("OptOutType", "STOP"), ("MessageSid", "SM2")];
    assert_eq!(twilio_calls(&server, "", &stop, TWILIO_TOKEN).await, 204);
    let case = reject_photos(&server).await;
    messages_are(&server, &case, &["sms suppressed opted_out", "email sent"]).await;
    let start = [from, ("Body", "START"), ("OptOutType", "START"), ("MessageSid", "SM3")];
    assert_eq!(twilio_calls(&server, "", &start, TWILIO_TOKEN).await, 204);
    let case = reject_photos(&server).await;
    messages_are(&server, &case, &["sms sent"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_arrived_is_shown_as_delivered() {
    let market = texting_market().await;
    let server = market.serve().await;
    let case = reject_photos(&server).await;
    let text = market.twilio.wait_for("ITEM-1", 1).await.remove(0);
    let callback = text.payload["StatusCallback"].as_str().unwrap().to_owned();
    let query = callback.strip_prefix(STATUS_CALLBACK).unwrap();
    assert_eq!(twilio_calls(&server, query, &[("MessageStatus", "delivered")], TWILIO_TOKEN).await, 204);
    messages_are(&server, &case, &["sms delivered"]).await;
    let listed = server.json(&["messages", "list", "--state", "delivered"]).await;
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "{listed:#}");
    let reported = r#"proofbell_reports_total{channel="sms",news="delivered",result="applied"}"#;
    assert_eq!(server.metric(reported).await, Some(1.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_blocks_the_line_account_is_mailed() {
    let line = HttpDouble::line().await;
    let market = line_market(&line).await;
    let server = market.serve().await;
    let case = reject_photos(&server).await;
    let push = line.wait_for("ITEM-1", 1).await.remove(0);
    assert_eq!(push.payload["to"], LINE_ID);
    messages_are(&server, &case, &["line sent"]).await;

    // LINE tells of the block when it happens …
    assert_eq!(line_calls(&server, "unfollow").await, 204);
    let case = reject_photos(&server).await;
    messages_are(&server, &case, &["line suppressed opted_out", "email sent"]).await;
    assert_eq!(line_calls(&server, "follow").await, 204);
    let case = reject_photos(&server).await;
    messages_are(&server, &case, &["line sent"]).await;

    // … and says so when it is asked before a message.
    line.script(|asked| {
        let not_found = json!({ "message": "Not found" }).to_string();
        asked.get("profile").map(|_| Reply::new(404, not_found))
    });
    let case = reject_photos(&server).await;
    messages_are(&server, &case, &["line suppressed bad_address", "email sent"]).await;
    let told = server.run(&["case", &case.sr_uuid]).await.expect(0).stdout;
    assert!(told.contains("bad_address") && !told.contains("opted_out"), "{told}");
    assert_eq!(line.messages().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_comes_back_is_followed_by_a_text() {
    let Some(system) = MailSystem::start().await else { return };
    let gone = Seller { email: "nobody.known@market.example", ..HANAKO };
    let mut market = Market::new(&[gone]).await;
    market.bench.env("SMTP_PASSWORD", MailSystem::PASSWORD);
    market.bench.write("mail-ca.pem", system.ca());
    market.bench.overlay(
        "bounces.toml",
        &format!(
            r#"
[channel.email]
url = "{smtp}"
username = "{user}"
ca = {{ file = "mail-ca.pem" }}
bounce = "bounces@market.example"
[channel.email.bounces]
imap = "{imap}"
username = "bounces"
password = {{ env = "SMTP_PASSWORD" }}
ca = {{ file = "mail-ca.pem" }}
every = "10s"

[rule.reshoot-label]
enabled = false
"#,
            smtp = system.smtp_url(),
            user = MailSystem::USER,
            imap = system.imap_url(),
        ),
    );
    let server = market.serve().await;
    let case = reject_photos(&server).await;
    let view = messages_are(&server, &case, &["email suppressed bad_address", "sms sent"]).await;
    let mail = &view["messages"][0];
    assert_eq!(mail["attempts"][0]["outcome"], "sent", "the mail server had taken it: {mail:#}");
    assert_eq!(mail["reports"][0]["result"], "applied", "{mail:#}");
    market.twilio.wait_for("ITEM-1", 1).await;
    let told = server.run(&["case", &case.sr_uuid]).await.expect(0).stdout;
    assert!(told.contains("the provider told: bad_address: 5.1.1"), "{told}");
}
