//! `proofbell schema`: JSON Schema of the configuration, for editors.

use std::path::PathBuf;

use clap::Args;
use proofbell_config::schema;

use crate::command::Stop;
use crate::{builtin, output};

/// `proofbell schema`
#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// Write it into this file instead.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

pub(crate) fn run(args: &SchemaArgs) -> Result<(), Stop> {
    let schema = text();
    let Some(path) = &args.out else {
        output::line(schema.trim_end());
        return Ok(());
    };
    std::fs::write(path, schema)
        .map_err(|error| Stop::Failed(format!("failed to write {}: {error}", path.display())))
}

/// The schema as it is kept in a file.
fn text() -> String {
    // A tree of JSON in memory can always be written.
    format!("{:#}\n", schema(&builtin::notifiers()))
}

#[cfg(test)]
mod tests;
