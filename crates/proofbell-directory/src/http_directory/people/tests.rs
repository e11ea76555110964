use serde_json::json;

use super::*;

fn shape(people: Option<&str>) -> Shape {
    let fields = [
        ("name", "/display_name"),
        ("email", "/contact/email"),
        ("phone", "/contact/phone"),
        ("locale", "/locale"),
        ("tier", "/tier"),
    ];
    let fields = fields.map(|(name, pointer)| (name.to_owned(), pointer.parse().unwrap()));
    Shape { people: people.map(|pointer| pointer.parse().unwrap()), fields: fields.into() }
}

/// What an answer is read as: each person's name, e-mail, phone and number of problems; or why it is not.
fn check(people_at: Option<&str>, answer: Value, expected: Result<&[&str], ShapeError>) {
    let text = |person: &Recipient| {
        let email = person.email.as_ref().map_or("-", |email| email.expose());
        let phone = person.phone.as_ref().map_or("-", |phone| phone.expose());
        let name = person.name.as_deref().unwrap_or("-");
        format!("{name} {email} {phone} {}", person.problems.len())
    };
    let read = people(&answer, &shape(people_at), &FieldReader { region: Some("JP".to_owned()) });
    let read = read.map(|people| people.iter().map(text).collect::<Vec<_>>());
    assert_eq!(read, expected.map(|texts| texts.iter().map(|text| (*text).to_owned()).collect()), "{answer}");
}

#[test]
fn one_person_is_the_whole_answer() {
    let whole = json!({
        "id": 7, "display_name": "花子", "locale": "ja",
        "contact": { "email": "hanako@example.jp", "phone": "090-1234-5678" },
    });
    check(None, whole, Ok(&["花子 hanako@example.jp +819012345678 0"]));
    check(None, json!({ "display_name": "Ann" }), Ok(&["Ann - - 0"]));
    check(None, json!({ "contact": { "phone": 819012345678_i64 } }), Ok(&["- - +819012345678 0"]));
    check(None, json!({ "contact": { "email": "no address" } }), Ok(&["- - - 1"]));
    check(None, json!({ "contact": { "email": ["a@example.jp"] } }), Ok(&["- - - 1"]));
    check(None, json!({ "contact": { "email": { "work": "a@example.jp" } } }), Ok(&["- - - 1"]));
}

#[test]
fn nobody_is_an_answer_without_anybody() {
    for answer in [json!(null), json!({}), json!([])] {
        check(None, answer.clone(), Ok(&[]));
        check(Some("/contacts"), answer, Ok(&[]));
    }
    let table = [
        json!({ "display_name": null }),
        json!({ "display_name": "", "contact": { "email": " ", "phone": null } }),
        json!({ "tier": "gold", "locale": "ja" }),
        json!({ "locale": "not a language", "contact": {} }),
    ];
    for answer in table {
        check(None, answer, Ok(&[]));
    }
    check(Some("/contacts"), json!({ "contacts": null }), Ok(&[]));
    check(Some("/contacts"), json!({ "contacts": [] }), Ok(&[]));
    check(Some("/contacts"), json!({ "contacts": [null, {}, { "display_name": "" }] }), Ok(&[]));
    check(Some(""), json!([]), Ok(&[]));
}

#[test]
fn an_answer_of_another_shape_is_not_nobody() {
    check(None, json!({ "data": { "display_name": "Ann" } }), Err(ShapeError::NoFields));
    check(None, json!([{ "display_name": "Ann" }]), Err(ShapeError::NoFields));
    check(None, json!("Ann"), Err(ShapeError::NoFields));
    check(None, json!(false), Err(ShapeError::NoFields));
    check(Some("/contacts"), json!({ "people": [] }), Err(ShapeError::NoPeople));
    check(Some("/contacts"), json!([{ "display_name": "Ann" }]), Err(ShapeError::NoPeople));
    check(Some("/contacts"), json!({ "contacts": { "display_name": "Ann" } }), Err(ShapeError::NoArray));
    check(Some("/contacts"), json!({ "contacts": ["Ann"] }), Err(ShapeError::NoFields));
    check(Some("/contacts"), json!({ "contacts": [{ "name": "Ann" }] }), Err(ShapeError::NoFields));
}

#[test]
fn several_people_stand_in_an_array() {
    let ann = json!({ "display_name": "Ann", "contact": { "email": "ann@example.com" } });
    let bob = json!({ "display_name": "Bob" });
    let both: &[&str] = &["Ann ann@example.com - 0", "Bob - - 0"];
    check(Some("/contacts"), json!({ "contacts": [ann, null, {}, { "role": "x" }, bob] }), Ok(both));
    check(Some(""), json!([ann, bob]), Ok(both));
    let so_many = |count| json!({ "contacts": vec![bob.clone(); count] });
    check(Some("/contacts"), so_many(MOST_PEOPLE), Ok(&["Bob - - 0"; MOST_PEOPLE]));
    check(Some("/contacts"), so_many(MOST_PEOPLE + 1), Err(ShapeError::TooMany));
}

#[test]
fn a_person_can_be_a_bare_text() {
    let shape = Shape {
        people: Some("/emails".parse().unwrap()),
        fields: vec![("email".to_owned(), "".parse().unwrap())],
    };
    let read =
        people(&json!({ "emails": ["a@example.com", "b@example.com"] }), &shape, &FieldReader::default());
    let emails: Vec<_> = read.unwrap().into_iter().filter_map(|person| person.email).collect();
    assert_eq!(
        emails.iter().map(|email| email.expose()).collect::<Vec<_>>(),
        ["a@example.com", "b@example.com"]
    );
}

#[test]
fn extras_keep_their_type_and_are_no_documents() {
    let check = |tier: Value, expected: Option<Value>, problems: usize| {
        let answer = json!({ "display_name": "Ann", "tier": tier });
        let person = people(&answer, &shape(None), &FieldReader::default()).unwrap().remove(0);
        assert_eq!(person.extra.get("tier"), expected.as_ref(), "{answer}");
        assert_eq!(person.problems.len(), problems, "{answer}");
    };
    check(json!("gold"), Some(json!("gold")), 0);
    check(json!(3), Some(json!(3)), 0);
    check(json!(false), Some(json!(false)), 0);
    check(json!(null), None, 0);
    check(json!(["gold"]), None, 1);
    check(json!({ "level": 3 }), None, 1);
}
