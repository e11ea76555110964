//! `--show KEY`: what a key comes to, who set it, and what that has replaced.

use proofbell_config::{Loaded, Location, Setting};
use serde_json::{Value, json};

use crate::cli::Globals;
use crate::command::Stop;
use crate::output::{self, Table, Tone};

pub(super) fn run(globals: &Globals, loaded: &Loaded, key: &str) -> Result<(), Stop> {
    let settings = loaded.show(key);
    if settings.is_empty() {
        return Err(Stop::Usage(format!(
            "nothing is set at `{key}`; it has its default, or there is no such key\n\n{}",
            loaded.suggest(key)
        )));
    }
    match globals.json {
        true => output::json(&settings.iter().map(as_json).collect::<Vec<_>>()),
        false => table(&settings).print("nothing"),
    }
    Ok(())
}

fn place(at: &Location) -> String {
    format!("{}:{}", at.file.display(), at.line)
}

fn as_json(setting: &Setting) -> Value {
    let replaced = setting.replaced.iter();
    let replaced: Vec<_> =
        replaced.map(|before| json!({ "value": before.value, "place": place(&before.location) })).collect();
    json!({
        "key": setting.path,
        "value": setting.value,
        "place": place(&setting.location),
        "replaced": replaced,
    })
}

/// A replaced value stands below the one that counts.
fn table(settings: &[Setting]) -> Table {
    let mut table = Table::new(&["KEY", "VALUE", "SET IN"]);
    for setting in settings {
        table.row(vec![
            (setting.path.clone(), Tone::Strong),
            (setting.value.clone(), Tone::Plain),
            (place(&setting.location), Tone::Quiet),
        ]);
        for before in &setting.replaced {
            table.row(vec![
                ("  instead of".to_owned(), Tone::Quiet),
                (before.value.clone(), Tone::Quiet),
                (place(&before.location), Tone::Quiet),
            ]);
        }
    }
    table
}
