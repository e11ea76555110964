//! Every name that is used must be there, and in a list only once.

use super::World;
use crate::reader::At;
use crate::report::{Finding, code};
use crate::secret;
use crate::suggest;

pub(super) fn check(world: &World<'_>) {
    for rule in world.rules {
        let path = format!("rule.{}", rule.name.value);
        audiences(world, &rule.to);
        once(world, &rule.to, &format!("{path}.to"));
        channels(world, rule.via.as_ref(), rule.else_via.as_ref(), &path);
    }
    for audience in world.audiences.values() {
        let path = format!("audience.{}", audience.name.value);
        channels(world, audience.via.as_ref(), audience.else_via.as_ref(), &path);
        let Some(nobody) = &audience.nobody else { continue };
        audiences(world, std::slice::from_ref(&nobody.to));
        if nobody.to.value == audience.name.value {
            let message = format!("`{path}.nobody.to` names the audience itself");
            let hint = "name the people who can do something about it";
            world.cx.report.push(Finding::error(code::BAD_VALUE, nobody.to.at, message).hint(hint));
        }
    }
}

/// The names but those that are only assumed to be there, which may be any.
fn written(names: &[At<String>]) -> impl Iterator<Item = &At<String>> {
    names.iter().filter(|name| !secret::has_assumed(&name.value))
}

fn audiences(world: &World<'_>, names: &[At<String>]) {
    for name in written(names).filter(|name| !world.audiences.contains_key(&name.value)) {
        let hint = suggest::hint(&name.value, "audiences", world.audiences.keys().map(String::as_str));
        let message = format!("there is no audience called `{}`", name.value);
        world
            .cx
            .report
            .push(Finding::error(code::UNKNOWN_NAME, name.at, message).absent(&name.value).hint(hint));
    }
}

type Names = At<Vec<At<String>>>;

fn channels(world: &World<'_>, via: Option<&Names>, else_via: Option<&Names>, path: &str) {
    for (key, names) in [("via", via), ("else_via", else_via)] {
        let Some(names) = names else { continue };
        for name in written(&names.value).filter(|name| !world.channels.contains_key(&name.value)) {
            let hint = suggest::hint(&name.value, "channels", world.channels.keys().map(String::as_str));
            let message = format!("there is no channel called `{}`", name.value);
            world
                .cx
                .report
                .push(Finding::error(code::UNKNOWN_NAME, name.at, message).absent(&name.value).hint(hint));
        }
        once(world, &names.value, &format!("{path}.{key}"));
    }
    let (Some(via), Some(else_via)) = (via, else_via) else { return };
    for name in
        written(&else_via.value).filter(|name| via.value.iter().any(|first| first.value == name.value))
    {
        let message = format!("`{}` is in both `{path}.via` and `{path}.else_via`", name.value);
        let hint = "what failed once would be tried a second time; name another channel";
        world.cx.report.push(Finding::error(code::DUPLICATE, name.at, message).hint(hint));
    }
}

fn once(world: &World<'_>, names: &[At<String>], path: &str) {
    for (index, name) in names.iter().enumerate() {
        if !secret::has_assumed(&name.value)
            && names[..index].iter().any(|earlier| earlier.value == name.value)
        {
            let message = format!("`{}` is in `{path}` twice", name.value);
            world.cx.report.push(Finding::error(code::DUPLICATE, name.at, message).hint("name it once"));
        }
    }
}
