//! The verifier for a web page: one call over bytes, no glue code. The page instantiates the
//! module once and uses it for any number of proofs, one after the other:
//!
//! ```text
//! buffer(length) -> address          room for the input; everything handed out before is void
//! verify(proof, keys, witnesses) -> address
//!     the input is `proof` bytes of a proof file and behind them `keys` bytes of text, one vkey
//!     a line; at least `witnesses` of the given witnesses must have co-signed (0: none need).
//!     At the address: the report's length, 4 bytes little-endian, and the report as JSON
//!     (`tangle_verify::proof::json`).
//! ```
//! A module that traps (memory refused, a length that was never asked for) has no answer: a page
//! treats that as a proof that does not hold. There is no state but the memory of the last call.
#![no_std]

extern crate alloc;

mod heap;

use alloc::vec::Vec;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

static INPUT: AtomicUsize = AtomicUsize::new(0);
static LENGTH: AtomicUsize = AtomicUsize::new(0);

/// Makes room for `length` bytes of input and gives its address.
#[unsafe(no_mangle)]
pub extern "C" fn buffer(length: usize) -> usize {
    heap::reset();
    let input = Vec::leak(alloc::vec![0_u8; length]);
    let address = input.as_ptr().addr();
    INPUT.store(address, Relaxed);
    LENGTH.store(length, Relaxed);
    address
}

/// Checks the proof that lies in the buffer and gives the address of the report.
#[unsafe(no_mangle)]
pub extern "C" fn verify(proof: usize, keys: usize, witnesses: usize) -> usize {
    if proof.checked_add(keys) != Some(LENGTH.load(Relaxed)) {
        core::arch::wasm32::unreachable();
    }
    let input = core::ptr::with_exposed_provenance::<u8>(INPUT.load(Relaxed));
    // SAFETY: `buffer` made this many bytes at this address, gave them away for good, and the
    // heap was not reset since; the page is not running while we are.
    let input = unsafe { core::slice::from_raw_parts(input, proof + keys) };
    let (proof, keys) = input.split_at_checked(proof).unwrap_or_default();
    let report = match core::str::from_utf8(keys) {
        Ok(keys) => tangle_verify::proof::verify_json(proof, keys, witnesses),
        Err(_) => tangle_verify::proof::verify_json(proof, "\u{fffd}", witnesses),
    };
    let length = u32::try_from(report.len()).unwrap_or(0);
    let mut out = Vec::with_capacity(4 + report.len());
    out.extend(length.to_le_bytes());
    out.extend(report.as_bytes());
    out.leak().as_ptr().addr()
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
