//! Replies of an SMTP server (RFC 5321, section 4.2), read leniently where servers are known to be lax.

use std::io;

use tokio::io::{AsyncBufRead, AsyncBufReadExt};

/// Longest line taken. RFC 5321 says 512 octets; servers that explain themselves write more.
const LINE_LIMIT: usize = 4096;
/// Most lines taken for one reply.
const LINES_LIMIT: usize = 128;

/// One reply: its code and the text of its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    code: u16,
    lines: Vec<String>,
}

/// An enhanced status code (RFC 3463) without its class, which repeats the reply's first digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Enhanced {
    pub(crate) subject: u16,
    pub(crate) detail: u16,
}

impl Reply {
    /// Reads one whole reply. A bare code without text, a bare LF and bytes that are no UTF-8 are all taken: a server
    /// that has accepted a message in a clumsy way must not be sent it again.
    pub(crate) async fn read(stream: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Reply> {
        let mut reply: Option<Reply> = None;
        loop {
            let line = read_line(stream).await?;
            let (code, last, text) = parse_line(&line).ok_or_else(malformed)?;
            let reply = reply.get_or_insert_with(|| Reply { code, lines: Vec::new() });
            if reply.code != code || reply.lines.len() == LINES_LIMIT {
                return Err(malformed());
            }
            reply.lines.push(text.to_owned());
            if last {
                return Ok(reply.clone());
            }
        }
    }

    /// The three digits.
    pub(crate) fn code(&self) -> u16 {
        self.code
    }

    /// The texts of the lines, each without its code.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(String::as_str)
    }

    /// The enhanced status code, if the text begins with one of the reply's own class (RFC 2034, section 4).
    pub(crate) fn enhanced(&self) -> Option<Enhanced> {
        self.lines.first().and_then(|line| parse_enhanced(self.code, line)).map(|(enhanced, _)| enhanced)
    }

    /// The whole text on one line; an enhanced status code that every line repeats is kept once.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for (index, line) in self.lines.iter().enumerate() {
            let line = match parse_enhanced(self.code, line) {
                Some((_, rest)) if index > 0 => rest,
                _ => line,
            };
            if index > 0 {
                text.push(' ');
            }
            text.push_str(line);
        }
        text
    }
}

/// Splits a line into code, whether it is the reply's last, and text. A code is three digits from 2yz to 5yz.
fn parse_line(line: &str) -> Option<(u16, bool, &str)> {
    let (digits, rest) = line.split_at_checked(3)?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let code = digits.parse().ok().filter(|code| (200..600).contains(code))?;
    match rest.chars().next() {
        None => Some((code, true, "")),
        Some(' ') => Some((code, true, rest[1..].trim_end())),
        Some('-') => Some((code, false, rest[1..].trim_end())),
        Some(_) => None,
    }
}

fn parse_enhanced(code: u16, line: &str) -> Option<(Enhanced, &str)> {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    let mut numbers = word.split('.').map(|part| part.parse::<u16>().ok());
    let (class, subject, detail) = (numbers.next()??, numbers.next()??, numbers.next()??);
    (numbers.next().is_none() && class == code / 100)
        .then(|| (Enhanced { subject, detail }, rest.trim_start()))
}

async fn read_line(stream: &mut (impl AsyncBufRead + Unpin)) -> io::Result<String> {
    let mut line = Vec::new();
    loop {
        let buffer = stream.fill_buf().await?;
        if buffer.is_empty() {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the server closed the connection"));
        }
        let end = buffer.iter().position(|&byte| byte == b'\n');
        let taken = end.map_or(buffer.len(), |at| at + 1);
        line.extend_from_slice(&buffer[..taken]);
        stream.consume(taken);
        if line.len() > LINE_LIMIT {
            return Err(malformed());
        }
        if end.is_some() {
            let text = String::from_utf8_lossy(&line);
            return Ok(text.trim_end_matches(['\r', '\n']).to_owned());
        }
    }
}

fn malformed() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the server's answer is not SMTP")
}

#[cfg(test)]
mod tests {
    use super::{Enhanced, Reply};

    async fn check(bytes: &[u8], code: u16, enhanced: Option<(u16, u16)>, text: &str) {
        let reply = Reply::read(&mut &bytes[..]).await.unwrap();
        let enhanced = enhanced.map(|(subject, detail)| Enhanced { subject, detail });
        assert_eq!((reply.code(), reply.enhanced(), reply.text().as_str()), (code, enhanced, text));
    }

    #[tokio::test]
    async fn replies_are_read_as_servers_write_them() {
        check(b"250 2.0.0 Ok: queued as 4X\r\n", 250, Some((0, 0)), "2.0.0 Ok: queued as 4X").await;
        check(b"250\r\n", 250, None, "").await;
        check(b"250 ok\n", 250, None, "ok").await;
        check(b"250-a\r\n250-b\r\n250 c\r\nrest", 250, None, "a b c").await;
        check(b"550-5.1.1 No such\r\n550 5.1.1 user\r\n", 550, Some((1, 1)), "5.1.1 No such user").await;
        check(b"550 4.1.1 another class\r\n", 550, None, "4.1.1 another class").await;
        check(b"550 5.7 short\r\n", 550, None, "5.7 short").await;
        check(b"550 5.1.1.1 long\r\n", 550, None, "5.1.1.1 long").await;
        check(b"550 \xe9t\xe9\r\n", 550, None, "\u{fffd}t\u{fffd}").await;
    }

    #[tokio::test]
    async fn what_is_no_reply_is_refused() {
        let endless = b"250-x\r\n".repeat(200);
        let long = [b"250 ".as_slice(), &[b'x'; 5000], b"\r\n"].concat();
        let cases: [&[u8]; 9] = [
            b"",
            b"250 ok",
            b"25\r\n",
            b"abc x\r\n",
            b"199 x\r\n",
            b"250x\r\n",
            b"250-a\r\n251 b\r\n",
            &endless,
            &long,
        ];
        for bytes in cases {
            assert!(Reply::read(&mut &bytes[..]).await.is_err(), "{:?}", String::from_utf8_lossy(bytes));
        }
    }
}
