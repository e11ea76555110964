//! Kind `twilio`.

mod callback;
mod contract;
mod request;

use std::net::SocketAddr;
use std::time::Duration;

use proofbell_notify::Notifier;
use proofbell_sms::{TooLong, Twilio, TwilioConfig};

use crate::{PATIENCE, toolkit};

const SID: &str = "AC0123456789abcdef0123456789abcdef";
const SERVICE: &str = "MG0123456789abcdef0123456789abcdef";
const TOKEN: &str = "t0ken-of-the-account";
const CALLBACK: &str = "https://hooks.market.example/hooks/twilio/sms";

fn config(at: SocketAddr) -> TwilioConfig {
    TwilioConfig {
        account_sid: SID.to_owned(),
        auth_token: TOKEN.into(),
        from: Some("+815012345678".to_owned()),
        messaging_service_sid: None,
        countries: vec!["JP".to_owned(), "US".to_owned()],
        segments_at_most: None,
        too_long: TooLong::Cut,
        status_callback: None,
        base_url: Some(format!("http://{at}").parse().unwrap()),
    }
}

fn build(config: TwilioConfig, deadline: Duration) -> Twilio {
    Twilio::from_config(config, &toolkit(deadline)).unwrap()
}

fn twilio(at: SocketAddr) -> Twilio {
    build(config(at), PATIENCE)
}

/// With all that is optional: a service that chooses the sender, and reports.
fn with_service_and_reports(at: SocketAddr) -> Twilio {
    let config = TwilioConfig {
        from: None,
        messaging_service_sid: Some(SERVICE.to_owned()),
        status_callback: Some(CALLBACK.parse().unwrap()),
        ..config(at)
    };
    build(config, PATIENCE)
}
