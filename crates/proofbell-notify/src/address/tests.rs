use super::*;

#[test]
fn mailboxes_are_bare_and_on_one_line() {
    let check = |text: &str, expected: Option<&str>| {
        let read = text.parse::<EmailAddress>();
        assert_eq!(read.as_ref().ok().map(EmailAddress::expose), expected, "{text:?}");
        if let Err(error) = read {
            assert!(text.len() < 3 || !error.to_string().contains(text), "{error}");
        }
    };
    check("hanako@example.jp", Some("hanako@example.jp"));
    check(" hanako@example.jp\n", Some("hanako@example.jp"));
    check("hanako+bags@mail.example.jp", Some("hanako+bags@mail.example.jp"));
    check("花子@例え.jp", Some("花子@例え.jp"));
    check("o'hara@example.jp", Some("o'hara@example.jp"));
    check("", None);
    check("hanako", None);
    check("@example.jp", None);
    check("hanako@", None);
    check("a@b@example.jp", None);
    check("Hanako <hanako@example.jp>", None);
    check("<hanako@example.jp>", None);
    check("\"hana ko\"@example.jp", None);
    check("hana ko@example.jp", None);
    check("hanako@example.jp,evil@example.jp", None);
    check("hanako@example.jp\r\nBcc: evil@example.jp", None);
    check("hanako@[192.0.2.1]", None);
    check("hanako.@example.jp", None);
    check(&format!("{}@example.jp", "a".repeat(65)), None);
    check(&format!("a@{}.jp", ["b"; 126].join(".")), None);
}

#[test]
fn addresses_print_masked() {
    let check = |address: Address, shown: &str| {
        assert_eq!(format!("{address}"), shown);
        assert_eq!(format!("{address:?}"), shown);
    };
    check(Address::Email("hanako@example.jp".parse().unwrap()), "h…@example.jp");
    check(Address::Phone(PhoneNumber::parse("+819012345678", None).unwrap()), "+8…78");
    check(Address::Named("U012AB3CD".to_owned()), "U0…CD");
    check(Address::Fixed, "(the channel's own)");
}

#[test]
fn a_stored_address_reads_back_the_same() {
    for address in [
        Address::Email("hanako@example.jp".parse().unwrap()),
        Address::Phone(PhoneNumber::parse("+819012345678", None).unwrap()),
        Address::Named("#ops".to_owned()),
        Address::Fixed,
    ] {
        let stored = serde_json::to_string(&address).unwrap();
        assert_eq!(serde_json::from_str::<Address>(&stored).unwrap(), address, "{stored}");
    }
    let forged = r#"{"email":"hanako@example.jp\r\nBcc: evil@example.jp"}"#;
    let error = serde_json::from_str::<Address>(forged).unwrap_err().to_string();
    assert!(error.contains("not an e-mail address") && !error.contains("hanako"), "{error}");
}
