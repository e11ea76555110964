#![doc = include_str!("../README.md")]

mod admin_client;
mod builtin;
mod change;
mod cli;
mod command;
mod demo;
mod embedded;
mod loading;
mod logging;
mod output;
mod raw_words;
mod readable;
mod reload;
mod sample;
mod starter;
mod wiring;

use std::process::ExitCode;

use crate::cli::Cli;

/// Reads the command line, does what it says, and tells the shell how it went: 0 fine, 1 a check or delivery failed, 2 usage
/// or configuration error.
pub fn run() -> ExitCode {
    let cli = match Cli::read(std::env::args_os().collect()) {
        Ok(cli) => cli,
        Err(error) => {
            let code = if error.use_stderr() { 2 } else { 0 };
            // Nothing is left to tell it to when the terminal itself is gone.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    logging::start(&cli.globals, &cli.command);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            output::error(&format!("failed to start: {error}"));
            return ExitCode::from(1);
        }
    };
    let code = runtime.block_on(command::run(cli));
    // A lookup or a probe that still hangs somewhere must not keep the process.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    ExitCode::from(code)
}
