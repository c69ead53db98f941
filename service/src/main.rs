//! The binary `theriac`: parses the command line and ends with one of the documented exit codes.
//! All that it does lies in the library and in [`cli`], one file per command.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
