//! What a ledger lives through besides growing: copies made while it goes on, bundles, items
//! erased from it, and versions of this code.

use std::io::Cursor;

use tangle_verify::{Genesis, proof};

use super::*;
use crate::error::{Broken, ProveError};
use crate::testing::disk::Fault;
use crate::testing::world::key_id;

/// A ledger with these blocks, a milestone concluded after each batch of nine.
fn filled(script: &[VerifiedBlock]) -> (Disk, Tangle) {
    let disk = Disk::new();
    create(&disk);
    let mut tangle = open(&disk);
    for batch in script.chunks(9) {
        tangle.submit(batch.to_vec(), NOW).unwrap();
        cut_and_conclude(&mut tangle).unwrap();
    }
    (disk, tangle)
}

fn has_all(tangle: &Tangle, blocks: &[VerifiedBlock]) {
    for block in blocks {
        let found = tangle.reader().block(block.id()).unwrap();
        assert_eq!(found.as_ref(), Some(block));
    }
}

#[test]
fn a_backup_has_all_that_was_durable_and_goes_on_as_a_ledger() {
    let script = script(100);
    let (_, mut tangle) = filled(&script[..60]);
    tangle.submit(script[60..64].to_vec(), NOW).unwrap();
    let (reader, note) = (tangle.reader(), tangle.checkpoint_note());
    let copy = Disk::new();
    let copied = reader.backup_over(&files(&copy)).unwrap();
    assert_eq!((copied.blocks, copied.milestones), (64, 7), "{copied:?}");
    // The original goes on; neither disturbs the other.
    tangle.submit(script[64..].to_vec(), NOW).unwrap();
    let again = reader.backup_over(&files(&copy));
    assert!(matches!(again, Err(Broken::Exists)), "{again:?}");
    let copy = copy.after_power_loss(1);
    let mut restored = open(&copy);
    assert_eq!(restored.stats().blocks, 64);
    assert_eq!(restored.checkpoint_note(), note);
    catch_up(&mut restored).unwrap();
    has_all(&restored, &script[..64]);
    restored.submit(script[64..].to_vec(), NOW).unwrap();
    has_all(&restored, &script);
    restored.close().unwrap();
    let report = check_disk(&copy, true);
    assert!(report.is_sound(), "{report:?}");
}

#[test]
fn a_snapshot_ends_with_its_checkpoint() {
    let script = script(80);
    let (_, mut tangle) = filled(&script[..45]);
    tangle.submit(script[45..60].to_vec(), NOW).unwrap();
    tangle.cut(&key("node"), NOW).unwrap().unwrap();
    tangle.submit(script[60..].to_vec(), NOW).unwrap();
    let copy = Disk::new();
    let copied = tangle.reader().snapshot_over(&files(&copy)).unwrap();
    assert_eq!(
        (copied.blocks, copied.milestones, copied.leaves),
        (45, 5, 50)
    );
    let mut restored = open(&copy);
    catch_up(&mut restored).unwrap();
    assert_eq!(restored.checkpoint_note(), tangle.checkpoint_note());
    has_all(&restored, &script[..45]);
    let last = script[44].id();
    assert_eq!(restored.reader().status(last).unwrap(), Some(Status::Final));
    let empty = Disk::new();
    create(&empty);
    let none = open(&empty).reader().snapshot_over(&files(&Disk::new()));
    assert!(matches!(none, Err(Broken::Misuse { .. })), "{none:?}");
}

fn export(tangle: &Tangle, selection: &Selection) -> (Vec<u8>, u64) {
    let mut bundle = Vec::new();
    let exported = tangle.reader().export(selection, &mut bundle).unwrap();
    assert_eq!(exported.bytes, bundle.len() as u64);
    (bundle, exported.blocks)
}

fn import(bundle: &[u8]) -> (Disk, Tangle, Result<Imported, BundleError>) {
    let disk = Disk::new();
    create(&disk);
    let mut tangle = open(&disk);
    let imported = tangle.import(&mut Cursor::new(bundle), NOW, 2);
    (disk, tangle, imported)
}

#[test]
fn a_bundle_carries_blocks_from_one_ledger_to_another() {
    let script = script(120);
    let (_, tangle) = filled(&script);
    let (bundle, count) = export(&tangle, &Selection::All);
    assert_eq!(count, 120);
    let (_, mut other, imported) = import(&bundle);
    assert_eq!(imported.unwrap().recorded, 120);
    has_all(&other, &script);
    let again = other.import(&mut Cursor::new(&bundle), NOW, 1).unwrap();
    assert_eq!((again.recorded, again.known), (0, 120));
    // A part that stands on something else waits for it, then is taken.
    let (later, count) = export(&tangle, &Selection::Recorded(60..1000));
    assert_eq!(count, 60);
    let (_, _, imported) = import(&later);
    let imported = imported.unwrap();
    assert_eq!(imported.recorded, 0);
    assert_eq!(imported.waiting + imported.rejected_count, 60);
    // A past cone is complete in itself.
    let head = *script[70].id();
    let (cone, count) = export(&tangle, &Selection::Cone(vec![head]));
    assert!((2..=71).contains(&count), "{count}");
    let (_, other, imported) = import(&cone);
    assert_eq!(imported.unwrap().recorded, count);
    assert!(other.reader().block(&head).unwrap().is_some());
    let unknown = Selection::Cone(vec![BlockId::new([3; 32])]);
    let refused = tangle.reader().export(&unknown, &mut Vec::new());
    assert!(matches!(refused, Err(BundleError::Unknown(_))));
}

#[test]
fn a_damaged_or_foreign_bundle_is_refused_before_anything_is_taken() {
    let (_, tangle) = filled(&script(30));
    let (bundle, _) = export(&tangle, &Selection::All);
    let mut random = Random(4);
    for round in 0..120 {
        let mut changed = bundle.clone();
        let at = random.below(bundle.len());
        if round % 3 == 0 {
            changed.truncate(at);
        } else {
            changed[at] ^= 1 << random.below(8);
        }
        let (_, other, imported) = import(&changed);
        assert!(imported.is_err(), "byte {at}");
        assert_eq!(other.stats().blocks, 0, "byte {at}");
    }
    let genesis = Genesis {
        name: "elsewhere".into(),
        ..World::new().genesis().clone()
    };
    let disk = Disk::new();
    Tangle::create_over(&files(&disk), &genesis, &options()).unwrap();
    let foreign = open(&disk).import(&mut Cursor::new(&bundle), NOW, 1);
    assert!(matches!(foreign, Err(BundleError::OtherNetwork { name }) if name == "test"));
}

/// Blocks with three items each by one device.
fn triples(count: usize) -> Vec<VerifiedBlock> {
    let world = World::new();
    let mut blocks = vec![world.founding(&["d0"])];
    let mut prev = None;
    for at in 0..count {
        let place = Place {
            seq: at as u64,
            prev,
            parents: prev.map_or_else(|| vec![*blocks[0].id()], |_| Vec::new()),
            hlc: Hlc((FOUNDED_MS + 1 + at as u64) << 16),
            ..Place::default()
        };
        // Very small items become longer when they are erased, others shorter.
        let items = vec![
            item(&format!("pack{at} secret-{at}-x lot{at}")),
            item("y"),
            item(""),
        ];
        let block = world.block("d0", place, items);
        prev = Some(*block.id());
        blocks.push(block);
    }
    blocks
}

/// Whether the bytes are in any file of the log.
fn in_log(disk: &Disk, wanted: &str) -> bool {
    let segments = disk
        .names()
        .into_iter()
        .filter(|name| name.contains(".seg"));
    let mut files = segments.filter_map(|name| disk.bytes(&name));
    files.any(|bytes| {
        bytes
            .windows(wanted.len())
            .any(|it| it == wanted.as_bytes())
    })
}

#[test]
fn an_erased_item_is_gone_and_everything_else_is_proved_as_before() {
    let script = triples(40);
    let (disk, mut tangle) = filled(&script);
    let (block, id) = (&script[12], *script[12].id());
    let leaf = block.slots()[0].leaf();
    let before = tangle.reader().prove(&id, &[1]).unwrap();
    assert!(in_log(&disk, "secret-11-x"));
    let wanted = vec![(id, vec![0]), (*script[30].id(), vec![0, 1, 2])];
    let erased = tangle.erase(&wanted, NOW).unwrap();
    assert_eq!((erased.blocks, erased.items), (2, 4), "{erased:?}");
    let again = tangle.erase(&wanted, NOW).unwrap();
    assert_eq!(again.items, 0, "what is erased stays so");
    let outcome = tangle.reader().outcome(&id).unwrap();
    let look = |disk: &Disk, tangle: &Tangle| {
        assert!(!in_log(disk, "secret-11-x") && !in_log(disk, "secret-29-x"));
        assert!(in_log(disk, "secret-10-x"));
        let reader = tangle.reader();
        let found = reader.block(&id).unwrap().unwrap();
        assert_eq!((found.items().count(), found.slots()[0].leaf()), (2, leaf));
        assert!(matches!(
            reader.prove(&id, &[0]),
            Err(ProveError::NoItem { item: 0 })
        ));
        assert_eq!(reader.outcome(&id).unwrap(), outcome);
        let vkey = crate::sign::verifier_key(NOTE, &key("note")).unwrap();
        let proof = reader.prove(&id, &[1, 2]).unwrap();
        let report = proof::verify(&proof, Some(&[vkey]));
        assert!(report.steps.iter().all(|step| step.ok), "{report:?}");
        assert!(reader.postings(1, b"pack11").unwrap().is_empty());
        assert_eq!(reader.postings(1, b"pack10").unwrap(), [*script[11].id()]);
    };
    look(&disk, &tangle);
    assert_eq!(tangle.reader().prove(&id, &[1]).unwrap(), before);
    tangle.submit(Vec::new(), NOW).unwrap();
    tangle.close().unwrap();
    let report = check_disk(&disk, true);
    assert!(report.is_sound(), "{report:?}");
    look(&disk, &open(&disk));
    // The outcome survives the loss of the index though the fold cannot judge the item again.
    disk.remove(mark::CLEAN).unwrap();
    disk.remove(index::INDEX).unwrap();
    let mut anew = open(&disk);
    catch_up(&mut anew).unwrap();
    look(&disk, &anew);
}

#[test]
fn what_must_stay_is_not_erased() {
    let script = triples(5);
    let (_, mut tangle) = filled(&script);
    let fresh = World::new().block(
        "d0",
        Place {
            seq: 5,
            prev: Some(*script[5].id()),
            hlc: Hlc((FOUNDED_MS + 100) << 16),
            ..Place::default()
        },
        vec![item("not final")],
    );
    tangle.submit(vec![fresh.clone()], NOW).unwrap();
    let cases = [
        (*fresh.id(), vec![0]),
        (*script[0].id(), vec![0]),
        (*script[1].id(), vec![3]),
        (*script[1].id(), vec![]),
        (BlockId::new([1; 32]), vec![0]),
    ];
    for wanted in cases {
        let refused = tangle.erase(std::slice::from_ref(&wanted), NOW);
        assert!(matches!(refused, Err(Broken::Misuse { .. })), "{wanted:?}");
    }
    // A refusal is no failure: writing goes on.
    tangle.erase(&[(*script[1].id(), vec![0])], NOW).unwrap();
}

#[test]
fn retention_finds_what_is_due() {
    use tangle_verify::Media;
    let script = triples(30);
    let (_, mut tangle) = filled(&script);
    let class = RetentionClass {
        media: Media(0x8000),
        keep_ms: 100,
    };
    let reader = tangle.reader();
    let now = FOUNDED_MS + 1 + 10 + 100;
    let (due, rest) = reader.due(&[class], now, 0, 1000).unwrap();
    assert_eq!((due.len(), rest), (10, None), "blocks 0 to 9 are older");
    let (part, rest) = reader.due(&[class], now, 0, 4).unwrap();
    assert_eq!((part.len(), rest), (3, Some(4)), "the founding block stays");
    assert_eq!(tangle.erase(&due, now).unwrap().items, 30);
    assert!(reader.due(&[class], now, 0, 1000).unwrap().0.is_empty());
    let other = RetentionClass {
        media: Media(9),
        ..class
    };
    assert!(
        reader
            .due(&[other], u64::MAX, 0, 1000)
            .unwrap()
            .0
            .is_empty()
    );
}

#[test]
fn power_may_go_at_any_moment_of_an_erasure() {
    let script = triples(40);
    let (disk, tangle) = filled(&script);
    tangle.close().unwrap();
    let wanted: Vec<_> = [5, 6, 20, 39]
        .map(|at| (*script[at].id(), vec![0, 2]))
        .into();
    let mut done = 0;
    for cut in 0..60 {
        let disk = disk.after_kill();
        let mut tangle = open(&disk);
        disk.plan(cut, Fault::PowerLoss);
        let erased = tangle.erase(&wanted, NOW);
        drop(tangle);
        let disk = disk.after_power_loss(cut);
        let mut tangle = open(&disk);
        catch_up(&mut tangle).unwrap();
        let left = tangle.reader().block(script[5].id()).unwrap().unwrap();
        let gone = left.items().count() == 1;
        assert!(gone || erased.is_err(), "operation {cut}");
        done += u64::from(gone);
        for (at, block) in script.iter().enumerate() {
            let found = tangle.reader().block(block.id()).unwrap().unwrap();
            let wanted = if gone && [5, 6, 20, 39].contains(&at) {
                block.erase(&[0, 2])
            } else {
                block.clone()
            };
            assert_eq!(found, wanted, "operation {cut} block {at}");
        }
        tangle.close().unwrap();
        let report = check_disk(&disk, true);
        assert!(report.is_sound(), "operation {cut}: {report:?}");
    }
    assert!((10..60).contains(&done), "{done}");
}

/// Files of the frozen ledger; the index is derived.
fn frozen() -> Vec<(String, Vec<u8>)> {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/store/1");
    let mut files = Vec::new();
    for (folder, prefix) in [(dir.clone(), ""), (dir.join("log"), "log/")] {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            if entry.path().is_file() {
                let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
                files.push((name, std::fs::read(entry.path()).unwrap()));
            }
        }
    }
    assert!(
        files.len() > 4,
        "genesis.cbor, checkpoint, its keys, segments"
    );
    files
}

fn frozen_names(disk: &Disk) -> Vec<String> {
    let derived = [index::INDEX, mark::CLEAN];
    let names = disk.names().into_iter();
    names
        .filter(|name| !derived.contains(&name.as_str()))
        .collect()
}

/// The ledger that was frozen: eleven blocks of three items, one item erased, and at its end two
/// blocks that are not ordered.
fn to_freeze() -> (Disk, Vec<VerifiedBlock>) {
    let script = triples(12);
    let disk = Disk::new();
    let options = Options {
        segment_bytes: 2048,
        ..options()
    };
    Tangle::create_over(&files(&disk), World::new().genesis(), &options).unwrap();
    let mut tangle = Tangle::open_over(&files(&disk), options, Box::new(Words)).unwrap();
    for batch in script[..11].chunks(4) {
        tangle.submit(batch.to_vec(), NOW).unwrap();
        cut_and_conclude(&mut tangle).unwrap();
    }
    tangle.erase(&[(*script[5].id(), vec![0])], NOW).unwrap();
    tangle.submit(script[11..].to_vec(), NOW).unwrap();
    (disk, script)
}

#[test]
fn a_ledger_of_format_1_is_opened_by_this_version() {
    let disk = Disk::new();
    for (name, bytes) in frozen() {
        disk.create(&name).unwrap();
        disk.tamper(&name, bytes);
    }
    let mut tangle = open(&disk);
    assert_eq!(tangle.stats().blocks, 13);
    catch_up(&mut tangle).unwrap();
    let script = triples(12);
    for (at, block) in script.iter().enumerate() {
        let wanted = if at == 5 {
            block.erase(&[0])
        } else {
            block.clone()
        };
        let found = tangle.reader().block(block.id()).unwrap();
        assert_eq!(found, Some(wanted), "block {at}");
    }
    let status = |at: usize| tangle.reader().status(script[at].id()).unwrap();
    assert_eq!(
        (status(10), status(11)),
        (Some(Status::Final), Some(Status::Recorded))
    );
    assert_eq!(
        tangle.ledger.head(&key_id("d0")).unwrap().id,
        *script[12].id()
    );
    tangle.close().unwrap();
    assert!(check_disk(&disk, true).is_sound());
}

#[test]
fn this_version_still_writes_format_1() {
    let (disk, _) = to_freeze();
    // `FREEZE=DIR` writes a new frozen ledger: for a new format only.
    if let Ok(dir) = std::env::var("FREEZE") {
        for name in frozen_names(&disk) {
            let path = std::path::Path::new(&dir).join(&name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, disk.bytes(&name).unwrap()).unwrap();
        }
        return;
    }
    let frozen = frozen();
    assert_eq!(frozen.len(), frozen_names(&disk).len());
    for (name, bytes) in frozen {
        assert!(disk.bytes(&name) == Some(bytes), "{name} differs");
    }
}
