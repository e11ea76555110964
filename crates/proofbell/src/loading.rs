//! Loading the configuration that the command line names.

use std::path::PathBuf;
use std::sync::Arc;

use proofbell_config::{
    Configuration, Disk, Files, Loaded, LoadedTests, Request, Secrets, Server, Severity, load, load_tests,
    process_environment, render,
};
use proofbell_notify::Toolkit;
use proofbell_store::{SqliteOptions, SqliteStore};

use crate::builtin;
use crate::cli::Globals;
use crate::command::Stop;
use crate::reload::{self, Fixed, Seen, Witness};
use crate::wiring::{Wired, wire};

/// The configuration and its overlays, in order.
fn layers(globals: &Globals) -> Vec<PathBuf> {
    std::iter::once(&globals.config).chain(&globals.overlay).cloned().collect()
}

/// Loads without judging.
pub(crate) fn read(globals: &Globals, secrets: Secrets) -> Loaded {
    read_from(&Disk, globals, secrets)
}

/// Loads from these files, without judging.
pub(crate) fn read_from(files: &dyn Files, globals: &Globals, secrets: Secrets) -> Loaded {
    asking(files, globals, secrets, load)
}

/// Hands over what the command line and the program say of what is to be loaded.
fn asking<T>(
    files: &dyn Files,
    globals: &Globals,
    secrets: Secrets,
    with: impl FnOnce(&Request<'_>) -> T,
) -> T {
    let (registry, toolkit, layers) = (builtin::notifiers(), Toolkit::default(), layers(globals));
    with(&Request {
        layers: &layers,
        files,
        environment: &process_environment,
        secrets,
        registry: &registry,
        toolkit: &toolkit,
    })
}

/// Reads the tests of a configuration that was loaded.
pub(crate) fn tests(globals: &Globals, configuration: &Configuration) -> LoadedTests {
    asking(&Disk, globals, Secrets::Assume, |request| load_tests(request, configuration))
}

/// Loads what a command works on; only errors are told.
pub(crate) fn wired(globals: &Globals, secrets: Secrets) -> Result<Wired, Stop> {
    let mut loaded = read(globals, secrets);
    loaded.configuration.take().map(wire).ok_or_else(|| refused(&loaded))
}

/// Where the running server is asked, and what can be done without it, or why nothing can.
///
/// # Errors
/// When there is no configuration at all.
pub(crate) fn server_and_rest(globals: &Globals) -> Result<(Server, Result<Wired, Stop>), Stop> {
    let mut loaded = read(globals, Secrets::Require);
    let server = loaded.server.take().ok_or_else(|| refused(&loaded))?;
    let rest = loaded.configuration.take().map(wire).ok_or_else(|| refused(&loaded));
    Ok((server, rest))
}

/// Loads what a command decides by, without its secrets; only errors are told. A channel that nothing could be made of is one: without
/// it other things would be decided.
pub(crate) fn wired_to_decide(globals: &Globals) -> Result<Wired, Stop> {
    let mut loaded = read(globals, Secrets::Assume);
    let configuration = loaded.configuration.take().ok_or_else(|| refused(&loaded))?;
    whole(configuration).map(wire)
}

/// Refuses a configuration that lacks a channel.
pub(crate) fn whole(configuration: Configuration) -> Result<Configuration, Stop> {
    let Some(channel) = configuration.unmade_channels.first() else { return Ok(configuration) };
    Err(Stop::Configuration(format!(
        "error: nothing can be made of `channel.{channel}` without its secrets\n  = help: set them, or any that look like them, and run this again\n"
    )))
}

/// What a server runs on.
pub(crate) struct Served {
    pub(crate) wired: Wired,
    /// What it was read from.
    pub(crate) seen: Seen,
    /// What it keeps for as long as it runs.
    pub(crate) fixed: Fixed,
}

/// Loads what a server runs on; what looks wrong goes to the log.
pub(crate) fn wired_to_serve(globals: &Globals) -> Result<Served, Stop> {
    let witness = Witness::default();
    let mut loaded = read_from(&witness, globals, Secrets::Require);
    let configuration = loaded.configuration.take().ok_or_else(|| refused(&loaded))?;
    loaded.diagnostics.iter().for_each(reload::tell);
    let fixed = Fixed::of(&configuration, &loaded);
    Ok(Served { wired: wire(configuration), seen: witness.into_seen(), fixed })
}

pub(crate) fn refused(loaded: &Loaded) -> Stop {
    let errors: Vec<_> =
        loaded.diagnostics.iter().filter(|it| it.severity == Severity::Error).cloned().collect();
    Stop::Configuration(render(&errors, crate::output::error_colour()))
}

/// Opens the store to read, beside whoever writes to it.
pub(crate) fn reading(wired: &Wired) -> Result<Arc<SqliteStore>, Stop> {
    SqliteStore::open_read_only(&wired.store.path)
        .map(Arc::new)
        .map_err(|error| Stop::Failed(format!("failed to open the store: {error}")))
}

/// Opens the store to write, alone.
pub(crate) fn writing(wired: &Wired) -> Result<Arc<SqliteStore>, Stop> {
    SqliteStore::open(&wired.store.path, SqliteOptions::default())
        .map(Arc::new)
        .map_err(|error| Stop::Failed(format!("failed to open the store: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::LogFormat;
    use crate::embedded;

    #[test]
    fn nothing_is_decided_without_a_channel() {
        let home = tempfile::tempdir().unwrap();
        embedded::write_to(home.path()).unwrap();
        let globals = Globals {
            config: home.path().join("config"),
            overlay: Vec::new(),
            admin: None,
            log: LogFormat::Text,
            json: false,
        };
        let configuration = || read(&globals, Secrets::Assume).configuration.unwrap();
        assert!(whole(configuration()).is_ok());
        let lacking = Configuration { unmade_channels: vec!["sms".to_owned()], ..configuration() };
        let Err(Stop::Configuration(told)) = whole(lacking) else { panic!("it is refused") };
        assert!(told.contains("nothing can be made of `channel.sms` without its secrets"), "{told}");
    }
}
