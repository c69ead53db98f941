//! The state machine on DAGs written as text: what is recorded, what waits, what is refused and
//! why, and that arrival does not matter.

use proptest::prelude::*;

use super::*;
use crate::testing::dag_text::Dag;
use crate::testing::disk::Random;
use crate::testing::world::{FOUNDED_MS, Place, World, item};

const NOW: u64 = FOUNDED_MS + 60_000;

/// Feeds blocks; the text of the effects, names separated by spaces, effects by `; `.
fn feed(ledger: &mut Ledger, dag: &Dag, names: &str) -> String {
    let mut told = Vec::new();
    for name in names.split_whitespace() {
        let block = if name == "root" {
            &dag.founding
        } else {
            dag.block(name)
        };
        let mut queue = vec![block.clone()];
        while let Some(block) = queue.pop() {
            for effect in ledger.handle(
                Input::Block {
                    block,
                    past: Past::default(),
                },
                NOW,
            ) {
                told.push(match effect {
                    Effect::Record { block, .. } => format!("+{}", dag.name(block.id())),
                    Effect::Known(id) => format!("={}", dag.name(&id)),
                    Effect::Waiting { id, missing } => {
                        let mut names: Vec<_> = missing.iter().map(|id| dag.name(id)).collect();
                        names.sort_unstable();
                        format!("{} waits for {}", dag.name(&id), names.join(" "))
                    }
                    Effect::Rejected { id, why } => format!("-{} ({why})", dag.name(&id)),
                    Effect::Released(block) => {
                        let name = format!("{} released", dag.name(block.id()));
                        queue.push(block);
                        name
                    }
                    Effect::Fork { first, second } => {
                        format!("fork {} {}", dag.name(&first), dag.name(&second))
                    }
                    other => format!("{other:?}"),
                });
            }
        }
    }
    told.join("; ")
}

fn ledger(dag: &Dag) -> Ledger {
    let mut ledger = Ledger::new(World::new().genesis());
    assert_eq!(feed(&mut ledger, dag, "root"), "+root");
    ledger
}

#[test]
fn blocks_wait_for_what_they_approve() {
    let dag = Dag::parse("a0\nb0 <- a0\na1 <- b0\nc0 <- a1");
    let mut ledger = ledger(&dag);
    let told = feed(&mut ledger, &dag, "c0 a1 c0 b0 a0 a0");
    insta::assert_snapshot!(told.replace("; ", "\n"), @r"
    c0 waits for a1
    a1 waits for a0 b0
    c0 waits for a1
    b0 waits for a0
    +a0
    b0 released
    +b0
    a1 released
    +a1
    c0 released
    +c0
    =a0
    ");
    assert_eq!(ledger.waiting(), 0);
}

#[test]
fn both_sides_of_a_fork_are_recorded_and_told() {
    let dag = Dag::parse("a0\na1\na1' <- a0\nb0 <- a1 a1'\na2 <- a1'");
    let mut ledger = ledger(&dag);
    assert_eq!(
        feed(&mut ledger, &dag, "a0 a1 a1' b0 a2"),
        "+a0; +a1; +a1'; fork a1 a1'; +b0; +a2"
    );
    let head = ledger.head(&crate::testing::world::key_id("a")).unwrap();
    assert_eq!(dag.name(&head.id), "a2");
}

#[test]
fn a_milestone_orders_the_past_cones_of_its_heads() {
    let dag = Dag::parse("a0\nb0\na1 <- b0\nc0 <- b0\nd0 <- c0");
    let mut ledger = ledger(&dag);
    feed(&mut ledger, &dag, "a0 b0 a1 c0 d0");
    let mut cut = |heads: Vec<BlockId>| {
        let time_ms = NOW;
        let milestone = Milestone {
            index: 0,
            previous: [0; 32],
            heads,
            time_ms,
            epoch: 0,
        };
        match ledger.handle(Input::Milestone(milestone), NOW).remove(0) {
            Effect::Ordered(order) => order,
            other => panic!("{other:?}"),
        }
    };
    let first = cut(vec![dag.id("c0")]);
    assert_eq!(dag.render(&first), "root b0 c0");
    let second = cut(vec![dag.id("a1"), dag.id("d0")]);
    let mut expected = [dag.id("a0"), dag.id("a1"), dag.id("d0")];
    expected[1..].sort_by_key(|id| (if *id == dag.id("d0") { 4 } else { 3 }, *id));
    assert_eq!(second, expected);
    assert!(ledger.graph().is_empty());
    assert_eq!(
        ledger.tips().len(),
        2,
        "ordered blocks stay tips until they are approved"
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn what_is_wrong_with_a_block_is_said() {
    let dag = Dag::parse("a0\nb0\na1 <- a0");
    let world = World::new();
    let clock = |ms: u64| Hlc(ms << 16);
    let (a0, b0) = (dag.id("a0"), dag.id("b0"));
    let high = clock(NOW);
    let cases = [
        (
            "a",
            Place {
                hlc: high,
                epoch: 1,
                ..Place::default()
            },
            11,
        ),
        (
            "stranger",
            Place {
                parents: vec![a0],
                hlc: high,
                ..Place::default()
            },
            1,
        ),
        (
            "a",
            Place {
                seq: 1,
                prev: Some(a0),
                hlc: clock(FOUNDED_MS - 1),
                ..Place::default()
            },
            2,
        ),
        (
            "a",
            Place {
                seq: 1,
                prev: Some(a0),
                hlc: clock(NOW + limits::CLOCK_AHEAD_MS_MAX + limits::EARLY_MS_MAX + 1),
                ..Place::default()
            },
            4,
        ),
        (
            "a",
            Place {
                seq: 1,
                prev: Some(a0),
                hlc: dag.block("a0").header().hlc,
                ..Place::default()
            },
            5,
        ),
        (
            "a",
            Place {
                seq: 1,
                prev: Some(b0),
                hlc: high,
                ..Place::default()
            },
            6,
        ),
        (
            "a",
            Place {
                seq: 2,
                prev: Some(a0),
                hlc: high,
                ..Place::default()
            },
            6,
        ),
        (
            "a",
            Place {
                epoch: 1,
                seq: 1,
                prev: Some(a0),
                hlc: high,
                ..Place::default()
            },
            6,
        ),
    ];
    for (author, place, code) in cases {
        let mut ledger = ledger(&dag);
        feed(&mut ledger, &dag, "a0 b0");
        let block = world.block(author, place.clone(), vec![item("x")]);
        let effects = ledger.handle(
            Input::Block {
                block,
                past: Past::default(),
            },
            NOW,
        );
        match effects.as_slice() {
            [Effect::Rejected { why, .. }] => assert_eq!(why.code(), code, "{place:?}: {why}"),
            other => panic!("{place:?}: {other:?}"),
        }
        assert_eq!(
            feed(&mut ledger, &dag, "a1"),
            "+a1",
            "and nothing is spoilt"
        );
    }
}

#[test]
fn what_lies_below_the_latest_milestone_is_told_by_the_caller() {
    let dag = Dag::parse("a0\na1\na1'");
    let mut ledger = ledger(&dag);
    feed(&mut ledger, &dag, "a0 a1");
    let fact = *ledger.graph().fact(&dag.id("a0")).unwrap();
    let heads = ledger.frontier();
    let time_ms = NOW;
    let milestone = Milestone {
        index: 0,
        previous: [0; 32],
        heads,
        time_ms,
        epoch: 0,
    };
    ledger.handle(Input::Milestone(milestone), NOW);
    let mut give = |past: Past| {
        ledger.handle(
            Input::Block {
                block: dag.block("a1'").clone(),
                past,
            },
            NOW,
        )
    };
    let known = Past {
        known: true,
        ..Past::default()
    };
    assert_eq!(give(known), [Effect::Known(dag.id("a1'"))]);
    assert!(matches!(
        give(Past::default()).as_slice(),
        [Effect::Waiting { .. }]
    ));
    let approved = BTreeMap::from([(dag.id("a0"), fact)]);
    let rivals = vec![dag.id("a1")];
    let effects = give(Past {
        known: false,
        approved,
        rivals,
    });
    assert!(
        matches!(&effects[0], Effect::Record { fact, .. } if fact.depth == 3),
        "{effects:?}"
    );
    let fork = Effect::Fork {
        first: dag.id("a1"),
        second: dag.id("a1'"),
    };
    assert_eq!(effects[1], fork);
}

#[test]
fn a_new_block_approves_its_chain_its_organisation_and_random_tips() {
    // Of a..h the first four belong to the maker.
    let dag = Dag::parse("a0\nb0\nc0\nd0\ne0\nf0\ng0\nh0");
    let mut ledger = ledger(&dag);
    feed(&mut ledger, &dag, "a0 b0 c0 d0 e0 f0 g0 h0");
    let key = crate::testing::world::key_id;
    let attach = ledger.attach(&key("a"), &[1; 32], NOW);
    assert_eq!(
        (attach.epoch, attach.seq, attach.prev),
        (0, 1, Some(dag.id("a0")))
    );
    for name in ["b0", "c0", "d0"] {
        assert!(
            attach.parents.contains(&dag.id(name)),
            "{name} is of the organisation"
        );
    }
    assert_eq!(attach.parents.len(), 6, "and three of the four others");
    assert_eq!(attach.hlc.ms(), NOW);
    let earlier = ledger.attach(&key("a"), &[1; 32], 0);
    assert!(attach.parents == earlier.parents && earlier.hlc.ms() == FOUNDED_MS + 1);
    assert!(earlier.hlc > dag.block("a0").header().hlc);
    let stranger = ledger.attach(&key("stranger"), &[1; 32], NOW);
    assert_eq!(
        (stranger.seq, stranger.prev, stranger.parents.len()),
        (0, None, 3)
    );
}

const WEB: &str =
    "a0\nb0 <- a0\nc0 <- a0\na1 <- b0\nb1 <- c0\nc1\nc1' <- b1\na2 <- c1 c1'\nd0 <- a2";

proptest! {
    #[test]
    fn any_arrival_ends_in_the_same_state(seed: u64) {
        let dag = Dag::parse(WEB);
        let mut straight = ledger(&dag);
        feed(&mut straight, &dag, "a0 b0 c0 a1 b1 c1 c1' a2 d0");
        let mut names: Vec<_> = "a0 b0 c0 a1 b1 c1 c1' a2 d0".split(' ').collect();
        let mut random = Random(seed);
        for at in (1..names.len()).rev() {
            names.swap(at, random.below(at + 1));
        }
        let mut shuffled = ledger(&dag);
        let told = feed(&mut shuffled, &dag, &names.join(" "));
        prop_assert_eq!(told.matches('+').count(), 9, "{}", told);
        prop_assert_eq!(told.matches("fork").count(), 1);
        prop_assert_eq!(shuffled.waiting(), 0);
        prop_assert_eq!(&straight.graph, &shuffled.graph);
        prop_assert_eq!(&straight.tips, &shuffled.tips);
        prop_assert_eq!(straight.frontier(), shuffled.frontier());
    }
}

#[test]
fn a_block_ahead_of_its_time_waits_for_it() {
    let dag = Dag::parse("a0");
    let mut ledger = ledger(&dag);
    feed(&mut ledger, &dag, "a0");
    let at = |ms: u64| {
        let place = Place {
            seq: 1,
            prev: Some(dag.id("a0")),
            hlc: Hlc(ms << 16),
            ..Place::default()
        };
        World::new().block("a", place, vec![item("x")])
    };
    let give = |ledger: &mut Ledger, block: &VerifiedBlock, now_ms| {
        let (block, past) = (block.clone(), Past::default());
        ledger.handle(Input::Block { block, past }, now_ms)
    };
    let early = at(NOW + limits::CLOCK_AHEAD_MS_MAX + 7);
    let (id, due_ms) = (*early.id(), NOW + 7);
    for _ in 0..2 {
        let effects = give(&mut ledger, &early, NOW);
        assert_eq!(effects, [Effect::Early { id, due_ms }], "twice is once");
    }
    assert_eq!(ledger.early(), 1);
    assert_eq!(ledger.handle(Input::Tick, due_ms - 1), []);
    let released = ledger.handle(Input::Tick, due_ms);
    assert_eq!(released, [Effect::Released(early.clone())]);
    let effects = give(&mut ledger, &early, due_ms);
    assert!(
        matches!(effects.as_slice(), [Effect::Record { .. }]),
        "{effects:?}"
    );
    assert_eq!(ledger.early(), 0);
}

#[test]
fn attack_clocks_at_the_end_of_time() {
    let dag = Dag::parse("a0\na1 <- a0");
    let mut ledger = ledger(&dag);
    feed(&mut ledger, &dag, "a0");
    for hlc in [
        Hlc(u64::MAX),
        Hlc(u64::MAX - 1),
        Hlc(u64::MAX << 16),
        Hlc(1 << 63),
    ] {
        let place = Place {
            seq: 1,
            prev: Some(dag.id("a0")),
            hlc,
            ..Place::default()
        };
        let block = World::new().block("a", place, vec![item("x")]);
        let past = Past::default();
        let effects = ledger.handle(Input::Block { block, past }, NOW);
        match effects.as_slice() {
            [Effect::Rejected { why, .. }] => assert_eq!(why.code(), 4, "{hlc:?}"),
            other => panic!("{hlc:?}: {other:?}"),
        }
    }
    assert_eq!(
        feed(&mut ledger, &dag, "a1"),
        "+a1",
        "nothing of it is left"
    );
}

/// A ledger in which author `a` may write two blocks at once and one a second.
fn throttled(dag: &Dag) -> Ledger {
    use crate::registry::{Operation, Rate, Scope};
    let mut ledger = ledger(dag);
    let scope = Operation::Scope(Scope {
        key: crate::testing::world::key_id("a"),
        read_points: Vec::new(),
        gtin_prefixes: Vec::new(),
        rate: Some(Rate {
            per_second: 1,
            burst: 2,
        }),
    });
    let place = Place {
        seq: 1,
        prev: Some(*dag.founding.id()),
        hlc: Hlc((FOUNDED_MS + 1) << 16),
        ..Place::default()
    };
    let block = World::new().block("root", place, vec![scope.to_item([0; 16])]);
    let past = Past::default();
    let effects = ledger.handle(Input::Block { block, past }, NOW);
    assert!(
        matches!(effects.as_slice(), [Effect::Record { .. }]),
        "{effects:?}"
    );
    ledger
}

#[test]
fn a_key_writes_no_faster_than_registered() {
    let dag = Dag::parse("a0\na1 <- a0\na2 <- a1\nb0\nb1 <- b0\nb2 <- b1");
    let mut ledger = throttled(&dag);
    assert_eq!(feed(&mut ledger, &dag, "a0 a1"), "+a0; +a1");
    let told = feed(&mut ledger, &dag, "a2");
    assert!(
        told.contains("the next block is taken in 1000 ms"),
        "{told}"
    );
    assert_eq!(
        feed(&mut ledger, &dag, "b0 b1 b2"),
        "+b0; +b1; +b2",
        "others are not slowed"
    );
    let (block, past) = (dag.block("a2").clone(), Past::default());
    let effects = ledger.handle(Input::Block { block, past }, NOW + 1000);
    assert!(
        matches!(effects.as_slice(), [Effect::Record { .. }]),
        "{effects:?}"
    );
}

#[test]
fn a_block_that_waited_pays_once_and_the_log_is_read_for_nothing() {
    let dag = Dag::parse("a0\na1 <- a0\na2 <- a1\na3 <- a2");
    let mut ledger = throttled(&dag);
    let told = feed(&mut ledger, &dag, "a1 a0");
    assert_eq!(told, "a1 waits for a0; +a0; a1 released; +a1");
    for name in ["a2", "a3"] {
        let (block, past) = (dag.block(name).clone(), Past::default());
        let effects = ledger.handle(Input::Block { block, past }, u64::MAX);
        assert!(
            matches!(effects.as_slice(), [Effect::Record { .. }]),
            "{effects:?}"
        );
    }
}
