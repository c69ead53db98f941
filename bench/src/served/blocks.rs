//! Blocks signed by 64 gateways, one event and one request each, every answer durable. Beside it
//! a handler that checks the signature and syncs a file for all who wait.

use std::time::Duration;

use serde_json::{Value, json};
use tangle::{BlockId, Draft, Hlc, Item, Kind, Media, NetworkId, Parents, SignedBlock, SigningKey};

use super::goods::{MAKER, seen};
use super::load::{self, Outcome};
use super::node::{Process, Site};
use super::wire::{Wire, request};
use crate::world::{key, load as machine};

const GATEWAYS: usize = 64;

pub(crate) fn blocks(requests: usize) {
    let site = Site::fresh();
    // What a dock sees was made before: a pack that nobody made costs a search for what the
    // scanner may have meant.
    site.grow(requests);
    let api_key = &gateway_key(&site);
    let each = requests / GATEWAYS;
    let mut network = None;
    let chains: Vec<Vec<Vec<u8>>> = (0..GATEWAYS)
        .map(|at| {
            let signer = registered(&site, at as u64);
            let tips = tips(&site.process, api_key, &signer);
            network = Some(network_of(&tips));
            chain(&signer, &tips, at * each, each)
        })
        .collect();
    let network = network.expect("at least one gateway");
    let ours = send(&site.process, api_key, &chains);
    let memory = site.process.resident();
    drop(site);
    let own = std::env::current_exe().expect("a program");
    let server = Process::start(&own, &["bare-blocks"]);
    let hello = request(
        ("POST", "/network"),
        "none",
        "text/plain",
        network.to_string().as_bytes(),
    );
    assert_eq!(Wire::connect(server.address).ask(&hello).status, 200);
    let bare = send(&server, "none", &chains);
    println!(
        "{{\"bench\":\"blocks\",\"gateways\":{GATEWAYS},\"requests\":{},\"block_bytes\":{},\
         \"requests_per_s\":{:.0},\"p50_ms\":{:.2},\"p99_ms\":{:.2},\"node_mib\":{memory:.0},\
         \"bare_requests_per_s\":{:.0},\"ratio\":{:.3},\"load\":{}}}",
        ours.requests,
        chains[0][0].len(),
        ours.rate(),
        ours.quantile(0.5),
        ours.quantile(0.99),
        bare.rate(),
        ours.rate() / bare.rate(),
        machine(),
    );
}

fn send(server: &Process, api_key: &str, chains: &[Vec<Vec<u8>>]) -> Outcome {
    let mut left: Vec<_> = chains.iter().map(|chain| chain.iter()).collect();
    load::run(server.address, GATEWAYS, (Duration::MAX, 200), |lane| {
        let block = left[lane].next()?;
        let to = ("POST", "/api/v1/blocks");
        Some(request(to, api_key, "application/cbor", block))
    })
}

fn tips(server: &Process, api_key: &str, signer: &SigningKey) -> Value {
    let path = format!("/api/v1/tips?author={}", signer.key_id());
    let ask = request(("GET", &path), api_key, "application/json", b"");
    let mut wire = Wire::connect(server.address);
    let answer = wire.ask(&ask);
    assert_eq!(
        answer.status,
        200,
        "{}",
        String::from_utf8_lossy(answer.body)
    );
    serde_json::from_slice(answer.body).expect("JSON")
}

fn network_of(tips: &Value) -> NetworkId {
    let text = tips["network"].as_str().expect("a network");
    text.parse().expect("an id")
}

/// A gateway's blocks, each behind the one before.
fn chain(signer: &SigningKey, tips: &Value, first: usize, count: usize) -> Vec<Vec<u8>> {
    let mut end = End::of(tips);
    (first..first + count)
        .map(|pack| end.next(signer, pack).bytes().to_vec())
        .collect()
}

/// Where a gateway's chain ends.
struct End {
    network: NetworkId,
    epoch: u32,
    seq: u64,
    prev: Option<BlockId>,
    parents: Parents,
    clock: u64,
}

impl End {
    fn of(tips: &Value) -> Self {
        let list = tips["parents"].as_array().expect("parents").iter();
        let list = list.map(|it| it.as_str().expect("an id").parse().expect("an id"));
        let clock = tips["hlc"].as_str().expect("a clock");
        Self {
            network: network_of(tips),
            epoch: tips["epoch"].as_u64().expect("a number") as u32,
            seq: tips["seq"].as_u64().expect("a number"),
            prev: tips["prev"].as_str().map(|it| it.parse().expect("an id")),
            parents: Parents::from_unsorted(list).expect("parents"),
            clock: clock.parse().expect("a number"),
        }
    }

    /// The next block: this pack is seen.
    fn next(&mut self, signer: &SigningKey, pack: usize) -> SignedBlock {
        let body = seen(pack, 1_790_000_000_000 + pack as i64).canonical_json();
        let mut salt = [0; 16];
        salt[..8].copy_from_slice(&(pack as u64).to_le_bytes());
        self.clock += 1;
        let draft = Draft {
            kind: Kind::Events,
            epoch: self.epoch,
            seq: self.seq,
            prev: self.prev,
            parents: std::mem::take(&mut self.parents),
            hlc: Hlc(self.clock),
            anchor: None,
            items: vec![Item {
                salt,
                media: Media::EPCIS_EVENT,
                body,
            }],
        };
        let block = draft.sign(signer, &self.network).expect("a good draft");
        self.seq += 1;
        self.prev = Some(block.id(&self.network));
        block
    }
}

/// A gateway that signs a block whenever it is asked.
pub(crate) struct Dock {
    pub(crate) api_key: String,
    signer: SigningKey,
    end: End,
    pack: usize,
}

impl Dock {
    /// Registered at a node, with a key for its party.
    pub(crate) fn new(site: &Site, number: u64) -> Self {
        let api_key = gateway_key(site);
        let signer = registered(site, number);
        let end = End::of(&tips(&site.process, &api_key, &signer));
        Self {
            api_key,
            signer,
            end,
            pack: 0,
        }
    }

    /// The next block, and its id.
    pub(crate) fn next_block(&mut self) -> (Vec<u8>, String) {
        self.pack += 1;
        let block = self.end.next(&self.signer, self.pack);
        let id = block.id(&self.end.network).to_string();
        (block.bytes().to_vec(), id)
    }
}

fn gateway_key(site: &Site) -> String {
    let made = json!({ "party": MAKER, "roles": ["gateway"] });
    let made = site.manage("/api/v1/keys", &made);
    made["key"].as_str().expect("a key").to_owned()
}

fn registered(site: &Site, number: u64) -> SigningKey {
    let signer = key(1_000 + number);
    let device = json!({ "key": signer.key_id().to_string(), "party": MAKER,
        "label": format!("dock-{number}"), "role": "gateway" });
    site.manage("/api/v1/devices", &device);
    signer
}
