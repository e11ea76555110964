//! What serde says, in words for people who write a configuration. A schema that says little leaves such errors to it.

/// The message and what to do, out of an error of a plugin.
pub(super) fn plain(message: &str) -> (String, Option<String>) {
    if let Some((given, wanted)) = mistaken(message) {
        return (format!("must be {wanted}, but it is {given}"), None);
    }
    // Plugins say behind a semicolon what to write instead.
    match message.split_once("; ") {
        Some((message, cure)) if is_whole(message) => (message.to_owned(), Some(cure.to_owned())),
        Some(_) | None => (message.to_owned(), None),
    }
}

/// Whether nothing is left open: the semicolon may be one of a value.
fn is_whole(message: &str) -> bool {
    let count = |c| message.matches(c).count();
    count('(') == count(')') && count('`').is_multiple_of(2) && count('"').is_multiple_of(2)
}

/// Of "invalid type: integer `5`, expected a string": what was given, without its value, and what is wanted.
fn mistaken(message: &str) -> Option<(&'static str, &str)> {
    let rest = message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: "))?;
    let (given, wanted) = rest.rsplit_once(", expected ")?;
    let kinds = [
        ("string", "a string"),
        ("integer", "an integer"),
        ("floating point", "a number"),
        ("boolean", "true or false"),
        ("sequence", "a list"),
        ("map", "a table"),
        ("null", "nothing"),
    ];
    let given = kinds.into_iter().find(|(word, _)| given.starts_with(word)).map(|(_, kind)| kind)?;
    Some((given, wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serde_is_put_into_plain_words() {
        let table = [
            ("invalid type: integer `5`, expected a string", "must be a string, but it is an integer", None),
            (
                "invalid type: string \"hunter2, expected \", expected u16",
                "must be u16, but it is a string",
                None,
            ),
            ("is no sender; write a@b", "is no sender", Some("write a@b")),
            ("is no sender", "is no sender", None),
            ("not a key; it is 8 letters", "not a key", Some("it is 8 letters")),
            ("`a; b` is no key", "`a; b` is no key", None),
            ("invalid type: unit, expected x", "invalid type: unit, expected x", None),
        ];
        for (message, expected, hint) in table {
            assert_eq!(plain(message), (expected.to_owned(), hint.map(str::to_owned)), "{message}");
        }
    }
}
