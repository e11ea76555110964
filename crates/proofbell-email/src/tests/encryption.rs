//! TLS: by STARTTLS and from the first byte, with certificates good and bad, and with somebody on the way.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use proofbell_notify::Notifier;
use proofbell_notify::testkit::{Dialogue, Reply, SmtpAnswers, describe, describe_probe};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::config::SmtpConfig;
use crate::socket;

use super::{config, message, patient, with_credentials};

/// An authority and a server certificate that it signed.
pub(crate) struct Authority {
    pub(crate) pem: String,
    pub(crate) acceptor: TlsAcceptor,
}

impl Authority {
    /// `name` is what the server's certificate is for.
    pub(crate) fn new(name: &str) -> Authority {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "Proofbell test authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let leaf = CertificateParams::new([name.to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![leaf.der().clone()],
                PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
            )
            .unwrap();
        Authority { pem: authority.pem(), acceptor: TlsAcceptor::from(Arc::new(config)) }
    }
}

/// How the server comes to TLS.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    Implicit,
    /// By STARTTLS; this is its answer, and what follows in the same write.
    StartTls(&'static str),
    Never,
}

const GO_AHEAD: Manner = Manner::StartTls("220 2.0.0 go ahead\r\n");

/// A mail server with TLS, which takes AUTH only inside it. It ends with the runtime.
async fn serve(manner: Manner, acceptor: TlsAcceptor) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            // How a connection ends is what the client is tested by.
            tokio::spawn(async move { converse(manner, stream, acceptor).await });
        }
    });
    at
}

async fn converse(manner: Manner, mut stream: TcpStream, acceptor: TlsAcceptor) -> io::Result<()> {
    let inside = SmtpAnswers::default()
        .on("EHLO", "250-double.example\r\n250 AUTH PLAIN\r\n")
        .on("AUTH", "235 2.7.0 welcome\r\n")
        .on(".", "250 queued as TLS123\r\n");
    match manner {
        Manner::Never => play(&mut stream, &SmtpAnswers::default(), Greet::Yes).await,
        Manner::Implicit => play(&mut acceptor.accept(stream).await?, &inside, Greet::Yes).await,
        Manner::StartTls(answer) => {
            let outside = SmtpAnswers::default()
                .on("EHLO", "250-double.example\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n")
                .on("AUTH", "221 not in clear text\r\n")
                .on("STARTTLS", answer);
            play(&mut stream, &outside, Greet::Yes).await?;
            play(&mut acceptor.accept(stream).await?, &inside, Greet::No).await
        }
    }
}

#[derive(PartialEq, Eq)]
enum Greet {
    Yes,
    No,
}

/// Plays the dialogue until STARTTLS has been answered, or the end.
async fn play<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    dialogue: &SmtpAnswers,
    greet: Greet,
) -> io::Result<()> {
    if greet == Greet::Yes {
        stream.write_all(&dialogue.greeting()).await?;
        stream.flush().await?;
    }
    let (mut heard, mut units) = (Vec::new(), Vec::new());
    loop {
        while let Some(length) = dialogue.unit(&heard, &units) {
            let unit: Vec<u8> = heard.drain(..length).collect();
            let (Reply::Say(answer) | Reply::SayAndClose(answer)) = dialogue.reply(&unit);
            stream.write_all(&answer).await?;
            stream.flush().await?;
            if unit.starts_with(b"STARTTLS") {
                return Ok(());
            }
            units.push(unit);
        }
        if stream.read_buf(&mut heard).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// What becomes of a mail, and of a probe, over this way of coming to TLS.
async fn check(manner: Manner, authority: &Authority, url: &str, ca: Option<&str>, expected: [&str; 2]) {
    let at = serve(manner, authority.acceptor.clone()).await;
    let url = url.replace("PORT", &at.port().to_string());
    let config = SmtpConfig { ca: ca.map(str::to_owned), ..with_credentials(config(&url)) };
    let notifier = patient(config);
    let outcome = notifier.send(&message()).await;
    let probed = notifier.probe().await;
    assert_eq!([describe(&outcome), describe_probe(&probed)], expected, "{url}: {outcome:?}, {probed:?}");
}

#[tokio::test]
async fn a_probe_tells_how_it_came_in_and_as_whom_it_may_send() {
    let authority = Authority::new("localhost");
    for (manner, url) in [(GO_AHEAD, "smtp://localhost"), (Manner::Implicit, "smtps://localhost")] {
        let at = serve(manner, authority.acceptor.clone()).await;
        let config = config(&format!("{url}:{}", at.port()));
        let config = SmtpConfig { ca: Some(authority.pem.clone()), ..with_credentials(config) };
        let proof = patient(config).probe().await.unwrap().to_string();
        assert_eq!(
            proof, "logged in over TLS 1.3; the server takes mail from <no-reply@market.example>",
            "{url}"
        );
    }
}

#[tokio::test]
async fn mails_are_sent_over_tls() {
    let authority = Authority::new("localhost");
    let ca = Some(authority.pem.as_str());
    let well = ["sent TLS123", "ok"];
    check(GO_AHEAD, &authority, "smtp://localhost:PORT", ca, well).await;
    check(GO_AHEAD, &authority, "smtp://localhost:PORT?tls=opportunistic", ca, well).await;
    check(Manner::Implicit, &authority, "smtps://localhost:PORT", ca, well).await;
    let numeric = Authority::new("127.0.0.1");
    check(GO_AHEAD, &numeric, "smtp://127.0.0.1:PORT", Some(&numeric.pem), well).await;
}

#[tokio::test]
async fn a_certificate_that_is_not_to_be_trusted_stops_the_channel() {
    let (authority, other) = (Authority::new("localhost"), Authority::new("mail.example"));
    let down = ["channel_down certificate", "refused certificate"];
    for (manner, url) in [
        (GO_AHEAD, "smtp://localhost:PORT"),
        (GO_AHEAD, "smtp://localhost:PORT?tls=opportunistic"),
        (Manner::Implicit, "smtps://localhost:PORT"),
    ] {
        check(manner, &authority, url, Some(&other.pem), down).await;
        check(manner, &other, url, Some(&other.pem), down).await;
        // The system's authorities do not know ours.
        check(manner, &authority, url, None, down).await;
    }
}

#[tokio::test]
async fn no_mail_goes_out_in_clear_text_where_tls_is_required() {
    let authority = Authority::new("localhost");
    let ca = Some(authority.pem.as_str());
    let check = async |manner, url, expected| check(manner, &authority, url, ca, expected).await;
    check(Manner::Never, "smtp://localhost:PORT", ["channel_down starttls", "refused starttls"]).await;
    let refused = Manner::StartTls("502 5.5.1 not today\r\n");
    check(refused, "smtp://localhost:PORT", ["channel_down 502", "refused 502"]).await;
    let later = Manner::StartTls("454 4.7.0 TLS not available\r\n");
    check(later, "smtp://localhost:PORT", ["retry_later 454", "unreachable 454"]).await;
    let garbled = Manner::Never;
    check(garbled, "smtps://localhost:PORT", ["retry_later tls", "unreachable tls"]).await;
}

#[tokio::test]
async fn words_put_into_the_servers_mouth_before_tls_are_not_believed() {
    let injected =
        Manner::StartTls("220 go ahead\r\n250-double.example\r\n250 AUTH PLAIN\r\n235 welcome\r\n");
    let authority = Authority::new("localhost");
    let expected = ["retry_later tls", "unreachable tls"];
    check(injected, &authority, "smtp://localhost:PORT", Some(&authority.pem), expected).await;
}

#[tokio::test]
async fn a_password_stays_at_home_when_tls_is_not_offered_by_a_server_elsewhere() {
    let at = serve(Manner::Never, Authority::new("localhost").acceptor).await;
    let url = format!("smtp://127.0.0.1:{}?tls=opportunistic", at.port());
    let mut settings = crate::config::Settings::check(with_credentials(config(&url))).unwrap();
    settings.loopback = false;
    let opened = crate::session::Session::open(&settings, crate::dialogue::Deadlines::default()).await;
    let failure = opened.err().unwrap();
    assert!(matches!(failure.cause, crate::failure::Cause::Cleartext), "{failure:?}");
}

#[tokio::test]
async fn nagles_algorithm_is_off() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let stream = socket::connect("localhost", port, Duration::from_secs(8)).await.unwrap();
    assert!(stream.nodelay().unwrap());
}
