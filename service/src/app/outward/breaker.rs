//! Leaving alone whoever does not answer: after some failures in a row nobody is sent there for a
//! while, then one question tries. So a counter does not wait its time out for a system that is
//! known to be down, and a slow one holds a bounded number of threads.
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Questions under way to one responder at most.
const UNDER_WAY_MAX: u32 = 16;

/// The state of one responder.
#[derive(Debug, Default)]
pub(super) struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    /// Until when it rests, in the time of the node's world.
    rests_until: Option<Duration>,
    trying: bool,
    under_way: u32,
}

/// Why a question is not sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Shut {
    /// It failed lately.
    Resting,
    /// As many as may be are under way.
    Busy,
}

/// When a responder is left alone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// Failures in a row.
    pub(super) failures_max: u32,
    /// For how long.
    pub(super) rest: Duration,
}

/// A question under way; how it ended must be told.
#[derive(Debug)]
#[must_use]
pub(super) struct Pass<'a> {
    breaker: &'a Breaker,
    told: bool,
}

impl Breaker {
    /// Lets a question through at `now`, or says why not.
    pub(super) fn enter(&self, now: Duration) -> Result<Pass<'_>, Shut> {
        let mut state = self.state();
        if let Some(until) = state.rests_until {
            if now < until || state.trying {
                return Err(Shut::Resting);
            }
            state.trying = true;
        }
        if state.under_way >= UNDER_WAY_MAX {
            state.trying = false;
            return Err(Shut::Busy);
        }
        state.under_way += 1;
        Ok(Pass {
            breaker: self,
            told: false,
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pass<'_> {
    /// The question ended at `now`; `well` when the responder works.
    pub(super) fn end(mut self, well: bool, now: Duration, patience: Patience) {
        self.told = true;
        let mut state = self.breaker.state();
        state.under_way = state.under_way.saturating_sub(1);
        state.trying = false;
        if well {
            (state.failures, state.rests_until) = (0, None);
            return;
        }
        state.failures = state.failures.saturating_add(1);
        if state.failures >= patience.failures_max.max(1) {
            state.rests_until = Some(now.saturating_add(patience.rest));
        }
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if !self.told {
            let mut state = self.breaker.state();
            state.under_way = state.under_way.saturating_sub(1);
            state.trying = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience = Patience {
        failures_max: 3,
        rest: Duration::from_secs(30),
    };

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn three_failures_in_a_row_and_it_rests_until_one_question_succeeds() {
        let breaker = Breaker::default();
        let fail = |now| {
            breaker
                .enter(at(now))
                .unwrap()
                .end(false, at(now), PATIENCE);
        };
        fail(0);
        fail(0);
        breaker.enter(at(0)).unwrap().end(true, at(0), PATIENCE);
        fail(1);
        fail(1);
        fail(1);
        assert_eq!(breaker.enter(at(30)).unwrap_err(), Shut::Resting);
        let trying = breaker.enter(at(31)).unwrap();
        assert_eq!(
            breaker.enter(at(31)).unwrap_err(),
            Shut::Resting,
            "one tries"
        );
        trying.end(false, at(31), PATIENCE);
        assert_eq!(breaker.enter(at(60)).unwrap_err(), Shut::Resting);
        breaker.enter(at(61)).unwrap().end(true, at(61), PATIENCE);
        drop(breaker.enter(at(61)).unwrap());
    }

    #[test]
    fn a_bounded_number_is_under_way() {
        let breaker = Breaker::default();
        let all: Vec<_> = (0..UNDER_WAY_MAX)
            .map(|_| breaker.enter(at(0)).unwrap())
            .collect();
        assert_eq!(breaker.enter(at(0)).unwrap_err(), Shut::Busy);
        drop(all);
        drop(breaker.enter(at(0)).unwrap());
    }
}
