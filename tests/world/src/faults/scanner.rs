//! What scanners do to a code, the other way round from `gs1::repair`, which has to find out. The
//! keyboards here were written down on their own, so that one table does not confirm itself.

use gs1::scan::{self, Content, Symbol, transmit};
use serde::Serialize;

use crate::atlas::SiteId;
use crate::goods::Print;
use crate::kind::Kind;
use crate::seeded::Seeded;
use crate::world::World;

/// A fault of a scanner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[allow(missing_docs, reason = "the names say it")]
pub enum ScannerFault {
    CapsLock,
    Capitals,
    SmallLetters,
    German,
    French,
    Spanish,
    SeparatorLost,
    SeparatorReplaced,
    EanAppended,
    Doubled,
    Prefix,
    Suffix,
    SymbologyTyped,
    LookAlike,
    LetterForDigit,
    ShortGtin,
    GermanSeparatorLost,
    Truncated,
}

const ALL: [ScannerFault; 18] = [
    ScannerFault::CapsLock,
    ScannerFault::Capitals,
    ScannerFault::SmallLetters,
    ScannerFault::German,
    ScannerFault::French,
    ScannerFault::Spanish,
    ScannerFault::SeparatorLost,
    ScannerFault::SeparatorReplaced,
    ScannerFault::EanAppended,
    ScannerFault::Doubled,
    ScannerFault::Prefix,
    ScannerFault::Suffix,
    ScannerFault::SymbologyTyped,
    ScannerFault::LookAlike,
    ScannerFault::LetterForDigit,
    ScannerFault::ShortGtin,
    ScannerFault::GermanSeparatorLost,
    ScannerFault::Truncated,
];

impl ScannerFault {
    /// A part of the sentence that names this fault rightly.
    pub fn named_by(self) -> &'static str {
        match self {
            Self::CapsLock => "Caps Lock was on",
            Self::Capitals => "everything was sent in capitals",
            Self::SmallLetters => "everything was sent in small letters",
            Self::German | Self::French | Self::Spanish | Self::GermanSeparatorLost => {
                "the keyboard is set to another language"
            }
            Self::SeparatorLost => "a group separator was lost",
            Self::SeparatorReplaced => "separators came as other characters",
            Self::EanAppended => "the bar code was scanned together",
            Self::Doubled => "scanned twice in one line",
            Self::Prefix => "something before the code",
            Self::Suffix => "something after the code",
            Self::SymbologyTyped => "mark of the kind of code",
            Self::LookAlike => "the letter O was read for the digit 0",
            Self::LetterForDigit => "a letter was read for a digit",
            Self::ShortGtin => "without its leading zeros",
            Self::Truncated => "breaks off",
        }
    }
}

/// Whether a sentence names the fault that happened, or another that would have sent the very same
/// text: Caps Lock and small letters cannot be told apart on a pack that has capitals only, and
/// capitals on such a pack show in the symbology identifier alone; a German keyboard changes
/// nothing of a text without Y, Z and signs, so that only the lost separator shows.
pub(crate) fn is_named(fault: ScannerFault, clean: &str, text: &str, sentence: &str) -> bool {
    let twins = [
        ScannerFault::CapsLock,
        ScannerFault::Capitals,
        ScannerFault::SmallLetters,
        ScannerFault::SeparatorLost,
    ];
    let mut dice = Seeded::new(0, "twins");
    let same = |twin: &ScannerFault| {
        garbled(clean, "", *twin, &mut dice).is_some_and(|other| other == text)
    };
    let only_mark =
        clean.replacen("]d2", "]D2", 1) == text && sentence.contains("mark of the kind");
    let mut named = twins.into_iter().filter(same).chain([fault]);
    only_mark || named.any(|fault| sentence.contains(fault.named_by()))
}

impl World {
    /// What the scanner of a place sends for a pack.
    pub(crate) fn sent(&self, print: &Print, at: SiteId) -> String {
        let elements = print.elements();
        let sent = transmit(Symbol::DataMatrix, Content::Elements(&elements), &[]);
        let text = sent.expect("elements fit a symbol").remove(0);
        if self.atlas.sites[at].sends_symbology {
            text
        } else {
            text.trim_start_matches("]d2").to_owned()
        }
    }

    /// Perhaps the scan is garbled; then it is labelled.
    pub(crate) fn garble(
        &mut self,
        clean: &str,
        print: &Print,
        at: SiteId,
        now: i64,
    ) -> Option<(ScannerFault, String)> {
        if !self.scan_dice.chance(self.params.scanner_faults) {
            return None;
        }
        let serial = &print.serial;
        let pack = |text: &str| {
            let scan = scan::parse(text).ok()?;
            Some((scan.gtin?, scan.serial?, scan.lot?, scan.expiry?))
        };
        let read = pack(clean);
        for _ in 0..50 {
            let fault = *self.scan_dice.pick(&ALL);
            let Some(text) = garbled(clean, serial, fault, &mut self.scan_dice) else {
                continue;
            };
            // What changes nothing about the pack is no fault to be found.
            if pack(&text) == read {
                continue;
            }
            self.plant(Kind::Garbled, &print.epc(), now, at);
            return Some((fault, text));
        }
        None
    }
}

/// The text a scanner with this fault sends; `None` where the fault makes no sense.
fn garbled(text: &str, serial: &str, fault: ScannerFault, dice: &mut Seeded) -> Option<String> {
    let gtin_at = text.find("0109506")? + 2;
    let ean = || text.get(gtin_at + 1..gtin_at + 14);
    let lost = || text.contains('\u{1d}').then(|| text.replace('\u{1d}', ""));
    Some(match fault {
        ScannerFault::CapsLock => swapped_case(text),
        ScannerFault::Capitals => text.to_ascii_uppercase(),
        ScannerFault::SmallLetters => text.to_ascii_lowercase(),
        ScannerFault::German => typed(text, GERMAN),
        ScannerFault::French => typed(text, FRENCH),
        ScannerFault::Spanish => typed(text, SPANISH),
        ScannerFault::SeparatorLost => lost()?,
        ScannerFault::SeparatorReplaced => {
            let other = dice.pick(&[" ", "|", "F8", "029", "~"]);
            text.contains('\u{1d}')
                .then(|| text.replace('\u{1d}', other))?
        }
        ScannerFault::EanAppended => format!("{text}{}", ean()?),
        ScannerFault::Doubled => format!("{text}{text}"),
        ScannerFault::Prefix => format!("SCAN:{text}"),
        ScannerFault::Suffix => format!("{text}#"),
        ScannerFault::SymbologyTyped => {
            let bare = text.trim_start_matches("]d2");
            format!("{}{bare}", dice.pick(&["d2", "#d2"]))
        }
        ScannerFault::LookAlike => look_alike(text, serial)?,
        ScannerFault::LetterForDigit => text.replacen("0109506", "O1O95O6", 1),
        ScannerFault::ShortGtin => text.replacen("0109506", "019506", 1),
        ScannerFault::GermanSeparatorLost => typed(&lost()?, GERMAN),
        ScannerFault::Truncated => {
            let cut = dice.between(8, 14) as usize;
            text.get(..cut)?.to_owned()
        }
    })
}

fn swapped_case(text: &str) -> String {
    let swap = |c: char| match c {
        'a'..='z' => c.to_ascii_uppercase(),
        other => other.to_ascii_lowercase(),
    };
    text.chars().map(swap).collect()
}

/// Zeros and ones of the serial come as letters.
fn look_alike(text: &str, serial: &str) -> Option<String> {
    let wrong = serial.replace('0', "O").replace('1', "I");
    (wrong != serial).then(|| text.replacen(serial, &wrong, 1))
}

/// Keys that show another character, as pairs of what is meant and what is shown.
type Keys = (&'static str, &'static str);

const GERMAN: Keys = ("yzYZ]-/", "zyZY+\u{df}-");
const FRENCH: Keys = (
    "1234567890aqzwmAQZWM]-/",
    "&\u{e9}\"'(-\u{e8}_\u{e7}\u{e0}qawz,QAWZ?$)!",
);
const SPANISH: Keys = ("]-/", "+'-");

fn typed(text: &str, keys: Keys) -> String {
    let shown = |c: char| {
        let pair = keys
            .0
            .chars()
            .zip(keys.1.chars())
            .find(|(meant, _)| *meant == c);
        pair.map_or(c, |(_, shown)| shown)
    };
    text.chars().map(shown).collect()
}
