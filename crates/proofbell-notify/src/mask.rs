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
