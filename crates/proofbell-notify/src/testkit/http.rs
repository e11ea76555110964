//! A server that answers every HTTP/1.1 request alike, and what it was asked.

use serde_json::Value;

use super::{Dialogue, Reply};

/// A server that gives every request this answer and keeps the connection open.
#[derive(Clone, Debug)]
pub struct HttpAnswer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl HttpAnswer {
    /// An answer of this status and body.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> HttpAnswer {
        HttpAnswer { status, headers: Vec::new(), body: body.into() }
    }

    /// An answer of this status with a JSON body.
    pub fn json(status: u16, body: &Value) -> HttpAnswer {
        HttpAnswer::new(status, body.to_string()).header("Content-Type", "application/json")
    }

    /// This answer with one header more.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> HttpAnswer {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

impl Dialogue for HttpAnswer {
    fn unit(&self, heard: &[u8], _: &[Vec<u8>]) -> Option<usize> {
        HttpRequest::split(heard).map(|(_, length)| length)
    }

    fn hands_over(&self, _: &[u8]) -> bool {
        true
    }

    fn reply(&self, _: &[u8]) -> Reply {
        let mut head = format!("HTTP/1.1 {} Status\r\nContent-Length: {}\r\n", self.status, self.body.len());
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        Reply::Say([head.as_bytes(), &self.body].concat())
    }
}

/// A request as a server hears it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRequest {
    /// `POST`.
    pub method: String,
    /// The request target: path and query.
    pub path: String,
    /// Names in lower case, in the order in which they came.
    pub headers: Vec<(String, String)>,
    /// The body, out of its chunks.
    pub body: Vec<u8>,
}

impl HttpRequest {
    /// Reads a unit that was heard; `None` when it is no whole HTTP/1.1 request.
    pub fn parse(unit: &[u8]) -> Option<HttpRequest> {
        HttpRequest::split(unit).map(|(request, _)| request)
    }

    /// The value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The body as an `application/x-www-form-urlencoded` form: names and values, decoded, in their order.
    pub fn form(&self) -> Vec<(String, String)> {
        self.body
            .split(|&byte| byte == b'&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let cut = pair.iter().position(|&byte| byte == b'=').unwrap_or(pair.len());
                (form_text(&pair[..cut]), form_text(pair.get(cut + 1..).unwrap_or_default()))
            })
            .collect()
    }

    /// The first request in `heard` and its length; `None` while it is not whole.
    fn split(heard: &[u8]) -> Option<(HttpRequest, usize)> {
        let head_end = find(heard, b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&heard[..head_end]).into_owned();
        let mut lines = head.split("\r\n");
        let mut first = lines.next()?.split(' ');
        let (method, path) = (first.next()?.to_owned(), first.next()?.to_owned());
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let mut request = HttpRequest { method, path, headers, body: Vec::new() };
        let rest = &heard[head_end + 4..];
        let length = match request.header("transfer-encoding") {
            Some(_) => dechunk(rest, &mut request.body)?,
            None => {
                let length = request.header("content-length").map_or(Some(0), |value| value.parse().ok())?;
                request.body = rest.get(..length)?.to_vec();
                length
            }
        };
        Some((request, head_end + 4 + length))
    }
}

/// Puts the chunks (RFC 9112, section 7.1) together and gives back how long they were on the wire. Trailers are not understood.
fn dechunk(mut rest: &[u8], body: &mut Vec<u8>) -> Option<usize> {
    let whole = rest.len();
    loop {
        let line = find(rest, b"\r\n")?;
        let size = std::str::from_utf8(&rest[..line]).ok()?.split(';').next()?.trim();
        let size = usize::from_str_radix(size, 16).ok()?;
        let chunk = rest.get(line + 2..line + 2 + size + 2)?;
        body.extend_from_slice(&chunk[..size]);
        rest = &rest[line + 2 + size + 2..];
        if size == 0 {
            return Some(whole - rest.len());
        }
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

fn form_text(encoded: &[u8]) -> String {
    let mut decoded = Vec::new();
    let mut rest = encoded;
    while let Some((&byte, tail)) = rest.split_first() {
        let hex = (byte == b'%').then(|| tail.get(..2)).flatten();
        let escaped = hex
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        decoded.push(escaped.unwrap_or(if byte == b'+' { b' ' } else { byte }));
        rest = if escaped.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}
