#![doc = include_str!("../README.md")]

mod case;
mod compose;
mod condition;
mod date;
mod decision;
mod draft;
mod engine;
mod glossary;
mod history;
mod ids;
mod index;
mod link;
mod locale;
mod matching;
mod pattern;
mod plural;
mod rule;
mod silence;
mod specimen;
mod step;
mod template;
#[cfg(test)]
mod testing;
mod twins;
mod wording;

pub use case::{Case, CaseFacts, Seen};
pub use compose::{Compose, ComposeError, Composed, MissingWord, WordKind};
pub use condition::{Condition, Key, Matcher, Op, PatternError};
pub use decision::{Decision, RuleDecision, Verdict};
pub use draft::Draft;
pub use engine::{Audience, ChannelFacts, Defaults, Engine, Nobody, Setup, Step, Stimulus};
pub use glossary::{Glossary, GlossaryEntry, Term, Word};
pub use ids::{EventId, draft_id, message_id};
pub use link::{Link, LinkError, LinkId};
pub use rule::{Each, Need, On, Rule, StalePolicy, Supplement, Threading, Urgency};
pub use silence::Silence;
pub use specimen::Specimen;
pub use template::{
    ButtonSource, ButtonTarget, DeadLinks, FrontMatter, Markup, PartialSource, TemplateProblem,
    TemplateSource, Templates, TextPart,
};
