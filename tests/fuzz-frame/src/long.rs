//! The long run of a crate's targets, started by `cargo xtask fuzz`: the whole of its example.
//!
//! ```text
//! fuzz [--seconds N] [--target NAME] [--seed S] [--list]
//! ```
//! N seconds are spent on each target, 10 unless said. The first failure ends the run with exit
//! code 1.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a tool at the rim: reads the clock and prints"
)]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use super::{Target, fuzz};

struct Options {
    seconds: u64,
    target: Option<String>,
    seed: u64,
    list: bool,
}

/// Runs those of the targets that the command line asks for.
pub fn run(all: impl Iterator<Item = &'static Target>) -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let options = match options(&words) {
        Ok(options) => options,
        Err(what) => {
            eprintln!("fuzz: {what}");
            return ExitCode::from(2);
        }
    };
    let wanted = options.target.as_deref().unwrap_or_default();
    let targets: Vec<_> = all.filter(|target| target.name.contains(wanted)).collect();
    if targets.is_empty() {
        eprintln!("fuzz: no target of that name; --list tells the names");
        return ExitCode::from(2);
    }
    if options.list {
        for target in targets {
            println!("{}", target.name);
        }
        return ExitCode::SUCCESS;
    }
    // A panic is the outcome looked for: it is reported once, small, and not as it happens.
    std::panic::set_hook(Box::new(|_| {}));
    for target in targets {
        let start = Instant::now();
        let span = Duration::from_secs(options.seconds);
        match fuzz(target, options.seed, Some(timed), |_| {
            start.elapsed() < span
        }) {
            Ok(report) => println!("{} seed {}: {report:?}", target.name, options.seed),
            Err(failure) => {
                eprintln!("{failure}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

fn timed(call: &mut dyn FnMut()) -> Duration {
    let start = Instant::now();
    call();
    start.elapsed()
}

fn options(words: &[String]) -> Result<Options, String> {
    let mut options = Options {
        seconds: 10,
        target: None,
        seed: 1,
        list: false,
    };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
        let number = |text: &String| text.parse().map_err(|_| format!("{text:?} is no number"));
        match word.as_str() {
            "--seconds" => options.seconds = number(value()?)?,
            "--seed" => options.seed = number(value()?)?,
            "--target" => options.target = Some(value()?.clone()),
            "--list" => options.list = true,
            other => return Err(format!("unknown word {other:?}")),
        }
    }
    Ok(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Options, String> {
        let words: Vec<_> = line.split_whitespace().map(str::to_owned).collect();
        options(&words)
    }

    #[test]
    fn the_command_line_is_read_or_refused() {
        let found = read("--seed 7 --target xml --seconds 3").unwrap();
        assert_eq!((found.seed, found.seconds, found.list), (7, 3, false));
        assert_eq!(found.target.as_deref(), Some("xml"));
        assert!(read("--list").unwrap().list);
        for line in ["--seed", "--seed x", "--sed 1", "all"] {
            assert!(read(line).is_err(), "{line}");
        }
    }
}
