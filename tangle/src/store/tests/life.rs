//! From an empty directory to a proof, through closings, crashes between any two steps, lost
//! indexes and tampering.

use std::collections::BTreeSet;

use tangle_verify::proof;
use tangle_verify::{BlockId, Outcome};

use super::*;
use crate::error::{Broken, ProveError, Rejected};
use crate::testing::world::key_id;

/// A ledger with `count` blocks in batches of seven, a milestone after every third batch.
fn grown(count: usize) -> (Disk, Vec<VerifiedBlock>) {
    let disk = Disk::new();
    create(&disk);
    let script = script(count);
    let mut tangle = open(&disk);
    for (at, batch) in script.chunks(7).enumerate() {
        let receipts = tangle.submit(batch.to_vec(), NOW).unwrap();
        assert!(
            receipts
                .iter()
                .all(|it| it.status == ReceiptStatus::Recorded),
            "{receipts:?}"
        );
        if at % 3 == 2 {
            cut_and_conclude(&mut tangle).unwrap();
        }
    }
    cut_and_conclude(&mut tangle).unwrap();
    tangle.close().unwrap();
    (disk, script)
}

#[test]
fn readers_see_the_writers_tips_after_every_batch_and_after_opening() {
    let disk = Disk::new();
    create(&disk);
    let of = |tangle: &Tangle| -> Vec<BlockId> {
        let tips = tangle.ledger.tips();
        tips.iter().map(|(id, _)| *id).collect()
    };
    let mut tangle = open(&disk);
    let reader = tangle.reader();
    let mut seen = BTreeSet::new();
    for batch in script(60).chunks(7) {
        tangle.submit(batch.to_vec(), NOW).unwrap();
        assert_eq!(reader.tips(), of(&tangle));
        seen.insert(reader.tips());
    }
    assert!(seen.len() > 3, "the tips move");
    tangle.close().unwrap();
    let tangle = open(&disk);
    assert!(!of(&tangle).is_empty());
    assert_eq!(tangle.reader().tips(), of(&tangle));
}

#[test]
fn a_block_goes_from_submission_to_a_proof() {
    let disk = Disk::new();
    create(&disk);
    let script = script(60);
    let mut tangle = open(&disk);
    let reader = tangle.reader();
    let block = &script[10];
    assert_eq!(reader.block(block.id()).unwrap(), None);
    assert!(matches!(
        reader.prove(block.id(), &[0]),
        Err(ProveError::Unknown)
    ));
    tangle.submit(script.clone(), NOW).unwrap();
    assert_eq!(reader.block(block.id()).unwrap().as_ref(), Some(block));
    assert_eq!(reader.status(block.id()).unwrap(), Some(Status::Recorded));
    assert!(matches!(
        reader.prove(block.id(), &[0]),
        Err(ProveError::NotFinal)
    ));
    let ordered = tangle.cut(&key("node"), NOW).unwrap().unwrap();
    assert_eq!(reader.status(block.id()).unwrap(), Some(Status::Ordered));
    assert_eq!(reader.outcome(block.id()).unwrap(), None);
    let note = tangle
        .conclude(&fold(&ordered), NOTE, &key("note"))
        .unwrap();
    assert_eq!(reader.status(block.id()).unwrap(), Some(Status::Final));
    assert_eq!(tangle.checkpoint_note(), Some(note));
    assert!(
        tangle.cut(&key("node"), NOW).unwrap().is_none(),
        "nothing is left to order"
    );

    let vkey = crate::verifier_key(NOTE, &key("note")).unwrap();
    for (position, block) in (0..).zip(&ordered.blocks) {
        let found = reader.position(block.id()).unwrap().unwrap();
        assert_eq!(
            found,
            Position {
                milestone: 0,
                position
            }
        );
        let file = reader.prove(block.id(), &[0]).unwrap();
        let report = proof::verify(&file, Some(std::slice::from_ref(&vkey)));
        assert!(
            report.steps.iter().all(|step| step.ok),
            "{:?}",
            report.steps
        );
    }
    assert!(matches!(
        reader.prove(block.id(), &[9]),
        Err(ProveError::NoItem { item: 9 })
    ));
    assert!(matches!(
        tangle.conclude(&[], NOTE, &key("note")),
        Err(Broken::Misuse { .. })
    ));
    tangle.close().unwrap();
    assert!(
        matches!(reader.block(block.id()), Err(Broken::Stopped)),
        "readers outlive it"
    );
}

#[test]
fn forks_end_disputed_on_both_sides_whatever_the_fold_says() {
    let disk = Disk::new();
    create(&disk);
    let script = script(90);
    let mut tangle = open(&disk);
    tangle.submit(script[..39].to_vec(), NOW).unwrap();
    let first = tangle.cut(&key("node"), NOW).unwrap().unwrap();
    assert!(first.disputes.is_empty());
    tangle
        .conclude(&first.default_outcomes(), NOTE, &key("note"))
        .unwrap();
    tangle.submit(script[39..].to_vec(), NOW).unwrap();
    let second = tangle.cut(&key("node"), NOW).unwrap().unwrap();
    let fork = script[39].id();
    let rival = *second
        .disputes
        .get(fork)
        .expect("block 39 forks an earlier one");
    let applied = vec![Outcome::Applied; second.blocks.len()];
    tangle.conclude(&applied, NOTE, &key("note")).unwrap();
    let reader = tangle.reader();
    assert_eq!(
        reader.outcome(fork).unwrap(),
        Some(Outcome::Disputed { with: rival })
    );
    // The rival was applied before the fork was known, or is disputed with it.
    let other = reader.outcome(&rival).unwrap().unwrap();
    assert!(matches!(other, Outcome::Applied | Outcome::Disputed { .. }));
    for (id, with) in &second.disputes {
        let (left, right) = (
            reader.block(id).unwrap().unwrap(),
            reader.block(with).unwrap().unwrap(),
        );
        assert_eq!(left.header().kid, right.header().kid);
        assert_eq!(left.header().seq, right.header().seq);
    }
}

#[test]
fn answers_are_the_same_before_and_after_a_restart_and_a_lost_index() {
    let (disk, script) = grown(150);
    let answers = |tangle: &Tangle| {
        let reader = tangle.reader();
        let mut all = Vec::new();
        for block in &script {
            let id = block.id();
            assert_eq!(reader.block(id).unwrap().as_ref(), Some(block));
            all.push(format!(
                "{:?} {:?} {:?}",
                reader.position(id).unwrap(),
                reader.outcome(id).unwrap(),
                reader.status(id).unwrap()
            ));
        }
        for pack in 0..7 {
            let key = format!("pack{pack}");
            all.push(format!("{:?}", reader.postings(1, key.as_bytes()).unwrap()));
        }
        let heads = reader.heads();
        all.push(format!(
            "{:?} {:?} {heads:?}",
            reader.tips(),
            tangle.checkpoint_note()
        ));
        all.push(format!("{:?}", tangle.attach(&key_id("d1"), [3; 32], NOW)));
        all.push(format!("{:?}", reader.registry()));
        all.push(format!("{:?}", reader.prove(script[5].id(), &[0]).unwrap()));
        all
    };
    let tangle = open(&disk);
    assert!(tangle.opened().clean);
    assert_eq!(
        (tangle.opened().replayed, tangle.opened().rebuilt.clone()),
        (0, None)
    );
    let before = answers(&tangle);
    tangle.close().unwrap();

    let wanted: BTreeSet<BlockId> = script
        .iter()
        .skip(1)
        .step_by(7)
        .map(|block| *block.id())
        .collect();
    let tangle = open(&disk);
    let found = tangle.reader().postings(1, b"pack1").unwrap();
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), wanted);
    drop(tangle);

    // Dropped, not closed; and then the index is lost.
    let disk = disk.after_kill();
    disk.remove(index::INDEX).unwrap();
    let mut tangle = open(&disk);
    assert!(!tangle.opened().clean);
    assert_eq!(tangle.opened().replayed, 150);
    assert!(tangle.opened().rebuilt.is_some());
    assert_eq!(tangle.concluded(), 0);
    catch_up(&mut tangle).unwrap();
    assert_eq!(answers(&tangle), before);
}

#[test]
fn a_crash_between_cut_and_conclude_is_made_good() {
    let (disk, _) = grown(60);
    let script = script(100);
    let mut tangle = open(&disk);
    tangle.submit(script[60..80].to_vec(), NOW).unwrap();
    tangle.cut(&key("node"), NOW).unwrap().unwrap();
    tangle.submit(script[80..].to_vec(), NOW).unwrap();
    let second = tangle.cut(&key("node"), NOW).unwrap().unwrap();
    let concluded = tangle.concluded();
    assert_eq!(concluded + 1, second.index);
    drop(tangle);
    let disk = disk.after_kill();
    let mut tangle = open(&disk);
    assert_eq!(tangle.concluded(), concluded);
    let pending: Vec<_> = tangle
        .replay(concluded)
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(pending.len(), 2);
    assert_eq!(pending[1], second);
    catch_up(&mut tangle).unwrap();
    assert_eq!(tangle.concluded(), second.index + 1);
    tangle.close().unwrap();
    let report = check_disk(&disk, true);
    assert!(report.is_sound(), "{:?}", report.differences);
    assert_eq!((report.blocks, report.pinned), (100, true));
}

#[test]
fn a_fold_that_says_something_else_is_found_out() {
    let (disk, _) = grown(60);
    disk.remove(index::INDEX).unwrap();
    let mut tangle = open(&disk);
    let mut last = Ok(String::new());
    for ordered in tangle.replay(0).unwrap() {
        let mut outcomes = fold(&ordered.unwrap());
        outcomes[0] = Outcome::Rejected { code: 999 };
        last = tangle.conclude(&outcomes, NOTE, &key("note"));
    }
    assert!(
        matches!(last, Err(Broken::Corrupt { ref file, .. }) if file == CHECKPOINT),
        "{last:?}"
    );
    let report = check_over(
        &files(&disk),
        Box::new(Words),
        &mut |ordered: &Ordered| ordered.default_outcomes(),
        true,
    );
    assert!(!report.unwrap().is_sound());
}

#[test]
fn receipts_say_what_became_of_each_block() {
    let disk = Disk::new();
    create(&disk);
    let script = script(12);
    let mut tangle = open(&disk);
    let early = tangle.submit(vec![script[1].clone()], NOW).unwrap();
    let unknown = ReceiptStatus::Rejected(Rejected::UnknownAuthor);
    assert_eq!(early[0].status, unknown);
    tangle.submit(vec![script[0].clone()], NOW).unwrap();
    let late = tangle
        .submit(vec![script[11].clone(), script[11].clone()], NOW)
        .unwrap();
    assert!(matches!(&late[0].status, ReceiptStatus::Waiting { missing } if !missing.is_empty()));
    assert_eq!(tangle.stats().waiting, 1);
    let all = tangle.submit(script.clone(), NOW).unwrap();
    assert_eq!(all[0].status, ReceiptStatus::Known);
    assert!(
        all[1..11]
            .iter()
            .all(|it| it.status == ReceiptStatus::Recorded),
        "{all:?}"
    );
    assert_eq!((tangle.stats().waiting, tangle.stats().blocks), (0, 12));
    let stripped = script[4].erase(&[0]);
    let refused = tangle.submit(vec![stripped], NOW).unwrap();
    assert_eq!(
        refused[0].status,
        ReceiptStatus::Rejected(Rejected::NotWhole)
    );
    let twice = tangle
        .submit(vec![script[3].clone(), script[11].clone()], NOW)
        .unwrap();
    assert!(twice.iter().all(|it| it.status == ReceiptStatus::Known));
}

#[test]
fn only_a_node_or_the_root_cuts() {
    let (disk, _) = grown(20);
    let mut tangle = open(&disk);
    tangle.submit(script(30)[20..].to_vec(), NOW).unwrap();
    for nobody in ["d0", "maker", "stranger"] {
        assert!(
            matches!(tangle.cut(&key(nobody), NOW), Err(Broken::Misuse { .. })),
            "{nobody}"
        );
    }
    assert!(tangle.cut(&key("root"), NOW).unwrap().is_some());
}

#[test]
fn a_directory_is_made_once_and_opened_by_one() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger");
    let world = World::new();
    assert!(matches!(
        Tangle::open(&path, options(), Box::new(NoKeys)),
        Err(Broken::NotALedger)
    ));
    Tangle::create(&path, world.genesis(), &options()).unwrap();
    assert!(matches!(
        Tangle::create(&path, world.genesis(), &options()),
        Err(Broken::Exists)
    ));
    let mut tangle = Tangle::open(&path, options(), Box::new(Words)).unwrap();
    assert!(
        Tangle::open(&path, options(), Box::new(Words)).is_err(),
        "it is open already"
    );
    tangle.submit(script(30), NOW).unwrap();
    cut_and_conclude(&mut tangle).unwrap();
    tangle.close().unwrap();
    std::fs::remove_file(path.join("genesis.cbor")).unwrap();
    assert!(matches!(
        Tangle::create(&path, world.genesis(), &options()),
        Err(Broken::Exists)
    ));
}
