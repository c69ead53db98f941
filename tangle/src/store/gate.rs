//! The gate for many blocks at once: signatures are what a ledger's time goes into, and they can
//! be checked ahead of the one writer on as many threads as there are cores. Each signature is
//! checked by itself: checking many in one equation accepts signatures that the single check
//! refuses (RFC 8032 leaves the cofactor open), and then two nodes would not agree on a block.

use tangle_verify::{Malformed, NetworkId, SignedBlock, VerifiedBlock};

/// Why bytes did not pass the gate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GateError {
    /// They are not a canonical block.
    #[error("cannot read the block")]
    Malformed(#[source] Malformed),
    /// The block is not authentic.
    #[error("the block is not authentic")]
    Rejected(#[source] tangle_verify::error::Rejected),
}

/// Decodes one envelope and checks its signature and items.
pub fn gate(wire: &[u8], network: &NetworkId) -> Result<VerifiedBlock, GateError> {
    let block = SignedBlock::decode(wire).map_err(GateError::Malformed)?;
    block.verify(network).map_err(GateError::Rejected)
}

/// Decodes and checks envelopes on up to `threads` threads (at least one); the answers are in
/// the order of the envelopes, whatever the number of threads.
pub fn gate_all<W: AsRef<[u8]> + Sync>(
    wires: &[W],
    network: &NetworkId,
    threads: usize,
) -> Vec<Result<VerifiedBlock, GateError>> {
    let part = wires.len().div_ceil(threads.max(1)).max(1);
    let check = |wires: &[W]| -> Vec<_> {
        let wires = wires.iter();
        wires.map(|wire| gate(wire.as_ref(), network)).collect()
    };
    if part >= wires.len() {
        return check(wires);
    }
    std::thread::scope(|scope| {
        let mut parts = wires.chunks(part);
        let own = parts.next().unwrap_or_default();
        let others: Vec<_> = parts
            .map(|part| (part, scope.spawn(|| check(part))))
            .collect();
        let mut answers = check(own);
        for (part, thread) in others {
            // Nothing in there panics; if it did, the same check here would tell.
            answers.extend(thread.join().unwrap_or_else(|_| check(part)));
        }
        answers
    })
}
