//! What is tried next, who is told in the end, and what is remembered.

use std::collections::BTreeMap;
use std::time::Duration;

use proofbell_engine::{Rule, StalePolicy};
use proofbell_notify::{Address, Outcome};
use proofbell_pipeline::{Redirect, RedirectTo};
use proofbell_store::Store;

use crate::fake::{Answer, Found, reason};
use crate::rig::{Parts, Rig, person, rule, until};

fn bad_address() -> Outcome {
    Outcome::BadAddress { reason: reason("550"), forget_after: None }
}

#[tokio::test]
async fn else_via_takes_its_turns_and_then_somebody_is_told() {
    let parts = Parts::new(vec![rule("reshoot_needed", "seller", "email > sms")]).telling_of_nobody();
    let rig = Rig::start(parts).await;
    rig.parts.fake("email").says([Outcome::Rejected { reason: reason("552") }]);
    rig.event("reshoot_needed sr-1").await;
    rig.messages_are(&["email dead rejected", "sms sent"]).await;

    rig.parts.fake("email").says([Outcome::Rejected { reason: reason("552") }]);
    rig.parts.fake("sms").says([Outcome::Rejected { reason: reason("30007") }]);
    rig.event("reshoot_needed sr-2").await;
    rig.drafts_are("sr-2", &["operations addressed", "seller addressed"]).await;
    rig.messages_are(&[
        "email dead rejected",
        "sms sent",
        "email dead rejected",
        "sms dead rejected",
        "desk sent",
    ])
    .await;
    let notice = rig.parts.fake("desk").seen().remove(0);
    assert!(format!("{:?}", notice.body).contains("Nobody was reached for SR-2"), "{:?}", notice.body);
}

#[tokio::test]
async fn else_after_cuts_off_what_still_waits() {
    let timed = Rule {
        else_after: Some(Duration::from_secs(3600)),
        ..rule("reshoot_needed", "seller", "email > sms")
    };
    let rig = Rig::start(Parts::new(vec![timed])).await;
    rig.handle.pause("email", "maintenance").await.unwrap();
    rig.event("reshoot_needed sr-1").await;
    rig.messages_are(&["email queued"]).await;
    rig.advance(3599);
    rig.messages_are(&["email queued"]).await;
    rig.advance(1);
    rig.messages_are(&["email suppressed else_after", "sms sent"]).await;
}

#[tokio::test]
async fn nobody_found_is_told_and_a_place_needs_nobody() {
    let rules = vec![rule("reshoot_needed", "seller", "email"), rule("counterfeit", "seller", "desk")];
    let rig = Rig::start(Parts::new(rules).telling_of_nobody()).await;
    let seller = &rig.parts.audiences["seller"].1;
    seller.once("SR-1", Found::People(Vec::new()));
    rig.event("reshoot_needed sr-1").await;
    rig.drafts_are("sr-1", &["operations addressed", "seller suppressed nobody"]).await;
    rig.messages_are(&["desk sent"]).await;
    seller.once("SR-2", Found::People(Vec::new()));
    rig.event("counterfeit sr-2").await;
    rig.drafts_are("sr-2", &["seller addressed"]).await;
    rig.messages_are(&["desk sent", "desk sent"]).await;
}

#[tokio::test]
async fn a_missing_address_falls_back_at_once() {
    let rig = Rig::start(Parts::new(vec![rule("reshoot_needed", "seller", "email > sms")])).await;
    rig.parts.audiences["seller"].1.once("SR-1", Found::People(vec![person("bob p")]));
    rig.event("reshoot_needed sr-1").await;
    rig.messages_are(&["email suppressed no_address", "sms sent"]).await;
}

#[tokio::test]
async fn what_a_provider_said_of_an_address_is_remembered() {
    for (outcome, code) in [
        (bad_address(), "email suppressed bad_address"),
        (Outcome::OptedOut { reason: reason("stop") }, "email suppressed opted_out"),
    ] {
        let rig = Rig::start(Parts::new(vec![rule("reshoot_needed", "seller", "email > sms")])).await;
        rig.parts.fake("email").says([outcome]);
        rig.event("reshoot_needed sr-1").await;
        rig.messages_are(&[code, "sms sent"]).await;
        rig.event("reshoot_needed sr-2").await;
        rig.messages_are(&[code, "sms sent", code, "sms sent"]).await;
        assert_eq!(rig.parts.fake("email").seen().len(), 1, "the second one never left");
    }
}

#[tokio::test]
async fn a_bad_address_is_forgotten_when_the_provider_says_so() {
    let rig = Rig::start(Parts::new(vec![rule("reshoot_needed", "seller", "email")])).await;
    let forget_after = Some(Duration::from_secs(3600));
    rig.parts.fake("email").says([Outcome::BadAddress { reason: reason("550"), forget_after }]);
    rig.event("reshoot_needed sr-1").await;
    rig.messages_are(&["email suppressed bad_address"]).await;
    rig.advance(3601);
    rig.event("reshoot_needed sr-2").await;
    rig.messages_are(&["email suppressed bad_address", "email sent"]).await;
}

#[tokio::test]
async fn what_is_overtaken_before_it_leaves_stays() {
    let rules = vec![
        rule("reshoot_needed", "seller", "email > sms"),
        Rule { stale: StalePolicy::Send, ..rule("reshoot_needed", "operations", "desk") },
    ];
    let rig = Rig::start(Parts::new(rules)).await;
    rig.handle.pause("email", "maintenance").await.unwrap();
    rig.handle.pause("desk", "maintenance").await.unwrap();
    rig.event("reshoot_needed sr-1").await;
    rig.messages_are(&["email queued", "desk queued"]).await;
    rig.advance(60);
    rig.event("photos_submitted sr-1").await;
    let planned = async || rig.store.case("sr-1").await.map_or(0, |case| case.decisions.len());
    until(planned, |planned| *planned == 2).await;
    rig.handle.resume("email").await.unwrap();
    rig.handle.resume("desk").await.unwrap();
    rig.messages_are(&["email suppressed overtaken", "desk sent"]).await;
    assert_eq!(rig.parts.fake("email").seen().len(), 0);
}

#[tokio::test]
async fn redirect_is_the_last_step() {
    let mut parts = Parts::new(vec![
        rule("reshoot_needed", "seller", "email > sms"),
        rule("counterfeit", "seller", "sms > desk"),
    ]);
    let elsewhere = Address::Email("test@market.example".parse().unwrap());
    let to = BTreeMap::from([("email".to_owned(), RedirectTo::Address(elsewhere))]);
    parts.redirect = Some(Redirect { to, mark: Some("[staging] ".to_owned()) });
    let rig = Rig::start(parts).await;
    rig.event("reshoot_needed sr-1").await;
    rig.messages_are(&["email sent"]).await;
    let handed = rig.parts.fake("email").seen().remove(0);
    assert_eq!(handed.to.expose(), "test@market.example");
    assert_eq!(rig.only("email").await.title, "reshoot_needed", "what is kept is what was made");
    rig.event("counterfeit sr-2").await;
    rig.messages_are(&["email sent", "sms suppressed redirected"]).await;

    rig.parts.fake("email").says([bad_address()]);
    rig.event("reshoot_needed sr-3").await;
    let so_far = [
        "email sent",
        "sms suppressed redirected",
        "email suppressed bad_address",
        "sms suppressed redirected",
    ];
    rig.messages_are(&so_far).await;
    rig.event("reshoot_needed sr-4").await;
    rig.messages_are(&[&so_far[..], &["email sent"]].concat()).await;
}

#[tokio::test]
async fn a_template_that_cannot_be_rendered_costs_its_message_alone() {
    let mail_only =
        Rule { template: "mail-only".to_owned(), ..rule("reshoot_needed", "seller", "sms > email") };
    let uncountable = Rule { template: "uncountable".to_owned(), ..rule("counterfeit", "seller", "email") };
    let rig = Rig::start(Parts::new(vec![mail_only, uncountable])).await;
    rig.event("reshoot_needed sr-1").await;
    rig.messages_are(&["sms dead render_failed", "email sent"]).await;
    rig.event("counterfeit sr-2").await;
    rig.messages_are(&["sms dead render_failed", "email sent", "email sent"]).await;
}

#[tokio::test]
async fn what_may_have_been_delivered_is_not_sent_another_way() {
    let rig = Rig::start(Parts::new(vec![rule("reshoot_needed", "seller", "sms > email")])).await;
    rig.parts.fake("sms").answers([Answer::Panics]);
    rig.event("reshoot_needed sr-1").await;
    rig.messages_are(&["sms dead unknown"]).await;
    rig.event("reshoot_needed sr-2").await;
    rig.messages_are(&["sms dead unknown", "sms sent"]).await;
}
