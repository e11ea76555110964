//! The settings that belong to a plugin: checked by its schema, handed to it as JSON, and its errors brought back to the file.

mod place;
mod shape;
mod stand_in;
mod walk;
mod words;

use std::collections::BTreeMap;
use std::sync::Arc;

use proofbell_notify::{Advice, ConfigError, DynNotifier, Registry, Toolkit};
use serde_json::{Map, Value as Json};

use crate::Secrets;
use crate::context::Context;
use crate::report::{Finding, code};
use crate::source::Place;
use crate::tree::Entry;

pub(crate) use place::within;
use place::{locate, starts};
use stand_in::STAND_INS;
use walk::{Walked, walk};

/// How often a plugin is asked, for one error after the other and with one stand-in after the other.
const MOST: usize = 96;

/// One channel's own settings.
pub(crate) struct Settings<'t> {
    pub(crate) cx: &'t Context<'t>,
    /// `channel.email`
    pub(crate) path: String,
    /// The channel's header.
    pub(crate) at: Place,
    pub(crate) entries: Vec<&'t Entry>,
    /// The host's own keys, for the list of those that are known.
    pub(crate) host_keys: &'t [&'static str],
}

/// Whether a secret that cannot be read was stood in for in this text, as far as a plugin takes any word for it.
pub(crate) fn has_stand_in(text: &str) -> bool {
    text.contains(STAND_INS[0])
}

/// Asks the plugin for a notifier. Everything wrong is reported; `None` when there is none.
pub(crate) fn build(
    settings: &Settings<'_>,
    registry: &Registry,
    kind: &str,
    kit: &Toolkit,
) -> Option<Arc<dyn DynNotifier>> {
    let schema = registry.schema(kind).ok()?.to_value();
    let mut walked = walk(settings, &schema);
    let mut is_told = !walked.sound;
    let notifier = ask(settings, &mut walked, &mut is_told, |json| registry.build(kind, json, kit));
    if notifier.is_none() && !is_told && settings.cx.secrets == Secrets::Assume {
        let message = format!(
            "the settings of `{}` cannot be checked without its secrets: nothing that could stand in for them suits its kind",
            settings.path
        );
        let hint = "check it where its secrets are, without --secrets=assume";
        settings.cx.report.push(Finding::warning(code::CHANNEL_SETTING, settings.at, message).hint(hint));
    }
    notifier
}

/// Asks until the plugin takes the settings, or nothing more can be said of them.
fn ask(
    settings: &Settings<'_>,
    walked: &mut Walked,
    is_told: &mut bool,
    make: impl Fn(Json) -> Result<Arc<dyn DynNotifier>, ConfigError>,
) -> Option<Arc<dyn DynNotifier>> {
    let mut tried: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..MOST {
        let error = match make(Json::Object(walked.json.clone())) {
            Ok(notifier) => {
                let notifier = walked.sound.then_some(notifier)?;
                notifier.advice().iter().for_each(|advice| advise(settings, advice, walked));
                return Some(notifier);
            }
            Err(error) => error,
        };
        if let Some(path) = walked.stood_in(&error.path) {
            let next = tried.entry(path.clone()).or_default();
            *next += 1;
            if STAND_INS.get(*next).is_some_and(|word| put(&mut walked.json, &path, word)) {
                continue;
            }
        } else if walked.sound || !error.path.is_empty() {
            // What the channel as a whole lacks may be what was misspelt.
            report(settings, &error, walked);
            *is_told = true;
        }
        walked.sound = false;
        // Without what is wrong, the next error may show.
        if walked.stood_in(&error.path).is_none() && put(&mut walked.json, &error.path, STAND_INS[0]) {
            walked.stand_ins.push(error.path);
        } else {
            walked.json.remove(top_key(&error.path))?;
        }
    }
    None
}

fn report(settings: &Settings<'_>, error: &ConfigError, walked: &Walked) {
    let (at, path) = settings.place(&error.path);
    let (message, hint) = words::plain(&walked.without_secrets(&error.message));
    let finding = Finding::error(code::CHANNEL_SETTING, at, format!("`{path}`: {message}"));
    settings.cx.report.push(finding.maybe_hint(hint));
}

fn advise(settings: &Settings<'_>, advice: &Advice, walked: &Walked) {
    let (at, path) = settings.place(&advice.path);
    let message = format!("`{path}` {}", walked.without_secrets(&advice.message));
    let finding = Finding::warning(code::CHANNEL_SETTING, at, message);
    settings.cx.report.push(finding.hint(walked.without_secrets(&advice.cure)));
}

impl Settings<'_> {
    /// Where a setting stands, and its path for people.
    fn place(&self, path: &str) -> (Place, String) {
        let at = locate(&self.entries, path).unwrap_or(self.at);
        match path.is_empty() {
            true => (at, self.path.clone()),
            false => (at, format!("{}.{path}", self.path)),
        }
    }
}

impl Walked {
    /// A plugin must not repeat a secret; if it does, or if serde does it, nobody gets to read it.
    fn without_secrets(&self, message: &str) -> String {
        let secrets = self.secrets.iter().filter(|secret| secret.len() >= 4);
        secrets.fold(message.to_owned(), |message, secret| message.replace(secret.as_str(), "…"))
    }

    /// The innermost value on this path that something stands in for.
    fn stood_in(&self, path: &str) -> Option<String> {
        let around = self.stand_ins.iter().filter(|stand_in| starts(path, stand_in));
        around.max_by_key(|stand_in| stand_in.len()).cloned()
    }
}

fn top_key(path: &str) -> &str {
    path.split(['.', '[']).next().unwrap_or_default()
}

/// Puts another string where `path` leads; whether there was one.
fn put(json: &mut Map<String, Json>, path: &str, word: &str) -> bool {
    let mut parts = path.split(['.', '[', ']']).filter(|part| !part.is_empty());
    let mut place = parts.next().and_then(|key| json.get_mut(key));
    for part in parts {
        place = match place {
            Some(Json::Object(map)) => map.get_mut(part),
            Some(Json::Array(values)) => part.parse::<usize>().ok().and_then(|index| values.get_mut(index)),
            _ => None,
        };
    }
    match place {
        Some(Json::String(text)) => {
            word.clone_into(text);
            true
        }
        _ => false,
    }
}
