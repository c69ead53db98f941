//! The question at the counter, with every pack of a million known and questions recorded as they
//! always are, over 32 connections. Beside it a handler that looks the pack up in one table.

use std::time::Duration;

use super::goods::scan;
use super::load::{self, Outcome};
use super::node::{Process, Site};
use super::wire::request;
use crate::world::load as machine;

const CONNECTIONS: usize = 32;
const TIME: Duration = Duration::from_secs(10);
const WARM: Duration = Duration::from_secs(1);

pub(crate) fn verify(packs: usize) {
    let own = std::env::current_exe().expect("a program");
    let bare = {
        let words = ["bare-verify", &packs.to_string()];
        let server = Process::start(&own, &words);
        ask(&server, "none", packs)
    };
    let site = Site::grown(packs);
    let before = site.process.busy();
    let ours = ask(&site.process, &site.pharmacy, packs);
    let busy = site.process.busy() - before;
    println!(
        "{{\"bench\":\"verify\",\"packs\":{packs},\"connections\":{CONNECTIONS},\
         \"requests_per_s\":{:.0},\"p50_ms\":{:.2},\"p99_ms\":{:.2},\"p999_ms\":{:.2},\
         \"node_cpu_us\":{:.1},\"node_mib\":{:.0},\"bare_requests_per_s\":{:.0},\"ratio\":{:.3},\
         \"load\":{}}}",
        ours.rate(),
        ours.quantile(0.5),
        ours.quantile(0.99),
        ours.quantile(0.999),
        busy * 1e6 / (ours.requests as f64 * 1.1),
        site.process.resident(),
        bare.rate(),
        ours.rate() / bare.rate(),
        machine(),
    );
}

fn ask(server: &Process, key: &str, packs: usize) -> Outcome {
    let mut at = 0_usize;
    let mut next = |_: usize| {
        at += 1;
        // A step without a common factor visits every pack.
        let pack = at.wrapping_mul(7_919) % packs;
        let body = format!("{{\"scan\":\"{}\"}}", scan(pack));
        let to = ("POST", "/api/v1/verify");
        Some(request(to, key, "application/json", body.as_bytes()))
    };
    let _warm = load::run(server.address, CONNECTIONS, (WARM, 200), &mut next);
    load::run(server.address, CONNECTIONS, (TIME, 200), next)
}
