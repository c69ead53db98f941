//! The device's chain, block by block, and its meetings with the service.

use super::*;

fn key() -> SigningKey {
    SigningKey::from_seed([7; 32])
}

fn start() -> Chain {
    Chain {
        network: NetworkId::new([1; 32]),
        epoch: 2,
        seq: 0,
        prev: None,
        parents: vec![BlockId::new([9; 32]), BlockId::new([8; 32])],
        hlc: Hlc(0),
        anchor: Some(Anchor {
            size: 4,
            root: [3; 32],
        }),
    }
}

fn salts() -> impl FnMut() -> [u8; 16] {
    let mut next = 0;
    move || {
        next += 1;
        [next; 16]
    }
}

#[test]
fn blocks_follow_each_other_and_verify() {
    let mut chain = start();
    let mut prev = None;
    for at in 0..3_u64 {
        let events = vec![b"{\"a\":1}".to_vec(), vec![b'x'; 500]];
        let (block, id, next) = chain.seal(events.clone(), salts(), &key(), 1_000).unwrap();
        let verified = block.verify(&chain.network).unwrap();
        assert_eq!(*verified.id(), id);
        let header = verified.header();
        assert_eq!((header.epoch, header.seq, header.prev), (2, at, prev));
        assert_eq!(
            header.parents.len(),
            if at == 0 { 2 } else { 0 },
            "approved once"
        );
        assert_eq!(
            header.anchor,
            Some(Anchor {
                size: 4,
                root: [3; 32]
            })
        );
        assert!(
            header.hlc > chain.hlc,
            "even when the wall clock stands still"
        );
        let bodies: Vec<_> = verified
            .items()
            .map(|(_, item)| item.body.clone())
            .collect();
        assert_eq!(bodies, events);
        prev = Some(id);
        chain = next;
    }
    assert_eq!(chain.seq, 3);
}

#[test]
fn as_many_parents_as_may_be() {
    let many = (0..20).map(|it| BlockId::new([it; 32])).collect();
    let chain = Chain {
        parents: many,
        ..start()
    };
    let (block, ..) = chain.seal(vec![vec![]], salts(), &key(), 0).unwrap();
    assert_eq!(block.header().parents.len(), 8);
    let chain = Chain {
        seq: 1,
        prev: Some(BlockId::new([99; 32])),
        ..chain
    };
    let (block, ..) = chain.seal(vec![vec![]], salts(), &key(), 0).unwrap();
    assert_eq!(block.header().parents.len(), 7);
}

#[test]
fn a_chain_survives_its_record() {
    let (_, _, chain) = start()
        .seal(vec![vec![1]], salts(), &key(), 1_790_000_000_000)
        .unwrap();
    for chain in [start(), chain] {
        let text = serde_json::to_string(&chain).unwrap();
        assert_eq!(serde_json::from_str::<Chain>(&text).unwrap(), chain);
    }
}

#[test]
fn the_answer_of_the_service_is_read() {
    let id = "ab".repeat(32);
    let text = format!(
        r#"{{"network":"{id}","epoch":1,"seq":7,"prev":"{id}","parents":["{id}"],
        "hlc":"117309440000000123","anchor":{{"size":5,"root":"{id}"}},"checkpoint":"a note"}}"#
    );
    let chain: Chain = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (chain.epoch, chain.seq, chain.hlc),
        (1, 7, Hlc(117_309_440_000_000_123))
    );
    let bare = format!(r#"{{"network":"{id}","epoch":0,"seq":0,"hlc":12}}"#);
    let chain: Chain = serde_json::from_str(&bare).unwrap();
    assert_eq!((chain.prev, chain.anchor, chain.hlc), (None, None, Hlc(12)));
    for (from, to) in [("abab", "abaz"), ("\"117", "\"x117"), ("epoch", "epoque")] {
        let wrong = text.replacen(from, to, 1);
        assert!(serde_json::from_str::<Chain>(&wrong).is_err(), "{wrong}");
    }
}

/// What `meet` leads to, given our and their next position and whether blocks are undelivered.
fn meet(ours: u64, theirs: u64, undelivered: bool) -> Result<u64, Diverged> {
    let at = |seq: u64| Chain {
        seq,
        prev: (seq > 0).then(|| BlockId::new([u8::try_from(seq).unwrap(); 32])),
        ..start()
    };
    let mut chain = at(ours);
    let tips = Chain {
        hlc: Hlc(77),
        parents: vec![BlockId::new([5; 32])],
        ..at(theirs)
    };
    chain.meet(&tips, undelivered)?;
    assert_eq!(chain.prev, at(chain.seq).prev);
    assert_eq!(
        (chain.hlc, chain.parents.len()),
        (Hlc(77), usize::from(chain.seq != 5))
    );
    Ok(chain.seq)
}

#[test]
fn the_spool_is_the_truth_while_it_holds_blocks_the_service_afterwards() {
    assert_eq!(meet(3, 3, false), Ok(3));
    assert_eq!(meet(3, 1, true), Ok(3), "two on their way");
    assert_eq!(meet(3, 3, true), Ok(3), "the receipts were lost");
    assert_eq!(
        meet(0, 5, false),
        Ok(5),
        "a new spool goes on where the old one ended"
    );
    assert_eq!(
        meet(3, 1, false),
        Err(Diverged::ServiceBehind { ours: 3, theirs: 1 })
    );
    let mut chain = start();
    let foreign = Chain {
        network: NetworkId::new([2; 32]),
        ..start()
    };
    assert!(matches!(
        chain.meet(&foreign, false),
        Err(Diverged::Network { .. })
    ));
    assert_eq!(chain, start(), "nothing was taken over");
}

#[test]
fn blocks_are_bounded_in_events_and_bytes() {
    assert_eq!(fitting([]), 0);
    assert_eq!(fitting([5; 10]), 10);
    assert_eq!(fitting(vec![5; 5_000]), BLOCK_EVENTS_MAX);
    assert_eq!(fitting([400_000; 5]), 2);
    assert_eq!(fitting([2_000_000, 1]), 1, "never none");
}
