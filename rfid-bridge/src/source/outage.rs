//! Lost time. A source that breaks off and comes back leaves a hole; this remembers where it
//! began, so that it can be told when it ends. A source that has not been heard yet since the
//! bridge started is out, too.

use super::{Gap, GapCause};

/// Whether a source is heard, as a function of what is told about it.
#[derive(Debug, Clone, Copy)]
pub struct Outage {
    /// Start of the hole; none while the source is heard.
    since_ms: Option<i64>,
}

/// Shorter holes are not told: reads are held by the reader for longer than that, ms.
pub(crate) const SHORT_MS: i64 = 100;

impl Outage {
    /// Nothing has been heard since `now_ms`, wall clock.
    #[must_use]
    pub fn begin(now_ms: i64) -> Self {
        Self {
            since_ms: Some(now_ms),
        }
    }

    /// The source broke off, or is still out of reach.
    pub fn lost(&mut self, now_ms: i64) {
        self.since_ms.get_or_insert(now_ms);
    }

    /// The source is heard again; the hole that ends with it.
    pub fn heard(&mut self, now_ms: i64) -> Option<Gap> {
        let from_ms = self.since_ms.take()?;
        // A wall clock that was set back meanwhile must not turn the hole inside out.
        let to_ms = now_ms.max(from_ms);
        (to_ms - from_ms > SHORT_MS).then_some(Gap {
            cause: GapCause::Disconnected,
            from_ms,
            to_ms,
            lost: None,
            device: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hole_reaches_from_the_first_loss_to_the_return() {
        let mut outage = Outage::begin(1_000);
        assert_eq!(outage.heard(1_050), None, "shorter than anybody notices");
        assert_eq!(outage.heard(9_000), None, "it was heard all the time");
        outage.lost(10_000);
        outage.lost(12_000);
        let gap = outage.heard(15_000).unwrap();
        assert_eq!((gap.from_ms, gap.to_ms), (10_000, 15_000));
        outage.lost(20_000);
        assert_eq!(outage.heard(19_000), None, "the clock was set back");
        let mut never = Outage::begin(0);
        never.lost(500);
        assert_eq!(never.heard(2_000).map(|gap| gap.from_ms), Some(0));
    }
}
