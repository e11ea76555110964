//! Which languages to try, in which order.

use std::collections::BTreeMap;

/// A BCP 47 tag as a key: lower case, parts joined by hyphens.
pub(crate) fn key(tag: &str) -> String {
    tag.trim().replace('_', "-").to_ascii_lowercase()
}

/// A recipient's languages, best first: `ja-JP` → `ja` → the default one → its own shorter forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fallback {
    keys: Vec<String>,
}

impl Fallback {
    pub(crate) fn new(wanted: Option<&str>, default: &str) -> Fallback {
        let mut keys: Vec<String> = Vec::new();
        for tag in wanted.into_iter().chain([default]) {
            let tag = key(tag);
            let mut rest = Some(tag.as_str()).filter(|tag| !tag.is_empty());
            while let Some(tag) = rest {
                if !keys.iter().any(|known| known == tag) {
                    keys.push(tag.to_owned());
                }
                rest = tag.rsplit_once('-').map(|(shorter, _)| shorter);
            }
        }
        Fallback { keys }
    }

    /// The first of these languages that the map has; its keys are those of [`key`].
    pub(crate) fn pick<'m, V>(&self, map: &'m BTreeMap<String, V>) -> Option<(&'m str, &'m V)> {
        self.keys.iter().find_map(|key| map.get_key_value(key)).map(|(key, value)| (key.as_str(), value))
    }

    /// The best language.
    pub(crate) fn first(&self) -> &str {
        self.keys.first().map_or("en", String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_tried_from_the_most_exact_to_the_default() {
        check(Some("ja-JP"), "en", "ja-jp ja en");
        check(Some("zh-Hant-TW"), "en-GB", "zh-hant-tw zh-hant zh en-gb en");
        check(Some("ja_JP"), "ja", "ja-jp ja");
        check(Some(""), "en", "en");
        check(None, "ja", "ja");
    }

    fn check(wanted: Option<&str>, default: &str, expected: &str) {
        assert_eq!(Fallback::new(wanted, default).keys.join(" "), expected, "{wanted:?} over {default}");
    }
}
