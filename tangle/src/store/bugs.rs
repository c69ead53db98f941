//! Three bugs that tests can put into the store on purpose, to show that the fault harness sees
//! them. Outside tests nothing can be planted and the questions are constant.
//!
//! A bug is planted for the current thread: a thread that does a part of the store's work for it
//! has to be told.

/// A bug on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// A batch is acknowledged without waiting for its sync.
    AcknowledgedBeforeSync,
    /// Recovery takes damage before sound batches for an unfinished end, and cuts there.
    CutInTheMiddle,
    /// The index says that it has everything up to here before the rows are in it.
    MarkBeforeRows,
}

#[cfg(not(any(test, feature = "testing")))]
pub(super) const fn planted(_: Bug) -> bool {
    false
}

#[cfg(any(test, feature = "testing"))]
pub(super) use on_purpose::planted;

#[cfg(any(test, feature = "testing"))]
pub use on_purpose::{Planted, plant};

#[cfg(any(test, feature = "testing"))]
mod on_purpose {
    use std::cell::Cell;

    use super::Bug;

    thread_local! {
        static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
    }

    /// The bug is there while this lives.
    #[derive(Debug)]
    pub struct Planted(());

    /// Plants a bug.
    #[must_use]
    pub fn plant(bug: Bug) -> Planted {
        PLANTED.set(Some(bug));
        Planted(())
    }

    impl Drop for Planted {
        fn drop(&mut self) {
            PLANTED.set(None);
        }
    }

    pub(in crate::store) fn planted(bug: Bug) -> bool {
        PLANTED.get() == Some(bug)
    }
}
