//! The settings of a channel of kind `smtp`: as written, and as checked.

use lettre::Address;
use lettre::message::Mailbox;
use proofbell_notify::ConfigError;
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::{Host, Url};

use crate::bounces::{self, BouncesConfig};
use crate::dkim::{DkimConfig, Signer};
use crate::headers::parse_mailbox;
use crate::socket::{Tls, TlsSetupError};
use crate::table;
use crate::unsubscribe::Unsubscribe;

/// Settings of a channel that sends e-mail through an SMTP server.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SmtpConfig {
    /// The server: `smtp://HOST:587` encrypts by STARTTLS and takes `?tls=required` (the default: no TLS, no mail), `?tls=opportunistic` (TLS when offered)
    /// or `?tls=none`; `smtps://HOST:465` is TLS from the first byte. Ports default to 587 and 465.
    pub url: String,
    /// User name for AUTH PLAIN or AUTH LOGIN; together with `password`. Without both, no AUTH.
    #[serde(default)]
    pub username: Option<String>,
    /// Its password. Never sent without TLS, except to a server on this machine.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub password: Option<SecretString>,
    /// The sender, `Name <name@domain>` or `name@domain`; also the envelope's sender, unless `bounce` says another one.
    pub from: String,
    /// The envelope's sender, `name@domain`: where servers send a mail back that they cannot deliver. By default the address of `from`.
    #[serde(default)]
    pub bounce: Option<String>,
    /// How a reader unsubscribes, in mails that they may do without: at most one `https://` URL, which takes a POST (RFC 8058), and one
    /// `mailto:` URL. `{id}` is the message's id. By default a mail to `reply_to`.
    #[serde(default)]
    pub unsubscribe: Option<Vec<String>>,
    /// Where answers go, `Name <name@domain>` or `name@domain`; to `from` by default.
    #[serde(default)]
    pub reply_to: Option<String>,
    /// Certificates of the authorities that may sign the server's, in PEM. They replace the operating system's, which are the default.
    #[serde(default)]
    pub ca: Option<String>,
    /// The name to give in EHLO, a full host name or an address literal like `[192.0.2.1]`; the domain of `from` by default.
    #[serde(default)]
    pub helo: Option<String>,
    /// Signs each mail with DKIM; by default that is left to the server.
    #[serde(default, deserialize_with = "table::optional")]
    pub dkim: Option<DkimConfig>,
    /// The mailbox of `bounce`, read to learn what could not be delivered after all; by default nobody looks.
    #[serde(default, deserialize_with = "table::optional")]
    pub bounces: Option<BouncesConfig>,
}

/// The settings, checked.
pub(crate) struct Settings {
    pub(crate) host: String,
    pub(crate) port: u16,
    /// Whether the server is on this machine, so that clear text stays in it.
    pub(crate) loopback: bool,
    pub(crate) encryption: Encryption,
    pub(crate) credentials: Option<Credentials>,
    pub(crate) from: Mailbox,
    pub(crate) reply_to: Option<Mailbox>,
    /// The envelope's sender.
    pub(crate) bounce: Address,
    pub(crate) unsubscribe: Unsubscribe,
    pub(crate) helo: String,
    pub(crate) dkim: Option<Signer>,
    pub(crate) bounces: Option<bounces::Settings>,
}

/// When TLS begins.
pub(crate) enum Encryption {
    /// Never.
    None,
    /// By STARTTLS, if the server offers it.
    WhenOffered(Tls),
    /// By STARTTLS, or nothing is sent.
    Required(Tls),
    /// With the first byte.
    Implicit(Tls),
}

/// Who we are to the server.
pub(crate) struct Credentials {
    pub(crate) username: String,
    pub(crate) password: SecretString,
}

impl Settings {
    pub(crate) fn check(config: SmtpConfig) -> Result<Settings, ConfigError> {
        let server = parse_url(&config.url).map_err(|message| ConfigError::at("url", message))?;
        let credentials = credentials(config.username, config.password)?;
        if credentials.is_some() && server.security == Security::None && !server.loopback {
            return Err(ConfigError::at(
                "password",
                "would be sent without TLS; write `tls=required` in `url`",
            ));
        }
        let encryption = encryption(&server, config.ca.as_deref())?;
        let from = mailbox("from", &config.from)?;
        let reply_to = config.reply_to.map(|text| mailbox("reply_to", &text)).transpose()?;
        let bounce = config.bounce.map(bounce_address).transpose()?.unwrap_or_else(|| from.email.clone());
        let unsubscribe = Unsubscribe::check(config.unsubscribe, reply_to.as_ref().unwrap_or(&from))?;
        let helo = match config.helo {
            Some(name) => check_helo(name)?,
            None => from.email.domain().to_owned(),
        };
        let dkim = config.dkim.as_ref().map(Signer::check).transpose()?;
        let bounces = config.bounces.map(bounces::Settings::check).transpose()?;
        let Server { host, port, loopback, .. } = server;
        Ok(Settings {
            host,
            port,
            loopback,
            encryption,
            credentials,
            from,
            reply_to,
            bounce,
            unsubscribe,
            helo,
            dkim,
            bounces,
        })
    }
}

struct Server {
    host: String,
    port: u16,
    loopback: bool,
    security: Security,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Security {
    None,
    Opportunistic,
    Required,
    Implicit,
}

const WANTED: &str = "write smtp://HOST:587?tls=required or smtps://HOST:465";

/// The messages never repeat the URL, which people like to write a password into.
fn parse_url(text: &str) -> Result<Server, String> {
    let url = Url::parse(text).map_err(|error| format!("is not a URL ({error}); {WANTED}"))?;
    let (security, default_port) = match url.scheme() {
        "smtp" => (parse_tls(&url)?, 587),
        "smtps" if url.query().is_none() => (Security::Implicit, 465),
        "smtps" => return Err("takes no `tls=`: smtps:// is TLS from the first byte".to_owned()),
        _ => return Err(format!("is not an SMTP URL; {WANTED}")),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err("holds a user name or password; use `username` and `password`".to_owned());
    }
    if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
        return Err(format!("has a path or fragment; {WANTED}"));
    }
    // In a URL of this scheme the host is an opaque text: reading it once more finds addresses and encodes international names.
    let host = url.host_str().and_then(|host| Host::parse(host).ok());
    let (host, loopback) = match host {
        Some(Host::Domain(name)) if !name.is_empty() => (name.clone(), name == "localhost"),
        Some(Host::Ipv4(address)) => (address.to_string(), address.is_loopback()),
        Some(Host::Ipv6(address)) => (address.to_string(), address.is_loopback()),
        Some(Host::Domain(_)) | None => return Err(format!("names no host; {WANTED}")),
    };
    Ok(Server { host, port: url.port().unwrap_or(default_port), loopback, security })
}

fn parse_tls(url: &Url) -> Result<Security, String> {
    let mut security = Security::Required;
    for (key, value) in url.query_pairs() {
        security = match (&*key, &*value) {
            ("tls", "required") => Security::Required,
            ("tls", "opportunistic") => Security::Opportunistic,
            ("tls", "none") => Security::None,
            ("tls", _) => {
                return Err("has an unknown `tls=`; it is required, opportunistic or none".to_owned());
            }
            _ => return Err("has an unknown parameter; the only one is `tls`".to_owned()),
        };
    }
    Ok(security)
}

fn credentials(
    username: Option<String>,
    password: Option<SecretString>,
) -> Result<Option<Credentials>, ConfigError> {
    let (username, password) = match (username, password) {
        (None, None) => return Ok(None),
        (Some(_), None) => return Err(ConfigError::at("password", "is missing; `username` needs it")),
        (None, Some(_)) => return Err(ConfigError::at("username", "is missing; `password` needs it")),
        (Some(username), Some(password)) => (username, password),
    };
    for (path, text) in [("username", username.as_str()), ("password", password.expose_secret())] {
        // NUL is what AUTH PLAIN separates the two with (RFC 4616).
        if text.is_empty() || text.contains('\0') {
            return Err(ConfigError::at(
                path,
                "is empty or holds a NUL; leave both out for a server without AUTH",
            ));
        }
    }
    Ok(Some(Credentials { username, password }))
}

fn encryption(server: &Server, ca: Option<&str>) -> Result<Encryption, ConfigError> {
    if server.security == Security::None {
        return match ca {
            None => Ok(Encryption::None),
            Some(_) => Err(ConfigError::at("ca", "is not used with `tls=none`")),
        };
    }
    let tls = Tls::new(&server.host, ca).map_err(|error| match error {
        TlsSetupError::Host => ConfigError::at("url", "names a host that no certificate can be for"),
        TlsSetupError::Authorities(message) => ConfigError::at("ca", message),
    })?;
    Ok(match server.security {
        Security::None => Encryption::None,
        Security::Opportunistic => Encryption::WhenOffered(tls),
        Security::Required => Encryption::Required(tls),
        Security::Implicit => Encryption::Implicit(tls),
    })
}

fn mailbox(path: &str, text: &str) -> Result<Mailbox, ConfigError> {
    parse_mailbox(text).ok_or_else(|| {
        ConfigError::at(
            path,
            "is no sender; write `Name <name@domain>` or `name@domain`, the address in ASCII",
        )
    })
}

fn bounce_address(text: String) -> Result<Address, ConfigError> {
    let plain = parse_mailbox(&text).filter(|mailbox| mailbox.name.is_none() && !text.contains('<'));
    let message = "is no address; write name@domain, in ASCII";
    plain.map(|mailbox| mailbox.email).ok_or_else(|| ConfigError::at("bounce", message))
}

fn check_helo(name: String) -> Result<String, ConfigError> {
    let inner = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(&name);
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
    match (1..=255).contains(&inner.len()) && inner.chars().all(known) {
        true => Ok(name),
        false => Err(ConfigError::at(
            "helo",
            "is no host name or address literal; write mail.example or [192.0.2.1]",
        )),
    }
}
