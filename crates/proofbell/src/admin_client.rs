//! Asking the running server, or doing it on the store when none runs.

use proofbell_config::Server;
use proofbell_notify::Toolkit;
use proofbell_notify::http::SendError;
use reqwest::Url;
use serde_json::Value;

use crate::cli::Globals;
use crate::command::Stop;

/// The running server's admin door.
pub(crate) struct AdminClient {
    base: Url,
    /// Whether the address was given on the command line: then that server is meant and no other.
    named: bool,
    token: Option<secrecy::SecretString>,
    http: proofbell_notify::http::Client,
}

/// What came of asking.
pub(crate) enum Asked {
    /// The server did it.
    Done(Value),
    /// No server answers there.
    NoServer,
}

impl AdminClient {
    pub(crate) fn new(globals: &Globals, server: &Server) -> Result<AdminClient, Stop> {
        let address = globals.admin.clone().unwrap_or_else(|| format!("http://{}", server.admin));
        let base = Url::parse(&address)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some())
            .ok_or_else(|| Stop::Usage(format!("--admin {address}: write it as http://HOST:PORT")))?;
        Ok(AdminClient {
            base,
            named: globals.admin.is_some(),
            token: server.admin_token.clone(),
            http: Toolkit::default().http,
        })
    }

    /// `POST /api/v1/SEGMENTS` with a JSON body.
    pub(crate) async fn post(&self, segments: &[&str], body: &Value) -> Result<Asked, Stop> {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.clear().extend(["api", "v1"]).extend(segments);
        }
        let mut request = self.http.post(&url).json(body);
        if let Some(token) = &self.token {
            request = request.bearer(token);
        }
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(SendError::NotSent(reason)) if self.named => {
                return Err(Stop::Failed(format!("no server answers at {}: {reason}", self.base)));
            }
            Err(SendError::NotSent(_)) => return Ok(Asked::NoServer),
            Err(error) => return Err(Stop::Failed(format!("the server did not answer: {}", error.reason()))),
        };
        let Some(json) = answer.json().filter(Value::is_object) else {
            let problem =
                format!("{} answered {} but is no admin door of Proofbell", self.base, answer.status);
            return Err(Stop::Failed(problem));
        };
        if (200..300).contains(&answer.status) {
            return Ok(Asked::Done(json));
        }
        let message = json.pointer("/error/message").and_then(Value::as_str).unwrap_or("no reason given");
        match answer.status {
            400 => Err(Stop::Usage(message.to_owned())),
            status => Err(Stop::Failed(format!("the server refused ({status}): {message}"))),
        }
    }
}
