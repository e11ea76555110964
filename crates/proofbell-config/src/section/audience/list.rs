//! `kind = "list"`: people written in the configuration.

use std::sync::Arc;

use proofbell_directory::{FieldReader, ListDirectory, Member};
use proofbell_notify::Recipient;

use super::Found;
use crate::context::Context;
use crate::merge::join;
use crate::reader::Scope;
use crate::report::{Finding, code};
use crate::secret;
use crate::source::Place;
use crate::tree::{Node, Value};

pub(super) fn read(scope: &Scope<'_>, reader: FieldReader) -> Option<Found> {
    let listed = members(scope, &reader);
    scope.finish();
    let listed = listed?;
    let members = listed.iter().map(|(member, _, _)| member.clone()).collect();
    Some(Found {
        directory: Arc::new(ListDirectory::new(members, reader)),
        members: Some(listed.into_iter().map(|(_, person, at)| (person, at)).collect()),
        fields: None,
    })
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
    let member = written_member(&scope);
    let person = reader.read(&member);
    for problem in &person.problems {
        let at = scope.place(problem.field.strip_prefix("extra.").unwrap_or(&problem.field));
        let message = format!("`{}` cannot be used: {}", join(path, &problem.field), problem.problem);
        cx.report.push(Finding::error(code::BAD_VALUE, at, message).hint("correct it, or leave it out"));
    }
    Some((member, person, node.at))
}

/// A person as written, before anything is checked.
pub(crate) fn written_member(scope: &Scope<'_>) -> Member {
    let mut member = Member::default();
    for entry in scope.entries() {
        let path = join(&scope.path, &entry.key);
        let text = match &entry.node.value {
            Value::Integer(number) => Some(number.to_string()),
            Value::Float(number) => Some(number.to_string()),
            Value::Boolean(value) => Some(value.to_string()),
            _ => secret::resolve(scope.cx, &entry.node, &path)
                .filter(|text| !text.is_assumed())
                .map(|text| text.value),
        };
        if let Some(text) = text {
            member.set(&entry.key, text);
        }
    }
    member
}
