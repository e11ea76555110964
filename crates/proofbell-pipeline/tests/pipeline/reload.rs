//! Another configuration while it runs: what is made, what waits, and what is gone.

use std::time::Duration;

use proofbell_engine::Audience;
use proofbell_notify::{Address, AddressKind, Body, Form};
use proofbell_pipeline::{OnUnknown, Redirect, RedirectTo};

use crate::fake::{Answer, Found, Probed};
use crate::rig::{Parts, Rig, person, rule, until};

fn email() -> Parts {
    Parts::new(vec![rule("reshoot_needed", "seller", "email")])
}

/// The texts of the mails that were handed over, sorted.
fn texts(rig: &Rig) -> Vec<String> {
    let text = |body: Body| match body {
        Body::Email(email) => email.text.trim().to_owned(),
        Body::Text(text) => text,
        Body::Chat(chat) => format!("{chat:?}"),
    };
    let mut texts: Vec<String> =
        rig.parts.fake("email").seen().into_iter().map(|message| text(message.body)).collect();
    texts.sort();
    texts
}

#[tokio::test]
async fn what_is_made_keeps_its_text_and_what_is_not_gets_the_new_one() {
    let mut rig = Rig::start(email()).await;
    rig.handle.pause("email", "until the reload").await.unwrap();
    rig.event("reshoot_needed sr-1").await;
    rig.messages_are(&["email queued"]).await;
    rig.parts.audiences["seller"].1.once("SR-2", Found::Waits);
    rig.event("reshoot_needed sr-2").await;
    rig.drafts_are("sr-2", &["seller waiting"]).await;

    let changes = rig.reload(|parts| parts.note = "Anew {{case.reference_id}}").await;
    assert_eq!(changes.channels.to_string(), "kept desk, email, sms");
    assert_eq!(changes.audiences.to_string(), "kept operations, seller");
    rig.parts.audiences["seller"].1.let_go();
    rig.messages_are(&["email queued", "email queued"]).await;
    rig.handle.resume("email").await.unwrap();
    rig.messages_are(&["email sent", "email sent"]).await;
    assert_eq!(texts(&rig), ["About SR-1", "Anew SR-2"]);
}

#[tokio::test]
async fn rules_change() {
    let mut rig = Rig::start(email()).await;
    let changes = rig
        .reload(|parts| {
            parts.rules =
                vec![rule("reshoot_needed", "operations", "desk"), rule("counterfeit", "seller", "sms")];
        })
        .await;
    assert_eq!(
        changes.rules.to_string(),
        "added counterfeit-seller, reshoot_needed-operations; removed reshoot_needed-seller"
    );
    rig.event("reshoot_needed sr-1").await;
    rig.event("counterfeit sr-2").await;
    rig.messages_are(&["desk sent", "sms sent"]).await;
}

#[tokio::test]
async fn what_waits_for_a_channel_that_is_gone_ends_and_falls_back() {
    let mut rig = Rig::start(Parts::new(vec![rule("reshoot_needed", "seller", "email > sms")])).await;
    rig.handle.pause("email", "until the reload").await.unwrap();
    rig.event("reshoot_needed sr-1").await;
    rig.messages_are(&["email queued"]).await;
    let email = rig.parts.fake("email");
    let changes = rig.reload(|parts| drop(parts.channels.remove("email"))).await;
    assert_eq!(changes.channels.to_string(), "removed email; kept desk, sms");
    rig.messages_are(&["email dead no_channel", "sms sent"]).await;
    assert_eq!(email.seen().len(), 0);
    assert!(rig.handle.resume("email").await.is_err());

    // The pause of a person outlives that, as it does over a restart.
    rig.reload(|parts| parts.channel("email", Form::Email, AddressKind::Email, OnUnknown::Retry)).await;
    rig.event("reshoot_needed sr-2").await;
    rig.messages_are(&["email dead no_channel", "sms sent", "email queued"]).await;
    rig.handle.resume("email").await.unwrap();
    rig.messages_are(&["email dead no_channel", "sms sent", "email sent"]).await;
}

#[tokio::test]
async fn what_is_gone_for_a_moment_only_ends_nothing() {
    let mut parts = Parts::new(vec![rule("reshoot_needed", "seller", "email > sms")]);
    parts.rules.push(rule("counterfeit", "seller", "email"));
    parts.timing.gone = Duration::from_secs(3600);
    let mut rig = Rig::start(parts).await;
    rig.handle.pause("email", "until it is back").await.unwrap();
    rig.event("reshoot_needed sr-1").await;
    rig.messages_are(&["email queued"]).await;
    rig.parts.audiences["seller"].1.once("SR-2", Found::Down);
    rig.event("counterfeit sr-2").await;
    rig.drafts_are("sr-2", &["seller waiting down"]).await;
    rig.advance(3);
    rig.parts.audiences["seller"].1.always(Some(|| Found::Hangs));
    let (channel, audience) = (rig.parts.channels["email"].clone(), rig.parts.audiences["seller"].clone());
    rig.reload(|parts| {
        parts.channels.remove("email");
        parts.audiences.remove("seller");
    })
    .await;
    // A whole look for what is gone lies between the second call from now on and the third.
    let looks = async || rig.parts.grudges.calls("waiting_audiences");
    let before = looks().await;
    until(looks, |now| *now >= before + 3).await;
    audience.1.always(None);
    rig.reload(|parts| {
        parts.channels.insert("email".to_owned(), channel);
        parts.audiences.insert("seller".to_owned(), audience);
    })
    .await;
    rig.handle.resume("email").await.unwrap();
    rig.messages_are(&["email sent", "email sent"]).await;
}

#[tokio::test]
async fn what_waits_for_an_audience_that_is_gone_ends() {
    let mut rig = Rig::start(email()).await;
    rig.parts.audiences["seller"].1.once("SR-1", Found::Down);
    rig.event("reshoot_needed sr-1").await;
    rig.drafts_are("sr-1", &["seller waiting down"]).await;
    rig.advance(3);
    rig.parts.audiences["seller"].1.always(Some(|| Found::Hangs));
    let changes = rig.reload(|parts| drop(parts.audiences.remove("seller"))).await;
    assert_eq!(changes.audiences.to_string(), "removed seller; kept operations");
    rig.drafts_are("sr-1", &["seller dead no_audience"]).await;
}

#[tokio::test]
async fn a_directory_with_other_settings_is_asked_from_now_on() {
    let mut rig = Rig::start(email()).await;
    let old = rig.parts.audiences["seller"].1.clone();
    old.once("SR-1", Found::Hangs);
    rig.event("reshoot_needed sr-1").await;
    until(async || old.asked().len(), |asked| *asked == 1).await;
    let changes =
        rig.reload(|parts| parts.audience("seller", Audience::default(), vec![person("bea e")])).await;
    assert_eq!(changes.audiences.to_string(), "changed seller; kept operations");
    // The lookup that hung is begun anew, with the new directory.
    rig.messages_are(&["email sent"]).await;
    rig.event("reshoot_needed sr-2").await;
    rig.messages_are(&["email sent", "email sent"]).await;
    assert_eq!(old.asked(), ["SR-1"]);
    assert_eq!(rig.parts.audiences["seller"].1.asked(), ["SR-1", "SR-2"]);
}

#[tokio::test]
async fn a_paused_audience_with_other_settings_is_probed_at_once() {
    let mut rig = Rig::start(email()).await;
    let old = rig.parts.audiences["seller"].1.clone();
    old.once("SR-1", Found::Refused);
    old.probes([Probed::Refused]);
    rig.event("reshoot_needed sr-1").await;
    let paused = async || rig.handle.audiences().iter().any(|audience| audience.paused.is_some());
    until(paused, |paused| *paused).await;
    rig.reload(|parts| parts.audience("seller", Audience::default(), vec![person("bea e")])).await;
    let paused = async || rig.handle.audiences().iter().any(|audience| audience.paused.is_some());
    until(paused, |paused| !*paused).await;
    rig.advance(31);
    rig.messages_are(&["email sent"]).await;
}

#[tokio::test]
async fn a_redirect_holds_for_what_waits_on_channels_that_did_not_change() {
    let mut rig = Rig::start(email()).await;
    rig.handle.pause("email", "until the reload").await.unwrap();
    rig.event("reshoot_needed sr-1").await;
    rig.messages_are(&["email queued"]).await;
    let test = Address::Email("test@market.example".parse().unwrap());
    let to = [("email".to_owned(), RedirectTo::Address(test.clone()))].into();
    rig.reload(|parts| parts.redirect = Some(Redirect { to, mark: None })).await;
    rig.handle.resume("email").await.unwrap();
    rig.messages_are(&["email sent"]).await;
    let went: Vec<Address> = rig.parts.fake("email").seen().into_iter().map(|message| message.to).collect();
    assert_eq!(went, [test]);
}

#[tokio::test]
async fn a_pipeline_stops_while_a_channel_is_handed_over() {
    let mut rig = Rig::start(email()).await;
    rig.parts.fake("email").answers([Answer::Never]);
    rig.event("reshoot_needed sr-1").await;
    rig.seen("email", 1).await;
    rig.reload(|parts| parts.channel("email", Form::Email, AddressKind::Email, OnUnknown::Retry)).await;
    let (drained, ..) = rig.stop(Duration::from_millis(50)).await;
    assert_eq!(drained, proofbell_pipeline::Drained::Partly);
}
