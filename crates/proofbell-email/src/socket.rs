//! TCP with Nagle's algorithm off, and TLS over it.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use rustls::{ClientConfig, ProtocolVersion, RootCertStore};
use tokio::net::{TcpStream, lookup_host};
use tokio::sync::OnceCell;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::failure::{Cause, Failure, Step};

/// Connects to the first of the host's addresses that answers; each address gets its share of the deadline, so that a
/// dead IPv6 route does not use up all of it.
///
/// Nagle's algorithm is switched off: with it, a write that waits for the server's delayed acknowledgement costs 40 ms a mail.
pub(crate) async fn connect(host: &str, port: u16, deadline: Duration) -> Result<TcpStream, Failure> {
    let lost = |error| Failure::new(Step::Connect, Cause::Lost(error));
    let late = || Failure::new(Step::Connect, Cause::Late);
    let found = timeout(deadline, lookup_host((host, port))).await.map_err(|_| late())?.map_err(lost)?;
    let addresses: Vec<SocketAddr> = found.collect();
    let share = deadline / u32::try_from(addresses.len()).unwrap_or(u32::MAX).max(1);
    let mut failure = lost(io::Error::new(io::ErrorKind::NotFound, "the host name has no address"));
    for address in addresses {
        failure = match timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return stream.set_nodelay(true).map(|()| stream).map_err(lost),
            Ok(Err(error)) => lost(error),
            Err(_) => late(),
        };
    }
    Err(failure)
}

/// How TLS is made: the name the certificate must be for, and whose signature counts.
pub(crate) struct Tls {
    name: ServerName<'static>,
    roots: Roots,
    connector: OnceCell<TlsConnector>,
}

enum Roots {
    /// The operating system's. They are files, so they are read at the first connection and not when settings are checked.
    System,
    /// These and no others.
    Private(Arc<RootCertStore>),
}

/// Why TLS cannot be set up, as a sentence about the setting.
pub(crate) enum TlsSetupError {
    /// The host is no name that a certificate can be for.
    Host,
    /// The private authorities are not usable; the sentence says why.
    Authorities(String),
}

impl Tls {
    /// `authorities` are certificates in PEM that replace the operating system's.
    pub(crate) fn new(host: &str, authorities: Option<&str>) -> Result<Tls, TlsSetupError> {
        let name = ServerName::try_from(host.to_owned()).map_err(|_| TlsSetupError::Host)?;
        let roots = match authorities {
            None => Roots::System,
            Some(pem) => {
                Roots::Private(Arc::new(parse_authorities(pem).map_err(TlsSetupError::Authorities)?))
            }
        };
        Ok(Tls { name, roots, connector: OnceCell::new() })
    }

    /// Shakes hands with the server and checks its certificate.
    pub(crate) async fn wrap(
        &self,
        step: Step,
        stream: TcpStream,
        deadline: Duration,
    ) -> Result<TlsStream<TcpStream>, Failure> {
        let connector = self
            .connector
            .get_or_try_init(|| self.roots.connector())
            .await
            .map_err(|error| Failure::new(step, Cause::Certificate(error)))?;
        match timeout(deadline, connector.connect(self.name.clone(), stream)).await {
            Ok(result) => result.map_err(|error| Failure::new(step, handshake_cause(error))),
            Err(_) => Err(Failure::new(step, Cause::Late)),
        }
    }
}

/// The version of TLS that both sides have agreed on.
pub(crate) fn version(stream: &TlsStream<TcpStream>) -> &'static str {
    match stream.get_ref().1.protocol_version() {
        Some(ProtocolVersion::TLSv1_3) => "TLS 1.3",
        Some(ProtocolVersion::TLSv1_2) => "TLS 1.2",
        // The library speaks no other.
        Some(_) | None => "TLS",
    }
}

impl Roots {
    async fn connector(&self) -> Result<TlsConnector, String> {
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?;
        let config = match self {
            Roots::Private(store) => builder.with_root_certificates(store.clone()).with_no_client_auth(),
            Roots::System => builder
                .dangerous()
                .with_custom_certificate_verifier(system_verifier(provider).await?)
                .with_no_client_auth(),
        };
        Ok(TlsConnector::from(Arc::new(config)))
    }
}

async fn system_verifier(provider: Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, String> {
    let verifier = tokio::task::spawn_blocking(move || rustls_platform_verifier::Verifier::new(provider));
    match verifier.await {
        Ok(Ok(verifier)) => Ok(Arc::new(verifier)),
        Ok(Err(error)) => Err(format!("{error}; install the system's CA certificates or set `ca`")),
        Err(error) => Err(error.to_string()),
    }
}

fn parse_authorities(pem: &str) -> Result<RootCertStore, String> {
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.map_err(|_| "is not PEM".to_owned())?;
        store
            .add(certificate)
            .map_err(|error| format!("holds a certificate that cannot be used: {error}"))?;
    }
    match store.is_empty() {
        true => {
            Err("holds no certificate; give the CA's certificate in PEM (-----BEGIN CERTIFICATE-----)"
                .to_owned())
        }
        false => Ok(store),
    }
}

/// A certificate that is not to be trusted stays so until somebody acts; anything else in a handshake may pass.
fn handshake_cause(error: io::Error) -> Cause {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidCertificate(why)) => Cause::Certificate(why.to_string()),
        Some(other) => Cause::Tls(other.to_string()),
        None => Cause::Lost(error),
    }
}
