//! Settings of the questions to manufacturers' systems (`[vrs]`): who answers for products that are
//! not recorded with this node (GS1 Lightweight Verification Messaging 1.1), how long a counter
//! waits for them, and how they are left alone when they do not answer.
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Questions to manufacturers' systems; nobody is asked without a responder.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct VrsConfig {
    /// Who answers for what.
    pub responders: Vec<ResponderConfig>,
    /// Milliseconds that one question may take in all, at most 900: a counter has a second.
    pub timeout_ms: u64,
    /// Milliseconds that all questions of a batch may take together.
    pub batch_timeout_ms: u64,
    /// Failures in a row after which a responder is left alone.
    pub failures_max: u32,
    /// Seconds for which it is.
    pub rest_s: u64,
    /// Whether responders may be asked at addresses that are not of the public internet, and
    /// without https.
    pub allow_private: bool,
}

/// Who answers for some products. A GTIN goes before a prefix, a longer prefix before a shorter.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ResponderConfig {
    /// One product, 14 digits.
    pub gtin: Option<String>,
    /// All products of a GS1 company prefix.
    pub prefix: Option<String>,
    /// Its address, up to `/gtin/...`.
    pub url: String,
    /// GLN of the only party of this node that may ask it, and for whom the key speaks; all may
    /// without.
    pub party: Option<String>,
    /// GLN that must stand in its answers; any without.
    pub responder: Option<String>,
    /// File with the key that it wants (`Authorization: Bearer`).
    pub key_file: Option<PathBuf>,
}

impl Default for VrsConfig {
    fn default() -> Self {
        Self {
            responders: Vec::new(),
            timeout_ms: 700,
            batch_timeout_ms: 5_000,
            failures_max: 3,
            rest_s: 30,
            allow_private: false,
        }
    }
}
