//! Names and advice for sides and reasons, and terms with plurals, per locale.

use std::collections::BTreeMap;

/// Names and advice for sides and reasons, and terms with plurals, per locale.
#[derive(Clone, Debug, Default)]
pub struct Glossary {
    /// Photo slots by code.
    pub sides: BTreeMap<String, GlossaryEntry>,
    /// Rejection reasons by code.
    pub reasons: BTreeMap<String, GlossaryEntry>,
    /// Terms with plurals by code.
    pub terms: BTreeMap<String, Term>,
}

/// A side or a reason: which of Legitmark's words mean it, and what to call it.
#[derive(Clone, Debug, Default)]
pub struct GlossaryEntry {
    /// Legitmark's words for it, compared without regard to case and surrounding blanks, after NFC.
    pub matches: Vec<String>,
    /// By BCP 47 tag.
    pub text: BTreeMap<String, Word>,
}

/// What to call it in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word {
    /// Its name.
    pub name: String,
    /// What the person can do about it.
    pub advice: Option<String>,
}

/// A term in its plural forms: by BCP 47 tag, then by CLDR plural category (`one`, `other`, …). `{n}` stands for the number.
#[derive(Clone, Debug, Default)]
pub struct Term {
    /// Plural category to text, by language.
    pub text: BTreeMap<String, BTreeMap<String, String>>,
}
