//! `where` and `except`: a key and what its value must be.

use regex::Regex;

/// One key of `where` or `except` with what its value must be.
#[derive(Clone, Debug)]
pub struct Condition {
    /// What is looked at.
    pub key: Key,
    /// What it must be.
    pub matcher: Matcher,
}

/// What a condition can look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// The payload's `event_type`.
    EventType,
    /// `PRIMARY/SUPPLEMENT` as Legitmark sent it (`CANCELLED/` when the supplement is null).
    State,
    /// A rejected photo slot: glossary code or raw string. Holds on one side together with the other side keys.
    Side,
    /// A rejection's reason: glossary code or raw string. Holds on one side together with the other side keys.
    Reason,
    /// The code of an invalidation.
    Code,
    /// The marketplace's own item id.
    ReferenceId,
    /// The round, a number.
    Round,
    /// Any place in the raw body, by JSON pointer (RFC 6901).
    Payload(String),
}

/// What a value must be. An absent value matches only `not` and `exists = false`.
#[derive(Clone, Debug)]
pub enum Matcher {
    /// Exactly this text; numbers and booleans of a payload are compared by their JSON text.
    Is(String),
    /// Any of these.
    AnyOf(Vec<Matcher>),
    /// All of these operators hold.
    All(Vec<Op>),
}

/// An operator of a matcher table.
#[derive(Clone, Debug)]
pub enum Op {
    /// Does not match this.
    Not(Box<Matcher>),
    /// Matches a pattern of `*` and `?` as a whole; kept as the regular expression it stands for.
    Glob(Regex),
    /// Matches a regular expression somewhere (unanchored).
    Regex(Regex),
    /// Is there, or is not.
    Exists(bool),
    /// Is a number of at least this.
    AtLeast(f64),
    /// Is a number of at most this.
    AtMost(f64),
}

/// A pattern that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PatternError(pub String);
