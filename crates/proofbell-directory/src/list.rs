//! People listed in the configuration.

use async_trait::async_trait;
use proofbell_notify::Recipient;

use crate::{Directory, FieldReader, Lookup, LookupError, Member};

/// People listed in the configuration: the same for every case.
#[derive(Clone, Debug)]
pub struct ListDirectory {
    recipients: Vec<Recipient>,
}

impl ListDirectory {
    /// A directory of these people.
    pub fn new(members: Vec<Member>, reader: FieldReader) -> ListDirectory {
        ListDirectory { recipients: members.iter().map(|member| reader.read(member)).collect() }
    }

    /// Everybody on the list, in its order. In a list that somebody wrote by hand, their problems are mistakes to report.
    pub fn recipients(&self) -> &[Recipient] {
        &self.recipients
    }
}

#[async_trait]
impl Directory for ListDirectory {
    async fn lookup(&self, _query: &Lookup) -> Result<Vec<Recipient>, LookupError> {
        Ok(self.recipients.clone())
    }

    async fn probe(&self) -> Result<String, LookupError> {
        Ok(match self.recipients.len() {
            1 => "1 member, listed in the configuration".to_owned(),
            count => format!("{count} members, listed in the configuration"),
        })
    }

    fn kind(&self) -> &'static str {
        "list"
    }
}
