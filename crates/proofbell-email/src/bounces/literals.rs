//! The literals that a server announces (RFC 3501, section 4.3): so many bytes, of which the library makes room for all at once.

use std::io::{Error, ErrorKind, Result};

/// So much of a line's beginning is kept: enough for `* 4294967295 FETCH `.
const BEGINNING: usize = 19;

/// Follows what a server sends and counts it, past its literals as the library's parser does.
#[derive(Debug, Default)]
pub(super) struct Literals {
    /// How much of a literal is still to come.
    inside: usize,
    /// The line's beginning.
    line: Vec<u8>,
    end: End,
}

/// How far what was read last may be the announcement of a literal, `{NUMBER}` at the end of a line.
#[derive(Clone, Copy, Debug, Default)]
enum End {
    #[default]
    Text,
    Brace,
    Number(usize),
    Closed(usize),
    ClosedReturn(usize),
    Return,
}

impl Literals {
    /// Takes what was read off what may still be read.
    ///
    /// # Errors
    /// When more was read than that, when a literal is announced that is larger than what is left, and when it stands anywhere else
    /// than in an answer to `FETCH`: the parser knows no text there that would only look like one.
    pub(super) fn follow(&mut self, mut bytes: &[u8], left: &mut usize) -> Result<()> {
        while let Some((&byte, rest)) = bytes.split_first() {
            let skipped = self.inside.min(bytes.len());
            let taken = skipped.max(1);
            *left = left.checked_sub(taken).ok_or_else(too_much)?;
            if skipped > 0 {
                self.inside -= skipped;
                bytes = &bytes[skipped..];
            } else {
                self.step(byte, *left)?;
                bytes = rest;
            }
        }
        Ok(())
    }

    fn step(&mut self, byte: u8, left: usize) -> Result<()> {
        if self.line.len() < BEGINNING {
            self.line.push(byte);
        }
        self.end = match (self.end, byte) {
            (End::ClosedReturn(_), b'\n') if !is_fetch(&self.line) => {
                return Err(Error::new(
                    ErrorKind::InvalidData,
                    "the server announces a literal where there is none",
                ));
            }
            (End::ClosedReturn(size), b'\n') if size > left => return Err(too_much()),
            (End::ClosedReturn(size), b'\n') => {
                self.inside = size;
                End::Text
            }
            (End::Return, b'\n') => {
                self.line.clear();
                End::Text
            }
            (End::Closed(size), b'\r') => End::ClosedReturn(size),
            (_, b'\r') => End::Return,
            (End::Number(size), b'}') => End::Closed(size),
            (End::Brace, b'0'..=b'9') => End::Number(usize::from(byte - b'0')),
            (End::Number(size), b'0'..=b'9') => {
                End::Number(size.saturating_mul(10).saturating_add(usize::from(byte - b'0')))
            }
            (_, b'{') => End::Brace,
            _ => End::Text,
        };
        Ok(())
    }
}

fn too_much() -> Error {
    Error::new(ErrorKind::QuotaExceeded, "the server sends too much")
}

/// Whether the line that begins like this is an answer to `FETCH`.
fn is_fetch(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"* ") else { return false };
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    digits > 0 && rest[digits..].get(..7).is_some_and(|word| word.eq_ignore_ascii_case(b" FETCH "))
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::Literals;

    /// What comes of it when a hundred bytes may be read, however it is cut into reads.
    fn check(said: &str, expected: Option<ErrorKind>) {
        for size in 1..=said.len() {
            let (mut literals, mut left) = (Literals::default(), 100);
            let read = said.as_bytes().chunks(size).try_for_each(|chunk| literals.follow(chunk, &mut left));
            assert_eq!(read.map_err(|error| error.kind()).err(), expected, "{said:?} by {size}");
        }
    }

    #[test]
    fn literals_are_measured_before_there_is_room_for_them() {
        let (large, odd) = (Some(ErrorKind::QuotaExceeded), Some(ErrorKind::InvalidData));
        check("* 1 FETCH (BODY[] {5}\r\nabcde)\r\n", None);
        check("* 4294967295 fetch (BODY[] {0}\r\n X {2}\r\nab)\r\n", None);
        check("* 1 FETCH (BODY[] {536000000}\r\n", large);
        check("* 1 FETCH (BODY[] {00536000000}\r\n", large);
        check("* 1 FETCH (BODY[] {99999999999999999999999999}\r\n", large);
        check("* 1 FETCH (BODY[] {78}\r\n", large);
        check("* 1 FETCH (BODY[] {5}\r\nabcde X {536000000}\r\n", large);
        check("* 1 FETCH (UID 1)\r\n* 2 FETCH (BODY[] {536000000}\r\n", large);
        // What a mail holds announces nothing, nor does what stands within a line.
        check("* 1 FETCH (BODY[] {17}\r\nab {536000000}\r\n)\r\n", None);
        check("* OK {536000000} of them\r\n* OK {x}\r\n* OK {}\r\n{5\r}\r\n", None);
        // Elsewhere one could hide another.
        check("* OK {30}\r\n* 1 FETCH (BODY[] {536000000}\r\n", odd);
        check("* LIST () \"/\" {3}\r\nabc\r\n", odd);
        check(&"x".repeat(100), None);
        check(&"x".repeat(101), large);
    }
}
