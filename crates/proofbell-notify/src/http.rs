//! The one HTTP wrapper: every request that leaves the process over HTTP is made here, so that the rules hold everywhere.
//!
//! - No redirect is followed: a redirect is an answer, and would carry a secret to another host.
//! - No error, `Debug` or `Display` holds a URL, for the URL may be the secret.
//! - Connecting may take 5 s, a request as a whole 30 s unless it says otherwise; 64 KiB of an answer are read unless it says otherwise.
//! - [`SendError`] tells a request that never left us from one whose answer was lost: the second may have been carried out.
//! - Nothing is compressed on the way in, so that what is capped is what is read.
//! - `https` goes through the proxy named in `HTTPS_PROXY`, save for the hosts in `NO_PROXY`; plain `http`, meant for hosts next door, never does.
//! - Where a whole URL comes from data and not from the configuration, [`Client::guarded`] goes where [`Reach`] allows alone.

mod answer;
mod error;
mod range;
mod reach;
mod url;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use ::url::Url;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

pub use answer::{Answer, RETRY_AFTER_LIMIT};
pub use error::SendError;
pub use reach::Reach;
pub use url::{BaseUrl, SecretUrl, SegmentError, UrlError, push_segments};

/// Time allowed for name lookup, TCP and TLS together.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Time allowed for a whole request, from connecting to the last byte of the answer, unless [`Client::with_timeout`] or [`Request::timeout`] says otherwise.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);
/// Bytes read of an answer, unless [`Request::limit`] says otherwise.
pub const DEFAULT_LIMIT: usize = 64 * 1024;
/// Longest time for a whole request to a host that came from data: some of those hosts will be slow, and the others wait for them.
/// Standard Webhooks asks for 15 to 30 s.
pub const GUARDED_TIMEOUT: Duration = Duration::from_secs(15);
/// How long an unused connection is kept. Short, because a server that closes one just as we write to it costs an unknown outcome.
const IDLE_TIMEOUT: Duration = Duration::from_secs(15);

/// The HTTP client of the process. Clones share one pool of connections.
///
/// It is set up when it is first used, so that making one reads no file and cannot fail; a fault in the set-up (no trusted
/// certificates on this machine) is the error of each request.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    timeout: Duration,
    guard: Guard,
}

struct Shared {
    open: Pool,
    guarded: Pool,
    reach: Reach,
}

type Pool = OnceLock<Result<reqwest::Client, SendError>>;

/// Whether the hosts are the configuration's or came from data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Guard {
    Configured,
    Data,
}

impl Default for Client {
    fn default() -> Client {
        Client::with_reach(Reach::public())
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("timeout", &self.timeout)
            .field("guard", &self.guard)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// A client of its own whose [`Client::guarded`] goes this far; [`Client::default`] goes as far as [`Reach::public`].
    pub fn with_reach(reach: Reach) -> Client {
        let shared = Shared { open: Pool::new(), guarded: Pool::new(), reach };
        Client { shared: Arc::new(shared), timeout: DEFAULT_TIMEOUT, guard: Guard::Configured }
    }

    /// A client that shares this one's connections and allows its requests another total time.
    #[must_use]
    pub fn with_timeout(&self, timeout: Duration) -> Client {
        Client { timeout, ..self.clone() }
    }

    /// The client for URLs that come from data: it goes where its [`Reach`] allows alone, else [`SendError::Forbidden`], and takes
    /// no longer than [`GUARDED_TIMEOUT`]. It uses no proxy, for a proxy would look the name up again and connect to whatever it finds.
    #[must_use]
    pub fn guarded(&self) -> Client {
        Client { guard: Guard::Data, timeout: self.timeout.min(GUARDED_TIMEOUT), ..self.clone() }
    }

    /// Begins a GET.
    pub fn get(&self, url: &Url) -> Request {
        self.request(reqwest::Method::GET, url)
    }

    /// Begins a HEAD: the answer's status without its body, to learn whether somebody is there.
    pub fn head(&self, url: &Url) -> Request {
        self.request(reqwest::Method::HEAD, url)
    }

    /// Begins a POST.
    pub fn post(&self, url: &Url) -> Request {
        self.request(reqwest::Method::POST, url)
    }

    fn request(&self, method: reqwest::Method, url: &Url) -> Request {
        let builder = self.pool(url).map(|client| client.request(method, url.clone()).timeout(self.timeout));
        Request { builder, limit: DEFAULT_LIMIT }
    }

    fn pool(&self, url: &Url) -> Result<reqwest::Client, SendError> {
        let Shared { open, guarded, reach } = &*self.shared;
        match self.guard {
            Guard::Configured => open.get_or_init(build).clone(),
            Guard::Data => {
                reach.check(url).map_err(SendError::forbidden)?;
                guarded.get_or_init(|| build_guarded(reach)).clone()
            }
        }
    }
}

fn build() -> Result<reqwest::Client, SendError> {
    finish(match proxy_from_environment() {
        Some(proxy) => {
            settings().proxy(proxy.map_err(|_| SendError::setup("HTTPS_PROXY is not a proxy's URL"))?)
        }
        None => settings(),
    })
}

fn build_guarded(reach: &Reach) -> Result<reqwest::Client, SendError> {
    finish(settings().dns_resolver(Arc::new(reach.clone())))
}

/// What holds for all requests. No proxy, unless one is added.
fn settings() -> reqwest::ClientBuilder {
    // Without effect when the program has already chosen a provider; either will do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .user_agent(concat!("proofbell/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .tcp_nodelay(true)
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
        .no_proxy()
}

fn finish(builder: reqwest::ClientBuilder) -> Result<reqwest::Client, SendError> {
    builder.build().map_err(|error| SendError::setup(&error.without_url().to_string()))
}

fn proxy_from_environment() -> Option<reqwest::Result<reqwest::Proxy>> {
    let url = ["HTTPS_PROXY", "https_proxy"].iter().find_map(|name| std::env::var(name).ok())?;
    (!url.is_empty())
        .then(|| reqwest::Proxy::https(url).map(|proxy| proxy.no_proxy(reqwest::NoProxy::from_env())))
}

/// A request being put together; [`Request::send`] sends it once.
#[must_use = "a request does nothing until it is sent"]
pub struct Request {
    builder: Result<reqwest::RequestBuilder, SendError>,
    limit: usize,
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Request").field("limit", &self.limit).finish_non_exhaustive()
    }
}

impl Request {
    /// Sets a JSON body and its `Content-Type`.
    pub fn json(self, body: &Value) -> Request {
        self.map(|builder| builder.json(body))
    }

    /// Sets a form body (`application/x-www-form-urlencoded`) of names and values, in this order.
    pub fn form(self, fields: &[(&str, &str)]) -> Request {
        self.map(|builder| builder.form(fields))
    }

    /// Sets a body of bytes; its `Content-Type` is the caller's to set.
    pub fn body(self, bytes: impl Into<Vec<u8>>) -> Request {
        let bytes = bytes.into();
        self.map(|builder| builder.body(bytes))
    }

    /// Adds a header. A name or value that no header can have makes [`Request::send`] fail with [`SendError::NotSent`].
    pub fn header(self, name: &str, value: &str) -> Request {
        self.map(|builder| builder.header(name, value))
    }

    /// Adds a header whose value is a secret.
    pub fn secret_header(self, name: &str, value: &SecretString) -> Request {
        match reqwest::header::HeaderValue::from_str(value.expose_secret()) {
            Ok(mut value) => {
                value.set_sensitive(true);
                self.map(|builder| builder.header(name, value))
            }
            Err(_) => Request {
                builder: Err(SendError::request("a secret header has a forbidden character")),
                ..self
            },
        }
    }

    /// Authenticates by name and password (RFC 7617).
    pub fn basic_auth(self, user: &str, password: &SecretString) -> Request {
        self.map(|builder| builder.basic_auth(user, Some(password.expose_secret())))
    }

    /// Authenticates by bearer token (RFC 6750).
    pub fn bearer(self, token: &SecretString) -> Request {
        self.map(|builder| builder.bearer_auth(token.expose_secret()))
    }

    /// Allows this request another total time than the client's. Below [`CONNECT_TIMEOUT`], a slow connection counts as [`SendError::Lost`].
    pub fn timeout(self, timeout: Duration) -> Request {
        self.map(|builder| builder.timeout(timeout))
    }

    /// Reads at most this many bytes of the answer.
    pub fn limit(self, bytes: usize) -> Request {
        Request { limit: bytes, ..self }
    }

    /// Sends it, once, and reads the answer. Dropping the future gives the request up and closes its connection.
    ///
    /// # Errors
    /// [`SendError::NotSent`] when nothing left us, [`SendError::Lost`] when it may have arrived and no whole answer came back.
    /// Any status is an answer, not an error.
    pub async fn send(self) -> Result<Answer, SendError> {
        let response = self.builder?.send().await.map_err(SendError::from_reqwest)?;
        answer::read(response, self.limit, Timestamp::now()).await
    }

    /// Like [`Request::send`], and also gives the answer's first header of this name: some providers put a message's id there. `None`
    /// when it is absent or not text.
    ///
    /// # Errors
    /// As for [`Request::send`].
    pub async fn send_for_header(self, name: &str) -> Result<(Answer, Option<String>), SendError> {
        let response = self.builder?.send().await.map_err(SendError::from_reqwest)?;
        let header = response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Ok((answer::read(response, self.limit, Timestamp::now()).await?, header))
    }

    fn map(self, change: impl FnOnce(reqwest::RequestBuilder) -> reqwest::RequestBuilder) -> Request {
        Request { builder: self.builder.map(change), limit: self.limit }
    }
}

#[cfg(test)]
mod tests;
