//! The trace of a lot: stays, movements and what became of the packs, against the reconciliation;
//! the packs behind each; what they are packed in.

use rules::views::trace::{Between, LotTrace};
use rules::{Engine, Profile, TraceAsk};

use super::cast;
use super::scenario;

const STORY: &str = "
1 08:00 | M | commission lot=L1 | p1..p6 |
1 09:00 | M | pack s1           | p1 p2  |
1 09:00 | M | pack s2           | p3 p4  |
1 10:00 | M | pack s9           | s1 s2  |
1 12:00 | M | ship W            | s9     |
1 16:00 | W | receive           | s9     |
1 17:00 | W | unpack s9         | s1     |
2 08:00 | W | ship P            | s1     |
4 08:00 | P | receive           | p1     |
4 09:00 | P | dispense          | p1     |
5 08:00 | M | ship W            | p5     |
";

fn engine() -> Engine {
    let scenario = scenario::parse(&format!("== trace\n{STORY}")).remove(0);
    let mut engine = Engine::new(Profile::default());
    for record in scenario.play() {
        engine.apply(&record);
    }
    engine
}

fn lot() -> (gs1::Gtin, gs1::Lot) {
    let gtin = gs1::Gtin::parse(cast::FRIDGE).unwrap();
    (gtin, gs1::Lot::parse("L1").unwrap())
}

fn fine() -> TraceAsk {
    TraceAsk {
        nodes: 100,
        ..TraceAsk::default()
    }
}

fn trace(engine: &Engine, ask: &TraceAsk) -> LotTrace {
    let (gtin, lot) = lot();
    engine.lot_trace(&gtin, &lot, ask, None).unwrap()
}

/// Each edge as people say it: from, to, packs, containers.
fn ways(trace: &LotTrace) -> Vec<String> {
    let name = |lane: usize| trace.lanes[lane].name.clone().unwrap_or_default();
    let mut all: Vec<String> = trace
        .edges
        .iter()
        .map(|edge| {
            let from = name(trace.nodes[edge.from].lane);
            let to = edge.to_lane.map(name).unwrap_or_default();
            let open = if edge.to.is_none() {
                " (on the way)"
            } else {
                ""
            };
            let units: Vec<&str> = edge.units.iter().map(|it| last(it)).collect();
            let steps = edge.steps.join("+");
            format!("{from} > {to}{open}: {} {steps} {units:?}", edge.packs)
        })
        .collect();
    all.sort();
    all
}

fn tail(word: &str) -> String {
    last(&cast::thing(word).canonical()).to_owned()
}

/// Three digits tell containers of this story apart.
fn last(id: &str) -> &str {
    id.get(id.len() - 3..).unwrap()
}

#[test]
fn lanes_stays_and_movements_are_those_of_the_story() {
    let engine = engine();
    let trace = trace(&engine, &fine());
    let names: Vec<_> = trace.lanes.iter().map(|it| it.name.as_deref()).collect();
    assert_eq!(
        names,
        [Some("Maker"), Some("Wholesaler"), Some("Pharmacy Helsinki")]
    );
    assert_eq!(trace.lanes[0].country.as_deref(), Some("DE"));
    assert_eq!(trace.lanes[0].latitude_e7, Some(525_200_000));
    let (s9, s1) = (tail("s9"), tail("s1"));
    assert_eq!(
        ways(&trace),
        [
            "Maker > Wholesaler (on the way): 1 shipping []".to_owned(),
            format!("Maker > Wholesaler: 4 receiving+shipping [{s9:?}]"),
            format!("Wholesaler > Pharmacy Helsinki (on the way): 1 shipping [{s1:?}]"),
            format!("Wholesaler > Pharmacy Helsinki: 1 receiving+shipping [{s1:?}]"),
        ]
    );
    let made = &trace.nodes[0];
    assert_eq!((made.packs, made.made), (6, 6));
    let states: Vec<_> = made.states.iter().map(|it| (it.status, it.packs)).collect();
    assert_eq!(states, [("active", 1), ("in_transit", 1)]);
}

#[test]
fn its_sum_is_the_reconciliation_however_it_is_drawn() {
    let engine = engine();
    let (gtin, number) = lot();
    let view = engine.lot(&gtin, &number).unwrap();
    for nodes in [1, 2, 3, 100] {
        let ask = TraceAsk { nodes, ..fine() };
        let trace = trace(&engine, &ask);
        assert!(trace.nodes.len() <= nodes);
        assert_eq!(trace.sum.by_status, view.by_status);
        assert_eq!(
            (trace.sum.made, trace.sum.located, trace.sum.terminal),
            (view.made, view.located, view.terminal)
        );
        let ended = trace.nodes.iter().flat_map(|node| &node.states);
        assert_eq!(ended.map(|it| it.packs).sum::<usize>(), view.made);
        if nodes < 100 {
            continue;
        }
        for holder in &view.holders {
            let nodes = trace.nodes.iter().filter(|node| {
                trace.lanes[node.lane].party.as_deref() == Some(holder.party.as_str())
            });
            let states = nodes.flat_map(|node| &node.states);
            let held = states.filter(|it| !it.terminal).map(|it| it.packs);
            assert_eq!(held.sum::<usize>(), holder.count, "{}", holder.party);
        }
    }
}

#[test]
fn as_of_a_time_it_knows_nothing_later() {
    let engine = engine();
    let whole = trace(&engine, &fine());
    // Between the first shipment and its receipt.
    let left = whole.edges.iter().find(|edge| edge.packs == 4).unwrap();
    let ask = TraceAsk {
        as_of_ms: Some(left.left_ms),
        ..fine()
    };
    let then = trace(&engine, &ask);
    assert_eq!(then.sum.by_status["in_transit"], 4);
    assert_eq!(then.edges.len(), 1);
    assert_eq!(then.edges[0].to, None);
    let before = TraceAsk {
        as_of_ms: Some(whole.first_ms.unwrap() - 1),
        ..fine()
    };
    let nothing = trace(&engine, &before);
    assert_eq!((nothing.sum.made, nothing.nodes.len()), (0, 0));
}

#[test]
fn each_node_and_each_edge_lists_its_packs() {
    let engine = engine();
    let (gtin, number) = lot();
    for nodes in [1, 100] {
        let ask = TraceAsk { nodes, ..fine() };
        let trace = trace(&engine, &ask);
        let listed = |at: &str, to: Option<&str>, from: usize, limit: usize| {
            let between = Between {
                at: at.to_owned(),
                to: to.map(str::to_owned),
                from,
                limit,
            };
            engine.trace_packs((&gtin, &number), &ask, None, &between)
        };
        for node in &trace.nodes {
            let (packs, count) = listed(&node.id, None, 0, 100).unwrap();
            assert_eq!((packs.len(), count), (node.packs, node.packs));
        }
        for edge in &trace.edges {
            let at = &trace.nodes[edge.from].id;
            let to = edge
                .to
                .map_or(Between::ON_THE_WAY, |to| &trace.nodes[to].id);
            let (packs, count) = listed(at, Some(to), 0, 100).unwrap();
            assert_eq!((packs.len(), count), (edge.packs, edge.packs), "{at} {to}");
            let (second, _) = listed(at, Some(to), 1, 1).unwrap();
            assert_eq!(second.first(), packs.get(1));
        }
        assert!(listed("nowhere-0", None, 0, 1).is_none());
    }
}

#[test]
fn what_may_not_be_seen_is_not_in_it() {
    let engine = engine();
    let (gtin, number) = lot();
    let p1 = cast::thing("p1");
    let sees = |epc: &gs1::Epc| *epc == p1;
    let trace = engine
        .lot_trace(&gtin, &number, &fine(), Some(&sees))
        .unwrap();
    assert_eq!((trace.sum.made, trace.sum.terminal), (1, 1));
    assert!(trace.edges.iter().all(|edge| edge.packs == 1));
    assert!(trace.edges.iter().all(|edge| edge.units.is_empty()));
    let units = engine.lot_units(&gtin, &number, None, Some(&sees)).unwrap();
    assert_eq!((units.packs, units.units.len()), (1, 0));
}

#[test]
fn containers_open_level_by_level() {
    let engine = engine();
    let (gtin, number) = lot();
    let level = |inside: Option<&str>| {
        let inside = inside.map(cast::thing);
        let units = engine.lot_units(&gtin, &number, inside.as_ref(), None);
        let units = units.unwrap();
        let rows: Vec<_> = units
            .units
            .iter()
            .map(|it| (it.id.clone(), it.packs))
            .collect();
        let loose: Vec<_> = units.loose.iter().map(|it| it.id.clone()).collect();
        (units.packs, rows, loose)
    };
    let id = |word: &str| cast::thing(word).canonical();
    let top = level(None);
    assert_eq!(top.0, 6);
    assert_eq!(top.1, [(id("s9"), 2), (id("s1"), 1)]);
    assert_eq!(top.2, [id("p1"), id("p5"), id("p6")]);
    assert_eq!(level(Some("s9")), (2, vec![(id("s2"), 2)], vec![]));
    assert_eq!(level(Some("s2")), (2, vec![], vec![id("p3"), id("p4")]));
}
