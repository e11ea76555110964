//! The event that shows a template best: one that its rules are for, with photos that failed for different reasons.

use jiff::Timestamp;
use proofbell_engine::{Engine, Glossary, Key, Matcher, On, Rule, Supplement};
use proofbell_event::{Event, EventName, ParseError, Sample};
use serde_json::{Value, json};

/// Photos and reasons as Legitmark words them.
const SIDES: [&str; 3] = ["Label", "Front", "Serial Number"];
const REASONS: [&str; 3] = ["Image is Blurry", "Poor Lighting", "Not Visible"];

/// What a sample event is for.
pub(crate) struct Scene<'a> {
    /// The template that it is to show.
    pub(crate) template: &'a str,
    /// The language of Legitmark's own words in it.
    pub(crate) locale: &'a str,
    /// The service request.
    pub(crate) sr_uuid: String,
    /// The marketplace's own item id.
    pub(crate) item: &'a str,
    /// When it happened.
    pub(crate) at: Timestamp,
}

/// A sample event for a template: of a name that its rules are for, with what their `where` wants of a side.
///
/// # Errors
/// None that a sample could have; the reader's are passed on.
pub(crate) fn event(engine: &Engine, scene: Scene<'_>) -> Result<Event, ParseError> {
    let Scene { template, locale, sr_uuid, item, at } = scene;
    let rules: Vec<&Rule> = engine.rules().iter().filter(|rule| rule.template == template).collect();
    let mut sample = Sample {
        name: EventName::ReshootNeeded,
        sr_uuid,
        reference_id: Some(item.to_owned()),
        at,
        sides: sides(engine.glossary(), &rules),
    };
    let payload = match name(engine.events_of(template)) {
        Some(name) => {
            sample.name = name;
            noted(sample.payload().unwrap_or_default(), locale)
        }
        None => match rules.iter().flat_map(|rule| &rule.on).find_map(shape) {
            Some(shape) => shaped(&sample, shape),
            None => noted(sample.payload().unwrap_or_default(), locale),
        },
    };
    Event::parse(payload.to_string().as_bytes())
}

/// Of several names the one that tells most.
fn name(names: Vec<EventName>) -> Option<EventName> {
    let chosen = if names.contains(&EventName::ReshootNeeded) {
        Some(EventName::ReshootNeeded)
    } else {
        names.first().copied()
    };
    match chosen {
        // One verdict after another; the later is this one.
        Some(EventName::VerdictChanged) => Some(EventName::Counterfeit),
        chosen => chosen,
    }
}

/// The fields of an event that only a pattern of `on` describes.
fn shape(on: &On) -> Option<Value> {
    match on {
        On::State { primary, supplement } => {
            let supplement = match supplement {
                Supplement::Is(word) => Some(word.as_str()),
                Supplement::Any => Some("PENDING"),
                Supplement::Null => None,
            };
            Some(
                json!({ "event_type": "state_change", "state": { "primary": primary, "supplement": supplement } }),
            )
        }
        On::Type(event_type) => Some(json!({ "event_type": event_type })),
        On::Name(_) | On::Group(_) => None,
    }
}

fn shaped(sample: &Sample, mut shape: Value) -> Value {
    shape["sr_uuid"] = json!(sample.sr_uuid);
    shape["reference_id"] = json!(sample.reference_id);
    shape["timestamp"] = json!(format!("{:.3}", sample.at));
    shape
}

/// One of several sides has a note of Legitmark's, in the reader's language as they send it.
fn noted(mut payload: Value, locale: &str) -> Value {
    let note = match locale.starts_with("ja") {
        true => "下半分が影になっています。",
        false => "The lower half is in shadow.",
    };
    if let Some(side) = payload.pointer_mut("/sides/1") {
        side["message"] = json!(note);
    }
    payload
}

/// Three sides, each with a reason of its own; the first is one that the rules are about.
fn sides(glossary: &Glossary, rules: &[&Rule]) -> Vec<(String, String)> {
    let wanted = |key: &Key| rules.iter().find_map(|rule| wanted(rule, key));
    let sides = words(
        wanted(&Key::Side),
        &SIDES,
        |word| glossary.side_code(word).map(ToOwned::to_owned),
        |code| glossary.side_words(code).next().unwrap_or(code).to_owned(),
        glossary.side_codes(),
    );
    let reasons = words(
        wanted(&Key::Reason),
        &REASONS,
        |word| glossary.reason_code(word).map(ToOwned::to_owned),
        |code| glossary.reason_words(code).next().unwrap_or(code).to_owned(),
        glossary.reason_codes(),
    );
    sides.into_iter().zip(reasons).collect()
}

/// Three of Legitmark's words: what is wanted first, then the usual ones as far as the glossary has a name for them, then others that it
/// has, and at last the usual ones as they are.
fn words<'g>(
    wanted: Option<String>,
    usual: &[&str],
    code: impl Fn(&str) -> Option<String>,
    word: impl Fn(&str) -> String,
    codes: impl Iterator<Item = &'g str>,
) -> Vec<String> {
    let known = usual.iter().filter(|usual| code(usual).is_some()).map(|usual| (*usual).to_owned());
    let others = codes.map(&word);
    let as_they_are = usual.iter().map(|usual| (*usual).to_owned());
    let mut chosen: Vec<String> = Vec::new();
    let mut taken: Vec<String> = Vec::new();
    for candidate in
        wanted.map(|wanted| word(&wanted)).into_iter().chain(known).chain(others).chain(as_they_are)
    {
        let meaning = code(&candidate).unwrap_or_else(|| candidate.clone());
        if chosen.len() < usual.len() && !taken.contains(&meaning) {
            taken.push(meaning);
            chosen.push(candidate);
        }
    }
    chosen
}

/// The first value that a rule's `where` takes at this key, where it says it plainly.
fn wanted(rule: &Rule, key: &Key) -> Option<String> {
    fn plain(matcher: &Matcher) -> Option<&String> {
        match matcher {
            Matcher::Is(text) => Some(text),
            Matcher::AnyOf(matchers) => matchers.iter().find_map(plain),
            Matcher::All(_) => None,
        }
    }
    let condition = rule.conditions.iter().find(|condition| condition.key == *key)?;
    plain(&condition.matcher).cloned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use proofbell_engine::{Condition, Each, GlossaryEntry, Need, Setup, StalePolicy, Threading, Urgency};

    use super::*;

    fn rule(on: &str, conditions: Vec<(Key, &str)>) -> Rule {
        let is = |(key, text): (Key, &str)| Condition { key, matcher: Matcher::Is(text.to_owned()) };
        Rule {
            name: "r".to_owned(),
            on: vec![On::parse(on).unwrap()],
            to: Vec::new(),
            via: None,
            else_via: None,
            else_after: None,
            template: "t".to_owned(),
            each: Each::Event,
            conditions: conditions.into_iter().map(is).collect(),
            exceptions: Vec::new(),
            urgency: Urgency::Normal,
            need: Need::Needed,
            thread: Threading::Apart,
            stale: StalePolicy::Suppress,
            expire: Duration::from_secs(60),
        }
    }

    fn glossary() -> Glossary {
        let entry = |word: &str| GlossaryEntry { matches: vec![word.to_owned()], ..GlossaryEntry::default() };
        let entries = |words: [(&str, &str); 2]| {
            BTreeMap::from(words.map(|(code, word)| (code.to_owned(), entry(word))))
        };
        Glossary::new(
            entries([("label", "Label"), ("sole", "Outsole")]),
            entries([("dark", "Poor Lighting"), ("glare", "Flash Glare")]),
            BTreeMap::new(),
        )
    }

    fn made(rules: Vec<Rule>) -> Event {
        let engine = Engine::new(Setup { rules, glossary: glossary(), ..Setup::default() });
        let (sr_uuid, at) = ("b16c763b".to_owned(), Timestamp::UNIX_EPOCH);
        event(&engine, Scene { template: "t", locale: "ja", sr_uuid, item: "ITEM-1", at }).unwrap()
    }

    #[test]
    fn sides_and_reasons_differ_and_begin_with_what_the_rule_is_about() {
        let told = |rules: Vec<Rule>| -> Vec<String> {
            made(rules).sides().iter().map(|side| format!("{}={}", side.side, side.reason)).collect()
        };
        let plain = told(Vec::new());
        assert_eq!(plain, ["Label=Poor Lighting", "Outsole=Flash Glare", "Front=Image is Blurry"]);
        let of_sole = vec![rule("reshoot_needed", vec![(Key::Side, "sole"), (Key::Reason, "glare")])];
        assert_eq!(told(of_sole), ["Outsole=Flash Glare", "Label=Poor Lighting", "Front=Image is Blurry"]);
    }

    #[test]
    fn the_event_is_one_that_the_rules_are_for() {
        for (on, name, event_type) in [
            ("authentic", EventName::Authentic, "state_change"),
            ("verdict_changed", EventName::Counterfeit, "state_change"),
            ("any", EventName::ReshootNeeded, "media_rejected"),
            ("state:QC/REJECTED", EventName::PhotosRejected, "state_change"),
            ("state:ARCHIVED/*", EventName::Unknown, "state_change"),
            ("type:certificate_reissued", EventName::Unknown, "certificate_reissued"),
        ] {
            let event = made(vec![rule(on, Vec::new())]);
            assert_eq!((event.name, event.event_type.as_str()), (name, event_type), "{on}");
            assert_eq!(event.reference_id.as_deref(), Some("ITEM-1"), "{on}");
        }
    }
}
