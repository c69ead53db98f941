//! BLAKE3 in derive-key mode: how networks, blocks and milestones get their ids. With feature
//! `fast` the library does it, with the vector units of the machine; without, the few lines
//! below, which weigh a tenth and are held against the library by the tests.

/// Hash of `material` under a context (a constant of the format).
#[cfg(feature = "fast")]
pub(crate) fn derive_key(context: &str, material: &[u8]) -> [u8; 32] {
    ::blake3::derive_key(context, material)
}

#[cfg(not(feature = "fast"))]
pub(crate) use compact::derive_key;

#[cfg(any(test, not(feature = "fast")))]
mod compact;
