//! `[side.CODE]`, `[reason.CODE]` and `[term.CODE]`

use serde_json::json;

use super::basic::LOCALE;
use super::field::{Field, named, table, text, texts};

pub(super) fn sides() -> Field {
    let about = "Names of photo slots. The word behind the dot is the code that rules use, as `where = { side = \"label\" }`.";
    let word = table("How a photo slot is called in this language.", [("name", word_name())]);
    named(about, entry("A photo slot.", word))
}

pub(super) fn reasons() -> Field {
    let about = "Names of rejection reasons, with advice. The word behind the dot is the code that rules use, as `where = { reason = \"blurry\" }`.";
    let advice = "One sentence that helps a seller do better the next time. Default: none.";
    let word = table(
        "How a reason is called in this language, and what helps.",
        [("name", word_name()), ("advice", filled(advice))],
    );
    named(about, entry("A rejection reason.", word))
}

pub(super) fn terms() -> Field {
    let form = |of: &str| filled(&format!("{of} `{{n}}` is the number.")).example("{n} photos");
    let forms = table(
        "The forms that this language needs, by the plural categories of CLDR.",
        [
            ("zero", form("The form for zero, in languages that have one.")),
            ("one", form("The form for one.")),
            ("two", form("The form for two, in languages that have one.")),
            ("few", form("The form for few, in languages that have one.")),
            ("many", form("The form for many, in languages that have one.")),
            ("other", form("The form for all other numbers.")),
        ],
    );
    let one = table("A word with a number.", [("text", languages(forms))]);
    named("Words with a number, for `{{plural \"photo\" n}}` in templates.", one)
}

fn entry(description: &str, word: Field) -> Field {
    let matches = "Legitmark's words for it, upper and lower case alike. The code itself needs no listing. No two entries may claim the same word.";
    table(
        description,
        [("match", texts(matches).example(json!(["Label", "ラベル"]))), ("text", languages(word))],
    )
}

fn word_name() -> Field {
    filled("How a sentence calls it: \"label\", not \"Label\".").example("label")
}

fn filled(description: &str) -> Field {
    text(description).pattern("\\S")
}

/// What is said in each language, by BCP 47 tag.
fn languages(each: Field) -> Field {
    Field::of(json!({
        "description": "What it is called, by language (BCP 47).",
        "type": "object",
        "propertyNames": { "pattern": LOCALE },
        "additionalProperties": each.into_value(),
    }))
}
