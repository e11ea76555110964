//! The documents of the repository say what is there.

use proofbell_tests::{metadata, root};

fn read(name: &str) -> String {
    let path = root().join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn crates() -> Vec<String> {
    let packages = metadata()["packages"].clone();
    let names =
        packages.as_array().unwrap().iter().map(|package| package["name"].as_str().unwrap().to_owned());
    names.collect()
}

/// Whether a text names a crate, and not only one whose name is longer.
fn names(text: &str, name: &str) -> bool {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).any(|word| word == name)
}

/// The paths of this repository that a Markdown text names: in backticks or as the target of a link.
fn paths(text: &str) -> Vec<String> {
    let quoted = text.split('`').skip(1).step_by(2);
    let linked = text.split("](").skip(1).filter_map(|rest| rest.split([')', '#', ' ']).next());
    let tops: Vec<String> = std::fs::read_dir(root())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "target")
        .collect();
    let is_path = |word: &&str| {
        let plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c));
        let top = word.split('/').next().unwrap_or_default();
        let file = [".md", ".rs", ".toml", ".hbs", ".csv"].iter().any(|end| word.ends_with(end));
        plain
            && (tops.iter().any(|name| name == top)
                || top.starts_with("proofbell-")
                || file && word.contains('/'))
    };
    quoted.chain(linked).filter(is_path).map(str::to_owned).collect()
}

fn check_paths(document: &str) {
    for path in paths(&read(document)) {
        // A crate's own files may be named from its folder on.
        let exists = root().join(&path).exists() || root().join("crates").join(&path).exists();
        assert!(exists, "{document} names {path}, which is not there");
    }
}

#[test]
fn the_architecture_names_every_crate_and_only_paths_that_exist() {
    let text = read("ARCHITECTURE.md");
    assert!(text.lines().count() <= 200, "{} lines; at most 200 are read", text.lines().count());
    for name in crates() {
        assert!(names(&text, &name), "ARCHITECTURE.md does not name {name}");
    }
    assert!(paths(&text).len() > 10, "hardly a path is found in ARCHITECTURE.md");
    check_paths("ARCHITECTURE.md");
}

#[test]
fn the_readme_has_one_line_for_every_crate() {
    let text = read("README.md");
    for name in crates() {
        let lines = text.lines().filter(|line| {
            let start = line.trim_start_matches(['|', '-', '*', ' ', '`', '[']);
            start.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with(['`', ' ', ']', ':']))
        });
        assert_eq!(lines.count(), 1, "README.md should have one line that begins with {name}");
    }
    check_paths("README.md");
}

#[test]
fn paths_are_found_where_they_stand() {
    let text = "See `crates/proofbell-event/src/lib.rs`, [the map](ARCHITECTURE.md#map), `POST /x`, `a::b`, `proofbell-sms/README.md`.";
    assert_eq!(
        paths(text),
        ["crates/proofbell-event/src/lib.rs", "proofbell-sms/README.md", "ARCHITECTURE.md"]
    );
}
