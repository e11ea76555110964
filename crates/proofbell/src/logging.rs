//! The log: to standard error, as text or JSON.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::cli::{Command, Globals, LogFormat};

/// Starts the log. What is logged is `PROOFBELL_LOG`'s to say; otherwise a server tells what it does, and other commands, which
/// answer on standard output, tell only what is wrong.
pub(crate) fn start(globals: &Globals, command: &Command) {
    let default = match command {
        Command::Serve { .. } => "info",
        // A test that lets a channel refuse everything is no reason to warn anybody.
        Command::Test(_) => "off",
        _ => "warn",
    };
    let filter = EnvFilter::try_from_env("PROOFBELL_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    std::panic::set_hook(Box::new(|panic| {
        // Not what it says: that may quote a payload, a name or a text.
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, thread = std::thread::current().name().unwrap_or_default(), "panic");
    }));
    match globals.log {
        LogFormat::Text => log.with_target(false).with_ansi(std::io::stderr().is_terminal()).init(),
        LogFormat::Json => log.json().init(),
    }
}
