//! `[audience.NAME]`

use std::collections::BTreeMap;
use std::sync::Arc;

use proofbell_directory::{CsvDirectory, Directory, FieldReader, ListDirectory, Member};
use proofbell_notify::Recipient;

use crate::context::Context;
use crate::merge::join;
use crate::reader::{At, Scope, not_available};
use crate::report::{Finding, code};
use crate::secret;
use crate::source::Place;
use crate::suggest;
use crate::tree::{Node, Value};

const KINDS: [&str; 2] = ["list", "csv"];
const LATER_KINDS: [(&str, &str); 2] = [
    ("http", "this version looks people up in lists and CSV files"),
    ("sql", "this version looks people up in lists and CSV files"),
];

/// An audience as far as it could be read.
pub(crate) struct Read {
    pub(crate) name: At<String>,
    pub(crate) via: Option<At<Vec<At<String>>>>,
    pub(crate) else_via: Option<At<Vec<At<String>>>>,
    pub(crate) nobody: Option<NobodyRead>,
    pub(crate) directory: Option<Arc<dyn Directory>>,
    /// The people of a list, each with its place; `None` where they are looked up.
    pub(crate) members: Option<Vec<(Recipient, Place)>>,
}

/// `nobody` as it was written.
pub(crate) struct NobodyRead {
    pub(crate) to: At<String>,
    pub(crate) template: At<String>,
}

/// The audiences by name. `region` is that of phone numbers without a country.
pub(crate) fn read(root: &Scope<'_>, region: Option<&str>) -> BTreeMap<String, Read> {
    let mut audiences = BTreeMap::new();
    for (name, scope) in root.named("audience") {
        audiences.insert(name.value.clone(), read_one(name, &scope, region));
    }
    if audiences.is_empty() && root.node("audience").is_none_or(|node| node.as_table().is_some()) {
        let message = "there is no audience, so nobody could be told";
        let hint = "add one, such as [audience.operations] with kind = \"list\" and members";
        root.cx.report.push(Finding::error(code::MISSING_SECTION, None, message).hint(hint));
    }
    audiences
}

fn read_one(name: At<String>, scope: &Scope<'_>, region: Option<&str>) -> Read {
    let reader = FieldReader { region: region.map(str::to_owned) };
    let mut audience = Read {
        name,
        via: scope.strings("via"),
        else_via: scope.strings("else_via"),
        nobody: scope.table("nobody").and_then(|scope| nobody(&scope)),
        directory: None,
        members: None,
    };
    scope.later("quiet", "quiet hours come with limits for each recipient");
    if !scope.require("kind", "kind = \"list\"") {
        return audience;
    }
    match scope.string("kind").as_ref().map(|kind| (kind.value.as_str(), kind.at)) {
        Some(("list", _)) => {
            let members = members(scope, &reader);
            audience.directory = members.as_ref().map(|members| -> Arc<dyn Directory> {
                let members = members.iter().map(|(member, _, _)| member.clone()).collect();
                Arc::new(ListDirectory::new(members, reader.clone()))
            });
            audience.members =
                members.map(|list| list.into_iter().map(|(_, person, at)| (person, at)).collect());
            scope.finish();
        }
        Some(("csv", _)) => {
            audience.directory = csv(scope, reader);
            scope.finish();
        }
        Some((other, at)) => unknown_kind(scope, other, at),
        None => {}
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

fn members(scope: &Scope<'_>, reader: &FieldReader) -> Option<Vec<(Member, Recipient, Place)>> {
    if !scope.require("members", "members = [{ name = \"Ops\", email = \"ops@market.example\" }]") {
        return None;
    }
    let nodes = scope.array("members")?;
    if nodes.value.is_empty() {
        let message = format!("nobody is in `{}`", scope.path_of("members"));
        let hint = "add somebody: { name = \"Ops\", email = \"ops@market.example\" }";
        scope.cx.report.push(Finding::error(code::BAD_VALUE, nodes.at, message).hint(hint));
    }
    let path = |index| format!("{}[{index}]", scope.path_of("members"));
    let read = |(index, node)| member(scope.cx, node, &path(index), reader);
    Some(nodes.value.iter().enumerate().filter_map(read).collect())
}

/// A person written by hand: a field that cannot be used is a mistake, not somebody's bad data.
fn member(
    cx: &Context<'_>,
    node: &Node,
    path: &str,
    reader: &FieldReader,
) -> Option<(Member, Recipient, Place)> {
    let scope = Scope::open(cx, node, path)?;
    let mut member = Member::default();
    for entry in scope.entries() {
        let path = join(path, &entry.key);
        let text = match &entry.node.value {
            Value::Integer(number) => Some(number.to_string()),
            Value::Float(number) => Some(number.to_string()),
            Value::Boolean(value) => Some(value.to_string()),
            _ => secret::resolve(cx, &entry.node, &path)
                .filter(|text| !text.is_assumed())
                .map(|text| text.value),
        };
        if let Some(text) = text {
            member.set(&entry.key, text);
        }
    }
    let person = reader.read(&member);
    for problem in &person.problems {
        let at = scope.place(problem.field.strip_prefix("extra.").unwrap_or(&problem.field));
        let message = format!("`{}` cannot be used: {}", join(path, &problem.field), problem.problem);
        cx.report.push(Finding::error(code::BAD_VALUE, at, message).hint("correct it, or leave it out"));
    }
    Some((member, person, node.at))
}

fn csv(scope: &Scope<'_>, reader: FieldReader) -> Option<Arc<dyn Directory>> {
    scope.require("path", "path = \"sellers.csv\"");
    let key = match scope.node("key") {
        Some(_) => scope.parsed("key", "the name of a column", |key| match key.trim().is_empty() {
            true => Err("name the column that holds the event's reference_id"),
            false => Ok(key.to_owned()),
        })?,
        None => At { value: "reference_id".to_owned(), at: scope.at },
    };
    let path = scope.string("path")?;
    let full = scope.cx.sources.directory(path.at.file()).join(&path.value);
    if !scope.cx.files.exists(&full) {
        let message = format!("there is no file {}", crate::files::tidy(&full).display());
        let hint = "nobody is found until it is there; relative paths count from the file that names them";
        scope.cx.report.push(Finding::warning(code::ABSENT_FILE, path.at, message).hint(hint));
    }
    Some(Arc::new(CsvDirectory::new(full, key.value, reader)))
}
