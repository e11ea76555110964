//! Names and advice for sides and reasons, and terms with plurals, per locale.

use std::collections::{BTreeMap, HashMap};

use unicode_normalization::UnicodeNormalization;

use crate::locale::{self, Fallback};

/// Names and advice for sides and reasons, and terms with plurals, per locale.
///
/// Looking up Legitmark's words costs the same whatever the size: they are indexed once, in [`Glossary::new`].
#[derive(Clone, Debug, Default)]
pub struct Glossary {
    sides: Entries,
    reasons: Entries,
    terms: BTreeMap<String, Term>,
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

impl Glossary {
    /// Indexes the words. Sides, reasons and terms are keyed by code. A code is one of its own words; where two entries
    /// claim the same word, the first code in alphabetical order has it.
    pub fn new(
        sides: BTreeMap<String, GlossaryEntry>,
        reasons: BTreeMap<String, GlossaryEntry>,
        terms: BTreeMap<String, Term>,
    ) -> Glossary {
        let terms = terms.into_iter().map(|(code, term)| (code, Term { text: by_key(term.text) })).collect();
        Glossary { sides: Entries::new(sides), reasons: Entries::new(reasons), terms }
    }

    /// The code of a photo slot, from Legitmark's words for it or the code itself.
    pub fn side_code(&self, raw: &str) -> Option<&str> {
        self.sides.code(raw)
    }

    /// The code of a rejection reason, from Legitmark's words for it or the code itself.
    pub fn reason_code(&self, raw: &str) -> Option<&str> {
        self.reasons.code(raw)
    }

    /// Legitmark's words for a photo slot, by code; none when there is no such code.
    pub fn side_words(&self, code: &str) -> impl Iterator<Item = &str> {
        self.sides.words(code)
    }

    /// Legitmark's words for a rejection reason, by code; none when there is no such code.
    pub fn reason_words(&self, code: &str) -> impl Iterator<Item = &str> {
        self.reasons.words(code)
    }

    /// The codes of all photo slots, sorted.
    pub fn side_codes(&self) -> impl Iterator<Item = &str> {
        self.sides.entries.keys().map(String::as_str)
    }

    /// The codes of all rejection reasons, sorted.
    pub fn reason_codes(&self) -> impl Iterator<Item = &str> {
        self.reasons.entries.keys().map(String::as_str)
    }

    /// The codes of all terms, sorted.
    pub fn term_codes(&self) -> impl Iterator<Item = &str> {
        self.terms.keys().map(String::as_str)
    }

    pub(crate) fn side_word(&self, raw: &str, languages: &Fallback) -> Found<'_> {
        self.sides.word(raw, languages)
    }

    pub(crate) fn reason_word(&self, raw: &str, languages: &Fallback) -> Found<'_> {
        self.reasons.word(raw, languages)
    }

    /// A term's forms in the best language that has it, with that language.
    pub(crate) fn term(&self, code: &str, languages: &Fallback) -> Option<(&str, &BTreeMap<String, String>)> {
        languages.pick(&self.terms.get(code)?.text)
    }
}

/// What the glossary has for Legitmark's words.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Found<'a> {
    /// The code, when the words are known at all.
    pub(crate) code: Option<&'a str>,
    /// What to call it, when one of the languages has it.
    pub(crate) word: Option<&'a Word>,
}

/// Entries by code, and an index from folded words to codes.
#[derive(Clone, Debug, Default)]
struct Entries {
    entries: BTreeMap<String, GlossaryEntry>,
    index: HashMap<String, String>,
}

impl Entries {
    fn words(&self, code: &str) -> impl Iterator<Item = &str> {
        self.entries.get(code).into_iter().flat_map(|entry| &entry.matches).map(String::as_str)
    }

    fn new(entries: BTreeMap<String, GlossaryEntry>) -> Entries {
        let mut index = HashMap::new();
        // Codes first: a code must not lose its own word to another entry's list.
        for code in entries.keys() {
            index.insert(fold(code), code.clone());
        }
        for (code, entry) in &entries {
            for word in &entry.matches {
                index.entry(fold(word)).or_insert_with(|| code.clone());
            }
        }
        let entries = entries
            .into_iter()
            .map(|(code, entry)| (code, GlossaryEntry { text: by_key(entry.text), ..entry }))
            .collect();
        Entries { entries, index }
    }

    fn code(&self, raw: &str) -> Option<&str> {
        self.index.get(&fold(raw)).map(String::as_str)
    }

    fn word(&self, raw: &str, languages: &Fallback) -> Found<'_> {
        let code = self.code(raw);
        let word = code
            .and_then(|code| self.entries.get(code))
            .and_then(|entry| languages.pick(&entry.text))
            .map(|(_, word)| word)
            .filter(|word| !word.name.trim().is_empty());
        Found { code, word }
    }
}

fn by_key<V>(map: BTreeMap<String, V>) -> BTreeMap<String, V> {
    map.into_iter().map(|(tag, value)| (locale::key(&tag), value)).collect()
}

/// The form in which words are compared.
fn fold(word: &str) -> String {
    word.trim().nfc().collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glossary() -> Glossary {
        let entry = |matches: &[&str], text: &[(&str, &str)]| GlossaryEntry {
            matches: matches.iter().map(|word| (*word).to_owned()).collect(),
            text: text
                .iter()
                .map(|(tag, name)| ((*tag).to_owned(), Word { name: (*name).to_owned(), advice: None }))
                .collect(),
        };
        let sides = [
            ("front", entry(&["Front", "正面", "label"], &[("en", "front"), ("ja", "正面")])),
            ("label", entry(&["Interior Size Tag", "Café"], &[("en", "label")])),
        ];
        let sides = sides.map(|(code, entry)| (code.to_owned(), entry)).into();
        Glossary::new(sides, BTreeMap::new(), BTreeMap::new())
    }

    #[test]
    fn words_are_found_whatever_their_case_blanks_and_composition() {
        let check = |raw: &str, expected: Option<&str>| {
            assert_eq!(glossary().side_code(raw), expected, "{raw:?}");
        };
        check("Front", Some("front"));
        check(" FRONT\t", Some("front"));
        check("正面", Some("front"));
        check("interior size tag", Some("label"));
        check("Cafe\u{301}", Some("label"));
        check("label", Some("label"));
        check("Back", None);
        check("", None);
        assert_eq!(glossary().reason_code("front"), None);
    }

    #[test]
    fn names_fall_back_through_the_languages() {
        let check = |raw: &str, wanted: &str, expected: Option<&str>| {
            let glossary = glossary();
            let found = glossary.side_word(raw, &Fallback::new(Some(wanted), "en"));
            assert_eq!(found.word.map(|word| word.name.as_str()), expected, "{raw} in {wanted}");
        };
        check("Front", "ja-JP", Some("正面"));
        check("Front", "fr", Some("front"));
        check("Label", "ja", Some("label"));
        check("Back", "ja", None);
    }
}
