//! What somebody entitled to it decided: recalls, quality rulings, what becomes of an alert. A
//! decision is never rewritten; another one replaces it, or takes it back. Signed decisions carry
//! the manifestation of an electronic signature (21 CFR 11.50): who signed, when, and what the
//! signature means. Nobody's name is in the ledger: `signer` is a pseudonym that the signer's own
//! node puts a printed name to.

use chrono::NaiveDate;
use gs1::{Epc, Gtin, Lot};
use serde::{Deserialize, Serialize};

use super::{PartyId, any_id};
use crate::finding::{EvidenceRef, Severity};

/// A decision. Its JSON body has `type` and the fields of the variant, in snake case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Decision {
    /// Nobody may supply this lot any more. Cannot be taken back (EU 2016/161).
    Recall {
        /// The product.
        gtin: Gtin,
        /// The lot.
        lot: Lot,
        /// Why, as people say it.
        reason: String,
        /// How deep it reaches.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        level: Option<RecallLevel>,
    },
    /// Nobody may supply this product any more. Cannot be taken back (EU 2016/161).
    Withdraw {
        /// The product.
        gtin: Gtin,
        /// Why, as people say it.
        reason: String,
        /// How deep it reaches.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        level: Option<RecallLevel>,
    },
    /// Quality assurance looked and releases: holds known so far are lifted.
    QaRelease {
        /// A pack, a container (and whatever was in it), or a lot.
        #[serde(deserialize_with = "any_id")]
        subject: Epc,
        /// Why.
        reason: String,
    },
    /// Quality assurance will look: the goods are set aside until it has.
    QaHold {
        /// A pack, a container (and whatever was in it), or a lot.
        #[serde(deserialize_with = "any_id")]
        subject: Epc,
        /// Why.
        reason: String,
    },
    /// Quality assurance looked and rejects: the goods may not be used.
    QaReject {
        /// A pack, a container (and whatever was in it), or a lot.
        #[serde(deserialize_with = "any_id")]
        subject: Epc,
        /// Why.
        reason: String,
    },
    /// The lot may be used for longer (FDA expiry extension).
    ExtendExpiry {
        /// The product.
        gtin: Gtin,
        /// The lot.
        lot: Lot,
        /// The new last day of use, `yyyy-mm-dd`.
        #[serde(with = "iso_day")]
        expiry: NaiveDate,
        /// Why.
        reason: String,
    },
    /// Somebody is to look into an alert.
    AssignAlert {
        /// Id of the finding.
        #[serde(with = "crate::hex")]
        finding: [u8; 16],
        /// GLN of who is to look.
        to: PartyId,
        /// Why.
        reason: String,
    },
    /// An alert was looked into.
    ResolveAlert {
        /// Id of the finding.
        #[serde(with = "crate::hex")]
        finding: [u8; 16],
        /// What came of it.
        outcome: AlertOutcome,
        /// Why.
        reason: String,
    },
    /// An alert is less grave than the rule said.
    DeEscalateAlert {
        /// Id of the finding.
        #[serde(with = "crate::hex")]
        finding: [u8; 16],
        /// How grave it is at most.
        severity: Severity,
        /// Why.
        reason: String,
    },
    /// Takes an own earlier decision back; a recall or withdrawal never.
    Undo {
        /// The record of the decision.
        decision: EvidenceRef,
        /// Why.
        reason: String,
    },
    /// A decision with the manifestation of its electronic signature.
    Signed {
        /// What was decided; not signed twice.
        decision: Box<Self>,
        /// The signature.
        signature: Signature,
    },
}

/// A day as `yyyy-mm-dd`.
mod iso_day {
    use chrono::NaiveDate;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde calls it with a reference"
    )]
    pub(super) fn serialize<S: Serializer>(day: &NaiveDate, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(day)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<NaiveDate, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(D::Error::custom)
    }
}

/// How deep a recall reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecallLevel {
    /// Wholesalers.
    Wholesale,
    /// Pharmacies and hospitals.
    Pharmacy,
    /// Patients.
    Patient,
}

/// What came of looking into an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertOutcome {
    /// The pack is genuine: technical cause, wrong procedure.
    FalseAlarm,
    /// The pack is what the alert says.
    Confirmed,
}

/// The manifestation of an electronic signature (21 CFR 11.50 (a)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// Pseudonym of who signed; the printed name is known to the signer's own node.
    pub signer: String,
    /// When it was signed, ms since the Unix epoch.
    pub signed_at_ms: i64,
    /// What it means.
    pub meaning: Meaning,
}

/// What a signature means (21 CFR 11.50 (a)(3)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    /// The signer wrote it.
    Authorship,
    /// The signer reviewed it.
    Review,
    /// The signer approves it.
    Approval,
    /// The signer answers for it.
    Responsibility,
}

impl Decision {
    /// The decision without its signature.
    pub fn bare(&self) -> &Self {
        match self {
            Self::Signed { decision, .. } => decision,
            other => other,
        }
    }

    /// The signature, when it has one.
    pub fn signature(&self) -> Option<&Signature> {
        match self {
            Self::Signed { signature, .. } => Some(signature),
            _ => None,
        }
    }

    /// Why it was decided.
    pub fn reason(&self) -> &str {
        match self {
            Self::Recall { reason, .. }
            | Self::Withdraw { reason, .. }
            | Self::QaRelease { reason, .. }
            | Self::QaHold { reason, .. }
            | Self::QaReject { reason, .. }
            | Self::ExtendExpiry { reason, .. }
            | Self::AssignAlert { reason, .. }
            | Self::ResolveAlert { reason, .. }
            | Self::DeEscalateAlert { reason, .. }
            | Self::Undo { reason, .. } => reason,
            Self::Signed { decision, .. } => match decision.as_ref() {
                // A signature of a signature has no reason and no effect.
                Self::Signed { .. } => "",
                other => other.reason(),
            },
        }
    }
}
