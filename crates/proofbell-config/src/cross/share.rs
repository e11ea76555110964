//! What no two channels can have together, such as a mailbox that each of them would empty.

use std::collections::BTreeMap;

use super::World;
use crate::report::{Finding, code};
use crate::section::plugin;

pub(super) fn check(world: &World<'_>) {
    let mut taken: BTreeMap<String, &str> = BTreeMap::new();
    for (name, channel) in world.channels {
        // Two secrets that are not there may well be two.
        let Some(exclusive) = channel.exclusive().filter(|it| !plugin::has_stand_in(&it.key)) else {
            continue;
        };
        match taken.get(&exclusive.key) {
            None => {
                taken.insert(exclusive.key, name);
            }
            Some(other) => {
                let message =
                    format!("`channel.{other}` and `channel.{name}` cannot share {}", exclusive.what);
                let hint = "give each its own, or leave it to one of them";
                world.cx.report.push(Finding::error(code::DUPLICATE, channel.name.at, message).hint(hint));
            }
        }
    }
}
