//! `--lookup`: people that are played, so that no directory is asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use proofbell_config::suggest;
use proofbell_directory::{Directory, FieldReader, ListDirectory, Lookup, LookupError, Member};
use proofbell_notify::Recipient;

use crate::command::Stop;
use crate::wiring::Wired;

/// What `--lookup` says of one audience.
enum Played {
    Nobody,
    Unavailable,
    Person { member: Box<Member>, given: Vec<String> },
}

/// Puts those who are played into the place of the directories of their audiences; says in a sentence each who they are.
///
/// # Errors
/// A word names no audience, no field, or a value that no directory could give.
pub(super) fn play(wired: &mut Wired, words: &[String]) -> Result<Vec<String>, Stop> {
    let played = read(words, wired.runtime.audiences.keys().map(String::as_str))?;
    let reader = FieldReader { region: wired.region.clone() };
    let mut notes = Vec::new();
    for (name, played) in played {
        let (directory, who): (Arc<dyn Directory>, String) = match played {
            Played::Nobody => (list(Vec::new(), &reader), "nobody".to_owned()),
            Played::Unavailable => (Arc::new(Unavailable), "not available".to_owned()),
            Played::Person { member, given } => {
                refuse_unusable(&name, &reader.read(&member))?;
                (list(vec![*member], &reader), format!("one person with {}", given.join(", ")))
            }
        };
        notes.push(format!("`{name}` is played: {who}"));
        if let Some(audience) = wired.runtime.audiences.get_mut(&name) {
            audience.directory = directory;
        }
    }
    Ok(notes)
}

fn list(members: Vec<Member>, reader: &FieldReader) -> Arc<dyn Directory> {
    Arc::new(ListDirectory::new(members, reader.clone()))
}

/// What somebody has just typed is a mistake where a directory's would be a gap.
fn refuse_unusable(audience: &str, recipient: &Recipient) -> Result<(), Stop> {
    match recipient.problems.first() {
        Some(problem) => {
            Err(Stop::Usage(format!("--lookup {audience}.{}: {}", problem.field, problem.problem)))
        }
        None => Ok(()),
    }
}

fn read<'a>(
    words: &[String],
    audiences: impl Iterator<Item = &'a str>,
) -> Result<BTreeMap<String, Played>, Stop> {
    let audiences: Vec<&str> = audiences.collect();
    let mut all: BTreeMap<String, Played> = BTreeMap::new();
    for word in words {
        let wrong = |problem: String| Stop::Usage(format!("--lookup {word}: {problem}"));
        let (place, value) = word.split_once('=').ok_or_else(|| {
            wrong("write it as AUDIENCE.FIELD=VALUE, like seller.email=hanako@example.jp".to_owned())
        })?;
        let (audience, field) = match place.split_once('.') {
            Some((audience, field)) => (audience, Some(field)),
            None => (place, None),
        };
        if !audiences.contains(&audience) {
            let instead = suggest::hint(audience, "audiences", audiences.iter().copied());
            return Err(wrong(format!("no audience `{audience}`; {instead}")));
        }
        let before = all.remove(audience);
        let now = match field {
            Some(field) => person(before, field, value),
            None => whole(before, value),
        };
        all.insert(audience.to_owned(), now.map_err(wrong)?);
    }
    Ok(all)
}

/// `seller=nobody`
fn whole(before: Option<Played>, value: &str) -> Result<Played, String> {
    if before.is_some() {
        return Err("something else is said of this audience already".to_owned());
    }
    match value {
        "nobody" => Ok(Played::Nobody),
        "unavailable" => Ok(Played::Unavailable),
        other => Err(format!(
            "`{other}` is not `nobody` or `unavailable`; for a person, write AUDIENCE.FIELD=VALUE"
        )),
    }
}

/// `seller.email=…`
fn person(before: Option<Played>, field: &str, value: &str) -> Result<Played, String> {
    let (mut member, mut given) = match before {
        None => (Box::default(), Vec::new()),
        Some(Played::Person { member, given }) => (member, given),
        Some(Played::Nobody | Played::Unavailable) => {
            return Err("something else is said of this audience already".to_owned());
        }
    };
    if given.iter().any(|known| known == field) {
        return Err(format!("`{field}` is given twice"));
    }
    match field.strip_prefix("extra.") {
        Some("") => return Err("write the key behind `extra.`, as in seller.extra.tier=gold".to_owned()),
        Some(key) => drop(member.extra.insert(key.to_owned(), value.to_owned())),
        None if Member::FIELDS.contains(&field) => member.set(field, value),
        None => {
            let known = Member::FIELDS.into_iter().chain(["extra.KEY"]);
            return Err(format!("no field `{field}`; {}", suggest::hint(field, "fields", known)));
        }
    }
    given.push(field.to_owned());
    Ok(Played::Person { member, given })
}

/// A directory that cannot be reached.
struct Unavailable;

#[async_trait]
impl Directory for Unavailable {
    async fn lookup(&self, _query: &Lookup) -> Result<Vec<Recipient>, LookupError> {
        Err(LookupError::unavailable("reach the directory: it is played as unavailable"))
    }

    async fn probe(&self) -> Result<String, LookupError> {
        Err(LookupError::unavailable("reach the directory: it is played as unavailable"))
    }

    fn kind(&self) -> &'static str {
        "played"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(words: &[&str]) -> String {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        match read(&words, ["operations", "seller"].into_iter()) {
            Err(Stop::Usage(problem)) => problem,
            Err(other) => panic!("{other:?}"),
            Ok(_) => panic!("{words:?} is taken"),
        }
    }

    #[test]
    fn wrong_words_are_refused_with_what_is_known() {
        for (words, wanted) in [
            (vec!["seller"], "--lookup seller: write it as AUDIENCE.FIELD=VALUE"),
            (
                vec!["sellr.email=a@b.example"],
                "no audience `sellr`; did you mean `seller`? Known audiences are: operations, seller",
            ),
            (
                vec!["seller.mail=a@b.example"],
                "no field `mail`; did you mean `email`? Known fields are: name, email, phone,",
            ),
            (vec!["seller.extra.=x"], "write the key behind `extra.`"),
            (vec!["seller=someone"], "`someone` is not `nobody` or `unavailable`"),
            (vec!["seller.name=A", "seller.name=B"], "--lookup seller.name=B: `name` is given twice"),
            (vec!["seller=nobody", "seller.name=B"], "something else is said of this audience already"),
            (vec!["seller.name=B", "seller=nobody"], "something else is said of this audience already"),
        ] {
            let problem = refused(&words);
            assert!(problem.contains(wanted), "{words:?}: {problem}");
        }
    }

    #[test]
    fn a_value_may_hold_what_separates() {
        let words = ["seller.extra.note=a=b.c".to_owned(), "seller.name=花子".to_owned()];
        let played = read(&words, ["seller"].into_iter()).unwrap();
        let Some(Played::Person { member, .. }) = played.get("seller") else { panic!("a person") };
        assert_eq!(member.extra.get("note").map(String::as_str), Some("a=b.c"));
        assert_eq!(member.name.as_deref(), Some("花子"));
    }

    #[test]
    fn what_no_directory_could_give_is_refused_without_repeating_it() {
        let reader = FieldReader::default();
        let mut member = Member::default();
        member.set("email", "hanako at example");
        let Err(Stop::Usage(problem)) = refuse_unusable("seller", &reader.read(&member)) else {
            panic!("taken")
        };
        assert_eq!(problem, "--lookup seller.email: not an e-mail address (wanted name@domain)");
    }
}
