//! What is written in templates, by its look.

use std::collections::BTreeSet;

use super::{TemplateSet, Variant};
use crate::source::Place;

impl TemplateSet {
    /// Whether a word stands in quotes in any template, as the names of links do.
    pub(crate) fn names_in_quotes(&self, word: &str) -> bool {
        let quoted = [format!("\"{word}\""), format!("'{word}'")];
        self.texts().any(|text| quoted.iter().any(|quoted| text.contains(quoted)))
    }

    /// The partials that no template and no other partial calls.
    pub(crate) fn uncalled_partials(&self) -> Vec<(&str, Place)> {
        let calls: BTreeSet<&str> = self.texts().flat_map(called).collect();
        let uncalled = self.partials.iter().filter(|partial| !calls.contains(partial.name.as_str()));
        uncalled
            .filter_map(|partial| {
                Some((partial.name.as_str(), Place::of(self.files.get(&partial.path)?.0, 0..0)))
            })
            .collect()
    }

    /// Everything that is written in templates.
    fn texts(&self) -> impl Iterator<Item = &str> {
        let partials = self.partials.iter().map(|partial| partial.body.as_str());
        let parts = self.sources.iter().filter_map(|source| Some(source.text_part.as_ref()?.body.as_str()));
        self.texts.iter().map(String::as_str).chain(partials).chain(parts)
    }

    /// Whether a template shows what only the marketplace's own events and people have, so that a sample may leave it empty.
    pub(crate) fn reads_what_nobody_knows(&self, variant: &Variant<'_>) -> bool {
        let reads = |text: &str| text.contains("payload") || text.contains("extra");
        let source = self.sources.iter().find(|source| source.path == variant.path);
        source.is_some_and(|source| {
            let part = source.text_part.as_ref().is_some_and(|part| reads(&part.body));
            part || reads(&source.body) || source.front.subject.as_deref().is_some_and(reads)
        }) || self.partials.iter().any(|partial| reads(&partial.body))
    }
}

/// The partials that a text calls: `{{> name`.
fn called(text: &str) -> impl Iterator<Item = &str> {
    text.split("{{").skip(1).filter_map(|rest| {
        let call = rest.trim_start_matches('~').trim_start_matches('#').trim_start().strip_prefix('>')?;
        call.split(|c: char| c.is_whitespace() || c == '}' || c == '~').find(|word| !word.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_of_partials_are_seen() {
        let table: [(&str, &[&str]); 5] = [
            ("{{> foot}} {{~>top ~}}", &["foot", "top"]),
            ("{{#> frame title=\"x\"}}", &["frame"]),
            ("{{name}} > {{#if a}}", &[]),
            ("{{>", &[]),
            ("no tag > at all", &[]),
        ];
        for (text, expected) in table {
            assert_eq!(called(text).collect::<Vec<_>>(), expected, "{text}");
        }
    }
}
