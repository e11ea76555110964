//! How personal data looks where people may read along: enough to recognise, too little to use.

/// `hanako@example.jp` becomes `h…@example.jp`; a text without `@` is masked like [`mask_middle`].
pub fn mask_email(email: &str) -> String {
    match email.rsplit_once('@') {
        Some((local, domain)) => {
            let first: String = local.chars().take(1).collect();
            format!("{first}…@{domain}")
        }
        None => mask_middle(email),
    }
}

/// Keeps the first two and the last two characters of a text of eight or more, the first alone of a shorter one.
pub fn mask_middle(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() < 8 {
        let first: String = chars.iter().take(1).collect();
        return format!("{first}…");
    }
    let head: String = chars.iter().take(2).collect();
    let tail: String = chars.iter().skip(chars.len() - 2).collect();
    format!("{head}…{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_keep_what_recognises() {
        let check = |text: &str, email: &str, middle: &str| {
            assert_eq!(
                (mask_email(text), mask_middle(text)),
                (email.to_owned(), middle.to_owned()),
                "{text}"
            );
        };
        check("hanako@example.jp", "h…@example.jp", "ha…jp");
        check("花子@example.jp", "花…@example.jp", "花子…jp");
        check("@example.jp", "…@example.jp", "@e…jp");
        check("a@b@example.jp", "a…@example.jp", "a@…jp");
        check("+819012345678", "+8…78", "+8…78");
        check("#staging", "#s…ng", "#s…ng");
        check("#desk12", "#…", "#…");
        check("", "…", "…");
    }
}
