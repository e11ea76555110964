//! `[audience.NAME]`, by kind: list, csv, http.

use serde_json::{Map, Value, json};

use super::basic::{LOCALE, headers};
use super::field::{Field, duration, map, name, named, table, text, texts};
use super::kinds::{Kind, by_kind};

const POINTER: &str = "^(/|$)";

pub(super) fn section() -> Field {
    let kinds = [
        kind("list", "people written here", [("members", members())]),
        kind("csv", "people looked up in a file with a header line", csv()),
        kind("http", "people looked up behind an API", http()),
    ];
    let one = by_kind(
        "An audience: a kind of person who is told.",
        "Where the people are.",
        common().into_iter().map(|(key, field)| (key.to_owned(), field.into_value())).collect(),
        &kinds,
    );
    named("Audiences: who is told. The name behind the dot is yours; rules use it in `to`.", one)
}

fn kind<const N: usize>(name: &str, about: &str, keys: [(&str, Field); N]) -> Kind {
    let keys: Map<String, Value> =
        keys.into_iter().map(|(key, field)| (key.to_owned(), field.into_value())).collect();
    Kind { name: name.to_owned(), about: about.to_owned(), keys }
}

fn common() -> [(&'static str, Field); 3] {
    let via = "The channels that reach it unless the rule says otherwise; the message goes out on each of them. Default: the only channel there is.";
    let else_via = "The channels to try next, in this order, for a person whom none of `via` could reach. Default: none.";
    let nobody = table(
        "Who is told when nobody is found, or nobody could be reached. Default: nobody; it then only shows in the log and on the console.",
        [
            ("to", name("The audience that is told.").example("operations")),
            ("template", name("The template that tells it.").example("nobody-found")),
        ],
    );
    [
        ("via", texts(via).example(json!(["email"]))),
        ("else_via", texts(else_via).example(json!(["sms"]))),
        ("nobody", nobody.example(json!({ "to": "operations", "template": "nobody-found" }))),
    ]
}

fn members() -> Field {
    let field =
        |description: &str| text(description).with("type", json!(["string", "number", "boolean", "object"]));
    let member = table(
        "A person, or a place. Keys other than the known ones reach templates as `recipient.extra`.",
        [
            ("name", field("How messages address the person.")),
            ("email", field("An e-mail address.").example("ops@market.example")),
            (
                "phone",
                field("A phone number, in international form or as written in [defaults] region.")
                    .example("+819012345678"),
            ),
            ("slack", field("A Slack channel or member, for a Slack channel with a token.").example("#ops")),
            ("line", field("A LINE user, group or room.")),
            ("webhook", field("A URL of the recipient's own, for a webhook channel without `url`.")),
            ("mention", field("A Slack member whom `{{mention}}` rings for.").example("U024BE7LH")),
            ("locale", field("The language, as a BCP 47 tag.").pattern(LOCALE).example("ja")),
            ("tz", field("The time zone, as an IANA name.").example("Asia/Tokyo")),
        ],
    );
    let member =
        member.with("additionalProperties", field("More about the person, for templates.").into_value());
    Field::of(json!({ "description": "The people. Every one of them gets each message.", "type": "array", "minItems": 1 }))
        .with("items", member.into_value())
        .example(json!([{ "name": "Ops", "email": "ops@market.example" }]))
}

fn give_up() -> Field {
    let about = "How long after its event a message is given up for which no directory had an answer. From \"1m\" to \"30d\".";
    duration(about).default("24h")
}

fn csv() -> [(&'static str, Field); 3] {
    let path = "The file: UTF-8, with a header line. It is read again when it changes. Relative paths count from the file that names them.";
    let key = "The column that holds the event's reference_id. The columns name, email, phone, slack, line, webhook, mention, locale and tz are known; any other reaches templates as `recipient.extra`.";
    [
        ("path", text(path).example("sellers.csv")),
        ("key", text(key).pattern("\\S").default("reference_id")),
        ("give_up", give_up()),
    ]
}

fn http() -> [(&'static str, Field); 11] {
    let url = "What is asked, with `{reference_id}` or `{sr_uuid}` in its path or its query. https, or http inside your network.";
    let base_url = "Another host than that of `url`: a proxy, a test double.";
    let fields = "Where what stands in the answer: JSON pointers by field. name, email, phone, slack, line, webhook, mention, locale and tz are known; any other reaches templates as `recipient.extra`.";
    let people =
        "Where the answer holds several people: a JSON pointer to a list. Default: the answer is one person.";
    let pointer = |description: &str| text(description).pattern(POINTER);
    [
        (
            "url",
            text(url)
                .pattern("^https?://")
                .example("https://market.example/internal/items/{reference_id}/seller"),
        ),
        ("base_url", text(base_url).pattern("^https?://")),
        (
            "bearer",
            text("A token that is sent as `Authorization: Bearer …`. Default: none.")
                .secret()
                .example(json!({ "env": "DIRECTORY_TOKEN" })),
        ),
        ("headers", headers("Headers that are sent with each request, by name. Default: none.")),
        (
            "fields",
            map(fields, pointer("A JSON pointer."))
                .example(json!({ "name": "/display_name", "email": "/contact/email" })),
        ),
        ("people", pointer(people).example("/contacts")),
        ("timeout", duration("How long an answer may take. From \"1s\" to \"30s\".").default("5s")),
        ("cache", duration("How long an answer is taken for true. From \"1s\" to \"24h\".").default("10m")),
        (
            "stale",
            duration("How long an old answer is used while the directory has none. From \"1s\" to \"7d\".")
                .default("1h"),
        ),
        (
            "probe",
            text("The id that `check --online` asks about.").default("proofbell-probe").example("MS-48213"),
        ),
        ("give_up", give_up()),
    ]
}
