use std::collections::BTreeMap;

use proofbell_event::Sample;
use proofbell_notify::Body;

use super::*;
use crate::testing::{at, rule};
use crate::{Audience, FrontMatter, Link, Markup, Nobody, Rule, Setup, TemplateSource, Templates};

const TEXT: &str = "{{rule}} r{{case.round}} {{event.name}} {{side.raw}}/{{#each sides}}{{raw}} {{/each}}";

fn engine(rules: Vec<Rule>) -> Engine {
    let source = |name: &str| TemplateSource {
        name: name.to_owned(),
        form: Form::Text,
        locale: "en".to_owned(),
        path: format!("{name}/text.en.hbs"),
        front: FrontMatter::default(),
        markup: Markup::OfForm,
        body: TEXT.to_owned(),
        body_line: 1,
        text_part: None,
    };
    let sources = ["t", "lost"].map(source).into();
    let templates = Templates::compile(sources, Vec::new(), &BTreeMap::<String, Link>::new(), "en").unwrap();
    let nobody = Some(Nobody { to: "ops".to_owned(), template: "lost".to_owned() });
    let audiences = BTreeMap::from([("seller".to_owned(), Audience { nobody, ..Audience::default() })]);
    Engine::new(Setup { rules, audiences, templates, ..Setup::default() })
}

fn shown(rules: Vec<Rule>, template: &str, name: EventName) -> String {
    let sides = [("Label", "Dark"), ("Front", "Blurry")];
    let sample = Sample {
        name,
        sr_uuid: "sr-1".to_owned(),
        reference_id: None,
        at: at("12:00"),
        sides: sides.map(|(side, reason)| (side.to_owned(), reason.to_owned())).into(),
    };
    let event = Event::parse(sample.payload().unwrap().to_string().as_bytes()).unwrap();
    let recipient = Recipient::default();
    let case = CaseFacts { round: 2, reference_id: Some("of the case".to_owned()), ..CaseFacts::default() };
    let specimen = Specimen {
        dead_links: DeadLinks::default(),
        template,
        form: Form::Text,
        event: &event,
        recipient: &recipient,
        case: Some(&case),
        now: at("13:00"),
    };
    match engine(rules).specimen(&specimen).unwrap().body {
        Body::Text(text) => text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_case_that_is_known_says_what_its_event_does_not() {
    let facts = alone(&event_without_item());
    assert_eq!((facts.reference_id, facts.round, facts.state.is_some()), (None, 1, true));
    let known = CaseFacts { reference_id: Some("ITEM-1".to_owned()), round: 3, ..CaseFacts::default() };
    let (event, recipient) = (event_without_item(), Recipient::default());
    let of = |case| {
        let engine = engine(Vec::new());
        let now = at("13:00");
        let specimen = Specimen {
            template: "t",
            form: Form::Text,
            event: &event,
            recipient: &recipient,
            case,
            dead_links: DeadLinks::LeaveOut,
            now,
        };
        engine.specimen_draft(&specimen).case
    };
    assert_eq!(of(Some(&known)), known);
    assert_eq!(of(None), alone(&event));
}

fn event_without_item() -> Event {
    let sample = Sample {
        name: EventName::Authentic,
        sr_uuid: "sr-1".to_owned(),
        reference_id: None,
        at: at("12:00"),
        sides: Vec::new(),
    };
    Event::parse(sample.payload().unwrap().to_string().as_bytes()).unwrap()
}

fn with_template(name: &str, on: &str) -> Rule {
    Rule { template: "t".to_owned(), ..rule(name, on) }
}

#[test]
fn a_template_is_shown_as_its_rule_would_have_it() {
    let whole = with_template("whole", "reshoot_needed");
    let by_side = Rule { each: Each::Side, ..whole.clone() };
    let check = |rules: Vec<Rule>, template: &str, name: EventName, expected: &str| {
        assert_eq!(shown(rules, template, name), expected);
    };
    check(vec![whole], "t", EventName::ReshootNeeded, "whole r2 reshoot_needed /Label Front");
    check(vec![by_side], "t", EventName::ReshootNeeded, "whole r2 reshoot_needed Label/Label");
    check(vec![], "lost", EventName::ReshootNeeded, "lost r2 reshoot_needed /Label Front");
    check(vec![with_template("v", "verdict")], "t", EventName::Authentic, "v r2 authentic /");
}

#[test]
fn a_template_is_for_the_events_of_all_its_rules() {
    let check = |rules: Vec<Rule>, template: &str, expected: &[EventName]| {
        assert_eq!(engine(rules).events_of(template), expected);
    };
    use EventName::{Authentic, Cancelled, Counterfeit, ReshootNeeded};
    check(
        vec![with_template("a", "cancelled"), with_template("b", "verdict")],
        "t",
        &[Authentic, Counterfeit, Cancelled],
    );
    check(vec![with_template("a", "type:new_event_type state:QC/*")], "t", &[]);
    check(vec![], "lost", &[ReshootNeeded]);
    check(vec![], "t", &[]);
}
