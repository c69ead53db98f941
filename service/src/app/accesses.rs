//! Searching the access log. Looking is an access, too, and stands in the log before its answer is
//! sent.
use crate::app::failure::Failure;
use crate::audit::{Line, Wanted};
use crate::auth::{Permit, actions};
use crate::limits::ACCESS_PAGE_MAX;
use crate::node::Node;

/// A page of the log.
#[derive(Clone, Debug)]
pub struct Page {
    /// Lines, newest first.
    pub lines: Vec<Line>,
    /// Number below which the next page begins.
    pub next: Option<u64>,
}

/// The newest lines that are wanted.
///
/// # Errors
/// `internal` when the log cannot be read.
pub fn search(
    node: &Node,
    _permit: &Permit<actions::ReadAccesses>,
    wanted: &Wanted,
    count: usize,
) -> Result<Page, Failure> {
    let count = count.clamp(1, ACCESS_PAGE_MAX);
    let mut lines = node
        .access_log()
        .newest(wanted, count.saturating_add(1))
        .map_err(Failure::internal)?;
    let more = lines.len() > count;
    lines.truncate(count);
    let next = lines.last().filter(|_| more).map(|line| line.seq);
    Ok(Page { lines, next })
}
