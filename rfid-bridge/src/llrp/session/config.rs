//! How to talk to a reader.

use crate::llrp::access::MemoryRead;
use crate::llrp::impinj::Extensions;
use crate::llrp::message::VERSION_1_1;

/// How to talk to a reader. Times in milliseconds.
#[derive(Debug, Clone)]
pub struct SessionConfig {
    /// Ports to read on; empty for all.
    pub antennas: Vec<u16>,
    /// Tags per report. 1 reports at once; more may be held by the reader until it has them.
    pub report_every_n: u16,
    /// Keepalive period asked of the reader; a reader silent for three periods is dead. 0 for none.
    pub keepalive_ms: u32,
    /// How long a connection, a greeting or a response may take.
    pub response_ms_max: u64,
    /// First wait before a reconnection; doubled each time.
    pub backoff_ms_min: u64,
    /// Longest wait before a reconnection.
    pub backoff_ms_max: u64,
    /// Highest version of the protocol to agree on: 1 is 1.0.1 (nothing is asked), 2 is 1.1.
    pub version_max: u8,
    /// Memory to read of each tag; none unless set.
    pub memory: Vec<MemoryRead>,
    /// What to ask of a reader made by Impinj; its additions stay off unless set.
    pub impinj: Option<Extensions>,
}

impl Default for SessionConfig {
    fn default() -> Self {
        Self {
            antennas: Vec::new(),
            report_every_n: 1,
            keepalive_ms: 5_000,
            response_ms_max: 5_000,
            backoff_ms_min: 500,
            backoff_ms_max: 30_000,
            version_max: VERSION_1_1,
            memory: Vec::new(),
            impinj: None,
        }
    }
}
