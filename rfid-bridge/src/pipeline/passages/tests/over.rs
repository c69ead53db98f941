//! When a passage is over: how long its event waits, what the barriers shorten, and what another
//! configuration leaves open.

use super::*;

/// One of these, in which less silence is enough for what has crossed.
fn empty_door() -> Passages {
    let door = "crossing_required = true\ncrossed_idle_ms = 400";
    let text = CONFIG.replace("crossing_required = true", door);
    Passages::new(&Config::parse(&text).unwrap(), [1; 32]).unwrap()
}

/// What was told and when.
fn lines(told: &[(u64, Passed)]) -> Vec<(u64, String)> {
    let told = told.iter();
    told.map(|(now, passed)| (*now, line(passed))).collect()
}

/// Each read is in an observation or among the suppressed.
fn all_are_counted(passages: &Passages) {
    let it = passages.smoother.totals();
    let suppressed = it.suppressed_parked + it.suppressed_still + it.suppressed_unexpected;
    assert_eq!(it.observed + suppressed, it.reads, "{it:?}");
}

const IN: &str = "1000 gpi 2 -
    1100 1 1 -50
    1500 gpi 1 -
    1600 1 2 -50
    1700 gpi 2 +
    1900 1 2 -50
    2000 gpi 1 +
";

#[test]
fn an_event_waits_only_for_what_is_still_in_the_field() {
    let (head, rest) = CONFIG.split_once("[[zone]]").unwrap();
    assert!(rest.contains("[expected]"));
    let config = Config::parse(head).unwrap();
    let mut passages = Passages::new(&config, [1; 32]).unwrap();
    let told = timed(
        &mut passages,
        "1000 1 1 -50
        1100 2 1 -50
        9000 3 1 -50
        9300 4 1 -50
        10700 4 1 -50",
    );
    let told = lines(&told);
    let event = |count| format!("dock-1 inspecting x{count} - still - seen -");
    // Both are over at 3.1 s. The third is over at 11 s, and the fourth is still there.
    let expected = [(3_100, event(2)), (11_500, event(1)), (12_700, event(1))];
    assert_eq!(told, expected);
    all_are_counted(&passages);
}

#[test]
fn what_has_crossed_is_over_after_less_silence_and_once() {
    let mut passages = empty_door();
    // It is heard now and then for three seconds more.
    let told = timed(&mut passages, &format!("{IN}2600 1 2 -60\n4400 1 2 -60"));
    let event = "dock-1 receiving x1 in still - seen -".to_owned();
    assert_eq!(lines(&told), [(2_300, event)]);
    assert_eq!(passages.smoother.totals().suppressed_parked, 2);
    all_are_counted(&passages);
}

#[test]
fn what_comes_back_at_once_passes_again_and_what_stays_behind_does_not() {
    let mut passages = empty_door();
    let told = timed(
        &mut passages,
        &format!(
            "{IN}3000 gpi 1 -
            3100 1 2 -50
            3300 gpi 2 -
            3400 1 1 -50
            3500 gpi 1 +
            3700 gpi 2 +"
        ),
    );
    let passed = |way: &str| format!("dock-1 {way} still - seen -");
    let expected = [
        (2_300, passed("receiving x1 in")),
        (3_800, passed("shipping x1 out")),
    ];
    assert_eq!(lines(&told), expected);
    all_are_counted(&passages);

    // Another pallet comes in behind it, and the first is heard once more.
    let mut passages = empty_door();
    let told = timed(
        &mut passages,
        &format!(
            "{IN}3000 gpi 2 -
            3100 1 2 -70
            3200 5 1 -50
            3300 gpi 1 -
            3400 5 2 -50
            3500 gpi 2 +
            3700 gpi 1 +"
        ),
    );
    let told = lines(&told);
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(
        told[1],
        (3_800, "dock-1 receiving x1 in still 0 seen -".to_owned())
    );
    assert_eq!(passages.smoother.totals().suppressed_parked, 1);
    all_are_counted(&passages);
}

#[test]
fn without_a_word_of_its_own_a_door_waits_as_long_as_any_place() {
    let told = timed(&mut passages(), IN);
    let event = "dock-1 receiving x1 in still - seen -".to_owned();
    assert_eq!(lines(&told), [(3_900, event)]);
}

#[test]
fn a_pallet_in_a_door_that_stays_is_one_passage_under_two_configurations() {
    let first = "1000 gpi 2 -\n1100 1 1 -50\n1200 2 1 -50\n1300 7 3 -50";
    let rest = "5600 1 2 -50\n6000 gpi 1 -\n6200 gpi 2 +\n6300 gpi 1 +";
    let moved = CONFIG.replace("254/shelf-7", "254/shelf-8");
    for (config, shelf) in [(CONFIG, None), (moved.as_str(), Some("shelf-7 storing x1"))] {
        let mut before = passages();
        assert!(part(&mut before, first, 0..1_500).is_empty());
        let mut after = Passages::new(&Config::parse(config).unwrap(), [1; 32]).unwrap();
        let open = after.take_over(&mut before);
        after.hold(0, 30_000);
        // What is no more is told by the one before.
        let told = before.due(1_500, true).unwrap();
        let told: Vec<String> = told.iter().map(line).collect();
        assert_eq!(told.len(), usize::from(shelf.is_some()), "{told:?}");
        assert!(
            shelf.is_none_or(|shelf| told[0].starts_with(shelf)),
            "{told:?}"
        );
        assert_eq!(open.len(), 3 - told.len());
        after.go_on_from(&mut before);
        // Nobody is heard for four seconds, and nothing is over meanwhile.
        assert!(part(&mut after, "", 1_500..5_500).is_empty());
        after.release(0, 5_500);
        let told = lines(&part(&mut after, rest, 5_500..20_000));
        let both = (7_600, "dock-1 receiving x2 in still - seen -".to_owned());
        assert!(told.contains(&both), "{told:?}");
        assert_eq!(told.len(), 1 + usize::from(shelf.is_none()), "{told:?}");
        all_are_counted(&after);
    }
}

#[test]
fn a_source_that_is_not_heard_again_in_time_keeps_nothing_open() {
    let mut before = passages();
    part(&mut before, "1000 gpi 2 -\n1100 1 1 -50", 0..1_500);
    let mut after = passages();
    after.take_over(&mut before);
    after.hold(0, 9_000);
    // Nothing is known to have gone through.
    let told = part(&mut after, "", 1_500..12_000);
    assert!(told.is_empty());
    assert_eq!(after.smoother.totals().suppressed_still, 1);
}
