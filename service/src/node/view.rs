//! The folded state as somebody looks at it: with the time, because what may be seen begins and
//! ends. The state itself is a pure function of the ledger's order and knows no clock.
use std::ops::Deref;
use std::sync::RwLockReadGuard;

use super::fold::Fold;

/// The state, held for reading, at a moment.
#[derive(Debug)]
pub struct View<'a> {
    fold: RwLockReadGuard<'a, Fold>,
    now_ms: i64,
}

impl<'a> View<'a> {
    /// The state at a moment, Unix milliseconds.
    pub fn new(fold: RwLockReadGuard<'a, Fold>, now_ms: i64) -> Self {
        Self { fold, now_ms }
    }

    /// When it is looked at, Unix milliseconds.
    pub fn now_ms(&self) -> i64 {
        self.now_ms
    }
}

impl Deref for View<'_> {
    type Target = Fold;

    fn deref(&self) -> &Fold {
        &self.fold
    }
}
