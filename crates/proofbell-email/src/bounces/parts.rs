//! A mail's parts (RFC 2046), without looking into a mail that is one of them.
//!
//! The library's parser follows a mail within a mail within a mail as deep as they go, and dropping what it makes of a thousand of
//! them overflows the stack, which ends the process. Anybody can send such a mail, so that it is only given heads to read.

use std::borrow::Cow;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{Message, MessageParser, MimeHeaders};

/// Most parts looked at; notifications have three, and Gmail's seven.
const MOST: usize = 64;
/// How deep parts may lie in parts.
const DEEPEST: usize = 4;

/// A part that is not made of parts.
pub(super) struct Part<'m> {
    head: Option<Message<'m>>,
    body: &'m [u8],
}

impl<'m> Part<'m> {
    fn read(bytes: &'m [u8]) -> Part<'m> {
        let (head, body) = split(bytes);
        Part { head: MessageParser::default().parse_headers(head), body }
    }

    /// Whether it is of this type and one of these subtypes.
    pub(super) fn is(&self, kind: &str, subtypes: &[&str]) -> bool {
        self.head.as_ref().and_then(|head| head.content_type()).is_some_and(|found| {
            let subtype = found.subtype().unwrap_or_default();
            found.ctype().eq_ignore_ascii_case(kind)
                && subtypes.iter().any(|known| known.eq_ignore_ascii_case(subtype))
        })
    }

    /// What is in it, without the encoding for the way; as it came where that cannot be undone.
    pub(super) fn contents(&self) -> Cow<'m, [u8]> {
        let encoding = self.head.as_ref().and_then(|head| head.content_transfer_encoding());
        let decoded = match encoding.map(str::to_ascii_lowercase).as_deref() {
            Some("base64") => base64_decode(self.body),
            Some("quoted-printable") => quoted_printable_decode(self.body),
            _ => None,
        };
        decoded.map_or(Cow::Borrowed(self.body), Cow::Owned)
    }

    fn boundary(&self) -> Option<String> {
        let kind = self.head.as_ref()?.content_type()?;
        let boundary = kind.attribute("boundary").filter(|boundary| !boundary.is_empty())?;
        kind.ctype().eq_ignore_ascii_case("multipart").then(|| boundary.to_owned())
    }
}

/// The parts of a mail that are not made of parts, in their order.
pub(super) fn parts(mail: &[u8]) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    collect(mail, DEEPEST, &mut parts);
    parts
}

fn collect<'m>(bytes: &'m [u8], deeper: usize, parts: &mut Vec<Part<'m>>) {
    let part = Part::read(bytes);
    let Some(boundary) = part.boundary().filter(|_| deeper > 0) else {
        parts.push(part);
        return;
    };
    for piece in pieces(part.body, boundary.as_bytes()) {
        if parts.len() >= MOST {
            return;
        }
        collect(piece, deeper - 1, parts);
    }
}

/// A mail's, or a part's, head and body.
pub(super) fn split(bytes: &[u8]) -> (&[u8], &[u8]) {
    let mut end = 0;
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        let next = end + line.len();
        if matches!(line, b"\r\n" | b"\n") {
            return (&bytes[..end], &bytes[next..]);
        }
        end = next;
    }
    (bytes, &[])
}

/// What stands between the lines with the boundary; the last piece may have been cut off.
fn pieces<'m>(body: &'m [u8], boundary: &[u8]) -> Vec<&'m [u8]> {
    let mut pieces = Vec::new();
    let mut start = None;
    let mut at = 0;
    for line in body.split_inclusive(|&byte| byte == b'\n') {
        let next = at + line.len();
        let behind =
            line.strip_prefix(b"--").and_then(|line| line.strip_prefix(boundary)).map(<[u8]>::trim_ascii);
        if let Some(last @ (b"" | b"--")) = behind {
            pieces.extend(start.map(|start| without_line_end(&body[start..at])));
            if !last.is_empty() || pieces.len() >= MOST {
                return pieces;
            }
            start = Some(next);
        }
        at = next;
    }
    pieces.extend(start.map(|start| &body[start..]));
    pieces
}

/// The line end before a boundary belongs to that (RFC 2046, section 5.1.1).
fn without_line_end(piece: &[u8]) -> &[u8] {
    let piece = piece.strip_suffix(b"\n").unwrap_or(piece);
    piece.strip_suffix(b"\r").unwrap_or(piece)
}

#[cfg(test)]
mod tests {
    use super::parts;

    fn check(mail: &str, expected: &[&str]) {
        let found: Vec<String> = parts(mail.as_bytes())
            .iter()
            .map(|part| String::from_utf8_lossy(&part.contents()).into_owned())
            .collect();
        assert_eq!(found, expected, "{mail}");
    }

    #[test]
    fn mails_are_taken_apart() {
        let mixed = "Content-Type: multipart/mixed; boundary=\"a b\"\r\n\r\n";
        check("Subject: x\r\n\r\nbody\r\n", &["body\r\n"]);
        check("Subject: x", &[""]);
        check("\n\nbody", &["\nbody"]);
        check(
            &format!("{mixed}before\r\n--a b\r\n\r\none\r\n--a b \r\n\r\ntwo\r\n--a b--\r\nafter"),
            &["one", "two"],
        );
        check(&format!("{mixed}--a b\n\none\n--a bc\n\n--a b\n\ncut o"), &["one\n--a bc\n", "cut o"]);
        check(
            &format!("{mixed}--a b\n{}\n--i\n\none\n--a b\n\ntwo\n", mixed.replace("a b", "i")),
            &["one", "two\n"],
        );
        check(&format!("{mixed}no part"), &[]);
        check("Content-Transfer-Encoding: BASE64\r\n\r\nb25l\r\ndHdv\r\n", &["onetwo"]);
        check("Content-Transfer-Encoding: quoted-printable\r\n\r\n=E8=8A=B1=\r\n!", &["花!"]);
        check("Content-Transfer-Encoding: base64\r\n\r\n*", &["*"]);
        check(
            "Content-Type: message/rfc822\r\n\r\nContent-Type: message/rfc822\r\n\r\nx",
            &["Content-Type: message/rfc822\r\n\r\nx"],
        );
    }
}
