//! Slack, Twilio and LINE, played on this machine.

mod provider;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::IntoResponse;
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::contract::Contract;
use crate::wait::PATIENCE;

/// The path of the webhook that the Slack double answers on: the part that is a secret.
pub const SLACK_PATH: &str = "/services/T0TESTS00/B0TESTS00/aWebhookOfTheTests000000";

/// The bot's token that the double of Slack's Web API knows.
pub const SLACK_TOKEN: &str = "xoxb-of-the-tests-0123456789";

/// The account that the Twilio double knows.
pub const TWILIO_SID: &str = "AC0123456789abcdef0123456789abcdef";

/// Its token.
pub const TWILIO_TOKEN: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";

/// The channel access token that the LINE double knows.
pub const LINE_TOKEN: &str = "line-access-token-of-the-tests";

/// A message that was posted.
#[derive(Clone, Debug)]
pub struct Heard {
    /// The payload; a form's fields as an object of strings.
    pub payload: Value,
    /// When it came.
    pub at: Instant,
}

/// What is answered.
#[derive(Clone, Debug)]
pub struct Reply {
    status: u16,
    body: String,
    held: bool,
    after: Duration,
}

impl Reply {
    /// This status and body.
    pub fn new(status: u16, body: impl Into<String>) -> Reply {
        Reply { status, body: body.into(), held: false, after: Duration::ZERO }
    }

    /// An error as Twilio words it.
    pub fn twilio_error(status: u16, code: u32) -> Reply {
        Reply::new(status, json!({ "code": code, "message": "no", "status": status }).to_string())
    }

    /// The same, but only once [`HttpDouble::release`] was called.
    #[must_use]
    pub fn held(self) -> Reply {
        Reply { held: true, ..self }
    }

    /// The same, from a provider that takes this long to answer.
    #[must_use]
    pub fn after(self, after: Duration) -> Reply {
        Reply { after, ..self }
    }
}

/// Which provider is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Provider {
    Slack,
    SlackApi,
    Twilio,
    Line,
}

type Script = Arc<dyn Fn(&Value) -> Option<Reply> + Send + Sync>;

struct Shared {
    provider: Provider,
    contract: Option<Contract>,
    state: watch::Sender<Told>,
}

#[derive(Default)]
struct Told {
    script: Option<Script>,
    heard: Vec<Heard>,
    problems: Vec<String>,
    probes: usize,
    released: bool,
}

/// A provider, played on a free port of this machine. It remembers every message, answers as its script says, and holds every
/// request against the provider's contract; one that breaks it fails the test. It ends when it is dropped.
pub struct HttpDouble {
    at: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl HttpDouble {
    /// Plays one Slack webhook.
    pub async fn slack() -> HttpDouble {
        HttpDouble::start(Provider::Slack, Contract::slack()).await
    }

    /// Plays Slack's Web API, which numbers its messages: the first one's `ts` is `1700000000.000001`.
    pub async fn slack_api() -> HttpDouble {
        HttpDouble::start(Provider::SlackApi, Contract::slack()).await
    }

    /// Plays Twilio.
    pub async fn twilio() -> HttpDouble {
        HttpDouble::start(Provider::Twilio, Contract::twilio()).await
    }

    /// Plays LINE. A script is shown the id of a person whose profile is asked for as `{"profile": ID}`.
    pub async fn line() -> HttpDouble {
        HttpDouble::start(Provider::Line, Contract::line()).await
    }

    async fn start(provider: Provider, contract: Option<Contract>) -> HttpDouble {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let at = listener.local_addr().unwrap();
        let shared = Arc::new(Shared { provider, contract, state: watch::channel(Told::default()).0 });
        let router = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        HttpDouble { at, shared, task }
    }

    /// Where it listens.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.at)
    }

    /// The webhook's URL.
    pub fn webhook_url(&self) -> String {
        self.base_url() + SLACK_PATH
    }

    /// Answers messages like this from now on; `None` is the provider's usual success.
    pub fn script(&self, script: impl Fn(&Value) -> Option<Reply> + Send + Sync + 'static) {
        self.shared.state.send_modify(|told| told.script = Some(Arc::new(script)));
    }

    /// Gives the answers that are held, and holds none any more.
    pub fn release(&self) {
        self.shared.state.send_modify(|told| told.released = true);
    }

    /// The messages so far, oldest first, refused ones too.
    ///
    /// # Panics
    /// When a request broke the provider's contract.
    pub fn messages(&self) -> Vec<Heard> {
        let told = self.shared.state.borrow();
        assert!(
            told.problems.is_empty(),
            "{:?} would not take this: {:#?}",
            self.shared.provider,
            told.problems
        );
        told.heard.clone()
    }

    /// The messages so far that hold a text.
    pub fn messages_with(&self, text: &str) -> Vec<Heard> {
        self.messages().into_iter().filter(|heard| heard.payload.to_string().contains(text)).collect()
    }

    /// How many messages there were so far.
    pub fn count(&self) -> usize {
        self.shared.state.borrow().heard.len()
    }

    /// How often it was asked whether it is well.
    pub fn probes(&self) -> usize {
        self.shared.state.borrow().probes
    }

    /// Waits until there are `count` messages that hold a text.
    ///
    /// # Panics
    /// When it takes too long, there are more, or one broke the provider's contract.
    pub async fn wait_for(&self, text: &str, count: usize) -> Vec<Heard> {
        let holds = |heard: &&Heard| heard.payload.to_string().contains(text);
        let mut told = self.shared.state.subscribe();
        let enough = told.wait_for(|told| told.heard.iter().filter(holds).count() >= count);
        let waited = tokio::time::timeout(PATIENCE, enough).await.is_ok();
        let found = self.messages_with(text);
        assert!(
            waited,
            "{} of {count} messages with {text:?} came; all: {:#?}",
            found.len(),
            self.messages()
        );
        assert_eq!(found.len(), count, "messages with {text:?}: {found:#?}");
        found
    }
}

impl Drop for HttpDouble {
    fn drop(&mut self) {
        self.task.abort();
        if !std::thread::panicking() {
            self.messages();
        }
    }
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> axum::response::Response {
    let reply = match shared.provider {
        Provider::Slack => provider::slack(&shared, &method, uri.path(), &headers, &body),
        Provider::SlackApi => provider::slack_api(&shared, &method, uri.path(), &headers, &body),
        Provider::Twilio => provider::twilio(&shared, &method, uri.path(), &headers, &body),
        Provider::Line => provider::line(&shared, &method, uri.path(), &headers, &body),
    };
    if reply.held {
        let mut told = shared.state.subscribe();
        // The double may be dropped meanwhile; then nobody waits for the answer either.
        let _ = tokio::time::timeout(Duration::from_secs(600), told.wait_for(|told| told.released)).await;
    }
    if !reply.after.is_zero() {
        let _ = tokio::time::timeout(reply.after, std::future::pending::<()>()).await;
    }
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, reply.body).into_response()
}

impl Shared {
    fn script(&self, payload: &Value, usual: Reply) -> Reply {
        let script = self.state.borrow().script.clone();
        script.and_then(|script| script(payload)).unwrap_or(usual)
    }

    fn heard(&self, payload: Value, usual: Reply) -> Reply {
        self.heard_about(payload, Map::new(), usual)
    }

    /// Takes a message with what is said beside it, which the contract does not describe.
    fn heard_about(&self, mut payload: Value, about: Map<String, Value>, usual: Reply) -> Reply {
        let problems = self.contract.as_ref().map(|contract| contract.problems(&payload)).unwrap_or_default();
        let reply = self.script(&payload, usual);
        if let Some(fields) = payload.as_object_mut() {
            fields.extend(about);
        }
        self.state.send_modify(|told| {
            told.problems.extend(problems.iter().map(|problem| format!("{problem} in {payload}")));
            told.heard.push(Heard { payload, at: Instant::now() });
        });
        reply
    }

    /// A provider that refuses messages refuses a probe as well.
    fn probed(&self, payload: &Value, usual: Reply) -> Reply {
        self.state.send_modify(|told| told.probes += 1);
        self.script(payload, usual)
    }

    fn broken(&self, problem: String) -> Reply {
        self.state.send_modify(|told| told.problems.push(problem));
        Reply::new(404, "not found")
    }
}
