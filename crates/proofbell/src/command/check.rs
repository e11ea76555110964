//! `proofbell check`: all problems at once.

use proofbell_config::{Secrets, Severity, render};
use serde_json::json;

use crate::cli::{CheckArgs, Globals, SecretsMode};
use crate::command::Stop;
use crate::loading;
use crate::output::{self, Table, Tone};

pub(crate) fn run(globals: &Globals, args: &CheckArgs) -> Result<(), Stop> {
    let secrets = match args.secrets {
        SecretsMode::Read => Secrets::Require,
        SecretsMode::Assume => Secrets::Assume,
    };
    let loaded = loading::read(globals, secrets);
    if let Some(key) = &args.show {
        return show(globals, &loaded, key);
    }
    let errors = loaded.diagnostics.iter().filter(|it| it.severity == Severity::Error).count();
    let warnings = loaded.diagnostics.len() - errors;
    if globals.json {
        let listed: Vec<_> = loaded.diagnostics.iter().map(as_json).collect();
        output::json(&json!({ "errors": errors, "warnings": warnings, "diagnostics": listed }));
    } else if !loaded.diagnostics.is_empty() {
        output::line(render(&loaded.diagnostics, output::colour()).trim_end());
        output::line("");
    }
    match &loaded.configuration {
        Some(configuration) if !globals.json => {
            let text = format!(
                "{} is fine: {}, {}, {}; {}",
                globals.config.display(),
                plural(configuration.engine.rules().len(), "rule"),
                plural(configuration.channels.len(), "channel"),
                plural(configuration.audiences.len(), "audience"),
                plural(warnings, "warning"),
            );
            output::line(&output::paint(&text, Tone::Good));
            Ok(())
        }
        Some(_) => Ok(()),
        None => Err(Stop::Usage(format!(
            "{} is refused: {}, {}",
            globals.config.display(),
            plural(errors, "error"),
            plural(warnings, "warning")
        ))),
    }
}

fn plural(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}

fn show(globals: &Globals, loaded: &proofbell_config::Loaded, key: &str) -> Result<(), Stop> {
    let settings = loaded.show(key);
    if settings.is_empty() {
        return Err(Stop::Usage(format!(
            "nothing is set at `{key}`; it has its default, or there is no such key"
        )));
    }
    let place = |setting: &proofbell_config::Setting| {
        format!("{}:{}", setting.location.file.display(), setting.location.line)
    };
    if globals.json {
        let listed: Vec<_> = settings
            .iter()
            .map(|setting| json!({ "key": setting.path, "value": setting.value, "place": place(setting) }))
            .collect();
        output::json(&listed);
        return Ok(());
    }
    let mut table = Table::new(&["KEY", "VALUE", "SET IN"]);
    for setting in &settings {
        table.row(vec![
            (setting.path.clone(), Tone::Strong),
            (setting.value.clone(), Tone::Plain),
            (place(setting), Tone::Quiet),
        ]);
    }
    table.print("nothing");
    Ok(())
}

fn as_json(diagnostic: &proofbell_config::Diagnostic) -> serde_json::Value {
    let at = diagnostic.location.as_ref();
    json!({
        "severity": diagnostic.severity.as_str(),
        "code": diagnostic.code,
        "file": at.map(|at| at.file.display().to_string()),
        "line": at.map(|at| at.line),
        "column": at.map(|at| at.column),
        "message": diagnostic.message,
        "hint": diagnostic.hint,
    })
}
