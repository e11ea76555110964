//! From written text to a recipient whose fields are all valid.

use std::fmt::Display;

use jiff::tz::TimeZone;
use oxilangtag::LanguageTag;
use proofbell_notify::{EmailAddress, FieldProblem, PhoneNumber, Recipient};
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

use crate::Member;

/// Longest text of a field that is parsed, in bytes. The longest valid one, a mailbox, has 254.
const FIELD_LIMIT: usize = 320;
/// Longest name and longest extra value kept, in bytes.
const TEXT_LIMIT: usize = 2_000;

/// Turns written text into a recipient. A field that cannot be used costs that field, never the recipient; what was wrong is
/// recorded in [`Recipient::problems`] without the text itself. Empty text is an absent field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldReader {
    /// The country of phone numbers written without one, ISO 3166-1 alpha-2 (`"JP"`); without it such numbers are refused.
    pub region: Option<String>,
}

impl FieldReader {
    /// The recipient that `member` describes.
    pub fn read(&self, member: &Member) -> Recipient {
        let mut problems = Vec::new();
        let mut recipient = Recipient {
            name: read("name", &member.name, TEXT_LIMIT, &mut problems, one_line),
            email: read("email", &member.email, FIELD_LIMIT, &mut problems, str::parse::<EmailAddress>),
            // Japanese keyboards like to write ０９０; compatibility normalization makes ASCII digits of it.
            phone: read("phone", &member.phone, FIELD_LIMIT, &mut problems, |text| {
                PhoneNumber::parse(&text.nfkc().collect::<String>(), self.region.as_deref())
            }),
            locale: read("locale", &member.locale, FIELD_LIMIT, &mut problems, locale),
            tz: read("tz", &member.tz, FIELD_LIMIT, &mut problems, time_zone),
            ..Recipient::default()
        };
        type Parse = fn(&str) -> Result<String, &'static str>;
        let named: [(&str, &Option<String>, usize, Parse); 3] = [
            ("slack", &member.slack, FIELD_LIMIT, slack_name),
            ("line", &member.line, FIELD_LIMIT, line_id),
            ("webhook", &member.webhook, TEXT_LIMIT, webhook_url),
        ];
        for (key, text, limit, parse) in named {
            if let Some(name) = read(key, text, limit, &mut problems, parse) {
                recipient.named.insert(key.to_owned(), name);
            }
        }
        let mention = read("mention", &member.mention, FIELD_LIMIT, &mut problems, slack_user);
        // Whoever is written to as a Slack user can be mentioned as that one.
        let addressed = || recipient.named.get("slack").filter(|name| is_slack_user(name)).cloned();
        recipient.mentions = mention.or_else(addressed).into_iter().collect();
        for (key, value) in &member.extra {
            let field = format!("extra.{key}");
            if let Some(value) = read(&field, &Some(value.clone()), TEXT_LIMIT, &mut problems, anything) {
                recipient.extra.insert(key.clone(), Value::String(value));
            }
        }
        recipient.problems = problems;
        recipient
    }
}

fn read<T, E: Display>(
    field: &str,
    text: &Option<String>,
    limit: usize,
    problems: &mut Vec<FieldProblem>,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Option<T> {
    let text = text.as_deref().map(str::trim).filter(|text| !text.is_empty())?;
    let result = match text.len() > limit {
        true => Err(format!("longer than {limit} bytes")),
        false => parse(text).map_err(|error| error.to_string()),
    };
    match result {
        Ok(value) => Some(value),
        Err(problem) => {
            problems.push(FieldProblem { field: field.to_owned(), problem });
            None
        }
    }
}

/// A name may stand in a header, so line breaks and other control characters become spaces.
fn one_line(text: &str) -> Result<String, &'static str> {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    Ok(spaced.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "))
}

fn anything(text: &str) -> Result<String, &'static str> {
    Ok(text.to_owned())
}

/// Well-formed by RFC 5646, in its recommended upper and lower case.
fn locale(text: &str) -> Result<String, &'static str> {
    LanguageTag::parse_and_normalize(text)
        .map(LanguageTag::into_inner)
        .map_err(|_| "not a BCP 47 language tag (wanted one like \"ja\" or \"en-US\")")
}

/// One that the database knows, as it spells it. `Etc/Unknown` has no name and so is none.
fn time_zone(text: &str) -> Result<String, &'static str> {
    TimeZone::get(text)
        .ok()
        .and_then(|zone| zone.iana_name().map(str::to_owned))
        .ok_or("not an IANA time zone (wanted one like \"Asia/Tokyo\")")
}

fn slack_name(text: &str) -> Result<String, &'static str> {
    match text.contains(|c: char| c.is_control() || c.is_whitespace()) {
        true => Err("not a Slack channel or user (wanted one like \"#ops\" or \"U024BE7LH\")"),
        false => Ok(text.to_owned()),
    }
}

fn slack_user(text: &str) -> Result<String, &'static str> {
    match is_slack_user(text) {
        true => Ok(text.to_owned()),
        false => Err(
            "not a Slack user's id (wanted one like \"U024BE7LH\", from \"Copy member ID\" in the profile)",
        ),
    }
}

/// `U` or `W` and capital letters and digits: <https://docs.slack.dev/reference/objects/user-object>. Names of Slack channels have no
/// capitals.
fn is_slack_user(text: &str) -> bool {
    let rest = text.strip_prefix(['U', 'W']).unwrap_or_default();
    (6..=20).contains(&rest.len())
        && rest.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// As LINE's Messaging API hands them out: `U`, `C` or `R` and 32 hexadecimal digits, in lower case, so that what LINE tells of
/// somebody finds them.
fn line_id(text: &str) -> Result<String, &'static str> {
    let rest = text.strip_prefix(['U', 'C', 'R']);
    match rest.is_some_and(|rest| rest.len() == 32 && rest.bytes().all(|b| b.is_ascii_hexdigit())) {
        true => Ok(text[..1].to_owned() + &text[1..].to_lowercase()),
        false => Err("not a LINE user, group or room (wanted U, C or R and 32 hexadecimal digits)"),
    }
}

/// Only its outside is looked at here; where it leads is for whoever connects to it.
fn webhook_url(text: &str) -> Result<String, &'static str> {
    let clean = !text.contains(|c: char| c.is_control() || c.is_whitespace());
    match clean && text.strip_prefix("https://").is_some_and(|rest| !rest.is_empty()) {
        true => Ok(text.to_owned()),
        false => Err("not a webhook's address (wanted an https URL without spaces)"),
    }
}

#[cfg(test)]
mod tests;
