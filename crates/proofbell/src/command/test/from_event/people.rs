//! People who are made up: a test holds nobody's data.

use std::collections::{BTreeMap, BTreeSet};

use proofbell_config::Found;
use proofbell_directory::{FieldReader, Member};
use proofbell_engine::Engine;
use proofbell_notify::AddressKind;
use proofbell_store::CaseView;

use crate::wiring::Wired;

/// A person for each audience that is looked up, with an address for each channel that it is told by. Only the language is that of the
/// real person, as far as the case's messages tell it.
pub(super) fn made_up(wired: &Wired, case: Option<&CaseView>) -> BTreeMap<String, Found> {
    let engine = &wired.runtime.engine;
    let looked_up = wired.runtime.audiences.iter().filter(|(name, _)| is_made_up(wired, name));
    let told: BTreeSet<&String> = engine.rules().iter().flat_map(|rule| &rule.to).collect();
    looked_up
        .filter(|(name, _)| told.contains(name))
        .map(|(name, _)| {
            let mut member = Member::default();
            member.set("name", "Hanako");
            for (field, address) in addresses(engine, wired.region.as_deref()) {
                member.set(field, address);
            }
            let locale = case.and_then(|case| locale(case, name));
            member.set("locale", locale.unwrap_or_else(|| engine.defaults().locale.clone()));
            let reader = FieldReader { region: wired.region.clone() };
            (name.clone(), Ok(vec![reader.read(&member)]))
        })
        .collect()
}

/// Whether a test makes up who an audience is. Those of a list are who the configuration says, and no test repeats who that is.
pub(super) fn is_made_up(wired: &Wired, audience: &str) -> bool {
    wired.runtime.audiences.get(audience).is_some_and(|audience| audience.directory.kind() != "list")
}

/// An address of each kind that some channel needs. Those of telephones are set aside for fiction, as far as their countries have such.
fn addresses(engine: &Engine, region: Option<&str>) -> BTreeMap<&'static str, &'static str> {
    let address = |kind: AddressKind| match kind {
        AddressKind::Email => Some(("email", "hanako@example.com")),
        AddressKind::Phone if region == Some("JP") => Some(("phone", "+819012345678")),
        AddressKind::Phone => Some(("phone", "+12025550123")),
        AddressKind::Named("slack") => Some(("slack", "U012AB3CD")),
        AddressKind::Named("line") => Some(("line", "U00000000000000000000000000000000")),
        AddressKind::Named("webhook") => Some(("webhook", "https://hanako.example.com/hook")),
        AddressKind::Named(_) | AddressKind::Fixed => None,
    };
    engine.channels().values().filter_map(|channel| address(channel.address)).collect()
}

/// The language in which an audience was told of a case.
fn locale(case: &CaseView, audience: &str) -> Option<String> {
    let drafts: BTreeSet<_> =
        case.drafts.iter().filter(|draft| draft.audience == audience).map(|draft| draft.id).collect();
    let mut told =
        case.messages.iter().filter(|message| message.draft.is_some_and(|draft| drafts.contains(&draft)));
    told.find_map(|message| message.locale.clone())
}
