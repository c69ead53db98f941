//! A parasite chain: an author builds in secret on an old block, with a claim that somebody else
//! makes meanwhile, longer than the honest chain, and reveals it when that is final. There is no
//! weight to win by: what is ordered stays, the parasite comes behind it, its claim is disputed.

use std::fmt::Write as _;

use super::Stage;

fn dag() -> String {
    let mut text = "
        a0
        b0 <- a0
        a1 <- b0     : once dispense pack1
        b1 <- a1
        p0 <- a0     : once dispense pack1
    "
    .to_owned();
    for at in 1..60 {
        writeln!(text, "p{at}").unwrap();
    }
    text
}

#[test]
fn what_is_ordered_stays_however_long_the_parasite_is() {
    let parasite: Vec<String> = (0..60).map(|at| format!("p{at}")).collect();
    let mut stage = Stage::new(&dag());
    stage.record("a0 b0");
    stage.cut();
    stage.record("a1 b1");
    stage.cut();
    let before = stage.node.order.clone();
    let (size, root) = stage.root();
    stage.record(&parasite.join(" "));
    stage.cut();
    assert!(stage.node.order.starts_with(&before), "the order went back");
    assert_eq!(stage.node.order.len(), before.len() + 60);
    assert_eq!(stage.outcome("a1"), "applied");
    assert_eq!(stage.outcome("p0"), "with a1");
    let (new_size, new_root) = stage.root();
    let path = stage
        .node
        .tangle
        .reader()
        .consistency(size, new_size)
        .unwrap();
    let (old, new) = ((size, &root), (new_size, &new_root));
    tangle::verify::merkle::verify_consistency(old, new, &path).unwrap();
}

#[test]
fn revealed_in_time_it_is_as_good_as_any() {
    let mut stage = Stage::new(&dag());
    stage.record("a0 p0 p1 p2 b0 a1 b1");
    stage.cut();
    // It was there first, by depth: a claim is not stolen by being made in the open.
    assert_eq!(stage.outcome("p0"), "applied");
    assert_eq!(stage.outcome("a1"), "with p0");
}
