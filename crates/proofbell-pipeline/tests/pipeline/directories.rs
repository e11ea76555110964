//! Directories that cannot answer: drafts that wait, that are given up, and audiences that are paused.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use proofbell_pipeline::Observer;
use proofbell_store::{NewMessage, Store};

use crate::fake::{FakeDirectory, Found, Probed};
use crate::rig::{Parts, Rig, rule, until};

fn parts() -> Parts {
    let rules = vec![rule("reshoot_needed", "seller", "email"), rule("counterfeit", "operations", "desk")];
    let mut parts = Parts::new(rules).telling_of_nobody();
    parts.timing.first_probe = Duration::from_millis(30);
    parts
}

/// Waits until the audience is paused or not, and says why it is.
async fn paused(rig: &Rig, expected: bool) -> Option<String> {
    let paused = async || {
        let audiences = rig.handle.audiences();
        let seller = audiences.into_iter().find(|audience| audience.name == "seller").unwrap();
        seller.paused.map(|pause| pause.reason)
    };
    until(paused, |paused| paused.is_some() == expected).await
}

/// Waits until the only draft of a case waits, or has ended, for this reason.
async fn reason_is(rig: &Rig, sr_uuid: &str, expected: &str) {
    let reason = async || {
        let case = rig.store.case(sr_uuid).await;
        case.ok().and_then(|case| case.drafts.into_iter().next()).and_then(|draft| draft.reason)
    };
    until(reason, |reason| reason.as_deref() == Some(expected)).await;
}

fn seller(rig: &Rig) -> &FakeDirectory {
    &rig.parts.audiences["seller"].1
}

#[tokio::test]
async fn a_directory_that_refuses_us_pauses_its_audience_until_a_probe_is_well() {
    let rig = Rig::start(parts()).await;
    seller(&rig).always(Some(|| Found::Refused));
    seller(&rig).probes([Probed::Refused, Probed::Refused, Probed::Down, Probed::Panics, Probed::Waits]);
    rig.event("reshoot_needed sr-1").await;
    assert_eq!(paused(&rig, true).await.as_deref(), Some("probe refused (401)"));
    assert_eq!(seller(&rig).asked(), ["SR-1"]);

    // A draft that comes now is asked about of nobody, shows why it waits, and delays no other audience.
    rig.event("reshoot_needed sr-2").await;
    rig.event("counterfeit sr-3").await;
    rig.messages_are(&["desk sent"]).await;
    until(async || seller(&rig).probed(), |probed| *probed == 5).await;
    assert_eq!(seller(&rig).asked(), ["SR-1"]);

    seller(&rig).always(None);
    seller(&rig).let_go();
    paused(&rig, false).await;
    rig.advance(3);
    rig.messages_are(&["desk sent", "email sent", "email sent"]).await;
    assert_eq!(seller(&rig).probed(), 5, "it is not probed any more");
}

#[tokio::test]
async fn drafts_of_a_paused_audience_show_why_they_wait() {
    let mut parts = parts();
    parts.timing.first_probe = Duration::from_secs(3600);
    let rig = Rig::start(parts).await;
    seller(&rig).always(Some(|| Found::Refused));
    seller(&rig).probes([Probed::Refused]);
    rig.event("reshoot_needed sr-1").await;
    paused(&rig, true).await;
    reason_is(&rig, "sr-1", "refused (401)").await;
    rig.advance(3);
    reason_is(&rig, "sr-1", "paused: probe refused (401)").await;
    rig.event("reshoot_needed sr-2").await;
    reason_is(&rig, "sr-2", "paused: probe refused (401)").await;
    assert_eq!(seller(&rig).asked(), ["SR-1"]);

    // They are given up like others, and somebody hears of it.
    rig.advance(24 * 3600);
    rig.drafts_are("sr-1", &["seller dead unavailable", "operations addressed"]).await;
    rig.drafts_are("sr-2", &["seller dead unavailable", "operations addressed"]).await;
    reason_is(&rig, "sr-1", "unavailable: paused: probe refused (401)").await;
    rig.messages_are(&["desk sent", "desk sent"]).await;
}

#[tokio::test]
async fn nobody_is_looked_up_while_a_probe_says_whether_all_are_refused() {
    let rig = Rig::start(parts()).await;
    seller(&rig).once("SR-1", Found::Refused);
    seller(&rig).probes([Probed::Waits]);
    rig.event("reshoot_needed sr-1").await;
    until(async || seller(&rig).probed(), |probed| *probed == 1).await;
    rig.event("reshoot_needed sr-2").await;
    rig.event("counterfeit sr-3").await;
    rig.messages_are(&["desk sent"]).await;
    rig.drafts_are("sr-2", &["seller waiting"]).await;
    assert_eq!(seller(&rig).asked(), ["SR-1"]);
    let waiting = rig.store.due_drafts("seller", rig.handle.now(), 10).await.unwrap();
    assert_eq!(waiting.iter().map(|due| due.tries).collect::<Vec<_>>(), [0], "it is not even put off");
    seller(&rig).let_go();
    rig.messages_are(&["desk sent", "email sent"]).await;
}

#[tokio::test]
async fn one_case_that_is_refused_stops_no_other() {
    let rig = Rig::start(parts()).await;
    for _ in 0..3 {
        seller(&rig).once("SR-1", Found::Refused);
    }
    rig.event("reshoot_needed sr-1").await;
    until(async || seller(&rig).probed(), |probed| *probed == 1).await;
    rig.event("reshoot_needed sr-2").await;
    rig.messages_are(&["email sent"]).await;
    assert_eq!(paused(&rig, false).await, None);
    reason_is(&rig, "sr-1", "refused (401)").await;
    for (second, probes) in [(3, 2), (12, 3)] {
        wait_out(Duration::from_millis(80)).await;
        rig.advance(second);
        until(async || seller(&rig).probed(), |probed| *probed == probes).await;
        assert_eq!(paused(&rig, false).await, None);
    }
    // The last of the three is put off by half a minute at most 36 s.
    rig.drafts_are("sr-1", &["seller waiting refused (401)"]).await;
    rig.advance(37);
    rig.messages_are(&["email sent", "email sent"]).await;
}

/// Lets go by how long a probe that ended well is good for: a matter of real time, not of the rig's clock.
async fn wait_out(time: Duration) {
    let since = Instant::now();
    until(async || since.elapsed(), |elapsed| *elapsed > time).await;
}

#[tokio::test]
async fn one_case_that_is_refused_again_and_again_begins_no_probe_each_time() {
    let mut parts = parts();
    parts.timing.first_probe = Duration::from_secs(3600);
    let rig = Rig::start(parts).await;
    for _ in 0..3 {
        seller(&rig).once("SR-1", Found::Refused);
    }
    // The second would stop everybody, for as long as it takes.
    seller(&rig).probes([Probed::Well, Probed::Waits]);
    rig.event("reshoot_needed sr-1").await;
    until(async || seller(&rig).probed(), |probed| *probed == 1).await;
    rig.event("reshoot_needed sr-2").await;
    rig.messages_are(&["email sent"]).await;
    for (second, asked) in [(3, 3), (12, 4)] {
        rig.advance(second);
        until(async || seller(&rig).asked().len(), |heard| *heard == asked).await;
        rig.drafts_are("sr-1", &["seller waiting refused (401)"]).await;
    }
    rig.event("reshoot_needed sr-3").await;
    rig.messages_are(&["email sent", "email sent"]).await;
    assert_eq!(seller(&rig).probed(), 1);
    rig.advance(37);
    rig.messages_are(&["email sent", "email sent", "email sent"]).await;
}

#[tokio::test]
async fn a_probe_that_cannot_tell_pauses_nobody() {
    for probe in [Probed::Down, Probed::Panics] {
        let rig = Rig::start(parts()).await;
        seller(&rig).once("SR-1", Found::Refused);
        seller(&rig).probes([probe]);
        rig.event("reshoot_needed sr-1").await;
        until(async || seller(&rig).probed(), |probed| *probed == 1).await;
        rig.event("reshoot_needed sr-2").await;
        rig.messages_are(&["email sent"]).await;
        rig.advance(3);
        rig.messages_are(&["email sent", "email sent"]).await;
    }
}

#[tokio::test]
async fn a_directory_that_asks_to_be_left_alone_is() {
    let rig = Rig::start(parts()).await;
    seller(&rig).once("SR-1", Found::Busy(1000));
    rig.event("reshoot_needed sr-1").await;
    rig.drafts_are("sr-1", &["seller waiting busy"]).await;
    rig.advance(999);
    // Another event goes all the way, so that the worker has looked meanwhile.
    rig.event("reshoot_needed sr-2").await;
    rig.messages_are(&["email sent"]).await;
    assert_eq!(seller(&rig).asked(), ["SR-1", "SR-2"]);
    rig.advance(202);
    rig.messages_are(&["email sent", "email sent"]).await;
}

#[tokio::test]
async fn a_case_that_cannot_be_asked_about_ends_at_once_and_somebody_is_told() {
    let rig = Rig::start(parts()).await;
    seller(&rig).once("SR-1", Found::Unaskable);
    rig.event("reshoot_needed sr-1").await;
    rig.drafts_are("sr-1", &["seller suppressed unaskable", "operations addressed"]).await;
    reason_is(&rig, "sr-1", "unaskable: no id; somebody is told").await;
    rig.messages_are(&["desk sent"]).await;
    assert_eq!((seller(&rig).asked().len(), seller(&rig).probed()), (1, 0));
}

#[tokio::test]
async fn what_stays_unavailable_is_given_up_and_somebody_is_told() {
    let rig = Rig::start(parts()).await;
    seller(&rig).always(Some(|| Found::Down));
    rig.event("reshoot_needed sr-1").await;
    rig.drafts_are("sr-1", &["seller waiting down"]).await;
    rig.advance(24 * 3600);
    rig.drafts_are("sr-1", &["seller dead unavailable", "operations addressed"]).await;
    reason_is(&rig, "sr-1", "unavailable: down").await;
    rig.messages_are(&["desk sent"]).await;
}

#[tokio::test]
async fn a_restart_finds_out_anew() {
    let rig = Rig::start(parts()).await;
    seller(&rig).always(Some(|| Found::Refused));
    seller(&rig).probes(std::iter::repeat_with(|| Probed::Refused).take(1000));
    rig.event("reshoot_needed sr-1").await;
    paused(&rig, true).await;
    let rig = rig.again(|_| {}).await;
    assert_eq!(paused(&rig, false).await, None, "a new process has not asked yet");
    rig.advance(3);
    paused(&rig, true).await;
    assert_eq!(seller(&rig).asked(), ["SR-1", "SR-1"]);
}

/// Panics when the first message is made.
#[derive(Default)]
struct Clumsy(AtomicBool);

impl Observer for Clumsy {
    fn made(&self, _: &NewMessage) {
        assert!(self.0.swap(true, Ordering::Relaxed), "scripted");
    }
}

#[tokio::test]
async fn a_worker_that_panics_leaves_no_audience_paused() {
    let mut parts = parts();
    parts.timing.first_probe = Duration::from_secs(3600);
    parts.observer = Arc::new(Clumsy::default());
    let rig = Rig::start(parts).await;
    seller(&rig).once("SR-1", Found::Waits);
    seller(&rig).once("SR-2", Found::Refused);
    seller(&rig).probes([Probed::Refused]);
    rig.event("reshoot_needed sr-1").await;
    until(async || seller(&rig).asked().len(), |asked| *asked == 1).await;
    rig.event("reshoot_needed sr-2").await;
    paused(&rig, true).await;
    // Its messages trip the worker, which probes when it starts again.
    seller(&rig).let_go();
    paused(&rig, false).await;
    assert_eq!(seller(&rig).probed(), 2);
    rig.advance(3);
    rig.messages_are(&["email sent", "email sent"]).await;
}
