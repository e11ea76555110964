//! The public door: webhooks in, and whether we are well.

mod counts;
mod delivery;
mod verify;

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Method, Request, Response, Uri};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::{Service, service_fn};
use proofbell_pipeline::Handle;
use tokio::sync::watch;
use uuid::ContextV7;

use crate::health::Health;
use crate::load::Load;
use crate::readiness::{Audience, alive, ready};
use crate::refusal::Refusal;
use crate::reloads::Reloads;
use crate::{IngressSettings, Limits, SourceSettings};
use counts::Counts;

pub(crate) type Answer = Response<Full<Bytes>>;

/// What the public door works with.
pub(crate) struct Ingress {
    /// Replaced as a whole by a reload.
    sources: watch::Sender<Arc<[Arc<Source>]>>,
    limits: Limits,
    load: Load,
    health: Arc<Health>,
    reloads: Reloads,
    handle: Handle,
    /// Keeps the ids of one millisecond in the order of their arrival.
    ids: Mutex<ContextV7>,
}

struct Source {
    settings: SourceSettings,
    counts: Counts,
    /// When the log last heard of a delivery whose proof did not hold.
    complained_at: Mutex<Option<Instant>>,
}

/// The log hears of such deliveries this often at most; the metrics count each.
const COMPLAIN_EVERY: Duration = Duration::from_secs(60);

impl Source {
    fn open(settings: SourceSettings) -> Arc<Source> {
        // Series of the same name and labels are the same ones.
        let counts = Counts::new(&settings.name);
        Arc::new(Source { settings, counts, complained_at: Mutex::new(None) })
    }

    /// Tells the log that deliveries are refused: a wrong secret looks like this, and loses every event.
    fn complain(&self, code: &str) {
        let mut last = self.complained_at.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_some_and(|at| at.elapsed() < COMPLAIN_EVERY) {
            return;
        }
        *last = Some(Instant::now());
        let source = &self.settings.name;
        tracing::warn!(
            source,
            code,
            "deliveries are refused: does the secret fit, and the clock? said once a minute at most"
        );
    }
}

impl Ingress {
    pub(crate) fn new(
        settings: IngressSettings,
        load: Load,
        health: Arc<Health>,
        reloads: Reloads,
        handle: Handle,
    ) -> Ingress {
        Ingress {
            sources: watch::Sender::new(settings.sources.into_iter().map(Source::open).collect()),
            limits: settings.limits,
            load,
            health,
            reloads,
            handle,
            ids: Mutex::new(ContextV7::new()),
        }
    }

    /// Other sources from the next request on. One of the same name goes on counting where it was.
    pub(crate) fn replace_sources(&self, sources: Vec<SourceSettings>) {
        self.sources.send_replace(sources.into_iter().map(Source::open).collect());
    }

    async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Answer {
        match self.source_at(request.uri().path()) {
            Some(_) if request.method() != Method::POST => Refusal::method("POST").response(),
            Some(source) => delivery::answer(self, source, request).await,
            None => self.health(request.uri(), request.method()),
        }
    }

    fn source_at(&self, path: &str) -> Option<Arc<Source>> {
        self.sources.borrow().iter().find(|source| source.settings.path == path).cloned()
    }

    fn health(&self, uri: &Uri, method: &Method) -> Answer {
        match uri.path() {
            "/healthz" | "/readyz" if !matches!(*method, Method::GET | Method::HEAD) => {
                Refusal::method("GET, HEAD").response()
            }
            "/healthz" => alive(),
            "/readyz" => ready(&self.health, &self.reloads, uri.query(), Audience::Public),
            _ => Refusal::nothing_here().response(),
        }
    }
}

/// The door as hyper calls it. It is no axum router: three fixed paths need no routing, and every request pays for it.
pub(crate) fn service(
    ingress: Arc<Ingress>,
) -> impl Service<
    Request<Incoming>,
    Response = Answer,
    Error = Infallible,
    Future: Future<Output = Result<Answer, Infallible>> + Send,
> + Clone
+ Send
+ 'static {
    service_fn(move |request| {
        let ingress = ingress.clone();
        async move { Ok(ingress.answer(request).await) }
    })
}
