//! Whatever ways packs went: drawn finely or coarsely, no pack is lost or doubled, and the picture
//! is never larger than asked for.

use proptest::prelude::*;

use super::draw::{Drawn, Frame};
use super::gather::{Came, End, Gathered, Leaves, Stay, Way};

const STATUS: [(&str, bool, bool); 4] = [
    ("active", false, true),
    ("dispensed", true, true),
    ("destroyed", true, true),
    ("unknown", false, false),
];

/// A pack's way: lane, event and hours for each stay, how it ends, whether it is on its way.
fn way() -> impl Strategy<Value = Way> {
    let stays = prop::collection::vec((0..12_u32, 0..30_u32, 1..2_000_i64), 1..6);
    (stays, 0..STATUS.len(), any::<bool>()).prop_map(|(steps, end, leaves)| {
        let mut at_ms = 0;
        let mut stays: Vec<Stay> = Vec::new();
        for (lane, event, hours) in steps {
            let left_ms = at_ms;
            at_ms += hours * 3_600_000;
            let mut stay = Stay::new(lane, event, at_ms);
            stay.came = (!stays.is_empty()).then_some(Came {
                left_ms,
                unit: (event % 3 > 0).then_some(event),
                steps: [Some("shipping"), Some("receiving")],
            });
            stays.push(stay);
        }
        let (status, over, held) = STATUS[end];
        Way {
            stays,
            end: End {
                status,
                over,
                held,
                at_ms,
                leaves: (leaves && !over).then_some(Leaves {
                    lane: Some(3),
                    left_ms: at_ms,
                    unit: None,
                    step: Some("shipping"),
                }),
            },
        }
    })
}

fn frame(nodes: usize) -> Frame {
    Frame {
        from_ms: i64::MIN,
        before_ms: i64::MAX,
        only: None,
        nodes,
        bucket_ms: None,
    }
}

/// In each node: what came is what left and what ended.
fn conserves(drawn: &Drawn, packs: usize) {
    let (mut made, mut ended) = (0, 0);
    for (row, node) in drawn.nodes.iter().enumerate() {
        let this = |it: u32| usize::try_from(it).unwrap() == row;
        let came = drawn.edges.iter().filter(|it| it.to.is_some_and(this));
        let came: usize = came.map(|it| it.packs).sum();
        let left = drawn.edges.iter();
        let left = left.filter(|it| it.to.is_some() && this(it.from));
        let left: usize = left.map(|it| it.packs).sum();
        let end: usize = node.states.values().map(|it| it.1).sum();
        assert_eq!(node.packs, node.made + came, "into {row}");
        assert_eq!(node.packs, left + end, "out of {row}");
        assert!(node.first_ms <= node.last_ms);
        made += node.made;
        ended += end;
    }
    assert_eq!((made, ended), (packs, packs));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_pack_is_lost_or_doubled(
        ways in prop::collection::vec(way(), 1..60),
        nodes in 1..80_usize,
    ) {
        let mut gathered = Gathered::default();
        for way in &ways {
            gathered.add(way);
        }
        let sum = &gathered.sum;
        prop_assert_eq!(sum.made, ways.len());
        prop_assert_eq!(sum.made, sum.located + sum.terminal + sum.unknown);
        let drawn = gathered.draw(&frame(nodes));
        prop_assert!(drawn.nodes.len() <= nodes, "{} of {}", drawn.nodes.len(), nodes);
        conserves(&drawn, ways.len());
        for (status, count) in &sum.by_status {
            let in_nodes = drawn.nodes.iter().filter_map(|it| it.states.get(status.as_str()));
            prop_assert_eq!(in_nodes.map(|it| it.1).sum::<usize>(), *count);
        }
        let leaving = ways.iter().filter(|way| way.end.leaves.is_some()).count();
        let open = drawn.edges.iter().filter(|it| it.to.is_none());
        prop_assert_eq!(open.map(|it| it.packs).sum::<usize>(), leaving);
    }

    #[test]
    fn the_order_of_packs_does_not_matter(ways in prop::collection::vec(way(), 1..30)) {
        let drawn = |ways: &mut dyn Iterator<Item = &Way>| {
            let mut gathered = Gathered::default();
            ways.for_each(|way| gathered.add(way));
            let drawn = gathered.draw(&frame(40));
            (drawn.lanes, drawn.nodes, drawn.edges)
        };
        prop_assert_eq!(drawn(&mut ways.iter()), drawn(&mut ways.iter().rev()));
    }
}

#[test]
fn a_window_and_a_holder_show_their_part_with_its_neighbours() {
    let hours = |h: i64| h * 3_600_000;
    let stay = |lane: u32, from: i64, to: i64| {
        let mut stay = Stay::new(lane, lane, hours(from));
        stay.last_ms = hours(to);
        stay.came = (lane > 0).then_some(Came {
            left_ms: hours(from - 1),
            unit: Some(9),
            steps: [None, None],
        });
        stay
    };
    let mut gathered = Gathered::default();
    gathered.add(&Way {
        stays: vec![stay(0, 0, 9), stay(1, 10, 19), stay(2, 20, 29)],
        end: End {
            status: "active",
            over: false,
            held: true,
            at_ms: hours(20),
            leaves: None,
        },
    });
    let lanes = |frame: Frame| gathered.draw(&frame).lanes;
    assert_eq!(lanes(frame(40)), [0, 1, 2]);
    let from_21 = Frame {
        from_ms: hours(21),
        ..frame(40)
    };
    assert_eq!(lanes(from_21), [2]);
    let before_9 = Frame {
        before_ms: hours(9),
        ..frame(40)
    };
    assert_eq!(lanes(before_9), [0]);
    let only_0 = Frame {
        only: Some(vec![0]),
        ..frame(40)
    };
    assert_eq!(lanes(only_0), [0, 1]);
    let nobody = Frame {
        only: Some(vec![]),
        ..frame(40)
    };
    assert!(lanes(nobody).is_empty());
}

#[test]
fn many_holders_are_folded_and_counted() {
    let mut gathered = Gathered::default();
    for pack in 0..100 {
        let mut there = Stay::new(1 + pack, 1, 7_200_000);
        there.came = Some(Came {
            left_ms: 3_600_000,
            unit: None,
            steps: [None, None],
        });
        gathered.add(&Way {
            stays: vec![Stay::new(0, 0, 0), there],
            end: End {
                status: "active",
                over: false,
                held: true,
                at_ms: 7_200_000,
                leaves: None,
            },
        });
    }
    let drawn = gathered.draw(&frame(40));
    assert_eq!((drawn.lanes.len(), drawn.folded.len()), (9, 92));
    conserves(&drawn, 100);
}
