//! Backups, imports, erasures and witnesses.
use serde::{Deserialize, Serialize};
use tangle::{BlockId, Copied, RetentionClass};
use utoipa::ToSchema;

use crate::app::failure::{Code, Failure};
use crate::app::{operate, time_text};
use crate::http::dto::block::OutcomeDto;
use crate::levels::{self, DayReport, Report};
use crate::node::{Erasing, Erasure, TakenIn, WitnessState};

/// A copy to make.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewBackup)]
pub struct NewBackupDto {
    /// Name of the folder to make in the node's folder for backups.
    pub name: String,
    /// Leave out keys and API keys.
    #[serde(default)]
    pub ledger_only: bool,
    /// End with the latest checkpoint.
    #[serde(default)]
    pub snapshot: bool,
}

/// A copy that was made.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Backup)]
pub struct BackupDto {
    /// Where it is, on the node's machine.
    pub to: String,
    /// Blocks in it.
    pub blocks: u64,
    /// Milestones in it.
    pub milestones: u64,
    /// Leaves that its checkpoint covers.
    pub leaves: u64,
    /// Segments of its log.
    pub segments: u32,
    /// Bytes of its ledger.
    pub bytes: u64,
    /// Whether it holds the node's keys.
    pub keys: bool,
}

impl BackupDto {
    /// The answer about a copy.
    pub fn new(to: &std::path::Path, copied: Copied, keys: bool) -> Self {
        Self {
            to: to.display().to_string(),
            blocks: copied.blocks,
            milestones: copied.milestones,
            leaves: copied.leaves,
            segments: copied.segments,
            bytes: copied.bytes,
            keys,
        }
    }
}

/// What became of the blocks of a bundle.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Imported)]
pub struct ImportedDto {
    /// Recorded now.
    pub new: u64,
    /// Recorded before.
    pub known: u64,
    /// Not durable: they wait for blocks that neither ledger nor bundle has.
    pub waiting: u64,
    /// Not taken.
    pub refused: u64,
    /// The first hundred of those that were not taken.
    pub refusals: Vec<RefusalDto>,
    /// Recorded now and without effect: quarantined by the order.
    pub quarantined: u64,
    /// The first hundred of those.
    pub quarantines: Vec<RefusalDto>,
}

/// A block that was not taken, or has no effect.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Refusal)]
pub struct RefusalDto {
    /// The block.
    pub block: String,
    /// Why.
    pub reason: String,
}

impl From<TakenIn> for ImportedDto {
    fn from(taken: TakenIn) -> Self {
        let it = taken.imported;
        let quarantine = |(id, outcome): (BlockId, tangle::Outcome)| RefusalDto {
            block: id.to_string(),
            reason: OutcomeDto::from(outcome)
                .reason
                .unwrap_or("no reason")
                .to_owned(),
        };
        let refusal = |(id, reason): (BlockId, String)| RefusalDto {
            block: id.to_string(),
            reason,
        };
        Self {
            new: it.recorded,
            known: it.known,
            waiting: it.waiting,
            refused: it.rejected_count,
            refusals: it.rejected.into_iter().map(refusal).collect(),
            quarantined: u64::try_from(taken.quarantined_count).unwrap_or(u64::MAX),
            quarantines: taken.quarantined.into_iter().map(quarantine).collect(),
        }
    }
}

/// Items to erase.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewErasure)]
pub struct NewErasureDto {
    /// These items.
    #[serde(default)]
    pub items: Vec<ItemsDto>,
    /// And those older than they are kept.
    #[serde(default)]
    pub retention: Vec<RetentionDto>,
    /// Why. It is recorded for good: no personal data.
    pub reason: String,
    /// Only say what would be erased.
    #[serde(default)]
    pub dry_run: bool,
}

/// Items of one block.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BlockItems)]
pub struct ItemsDto {
    /// Block id, hex.
    pub block: String,
    /// Indices of the items, from 0.
    pub items: Vec<u16>,
}

/// How long items of one kind are kept.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Retention)]
pub struct RetentionDto {
    /// `epcis_event`, `decision`, `master_data`, `logger_file` or `attestation`.
    pub media: String,
    /// Days after the block's clock.
    pub keep_days: u32,
}

impl TryFrom<NewErasureDto> for Erasing {
    type Error = Failure;

    fn try_from(dto: NewErasureDto) -> Result<Self, Failure> {
        const DAY_MS: u64 = 24 * 3_600 * 1_000;
        let items = dto.items.into_iter().map(|it| {
            let id = it.block.trim().parse::<BlockId>().map_err(|_| {
                let text = format!("{:?} is no block id: give 64 hex digits", it.block);
                Failure::new(Code::Unprocessable, text)
            })?;
            Ok((id, it.items))
        });
        let classes = dto.retention.iter().map(|it| {
            Ok(RetentionClass {
                media: operate::media(&it.media)?,
                keep_ms: u64::from(it.keep_days) * DAY_MS,
            })
        });
        Ok(Self {
            items: items.collect::<Result<_, Failure>>()?,
            classes: classes.collect::<Result<_, Failure>>()?,
            reason: dto.reason,
            dry_run: dto.dry_run,
        })
    }
}

/// What was erased, or would be.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Erasure)]
pub struct ErasureDto {
    /// Whether it is done; `false` after a dry run.
    pub erased: bool,
    /// Blocks with such items.
    pub blocks: u64,
    /// Items, without those that were erased before.
    pub items: u64,
    /// Segments of the log that were written anew.
    pub segments: u64,
    /// The items, by block.
    pub of: Vec<ItemsDto>,
    /// The block that records the reason.
    pub attestation: Option<String>,
}

impl From<Erasure> for ErasureDto {
    fn from(it: Erasure) -> Self {
        let of = |(id, items): (BlockId, Vec<u16>)| ItemsDto {
            block: id.to_string(),
            items,
        };
        Self {
            erased: it.attestation.is_some(),
            blocks: it.erased.blocks,
            items: it.erased.items,
            segments: it.erased.segments,
            of: it.items.into_iter().map(of).collect(),
            attestation: it.attestation.map(|id| id.to_string()),
        }
    }
}

/// The configured witnesses.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Witnesses)]
pub struct WitnessesDto {
    /// One entry each.
    pub witnesses: Vec<WitnessDto>,
}

/// How it stands with a witness.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Witness)]
pub struct WitnessDto {
    /// Its name.
    pub name: String,
    /// Where it is asked.
    pub url: String,
    /// Its key (C2SP vkey).
    pub key: String,
    /// Leaves of the checkpoint that it co-signed last, since the node runs.
    pub size: Option<u64>,
    /// When it did, by its own clock.
    pub at: Option<String>,
    /// Why the last request failed.
    pub problem: Option<String>,
    /// Whether it refuses because it has seen another history of this log.
    pub refused: bool,
}

impl From<WitnessState> for WitnessDto {
    fn from(it: WitnessState) -> Self {
        let at = |seconds: u64| {
            let ms = i64::try_from(seconds).ok()?.checked_mul(1_000)?;
            Some(time_text(ms))
        };
        Self {
            name: it.key.name().to_owned(),
            url: it.url,
            key: it.key.to_string(),
            size: it.size,
            at: it.time_s.and_then(at),
            problem: it.problem,
            refused: it.refused,
        }
    }
}

/// What everybody may know of how the node serves.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Status)]
pub struct StatusDto {
    /// Whether it takes reads and writes now.
    pub ready: bool,
    /// Days looked back on, today among them.
    pub window_days: i64,
    /// An answer within this time is quick, milliseconds.
    pub target_ms: u64,
    /// Share of quick answers, 0 to 1; null without an answer.
    pub quick_share: Option<f64>,
    /// Share of minutes in which it took reads and writes, 0 to 1; null before the first.
    pub availability: Option<f64>,
    /// The same by day, oldest first.
    pub days: Vec<StatusDayDto>,
}

/// A day of the status.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = StatusDay)]
pub struct StatusDayDto {
    /// Date in UTC, `YYYY-MM-DD`.
    pub date: String,
    /// As for all days.
    pub quick_share: Option<f64>,
    /// As for all days.
    pub availability: Option<f64>,
}

impl StatusDto {
    /// What is told, by a node that is `ready` or not.
    pub fn new(ready: bool, report: Report) -> Self {
        let day = |day: DayReport| StatusDayDto {
            date: time_text(day.start_ms).chars().take(10).collect(),
            quick_share: day.quick,
            availability: day.up,
        };
        Self {
            ready,
            window_days: levels::DAYS,
            target_ms: u64::try_from(levels::TARGET.as_millis()).unwrap_or(u64::MAX),
            quick_share: report.quick,
            availability: report.up,
            days: report.days.into_iter().map(day).collect(),
        }
    }
}
