//! `[defaults]`

use jiff::tz::TimeZone;
use oxilangtag::LanguageTag;
use proofbell_engine::Defaults;

use crate::reader::{At, Scope};
use crate::suggest;

/// What `[defaults]` says.
pub(crate) struct Read {
    pub(crate) defaults: Defaults,
    pub(crate) region: Option<String>,
    /// Whether the default language is certain: not when what is written for it cannot be used.
    pub(crate) locale_is_known: bool,
}

pub(crate) fn read(root: &Scope<'_>) -> Read {
    let mut read = Read { defaults: Defaults::default(), region: None, locale_is_known: true };
    let Some(scope) = root.table("defaults") else { return read };
    match scope.parsed("locale", "a language tag", locale) {
        Some(locale) => read.defaults.locale = locale.value,
        None => read.locale_is_known = scope.node("locale").is_none(),
    }
    if let Some(tz) = scope.parsed("tz", "a time zone", time_zone) {
        read.defaults.tz = tz.value;
    }
    read.region = scope.parsed("region", "a country", region).map(|region: At<String>| region.value);
    scope.finish();
    read
}

/// A BCP 47 tag, in the upper and lower case that RFC 5646 recommends.
pub(crate) fn locale(text: &str) -> Result<String, &'static str> {
    let refused = "write a BCP 47 tag, such as \"ja\" or \"en-US\"";
    let tag = LanguageTag::parse_and_normalize(text).map_err(|_| refused)?;
    // Longer ones are well-formed, but no registered language has any: `english` is a slip.
    match tag.primary_language().len() {
        2 | 3 => Ok(tag.into_inner()),
        _ => Err(refused),
    }
}

/// `Etc/Unknown` is in the database, but it is nobody's zone.
fn time_zone(text: &str) -> Result<String, String> {
    let zone = TimeZone::get(text).ok().filter(|zone| !zone.is_unknown());
    zone.and_then(|zone| zone.iana_name().map(str::to_owned)).ok_or_else(|| {
        let names: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
        match suggest::nearest(text, names.iter().map(String::as_str)) {
            Some(near) => format!("did you mean \"{near}\"? Write an IANA name"),
            None => "write an IANA name, such as \"Asia/Tokyo\" or \"UTC\"".to_owned(),
        }
    })
}

fn region(text: &str) -> Result<String, &'static str> {
    let known = text.parse::<phonenumber::country::Id>().is_ok();
    let upper = text.bytes().all(|byte| byte.is_ascii_uppercase());
    (known && upper)
        .then(|| text.to_owned())
        .ok_or("write the two capital letters of ISO 3166, such as \"JP\" or \"US\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_defaults_are_told_apart() {
        assert_eq!(locale("JA-jp").as_deref(), Ok("ja-JP"));
        for text in ["japanese!", "", "english", "x-private"] {
            assert!(locale(text).is_err(), "{text}");
        }
        assert_eq!(time_zone("Asia/Tokyo").as_deref(), Ok("Asia/Tokyo"));
        assert!(time_zone("Asia/Tokio").unwrap_err().starts_with("did you mean \"Asia/Tokyo\""));
        assert!(time_zone("Etc/Unknown").is_err());
        assert_eq!(region("JP").as_deref(), Ok("JP"));
        for text in ["JA", "jp", "JPN", "", "日本"] {
            assert!(region(text).is_err(), "{text}");
        }
    }
}
