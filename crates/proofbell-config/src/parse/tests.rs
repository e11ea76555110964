use super::*;

fn messages(text: &str) -> Vec<String> {
    let (sources, report) = (Sources::default(), Report::default());
    let id = sources.add("x.toml".into(), text.to_owned());
    parse(&sources, &report, id);
    report.finish(&sources).into_iter().map(|diagnostic| diagnostic.to_string()).collect()
}

#[test]
fn a_second_key_of_a_file_names_the_first() {
    let table = [
        ("a = 1\nb = 2\na = 3", "x.toml:3:1: `a` is set twice in this file, first on line 1"),
        (
            "[s]\na = 1\n[t]\na = 1\nb = { a = 2 }\na = 3",
            "x.toml:6:1: `a` is set twice in this file, first on line 4",
        ),
        ("[s]\na.b = 1\na.c = 2\na.b = 3", "x.toml:4:3: `b` is set twice in this file, first on line 2"),
        ("[s]\nx = 1\n[t]\n[s] # again\ny = 2", "x.toml:4:2: `s` is set twice in this file, first on line 1"),
        ("x = { a = 1, a = 2 }", "x.toml:1:14: `a` is set twice"),
    ];
    for (text, expected) in table {
        let messages = messages(text);
        assert_eq!(messages.len(), 1, "{text:?}: {messages:?}");
        assert!(messages[0].starts_with(expected), "{text:?}: {messages:?}");
    }
}

#[test]
fn faults_of_syntax_are_told_all_at_once() {
    let messages = messages("a = \nb = 1\nc = \"x\nd = [1,, 2]\n");
    assert!(messages.len() >= 3, "{messages:?}");
    assert!(messages.iter().all(|message| message.contains("this is not TOML")), "{messages:?}");
}

#[test]
fn inline_tables_are_those_of_toml_1_0() {
    let good = [
        "a = { b = 1 }",
        "a = {}",
        "a = { b = [\n  1,\n], c = 2 }",
        "a = { b = \"\"\"x\ny,\"\"\", c.d = 2 }",
        "a = [\n  { b = 1 },\n  { b = 2 },\n]",
        "a = { b = { c = \",\" } }",
        "[a]\nb.c = 1\n",
    ];
    for text in good {
        assert_eq!(messages(text), [""; 0], "{text:?}");
    }
    let bad = [
        ("a = { b = 1,\n  c = 2 }", "x.toml:1:13: an inline table must stand on one line"),
        ("a = {\n b = 1 }", "x.toml:1:6: an inline table must stand on one line"),
        ("a = { b = 1\n}", "x.toml:1:12: an inline table must stand on one line"),
        ("a = { b = 1, }", "x.toml:1:12: an inline table must not end with a comma"),
        ("a = { b = { c.d = 1, }, e = 2 }", "x.toml:1:20: an inline table must not end with a comma"),
        ("a = { b.c = 1, b.d = 2, }", "x.toml:1:23: an inline table must not end with a comma"),
    ];
    for (text, expected) in bad {
        let messages = messages(text);
        assert!(messages[0].starts_with(expected), "{text:?}: {messages:?}");
    }
}

#[test]
fn numbers_that_nothing_can_hold_are_refused() {
    for text in ["a = 99999999999999999999", "a = inf", "a = nan", "a = 0xffffffffffffffffff"] {
        assert_eq!(messages(text).len(), 1, "{text}");
    }
}

#[test]
fn front_matter_is_placed_in_its_file() {
    let (sources, report) = (Sources::default(), Report::default());
    let text = "+++\nsubject = \n+++\n";
    let id = sources.add("x.hbs".into(), text.to_owned());
    let parsed = parse_part(&sources, &report, id, 4..15, code::TEMPLATE);
    assert_eq!(parsed.soundness, Soundness::Faulty);
    let diagnostics = report.finish(&sources);
    assert_eq!(diagnostics[0].location.as_ref().map(|location| location.line), Some(2));
}
