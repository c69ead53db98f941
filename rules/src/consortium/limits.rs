//! What a rule may cost at most. One step is one comparison, or one entry of a window, a sample or
//! a thing inside a container looked at.

use super::declaration::{Condition, Count, Mode};

/// Bytes of a declaration in canonical form.
pub(super) const BYTES_MAX: usize = 16 * 1024;
/// Conditions in a declaration.
pub const NODES_MAX: usize = 64;
/// Conditions inside conditions.
pub const DEPTH_MAX: usize = 8;
/// Values a field is compared with in one condition.
pub const VALUES_MAX: usize = 256;
/// Highest number a count is compared with.
pub const COUNT_MAX: u32 = 1_000;
/// Longest window or duration: 400 days, ms.
pub const WINDOW_MAX_MS: i64 = 400 * 86_400_000;
/// Things inside a container that are asked for their product or lot.
pub const CONTENTS_MAX: usize = 10_000;
/// Records of one thing that a count looks back over, and that are judged.
pub const RECORDS_MAX: usize = 1_000;
/// Samples of one device that a temperature condition looks at.
pub(super) const SAMPLES_MAX: usize = 100_000;
/// Steps a rule may take at most for one record and thing.
pub const COST_MAX: u64 = 1_000_000;
/// Entries a group's count keeps for each one it may reach.
const KEPT_TIMES: u64 = 4;

/// Entries kept of one group.
pub(super) fn kept(count: &Count) -> usize {
    let wanted = u64::from(count.more_than).saturating_add(1) * KEPT_TIMES;
    usize::try_from(wanted).unwrap_or(usize::MAX)
}

/// Most steps one judgement of a rule takes: of one record and thing, of one device's readings, or
/// of one record and group.
pub(super) fn cost(when: &Condition, mode: Mode) -> u64 {
    match when {
        Condition::All(parts) | Condition::Any(parts) => {
            let sum: u64 = parts.iter().map(|part| cost(part, mode)).sum();
            sum.saturating_add(1)
        }
        Condition::Not(part) => cost(part, mode).saturating_add(1),
        Condition::Text { field, .. } | Condition::Known { field, .. } => {
            // In a group every thing is a thing of the record, never one of its contents.
            if field.of_contents() && mode != Mode::Group {
                number(CONTENTS_MAX).saturating_add(1)
            } else {
                1
            }
        }
        Condition::Number { .. } | Condition::State { .. } => 1,
        Condition::Temperature { .. } => number(SAMPLES_MAX),
        Condition::Count(count) => {
            let inner = count.only.as_ref().map_or(0, |only| cost(only, mode));
            if mode == Mode::Group {
                inner.saturating_add(2 * number(kept(count)))
            } else {
                number(RECORDS_MAX).saturating_mul(inner.saturating_add(1))
            }
        }
    }
}

pub(super) fn number(size: usize) -> u64 {
    u64::try_from(size).unwrap_or(u64::MAX)
}
