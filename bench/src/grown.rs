//! One ledger of a given size: memory while it grows, then look-ups by id and of a pack's eight
//! events, proofs, ordering, and opening after a crash.

use std::time::Instant;

use tangle::{Options, Tangle, VerifiedBlock};

use crate::Scratch;
use crate::world::{
    GROUP, Keys, MILESTONE_EVERY, NOW, Stream, key, ledger, load, milestone, of_process, on_disk,
    pack_key,
};

const LOOKUPS: u64 = 40_000;

pub(crate) fn grown(blocks: usize) {
    let scratch = Scratch::new("ledger");
    let dir = scratch.0.join("ledger");
    let (mut stream, founding) = Stream::new(1);
    let mut tangle = ledger(&dir, founding);
    let mut sample = Vec::new();
    let stride = (blocks as u64 / LOOKUPS).max(1);
    let (mut order, mut ordered_blocks) = (0.0, 0);
    for at in 0..blocks / GROUP {
        let group: Vec<VerifiedBlock> = (0..GROUP).map(|_| stream.unsigned()).collect();
        let wanted = |place: &usize| ((at * GROUP + place) as u64).is_multiple_of(stride);
        let places = (0..GROUP).filter(wanted);
        sample.extend(places.map(|place| *group[place].id()));
        tangle.submit(group, NOW).expect("durable");
        let done = (at + 1) * GROUP;
        if done.is_multiple_of(MILESTONE_EVERY) {
            let start = Instant::now();
            let ordered = tangle.cut(&key(1), NOW).expect("durable").expect("some");
            order += start.elapsed().as_secs_f64();
            ordered_blocks += ordered.blocks.len();
            let outcomes = ordered.default_outcomes();
            tangle
                .conclude(&outcomes, "bench.example/log", &key(3))
                .expect("durable");
        }
        if done.is_multiple_of((blocks / 10).max(GROUP)) {
            println!(
                "{{\"bench\":\"memory\",\"blocks\":{done},\"resident_mib\":{},\"peak_mib\":{}}}",
                of_process("status", "VmRSS:") / 1024,
                of_process("status", "VmHWM:") / 1024,
            );
        }
    }
    println!(
        "{{\"bench\":\"order\",\"blocks\":{ordered_blocks},\"us_per_block\":{:.2},\"load\":{}}}",
        order * 1e6 / f64::from(u32::try_from(ordered_blocks).expect("fits")),
        load()
    );
    milestone(&mut tangle);
    let blocks_made = blocks as u64;
    let (first, second): (Vec<_>, Vec<_>) = sample.chunks_exact(2).map(|it| (it[0], it[1])).unzip();
    look(&tangle, &first, blocks_made, 0);
    tangle.flush().expect("durable");
    look(&tangle, &second, blocks_made, 1);
    open(tangle, &dir, blocks);
}

/// Round 0 asks right after the last block, while rows still go to the index; round 1 when they
/// are all there. Each asks for blocks and packs that the other did not.
fn look(tangle: &Tangle, sample: &[tangle::BlockId], blocks: u64, round: u64) {
    let of = (blocks, round);
    let reader = tangle.reader();
    // In no order: a step that shares no factor with the length.
    let scattered = |at: usize| &sample[at.wrapping_mul(7919) % sample.len()];
    let mut times = Vec::new();
    for at in 0..sample.len() {
        let start = Instant::now();
        let found = reader.block(scattered(at)).expect("sound").expect("there");
        times.push(start.elapsed().as_secs_f64());
        assert_eq!(found.id(), scattered(at));
    }
    report("lookup by id", of, times);
    let mut times = Vec::new();
    for at in 0..5_000_u64 {
        let pack = (at + 5_000 * round).wrapping_mul(104_729) % (blocks / 8).max(1);
        let start = Instant::now();
        let events = reader.blocks_with(0, &pack_key(pack)).expect("sound");
        times.push(start.elapsed().as_secs_f64());
        assert_eq!(events.len(), 8, "pack {pack}");
    }
    report("pack trace of 8 events", of, times);
    let mut times = Vec::new();
    for at in 0..5_000 {
        let id = scattered(at);
        let start = Instant::now();
        let proof = reader.prove(id, &[0]).expect("final");
        times.push(start.elapsed().as_secs_f64());
        assert!(!proof.is_empty());
    }
    report("proof made", of, times);
}

fn report(what: &str, (blocks, round): (u64, u64), mut times: Vec<f64>) {
    times.sort_by(f64::total_cmp);
    let at = |part: usize| times[(times.len() * part / 1000).min(times.len() - 1)] * 1e6;
    println!(
        "{{\"bench\":\"{what}\",\"blocks\":{blocks},\"at_rest\":{},\"p50_us\":{:.1},\"p99_us\":{:.1},\
         \"p999_us\":{:.1},\"load\":{}}}",
        round > 0,
        at(500),
        at(990),
        at(999),
        load()
    );
}

/// Drops the ledger as a crash does (nothing is flushed or pinned) and opens it again.
fn open(tangle: Tangle, dir: &std::path::Path, blocks: usize) {
    drop(tangle);
    let start = Instant::now();
    let tangle = Tangle::open(dir, Options::default(), Box::new(Keys)).expect("opens");
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{{\"bench\":\"open after a crash\",\"blocks\":{blocks},\"seconds\":{seconds:.2},\
         \"replayed\":{},\"rebuilt\":{},\"disk_bytes_per_block\":{},\"load\":{}}}",
        tangle.opened().replayed,
        tangle.opened().rebuilt.is_some(),
        on_disk(dir) / blocks as u64,
        load()
    );
}
