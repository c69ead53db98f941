//! What to do as the spool fills: a function of how full it is and of what was being done, so that
//! the bridge does not change its mind with every block. The order is that in which least is lost.
//!
//! ```text
//! stage     from   until below   what
//! Free      -      -             everything is recorded as configured
//! Coarse    80 %   70 %          waits are COARSER times as long: fewer, larger events and blocks
//! Held      90 %   85 %          letters are not acknowledged, readers are paused
//! Dropping  97 %   93 %          raw reads are dropped and counted, sensor values thinned
//! ```
//!
//! Each stage does what those before it do. Alarms, extremes and gaps are written at any stage,
//! and what was acknowledged to its sender is never dropped; for these the cap may be exceeded.

use serde::Serialize;

/// How far the bridge goes to make what is still to come fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// There is room.
    #[default]
    Free,
    /// Passages, events and blocks are collected for longer.
    Coarse,
    /// Nothing that can wait at its sender is taken.
    Held,
    /// Raw reads are dropped, and told as gaps.
    Dropping,
}

/// By how much the waits of the smoother, the batchers and the courier grow from
/// [`Stage::Coarse`] on.
pub const COARSER: u64 = 10;

/// Stages with the per cent of the cap from which they are entered and below which they are left.
const LADDER: [(Stage, u64, u64); 3] = [
    (Stage::Dropping, 97, 93),
    (Stage::Held, 90, 85),
    (Stage::Coarse, 80, 70),
];

/// The stage at `bytes` of `bytes_max`, after `before`.
#[must_use]
pub fn stage(bytes: u64, bytes_max: u64, before: Stage) -> Stage {
    // Of the full numbers: a per cent of a small cap is a byte or two.
    let is_at =
        |percent: u64| u128::from(bytes) * 100 >= u128::from(bytes_max) * u128::from(percent);
    LADDER
        .iter()
        .find(|(stage, enter, leave)| is_at(if before >= *stage { *leave } else { *enter }))
        .map_or(Stage::Free, |(stage, ..)| *stage)
}

impl Stage {
    /// What a wait is multiplied by.
    #[must_use]
    pub fn pace(self) -> u64 {
        if self >= Self::Coarse { COARSER } else { 1 }
    }

    /// One word, as in logs and figures.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Coarse => "coarse",
            Self::Held => "held",
            Self::Dropping => "dropping",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_follow_the_fill_and_do_not_flap() {
        use Stage::{Coarse, Dropping, Free, Held};
        // Before, per mille of the cap, after.
        let rows = [
            (Free, 0, Free),
            (Free, 799, Free),
            (Free, 800, Coarse),
            (Free, 899, Coarse),
            (Free, 900, Held),
            (Free, 970, Dropping),
            (Free, 5_000, Dropping),
            (Coarse, 700, Coarse),
            (Coarse, 699, Free),
            (Coarse, 899, Coarse),
            (Coarse, 900, Held),
            (Held, 850, Held),
            (Held, 849, Coarse),
            (Held, 699, Free),
            (Held, 969, Held),
            (Held, 970, Dropping),
            (Dropping, 930, Dropping),
            (Dropping, 929, Held),
            (Dropping, 849, Coarse),
            (Dropping, 0, Free),
        ];
        for (before, mille, after) in rows {
            for unit in [1, 1 << 20, u64::MAX / 5_000] {
                assert_eq!(
                    stage(unit * mille, unit * 1_000, before),
                    after,
                    "{before:?} at {mille} per mille, in units of {unit}"
                );
            }
        }
    }

    #[test]
    fn a_stage_entered_stays_when_nothing_changes() {
        for mille in 0..=1_100 {
            let mut now = Stage::Free;
            for _ in 0..3 {
                let next = stage(mille, 1_000, now);
                assert!(stage(mille, 1_000, next) == next, "at {mille}");
                now = next;
            }
        }
    }
}
