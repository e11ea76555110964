//! `[channel.NAME]`

use std::collections::BTreeMap;
use std::sync::Arc;

use proofbell_engine::{ChannelFacts, On};
use proofbell_notify::{DynNotifier, Exclusive, Fingerprint, Form, Registry, Threads, Toolkit};

use super::plugin;
use crate::duration::rate;
use crate::reader::{At, Scope};
use crate::report::{Finding, code};
use crate::section::rule::events;
use crate::suggest;
use crate::{Channel, Limit, OnUnknown};

/// The host's own keys of a channel; all others are the plugin's.
const HOST_KEYS: [&str; 4] = ["kind", "limit", "never_on", "on_unknown"];
const CONCURRENCY: usize = 4;

/// A channel as far as it could be read.
pub(crate) struct Read {
    pub(crate) name: At<String>,
    kind: String,
    notifier: Option<Arc<dyn DynNotifier>>,
    limit: Limit,
    on_unknown: Option<OnUnknown>,
    never_on: Vec<On>,
}

impl Read {
    /// What the engine needs to know; `None` when the plugin refused the settings.
    pub(crate) fn facts(&self) -> Option<ChannelFacts> {
        let notifier = self.notifier.as_ref()?;
        Some(ChannelFacts {
            form: notifier.form(),
            address: notifier.address(),
            never_on: self.never_on.clone(),
        })
    }

    /// Whether it keeps the messages of a case together; `None` when the plugin refused the settings.
    pub(crate) fn threads(&self) -> Option<Threads> {
        self.notifier.as_ref().map(|notifier| notifier.threads())
    }

    /// What it cannot share with another channel; `None` also when the plugin refused the settings.
    pub(crate) fn exclusive(&self) -> Option<Exclusive> {
        self.notifier.as_ref().and_then(|notifier| notifier.exclusive())
    }

    pub(crate) fn into_channel(self, fingerprint: Fingerprint) -> Option<Channel> {
        let notifier = self.notifier?;
        let by_kind = match (self.kind.as_str(), notifier.form()) {
            // Its receivers drop what they have seen, whatever the form.
            ("webhook", Form::Text | Form::Email | Form::Chat) => OnUnknown::Retry,
            // A second text message is billed a second time.
            (_, Form::Text) => OnUnknown::Dead,
            (_, Form::Email | Form::Chat) => OnUnknown::Retry,
        };
        let on_unknown = self.on_unknown.unwrap_or(by_kind);
        let Read { name, kind, limit, .. } = self;
        Some(Channel { name: name.value, kind, notifier, limit, on_unknown, fingerprint })
    }
}

/// The channels by name, those that cannot be used among them: rules may name them all the same.
pub(crate) fn read(root: &Scope<'_>, registry: &Registry, kit: &Toolkit) -> BTreeMap<String, Read> {
    let mut channels = BTreeMap::new();
    for (name, scope) in root.named("channel") {
        channels.insert(name.value.clone(), read_one(name, &scope, registry, kit));
    }
    if channels.is_empty() && root.node("channel").is_none_or(|node| node.as_table().is_some()) {
        let message = "there is no channel, so nothing could be sent";
        let hint = "add one, such as [channel.email] with kind = \"smtp\"";
        root.cx.report.push(Finding::error(code::MISSING_SECTION, None, message).hint(hint));
    }
    channels
}

fn read_one(name: At<String>, scope: &Scope<'_>, registry: &Registry, kit: &Toolkit) -> Read {
    let limit =
        scope.table("limit").map_or(Limit { rate: None, concurrency: CONCURRENCY }, |scope| limit(&scope));
    let words = [("retry", OnUnknown::Retry), ("dead", OnUnknown::Dead)];
    let on_unknown = scope.choice("on_unknown", &words).map(|choice| choice.value);
    let never_on = events(scope, "never_on").into_iter().map(|on| on.value).collect();
    let kind = kind(scope, registry);
    let notifier = kind.as_ref().and_then(|kind| notifier(scope, registry, kind, kit));
    Read { name, kind: kind.unwrap_or_default(), notifier, limit, on_unknown, never_on }
}

fn limit(scope: &Scope<'_>) -> Limit {
    let per_time = scope.parsed("rate", "a rate", rate).map(|rate| rate.value);
    let concurrency = scope.integer("concurrency", 1, 1000);
    scope.later("per_recipient", "limits for each recipient come with quiet hours");
    scope.later("per_day", "limits for each day come with quiet hours");
    scope.finish();
    let concurrency = concurrency.and_then(|at| usize::try_from(at.value).ok()).unwrap_or(CONCURRENCY);
    Limit { rate: per_time, concurrency }
}

fn kind(scope: &Scope<'_>, registry: &Registry) -> Option<String> {
    let kinds: Vec<&str> = registry.kinds().collect();
    if !scope.require("kind", &format!("kind = {:?}", kinds.first().copied().unwrap_or("smtp"))) {
        scope.refuse_slips("kind", &HOST_KEYS);
        return None;
    }
    let kind = scope.word("kind")?;
    if kinds.contains(&kind.value.as_str()) {
        return Some(kind.value);
    }
    let message = format!("there is no kind of channel called `{}`", kind.value);
    let hint = suggest::hint(&kind.value, "kinds", kinds);
    scope.cx.report.push(Finding::error(code::UNKNOWN_KIND, kind.at, message).hint(hint));
    None
}

fn notifier(
    scope: &Scope<'_>,
    registry: &Registry,
    kind: &str,
    kit: &Toolkit,
) -> Option<Arc<dyn DynNotifier>> {
    let entries = scope.entries().iter().filter(|entry| !HOST_KEYS.contains(&entry.key.as_str())).collect();
    let path = scope.path.clone();
    let settings = plugin::Settings { cx: scope.cx, path, at: scope.at, entries, host_keys: &HOST_KEYS };
    plugin::build(&settings, registry, kind, kit)
}
