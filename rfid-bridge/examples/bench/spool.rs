//! Three days without the service at 50 observations a second: what that takes of the disk, and
//! how it goes away again. Events and blocks are made as the bridge makes them (a batch is an
//! event after five seconds, a block has that age, too), at full speed instead of in real time.
//! Every tag has a serial number and a chip of its own, drawn from a seed: the hardest to pack.

use gs1::{BizStep, Epc};
use rfid_bridge::capture::{self, Beside, Place};
use rfid_bridge::llrp::parameter::EpcBits;
use rfid_bridge::sign::{self, Chain};
use rfid_bridge::smooth::Observation;
use rfid_bridge::spool::Spool;
use rfid_bridge::spool::keep::Change;
use rfid_bridge::uplink::{UPLOAD_BLOCKS_MAX, UPLOAD_BYTES_MAX};
use tangle::{Hlc, NetworkId, SigningKey};

/// How long the service is away unless told otherwise, hours.
const OFFLINE_H: u64 = 72;
/// Observations in a second.
const RATE: u64 = 50;
/// Seconds in one event, and in one block.
const EVENT_S: u64 = 5;
const SEED: u64 = 7;

/// `spool [HOURS]`.
pub(super) fn bench() {
    let told = std::env::args().nth(2);
    let hours = told.map_or(OFFLINE_H, |hours| hours.parse().expect("hours"));
    for with_tid in [true, false] {
        fill(hours * 3_600, with_tid);
    }
}

/// Numbers that look random (`SplitMix64`).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut out = self.0;
        out = (out ^ (out >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        out = (out ^ (out >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        out ^ (out >> 31)
    }
}

fn fill(offline_s: u64, with_tid: bool) {
    let folder = tempfile::tempdir().expect("a folder");
    let spool = Spool::open(&folder.path().join("spool.redb")).expect("a spool");
    let (place, mut chain) = beginning();
    let key = SigningKey::from_seed([7; 32]);
    let device = *key.key_id().as_bytes();
    let mut random = Random(SEED);
    let start = super::now();
    let mut raw_bytes = 0;
    for at in 0..offline_s / EVENT_S {
        let at_ms = 1_790_000_000_000 + i64::try_from(at * EVENT_S * 1_000).expect("small");
        let batch: Vec<Observation> = (0..RATE * EVENT_S)
            .map(|_| observation(&mut random, at_ms, with_tid))
            .collect();
        let event = capture::event(&place, &device, &batch, &Beside::default());
        let event = event.expect("an event").canonical_json();
        raw_bytes += event.len();
        let change = Change {
            events: vec![event],
            ..Change::default()
        };
        spool.apply(&change).expect("a commit");
        let sealed = spool.seal(
            |sizes| sign::fitting(sizes.iter().copied()),
            |events| {
                let now_ms = u64::try_from(at_ms).unwrap_or(0);
                let salt = || {
                    let halves = [random.next(), random.next()];
                    let mut salt = [0; 16];
                    salt[..8].copy_from_slice(&halves[0].to_le_bytes());
                    salt[8..].copy_from_slice(&halves[1].to_le_bytes());
                    salt
                };
                let (block, _, next) = chain.seal(events, salt, &key, now_ms)?;
                chain = next.clone();
                Ok((block.bytes().to_vec(), next))
            },
        );
        assert_eq!(sealed.expect("a block"), 1);
    }
    let filled_s = start.elapsed().as_secs_f64();
    report((offline_s, with_tid), (raw_bytes, filled_s), &spool);
}

/// Where tags are read, and the end of a chain without a block.
fn beginning() -> (Place, Chain) {
    let place = Place {
        name: "dock-1".to_owned(),
        read_point: Epc::parse("https://id.gs1.org/414/9521321000018/254/dock-1").expect("one"),
        biz_location: Some(Epc::parse("https://id.gs1.org/414/9521321000018").expect("one")),
        biz_step: BizStep::Receiving,
        direction: None,
    };
    let chain = Chain {
        network: NetworkId::new([1; 32]),
        epoch: 0,
        seq: 0,
        prev: None,
        parents: Vec::new(),
        hlc: Hlc(0),
        anchor: None,
    };
    (place, chain)
}

/// Prints what a full spool takes, empties it, and prints what that takes.
fn report((offline_s, with_tid): (u64, bool), (raw_bytes, filled): (usize, f64), spool: &Spool) {
    let full = spool.figures();
    let observations = offline_s * RATE;
    let (drained, tidied) = drain(spool);
    let line = serde_json::json!({
        "bench": "spool",
        "hours": offline_s / 3_600,
        "tids": with_tid,
        "value": (full.file_bytes as f64 / 1e6).round(),
        "unit": "MB of the disk",
        "cap_mb": (full.bytes_max as f64 / 1e6).round(),
        "stage": full.stage.word(),
        "weight_mb": (full.bytes as f64 / 1e6).round(),
        "observations": observations,
        "events_mb": (raw_bytes as f64 / 1e6).round(),
        "bytes_per_observation": (full.file_bytes as f64 / observations as f64 * 10.0).round() / 10.0,
        "fill_s": filled.round(),
        "observations_per_s": (observations as f64 / filled).round(),
        "commits_per_s": ((offline_s / EVENT_S * 2) as f64 / filled).round(),
        "drain_s": drained.round(),
        "compact_s": (tidied * 100.0).round() / 100.0,
        "file_mb_after": (spool.figures().file_bytes as f64 / 1e6 * 10.0).round() / 10.0,
        "rss_mb": (f64::from(super::doors::high_water(std::process::id()).unwrap_or(0)) / 102.4)
            .round() / 10.0,
    });
    println!("{line}");
}

fn observation(random: &mut Random, at_ms: i64, with_tid: bool) -> Observation {
    // SGTIN-96 of one product with a serial number of 38 bits.
    let mut epc = hex::decode("3066c4409047e1400000000000").expect("hex");
    epc.truncate(12);
    let serial = (random.next() & ((1 << 38) - 1)).to_be_bytes();
    epc[7] |= serial[3];
    epc[8..12].copy_from_slice(&serial[4..]);
    let mut tid = hex::decode("e2801190").expect("hex");
    tid.extend(random.next().to_be_bytes());
    Observation {
        number: 0,
        place: 0,
        epc: EpcBits::from_bytes(&epc).expect("bits"),
        tids: if with_tid { vec![tid] } else { Vec::new() },
        antenna: 1,
        antennas: Vec::new(),
        rssi_cdbm: Some(-5_000),
        reads: u32::try_from(random.next() % 40 + 5).unwrap_or(5),
        first_ms: at_ms - i64::try_from(random.next() % 4_000).unwrap_or(0),
        last_ms: at_ms,
        reader_first: None,
        reader_last: None,
    }
}

/// The service is back and takes everything: how long the spool takes for it, and for giving its
/// pages back, in seconds.
fn drain(spool: &Spool) -> (f64, f64) {
    let start = super::now();
    loop {
        let waiting = spool.waiting(UPLOAD_BLOCKS_MAX, UPLOAD_BYTES_MAX);
        let blocks = waiting.expect("blocks");
        if blocks.is_empty() {
            break;
        }
        let serials: Vec<u64> = blocks.iter().map(|block| block.serial).collect();
        spool.settle(&serials, &[]).expect("a commit");
    }
    let drained = start.elapsed().as_secs_f64();
    let start = super::now();
    // A small file is left as it is.
    let _paid = spool.tidy().expect("it compacts");
    (drained, start.elapsed().as_secs_f64())
}
