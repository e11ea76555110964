//! From the glossary's codes back to a word that Legitmark would send.

use proofbell_engine::Glossary;

/// A side and its reason in Legitmark's words: codes become the first word that the glossary matches for them.
pub(crate) fn of_pair(glossary: &Glossary, (side, reason): (String, String)) -> (String, String) {
    let side_word = glossary.side_words(&side).next().map(ToOwned::to_owned);
    let reason_word = glossary.reason_words(&reason).next().map(ToOwned::to_owned);
    (side_word.unwrap_or(side), reason_word.unwrap_or(reason))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proofbell_engine::GlossaryEntry;

    use super::*;

    #[test]
    fn codes_become_words_and_words_stay() {
        let entry = |word: &str| GlossaryEntry { matches: vec![word.to_owned()], ..GlossaryEntry::default() };
        let glossary = Glossary::new(
            BTreeMap::from([("label".to_owned(), entry("Label"))]),
            BTreeMap::from([("blurry".to_owned(), entry("Image is Blurry"))]),
            BTreeMap::new(),
        );
        let pair = |side: &str, reason: &str| of_pair(&glossary, (side.to_owned(), reason.to_owned()));
        assert_eq!(pair("label", "blurry"), ("Label".to_owned(), "Image is Blurry".to_owned()));
        assert_eq!(pair("Heel Tab", "Not Visible"), ("Heel Tab".to_owned(), "Not Visible".to_owned()));
    }
}
