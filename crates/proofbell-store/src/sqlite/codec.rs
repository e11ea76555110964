//! How values look in rows.

use std::str::FromStr;

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::StoreError;

/// A time by our own clock, as it is stored. What lies outside 1677 to 2262 becomes the nearest time inside.
pub(super) fn nanos(time: Timestamp) -> i64 {
    let nanos = time.as_nanosecond();
    i64::try_from(nanos).unwrap_or(if nanos < 0 { i64::MIN } else { i64::MAX })
}

/// The time that [`nanos`] stored.
pub(super) fn time(nanos: i64) -> Timestamp {
    // Every i64 of nanoseconds lies within the range of a timestamp.
    Timestamp::from_nanosecond(i128::from(nanos)).unwrap_or(Timestamp::MAX)
}

/// Compact JSON.
pub(super) fn encode<T: Serialize>(what: &'static str, value: &T) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(value).map_err(|error| unreadable("written", what, &error))
}

/// What [`encode`] wrote. The error does not quote the row, which may hold personal data.
pub(super) fn decode<T: DeserializeOwned>(what: &'static str, bytes: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(bytes).map_err(|error| unreadable("read", what, &error))
}

/// A stored text that has a syntax.
pub(super) fn parse<T: FromStr>(what: &'static str, text: &str) -> Result<T, StoreError> {
    text.parse().map_err(|_| StoreError::Database(format!("a stored {what} cannot be read")))
}

fn unreadable(verb: &str, what: &str, error: &serde_json::Error) -> StoreError {
    let place = format!("line {} column {}", error.line(), error.column());
    StoreError::Database(format!(
        "a stored {what} cannot be {verb} ({:?} error at {place})",
        error.classify()
    ))
}

/// A count, as SQLite has it.
pub(super) fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// A limit, as SQLite takes it.
pub(super) fn limit(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_come_back_as_they_were_within_three_centuries() {
        for text in ["1970-01-01T00:00:00Z", "2026-02-10T12:00:00.123456789Z", "1960-01-01T00:00:00Z"] {
            let at: Timestamp = text.parse().unwrap();
            assert_eq!(time(nanos(at)), at);
        }
        assert!(time(nanos(Timestamp::MAX)) > "2262-01-01T00:00:00Z".parse().unwrap());
        assert!(time(nanos(Timestamp::MIN)) < "1678-01-01T00:00:00Z".parse().unwrap());
    }

    #[test]
    fn an_unreadable_row_is_not_quoted() {
        let error = decode::<u32>("case", br#""hanako@example.jp""#).unwrap_err();
        assert!(!error.to_string().contains("hanako"), "{error}");
    }
}
