use super::*;
use crate::parse::parse;

/// Reads each text as a file of its own and merges them; the second list is an overlay.
fn merged(files: &[&str], overlays: &[&str]) -> (Table, Vec<String>) {
    let (sources, report) = (Sources::default(), Report::default());
    let read = |texts: &[&str], stem: &str| {
        let mut tree = Table::default();
        for (index, text) in texts.iter().enumerate() {
            let id = sources.add(format!("{stem}{index}.toml").into(), (*text).to_owned());
            add(&sources, &report, &mut tree, parse(&sources, &report, id));
        }
        tree
    };
    let mut tree = read(files, "base");
    overlay(&mut tree, read(overlays, "over"), &mut Vec::new());
    let messages = report.finish(&sources).into_iter().map(|diagnostic| diagnostic.to_string()).collect();
    (tree, messages)
}

fn written(table: &Table) -> String {
    let entry = |entry: &Entry| format!("{}={}", entry.key, value(&entry.node));
    table.entries.iter().map(entry).collect::<Vec<_>>().join(" ")
}

fn value(node: &Node) -> String {
    match &node.value {
        Value::Table(table) => format!("{{{}}}", written(table)),
        Value::Array(nodes) => format!("[{}]", nodes.iter().map(value).collect::<Vec<_>>().join(" ")),
        Value::String(text) | Value::Datetime(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Boolean(value) => value.to_string(),
    }
}

#[test]
fn files_of_a_layer_lie_side_by_side() {
    let (tree, messages) = merged(&["[a]\nx = 1\n[a.b]\ny = 2", "[a]\nz = 3\n[a.b]\nw = 4", "[c]"], &[]);
    assert_eq!(written(&tree), "a={x=1 b={y=2 w=4} z=3} c={}");
    assert!(messages.is_empty(), "{messages:?}");
}

#[test]
fn a_key_that_two_files_set_is_refused_with_both_places() {
    let check = |first: &str, second: &str, expected: &str| {
        let (_, messages) = merged(&[first, second], &[]);
        assert_eq!(messages.len(), 1, "{messages:?}");
        assert!(messages[0].starts_with(expected), "{messages:?}");
    };
    check("[a]\nx = 1", "\n[a]\nx = 2", "base1.toml:3:1: `a.x` is set twice, first in base0.toml:2");
    check("a = 1", "[a]\nx = 2", "base1.toml:1:2: `a` is set twice, first in base0.toml:1");
    check("[s]\nx = []", "[s]\nx = []", "base1.toml:2:1: `s.x` is set twice");
    let (one, other) = ("[s]\nx = { env = \"A\" }", "[s]\nx = { file = \"b\" }");
    check(one, other, "base1.toml:2:1: `s.x` is set twice");
}

#[test]
fn an_overlay_replaces_values_and_lists_and_merges_tables() {
    let check = |base: &str, over: &str, expected: &str| {
        let (tree, messages) = merged(&[base], &[over]);
        assert_eq!(written(&tree), expected, "{over}");
        assert!(messages.is_empty(), "{messages:?}");
    };
    check("[a]\nx = 1\ny = 2", "[a]\ny = 3", "a={x=1 y=3}");
    check("[a]\nx = [1, 2]", "[a]\nx = [3]", "a={x=[3]}");
    check("[a]\nl = { r = 1, c = 2 }", "[a.l]\nr = 3", "a={l={r=3 c=2}}");
    check("[a]\nx = 1", "[a.x]\ny = 2", "a={x={y=2}}");
    let secret = "[a]\np = { env = \"A\" }";
    check(secret, "[a]\np = { file = \"b\" }", "a={p={file=b}}");
    check(secret, "[a]\np = \"plain\"", "a={p=plain}");
    check("[a]\np = { text = \"{k}\", k = { env = \"A\" } }", secret, "a={p={env=A}}");
    // Constants may be called anything, `env` too: a section is no reference.
    check("[vars]\nenv = \"staging\"", "[vars]\ncity = \"Kyoto\"", "vars={env=staging city=Kyoto}");
}
