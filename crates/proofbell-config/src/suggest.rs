//! "Did you mean": the known word that a slip of the finger made unknown.

/// How like a known word another must be (Jaro-Winkler, 0 to 1) to be taken for a slip of it.
const SIMILAR: f64 = 0.8;

/// The most like of the known words, when one is like enough.
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let word = word.to_lowercase();
    let likeness = |candidate: &str| {
        let candidate = candidate.to_lowercase();
        // In a short word one slip is a large part of it.
        let one_slip = word.len() >= 3 && strsim::osa_distance(&candidate, &word) == 1;
        let likeness = strsim::jaro_winkler(&candidate, &word);
        (likeness >= SIMILAR || one_slip).then_some(likeness)
    };
    known
        .into_iter()
        .filter_map(|candidate| Some((likeness(candidate)?, candidate)))
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

/// ``did you mean `via`? Known keys are: on, to, via`` — with `what` for "keys".
pub fn hint<'k>(word: &str, what: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    if known.is_empty() {
        return format!("there are no {what} yet");
    }
    let list = known.join(", ");
    match nearest(word, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`? Known {what} are: {list}"),
        None => format!("known {what} are: {list}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_other_words_are_not() {
        let known = ["via", "else_via", "template", "urgent"];
        let table = [
            ("urgant", Some("urgent")),
            ("Template", Some("template")),
            ("templates", Some("template")),
            ("elsevia", Some("else_via")),
            ("colour", None),
            ("", None),
        ];
        for (word, expected) in table {
            assert_eq!(nearest(word, known), expected, "{word}");
        }
    }

    #[test]
    fn the_hint_lists_what_is_known() {
        assert_eq!(hint("vai", "keys", ["on", "via"]), "did you mean `via`? Known keys are: on, via");
        assert_eq!(hint("colour", "keys", ["on", "via"]), "known keys are: on, via");
        assert_eq!(hint("x", "channels", []), "there are no channels yet");
    }
}
