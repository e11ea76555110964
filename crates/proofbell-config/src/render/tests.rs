use super::*;

fn diagnostic() -> Diagnostic {
    Diagnostic {
        severity: Severity::Error,
        code: "unknown-name",
        location: Some(Location {
            file: "config/rules.toml".into(),
            line: 27,
            column: 8,
            length: 7,
            source_line: "via = [\"emial\"]  # 花子".into(),
        }),
        message: "there is no channel called `emial`".into(),
        hint: Some("did you mean `email`?".into()),
        related: None,
    }
}

fn check(diagnostics: &[Diagnostic], expected: &str) {
    assert_eq!(render(diagnostics, Color::Never), expected);
}

#[test]
fn the_caret_stands_under_what_is_meant() {
    check(
        &[diagnostic()],
        "error[unknown-name]: there is no channel called `emial`\n  \
           --> config/rules.toml:27:8\n   \
            |\n\
         27 | via = [\"emial\"]  # 花子\n   \
            |        ^^^^^^^\n   \
            = help: did you mean `email`?\n\n\
         1 error\n",
    );
}

#[test]
fn wide_characters_and_tabs_move_the_caret_as_they_move_the_text() {
    let location = Location {
        file: "a.toml".into(),
        line: 3,
        column: 8,
        length: 2,
        source_line: "\t名前 = \"花子\"".into(),
    };
    let wide =
        Diagnostic { location: Some(location), hint: None, severity: Severity::Warning, ..diagnostic() };
    check(
        &[wide],
        "warning[unknown-name]: there is no channel called `emial`\n \
          --> a.toml:3:8\n  \
           |\n\
         3 |   名前 = \"花子\"\n  \
           |           ^^^^\n\n\
         1 warning\n",
    );
}

#[test]
fn without_a_place_there_is_no_excerpt() {
    let bare = Diagnostic { location: None, hint: None, ..diagnostic() };
    check(
        std::slice::from_ref(&bare),
        "error[unknown-name]: there is no channel called `emial`\n\n1 error\n",
    );
    let sly = Diagnostic { message: "a \u{1b}[31m word".into(), ..bare };
    check(&[sly], "error[unknown-name]: a \u{fffd}[31m word\n\n1 error\n");
    check(&[], "");
}

#[test]
fn colour_changes_nothing_but_colour() {
    let colored = render(&[diagnostic()], Color::Always);
    assert!(colored.contains("\u{1b}["));
    let mut plain = String::new();
    let mut rest = colored.as_str();
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    plain.push_str(rest);
    assert_eq!(plain, render(&[diagnostic()], Color::Never));
}

#[test]
fn errors_and_warnings_are_counted() {
    let error = diagnostic();
    let warning = Diagnostic { severity: Severity::Warning, ..diagnostic() };
    assert_eq!(summary(&[]), "no errors");
    assert_eq!(summary(&[error.clone(), error.clone()]), "2 errors");
    assert_eq!(summary(&[error, warning.clone()]), "1 error, 1 warning");
    assert_eq!(summary(&[warning]), "1 warning");
}

#[test]
fn of_a_long_line_the_part_is_shown_that_is_meant() {
    let check = |column: usize, length: usize, most: usize| {
        let source_line = format!("{}{}", "x".repeat(column - 1), "y".repeat(500));
        let location = Location { file: "a.toml".into(), line: 1, column, length, source_line };
        let said = render(&[Diagnostic { location: Some(location), ..diagnostic() }], Color::Never);
        let lines: Vec<&str> = said.lines().collect();
        let (shown, carets) = (lines[3].chars().collect::<Vec<_>>(), lines[4].chars().collect::<Vec<_>>());
        assert!(shown.len() <= 220, "{said}");
        let meant = |(_, caret): &(&char, &char)| **caret == '^';
        let meant: Vec<char> = shown.iter().zip(&carets).filter(meant).map(|(shown, _)| *shown).collect();
        assert_eq!(meant, vec!['y'; most], "{said}");
    };
    check(1, 3, 3);
    check(300, 3, 3);
    check(300, 400, 120);
}
