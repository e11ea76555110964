//! Commands of the program, in a folder of their own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

use crate::binary::binary;
use crate::repository::root;
use crate::server::Server;
use crate::webhook::SECRET;

/// How long a command may take that ends by itself.
const COMMAND_PATIENCE: Duration = Duration::from_secs(60);

/// How the program is called: where, with which configuration and environment.
#[derive(Clone, Debug)]
pub struct Program {
    folder: PathBuf,
    config: PathBuf,
    overlays: Vec<PathBuf>,
    environment: BTreeMap<String, String>,
    /// The running server's admin door, once there is one.
    pub(crate) admin: Option<String>,
}

/// What a command said.
#[derive(Clone, Debug)]
pub struct Ran {
    /// The command line, for messages.
    pub command: String,
    /// The exit code; -1 when a signal ended it.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Ran {
    /// This, if it ended with the code.
    ///
    /// # Panics
    /// When it ended otherwise.
    pub fn expect(self, code: i32) -> Ran {
        assert_eq!(self.code, code, "{} ended so:\n{}\n{}", self.command, self.stdout, self.stderr);
        self
    }

    /// Its standard output as JSON.
    ///
    /// # Panics
    /// When it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| {
            panic!("{} printed no JSON ({error}):\n{}\n{}", self.command, self.stdout, self.stderr)
        })
    }
}

impl Program {
    /// Calls of the program in `folder`, with these paths of a configuration and its overlays as seen from there.
    pub fn new(folder: &Path, config: &Path, overlays: &[PathBuf]) -> Program {
        Program {
            folder: folder.to_owned(),
            config: config.to_owned(),
            overlays: overlays.to_vec(),
            environment: BTreeMap::from([("LEGITMARK_WEBHOOK_SECRET".to_owned(), SECRET.to_owned())]),
            admin: None,
        }
    }

    /// The command `proofbell ARGUMENTS`, in an environment that holds what was set and nothing else of Proofbell's.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command.current_dir(&self.folder).arg("--config").arg(&self.config);
        for overlay in &self.overlays {
            command.arg("--overlay").arg(overlay);
        }
        if let Some(admin) = &self.admin {
            command.args(["--admin", admin]);
        }
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("RUST_BACKTRACE", "1");
        command.envs(&self.environment).kill_on_drop(true);
        command
    }

    /// Runs `proofbell ARGUMENTS` to its end.
    ///
    /// # Panics
    /// When it does not end within a minute.
    pub async fn run(&self, arguments: &[&str]) -> Ran {
        let line = format!("proofbell {}", arguments.join(" "));
        let output = tokio::time::timeout(COMMAND_PATIENCE, self.command(arguments).output());
        let output = output.await.unwrap_or_else(|_| panic!("{line} did not end")).unwrap();
        Ran {
            command: line,
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Runs `proofbell ARGUMENTS --json`, which must end with 0, and reads what it prints.
    pub async fn json(&self, arguments: &[&str]) -> Value {
        self.run(&[arguments, &["--json"]].concat()).await.expect(0).json()
    }
}

/// A folder of its own for one test, with the program's configuration in it.
pub struct Workbench {
    folder: TempDir,
    program: Program,
}

impl Workbench {
    /// An empty folder, whose `config/` is the configuration. The webhook's secret is in the environment.
    pub fn new() -> Workbench {
        let folder = TempDir::with_prefix("proofbell-test-").unwrap();
        let config = folder.path().join("config");
        Workbench::with_config(folder, config)
    }

    /// An empty folder, with this repository's starter configuration.
    pub fn with_starter() -> Workbench {
        Workbench::with_config(TempDir::with_prefix("proofbell-test-").unwrap(), root().join("config"))
    }

    fn with_config(folder: TempDir, config: PathBuf) -> Workbench {
        let program = Program::new(folder.path(), &config, &[]);
        Workbench { folder, program }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file, with the folders on its way.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Puts another file in the place of one, as editors do: at no time is there none, or half of it.
    pub fn replace(&self, name: &str, text: &str) {
        let beside = self.write(&format!("{name}~"), text);
        std::fs::rename(beside, self.path().join(name)).unwrap();
    }

    /// Writes an overlay, which all commands from now on lay on top.
    pub fn overlay(&mut self, name: &str, text: &str) {
        let path = self.write(name, text);
        self.program.overlays.push(path);
    }

    /// Sets a variable of the environment.
    pub fn env(&mut self, name: &str, value: &str) {
        self.program.environment.insert(name.to_owned(), value.to_owned());
    }

    /// The program as it is called here.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// Runs `proofbell ARGUMENTS` to its end.
    pub async fn run(&self, arguments: &[&str]) -> Ran {
        self.program.run(arguments).await
    }

    /// Starts `proofbell serve` and waits until its doors are open.
    pub async fn serve(&self) -> Server {
        Server::start(&self.program).await
    }
}

impl Default for Workbench {
    fn default() -> Workbench {
        Workbench::new()
    }
}
