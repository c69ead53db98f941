//! The only reader of wall clock and entropy in the node. Everything below takes `now` and random
//! bytes as arguments; `World` is where they come from, and a test puts its own world in place of
//! the real one, so that a day passes when the test says so and a run repeats from its seed.
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Clock and entropy of one node. Cheap to clone; clones of a manual world share one clock.
#[derive(Clone, Debug)]
pub struct World(Arc<Source>);

#[derive(Debug)]
enum Source {
    Real { origin: Instant },
    Manual(Mutex<Manual>),
}

#[derive(Debug)]
struct Manual {
    start_ms: i64,
    now_ms: i64,
    seed: [u8; 32],
    drawn: u64,
}

impl World {
    /// The machine's clock and the operating system's random numbers.
    #[expect(
        clippy::disallowed_methods,
        reason = "this module is the reader of the clock"
    )]
    pub fn real() -> Self {
        Self(Arc::new(Source::Real {
            origin: Instant::now(),
        }))
    }

    /// A world that stands still at `start_ms` (Unix milliseconds, UTC) until [`World::advance`],
    /// and draws its random bytes from `seed`. For tests: its keys are not secret.
    pub fn manual(start_ms: i64, seed: u64) -> Self {
        let seed = blake3::derive_key("theriac manual world v1", &seed.to_le_bytes());
        let manual = Manual {
            start_ms,
            now_ms: start_ms,
            seed,
            drawn: 0,
        };
        Self(Arc::new(Source::Manual(Mutex::new(manual))))
    }

    /// Milliseconds since the Unix epoch, UTC.
    #[expect(
        clippy::disallowed_methods,
        reason = "this module is the reader of the clock"
    )]
    pub fn now_ms(&self) -> i64 {
        match &*self.0 {
            Source::Real { .. } => {
                let since = std::time::SystemTime::now()
                    .duration_since(std::time::UNIX_EPOCH)
                    .unwrap_or(Duration::ZERO);
                i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
            }
            Source::Manual(manual) => lock(manual).now_ms,
        }
    }

    /// The same instant as the unsigned count the ledger uses; a clock before 1970 reads 0.
    pub fn now_unsigned_ms(&self) -> u64 {
        u64::try_from(self.now_ms()).unwrap_or(0)
    }

    /// Time since this world began; never goes backwards in a real world.
    pub fn elapsed(&self) -> Duration {
        match &*self.0 {
            Source::Real { origin } => origin.elapsed(),
            Source::Manual(manual) => {
                let manual = lock(manual);
                let ms = manual.now_ms.saturating_sub(manual.start_ms);
                Duration::from_millis(u64::try_from(ms).unwrap_or(0))
            }
        }
    }

    /// 32 fresh random bytes.
    ///
    /// # Panics
    /// When the operating system has no entropy to give: no key or salt may be made without it.
    #[expect(
        clippy::expect_used,
        reason = "a node without entropy must not continue"
    )]
    pub fn entropy(&self) -> [u8; 32] {
        let mut out = [0_u8; 32];
        match &*self.0 {
            Source::Real { .. } => {
                getrandom::fill(&mut out).expect("the operating system gives random bytes");
            }
            Source::Manual(manual) => {
                let mut manual = lock(manual);
                manual.drawn = manual.drawn.wrapping_add(1);
                out = *blake3::keyed_hash(&manual.seed, &manual.drawn.to_le_bytes()).as_bytes();
            }
        }
        out
    }

    /// 16 fresh random bytes: the salt of one ledger item.
    pub fn salt(&self) -> [u8; 16] {
        let mut salt = [0_u8; 16];
        for (to, from) in salt.iter_mut().zip(self.entropy()) {
            *to = from;
        }
        salt
    }

    /// A time-ordered identifier (UUID version 7) for a request or a stored record.
    pub fn uuid(&self) -> uuid::Uuid {
        let mut random = [0_u8; 10];
        for (to, from) in random.iter_mut().zip(self.entropy()) {
            *to = from;
        }
        uuid::Builder::from_unix_timestamp_millis(self.now_unsigned_ms(), &random).into_uuid()
    }

    /// Moves a manual clock forward by `by_ms`, or back where that is negative; a real clock is
    /// left alone.
    pub fn advance(&self, by_ms: i64) {
        if let Source::Manual(manual) = &*self.0 {
            let mut manual = lock(manual);
            manual.now_ms = manual.now_ms.saturating_add(by_ms);
        }
    }
}

fn lock(manual: &Mutex<Manual>) -> std::sync::MutexGuard<'_, Manual> {
    manual.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_world_repeats_from_its_seed_and_moves_only_when_told() {
        let draw = |seed| {
            let world = World::manual(1_000, seed);
            (world.entropy(), world.salt(), world.uuid(), world.now_ms())
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7).0, draw(8).0);

        let world = World::manual(1_000, 1);
        let other = world.clone();
        world.advance(500);
        assert_eq!(
            (other.now_ms(), other.elapsed()),
            (1_500, Duration::from_millis(500))
        );
        assert_ne!(world.entropy(), world.entropy());
    }

    #[test]
    fn the_real_world_is_past_2020_and_draws_fresh_bytes() {
        let world = World::real();
        assert!(world.now_ms() > 1_577_836_800_000);
        assert_ne!(world.entropy(), [0; 32]);
        assert_ne!(world.uuid(), world.uuid());
    }
}
