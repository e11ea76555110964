use super::*;

#[test]
fn numbers_are_read_as_people_write_them() {
    let check = |text: &str, region: Option<&str>, expected: Option<(&str, Option<&str>)>| {
        let read = PhoneNumber::parse(text, region);
        let read = read.as_ref().ok().map(|number| (number.expose(), number.country()));
        assert_eq!(read, expected, "{text:?} in {region:?}");
    };
    check("+81 90-1234-5678", None, Some(("+819012345678", Some("JP"))));
    check("+819012345678", Some("US"), Some(("+819012345678", Some("JP"))));
    check("090-1234-5678", Some("JP"), Some(("+819012345678", Some("JP"))));
    check(" 09012345678 ", Some("JP"), Some(("+819012345678", Some("JP"))));
    check("(212) 555-2368", Some("US"), Some(("+12125552368", Some("US"))));
    check("+1 416 555 0134", None, Some(("+14165550134", Some("CA"))));
    check("+44 7400 123456", None, Some(("+447400123456", Some("GB"))));
    check("+39 312 345 6789", None, Some(("+393123456789", Some("IT"))));
    check("+7 701 123 4567", None, Some(("+77011234567", Some("KZ"))));
    check("+800 1234 5678", None, Some(("+80012345678", None)));
    check("09012345678", None, None);
    check("09012345678", Some("US"), None);
    check("+81 90 1234", None, None);
    check("+999123456789", None, None);
    check("110", Some("JP"), None);
    check("hanako", Some("JP"), None);
    check("", Some("JP"), None);
    check("+", None, None);
}

#[test]
fn an_error_does_not_repeat_the_number() {
    let error = PhoneNumber::parse("+81 90 1234", None).unwrap_err();
    assert!(!error.to_string().contains("1234"), "{error}");
}
