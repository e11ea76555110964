//! Durations and rates as they are written: `"90s"`, `"10m"`, `"24h"`, `"3d"`; `"20/s"`, `"5/m"`.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::Rate;

/// Long enough for anything that waits, short enough that adding it to a time cannot overflow.
const LONGEST: Duration = Duration::from_secs(10 * 366 * 24 * 60 * 60);

/// Reads a duration of one number and one unit.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let wanted = "write a whole number and a unit: \"90s\", \"10m\", \"24h\" or \"3d\"";
    let unit = text.chars().next_back().and_then(|unit| seconds(unit).map(|seconds| (unit, seconds)));
    let Some((unit, seconds)) = unit else { return Err(wanted.to_owned()) };
    let digits = &text[..text.len() - unit.len_utf8()];
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wanted.to_owned());
    }
    let total = digits.parse::<u64>().ok().and_then(|number| number.checked_mul(seconds));
    match total.map(Duration::from_secs) {
        Some(Duration::ZERO) => Err("it must be longer than nothing".to_owned()),
        Some(duration) if duration <= LONGEST => Ok(duration),
        Some(_) | None => Err("at most ten years are allowed".to_owned()),
    }
}

/// Reads a duration within bounds, which are durations as they are written.
pub(crate) fn between(least: &'static str, most: &'static str) -> impl Fn(&str) -> Result<Duration, String> {
    move |text| {
        let value = duration(text)?;
        match (duration(least)?..=duration(most)?).contains(&value) {
            true => Ok(value),
            false => Err(format!("write a duration from {least:?} to {most:?}")),
        }
    }
}

/// Reads a rate: a count, a slash and a unit.
pub(crate) fn rate(text: &str) -> Result<Rate, String> {
    let wanted = "write a whole number, a slash and a unit: \"20/s\", \"5/m\", \"100/h\" or \"2000/d\"";
    let (count, unit) = text.split_once('/').ok_or(wanted)?;
    let mut unit = unit.chars();
    let (Some(letter), None) = (unit.next(), unit.next()) else { return Err(wanted.to_owned()) };
    let per = seconds(letter).map(Duration::from_secs).ok_or(wanted)?;
    if !count.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wanted.to_owned());
    }
    let count = count.parse::<u32>().ok().and_then(NonZeroU32::new);
    count
        .map(|count| Rate { count, per })
        .ok_or_else(|| "the number must be between 1 and 4294967295".to_owned())
}

fn seconds(unit: char) -> Option<u64> {
    match unit {
        's' => Some(1),
        'm' => Some(60),
        'h' => Some(60 * 60),
        'd' => Some(24 * 60 * 60),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_one_number_and_one_unit() {
        let good = [("90s", 90), ("10m", 600), ("24h", 86_400), ("3d", 259_200), ("3660d", 316_224_000)];
        for (text, seconds) in good {
            assert_eq!(duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        let bad = ["", "s", "10", "1.5h", "1h30m", "-1s", "+1s", " 1s", "1 s", "1S", "1w", "十s", "1０s"];
        for text in bad {
            assert!(duration(text).unwrap_err().starts_with("write a whole number"), "{text}");
        }
        assert_eq!(duration("0s").unwrap_err(), "it must be longer than nothing");
        for text in ["3661d", "99999999999999999999d", "18446744073709551615d"] {
            assert_eq!(duration(text).unwrap_err(), "at most ten years are allowed", "{text}");
        }
    }

    #[test]
    fn bounds_are_allowed_themselves() {
        let table = [("1s", true), ("59m", true), ("1h", true), ("60m", true), ("61m", false), ("1d", false)];
        for (text, allowed) in table {
            assert_eq!(between("1s", "1h")(text).is_ok(), allowed, "{text}");
        }
        assert_eq!(between("2m", "1h")("1m").unwrap_err(), "write a duration from \"2m\" to \"1h\"");
        assert!(between("2m", "1h")("soon").unwrap_err().starts_with("write a whole number"));
    }

    #[test]
    fn rates_have_a_count_and_a_unit() {
        let good = [("20/s", 20, 1), ("5/m", 5, 60), ("100/h", 100, 3600), ("2000/d", 2000, 86_400)];
        for (text, count, seconds) in good {
            let expected = Rate { count: NonZeroU32::new(count).unwrap(), per: Duration::from_secs(seconds) };
            assert_eq!(rate(text), Ok(expected), "{text}");
        }
        for text in [
            "",
            "20",
            "/s",
            "20/",
            "20/sec",
            "20/w",
            "1.5/s",
            "-1/s",
            "+1/s",
            "20 / s",
            "20/秒",
            "0/s",
            "4294967296/s",
        ] {
            assert!(rate(text).is_err(), "{text}");
        }
    }
}
