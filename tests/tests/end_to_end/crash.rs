//! kill -9, twenty times, at moments drawn by chance, while events come in: what was acknowledged is kept, everything ends, and
//! nothing is delivered twice but what was on its way.

mod feed;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use proofbell_tests::{
    HttpDouble, Reply, Server, SmtpServer, TWILIO_SID, TWILIO_TOKEN, Trust, Workbench, measured, until,
};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::Value;

use self::feed::Feed;

const KILLS: usize = 20;
/// How long events come in between two kills, in milliseconds.
const MOMENTS: std::ops::Range<u64> = 100..900;
/// How long all that was accepted may take to be delivered in the end.
const SETTLED: Duration = Duration::from_secs(150);

struct Stage {
    bench: Workbench,
    smtp: SmtpServer,
    slack: HttpDouble,
    twilio: HttpDouble,
}

impl Stage {
    async fn new() -> Stage {
        let smtp = SmtpServer::start(Trust::Anybody).await;
        let (slack, twilio) = (HttpDouble::slack().await, HttpDouble::twilio().await);
        // Slow enough that there is always something on its way.
        slack.script(|_| Some(Reply::new(200, "ok").after(Duration::from_millis(5))));
        let bench = Workbench::new();
        let (port, webhook_url, base_url) = (smtp.port(), slack.webhook_url(), twilio.base_url());
        let config = format!(
            r#"
[server]
listen = "127.0.0.1:0"
admin = "127.0.0.1:0"
[store]
url = "sqlite:proofbell.db"
[source.legitmark]
secrets = [{{ env = "LEGITMARK_WEBHOOK_SECRET" }}]
[channel.email]
kind = "smtp"
url = "smtp://127.0.0.1:{port}?tls=none"
from = "shop@corner.example"
[channel.chat]
kind = "slack"
webhook_url = "{webhook_url}"
limit = {{ concurrency = 8 }}
[channel.sms]
kind = "twilio"
base_url = "{base_url}"
account_sid = "{TWILIO_SID}"
auth_token = "{TWILIO_TOKEN}"
from = "+815012345678"
countries = ["JP"]
[audience.seller]
kind = "csv"
path = "sellers.csv"
[audience.staff]
kind = "list"
via = ["chat"]
members = [{{ name = "Desk" }}]
# A later rejection overtakes an earlier one; here every event is to make its messages.
[rule.staff]
on = "reshoot_needed"
stale = "send"
to = "staff"
[rule.mail]
on = "reshoot_needed"
stale = "send"
where = {{ reference_id = "MAIL" }}
to = "seller"
via = ["email"]
[rule.text]
on = "reshoot_needed"
stale = "send"
where = {{ reference_id = "TEXT" }}
to = "seller"
via = ["sms"]
"#
        );
        bench.write("config/proofbell.toml", &config);
        bench.write(
            "config/sellers.csv",
            "reference_id,email,phone\nMAIL,ann@example.com,\nTEXT,,+819012345678\n",
        );
        bench.write("templates/staff/chat.en.hbs", "{{event.payload.tag}}\n");
        bench.write(
            "templates/mail/email.en.hbs",
            "+++\nsubject = \"{{event.payload.tag}}\"\n+++\n<p>Photos, please.</p>\n",
        );
        bench.write("templates/text/text.en.hbs", "{{event.payload.tag}}\n");
        Stage { bench, smtp, slack, twilio }
    }

    /// How often each message arrived, by its channel and the tag of its event.
    fn arrivals(&self) -> BTreeMap<(String, String), usize> {
        let mails = self.smtp.mails().into_iter().map(|mail| ("email", mail.subject));
        let text = |payload: &Value, name: &str| payload[name].as_str().unwrap_or_default().trim().to_owned();
        let posts = self.slack.messages().into_iter().map(|heard| ("chat", text(&heard.payload, "text")));
        let texts = self.twilio.messages().into_iter().map(|heard| ("sms", text(&heard.payload, "Body")));
        let mut arrivals = BTreeMap::new();
        for (channel, tag) in mails.chain(posts).chain(texts) {
            *arrivals.entry((channel.to_owned(), tag)).or_default() += 1;
        }
        arrivals
    }
}

/// One message in the end, with the tag of its event.
struct Ended {
    channel: String,
    tag: String,
    view: Value,
}

impl Ended {
    fn unknown_outcomes(&self) -> usize {
        let attempts = self.view["attempts"].as_array().map(Vec::as_slice).unwrap_or_default();
        attempts.iter().filter(|attempt| attempt["outcome"] == "unknown").count()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_and_nothing_is_doubled_without_need() {
    let seed =
        std::env::var("PROOFBELL_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(rand::random);
    eprintln!("PROOFBELL_SEED={seed} draws the same moments again");
    let mut random = StdRng::seed_from_u64(seed);
    let stage = Stage::new().await;
    let feed = Arc::new(Feed::new());
    let began = Instant::now();
    for kill in 0..KILLS {
        let server = stage.bench.serve().await;
        let mut senders = feed.start(server.public());
        let moment = Duration::from_millis(random.random_range(MOMENTS));
        let stopped = tokio::time::timeout(moment, senders.join_next()).await;
        assert!(stopped.is_err(), "the server stopped taking events before kill {kill}: {:#?}", server.log());
        server.kill().await;
        while senders.join_next().await.is_some() {}
    }
    let server = stage.bench.serve().await;
    feed.finish(server.public()).await;
    measured("crash: 20 kills under load", began.elapsed());
    let views = settled(&server, &feed).await;
    measured("crash: everything ended after", began.elapsed());

    let messages = check_events(&feed, &views);
    check_messages(&messages, &stage.arrivals());
    let unknown: usize = messages.iter().map(Ended::unknown_outcomes).sum();
    let doubled = stage.arrivals().values().filter(|count| **count > 1).count();
    let dead = messages.iter().filter(|message| message.view["state"] == "dead").count();
    eprintln!(
        "{} events, {} messages; {unknown} attempts with an unknown outcome, {doubled} messages delivered again, {dead} given up",
        feed.accepted().len(),
        messages.len(),
    );
}

/// What is known of each case, once nothing of any waits or is under way.
async fn settled(server: &Server, feed: &Feed) -> Vec<Value> {
    until("no event waits for planning and no message is under way", SETTLED, async || {
        for waiting in [
            ["events", "list", "--status", "accepted"],
            ["messages", "list", "--state", "claimed"],
            ["messages", "list", "--state", "queued"],
        ] {
            if server.json(&waiting).await.as_array().is_none_or(|list| !list.is_empty()) {
                return None;
            }
        }
        let mut views = Vec::new();
        for case in feed.cases() {
            let view = server.json(&["case", &case.sr_uuid]).await;
            let waits = |draft: &Value| draft["state"] == "waiting";
            if view["drafts"].as_array().is_none_or(|drafts| drafts.iter().any(waits)) {
                return None;
            }
            views.push(view);
        }
        Some(views)
    })
    .await
}

/// Every acknowledged event is there once, and has made what its rules say. Gives all messages.
fn check_events(feed: &Feed, views: &[Value]) -> Vec<Ended> {
    let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let mut kept = BTreeMap::new();
    let mut messages = Vec::new();
    for view in views {
        let mut tags = BTreeMap::new();
        for event in view["events"].as_array().unwrap() {
            assert_eq!(event["status"], "planned", "{event:#}");
            let (id, tag) = (text(event, "id"), text(event, "message_id"));
            assert_eq!(kept.insert(tag.clone(), id.clone()), None, "the delivery {tag} is kept twice");
            tags.insert(id, tag);
        }
        for draft in view["drafts"].as_array().unwrap() {
            assert_eq!(draft["state"], "addressed", "{draft:#}");
        }
        for message in view["messages"].as_array().unwrap() {
            let tag = tags[message["event"].as_str().unwrap()].clone();
            messages.push(Ended { channel: text(message, "channel"), tag, view: message.clone() });
        }
    }
    let accepted = feed.accepted();
    assert!(accepted.len() > 100, "only {} events came in", accepted.len());
    for (tag, id) in &accepted {
        assert_eq!(kept.get(tag), Some(id), "the delivery {tag} got a 200 and is not kept as it was said");
    }
    let made: BTreeSet<(&str, &str)> =
        messages.iter().map(|message| (message.channel.as_str(), message.tag.as_str())).collect();
    assert_eq!(made.len(), messages.len(), "an event made a message twice");
    for tag in kept.keys() {
        assert!(made.contains(&("chat", tag.as_str())), "the event {tag} made no post");
        let second = feed::channel_of(tag);
        assert_eq!(made.contains(&(second, tag.as_str())), second != "none", "the event {tag} and {second}");
    }
    messages
}

/// Every message has ended, and arrived as often as its attempts say.
fn check_messages(messages: &[Ended], arrivals: &BTreeMap<(String, String), usize>) {
    for message in messages {
        let arrived =
            arrivals.get(&(message.channel.clone(), message.tag.clone())).copied().unwrap_or_default();
        let unknown = message.unknown_outcomes();
        let view = &message.view;
        match view["state"].as_str().unwrap() {
            "sent" => assert!((1..=1 + unknown).contains(&arrived), "it arrived {arrived} times: {view:#}"),
            // A second SMS costs as much as the first, so one that may have arrived is not sent again.
            "dead" => {
                assert_eq!((message.channel.as_str(), &view["code"]), ("sms", &"unknown".into()), "{view:#}");
                assert!(arrived <= 1 && unknown == 1, "it arrived {arrived} times: {view:#}");
            }
            _ => panic!("it has not ended as it should: {view:#}"),
        }
    }
}
