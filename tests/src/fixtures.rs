//! Third-party test data: read from beside the checkout, never copied into it.

use std::path::{Path, PathBuf};

/// The folder of shared fixtures: `THERIAC_FIXTURES`, or `../shared/fixtures` beside the checkout.
/// Where it is absent this says so on stderr and gives nothing: the caller skips.
#[must_use]
#[allow(clippy::print_stderr, reason = "a skipped test must be seen")]
pub fn shared(below: &str) -> Option<PathBuf> {
    let base = std::env::var_os("THERIAC_FIXTURES").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures"),
        PathBuf::from,
    );
    let path = base.join(below);
    if path.exists() {
        return Some(path);
    }
    eprintln!("SKIPPED: {} is absent", path.display());
    None
}
