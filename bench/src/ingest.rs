//! Ingest as a node does it: signatures checked ahead of the one writer on two threads, every
//! group durable before the next. Beside it: checking signatures with nothing else to do.

use std::sync::mpsc::sync_channel;
use std::time::Instant;

use tangle::{NetworkId, VerifiedBlock, gate_all};

use crate::Scratch;
use crate::world::{GROUP, MILESTONE_EVERY, NOW, Stream, ledger, load, milestone};

const THREADS: usize = 2;

pub(crate) fn ingest(blocks: usize, items: usize) {
    let group = (GROUP / items).max(100);
    let (mut stream, founding) = Stream::new(items);
    let network = stream.network;
    let wires: Vec<Vec<u8>> = (0..blocks).map(|_| stream.signed()).collect();
    let bytes: usize = wires.iter().map(Vec::len).sum();
    let sample: Vec<&[Vec<u8>]> = wires[..wires.len().min(40_000)].chunks(group).collect();
    let before = bound(&sample, &network);
    let scratch = Scratch::new("ingest");
    let mut tangle = ledger(&scratch.0.join("ledger"), founding);
    let groups: Vec<&[Vec<u8>]> = wires.chunks(group).collect();
    let (mut busy, mut longest) = (0.0, 0.0_f64);
    let start = Instant::now();
    std::thread::scope(|scope| {
        let lanes: Vec<_> = (0..THREADS)
            .map(|lane| {
                let (send, receive) = sync_channel::<Vec<VerifiedBlock>>(4);
                let groups = groups.iter().skip(lane).step_by(THREADS);
                scope.spawn(move || {
                    for group in groups {
                        let checked = gate_all(group, &network, 1);
                        let checked = checked.into_iter().map(|it| it.expect("signed"));
                        send.send(checked.collect()).expect("the writer listens");
                    }
                });
                receive
            })
            .collect();
        let mut since_cut = 0;
        for (lane, _) in lanes.iter().cycle().zip(&groups) {
            let group = lane.recv().expect("a group");
            let begin = Instant::now();
            since_cut += group.len();
            tangle.submit(group, NOW).expect("durable");
            let took = begin.elapsed().as_secs_f64();
            longest = longest.max(took);
            if since_cut >= MILESTONE_EVERY {
                since_cut = 0;
                milestone(&mut tangle);
            }
            busy += begin.elapsed().as_secs_f64();
        }
    });
    let rate = blocks as f64 / start.elapsed().as_secs_f64();
    let after = bound(&sample, &network);
    let verify = f64::midpoint(before, after);
    assert_eq!(
        tangle.stats().blocks,
        blocks as u64 + 1,
        "every block is new"
    );
    println!(
        "{{\"bench\":\"ingest\",\"blocks\":{blocks},\"items_per_block\":{items},\
         \"block_bytes\":{},\"group\":{group},\"threads\":{THREADS},\"blocks_per_s\":{rate:.0},\
         \"items_per_s\":{:.0},\"verify_blocks_per_s\":{verify:.0},\"ratio\":{:.3},\
         \"writer_blocks_per_s\":{:.0},\"longest_submit_ms\":{:.1},\"load\":{}}}",
        bytes / blocks.max(1),
        rate * items as f64,
        rate / verify,
        blocks as f64 / busy,
        longest * 1000.0,
        load(),
    );
}

/// Blocks a second when their signatures are checked on all cores and nothing else is done.
fn bound(sample: &[&[Vec<u8>]], network: &NetworkId) -> f64 {
    let start = Instant::now();
    std::thread::scope(|scope| {
        for lane in 0..THREADS {
            scope.spawn(move || {
                for group in sample.iter().skip(lane).step_by(THREADS) {
                    let checked = gate_all(group, network, 1);
                    assert!(checked.iter().all(Result::is_ok));
                }
            });
        }
    });
    let blocks: usize = sample.iter().map(|group| group.len()).sum();
    blocks as f64 / start.elapsed().as_secs_f64()
}
