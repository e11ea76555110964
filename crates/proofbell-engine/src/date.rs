//! Dates and times as a recipient reads them: in their language (CLDR) and time zone.

use std::cell::RefCell;
use std::collections::HashMap;

use icu_calendar::Iso;
use icu_datetime::DateTimeFormatter;
use icu_datetime::fieldsets::enums::{CompositeFieldSet, DateAndTimeFieldSet, TimeFieldSet};
use icu_datetime::fieldsets::{T, YMDET, YMDT, zone};
use icu_datetime::options::TimePrecision;
use icu_locale_core::Locale;
use icu_time::zone::models::AtTime;
use icu_time::{TimeZoneInfo, ZonedDateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};
use jiff_icu::ConvertFrom;

/// How much of a point in time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum DateFormat {
    /// `2026年2月10日 21:15`
    Long,
    /// `2026/2/10 21:15`
    Short,
    /// `21:15`
    Time,
    /// `2026-02-10T21:15:00+09:00`
    Iso,
    /// `2026年2月10日火曜日 21:15 JST`
    Full,
}

impl DateFormat {
    /// The words for them in templates.
    pub(crate) const NAMES: [&str; 5] = ["long", "short", "time", "iso", "full"];

    pub(crate) fn named(name: &str) -> Option<DateFormat> {
        match name {
            "long" => Some(DateFormat::Long),
            "short" => Some(DateFormat::Short),
            "time" => Some(DateFormat::Time),
            "iso" => Some(DateFormat::Iso),
            "full" => Some(DateFormat::Full),
            _ => None,
        }
    }
}

thread_local! {
    // Making a formatter costs more than rendering a message. They are not `Sync`, so each thread keeps its own.
    static FORMATTERS: RefCell<HashMap<(String, DateFormat), Option<Formatter>>> = RefCell::new(HashMap::new());
}

type Formatter = DateTimeFormatter<CompositeFieldSet>;
type IcuZoned = ZonedDateTime<Iso, TimeZoneInfo<AtTime>>;

/// More than any installation has languages and formats: a cache that grows past this is emptied.
const CACHE_LIMIT: usize = 128;

/// Writes a point in time. `None` when it is out of the range of the calendar.
pub(crate) fn format(at: Timestamp, format: DateFormat, locale: &str, tz: &TimeZone) -> Option<String> {
    let zoned = at.to_zoned(tz.clone());
    if format == DateFormat::Iso {
        return Some(zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string());
    }
    localized(&zoned, format, locale)
}

fn localized(zoned: &Zoned, format: DateFormat, locale: &str) -> Option<String> {
    FORMATTERS.with_borrow_mut(|cache| {
        if cache.len() > CACHE_LIMIT {
            cache.clear();
        }
        let formatter =
            cache.entry((locale.to_owned(), format)).or_insert_with(|| formatter(format, locale)).as_ref()?;
        let text = formatter.format(&IcuZoned::convert_from(zoned)).to_string();
        // CLDR puts a narrow no-break space before AM and PM. It is not in the SMS alphabet and would triple the cost of a message.
        Some(text.replace(['\u{202f}', '\u{a0}'], " "))
    })
}

fn formatter(format: DateFormat, locale: &str) -> Option<Formatter> {
    let locale: Locale = locale.parse().unwrap_or(Locale::UNKNOWN);
    let minute = TimePrecision::Minute;
    let fields = match format {
        DateFormat::Long => {
            CompositeFieldSet::DateTime(DateAndTimeFieldSet::YMDT(YMDT::long().with_time_precision(minute)))
        }
        DateFormat::Short => {
            CompositeFieldSet::DateTime(DateAndTimeFieldSet::YMDT(YMDT::short().with_time_precision(minute)))
        }
        DateFormat::Time => CompositeFieldSet::Time(TimeFieldSet::T(T::hm())),
        DateFormat::Full | DateFormat::Iso => {
            let fields = YMDET::long().with_time_precision(minute).with_zone(zone::SpecificShort);
            CompositeFieldSet::DateTimeZone(fields.into_enums())
        }
    };
    Formatter::try_new((&locale).into(), fields).ok()
}

/// A duration as configuration writes it: `90s`, `10m`, `24h`, `3d`, with a minus for the past.
pub(crate) fn duration(text: &str) -> Option<SignedDuration> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let unit = digits.chars().last()?;
    let count = digits.strip_suffix(unit).filter(|count| count.bytes().all(|byte| byte.is_ascii_digit()))?;
    let count: i64 = count.parse().ok()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        _ => return None,
    };
    count.checked_mul(seconds)?.checked_mul(sign).map(SignedDuration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_in_the_recipients_language_and_zone() {
        let check = |name: &str, locale: &str, tz: &str, expected: &str| {
            let tz = TimeZone::get(tz).unwrap();
            let at = "2026-02-10T12:15:00.123Z".parse().unwrap();
            let text = format(at, DateFormat::named(name).unwrap(), locale, &tz);
            assert_eq!(text.as_deref(), Some(expected), "{name} in {locale}");
        };
        check("long", "ja", "Asia/Tokyo", "2026年2月10日 21:15");
        check("long", "en", "Asia/Tokyo", "February 10, 2026 at 9:15 PM");
        check("long", "en-GB", "Europe/London", "10 February 2026 at 12:15");
        check("short", "ja", "Asia/Tokyo", "2026/02/10 21:15");
        check("short", "en", "Asia/Tokyo", "2/10/26, 9:15 PM");
        check("time", "ja", "Asia/Tokyo", "21:15");
        check("time", "en", "UTC", "12:15 PM");
        check("iso", "ja", "Asia/Tokyo", "2026-02-10T21:15:00+09:00");
        check("iso", "en", "UTC", "2026-02-10T12:15:00+00:00");
        check("full", "ja", "Asia/Tokyo", "2026年2月10日火曜日 21:15 JST");
        check("full", "en", "America/New_York", "Tuesday, February 10, 2026 at 7:15 AM EST");
        // A tag that no data exist for is no reason to lose the date.
        check("time", "xx-not-real", "UTC", "12:15");
    }

    #[test]
    fn durations_are_those_of_the_configuration() {
        let check = |text: &str, expected: Option<i64>| {
            assert_eq!(duration(text).map(|span| span.as_secs()), expected, "{text:?}");
        };
        check("90s", Some(90));
        check("10m", Some(600));
        check("72h", Some(259_200));
        check("3d", Some(259_200));
        check("-1h", Some(-3_600));
        for text in [
            "",
            "h",
            "10",
            "1.5h",
            "1w",
            "--1h",
            "+1h",
            "-",
            "１h",
            "99999999999999999999d",
            "9223372036854775807d",
        ] {
            check(text, None);
        }
    }
}
