//! Two pharmacies, both offline, dispense the same pack (one of them has a copy). When they
//! are back, both records are there; the later one in the order is disputed. One that comes back
//! after the other is final stays the later one, whatever its clock and depth say.

use super::{Stage, claimed_twice};

const DAG: &str = "
    p0               : open
    q0               : open
    p1 <- p0         : once dispense pack7
    q1 <- q0         : once dispense pack7
    p2 <- p1         : close
    q2 <- q1         : close
";

#[test]
fn both_are_recorded_and_one_is_disputed() {
    claimed_twice(DAG, "p1", "q1", "p0 q0");
}

#[test]
fn what_is_final_stays() {
    for (first, second) in [("p", "q"), ("q", "p")] {
        let mut stage = Stage::new(DAG);
        stage.record(&format!("{first}0 {first}1 {first}2"));
        stage.cut();
        stage.record(&format!("{second}0 {second}1 {second}2"));
        stage.cut();
        assert_eq!(stage.outcome(&format!("{first}1")), "applied");
        assert_eq!(
            stage.outcome(&format!("{second}1")),
            format!("with {first}1")
        );
    }
}
