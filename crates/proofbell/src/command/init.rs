//! `proofbell init`: a configuration, templates and tests to start from.

mod publish;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use crate::cli::Globals;
use crate::command::Stop;
use crate::output::{self, Tone, line, paint};
use crate::starter::{self, Choice, StarterFile};

/// `proofbell init`
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// Where to write config/ and templates/; made when it is not there.
    #[arg(value_name = "DIR", default_value = ".")]
    pub(crate) directory: PathBuf,
    /// The channels, like `email,slack`: email (kind smtp), slack, sms (kind twilio); all of them when left out.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) channels: Vec<String>,
    /// The languages, like `en,ja`, the default one first; all there are when left out.
    #[arg(long, value_name = "TAGS", value_delimiter = ',')]
    pub(crate) locale: Vec<String>,
}

pub(crate) fn run(globals: &Globals, args: &InitArgs) -> Result<(), Stop> {
    let choice = Choice::parse(&args.channels, &args.locale).map_err(Stop::Usage)?;
    let files = starter::files(&choice);
    let in_the_way = in_the_way(&args.directory, &files);
    if !in_the_way.is_empty() {
        return Err(Stop::Usage(refusal(&in_the_way)));
    }
    publish::publish(&args.directory, &files).map_err(|error| {
        Stop::Failed(format!(
            "failed to write to {}: {error}; nothing was left there",
            args.directory.display()
        ))
    })?;
    match globals.json {
        true => {
            let paths: Vec<String> =
                files.iter().map(|file| shown(&args.directory, &file.path).display().to_string()).collect();
            output::json(&json!({ "files": paths, "secrets": secrets(&files) }));
        }
        false => tell(&args.directory, &files),
    }
    Ok(())
}

/// What would be overwritten, and what would be read together with the new configuration.
fn in_the_way(directory: &Path, files: &[StarterFile]) -> Vec<PathBuf> {
    let exists = |path: &PathBuf| std::fs::symlink_metadata(path).is_ok();
    let mut found: Vec<PathBuf> =
        files.iter().map(|file| shown(directory, &file.path)).filter(exists).collect();
    for folder in ["config", "config/tests"] {
        let (files, _) = entries(&shown(directory, Path::new(folder)));
        found.extend(files.into_iter().filter(|path| is_called(path, "toml")));
    }
    found.extend(
        below(shown(directory, Path::new("templates"))).into_iter().filter(|path| is_called(path, "hbs")),
    );
    // A file in the place of a directory.
    let directories = ["config", "templates"].map(|name| shown(directory, Path::new(name)));
    found.extend(directories.into_iter().chain([directory.to_owned()]).filter(|path| path.is_file()));
    found.sort();
    found.dedup();
    found
}

fn is_called(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|own| own == extension)
}

/// The files of a folder, links among them, and its folders. What cannot be read has none.
fn entries(folder: &Path) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let is_folder = |entry: &std::fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(is_folder);
    let paths = |entries: Vec<std::fs::DirEntry>| entries.iter().map(std::fs::DirEntry::path).collect();
    (paths(files), paths(folders))
}

/// The files in a folder and all folders below it.
fn below(folder: PathBuf) -> Vec<PathBuf> {
    let (mut found, mut open) = (Vec::new(), vec![folder]);
    while let Some(folder) = open.pop() {
        let (files, folders) = entries(&folder);
        found.extend(files);
        open.extend(folders);
    }
    found
}

fn refusal(in_the_way: &[PathBuf]) -> String {
    let list: Vec<String> = in_the_way.iter().map(|path| format!("  {}", path.display())).collect();
    format!(
        "nothing was written, because there is something already:\n{}\ngive another directory: proofbell init DIR",
        list.join("\n")
    )
}

/// The environment variables that the configuration reads.
fn secrets(files: &[StarterFile]) -> Vec<&str> {
    let config = files.iter().filter(|file| file.path.starts_with("config"));
    let lines = config.flat_map(|file| file.text.lines()).filter(|line| !line.starts_with('#'));
    let mut names: Vec<&str> = lines
        .flat_map(|line| line.split("{ env = \"").skip(1))
        .filter_map(|rest| rest.split('"').next())
        .collect();
    names.dedup();
    names
}

/// The names of the files in each folder, in order.
fn by_folder<'f>(directory: &Path, files: &'f [StarterFile]) -> BTreeMap<PathBuf, Vec<&'f str>> {
    let mut folders: BTreeMap<PathBuf, Vec<&str>> = BTreeMap::new();
    for file in files {
        let folder = shown(directory, file.path.parent().unwrap_or(Path::new("")));
        folders.entry(folder).or_default().extend(file.path.file_name().and_then(|name| name.to_str()));
    }
    folders
}

/// A path as somebody would write it who stands where the command was given.
fn shown(directory: &Path, path: &Path) -> PathBuf {
    if directory == Path::new(".") { path.to_owned() } else { directory.join(path) }
}

fn tell(directory: &Path, files: &[StarterFile]) {
    for (folder, names) in by_folder(directory, files) {
        let names = paint(&names.join("  "), Tone::Quiet);
        line(&format!("{} {}/  {names}", paint("wrote", Tone::Good), folder.display()));
    }
    line("");
    line("Next, none of which needs a secret:");
    let here = directory == Path::new(".");
    if !here {
        line(&format!("  {}", paint(&format!("cd {}", directory.display()), Tone::Strong)));
    }
    for (command, about) in [
        ("proofbell check --secrets=assume", "whether the configuration is right"),
        ("proofbell test", "what the rules do, proved by config/tests"),
        ("proofbell preview --all", "what the messages look like"),
    ] {
        line(&format!("  {command:<34}{}", paint(about, Tone::Quiet)));
    }
    line("");
    line(
        "Then write your own names and addresses into config/, put these secrets into the environment, and start it:",
    );
    for name in secrets(files) {
        line(&format!("  export {name}=…"));
    }
    line(&format!("  {:<34}{}", "proofbell check", paint("now with the secrets", Tone::Quiet)));
    line("  proofbell serve");
}

#[cfg(test)]
mod tests;
