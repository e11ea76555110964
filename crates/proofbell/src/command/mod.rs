//! The commands, one module each.

mod because;
mod case;
mod channel;
pub(crate) mod check;
mod events;
pub(crate) mod explain;
pub(crate) mod init;
mod messages;
pub(crate) mod preview;
pub(crate) mod rows;
pub(crate) mod schema;
mod send;
pub(crate) mod serve;
mod test;
mod trigger;

pub(crate) use self::test::TestArgs;
use crate::cli::{Cli, Command};
use crate::{demo, output};

/// Why a command ends without having done it.
#[derive(Debug)]
pub(crate) enum Stop {
    /// It was asked the wrong way: exit code 2.
    Usage(String),
    /// The configuration is refused; these are its rendered diagnostics: exit code 2.
    Configuration(String),
    /// It did not work: exit code 1.
    Failed(String),
}

impl From<proofbell_store::StoreError> for Stop {
    fn from(error: proofbell_store::StoreError) -> Stop {
        Stop::Failed(error.to_string())
    }
}

impl From<proofbell_pipeline::HandleError> for Stop {
    fn from(error: proofbell_pipeline::HandleError) -> Stop {
        match error {
            proofbell_pipeline::HandleError::Invalid(problem) => Stop::Usage(problem),
            proofbell_pipeline::HandleError::Store(error) => error.into(),
        }
    }
}

impl From<anyhow::Error> for Stop {
    fn from(error: anyhow::Error) -> Stop {
        Stop::Failed(format!("{error:#}"))
    }
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Stop {
        Stop::Failed(error.to_string())
    }
}

/// Does what the command line says; the exit code.
pub(crate) async fn run(cli: Cli) -> u8 {
    let globals = &cli.globals;
    let result = match cli.command {
        Command::Demo { once } => demo::run(once).await,
        Command::Serve(args) => serve::run(globals, &args).await,
        Command::Test(args) => test::run(globals, &args).await,
        Command::Init(args) => init::run(globals, &args),
        Command::Schema(args) => schema::run(&args),
        Command::Check(args) => check::run(globals, &args).await,
        Command::Explain(args) => explain::run(globals, args).await,
        Command::Preview(args) => preview::run(globals, args).await,
        Command::Send(args) => send::run(globals, args).await,
        Command::Trigger(args) => trigger::run(globals, args).await,
        Command::Events { action } => events::run(globals, action).await,
        Command::Messages { action } => messages::run(globals, action).await,
        Command::Case { sr_uuid } => case::run(globals, &sr_uuid).await,
        Command::Channel { action } => channel::run(globals, action).await,
    };
    match result {
        Ok(()) => 0,
        Err(Stop::Usage(problem)) => {
            output::error(&problem);
            2
        }
        Err(Stop::Configuration(diagnostics)) => {
            output::error(&format!("failed to load the configuration\n\n{diagnostics}"));
            2
        }
        Err(Stop::Failed(problem)) => {
            output::error(&problem);
            1
        }
    }
}
