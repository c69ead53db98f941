//! Queries of an EPC, the sum of a lot of 100,000 packs, and memory, of a node with so many packs.

use std::time::Duration;

use super::goods::{GTIN, LOT, id};
use super::load::{self, Outcome};
use super::node::Site;
use super::wire::request;
use crate::world::load as machine;

pub(crate) fn query(packs: usize) {
    let empty = Site::fresh();
    std::thread::sleep(Duration::from_secs(1));
    let idle = empty.process.resident();
    drop(empty);
    let site = Site::grown(packs);
    let get = |path: String| {
        Some(request(
            ("GET", &path),
            &site.maker,
            "application/json",
            b"",
        ))
    };
    let mut at = 0_usize;
    let epcs = run(&site, 4, || {
        at += 1;
        let epc = id(at.wrapping_mul(7_919) % packs);
        let epc = epc.replace(':', "%3A").replace('/', "%2F");
        get(format!("/epcis/events?MATCH_anyEPC={epc}"))
    });
    let lot = run(&site, 1, || {
        get(format!("/api/v1/lots/{GTIN}/L0/reconciliation"))
    });
    println!(
        "{{\"bench\":\"query\",\"packs\":{packs},\"epc_per_s\":{:.0},\"epc_p50_ms\":{:.2},\
         \"epc_p99_ms\":{:.2},\"lot_packs\":{},\"lot_p50_ms\":{:.1},\"lot_p99_ms\":{:.1},\
         \"empty_mib\":{idle:.1},\"grown_mib\":{:.0},\"load\":{}}}",
        epcs.rate(),
        epcs.quantile(0.5),
        epcs.quantile(0.99),
        LOT.min(packs),
        lot.quantile(0.5),
        lot.quantile(0.99),
        site.process.resident(),
        machine(),
    );
}

fn run(site: &Site, lanes: usize, mut next: impl FnMut() -> Option<Vec<u8>>) -> Outcome {
    let time = Duration::from_secs(5);
    load::run(site.process.address, lanes, (time, 200), |_| next())
}
