//! An HTTP directory before a server of the tests', with a clock that stands still until it is moved.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use proofbell_directory::{
    Directory, FieldReader, Header, HttpDirectory, HttpSettings, Keep, Lookup, LookupError, Shape,
};
use proofbell_notify::Recipient;
use proofbell_notify::http::Client;

/// How long a test waits for anything.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// What the directory is made of, before there is a server.
pub(crate) struct Parts {
    pub(crate) path: &'static str,
    pub(crate) people: Option<&'static str>,
    pub(crate) headers: Vec<Header>,
    pub(crate) timeout: Duration,
    pub(crate) fresh: Duration,
}

impl Default for Parts {
    fn default() -> Parts {
        Parts {
            path: "/items/{reference_id}/seller",
            people: None,
            headers: vec![Header::bearer(&"t0ken".into()).unwrap()],
            timeout: Duration::from_secs(5),
            fresh: Duration::from_secs(600),
        }
    }
}

/// A directory, and its clock.
#[derive(Clone)]
pub(crate) struct Rig {
    pub(crate) directory: Arc<HttpDirectory>,
    now: Arc<Mutex<Instant>>,
}

impl Rig {
    pub(crate) fn new(parts: Parts, server: SocketAddr) -> Rig {
        let fields = [("name", "/name"), ("email", "/contact/email")];
        let fields = fields.map(|(name, pointer)| (name.to_owned(), pointer.parse().unwrap())).into();
        let settings = HttpSettings {
            url: proofbell_directory::UrlTemplate::parse(&format!("http://{server}{}", parts.path), None)
                .unwrap(),
            headers: parts.headers,
            shape: Shape { people: parts.people.map(|pointer| pointer.parse().unwrap()), fields },
            reader: FieldReader::default(),
            timeout: parts.timeout,
            keep: Keep { fresh: parts.fresh, stale: Duration::from_secs(3600) },
            probe: "no-such-item".to_owned(),
        };
        let now = Arc::new(Mutex::new(Instant::now()));
        let clock = {
            let now = now.clone();
            Arc::new(move || *now.lock().unwrap())
        };
        Rig { directory: Arc::new(HttpDirectory::new(settings, &Client::default(), clock)), now }
    }

    /// Moves the clock on.
    pub(crate) fn advance(&self, seconds: u64) {
        *self.now.lock().unwrap() += Duration::from_secs(seconds);
    }

    pub(crate) async fn lookup(&self, reference_id: &str) -> Result<Vec<Recipient>, LookupError> {
        let query = Lookup { reference_id: Some(reference_id.to_owned()), sr_uuid: Some("5f0c".to_owned()) };
        self.directory.lookup(&query).await
    }

    /// What a lookup comes to: `people NAME…`, `nobody`, or the error's variant, wait and text.
    pub(crate) async fn ask(&self, reference_id: &str) -> String {
        told(self.lookup(reference_id).await)
    }
}

/// What a lookup comes to, in a line.
pub(crate) fn told(found: Result<Vec<Recipient>, LookupError>) -> String {
    match found {
        Ok(people) if people.is_empty() => "nobody".to_owned(),
        Ok(people) => {
            let names: Vec<String> = people.into_iter().filter_map(|person| person.name).collect();
            format!("people {}", names.join(" "))
        }
        Err(error) => told_error(&error),
    }
}

/// The error's variant, wait and text.
pub(crate) fn told_error(error: &LookupError) -> String {
    match error {
        LookupError::Unavailable { reason, after: None } => format!("unavailable: {reason}"),
        LookupError::Unavailable { reason, after: Some(after) } => {
            format!("unavailable for {} s: {reason}", after.as_secs())
        }
        LookupError::Misconfigured(reason) => format!("misconfigured: {reason}"),
        LookupError::Unaskable(reason) => format!("unaskable: {reason}"),
    }
}
