//! What a batch of tags becomes.

use gs1::epcis::EventKind;

use super::*;

fn place() -> Place {
    Place {
        name: "dock-1".to_owned(),
        read_point: Epc::parse("https://id.gs1.org/414/9521321000018/254/dock-1").unwrap(),
        biz_location: Some(Epc::parse("https://id.gs1.org/414/9521321000018").unwrap()),
        biz_step: BizStep::Receiving,
        direction: None,
    }
}

fn seen(epc: &str, at: i64) -> Observation {
    let bytes = hex::decode(epc).unwrap();
    Observation {
        number: 0,
        place: 0,
        tids: Vec::new(),
        epc: EpcBits::from_bytes(&bytes).unwrap(),
        antenna: 1,
        antennas: Vec::new(),
        rssi_cdbm: Some(-5_000),
        reads: 4,
        first_ms: at,
        last_ms: at + 10,
        reader_first: None,
        reader_last: None,
    }
}

/// SGTIN-96 and SSCC-96 of the Tag Data Standard's own examples (TDS 2.x annex E).
const SGTIN: &str = "3066c4409047e140075bcd15";
const SSCC: &str = "3174257bf4499602d2000000";

#[test]
fn tags_are_named_and_strange_ones_kept() {
    let rows: [(EpcBits, &str); 6] = [
        (
            EpcBits::from_bytes(&hex::decode(SSCC).unwrap()).unwrap(),
            "https://id.gs1.org/00/",
        ),
        (
            EpcBits::from_bytes(&hex::decode(SGTIN).unwrap()).unwrap(),
            "https://id.gs1.org/01/",
        ),
        (
            EpcBits::from_bytes(&[0xe2, 0x80]).unwrap(),
            "urn:epc:raw:16.xE280",
        ),
        (
            EpcBits::from_bytes(&[0; 12]).unwrap(),
            "urn:epc:raw:96.x000000000000000000000000",
        ),
        (
            EpcBits {
                bits: 4,
                bytes: vec![0xa0],
            },
            "urn:epc:raw:4.xA0",
        ),
        // A header of SGTIN-96 whose partition cannot be.
        (
            EpcBits::from_bytes(&hex::decode("303fffffffffffffffffffff").unwrap()).unwrap(),
            "urn:epc:raw:96.x303FFFFFFFFFFFFFFFFFFFFF",
        ),
    ];
    for (epc, expected) in rows {
        let name = identify(&epc).canonical();
        assert!(name.starts_with(expected), "{name} is not {expected}");
    }
}

#[test]
fn a_batch_is_one_observe_event_and_making_it_again_makes_the_same() {
    let strange = "e2801160";
    let batch = [
        seen(SGTIN, 2_000),
        seen(SSCC, 1_000),
        seen(strange, 3_000),
        seen(SGTIN, 4_000),
    ];
    let made = event(&place(), &[1; 32], &batch, &Beside::default()).unwrap();
    let EventKind::Object(object) = &made.kind else {
        panic!("{:?}", made.kind)
    };
    assert_eq!(object.epc_list.len(), 3, "each tag once");
    assert!(
        made.epcs()
            .iter()
            .any(|epc| epc.canonical() == "urn:epc:raw:32.xE2801160")
    );
    assert_eq!(made.event_time_ms, 4_010);
    assert_eq!(made.biz_step, Some(BizStep::Receiving));
    let json = made.to_json();
    assert_eq!(json["action"], "OBSERVE");
    assert_eq!(
        json["readPoint"]["id"],
        "https://id.gs1.org/414/9521321000018/254/dock-1"
    );
    assert_eq!(
        json["bizLocation"]["id"],
        "https://id.gs1.org/414/9521321000018"
    );
    assert_eq!(json["theriac:rfid"]["reads"], 16);
    let id = made.event_id.clone().unwrap();
    let version = id.chars().nth(23);
    assert!(id.starts_with("urn:uuid:") && id.len() == 45, "{id}");
    assert_eq!(version, Some('8'), "{id}");

    let mut turned = batch.to_vec();
    turned.reverse();
    let again = event(&place(), &[1; 32], &turned, &Beside::default()).unwrap();
    assert_eq!(again.canonical_json(), made.canonical_json());
    let read_back = Event::from_canonical(&made.canonical_json()).unwrap();
    assert_eq!(read_back.canonical_json(), made.canonical_json());

    let other = event(&place(), &[2; 32], &batch, &Beside::default()).unwrap();
    assert_ne!(
        other.event_id, made.event_id,
        "another device, another event"
    );
}

#[test]
fn batches_close_when_quiet_full_or_old() {
    let config = BatchConfig {
        quiet_ms: 100,
        age_ms_max: 250,
        tags_max: 3,
    };
    let mut batcher = Batcher::new(config);
    assert!(batcher.add(seen(SGTIN, 0), 0).is_none());
    assert!(batcher.due(99).is_empty());
    assert_eq!(batcher.due(100).len(), 1);

    for at in [0, 90, 180] {
        assert!(batcher.due(at).is_empty());
        let full = batcher.add(seen(SGTIN, 0), at);
        assert_eq!(full.map(|batch| batch.len()), (at == 180).then_some(3));
    }
    batcher.add(seen(SGTIN, 0), 0);
    batcher.add(seen(SGTIN, 0), 200);
    assert_eq!(batcher.due(250).len(), 1, "old although not quiet");
    batcher.add(
        Observation {
            place: 1,
            ..seen(SGTIN, 0)
        },
        300,
    );
    batcher.add(seen(SGTIN, 0), 300);
    assert_eq!(batcher.flush().len(), 2);
    assert!(batcher.flush().is_empty());
    batcher.pace(10);
    batcher.add(seen(SGTIN, 0), 0);
    assert!(batcher.due(999).is_empty(), "ten times as long");
    assert_eq!(batcher.due(1_000).len(), 1);
}

#[test]
fn chips_direction_shipment_and_strays_stand_beside_the_tags() {
    let mut first = seen(SGTIN, 1_000);
    first.tids = vec![vec![0xe2, 0x80], vec![0xe2, 0x81]];
    let batch = [first, seen(SSCC, 1_000)];
    let door = Place {
        direction: Some("in"),
        ..place()
    };
    let beside = Beside {
        suppressed: Suppressed {
            weak: 3,
            ..Suppressed::default()
        },
        matched: Some(Matched {
            id: "urn:epcglobal:cbv:bt:9521321000018:ASN-17".to_owned(),
            expected: 5,
            seen: 2,
            unexpected: vec!["https://id.gs1.org/00/095213210000000012".to_owned()],
        }),
        gateway: Gateway {
            quality: timekeeping::Quality::Unsynchronised,
            unix_ms: 5,
            ..Gateway::default()
        },
    };
    let json = event(&door, &[1; 32], &batch, &beside).unwrap().to_json();
    let tags = json["theriac:tags"].as_array().unwrap();
    assert_eq!(tags.len(), 2, "one EPC on two chips");
    assert_eq!(
        (&tags[0]["tid"], &tags[1]["tid"]),
        (&"E280".into(), &"E281".into())
    );
    assert_eq!(tags[0]["epc"], tags[1]["epc"]);
    assert_eq!(json["theriac:rfid"]["direction"], "in");
    assert_eq!(json["theriac:clock"]["time_quality"], "unsynchronised");
    assert_eq!(json["theriac:rfid"]["suppressed"]["weak"], 3);
    let expected = &json["theriac:expected"];
    assert_eq!(
        (&expected["missing"], &expected["unexpected"]),
        (&3.into(), &1.into())
    );
    assert_eq!(
        json["bizTransactionList"][0]["bizTransaction"],
        "urn:epcglobal:cbv:bt:9521321000018:ASN-17"
    );
    assert_eq!(json["bizTransactionList"][0]["type"], "desadv");
    let plain = event(&place(), &[1; 32], &batch[1..], &Beside::default()).unwrap();
    let json = plain.to_json();
    for name in ["theriac:tags", "theriac:expected", "bizTransactionList"] {
        assert_eq!(json.get(name), None, "{name}");
    }
    assert_eq!(json["theriac:rfid"].get("suppressed"), None);
}
