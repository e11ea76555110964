use proptest::prelude::*;

use super::*;

fn member(field: &str, text: &str) -> Member {
    let mut member = Member::default();
    member.set(field, text);
    member
}

fn value(recipient: &Recipient, field: &str) -> Option<String> {
    match field {
        "name" => recipient.name.clone(),
        "email" => recipient.email.as_ref().map(|email| email.expose().to_owned()),
        "phone" => recipient.phone.as_ref().map(|phone| phone.expose().to_owned()),
        "mention" => recipient.mentions.first().cloned(),
        "slack" | "line" | "webhook" => recipient.named.get(field).cloned(),
        "locale" => recipient.locale.clone(),
        "tz" => recipient.tz.clone(),
        extra => recipient.extra.get(extra).and_then(Value::as_str).map(str::to_owned),
    }
}

/// What of one field's text is kept, and how many problems it makes.
fn check(region: &str, field: &str, text: &str, kept: Option<&str>, problems: usize) {
    let reader = FieldReader { region: (!region.is_empty()).then(|| region.to_owned()) };
    let recipient = reader.read(&member(field, text));
    assert_eq!(value(&recipient, field).as_deref(), kept, "{field} = {text:?} in {region:?}");
    assert_eq!(recipient.problems.len(), problems, "{field} = {text:?}: {:?}", recipient.problems);
    for problem in &recipient.problems {
        assert!(problem.field.ends_with(field), "{problem:?}");
        assert!(!problem.problem.contains(text), "a problem must not repeat the text: {problem:?}");
    }
}

#[test]
fn good_fields_are_kept() {
    let table = [
        ("", "name", " 花子 ", "花子"),
        ("", "name", "Hanako\r\nBcc: x", "Hanako Bcc: x"),
        ("", "email", " a.b+c@example.jp ", "a.b+c@example.jp"),
        ("", "phone", "+81 90-1234-5678", "+819012345678"),
        ("JP", "phone", "090-1234-5678", "+819012345678"),
        ("JP", "phone", "９０-１２３４-５６７８", "+819012345678"),
        ("JP", "phone", "9012345678", "+819012345678"),
        ("JP", "phone", "+1 202 555 0143", "+12025550143"),
        ("", "slack", "#ops", "#ops"),
        ("", "mention", " U012AB3CD ", "U012AB3CD"),
        ("", "mention", "W012AB3CD", "W012AB3CD"),
        ("", "line", "U4af4980629aabbccddeeff0011223344", "U4af4980629aabbccddeeff0011223344"),
        ("", "line", "C4AF4980629AABBCCDDEEFF0011223344", "C4af4980629aabbccddeeff0011223344"),
        ("", "webhook", "https://market.example/hooks?a=1", "https://market.example/hooks?a=1"),
        ("", "locale", "ja", "ja"),
        ("", "locale", "JA-jp", "ja-JP"),
        ("", "locale", "zh-hant-tw", "zh-Hant-TW"),
        ("", "tz", "Asia/Tokyo", "Asia/Tokyo"),
        ("", "tz", "asia/tokyo", "Asia/Tokyo"),
        ("", "tz", "UTC", "UTC"),
        ("", "tier", "gold", "gold"),
        ("", "note", "two\nlines", "two\nlines"),
    ];
    for (region, field, text, kept) in table {
        check(region, field, text, Some(kept), 0);
    }
}

#[test]
fn empty_fields_are_absent() {
    for field in Member::FIELDS.into_iter().chain(["tier"]) {
        check("", field, "", None, 0);
        check("", field, " \t ", None, 0);
    }
}

#[test]
fn a_bad_field_costs_that_field() {
    let long_text = "x".repeat(TEXT_LIMIT + 1);
    let long_field = "x".repeat(FIELD_LIMIT + 1);
    let table = [
        ("", "name", long_text.as_str()),
        ("", "email", "nobody"),
        ("", "email", "a@b@example.jp"),
        ("", "email", "Hanako <a@example.jp>"),
        ("", "email", "a@example.jp, b@example.jp"),
        ("", "email", long_field.as_str()),
        ("", "phone", "090-1234-5678"),
        ("JP", "phone", "12"),
        ("JP", "phone", "call me"),
        ("XX", "phone", "090-1234-5678"),
        ("", "phone", "+999123456789"),
        ("", "slack", "the ops channel"),
        ("", "slack", "#ops\u{7}"),
        ("", "mention", "<@U012AB3CD>"),
        ("", "mention", "@channel"),
        ("", "mention", "#ops"),
        ("", "mention", "C012AB3CD"),
        ("", "mention", "U012ab3cd"),
        ("", "mention", "U012AB3CD U012AB3CE"),
        ("", "line", "@hanako"),
        ("", "line", "U4af4980629aabbccddeeff001122334"),
        ("", "line", "U4af4980629aabbccddeeff00112233花"),
        ("", "webhook", "http://market.example/hooks"),
        ("", "webhook", "https://"),
        ("", "webhook", "https://market.example/a b"),
        ("", "locale", "ja_JP"),
        ("", "locale", "日本語"),
        ("", "locale", "../../etc/passwd"),
        ("", "tz", "JST+9"),
        ("", "tz", "Asia/Edo"),
        ("", "tz", "Etc/Unknown"),
        ("", "tz", "../Asia/Tokyo"),
        ("", "tier", long_text.as_str()),
    ];
    for (region, field, text) in table {
        check(region, field, text, None, 1);
    }
}

#[test]
fn a_person_is_mentioned_as_said_or_as_addressed() {
    let check = |fields: &[(&str, &str)], expected: &[&str]| {
        let mut member = Member::default();
        for (key, text) in fields {
            member.set(key, *text);
        }
        let recipient = FieldReader::default().read(&member);
        assert_eq!(recipient.mentions, expected, "{fields:?}");
        assert!(!recipient.named.contains_key("mention") && recipient.extra.is_empty(), "{fields:?}");
    };
    check(&[("slack", "#desk"), ("mention", "U012AB3CD")], &["U012AB3CD"]);
    check(&[("slack", "U024BE7LH"), ("mention", "U012AB3CD")], &["U012AB3CD"]);
    check(&[("slack", "U024BE7LH")], &["U024BE7LH"]);
    check(&[("slack", "W024BE7LH")], &["W024BE7LH"]);
    check(&[("slack", "U024BE7LH"), ("mention", "nobody")], &["U024BE7LH"]);
    check(&[("slack", "#desk")], &[]);
    check(&[("slack", "C024BE91L")], &[]);
    check(&[("slack", "upstairs")], &[]);
    check(&[("email", "a@b.example"), ("name", "<@U012AB3CD>")], &[]);
}

#[test]
fn the_other_fields_survive() {
    let mut member = Member::default();
    for (key, text) in [("name", "花子"), ("email", "nobody"), ("tz", "Mars"), ("tier", "gold"), ("", "lost")]
    {
        member.set(key, text);
    }
    let recipient = FieldReader::default().read(&member);
    assert_eq!(recipient.name.as_deref(), Some("花子"));
    assert_eq!(recipient.extra.len(), 1);
    let fields: Vec<&str> = recipient.problems.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(fields, ["email", "tz"]);
}

#[test]
fn zones_do_not_need_the_machines_database() {
    assert!(jiff::tz::TimeZoneDatabase::bundled().get("Asia/Tokyo").is_ok());
}

#[test]
fn debug_shows_no_personal_data() {
    let mut member = member("email", "hanako@example.jp");
    member.set("seller_note", "secret");
    assert_eq!(format!("{member:?}"), r#"Member {"email", "seller_note"}"#);
}

proptest! {
    #[test]
    fn no_text_can_panic(field in 0usize..10, text in any::<String>(), digits in "[+0-9０-９()-]{0,24}") {
        let fields: Vec<&str> = Member::FIELDS.into_iter().chain(["tier"]).collect();
        let reader = FieldReader { region: Some("JP".to_owned()) };
        for text in [text, digits] {
            let recipient = reader.read(&member(fields[field], &text));
            prop_assert!(recipient.problems.len() <= 1);
        }
    }
}
