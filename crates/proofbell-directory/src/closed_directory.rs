//! A directory that is not asked.

use async_trait::async_trait;
use proofbell_notify::Recipient;

use crate::{Directory, Lookup, LookupError, UrlTemplate};

/// A directory that is not asked, because what it would be asked with is not there: a configuration can be read without its secrets,
/// and a made-up one is not shown to anybody's API.
#[derive(Clone, Debug)]
pub struct ClosedDirectory {
    kind: &'static str,
    why: String,
    url: Option<UrlTemplate>,
}

impl ClosedDirectory {
    /// One of this kind, and why it is not asked: a fragment that fits after "failed to".
    pub fn new(kind: &'static str, why: impl Into<String>) -> ClosedDirectory {
        ClosedDirectory { kind, why: why.into(), url: None }
    }

    /// The same, with what it would be asked by, where that is known.
    pub fn asked_by(self, url: UrlTemplate) -> ClosedDirectory {
        ClosedDirectory { url: Some(url), ..self }
    }
}

#[async_trait]
impl Directory for ClosedDirectory {
    async fn lookup(&self, _query: &Lookup) -> Result<Vec<Recipient>, LookupError> {
        Err(LookupError::unavailable(self.why.clone()))
    }

    fn foregone(&self, query: &Lookup) -> Option<Result<Vec<Recipient>, LookupError>> {
        self.url.as_ref()?.fill(query).err().map(Err)
    }

    async fn probe(&self) -> Result<String, LookupError> {
        Err(LookupError::unavailable(self.why.clone()))
    }

    fn kind(&self) -> &'static str {
        self.kind
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_asked_is_known_without_asking() {
        let url = UrlTemplate::parse("https://market.example/items/{reference_id}", None).unwrap();
        let closed = || ClosedDirectory::new("http", "ask");
        let query = |id: Option<&str>| Lookup { reference_id: id.map(str::to_owned), sr_uuid: None };
        let unaskable =
            |found: Option<Result<_, LookupError>>| matches!(found, Some(Err(LookupError::Unaskable(_))));
        assert!(unaskable(closed().asked_by(url.clone()).foregone(&query(None))));
        assert!(unaskable(closed().asked_by(url.clone()).foregone(&query(Some("..")))));
        assert_eq!(closed().asked_by(url).foregone(&query(Some("MS-1"))), None);
        assert_eq!(closed().foregone(&query(None)), None, "nothing is known of how it is asked");
    }
}
