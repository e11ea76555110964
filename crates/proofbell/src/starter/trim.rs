//! What is left out where only some channels and languages are wanted: by the marks of the files, and by what their names and lines
//! say themselves.

use super::choice::{CHANNELS, Choice, LOCALES};
use super::{StarterFile, marks};

/// A file of `config/`; `None` when nothing is left of it.
pub(super) fn config(mut file: StarterFile, choice: &Choice) -> Option<StarterFile> {
    let extension = file.path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    match extension {
        "toml" => {
            file.text = marks::apply(&file.text, |word| choice.has(word));
            file.text = lines_of(&file.text, choice);
            let is_test = file.path.parent().is_some_and(|folder| folder.ends_with("tests"));
            return (!is_test || file.text.lines().any(|line| line == "[[test]]")).then_some(file);
        }
        // Only sellers are looked up, and they are told by e-mail and SMS.
        "csv" if choice.has("email") || choice.has("sms") => file.text = rows(&file.text, choice),
        "csv" => return None,
        _ => {}
    }
    Some(file)
}

/// Without the texts in other languages, and with the default language.
fn lines_of(text: &str, choice: &Choice) -> String {
    let foreign = |line: &str| {
        let locale = line.strip_prefix("text.").and_then(|rest| rest.split([' ', '=']).next());
        locale.is_some_and(|locale| !choice.has(locale))
    };
    let default = format!("locale = {:?}", LOCALES[0]);
    let chosen = format!("locale = {:?}", choice.default_locale());
    let lines = text.lines().filter(|line| !foreign(line));
    lines
        .map(|line| if line == default { &chosen } else { line })
        .fold(String::new(), |text, line| text + line + "\n")
}

/// Rows of people who read one of the languages, or of whom nobody knows what they read.
fn rows(text: &str, choice: &Choice) -> String {
    let cell = |line: &str, column: usize| line.split(',').nth(column).unwrap_or_default().to_owned();
    let column = text.lines().next().and_then(|head| head.split(',').position(|name| name == "locale"));
    let reads = |line: &str| {
        let locale = column.map(|column| cell(line, column)).unwrap_or_default();
        let language = locale.split('-').next().unwrap_or_default().to_owned();
        language.is_empty() || language == "locale" || choice.has(&language)
    };
    text.lines().filter(|line| reads(line)).fold(String::new(), |text, line| text + line + "\n")
}

/// The templates that `config` uses, in the forms of the channels and in the languages; and the partials that these use.
pub(super) fn templates(files: Vec<StarterFile>, choice: &Choice, config: &str) -> Vec<StarterFile> {
    let (partials, templates): (Vec<StarterFile>, Vec<StarterFile>) =
        files.into_iter().partition(|file| file.path.starts_with("templates/partials"));
    let mut kept: Vec<StarterFile> =
        templates.into_iter().filter(|file| is_wanted(file, choice, config)).collect();
    let mut rest = partials;
    loop {
        let used = |file: &StarterFile| {
            let name = file.path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
            let call = format!("{{{{> {name}");
            kept.iter().any(|user| {
                user.text
                    .match_indices(&call)
                    .any(|(at, _)| user.text[at + call.len()..].starts_with(['}', ' ']))
            })
        };
        let (mut used, unused): (Vec<StarterFile>, Vec<StarterFile>) = rest.into_iter().partition(used);
        if used.is_empty() {
            return kept;
        }
        kept.append(&mut used);
        rest = unused;
    }
}

/// `templates/NAME/FORM.LOCALE.hbs`
fn is_wanted(file: &StarterFile, choice: &Choice, config: &str) -> bool {
    let part = |index: usize| file.path.iter().nth(index).and_then(|part| part.to_str()).unwrap_or_default();
    let (name, mut variant) = (part(1), part(2).split('.'));
    let (form, locale) = (variant.next().unwrap_or_default(), variant.next().unwrap_or_default());
    let is_used = config.lines().any(|line| {
        line == format!("[rule.{name}]")
            || line.contains(&format!("template = {name:?}")) && !line.starts_with('#')
    });
    let is_sent = CHANNELS.iter().any(|channel| channel.form == form && choice.has(channel.word));
    is_used && is_sent && choice.has(locale)
}
