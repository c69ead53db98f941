//! The blocks of the benchmarks: a chain of 64 devices' blocks of about 470 bytes, each item with
//! six postings as an EPCIS event of a pack has them. Made as they are needed, so that runs of
//! ten million blocks need no memory for them.

use std::collections::BTreeMap;
use std::path::Path;

use tangle::registry::{Author, Operation, Organisation, Role};
use tangle::verify::{Header, UnsignedBlock};
use tangle::{
    BlockId, Genesis, Hlc, Item, KeyId, Kind, Media, NetworkId, Options, Parents, PostingKeys,
    SignedBlock, SigningKey, Tangle, VerifiedBlock,
};

/// Milliseconds since the Unix epoch at which everything happens.
pub(crate) const NOW: u64 = 1_700_000_000_000;
/// Blocks of a group commit.
pub(crate) const GROUP: usize = 1000;
/// A milestone is cut after so many blocks.
pub(crate) const MILESTONE_EVERY: usize = 50_000;
const DEVICES: usize = 64;
const BODY: usize = 206;

/// Six keys of an item: EPC, parent, lot, location, type, and one of few values.
pub(crate) struct Keys;

impl PostingKeys for Keys {
    fn keys(&self, block: &VerifiedBlock, out: &mut Vec<(u8, Vec<u8>)>) {
        let events = block.items().map(|(_, item)| item);
        for item in events.filter(|item| item.media == Media::EPCIS_EVENT) {
            let fields = (0..).zip(item.body.chunks(24)).take(6);
            out.extend(fields.map(|(at, key)| (at, key.to_vec())));
        }
    }
}

/// The field of an item that all eight events of a pack share.
pub(crate) fn pack_key(pack: u64) -> Vec<u8> {
    format!("0:{pack:022x}").into_bytes()
}

pub(crate) fn key(number: u64) -> SigningKey {
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&number.to_le_bytes());
    SigningKey::from_seed(seed)
}

pub(crate) fn genesis() -> Genesis {
    Genesis {
        name: "bench".into(),
        created_ms: NOW,
        root: key(0).key_id(),
    }
}

/// Blocks one after the other.
pub(crate) struct Stream {
    pub(crate) network: NetworkId,
    devices: Vec<SigningKey>,
    kids: Vec<KeyId>,
    last: Vec<Option<BlockId>>,
    previous: BlockId,
    at: u64,
    items: usize,
}

impl Stream {
    /// The founding block, and the stream behind it.
    pub(crate) fn new(items: usize) -> (Self, VerifiedBlock) {
        let network = genesis().network_id();
        let devices: Vec<_> = (0..DEVICES as u64).map(|at| key(100 + at)).collect();
        let mut operations = vec![
            Operation::Organisation(Organisation {
                id: "bench".into(),
                name: "bench".into(),
                key: key(2).key_id(),
            }),
            author(&key(1), Role::Node),
        ];
        operations.extend(devices.iter().map(|device| author(device, Role::Device)));
        let operations = operations.iter().map(|it| it.to_item([0; 16])).collect();
        let draft = tangle::Draft {
            kind: Kind::Registry,
            epoch: 0,
            seq: 0,
            prev: None,
            parents: Parents::default(),
            hlc: Hlc(NOW << 16),
            anchor: None,
            items: operations,
        };
        let founding = draft.sign(&key(0), &network).expect("a good draft");
        let founding = founding.verify(&network).expect("just signed");
        let stream = Self {
            network,
            kids: devices.iter().map(SigningKey::key_id).collect(),
            devices,
            last: vec![None; DEVICES],
            previous: *founding.id(),
            at: 0,
            items,
        };
        (stream, founding)
    }

    fn next_parts(&mut self) -> (usize, Header, Vec<Item>) {
        let slot = (self.at % DEVICES as u64) as usize;
        let header = Header {
            alg: tangle::verify::header::Algorithm::EdDsa,
            kid: self.kids[slot],
            version: 1,
            kind: Kind::Events,
            epoch: 0,
            seq: self.at / DEVICES as u64,
            prev: self.last[slot],
            parents: Parents::from_unsorted([self.previous]).expect("one"),
            hlc: Hlc((NOW << 16) + self.at + 1),
            anchor: None,
        };
        let first = self.at * self.items as u64;
        let items = (first..first + self.items as u64).map(event).collect();
        (slot, header, items)
    }

    fn advance(&mut self, slot: usize, id: BlockId) {
        self.previous = id;
        self.last[slot] = Some(id);
        self.at += 1;
    }

    /// The next block with a true signature, as it comes over the wire.
    pub(crate) fn signed(&mut self) -> Vec<u8> {
        let (slot, header, items) = self.next_parts();
        let draft = tangle::Draft {
            kind: header.kind,
            epoch: header.epoch,
            seq: header.seq,
            prev: header.prev,
            parents: header.parents,
            hlc: header.hlc,
            anchor: None,
            items,
        };
        let block = draft
            .sign(&self.devices[slot], &self.network)
            .expect("good");
        self.advance(slot, block.id(&self.network));
        block.bytes().to_vec()
    }

    /// The next block as if its signature had been checked: where signatures are not measured.
    pub(crate) fn unsigned(&mut self) -> VerifiedBlock {
        let (slot, header, items) = self.next_parts();
        let block = UnsignedBlock::new(header, items).expect("good");
        let block: SignedBlock = block.with_signature([7; 64]);
        let id = block.id(&self.network);
        self.advance(slot, id);
        block.verify_stored(&self.network, &id).expect("its own id")
    }
}

fn author(key: &SigningKey, role: Role) -> Operation {
    Operation::Author(Author {
        key: key.key_id(),
        organisation: "bench".into(),
        role,
        label: "bench".into(),
        valid_from_ms: 0,
        valid_to_ms: None,
        attributes: BTreeMap::new(),
    })
}

/// Eight events a pack, five hundred a lot, two hundred locations.
fn event(at: u64) -> Item {
    let mut body = Vec::with_capacity(BODY);
    let values = [at / 8, at, at / 500, at % 200, at / 100_000, at / 64];
    for (field, value) in values.into_iter().enumerate() {
        body.extend(format!("{field}:{value:022x}").into_bytes());
    }
    body.resize(BODY, b'.');
    let mut salt = [0; 16];
    salt[..8].copy_from_slice(&at.to_le_bytes());
    Item {
        salt,
        media: Media::EPCIS_EVENT,
        body,
    }
}

/// A new ledger with the founding block in it.
pub(crate) fn ledger(dir: &Path, founding: VerifiedBlock) -> Tangle {
    Tangle::create(dir, &genesis(), &Options::default()).expect("a fresh directory");
    let mut tangle = Tangle::open(dir, Options::default(), Box::new(Keys)).expect("opens");
    tangle.submit(vec![founding], NOW).expect("durable");
    tangle
}

/// Cuts and concludes a milestone; seconds that ordering its blocks took, and how many they are.
pub(crate) fn milestone(tangle: &mut Tangle) -> usize {
    let Some(ordered) = tangle.cut(&key(1), NOW).expect("durable") else {
        return 0;
    };
    let outcomes = ordered.default_outcomes();
    let note = tangle.conclude(&outcomes, "bench.example/log", &key(3));
    note.expect("durable");
    outcomes.len()
}

/// Bytes on disk of everything below `dir`, as allocated (holes are not counted).
pub(crate) fn on_disk(dir: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt;
    let mut bytes = 0;
    for entry in std::fs::read_dir(dir).expect("it is there").flatten() {
        let meta = entry.metadata().expect("readable");
        bytes += if meta.is_dir() {
            on_disk(&entry.path())
        } else {
            meta.blocks() * 512
        };
    }
    bytes
}

/// A field of a file of /proc/self, in its own unit; 0 where there is none.
pub(crate) fn of_process(file: &str, field: &str) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/self/{file}")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(field));
    let word = line.and_then(|rest| rest.split_whitespace().next());
    word.and_then(|word| word.parse().ok()).unwrap_or(0)
}

/// Seconds of processor time that this thread has used; 0 where the system does not tell.
pub(crate) fn thread_cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let word = text.split(' ').next().unwrap_or("0");
    word.parse::<u64>().unwrap_or(0) as f64 / 1e9
}

/// Processes that wanted a core during the last minute: how noisy the machine is.
pub(crate) fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or("0").to_owned()
}
