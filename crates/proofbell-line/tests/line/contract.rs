//! What is promised of every notifier.

use std::net::SocketAddr;
use std::time::Duration;

use proofbell_line::Line;
use proofbell_notify::Message;
use proofbell_notify::http::Client;
use proofbell_notify::testkit::{self, HttpAnswer, Rig, Row};
use serde_json::{Value, json};

use crate::double::LineAnswers;
use crate::{PERSON, SECRET, TOKEN, line_over, message};

/// One client for all: setting one up reads this machine's certificates.
#[derive(Default)]
struct LineRig {
    http: Client,
}

/// An error as LINE words it, and more of what was sent than it would repeat.
fn error(status: u16, message: &str) -> HttpAnswer {
    let details = json!([{ "message": format!("{PERSON} with {TOKEN}"), "property": PERSON }]);
    HttpAnswer::json(status, &json!({ "message": message, "details": details }))
}

impl Rig for LineRig {
    type Notifier = Line;

    fn notifier(&self, at: SocketAddr, deadline: Duration) -> Line {
        line_over(&self.http, at, deadline, json!({}))
    }

    fn message(&self) -> Message {
        message(PERSON)
    }

    fn table(&self) -> Vec<Row> {
        let row = |name, answer, expected| Row::new(name, LineAnswers::to_push(answer), expected);
        let profile = |name, answer, expected| Row::new(name, LineAnswers::to_profile(answer), expected);
        let accepted = "123e4567-e89b-12d3-a456-426655440001";
        let again =
            || error(409, "The retry key is already accepted").header("x-line-accepted-request-id", accepted);
        let sent = json!({ "message": "The retry key is already accepted", "sentMessages": [{ "id": "461230966842064897" }] });
        let busy = || error(429, "The API rate limit has been exceeded. Try again later.");
        vec![
            Row::new("accepted", LineAnswers::default(), "sent 461230966842064897"),
            row("refused", error(400, "The request body has 1 error(s)"), "rejected 400"),
            row("accepted without an id", HttpAnswer::json(200, &json!({})), "sent"),
            row("a captive portal", HttpAnswer::new(200, "<html>Welcome"), "unknown 200"),
            row("accepted before", HttpAnswer::json(409, &sent), "sent 461230966842064897"),
            row("accepted before, by request", again(), "sent 123e4567-e89b-12d3-a456-426655440001"),
            row("accepted before, no more said", HttpAnswer::new(409, ""), "sent"),
            row("nobody", error(400, "Failed to send messages"), "bad_address unknown_id 86400s"),
            row(
                "no id",
                error(400, "The property, 'to', in the request body is invalid (line: -, column: -)"),
                "bad_address invalid_id 86400s",
            ),
            row(
                "wrong token",
                error(401, "Authentication failed due to the following reason: x"),
                "channel_down 401",
            ),
            row(
                "not allowed",
                error(403, "Access to this API is not available for your account"),
                "channel_down 403",
            ),
            row("elsewhere", HttpAnswer::new(302, "").header("Location", "/x"), "channel_down 302"),
            row("no such page", HttpAnswer::new(404, PERSON), "channel_down 404"),
            row("gone", error(410, "Gone"), "channel_down 410"),
            row("too large", error(413, "Payload too large"), "rejected 413"),
            row("too much", busy().header("Retry-After", "7"), "throttled 7s channel"),
            row("too much, no term", busy(), "throttled - channel"),
            row(
                "the month is over",
                error(429, "You have reached your monthly limit."),
                "channel_down monthly_limit",
            ),
            row("too slow", HttpAnswer::new(408, ""), "retry_later 408"),
            row("broken", error(500, PERSON), "retry_later 500"),
            row("overloaded", HttpAnswer::new(503, TOKEN), "retry_later 503"),
            row("a gateway's time-out", HttpAnswer::new(504, ""), "unknown 504"),
            row("endless", HttpAnswer::new(400, vec![b'['; 1 << 20]), "rejected 400"),
            profile("blocked", error(404, "Not found"), "bad_address not_a_friend 86400s"),
            profile("not LINE's 404", HttpAnswer::new(404, "<html>"), "sent 461230966842064897"),
            profile("cannot say", HttpAnswer::new(503, PERSON), "sent 461230966842064897"),
            profile("not now", busy(), "sent 461230966842064897"),
        ]
    }

    fn probes(&self) -> Vec<Row> {
        let well = LineAnswers::default;
        let json = |status, body: Value| HttpAnswer::json(status, &body);
        let info = |name, info, expected| Row::new(name, LineAnswers { info, ..well() }, expected);
        let quota = |name, quota, expected| Row::new(name, LineAnswers { quota, ..well() }, expected);
        let used =
            |name, consumption, expected| Row::new(name, LineAnswers { consumption, ..well() }, expected);
        vec![
            Row::new("well", well(), "ok"),
            info("wrong token", error(401, TOKEN), "refused 401"),
            info("not allowed", error(403, TOKEN), "refused 403"),
            info("not LINE", HttpAnswer::new(200, "<html>"), "refused 200"),
            info("broken", HttpAnswer::new(500, ""), "unreachable 500"),
            info("too much", error(429, "x"), "unreachable 429"),
            quota("no limit", json(200, json!({ "type": "none" })), "ok"),
            quota("no such question", HttpAnswer::new(404, ""), "ok"),
            quota("cannot count", HttpAnswer::new(503, ""), "unreachable 503"),
            used("one left", json(200, json!({ "totalUsage": 999 })), "ok"),
            used("none left", json(200, json!({ "totalUsage": 1_000 })), "refused monthly_limit"),
            used("cannot count", HttpAnswer::new(500, ""), "unreachable 500"),
        ]
    }

    fn secrets(&self) -> Vec<String> {
        vec![TOKEN.to_owned(), SECRET.to_owned()]
    }
}

#[tokio::test]
async fn line_keeps_the_contract() {
    testkit::run(&LineRig::default()).await;
}
