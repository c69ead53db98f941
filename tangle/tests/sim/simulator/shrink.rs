//! Making a failing run smaller: parts of its steps are left out as long as it still fails, the
//! big parts first.

use super::step::{Cast, Step};
use super::{Failure, play};

/// Runs tried at most.
const TRIES_MAX: usize = 300;

/// Everything there is to know about a failure.
pub(crate) fn told(cast: &Cast, steps: Vec<Step>, failure: Failure) -> String {
    let before = steps.len();
    let first = failure.what.clone();
    let (steps, failure) = smaller(cast, steps, failure);
    let list: Vec<String> = steps.iter().map(|step| format!("  {step:?}")).collect();
    format!(
        "{first}\nfewest steps found ({} of {before}): {}\n{cast:?}\n{}\n{}",
        steps.len(),
        failure.what,
        list.join("\n"),
        failure.dot
    )
}

fn smaller(cast: &Cast, mut steps: Vec<Step>, mut failure: Failure) -> (Vec<Step>, Failure) {
    let mut tries = 0;
    let mut part = steps.len() / 2;
    while part > 0 && tries < TRIES_MAX {
        let mut at = 0;
        while at < steps.len() && tries < TRIES_MAX {
            let mut fewer = steps.clone();
            fewer.drain(at..(at + part).min(steps.len()));
            tries += 1;
            match play(cast, &fewer) {
                Err(same) => (steps, failure) = (fewer, same),
                Ok(_) => at += part,
            }
        }
        part /= 2;
    }
    (steps, failure)
}
