//! The command line: one file per command, one place where answers become exit codes.

mod accesses;
mod backup;
mod capture;
mod check;
mod connect;
mod custody;
mod demo;
mod devices;
mod doctor;
mod epc;
mod epcis;
mod event_hash;
mod evidence;
mod exit;
mod files;
mod grants;
mod init;
mod keys;
mod ledger;
mod local;
mod openapi;
mod out;
mod progress;
mod proof;
mod serve;
mod server;
mod trace;
mod upkeep;
mod verify;
mod verify_proof;
mod witness;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use exit::{Exit, Failure};
use out::Format;

const EXIT_CODES: &str = "\
Exit codes:
  0 genuine or done        4 key missing, wrong or not allowed
  1 any other verdict      5 node unreachable
  2 wrong usage or input   6 stored or presented data is not what was signed
  3 not found              7 some of several things failed

Environment: THERIAC_SERVER, THERIAC_KEY, THERIAC_KEY_FILE, NO_COLOR.
Start here: theriac demo";

/// Pharmaceutical traceability on a tamper-evident ledger
#[derive(Parser, Debug)]
#[command(name = "theriac", version, after_help = EXIT_CODES, max_term_width = 100)]
struct Cli {
    /// Form of the answer
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORM")]
    format: Format,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    Init(init::Init),
    Serve(serve::Serve),
    Demo(demo::Demo),
    Verify(verify::Verify),
    Trace(trace::Trace),
    Capture(capture::Capture),
    Check(check::Check),
    Doctor(doctor::Doctor),
    Backup(backup::Backup),
    Ledger(ledger::LedgerCommand),
    Witness(witness::WitnessCommand),
    VerifyProof(verify_proof::VerifyProof),
    Proof(proof::Proof),
    Evidence(evidence::Fetch),
    VerifyEvidence(evidence::Verify),
    Pack(custody::Pack),
    Recall(custody::Recall),
    Keys(keys::Keys),
    Devices(devices::Devices),
    Grants(grants::Grants),
    Accesses(accesses::Accesses),
    Epc(epc::EpcCommand),
    Epcis(epcis::EpcisCommand),
    EventHash(event_hash::EventHash),
    Openapi(openapi::Openapi),
}

/// Runs the command line of this process.
pub(crate) fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let exit = if error.use_stderr() {
                Exit::Usage
            } else {
                Exit::Ok
            };
            // Nothing can be told where standard error is closed.
            let _closed = error.print();
            return exit.into();
        }
    };
    match run(&cli) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            out::note(&format!("error: {}", failure.line()));
            failure.exit.into()
        }
    }
}

fn run(cli: &Cli) -> Result<Exit, Failure> {
    match &cli.command {
        Command::Init(command) => init::run(command, cli.format),
        Command::Serve(command) => serve::run(command),
        Command::Demo(command) => demo::run(command, cli.format),
        Command::Verify(command) => verify::run(command, cli.format),
        Command::Trace(command) => trace::run(command, cli.format),
        Command::Capture(command) => capture::run(command, cli.format),
        Command::Check(command) => check::run(command, cli.format),
        Command::Doctor(command) => doctor::run(command, cli.format),
        Command::Backup(command) => backup::run(command, cli.format),
        Command::Ledger(command) => ledger::run(command, cli.format),
        Command::Witness(command) => witness::run(command, cli.format),
        Command::VerifyProof(command) => verify_proof::run(command, cli.format),
        Command::Proof(command) => proof::run(command, cli.format),
        Command::Evidence(command) => evidence::fetch(command, cli.format),
        Command::VerifyEvidence(command) => evidence::verify(command, cli.format),
        Command::Pack(command) => custody::pack(command, cli.format),
        Command::Recall(command) => custody::recall(command, cli.format),
        Command::Keys(command) => keys::run(command, cli.format),
        Command::Devices(command) => devices::run(command, cli.format),
        Command::Grants(command) => grants::run(command, cli.format),
        Command::Accesses(command) => accesses::run(command, cli.format),
        Command::Epc(command) => epc::run(command),
        Command::Epcis(command) => epcis::run(command, cli.format),
        Command::EventHash(command) => event_hash::run(command),
        Command::Openapi(command) => Ok(openapi::run(command)),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
