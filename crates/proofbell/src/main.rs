//! The `proofbell` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    proofbell::run()
}
