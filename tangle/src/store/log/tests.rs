//! The log alone: what is appended is found again, an unfinished batch is cut and nothing else
//! is, and every changed byte is seen.

use std::sync::Arc;

use tangle_verify::NetworkId;

use super::*;
use crate::store::files::Files;
use crate::store::frame::{FrameKind, Turn};
use crate::testing::disk::{Disk, Fault};

const SEGMENT: u32 = 1024;

fn segments(disk: &Disk) -> Arc<Segments> {
    Arc::new(Segments::new(
        Arc::new(disk.clone()),
        NetworkId::new([9; 32]),
        SEGMENT,
    ))
}

fn payload(batch: u8, at: u8) -> Vec<u8> {
    vec![batch ^ 0x55; usize::from(batch) * 7 % 90 + usize::from(at)]
}

/// A log of `batches` batches of three frames.
fn filled(batches: u8) -> (Disk, Vec<Written>) {
    let disk = Disk::new();
    let mut log = Log::create(segments(&disk)).unwrap();
    let mut places = Vec::new();
    for batch in 0..batches {
        places.extend(append(&mut log, batch).unwrap());
    }
    (disk, places)
}

fn append(log: &mut Log, batch: u8) -> Result<Vec<Written>, Broken> {
    let payloads: Vec<_> = (0..3).map(|at| payload(batch, at)).collect();
    let frames: Vec<_> = payloads
        .iter()
        .map(|bytes| Draft::new(FrameKind::Block, bytes.as_slice()))
        .collect();
    log.append(&frames)
}

/// Number of whole batches found, the tail, and up to where an unfinished one lies.
fn scan(disk: &Disk) -> Result<(u8, Tail, Option<u32>), Broken> {
    let segments = segments(disk);
    let mut scan = Scan::new(&segments, Tail::START)?;
    let mut batches = 0;
    while let Some(batch) = scan.next_batch()? {
        let found: Vec<_> = batch.into_iter().map(|frame| frame.payload).collect();
        assert_eq!(
            found,
            (0..3).map(|at| payload(batches, at)).collect::<Vec<_>>()
        );
        batches += 1;
    }
    Ok((batches, scan.tail(), scan.torn_until()))
}

#[test]
fn what_is_appended_is_found_again_in_many_segments() {
    let (disk, places) = filled(40);
    let (batches, tail, torn) = scan(&disk).unwrap();
    assert_eq!((batches, torn), (40, None));
    assert!(tail.place.segment > 5, "{tail:?}");
    let segments = segments(&disk);
    for (number, place) in (0..).zip(&places) {
        let wanted = payload(number / 3, number % 3);
        let Written { place, room } = *place;
        assert_eq!(
            segments.read(place, room).unwrap(),
            (FrameKind::Block, wanted)
        );
        assert!(segments.read(place, room + 8).unwrap_err().is_damage());
    }
    let mut log = Log::resume(segments, tail).unwrap();
    append(&mut log, 40).unwrap();
    assert_eq!(scan(&disk).unwrap().0, 41);
}

#[test]
fn a_batch_larger_than_a_segment_gets_one_of_its_own() {
    let (disk, _) = filled(1);
    let (_, tail, _) = scan(&disk).unwrap();
    let mut log = Log::resume(segments(&disk), tail).unwrap();
    let large = vec![3; 5000];
    let places = log
        .append(&[
            Draft::new(FrameKind::Block, &large),
            Draft::new(FrameKind::Block, &large),
        ])
        .unwrap();
    assert!(places.iter().all(|place| place.place.segment == 1));
    let last = places.last().copied().unwrap();
    assert_eq!(
        segments(&disk).read(last.place, last.room).unwrap().1,
        large
    );
}

#[test]
fn an_unfinished_batch_is_cut_wherever_the_power_went() {
    for seed in 0..400 {
        let (disk, _) = filled(6);
        let (_, tail, _) = scan(&disk).unwrap();
        let mut log = Log::resume(segments(&disk), tail).unwrap();
        disk.plan(seed % 3, Fault::PowerLoss);
        let acknowledged = append(&mut log, 6).is_ok() && append(&mut log, 7).is_ok();
        assert!(!acknowledged, "seed {seed}: the plan was to fail");
        let disk = disk.after_power_loss(seed);
        let (batches, tail, torn) = scan(&disk).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        assert!((6..=8).contains(&batches), "seed {seed}: {batches}");
        if let Some(until) = torn {
            cut(&segments(&disk), tail, until).unwrap();
            assert_eq!(scan(&disk).unwrap(), (batches, tail, None));
        }
        let mut log = Log::resume(segments(&disk), tail).unwrap();
        append(&mut log, batches).unwrap();
        assert_eq!(scan(&disk).unwrap().0, batches + 1);
    }
}

#[test]
fn every_changed_byte_is_seen_and_only_the_last_batch_can_be_cut() {
    let (disk, _) = filled(12);
    let (_, end, _) = scan(&disk).unwrap();
    for name in disk.names() {
        let bytes = disk.bytes(&name).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << (at % 8);
            disk.tamper(&name, changed);
            match scan(&disk) {
                Err(Broken::Corrupt { file, .. }) => assert_eq!(file, name, "byte {at}"),
                Err(other) => panic!("{name} byte {at}: {other}"),
                Ok((batches, tail, torn)) => {
                    assert!(torn.is_some(), "{name} byte {at} is not seen");
                    assert!(batches == 11 || tail == end, "{name} byte {at}: {batches}");
                }
            }
        }
        disk.tamper(&name, bytes);
    }
    assert_eq!(scan(&disk).unwrap(), (12, end, None));
}

#[test]
fn zeros_over_the_headers_of_the_last_batch_do_not_make_the_one_before_unfinished() {
    let (disk, places) = filled(12);
    let name = segment_name(places.last().unwrap().place.segment);
    let bytes = disk.bytes(&name).unwrap();
    let offset = |at: usize| places.get(at).unwrap().place.offset as usize;
    let (before, first, last) = (offset(32), offset(33), offset(35));
    assert!(before < first && first < last, "one segment holds both");
    for start in before + frame::HEADER_BYTES..first {
        for end in [last + frame::HEADER_BYTES, last + frame::HEADER_BYTES + 20] {
            let mut changed = bytes.clone();
            changed[start..end].fill(0);
            disk.tamper(&name, changed);
            let error = scan(&disk).unwrap_err();
            assert!(error.is_damage(), "zeros at {start}..{end}: {error}");
        }
    }
}

#[test]
fn what_looks_like_the_end_of_a_batch_inside_a_payload_is_content() {
    let (disk, places) = filled(6);
    let (_, tail, _) = scan(&disk).unwrap();
    let mut forged = Vec::new();
    let turn = Turn {
        batch: tail.batch,
        ordinal: 1,
        count: 2,
    };
    let draft = Draft::new(FrameKind::Block, &[]);
    frame::write(&mut forged, tail.place, &draft, turn);
    // The power went while this batch was written: its first header and its end are there.
    let mut log = Log::resume(segments(&disk), tail).unwrap();
    let long = [forged, vec![7; 100]].concat();
    let frames = [Draft::new(FrameKind::Block, &long); 2];
    let written = log.append(&frames).unwrap();
    assert_eq!(written.len() + places.len(), 20);
    let second = written.last().unwrap().place;
    let name = segment_name(second.segment);
    let mut bytes = disk.bytes(&name).unwrap();
    let header = second.offset as usize;
    bytes[header..header + frame::HEADER_BYTES].fill(0);
    disk.tamper(&name, bytes);
    let (batches, after, torn) = scan(&disk).unwrap();
    assert_eq!((batches, after.batch), (6, tail.batch));
    assert!(torn.is_some());
}

#[test]
fn a_missing_or_shortened_segment_is_named() {
    let (disk, _) = filled(12);
    let names = disk.names();
    let middle = names.get(1).unwrap();
    let bytes = disk.bytes(middle).unwrap();
    for length in [0, 10, 64, 70, 500] {
        disk.tamper(middle, bytes[..length].to_vec());
        let error = scan(&disk).unwrap_err();
        assert!(matches!(&error, Broken::Corrupt { file, .. } if file.starts_with("log/")));
    }
    disk.remove(middle).unwrap();
    let error = scan(&disk).unwrap_err().to_string();
    assert!(
        error.contains(middle) && error.contains("missing"),
        "{error}"
    );
}

#[test]
fn a_segment_of_another_network_is_refused() {
    let (disk, _) = filled(2);
    let other = Segments::new(Arc::new(disk), NetworkId::new([8; 32]), SEGMENT);
    let error = Scan::new(&other, Tail::START)
        .unwrap()
        .next_batch()
        .unwrap_err();
    assert!(
        matches!(error, Broken::Corrupt { offset: 16, .. }),
        "{error}"
    );
}

#[test]
fn after_a_failed_write_or_sync_nothing_more_is_written() {
    for (after, fault) in [
        (0, Fault::Refused),
        (0, Fault::ShortWrite),
        (1, Fault::Refused),
    ] {
        let (disk, _) = filled(3);
        let (_, tail, _) = scan(&disk).unwrap();
        let mut log = Log::resume(segments(&disk), tail).unwrap();
        disk.plan(after, fault);
        assert!(
            matches!(append(&mut log, 3), Err(Broken::Storage { .. })),
            "{fault:?}"
        );
        let operations = disk.operations();
        assert!(matches!(append(&mut log, 3), Err(Broken::Stopped)));
        assert_eq!(disk.operations(), operations, "nothing was tried");
        let (batches, tail, torn) = scan(&disk).unwrap();
        if let Some(until) = torn {
            cut(&segments(&disk), tail, until).unwrap();
        }
        let mut log = Log::resume(segments(&disk), tail).unwrap();
        append(&mut log, batches).unwrap();
        assert_eq!(scan(&disk).unwrap().0, batches + 1);
    }
}
