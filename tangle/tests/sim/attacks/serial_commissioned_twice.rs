//! Two lines commission one serial number, each unaware of the other: the first in the order has
//! it, the second is disputed with it, and nobody can make it the other way round by being
//! faster on the wire.

use super::{Stage, claimed_twice};

const DAG: &str = "
    a0               : line 1 starts
    b0               : line 2 starts
    a1 <- a0         : once commission 9501101020016.1
    b1 <- b0         : once commission 9501101020016.1
";

#[test]
fn the_first_in_the_order_has_the_serial() {
    claimed_twice(DAG, "a1", "b1", "a0 b0");
}

#[test]
fn whoever_knew_of_the_first_comes_after_it() {
    let mut stage = Stage::new(
        "
        a0           : once commission 9501101020016.1
        b0 <- a0     : once commission 9501101020016.1
    ",
    );
    assert!(!stage.give("b0").is_empty());
    stage.give("a0");
    assert_eq!(stage.cut(), "root a0 b0");
    assert_eq!(stage.outcome("a0"), "applied");
    assert_eq!(stage.outcome("b0"), "with a0");
}
