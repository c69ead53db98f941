//! What a rule says: which rule, how grave, about what, resting on which records.
//!
//! A finding is never deleted. A later record may resolve it (a commissioning that was uploaded
//! late, a correction, a logger read out after receipt); it then names the record that did.

use std::collections::BTreeMap;
use std::fmt;

use gs1::Epc;
use serde::{Deserialize, Serialize};

use crate::record::Stamp;
use crate::say::{Lang, Say, title};
use crate::views::alert::AlertView;

/// Which rule of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the rule table says what each one is")]
pub enum RuleId {
    C01,
    C02,
    C03,
    C04,
    C05,
    C06,
    C07,
    C08,
    C09,
    C10,
    C11,
    C12,
    C13,
    C14,
    C15,
    C16,
    C17,
    C18,
    C19,
    C20,
    C21,
    C22,
    C23,
    C24,
    C25,
    C26,
    C27,
    K01,
    K02,
    T01,
    T02,
    T03,
    T04,
    T05,
    T06,
    T07,
    T08,
    T09,
    T10,
    T11,
    T12,
    T13,
}

impl RuleId {
    /// Whether it is about how warm the goods were, and not about how that was measured.
    pub fn is_temperature(self) -> bool {
        matches!(
            self,
            Self::T01 | Self::T02 | Self::T03 | Self::T04 | Self::T05 | Self::T06 | Self::T07
        )
    }

    /// All of them, in the order of the catalogue.
    pub const ALL: [Self; 42] = [
        Self::C01,
        Self::C02,
        Self::C03,
        Self::C04,
        Self::C05,
        Self::C06,
        Self::C07,
        Self::C08,
        Self::C09,
        Self::C10,
        Self::C11,
        Self::C12,
        Self::C13,
        Self::C14,
        Self::C15,
        Self::C16,
        Self::C17,
        Self::C18,
        Self::C19,
        Self::C20,
        Self::C21,
        Self::C22,
        Self::C23,
        Self::C24,
        Self::C25,
        Self::C26,
        Self::C27,
        Self::K01,
        Self::K02,
        Self::T01,
        Self::T02,
        Self::T03,
        Self::T04,
        Self::T05,
        Self::T06,
        Self::T07,
        Self::T08,
        Self::T09,
        Self::T10,
        Self::T11,
        Self::T12,
        Self::T13,
    ];
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Severity {
    /// Information.
    S0,
    /// Data quality: told, holds nothing.
    S1,
    /// Set aside until somebody has looked.
    S2,
    /// Suspect product: stop, tell the manufacturer.
    S3,
    /// Illegitimate product: the statutory clock runs.
    S4,
}

/// What independent evidence a rule looks at. Two findings of one family are one witness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// Who made the identifier, and when.
    Commissioning,
    /// What is printed on the pack.
    Label,
    /// What state the identifier is in.
    State,
    /// Where it was seen.
    Place,
    /// Who holds it.
    Custody,
    /// The chip that carries the identifier.
    Tag,
    /// Whether the clocks agree. Says nothing about being genuine.
    Time,
    /// How warm it was. Says nothing about being genuine.
    ColdChain,
    /// Recalled, out of date or outside its market. Says nothing about being genuine.
    Market,
    /// Who asked about it, where and how often.
    Inquiry,
    /// A rule that a consortium added. Says something about being genuine only where the registry
    /// granted it more than a hold.
    Consortium,
}

/// A record that a finding rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EvidenceRef {
    /// Id of the block.
    #[serde(with = "crate::hex")]
    pub block: [u8; 32],
    /// Index of the item inside the block.
    pub item: u16,
}

/// The record that made a finding go away, or a person's decision about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// The record.
    pub record: EvidenceRef,
    /// Its position in the ledger.
    pub position: u64,
    /// When it was ordered, ms since the Unix epoch.
    pub at_ms: i64,
}

/// What a rule says about some goods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The same facts give the same id on every node.
    #[serde(with = "crate::hex")]
    pub id: [u8; 16],
    /// Which rule.
    pub rule: RuleId,
    /// Version of the profile it was judged by.
    pub version: u32,
    /// The rule's own severity; what is shown to people is weighed by [`crate::fusion`].
    pub severity: Severity,
    /// It alone proves what it says (see [`crate::fusion`]).
    pub conclusive: bool,
    /// What it is about, the thing itself first.
    pub subjects: Vec<Epc>,
    /// When it happened (event time), ms since the Unix epoch.
    pub at_ms: i64,
    /// When it had ended; equal to `at_ms` for a moment.
    pub until_ms: i64,
    /// Records it rests on, at most [`EVIDENCE_MAX`], oldest first.
    pub evidence: Vec<EvidenceRef>,
    /// What it says, for any language.
    pub say: Say,
    /// Inputs and thresholds by name.
    pub facts: BTreeMap<String, String>,
    /// Position of the record that made it appear or last changed what it says.
    pub position: u64,
    /// When that record was ordered, ms since the Unix epoch.
    pub recorded_ms: i64,
    /// The record that made it go away.
    pub resolved_by: Option<Resolution>,
}

/// Most records named as evidence of one finding.
pub const EVIDENCE_MAX: usize = 8;

/// Whether a finding still stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingStatus {
    /// It stands.
    Open,
    /// A later record made it go away.
    Resolved,
    /// Quality assurance has decided to release in spite of it.
    Released,
    /// Somebody looked into it and found the pack genuine.
    Closed,
}

/// A finding as it is shown to people and sent to machines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingView {
    /// Id, lower hex.
    pub id: String,
    /// Which rule.
    pub rule: RuleId,
    /// The rule's name, as people say it.
    pub title: &'static str,
    /// Severity after weighing all evidence about the goods.
    pub severity: Severity,
    /// The rule's own severity.
    pub rule_severity: Severity,
    /// Whether it stands.
    pub status: FindingStatus,
    /// Canonical ids it is about.
    pub subjects: Vec<String>,
    /// The sentence, English unless [`FindingView::spoken`] otherwise.
    pub sentence: String,
    /// What the sentence says, for any language.
    #[serde(skip)]
    pub say: Say,
    /// When it happened, ms since the Unix epoch.
    pub at: i64,
    /// When it had ended, ms since the Unix epoch.
    pub until: i64,
    /// When the ledger learned of it, ms since the Unix epoch.
    pub recorded_at: i64,
    /// Records it rests on.
    pub evidence: Vec<EvidenceRef>,
    /// Inputs and thresholds by name.
    pub facts: BTreeMap<String, String>,
    /// The record that made it go away, the release, or what closed the alert.
    pub resolved_by: Option<Resolution>,
    /// What people did about it.
    pub alert: AlertView,
}

impl Finding {
    /// What it says, in words.
    pub fn sentence(&self, lang: Lang) -> String {
        self.say.text(lang)
    }
}

impl FindingView {
    /// The same finding with its title and sentence in a language.
    #[must_use]
    pub fn spoken(mut self, lang: Lang) -> Self {
        self.title = title(self.rule, lang);
        self.sentence = self.say.text(lang);
        self
    }
}

impl From<&Stamp> for EvidenceRef {
    fn from(stamp: &Stamp) -> Self {
        Self {
            block: stamp.block,
            item: stamp.item,
        }
    }
}

impl From<&Stamp> for Resolution {
    fn from(stamp: &Stamp) -> Self {
        Self {
            record: stamp.into(),
            position: stamp.position,
            at_ms: stamp.recorded_ms,
        }
    }
}
