//! The codes of a verdict and the steps that go with each. Codes are for machines and never change;
//! what people read of them is in [`crate::say`].

use serde::Serialize;

use crate::say::steps::Task;
use crate::say::{NextStep, Who};

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
    /// It is on the list of known fakes.
    KnownFake,
    /// The product was withdrawn.
    Withdrawn,
    /// Quality assurance holds it.
    OnHold,
    /// The product is not known here, and its manufacturer confirms the pack.
    VerifiedByMaker,
}

impl Code {
    /// All codes, for documentation and tests.
    pub const ALL: [Self; 28] = [
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
        Self::KnownFake,
        Self::Withdrawn,
        Self::OnHold,
        Self::VerifiedByMaker,
    ];
}

const HOUR_MS: i64 = 3_600_000;

/// By when others than the asker act, after the question. A manufacturer answers within 24 hours
/// (FDCA 582(b)(4)(C)), a supplier sends missing data within three days, quality assurance decides
/// within seven (the time national systems give for a comment on an alert).
fn time_of(who: Who) -> Option<i64> {
    match who {
        Who::You => None,
        Who::Manufacturer => Some(24 * HOUR_MS),
        Who::Supplier => Some(72 * HOUR_MS),
        Who::QualityAssurance => Some(168 * HOUR_MS),
    }
}

/// What to do next, in order; each step says who acts and, when the time is known, by when.
pub(super) fn steps(code: Code, now_ms: Option<i64>) -> Vec<NextStep> {
    let step = |(who, task): &(Who, Task)| NextStep {
        who: *who,
        task: *task,
        by: now_ms
            .zip(time_of(*who))
            .map(|(now, time)| now.saturating_add(time)),
    };
    tasks(code).iter().map(step).collect()
}

fn tasks(code: Code) -> &'static [(Who, Task)] {
    use Who::{Manufacturer, QualityAssurance, Supplier, You};
    match code {
        Code::Genuine | Code::VerifiedByMaker => &[(You, Task::Dispense)],
        Code::AlreadyHandledHere => &[(You, Task::CheckJustScanned), (You, Task::NotBackIntoStock)],
        Code::Unreadable | Code::ScannerFault => &[
            (You, Task::CleanAndScan),
            (You, Task::CheckScanner),
            (You, Task::TypeByHand),
        ],
        Code::NoSerial => &[(You, Task::ScanSquareCode), (You, Task::AskWhetherNeeded)],
        Code::NotAPack => &[(You, Task::ScanSinglePack)],
        Code::ColdChainExcursion | Code::ColdChainGap | Code::UnderReview | Code::OnHold => &[
            (You, Task::SetAside),
            (QualityAssurance, Task::ReleaseOrReject),
            (You, Task::ScanAfterDecision),
        ],
        Code::QaRejected | Code::Damaged => {
            &[(You, Task::Quarantine), (You, Task::ReturnOrDestroy)]
        }
        Code::Recalled | Code::Withdrawn => &[
            (You, Task::QuarantineLot),
            (You, Task::ReturnAsNoticeSays),
            (Manufacturer, Task::ConfirmReturn),
        ],
        Code::Expired => &[(You, Task::WasteMedicines)],
        Code::UnknownProduct => &[
            (You, Task::Quarantine),
            (You, Task::AskWhetherTraced),
            (Supplier, Task::SendDataOrTakeBack),
        ],
        Code::UnknownLot | Code::UnknownSerial => &[
            (You, Task::ScanOnceMore),
            (You, Task::TellSupplierKeepPackaging),
            (Manufacturer, Task::SayWhetherTheirs),
        ],
        Code::LotMismatch | Code::ExpiryMismatch => &[
            (You, Task::CompareLabel),
            (You, Task::QuarantineTellSupplier),
            (Manufacturer, Task::SayWhatWasPrinted),
        ],
        Code::Stolen
        | Code::Destroyed
        | Code::Suspect
        | Code::KnownFake
        | Code::AlreadyDispensedElsewhere
        | Code::AlreadyDispensed => &[
            (You, Task::QuarantineApart),
            (You, Task::TellSupplierAndAuthority),
            (Manufacturer, Task::Investigate),
        ],
        Code::NotChecked => &[(You, Task::TryAgainLater), (You, Task::OutageProcedure)],
    }
}
