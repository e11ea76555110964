//! Names of mails: what a notice is known by.

use std::fmt;

/// A mail's name, from which its place in the mailbox can be found again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Name {
    validity: u32,
    uid: u32,
    /// Whether it spoke of a mail of ours.
    ours: bool,
}

impl Name {
    /// The name of the mail with this number, in this life of the folder.
    pub(super) fn new(validity: u32, uid: u32) -> Name {
        Name { validity, uid, ours: true }
    }

    /// Reads one back, as its `Display` writes it.
    pub(super) fn parse(text: &str) -> Option<Name> {
        let mut parts = text.split('.');
        let (validity, uid) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let ours = match parts.next() {
            None => true,
            Some("other") => false,
            Some(_) => return None,
        };
        parts.next().is_none().then_some(Name { validity, uid, ours })
    }

    /// This one as a mail that does not concern us.
    pub(super) fn of_somebody_else(self) -> Name {
        Name { ours: false, ..self }
    }

    /// Which life of the folder it is from.
    pub(super) fn validity(self) -> u32 {
        self.validity
    }

    /// Whether it spoke of a mail of ours.
    pub(super) fn is_ours(self) -> bool {
        self.ours
    }

    /// Its number in the folder.
    pub(super) fn uid(self) -> u32 {
        self.uid
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}{}", self.validity, self.uid, if self.ours { "" } else { ".other" })
    }
}

#[cfg(test)]
mod tests {
    use super::Name;

    #[test]
    fn names_are_read_back() {
        let name = Name::new(7, 12);
        for (name, text) in [(name, "7.12"), (name.of_somebody_else(), "7.12.other")] {
            assert_eq!((name.to_string().as_str(), Name::parse(text)), (text, Some(name)));
        }
        for text in ["", "7", "7.x", "7.12.others", "7.12.other.", "-7.12"] {
            assert_eq!(Name::parse(text), None, "{text}");
        }
    }
}
