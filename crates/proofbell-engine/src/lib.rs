#![doc = include_str!("../README.md")]

mod case;
mod condition;
mod decision;
mod draft;
mod engine;
mod glossary;
mod history;
mod ids;
mod index;
mod locale;
mod matching;
mod pattern;
mod rule;
mod step;
#[cfg(test)]
mod testing;
mod twins;

pub use case::{Case, CaseFacts, Seen};
pub use condition::{Condition, Key, Matcher, Op, PatternError};
pub use decision::{Decision, RuleDecision, Verdict};
pub use draft::Draft;
pub use engine::{Audience, ChannelFacts, Defaults, Engine, Nobody, Setup, Step, Stimulus};
pub use glossary::{Glossary, GlossaryEntry, Term, Word};
pub use ids::{EventId, draft_id, message_id};
pub use rule::{Each, On, Rule, StalePolicy, Supplement, Urgency};
