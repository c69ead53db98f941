//! Readers that are asked again and again: a chip that speaks ISO/IEC 14443-3 type A. Each look
//! wakes all cards in the field, and reads and puts to sleep one after the other.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{Card, Fault, READ_BYTES, Station, messages};

/// The commands of a chip. Each returns within a bounded time.
pub trait Chip {
    /// Looks whether the chip is still there: a line that went dead garbles like a bad card.
    ///
    /// # Errors
    /// [`Fault::Reader`].
    fn check(&mut self) -> Result<(), Fault>;

    /// Selects a card in the field: its UID, or none when none answers. With `asleep` also those
    /// that were put to sleep answer.
    ///
    /// # Errors
    /// [`Fault`].
    fn select(&mut self, asleep: bool) -> Result<Option<Vec<u8>>, Fault>;

    /// Reads four pages of the selected card.
    ///
    /// # Errors
    /// [`Fault`].
    fn read(&mut self, page: u8) -> Result<[u8; READ_BYTES], Fault>;

    /// Puts the selected card to sleep.
    ///
    /// # Errors
    /// [`Fault`].
    fn halt(&mut self) -> Result<(), Fault>;
}

/// Cards looked at in one look: a field holds a few.
const CARDS_MAX: usize = 8;

/// A chip as a station.
#[derive(Debug)]
pub struct Polled<C>(pub C);

impl<C: Chip> Station for Polled<C> {
    fn look(&mut self, wait: Duration, new: &dyn Fn(&[u8]) -> bool) -> Result<Vec<Card>, Fault> {
        std::thread::sleep(wait);
        self.0.check()?;
        let mut cards = Vec::new();
        let mut seen = BTreeSet::new();
        for at in 0..CARDS_MAX {
            let uid = match self.0.select(at == 0) {
                Ok(Some(uid)) => uid,
                // A card that garbles its answers hides those behind it until the next look.
                Ok(None) | Err(Fault::Card(_)) => break,
                Err(fault) => return Err(fault),
            };
            if !seen.insert(uid.clone()) {
                break;
            }
            let read = if new(&uid) {
                match messages(|page| self.0.read(page)) {
                    Ok(messages) => Some(Ok(messages)),
                    Err(Fault::Card(why)) => Some(Err(why)),
                    Err(fault) => return Err(fault),
                }
            } else {
                None
            };
            cards.push(Card {
                key: uid.clone(),
                uid,
                reader: String::new(),
                messages: read,
            });
            match self.0.halt() {
                Ok(()) | Err(Fault::Card(_)) => {}
                Err(fault) => return Err(fault),
            }
        }
        Ok(cards)
    }
}

/// Whether a chip is there at all, by its version register: a dead line reads as all zeros or all
/// ones. Makers of copies have versions of their own, so any other will do.
///
/// # Errors
/// [`Fault::Reader`].
pub fn check_version(version: u8) -> Result<(), Fault> {
    match version {
        0x00 | 0xff => Err(Fault::Reader(format!(
            "no MFRC522 answers on the bus (version {version:#04x})"
        ))),
        _ => Ok(()),
    }
}
