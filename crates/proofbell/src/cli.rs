//! The command line.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::command::TestArgs;
use crate::command::check;
use crate::command::explain::ExplainArgs;
use crate::command::init::InitArgs;
use crate::command::preview::PreviewArgs;
use crate::command::schema::SchemaArgs;
use crate::command::serve::ServeArgs;

/// Turns Legitmark's authentication events into the right message for the right person.
#[derive(Debug, Parser)]
#[command(name = "proofbell", version, about, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) globals: Globals,
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Cli {
    /// Reads the words of a command line, the program's name first.
    ///
    /// # Errors
    /// What clap has to say, which may be the help that was asked for.
    pub(crate) fn read(words: Vec<OsString>) -> Result<Cli, clap::Error> {
        let mut cli = Cli::try_parse_from(&words)?;
        cli.globals.overlay = overlays(words);
        Ok(cli)
    }
}

/// The overlays on both sides of the command. clap would keep those behind it alone, and what goes missing may be staging's `[redirect]`.
fn overlays(words: Vec<OsString>) -> Vec<PathBuf> {
    let mut words = words.into_iter().take_while(|word| word != "--");
    let mut overlays = Vec::new();
    while let Some(word) = words.next() {
        match word.as_bytes().strip_prefix(b"--overlay") {
            Some(b"") => overlays.extend(words.next().map(PathBuf::from)),
            Some([b'=', path @ ..]) => overlays.push(OsString::from_vec(path.to_vec()).into()),
            Some(_) | None => {}
        }
    }
    overlays
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct Globals {
    /// The configuration: every *.toml directly in it.
    #[arg(long, global = true, value_name = "DIR", default_value = "config")]
    pub(crate) config: PathBuf,
    /// Another layer on top: a file or a directory; may be repeated.
    #[arg(long, global = true, value_name = "FILE|DIR")]
    pub(crate) overlay: Vec<PathBuf>,
    /// Where the running server's admin door is; from the configuration when left out.
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) admin: Option<String>,
    /// How the log is written (to standard error); what is logged: PROOFBELL_LOG, like `info` or `proofbell_pipeline=debug`.
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text)]
    pub(crate) log: LogFormat,
    /// JSON instead of tables.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// A JSON object a line.
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a realistic day with nothing set up: sample events in, captured messages out
    Demo {
        /// End when the day is over.
        #[arg(long)]
        once: bool,
    },
    /// Run the server; SIGTERM drains, SIGHUP or a changed file reloads
    Serve(ServeArgs),
    /// Check the configuration: all problems at once
    Check(check::CheckArgs),
    /// Run the tests of the configuration, config/tests/*.toml: events in, expected messages out; nothing is sent
    Test(TestArgs),
    /// Write a configuration, templates and tests to start from; nothing is overwritten
    Init(InitArgs),
    /// Tell which rules match an event and which do not, which key decided, and what would go out
    Explain(ExplainArgs),
    /// Show what readers will see: templates, rendered with sample data
    Preview(PreviewArgs),
    /// Print the JSON Schema of the configuration, for editors
    Schema(SchemaArgs),
    /// Send one real test message
    Send(SendArgs),
    /// Send a signed sample event to a running server
    Trigger(TriggerArgs),
    /// List, show and replay events
    Events {
        #[command(subcommand)]
        action: EventsAction,
    },
    /// List, show, retry and cancel messages
    Messages {
        #[command(subcommand)]
        action: MessagesAction,
    },
    /// Show all about one service request
    Case {
        /// Legitmark's id of it.
        sr_uuid: String,
    },
    /// List, pause and resume channels
    Channel {
        #[command(subcommand)]
        action: ChannelAction,
    },
}

/// `proofbell send`
#[derive(Debug, Args)]
pub(crate) struct SendArgs {
    /// The channel.
    #[arg(long, value_name = "CHANNEL")]
    pub(crate) via: String,
    /// The address; left out where the channel is its own address.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) to: Option<String>,
    /// A template, rendered from a sample event; a plain test text when left out.
    #[arg(long, value_name = "T")]
    pub(crate) template: Option<String>,
    /// The language of the template; `defaults.locale` when left out.
    #[arg(long, value_name = "TAG")]
    pub(crate) locale: Option<String>,
}

/// `proofbell trigger`
#[derive(Debug, Args)]
pub(crate) struct TriggerArgs {
    /// The event's name: reshoot_needed, counterfeit, …
    pub(crate) name: String,
    /// A rejected photo and why, as codes of the glossary or in Legitmark's own words; may be repeated.
    #[arg(long, value_name = "SIDE=REASON")]
    pub(crate) side: Vec<String>,
    /// The marketplace's own item id.
    #[arg(long, value_name = "X")]
    pub(crate) reference_id: Option<String>,
    /// Legitmark's id of the request; a new one when left out.
    #[arg(long, value_name = "UUID")]
    pub(crate) sr: Option<String>,
    /// Where the webhook is; from the configuration when left out.
    #[arg(long, value_name = "U")]
    pub(crate) url: Option<String>,
}

/// `proofbell events …`
#[derive(Debug, Subcommand)]
pub(crate) enum EventsAction {
    /// The newest events
    List {
        /// Only of this case.
        #[arg(long, value_name = "UUID")]
        sr: Option<String>,
        /// Only of this name.
        #[arg(long)]
        name: Option<String>,
        /// Only of this status: accepted, planned, quarantined.
        #[arg(long)]
        status: Option<String>,
        /// At most so many.
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// One event, with what was decided
    Show {
        /// Its id.
        id: String,
    },
    /// Plan events again
    Replay {
        /// Their ids.
        #[arg(required = true)]
        ids: Vec<String>,
    },
}

/// `proofbell messages …`
#[derive(Debug, Subcommand)]
pub(crate) enum MessagesAction {
    /// The newest messages
    List {
        /// Only of this case.
        #[arg(long, value_name = "UUID")]
        sr: Option<String>,
        /// Only on this channel.
        #[arg(long)]
        channel: Option<String>,
        /// Only in this state: queued, claimed, sent, delivered, suppressed, dead.
        #[arg(long)]
        state: Option<String>,
        /// At most so many.
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// One message, with its attempts and its text
    Show {
        /// Its id.
        id: String,
    },
    /// Put messages that ended unsent on the queue again
    Retry {
        /// Their ids.
        #[arg(required = true)]
        ids: Vec<String>,
    },
    /// End waiting messages
    Cancel {
        /// Their ids.
        #[arg(required = true)]
        ids: Vec<String>,
    },
}

/// `proofbell channel …`
#[derive(Debug, Subcommand)]
pub(crate) enum ChannelAction {
    /// The channels, and which are paused
    List,
    /// Hold a channel's messages until it is resumed
    Pause {
        /// Its name.
        name: String,
        /// Why, for whoever looks next.
        #[arg(long, default_value = "paused by hand")]
        reason: String,
    },
    /// Let a paused channel go on
    Resume {
        /// Its name.
        name: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlays_add_up_wherever_they_stand() {
        let check = |line: &str, expected: &[&str]| {
            let words = line.split(' ').map(OsString::from).collect();
            let cli = Cli::read(words).unwrap();
            assert_eq!(cli.globals.overlay, expected.iter().map(PathBuf::from).collect::<Vec<_>>(), "{line}");
        };
        check("proofbell check", &[]);
        check("proofbell --overlay a check", &["a"]);
        check("proofbell check --overlay=a --overlay b", &["a", "b"]);
        check("proofbell --overlay a --overlay=b=c check --json --overlay d", &["a", "b=c", "d"]);
        check("proofbell --overlay a explain --overlay b -- --overlay", &["a", "b"]);
    }
}
