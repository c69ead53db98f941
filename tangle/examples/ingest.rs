//! How fast blocks become durable, beside the bound that no node can pass: checking their
//! signatures. Prints JSON lines; `cargo xtask bench ingest` runs it.
//!
//! ```text
//! ingest [BLOCKS] [DIR]
//! ```
//! Blocks of about 470 bytes (one item of 300 bytes, six postings) by 64 devices are signed
//! beforehand. Then, in one process: the signatures of a part of them are checked on two
//! threads (`verify`), and all are taken in (`ingest`): two threads decode and check ahead, the
//! one writer submits in groups, each group is durable (fdatasync) before the next. A milestone
//! is cut and concluded after every 50,000 blocks.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "a benchmark at the rim: reads the clock, prints its result, stops on any error"
)]

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Instant;

use tangle::registry::{Author, Operation, Organisation, Role};
use tangle::{
    BlockId, Draft, Genesis, Hlc, Item, Kind, Media, NetworkId, Options, Parents, PostingKeys,
    SignedBlock, SigningKey, Tangle, VerifiedBlock,
};

const DEVICES: usize = 64;
const THREADS: usize = 2;
const GROUP: usize = 1000;
const MILESTONE_EVERY: usize = 50_000;
const NOW: u64 = 1_700_000_000_000;
const BODY: usize = 282;

/// Six keys of a block: as an EPCIS event has EPCs, lot, location and event id.
struct Keys;

impl PostingKeys for Keys {
    fn keys(&self, block: &VerifiedBlock, out: &mut Vec<(u8, Vec<u8>)>) {
        for (_, item) in block
            .items()
            .filter(|(_, item)| item.media == Media::EPCIS_EVENT)
        {
            out.extend(
                (0..)
                    .zip(item.body.chunks(24))
                    .take(6)
                    .map(|(at, key)| (at, key.to_vec())),
            );
        }
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let blocks = arguments
        .next()
        .map_or(100_000, |text| text.parse().expect("a number"));
    let dir = arguments.next().map(PathBuf::from);
    let dir = dir.unwrap_or_else(|| std::env::temp_dir().join("theriac-bench-ingest"));
    drop(std::fs::remove_dir_all(&dir));
    let genesis = Genesis {
        name: "bench".into(),
        created_ms: NOW,
        root: key(0).key_id(),
    };
    let network = genesis.network_id();
    let (founding, wires) = prepare(blocks, &network);
    let bytes: usize = wires.iter().map(Vec::len).sum();
    let verify = verify_rate(&wires, &network);
    println!(
        "{{\"bench\":\"verify\",\"threads\":{THREADS},\"blocks\":{},\"blocks_per_s\":{verify:.0}}}",
        wires.len().min(40_000)
    );
    Tangle::create(&dir, &genesis, &Options::default()).expect("a fresh directory");
    let (seconds, writer, disk) = ingest(&dir, founding, wires, &network);
    let rate = blocks as f64 / seconds;
    println!(
        "{{\"bench\":\"ingest\",\"durable\":true,\"signatures\":true,\"threads\":{THREADS},\
         \"group\":{GROUP},\"blocks\":{blocks},\"block_bytes\":{},\"blocks_per_s\":{rate:.0},\
         \"verify_blocks_per_s\":{verify:.0},\"ratio\":{:.3},\"writer_blocks_per_s\":{:.0},\
         \"disk_bytes_per_block\":{}}}",
        bytes / blocks.max(1),
        rate / verify,
        blocks as f64 / writer,
        disk / blocks.max(1) as u64,
    );
    std::fs::remove_dir_all(&dir).expect("the directory is ours");
}

fn key(number: u64) -> SigningKey {
    let mut seed = [0; 32];
    seed.iter_mut()
        .zip(number.to_le_bytes())
        .for_each(|(to, from)| *to = from);
    SigningKey::from_seed(seed)
}

/// The founding block, and the wire envelopes of the others, parents first.
fn prepare(count: usize, network: &NetworkId) -> (VerifiedBlock, Vec<Vec<u8>>) {
    let (root, node) = (key(0), key(1));
    let owner = Organisation {
        id: "bench".into(),
        name: "bench".into(),
        key: root_of_bench(),
    };
    let author = |key: &SigningKey, role| {
        Operation::Author(Author {
            key: key.key_id(),
            organisation: "bench".into(),
            role,
            label: "bench".into(),
            valid_from_ms: 0,
            valid_to_ms: None,
            attributes: std::collections::BTreeMap::new(),
        })
    };
    let devices: Vec<_> = (0..DEVICES as u64).map(|at| key(100 + at)).collect();
    let mut operations = vec![Operation::Organisation(owner), author(&node, Role::Node)];
    operations.extend(devices.iter().map(|device| author(device, Role::Device)));
    let items = operations.iter().map(|it| it.to_item([0; 16])).collect();
    let place = (0, None, Vec::new(), 0);
    let founding = sign(&root, Kind::Registry, place, items, network);
    let founding = founding.verify(network).expect("just signed");
    let mut last: Vec<Option<BlockId>> = vec![None; DEVICES];
    let mut previous = *founding.id();
    let mut wires = Vec::with_capacity(count);
    for (at, (device, slot)) in (0..count).zip((0..DEVICES).cycle().map(|at| (at, at))) {
        let seq = (at / DEVICES) as u64;
        let prev = last.get(slot).copied().flatten();
        let device = devices.get(device).expect("below DEVICES");
        let place = (seq, prev, vec![previous], at as u64 + 1);
        let block = sign(device, Kind::Events, place, vec![event(at as u64)], network);
        previous = block.id(network);
        if let Some(last) = last.get_mut(slot) {
            *last = Some(previous);
        }
        wires.push(block.bytes().to_vec());
    }
    (founding, wires)
}

fn root_of_bench() -> tangle::KeyId {
    key(2).key_id()
}

fn sign(
    key: &SigningKey,
    kind: Kind,
    (seq, prev, parents, tick): (u64, Option<BlockId>, Vec<BlockId>, u64),
    items: Vec<Item>,
    network: &NetworkId,
) -> SignedBlock {
    let parents = Parents::from_unsorted(parents).expect("one parent");
    let hlc = Hlc((NOW << 16) + tick);
    let draft = Draft {
        kind,
        epoch: 0,
        seq,
        prev,
        parents,
        hlc,
        anchor: None,
        items,
    };
    draft.sign(key, network).expect("a good draft")
}

/// An item of 300 bytes: 18 of salt and media, a body that repeats keys as events of packs do.
fn event(at: u64) -> Item {
    let mut body = Vec::with_capacity(BODY);
    for (field, value) in [at / 8, at, at / 500, at % 200, at, at % 7]
        .into_iter()
        .enumerate()
    {
        let text = format!("{field}:{value:022x}");
        body.extend(text.as_bytes());
    }
    body.resize(BODY, b'.');
    let mut salt = [0; 16];
    salt.iter_mut()
        .zip(at.to_le_bytes())
        .for_each(|(to, from)| *to = from);
    Item {
        salt,
        media: Media::EPCIS_EVENT,
        body,
    }
}

fn gate(wire: &[u8], network: &NetworkId) -> VerifiedBlock {
    SignedBlock::decode(wire)
        .expect("canonical")
        .verify(network)
        .expect("signed")
}

/// Blocks a second that can be decoded and checked, with nothing else to do.
fn verify_rate(wires: &[Vec<u8>], network: &NetworkId) -> f64 {
    let sample = wires.get(..wires.len().min(40_000)).unwrap_or_default();
    let start = Instant::now();
    std::thread::scope(|scope| {
        for part in sample.chunks(sample.len().div_ceil(THREADS).max(1)) {
            scope.spawn(move || part.iter().for_each(|wire| drop(gate(wire, network))));
        }
    });
    sample.len() as f64 / start.elapsed().as_secs_f64()
}

/// Seconds for everything, seconds of them in the writer, bytes on disk.
fn ingest(
    dir: &Path,
    founding: VerifiedBlock,
    wires: Vec<Vec<u8>>,
    network: &NetworkId,
) -> (f64, f64, u64) {
    let mut tangle = Tangle::open(dir, Options::default(), Box::new(Keys)).expect("opens");
    tangle.submit(vec![founding], NOW).expect("durable");
    let groups: Vec<Vec<Vec<u8>>> = wires.chunks(GROUP).map(<[_]>::to_vec).collect();
    drop(wires);
    let start = Instant::now();
    let mut busy = 0.0;
    std::thread::scope(|scope| {
        let lanes: Vec<Receiver<Vec<VerifiedBlock>>> = (0..THREADS)
            .map(|lane| {
                let (send, receive): (SyncSender<_>, _) = sync_channel(4);
                let groups = groups.iter().skip(lane).step_by(THREADS);
                scope.spawn(move || {
                    for group in groups {
                        let checked = group.iter().map(|wire| gate(wire, network)).collect();
                        send.send(checked).expect("the writer listens");
                    }
                });
                receive
            })
            .collect();
        let mut since_cut = 0;
        for (lane, _) in lanes.iter().cycle().zip(&groups) {
            let group = lane.recv().expect("a group");
            let begin = Instant::now();
            since_cut += group.len();
            let receipts = tangle.submit(group, NOW).expect("durable");
            let recorded = tangle::ReceiptStatus::Recorded;
            assert!(
                receipts.iter().all(|it| it.status == recorded),
                "every block is new"
            );
            if since_cut >= MILESTONE_EVERY {
                since_cut = 0;
                milestone(&mut tangle);
            }
            busy += begin.elapsed().as_secs_f64();
        }
        milestone(&mut tangle);
    });
    let seconds = start.elapsed().as_secs_f64();
    tangle.close().expect("closes");
    (seconds, busy, on_disk(dir))
}

fn milestone(tangle: &mut Tangle) {
    if let Some(ordered) = tangle.cut(&key(1), NOW).expect("durable") {
        let outcomes = ordered.default_outcomes();
        tangle
            .conclude(&outcomes, "bench.example/log", &key(3))
            .expect("durable");
    }
}

/// Bytes of the index and of the used part of the log.
fn on_disk(dir: &Path) -> u64 {
    let mut bytes = std::fs::metadata(dir.join("index.redb")).map_or(0, |it| it.len());
    for entry in std::fs::read_dir(dir.join("log"))
        .expect("the log")
        .flatten()
    {
        let content = std::fs::read(entry.path()).expect("a segment");
        bytes += content
            .iter()
            .rposition(|byte| *byte != 0)
            .map_or(0, |at| at as u64 + 1);
    }
    bytes
}
