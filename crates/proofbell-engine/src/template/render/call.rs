//! What the helpers do.

use std::borrow::Cow;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use unicode_segmentation::UnicodeSegmentation;

use super::value::{is_empty, is_equal, is_true, join, number, text, walk};
use super::{DeadLinks, NULL, Renderer, Stop};
use crate::date::{self, DateFormat};
use crate::link::LinkError;
use crate::plural;
use crate::template::ast::Call;
use crate::template::helper::Helper;

impl<'a> Renderer<'a> {
    /// Prints a call that makes markup or a URL of its own; false for all others.
    pub(super) fn print_call(&mut self, call: &'a Call) -> Result<bool, Stop> {
        match call.helper {
            Helper::Url => {
                if let Some(url) = self.link_url(call)? {
                    self.out.url(&url)?;
                }
            }
            Helper::Link | Helper::Button => self.print_link(call)?,
            Helper::Mention => self.out.mentions(self.facts.mentions)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// A link or a button. Where it leads nowhere, a link is its text, and a button is left out.
    fn print_link(&mut self, call: &'a Call) -> Result<(), Stop> {
        let url = self.link_url(call)?;
        let label = self.option(call, "text")?.map(|value| text(&value).trim().to_owned());
        let label = label.filter(|label| !label.is_empty());
        match (url, call.helper) {
            (Some(url), Helper::Button) => self.out.button(label.as_deref().unwrap_or(&url), &url)?,
            (Some(url), _) => self.out.link(label.as_deref().unwrap_or(&url), &url)?,
            (None, Helper::Button) => {}
            (None, _) => self.out.value(label.as_deref().unwrap_or_default())?,
        }
        Ok(())
    }

    /// The value of a call.
    pub(super) fn call(&self, call: &'a Call) -> Result<Cow<'a, Value>, Stop> {
        let owned = |value: Value| Ok(Cow::Owned(value));
        match call.helper {
            Helper::And => {
                for index in 0..call.params.len() {
                    if !is_true(&*self.param(call, index)?) {
                        return owned(Value::Bool(false));
                    }
                }
                owned(Value::Bool(true))
            }
            Helper::Or => {
                for index in 0..call.params.len() {
                    if is_true(&*self.param(call, index)?) {
                        return owned(Value::Bool(true));
                    }
                }
                owned(Value::Bool(false))
            }
            Helper::Not => owned(Value::Bool(!is_true(&*self.param(call, 0)?))),
            Helper::Eq => owned(Value::Bool(is_equal(&*self.param(call, 0)?, &*self.param(call, 1)?))),
            Helper::Gt => {
                let (one, other) = (number(&*self.param(call, 0)?), number(&*self.param(call, 1)?));
                owned(Value::Bool(one.zip(other).is_some_and(|(one, other)| one > other)))
            }
            Helper::Default => {
                let value = self.param(call, 0)?;
                if is_empty(&value) { self.param(call, 1) } else { Ok(value) }
            }
            Helper::Len => owned(Value::from(length(&*self.param(call, 0)?))),
            Helper::Join => self.joined(call),
            Helper::Truncate => {
                let value = self.param(call, 0)?;
                let most = number(&*self.param(call, 1)?).map_or(0, |number| number as usize);
                owned(Value::String(truncate(&text(&value), most)))
            }
            Helper::Plural => self.plural(call),
            Helper::Date => self.date(call),
            // It prints, and a check has kept it out of every other place.
            Helper::Mention => Ok(Cow::Borrowed(&NULL)),
            Helper::Url | Helper::Link | Helper::Button => {
                Ok(self.link_url(call)?.map_or(Cow::Borrowed(&NULL), |url| Cow::Owned(Value::String(url))))
            }
        }
    }

    fn param(&self, call: &'a Call, index: usize) -> Result<Cow<'a, Value>, Stop> {
        call.params.get(index).map_or(Ok(Cow::Borrowed(&NULL)), |expr| self.value(expr))
    }

    fn option(&self, call: &'a Call, key: &str) -> Result<Option<Cow<'a, Value>>, Stop> {
        call.option(key).map(|expr| self.value(expr)).transpose()
    }

    /// Where a link leads for this case; `None` where it leads nowhere and may be left out.
    fn link_url(&self, call: &'a Call) -> Result<Option<String>, Stop> {
        let name = self.param(call, 0)?;
        let name = text(&name);
        let link = self.facts.links.get(&*name).ok_or(LinkError::Unknown);
        match (link.and_then(|link| link.fill(self.facts.case)), self.facts.dead_links) {
            (Ok(url), _) => Ok(Some(url)),
            (Err(_), DeadLinks::LeaveOut) => Ok(None),
            (Err(error), DeadLinks::Refuse) => Err(Stop::Link { name: name.into_owned(), error }),
        }
    }

    fn joined(&self, call: &'a Call) -> Result<Cow<'a, Value>, Stop> {
        let list = self.param(call, 0)?;
        let separator = self.param(call, 1)?;
        let separator = if separator.is_null() { Cow::Borrowed(", ") } else { text(&separator) };
        let key: Vec<String> = self.option(call, "key")?.iter().map(|key| text(key).into_owned()).collect();
        let Cow::Borrowed(Value::Array(items)) = list else {
            return Ok(Cow::Owned(Value::String(text(&list).into_owned())));
        };
        let parts: Vec<Cow<'_, Value>> = items.iter().map(|item| walk(Cow::Borrowed(item), &key)).collect();
        Ok(Cow::Owned(Value::String(join(parts.iter().map(AsRef::as_ref), &separator))))
    }

    fn plural(&self, call: &'a Call) -> Result<Cow<'a, Value>, Stop> {
        let code = self.param(call, 0)?;
        let count = self.param(call, 1)?;
        let count = match &*count {
            Value::Array(items) => Cow::Owned(items.len().to_string()),
            other => text(other),
        };
        if count.is_empty() {
            return Ok(Cow::Borrowed(&NULL));
        }
        let term = plural::term(self.facts.glossary, &text(&code), &self.facts.languages, &count);
        Ok(Cow::Owned(Value::String(term)))
    }

    /// A date; null when the value is none, so that `default` can stand in.
    fn date(&self, call: &'a Call) -> Result<Cow<'a, Value>, Stop> {
        let value = self.param(call, 0)?;
        let Ok(at) = text(&value).parse::<Timestamp>() else {
            return Ok(Cow::Borrowed(&NULL));
        };
        let format = self.option(call, "format")?.and_then(|value| DateFormat::named(&text(&value)));
        let plus = self.option(call, "plus")?.and_then(|value| date::duration(&text(&value)));
        let tz = self.option(call, "tz")?.and_then(|value| TimeZone::get(&text(&value)).ok());
        let Ok(at) = at.checked_add(plus.unwrap_or(SignedDuration::ZERO)) else {
            return Ok(Cow::Borrowed(&NULL));
        };
        let tz = tz.as_ref().unwrap_or(&self.facts.tz);
        let format = format.unwrap_or(DateFormat::Long);
        let text = date::format(at, format, self.facts.languages.first(), tz);
        Ok(text.map_or(Cow::Borrowed(&NULL), |text| Cow::Owned(Value::String(text))))
    }
}

fn length(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.len(),
        Value::Object(parts) => parts.len(),
        Value::String(text) => text.graphemes(true).count(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

/// At most so many characters as a reader counts them, the sign for what was left out included. That sign is three dots
/// after plain ASCII: an ellipsis is not in the SMS alphabet, and one of them would halve what fits into a message.
pub(crate) fn truncate(text: &str, most: usize) -> String {
    if text.graphemes(true).nth(most).is_none() {
        return text.to_owned();
    }
    let sign = if text.is_ascii() && most > 3 { "..." } else { "…" };
    let keep = most.saturating_sub(sign.chars().count());
    let kept: String = text.graphemes(true).take(keep).collect();
    format!("{}{}", kept.trim_end(), if most == 0 { "" } else { sign })
}
