use super::*;

#[test]
fn words_of_on_are_read_and_written_back() {
    let state = |primary: &str, supplement| On::State { primary: primary.to_owned(), supplement };
    let table = [
        ("reshoot_needed", On::Name(EventName::ReshootNeeded)),
        ("verdict_changed", On::Name(EventName::VerdictChanged)),
        ("unknown", On::Name(EventName::Unknown)),
        ("any", On::Group(EventGroup::Any)),
        ("photos_in", On::Group(EventGroup::PhotosIn)),
        ("state:QC/*", state("QC", Supplement::Any)),
        ("state:CANCELLED/", state("CANCELLED", Supplement::Null)),
        ("state:QC/REJECTED", state("QC", Supplement::Is("REJECTED".to_owned()))),
        ("state:QC/A/B", state("QC", Supplement::Is("A/B".to_owned()))),
        ("type:new_event_type", On::Type("new_event_type".to_owned())),
        ("type:a:b", On::Type("a:b".to_owned())),
    ];
    for (text, on) in table {
        assert_eq!(On::parse(text).as_ref(), Ok(&on), "{text}");
        assert_eq!(on.to_string(), text);
    }
}

#[test]
fn other_words_of_on_are_refused_with_a_cure() {
    let known = "(known: any, closed, verdict, photos_in, draft, photos_submitted, photos_rejected, photos_approved, fast_tracked, \
        queued, awaiting_assignment, assigned, examined, authentic, counterfeit, completed, cancelled, reshoot_needed, invalidated, \
        verdict_changed, unknown, state:PRIMARY/SUPPLEMENT, type:EVENT_TYPE)";
    let unknown = |text: &str, hint: &str| format!("find an event or a group named `{text}`{hint} {known}");
    let refused = |text: &str, cure: &str| format!("read `{text}` as events: {cure}");
    let table = [
        ("reshot_needed", unknown("reshot_needed", "; did you mean `reshoot_needed`?")),
        ("Authentic", unknown("Authentic", "; did you mean `authentic`?")),
        ("close", unknown("close", "; did you mean `closed`?")),
        ("weather", unknown("weather", "")),
        ("", unknown("", "")),
        ("kind:x", unknown("kind:x", "")),
        ("system:pause", refused("system:pause", "events of the system itself are not available yet")),
        ("type:", refused("type:", "write the event type behind the colon, as in `type:new_event_type`")),
        ("state:QC", refused("state:QC", "write `state:QC/*` for any supplement, `state:QC/` for none")),
        ("state:/REJECTED", refused("state:/REJECTED", "name one primary state, as in `state:QC/REJECTED`")),
        (
            "state:*/REJECTED",
            refused("state:*/REJECTED", "name one primary state, as in `state:QC/REJECTED`"),
        ),
        (
            "state:QC/REJ*",
            refused("state:QC/REJ*", "`*` stands for the whole supplement, not for a part of it"),
        ),
    ];
    for (text, message) in table {
        assert_eq!(On::parse(text), Err(PatternError(message)), "{text}");
    }
}

#[test]
fn globs_match_the_whole_of_a_value() {
    let table: [(&str, &[&str], &[&str]); 8] = [
        ("TEST-*", &["TEST-", "TEST-1", "TEST-1\n2"], &["test-1", "A TEST-1", "TEST"]),
        ("*", &["", "x", "\n"], &[]),
        ("", &[""], &["x"]),
        ("?", &["x", "鑑", "\n"], &["", "xy"]),
        ("a.c", &["a.c"], &["abc"]),
        ("[ab]+(c)\\d^$|", &["[ab]+(c)\\d^$|"], &["a"]),
        ("**.*?", &[".x", "a.b", "..."], &["", "a", "."]),
        ("*正面*", &["時計の正面です", "正面"], &["正 面"]),
    ];
    for (pattern, matching, other) in table {
        let Ok(Op::Glob(regex)) = Op::glob(pattern) else { panic!("{pattern}") };
        for text in matching {
            assert!(regex.is_match(text), "{pattern} and {text:?}");
        }
        for text in other {
            assert!(!regex.is_match(text), "{pattern} and {text:?}");
        }
    }
}

#[test]
fn regular_expressions_match_anywhere_and_stay_small() {
    let Ok(Op::Regex(regex)) = Op::regex("^MS-\\d{3}") else { panic!() };
    assert!(regex.is_match("MS-123-x") && !regex.is_match("XMS-123"));
    let table = [
        ("[a", "read the regular expression `[a`: unclosed character class"),
        ("(", "read the regular expression `(`: unclosed group"),
        ("\\w{900}", "read the regular expression `\\w{900}`: it is too large, write a simpler one"),
    ];
    for (pattern, message) in table {
        assert_eq!(Op::regex(pattern).unwrap_err().to_string(), message);
    }
    let long = "?".repeat(100_000);
    assert!(Op::glob(&long).unwrap_err().0.ends_with("it is too large, write a simpler one"));
}

#[test]
fn keys_are_read_and_written_back() {
    for (word, key) in Key::WORDS {
        assert_eq!(Key::parse(word), Some(key.clone()));
        assert_eq!(key.to_string(), word);
    }
    for text in ["", "Side", "payload", "item.brand", "recipient.locale"] {
        assert_eq!(Key::parse(text), None, "{text}");
    }
    for (pointer, shown) in
        [("/a/b", r#"payload."/a/b""#), ("/", r#"payload."/""#), (r#"/~0/~1/"\"#, r#"payload."/~0/~1/\"\\""#)]
    {
        assert_eq!(Key::payload(pointer).unwrap().to_string(), shown);
    }
    for (pointer, cure) in [
        ("", "a JSON pointer begins with a slash, as in `/seller/country`"),
        ("a/b", "a JSON pointer begins with a slash, as in `/seller/country`"),
        ("/~", "in a JSON pointer a `~` is written `~0`, and a slash in a name `~1`"),
        ("/~2", "in a JSON pointer a `~` is written `~0`, and a slash in a name `~1`"),
    ] {
        let message = format!("read `{pointer}` as a place in the payload: {cure}");
        assert_eq!(Key::payload(pointer), Err(PatternError(message)));
    }
}
