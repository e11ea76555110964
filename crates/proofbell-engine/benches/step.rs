//! What a step costs with one rule, and with ten thousand others that do not concern the event:
//! `cargo bench -p proofbell-engine --bench step`. The two should be about the same.

#![expect(clippy::print_stdout, reason = "a benchmark tells its result on standard output")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use proofbell_engine::{
    Case, Condition, Each, Engine, EventId, Key, Matcher, Need, On, PatternError, Rule, Setup, StalePolicy,
    Stimulus, Threading, Urgency,
};
use proofbell_event::{Event, ParseError};
use uuid::Uuid;

const OTHERS: u32 = 10_000;
const STEPS: u32 = 20_000;
const ROUNDS: usize = 7;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let event = reshoot_needed(3)?;
    let alone = Engine::new(Setup { rules: vec![rule(0, "reshoot_needed")?], ..Setup::default() });
    let others: Result<Vec<Rule>, PatternError> =
        (1..=OTHERS).map(|number| rule(number, &other_event(number))).collect();
    let among_others = Engine::new(Setup {
        rules: [vec![rule(0, "reshoot_needed")?], others?].concat(),
        ..Setup::default()
    });
    let case = case(&alone)?;

    // In turn, and the best of each, so that what else the machine does meanwhile tells on neither.
    let (mut one, mut many) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..ROUNDS {
        one = one.min(nanoseconds(&alone, &case, &event));
        many = many.min(nanoseconds(&among_others, &case, &event));
    }
    println!("1 rule:           {one:>8.0} ns a step");
    println!("{} rules:     {many:>8.0} ns a step", OTHERS + 1);
    println!("ratio:            {:>8.2}", many / one);
    Ok(())
}

fn nanoseconds(engine: &Engine, case: &Case, event: &Event) -> f64 {
    let start = Instant::now();
    for _ in 0..STEPS {
        black_box(engine.step(black_box(case), &stimulus(99, event)));
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(STEPS)
}

/// A case that has seen two rounds of photos.
fn case(engine: &Engine) -> Result<Case, ParseError> {
    let mut case = Case::default();
    for round in 1..=2 {
        case = engine.step(&case, &stimulus(round, &reshoot_needed(round)?)).case;
    }
    Ok(case)
}

fn stimulus(number: u32, event: &Event) -> Stimulus<'_> {
    let received_at = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(500_000 + i64::from(number));
    Stimulus { id: EventId(Uuid::from_u128(number.into())), generation: 0, received_at, event }
}

fn reshoot_needed(round: u32) -> Result<Event, ParseError> {
    let body = format!(
        r#"{{"event_type": "media_rejected", "sr_uuid": "b16c763b-1723-455d-ba29-164418044886", "reference_id": "MS-48213",
            "timestamp": "2026-02-10T1{round}:15:00.000Z", "sides": [
                {{"side": "Front", "reason": "Poor Lighting"}}, {{"side": "Label", "reason": "Image is Blurry"}}]}}"#
    );
    Event::parse(body.as_bytes())
}

fn other_event(number: u32) -> String {
    match number % 4 {
        0 => "authentic".to_owned(),
        1 => "closed".to_owned(),
        2 => "state:QC/*".to_owned(),
        _ => format!("type:event_{number}"),
    }
}

fn rule(number: u32, on: &str) -> Result<Rule, PatternError> {
    let label = Condition { key: Key::Side, matcher: Matcher::Is("Label".to_owned()) };
    Ok(Rule {
        name: format!("rule-{number:05}"),
        on: vec![On::parse(on)?],
        to: vec!["seller".to_owned()],
        via: Some(vec!["email".to_owned()]),
        else_via: None,
        else_after: None,
        template: "reshoot".to_owned(),
        each: Each::Event,
        conditions: vec![label],
        exceptions: Vec::new(),
        urgency: Urgency::Normal,
        need: Need::Needed,
        thread: Threading::Apart,
        stale: StalePolicy::Suppress,
        expire: Duration::from_secs(48 * 3600),
    })
}
