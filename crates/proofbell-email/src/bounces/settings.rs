//! The settings of the mailbox for bounces: as written, and as checked.

use std::time::Duration;

use proofbell_notify::ConfigError;
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::{Host, Url};

use crate::config::Credentials;
use crate::socket::{Tls, TlsSetupError};

/// The mailbox into which servers send back what they cannot deliver. It should be one of its own, for what comes in is marked as seen.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BouncesConfig {
    /// The IMAP server, `imaps://HOST:993`: TLS from the first byte. The port defaults to 993.
    pub imap: String,
    /// The user name for LOGIN.
    pub username: String,
    /// Its password.
    #[schemars(with = "String")]
    pub password: SecretString,
    /// The folder in which bounces arrive.
    #[serde(default = "inbox")]
    pub folder: String,
    /// How often it is looked into: `"30s"`, `"1m"`, `"2h"`; from 10 seconds to a day.
    #[serde(default = "minute")]
    pub every: String,
    /// What becomes of a bounce that was read: `"seen"` marks it, `"delete"` deletes it, anything else is the folder it is moved to.
    /// Other mails are marked as seen and stay.
    #[serde(default = "seen")]
    pub done: String,
    /// Certificates of the authorities that may sign the server's, in PEM. They replace the operating system's, which are the default.
    #[serde(default)]
    pub ca: Option<String>,
}

fn inbox() -> String {
    "INBOX".to_owned()
}

fn minute() -> String {
    "1m".to_owned()
}

fn seen() -> String {
    "seen".to_owned()
}

/// The settings, checked.
pub(crate) struct Settings {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) tls: Tls,
    pub(super) credentials: Credentials,
    pub(super) folder: String,
    pub(super) every: Duration,
    pub(super) done: Done,
}

/// What becomes of a bounce that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Done {
    /// It stays, marked as seen.
    Seen,
    /// It is deleted.
    Delete,
    /// It is moved there.
    Folder(String),
}

const WANTED: &str = "write imaps://HOST:993";

impl Settings {
    pub(crate) fn check(config: BouncesConfig) -> Result<Settings, ConfigError> {
        let (host, port) =
            parse_url(&config.imap).map_err(|message| ConfigError::at("bounces.imap", message))?;
        for (path, text) in
            [("username", config.username.as_str()), ("password", config.password.expose_secret())]
        {
            if text.is_empty() || text.contains(['\0', '\r', '\n']) {
                let path = format!("bounces.{path}");
                return Err(ConfigError::at(path, "is empty or holds a line end"));
            }
        }
        let tls = Tls::new(&host, config.ca.as_deref()).map_err(|error| match error {
            TlsSetupError::Host => {
                ConfigError::at("bounces.imap", "names a host that no certificate can be for")
            }
            TlsSetupError::Authorities(message) => ConfigError::at("bounces.ca", message),
        })?;
        let every = parse_interval(&config.every).ok_or_else(|| {
            ConfigError::at("bounces.every", "is no time from 10 seconds to a day; write \"1m\"")
        })?;
        let done = match config.done.as_str() {
            "seen" => Done::Seen,
            "delete" => Done::Delete,
            _ => Done::Folder(folder("bounces.done", config.done)?),
        };
        let folder = folder("bounces.folder", config.folder)?;
        if matches!(&done, Done::Folder(other) if *other == folder) {
            return Err(ConfigError::at("bounces.done", "is the folder in which bounces arrive"));
        }
        let credentials = Credentials { username: config.username, password: config.password };
        Ok(Settings { host, port, tls, credentials, folder, every, done })
    }
}

/// The messages never repeat the URL, which people like to write a password into.
fn parse_url(text: &str) -> Result<(String, u16), String> {
    let url = Url::parse(text).map_err(|error| format!("is not a URL ({error}); {WANTED}"))?;
    if url.scheme() != "imaps" {
        return Err(format!("is not an IMAP URL with TLS; {WANTED}"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("holds a user name or password; use `username` and `password`".to_owned());
    }
    if !matches!(url.path(), "" | "/") || url.fragment().is_some() || url.query().is_some() {
        return Err(format!("has more than a host and a port; {WANTED}"));
    }
    let host = match url.host_str().and_then(|host| Host::parse(host).ok()) {
        Some(Host::Domain(name)) if !name.is_empty() => name,
        Some(Host::Ipv4(address)) => address.to_string(),
        Some(Host::Ipv6(address)) => address.to_string(),
        Some(Host::Domain(_)) | None => return Err(format!("names no host; {WANTED}")),
    };
    Ok((host, url.port().unwrap_or(993)))
}

/// A name of a folder as IMAP writes it: other letters than ASCII's stand in it in modified UTF-7 (RFC 3501, section 5.1.3).
fn folder(path: &str, name: String) -> Result<String, ConfigError> {
    let plain = name.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic() && !b"*%".contains(&byte));
    match (1..=255).contains(&name.len()) && plain {
        true => Ok(name),
        false => Err(ConfigError::at(path, "is no name of a folder; write INBOX or Bounces/Read, in ASCII")),
    }
}

fn parse_interval(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return None,
    };
    let digits = (1..=6).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = number.parse::<u64>().ok().filter(|_| digits)? * seconds;
    (10..=24 * 60 * 60).contains(&seconds).then(|| Duration::from_secs(seconds))
}
