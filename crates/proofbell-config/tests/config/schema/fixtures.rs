//! What the schema sees of the fixtures: nothing in good files, and in broken ones all that one file shows.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::{Checked, json};

/// What a schema must see, because it stands in one place and no other decides about it.
const VISIBLE: [&str; 5] = ["unknown-key", "wrong-type", "unknown-kind", "unknown-event", "not-available"];
/// Which of these it cannot see all the same: front matter is no part of a file of the configuration, and what a table may hold can be
/// decided by the kind that another file gives it.
const HIDDEN: [&str; 2] = ["047-front-matter-key-unknown", "080-list-given-up"];

#[expect(clippy::unwrap_used, reason = "a helper of tests, which the lint does not see as one")]
fn files(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(directory) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    files
}

/// What it says of the files of one fixture: where, or why not.
#[expect(clippy::unwrap_used, reason = "a helper of tests, which the lint does not see as one")]
fn said(checked: &Checked, fixture: &Path) -> String {
    let mut wrong = Vec::new();
    for file in files(&fixture.join("config")).into_iter().chain(files(&fixture.join("overlay"))) {
        match json(&std::fs::read_to_string(&file).unwrap()) {
            Some(file) => wrong.extend(checked.wrong(&file)),
            None => return "no TOML".to_owned(),
        }
    }
    if wrong.is_empty() { "not seen".to_owned() } else { format!("seen at {}", wrong.join(", ")) }
}

/// `PROOFBELL_UPDATE=1 cargo test -p proofbell-config` writes the list anew; read the difference before committing it.
#[test]
fn a_broken_file_is_seen_where_a_schema_can_see_it() {
    let checked = Checked::new();
    let mut list = String::new();
    let mut fixtures: Vec<PathBuf> =
        std::fs::read_dir("fixtures/broken").unwrap().map(|entry| entry.unwrap().path()).collect();
    fixtures.sort();
    for fixture in &fixtures {
        let name = fixture.file_name().unwrap().to_str().unwrap();
        let said = said(&checked, fixture);
        let expected = std::fs::read_to_string(fixture.join("expected.txt")).unwrap();
        let visible = VISIBLE.iter().any(|code| expected.contains(&format!("error[{code}]")));
        assert!(
            !visible || HIDDEN.contains(&name) || said.starts_with("seen"),
            "{name} is {said}; if no schema can see it, it is HIDDEN"
        );
        writeln!(list, "{name}: {said}").unwrap();
    }
    let path = Path::new("fixtures/seen-by-the-schema.txt");
    if std::env::var_os("PROOFBELL_UPDATE").is_some() {
        std::fs::write(path, &list).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), list);
}

#[test]
fn nothing_is_wrong_about_what_the_loader_takes() {
    let checked = Checked::new();
    let mut looked = 0;
    let warned = std::fs::read_dir("fixtures/warned").unwrap().map(|entry| entry.unwrap().path());
    let directories = warned.flat_map(|fixture| [fixture.join("config"), fixture.join("overlay")]);
    for directory in directories.chain(["fixtures/good/config".into()]) {
        for file in files(&directory) {
            let text = std::fs::read_to_string(&file).unwrap();
            assert_eq!(checked.wrong(&json(&text).unwrap()), [""; 0], "{}", file.display());
            looked += 1;
        }
    }
    assert!(looked >= 10, "{looked}");
}
