//! What somebody wants of the starter set.

use proofbell_config::suggest;

/// A channel of the starter set.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct StarterChannel {
    /// The word for it: in `--channels`, and in the marks of the set's files.
    pub(crate) word: &'static str,
    /// Its name in the configuration.
    pub(crate) name: &'static str,
    pub(crate) kind: &'static str,
    /// The form of the templates that it sends.
    pub(crate) form: &'static str,
}

/// The channels there are.
pub(crate) const CHANNELS: [StarterChannel; 3] = [
    StarterChannel { word: "email", name: "email", kind: "smtp", form: "email" },
    StarterChannel { word: "slack", name: "authenticity", kind: "slack", form: "chat" },
    StarterChannel { word: "sms", name: "sms", kind: "twilio", form: "text" },
];
/// The languages there are.
pub(crate) const LOCALES: [&str; 2] = ["en", "ja"];

/// Which channels and languages to take. There is at least one of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    channels: Vec<&'static str>,
    /// The first is the default language.
    locales: Vec<&'static str>,
}

impl Choice {
    /// The whole set.
    pub(crate) fn everything() -> Choice {
        Choice { channels: CHANNELS.iter().map(|channel| channel.word).collect(), locales: LOCALES.to_vec() }
    }

    /// What the command line names; an empty list is all there is.
    ///
    /// # Errors
    /// A word that names nothing, with those that do.
    pub(crate) fn parse(channels: &[String], locales: &[String]) -> Result<Choice, String> {
        let everything = Choice::everything();
        let channels = each(channels, |word| {
            let known = CHANNELS.iter().find(|known| [known.word, known.name, known.kind].contains(&word));
            known.map(|known| known.word).ok_or_else(|| {
                let near = near(word, CHANNELS.iter().flat_map(|known| [known.word, known.name, known.kind]));
                let known: Vec<String> = CHANNELS
                    .iter()
                    .map(|known| format!("{} (kind {}, called `{}`)", known.word, known.kind, known.name))
                    .collect();
                format!("the starter set has no channel `{word}`; {near}it has {}", known.join(", "))
            })
        })?;
        let locales = each(locales, |word| {
            let known = LOCALES.into_iter().find(|known| known.eq_ignore_ascii_case(word));
            known.ok_or_else(|| {
                let near = near(word, LOCALES);
                format!(
                    "the starter set is not written in `{word}`; {near}it is written in {}",
                    LOCALES.join(", ")
                )
            })
        })?;
        Ok(Choice {
            channels: if channels.is_empty() { everything.channels } else { channels },
            locales: if locales.is_empty() { everything.locales } else { locales },
        })
    }

    /// Whether a channel or a language, by its word, is among what was chosen; `default-en` is the default language.
    pub(crate) fn has(&self, word: &str) -> bool {
        match word.strip_prefix("default-") {
            Some(locale) => self.default_locale() == locale,
            None => self.channels.contains(&word) || self.locales.contains(&word),
        }
    }

    pub(crate) fn default_locale(&self) -> &'static str {
        self.locales.first().copied().unwrap_or(LOCALES[0])
    }
}

/// ``did you mean `email`? ``, or nothing.
fn near(word: &str, known: impl IntoIterator<Item = &'static str>) -> String {
    suggest::nearest(word, known).map(|near| format!("did you mean `{near}`? ")).unwrap_or_default()
}

/// Reads each word once.
fn each(
    words: &[String],
    read: impl Fn(&str) -> Result<&'static str, String>,
) -> Result<Vec<&'static str>, String> {
    let mut known = Vec::new();
    for word in words {
        let word = read(word.trim())?;
        if !known.contains(&word) {
            known.push(word);
        }
    }
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_are_known_by_word_name_and_kind() {
        let check = |channels: &[&str], locales: &[&str], expected: Result<Choice, &str>| {
            let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
            let choice = Choice::parse(&owned(channels), &owned(locales));
            assert_eq!(choice, expected.map_err(str::to_owned), "{channels:?} {locales:?}");
        };
        let chosen = |channels: &[&'static str], locales: &[&'static str]| {
            Ok(Choice { channels: channels.to_vec(), locales: locales.to_vec() })
        };
        check(&[], &[], Ok(Choice::everything()));
        check(&["smtp", " slack", "email"], &["JA"], chosen(&["email", "slack"], &["ja"]));
        check(&["authenticity", "twilio"], &["ja", "en", "ja"], chosen(&["slack", "sms"], &["ja", "en"]));
        let channels = "email (kind smtp, called `email`), slack (kind slack, called `authenticity`), sms (kind twilio, called `sms`)";
        check(
            &["emial"],
            &[],
            Err(&format!("the starter set has no channel `emial`; did you mean `email`? it has {channels}")),
        );
        check(&["email", ""], &[], Err(&format!("the starter set has no channel ``; it has {channels}")));
        check(&[], &["fr"], Err("the starter set is not written in `fr`; it is written in en, ja"));
    }
}
