//! Why a genuine pack does not scan, and what its code would have been.
//!
//! Nearly every alarm at a counter is false, and most of those are made by scanners: Caps Lock, a
//! keyboard set to another country, a lost group separator, the EAN code scanned along. Each of
//! these faults can be undone, but only knowledge of the packs that were made tells whether it
//! should be. So a repair is a search: every fault, and up to [`CAUSES_MAX`] of them together, is
//! undone, and a result counts only when it names a known pack. Should two packs come of it, none
//! is chosen. A forger gains nothing by imitating a bad scanner: a repair asks to scan again, and
//! never changes a scan that is known as it stands.
//!
//! ```
//! use gs1::repair::{Cause, repair};
//! let made = |scan: &gs1::scan::Scan| scan.value("21") == Some("aB7y");
//! let read = repair("]D20109506000134352172712311021AB\u{1d}21Ab7Y", &made);
//! assert_eq!(read.causes, [Cause::CapsLock]);
//! assert_eq!(read.scan.unwrap().value("21"), Some("aB7y"));
//! ```

mod cause;
mod frame;
mod keyboard;
mod separators;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

pub use cause::Cause;

use crate::element_string::{self, Element};
use crate::scan::{self, Scan, ScanError};

/// Longest scan a repair is looked for, in bytes: a medicine pack's code has less than 100.
pub const REPAIR_BYTES_MAX: usize = 400;
/// Most faults undone together.
pub const CAUSES_MAX: usize = 3;
/// Most readings tried; when they run out, nothing is repaired.
const READINGS_MAX: usize = 20_000;

/// What became of a scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    /// What to act upon: the scan as it stands, or what it would have been. None where neither
    /// can be said.
    pub scan: Option<Scan>,
    /// The faults undone, those of the keyboard first; or why nothing could be read.
    pub causes: Vec<Cause>,
    /// How sure that is.
    pub confidence: Confidence,
}

/// How sure a [`Repair`] is, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Well-formed and known as it stands; nothing was changed.
    Exact,
    /// Exactly one known pack comes of undoing known faults.
    Unique,
    /// Well-formed as it stands, and nothing known comes of it; nothing was changed.
    Unknown,
    /// More than one known pack could have been scanned; none is chosen.
    Ambiguous,
    /// Not well-formed, and nothing known comes of it.
    Unreadable,
}

/// Reads a scan, and where it names nothing known, looks for the fault that explains it. `known`
/// tells whether a pack was made and, if it can, whether lot and expiry are those of the pack; it
/// is asked some hundred times for a garbled scan, up to twenty thousand times at worst.
pub fn repair(text: &str, known: &dyn Fn(&Scan) -> bool) -> Repair {
    let read = scan::parse(text);
    let small = text.len() <= REPAIR_BYTES_MAX;
    match &read {
        Ok(scan) if known(scan) => {
            return Repair {
                scan: read.ok(),
                causes: Vec::new(),
                confidence: Confidence::Exact,
            };
        }
        _ if small => {}
        _ => return unrepaired(text, read),
    }
    let mut search = Search::new(known);
    search.run(text);
    if search.readings >= READINGS_MAX {
        return unrepaired(text, read);
    }
    let mut found = search.found.into_values();
    match (found.next(), found.next()) {
        (Some(_), Some(_)) => Repair {
            scan: None,
            causes: Vec::new(),
            confidence: Confidence::Ambiguous,
        },
        (Some((causes, scan)), None) => Repair {
            scan: Some(scan),
            causes,
            confidence: Confidence::Unique,
        },
        _ => unrepaired(text, read),
    }
}

/// [`repair`] of elements that have been read already.
pub fn repair_elements(elements: &[Element], known: &dyn Fn(&Scan) -> bool) -> Repair {
    repair(&element_string::to_raw(elements), known)
}

fn unrepaired(text: &str, read: Result<Scan, ScanError>) -> Repair {
    match read {
        Ok(scan) => Repair {
            scan: Some(scan),
            causes: Vec::new(),
            confidence: Confidence::Unknown,
        },
        Err(error) => Repair {
            scan: None,
            causes: cause::of_error(text, &error).into_iter().collect(),
            confidence: Confidence::Unreadable,
        },
    }
}

/// A text that a fault could have garbled, and the faults undone so far.
type Step = (String, Vec<Cause>);

struct Search<'a> {
    known: &'a dyn Fn(&Scan) -> bool,
    /// Packs found, by their elements; each with the fewest causes that lead to it.
    found: BTreeMap<Vec<Element>, (Vec<Cause>, Scan)>,
    tried: BTreeSet<String>,
    readings: usize,
}

impl<'a> Search<'a> {
    fn new(known: &'a dyn Fn(&Scan) -> bool) -> Self {
        Self {
            known,
            found: BTreeMap::new(),
            tried: BTreeSet::new(),
            readings: 0,
        }
    }

    /// Undoes the faults in the reverse of the order in which they happen: what was typed around
    /// the code, then the keys it was typed with, then what was lost in it.
    fn run(&mut self, text: &str) {
        let start: Step = (text.trim().to_owned(), Vec::new());
        for keys in with(&start, keyboard::undo) {
            for framed in with(&keys, frame::undo) {
                for twice in with(&framed, frame::undo) {
                    for separated in with(&twice, separators::undo_stand_ins) {
                        for numbered in with(&separated, frame::undo_numbers) {
                            if !self.tried.insert(numbered.0.clone()) {
                                continue;
                            }
                            self.read(&numbered);
                            if self.readings >= READINGS_MAX {
                                return;
                            }
                        }
                    }
                }
            }
        }
    }

    /// Reads a text, with the separators it has and with lost ones put back.
    fn read(&mut self, (text, causes): &Step) {
        self.readings += 1;
        if let Ok(scan) = scan::parse(text) {
            self.judge(scan, causes, None);
        }
        if causes.len() >= CAUSES_MAX {
            return;
        }
        let Some(readings) = separators::put_back(text) else {
            self.readings = READINGS_MAX;
            return;
        };
        for elements in readings {
            self.readings += 1;
            let cause = Some(Cause::GroupSeparatorLost);
            self.judge(scan::from_elements(elements), causes, cause);
        }
    }

    /// Keeps a scan that is known, and those that letters read for digits could have made of it.
    fn judge(&mut self, scan: Scan, causes: &[Cause], more: Option<Cause>) {
        let mut causes = causes.to_vec();
        causes.extend(more);
        if scan.sgtin().is_none() && scan.sscc.is_none() && !scan.is_lone_gtin() {
            return;
        }
        if causes.len() < CAUSES_MAX {
            let mut others = frame::undo_look_alikes(&scan.elements);
            if causes.is_empty() {
                others.extend(frame::undo_some_look_alikes(&scan.elements));
            }
            for elements in others {
                self.readings += 1;
                let other = scan::from_elements(elements);
                if (self.known)(&other) {
                    let mut causes = causes.clone();
                    causes.push(Cause::LookAlike);
                    self.keep(other, causes);
                }
            }
        }
        if (self.known)(&scan) {
            self.keep(scan, causes);
        }
    }

    fn keep(&mut self, scan: Scan, causes: Vec<Cause>) {
        // The same pack may be reached in several ways; lot and expiry do not make it another.
        let identity = |ai: &str| matches!(ai, "00" | "01" | "21");
        let key: Vec<Element> = scan
            .elements
            .iter()
            .filter(|(ai, _)| identity(ai))
            .cloned()
            .collect();
        // Of equally many causes those that happen more often, or need less belief, come first.
        let rank = |causes: &[Cause]| -> (usize, Vec<Cause>) {
            (
                causes.len(),
                causes.iter().map(|cause| cause.kind()).collect(),
            )
        };
        let better = |(held, _): &(Vec<Cause>, Scan)| rank(&causes) < rank(held);
        if self.found.get(&key).is_none_or(better) {
            self.found.insert(key, (causes, scan));
        }
    }
}

/// A step as it is, and every way of undoing one more fault.
fn with(step: &Step, undo: fn(&str) -> Vec<(String, Cause)>) -> Vec<Step> {
    let (text, causes) = step;
    let mut out = vec![step.clone()];
    if causes.len() < CAUSES_MAX {
        for (other, cause) in undo(text) {
            if other != *text && !causes.contains(&cause) {
                let causes = causes.iter().copied().chain([cause]).collect();
                out.push((other, causes));
            }
        }
    }
    out
}
