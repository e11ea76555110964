//! `proofbell check`: all problems at once, for people, programs and code review; and, when asked, whether what is configured works.

mod github;
mod listed;
mod online;
mod probe;
mod sarif;
mod show;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use proofbell_config::{Configuration, Diagnostic, Loaded, Secrets, Severity, render};

use crate::cli::Globals;
use crate::command::Stop;
use crate::loading;
use crate::output::{self, Tone, plural};

/// `proofbell check`
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// How problems are told; `human` when left out, `json` with --json.
    #[arg(long, value_enum, value_name = "FORMAT", conflicts_with = "show")]
    format: Option<Format>,
    /// Warnings too make the exit code 2.
    #[arg(long, conflicts_with = "show")]
    deny_warnings: bool,
    /// `assume` takes any secret as given: for CI.
    #[arg(long, value_enum, default_value_t = SecretsMode::Read)]
    secrets: SecretsMode,
    /// Ask every channel and every directory whether it works; nothing is sent.
    #[arg(long, conflicts_with = "show")]
    online: bool,
    /// How long each of them may take to answer.
    #[arg(long, value_name = "SECONDS", default_value_t = 10, requires = "online",
          value_parser = clap::value_parser!(u64).range(1..=600))]
    timeout: u64,
    /// Print the value that a key comes to, and the file and line that set it; secrets are masked.
    #[arg(long, value_name = "KEY")]
    show: Option<String>,
}

/// How problems are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// With the source line and a caret, for people.
    Human,
    /// One JSON object.
    Json,
    /// SARIF 2.1.0, for code scanning; its paths count from the working directory.
    Sarif,
    /// Workflow commands of GitHub Actions: annotations in a pull request.
    Github,
}

/// What `check` does about secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SecretsMode {
    /// Reads them.
    Read,
    /// Takes any as given.
    Assume,
}

pub(crate) async fn run(globals: &Globals, args: &CheckArgs) -> Result<(), Stop> {
    let format = format(globals, args)?;
    let secrets = match args.secrets {
        SecretsMode::Read => Secrets::Require,
        SecretsMode::Assume => Secrets::Assume,
    };
    let began = Instant::now();
    let mut loaded = loading::read(globals, secrets);
    if let Some(configuration) = &loaded.configuration {
        loaded.diagnostics.extend(loading::tests(globals, configuration).diagnostics);
    }
    let took = began.elapsed();
    if let Some(key) = &args.show {
        return show::run(globals, &loaded, key);
    }
    match format {
        Format::Human if !loaded.diagnostics.is_empty() => {
            output::line(render(&loaded.diagnostics, output::colour()).trim_end());
            output::line("");
        }
        Format::Human | Format::Json => {}
        Format::Sarif => output::json(&sarif::log(&loaded, &globals.config)),
        Format::Github => github::annotations(&loaded.diagnostics).iter().for_each(|line| output::line(line)),
    }
    let judged = judge(globals, args, &loaded);
    if let (Format::Human, Ok(configuration)) = (format, &judged) {
        output::line(&output::paint(&fine(globals, configuration, &loaded.diagnostics, took), Tone::Good));
    }
    let answers = match &judged {
        Ok(configuration) if args.online => {
            Some(online::ask(configuration, &loaded, Duration::from_secs(args.timeout)).await)
        }
        Ok(_) | Err(_) => None,
    };
    if format == Format::Json {
        output::json(&listed::all(&loaded.diagnostics, took, answers.as_deref()));
    } else if let Some(answers) = &answers {
        online::print(answers);
    }
    judged?;
    answers.map_or(Ok(()), |answers| online::verdict(&answers))
}

/// What the output is to be, when the arguments fit together.
fn format(globals: &Globals, args: &CheckArgs) -> Result<Format, Stop> {
    let usage = |problem: &str| Err(Stop::Usage(problem.to_owned()));
    let format = match (args.format, globals.json) {
        (None, false) => Format::Human,
        (None | Some(Format::Json), _) => Format::Json,
        (Some(format), false) => format,
        (Some(_), true) => return usage("--json is short for --format json; leave one of the two out"),
    };
    if args.online && args.secrets == SecretsMode::Assume {
        return usage("--online needs the secrets themselves; leave --secrets=assume out");
    }
    if args.online && matches!(format, Format::Sarif | Format::Github) {
        return usage("--online answers with a table or with JSON; run it beside --format sarif or github");
    }
    Ok(format)
}

/// The configuration, if it passes.
fn judge<'l>(globals: &Globals, args: &CheckArgs, loaded: &'l Loaded) -> Result<&'l Configuration, Stop> {
    let (errors, warnings) = count(&loaded.diagnostics);
    let refused = |why: &str| {
        let (errors, warnings) = (plural(errors, "error"), plural(warnings, "warning"));
        Stop::Usage(format!("{} is refused: {errors}, {warnings}{why}", globals.config.display()))
    };
    match &loaded.configuration {
        Some(_) if errors > 0 => Err(refused("; it would run, but its tests would not")),
        Some(_) if args.deny_warnings && warnings > 0 => {
            Err(refused(", which --deny-warnings does not let pass"))
        }
        Some(configuration) => Ok(configuration),
        None => Err(refused("")),
    }
}

/// Errors and warnings.
fn count(diagnostics: &[Diagnostic]) -> (usize, usize) {
    let errors = diagnostics.iter().filter(|it| it.severity == Severity::Error).count();
    (errors, diagnostics.len() - errors)
}

fn fine(
    globals: &Globals,
    configuration: &Configuration,
    diagnostics: &[Diagnostic],
    took: Duration,
) -> String {
    let templates = configuration.engine.templates();
    let forms = templates.names().flat_map(|name| templates.forms(name));
    let locales: std::collections::BTreeSet<String> = forms.map(|(_, locale)| locale).collect();
    format!(
        "{} is fine: {}, {}, {}, {} in {}; {} ({} ms)",
        globals.config.display(),
        plural(configuration.engine.rules().len(), "rule"),
        plural(configuration.channels.len(), "channel"),
        plural(configuration.audiences.len(), "audience"),
        plural(templates.names().count(), "template"),
        plural(locales.len(), "locale"),
        plural(diagnostics.len(), "warning"),
        took.as_millis(),
    )
}

/// A file, from the working directory where it is below that.
fn from_here(file: &Path) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    file.strip_prefix(here).unwrap_or(file).to_owned()
}
