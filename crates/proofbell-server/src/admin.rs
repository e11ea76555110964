//! The admin door: how things are, what happened, and doing it again; and where providers call.

mod change;
mod configuration;
mod guard;
mod hooks;
mod read;

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::{get, post};

use http::{HeaderMap, Request};
use hyper::body::Incoming;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use proofbell_pipeline::Handle;

use crate::health::Health;
use crate::load::Load;
use crate::readiness::{Audience, alive, ready};
use crate::refusal::Refusal;
use crate::reloads::Reloads;
use crate::{AdminSettings, Limits};

/// What the admin door works with.
pub(crate) struct Admin {
    settings: AdminSettings,
    limits: Limits,
    load: Load,
    health: Arc<Health>,
    handle: Handle,
    reloads: Reloads,
    complaints: hooks::Complaints,
}

/// The door as hyper calls it.
pub(crate) fn service(
    settings: AdminSettings,
    limits: Limits,
    load: Load,
    health: Arc<Health>,
    handle: Handle,
) -> impl Service<
    Request<Incoming>,
    Response = Response<Body>,
    Error = Infallible,
    Future: Future<Output = Result<Response<Body>, Infallible>> + Send,
> + Clone
+ Send
+ 'static {
    let reloads = settings.reloads.clone();
    TowerToHyperService::new(router(Arc::new(Admin {
        reloads,
        settings,
        limits,
        load,
        health,
        handle,
        complaints: hooks::Complaints::default(),
    })))
}

fn router(admin: Arc<Admin>) -> Router {
    let api = Router::new()
        .route("/events", get(read::events))
        .route("/events/{id}", get(read::event))
        .route("/events/{id}/replay", post(change::replay))
        .route("/messages", get(read::messages))
        .route("/messages/{id}", get(read::message))
        .route("/messages/{id}/retry", post(change::retry))
        .route("/messages/{id}/cancel", post(change::cancel))
        .route("/cases/{sr_uuid}", get(read::case))
        .route("/channels", get(read::channels))
        .route("/audiences", get(read::audiences))
        .route("/channels/{name}/pause", post(change::pause))
        .route("/channels/{name}/resume", post(change::resume))
        .route("/configuration", get(configuration::status))
        .route("/reload", post(configuration::reload))
        .route("/test-messages", post(change::send_test))
        .fallback(nothing_here)
        .layer(from_fn_with_state(admin.clone(), guard::guard));
    Router::new()
        .nest("/api/v1", api)
        .route("/hooks/{kind}/{channel}", post(hooks::take))
        .route("/metrics", get(metrics))
        .route("/healthz", get(async || alive::<Body>()))
        .route("/readyz", get(readyz))
        .fallback(nothing_here)
        .method_not_allowed_fallback(wrong_method)
        .with_state(admin)
}

/// Anybody may ask; files and lines are told to whom the API would tell them, too.
async fn readyz(
    State(admin): State<Arc<Admin>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response<Body> {
    let audience = match guard::is_operator(&admin, &headers) {
        Ok(()) => Audience::Operators,
        Err(_) => Audience::Public,
    };
    ready(&admin.health, &admin.reloads, query.as_deref(), audience)
}

async fn metrics(State(admin): State<Arc<Admin>>) -> Response<Body> {
    let mut response = Response::new(Body::from((admin.settings.metrics)()));
    let kind = http::HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(http::header::CONTENT_TYPE, kind);
    response
}

async fn nothing_here() -> Refusal {
    Refusal::nothing_here()
}

/// Which method the path takes, axum says in `Allow`.
async fn wrong_method() -> Refusal {
    Refusal::new(
        http::StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "this path takes another method, see `Allow`",
    )
}
