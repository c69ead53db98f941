//! The writer alone: blocks whose signatures count as checked become durable in groups, with all
//! rows that look-ups need. Beside it the same rows in redb alone, in `SQLite` and in `PostgreSQL`,
//! hash-chained, each durable after every group.

use std::time::Instant;

use tangle::{PostingKeys, VerifiedBlock};

use crate::world::{
    GROUP, Keys, MILESTONE_EVERY, NOW, Stream, ledger, load, milestone, of_process, on_disk,
    thread_cpu,
};
use crate::{Scratch, rivals};

/// A store that takes groups of rows.
pub(crate) trait Rival {
    fn name(&self) -> &'static str;
    /// On return the rows are durable.
    fn put(&mut self, rows: &[Row]);
}

/// What is kept of a block.
pub(crate) struct Row {
    pub(crate) number: i64,
    pub(crate) id: [u8; 32],
    /// BLAKE3 of the chain's hash before and this block.
    pub(crate) chain: [u8; 32],
    pub(crate) envelope: Vec<u8>,
    pub(crate) keys: Vec<[u8; 12]>,
}

pub(crate) fn storage(blocks: usize) {
    ours(blocks);
    let part = (blocks / 10).clamp(GROUP, 100_000);
    rivals::all(part, run);
}

fn ours(blocks: usize) {
    let scratch = Scratch::new("storage");
    let dir = scratch.0.join("ledger");
    let (mut stream, founding) = Stream::new(1);
    let mut tangle = ledger(&dir, founding);
    let (mut seconds, mut cpu, mut longest, mut bytes) = (0.0, 0.0, 0.0_f64, 0);
    let mut since_cut = 0;
    let written = of_process("io", "write_bytes:");
    for _ in 0..blocks / GROUP {
        let group: Vec<VerifiedBlock> = (0..GROUP).map(|_| stream.unsigned()).collect();
        bytes += group.iter().map(|it| it.bytes().len()).sum::<usize>();
        since_cut += GROUP;
        let (start, cpu_before) = (Instant::now(), thread_cpu());
        tangle.submit(group, NOW).expect("durable");
        longest = longest.max(start.elapsed().as_secs_f64());
        if since_cut >= MILESTONE_EVERY {
            since_cut = 0;
            milestone(&mut tangle);
        }
        seconds += start.elapsed().as_secs_f64();
        cpu += thread_cpu() - cpu_before;
    }
    let rate = blocks as f64 / seconds;
    tangle.flush().expect("durable");
    let written = of_process("io", "write_bytes:") - written;
    let memory = of_process("status", "VmHWM:");
    tangle.close().expect("closes");
    println!(
        "{{\"bench\":\"storage\",\"store\":\"ledger\",\"blocks\":{blocks},\"block_bytes\":{},\
         \"blocks_per_s\":{rate:.0},\"writer_cpu_us_per_block\":{:.2},\
         \"longest_submit_ms\":{:.1},\"disk_bytes_per_block\":{},\
         \"written_bytes_per_block\":{},\"peak_memory_mib\":{},\"load\":{}}}",
        bytes / blocks,
        cpu * 1e6 / blocks as f64,
        longest * 1000.0,
        on_disk(&dir) / blocks as u64,
        written / blocks as u64,
        memory / 1024,
        load(),
    );
}

/// Puts the same blocks into another store.
fn run(rival: &mut dyn Rival, blocks: usize) {
    let (mut stream, _) = Stream::new(1);
    let (mut seconds, mut number, mut chain) = (0.0, 0, [0; 32]);
    for _ in 0..blocks / GROUP {
        let rows: Vec<Row> = (0..GROUP)
            .map(|_| {
                let block = stream.unsigned();
                let mut keys = Vec::new();
                Keys.keys(&block, &mut keys);
                let keys = keys.iter().map(|(space, key)| short(*space, key)).collect();
                let mut hasher = blake3::Hasher::new();
                hasher.update(&chain).update(block.id().as_bytes());
                chain = *hasher.finalize().as_bytes();
                number += 1;
                Row {
                    number,
                    id: *block.id().as_bytes(),
                    chain,
                    envelope: block.bytes().to_vec(),
                    keys,
                }
            })
            .collect();
        let start = Instant::now();
        rival.put(&rows);
        seconds += start.elapsed().as_secs_f64();
    }
    println!(
        "{{\"bench\":\"storage\",\"store\":\"{}\",\"blocks\":{blocks},\"blocks_per_s\":{:.0},\
         \"load\":{}}}",
        rival.name(),
        blocks as f64 / seconds,
        load(),
    );
}

fn short(space: u8, key: &[u8]) -> [u8; 12] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&[space]).update(key);
    let mut out = [0; 12];
    out.copy_from_slice(&hasher.finalize().as_bytes()[..12]);
    out
}
