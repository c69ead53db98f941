//! Passages as text: one read a line, `time tag antenna rssi count`, and what comes of them.

use proptest::prelude::*;

use super::*;
use crate::llrp::session::Now;

const EPOCH_MS: i64 = 1_790_000_000_000;

fn read(mono_ms: u64, tag: u8, antenna: u16, rssi_dbm: Option<i8>, count: u16) -> TagRead {
    let unix_ms = EPOCH_MS + i64::try_from(mono_ms).unwrap();
    TagRead {
        tid: Vec::new(),
        epc: EpcBits {
            bits: if tag == 0 { 0 } else { 8 },
            bytes: vec![tag; usize::from(tag > 0)],
        },
        antenna,
        rssi_cdbm: rssi_dbm.map(|dbm| i32::from(dbm) * 100),
        count: u32::from(count),
        reader_first: None,
        reader_last: Some(ReaderTime::Uptime(mono_ms)),
        first_ms: unix_ms,
        last_ms: unix_ms,
        arrived: Now { mono_ms, unix_ms },
    }
}

/// Plays the reads, looking every 100 ms until 100 s; the observations as
/// `tag first..last antenna rssi reads`.
fn check(config: SmoothConfig, reads: &str, expected: &[&str]) -> Totals {
    let mut reads: Vec<TagRead> = reads
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| {
            let field: Vec<&str> = line.split_whitespace().collect();
            let rssi = field[3].parse().ok();
            let number = |at: usize| field[at].parse::<u64>().unwrap();
            let short = |at: usize| u16::try_from(number(at)).unwrap();
            read(
                number(0),
                u8::try_from(number(1)).unwrap(),
                short(2),
                rssi,
                short(4),
            )
        })
        .collect();
    reads.reverse();
    let mut smoother = Smoother::new(config);
    let mut told = Vec::new();
    for now in (0..100_000).step_by(100) {
        while reads.last().is_some_and(|read| read.arrived.mono_ms <= now) {
            told.extend(smoother.read(0, &reads.pop().unwrap()));
        }
        told.extend(smoother.due(now));
    }
    assert_eq!(smoother.open(), 0);
    let text: Vec<String> = told
        .iter()
        .map(|it| {
            format!(
                "{} {}..{} {} {} {}",
                it.epc.bytes[0],
                it.first_ms - EPOCH_MS,
                it.last_ms - EPOCH_MS,
                it.antenna,
                it.rssi_cdbm
                    .map_or("-".to_owned(), |cdbm| (cdbm / 100).to_string()),
                it.reads
            )
        })
        .collect();
    assert_eq!(text, expected);
    let totals = smoother.totals();
    assert_eq!(totals.reads, accounted(totals), "{totals:?}");
    totals
}

/// Reads that were observed or suppressed.
fn accounted(totals: Totals) -> u64 {
    totals.observed
        + totals.suppressed_no_epc
        + totals.suppressed_weak
        + totals.suppressed_few
        + totals.suppressed_parked
        + totals.suppressed_still
        + totals.suppressed_unexpected
}

#[test]
fn a_passage_is_one_observation_by_the_best_antenna() {
    let reads = "0 7 1 -60 3
        500 7 2 -48 1
        900 7 3 -48 5
        1500 7 1 -70 2";
    check(SmoothConfig::default(), reads, &["7 0..1500 3 -48 11"]);
}

#[test]
fn between_equals_more_reads_then_the_lower_port() {
    let reads = "0 1 2 -50 1
        0 1 1 -50 1
        0 2 2 - 4
        0 2 1 - 3
        0 3 9 - 9
        0 3 4 -90 1";
    check(
        SmoothConfig::default(),
        reads,
        &["1 0..0 1 -50 2", "2 0..0 2 - 7", "3 0..0 4 -90 10"],
    );
}

#[test]
fn a_tag_that_comes_back_passes_again() {
    let reads = "0 1 1 -50 1
        1900 1 1 -50 1
        4000 1 1 -50 1";
    check(
        SmoothConfig::default(),
        reads,
        &["1 0..1900 1 -50 2", "1 4000..4000 1 -50 1"],
    );
}

#[test]
fn a_parked_tag_is_told_once() {
    let lines: Vec<String> = (0..60)
        .map(|second| format!("{second}000 1 1 -50 1"))
        .collect();
    let reads = lines.join(
        "
",
    );
    let totals = check(SmoothConfig::default(), &reads, &["1 0..30000 1 -50 31"]);
    assert_eq!(totals.suppressed_parked, 29);
}

#[test]
fn strays_are_counted_not_told() {
    let config = SmoothConfig {
        rssi_floor_dbm: Some(-65),
        reads_min: 3,
        ..SmoothConfig::default()
    };
    let reads = "0 1 1 -66 10
        0 1 1 -65 2
        0 2 1 -40 3
        0 3 1 - 4
        0 0 1 -40 8";
    let totals = check(config, reads, &["2 0..0 1 -40 3", "3 0..0 1 - 4"]);
    assert_eq!(
        (
            totals.suppressed_weak,
            totals.suppressed_few,
            totals.suppressed_no_epc
        ),
        (10, 2, 8)
    );
}

#[test]
fn readers_do_not_mix_and_a_flush_tells_all() {
    let mut smoother = Smoother::new(SmoothConfig::default());
    smoother.read(0, &read(0, 1, 1, None, 1));
    smoother.read(1, &read(0, 1, 1, None, 1));
    let told = smoother.flush();
    assert_eq!(told.iter().map(|it| it.place).collect::<Vec<_>>(), [0, 1]);
    assert!(smoother.flush().is_empty());
}

proptest! {
    #[test]
    fn every_read_is_accounted_for(
        reads in proptest::collection::vec(
            (0_u64..200, 0_u8..4, 1_u16..4, -80_i8..-30, 1_u16..9),
            0..200,
        ),
        floor in proptest::option::of(-70_i8..-40),
        reads_min in 0_u32..5,
    ) {
        let config = SmoothConfig { rssi_floor_dbm: floor, reads_min, ..SmoothConfig::default() };
        let mut smoother = Smoother::new(config);
        let mut now = 0;
        let mut observed = 0;
        for (after, tag, antenna, rssi, count) in reads {
            now += after * 20;
            for it in smoother.due(now) { observed += u64::from(it.reads) }
            smoother.read(0, &read(now, tag, antenna, Some(rssi), count));
        }
        for it in smoother.flush() { observed += u64::from(it.reads) }
        let totals = smoother.totals();
        prop_assert_eq!(totals.reads, accounted(totals));
        prop_assert_eq!(totals.observed, observed);
    }
}

#[test]
fn reads_that_were_held_together_are_passages_of_their_own() {
    let mut smoother = Smoother::new(SmoothConfig::default());
    let at = |ms: i64| TagRead {
        reader_first: Some(ReaderTime::Utc(u64::try_from(ms * 1000).unwrap())),
        reader_last: Some(ReaderTime::Utc(u64::try_from(ms * 1000).unwrap())),
        first_ms: ms,
        last_ms: ms,
        ..read(50, 1, 1, None, 1)
    };
    // An hour of reads comes in one message.
    let early: Vec<Observation> = [0, 900, 3_600_000, 3_601_000]
        .iter()
        .flat_map(|ms| smoother.read(0, &at(EPOCH_MS + ms)))
        .collect();
    assert_eq!(early.len(), 1);
    assert_eq!((early[0].reads, early[0].last_ms), (2, EPOCH_MS + 900));
    let late = smoother.flush();
    assert_eq!((late[0].reads, late[0].first_ms), (2, EPOCH_MS + 3_600_000));
    assert_ne!(early[0].number, late[0].number);
}

#[test]
fn the_chips_of_an_epc_are_told_and_bounded() {
    let mut smoother = Smoother::new(SmoothConfig::default());
    for tid in [0, 7, 7, 0, 8, 9, 10, 11] {
        let tid = vec![tid; usize::from(tid > 0)];
        smoother.read(
            0,
            &TagRead {
                tid,
                ..read(0, 1, 1, None, 1)
            },
        );
    }
    let told = smoother.flush();
    assert_eq!(told[0].tids, [[7], [8], [9], [10]]);
    assert_eq!(told[0].reads, 8);
}

#[test]
fn an_open_passage_is_taken_up_by_the_next_process() {
    let config = SmoothConfig {
        reads_min: 3,
        ..SmoothConfig::default()
    };
    let mut first = Smoother::new(config.clone());
    first.read(4, &read(0, 1, 2, Some(-50), 2));
    first.read(4, &read(10, 2, 1, Some(-60), 1));
    assert!(first.has_begun());
    let rows = first.changed(false);
    assert_eq!(rows.len(), 2);
    assert!(!first.has_begun());
    first.read(4, &read(20, 1, 2, Some(-40), 1));
    assert!(
        first.changed(false).is_empty(),
        "it has not begun, it has changed"
    );
    let mut rows: BTreeMap<u64, kept::KeptPassage> = rows.into_iter().collect();
    rows.extend(first.changed(true));

    let mut second = Smoother::new(config);
    for (number, kept) in &rows {
        let text = serde_json::to_string(kept).unwrap();
        let mut kept: kept::KeptPassage = serde_json::from_str(&text).unwrap();
        kept.place = 4;
        assert!(second.restore(*number, &kept, 5_000));
    }
    assert!(
        second.due(6_999).is_empty(),
        "they count as heard at the start"
    );
    let told = second.due(7_000);
    assert_eq!(told.len(), 1, "the other had too few reads");
    assert_eq!((told[0].reads, told[0].antenna), (3, 2));
    assert_eq!(told[0].rssi_cdbm, Some(-4_000));
    assert_eq!(second.ended().len(), 1);
    second.read(4, &read(8_000, 3, 1, None, 1));
    let new = second.changed(true);
    assert!(!rows.contains_key(&new[0].0), "no number is given twice");
    let totals = second.totals();
    assert_eq!(totals.reads, 5);
    assert_eq!((totals.observed, totals.suppressed_few), (3, 1));
}

#[test]
fn of_two_kept_passages_of_a_tag_the_earlier_is_over() {
    let mut first = Smoother::new(SmoothConfig::default());
    first.read(0, &read(0, 1, 1, None, 1));
    let (number, kept) = first.changed(true).remove(0);
    let mut second = Smoother::new(SmoothConfig::default());
    second.restore(number, &kept, 0);
    second.restore(number + 1, &kept, 0);
    let told = second.due(0);
    assert_eq!(
        told.iter().map(|it| it.number).collect::<Vec<_>>(),
        [number]
    );
    assert_eq!(second.open(), 1);
}

#[test]
fn what_is_suppressed_is_counted_by_place_and_reason() {
    let mut smoother = Smoother::new(SmoothConfig {
        rssi_floor_dbm: Some(-65),
        reads_min: 2,
        ..SmoothConfig::default()
    });
    smoother.read(0, &read(0, 0, 1, None, 3));
    smoother.read(0, &read(0, 1, 1, Some(-70), 4));
    smoother.read(0, &read(0, 2, 1, Some(-60), 1));
    smoother.read(1, &read(0, 3, 1, Some(-60), 5));
    smoother.read(1, &read(0, 4, 1, Some(-60), 6));
    let told = smoother.flush();
    assert_eq!(told.len(), 2);
    smoother.take_back(&told[0], Stray::Still);
    smoother.take_back(&told[1], Stray::Unexpected);
    let here = smoother.suppressed(0);
    assert_eq!((here.no_epc, here.weak, here.few), (3, 4, 1));
    let there = smoother.suppressed(1);
    assert_eq!((there.still, there.unexpected), (5, 6));
    assert_eq!(smoother.suppressed(1), Suppressed::default(), "told once");
    let totals = smoother.totals();
    assert_eq!((totals.observations, totals.observed), (0, 0));
    assert_eq!(totals.reads, accounted(totals));
    assert_eq!(smoother.ended().len(), 3);
}

#[test]
fn a_slower_pace_makes_one_passage_of_several() {
    let mut counts = Vec::new();
    for pace in [1, 10] {
        let mut smoother = Smoother::new(SmoothConfig::default());
        smoother.pace(pace);
        let mut told = 0;
        for now in (0..200_000).step_by(500) {
            // Away for five seconds, twice; then it stays for a minute.
            let is_there = [0, 5_000, 10_000].contains(&now) || (15_000..75_000).contains(&now);
            if is_there {
                smoother.read(0, &read(now, 1, 1, None, 1));
            }
            told += smoother.due(now).len();
        }
        assert_eq!((smoother.open(), smoother.totals().reads), (0, 123));
        counts.push(told);
    }
    assert_eq!(counts, [4, 1]);
}
