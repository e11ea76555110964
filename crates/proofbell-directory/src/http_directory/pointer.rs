//! JSON pointers: where in an answer something stands.

use std::str::FromStr;

use serde_json::Value;

/// Where in a JSON document something stands: `/contact/email` (RFC 6901). The empty pointer is the whole document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pointer(String);

/// Why a text is no JSON pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PointerError {
    /// It neither begins with a slash nor is empty.
    #[error("a JSON pointer begins with a slash: /contact/email")]
    Slash,
    /// A tilde that escapes nothing.
    #[error("in a JSON pointer `~` is written ~0, and a `/` within a name ~1")]
    Tilde,
}

impl Pointer {
    /// What stands there; `None` when the document goes no further that way.
    pub(super) fn find<'a>(&self, document: &'a Value) -> Option<&'a Value> {
        document.pointer(&self.0)
    }
}

impl FromStr for Pointer {
    type Err = PointerError;

    fn from_str(text: &str) -> Result<Pointer, PointerError> {
        if !text.is_empty() && !text.starts_with('/') {
            return Err(PointerError::Slash);
        }
        match text.split('~').skip(1).all(|after| after.starts_with(['0', '1'])) {
            true => Ok(Pointer(text.to_owned())),
            false => Err(PointerError::Tilde),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_pointer_is_empty_or_begins_with_a_slash() {
        let table = [
            ("", Ok(())),
            ("/", Ok(())),
            ("/contact/email", Ok(())),
            ("/emails/0", Ok(())),
            ("/a~1b~0c", Ok(())),
            ("contact/email", Err(PointerError::Slash)),
            ("#/contact", Err(PointerError::Slash)),
            (" /contact", Err(PointerError::Slash)),
            ("/a~b", Err(PointerError::Tilde)),
            ("/a~", Err(PointerError::Tilde)),
            ("/a~~0", Err(PointerError::Tilde)),
        ];
        for (text, expected) in table {
            assert_eq!(text.parse::<Pointer>().map(|_| ()), expected, "{text:?}");
        }
    }

    #[test]
    fn it_leads_where_it_says() {
        let document = json!({ "contact": { "emails": ["a", "b"] }, "a/b~c": 1, "": 2 });
        let table = [
            ("", Some(document.clone())),
            ("/contact/emails/1", Some(json!("b"))),
            ("/a~1b~0c", Some(json!(1))),
            ("/", Some(json!(2))),
            ("/contact/phone", None),
            ("/contact/emails/2", None),
            ("/contact/emails/-", None),
        ];
        for (text, expected) in table {
            let pointer: Pointer = text.parse().unwrap();
            assert_eq!(pointer.find(&document), expected.as_ref(), "{text:?}");
        }
    }
}
