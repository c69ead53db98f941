//! Desk readers as a source: somebody lays a pack on a small reader at a counter, and what its NFC
//! label says is told once, until it is taken away. Two kinds of readers share this: a chip on a
//! bus that is asked again and again ([`chip`]), and USB readers behind PC/SC (feature `pcsc`).
//!
//! Readers are driven by blocking calls, so each source has a thread of its own; what its driver
//! does wrong (an endless wait, a panic) ends in an error here, and the reader is opened anew.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use thiserror::Error;
use tokio::sync::{mpsc, watch};

use super::outage::Outage;
use super::{Caps, Driver, Outlet, Raw, Running, Status};
use crate::ndef::{self, HEAD_BYTES};
use crate::reader::clock::Clock;
use crate::scan::{self, Item, Scan};

pub mod chip;
#[cfg(feature = "mfrc522-rfid-rs")]
mod line;
#[cfg(any(feature = "mfrc522", feature = "mfrc522-rfid-rs"))]
pub mod linux;
#[cfg(feature = "mfrc522")]
pub mod mfrc522;
#[cfg(feature = "pcsc")]
pub mod pcsc;
#[cfg(feature = "mfrc522-rfid-rs")]
pub mod rfid_rs;
#[cfg(any(feature = "mfrc522", feature = "mfrc522-rfid-rs"))]
pub mod spi;
#[cfg(test)]
mod tests;

/// Bytes that one read command brings: four pages.
pub const READ_BYTES: usize = 16;
/// Page where the data area begins.
const AREA_PAGE: usize = 4;
/// Bytes of a page.
const PAGE_BYTES: usize = 4;

/// How long a station waits for something to happen.
const LOOK: Duration = Duration::from_millis(200);
/// Looks without a card after which it is gone: one may be missed while a hand moves it.
const GONE_LOOKS: u32 = 3;
/// Looks at a card that cannot be read before that is told.
const TRIES: u32 = 3;
/// Looks without any card after which the reader is opened anew: a chip that lost its supply for a
/// moment has forgotten its settings, and hears nothing without saying so.
const QUIET_LOOKS: u32 = 300;
/// First and longest wait before a reader is opened again, ms.
const REOPEN_MS: (u64, u64) = (500, 30_000);
/// Messages between the thread and its driver.
const BETWEEN: usize = 4;

/// Something went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Fault {
    /// With one card: it moved, or is of another kind. The reader is well.
    #[error("{0}")]
    Card(String),
    /// With the reader: it must be opened anew.
    #[error("{0}")]
    Reader(String),
}

/// A card that lies there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Tells this laying-down from others while it lasts.
    pub key: Vec<u8>,
    /// The chip's number.
    pub uid: Vec<u8>,
    /// Which of several readers; empty for the only one.
    pub reader: String,
    /// Its NDEF messages, read because it was new; none when it was known.
    pub messages: Option<Result<Vec<Vec<u8>>, String>>,
}

/// One or several readers.
pub trait Station {
    /// Waits at most `wait` for something to happen, then tells all cards that lie there, and
    /// reads those that are `new`.
    ///
    /// # Errors
    /// [`Fault::Reader`]; trouble with a card is told in the card.
    fn look(&mut self, wait: Duration, new: &dyn Fn(&[u8]) -> bool) -> Result<Vec<Card>, Fault>;
}

/// Makes a station; called again after each fault of the reader.
pub type Open = Box<dyn FnMut() -> Result<Box<dyn Station>, Fault> + Send>;

/// A desk reader.
pub struct Desk {
    /// Its place among the sources.
    pub source: usize,
    /// Its name; logs only.
    pub name: String,
    /// The reader's kind, one word; logs only.
    pub kind: &'static str,
    /// How to reach it.
    pub open: Open,
    /// Times.
    pub clock: Clock,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// What the thread says.
#[derive(Debug)]
enum Told {
    Up(&'static str),
    Down(String),
    Scan(Box<Scan>),
}

impl Driver for Desk {
    fn caps(&self) -> Caps {
        Caps {
            kind: self.kind,
            acknowledges: false,
        }
    }

    fn run(self: Box<Self>, outlet: Outlet, stop: watch::Receiver<bool>) -> Running {
        Box::pin(async move {
            let (source, clock) = (self.source, self.clock);
            let (to, from) = mpsc::channel(BETWEEN);
            let thread = tokio::task::spawn_blocking(move || self.work(&to, &stop));
            translate(source, clock, from, &outlet).await;
            // It ends by itself when nobody listens; a panic of ours is a panic of the run.
            let _ended = thread.await;
        })
    }
}

/// From the thread's words to those of all sources.
async fn translate(source: usize, clock: Clock, mut from: mpsc::Receiver<Told>, outlet: &Outlet) {
    let mut outage = Outage::begin(clock.now().unix_ms);
    while let Some(told) = from.recv().await {
        let now = clock.now().unix_ms;
        let raws = match told {
            Told::Up(kind) => {
                let gap = outage.heard(now).map(Raw::Gap);
                let up = Raw::Status(Status::Up(kind.to_owned()));
                gap.into_iter().chain([up]).collect()
            }
            Told::Down(why) => {
                outage.lost(now);
                vec![Raw::Status(Status::Down(why))]
            }
            Told::Scan(scan) => vec![Raw::Scan(scan)],
        };
        for raw in raws {
            if outlet.tell(source, raw).await.is_err() {
                return;
            }
        }
    }
    if let Some(gap) = outage.heard(clock.now().unix_ms) {
        // At the end of the run; nobody may listen any more.
        let _nobody = outlet.tell(source, Raw::Gap(gap)).await;
    }
}

impl Desk {
    /// Opens the reader and looks, until `stop` turns true or nobody listens.
    fn work(mut self, to: &mpsc::Sender<Told>, stop: &watch::Receiver<bool>) {
        let (mut wait_ms, longest_ms) = REOPEN_MS;
        let mut is_up = false;
        let is_over = || *stop.borrow() || to.is_closed();
        while !is_over() {
            let opened = guarded(|| (self.open)());
            let fault = match opened {
                Ok(station) => {
                    if !is_up && to.blocking_send(Told::Up(self.kind)).is_err() {
                        return;
                    }
                    is_up = true;
                    wait_ms = REOPEN_MS.0;
                    match self.watch(station, to, &is_over) {
                        End::Fault(fault) => fault,
                        End::Quiet => continue,
                        End::Over => return,
                    }
                }
                Err(fault) => fault,
            };
            is_up = false;
            if to.blocking_send(Told::Down(fault.to_string())).is_err() {
                return;
            }
            let mut left = wait_ms;
            while left > 0 && !is_over() {
                let nap = left.min(100);
                std::thread::sleep(Duration::from_millis(nap));
                left -= nap;
            }
            wait_ms = (wait_ms * 2).min(longest_ms);
        }
    }

    /// Looks until something ends it.
    fn watch(
        &self,
        mut station: Box<dyn Station>,
        to: &mpsc::Sender<Told>,
        is_over: &dyn Fn() -> bool,
    ) -> End {
        let mut lying = Lying::default();
        let mut quiet = 0;
        while !is_over() {
            let is_new = |key: &[u8]| lying.is_new(key);
            let cards = match guarded(|| station.look(LOOK, &is_new)) {
                Ok(cards) => cards,
                Err(fault) => return End::Fault(fault),
            };
            quiet = if cards.is_empty() { quiet + 1 } else { 0 };
            if quiet == QUIET_LOOKS {
                return End::Quiet;
            }
            for (card, said) in lying.see(cards) {
                let (source, reader) = (&self.name, &card.reader);
                match said {
                    Ok(item) => {
                        let epc = item.epc.canonical();
                        tracing::info!(source, reader, epc, "a card was laid down");
                        let scan = Box::new(Scan {
                            item,
                            uid: card.uid,
                            reader: card.reader,
                            at_ms: self.clock.now().unix_ms,
                        });
                        if to.blocking_send(Told::Scan(scan)).is_err() {
                            return End::Over;
                        }
                    }
                    Err(why) => tracing::warn!(source, reader, why, "card not recorded"),
                }
            }
        }
        End::Over
    }
}

/// Why a reader is looked at no longer.
enum End {
    /// It must be opened anew.
    Fault(Fault),
    /// It had better be.
    Quiet,
    /// The run is over.
    Over,
}

/// Lets a driver's panic be an error: the chips' libraries have some.
fn guarded<T>(work: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    let caught = catch_unwind(AssertUnwindSafe(work));
    caught.unwrap_or_else(|_| Err(Fault::Reader("the reader's driver panicked".to_owned())))
}

/// The cards that lie there, so that each is told once.
#[derive(Debug, Default)]
struct Lying {
    cards: BTreeMap<Vec<u8>, Known>,
}

/// What is known of a card.
#[derive(Debug, Default)]
struct Known {
    /// It was told.
    told: bool,
    /// Looks at which it could not be read.
    tries: u32,
    /// Looks in a row without it.
    missed: u32,
}

impl Lying {
    fn is_new(&self, key: &[u8]) -> bool {
        self.cards.get(key).is_none_or(|known| !known.told)
    }

    /// Takes what one look saw; the cards that are to be told now, with what they name.
    fn see(&mut self, cards: Vec<Card>) -> Vec<(Card, Result<Item, String>)> {
        for known in self.cards.values_mut() {
            known.missed += 1;
        }
        let mut out = Vec::new();
        for mut card in cards {
            let known = self.cards.entry(card.key.clone()).or_default();
            known.missed = 0;
            let Some(read) = card.messages.take().filter(|_| !known.told) else {
                continue;
            };
            known.tries += 1;
            let said = read.map(|messages| first_item(&messages));
            let (said, is_final) = match said {
                Ok(said) => (said, true),
                Err(why) => (Err(why), known.tries >= TRIES),
            };
            if is_final {
                known.told = true;
                out.push((card, said));
            }
        }
        self.cards.retain(|_, known| known.missed < GONE_LOOKS);
        out
    }
}

/// The first URI that names goods; or why there is none.
fn first_item(messages: &[Vec<u8>]) -> Result<Item, String> {
    let mut why = "the card holds no URI".to_owned();
    for message in messages {
        let uris = match ndef::uris_of(message) {
            Ok(uris) => uris,
            Err(error) => {
                why = error.to_string();
                continue;
            }
        };
        for uri in uris {
            match scan::item(&uri) {
                Ok(item) => return Ok(item),
                Err(error) => why = error.to_string(),
            }
        }
    }
    Err(why)
}

/// The NDEF messages of a Type 2 Tag whose pages `read` brings, four at a time. Reads no further
/// than they go.
///
/// # Errors
/// Those of `read`, and [`Fault::Card`] when the memory is no NDEF.
pub fn messages(
    mut read: impl FnMut(u8) -> Result<[u8; READ_BYTES], Fault>,
) -> Result<Vec<Vec<u8>>, Fault> {
    let strange = |error: ndef::NdefError| Fault::Card(error.to_string());
    let head: [u8; HEAD_BYTES] = read(0)?;
    let whole = ndef::area_bytes(&head).map_err(strange)?;
    let mut known = Vec::with_capacity(whole);
    loop {
        let area = ndef::area(&known, whole).map_err(strange)?;
        if area.is_whole {
            return Ok(area.messages);
        }
        let page = u8::try_from(AREA_PAGE + known.len() / PAGE_BYTES)
            .map_err(|_| Fault::Card("the tag's memory has no end".to_owned()))?;
        // Beyond its last page a tag goes on at its first: that is no data.
        let bytes = read(page)?;
        known.extend(bytes.iter().take(whole - known.len()));
    }
}
