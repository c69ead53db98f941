//! Changes of state, returns and cases.
use rules::{AlertOutcome, CaseView, Meaning, Severity};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::PartyDto;
use super::finding::{FindingDto, findings};
use super::verdict::VerdictDto;
use crate::app::cases::{Act as CaseAct, Case, Comment, Ruling};
use crate::app::custody::{Act, Done, Effect, Outcome};
use crate::app::returns::{Returned, Saleable};
use crate::app::time_text;

/// What to do with packs.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OperationRequest)]
pub struct OperationDto {
    /// What to do.
    pub operation: OperationWord,
    /// What was read of each pack, at most 1,000 scans.
    pub scans: Vec<String>,
    /// Where: a GLN or an identifier of a place; the party's own GLN without it.
    #[serde(default)]
    pub location: Option<String>,
    /// Offset of local time there, such as `+01:00`.
    #[serde(default)]
    pub time_zone_offset: Option<String>,
    /// Language of the answer; left out, `Accept-Language` decides.
    #[serde(default)]
    pub lang: Option<String>,
}

/// An operation of the European system.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Operation)]
pub enum OperationWord {
    /// A pharmacy or hospital supplies to the public.
    Dispense,
    /// A wholesaler supplies in the place of those of article 23.
    Supply,
    /// It leaves the Union.
    Export,
    /// It is destroyed.
    Destroy,
    /// A sample for an authority.
    Sample,
    /// A free sample of the manufacturer.
    FreeSample,
    /// A parallel distributor opens it.
    CheckOut,
    /// The manufacturer blocks it.
    Lock,
    /// The manufacturer reports it stolen.
    ReportStolen,
    /// Back to active, within article 13.
    Undo,
}

impl From<OperationWord> for Act {
    fn from(it: OperationWord) -> Self {
        match it {
            OperationWord::Dispense => Self::Dispense,
            OperationWord::Supply => Self::Supply,
            OperationWord::Export => Self::Export,
            OperationWord::Destroy => Self::Destroy,
            OperationWord::Sample => Self::Sample,
            OperationWord::FreeSample => Self::FreeSample,
            OperationWord::CheckOut => Self::CheckOut,
            OperationWord::Lock => Self::Lock,
            OperationWord::ReportStolen => Self::ReportStolen,
            OperationWord::Undo => Self::Undo,
        }
    }
}

/// What became of the packs.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = OperationAnswer)]
pub struct DoneDto {
    /// The block that holds the event; left out when nothing changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block: Option<String>,
    /// Packs that changed.
    pub changed: usize,
    /// Packs that had the state already.
    pub unchanged: usize,
    /// Packs that keep their state.
    pub refused: usize,
    /// One for each scan, in order.
    pub packs: Vec<OutcomeDto>,
}

/// What became of one pack.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = OperationOutcome)]
pub struct OutcomeDto {
    /// The scan.
    pub scan: String,
    /// Canonical identifier.
    pub id: Option<String>,
    /// `changed`, `unchanged` or `refused`.
    pub result: &'static str,
    /// State afterwards in the words of the European system.
    pub state: Option<&'static str>,
    /// Stable reason: `DONE`, `ALREADY_SET`, `STATE_FORBIDS`, `NOT_YOURS`, `NOT_EFFECTIVE`,
    /// `TWICE_IN_REQUEST`, `BEING_CHANGED`, a broken condition of an undo (`TOO_LATE`,
    /// `OTHER_PREMISES`, ...), what lies over the batch (`RECALLED`, `WITHDRAWN`, `EXPIRED`) or
    /// the code of a verdict.
    pub code: String,
    /// The return code of national systems for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_code: Option<&'static str>,
    /// The alert that the European hub raises for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hub_alert: Option<&'static str>,
    /// The reason in one sentence.
    pub sentence: String,
}

impl From<Outcome> for OutcomeDto {
    fn from(it: Outcome) -> Self {
        Self {
            scan: it.scan,
            id: it.id,
            result: match it.result {
                Effect::Changed => "changed",
                Effect::Unchanged => "unchanged",
                Effect::Refused => "refused",
            },
            state: it.state,
            code: it.code,
            return_code: it.system.map(|(code, _)| code),
            hub_alert: it.system.and_then(|(_, alert)| alert),
            sentence: it.sentence,
        }
    }
}

impl From<Done> for DoneDto {
    fn from(it: Done) -> Self {
        let count = |effect| it.packs.iter().filter(|pack| pack.result == effect).count();
        Self {
            block: it.block.map(|block| block.to_string()),
            changed: count(Effect::Changed),
            unchanged: count(Effect::Unchanged),
            refused: count(Effect::Refused),
            packs: it.packs.into_iter().map(OutcomeDto::from).collect(),
        }
    }
}

/// Returned packs to judge.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReturnsRequest)]
pub struct ReturnsDto {
    /// What was read of each pack, at most 1,000 scans.
    pub scans: Vec<String>,
    /// Where: a GLN or an identifier of a place.
    #[serde(default)]
    pub location: Option<String>,
    /// Language of the answer; left out, `Accept-Language` decides.
    #[serde(default)]
    pub lang: Option<String>,
}

/// Whether returned packs may be sold again.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Returns)]
pub struct ReturnedListDto {
    /// One for each scan, in order.
    pub packs: Vec<ReturnedDto>,
    /// How many may be sold again.
    pub saleable: usize,
}

/// Whether a returned pack may be sold again.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReturnedPack)]
pub struct ReturnedDto {
    /// The scan.
    pub scan: String,
    /// `yes`, `ask` (a person decides) or `no`.
    pub saleable: &'static str,
    /// Why not, gravest first: `NOT_SOLD_BY_YOU`, `RETURNED_TOO_LATE`, `COLD_CHAIN_NOT_PROVEN`,
    /// `COLD_CHAIN_EXCURSION` or the code of the verdict.
    pub reasons: Vec<String>,
    /// When the asker shipped it last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sold_at: Option<String>,
    /// The verdict on the pack.
    pub verdict: VerdictDto,
}

impl From<Vec<Returned>> for ReturnedListDto {
    fn from(all: Vec<Returned>) -> Self {
        let good = |it: &&Returned| it.saleable == Saleable::Yes;
        Self {
            saleable: all.iter().filter(good).count(),
            packs: all.into_iter().map(ReturnedDto::from).collect(),
        }
    }
}

impl From<Returned> for ReturnedDto {
    fn from(it: Returned) -> Self {
        Self {
            scan: it.scan,
            saleable: match it.saleable {
                Saleable::Yes => "yes",
                Saleable::Ask => "ask",
                Saleable::No => "no",
            },
            reasons: it.reasons,
            sold_at: it.sold_ms.map(time_text),
            verdict: it.answer.into(),
        }
    }
}

/// Open cases.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Cases)]
pub struct CasesDto {
    /// Gravest first.
    pub cases: Vec<CaseDto>,
}

/// Findings of one cause.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Case)]
pub struct CaseDto {
    /// Its id, stable while it stands.
    pub id: String,
    /// The rule.
    pub rule: String,
    /// The rule's name.
    pub title: &'static str,
    /// The gravest severity in it.
    pub severity: String,
    /// What it is about, canonical.
    pub about: String,
    /// Who has to look: the manufacturer of the product.
    pub owner: Option<PartyDto>,
    /// Findings in it.
    pub count: usize,
    /// Ids of findings in it, newest first, at most 100.
    pub findings: Vec<String>,
    /// When the first happened.
    pub from: String,
    /// When the last had ended.
    pub until: String,
    /// When the ledger learned of the first of those that stand.
    pub opened_at: String,
}

/// A case with its findings.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CaseDetail)]
pub struct CaseDetailDto {
    /// The case.
    pub case: CaseDto,
    /// Its findings, newest first, at most 100.
    pub findings: Vec<FindingDto>,
    /// What parties said about it, the oldest first.
    pub comments: Vec<CommentDto>,
}

/// What a party said about a case.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CaseComment)]
pub struct CommentDto {
    /// GLN of who says it.
    pub party: String,
    /// Its name.
    pub name: Option<String>,
    /// What is said.
    pub text: String,
    /// When it was recorded.
    pub at: String,
    /// Its block.
    pub block: String,
    /// Its item there.
    pub item: u16,
}

/// Something to say about a case.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewCaseComment)]
pub struct NewCommentDto {
    /// 1 to 2,000 characters; no personal data. It stays.
    pub text: String,
}

impl From<Comment> for CommentDto {
    fn from(it: Comment) -> Self {
        Self {
            party: it.said.party,
            name: it.name,
            text: it.said.text,
            at: time_text(it.said.at_ms),
            block: it.said.block.to_string(),
            item: it.said.item,
        }
    }
}

impl From<CaseView> for CaseDto {
    fn from(it: CaseView) -> Self {
        Self {
            id: it.id,
            rule: it.rule.to_string(),
            title: it.title,
            severity: format!("{:?}", it.severity),
            about: it.about,
            owner: it.owner.map(PartyDto::from),
            count: it.count,
            findings: it.findings,
            from: time_text(it.from),
            until: time_text(it.until),
            opened_at: time_text(it.opened),
        }
    }
}

impl From<Case> for CaseDetailDto {
    fn from(it: Case) -> Self {
        Self {
            case: it.case.into(),
            findings: findings(it.findings),
            comments: it.comments.into_iter().map(CommentDto::from).collect(),
        }
    }
}

/// A decision about a case.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CaseRuling)]
pub struct RulingDto {
    /// What is decided.
    pub act: RulingActDto,
    /// Why, 1 to 500 characters; no personal data.
    pub reason: String,
    /// The electronic signature.
    #[serde(default)]
    pub signature: Option<SignatureDto>,
}

/// What is decided about a case.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = CaseAct)]
pub enum RulingActDto {
    /// Somebody is to look into it: GLN.
    Assign(String),
    /// It was looked into: `false_alarm` or `confirmed`.
    Resolve(OutcomeWord),
    /// It is at most this grave: `S0` to `S4`.
    DeEscalate(SeverityWord),
}

/// What came of looking into an alert.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AlertOutcome)]
pub enum OutcomeWord {
    /// The pack is genuine: technical cause, wrong procedure.
    FalseAlarm,
    /// The pack is what the alert says.
    Confirmed,
}

/// How grave a finding is.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[schema(as = Severity)]
pub enum SeverityWord {
    /// Information.
    S0,
    /// Data quality.
    S1,
    /// Set aside.
    S2,
    /// Suspect.
    S3,
    /// Illegitimate.
    S4,
}

/// An electronic signature (21 CFR 11.50): who, when (the node's clock) and what it means.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SignatureRequest)]
pub struct SignatureDto {
    /// Pseudonym of who signs.
    pub signer: String,
    /// `authorship`, `review`, `approval` or `responsibility`.
    #[schema(value_type = String, example = "approval")]
    pub meaning: Meaning,
}

impl From<RulingDto> for Ruling {
    fn from(it: RulingDto) -> Self {
        Self {
            act: match it.act {
                RulingActDto::Assign(to) => CaseAct::Assign { to },
                RulingActDto::Resolve(word) => CaseAct::Resolve {
                    outcome: match word {
                        OutcomeWord::FalseAlarm => AlertOutcome::FalseAlarm,
                        OutcomeWord::Confirmed => AlertOutcome::Confirmed,
                    },
                },
                RulingActDto::DeEscalate(word) => CaseAct::DeEscalate {
                    severity: match word {
                        SeverityWord::S0 => Severity::S0,
                        SeverityWord::S1 => Severity::S1,
                        SeverityWord::S2 => Severity::S2,
                        SeverityWord::S3 => Severity::S3,
                        SeverityWord::S4 => Severity::S4,
                    },
                },
            },
            reason: it.reason,
            signature: it.signature.map(|it| (it.signer, it.meaning)),
        }
    }
}

/// Where decisions were recorded.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RecordedBlocks)]
pub struct RecordedBlocksDto {
    /// The blocks.
    pub blocks: Vec<String>,
}
