//! Every choice is a whole of its own: good, silent, and nothing in it speaks of what was left out.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use proofbell_config::{Color, Embedded, Loaded, Request, Secrets, load, render};
use proofbell_notify::Toolkit;

use super::*;
use crate::builtin;

/// All there is to choose: seven sets of channels, and four of languages.
fn choices() -> Vec<Choice> {
    let locales = [vec!["en"], vec!["ja"], vec!["en", "ja"], vec!["ja", "en"]];
    let mut choices = Vec::new();
    for set in 1..(1 << CHANNELS.len()) {
        let chosen = CHANNELS.iter().enumerate().filter(|(index, _)| set & (1 << index) != 0);
        let channels: Vec<String> = chosen.map(|(_, channel)| channel.word.to_owned()).collect();
        for locales in &locales {
            let locales: Vec<String> = locales.iter().map(|locale| (*locale).to_owned()).collect();
            choices.push(Choice::parse(&channels, &locales).unwrap());
        }
    }
    assert_eq!(choices.len(), 28);
    choices
}

fn loaded(files: &[StarterFile]) -> Loaded {
    let files = Embedded::new(files.iter().map(|file| (file.path.to_str().unwrap(), file.text.as_str())));
    load(&Request {
        layers: &[PathBuf::from("config")],
        files: &files,
        environment: &|_| None,
        secrets: Secrets::Assume,
        registry: &builtin::notifiers(),
        toolkit: &Toolkit::default(),
    })
}

fn text_of<'f>(files: &'f [StarterFile], path: &str) -> &'f str {
    files.iter().find(|file| file.path == Path::new(path)).map_or("", |file| file.text.as_str())
}

#[test]
fn every_choice_is_a_good_configuration() {
    for choice in choices() {
        let loaded = loaded(&files(&choice));
        assert_eq!(render(&loaded.diagnostics, Color::Never), "", "{choice:?}");
        let configuration = loaded.configuration.unwrap();
        assert_eq!(configuration.defaults.locale, choice.default_locale(), "{choice:?}");
        let channels: BTreeSet<&str> = configuration.channels.keys().map(String::as_str).collect();
        let chosen = CHANNELS.iter().filter(|channel| choice.has(channel.word));
        assert_eq!(channels, chosen.map(|channel| channel.name).collect(), "{choice:?}");
    }
}

#[test]
fn rules_stay_where_they_have_a_channel() {
    let check = |channels: &str, rules: &[&str]| {
        let channels: Vec<String> = channels.split(',').map(str::to_owned).collect();
        let loaded = loaded(&files(&Choice::parse(&channels, &[]).unwrap()));
        let engine = loaded.configuration.unwrap().engine;
        let mut names: Vec<&str> = engine.rules().iter().map(|rule| rule.name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, rules, "{channels:?}");
    };
    let all = ["authentic", "cancelled", "counterfeit-alert", "reshoot", "reshoot-label", "verdict-changed"];
    let without_label = ["authentic", "cancelled", "counterfeit-alert", "reshoot", "verdict-changed"];
    check("email,slack,sms", &all);
    check("email,sms", &all);
    check("email,slack", &without_label);
    check("email", &without_label);
    check("slack,sms", &["counterfeit-alert", "reshoot", "verdict-changed"]);
    check("slack", &["counterfeit-alert", "verdict-changed"]);
    check("sms", &["reshoot"]);
}

#[test]
fn nothing_speaks_of_what_was_left_out() {
    for choice in choices() {
        let files = files(&choice);
        let config: Vec<&StarterFile> = files.iter().filter(|file| file.path.starts_with("config")).collect();
        for file in config.iter().filter(|file| file.path.extension().is_some_and(|it| it == "toml")) {
            let name = format!("{} of {choice:?}", file.path.display());
            assert!(!file.text.contains("#?") && !file.text.contains("#|"), "{name} has marks");
            let is_test = file.path.starts_with("config/tests");
            assert!(is_test || file.text.starts_with("#:schema ./"), "{name} names no schema");
            for channel in CHANNELS.iter().filter(|channel| !choice.has(channel.word)) {
                for word in [format!("\"{}\"", channel.name), format!("[channel.{}", channel.name)] {
                    assert!(!file.text.contains(&word), "{name} has {word}");
                }
            }
            for locale in LOCALES.iter().filter(|locale| !choice.has(locale)) {
                for word in [format!("text.{locale}"), format!("locale = \"{locale}\"")] {
                    let speaks = file.text.lines().any(|line| !line.starts_with('#') && line.contains(&word));
                    assert!(!speaks, "{name} has {word}");
                }
            }
        }
        let rules = text_of(&files, "config/rules.toml");
        for (word, said) in [("email", "mail"), ("slack", "Slack"), ("sms", "SMS")] {
            assert!(choice.has(word) || !rules.contains(said), "{said} in the rules of {choice:?}");
        }
        assert_eq!(
            text_of(&files, "config/sellers.csv").is_empty(),
            !choice.has("email") && !choice.has("sms")
        );
    }
}

#[test]
fn templates_links_and_constants_are_used() {
    for choice in choices() {
        let files = files(&choice);
        let templates: Vec<&StarterFile> =
            files.iter().filter(|file| file.path.starts_with("templates")).collect();
        let text: String = templates.iter().map(|file| file.text.as_str()).collect();
        let config = text_of(&files, "config/proofbell.toml");
        for link in config.lines().filter_map(|line| line.strip_prefix("[link.")?.strip_suffix(']')) {
            assert!(text.contains(&format!("\"{link}\"")), "no template of {choice:?} has the link {link}");
        }
        let constants: toml::Table = config.parse().unwrap();
        // Those who call themselves something will want it, whatever they write.
        for constant in constants["vars"].as_table().unwrap().keys().filter(|key| *key != "marketplace") {
            assert!(text.contains(&format!("vars.{constant}")), "no template of {choice:?} has {constant}");
        }
        for template in templates {
            let name = template.path.to_str().unwrap();
            let gone = |word: &str| !choice.has(word);
            assert!(
                !LOCALES.iter().any(|locale| gone(locale)
                    && (name.contains(&format!(".{locale}.")) || name.contains(&format!("-{locale}.")))),
                "{name} of {choice:?}"
            );
            assert!(
                !CHANNELS
                    .iter()
                    .any(|channel| gone(channel.word) && name.contains(&format!("/{}.", channel.form))),
                "{name} of {choice:?}"
            );
        }
    }
}

#[test]
fn what_is_left_looks_as_if_it_had_been_written_so() {
    for choice in choices() {
        for file in files(&choice).iter().filter(|file| file.path.extension().is_some_and(|it| it == "toml"))
        {
            let name = format!("{} of {choice:?}", file.path.display());
            let lines: Vec<&str> = file.text.lines().collect();
            for pair in lines.windows(2) {
                let crowded = pair[1].starts_with('[') && !(pair[0].is_empty() || pair[0].starts_with('#'));
                assert!(!crowded, "{name}: no blank line before {}", pair[1]);
                assert!(!pair[0].is_empty() || !pair[1].is_empty(), "{name}: two blank lines");
            }
            let last = lines.last().copied().unwrap_or_default();
            assert!(!last.is_empty() && file.text.ends_with('\n'), "{name} ends in a blank line");
        }
    }
}

#[test]
fn marks_name_what_can_be_chosen() {
    let mut marked = 0;
    for (path, text) in crate::embedded::files() {
        for word in marks::words(text) {
            let locale = word.strip_prefix("default-").unwrap_or(word);
            let known = CHANNELS.iter().any(|channel| channel.word == word) || LOCALES.contains(&locale);
            assert!(known, "{} has a mark with {word}", path.display());
            marked += 1;
        }
    }
    assert!(marked > 30, "{marked}");
}
