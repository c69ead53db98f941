//! The only place where the bridge reads the time. Timers run on the monotonic clock, records
//! carry the wall clock, and the two are never mixed ([`Now`]).

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

use crate::llrp::session::Now;

/// A monotonic clock started once, and the wall clock beside it.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    zero: Instant,
    played: Option<&'static Played>,
}

/// Two clocks that stand at what a recording says.
#[derive(Debug, Default)]
pub struct Played {
    mono_ms: AtomicU64,
    unix_ms: AtomicI64,
}

impl Played {
    /// Where they stand.
    pub fn now(&self) -> Now {
        Now {
            mono_ms: self.mono_ms.load(Ordering::Relaxed),
            unix_ms: self.unix_ms.load(Ordering::Relaxed),
        }
    }

    /// Sets both.
    pub fn set(&self, to: Now) {
        self.mono_ms.store(to.mono_ms, Ordering::Relaxed);
        self.unix_ms.store(to.unix_ms, Ordering::Relaxed);
    }
}

impl Clock {
    /// Starts the clock.
    #[must_use]
    pub fn start() -> Self {
        Self {
            zero: Instant::now(),
            played: None,
        }
    }

    /// A clock that stands until it is set, and what sets it. A process plays one recording, so
    /// the few bytes of it stay until its end.
    pub fn played() -> (Self, &'static Played) {
        let played: &Played = Box::leak(Box::default());
        let clock = Self {
            played: Some(played),
            ..Self::start()
        };
        (clock, played)
    }

    /// This moment on both clocks.
    pub fn now(&self) -> Now {
        if let Some(played) = self.played {
            return played.now();
        }
        let mono_ms = u64::try_from(self.zero.elapsed().as_millis()).unwrap_or(u64::MAX);
        Now {
            mono_ms,
            unix_ms: unix_ms(),
        }
    }

    /// Sleeps until a monotonic time, or for ever.
    pub async fn sleep_until(&self, mono_ms: Option<u64>) {
        match mono_ms {
            Some(at) => tokio::time::sleep_until(self.instant(at)).await,
            None => std::future::pending().await,
        }
    }

    /// The instant of a monotonic time.
    pub fn instant(&self, mono_ms: u64) -> Instant {
        self.zero + Duration::from_millis(mono_ms)
    }
}

/// Milliseconds since the Unix epoch by the wall clock.
#[allow(
    clippy::disallowed_methods,
    reason = "this is the bridge's one reader of the clock"
)]
pub fn unix_ms() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
