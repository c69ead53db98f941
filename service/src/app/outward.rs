//! Asking manufacturers' systems about packs whose product is not recorded with this node: the
//! requestor's side of GS1 Lightweight Verification Messaging 1.1. A counter has a second, so each
//! question has a deadline, and who does not answer is left alone for a while. What is not a whole
//! and fitting answer is none: it makes a pack neither genuine nor suspect, it was not checked.
//! Every question and its answer, word for word, becomes a record of the party that asked.
mod ask;
mod breaker;
mod directory;

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use gs1::scan::Scan;
use gs1::{Lot, Sgtin};
use rules::say::MakerSaid;
use rules::{MakerAnswer, Verification};
use tangle::{BlockId, Item, Kind};

pub use directory::{Directory, Responder};

use crate::auth::Principal;
use crate::node::Node;
use crate::node::items::VERIFICATION;
use ask::{Asked, Silent};

/// Threads that ask for one batch.
const THREADS_MAX: usize = 8;
/// Questions in one block.
const RECORDS_PER_BLOCK: usize = 64;

/// What came of a question to a manufacturer's system.
#[derive(Clone, Debug)]
pub struct Outward {
    /// What it said, in a word.
    pub said: MakerSaid,
    /// The answer as it is recorded.
    pub answer: MakerAnswer,
    /// How long it took.
    pub took: Duration,
    /// The block that records it; none when it could not be recorded.
    pub record: Option<BlockId>,
}

/// What is needed to ask about a scan.
#[derive(Clone, Debug)]
pub(crate) struct Pack {
    sgtin: Sgtin,
    lot: Option<Lot>,
    expiry: Option<String>,
}

impl Pack {
    /// Of what was read; none where it names no pack.
    pub(crate) fn of(scan: &Scan) -> Option<Self> {
        Some(Self {
            sgtin: scan.sgtin()?,
            lot: scan.lot.clone(),
            expiry: scan.value("17").map(str::to_owned),
        })
    }
}

/// Whether somebody would be asked about this scan: its product is not known here, and the
/// directory names who answers for it. Memory only.
pub fn concerns(node: &Node, principal: &Principal, scan: &str) -> bool {
    if node.directory().all().is_empty() {
        return false;
    }
    let Ok(read) = gs1::scan::parse(scan) else {
        return false;
    };
    let Some(pack) = Pack::of(&read) else {
        return false;
    };
    let known = node.fold().engine.knows_product(&pack.sgtin.gtin);
    !known && responder(node, principal, &pack).is_some()
}

fn responder<'a>(node: &'a Node, principal: &Principal, pack: &Pack) -> Option<&'a Responder> {
    let party = principal.party.as_deref()?;
    node.directory().responder(&pack.sgtin.gtin, party)
}

/// Asks about packs, several at a time, until the deadline of a batch; none where nobody answers
/// for a product. Waits for the network.
pub(crate) fn ask_all(
    node: &Node,
    principal: &Principal,
    packs: &[Option<Pack>],
) -> Vec<Option<Outward>> {
    let directory = node.directory();
    let many = packs.iter().flatten().count() > 1;
    let budget = if many {
        directory.batch_timeout
    } else {
        directory.timeout
    };
    let began = node.world().elapsed();
    let next = AtomicUsize::new(0);
    let found: Mutex<Vec<Option<Outward>>> = Mutex::new(vec![None; packs.len()]);
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(pack) = packs.get(at) else { return };
            let Some(pack) = pack else { continue };
            let left = budget.saturating_sub(node.world().elapsed().saturating_sub(began));
            let outward = ask(node, principal, pack, left.min(directory.timeout));
            let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(place) = found.get_mut(at) {
                *place = outward;
            }
        }
    };
    let threads = packs.iter().flatten().count().min(THREADS_MAX);
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        if threads > 0 {
            work();
        }
    });
    found.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn ask(node: &Node, principal: &Principal, pack: &Pack, left: Duration) -> Option<Outward> {
    let party = principal.party.as_deref()?;
    let responder = responder(node, principal, pack)?;
    let (directory, world) = (node.directory(), node.world());
    let correlation = world.uuid().to_string();
    let (asked_ms, began) = (world.now_ms(), world.elapsed());
    let answered = match (&pack.lot, left.is_zero()) {
        (None, _) => Err(Silent::NoLot),
        (Some(_), true) => Err(Silent::NoTime),
        (Some(lot), false) => responder
            .breaker
            .enter(began)
            .map_err(Silent::from)
            .and_then(|it| {
                let asked = Asked {
                    sgtin: &pack.sgtin,
                    lot,
                    expiry: pack.expiry.as_deref(),
                    requester: party,
                    correlation: &correlation,
                };
                let answered = ask::ask(&directory.agent, responder, &asked, left);
                let well = answered.as_ref().err().is_none_or(|why| !why.is_failure());
                it.end(well, world.elapsed(), directory.patience);
                answered
            }),
    };
    let took = world.elapsed().saturating_sub(began);
    let (said, why, gln, body) = match answered {
        Ok(told) => (told.said, None, Some(told.responder), Some(told.body)),
        Err(why) => (MakerSaid::Nothing, Some(why.word().to_owned()), None, None),
    };
    node.metrics()
        .asked_outward(why.as_deref().unwrap_or("answered"));
    let answer = MakerAnswer {
        correlation,
        asked_ms,
        said,
        why,
        responder: gln,
        body,
    };
    Some(Outward {
        said,
        answer,
        took,
        record: None,
    })
}

/// Records questions that were asked outside, with their answers, for a party; the block of each.
/// What cannot be recorded is told in the log and by the missing block: an answer matters more.
pub(crate) fn record(node: &Node, party: &str, asked: &[Verification]) -> Vec<Option<BlockId>> {
    let written = asked.chunks(RECORDS_PER_BLOCK).map(|some| {
        let items = some.iter().map(|asked| {
            let body = serde_json_canonicalizer::to_vec(asked).ok()?;
            Some(Item {
                salt: node.world().salt(),
                media: VERIFICATION,
                body,
            })
        });
        let items = items.collect::<Option<Vec<_>>>()?;
        let signer = node.signer(Some(party)).ok()?;
        let recorded = node.author(signer, Kind::Events, vec![items]);
        let recorded = recorded.inspect_err(|failure| {
            tracing::warn!(%failure, "a manufacturer's answer was not recorded");
        });
        recorded.ok()?.first().copied()
    });
    let blocks: Vec<_> = written.collect();
    let of_each = |at: usize| blocks.get(at / RECORDS_PER_BLOCK).copied().flatten();
    (0..asked.len()).map(of_each).collect()
}

/// Asks whether a responder can be reached and takes the key, about a product it answers for, in
/// the name of a party (`checkConnectivity`).
///
/// # Errors
/// In a word why not; a product it does not answer for is none.
pub fn check_connectivity(
    directory: &Directory,
    responder: &Responder,
    party: &str,
) -> Result<Option<String>, &'static str> {
    ask::connectivity(&directory.agent, responder, party, directory.timeout).map_err(Silent::word)
}
