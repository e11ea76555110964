//! Plural forms of terms, by the rules of each language (CLDR).

use std::cell::RefCell;
use std::collections::HashMap;

use fixed_decimal::Decimal;
use icu_locale_core::Locale;
use icu_plurals::{PluralCategory, PluralRules};

use crate::Glossary;
use crate::locale::Fallback;

thread_local! {
    // Loading the rules of a language costs more than rendering a message. They are not `Sync`, so each thread keeps its own.
    static RULES: RefCell<HashMap<String, Option<PluralRules>>> = RefCell::new(HashMap::new());
}

/// More languages than any glossary has: a cache that grows past this is emptied.
const CACHE_LIMIT: usize = 64;

/// The term for `number`, which is written in plain digits; `3 photo` when the glossary lacks the term.
///
/// The form is chosen by the rules of the language that the text is in, which need not be the recipient's.
pub(crate) fn term(glossary: &Glossary, code: &str, languages: &Fallback, number: &str) -> String {
    let Some((tag, forms)) = glossary.term(code, languages) else {
        return format!("{number} {code}");
    };
    let form =
        forms.get(category(tag, number)).or_else(|| forms.get("other")).or_else(|| forms.values().next());
    form.map_or_else(|| format!("{number} {code}"), |form| form.replace("{n}", number))
}

fn category(tag: &str, number: &str) -> &'static str {
    let Ok(decimal) = number.parse::<Decimal>() else {
        return "other";
    };
    let category = RULES.with_borrow_mut(|cache| {
        if cache.len() > CACHE_LIMIT {
            cache.clear();
        }
        let rules = cache.entry(tag.to_owned()).or_insert_with(|| {
            let locale: Locale = tag.parse().ok()?;
            PluralRules::try_new_cardinal((&locale).into()).ok()
        });
        rules.as_ref().map(|rules| rules.category_for(&decimal))
    });
    match category {
        Some(PluralCategory::Zero) => "zero",
        Some(PluralCategory::One) => "one",
        Some(PluralCategory::Two) => "two",
        Some(PluralCategory::Few) => "few",
        Some(PluralCategory::Many) => "many",
        Some(PluralCategory::Other) | None => "other",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::Term;

    #[test]
    fn each_language_has_its_own_forms() {
        let texts: &[(&str, &[(&str, &str)])] = &[
            ("en", &[("one", "{n} photo"), ("other", "{n} photos")]),
            ("ja", &[("other", "写真{n}枚")]),
            (
                "pl",
                &[
                    ("one", "{n} zdjęcie"),
                    ("few", "{n} zdjęcia"),
                    ("many", "{n} zdjęć"),
                    ("other", "{n} zdjęcia"),
                ],
            ),
            ("eo", &[("one", "{n} foto")]),
        ];
        let text = texts
            .iter()
            .map(|(tag, forms)| {
                let forms =
                    forms.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
                ((*tag).to_owned(), forms)
            })
            .collect();
        let terms = [("photo".to_owned(), Term { text })].into();
        let glossary = Glossary::new(BTreeMap::new(), BTreeMap::new(), terms);
        let check = |code: &str, locale: &str, number: &str, expected: &str| {
            let languages = Fallback::new(Some(locale), "en");
            assert_eq!(term(&glossary, code, &languages, number), expected, "{number} in {locale}");
        };
        check("photo", "en", "1", "1 photo");
        check("photo", "en-GB", "2", "2 photos");
        check("photo", "en", "1.5", "1.5 photos");
        check("photo", "ja-JP", "3", "写真3枚");
        check("photo", "pl", "3", "3 zdjęcia");
        check("photo", "pl", "5", "5 zdjęć");
        // French has other rules than English, but the text is English.
        check("photo", "fr", "0", "0 photos");
        check("photo", "eo", "2", "2 foto");
        check("photo", "en", "many", "many photos");
        check("picture", "en", "2", "2 picture");
    }
}
