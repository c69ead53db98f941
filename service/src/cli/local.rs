//! What goes wrong with a data directory on this machine, as exit codes: a missing node, one in
//! use by another process, a damaged one.

use std::path::Path;

use anyhow::anyhow;
use service::OpenError;
use service::keys::DataDir;
use service::store::{Store, StoreError};
use tangle::store::Difference;

use super::exit::{Exit, Failure};

/// The failure to use the node in `data`.
pub(crate) fn failure(error: OpenError, data: &Path) -> Failure {
    let attempt = format!("cannot use {}", data.display());
    if let OpenError::Store(store) = &error
        && is_in_use(store)
    {
        return in_use(data);
    }
    let damage = error.is_damage();
    let missing = matches!(error, OpenError::NotInitialised(_));
    let error = anyhow::Error::from(error).context(attempt);
    if damage {
        let advice = "keep a copy of the directory, then run `theriac check --data DIR`";
        return Failure::new(Exit::Integrity, error).advise(advice);
    }
    if missing {
        return Failure::new(Exit::NotFound, error).advise("is this the right --data directory?");
    }
    Failure::usage(error)
}

/// Holds a data directory, so that no node opens it meanwhile; fails if one has it open.
#[derive(Debug)]
pub(crate) struct Hold {
    store: Option<Store>,
}

impl Hold {
    /// What is wrong with the database of API keys.
    pub(crate) fn damage(&self, data: &Path) -> Option<Difference> {
        let data = DataDir::new(data);
        let what = match &self.store {
            // A copy of a ledger has neither keys nor API keys.
            None if !data.keys().is_dir() => return None,
            None => "the file is gone: no API key is known".to_owned(),
            Some(store) => match caught(|| store.is_sound()) {
                Some(Ok(true)) => return None,
                Some(Ok(false)) => "pages do not match their checksums".to_owned(),
                Some(Err(error)) => service::chain(&error),
                None => "reading it fails an assertion".to_owned(),
            },
        };
        Some(Difference {
            file: "node.redb".to_owned(),
            offset: 0,
            what,
            remedy: "restore it from a backup, or delete it and make new API keys with \
                     `theriac keys create --data DIR`",
        })
    }

    /// The database of API keys, if there is one.
    pub(crate) fn store(&self) -> Option<&Store> {
        self.store.as_ref()
    }

    /// Holds the directory of a stopped node. A directory without a database can be held by
    /// nobody and needs no holding.
    pub(crate) fn of(data: &Path) -> Result<Self, Failure> {
        let file = DataDir::new(data).store();
        if !file.exists() {
            return Ok(Self { store: None });
        }
        let error = match caught(|| Store::open(&file, [0; 32])) {
            Some(Ok(store)) => return Ok(Self { store: Some(store) }),
            Some(Err(error)) if is_in_use(&error) => return Err(in_use(data)),
            Some(Err(error)) => anyhow::Error::from(error),
            None => anyhow!("reading it fails an assertion"),
        };
        let error = error.context(format!("{} is damaged or cannot be read", file.display()));
        let advice = "restore it from a backup, or delete it and make new API keys with \
                      `theriac keys create --data DIR`";
        Err(Failure::new(Exit::Integrity, error).advise(advice))
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let store = self.store.take();
        // Closing reads it, too.
        let _closed = caught(|| drop(store));
    }
}

/// What `work` gives; `None` where it panics, as redb does on pages that were changed.
fn caught<T>(work: impl FnOnce() -> T) -> Option<T> {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
    std::panic::set_hook(hook);
    done.ok()
}

fn is_in_use(error: &StoreError) -> bool {
    let StoreError::Database(error) = error else {
        return false;
    };
    matches!(**error, redb::Error::DatabaseAlreadyOpen)
}

fn in_use(data: &Path) -> Failure {
    let error = anyhow!("{} is in use by a running node", data.display());
    let advice = "stop that node first, or ask it: --server, and --name for a backup";
    Failure::new(Exit::Unreachable, error).advise(advice)
}
