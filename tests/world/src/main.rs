//! `world`: writes a world into a folder or scores the rules on it; `cargo xtask world` runs it.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool prints"
)]

use std::path::PathBuf;
use std::process::ExitCode;

use world::{Params, score, write};

const HELP: &str = "\
world [--score] [--out DIR] [--packs N] [--pharmacies N] [--loss P] [--scanner-faults P] [--seed N]
      [--honest] [--wrong]
--wrong adds to the score each false alarm, missed fake and pass over a gap with the pack's history
";

/// What was asked for.
#[derive(Debug, Default)]
struct Wish {
    params: Params,
    score: bool,
    wrong: bool,
    out: Option<PathBuf>,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let wish = match wish(&words) {
        Ok(wish) if wish.score || wish.out.is_some() => wish,
        Ok(_) => {
            eprint!("{HELP}");
            return ExitCode::from(2);
        }
        Err(what) => {
            eprint!("world: {what}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    if let Some(dir) = &wish.out {
        match write(wish.params.clone(), dir) {
            Ok(written) => println!("{}: {written:?}", dir.display()),
            Err(error) => {
                eprintln!("world: write {}: {error}", dir.display());
                return ExitCode::FAILURE;
            }
        }
    }
    if wish.score {
        let score = score::play(wish.params);
        print!("{score}");
        if wish.wrong {
            println!("{}", score.wrong());
        }
    }
    ExitCode::SUCCESS
}

fn wish(words: &[String]) -> Result<Wish, String> {
    let mut wish = Wish::default();
    let mut words = words.iter().map(String::as_str);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} needs a value"));
        let params = &mut wish.params;
        match word {
            "--score" => wish.score = true,
            "--wrong" => wish.wrong = true,
            "--honest" => params.honest = true,
            "--out" => wish.out = Some(value()?.into()),
            "--packs" => params.packs = number(word, value()?)?,
            "--pharmacies" => params.pharmacies = number(word, value()?)?,
            "--seed" => params.seed = number(word, value()?)?,
            "--loss" => params.loss = number(word, value()?)?,
            "--scanner-faults" => params.scanner_faults = number(word, value()?)?,
            other => return Err(format!("no such option: {other}")),
        }
    }
    Ok(wish)
}

fn number<T: std::str::FromStr>(name: &str, text: &str) -> Result<T, String> {
    text.parse()
        .map_err(|_| format!("{name}: not a number: {text}"))
}
