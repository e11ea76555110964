//! One rendered preview, as data: `--json` prints it as it is.

use jiff::Timestamp;
use proofbell_engine::{CaseFacts, DeadLinks, Specimen};
use proofbell_event::Event;
use proofbell_notify::{Body, Form, Recipient};
use proofbell_pipeline::{Channel, Runtime};
use serde::{Serialize, Serializer};

use super::selection::Wanted;
use super::uses::{self, Use};
use crate::sample::{self, Scene};

/// The item that samples are about.
const ITEM: &str = "ITEM-48213";

/// The request that samples are about.
const REQUEST: &str = "7c1f3d52-90ab-4e6d-8b1f-5a2c9e40d716";

/// A Slack user's id, so that a template with a mention shows where it stands.
const SLACK_USER: &str = "U024BE7LH";

/// What all previews are made with.
pub(super) struct Light {
    pub(super) now: Timestamp,
    /// Shown instead of samples.
    pub(super) event: Option<Event>,
    /// What is known of that event's case.
    pub(super) case: Option<CaseFacts>,
}

/// One preview.
#[derive(Debug, Serialize)]
pub(super) struct Shot {
    pub(super) template: String,
    #[serde(serialize_with = "word")]
    pub(super) form: Form,
    /// The language that was asked for.
    pub(super) locale: String,
    /// Who leads to the template.
    pub(super) uses: Vec<Use>,
    /// What is seen, or why nothing is.
    #[serde(serialize_with = "outcome")]
    pub(super) shown: Result<Shown, String>,
}

/// What is seen.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    /// Which template: `reshoot/email.ja`.
    pub(super) file: String,
    /// The language of that template.
    pub(super) locale: String,
    /// The channel that it is shown on, if there is one of the form.
    pub(super) channel: Option<String>,
    /// Whom it comes from.
    pub(super) sender: Option<String>,
    pub(super) preheader: Option<String>,
    pub(super) body: Body,
    pub(super) segments: Option<u32>,
    pub(super) encoding: Option<String>,
    /// Words of Legitmark's that the glossary has no name for.
    pub(super) missing_words: Vec<String>,
}

fn word<S: Serializer>(form: &Form, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(form.as_str())
}

/// What is seen, or `{ "problem": … }`.
fn outcome<S: Serializer>(shown: &Result<Shown, String>, serializer: S) -> Result<S::Ok, S::Error> {
    match shown {
        Ok(shown) => shown.serialize(serializer),
        Err(problem) => serde_json::json!({ "problem": problem }).serialize(serializer),
    }
}

impl Shot {
    /// `reshoot/email.ja`
    pub(super) fn label(&self) -> String {
        match &self.shown {
            Ok(shown) => shown.file.clone(),
            Err(_) => format!("{}/{}.{}", self.template, self.form, self.locale),
        }
    }
}

/// Renders one preview.
pub(super) fn take(runtime: &Runtime, wanted: &Wanted, light: &Light) -> Shot {
    Shot {
        template: wanted.template.clone(),
        form: wanted.form,
        locale: wanted.locale.clone(),
        uses: uses::of(&runtime.engine, &wanted.template),
        shown: shown(runtime, wanted, light),
    }
}

fn shown(runtime: &Runtime, wanted: &Wanted, light: &Light) -> Result<Shown, String> {
    let Wanted { template, form, locale } = wanted;
    let event = match &light.event {
        Some(event) => event.clone(),
        None => {
            let scene = Scene { template, locale, sr_uuid: REQUEST.to_owned(), item: ITEM, at: light.now };
            sample::event(&runtime.engine, scene).map_err(|error| format!("failed to {error}"))?
        }
    };
    let recipient = Recipient { mentions: vec![SLACK_USER.to_owned()], ..sample::person(locale) };
    let specimen = Specimen {
        dead_links: DeadLinks::LeaveOut,
        template,
        form: *form,
        event: &event,
        recipient: &recipient,
        case: light.case.as_ref(),
        now: light.now,
    };
    let composed = runtime.engine.specimen(&specimen).map_err(|error| format!("failed to {error}"))?;
    let channel = channel(runtime, wanted);
    let body = match channel {
        Some((_, channel)) => {
            channel.notifier.fit(composed.body).map_err(|reason| format!("too long to be sent: {reason}"))?
        }
        None => composed.body,
    };
    let measure = channel.and_then(|(_, channel)| channel.notifier.measure(&body));
    Ok(Shown {
        file: composed.template,
        locale: composed.locale,
        sender: channel.and_then(|(_, channel)| channel.notifier.sender()),
        channel: channel.map(|(name, _)| name.clone()),
        preheader: composed.preheader,
        body,
        segments: measure.as_ref().map(|measure| measure.segments),
        encoding: measure.map(|measure| measure.encoding),
        missing_words: composed.missing_words.into_iter().map(|missing| missing.raw).collect(),
    })
}

/// The channel that a preview is shown on: one of this form that a rule sends the template by, or else any of the form.
fn channel<'r>(runtime: &'r Runtime, wanted: &Wanted) -> Option<(&'r String, &'r Channel)> {
    let used = uses::of(&runtime.engine, &wanted.template);
    let of_form = || runtime.channels.iter().filter(|(_, channel)| channel.notifier.form() == wanted.form);
    let is_used = |name: &String| used.iter().any(|it| it.via.contains(name) || it.else_via.contains(name));
    of_form().find(|(name, _)| is_used(name)).or_else(|| of_form().next())
}
