//! `--at` and `--round`: an event as if it had come at another time, or in another round.

use jiff::{Timestamp, Zoned};
use proofbell_engine::{Case, Engine, Stimulus};
use proofbell_event::EventName;

use crate::command::Stop;

/// Reads a time of RFC 9557 (`2026-02-10T22:30:00[Asia/Tokyo]`) or RFC 3339 (`2026-02-10T22:30:00+09:00`).
pub(super) fn time(text: &str) -> Result<Timestamp, String> {
    text.parse::<Timestamp>().or_else(|_| text.parse::<Zoned>().map(|zoned| zoned.timestamp())).map_err(|_| {
        "write a time with its zone, like 2026-02-10T22:30:00+09:00, 2026-02-10T13:30:00Z or 2026-02-10T22:30:00[Asia/Tokyo]"
            .to_owned()
    })
}

/// The case as it would have to be for the event to belong to round `wanted`: with more rejections behind it than it has, or without
/// the oldest of those it has.
///
/// # Errors
/// The event is itself a rejection, and `wanted` is 0.
pub(super) fn in_round(
    engine: &Engine,
    case: &Case,
    stimulus: &Stimulus<'_>,
    wanted: u32,
) -> Result<Case, Stop> {
    let round = |case: &Case| engine.explain(case, stimulus).decision.round;
    let mut case = case.clone();
    let now = round(&case);
    if now <= wanted {
        case.forgotten_rounds = case.forgotten_rounds.saturating_add(wanted - now);
        return Ok(case);
    }
    case.forgotten_rounds = case.forgotten_rounds.saturating_sub(now - wanted);
    while round(&case) > wanted {
        let oldest = case
            .history
            .iter()
            .enumerate()
            .filter(|(_, seen)| seen.event != stimulus.id)
            .filter(|(_, seen)| matches!(seen.name, EventName::PhotosRejected | EventName::ReshootNeeded))
            .min_by_key(|(_, seen)| (seen.at, seen.event))
            .map(|(index, _)| index);
        let Some(oldest) = oldest else {
            return Err(Stop::Usage(format!(
                "--round {wanted}: the event is a rejection itself, so its case is in round {} at least",
                round(&case)
            )));
        };
        case.history.remove(oldest);
    }
    Ok(case)
}

#[cfg(test)]
mod tests {
    use proofbell_engine::{EventId, Seen, Setup};
    use proofbell_event::{Event, Sample};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn times_are_read_in_both_standards() {
        let noon: Timestamp = "2026-02-10T13:30:00Z".parse().unwrap();
        for text in [
            "2026-02-10T22:30:00+09:00",
            "2026-02-10T13:30:00Z",
            "2026-02-10T22:30:00[Asia/Tokyo]",
            "2026-02-10T22:30:00+09:00[Asia/Tokyo]",
        ] {
            assert_eq!(time(text), Ok(noon), "{text}");
        }
        for text in [
            "2026-02-10",
            "2026-02-10T22:30:00",
            "tomorrow",
            "2026-02-30T00:00:00Z",
            "2026-02-10T22:30:00[Asia/Kyoto]",
        ] {
            assert!(time(text).unwrap_err().contains("2026-02-10T22:30:00+09:00"), "{text}");
        }
    }

    fn seen(number: u128, name: EventName, minute: i64) -> Seen {
        let at = Timestamp::from_second(minute * 60).unwrap();
        Seen { event: EventId(Uuid::from_u128(number)), name, at, spoke: Vec::new() }
    }

    fn played(name: EventName, history: Vec<Seen>, wanted: u32) -> Result<(u32, usize), Stop> {
        let engine = Engine::new(Setup::default());
        let sample = Sample {
            name,
            sr_uuid: "b16c763b".to_owned(),
            reference_id: None,
            at: Timestamp::from_second(1000 * 60).unwrap(),
            sides: vec![("Label".to_owned(), "Not Visible".to_owned())],
        };
        let event = Event::parse(sample.payload().unwrap().to_string().as_bytes()).unwrap();
        let id = EventId(Uuid::from_u128(99));
        let stimulus = Stimulus { id, generation: 0, received_at: sample.at, event: &event };
        let case = in_round(&engine, &Case { history, ..Case::default() }, &stimulus, wanted)?;
        Ok((engine.explain(&case, &stimulus).decision.round, case.history.len()))
    }

    #[test]
    fn the_round_is_the_one_that_was_asked_for() {
        use EventName::{Authentic, PhotosApproved, PhotosRejected, ReshootNeeded};
        // Two rejections, the first told twice.
        let history = || {
            vec![
                seen(1, PhotosRejected, 100),
                seen(2, ReshootNeeded, 101),
                seen(3, ReshootNeeded, 300),
                seen(4, PhotosApproved, 400),
            ]
        };
        for (name, wanted, expected) in [
            (ReshootNeeded, 7, (7, 4)),
            (ReshootNeeded, 3, (3, 4)),
            (ReshootNeeded, 2, (2, 2)),
            (ReshootNeeded, 1, (1, 1)),
            (Authentic, 2, (2, 4)),
            (Authentic, 0, (0, 1)),
        ] {
            assert_eq!(played(name, history(), wanted).unwrap(), expected, "{name} in round {wanted}");
        }
        let Err(Stop::Usage(problem)) = played(ReshootNeeded, history(), 0) else { panic!("taken") };
        assert!(problem.contains("in round 1 at least"), "{problem}");
    }
}
