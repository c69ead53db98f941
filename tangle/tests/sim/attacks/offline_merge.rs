//! A big offline merge: devices were out of reach for months, each with its own chain, and all
//! of it comes at once. It is recorded in batches, ordered by one milestone, and the order is
//! complete, by depth. `THERIAC_MERGE_BLOCKS` says how much (a million in the nightly run).

use tangle::testing::disk::Disk;
use tangle::testing::world::{FOUNDED_MS, Place, World, item, key};
use tangle::{Hlc, NoKeys, Options, ReceiptStatus, Tangle, VerifiedBlock};

use crate::kit::{NOTE, files, times};

const DEVICES: [&str; 4] = ["d0", "d1", "d2", "d3"];

#[test]
fn months_of_four_devices_come_at_once() {
    let rounds = times("THERIAC_MERGE_BLOCKS", 6000) / DEVICES.len() as u64;
    let disk = Disk::new();
    let world = World::new();
    let now = FOUNDED_MS + 400 * 24 * 3_600_000;
    Tangle::create_over(&files(&disk), world.genesis(), &Options::default()).unwrap();
    let mut tangle =
        Tangle::open_over(&files(&disk), Options::default(), Box::new(NoKeys)).unwrap();
    let founding = world.founding(&DEVICES);
    tangle.submit(vec![founding.clone()], now).unwrap();
    let mut lasts: [Option<VerifiedBlock>; 4] = Default::default();
    let mut made = 1;
    for seq in 0..rounds {
        let next = |(name, last): (&&str, &Option<VerifiedBlock>)| {
            let prev = last.as_ref().map(|it| *it.id());
            let parents = if prev.is_none() {
                vec![*founding.id()]
            } else {
                vec![]
            };
            let hlc = Hlc((FOUNDED_MS + 1 + seq * 10_000) << 16);
            let place = Place {
                seq,
                prev,
                parents,
                hlc,
                ..Place::default()
            };
            Some(world.block(name, place, vec![item("reading")]))
        };
        let blocks: Vec<_> = DEVICES.iter().zip(&lasts).map(next).collect();
        made += blocks.len() as u64;
        lasts.clone_from_slice(&blocks);
        let receipts = tangle
            .submit(blocks.into_iter().flatten().collect(), now)
            .unwrap();
        assert!(
            receipts
                .iter()
                .all(|it| it.status == ReceiptStatus::Recorded),
            "{receipts:?}"
        );
    }
    assert_eq!((tangle.stats().blocks, tangle.stats().tips), (made, 4));
    let mut ordered = 0;
    while let Some(milestone) = tangle.cut(&key("node"), now).unwrap() {
        ordered += milestone.blocks.len() as u64;
        let seqs = milestone.blocks.iter().skip(1).map(|it| it.header().seq);
        assert!(seqs.is_sorted(), "by depth: device by device, step by step");
        tangle
            .conclude(&milestone.default_outcomes(), NOTE, &key("note"))
            .unwrap();
    }
    assert_eq!(ordered, made);
    assert_eq!(
        tangle.stats().leaves,
        made + u64::from(tangle.stats().milestones)
    );
}
