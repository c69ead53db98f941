//! The question at the counter and its answer.
use rules::verdict::{Class, PackSummary};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::finding::{FindingDto, findings};
use super::{FinalityDto, PartyDto};
use crate::app::time_text;
use crate::app::verify::Answer;

/// A scan to verify.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = VerifyRequest)]
pub struct VerifyDto {
    /// What the scanner read or a person typed, unchanged: element string, Digital Link or URN.
    #[schema(example = "(01)09506000134352(21)ABC123(17)271231(10)LOT1")]
    pub scan: String,
    /// Where: a GLN or an identifier of a place.
    #[serde(default)]
    pub location: Option<String>,
}

/// What the person is told.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Verdict)]
pub struct VerdictDto {
    /// The class.
    pub verdict: ClassDto,
    /// The cause, stable.
    pub code: String,
    /// The cause in one plain English sentence.
    pub sentence: String,
    /// What to do next, in order.
    pub steps: Vec<String>,
    /// The pack as far as it is known.
    pub pack: PackSummaryDto,
    /// Everything ever found about it, newest first.
    pub findings: Vec<FindingDto>,
    /// Status of the pack.
    pub pack_status: String,
    /// `none`, `under_review` or `suspect`.
    pub alert_status: String,
    /// Time it took to judge, milliseconds.
    pub took_ms: f64,
    /// When.
    pub checked_at: String,
    /// How far the pack's latest record has come.
    pub finality: Option<FinalityDto>,
}

/// What to do with the pack, in six classes.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = VerdictClass)]
pub enum ClassDto {
    /// Known, active, in date, kept as it should be.
    Genuine,
    /// Already handled at this place within the allowed time.
    SeenHere,
    /// The code was not read well enough.
    ReadAgain,
    /// Set aside until somebody has decided.
    Hold,
    /// Must not reach a patient.
    DoNotDispense,
    /// Nobody could be asked.
    NotChecked,
}

/// The pack in a verdict.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PackSummary)]
pub struct PackSummaryDto {
    /// Canonical identifier.
    pub id: Option<String>,
    /// Product.
    pub gtin: Option<String>,
    /// Serial number.
    pub serial: Option<String>,
    /// Lot.
    pub lot: Option<String>,
    /// Last day of use, `yyyy-mm-dd`.
    pub expiry: Option<String>,
    /// Status in CBV terms.
    pub status: Option<String>,
    /// Status in the words of the European system.
    pub eu_status: Option<String>,
    /// Product name.
    pub product: Option<String>,
    /// Who holds it; only for those who took part in its way.
    pub holder: Option<PartyDto>,
    /// Its lot is recalled.
    pub recalled: bool,
    /// `within`, `excursion`, `indeterminate` or `no_data`.
    pub cold_chain: Option<String>,
}

impl From<PackSummary> for PackSummaryDto {
    fn from(it: PackSummary) -> Self {
        Self {
            id: it.id,
            gtin: it.gtin,
            serial: it.serial,
            lot: it.lot,
            expiry: it.expiry,
            status: it.status,
            eu_status: it.eu_status,
            product: it.product,
            holder: it.holder.map(PartyDto::from),
            recalled: it.recalled,
            cold_chain: it.cold_chain,
        }
    }
}

impl From<Answer> for VerdictDto {
    fn from(
        Answer {
            verdict: it,
            took,
            checked_ms,
            finality,
        }: Answer,
    ) -> Self {
        let code = serde_json::to_value(it.code).ok();
        let code = code.and_then(|code| code.as_str().map(ToOwned::to_owned));
        Self {
            verdict: match it.verdict {
                Class::Genuine => ClassDto::Genuine,
                Class::SeenHere => ClassDto::SeenHere,
                Class::ReadAgain => ClassDto::ReadAgain,
                Class::Hold => ClassDto::Hold,
                Class::DoNotDispense => ClassDto::DoNotDispense,
                Class::NotChecked => ClassDto::NotChecked,
            },
            code: code.unwrap_or_default(),
            sentence: it.sentence,
            steps: it.steps,
            pack: it.pack.into(),
            findings: findings(it.findings),
            pack_status: it.pack_status,
            alert_status: it.alert_status,
            took_ms: f64::from(u32::try_from(took.as_micros()).unwrap_or(u32::MAX)) / 1000.0,
            checked_at: time_text(checked_ms),
            finality: finality.map(FinalityDto::from),
        }
    }
}
