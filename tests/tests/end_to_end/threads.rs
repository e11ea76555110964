//! Messages of one case that answer each other in Slack.

use proofbell_tests::{Case, Delivery, HttpDouble, Market, SLACK_TOKEN};
use serde_json::Value;

async fn market(slack: &HttpDouble) -> Market {
    let mut market = Market::new(&[]).await;
    market.bench.env("SLACK_BOT_TOKEN", SLACK_TOKEN);
    let base_url = slack.base_url();
    market.bench.overlay(
        "threads.toml",
        &format!(
            r##"
[channel.team]
kind = "slack"
token = {{ env = "SLACK_BOT_TOKEN" }}
base_url = "{base_url}"

[audience.desk]
kind = "list"
members = [{{ name = "Desk", slack = "#desk", mention = "U012AB3CD", locale = "en" }}]

[rule.desk]
on     = ["counterfeit", "reshoot_needed"]
to     = "desk"
via    = ["team"]
thread = "case"
stale  = "send"
template = "counterfeit-alert"
"##
        ),
    );
    market
}

fn thread(message: &Value) -> Option<&str> {
    message["thread_ts"].as_str()
}

#[tokio::test(flavor = "multi_thread")]
async fn later_messages_about_a_case_answer_the_first() {
    let slack = HttpDouble::slack_api().await;
    let market = market(&slack).await;
    let server = market.serve().await;
    let (case, other) = (Case::new("ITEM-1"), Case::new("ITEM-2"));
    let reject = [("Front", "Image is Blurry")];
    Delivery::new(&case.reshoot(&reject)).accepted(server.public()).await;
    let first = slack.wait_for("ITEM-1", 1).await.remove(0).payload;
    assert_eq!((first["channel"].as_str(), thread(&first)), (Some("#desk"), None), "{first:#}");

    Delivery::new(&case.later(60).state("COMPLETE/REJECTED")).accepted(server.public()).await;
    let second = slack.wait_for("ITEM-1", 2).await.remove(1).payload;
    assert_eq!(thread(&second), Some("1700000000.000001"), "{second:#}");

    // Another case has a thread of its own, and two events at once still make one.
    for delivery in [other.reshoot(&reject), other.later(60).state("COMPLETE/REJECTED")] {
        Delivery::new(&delivery).accepted(server.public()).await;
    }
    let both = slack.wait_for("ITEM-2", 2).await;
    let threads: Vec<_> = both.iter().map(|heard| thread(&heard.payload)).collect();
    assert_eq!(threads, [None, Some("1700000000.000003")], "{both:#?}");
}
