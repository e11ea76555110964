//! A configuration that was checked: what the rest of the program is built from.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use proofbell_directory::Directory;
use proofbell_engine::{Defaults, Engine};
use proofbell_notify::{Address, AddressKind, DynNotifier, Fingerprint};
use secrecy::SecretString;

/// Everything a server needs to know, checked: nothing in it can turn out to be malformed later.
pub struct Configuration {
    /// `[server]`
    pub server: Server,
    /// `[store]`
    pub store: StoreSettings,
    /// `[source.NAME]`
    pub sources: Vec<Source>,
    /// `[channel.NAME]`, by name.
    pub channels: BTreeMap<String, Channel>,
    /// Channels that are not among these: their secrets are only assumed ([`crate::Secrets::Assume`]), and without them nothing
    /// could be made of the settings. A configuration that lacks a channel decides other things than the whole one.
    pub unmade_channels: Vec<String>,
    /// `[audience.NAME]`: where the people of each are found, by name. How they are reached, the engine knows.
    pub audiences: BTreeMap<String, Audience>,
    /// Rules, audiences, templates and glossary.
    pub engine: Engine,
    /// `[redirect]`, when there is one.
    pub redirect: Option<Redirect>,
    /// `[defaults]`, as the engine has them too.
    pub defaults: Defaults,
    /// `defaults.region`: ISO 3166-1 alpha-2 code of phone numbers without a country.
    pub region: Option<String>,
}

impl fmt::Debug for Configuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Configuration")
            .field("server", &self.server)
            .field("store", &self.store)
            .field("sources", &self.sources)
            .field("channels", &self.channels)
            .field("audiences", &self.audiences.keys().collect::<Vec<_>>())
            .field("redirect", &self.redirect)
            .finish_non_exhaustive()
    }
}

/// `[server]`: where the program listens.
#[derive(Clone, Debug)]
pub struct Server {
    /// The public door: webhooks, `/healthz`, `/readyz`.
    pub listen: SocketAddr,
    /// The private door: API, metrics, console.
    pub admin: SocketAddr,
    /// What the private door asks for; always there when `admin` is no loopback address.
    pub admin_token: Option<SecretString>,
}

/// `[store]`: where events and messages are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreSettings {
    /// The SQLite file.
    pub path: PathBuf,
    /// How long bodies and addresses are kept.
    pub keep: Duration,
}

/// `[source.NAME]`: where events come from.
#[derive(Clone, Debug)]
pub struct Source {
    /// The NAME.
    pub name: String,
    /// The path of its webhook, beginning with a slash.
    pub path: String,
    /// How a delivery proves where it comes from.
    pub verify: Verify,
}

/// How a delivery proves where it comes from. The secrets have been tried: a verifier can be made of them.
#[derive(Clone, Debug)]
pub enum Verify {
    /// Signature headers under Svix's or Standard Webhooks' names; any of these signing secrets.
    Svix(Vec<SecretString>),
    /// `Authorization: Bearer`; any of these tokens.
    Bearer(Vec<SecretString>),
    /// It proves nothing.
    None,
}

/// `[channel.NAME]`: a configured notifier.
#[derive(Clone)]
pub struct Channel {
    /// The NAME.
    pub name: String,
    /// The plugin's word for itself.
    pub kind: String,
    /// The plugin, ready to send.
    pub notifier: Arc<dyn DynNotifier>,
    /// How fast and how many at once.
    pub limit: Limit,
    /// What becomes of a message that may have been delivered.
    pub on_unknown: OnUnknown,
    /// Of all settings that make the above, secrets included.
    pub fingerprint: Fingerprint,
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channel")
            .field("name", &self.name)
            .field("kind", &self.kind)
            .field("limit", &self.limit)
            .field("on_unknown", &self.on_unknown)
            .finish_non_exhaustive()
    }
}

/// `[audience.NAME]`: where its people are found.
#[derive(Clone)]
pub struct Audience {
    /// Whom to ask.
    pub directory: Arc<dyn Directory>,
    /// How long after its event a draft is given up for which there was no answer.
    pub give_up: Duration,
    /// Of all settings that make the above, secrets included.
    pub fingerprint: Fingerprint,
}

/// `limit` of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The most messages over the whole channel; as many as it takes when absent.
    pub rate: Option<Rate>,
    /// How many are sent at the same time, at least 1.
    pub concurrency: usize,
}

/// So many in so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// So many …
    pub count: NonZeroU32,
    /// … in so long: a second, a minute, an hour or a day.
    pub per: Duration,
}

/// `on_unknown` of a channel: what becomes of a message that left and of which no answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnUnknown {
    /// It is sent again: rather twice than not at all.
    Retry,
    /// It ends there: rather not at all than twice.
    Dead,
}

/// `[redirect]`: the last step before each send. Address kinds that are not in `by` are dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Redirect {
    /// Where messages go instead, by [`AddressKind::as_str`].
    pub by: BTreeMap<String, RedirectTo>,
    /// Put before the subject, header or text. `{to}` in it stands for the masked address that was meant.
    pub mark: Option<String>,
}

/// Where a redirected message goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RedirectTo {
    /// To this address.
    To(Address),
    /// Where it was meant to go: for channels that are their own address, whose overlay has set another one.
    Keep,
    /// Nowhere.
    Drop,
}

impl Redirect {
    /// What happens to a message for an address of this kind.
    pub fn target(&self, kind: AddressKind) -> RedirectTo {
        self.by.get(kind.as_str()).cloned().unwrap_or(RedirectTo::Drop)
    }
}
