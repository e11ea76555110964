//! `[redirect]`

use std::collections::BTreeSet;

use proofbell_notify::{Address, EmailAddress, PhoneNumber};

use crate::reader::{Scope, unknown_key};
use crate::report::{Finding, code};
use crate::secret::{self, Text};
use crate::{Redirect, RedirectTo};

/// The key for channels that are their own address.
const FIXED: &str = "fixed";

/// `kinds` are the address kinds of the configured channels.
pub(crate) fn read(
    root: &Scope<'_>,
    kinds: &BTreeSet<&'static str>,
    region: Option<&str>,
) -> Option<Redirect> {
    let scope = root.table("redirect")?;
    let mut redirect = Redirect::default();
    let mut known: BTreeSet<&str> = ["email", "phone", "slack", "line", "webhook", FIXED].into();
    known.extend(kinds);
    for entry in scope.entries() {
        let path = scope.path_of(&entry.key);
        if entry.key == "mark" {
            redirect.mark = secret::resolve(scope.cx, &entry.node, &path).map(|text| text.value);
            check_mark(&scope, redirect.mark.as_deref());
        } else if !known.contains(entry.key.as_str()) {
            unknown_key(scope.cx, entry, &scope.path, known.iter().copied().chain(["mark"]));
        } else if let Some(text) = secret::resolve(scope.cx, &entry.node, &path) {
            match target(&entry.key, &text, region) {
                Ok(to) => drop(redirect.by.insert(entry.key.clone(), to)),
                Err(hint) => scope.cx.report.push(
                    Finding::error(
                        code::BAD_VALUE,
                        entry.node.at,
                        format!("`{path}` is no address of this kind"),
                    )
                    .hint(format!("{hint}; or write \"drop\"")),
                ),
            }
        }
    }
    Some(redirect)
}

fn target(kind: &str, text: &Text, region: Option<&str>) -> Result<RedirectTo, String> {
    if text.value == "drop" {
        return Ok(RedirectTo::Drop);
    }
    let address = match kind {
        "email" => text.value.parse::<EmailAddress>().map(Address::Email).map_err(|error| error.to_string()),
        "phone" => {
            PhoneNumber::parse(&text.value, region).map(Address::Phone).map_err(|error| error.to_string())
        }
        FIXED if text.value == "keep" => return Ok(RedirectTo::Keep),
        FIXED => {
            Err("a channel that is its own address cannot be led elsewhere; set its URL in the overlay, and \
                      write \"keep\" here"
                .to_owned())
        }
        _ if text.value.is_empty() || text.value.contains(|c: char| c.is_control() || c.is_whitespace()) => {
            Err("write a name without spaces, such as \"#staging\"".to_owned())
        }
        _ => Ok(Address::Named(text.value.clone())),
    };
    match address {
        Err(_) if text.is_assumed() => Ok(RedirectTo::Drop),
        other => other.map(RedirectTo::To),
    }
}

/// `{to}` is the only place in a mark.
fn check_mark(scope: &Scope<'_>, mark: Option<&str>) {
    let Some(mark) = mark else { return };
    let rest = mark.replace("{to}", "");
    if rest.contains(['{', '}']) || rest.contains(char::is_control) {
        let message = "`redirect.mark` has a place other than `{to}`, or a control character";
        let hint = "write it on one line, such as \"[staging, for {to}] \"";
        scope.cx.report.push(Finding::error(code::BAD_VALUE, scope.place("mark"), message).hint(hint));
    }
}
