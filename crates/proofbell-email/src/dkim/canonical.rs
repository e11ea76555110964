//! The form in which a mail is signed: "relaxed" for its fields and its body (RFC 6376, sections 3.4.2 and 3.4.4).

/// One field of a mail's head, with its name and its folds, without its last CRLF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Field<'m> {
    pub(super) bytes: &'m [u8],
}

impl Field<'_> {
    /// Whether this is its name.
    pub(super) fn is(&self, name: &str) -> bool {
        let colon = self.bytes.iter().position(|&byte| byte == b':').unwrap_or(self.bytes.len());
        self.bytes[..colon].trim_ascii_end().eq_ignore_ascii_case(name.as_bytes())
    }
}

/// The fields of a mail with CRLF line ends, and its body.
pub(super) fn split(mail: &[u8]) -> (Vec<Field<'_>>, &[u8]) {
    let mut fields = Vec::new();
    let mut rest = mail;
    while !rest.is_empty() && !rest.starts_with(b"\r\n") {
        let end = field_end(rest);
        fields.push(Field { bytes: rest[..end].strip_suffix(b"\r\n").unwrap_or(&rest[..end]) });
        rest = &rest[end..];
    }
    (fields, rest.strip_prefix(b"\r\n").unwrap_or(rest))
}

/// Where the next field begins: behind the first line end that no blank follows.
fn field_end(bytes: &[u8]) -> usize {
    let mut from = 0;
    while let Some(at) = bytes[from..].windows(2).position(|pair| pair == b"\r\n") {
        from += at + 2;
        if !matches!(bytes.get(from), Some(b' ' | b'\t')) {
            return from;
        }
    }
    bytes.len()
}

/// A field with its name in lower case, on one line, and with single blanks; without a line end.
pub(super) fn relaxed_field(field: &[u8]) -> Vec<u8> {
    let colon = field.iter().position(|&byte| byte == b':').unwrap_or(field.len());
    let (name, value) = field.split_at(colon);
    let mut relaxed = name.trim_ascii_end().to_ascii_lowercase();
    relaxed.push(b':');
    let value = value.strip_prefix(b":").unwrap_or(value);
    let words = value.split(|byte| b" \t\r\n".contains(byte)).filter(|word| !word.is_empty());
    for (index, word) in words.enumerate() {
        if index > 0 {
            relaxed.push(b' ');
        }
        relaxed.extend_from_slice(word);
    }
    relaxed
}

/// A body with single blanks, none at line ends, and without empty lines at its end.
pub(super) fn relaxed_body(body: &[u8]) -> Vec<u8> {
    let mut relaxed = Vec::with_capacity(body.len());
    let mut empty_lines = 0;
    for line in body.split_inclusive(|&byte| byte == b'\n') {
        let line = line.strip_suffix(b"\r\n").unwrap_or(line);
        let line = relaxed_line(line);
        if line.is_empty() {
            empty_lines += 1;
            continue;
        }
        for _ in 0..std::mem::take(&mut empty_lines) {
            relaxed.extend_from_slice(b"\r\n");
        }
        relaxed.extend(line);
        relaxed.extend_from_slice(b"\r\n");
    }
    relaxed
}

/// Blanks at the start of a line stay, as one.
fn relaxed_line(line: &[u8]) -> Vec<u8> {
    let mut relaxed = Vec::with_capacity(line.len());
    let mut blank = false;
    for &byte in line {
        if byte == b' ' || byte == b'\t' {
            blank = true;
            continue;
        }
        if std::mem::take(&mut blank) {
            relaxed.push(b' ');
        }
        relaxed.push(byte);
    }
    relaxed
}

#[cfg(test)]
mod tests {
    use super::{relaxed_body, relaxed_field, split};

    fn text(bytes: &[u8]) -> &str {
        std::str::from_utf8(bytes).unwrap()
    }

    #[test]
    fn the_example_of_the_standard() {
        // RFC 6376, section 3.4.5.
        let mail = b"A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n C \r\nD \t E\r\n\r\n\r\n";
        let (fields, body) = split(mail);
        let fields: Vec<String> =
            fields.iter().map(|field| text(&relaxed_field(field.bytes)).to_owned()).collect();
        assert_eq!(fields, ["a:X", "b:Y Z"]);
        assert_eq!(text(&relaxed_body(body)), " C\r\nD E\r\n");
    }

    #[test]
    fn bodies_end_as_the_standard_says() {
        for (body, expected) in [
            ("", ""),
            ("\r\n\r\n", ""),
            (" \t\r\n", ""),
            ("a", "a\r\n"),
            ("a\r\n\r\n \r\nb\r\n", "a\r\n\r\n\r\nb\r\n"),
        ] {
            assert_eq!(text(&relaxed_body(body.as_bytes())), expected, "{body:?}");
        }
    }

    #[test]
    fn a_mail_is_split_where_its_head_ends() {
        for (mail, count, body) in
            [("", 0, ""), ("A: b", 1, ""), ("A: b\r\n c\r\nD: e\r\n\r\nx\r\n", 2, "x\r\n"), ("\r\nx", 0, "x")]
        {
            let (fields, rest) = split(mail.as_bytes());
            assert_eq!((fields.len(), text(rest)), (count, body), "{mail:?}");
        }
    }
}
