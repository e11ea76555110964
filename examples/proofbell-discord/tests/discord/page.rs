//! The page shows this crate, word for word: what is compiled and tested here is what it tells people to write.

use std::collections::BTreeMap;
use std::path::Path;

/// The files that the page shows whole, in the order in which it does.
const SHOWN: [&str; 7] = [
    "Cargo.toml",
    "src/lib.rs",
    "src/answer.rs",
    "src/post.rs",
    "tests/discord/contract.rs",
    "tests/discord/shop.toml",
    "tests/discord/chat.en.hbs",
];

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The blocks of code that stand below a line that is a file's name in backticks and a colon, by that name.
fn blocks(page: &str) -> BTreeMap<String, Vec<String>> {
    let mut blocks: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut last = "";
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("```") {
            let code: String =
                lines.by_ref().take_while(|line| *line != "```").map(|line| format!("{line}\n")).collect();
            if let Some(name) = last.strip_prefix('`').and_then(|rest| rest.strip_suffix("`:")) {
                blocks.entry(name.to_owned()).or_default().push(code);
            }
        }
        if !line.is_empty() {
            last = line;
        }
    }
    blocks
}

#[test]
fn the_page_shows_what_is_tested_here() {
    let blocks = blocks(&read("../../docs/write-a-notifier.md"));
    let named: Vec<&str> = blocks.keys().map(String::as_str).collect();
    for name in SHOWN {
        let shown =
            blocks.get(name).unwrap_or_else(|| panic!("the page does not show {name}, but {named:?}"));
        // The prose between two blocks stands where the file has an empty line.
        assert_eq!(shown.join("\n"), read(name), "the page and {name} differ");
    }
    assert_eq!(blocks.len(), SHOWN.len(), "the page shows other files too: {named:?}");
}
