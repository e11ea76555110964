//! What wakes a paused channel.

use std::sync::Arc;

use proofbell_notify::http::Client;
use proofbell_notify::testkit::{Double, Fault, HttpAnswer, describe, describe_probe};
use proofbell_notify::{Address, Notifier};

use crate::{PATIENCE, fixed, message, requests};

fn answers(status: u16) -> Arc<HttpAnswer> {
    Arc::new(HttpAnswer::new(status, ""))
}

#[tokio::test]
async fn a_probe_asks_with_a_head_that_holds_no_secret() {
    let double = Double::start(answers(405), Fault::None).await;
    let webhook = fixed(double.address(), &Client::default(), PATIENCE);
    let proof = webhook.probe().await.unwrap().to_string();
    assert_eq!(proof, "a server answers 405 to HEAD; that it takes our messages is not proved");
    let request = requests(&double.heard()).remove(0);
    assert_eq!((request.method.as_str(), request.path.as_str()), ("HEAD", "/s3cret-path"));
    assert_eq!(request.header("x-gateway-key"), None);
    assert!(request.body.is_empty());
}

#[tokio::test]
async fn what_is_gone_is_not_asked_again_until_a_message_is_taken() {
    let double = Double::start(answers(410), Fault::None).await;
    let webhook = fixed(double.address(), &Client::default(), PATIENCE);
    assert_eq!(describe(&webhook.send(&message(Address::Fixed)).await), "channel_down 410");
    double.talk_like(answers(204));
    for _ in 0..10 {
        assert_eq!(describe_probe(&webhook.probe().await), "refused 410");
    }
    assert_eq!(double.heard().len(), 1, "somebody was asked who wants to hear nothing");
    // An operator resumes the channel.
    assert_eq!(describe(&webhook.send(&message(Address::Fixed)).await), "sent");
    assert_eq!(describe_probe(&webhook.probe().await), "ok");
}

#[tokio::test]
async fn a_refusal_that_may_pass_is_tried_more_and_more_rarely() {
    let double = Double::start(answers(404), Fault::None).await;
    let webhook = fixed(double.address(), &Client::default(), PATIENCE);
    for refusals in 0..4 {
        assert_eq!(describe(&webhook.send(&message(Address::Fixed)).await), "channel_down 404");
        for _ in 0..refusals {
            assert_eq!(describe_probe(&webhook.probe().await), "refused 404");
        }
        assert_eq!(describe_probe(&webhook.probe().await), "ok");
    }
}
