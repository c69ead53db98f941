//! Damage and refusal: a changed byte in any file of a closed ledger is named by `check`; a disk
//! that says no at any operation never turns into a lost acknowledgement.

use super::*;
use crate::error::Broken;
use crate::store::frame::{self, FrameKind};
use crate::store::log::{self, SEGMENT_HEADER_BYTES};
use crate::testing::disk::Fault;

fn closed() -> Disk {
    let disk = Disk::new();
    create(&disk);
    let mut tangle = open(&disk);
    for batch in script(60).chunks(9) {
        tangle.submit(batch.to_vec(), NOW).unwrap();
        cut_and_conclude(&mut tangle).unwrap();
    }
    tangle.close().unwrap();
    disk
}

#[test]
fn a_changed_byte_in_any_file_is_named() {
    let disk = closed();
    let sound = check_disk(&disk, true);
    assert!(sound.is_sound() && sound.pinned, "{:?}", sound.differences);
    assert!(sound.rows > 400 && sound.leaves == 60 + 7, "{sound:?}");
    let names = disk.names();
    assert_eq!(
        names.iter().filter(|name| name.contains(".seg")).count(),
        4,
        "{names:?}"
    );
    let mut random = Random(5);
    for name in names {
        let bytes = disk.bytes(&name).unwrap();
        let mut places: Vec<usize> = (0..60).map(|_| random.below(bytes.len())).collect();
        places.extend([0, bytes.len() / 2, bytes.len() - 1]);
        for at in places {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << random.below(8);
            disk.tamper(&name, changed);
            let report = check_disk(&disk, false);
            let named = report.differences.iter().any(|it| it.file == name);
            // Where genesis differs, every segment belongs to another network as well.
            assert!(named, "{name} byte {at}: {:?}", report.differences);
        }
        for length in [0, bytes.len() - 1] {
            disk.tamper(&name, bytes[..length].to_vec());
            assert!(
                !check_disk(&disk, false).is_sound(),
                "{name} cut to {length}"
            );
        }
        disk.tamper(&name, bytes);
    }
    assert!(
        check_disk(&disk, true).is_sound(),
        "checking changed nothing"
    );
}

#[test]
fn a_damaged_index_is_made_anew_and_says_so() {
    let disk = closed();
    // Flips that nothing pins, after a crash, are found by redb's checksums.
    let unpinned = disk.after_kill();
    unpinned.remove(mark::CLEAN).unwrap();
    let bytes = disk.bytes(index::INDEX).unwrap();
    let mut random = Random(9);
    for round in 0..40 {
        let mut changed = bytes.clone();
        let at = random.below(bytes.len());
        changed[at] ^= 1 << random.below(8);
        if round % 2 == 1 {
            changed.truncate(at);
        }
        let pinned = round % 4 < 2;
        let disk = if pinned {
            disk.after_kill()
        } else {
            unpinned.after_kill()
        };
        disk.tamper(index::INDEX, changed);
        let mut tangle = open(&disk);
        // A page that is free may hold anything.
        assert!(tangle.opened().rebuilt.is_some() || !pinned, "byte {at}");
        catch_up(&mut tangle).unwrap();
        for block in script(60) {
            assert_eq!(tangle.reader().block(block.id()).unwrap(), Some(block));
        }
        tangle.close().unwrap();
        assert!(check_disk(&disk, true).is_sound());
    }
}

#[test]
fn a_damaged_log_is_not_opened_or_not_believed() {
    let disk = closed();
    let script = script(60);
    let mut random = Random(3);
    for name in disk.names().iter().filter(|name| name.contains(".seg")) {
        let bytes = disk.bytes(name).unwrap();
        for _ in 0..25 {
            let at = random.below(bytes.len());
            let mut changed = bytes.clone();
            changed[at] ^= 0x10;
            let disk = disk.after_kill();
            disk.tamper(name, changed);
            // Nothing damaged is ever given out: each block is right or an error.
            let Ok(tangle) = try_open(&disk) else {
                continue;
            };
            for block in &script {
                match tangle.reader().block(block.id()) {
                    Ok(found) => assert_eq!(found.as_ref(), Some(block), "{name} byte {at}"),
                    Err(error) => assert!(error.is_damage(), "{name} byte {at}: {error}"),
                }
            }
        }
    }
}

#[test]
fn a_log_shorter_than_the_signed_checkpoint_is_refused() {
    let disk = closed();
    let names = disk.names();
    let last = names.iter().rfind(|name| name.contains(".seg")).unwrap();
    disk.remove(mark::CLEAN).unwrap();
    disk.remove(last).unwrap();
    let error = try_open(&disk).unwrap_err();
    assert!(
        matches!(&error, Broken::Corrupt { file, .. } if file == last),
        "{error}"
    );
    // Even if the index goes with it.
    disk.remove(index::INDEX).unwrap();
    let error = try_open(&disk).unwrap_err().to_string();
    assert!(
        error.contains("checkpoint") && error.contains("signed"),
        "{error}"
    );
}

#[test]
fn any_operation_may_fail_and_nothing_acknowledged_is_lost() {
    let script = script(80);
    let mut failures = 0;
    for at in 0.. {
        let fault = if at % 2 == 0 {
            Fault::Refused
        } else {
            Fault::ShortWrite
        };
        let disk = Disk::new();
        create(&disk);
        let mut tangle = open(&disk);
        disk.plan(at, fault);
        let mut acknowledged = 0;
        let mut failed = None;
        for batch in script.chunks(10) {
            let done = tangle
                .submit(batch.to_vec(), NOW)
                .map(|_| acknowledged += batch.len());
            if let Err(error) = done.and_then(|()| cut_and_conclude(&mut tangle).map(drop)) {
                failed = Some(error);
                break;
            }
        }
        let Some(error) = failed else { break };
        failures += 1;
        let told = matches!(error, Broken::Storage { .. } | Broken::Index { .. });
        assert!(told, "operation {at}: {error}");
        let operations = disk.operations();
        assert!(matches!(
            tangle.submit(script.clone(), NOW),
            Err(Broken::Stopped)
        ));
        assert!(matches!(tangle.flush(), Err(Broken::Stopped)));
        assert_eq!(
            disk.operations(),
            operations,
            "operation {at}: nothing more was tried"
        );
        drop(tangle);
        let mut tangle = open(&disk.after_kill());
        catch_up(&mut tangle).unwrap();
        for block in &script[..acknowledged] {
            let found = tangle.reader().block(block.id()).unwrap();
            assert_eq!(found.as_ref(), Some(block), "operation {at}");
        }
        let receipts = tangle.submit(script.clone(), NOW).unwrap();
        assert!(
            receipts
                .iter()
                .all(|it| { matches!(it.status, ReceiptStatus::Recorded | ReceiptStatus::Known) })
        );
    }
    assert!(failures > 50, "only {failures} operations were tried");
}

/// A frame whose payload was exchanged by somebody who knows how frames are written.
fn forged(disk: &Disk, name: &str, kind: FrameKind) -> Option<Vec<u8>> {
    let mut bytes = disk.bytes(name)?;
    let segment = name.strip_prefix("log/")?.strip_suffix(".seg")?;
    let segment = segment.parse().ok()?;
    let mut at = usize::try_from(SEGMENT_HEADER_BYTES).unwrap();
    loop {
        let place = log::Place {
            segment,
            offset: u32::try_from(at).unwrap(),
        };
        let found = frame::read(bytes.get(at..)?, place)?;
        let (room, turn) = (found.room, found.turn);
        if found.kind == kind {
            let mut payload = found.payload.to_vec();
            let signature = match kind {
                FrameKind::Milestone => payload.len() - 64,
                _ => signature_of_block(&payload),
            };
            payload[signature] ^= 1;
            let draft = frame::Draft {
                kind,
                payload: &payload,
                reserve: room - frame::HEADER_BYTES,
            };
            let mut out = Vec::new();
            frame::write(&mut out, place, &draft, turn);
            assert_eq!(out.len(), room);
            bytes[at..at + room].copy_from_slice(&out);
            return Some(bytes);
        }
        at += room;
    }
}

/// Where the signature stands in a block: changed there, nothing else is wrong with it.
fn signature_of_block(payload: &[u8]) -> usize {
    let network = World::new().genesis().network_id();
    let is_signature = |at: &usize| {
        let mut changed = payload.to_vec();
        changed[*at] ^= 1;
        let read = tangle_verify::SignedBlock::decode(&changed);
        read.is_ok_and(|it| it.verify(&network) == Err(tangle_verify::Rejected::Signature))
    };
    let heads = payload.windows(2).zip(2..);
    let mut starts = heads.filter(|(head, _)| *head == [0x58, 64]);
    starts
        .find_map(|(_, at)| Some(at).filter(is_signature))
        .unwrap()
}

#[test]
fn a_signature_that_was_exchanged_is_found_by_a_thorough_check() {
    let disk = closed();
    let name = "log/000000.seg";
    let bytes = disk.bytes(name).unwrap();
    for kind in [FrameKind::Block, FrameKind::Milestone] {
        disk.tamper(name, forged(&disk, name, kind).unwrap());
        let report = check_disk(&disk, true);
        let named = report.differences.iter().find(|it| it.file == name);
        let what = &named.expect("named").what;
        assert!(what.contains("signature"), "{kind:?}: {what}");
        disk.tamper(name, bytes.clone());
    }
}
