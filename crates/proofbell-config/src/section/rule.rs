//! `[rule.NAME]`

use std::time::Duration;

use proofbell_engine::{Each, Need, On, Rule, StalePolicy, Threading, Urgency};
use proofbell_event::{EventGroup, EventName};

use super::condition;
use crate::duration::duration;
use crate::reader::{At, Scope, is_name, not_available};
use crate::report::{Finding, code};
use crate::secret;
use crate::suggest;

const EXPIRE: Duration = Duration::from_secs(48 * 60 * 60);

/// A rule as far as it could be read.
pub(crate) struct Read {
    pub(crate) name: At<String>,
    pub(crate) on: Vec<At<On>>,
    pub(crate) to: Vec<At<String>>,
    pub(crate) via: Option<At<Vec<At<String>>>>,
    pub(crate) else_via: Option<At<Vec<At<String>>>>,
    pub(crate) else_after: Option<At<Duration>>,
    pub(crate) template: At<String>,
    pub(crate) each: At<Each>,
    pub(crate) conditions: condition::Read,
    pub(crate) exceptions: condition::Read,
    urgency: Urgency,
    pub(crate) need: At<Need>,
    pub(crate) thread: At<Threading>,
    stale: StalePolicy,
    expire: Duration,
    pub(crate) enabled: bool,
    /// Whether something in it is only assumed to be there: what it tells of what to whom, nobody knows.
    pub(crate) assumed: bool,
}

impl Read {
    pub(crate) fn into_rule(self) -> Rule {
        let names = |list: Option<At<Vec<At<String>>>>| {
            list.map(|list| list.value.into_iter().map(|name| name.value).collect())
        };
        Rule {
            name: self.name.value,
            on: self.on.into_iter().map(|on| on.value).collect(),
            to: self.to.into_iter().map(|to| to.value).collect(),
            via: names(self.via),
            else_via: names(self.else_via),
            else_after: self.else_after.map(|after| after.value),
            template: self.template.value,
            each: self.each.value,
            conditions: self.conditions.conditions,
            exceptions: self.exceptions.conditions,
            urgency: self.urgency,
            need: self.need.value,
            thread: self.thread.value,
            stale: self.stale,
            expire: self.expire,
        }
    }
}

pub(crate) fn read(root: &Scope<'_>) -> Vec<Read> {
    let rules: Vec<Read> =
        root.named("rule").into_iter().map(|(name, scope)| read_known(name, &scope)).collect();
    if rules.is_empty()
        && root.node("rule").is_none_or(|node| node.as_table().is_some_and(|table| table.entries.is_empty()))
    {
        let message = "there is no rule, so nothing would ever be told";
        let hint = "add one, such as [rule.reshoot] with on = \"reshoot_needed\" and to = \"seller\"";
        root.cx.report.push(Finding::error(code::MISSING_SECTION, None, message).hint(hint));
    }
    rules
}

fn read_known(name: At<String>, scope: &Scope<'_>) -> Read {
    let (read, assumed) = scope.cx.with_assumed(|| read_one(name, scope));
    Read { assumed, ..read }
}

fn read_one(name: At<String>, scope: &Scope<'_>) -> Read {
    scope.require("on", "on = \"reshoot_needed\"");
    scope.require("to", "to = \"seller\"");
    let on = events(scope, "on");
    let to = scope.strings("to");
    for key in ["on", "to"] {
        if let Some(crate::tree::Value::Array(nodes)) = scope.node(key).map(|node| &node.value)
            && nodes.is_empty()
        {
            let message = format!("`{}` is an empty list", scope.path_of(key));
            scope
                .cx
                .report
                .push(Finding::error(code::BAD_VALUE, scope.place(key), message).hint("name at least one"));
        }
    }
    let template = template(scope, &name);
    let read = Read {
        on,
        to: to.map(|to| to.value).unwrap_or_default(),
        via: scope.strings("via"),
        else_via: scope.strings("else_via"),
        else_after: scope.parsed("else_after", "a duration", duration),
        template,
        each: scope
            .choice("each", &[("side", Each::Side)])
            .unwrap_or(At { value: Each::Event, at: scope.at }),
        conditions: condition::read(scope, "where"),
        exceptions: condition::read(scope, "except"),
        urgency: match scope.boolean("urgent") {
            Some(At { value: true, .. }) => Urgency::Urgent,
            _ => Urgency::Normal,
        },
        need: match scope.boolean("optional") {
            Some(At { value: true, at }) => At { value: Need::Optional, at },
            _ => At { value: Need::Needed, at: scope.at },
        },
        thread: scope
            .choice("thread", &[("case", Threading::Case)])
            .unwrap_or(At { value: Threading::Apart, at: scope.at }),
        stale: scope
            .choice("stale", &[("send", StalePolicy::Send)])
            .map(|stale| stale.value)
            .unwrap_or_default(),
        expire: scope.parsed("expire", "a duration", duration).map_or(EXPIRE, |expire| expire.value),
        enabled: scope.boolean("enabled").is_none_or(|enabled| enabled.value),
        assumed: false,
        name,
    };
    scope.later("after", "delays come in a later version");
    scope.later("unless", "delays come in a later version");
    scope.later("digest", "digests come in a later version");
    scope.later("once", "rules that speak once come in a later version");
    scope.finish();
    read
}

fn template(scope: &Scope<'_>, rule: &At<String>) -> At<String> {
    let default = At { value: rule.value.clone(), at: rule.at };
    let Some(template) = scope.string("template") else { return default };
    if is_name(&template.value) || secret::has_assumed(&template.value) {
        return template;
    }
    let message =
        format!("`{}` is not the name of a template: {:?}", scope.path_of("template"), template.value);
    let hint = "name its directory under the template directory, without a path";
    scope.cx.report.push(Finding::error(code::BAD_VALUE, template.at, message).hint(hint));
    default
}

/// Names of events, as in `on` and `never_on`.
pub(crate) fn events(scope: &Scope<'_>, key: &'static str) -> Vec<At<On>> {
    let words = scope.strings(key).map(|words| words.value).unwrap_or_default();
    let written = words.iter().filter(|word| !secret::has_assumed(&word.value));
    written.filter_map(|word| Some(At { value: event(scope, key, word)?, at: word.at })).collect()
}

fn event(scope: &Scope<'_>, key: &str, word: &At<String>) -> Option<On> {
    if word.value.starts_with("system:") {
        let path = format!("{} = {:?}", scope.path_of(key), word.value);
        not_available(scope.cx, word.at, &path, "events of the system itself come in a later version");
        return None;
    }
    let finding = match On::parse(&word.value) {
        Ok(on) => return Some(on),
        Err(error) if word.value.contains(':') => condition::refused_pattern(word.at, &error),
        Err(_) => {
            let names = EventName::ALL.map(EventName::as_str);
            let groups = EventGroup::ALL.map(EventGroup::as_str);
            let hint = suggest::hint(&word.value, "names", names.into_iter().chain(groups));
            let message = format!("there is no event called `{}`", word.value);
            Finding::error(code::UNKNOWN_EVENT, word.at, message).hint(hint)
        }
    };
    scope.cx.report.push(finding);
    None
}
