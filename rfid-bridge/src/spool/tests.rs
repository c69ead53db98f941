//! The spool's promises, over reopened files.

use tangle::{Hlc, NetworkId};

use super::*;

pub(super) fn chain(seq: u64) -> Chain {
    Chain {
        network: NetworkId::new([1; 32]),
        epoch: 0,
        seq,
        prev: None,
        parents: Vec::new(),
        hlc: Hlc(seq),
        anchor: None,
    }
}

fn bodies(names: &[&str]) -> Vec<Vec<u8>> {
    names.iter().map(|name| name.as_bytes().to_vec()).collect()
}

/// Seals at most `count` events into a block that is their text.
fn seal(spool: &Spool, count: usize) -> usize {
    let seq = spool.chain().unwrap().map_or(0, |chain| chain.seq);
    spool
        .seal(
            |sizes| count.min(sizes.len()),
            |events| Ok((events.join(&b' '), chain(seq + 1))),
        )
        .unwrap()
}

fn waiting(spool: &Spool) -> Vec<String> {
    let blocks = spool.waiting(100, 1 << 20).unwrap();
    blocks
        .into_iter()
        .map(|it| String::from_utf8(it.envelope).unwrap())
        .collect()
}

#[test]
fn events_become_blocks_in_order_and_survive_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spool.redb");
    let spool = Spool::open(&path).unwrap();
    assert_eq!(spool.chain().unwrap(), None);
    spool.add_events(&bodies(&["a", "b"])).unwrap();
    spool.add_events(&bodies(&["c"])).unwrap();
    assert_eq!(seal(&spool, 2), 2);
    drop(spool);

    let spool = Spool::open(&path).unwrap();
    assert_eq!(
        spool.chain().unwrap(),
        Some(chain(1)),
        "written with the block"
    );
    assert_eq!(
        spool.stock().unwrap(),
        Stock {
            events: 1,
            blocks: 1,
            refused: 0
        }
    );
    spool.add_events(&bodies(&["d"])).unwrap();
    assert_eq!(seal(&spool, 10), 2);
    assert_eq!(seal(&spool, 10), 0, "nothing left");
    assert_eq!(waiting(&spool), ["a b", "c d"]);
    assert_eq!(spool.chain().unwrap(), Some(chain(2)));
}

#[test]
fn a_block_that_cannot_be_signed_leaves_everything_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::open(&folder.path().join("spool.redb")).unwrap();
    spool.add_events(&bodies(&["a"])).unwrap();
    spool.set_chain(&chain(5)).unwrap();
    let huge = tangle::Item {
        salt: [0; 16],
        media: tangle::Media(1),
        body: vec![0; 2 << 20],
    };
    let refused = tangle::Draft {
        kind: tangle::Kind::Events,
        epoch: 0,
        seq: 0,
        prev: None,
        parents: tangle::Parents::default(),
        hlc: Hlc(0),
        anchor: None,
        items: vec![huge],
    }
    .sign(
        &tangle::SigningKey::from_seed([1; 32]),
        &NetworkId::new([1; 32]),
    )
    .unwrap_err();
    let failed = spool.seal(<[usize]>::len, |_| Err(refused));
    assert!(matches!(failed, Err(Broken::Seal(_))), "{failed:?}");
    assert_eq!(
        spool.stock().unwrap(),
        Stock {
            events: 1,
            blocks: 0,
            refused: 0
        }
    );
    assert_eq!(spool.chain().unwrap(), Some(chain(5)));
}

#[test]
fn blocks_leave_by_receipt_and_refused_ones_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::open(&folder.path().join("spool.redb")).unwrap();
    for name in ["a", "b", "c"] {
        spool.add_events(&bodies(&[name])).unwrap();
        seal(&spool, 1);
    }
    let serials: Vec<u64> = spool
        .waiting(10, 1 << 20)
        .unwrap()
        .iter()
        .map(|block| block.serial)
        .collect();
    spool
        .settle(&serials[..1], &[(serials[1], "fork".to_owned())])
        .unwrap();
    assert_eq!(waiting(&spool), ["c"]);
    assert_eq!(
        spool.stock().unwrap(),
        Stock {
            events: 0,
            blocks: 1,
            refused: 1
        }
    );
    spool
        .settle(&serials, &[(serials[1], "again".to_owned())])
        .unwrap();
    assert_eq!(
        spool.stock().unwrap(),
        Stock {
            events: 0,
            blocks: 0,
            refused: 1
        }
    );
}

#[test]
fn uploads_are_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::open(&folder.path().join("spool.redb")).unwrap();
    for name in ["aaaa", "bbbb", "cccc"] {
        spool.add_events(&bodies(&[name])).unwrap();
        seal(&spool, 1);
    }
    let count = |count, bytes| spool.waiting(count, bytes).unwrap().len();
    assert_eq!(
        (count(2, 100), count(9, 8), count(9, 7), count(9, 1)),
        (2, 2, 1, 1)
    );
}

#[test]
fn a_spool_whose_making_was_interrupted_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spool.redb");
    std::fs::write(folder.path().join("spool.redb.new"), b"half a database").unwrap();
    let spool = Spool::open(&path).unwrap();
    spool.add_events(&bodies(&["a"])).unwrap();
    assert!(!folder.path().join("spool.redb.new").exists());
    drop(spool);
    std::fs::write(&path, b"not a database").unwrap();
    assert!(
        matches!(Spool::open(&path), Err(Broken::Database { .. })),
        "never overwritten"
    );
}
