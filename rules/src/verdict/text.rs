//! The codes of a verdict and every sentence and step that goes with them. Codes are for machines
//! and never change; sentences are for people, and another language is another file like this one.

use gs1::scan::ScanError;
use serde::Serialize;

/// Why the verdict is what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Code {
    /// Everything is in order.
    Genuine,
    /// Dispensed or taken off the books here, within the allowed time.
    AlreadyHandledHere,
    /// The text is no GS1 code.
    Unreadable,
    /// A product code without a serial number.
    NoSerial,
    /// A logistic label, not a pack.
    NotAPack,
    /// A known fault of scanners explains why the code matches no pack.
    ScannerFault,
    /// Quality assurance has to look at a temperature excursion.
    ColdChainExcursion,
    /// Quality assurance has to look at a gap in the readings.
    ColdChainGap,
    /// Something else has to be looked at first.
    UnderReview,
    /// The product is not known here.
    UnknownProduct,
    /// The lot is not known here.
    UnknownLot,
    /// The serial number was never commissioned.
    UnknownSerial,
    /// The lot on the label is not the pack's.
    LotMismatch,
    /// The expiry on the label is not the pack's.
    ExpiryMismatch,
    /// The lot was recalled.
    Recalled,
    /// Reported stolen.
    Stolen,
    /// Destroyed.
    Destroyed,
    /// Reported damaged.
    Damaged,
    /// Evidence says that the identifier was copied or the pack is not what it claims.
    Suspect,
    /// Quality assurance rejected it.
    QaRejected,
    /// Dispensed or taken off the books elsewhere.
    AlreadyDispensedElsewhere,
    /// Dispensed or taken off the books here, too long ago.
    AlreadyDispensed,
    /// Out of date.
    Expired,
    /// Nobody could be asked.
    NotChecked,
}

impl Code {
    /// All codes, for documentation and tests.
    pub const ALL: [Self; 24] = [
        Self::Genuine,
        Self::AlreadyHandledHere,
        Self::Unreadable,
        Self::NoSerial,
        Self::NotAPack,
        Self::ScannerFault,
        Self::ColdChainExcursion,
        Self::ColdChainGap,
        Self::UnderReview,
        Self::UnknownProduct,
        Self::UnknownLot,
        Self::UnknownSerial,
        Self::LotMismatch,
        Self::ExpiryMismatch,
        Self::Recalled,
        Self::Stolen,
        Self::Destroyed,
        Self::Damaged,
        Self::Suspect,
        Self::QaRejected,
        Self::AlreadyDispensedElsewhere,
        Self::AlreadyDispensed,
        Self::Expired,
        Self::NotChecked,
    ];
}

/// What to do next, in order; each step says who acts.
pub(super) fn steps(code: Code) -> Vec<String> {
    let steps: &[&str] = match code {
        Code::Genuine => &["You: dispense the pack."],
        Code::AlreadyHandledHere => &[
            "You: check whether this pack was scanned a moment ago; then there is nothing to do.",
            "You: if it came back from a patient, do not put it back into stock.",
        ],
        Code::Unreadable | Code::ScannerFault => &[
            "You: clean the code, hold the scanner steady and scan again.",
            "You: if it fails twice, check the scanner's settings (Caps Lock, keyboard language, \
             group separators).",
            "You: type the data printed beside the code only as the last resort.",
        ],
        Code::NoSerial => &[
            "You: scan the square code (DataMatrix), not the bar code.",
            "You: if the pack has no square code, ask the wholesaler whether it needs one.",
        ],
        Code::NotAPack => &["You: scan the square code on a single pack."],
        Code::ColdChainExcursion | Code::ColdChainGap | Code::UnderReview => &[
            "You: set the pack aside, at its storage temperature, marked as on hold.",
            "Quality assurance of the supplier: looks at the records and releases or rejects.",
            "You: scan again after the decision; give the patient another pack meanwhile.",
        ],
        Code::QaRejected | Code::Damaged => &[
            "You: put the pack into quarantine.",
            "You: return or destroy it as your supplier tells you.",
        ],
        Code::Recalled => &[
            "You: put this pack and every other one of the lot into quarantine.",
            "You: return them as the recall notice says.",
            "The manufacturer: confirms the return.",
        ],
        Code::Expired => &["You: put the pack with the waste medicines; give another one."],
        Code::UnknownProduct => &[
            "You: put the pack into quarantine.",
            "You: ask the supplier whether this product is traced here.",
            "The supplier: sends the missing data or takes the pack back.",
        ],
        Code::UnknownLot | Code::UnknownSerial => &[
            "You: scan once more; if the answer is the same, put the pack into quarantine.",
            "You: tell the supplier and keep the outer packaging.",
            "The manufacturer: says whether the serial number is theirs.",
        ],
        Code::LotMismatch | Code::ExpiryMismatch => &[
            "You: compare the printed lot and expiry with what the screen shows.",
            "You: put the pack into quarantine and tell the supplier.",
            "The manufacturer: says what was printed on this serial number.",
        ],
        Code::Stolen
        | Code::Destroyed
        | Code::Suspect
        | Code::AlreadyDispensedElsewhere
        | Code::AlreadyDispensed => &[
            "You: put the pack into quarantine, apart from other stock.",
            "You: tell the supplier and your authority; keep packaging and papers.",
            "The manufacturer: investigates and tells you what to do with it.",
        ],
        Code::NotChecked => &[
            "You: try again when the connection is back.",
            "You: until then act as your procedure for outages says.",
        ],
    };
    steps
        .iter()
        .enumerate()
        .map(|(i, step)| format!("{}. {step}", i + 1))
        .collect()
}

pub(super) fn genuine(product: Option<&str>, cold_chain: &str) -> String {
    let product = product.unwrap_or("This pack");
    match cold_chain {
        "within" => format!("{product} is genuine and was kept at the right temperature."),
        _ => format!("{product} is genuine and may be dispensed."),
    }
}

pub(super) fn unreadable(error: &ScanError) -> String {
    format!("The code could not be read: {error}.")
}

pub(super) fn not_checked() -> String {
    "The pack was not checked because no node could be reached.".to_owned()
}

pub(super) fn no_serial() -> String {
    "The code names the product but no single pack: the serial number is missing.".to_owned()
}

pub(super) fn not_a_pack() -> String {
    "This is the label of a box or a place and not of a pack.".to_owned()
}

pub(super) fn unknown_product(gtin: &str) -> String {
    format!("The product with number {gtin} is not known here.")
}

pub(super) fn unknown_lot(lot: &str) -> String {
    format!("No pack of lot {lot} was ever made for this product, as far as is known here.")
}

pub(super) fn unknown_serial(serial: &str) -> String {
    format!("The manufacturer never commissioned serial number {serial}.")
}

pub(super) fn scanner_fault(cause: &str) -> String {
    format!("The scanner probably garbled the code: {cause}.")
}

pub(super) fn mismatch(what: &str, printed: &str, known: &str) -> String {
    format!("The {what} on the label is {printed}, but this pack was made with {known}.")
}

pub(super) fn recalled(at: &str, reason: &str) -> String {
    format!(
        "The lot of this pack was recalled on {at}: {}.",
        reason.trim_end_matches('.')
    )
}

pub(super) fn expired(day: &str) -> String {
    format!("The pack expired on {day}.")
}

pub(super) fn ended(how: &str, place: &str, at: &str) -> String {
    format!("The pack was already {how} at {place} on {at}.")
}

pub(super) fn ended_here(how: &str, at: &str) -> String {
    format!("The pack was {how} here on {at}.")
}

pub(super) fn damaged() -> String {
    "The pack was reported damaged.".to_owned()
}

pub(super) fn rejected(reason: &str) -> String {
    format!(
        "Quality assurance rejected these goods: {}.",
        reason.trim_end_matches('.')
    )
}
