//! A door with barriers, a shelf in its field, and a shipment: what the events say.

use super::*;
use crate::llrp::parameter::EpcBits;
use crate::llrp::session::Now;

mod over;

const EPOCH_MS: i64 = 1_790_000_000_000;

const CONFIG: &str = r#"
[device]
key_file = "device.key"
[[reader]]
address = "192.0.2.17:5084"
name = "dock-1"
read_point = "https://id.gs1.org/414/9521321000018/254/dock-1"
biz_step = "inspecting"
[uplink]
url = "https://theriac.example.org"
api_key_file = "api.key"
[spool]
path = "spool.redb"
[[zone]]
name = "shelf-7"
source = "dock-1"
antennas = [3]
read_point = "https://id.gs1.org/414/9521321000018/254/shelf-7"
biz_step = "storing"
[[door]]
source = "dock-1"
outer_antennas = [1]
inner_antennas = [2]
outer_barrier = 2
inner_barrier = 1
crossing_required = true
in_biz_step = "receiving"
out_biz_step = "shipping"
[expected]
folder = "expected"
stray_dbm = -60
"#;

fn passages() -> Passages {
    Passages::new(&Config::parse(CONFIG).unwrap(), [1; 32]).unwrap()
}

/// SGTIN-96 with a serial number of its own.
fn tag(serial: u8) -> EpcBits {
    let mut bytes = hex::decode("3066c4409047e140075bcd00").unwrap();
    bytes[11] = serial;
    EpcBits::from_bytes(&bytes).unwrap()
}

/// Plays rows and looks every 50 ms for 20 s: `ms tag antenna dBm` reads a tag, `ms gpi port +|-`
/// changes an input. What came of it, an event a line: where, step, tags, direction, suppressed.
fn play(passages: &mut Passages, rows: &str) -> Vec<String> {
    let told = timed(passages, rows);
    told.iter().map(|(_, passed)| line(passed)).collect()
}

/// The same with the times at which it was told.
fn timed(passages: &mut Passages, rows: &str) -> Vec<(u64, Passed)> {
    let out = part(passages, rows, 0..20_000);
    assert!(passages.due(20_000, true).unwrap().is_empty());
    out
}

/// The same for a part of the time.
fn part(passages: &mut Passages, rows: &str, time: std::ops::Range<u64>) -> Vec<(u64, Passed)> {
    let mut rows: Vec<Vec<&str>> = rows
        .lines()
        .map(|row| row.split_whitespace().collect())
        .collect();
    rows.retain(|row| !row.is_empty());
    rows.reverse();
    let mut out = Vec::new();
    for now in time.step_by(50) {
        let unix_ms = EPOCH_MS + i64::try_from(now).unwrap();
        while rows
            .last()
            .is_some_and(|row| row[0].parse::<u64>().unwrap() <= now)
        {
            let row = rows.pop().unwrap();
            if row[1] == "gpi" {
                let change = InputChange {
                    port: row[2].parse().unwrap(),
                    high: row[3] == "+",
                    at_ms: unix_ms,
                };
                passages.input(0, change);
                continue;
            }
            let read = TagRead {
                epc: tag(row[1].parse().unwrap()),
                tid: Vec::new(),
                antenna: row[2].parse().unwrap(),
                rssi_cdbm: Some(row[3].parse::<i32>().unwrap() * 100),
                count: 1,
                reader_first: None,
                reader_last: None,
                first_ms: unix_ms,
                last_ms: unix_ms,
                arrived: Now {
                    mono_ms: now,
                    unix_ms,
                },
            };
            let full = passages.read(0, &read, now).unwrap();
            out.extend(full.into_iter().map(|it| (now, it)));
        }
        let due = passages.due(now, false).unwrap();
        out.extend(due.into_iter().map(|it| (now, it)));
    }
    out
}

fn line(passed: &Passed) -> String {
    let json = passed.event.to_json();
    let place = json["readPoint"]["id"].as_str().unwrap();
    let place = place.rsplit(['/', '.']).next().unwrap().to_owned();
    let text = |pointer: &str| {
        let value = json.pointer(pointer);
        value.map_or("-".to_owned(), |it| it.to_string().replace('"', ""))
    };
    let (step, tags) = (text("/bizStep"), json["epcList"].as_array().unwrap().len());
    assert_eq!(tags, passed.numbers.len());
    let (way, still) = (
        text("/theriac:rfid/direction"),
        text("/theriac:rfid/suppressed/still"),
    );
    let seen = text("/theriac:expected/seen");
    format!("{place} {step} x{tags} {way} still {still} seen {seen}")
}

#[test]
fn the_way_through_the_door_is_the_step() {
    let told = play(
        &mut passages(),
        "1000 gpi 2 -
        1100 1 1 -50
        1200 2 1 -50
        1500 gpi 1 -
        1600 1 2 -50
        1700 gpi 2 +
        1900 2 2 -50
        2000 gpi 1 +
        12000 gpi 1 -
        12100 1 2 -50
        12200 gpi 2 -
        12300 gpi 1 +
        12400 1 1 -50
        12500 gpi 2 +",
    );
    assert_eq!(
        told,
        [
            "dock-1 receiving x2 in still - seen -",
            "dock-1 shipping x1 out still - seen -",
        ]
    );
}

#[test]
fn what_stands_beside_the_door_is_suppressed_and_counted() {
    let mut passages = passages();
    let told = play(
        &mut passages,
        "100 9 1 -50
        200 9 1 -50
        9000 gpi 2 -
        9100 1 1 -50
        9200 gpi 1 -
        9300 gpi 2 +
        9400 1 2 -50
        9500 gpi 1 +",
    );
    assert_eq!(told, ["dock-1 receiving x1 in still 2 seen -"]);
    let totals = passages.smoother.totals();
    assert_eq!(
        (totals.suppressed_still, totals.observed, totals.reads),
        (2, 2, 4)
    );
    assert_eq!(passages.smoother.ended().len(), 1, "its row can go");
}

#[test]
fn a_tag_on_the_shelf_is_not_in_the_door() {
    // The door's antenna hears it, too, but never clearly better.
    let told = play(
        &mut passages(),
        "100 7 3 -50
        150 7 1 -48
        300 7 3 -50
        350 7 1 -46
        500 7 3 -51",
    );
    assert_eq!(told, ["shelf-7 storing x1 - still - seen -"]);
}

#[test]
fn a_shipment_is_followed_and_weak_strangers_are_strays() {
    let mut passages = passages();
    let advice = AdviceFile {
        id: "urn:epcglobal:cbv:bt:9521321000018:ASN-17".to_owned(),
        epcs: [1, 2, 3]
            .map(|serial| capture::identify(&tag(serial)).canonical())
            .to_vec(),
        place: Some("dock-1".to_owned()),
    };
    passages.expect(vec![advice]).unwrap();
    let told = play(
        &mut passages,
        "1000 gpi 2 -
        1100 1 1 -50
        1100 2 1 -70
        1100 8 1 -70
        1200 9 1 -50
        1500 gpi 1 -
        1700 gpi 2 +
        2000 gpi 1 +",
    );
    // Heard outside only, the barriers tell the way.
    assert_eq!(told, ["dock-1 receiving x3 in still 0 seen 2"]);
    let totals = passages.smoother.totals();
    assert_eq!((totals.suppressed_unexpected, totals.observed), (1, 3));
}

/// Without door and shelf, and with a shipment of the tags 1 to 3.
fn waiting() -> Passages {
    let (head, rest) = CONFIG.split_once("[[zone]]").unwrap();
    let (_, tail) = rest.split_once("[expected]").unwrap();
    let config = Config::parse(&format!("{head}[expected]{tail}")).unwrap();
    let mut passages = Passages::new(&config, [1; 32]).unwrap();
    let advice = AdviceFile {
        id: "urn:epcglobal:cbv:bt:9521321000018:ASN-17".to_owned(),
        epcs: [1, 2, 3]
            .map(|serial| capture::identify(&tag(serial)).canonical())
            .to_vec(),
        place: None,
    };
    passages.expect(vec![advice]).unwrap();
    passages
}

#[test]
fn a_whole_shipment_is_told_before_its_last_tag_has_gone() {
    let mut passages = waiting();
    // They stay in the field for ten seconds; a stranger comes along, another one later.
    let mut rows = Vec::new();
    for at in (1_000..11_000).step_by(500) {
        for serial in [1, 2, 9] {
            rows.push(format!("{at} {serial} 1 -50"));
        }
        if at >= 2_000 {
            rows.push(format!("{} 3 1 -50", at + 100));
        }
        if at >= 6_000 {
            rows.push(format!("{} 8 1 -50", at + 200));
        }
    }
    let told = timed(&mut passages, &rows.join("\n"));
    let lines: Vec<(u64, String, bool)> = told
        .iter()
        .map(|(now, passed)| (*now, line(passed), passed.urgent))
        .collect();
    // The third tag comes at 2.1 s; nothing else for half a second.
    let first = "dock-1 inspecting x4 - still - seen 3".to_owned();
    assert_eq!(lines[0], (2_600, first, true));
    let unexpected = &told[0].1.event.to_json()["theriac:expected"]["unexpected"];
    assert_eq!(unexpected, 1, "the stranger is told with them");
    // With the reads of what stayed beside it.
    let last = "dock-1 inspecting x1 - still 0 seen -".to_owned();
    assert_eq!(lines[1].1, last, "the later one is told when it has gone");
    assert!(lines.len() == 2 && !lines[1].2, "{lines:?}");
    let totals = passages.smoother.totals();
    let all = totals.observed + totals.suppressed_parked;
    assert_eq!(all, totals.reads, "each read is counted");
}

#[test]
fn a_shipment_that_is_not_whole_waits_for_its_tags_to_go() {
    let mut passages = waiting();
    let told = timed(&mut passages, "1000 1 1 -50\n1100 2 1 -50\n9000 3 1 -50");
    let told: Vec<(u64, String, bool)> = told
        .iter()
        .map(|(now, passed)| (*now, line(passed), passed.urgent))
        .collect();
    let two = "dock-1 inspecting x2 - still - seen 2".to_owned();
    let rest = "dock-1 inspecting x1 - still - seen 3".to_owned();
    // The third is whole with what was seen before.
    assert_eq!(told[0], (3_100, two, false));
    assert_eq!(told[1], (9_500, rest, true));
    assert_eq!(told.len(), 2);
}

#[test]
fn a_tag_that_has_gone_meanwhile_is_there_for_its_shipment() {
    // The first tag is over at 3 s, and waits for its event until 3.5 s.
    let told = timed(
        &mut waiting(),
        "1000 1 1 -50\n2600 2 1 -50\n2700 3 1 -50\n4000 2 1 -50",
    );
    let first = "dock-1 inspecting x3 - still - seen 3".to_owned();
    assert_eq!((told[0].0, line(&told[0].1)), (3_200, first));
    assert!(told[0].1.urgent && told.len() == 1);
}
