//! What an answer looks like: `{ status = [200, 202], json = { "/result" = "ok" } }`.

use proofbell_notify::ConfigError;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

/// What an answer of the gateway looks like. At least one of the two keys.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PatternConfig {
    /// HTTP statuses, any of which will do.
    #[serde(default)]
    pub status: Option<Vec<u16>>,
    /// What stands where in the JSON of the answer: pointers (RFC 6901, such as `/errors/0/code`) with a value, or with a list of
    /// values any of which will do. All pointers must hold. A value is compared with its type: `"0"` is not `0`.
    #[serde(default)]
    pub json: Option<Map<String, Value>>,
}

/// A pattern that was checked.
#[derive(Debug)]
pub(super) struct Pattern {
    status: Option<Vec<u16>>,
    json: Option<Vec<(String, Vec<Value>)>>,
}

/// How an answer's JSON compares with what a pattern expects of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// Everything is as expected.
    Holds,
    /// Something is there with another value.
    Differs,
    /// Something is not there, or there is no JSON.
    Missing,
}

impl Pattern {
    /// Reads a pattern that is set as `setting`.
    ///
    /// # Errors
    /// When it expects nothing, or something that no answer can have.
    pub(super) fn check(setting: &str, config: PatternConfig) -> Result<Pattern, ConfigError> {
        if config.status.is_none() && config.json.is_none() {
            return Err(ConfigError::at(
                setting,
                "expects nothing; write `status = [200]`, `json = { \"/result\" = \"ok\" }` or both",
            ));
        }
        let status = config.status.map(|statuses| check_statuses(setting, statuses)).transpose()?;
        let json = config.json.map(|pointers| check_json(setting, pointers)).transpose()?;
        Ok(Pattern { status, json })
    }

    /// Whether the status is one of the pattern's; of 2xx where it names none.
    pub(super) fn is_success_status(&self, status: u16) -> bool {
        match &self.status {
            Some(statuses) => statuses.contains(&status),
            None => (200..=299).contains(&status),
        }
    }

    /// How the JSON compares; it holds where nothing is expected of it.
    pub(super) fn fit(&self, body: Option<&Value>) -> Fit {
        let Some(pointers) = &self.json else { return Fit::Holds };
        let found: Vec<Option<bool>> = pointers
            .iter()
            .map(|(pointer, expected)| Some(expected.contains(body?.pointer(pointer)?)))
            .collect();
        match () {
            () if found.contains(&Some(false)) => Fit::Differs,
            () if found.contains(&None) => Fit::Missing,
            () => Fit::Holds,
        }
    }

    /// Whether the answer is an error of this pattern: its status is listed, or its JSON is as expected. Either suffices, because
    /// what stands before a gateway answers with a status alone, and the gateway itself often with 200 and a code.
    pub(super) fn is_error(&self, status: u16, body: Option<&Value>) -> bool {
        let by_status = self.status.as_ref().is_some_and(|statuses| statuses.contains(&status));
        by_status || (self.json.is_some() && self.fit(body) == Fit::Holds)
    }
}

fn check_statuses(setting: &str, statuses: Vec<u16>) -> Result<Vec<u16>, ConfigError> {
    if statuses.is_empty() {
        return Err(ConfigError::at(format!("{setting}.status"), "empty; write statuses like [200, 202]"));
    }
    match statuses.iter().position(|status| !(200..=599).contains(status)) {
        None => Ok(statuses),
        Some(index) => {
            let message = format!(
                "{} is no status that an answer ends with; write one from 200 to 599",
                statuses[index]
            );
            Err(ConfigError::at(format!("{setting}.status[{index}]"), message))
        }
    }
}

fn check_json(setting: &str, pointers: Map<String, Value>) -> Result<Vec<(String, Vec<Value>)>, ConfigError> {
    if pointers.is_empty() {
        return Err(ConfigError::at(
            format!("{setting}.json"),
            "empty; write pointers like { \"/result\" = \"ok\" }",
        ));
    }
    let check = |(pointer, value): (String, Value)| {
        let at = |message: &str| ConfigError::at(format!("{setting}.json.{pointer}"), message);
        check_pointer(&pointer).map_err(at)?;
        match value {
            Value::Array(values) if values.is_empty() => {
                Err(at("an empty list, which nothing equals; write values like [\"ok\"]"))
            }
            Value::Array(values) => Ok((pointer, values)),
            value => Ok((pointer, vec![value])),
        }
    };
    pointers.into_iter().map(check).collect()
}

/// A JSON pointer (RFC 6901).
///
/// # Errors
/// What is wrong with it, for people.
pub(super) fn check_pointer(pointer: &str) -> Result<(), &'static str> {
    if !pointer.is_empty() && !pointer.starts_with('/') {
        return Err("not a JSON pointer (RFC 6901); write it from the first slash on, like \"/result\"");
    }
    let escapes = pointer.split('~').skip(1);
    match escapes.into_iter().all(|rest| rest.starts_with(['0', '1'])) {
        true => Ok(()),
        false => Err("not a JSON pointer (RFC 6901); write ~0 for `~` and ~1 for `/` inside a key"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pattern(config: Value) -> Pattern {
        Pattern::check("success", serde_json::from_value(config).unwrap()).unwrap()
    }

    #[test]
    fn json_is_compared_by_value_and_type() {
        let expected = json!({ "json": { "/result": "ok", "/code": [0, "none"], "/list/0/~1": true } });
        let table = [
            (json!({ "result": "ok", "code": 0, "list": [{ "/": true }] }), Fit::Holds),
            (json!({ "result": "ok", "code": "none", "list": [{ "/": true }] }), Fit::Holds),
            (json!({ "result": "ok", "code": "0", "list": [{ "/": true }] }), Fit::Differs),
            (json!({ "result": "no" }), Fit::Differs),
            (json!({ "result": "ok", "code": 0 }), Fit::Missing),
            (json!("ok"), Fit::Missing),
        ];
        for (body, fit) in table {
            assert_eq!(pattern(expected.clone()).fit(Some(&body)), fit, "{body}");
        }
        assert_eq!(pattern(expected).fit(None), Fit::Missing);
        assert_eq!(pattern(json!({ "status": [200] })).fit(None), Fit::Holds);
        assert_eq!(pattern(json!({ "json": { "": "ok" } })).fit(Some(&json!("ok"))), Fit::Holds);
    }

    #[test]
    fn an_error_is_known_by_its_status_or_its_json() {
        let both = pattern(json!({ "status": [503], "json": { "/code": "busy", "/kind": "error" } }));
        let busy = json!({ "code": "busy", "kind": "error" });
        assert!(both.is_error(503, None));
        assert!(both.is_error(200, Some(&busy)));
        assert!(!both.is_error(200, Some(&json!({ "code": "busy" }))));
        assert!(!both.is_error(500, None));
        assert!(!pattern(json!({ "status": [503] })).is_error(200, Some(&busy)));
    }
}
