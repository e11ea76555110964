//! The `proofbell` command.

use std::process::ExitCode;

/// What one thread makes and another frees is the common case here: an event is read by a thread of the door and dropped
/// by the one that writes. The system's allocator has the two wait for each other.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    proofbell::run()
}
