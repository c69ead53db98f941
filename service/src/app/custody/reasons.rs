//! Why a change of state is refused, in the words and numbers that national systems use.
use rules::pack_state::PackState;
use rules::say::way::Breach;
use rules::verdict::{Code as Cause, Verdict};

use super::{Effect, Outcome};
use crate::app::verify::word;

/// Return code of national systems, and the alert that the hub raises for it.
pub type System = Option<(&'static str, Option<&'static str>)>;

/// Whether the scan, not the pack, keeps an operation from being carried out.
pub(super) fn is_misread(code: Cause) -> bool {
    matches!(
        code,
        Cause::Unreadable
            | Cause::NoSerial
            | Cause::NotAPack
            | Cause::ScannerFault
            | Cause::UnknownProduct
            | Cause::UnknownLot
            | Cause::UnknownSerial
            | Cause::LotMismatch
            | Cause::ExpiryMismatch
    )
}

/// A refusal for the reason that the verdict gives.
pub(super) fn by_verdict(
    scan: &str,
    id: Option<String>,
    verdict: &Verdict,
    state: Option<PackState>,
) -> Outcome {
    let system = match verdict.code {
        Cause::UnknownLot => Some(("NMVS_FE_LOT_03", Some("#A2"))),
        Cause::UnknownSerial | Cause::UnknownProduct => Some(("NMVS_NC_PC_02", Some("#A3"))),
        Cause::ExpiryMismatch => Some(("NMVS_FE_LOT_12", Some("#A52"))),
        Cause::LotMismatch => Some(("NMVS_FE_LOT_13", Some("#A68"))),
        _ => None,
    };
    Outcome {
        scan: scan.to_owned(),
        id,
        result: Effect::Refused,
        state: state.map(PackState::word),
        code: word(&verdict.code),
        system,
        sentence: verdict.sentence.clone(),
    }
}

/// Stable word and system's number of a broken clause of article 13.
pub(super) fn clause_words(
    clause: Breach,
) -> (&'static str, Option<(&'static str, Option<&'static str>)>) {
    let family = Some("#A24");
    match clause {
        Breach::NothingToUndo => ("NOTHING_TO_UNDO", Some(("NMVS_NC_PCK_06", family))),
        Breach::Irrevocable => ("IRREVOCABLE", Some(("NMVS_NC_PCK_27", family))),
        Breach::OtherParty => ("OTHER_PARTY", Some(("NMVS_NC_PCK_21", family))),
        Breach::OtherPremises => ("OTHER_PREMISES", Some(("NMVS_NC_PCK_21", family))),
        Breach::TooLate => ("TOO_LATE", Some(("NMVS_NC_PCK_20", family))),
        Breach::Expired => ("EXPIRED", None),
        Breach::Recalled => ("RECALLED", None),
        Breach::SuppliedToThePublic => ("SUPPLIED_TO_THE_PUBLIC", None),
    }
}

/// The word of a pack's status that goes with a state.
pub(super) fn status_of(state: PackState) -> &'static str {
    match state {
        PackState::Supplied => "dispensed",
        other => other.word(),
    }
}
