//! Passwords in URLs: `smtp://user:password@host`.

use std::ops::Range;

/// Where the passwords of all URLs in a text stand.
pub(crate) fn passwords(text: &str) -> Vec<Range<usize>> {
    text.match_indices("://").filter_map(|(at, mark)| password(text, at + mark.len())).collect()
}

/// The text with passwords in URLs left out.
pub(crate) fn without_passwords(text: &str) -> String {
    let mut shown = text.to_owned();
    for range in passwords(text).into_iter().rev() {
        shown.replace_range(range, "…");
    }
    shown
}

/// The password of the URL whose authority begins at `start`.
fn password(text: &str, start: usize) -> Option<Range<usize>> {
    let rest = &text[start..];
    let url = &rest[..rest.find(|c: char| c.is_whitespace() || "\"'<>`".contains(c)).unwrap_or(rest.len())];
    let authority = &url[..url.find(['/', '?', '#']).unwrap_or(url.len())];
    let end = match authority.rfind('@') {
        Some(end) => end,
        // A slash in a password should be percent-encoded. Whoever did not know that gets an error, and no password in it.
        None => {
            let port = authority.split_once(':')?.1;
            if port.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            url.rfind('@')?
        }
    };
    let colon = url[..end].find(':')?;
    (colon + 1 < end).then_some(start + colon + 1..start + end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_left_out() {
        let table = [
            ("smtp://u:p@h:25", "smtp://u:…@h:25"),
            ("url = \"smtp://u:p@ss@h\" # x@y:z", "url = \"smtp://u:…@h\" # x@y:z"),
            ("smtp://u:p/s?s@h", "smtp://u:…@h"),
            ("https://:key@h/a", "https://:…@h/a"),
            ("https://h:8080/@someone", "https://h:8080/@someone"),
            ("https://u@h/a:b", "https://u@h/a:b"),
            ("https://h/a:b@c", "https://h/a:b@c"),
            ("a://u:1@h and b://u:2@h", "a://u:…@h and b://u:…@h"),
            ("no url: a@b", "no url: a@b"),
        ];
        for (text, expected) in table {
            assert_eq!(without_passwords(text), expected, "{text}");
        }
    }
}
