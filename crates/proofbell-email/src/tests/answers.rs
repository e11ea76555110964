//! What a server may say at each step, and what becomes of it: the contract kit's checks over SMTP.

use std::net::SocketAddr;
use std::time::Duration;

use proofbell_notify::testkit::{self, Rig, Row, SmtpAnswers};
use proofbell_notify::{Address, Message};

use crate::notifier::Smtp;

use super::{config, message, notifier, plain_url, with_credentials};

/// Ninety days.
const BAD_ADDRESS: &str = "bad_address 550 7776000s";

struct SmtpRig;

impl Rig for SmtpRig {
    type Notifier = Smtp;

    fn notifier(&self, at: SocketAddr, deadline: Duration) -> Smtp {
        notifier(with_credentials(config(&plain_url(at))), deadline)
    }

    fn message(&self) -> Message {
        message()
    }

    fn table(&self) -> Vec<Row> {
        [accepted(), before_the_mail(), at_mail_from(), at_rcpt_to(), at_the_message()].concat()
    }

    fn probes(&self) -> Vec<Row> {
        vec![
            Row::new("all well", server(), "ok"),
            Row::new("credentials refused", server().on("AUTH", "535 5.7.8 no\r\n"), "refused 535"),
            Row::new("no AUTH", SmtpAnswers::default(), "refused auth"),
            Row::new("sender refused", server().on("MAIL", "550 5.7.1 not yours\r\n"), "refused 550"),
            Row::new("busy", server().greet("421 4.3.2 busy\r\n"), "unreachable 421"),
            Row::new("auth server away", server().on("AUTH", "454 4.7.0 away\r\n"), "unreachable 454"),
        ]
    }

    fn secrets(&self) -> Vec<String> {
        ["correct horse", "mailer", "AG1haWxlcgBjb3JyZWN0IGhvcnNl", "Y29ycmVjdCBob3JzZQ==", "hanako.g"]
            .map(str::to_owned)
            .into()
    }
}

/// A server that wants, and accepts, AUTH PLAIN.
fn server() -> SmtpAnswers {
    SmtpAnswers::default()
        .on("EHLO", "250-double.example\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN\r\n")
        .on("AUTH", "235 2.7.0 welcome\r\n")
}

fn accepted() -> Vec<Row> {
    let end = |answer| server().on(".", answer);
    let login = SmtpAnswers::default()
        .on("EHLO", "250-double.example\r\n250 auth=login\r\n")
        .on("AUTH", "334 VXNlcm5hbWU6\r\n")
        .on("BWFPBGVY", "334 UGFzc3dvcmQ6\r\n")
        .on("Y29YCMVJDCBOB3JZZQ==", "235 welcome\r\n");
    let asks = server().on("AUTH", "334 \r\n").on("AG1HAWXLCGBJB3JYZWN0IGHVCNNL", "235 welcome\r\n");
    vec![
        Row::new("accepted", server(), "sent"),
        Row::new("AUTH LOGIN", login, "sent"),
        Row::new("AUTH PLAIN that asks", asks, "sent"),
        Row::new("no text", end("250\r\n"), "sent"),
        Row::new("forwarded", server().on("RCPT", "251 will forward\r\n"), "sent"),
        Row::new("Postfix", end("250 2.0.0 Ok: queued as 4XyZ12cKbQz\r\n"), "sent 4XyZ12cKbQz"),
        Row::new("Exim", end("250 OK id=1tKq2B-000000001aB-0pQr\r\n"), "sent 1tKq2B-000000001aB-0pQr"),
        Row::new(
            "Sendmail",
            end("250 2.0.0 4AM5c3 Message accepted for delivery\r\n").on("QUIT", "221 bye\r\n"),
            "sent 4AM5c3",
        ),
        Row::new("SES", end("250 Ok 0102018f-a1b2-000000\r\n"), "sent 0102018f-a1b2-000000"),
        Row::new("Google", end("250 2.0.0 OK  1700000000 ab12-gc - gsmtp\r\n"), "sent ab12-gc"),
        Row::new("an address is no id", end("250 queued as hanako.g@buyer.example1\r\n"), "sent"),
    ]
}

fn before_the_mail() -> Vec<Row> {
    let hello = |answer| server().on("EHLO", answer);
    let auth = |answer| server().on("AUTH", answer);
    vec![
        Row::new("busy", server().greet("421 4.3.2 too many connections\r\n"), "retry_later 421"),
        Row::new("not for us", server().greet("554 5.7.1 you are on a list\r\n"), "channel_down 554"),
        Row::new("no SMTP", server().greet("SSH-2.0-OpenSSH_9.9\r\n"), "retry_later connection"),
        Row::new("HELO refused", hello("550 5.7.1 who?\r\n"), "channel_down 550"),
        Row::new("HELO later", hello("451 4.3.0 later\r\n"), "retry_later 451"),
        Row::new("no AUTH", hello("250 double.example\r\n"), "channel_down auth"),
        Row::new("AUTH we cannot", hello("250-a\r\n250 AUTH GSSAPI XOAUTH2\r\n"), "channel_down auth"),
        Row::new("password wrong", auth("535 5.7.8 bad password correct horse\r\n"), "channel_down 535"),
        Row::new("too weak", auth("534 5.7.9 use another mechanism\r\n"), "channel_down 534"),
        Row::new("wants TLS", auth("538 5.7.11 encryption required\r\n"), "channel_down 538"),
        Row::new(
            "AUTH failed",
            auth("501 5.5.2 what is AG1haWxlcgBjb3JyZWN0IGhvcnNl\r\n"),
            "channel_down 501",
        ),
        Row::new("AUTH later", auth("454 4.7.0 try again\r\n"), "retry_later 454"),
    ]
}

fn at_mail_from() -> Vec<Row> {
    let mail = |answer| server().on("MAIL", answer);
    vec![
        Row::new("sender later", mail("451 4.1.8 cannot look you up\r\n"), "retry_later 451"),
        Row::new("closing", mail("421 4.4.2 idle\r\n"), "retry_later 421"),
        Row::new("AUTH required", mail("530 5.7.0 authentication required\r\n"), "channel_down 530"),
        Row::new("sender unknown", mail("550 5.1.8 no such domain\r\n"), "channel_down 550"),
        Row::new("sender not ours", mail("553 5.7.1 not owned by mailer\r\n"), "channel_down 553"),
        Row::new("sender, bare", mail("550 no\r\n"), "channel_down 550"),
        Row::new("too big", mail("552 5.3.4 too big\r\n"), "rejected 552"),
        Row::new("too big, bare", mail("552 too big\r\n"), "rejected 552"),
        Row::new("parameters", mail("555 no such parameter\r\n"), "rejected 555"),
        Row::new("out of step", mail("354 what\r\n"), "retry_later 354"),
    ]
}

fn at_rcpt_to() -> Vec<Row> {
    let rcpt = |answer| server().on("RCPT", answer);
    vec![
        Row::new("no mailbox", rcpt("550 5.1.1 <hanako.g@buyer.example>: no such user\r\n"), BAD_ADDRESS),
        Row::new("two lines", rcpt("550-5.1.1 hanako.g?\r\n550 5.1.1 unknown\r\n"), BAD_ADDRESS),
        Row::new("no domain", rcpt("550 5.1.2 no such domain\r\n"), BAD_ADDRESS),
        Row::new("moved", rcpt("550 5.1.6 moved\r\n"), BAD_ADDRESS),
        Row::new("null MX", rcpt("550 5.1.10 takes no mail\r\n"), BAD_ADDRESS),
        Row::new("switched off", rcpt("550 5.2.1 disabled\r\n"), "bad_address 550 86400s"),
        Row::new("our address", rcpt("550 5.1.8 sender has no domain\r\n"), "channel_down 550"),
        Row::new("full", rcpt("552 5.2.2 full\r\n"), "retry_later 552"),
        Row::new("full, bare", rcpt("552 full\r\n"), "retry_later 552"),
        Row::new("full, transient", rcpt("452 4.2.2 full\r\n"), "retry_later 452"),
        Row::new("greylisted", rcpt("450 4.7.1 come back\r\n"), "retry_later 450"),
        Row::new("no mailbox for now", rcpt("450 4.1.1 unverified\r\n"), "retry_later 450"),
        Row::new("policy", rcpt("550 5.7.1 denied\r\n"), "rejected 550"),
        Row::new("relaying", rcpt("554 5.7.1 relay access denied\r\n"), "rejected 554"),
        Row::new("bare 550", rcpt("550 no such user\r\n"), "rejected 550"),
        Row::new("bare 553", rcpt("553 not allowed\r\n"), "rejected 553"),
        Row::new("another class", rcpt("550 4.1.1 confused\r\n"), "rejected 550"),
        Row::new("AUTH required", rcpt("530 5.7.0 authentication required\r\n"), "channel_down 530"),
    ]
}

fn at_the_message() -> Vec<Row> {
    let data = |answer| server().on("DATA", answer);
    let end = |answer| server().on(".", answer);
    vec![
        Row::new("no valid recipients", data("554 5.5.1 none\r\n"), "rejected 554"),
        Row::new("DATA later", data("451 4.3.0 later\r\n"), "retry_later 451"),
        Row::new("DATA out of step", data("250 ok\r\n"), "retry_later 250"),
        Row::new("spam", end("554 5.7.1 looks like spam: Two photos to take again\r\n"), "rejected 554"),
        Row::new("at the end 550", end("550 5.1.1 hanako.g@buyer.example unknown\r\n"), "rejected 550"),
        Row::new("full at the end", end("552 5.2.2 full\r\n"), "retry_later 552"),
        Row::new("too big at the end", end("552 5.3.4 too big\r\n"), "rejected 552"),
        Row::new("later at the end", end("451 4.3.0 later\r\n"), "retry_later 451"),
        Row::new("closing at the end", end("421 4.3.2 closing\r\n"), "retry_later 421"),
        Row::new("not 250", end("252 perhaps\r\n"), "unknown 252"),
        Row::new("out of step", end("354 go ahead\r\n"), "unknown 354"),
        Row::new("no SMTP", end("thanks\r\n"), "unknown connection"),
    ]
}

#[tokio::test]
async fn the_contract_holds() {
    testkit::run(&SmtpRig).await;
}

#[tokio::test]
async fn a_foreign_local_part_needs_a_server_that_takes_it() {
    let utf8 = "250-double.example\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 AUTH PLAIN\r\n";
    for (hello, expected, parameters) in [
        (utf8, "sent", Some(" BODY=8BITMIME SMTPUTF8")),
        ("250-double.example\r\n250 AUTH PLAIN\r\n", "bad_address smtputf8 7776000s", None),
    ] {
        let double =
            testkit::Double::start(std::sync::Arc::new(server().on("EHLO", hello)), testkit::Fault::None)
                .await;
        let notifier = SmtpRig.notifier(double.address(), Duration::from_secs(8));
        let to = Address::Email("花子@例え.jp".parse().unwrap());
        let outcome = proofbell_notify::Notifier::send(&notifier, &Message { to, ..message() }).await;
        assert_eq!(testkit::describe(&outcome), expected);
        let heard = double.heard().concat();
        let heard = String::from_utf8_lossy(&heard);
        match parameters {
            Some(parameters) => {
                assert!(heard.contains(&format!("MAIL FROM:<no-reply@market.example>{parameters}\r\n")));
                assert!(heard.contains("RCPT TO:<花子@xn--r8jz45g.jp>\r\n"), "{heard}");
            }
            None => assert!(!heard.contains("MAIL FROM"), "{heard}"),
        }
    }
}
