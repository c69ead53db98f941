//! What is written is read again, a bound holds, and what is no recording is refused by its line.

use gs1::Decimal;

use super::*;
use crate::llrp::message::{Body, Message};
use crate::llrp::parameter::{Parameter, Tv};
use crate::llrp::tag::TagReport;
use crate::source::Measure;

fn at(ms: u64) -> Now {
    Now {
        mono_ms: ms,
        unix_ms: 1_800_000_000_000 + i64::try_from(ms).unwrap(),
    }
}

fn read_of(epc: &[u8]) -> TagRead {
    TagRead {
        epc: EpcBits::from_bytes(epc).unwrap(),
        tid: vec![0xe2, 0x80],
        antenna: 2,
        rssi_cdbm: Some(-5_150),
        count: 3,
        reader_first: Some(ReaderTime::Utc(7)),
        reader_last: Some(ReaderTime::Uptime(9)),
        first_ms: 5,
        last_ms: 6,
        arrived: at(51),
    }
}

/// One of everything that a source may tell.
fn everything() -> Vec<Heard> {
    let sample = Sample::new(
        Measure::TEMPERATURE_CEL,
        Decimal::parse("-18.25").unwrap(),
        4,
    );
    let raws = [
        Raw::Tags(vec![read_of(&[0x30, 0x74]), read_of(&[])]),
        Raw::Input(InputChange {
            port: 1,
            high: true,
            at_ms: 3,
        }),
        Raw::Status(Status::Up("inventory runs".to_owned())),
        Raw::Status(Status::Down("\"closed\"\n".to_owned())),
        Raw::Status(Status::Antenna {
            port: 4,
            connected: false,
        }),
        Raw::Gap(Gap {
            cause: GapCause::Missing,
            from_ms: 1,
            to_ms: 2,
            lost: Some(3),
            device: Some("probe".to_owned()),
        }),
        Raw::Scan(Box::new(Scan {
            item: scan::item("https://id.gs1.org/01/09521321000018/21/4711").unwrap(),
            uid: vec![4, 1, 2, 3],
            reader: "left".to_owned(),
            at_ms: 5,
        })),
        Raw::Sensor(Report {
            device: "probe".to_owned(),
            sequence: Some(7),
            at_ms: 4,
            samples: vec![sample],
        }),
    ];
    raws.into_iter().map(Heard::Raw).collect()
}

#[test]
fn everything_is_read_as_it_was_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one.rec");
    let mut writer = Writer::create(&path, 1 << 20).unwrap();
    for heard in everything() {
        let item = Item::of("dock-1", &heard, at(51));
        assert_eq!(writer.write(item).unwrap(), Room::More);
    }
    let letter = Letter {
        topic: "a/b".to_owned(),
        body: vec![0, 255],
        at: at(51),
        again: true,
        receipt: Receipt::new(|_| ()),
    };
    writer
        .write(Item::of("dock-1", &Heard::Letter(letter), at(51)))
        .unwrap();
    writer.end("stopped").unwrap();
    assert!(
        Writer::create(&path, 1 << 20).is_err(),
        "never over another"
    );
    let items: Vec<Item> = read(&path).unwrap().map(Result::unwrap).collect();
    let told = items.into_iter().map(|item| item.told(4).unwrap().unwrap());
    let told: Vec<Told> = told.collect();
    let expected = everything();
    assert_eq!(told.len(), expected.len() + 1);
    for (told, expected) in told.iter().zip(&expected) {
        let (Heard::Raw(told), Heard::Raw(expected)) = (&told.heard, expected) else {
            panic!("{told:?}");
        };
        assert_eq!(told, expected);
    }
    let Heard::Letter(letter) = &told.last().unwrap().heard else {
        panic!("a letter");
    };
    assert_eq!((letter.topic.as_str(), letter.again), ("a/b", true));
    assert_eq!((letter.body.as_slice(), letter.at), (&[0, 255][..], at(51)));
}

#[test]
fn a_recording_is_bounded_and_ends_with_a_word() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one.rec");
    let mut writer = Writer::create(&path, 1_000).unwrap();
    let item = || Item::of("dock-1", &everything()[0], at(51));
    let mut written = 0;
    while writer.write(item()).unwrap() == Room::More {
        written += 1;
        assert!(written < 100, "it has a bound");
    }
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.ends_with("{\"end\":\"full\"}\n"), "{text}");
    assert!(text.len() <= 1_000 + 20, "{} bytes", text.len());
    assert_eq!(read(&path).unwrap().count(), written);
    // The writer may be killed at any byte: what is whole before that is read.
    for cut in 60..text.len() - 1 {
        let cut_off = text.get(..cut).unwrap();
        std::fs::write(&path, cut_off).unwrap();
        let whole = cut_off.matches('\n').count().saturating_sub(1);
        let items: Result<Vec<Item>, _> = read(&path).unwrap().collect();
        assert_eq!(items.unwrap().len(), whole.min(written), "at byte {cut}");
    }
}

#[test]
fn what_is_no_recording_is_refused_by_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one.rec");
    let head = "{\"recording\":\"rfid-bridge/1\",\"bridge\":\"x\"}\n";
    for (text, line) in [
        (String::new(), "line 1"),
        ("hello\n".to_owned(), "line 1"),
        (head.replace("/1", "/9"), "line 1"),
        (format!("{head}{{\"mono_ms\":1}}\n"), "line 2"),
        (
            format!("{head}{{\"mono_ms\":1,\"unix_ms\":1,\"source\":\"a\",\"x\":1}}\n"),
            "line 2",
        ),
    ] {
        std::fs::write(&path, &text).unwrap();
        let items = read(&path).and_then(Iterator::collect::<Result<Vec<Item>, _>>);
        let error = items.unwrap_err().to_string();
        assert!(error.contains(line), "{error}: {text}");
    }
    assert!(matches!(
        read(&folder.path().join("none")),
        Err(RecordingError::File { .. })
    ));
    let odd = format!(
        "{head}{{\"mono_ms\":1,\"unix_ms\":1,\"source\":\"a\",\"tags\":[{{\"epc\":\"30\",\
         \"bits\":96,\"antenna\":1,\"count\":1,\"first_ms\":1,\"last_ms\":1}}]}}\n"
    );
    std::fs::write(&path, odd).unwrap();
    let item = read(&path).unwrap().next().unwrap().unwrap();
    assert!(item.told(0).unwrap_err().contains("96 bits"));
}

fn report(utc_ms: u64, epc: u8) -> Vec<u8> {
    let parameters = vec![
        Parameter::Tv(Tv::Epc96([epc; 12])),
        Parameter::Tv(Tv::AntennaId(3)),
        Parameter::Tv(Tv::PeakRssi(-61)),
        Parameter::Tv(Tv::FirstSeenUtc(utc_ms * 1_000)),
        Parameter::Tv(Tv::LastSeenUtc(utc_ms * 1_000 + 5_000)),
    ];
    let body = Body::RoAccessReport {
        tags: vec![TagReport { parameters }],
        others: Vec::new(),
    };
    let message = Message {
        version: 1,
        id: 1,
        body,
    };
    message.encode().unwrap()
}

#[test]
fn a_capture_of_a_reader_is_told_at_the_readers_time() {
    let messages = [report(1_000, 1), report(3_000, 2), report(2_000, 3)];
    let raw = messages.concat();
    let lines: Vec<String> = messages.iter().map(hex::encode).collect();
    let objects: Vec<String> = lines
        .iter()
        .map(|it| format!("{{\"hex\":\"{it}\"}}"))
        .collect();
    let items = llrp::read(&raw, "dock-1").unwrap();
    assert_eq!(
        llrp::read(lines.join("\n").as_bytes(), "dock-1").unwrap(),
        items
    );
    assert_eq!(
        llrp::read(objects.join("\r\n").as_bytes(), "dock-1").unwrap(),
        items
    );
    let times: Vec<(u64, i64)> = items.iter().map(|it| (it.mono_ms, it.unix_ms)).collect();
    assert_eq!(
        times,
        [(0, 1_005), (2_000, 3_005), (2_000, 3_005)],
        "never back"
    );
    let Some(Told {
        heard: Heard::Raw(Raw::Tags(tags)),
        ..
    }) = items[2].clone().told(0).unwrap()
    else {
        panic!("tags");
    };
    assert_eq!((tags[0].antenna, tags[0].rssi_cdbm), (3, Some(-6_100)));
    assert_eq!((tags[0].first_ms, tags[0].last_ms), (2_000, 2_005));
    for bad in [
        &b"{\"hex\":\"zz\"}"[..],
        b"0400000000",
        &[4, 61, 0, 0, 0, 1, 0, 0, 0, 0],
    ] {
        let read = llrp::read(bad, "dock-1");
        assert!(read.is_err() || read.unwrap().is_empty(), "{bad:?}");
    }
}
