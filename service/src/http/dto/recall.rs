//! Recalls, notices, and the sum of a lot.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::pack::{HolderDto, RecallDto, level_word};
use crate::app::lot::{Descendant, Reconciled};
use crate::app::recall::{Concerned, Confirmed, Coverage, Notice, Recall};
use crate::app::time_text;

/// Recalls.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Recalls)]
pub struct RecallsDto {
    /// By product and lot.
    pub recalls: Vec<RecallStatusDto>,
}

/// A recall and how far it has come.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RecallStatus)]
pub struct RecallStatusDto {
    /// Product.
    pub gtin: String,
    /// Lot.
    pub lot: String,
    /// Product name.
    pub product: Option<String>,
    /// Why, when, by whom, how deep.
    pub recall: RecallDto,
    /// Packs made.
    pub made: usize,
    /// Packs that nobody is known to hold.
    pub unknown: usize,
    /// Parties concerned, most packs first; for others than the manufacturer themselves only.
    pub parties: Vec<ConcernedDto>,
    /// How much of it is reached.
    pub coverage: CoverageDto,
    /// What its packs were made into, where the asker sees the whole lot.
    pub made_into: Vec<MadeIntoDto>,
}

/// What packs of a lot were made into, by product and lot. A recall of the one does not stop the
/// other.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MadeInto)]
pub struct MadeIntoDto {
    /// Product.
    pub gtin: String,
    /// Lot; absent for packs of which nobody told it.
    pub lot: Option<String>,
    /// Product name.
    pub product: Option<String>,
    /// Packs that came out.
    pub packs: usize,
    /// Whether that lot is recalled.
    pub recalled: bool,
}

impl From<Descendant> for MadeIntoDto {
    fn from(it: Descendant) -> Self {
        Self {
            gtin: it.made.gtin.to_string(),
            lot: it.made.lot.map(|lot| lot.to_string()),
            product: it.product,
            packs: it.made.packs,
            recalled: it.recalled,
        }
    }
}

/// A party concerned by a recall.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RecallParty)]
pub struct ConcernedDto {
    /// GLN.
    pub party: String,
    /// Name.
    pub name: Option<String>,
    /// Packs it holds.
    pub in_hand: usize,
    /// Packs on their way to it.
    pub on_the_way: usize,
    /// Packs it has supplied or exported.
    pub given_out: usize,
    /// Packs it has destroyed or taken out of the way.
    pub removed: usize,
    /// When it was told.
    pub notified_at: Option<String>,
    /// When it confirmed.
    pub acknowledged_at: Option<String>,
    /// Packs it says it has set aside.
    pub quarantined: Option<usize>,
}

/// How much of a lot a recall has reached.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RecallCoverage)]
pub struct CoverageDto {
    /// Parties concerned.
    pub parties: usize,
    /// Of these, parties that were told.
    pub notified: usize,
    /// Of these, parties that have confirmed.
    pub acknowledged: usize,
    /// Packs in hand or on their way.
    pub packs: usize,
    /// Of these, packs of parties that were told.
    pub packs_notified: usize,
    /// Of these, packs set aside.
    pub packs_quarantined: usize,
    /// Packs destroyed or taken out of the way.
    pub packs_removed: usize,
    /// Packs that were given out.
    pub packs_given_out: usize,
    /// Share of the packs in hand or on their way whose party was told, 0 to 1.
    pub reached: f64,
}

/// Notices of recalls.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Notices)]
pub struct NoticesDto {
    /// The latest first.
    pub notices: Vec<NoticeDto>,
}

/// A recall told to a party.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Notice)]
pub struct NoticeDto {
    /// Id.
    pub id: String,
    /// GLN of who is told.
    pub party: String,
    /// Product.
    pub gtin: String,
    /// Lot.
    pub lot: String,
    /// Why.
    pub reason: String,
    /// `wholesale`, `pharmacy` or `patient`.
    pub level: Option<&'static str>,
    /// Packs it had, or was about to get.
    pub packs: usize,
    /// Packs it had given out.
    pub given_out: usize,
    /// When it was told.
    pub notified_at: String,
    /// When it confirmed.
    pub acknowledged_at: Option<String>,
    /// Packs it says it has set aside.
    pub quarantined: Option<usize>,
    /// What it says besides.
    pub comment: Option<String>,
}

/// What a party says to a notice.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NoticeAnswer)]
pub struct ConfirmedDto {
    /// Packs it has set aside.
    pub quarantined: usize,
    /// What it says besides.
    #[serde(default)]
    pub comment: Option<String>,
}

impl From<ConfirmedDto> for Confirmed {
    fn from(it: ConfirmedDto) -> Self {
        Self {
            quarantined: it.quarantined,
            comment: it.comment,
        }
    }
}

impl From<Notice> for NoticeDto {
    fn from(it: Notice) -> Self {
        Self {
            id: it.id,
            party: it.party,
            gtin: it.gtin,
            lot: it.lot,
            reason: it.reason,
            level: it.level.map(level_word),
            packs: it.packs,
            given_out: it.given_out,
            notified_at: time_text(it.notified_ms),
            acknowledged_at: it.acknowledged_ms.map(time_text),
            quarantined: it.quarantined,
            comment: it.comment,
        }
    }
}

impl From<Concerned> for ConcernedDto {
    fn from(it: Concerned) -> Self {
        let notice = it.notice.as_ref();
        Self {
            notified_at: notice.map(|it| time_text(it.notified_ms)),
            acknowledged_at: notice.and_then(|it| it.acknowledged_ms).map(time_text),
            quarantined: notice.and_then(|it| it.quarantined),
            party: it.share.party,
            name: it.share.name,
            in_hand: it.share.in_hand,
            on_the_way: it.share.on_the_way,
            given_out: it.share.given_out,
            removed: it.share.removed,
        }
    }
}

impl From<Coverage> for CoverageDto {
    fn from(it: Coverage) -> Self {
        let share = |part: usize, whole: usize| {
            let number = |it: usize| f64::from(u32::try_from(it).unwrap_or(u32::MAX));
            if whole == 0 {
                1.0
            } else {
                number(part) / number(whole)
            }
        };
        Self {
            parties: it.parties,
            notified: it.notified,
            acknowledged: it.acknowledged,
            packs: it.packs,
            packs_notified: it.packs_notified,
            packs_quarantined: it.packs_quarantined,
            packs_removed: it.packs_removed,
            packs_given_out: it.packs_given_out,
            reached: share(it.packs_notified, it.packs),
        }
    }
}

impl From<Recall> for RecallStatusDto {
    fn from(it: Recall) -> Self {
        Self {
            gtin: it.gtin,
            lot: it.lot,
            product: it.product,
            recall: it.recall.into(),
            made: it.made,
            unknown: it.unknown,
            parties: it.parties.into_iter().map(ConcernedDto::from).collect(),
            coverage: it.coverage.into(),
            made_into: it.made_into.into_iter().map(MadeIntoDto::from).collect(),
        }
    }
}

/// The sum of a lot: made is located plus terminal plus unknown.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Reconciliation)]
pub struct ReconciliationDto {
    /// Product.
    pub gtin: String,
    /// Lot.
    pub lot: String,
    /// Packs that the manufacturer said it would make.
    pub authorised: Option<u64>,
    /// Packs made.
    pub made: usize,
    /// In a known party's hands.
    pub located: usize,
    /// Dispensed, destroyed or otherwise ended.
    pub terminal: usize,
    /// Held by nobody known.
    pub unknown: usize,
    /// Whether the sum holds and no more was made than authorised.
    pub balanced: bool,
    /// Packs by status.
    pub by_status: BTreeMap<String, usize>,
    /// Located packs by holder, most first.
    pub holders: Vec<HolderDto>,
    /// Packs that nobody is known to hold, at most 1,000.
    pub unaccounted: Vec<String>,
    /// What its packs were made into.
    pub made_into: Vec<MadeIntoDto>,
}

impl From<Reconciled> for ReconciliationDto {
    fn from(it: Reconciled) -> Self {
        let lot = it.lot;
        let holder = |it: rules::views::lot::HolderCount| HolderDto {
            party: it.party,
            name: it.name,
            count: it.count,
        };
        Self {
            balanced: it.balanced,
            authorised: it.authorised,
            unaccounted: it.unaccounted,
            made_into: it.made_into.into_iter().map(MadeIntoDto::from).collect(),
            gtin: lot.gtin,
            lot: lot.lot,
            made: lot.made,
            located: lot.located,
            terminal: lot.terminal,
            unknown: lot.unknown,
            by_status: lot.by_status,
            holders: lot.holders.into_iter().map(holder).collect(),
        }
    }
}
