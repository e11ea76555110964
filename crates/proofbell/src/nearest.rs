//! "Did you mean": the known word that is most like a wrong one.

/// How like a known word another must be (Jaro-Winkler, 0 to 1) to be taken for a slip of it.
const SIMILAR: f64 = 0.8;

/// What to say behind "no such thing": the nearest known word, if one is near, and all that are known.
pub(crate) fn instead<'k>(wrong: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let likeness = |word: &str| strsim::jaro_winkler(&word.to_lowercase(), &wrong.to_lowercase());
    let nearest = known
        .iter()
        .map(|word| (likeness(word), word))
        .filter(|(likeness, _)| *likeness >= SIMILAR)
        .max_by(|(a, _), (b, _)| a.total_cmp(b));
    let hint = nearest.map(|(_, word)| format!("did you mean `{word}`? ")).unwrap_or_default();
    match known.is_empty() {
        true => "there are none".to_owned(),
        false => format!("{hint}there are: {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_mended_and_nonsense_is_not() {
        let known = ["seller", "operations"];
        assert_eq!(instead("sellr", known), "did you mean `seller`? there are: seller, operations");
        assert_eq!(instead("Seller", known), "did you mean `seller`? there are: seller, operations");
        assert_eq!(instead("xyz", known), "there are: seller, operations");
        assert_eq!(instead("xyz", []), "there are none");
    }
}
