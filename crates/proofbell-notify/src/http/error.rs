//! Why no answer came, and on which side of the line the request was by then.

use std::error::Error;
use std::io;

use super::reach::Blocked;
use crate::{Outcome, ProbeError, Reason};

/// Why no answer came. The texts are of a fixed vocabulary: none holds a URL, a header or a body.
///
/// Codes of the reasons: `client`, `request`, `dns`, `connect`, `tls`, `connect_timeout` (not sent); `timeout`, `cut` (lost);
/// `not_https`, `port`, `credentials`, `not_public` (forbidden).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Nothing left us: trying again cannot deliver twice.
    #[error("not sent: {0}")]
    NotSent(Reason),
    /// The request, or a part of it, may have arrived, and no whole answer came back: it may have been carried out.
    #[error("no answer: {0}")]
    Lost(Reason),
    /// The URL came from data and leads where [`super::Client::guarded`] does not go: nothing left us.
    #[error("not asked: {0}")]
    Forbidden(Reason),
}

impl SendError {
    /// What a notifier reports: [`Outcome::RetryLater`] when nothing left us, [`Outcome::Unknown`] when it may have arrived,
    /// [`Outcome::Rejected`] when it may not go there.
    pub fn outcome(self) -> Outcome {
        match self {
            SendError::NotSent(reason) => Outcome::RetryLater { reason },
            SendError::Lost(reason) => Outcome::Unknown { reason },
            SendError::Forbidden(reason) => Outcome::Rejected { reason },
        }
    }

    /// What a notifier's probe reports: the provider cannot be reached, or may not be.
    pub fn probe_error(self) -> ProbeError {
        match self {
            SendError::NotSent(reason) | SendError::Lost(reason) => ProbeError::Unreachable(reason),
            SendError::Forbidden(reason) => ProbeError::Refused(reason),
        }
    }

    /// Why.
    pub fn reason(&self) -> &Reason {
        match self {
            SendError::NotSent(reason) | SendError::Lost(reason) | SendError::Forbidden(reason) => reason,
        }
    }

    pub(super) fn setup(detail: &str) -> SendError {
        SendError::NotSent(Reason::new("client", format!("the HTTP client cannot be set up: {detail}")))
    }

    pub(super) fn request(detail: &str) -> SendError {
        SendError::NotSent(Reason::new("request", detail))
    }

    pub(super) fn forbidden(blocked: Blocked) -> SendError {
        SendError::Forbidden(Reason::new(blocked.code(), blocked.to_string()))
    }

    /// Only an error of the connector, or of building the request, proves that nothing left us; all others may have come after the first byte.
    pub(super) fn from_reqwest(error: reqwest::Error) -> SendError {
        if error.is_builder() {
            return SendError::request("a header or the body cannot be sent as HTTP");
        }
        if let Some(blocked) = causes(&error).find_map(|cause| cause.downcast_ref::<Blocked>()) {
            return SendError::forbidden(*blocked);
        }
        if error.is_connect() {
            return SendError::NotSent(why_not_connected(&error));
        }
        SendError::Lost(if error.is_timeout() {
            Reason::new("timeout", "no whole answer within the time allowed")
        } else {
            Reason::new("cut", "the connection ended before the whole answer came")
        })
    }
}

fn why_not_connected(error: &reqwest::Error) -> Reason {
    if error.is_dns() {
        return Reason::new("dns", "the host's name could not be looked up");
    }
    if let Some(error) = causes(error).find_map(tls_error) {
        return Reason::new("tls", format!("no TLS with the host: {}", why_no_tls(error)));
    }
    if error.is_timeout() {
        return Reason::new("connect_timeout", "no connection within 5 s");
    }
    match causes(error).find_map(|cause| cause.downcast_ref::<io::Error>()) {
        Some(error) => Reason::new("connect", format!("no connection: {}", error.kind())),
        None => Reason::new("connect", "no connection"),
    }
}

/// In our own words: those of rustls repeat the names in the certificate, which whoever answers there has chosen, and the host's.
fn why_no_tls(error: &rustls::Error) -> &'static str {
    use rustls::Error;
    match error {
        Error::InvalidCertificate(why) => what_of_the_certificate(why),
        Error::InvalidMessage(_) | Error::InappropriateMessage { .. } => "what it speaks is not TLS",
        Error::AlertReceived(_) => "it broke the handshake off",
        Error::PeerIncompatible(_) => "it has no version or cipher in common with us",
        Error::PeerMisbehaved(_) | Error::InappropriateHandshakeMessage { .. } => {
            "it breaks the rules of TLS"
        }
        Error::NoCertificatesPresented => "it shows no certificate",
        _ => "the handshake failed",
    }
}

fn what_of_the_certificate(why: &rustls::CertificateError) -> &'static str {
    use rustls::CertificateError as Why;
    match why {
        Why::NotValidForName | Why::NotValidForNameContext { .. } => "the certificate is for another name",
        Why::Expired | Why::ExpiredContext { .. } => "the certificate has expired",
        Why::NotValidYet | Why::NotValidYetContext { .. } => "the certificate is not valid yet",
        Why::UnknownIssuer => "the certificate is of an unknown issuer",
        Why::Revoked => "the certificate was revoked",
        Why::BadEncoding | Why::BadSignature => "the certificate is damaged",
        Why::InvalidPurpose | Why::InvalidPurposeContext { .. } => "the certificate is not for a server",
        _ => "the certificate is not to be trusted",
    }
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source())
}

/// An `io::Error` wraps what rustls reports, sometimes twice, and steps over it in `source`.
fn tls_error<'a>(cause: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    if let Some(error) = cause.downcast_ref::<rustls::Error>() {
        return Some(error);
    }
    tls_error(cause.downcast_ref::<io::Error>()?.get_ref()?)
}

#[cfg(test)]
mod tests {
    use rustls::pki_types::{ServerName, UnixTime};
    use rustls::{AlertDescription, CertificateError as Why, Error, InvalidMessage, OtherError};

    use super::*;

    #[test]
    fn no_name_that_others_chose_is_repeated() {
        let name = || ServerName::try_from("secret-host.example").unwrap();
        let other_name =
            Why::NotValidForNameContext { expected: name(), presented: vec!["evil.example".to_owned()] };
        let time = UnixTime::since_unix_epoch(std::time::Duration::from_secs(1));
        let others = Why::Other(OtherError(std::sync::Arc::new(io::Error::other("evil.example"))));
        let table = [
            (Error::InvalidCertificate(other_name), "the certificate is for another name"),
            (Error::InvalidCertificate(Why::NotValidForName), "the certificate is for another name"),
            (
                Error::InvalidCertificate(Why::ExpiredContext { time, not_after: time }),
                "the certificate has expired",
            ),
            (
                Error::InvalidCertificate(Why::NotValidYetContext { time, not_before: time }),
                "the certificate is not valid yet",
            ),
            (Error::InvalidCertificate(Why::UnknownIssuer), "the certificate is of an unknown issuer"),
            (Error::InvalidCertificate(Why::Revoked), "the certificate was revoked"),
            (Error::InvalidCertificate(Why::BadSignature), "the certificate is damaged"),
            (Error::InvalidCertificate(others), "the certificate is not to be trusted"),
            (Error::NoCertificatesPresented, "it shows no certificate"),
            (Error::InvalidMessage(InvalidMessage::InvalidContentType), "what it speaks is not TLS"),
            (Error::AlertReceived(AlertDescription::HandshakeFailure), "it broke the handshake off"),
            (Error::General("evil.example".to_owned()), "the handshake failed"),
        ];
        for (error, expected) in table {
            assert_eq!(why_no_tls(&error), expected, "{error}");
        }
    }
}
