//! Deep dangling parents: a chain is sent from its end, or its beginning is held back for ever.
//! The room for such blocks is bounded and forgets; what fits into it becomes solid at once when
//! the beginning comes, however deep it is; what does not is the sender's to send again.

use std::fmt::Write as _;

use tangle::limits;

use super::Stage;
use crate::kit::NOW;

fn chain(length: usize) -> (String, Vec<String>) {
    let names: Vec<String> = (0..length).map(|at| format!("a{at}")).collect();
    let mut text = "b0\n".to_owned();
    for name in &names {
        writeln!(text, "{name}").unwrap();
    }
    (text, names)
}

#[test]
fn what_fits_becomes_solid_at_once() {
    let (text, mut names) = chain(limits::WAITING_BLOCKS_PER_AUTHOR_MAX + 1);
    let mut stage = Stage::new(&text);
    let first = names.remove(0);
    names.reverse();
    stage.give(&names.join(" "));
    assert_eq!(stage.node.tangle.stats().waiting, names.len());
    stage.record(&first);
    let stats = stage.node.tangle.stats();
    assert_eq!((stats.waiting, stats.blocks), (0, names.len() as u64 + 2));
    assert_eq!(stage.cut().split(' ').count(), names.len() + 2);
}

#[test]
fn what_does_not_fit_is_refused_forgotten_and_can_come_again() {
    let (text, names) = chain(600);
    let mut stage = Stage::new(&text);
    let backwards: Vec<_> = names.iter().rev().cloned().collect();
    stage.give(&backwards[..599].join(" "));
    let waiting = stage.node.tangle.stats().waiting;
    assert_eq!(waiting, limits::WAITING_BLOCKS_PER_AUTHOR_MAX);
    let later = NOW + limits::WAITING_MS_MAX;
    let other = stage.dag.block("b0").clone();
    stage.node.tangle.submit(vec![other], later).unwrap();
    assert_eq!(
        stage.node.tangle.stats().waiting,
        0,
        "nothing waits for ever"
    );
    stage.record(&names.join(" "));
    assert_eq!(stage.cut().split(' ').count(), 602);
}
