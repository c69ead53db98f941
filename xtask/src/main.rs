//! `cargo xtask`: the one command behind CI, the portal's build, the contract and the benchmarks,
//! so that a developer, the README and CI all run the same thing.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool prints"
)]

mod arm;
mod bench;
mod ci;
mod contract;
mod faults;
mod run;
mod tools;
mod wasm;
mod web;
mod world;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask COMMAND

  ci [--only STEP]...   everything CI runs, installing what it needs (steps: `ci --list`)
  ci --fast             what a developer runs before a commit: fmt, clippy, tests that are not slow
  setup                 install what the tests need (browser, npm packages, Python peers, tools)
  web                   build the portal into web/build
  wasm                  build the verifier for browsers, report its size, run its vectors
  arm [--run]           build the bridge for ARM gateways (armv7, aarch64), report its size; nightly
                        with --run: tests of the whole bridge and of its parts on it, emulated
  openapi               write service/openapi.json and the portal's typed client from the code
  contract [--examples N] [--seed S]
                        the served API against its description and GS1's, N made-up requests of
                        each operation on top of those at the edges, and chains of requests
  faults [ledger|kill] [--scale F] [--kills N]
                        the nightly column of the fault matrix (docs/design/ledger.md), or F of it
  sim [--hours N] [--seed S]  the ledger's simulator, on from seed S for N hours
  world --score [--packs N] [--loss P] [--scanner-faults P] [--seed N] [--honest]
                        the rules on a seeded pharmaceutical world with planted frauds and faults
  world --out DIR       the same world as EPCIS documents, logger files, scans and labels
  bench ingest          durable signed blocks per second beside the signature-only rate
  bench storage         the writer alone beside redb, SQLite and PostgreSQL
  bench ledger          look-up, proof, order, memory and opening of a ledger of a given size
  bench capture         the node under load from a second process, beside PostgreSQL
  bench blocks          signed blocks to the node, beside a bare handler that checks and syncs
  bench verify          questions at the counter, beside a bare handler with one look-up
  bench query           queries, the sum of a lot, and memory
  bench rfid [NAME]     LLRP tags decoded, and raw reads through the whole bridge
  bench gs1 [NAME]      event hash, documents, tags and element strings, each beside a yardstick
  soak [--minutes M] [--kill-every SECONDS]
                        mixed load on a node that is killed again and again: nothing may be lost,
                        memory may not grow by being asked (20 minutes, every 60 s)
  fuzz [--seconds N] [--target NAME] [--seed S] [--list]
                        mutated input for every parser, N seconds each (10 unless said)
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["ci", rest @ ..] => ci::ci(rest),
        ["setup"] => tools::everything(),
        ["web"] => web::build(),
        ["wasm"] => wasm::build(),
        ["arm", rest @ ..] => arm::arm(rest),
        ["openapi"] => web::openapi(),
        ["contract", rest @ ..] => contract::contract(rest),
        ["fuzz", rest @ ..] => bench::fuzz(rest),
        ["soak", rest @ ..] => bench::soak(rest),
        ["bench", rest @ ..] => bench::bench(rest),
        ["faults", rest @ ..] => faults::faults(rest),
        ["sim", rest @ ..] => faults::sim(rest),
        ["world", rest @ ..] => world::world(rest),
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        _ => {
            eprint!("xtask: no such command: {}\n\n{HELP}", words.join(" "));
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
