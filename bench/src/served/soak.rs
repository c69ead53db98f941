//! A soak: mixed load on the node for minutes, with the node killed (SIGKILL) again and again. Two
//! things are held: whatever was acknowledged is there after every kill, and memory grows with
//! what the ledger holds, not with how long or how often it is asked. The first is looked at after
//! each kill, all of it at the end; the second in a last stretch of questions alone, in which
//! nothing may grow.

mod actors;
mod facts;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::node::{Site, Start};
use crate::world::load as machine;
use actors::Actor;
use facts::Facts;

/// Share by which memory may move in the stretch of questions, and MiB on top: an allocator's
/// pages come and go.
const GROWTH: (f64, f64) = (0.03, 8.0);

/// Runs for so many minutes, with a kill every so many seconds; stops on
/// anything lost or leaked.
pub(crate) fn soak(minutes: usize, kill_every_s: usize) {
    let mut site = Site::fresh();
    let facts = Facts::default();
    let actors = Actor::all(&site);
    let every = Duration::from_secs(kill_every_s.max(1) as u64);
    let kills = (minutes * 60 / kill_every_s.max(1)).max(1);
    let over = AtomicBool::new(false);
    let mut lost = 0;
    std::thread::scope(|scope| {
        for actor in actors {
            let (facts, over) = (&facts, &over);
            scope.spawn(move || actor.act(facts, over));
        }
        for kill in 1..=kills {
            std::thread::sleep(every);
            let before = site.process.resident();
            let opened = site.kill_and_serve(Start::Kept);
            let after = site.process.resident();
            let looked = facts.look(&site, facts::Which::New);
            lost += looked.lost;
            println!(
                "{{\"soak\":\"kill\",\"kill\":{kill},\"of\":{kills},\"open_s\":{opened:.2},\
                 \"acknowledged\":{},\"looked_at\":{},\"lost\":{},\"mib_before\":{before:.0},\
                 \"mib_after\":{after:.0}}}",
                facts.len(),
                looked.asked,
                looked.lost,
            );
        }
        over.store(true, Ordering::Relaxed);
    });
    let whole = facts.look(&site, facts::Which::All);
    lost += whole.lost;
    let (early, late) = questions(&site, every.max(Duration::from_mins(1)));
    let leaked = late > early.mul_add(1.0 + GROWTH.0, GROWTH.1);
    println!(
        "{{\"soak\":\"end\",\"minutes\":{minutes},\"kills\":{kills},\"acknowledged\":{},\
         \"looked_at\":{},\"lost\":{lost},\"refused\":{},\"answers\":{},\"mib_early\":{early:.1},\
         \"mib_late\":{late:.1},\"leaked\":{leaked},\"load\":{}}}",
        facts.len(),
        whole.asked,
        facts.refused(),
        facts.answers(),
        machine(),
    );
    assert_eq!(
        (lost, facts.refused()),
        (0, 0),
        "facts lost, answers not hoped for"
    );
    assert!(!leaked, "memory grew by being asked");
}

/// MiB early and late in a stretch of questions of all kinds that write nothing down.
fn questions(site: &Site, time: Duration) -> (f64, f64) {
    let facts = Facts::default();
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for actor in Actor::readers(site) {
            let (facts, over) = (&facts, &over);
            scope.spawn(move || actor.act(facts, over));
        }
        let start = Instant::now();
        std::thread::sleep(time / 3);
        let early = site.process.resident();
        std::thread::sleep(time.saturating_sub(start.elapsed()));
        over.store(true, Ordering::Relaxed);
        (early, site.process.resident())
    })
}
