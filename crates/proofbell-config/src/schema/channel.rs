//! `[channel.NAME]`: the host's own keys, and those of each kind.

use proofbell_notify::Registry;
use serde_json::{Map, Value, json};

use super::field::{Field, named, rate, table, words};
use super::kinds::{Kind, by_kind};
use super::plugin;
use super::rule::events;

pub(super) fn section(registry: &Registry) -> Field {
    let kinds: Vec<Kind> = registry.kinds().filter_map(|kind| read(registry, kind)).collect();
    let about =
        "A channel: how messages leave. `kind` names the plugin, and most other keys are the plugin's own.";
    let one = by_kind(about, "The plugin that sends.", host_keys(), &kinds);
    named(
        "Channels: how messages leave. The name behind the dot is yours; rules and audiences use it in `via`.",
        one,
    )
}

fn read(registry: &Registry, kind: &str) -> Option<Kind> {
    let settings = plugin::settings(registry.schema(kind).ok()?.as_value());
    Some(Kind { name: kind.to_owned(), about: settings.about, keys: settings.keys })
}

fn host_keys() -> Map<String, Value> {
    let never_on = "Events that never use this channel, whatever a rule or a fallback says. Default: none.";
    let on_unknown = words(
        "What to do when a message left and no answer came, so that it may have been delivered. Default: `\"retry\"`, but `\"dead\"` for SMS, where a second try costs twice.",
        [("retry", "send it again"), ("dead", "leave it at that")],
    );
    let keys = [
        ("limit", limit()),
        ("never_on", events(never_on).example(json!(["counterfeit", "verdict_changed"]))),
        ("on_unknown", on_unknown),
    ];
    keys.into_iter().map(|(key, field)| (key.to_owned(), field.into_value())).collect()
}

fn limit() -> Field {
    let concurrency = Field::of(json!({
        "description": "How many messages are sent at the same time.",
        "type": "integer",
        "minimum": 1,
        "maximum": 1000,
    }));
    let limit = table(
        "How fast messages leave.",
        [
            ("rate", rate("The most messages over the whole channel. Default: no limit.")),
            ("concurrency", concurrency.default(4)),
        ],
    );
    limit.example(json!({ "rate": "20/s", "concurrency": 4 }))
}
