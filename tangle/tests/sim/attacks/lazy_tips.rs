//! Lazy authors approve nothing but old blocks, to save work or to be approved without
//! approving. Each chain has one tip however long it is: the pool stays as small as the number
//! of authors, what honest authors approve is at most one block of each, and nothing honest
//! waits for anybody.

use std::fmt::Write as _;

use tangle::testing::world::key_id;

use super::Stage;
use crate::kit::NOW;

#[test]
fn the_pool_stays_small_and_the_honest_are_ordered() {
    let mut text = String::new();
    let mut names = String::new();
    for round in 0..25 {
        for lazy in ["x", "y", "z"] {
            // Nothing but the own chain, over the founding block.
            writeln!(text, "{lazy}{round}").unwrap();
            write!(names, "{lazy}{round} ").unwrap();
        }
        let below = if round == 0 {
            ""
        } else {
            &format!("<- b{}", round - 1)
        };
        writeln!(text, "a{round} {below}\nb{round} <- a{round}").unwrap();
        write!(names, "a{round} b{round} ").unwrap();
    }
    let mut stage = Stage::new(&text);
    let mut lazies = 0;
    for name in names.split_whitespace() {
        stage.record(name);
        let tips = stage.node.tangle.reader().tips();
        assert!(tips.len() <= 5, "{} tips", tips.len());
        let attach = stage.node.tangle.attach(&key_id("a"), [7; 32], NOW);
        assert!(attach.parents.len() <= 5);
        let lazy = |id: &&_| stage.dag.name(id).starts_with(['x', 'y', 'z']);
        lazies += attach.parents.iter().filter(lazy).count();
    }
    assert!(lazies > 0, "whoever attaches merges them in");
    let order = stage.cut();
    assert_eq!(
        order.split(' ').count(),
        1 + names.split_whitespace().count()
    );
    assert_eq!(stage.cut(), "", "nothing is left behind");
}
