//! What providers tell after they had accepted a message.

use proofbell_notify::{About, Address, Callback, CallbackError, News, Report};
use proofbell_pipeline::CallbackProblem;
use proofbell_store::Reported;

use crate::fake::reason;
use crate::rig::{Parts, Rig, rule, until};

fn bounced() -> News {
    News::BadAddress { reason: reason("5.1.1"), forget_after: None }
}

fn stopped() -> News {
    News::OptedOut { reason: reason("21610") }
}

async fn start(ways: &str) -> Rig {
    Rig::start(Parts::new(vec![rule("reshoot_needed", "seller", ways)]).telling_of_nobody()).await
}

/// The provider of a channel calls and tells something of its only message.
async fn tell(rig: &Rig, channel: &str, news: News) -> Vec<Reported> {
    let about = About::Message(rig.only(channel).await.id);
    rig.parts.fake(channel).tells(Report { about, news });
    rig.handle.callback("fake", channel, &Callback::default()).await.unwrap()
}

#[tokio::test]
async fn a_message_is_delivered_or_moves_on_to_the_next_channel() {
    let ended = "email dead undelivered";
    let table = [
        (News::Delivered, vec!["email delivered"]),
        (News::Undelivered { reason: reason("5.2.2") }, vec![ended, "sms sent"]),
        (bounced(), vec!["email suppressed bad_address", "sms sent"]),
        (stopped(), vec!["email suppressed opted_out", "sms sent"]),
    ];
    for (news, expected) in table {
        let rig = start("email > sms").await;
        rig.event("reshoot_needed sr-1").await;
        rig.messages_are(&["email sent"]).await;
        assert_eq!(tell(&rig, "email", news).await, [Reported::Applied]);
        rig.messages_are(&expected).await;
    }
}

#[tokio::test]
async fn what_was_told_of_an_address_holds_for_later_messages() {
    let rig = start("email > sms").await;
    rig.event("reshoot_needed sr-1").await;
    rig.messages_are(&["email sent"]).await;
    tell(&rig, "email", bounced()).await;
    rig.messages_are(&["email suppressed bad_address", "sms sent"]).await;
    rig.event("reshoot_needed sr-2").await;
    rig.messages_are(&[
        "email suppressed bad_address",
        "sms sent",
        "email suppressed bad_address",
        "sms sent",
    ])
    .await;
}

#[tokio::test]
async fn a_stop_holds_until_a_start() {
    let rig = start("sms > email").await;
    rig.event("reshoot_needed sr-1").await;
    rig.messages_are(&["sms sent"]).await;
    let seller = rig.parts.fake("sms").seen().remove(0).to;
    let say = async |news: News| {
        rig.parts.fake("sms").tells(Report { about: About::Address(seller.clone()), news });
        rig.handle.callback("fake", "sms", &Callback::default()).await.unwrap()
    };
    assert_eq!(say(stopped()).await, [Reported::Applied]);
    rig.event("reshoot_needed sr-2").await;
    rig.messages_are(&["sms sent", "sms suppressed opted_out", "email sent"]).await;
    assert_eq!(say(News::OptedIn).await, [Reported::Applied]);
    rig.event("reshoot_needed sr-3").await;
    rig.messages_are(&["sms sent", "sms suppressed opted_out", "email sent", "sms sent"]).await;
}

#[tokio::test]
async fn late_repeated_forged_and_strange_calls_are_harmless() {
    let rig = start("email > sms").await;
    rig.event("reshoot_needed sr-1").await;
    rig.messages_are(&["email sent"]).await;
    assert_eq!(tell(&rig, "email", News::Delivered).await, [Reported::Applied]);
    assert_eq!(tell(&rig, "email", News::Delivered).await, [Reported::Repeated]);
    assert_eq!(tell(&rig, "email", News::Undelivered { reason: reason("late") }).await, [Reported::TooLate]);
    let about = About::Message(rig.only("email").await.id);
    rig.parts.fake("sms").tells(Report { about, news: bounced() });
    let call = rig.handle.callback("fake", "sms", &Callback::default()).await;
    assert_eq!(call.unwrap(), [Reported::NoSuchMessage], "it is another channel's message");

    let with = |body: &[u8]| Callback { body: body.to_vec(), ..Callback::default() };
    let forged = rig.handle.callback("fake", "email", &with(b"forged")).await.unwrap_err();
    assert!(matches!(forged, CallbackProblem::Refused(CallbackError::Forged(_))), "{forged}");
    let panicked = rig.handle.callback("fake", "email", &with(b"panic")).await.unwrap_err();
    assert!(matches!(panicked, CallbackProblem::Refused(CallbackError::Malformed(_))), "{panicked}");
    for (kind, channel) in [("fake", "fax"), ("twilio", "email")] {
        let nobody = rig.handle.callback(kind, channel, &Callback::default()).await.unwrap_err();
        assert!(matches!(nobody, CallbackProblem::NoChannel { .. }), "{nobody}");
    }
    rig.messages_are(&["email delivered"]).await;
}

#[tokio::test]
async fn notices_are_put_away_once_they_are_kept() {
    let rig = start("email > sms").await;
    rig.event("reshoot_needed sr-1").await;
    rig.messages_are(&["email sent"]).await;
    let about = About::Message(rig.only("email").await.id);
    let fake = rig.parts.fake("email");
    fake.notice("spam", Vec::new());
    fake.notice("bounce", vec![Report { about, news: bounced() }]);
    rig.messages_are(&["email suppressed bad_address", "sms sent"]).await;
    until(async || fake.put_away(), |away| *away == ["spam", "bounce"]).await;
}

#[tokio::test]
async fn a_text_is_made_to_fit_before_it_is_kept_or_the_next_channel_is_tried() {
    let rig = start("sms > email").await;
    rig.parts.fake("sms").at_most(6);
    rig.event("reshoot_needed sr-1").await;
    rig.messages_are(&["sms sent"]).await;
    let kept = rig.handle.store().message(rig.only("sms").await.id).await.unwrap().body.unwrap();
    let text = kept["text"].as_str().unwrap().to_owned();
    assert_eq!(text.chars().count(), 6);
    assert_eq!(rig.parts.fake("sms").seen()[0].body, proofbell_notify::Body::Text(text));

    rig.parts.fake("sms").at_most(0);
    rig.event("reshoot_needed sr-2").await;
    rig.messages_are(&["sms sent", "sms dead too_long", "email sent"]).await;
}

#[tokio::test]
async fn addresses_are_compared_as_the_channel_knows_them() {
    let rig = start("email").await;
    let stops = async |mailbox: &str| {
        let about = About::Address(Address::Email(mailbox.parse().unwrap()));
        rig.parts.fake("email").tells(Report { about, news: stopped() });
        rig.handle.callback("fake", "email", &Callback::default()).await.unwrap();
    };
    stops("somebody@example.com").await;
    rig.event("reshoot_needed sr-1").await;
    rig.messages_are(&["email sent"]).await;
    let seller = rig.parts.fake("email").seen().remove(0).to;
    stops(&seller.expose().to_uppercase()).await;
    rig.event("reshoot_needed sr-2").await;
    rig.messages_are(&["email sent", "email suppressed opted_out"]).await;
}
