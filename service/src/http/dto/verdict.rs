//! The question at the counter and its answer.
use std::time::Duration;

use rules::Purpose;
use rules::say::{NextStep, Who};
use rules::verdict::{Class, Confidence, PackSummary};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::finding::{EvidenceDto, FindingDto, findings};
use super::{FinalityDto, PartyDto};
use crate::app::outward::Outward;
use crate::app::time_text;
use crate::app::verify::{Answer, word};

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
    /// What for.
    #[serde(default)]
    pub purpose: PurposeDto,
    /// Language of the answer: `en`, `de`, `fr` or `es`; English where it is none of these. Left
    /// out, `Accept-Language` decides.
    #[serde(default)]
    #[schema(example = "de")]
    pub lang: Option<String>,
}

/// Scans to verify at one place.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = VerifyBatchRequest)]
pub struct VerifyBatchDto {
    /// What the scanner read, at most 1,000 scans.
    pub scans: Vec<String>,
    /// Where: a GLN or an identifier of a place.
    #[serde(default)]
    pub location: Option<String>,
    /// What for.
    #[serde(default)]
    pub purpose: PurposeDto,
    /// Language of the answers, as for one scan.
    #[serde(default)]
    pub lang: Option<String>,
}

/// What a question is for.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Purpose)]
pub enum PurposeDto {
    /// Before dispensing.
    Dispense,
    /// At goods receipt.
    Receive,
    /// Before a returned pack is sold again.
    Return,
    /// Exercise: it is not recorded and says nothing about the pack.
    Training,
    /// Anything else.
    #[default]
    Other,
}

impl From<PurposeDto> for Purpose {
    fn from(it: PurposeDto) -> Self {
        match it {
            PurposeDto::Dispense => Self::Dispense,
            PurposeDto::Receive => Self::Receive,
            PurposeDto::Return => Self::Return,
            PurposeDto::Training => Self::Training,
            PurposeDto::Other => Self::Other,
        }
    }
}

/// Verdicts of a batch.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Verdicts)]
pub struct VerdictsDto {
    /// One for each scan, in the order asked.
    pub verdicts: Vec<VerdictDto>,
    /// How many of them may be handed on: those of class `genuine`.
    pub genuine: usize,
    /// Numbers (from 0) of the scans that may not.
    pub failing: Vec<usize>,
}

impl From<Vec<Answer>> for VerdictsDto {
    fn from(answers: Vec<Answer>) -> Self {
        let good = |answer: &Answer| answer.verdict.verdict == Class::Genuine;
        let failing: Vec<usize> = (0..)
            .zip(&answers)
            .filter(|(_, answer)| !good(answer))
            .map(|(at, _)| at)
            .collect();
        Self {
            genuine: answers.len().saturating_sub(failing.len()),
            failing,
            verdicts: answers.into_iter().map(VerdictDto::from).collect(),
        }
    }
}

/// What the person is told.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Verdict)]
pub struct VerdictDto {
    /// The class.
    pub verdict: ClassDto,
    /// The cause, stable.
    pub code: String,
    /// The cause in one plain sentence.
    pub sentence: String,
    /// What to do next, in order.
    pub steps: Vec<String>,
    /// The pack as far as it is known.
    pub pack: PackSummaryDto,
    /// Who acts in each of the steps and by when.
    pub next: Vec<NextStepDto>,
    /// Everything ever found about it, newest first.
    pub findings: Vec<FindingDto>,
    /// `low`, `medium` or `high`: how sure the class is.
    pub confidence: &'static str,
    /// Records the answer rests on.
    pub evidence: Vec<EvidenceDto>,
    /// Status of the pack.
    pub pack_status: String,
    /// The status of the pack in one sentence.
    pub pack_sentence: &'static str,
    /// `none`, `under_review` or `suspect`.
    pub alert_status: String,
    /// The status of the alert in one sentence.
    pub alert_sentence: &'static str,
    /// Time it took to judge, milliseconds.
    pub took_ms: f64,
    /// When.
    pub checked_at: String,
    /// How far the pack's latest record has come.
    pub finality: Option<FinalityDto>,
    /// What the manufacturer's own system said, where it was asked: the product is not recorded
    /// here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manufacturer: Option<ManufacturerDto>,
}

/// The answer of a manufacturer's own system (GS1 Lightweight Verification Messaging).
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ManufacturerAnswer)]
pub struct ManufacturerDto {
    /// `verified`, `extended`, `recalled`, `expired`, `suspect`, `illegitimate`, `unknown_serial`,
    /// `other_lot`, `other_expiry`, `other_lot_and_expiry`, `not_for_sale`, `denied` or `nothing`.
    pub said: String,
    /// Why it said nothing: `timeout`, `unreachable`, `not_its_product`, `refused`, `failing`,
    /// `unusable`, `resting`, `busy` or `no_lot`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// GLN of who answered.
    #[serde(rename = "responder_gln", skip_serializing_if = "Option::is_none")]
    pub responder: Option<String>,
    /// Id of the question (`corrUUID`), by which the manufacturer finds it, too.
    pub correlation_id: String,
    /// When it was asked.
    pub asked_at: String,
    /// Time it took, milliseconds.
    pub took_ms: f64,
    /// Block that records question and answer, word for word; left out when it could not be
    /// recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block: Option<String>,
}

impl From<Outward> for ManufacturerDto {
    fn from(it: Outward) -> Self {
        Self {
            said: word(&it.said),
            why: it.answer.why,
            responder: it.answer.responder,
            correlation_id: it.answer.correlation,
            asked_at: time_text(it.answer.asked_ms),
            took_ms: millis(it.took),
            block: it.record.map(|block| block.to_string()),
        }
    }
}

fn millis(time: Duration) -> f64 {
    f64::from(u32::try_from(time.as_micros()).unwrap_or(u32::MAX)) / 1000.0
}

/// One of the steps.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = NextStep)]
pub struct NextStepDto {
    /// `you`, `supplier`, `quality_assurance` or `manufacturer`.
    pub who: &'static str,
    /// By when; left out where it is at once or after the step before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

impl From<&NextStep> for NextStepDto {
    fn from(it: &NextStep) -> Self {
        Self {
            who: match it.who {
                Who::You => "you",
                Who::Supplier => "supplier",
                Who::QualityAssurance => "quality_assurance",
                Who::Manufacturer => "manufacturer",
            },
            by: it.by.map(time_text),
        }
    }
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
            outward,
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
            next: it.next.iter().map(NextStepDto::from).collect(),
            findings: findings(it.findings),
            confidence: match it.confidence {
                Confidence::Low => "low",
                Confidence::Medium => "medium",
                Confidence::High => "high",
            },
            evidence: it.evidence.iter().map(EvidenceDto::from).collect(),
            pack_status: it.pack_status,
            pack_sentence: it.pack_sentence,
            alert_status: it.alert_status,
            alert_sentence: it.alert_sentence,
            took_ms: millis(took),
            checked_at: time_text(checked_ms),
            finality: finality.map(FinalityDto::from),
            manufacturer: outward.map(ManufacturerDto::from),
        }
    }
}
