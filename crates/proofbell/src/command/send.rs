//! `proofbell send`: one real test message.

use std::sync::Arc;

use jiff::Timestamp;
use proofbell_config::Secrets;
use proofbell_engine::{CaseFacts, Compose, Draft, EventId, On};
use proofbell_event::{Event, EventGroup, EventName};
use proofbell_notify::{Block, Body, Chat, Email, Form, Recipient, Span};
use proofbell_pipeline::{Handle, TestMessage};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::admin_client::{AdminClient, Asked};
use crate::cli::{Globals, SendArgs};
use crate::command::Stop;
use crate::output::{self, Tone, paint, tone_of};
use crate::sample::{self, Sample};
use crate::wiring::Wired;
use crate::{loading, raw_words};

pub(crate) async fn run(globals: &Globals, args: SendArgs) -> Result<(), Stop> {
    let wired = loading::wired(globals, Secrets::Require)?;
    let channel = wired.runtime.channels.get(&args.via).ok_or_else(|| {
        let known: Vec<&str> = wired.runtime.channels.keys().map(String::as_str).collect();
        Stop::Usage(format!("no channel `{}`; there are: {}", args.via, known.join(", ")))
    })?;
    let locale = args.locale.clone().unwrap_or_else(|| wired.runtime.engine.defaults().locale.clone());
    let (body, locale, template) = match &args.template {
        None => (plain(channel.notifier.form()), "en".to_owned(), "(test)".to_owned()),
        Some(template) => rendered(&wired, template, &args.via, locale)?,
    };
    let client = AdminClient::new(globals, &wired)?;
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
    channel: &str,
    locale: String,
) -> Result<(Body, String, String), Stop> {
    let engine = &wired.runtime.engine;
    let rule = engine.rules().iter().find(|rule| rule.template == template);
    let name = rule.and_then(|rule| rule.on.iter().find_map(name_of)).unwrap_or(EventName::ReshootNeeded);
    let now = Timestamp::now();
    let pair = ("label".to_owned(), "blurry".to_owned());
    let sample = Sample {
        name: if name == EventName::VerdictChanged { EventName::Counterfeit } else { name },
        sr_uuid: sample::new_request(),
        reference_id: Some("TEST-ITEM".to_owned()),
        at: now,
        sides: vec![raw_words::of_pair(engine.glossary(), pair)],
    };
    let body = sample.payload()?.to_string();
    let event = Event::parse(body.as_bytes())
        .map_err(|error| Stop::Failed(format!("failed to read the sample: {error}")))?;
    let draft = draft(template, &event, name, now);
    let recipient =
        Recipient { name: Some("Test Recipient".to_owned()), locale: Some(locale), ..Recipient::default() };
    let composed = engine
        .compose(&Compose { draft: &draft, event: &event, recipient: &recipient, channel })
        .map_err(|error| Stop::Failed(format!("failed to render `{template}`: {error}")))?;
    Ok((composed.body, composed.locale, composed.template))
}

fn name_of(on: &On) -> Option<EventName> {
    match on {
        On::Name(name) => Some(*name),
        On::Group(group) => {
            EventName::ALL.into_iter().find(|name| *group != EventGroup::Any && group.contains(*name))
        }
        On::State { .. } | On::Type(_) => None,
    }
}

fn draft(template: &str, event: &Event, name: EventName, now: Timestamp) -> Draft {
    Draft {
        id: Uuid::new_v4(),
        event: EventId(Uuid::now_v7()),
        generation: 0,
        event_name: event.name,
        names: vec![event.name, name],
        event_at: now,
        rule: template.to_owned(),
        audience: String::new(),
        template: template.to_owned(),
        side: (!event.sides().is_empty()).then_some(0),
        sides: (0..event.sides().len()).collect(),
        via: Vec::new(),
        else_via: Vec::new(),
        else_at: None,
        urgent: false,
        optional: false,
        thread_by_case: false,
        send_stale: true,
        expires_at: now,
        case: CaseFacts {
            sr_uuid: event.sr_uuid.clone(),
            reference_id: event.reference_id.clone(),
            round: 1,
            ..CaseFacts::default()
        },
        nobody_for: None,
    }
}
