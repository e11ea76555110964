//! What is answered instead of what was asked for.

use std::borrow::Cow;

use axum::response::IntoResponse;
use bytes::Bytes;
use http::header::{ALLOW, CONNECTION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use proofbell_pipeline::HandleError;
use proofbell_store::StoreError;
use serde_json::json;

/// After how many seconds to come again, where a 503 says so.
const COME_AGAIN: HeaderValue = HeaderValue::from_static("5");

/// A request that is not done: `{"error":{"code":…,"message":…}}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: Cow<'static, str>,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Refusal {
    pub(crate) fn new(
        status: StatusCode,
        code: &'static str,
        message: impl Into<Cow<'static, str>>,
    ) -> Refusal {
        Refusal { status, code, message: message.into(), header: None }
    }

    fn with(mut self, name: HeaderName, value: HeaderValue) -> Refusal {
        self.header = Some((name, value));
        self
    }

    pub(crate) fn invalid(message: impl Into<Cow<'static, str>>) -> Refusal {
        Refusal::new(StatusCode::BAD_REQUEST, "invalid", message)
    }

    pub(crate) fn nothing_here() -> Refusal {
        Refusal::new(StatusCode::NOT_FOUND, "not_found", "there is nothing at this path")
    }

    pub(crate) fn method(allowed: &'static str) -> Refusal {
        Refusal::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            format!("this path takes {allowed} alone"),
        )
        .with(ALLOW, HeaderValue::from_static(allowed))
    }

    /// The rest of the request is not read, so the connection ends with this answer.
    pub(crate) fn unread(
        status: StatusCode,
        code: &'static str,
        message: impl Into<Cow<'static, str>>,
    ) -> Refusal {
        Refusal::new(status, code, message).with(CONNECTION, HeaderValue::from_static("close"))
    }

    pub(crate) fn come_again(code: &'static str, message: impl Into<Cow<'static, str>>) -> Refusal {
        Refusal::new(StatusCode::SERVICE_UNAVAILABLE, code, message).with(RETRY_AFTER, COME_AGAIN)
    }

    pub(crate) fn overloaded() -> Refusal {
        Refusal::come_again("overloaded", "too many requests are under way")
    }

    pub(crate) fn token() -> Refusal {
        Refusal::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "send the admin token as `Authorization: Bearer TOKEN`",
        )
        .with(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    pub(crate) fn code(&self) -> &'static str {
        self.code
    }

    pub(crate) fn response<B: From<Bytes>>(self) -> Response<B> {
        let body = json!({ "error": { "code": self.code, "message": self.message } }).to_string();
        let mut response = json_response(self.status, body);
        if let Some((name, value)) = self.header {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

/// A JSON text as an answer.
pub(crate) fn json_response<B: From<Bytes>>(status: StatusCode, json: String) -> Response<B> {
    let mut response = Response::new(B::from(Bytes::from(json)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Plain text as an answer.
pub(crate) fn text_response<B: From<Bytes>>(status: StatusCode, text: impl Into<Bytes>) -> Response<B> {
    let mut response = Response::new(B::from(text.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

impl IntoResponse for Refusal {
    fn into_response(self) -> axum::response::Response {
        self.response()
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Refusal {
        let message = error.to_string();
        match error {
            StoreError::Busy(_) => Refusal::come_again("store_busy", message),
            StoreError::Fatal(_) => Refusal::come_again("store_failed", message),
            StoreError::NotFound { .. } => Refusal::new(StatusCode::NOT_FOUND, "not_found", message),
            StoreError::Refused(_) => Refusal::new(StatusCode::CONFLICT, "refused", message),
            StoreError::Database(_) => {
                Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "store_error", message)
            }
        }
    }
}

impl From<HandleError> for Refusal {
    fn from(error: HandleError) -> Refusal {
        match error {
            HandleError::Store(error) => error.into(),
            HandleError::Invalid(message) => Refusal::invalid(message),
        }
    }
}
