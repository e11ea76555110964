//! Text on its way into a header field: nothing from outside may end the field, start another one, or pose as an encoded word.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use lettre::Address;
use lettre::message::Mailbox;
use lettre::message::header::{HeaderName, HeaderValue};
use proofbell_notify::EmailAddress;
use url::Host;

/// Longest display name, in characters.
const NAME_LIMIT: usize = 100;
/// Octets of text in one encoded word: with its frame and the name of the field it stays within the 76 of RFC 2047, section 2.
const ENCODED_WORD: usize = 39;
/// Longest text that may stand as it is, so that no line needs folding.
const PLAIN_LIMIT: usize = 60;

/// The text on one line: what controls a terminal, a parser or a line becomes a space.
pub(crate) fn one_line(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c })
        .collect();
    text.trim().to_owned()
}

/// A display name fit for a mailbox; `None` when nothing is left of it.
pub(crate) fn display_name(text: &str) -> Option<String> {
    let name: String = one_line(text).chars().take(NAME_LIMIT).collect();
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

/// The `Subject` field. Not lettre's own: that one passes ASCII words as they are, and one that looks like an encoded
/// word would be decoded by the reader, and one longer than a line would break the line limit of RFC 5322.
pub(crate) fn subject(text: &str) -> HeaderValue {
    let text = one_line(text);
    let encoded = encode(&text);
    HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str("Subject"), text, encoded)
}

fn encode(text: &str) -> String {
    let plain = text.len() <= PLAIN_LIMIT && text.is_ascii() && !text.contains("=?");
    if plain {
        return text.to_owned();
    }
    let mut words = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (word, tail) = rest.split_at(rest.floor_char_boundary(ENCODED_WORD));
        words.push(format!("=?utf-8?b?{}?=", BASE64.encode(word)));
        rest = tail;
    }
    words.join("\r\n ")
}

/// An address with its domain in ASCII (RFC 5890), as it goes on the wire; `None` when it has none.
pub(crate) fn wire_address(address: &EmailAddress) -> Option<Address> {
    let (local, domain) = address.expose().rsplit_once('@')?;
    if domain.is_ascii() {
        return Address::new(local, domain).ok();
    }
    match Host::parse(domain).ok()? {
        Host::Domain(domain) => Address::new(local, domain).ok(),
        Host::Ipv4(_) | Host::Ipv6(_) => None,
    }
}

/// Reads `Name <name@domain>` or `name@domain` out of the settings; the local part must be ASCII, so that every server takes it.
pub(crate) fn parse_mailbox(text: &str) -> Option<Mailbox> {
    let text = text.trim();
    let (name, address) = match text.strip_suffix('>') {
        Some(text) => text.rsplit_once('<')?,
        None => ("", text),
    };
    if name.contains(|c: char| c.is_control() || matches!(c, '<' | '>')) {
        return None;
    }
    let name = name.trim();
    let name = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name);
    let address = wire_address(&address.parse().ok()?)?;
    let ascii = address.user().is_ascii();
    ascii.then(|| Mailbox::new(display_name(name), address))
}
