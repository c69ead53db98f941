//! Blocks signed by 64 gateways, one event and one request each, every answer durable. Beside it
//! a handler that checks the signature and syncs a file for all who wait.

use std::time::Duration;

use serde_json::{Value, json};
use tangle::{Draft, Hlc, Item, Kind, Media, NetworkId, Parents, SigningKey};

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
    let made = json!({ "party": MAKER, "roles": ["gateway"] });
    let made = site.manage("/api/v1/keys", &made);
    let api_key = made["key"].as_str().expect("a key");
    let each = requests / GATEWAYS;
    let mut network = None;
    let chains: Vec<Vec<Vec<u8>>> = (0..GATEWAYS)
        .map(|at| {
            let signer = key(1_000 + at as u64);
            let device = json!({ "key": signer.key_id().to_string(), "party": MAKER,
                "label": format!("dock-{at}"), "role": "gateway" });
            site.manage("/api/v1/devices", &device);
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
    let network = network_of(tips);
    let list = tips["parents"].as_array().expect("parents").iter();
    let list = list.map(|it| it.as_str().expect("an id").parse().expect("an id"));
    let mut parents = Parents::from_unsorted(list).expect("parents");
    let clock: u64 = tips["hlc"]
        .as_str()
        .expect("a clock")
        .parse()
        .expect("a number");
    let mut prev = tips["prev"].as_str().map(|it| it.parse().expect("an id"));
    let start = tips["seq"].as_u64().expect("a number");
    let epoch = tips["epoch"].as_u64().expect("a number") as u32;
    let mut blocks = Vec::with_capacity(count);
    for at in 0..count {
        let body = seen(first + at, 1_790_000_000_000 + at as i64).canonical_json();
        let mut salt = [0; 16];
        salt[..8].copy_from_slice(&((first + at) as u64).to_le_bytes());
        let draft = Draft {
            kind: Kind::Events,
            epoch,
            seq: start + at as u64,
            prev,
            parents: std::mem::take(&mut parents),
            hlc: Hlc(clock + at as u64 + 1),
            anchor: None,
            items: vec![Item {
                salt,
                media: Media::EPCIS_EVENT,
                body,
            }],
        };
        let block = draft.sign(signer, &network).expect("a good draft");
        prev = Some(block.id(&network));
        blocks.push(block.bytes().to_vec());
    }
    blocks
}
