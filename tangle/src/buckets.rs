//! How fast each key may write: one token bucket a key, with the rate that the registry gives it.
//! A key without a rate has no bucket. Time is an argument; a clock that goes back gives nothing
//! and takes nothing.

use std::collections::BTreeMap;

use tangle_verify::KeyId;

use crate::limits;
use crate::registry::Rate;

/// A thousandth of a block.
const BLOCK: u64 = 1000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bucket {
    /// What is left, in thousandths of a block.
    left: u64,
    /// When that was so.
    at_ms: u64,
}

/// The buckets of all keys that wrote lately.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Buckets(BTreeMap<KeyId, Bucket>);

impl Buckets {
    /// Takes one block's worth from the key's bucket at `now_ms`; the error is after how many
    /// milliseconds there will be one.
    pub fn take(&mut self, key: &KeyId, rate: Rate, now_ms: u64) -> Result<(), u64> {
        let full = u64::from(rate.burst) * BLOCK;
        let mut bucket = self.0.get(key).copied().unwrap_or(Bucket {
            left: full,
            at_ms: now_ms,
        });
        // A block a second is a thousandth a millisecond: no division, no rounding.
        let passed = now_ms.saturating_sub(bucket.at_ms);
        let earned = passed.saturating_mul(rate.per_second.into());
        bucket.left = bucket.left.saturating_add(earned).min(full);
        bucket.at_ms = bucket.at_ms.max(now_ms);
        let taken = bucket.left.checked_sub(BLOCK);
        let missing = BLOCK.saturating_sub(bucket.left);
        bucket.left = taken.unwrap_or(bucket.left);
        if self.0.len() >= limits::BUCKETS_MAX && !self.0.contains_key(key) {
            self.forget();
        }
        self.0.insert(*key, bucket);
        match taken {
            Some(_) => Ok(()),
            None => Err(missing.div_ceil(u64::from(rate.per_second.max(1)))),
        }
    }

    /// How many keys are remembered.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether no key is remembered.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Makes room: the half that was used longest ago is forgotten, which gives it full buckets.
    fn forget(&mut self) {
        let mut times: Vec<u64> = self.0.values().map(|bucket| bucket.at_ms).collect();
        let middle = times.len() / 2;
        let (_, median, _) = times.select_nth_unstable(middle);
        let median = *median;
        self.0.retain(|_, bucket| bucket.at_ms > median);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::world::key_id;

    const RATE: Rate = Rate {
        per_second: 10,
        burst: 3,
    };

    #[test]
    fn a_burst_then_the_rate() {
        // (time, taken or the wait)
        let steps = [
            (0, Ok(())),
            (0, Ok(())),
            (0, Ok(())),
            (0, Err(100)),
            (99, Err(1)),
            (100, Ok(())),
            (100, Err(100)),
            (50, Err(100)),
            (150, Err(50)),
            (200, Ok(())),
            (60_000, Ok(())),
            (60_000, Ok(())),
            (60_000, Ok(())),
            (60_000, Err(100)),
            (u64::MAX, Ok(())),
            (u64::MAX, Ok(())),
            (u64::MAX, Ok(())),
            (u64::MAX, Err(100)),
            (0, Err(100)),
        ];
        let mut buckets = Buckets::default();
        for (at, (now_ms, wanted)) in steps.into_iter().enumerate() {
            assert_eq!(
                buckets.take(&key_id("a"), RATE, now_ms),
                wanted,
                "step {at}"
            );
        }
        assert_eq!(
            buckets.take(&key_id("b"), RATE, 0),
            Ok(()),
            "each key its own"
        );
    }

    #[test]
    fn attack_one_author_floods_a_hundredfold() {
        let mut buckets = Buckets::default();
        let taken = (0..10_000_u64)
            .filter(|at| buckets.take(&key_id("a"), RATE, *at).is_ok())
            .count();
        assert_eq!(taken, 3 + 99, "ten seconds of a block a millisecond");
    }

    #[test]
    fn the_largest_rate_does_not_overflow() {
        let rate = Rate {
            per_second: u32::MAX,
            burst: u32::MAX,
        };
        let mut buckets = Buckets::default();
        for now_ms in [0, 1, u64::MAX, 0] {
            assert_eq!(buckets.take(&key_id("a"), rate, now_ms), Ok(()));
        }
    }

    #[test]
    fn memory_is_bounded_whoever_writes() {
        let mut buckets = Buckets::default();
        for number in 0..3 * limits::BUCKETS_MAX as u64 {
            let key = KeyId::new(*blake3::hash(&number.to_le_bytes()).as_bytes());
            assert_eq!(buckets.take(&key, RATE, number), Ok(()));
            assert!(buckets.len() <= limits::BUCKETS_MAX);
        }
    }
}
