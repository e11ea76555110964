//! The SMS notifiers against doubles of their gateways.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail the test")]

mod contract;
mod request;

use std::net::SocketAddr;
use std::time::Duration;

use proofbell_notify::http::Client;
use proofbell_notify::testkit;
use proofbell_notify::{Address, Body, Message, Notifier, PhoneNumber, Toolkit};
use proofbell_sms::{TooLong, Twilio, TwilioConfig};

const SID: &str = "AC0123456789abcdef0123456789abcdef";
const TOKEN: &str = "t0ken-of-the-account";
const NUMBER: &str = "+819012345678";

fn twilio(at: SocketAddr, deadline: Duration) -> Twilio {
    let config = TwilioConfig {
        account_sid: SID.to_owned(),
        auth_token: TOKEN.into(),
        from: Some("+815012345678".to_owned()),
        messaging_service_sid: None,
        countries: vec!["JP".to_owned(), "US".to_owned()],
        segments_at_most: None,
        too_long: TooLong::Cut,
        status_callback: None,
        base_url: Some(format!("http://{at}").parse().unwrap()),
    };
    Twilio::from_config(config, &Toolkit { http: Client::default().with_timeout(deadline) }).unwrap()
}

fn text(to: &str, text: &str) -> Message {
    testkit::message(Address::Phone(PhoneNumber::parse(to, None).unwrap()), Body::Text(text.to_owned()))
}
