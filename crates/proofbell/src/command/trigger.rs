//! `proofbell trigger`: a signed sample event to a running server.

use jiff::Timestamp;
use proofbell_config::{Secrets, Verify};
use proofbell_event::{EventName, MessageId, Sample, sign};
use proofbell_notify::Toolkit;
use proofbell_notify::http::Request;
use reqwest::Url;
use secrecy::ExposeSecret;
use serde_json::Value;

use crate::cli::{Globals, TriggerArgs};
use crate::command::Stop;
use crate::output;
use crate::wiring::Wired;
use crate::{loading, raw_words, sample};

pub(crate) async fn run(globals: &Globals, args: TriggerArgs) -> Result<(), Stop> {
    let name: EventName = args.name.parse().map_err(|_| {
        let known: Vec<&str> = EventName::ALL.iter().map(|name| name.as_str()).collect();
        Stop::Usage(format!("no event is named `{}`; there are: {}", args.name, known.join(", ")))
    })?;
    let wired = loading::wired(globals, Secrets::Require)?;
    let sides = sample::sides(&args.side).map_err(|error| Stop::Usage(error.to_string()))?;
    let sample = Sample {
        name,
        sr_uuid: args.sr.unwrap_or_else(sample::new_request),
        reference_id: args.reference_id,
        at: Timestamp::now(),
        sides: sides
            .into_iter()
            .map(|pair| raw_words::of_pair(wired.runtime.engine.glossary(), pair))
            .collect(),
    };
    let payload = sample.payload().map_err(|error| Stop::Usage(format!("failed to {error}")))?;
    let url = url(&wired, args.url.as_deref())?;
    let answer = signed(&wired, &url, payload.to_string().into_bytes())?
        .send()
        .await
        .map_err(|error| Stop::Failed(format!("failed to reach {url}: {}", error.reason())))?;
    let body = answer.json().unwrap_or(Value::Null);
    if answer.status != 200 {
        let message = body.pointer("/error/message").and_then(Value::as_str).unwrap_or("no reason given");
        return Err(Stop::Failed(format!("{url} answered {}: {message}", answer.status)));
    }
    if globals.json {
        output::json(&body);
        return Ok(());
    }
    let word = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or("?").to_owned();
    output::line(&format!("{}  {}  case {}", word("status"), word("id"), sample.sr_uuid));
    Ok(())
}

fn url(wired: &Wired, given: Option<&str>) -> Result<Url, Stop> {
    let source = wired.sources.first().ok_or_else(|| Stop::Usage("no [source] is configured".to_owned()))?;
    let address =
        given.map_or_else(|| format!("http://{}{}", wired.server.listen, source.path), ToOwned::to_owned);
    let url = Url::parse(&address).map_err(|error| Stop::Usage(format!("--url {address}: {error}")))?;
    match url.path() {
        "/" => url.join(&source.path).map_err(|error| Stop::Usage(format!("--url {address}: {error}"))),
        _ => Ok(url),
    }
}

/// The request with whatever proof the source asks for.
fn signed(wired: &Wired, url: &Url, body: Vec<u8>) -> Result<Request, Stop> {
    let id = format!("msg_{}", uuid::Uuid::new_v4().simple());
    let id: MessageId =
        id.parse().map_err(|error| Stop::Failed(format!("failed to make a message id: {error}")))?;
    let now = Timestamp::now();
    let request = Toolkit::default().http.post(url).header("content-type", "application/json");
    let request =
        request.header("svix-id", id.as_str()).header("svix-timestamp", &now.as_second().to_string());
    let source = wired.sources.first();
    Ok(match source.map(|source| &source.verify) {
        Some(Verify::Svix(secrets)) => {
            let secret = secrets.first().map(|secret| secret.expose_secret()).unwrap_or_default();
            let signature = sign(secret, &id, now, &body)
                .map_err(|error| Stop::Failed(format!("failed to sign: {error}")))?;
            request.header("svix-signature", &signature)
        }
        Some(Verify::Bearer(tokens)) => match tokens.first() {
            Some(token) => request.bearer(token),
            None => request,
        },
        Some(Verify::None) | None => request,
    }
    .body(body))
}
