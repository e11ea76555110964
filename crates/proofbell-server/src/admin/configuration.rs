//! The running configuration: what came of the last reload, and another one.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::Admin;
use crate::answer::{ConfigurationStatus, ReloadOutcome};
use crate::refusal::Refusal;
use crate::reloads::Ungranted;

pub(super) async fn status(State(admin): State<Arc<Admin>>) -> Json<ConfigurationStatus> {
    Json(admin.reloads.status())
}

/// Reloads now; what is refused is a 422, so that scripts need not read on.
pub(super) async fn reload(State(admin): State<Arc<Admin>>) -> Result<Response, Refusal> {
    let _place = admin.load.request().map_err(|_| Refusal::overloaded())?;
    tracing::info!("an operator asked for a reload");
    let reload = admin.reloads.wish().await.map_err(|ungranted| match ungranted {
        Ungranted::NotOffered => {
            Refusal::new(StatusCode::CONFLICT, "not_offered", "this server does not reload")
        }
        Ungranted::NotNow => Refusal::come_again("not_now", "no reload can begin now"),
    })?;
    let status = match reload.outcome {
        ReloadOutcome::Applied | ReloadOutcome::Unchanged => StatusCode::OK,
        ReloadOutcome::Refused => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Ok((status, Json(reload)).into_response())
}
