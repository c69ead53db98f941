//! One ledger of a given size: memory while it grows, then look-ups by id and of a pack's eight
//! events, proofs, ordering, and opening after a crash.

use std::time::Instant;

use tangle::{Options, Tangle, VerifiedBlock};

use crate::Scratch;
use crate::world::{
    GROUP, Keys, MILESTONE_EVERY, NOW, Stream, key, ledger, load, milestone, of_process, on_disk,
    pack_key,
};

const LOOKUPS: u64 = 60_000;

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
    let every_third =
        |from: usize| -> Vec<_> { sample.iter().skip(from).step_by(3).copied().collect() };
    look(&tangle, &every_third(0), blocks_made, Round::Last);
    tangle.flush().expect("durable");
    look(&tangle, &every_third(1), blocks_made, Round::AtRest);
    let read = touch(&dir);
    println!("{{\"bench\":\"files read once\",\"mib\":{}}}", read >> 20);
    look(&tangle, &every_third(2), blocks_made, Round::Warm);
    open(tangle, &dir, blocks);
}

/// When is asked. Each round asks for blocks and packs that the others did not.
#[derive(Clone, Copy, Debug)]
enum Round {
    /// Right after the last block, while rows still go to the index.
    Last,
    /// When they are all there.
    AtRest,
    /// When every file has just been read once, so that what is measured is ours and not the
    /// disk: a system may have put away pages that nobody asked for lately.
    Warm,
}

/// Bytes of all files of a directory, after reading them.
fn touch(dir: &std::path::Path) -> u64 {
    let mut bytes = 0;
    for entry in std::fs::read_dir(dir).expect("it is there").flatten() {
        let path = entry.path();
        bytes += if path.is_dir() {
            touch(&path)
        } else {
            let mut file = std::fs::File::open(&path).expect("readable");
            std::io::copy(&mut file, &mut std::io::sink()).expect("readable")
        };
    }
    bytes
}

/// Bytes that this process has had the disk read.
fn disk_reads() -> u64 {
    of_process("io", "read_bytes:")
}

fn look(tangle: &Tangle, sample: &[tangle::BlockId], blocks: u64, round: Round) {
    let of = (blocks, round);
    let reader = tangle.reader();
    // In no order: a step that shares no factor with the length.
    let scattered = |at: usize| &sample[at.wrapping_mul(7919) % sample.len()];
    let (mut times, before) = (Vec::new(), disk_reads());
    for at in 0..sample.len() {
        let start = Instant::now();
        let found = reader.block(scattered(at)).expect("sound").expect("there");
        times.push(start.elapsed().as_secs_f64());
        assert_eq!(found.id(), scattered(at));
    }
    report("lookup by id", of, (times, disk_reads() - before));
    let (mut times, before) = (Vec::new(), disk_reads());
    for at in 0..5_000_u64 {
        let pack = (at + 5_000 * round as u64).wrapping_mul(104_729) % (blocks / 8).max(1);
        let start = Instant::now();
        let events = reader.blocks_with(0, &pack_key(pack)).expect("sound");
        times.push(start.elapsed().as_secs_f64());
        assert_eq!(events.len(), 8, "pack {pack}");
    }
    report("pack trace of 8 events", of, (times, disk_reads() - before));
    let (mut times, before) = (Vec::new(), disk_reads());
    for at in 0..5_000 {
        let id = scattered(at);
        let start = Instant::now();
        let proof = reader.prove(id, &[0]).expect("final");
        times.push(start.elapsed().as_secs_f64());
        assert!(!proof.is_empty());
    }
    report("proof made", of, (times, disk_reads() - before));
}

fn report(what: &str, (blocks, round): (u64, Round), (mut times, read): (Vec<f64>, u64)) {
    times.sort_by(f64::total_cmp);
    let at = |part: usize| times[(times.len() * part / 1000).min(times.len() - 1)] * 1e6;
    println!(
        "{{\"bench\":\"{what}\",\"blocks\":{blocks},\"round\":\"{round:?}\",\"p50_us\":{:.1},\"p99_us\":{:.1},\
         \"p999_us\":{:.1},\"disk_bytes_each\":{},\"load\":{}}}",
        at(500),
        at(990),
        at(999),
        read / times.len().max(1) as u64,
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
