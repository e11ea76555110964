//! Kind `vonage`.

mod callback;
mod contract;
mod request;

use std::net::SocketAddr;
use std::time::Duration;

use proofbell_notify::Notifier;
use proofbell_sms::{SignatureMethod, TooLong, Vonage, VonageConfig};

use crate::{PATIENCE, toolkit};

const KEY: &str = "abcd1234";
const SECRET: &str = "s3cret-of-the-key";
const SIGNATURE_SECRET: &str = "s3cret-of-the-signature";
const CALLBACK: &str = "https://hooks.market.example/hooks/vonage/sms";

fn config(at: SocketAddr) -> VonageConfig {
    VonageConfig {
        api_key: KEY.to_owned(),
        api_secret: SECRET.into(),
        from: "+815012345678".to_owned(),
        countries: vec!["JP".to_owned(), "US".to_owned()],
        segments_at_most: None,
        too_long: TooLong::Cut,
        status_callback: None,
        signature_secret: None,
        signature_method: SignatureMethod::Sha256,
        base_url: Some(format!("http://{at}").parse().unwrap()),
    }
}

fn build(config: VonageConfig, deadline: Duration) -> Vonage {
    Vonage::from_config(config, &toolkit(deadline)).unwrap()
}

fn vonage(at: SocketAddr) -> Vonage {
    build(config(at), PATIENCE)
}

fn with_reports(at: SocketAddr) -> Vonage {
    let config = VonageConfig {
        from: "MAISON".to_owned(),
        status_callback: Some(CALLBACK.parse().unwrap()),
        signature_secret: Some(SIGNATURE_SECRET.into()),
        ..config(at)
    };
    build(config, PATIENCE)
}
