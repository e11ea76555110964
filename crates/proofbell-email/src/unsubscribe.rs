//! How a reader says that these mails may stop: `List-Unsubscribe` (RFC 2369) and its one click (RFC 8058).

use lettre::message::Mailbox;
use lettre::message::header::{HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use proofbell_notify::ConfigError;
use url::Url;
use uuid::Uuid;

/// Most characters of one way, so that its line stays within the 998 of RFC 5322.
const LONGEST: usize = 900;
/// Most ways: there is one of each kind.
const MOST: usize = 2;
/// The one thing that is filled in.
const ID: &str = "{id}";
/// What a mailto: URL holds besides letters and digits.
const ADDRESS: &AsciiSet = &NON_ALPHANUMERIC.remove(b'@').remove(b'.').remove(b'-').remove(b'_').remove(b'+');

/// The ways to unsubscribe, checked.
pub(crate) struct Unsubscribe {
    /// As they stand in the field, but for the message's id.
    ways: Vec<String>,
    /// Whether one of them takes a POST.
    one_click: bool,
}

impl Unsubscribe {
    /// The ways in the settings, or else a mail to whoever gets the answers.
    pub(crate) fn check(ways: Option<Vec<String>>, answers_to: &Mailbox) -> Result<Unsubscribe, ConfigError> {
        let Some(ways) = ways else {
            let address = utf8_percent_encode(answers_to.email.as_ref(), ADDRESS);
            return Ok(Unsubscribe {
                ways: vec![format!("mailto:{address}?subject=unsubscribe")],
                one_click: false,
            });
        };
        let mut schemes = Vec::new();
        for (index, way) in ways.iter().enumerate() {
            let refused = |message: &str| ConfigError::at(format!("unsubscribe[{index}]"), message);
            let scheme = scheme(way).map_err(|message| refused(&message))?;
            if schemes.contains(&scheme) {
                return Err(refused(
                    "is another one of the same kind; mail programs follow one https and one mailto",
                ));
            }
            schemes.push(scheme);
        }
        if !(1..=MOST).contains(&ways.len()) {
            return Err(ConfigError::at("unsubscribe", "is empty; leave it out for a mail to `reply_to`"));
        }
        Ok(Unsubscribe { ways, one_click: schemes.contains(&Scheme::Https) })
    }

    /// The fields for one message.
    pub(crate) fn fields(&self, message: Uuid) -> Vec<HeaderValue> {
        let id = message.hyphenated().to_string();
        let ways: Vec<String> = self.ways.iter().map(|way| format!("<{}>", way.replace(ID, &id))).collect();
        let mut fields = vec![field("List-Unsubscribe", &ways)];
        if self.one_click {
            fields.push(field("List-Unsubscribe-Post", &["List-Unsubscribe=One-Click".to_owned()]));
        }
        fields
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Https,
    Mailto,
}

/// Which kind of way it is; or why it is none, as a sentence about the setting.
fn scheme(way: &str) -> Result<Scheme, String> {
    let wanted = "write https://HOST/PATH or mailto:NAME@DOMAIN?subject=WORD, percent-encoded";
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"<>,\"\\^`|".contains(&byte);
    let text = way.replace(ID, "1");
    if text.contains(['{', '}']) {
        return Err("has an unknown place; the only one is {id}, the message's id".to_owned());
    }
    // As long as it becomes in a mail.
    let length = way.replace(ID, &Uuid::nil().hyphenated().to_string()).len();
    if length > LONGEST || !text.bytes().all(plain) {
        return Err(format!("is too long, or holds characters that a mail's field cannot; {wanted}"));
    }
    match (Url::parse(&text), Url::parse(&way.replace(ID, "2"))) {
        (Ok(url), Ok(other)) if url.scheme() == "https" => match url.authority() == other.authority() {
            true => Ok(Scheme::Https),
            false => Err("has {id} before its path".to_owned()),
        },
        (Ok(url), Ok(_)) if url.scheme() == "mailto" && url.path().contains('@') => Ok(Scheme::Mailto),
        _ => Err(format!("is no way to unsubscribe; {wanted}")),
    }
}

/// A field of parts, one a line. They are plain, and no encoding may touch them.
fn field(name: &'static str, parts: &[String]) -> HeaderValue {
    let name = HeaderName::new_from_ascii_str(name);
    HeaderValue::dangerous_new_pre_encoded(name, parts.join(", "), parts.join(",\r\n "))
}
