//! The binary `theriac`: parses the command line and ends with one of the documented exit codes.
//! All that it does lies in the library and in [`cli`], one file per command.

mod cli;

use std::process::ExitCode;

/// Blocks are read in one thread and let go in another, by the thousand: the C library's allocator
/// gives their memory back to the system each time and takes it anew.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::main()
}
