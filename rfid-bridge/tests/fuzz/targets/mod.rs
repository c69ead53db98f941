//! The readers of foreign bytes as fuzz targets, with what must hold for what they accept. A new
//! one gets a line in [`TARGETS`] and a function in the module of its subject.

mod llrp;
mod nfc;

use fuzz_frame::Target;

/// The table.
pub(crate) const TARGETS: &[&[Target]] = &[llrp::TARGETS, nfc::TARGETS];

/// All targets in the order of the table.
pub(crate) fn all() -> impl Iterator<Item = &'static Target> {
    TARGETS.iter().copied().flatten()
}
