//! The part of the configuration about taking another one (see [`crate::reload`]).
//!
//! ```toml
//! [reload]
//! come_up_ms = 20000               # sources that were heard must be heard again by then
//! ```

use serde::Deserialize;

use super::Config;

/// `[reload]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReloadEntry {
    /// How long sources that were heard before a reload may take to be heard again, ms; if one is
    /// not, the configuration before it is taken back. 20,000 unless set.
    pub come_up_ms: Option<u64>,
}

impl Config {
    /// How long a reload may take to come up, ms.
    pub fn come_up_ms(&self) -> u64 {
        self.reload.come_up_ms.unwrap_or(20_000)
    }
}
