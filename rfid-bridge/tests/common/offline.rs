//! Observations as they come while the service is away, for the test and the benchmark of what the
//! spool takes for them. Events and blocks are made as the bridge makes them (a batch is an event
//! after five seconds, a block has that age, too), at full speed instead of in real time. Every tag
//! has a serial number and a chip of its own, drawn from a seed: the hardest to pack.

use gs1::{BizStep, Epc};
use rfid_bridge::capture::{self, Beside, Place};
use rfid_bridge::llrp::parameter::EpcBits;
use rfid_bridge::sign::{self, Chain};
use rfid_bridge::smooth::Observation;
use rfid_bridge::spool::Spool;
use rfid_bridge::spool::keep::Change;
use tangle::{Hlc, NetworkId, SigningKey};

/// Observations in a second.
pub(crate) const RATE: u64 = 50;
/// Seconds in one event, and in one block.
pub(crate) const EVENT_S: u64 = 5;
const SEED: u64 = 7;

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

    fn salt(&mut self) -> [u8; 16] {
        let mut salt = [0; 16];
        for half in salt.chunks_mut(8) {
            half.copy_from_slice(&self.next().to_le_bytes());
        }
        salt
    }
}

/// A dock door, and the bridge's end of the way to the service.
pub(crate) struct Offline {
    place: Place,
    chain: Chain,
    key: SigningKey,
    random: Random,
    at_ms: i64,
    with_tid: bool,
}

impl Offline {
    pub(crate) fn new(with_tid: bool) -> Self {
        let read_point = "https://id.gs1.org/414/9521321000018/254/dock-1";
        let site = "https://id.gs1.org/414/9521321000018";
        Self {
            place: Place {
                name: "dock-1".to_owned(),
                read_point: Epc::parse(read_point).expect("one"),
                biz_location: Some(Epc::parse(site).expect("one")),
                biz_step: BizStep::Receiving,
                direction: None,
            },
            chain: Chain {
                network: NetworkId::new([1; 32]),
                epoch: 0,
                seq: 0,
                prev: None,
                parents: Vec::new(),
                hlc: Hlc(0),
                anchor: None,
            },
            key: SigningKey::from_seed([7; 32]),
            random: Random(SEED),
            at_ms: 1_790_000_000_000,
            with_tid,
        }
    }

    /// Puts so many seconds of observations into a spool; how many bytes their events have.
    pub(crate) fn pass(&mut self, seconds: u64, spool: &Spool) -> usize {
        let device = *self.key.key_id().as_bytes();
        let mut raw_bytes = 0;
        for _ in 0..seconds / EVENT_S {
            let batch: Vec<Observation> = (0..RATE * EVENT_S).map(|_| self.observation()).collect();
            let event = capture::event(&self.place, &device, &batch, &Beside::default());
            let event = event.expect("an event").canonical_json();
            raw_bytes += event.len();
            let change = Change {
                events: vec![event],
                ..Change::default()
            };
            spool.apply(&change).expect("a commit");
            self.seal(spool);
            self.at_ms += i64::try_from(EVENT_S * 1_000).expect("small");
        }
        raw_bytes
    }

    fn seal(&mut self, spool: &Spool) {
        let now_ms = u64::try_from(self.at_ms).unwrap_or(0);
        let (chain, key, random) = (&mut self.chain, &self.key, &mut self.random);
        let sealed = spool.seal(
            |sizes| sign::fitting(sizes.iter().copied()),
            |events| {
                let (block, _, next) = chain.seal(events, || random.salt(), key, now_ms)?;
                *chain = next.clone();
                Ok((block.bytes().to_vec(), next))
            },
        );
        assert_eq!(sealed.expect("a block"), 1);
    }

    fn observation(&mut self) -> Observation {
        let random = &mut self.random;
        // SGTIN-96 of one product with a serial number of 38 bits.
        let mut epc = hex::decode("3066c4409047e14000000000").expect("hex");
        let serial = (random.next() & ((1 << 38) - 1)).to_be_bytes();
        epc[7] |= serial[3];
        epc[8..12].copy_from_slice(&serial[4..]);
        let mut tid = hex::decode("e2801190").expect("hex");
        tid.extend(random.next().to_be_bytes());
        Observation {
            number: 0,
            place: 0,
            epc: EpcBits::from_bytes(&epc).expect("bits"),
            tids: if self.with_tid { vec![tid] } else { Vec::new() },
            antenna: 1,
            antennas: Vec::new(),
            rssi_cdbm: Some(-5_000),
            reads: u32::try_from(random.next() % 40 + 5).unwrap_or(5),
            first_ms: self.at_ms - i64::try_from(random.next() % 4_000).unwrap_or(0),
            last_ms: self.at_ms,
            reader_first: None,
            reader_last: None,
        }
    }
}
