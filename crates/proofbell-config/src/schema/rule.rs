//! `[rule.NAME]`, and the names of events.

use proofbell_event::{EventGroup, EventName};
use serde_json::json;

use super::condition;
use super::field::{Field, boolean, duration, name, named, table, text, texts, texts_of, words};

pub(super) fn section() -> Field {
    let about = "Rules: which event tells whom, and how. Every rule that matches an event speaks, and their order has no meaning. `proofbell explain EVENT` shows which rules match an event, which do not, and which key decided.";
    named(about, rule())
}

fn rule() -> Field {
    let on = "The event, or a list of them: a name, a group (`verdict`, `closed`, `photos_in`, `any`), or Legitmark's own words, as `state:QC/*` and `type:name_of_an_event_type`.";
    let template = "The directory under the template directory. Default: the rule's name.";
    let each = "`\"side\"` makes one message for each rejected photo that matches. Default: one message for the event.";
    let else_after = "How long the channels of `via` may take before those of `else_via` are tried; what still waits is called off then. Default: as long as `expire`.";
    let thread = "`\"case\"` lets later messages about a case answer the first, on a Slack channel with a token. Default: each stands alone.";
    let stale = "`\"send\"` speaks even when a newer event of the case has overtaken this one. Default: the rule keeps silent.";
    table(
        "A rule: which event tells whom, and how.",
        [
            ("on", events(on).example("reshoot_needed")),
            ("to", texts("The audience that is told, or a list of them.").example("seller")),
            (
                "via",
                texts("The channels: the message goes out on each of them. Default: the audience's.")
                    .example(json!(["email"])),
            ),
            (
                "else_via",
                texts(
                    "The channels to try next, in this order, for a person whom none of `via` could reach. Default: the audience's.",
                )
                .example(json!(["sms"])),
            ),
            ("else_after", duration(else_after).example("1h")),
            ("template", name(template)),
            ("each", words(each, [("side", "one message for each rejected photo")])),
            ("where", condition::section("All of these must match. Default: no condition.")),
            ("except", condition::section("Where all of these match together, the rule keeps silent: with `side` or `reason` among them, about the photos on which they do. Default: no exception.")),
            (
                "urgent",
                boolean("Lets a message pass limits that are there for people's peace.").default(false),
            ),
            (
                "optional",
                boolean("For what a person may do without: its e-mails say how to unsubscribe.")
                    .default(false),
            ),
            ("thread", words(thread, [("case", "later messages about a case answer the first")])),
            ("stale", words(stale, [("send", "speaks although the event has been overtaken")])),
            ("expire", duration("How long delivery is tried.").default("48h")),
            ("enabled", boolean("`false` switches the rule off; it is checked all the same.").default(true)),
        ],
    )
}

/// A list of events; a single one is a list of one.
pub(super) fn events(description: &str) -> Field {
    as_event(texts_of(description, "#/$defs/event"))
}

/// One event.
pub(super) fn event() -> Field {
    as_event(text("An event by its name, a group of them, or `state:PRIMARY/SUPPLEMENT`, `type:EVENT_TYPE`."))
}

/// Editors offer what an `enum` lists, and only a pattern says it all.
fn as_event(field: Field) -> Field {
    let names = EventName::ALL.map(EventName::as_str);
    let words: Vec<&str> = names.into_iter().chain(EventGroup::ALL.map(EventGroup::as_str)).collect();
    let pattern = format!("^({}|state:[^/*]+/(\\*|[^*]*)|type:.+)$", words.join("|"));
    field.pattern(pattern).with("anyOf", json!([{ "enum": words }, {}]))
}
