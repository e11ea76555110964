//! A certificate authority of our own.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};

/// A certificate authority, and a server's certificate that it has signed: rustls takes no certificate that signs itself.
pub struct Authority {
    /// The authority's certificate, in PEM.
    pub ca: String,
    /// The server's certificate, in PEM.
    pub certificate: String,
    /// The server's key, in PEM.
    pub key: String,
}

impl Authority {
    /// A new authority with a certificate for `name`.
    ///
    /// # Panics
    /// When the certificates cannot be made.
    pub fn new(name: &str) -> Authority {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "Proofbell test authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let leaf = CertificateParams::new([name.to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
        Authority { ca: authority.pem(), certificate: leaf.pem(), key: key.serialize_pem() }
    }
}
