//! Whose addresses a test may show: those that it holds itself. People of a list are real, and may stand behind `{ env = … }`.

use std::collections::BTreeSet;

use proofbell_config::ConfigTest;
use proofbell_pipeline::MessageSeen;

use super::content;

/// The addresses that a test names, in its lookups and in what it expects.
#[derive(Clone, Debug)]
pub(super) struct Named(BTreeSet<String>);

impl Named {
    pub(super) fn by(test: &ConfigTest) -> Named {
        let lookups = test.steps.iter().map(|step| &step.lookups).chain([&test.lookups]);
        let people = lookups.flat_map(|lookups| lookups.values().flatten().flatten());
        let found = people.flat_map(|person| {
            let email = person.email.as_ref().map(|email| email.expose());
            let phone = person.phone.as_ref().map(|phone| phone.expose());
            email.into_iter().chain(phone).chain(person.named.values().map(String::as_str))
        });
        let expected = test.steps.iter().flat_map(|step| &step.expect);
        let expected = expected.filter_map(|expected| expected.address.as_deref());
        Named(found.chain(expected).map(str::to_owned).collect())
    }

    /// Where a message goes, as it may be shown: in full where the test names the address, otherwise masked. `None` where the channel is
    /// its own address.
    pub(super) fn shown(&self, seen: &MessageSeen) -> Option<String> {
        let address = content::address(seen)?;
        match self.0.contains(address) {
            true => Some(address.to_owned()),
            false => seen.made.message.as_ref().map(|message| message.to.to_string()),
        }
    }
}
