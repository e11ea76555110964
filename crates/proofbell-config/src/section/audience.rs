//! `[audience.NAME]`

mod csv;
mod http;
mod list;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use proofbell_directory::{Directory, FieldReader};
use proofbell_notify::{Recipient, Toolkit};

use crate::duration::between;
use crate::reader::{At, Scope, not_available};
use crate::report::{Finding, code};
use crate::source::Place;
use crate::suggest;

pub(crate) use list::written_member;

const KINDS: [&str; 3] = ["list", "csv", "http"];
/// The keys of every kind.
const KEYS: [&str; 4] = ["kind", "via", "else_via", "nobody"];
const LATER_KINDS: [(&str, &str); 1] =
    [("sql", "this version looks people up in lists, CSV files and HTTP APIs")];
/// How long after its event a draft is given up for which no directory had an answer.
const GIVE_UP: Duration = Duration::from_secs(24 * 60 * 60);

/// An audience as far as it could be read.
pub(crate) struct Read {
    pub(crate) name: At<String>,
    pub(crate) via: Option<At<Vec<At<String>>>>,
    pub(crate) else_via: Option<At<Vec<At<String>>>>,
    pub(crate) nobody: Option<NobodyRead>,
    /// Whether one of these names is only assumed to be there.
    pub(crate) assumed: bool,
    pub(crate) directory: Option<Arc<dyn Directory>>,
    pub(crate) give_up: Duration,
    /// The people of a list, each with its place; `None` where they are looked up.
    pub(crate) members: Option<Vec<(Recipient, Place)>>,
    /// The fields that people who are looked up can have, and where that is written; `None` where they are listed, or nobody knows.
    pub(crate) fields: Option<At<Vec<String>>>,
}

/// `nobody` as it was written.
pub(crate) struct NobodyRead {
    pub(crate) to: At<String>,
    pub(crate) template: At<String>,
}

/// What the settings of one kind come to.
struct Found {
    directory: Arc<dyn Directory>,
    members: Option<Vec<(Recipient, Place)>>,
    fields: Option<At<Vec<String>>>,
}

/// The audiences by name. `region` is that of phone numbers without a country.
pub(crate) fn read(root: &Scope<'_>, region: Option<&str>, kit: &Toolkit) -> BTreeMap<String, Read> {
    let mut audiences = BTreeMap::new();
    for (name, scope) in root.named("audience") {
        audiences.insert(name.value.clone(), read_one(name, &scope, region, kit));
    }
    if audiences.is_empty() && root.node("audience").is_none_or(|node| node.as_table().is_some()) {
        let message = "there is no audience, so nobody could be told";
        let hint = "add one, such as [audience.operations] with kind = \"list\" and members";
        root.cx.report.push(Finding::error(code::MISSING_SECTION, None, message).hint(hint));
    }
    audiences
}

fn read_one(name: At<String>, scope: &Scope<'_>, region: Option<&str>, kit: &Toolkit) -> Read {
    let reader = FieldReader { region: region.map(str::to_owned) };
    let ((via, else_via, nobody), assumed) = scope.cx.with_assumed(|| {
        let (via, else_via) = (scope.strings("via"), scope.strings("else_via"));
        (via, else_via, scope.table("nobody").and_then(|scope| nobody(&scope)))
    });
    let mut audience = Read {
        name,
        via,
        else_via,
        nobody,
        assumed,
        directory: None,
        give_up: GIVE_UP,
        members: None,
        fields: None,
    };
    scope.later("quiet", "quiet hours come with limits for each recipient");
    if !scope.require("kind", "kind = \"list\"") {
        scope.refuse_slips("kind", &KEYS);
        return audience;
    }
    let Some(kind) = scope.word("kind") else { return audience };
    // A list needs no asking, so nothing is given up.
    if kind.value != "list"
        && let Some(give_up) = scope.parsed("give_up", "a time to give up after", between("1m", "30d"))
    {
        audience.give_up = give_up.value;
    }
    let found = match kind.value.as_str() {
        "list" => list::read(scope, reader),
        "csv" => csv::read(scope, reader),
        "http" => http::read(scope, reader, kit),
        other => {
            unknown_kind(scope, other, kind.at);
            None
        }
    };
    if let Some(Found { directory, members, fields }) = found {
        (audience.directory, audience.members, audience.fields) = (Some(directory), members, fields);
    }
    audience
}

fn unknown_kind(scope: &Scope<'_>, kind: &str, at: Place) {
    if let Some((_, what)) = LATER_KINDS.iter().find(|(later, _)| *later == kind) {
        return not_available(scope.cx, at, &format!("{} = {kind:?}", scope.path_of("kind")), what);
    }
    let message = format!("there is no kind of audience called `{kind}`");
    let hint = suggest::hint(kind, "kinds", KINDS);
    scope.cx.report.push(Finding::error(code::UNKNOWN_KIND, at, message).hint(hint));
}

fn nobody(scope: &Scope<'_>) -> Option<NobodyRead> {
    scope.require("to", "to = \"operations\"");
    scope.require("template", "template = \"nobody-found\"");
    let (to, template) = (scope.string("to"), scope.string("template"));
    scope.finish();
    Some(NobodyRead { to: to?, template: template? })
}
