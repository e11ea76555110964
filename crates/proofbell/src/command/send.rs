//! `proofbell send`: one real test message.

use std::sync::Arc;

use jiff::Timestamp;
use proofbell_config::Secrets;
use proofbell_engine::{DeadLinks, Specimen};
use proofbell_notify::{Block, Body, Chat, Email, Form, Span};
use proofbell_pipeline::{Handle, TestMessage};
use serde_json::{Value, json};

use crate::admin_client::{AdminClient, Asked};
use crate::cli::{Globals, SendArgs};
use crate::command::Stop;
use crate::output::{self, Tone, paint, tone_of};
use crate::sample::Scene;
use crate::wiring::Wired;
use crate::{loading, sample};

pub(crate) async fn run(globals: &Globals, args: SendArgs) -> Result<(), Stop> {
    let wired = loading::wired(globals, Secrets::Require)?;
    let channel = wired.runtime.channels.get(&args.via).ok_or_else(|| {
        let known: Vec<&str> = wired.runtime.channels.keys().map(String::as_str).collect();
        Stop::Usage(format!("no channel `{}`; there are: {}", args.via, known.join(", ")))
    })?;
    let locale = args.locale.clone().unwrap_or_else(|| wired.runtime.engine.defaults().locale.clone());
    let (body, locale, template) = match &args.template {
        None => (plain(channel.notifier.form()), "en".to_owned(), "(test)".to_owned()),
        Some(template) => rendered(&wired, template, channel.notifier.form(), locale)?,
    };
    let client = AdminClient::new(globals, &wired.server)?;
    let request = json!({
        "channel": args.via, "to": args.to, "region": wired.region, "body": body, "locale": locale, "template": template,
    });
    let answer = match client.post(&["test-messages"], &request).await? {
        Asked::Done(answer) => answer,
        Asked::NoServer => {
            let test = TestMessage {
                channel: args.via,
                to: args.to,
                region: wired.region.clone(),
                body,
                locale,
                template,
            };
            directly(wired, test).await?
        }
    };
    tell(globals, &answer)
}

/// Sends without a server, under the store's lock, so that what became of it is kept.
async fn directly(wired: Wired, test: TestMessage) -> Result<Value, Stop> {
    let store = loading::writing(&wired)?;
    let handle = Handle::without_workers(store, Arc::new(wired.runtime)).await?;
    let (id, outcome) = handle.send_test(test).await?;
    Ok(json!({ "id": id, "outcome": outcome.as_str(), "reason": outcome.reason().map(ToString::to_string) }))
}

fn tell(globals: &Globals, answer: &Value) -> Result<(), Stop> {
    let word = |key: &str| answer.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (outcome, reason) = (word("outcome"), word("reason"));
    if globals.json {
        output::json(answer);
    } else {
        output::line(&format!(
            "{}  {}  {reason}",
            paint(&outcome, tone_of(&outcome)),
            paint(&word("id"), Tone::Quiet)
        ));
    }
    match outcome.as_str() {
        "sent" => Ok(()),
        _ => Err(Stop::Failed(format!("the message was not sent ({outcome}): {reason}"))),
    }
}

/// A test text in a channel's form.
fn plain(form: Form) -> Body {
    const TITLE: &str = "Test message from Proofbell";
    const TEXT: &str = "This is a test message. If you can read it, the channel works.";
    match form {
        Form::Email => Body::Email(Email {
            subject: TITLE.to_owned(),
            html: format!("<!doctype html><html lang=\"en\"><body><p>{TEXT}</p></body></html>"),
            text: format!("{TEXT}\n"),
        }),
        Form::Chat => Body::Chat(Chat {
            header: Some(TITLE.to_owned()),
            body: vec![Block::Paragraph(vec![Span::Text(TEXT.to_owned())])],
            ..Chat::default()
        }),
        Form::Text => Body::Text(format!("{TITLE}: {TEXT}")),
    }
}

/// A template, rendered from a sample of an event that its rule is for.
fn rendered(
    wired: &Wired,
    template: &str,
    form: Form,
    locale: String,
) -> Result<(Body, String, String), Stop> {
    let engine = &wired.runtime.engine;
    let now = Timestamp::now();
    let sr_uuid = sample::new_request();
    let scene = Scene { template, locale: &locale, sr_uuid, item: "TEST-ITEM", at: now };
    let event = sample::event(engine, scene).map_err(|error| Stop::Failed(format!("failed to {error}")))?;
    let recipient = sample::person(&locale);
    let composed = engine
        .specimen(&Specimen {
            template,
            form,
            event: &event,
            recipient: &recipient,
            case: None,
            dead_links: DeadLinks::LeaveOut,
            now,
        })
        .map_err(|error| Stop::Failed(format!("failed to render `{template}`: {error}")))?;
    Ok((composed.body, composed.locale, composed.template))
}
