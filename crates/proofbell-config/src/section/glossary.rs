//! `[side.CODE]`, `[reason.CODE]` and `[term.CODE]`

use std::collections::BTreeMap;

use proofbell_engine::{Glossary, GlossaryEntry, Term, Word};

use super::defaults::locale;
use crate::reader::{At, Scope};
use crate::report::{Finding, code};
use crate::secret;

/// The plural categories of CLDR.
const PLURALS: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

struct Entry {
    code: At<String>,
    matches: Vec<At<String>>,
    entry: GlossaryEntry,
}

pub(crate) fn read(root: &Scope<'_>) -> Glossary {
    let sides = entries(root, "side", Advice::Refused);
    let reasons = entries(root, "reason", Advice::Allowed);
    let glossary = Glossary::new(by_code(&sides), by_code(&reasons), terms(root));
    refuse_shared_words(root, "side", &sides, |word| glossary.side_code(word));
    refuse_shared_words(root, "reason", &reasons, |word| glossary.reason_code(word));
    glossary
}

fn by_code(entries: &[Entry]) -> BTreeMap<String, GlossaryEntry> {
    entries.iter().map(|entry| (entry.code.value.clone(), entry.entry.clone())).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Advice {
    Allowed,
    Refused,
}

fn entries(root: &Scope<'_>, section: &'static str, advice: Advice) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (code, scope) in root.named(section) {
        let mut matches = scope.strings("match").map(|words| words.value).unwrap_or_default();
        matches.retain(|word| !secret::has_assumed(&word.value));
        let mut entry = GlossaryEntry {
            matches: matches.iter().map(|word| word.value.clone()).collect(),
            text: BTreeMap::new(),
        };
        for (tag, scope) in languages(&scope) {
            scope.require("name", "name = \"label\"");
            let name = scope.parsed("name", "a name", filled);
            let advice = match advice {
                Advice::Allowed => scope.parsed("advice", "an advice", filled).map(|advice| advice.value),
                Advice::Refused => None,
            };
            scope.finish();
            if let Some(name) = name {
                entry.text.insert(tag, Word { name: name.value, advice });
            }
        }
        scope.finish();
        entries.push(Entry { code, matches, entry });
    }
    entries
}

fn terms(root: &Scope<'_>) -> BTreeMap<String, Term> {
    let mut terms = BTreeMap::new();
    for (code, scope) in root.named("term") {
        let mut term = Term::default();
        for (tag, scope) in languages(&scope) {
            scope.require("other", "other = \"{n} photos\"");
            let forms = PLURALS.iter().filter_map(|plural| {
                let form = scope.parsed(plural, "a form of a term", filled)?;
                Some(((*plural).to_owned(), form.value))
            });
            term.text.insert(tag, forms.collect());
            scope.finish();
        }
        scope.finish();
        terms.insert(code.value, term);
    }
    terms
}

fn filled(text: &str) -> Result<String, &'static str> {
    match text.trim().is_empty() {
        true => Err("write a text, or leave the key out"),
        false => Ok(text.to_owned()),
    }
}

/// The tables under `text`, by language.
fn languages<'t>(scope: &Scope<'t>) -> Vec<(String, Scope<'t>)> {
    if !scope.require("text", "text.en = { … }") {
        return Vec::new();
    }
    let Some(text) = scope.table("text") else { return Vec::new() };
    let mut languages = Vec::new();
    for entry in text.entries() {
        match locale(&entry.key) {
            Ok(tag) => {
                let scope = Scope::open(text.cx, &entry.node, text.path_of(&entry.key));
                languages.extend(scope.map(|scope| (tag, scope)));
            }
            Err(hint) => {
                let message = format!("{:?} is no language in [{}]", entry.key, text.path);
                text.cx.report.push(Finding::error(code::BAD_VALUE, entry.key_at, message).hint(hint));
            }
        }
    }
    languages
}

/// A word that two entries claim would be given to one of them by the accident of the alphabet.
fn refuse_shared_words<'g>(
    root: &Scope<'_>,
    section: &str,
    entries: &[Entry],
    owner: impl Fn(&str) -> Option<&'g str>,
) {
    for entry in entries {
        for word in &entry.matches {
            let Some(owner) = owner(&word.value).filter(|owner| *owner != entry.code.value) else { continue };
            let message = format!(
                "both [{section}.{owner}] and [{section}.{}] claim {:?}",
                entry.code.value, word.value
            );
            let hint = "upper and lower case are alike; leave the word to one of them";
            root.cx.report.push(Finding::error(code::DUPLICATE, word.at, message).hint(hint));
        }
    }
}
