//! What a reload changes.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::runtime::Runtime;

/// What a reload changed, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// Channels; one whose settings are the same goes on as if nothing had happened.
    pub channels: Difference,
    /// Audiences, as far as their directories go.
    pub audiences: Difference,
    /// Rules, without what their templates say.
    pub rules: Difference,
}

/// What became of named things, each list sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// There was none of this name.
    pub added: Vec<String>,
    /// It has other settings.
    pub changed: Vec<String>,
    /// There is none of this name any more.
    pub removed: Vec<String>,
    /// Nothing changed.
    pub kept: Vec<String>,
}

impl Changes {
    pub(crate) fn between(old: &Runtime, new: &Runtime) -> Changes {
        // Rules cannot be compared; their whole content is in their debug form.
        let rules = |runtime: &Runtime| -> BTreeMap<String, String> {
            runtime.engine.rules().iter().map(|rule| (rule.name.clone(), format!("{rule:?}"))).collect()
        };
        Changes {
            channels: difference(&old.channels, &new.channels, |a, b| a.fingerprint == b.fingerprint),
            audiences: difference(&old.audiences, &new.audiences, |a, b| a.fingerprint == b.fingerprint),
            rules: difference(&rules(old), &rules(new), |a, b| a == b),
        }
    }
}

fn difference<T>(
    old: &BTreeMap<String, T>,
    new: &BTreeMap<String, T>,
    same: impl Fn(&T, &T) -> bool,
) -> Difference {
    let mut difference = Difference::default();
    for (name, new) in new {
        let list = match old.get(name) {
            None => &mut difference.added,
            Some(old) if same(old, new) => &mut difference.kept,
            Some(_) => &mut difference.changed,
        };
        list.push(name.clone());
    }
    difference.removed = old.keys().filter(|name| !new.contains_key(*name)).cloned().collect();
    difference
}

/// `added pager; changed email; kept desk, sms`
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lists = [
            ("added", &self.added),
            ("changed", &self.changed),
            ("removed", &self.removed),
            ("kept", &self.kept),
        ];
        let told = lists.iter().filter(|(_, names)| !names.is_empty());
        let told: Vec<String> = told.map(|(word, names)| format!("{word} {}", names.join(", "))).collect();
        f.write_str(&told.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_told_once() {
        let map = |text: &str| -> BTreeMap<String, String> {
            let pairs = text.split_whitespace().filter_map(|pair| pair.split_once('='));
            pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
        };
        let table = [
            ("a=1 b=1", "a=1 b=1", "kept a, b"),
            ("a=1 b=1", "a=2 b=1", "changed a; kept b"),
            ("a=1", "b=1", "added b; removed a"),
            ("", "b=1 a=1", "added a, b"),
            ("a=1 b=1 c=1", "c=2 d=1", "added d; changed c; removed a, b"),
            ("", "", ""),
        ];
        for (old, new, expected) in table {
            let told = difference(&map(old), &map(new), |a, b| a == b).to_string();
            assert_eq!(told, expected, "{old} to {new}");
        }
    }

    #[test]
    fn rules_differ_by_what_they_say() {
        let runtime = |subject: &str| {
            let engine = crate::testing::engine_with_rule(subject).into();
            Runtime { engine, ..crate::testing::runtime() }
        };
        let same = Changes::between(&runtime("email"), &runtime("email"));
        assert_eq!(same.rules.to_string(), "kept reshoot");
        let other = Changes::between(&runtime("email"), &runtime("sms"));
        assert_eq!(other.rules.to_string(), "changed reshoot");
    }
}
