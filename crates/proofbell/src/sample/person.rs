//! A plausible reader in each language.

use proofbell_notify::Recipient;

/// Language, what it calls itself, and a name that people who speak it have.
const PEOPLE: [(&str, &str, &str); 22] = [
    ("en", "English", "Emily Carter"),
    ("ja", "日本語", "山田 花子"),
    ("de", "Deutsch", "Anna Schneider"),
    ("fr", "Français", "Camille Laurent"),
    ("es", "Español", "Lucía García"),
    ("it", "Italiano", "Giulia Rossi"),
    ("pt", "Português", "Mariana Silva"),
    ("nl", "Nederlands", "Sanne de Vries"),
    ("sv", "Svenska", "Elin Lindqvist"),
    ("da", "Dansk", "Freja Nielsen"),
    ("nb", "Norsk", "Ingrid Hansen"),
    ("fi", "Suomi", "Aino Virtanen"),
    ("pl", "Polski", "Zofia Kowalska"),
    ("cs", "Čeština", "Tereza Nováková"),
    ("tr", "Türkçe", "Elif Yılmaz"),
    ("uk", "Українська", "Олена Шевченко"),
    ("ko", "한국어", "김민지"),
    ("zh", "中文", "王芳"),
    ("th", "ไทย", "สมหญิง ใจดี"),
    ("vi", "Tiếng Việt", "Nguyễn Thị Mai"),
    ("id", "Bahasa Indonesia", "Putri Wulandari"),
    ("ar", "العربية", "ليلى حداد"),
];

fn of(locale: &str) -> Option<&'static (&'static str, &'static str, &'static str)> {
    let language = locale.split(['-', '_']).next().unwrap_or_default().to_lowercase();
    PEOPLE.iter().find(|(known, _, _)| *known == language)
}

/// Somebody who reads this language.
pub(crate) fn person(locale: &str) -> Recipient {
    let name = of(locale).or_else(|| PEOPLE.first()).map(|(_, _, name)| (*name).to_owned());
    Recipient { name, locale: Some(locale.to_owned()), ..Recipient::default() }
}

/// What the language of a tag calls itself; the tag where that is not known here.
pub(crate) fn language(locale: &str) -> &str {
    of(locale).map_or(locale, |(_, own, _)| own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_has_a_name_of_the_language_whatever_its_region() {
        for (locale, own, name) in [
            ("ja", "日本語", "山田 花子"),
            ("ja-JP", "日本語", "山田 花子"),
            ("EN-us", "English", "Emily Carter"),
            ("tlh", "tlh", "Emily Carter"),
        ] {
            assert_eq!((language(locale), person(locale).name.as_deref()), (own, Some(name)), "{locale}");
            assert_eq!(person(locale).locale.as_deref(), Some(locale));
        }
    }
}
