//! Every reader of the ledger as a fuzz target, with what must hold for what it accepts: its
//! formats have one spelling, so what is read, written again, gives the same bytes. A new reader
//! gets a line in the table of its module.

mod notes;
mod stored;
mod wire;

use std::sync::LazyLock;

use fuzz_frame::Target;

/// Name, seeds, dictionary, and what is called.
type Row = (
    &'static str,
    Vec<Vec<u8>>,
    &'static [&'static str],
    fn(&[u8]) -> bool,
);

/// Seeds are made when the run begins, and live as long as it does.
static TARGETS: LazyLock<Vec<Target>> = LazyLock::new(|| {
    let rows = [wire::rows(), notes::rows(), stored::rows()];
    rows.into_iter().flatten().map(target).collect()
});

fn target((name, seeds, dictionary, run): Row) -> Target {
    let seeds: Vec<&'static [u8]> = seeds.into_iter().map(|seed| &*seed.leak()).collect();
    Target {
        name,
        seeds: seeds.leak(),
        dictionary,
        run,
    }
}

/// All targets in the order of the table.
pub(crate) fn all() -> impl Iterator<Item = &'static Target> {
    TARGETS.iter()
}

/// A file of `fixtures/blocks` in hex.
pub(crate) fn from_hex(text: &str) -> Vec<u8> {
    hex::decode(text.trim()).expect("the fixture is hex")
}
