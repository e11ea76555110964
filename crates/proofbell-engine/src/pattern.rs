//! From the words of a rule to what they stand for: `on`, globs and regular expressions, payload keys.

use std::fmt;

use proofbell_event::{EventGroup, EventName};
use regex::{Regex, RegexBuilder};

use crate::{Key, On, Op, PatternError, Supplement};

/// How large a compiled pattern may be, in bytes: enough for any reasonable one, and ten thousand do not fill a machine.
const REGEX_LIMIT: usize = 256 * 1024;

/// The most of a pattern that an error repeats, in characters.
const QUOTE: usize = 60;

/// How like a known word another must be (Jaro-Winkler, 0 to 1) to be taken for a slip of it.
const SIMILAR: f64 = 0.8;

impl On {
    /// Reads a word of `on`: an event name, a group, `state:PRIMARY/SUPPLEMENT` or `type:EVENT_TYPE`. `Display` writes it back.
    ///
    /// # Errors
    /// There is no such name or group, or a `state:` or `type:` says too little. The error lists what is known.
    pub fn parse(text: &str) -> Result<On, PatternError> {
        match text.split_once(':') {
            Some(("state", pattern)) => state(text, pattern),
            Some(("type", "")) => {
                Err(refused(text, "write the event type behind the colon, as in `type:new_event_type`"))
            }
            Some(("type", event_type)) => Ok(On::Type(event_type.to_owned())),
            Some(("system", _)) => Err(refused(text, "events of the system itself are not available yet")),
            Some(_) | None => name_or_group(text),
        }
    }
}

fn state(text: &str, pattern: &str) -> Result<On, PatternError> {
    let Some((primary, supplement)) = pattern.split_once('/') else {
        return Err(refused(
            text,
            &format!("write `state:{pattern}/*` for any supplement, `state:{pattern}/` for none"),
        ));
    };
    if primary.is_empty() || primary.contains('*') {
        return Err(refused(text, "name one primary state, as in `state:QC/REJECTED`"));
    }
    let supplement = match supplement {
        "" => Supplement::Null,
        "*" => Supplement::Any,
        word if word.contains('*') => {
            return Err(refused(text, "`*` stands for the whole supplement, not for a part of it"));
        }
        word => Supplement::Is(word.to_owned()),
    };
    Ok(On::State { primary: primary.to_owned(), supplement })
}

fn name_or_group(text: &str) -> Result<On, PatternError> {
    if let Ok(name) = text.parse::<EventName>() {
        return Ok(On::Name(name));
    }
    if let Ok(group) = text.parse::<EventGroup>() {
        return Ok(On::Group(group));
    }
    let known: Vec<&str> = EventGroup::ALL
        .map(EventGroup::as_str)
        .into_iter()
        .chain(EventName::ALL.map(EventName::as_str))
        .collect();
    let nearest = known
        .iter()
        .map(|word| (strsim::jaro_winkler(word, text), word))
        .filter(|(likeness, _)| *likeness >= SIMILAR)
        .max_by(|(a, _), (b, _)| a.total_cmp(b));
    let hint = nearest.map(|(_, word)| format!("; did you mean `{word}`?")).unwrap_or_default();
    Err(PatternError(format!(
        "find an event or a group named `{text}`{hint} (known: {}, state:PRIMARY/SUPPLEMENT, type:EVENT_TYPE)",
        known.join(", ")
    )))
}

fn refused(text: &str, cure: &str) -> PatternError {
    PatternError(format!("read `{text}` as events: {cure}"))
}

/// As it is written in a rule.
impl fmt::Display for On {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            On::Name(name) => f.write_str(name.as_str()),
            On::Group(group) => f.write_str(group.as_str()),
            On::State { primary, supplement } => match supplement {
                Supplement::Any => write!(f, "state:{primary}/*"),
                Supplement::Null => write!(f, "state:{primary}/"),
                Supplement::Is(word) => write!(f, "state:{primary}/{word}"),
            },
            On::Type(event_type) => write!(f, "type:{event_type}"),
        }
    }
}

impl Op {
    /// `glob = "…"`: `*` is any text, `?` any one character, everything else itself. It matches a value as a whole.
    ///
    /// # Errors
    /// The pattern is too large.
    pub fn glob(pattern: &str) -> Result<Op, PatternError> {
        let mut regex = String::from(r"(?s)\A");
        let mut characters = [0; 4];
        for character in pattern.chars() {
            match character {
                // Runs of stars say no more than one, and would cost more.
                '*' if regex.ends_with(".*?") => {}
                '*' => regex.push_str(".*?"),
                '?' => regex.push('.'),
                literal => regex.push_str(&regex::escape(literal.encode_utf8(&mut characters))),
            }
        }
        regex.push_str(r"\z");
        compile("glob", pattern, &regex).map(Op::Glob)
    }

    /// `regex = "…"`: a regular expression that matches somewhere in a value, see the `regex` crate for its language.
    ///
    /// # Errors
    /// It is no regular expression, or too large a one.
    pub fn regex(pattern: &str) -> Result<Op, PatternError> {
        compile("regular expression", pattern, pattern).map(Op::Regex)
    }
}

fn compile(kind: &str, pattern: &str, regex: &str) -> Result<Regex, PatternError> {
    let built = RegexBuilder::new(regex).size_limit(REGEX_LIMIT).dfa_size_limit(REGEX_LIMIT).build();
    built.map_err(|error| {
        let reason = match &error {
            regex::Error::CompiledTooBig(_) => "it is too large, write a simpler one".to_owned(),
            // The last line says what is wrong; those before it draw where, in several lines.
            other => {
                let drawn = other.to_string();
                let last = drawn.lines().last().unwrap_or_default();
                last.strip_prefix("error: ").unwrap_or(last).to_owned()
            }
        };
        let shown = match pattern.char_indices().nth(QUOTE) {
            Some((end, _)) => format!("{}…", &pattern[..end]),
            None => pattern.to_owned(),
        };
        PatternError(format!("read the {kind} `{shown}`: {reason}"))
    })
}

impl Key {
    /// Reads a key of `where` or `except` that is one word; [`Key::payload`] makes the others.
    pub fn parse(text: &str) -> Option<Key> {
        Key::WORDS.into_iter().find(|(word, _)| *word == text).map(|(_, key)| key)
    }

    /// The key of a place in the payload, by JSON pointer (RFC 6901), as in `payload."/seller/country"`.
    ///
    /// # Errors
    /// The text is no JSON pointer, or the empty one, which would be the payload as a whole.
    pub fn payload(pointer: &str) -> Result<Key, PatternError> {
        let refused =
            |cure: &str| Err(PatternError(format!("read `{pointer}` as a place in the payload: {cure}")));
        if !pointer.starts_with('/') {
            return refused("a JSON pointer begins with a slash, as in `/seller/country`");
        }
        if pointer.split('~').skip(1).any(|rest| !rest.starts_with(['0', '1'])) {
            return refused("in a JSON pointer a `~` is written `~0`, and a slash in a name `~1`");
        }
        Ok(Key::Payload(pointer.to_owned()))
    }

    /// The keys of one word, as they are written.
    pub const WORDS: [(&'static str, Key); 7] = [
        ("event_type", Key::EventType),
        ("state", Key::State),
        ("side", Key::Side),
        ("reason", Key::Reason),
        ("code", Key::Code),
        ("reference_id", Key::ReferenceId),
        ("round", Key::Round),
    ];

    /// Whether the key looks at a side, and so holds together with the others of the kind on one side.
    pub fn is_of_side(&self) -> bool {
        matches!(self, Key::Side | Key::Reason)
    }
}

/// As it is written in a rule.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Key::Payload(pointer) = self {
            return write!(f, "payload.\"{}\"", pointer.replace('\\', r"\\").replace('"', "\\\""));
        }
        let word = Key::WORDS.iter().find(|(_, key)| key == self).map(|(word, _)| *word);
        f.write_str(word.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests;
