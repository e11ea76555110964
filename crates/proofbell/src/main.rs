//! The `proofbell` command.
fn main() {}
