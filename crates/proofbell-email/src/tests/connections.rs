//! Connections kept between mails: reused when clean, replaced when dead, never handed on half-used.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use proofbell_notify::Notifier;
use proofbell_notify::testkit::{Dialogue, Double, Fault, Reply, SmtpAnswers, describe};

use super::{config, count, message, notifier, other_message, patient, plain_url};

#[tokio::test]
async fn one_connection_carries_many_mails_up_to_a_hundred() {
    let double = Double::start(Arc::new(SmtpAnswers::default()), Fault::None).await;
    let notifier = patient(config(&plain_url(double.address())));
    for number in 0..150 {
        assert_eq!(describe(&notifier.send(&other_message(number)).await), "sent");
    }
    assert_eq!((count(&double, "EHLO"), count(&double, "MAIL")), (2, 150));
}

#[tokio::test]
async fn only_a_250_gives_a_connection_back() {
    let bad = Arc::new(SmtpAnswers::default().on("RCPT", "550 5.1.1 no\r\n"));
    let double = Double::start(bad, Fault::None).await;
    let notifier = patient(config(&plain_url(double.address())));
    notifier.send(&message()).await;
    notifier.send(&message()).await;
    assert_eq!(count(&double, "EHLO"), 2);
}

#[tokio::test]
async fn a_connection_on_which_the_server_spoke_out_of_turn_is_not_kept() {
    let talkative = SmtpAnswers::default().on(".", "250 ok\r\n550 5.1.1 what an answer to nothing\r\n");
    let double = Double::start(Arc::new(talkative), Fault::None).await;
    let notifier = patient(config(&plain_url(double.address())));
    for number in 0..3 {
        assert_eq!(describe(&notifier.send(&other_message(number)).await), "sent");
    }
    assert_eq!(count(&double, "EHLO"), 3);
}

#[tokio::test]
async fn idle_connections_grow_old() {
    tokio::time::pause();
    let double = Double::start(Arc::new(SmtpAnswers::default()), Fault::None).await;
    let notifier = patient(config(&plain_url(double.address())));
    for (wait, connections) in [(0, 1), (59, 1), (61, 2)] {
        tokio::time::advance(Duration::from_secs(wait)).await;
        // Time stands still while sockets are used, or it would run ahead of them.
        tokio::time::resume();
        assert_eq!(describe(&notifier.send(&message()).await), "sent");
        tokio::time::pause();
        assert_eq!(count(&double, "EHLO"), connections, "after {wait} s");
    }
}

/// A server that has something against the second mail on its first connection.
struct Leaving {
    well: SmtpAnswers,
    mails: AtomicUsize,
    second: Reply,
}

impl Dialogue for Leaving {
    fn greeting(&self) -> Vec<u8> {
        self.well.greeting()
    }

    fn unit(&self, heard: &[u8], before: &[Vec<u8>]) -> Option<usize> {
        self.well.unit(heard, before)
    }

    fn hands_over(&self, unit: &[u8]) -> bool {
        self.well.hands_over(unit)
    }

    fn reply(&self, unit: &[u8]) -> Reply {
        if unit.starts_with(b"MAIL") && self.mails.fetch_add(1, Ordering::SeqCst) == 1 {
            return self.second.clone();
        }
        self.well.reply(unit)
    }
}

#[tokio::test]
async fn a_connection_that_died_while_idle_is_replaced_within_the_attempt() {
    let leave = |bytes: &[u8]| Reply::SayAndClose(bytes.to_vec());
    for (second, expected) in [
        (leave(b""), "sent"),
        (leave(b"421 4.4.2 idle too long\r\n"), "sent"),
        (Reply::Say(Vec::new()), "sent"),
        (Reply::Say(b"451 4.3.0 later\r\n".to_vec()), "retry_later 451"),
    ] {
        let leaving =
            Leaving { well: SmtpAnswers::default(), mails: AtomicUsize::new(0), second: second.clone() };
        let double = Double::start(Arc::new(leaving), Fault::None).await;
        let notifier = notifier(config(&plain_url(double.address())), Duration::from_millis(500));
        assert_eq!(describe(&notifier.send(&message()).await), "sent");
        assert_eq!(describe(&notifier.send(&other_message(2)).await), expected, "{second:?}");
        let connections = if expected == "sent" { 2 } else { 1 };
        assert_eq!(count(&double, "EHLO"), connections, "{second:?}");
    }
}

#[tokio::test]
async fn a_fresh_connection_that_fails_is_not_replaced() {
    let away = SmtpAnswers::default().on("MAIL", "421 4.3.2 away\r\n");
    let double = Double::start(Arc::new(away), Fault::None).await;
    let notifier = patient(config(&plain_url(double.address())));
    assert_eq!(describe(&notifier.send(&message()).await), "retry_later 421");
    assert_eq!(count(&double, "EHLO"), 1);
}

#[tokio::test]
async fn a_mail_dropped_before_its_answer_leaves_the_next_one_its_own() {
    let double = Double::start(Arc::new(SmtpAnswers::default()), Fault::None).await;
    let notifier = patient(config(&plain_url(double.address())));
    assert_eq!(describe(&notifier.send(&message()).await), "sent");
    // The server thinks about the second mail until its sender has gone, …
    double.talk_like(Arc::new(SmtpAnswers::default().on(".", "")));
    let second = message();
    let mut dropped = Box::pin(notifier.send(&second));
    tokio::select! {
        outcome = &mut dropped => panic!("{outcome:?}"),
        _ = double.wait_for(9) => {}
    }
    drop(dropped);
    // … and does not want the third.
    double.talk_like(Arc::new(SmtpAnswers::default().on("RCPT", "550 5.1.1 no\r\n")));
    assert_eq!(describe(&notifier.send(&other_message(3)).await), "bad_address 550 7776000s");
    assert_eq!(count(&double, "EHLO"), 2);
}
