//! What the node has acknowledged, and whether it is still there. An actor notes a fact when it has
//! read the answer, not before; a request whose answer was lost in a kill is no fact.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::served::load;
use crate::served::node::Site;
use crate::served::wire::request;

/// Something that was acknowledged.
#[derive(Clone, Debug)]
pub(super) enum Fact {
    /// An event by its `eventID`.
    Event(String),
    /// A block by its id.
    Block(String),
}

impl Fact {
    fn path(&self) -> String {
        match self {
            Self::Event(id) => format!("/epcis/events/{}", id.replace(':', "%3A")),
            Self::Block(id) => format!("/api/v1/blocks/{id}"),
        }
    }
}

/// Facts gathered by all actors.
#[derive(Debug, Default)]
pub(super) struct Facts {
    all: Mutex<Vec<Fact>>,
    seen: AtomicU64,
    answers: AtomicU64,
    refused: AtomicU64,
}

/// Which facts are looked at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Which {
    /// Those since the last look, and one in a hundred of the others.
    New,
    /// Every one.
    All,
}

/// What a look found.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Looked {
    pub(super) asked: usize,
    pub(super) lost: usize,
}

impl Facts {
    pub(super) fn note(&self, facts: impl IntoIterator<Item = Fact>) {
        self.all.lock().expect("no panic").extend(facts);
    }

    pub(super) fn len(&self) -> usize {
        self.all.lock().expect("no panic").len()
    }

    /// Counts an answer; one that was not hoped for is said.
    pub(super) fn answered(&self, hoped: bool, what: &str, (status, body): (u16, &[u8])) {
        self.answers.fetch_add(1, Ordering::Relaxed);
        if !hoped && self.refused.fetch_add(1, Ordering::Relaxed) < 20 {
            let body = String::from_utf8_lossy(body);
            eprintln!("{what}: {status} {body:.300}");
        }
    }

    pub(super) fn answers(&self) -> u64 {
        self.answers.load(Ordering::Relaxed)
    }

    pub(super) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// Asks the node for facts, while others go on asking.
    pub(super) fn look(&self, site: &Site, which: Which) -> Looked {
        let all = self.all.lock().expect("no panic").clone();
        let seen = self.seen.swap(all.len() as u64, Ordering::Relaxed) as usize;
        let chosen = all.iter().enumerate().filter(|(at, _)| {
            which == Which::All || *at >= seen || at.wrapping_mul(2_654_435_761) % 100 == 0
        });
        let mut chosen = chosen.map(|(_, fact)| fact);
        let mut looked = Looked::default();
        let mut next = |_: usize| {
            let path = chosen.next()?.path();
            Some(request(
                ("GET", &path),
                &site.admin,
                "application/json",
                b"",
            ))
        };
        load::each(site.process.address, 4, &mut next, |status, body| {
            looked.asked += 1;
            if status != 200 {
                looked.lost += 1;
                eprintln!("LOST: {status} {:.300}", String::from_utf8_lossy(body));
            }
        });
        looked
    }
}
