//! The public door: webhooks in, and whether we are well.

mod counts;
mod delivery;
mod verify;

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::{Service, service_fn};
use proofbell_pipeline::Handle;
use uuid::ContextV7;

use crate::health::Health;
use crate::load::Load;
use crate::refusal::{Refusal, text_response};
use crate::{IngressSettings, Limits, SourceSettings};
use counts::Counts;

pub(crate) type Answer = Response<Full<Bytes>>;

/// What the public door works with.
pub(crate) struct Ingress {
    sources: Vec<Source>,
    limits: Limits,
    load: Load,
    health: Arc<Health>,
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
    pub(crate) fn new(settings: IngressSettings, load: Load, health: Arc<Health>, handle: Handle) -> Ingress {
        let source = |settings: SourceSettings| Source {
            counts: Counts::new(&settings.name),
            settings,
            complained_at: Mutex::new(None),
        };
        Ingress {
            sources: settings.sources.into_iter().map(source).collect(),
            limits: settings.limits,
            load,
            health,
            handle,
            ids: Mutex::new(ContextV7::new()),
        }
    }

    async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Answer {
        let path = request.uri().path();
        match self.sources.iter().position(|source| source.settings.path == path) {
            Some(_) if request.method() != Method::POST => Refusal::method("POST").response(),
            Some(source) => delivery::answer(self, source, request).await,
            None => self.health(path, request.method()),
        }
    }

    fn health(&self, path: &str, method: &Method) -> Answer {
        match path {
            "/healthz" | "/readyz" if !matches!(*method, Method::GET | Method::HEAD) => {
                Refusal::method("GET, HEAD").response()
            }
            "/healthz" => alive(),
            "/readyz" => ready(&self.health),
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

/// `/healthz`: the process lives.
pub(crate) fn alive<B: From<Bytes>>() -> Response<B> {
    text_response(StatusCode::OK, "ok")
}

/// `/readyz`: events are welcome here, or why not.
pub(crate) fn ready<B: From<Bytes>>(health: &Health) -> Response<B> {
    match health.ready(Instant::now()) {
        Ok(()) => text_response(StatusCode::OK, "ready"),
        Err(reason) => text_response(StatusCode::SERVICE_UNAVAILABLE, reason),
    }
}
