//! Tiles of C2SP `tlog-tiles`: the log's tree cut into files of 256 hashes, so that monitors can
//! fetch any part of it from dumb storage and make every proof themselves. Paths, widths and
//! bytes are those of the standard.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use super::{Hash, Node, node_hash};

/// Hashes in a full tile; also the entries in a full bundle.
pub const TILE_WIDTH: u16 = 256;

/// Height of a tile: its hashes are nodes of every eighth level of the tree.
pub const TILE_HEIGHT: u8 = 8;

/// Largest level a path may name.
const LEVEL_MAX: u8 = 63;

/// One file of a tiled log: hashes of one level, or the entries themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    /// Level of the tile, 0..=63 (its hashes are nodes of level `8 * level`); `None` for a
    /// bundle of entries.
    pub level: Option<u8>,
    /// Number of the tile in its level, from 0.
    pub index: u64,
    /// How many hashes or entries are in it: 1..=256, less than 256 at the right edge only.
    pub width: u16,
}

impl Tile {
    /// The path below the log's prefix, such as `tile/0/x001/234.p/5` or `tile/entries/000`.
    pub fn path(&self) -> String {
        self.to_string()
    }

    /// Reads a path as [`Tile::path`] writes it; `None` for every other text.
    pub fn from_path(path: &str) -> Option<Self> {
        let mut parts = path.strip_prefix("tile/")?.split('/').peekable();
        let level = match parts.next()? {
            "entries" => None,
            level => Some(level.parse().ok().filter(|level| *level <= LEVEL_MAX)?),
        };
        let mut index: u64 = 0;
        let mut width = TILE_WIDTH;
        while let Some(part) = parts.next() {
            let (group, is_partial) = match part.strip_suffix(".p") {
                Some(group) => (group, true),
                None => (part, false),
            };
            let digits = group.strip_prefix('x').unwrap_or(group);
            let group: u64 = (digits.len() == 3).then(|| digits.parse().ok()).flatten()?;
            index = index.checked_mul(1000)?.checked_add(group)?;
            if is_partial {
                width = parts.next()?.parse().ok()?;
                if parts.next().is_some() {
                    return None;
                }
            }
        }
        let tile = Self {
            level,
            index,
            width,
        };
        // Whatever else the parts allow, a tile has one path.
        let sound = (1..=TILE_WIDTH).contains(&width) && tile.path() == path;
        sound.then_some(tile)
    }

    /// Whether a tree of `size` leaves has this tile: a full one, or a partial one of at most
    /// the width it had at that size.
    pub fn is_in(&self, size: u64) -> bool {
        let level = u32::from(self.level.unwrap_or(0));
        let hashes = size
            .checked_shr(level * u32::from(TILE_HEIGHT))
            .unwrap_or(0);
        let end = self.index.checked_mul(TILE_WIDTH.into());
        end.and_then(|start| start.checked_add(self.width.into()))
            .is_some_and(|end| end <= hashes)
    }

    /// The tree's nodes whose hashes the tile holds, in order. Empty for a bundle of entries.
    pub fn nodes(&self) -> impl Iterator<Item = Node> + use<> {
        let Self { index, width, .. } = *self;
        let level = self.level.map(|level| level.saturating_mul(TILE_HEIGHT));
        let start = index.saturating_mul(TILE_WIDTH.into());
        level.into_iter().flat_map(move |level| {
            (0..u64::from(width)).map(move |at| Node {
                level,
                index: start.saturating_add(at),
            })
        })
    }

    /// The leaves whose entries a bundle holds. Meaningful for bundles only.
    pub fn leaves(&self) -> core::ops::Range<u64> {
        let start = self.index.saturating_mul(TILE_WIDTH.into());
        start..start.saturating_add(self.width.into())
    }

    /// All tiles of a tree of `size` leaves, partial ones included, from level 0 upwards: what a
    /// log that is kept as files has to write. Bundles of entries are not among them.
    pub fn all(size: u64) -> impl Iterator<Item = Self> {
        (0..=LEVEL_MAX / TILE_HEIGHT).flat_map(move |level| {
            let hashes = size >> (u32::from(level) * u32::from(TILE_HEIGHT));
            let count = hashes.div_ceil(TILE_WIDTH.into());
            (0..count).map(move |index| {
                let left = hashes - index * u64::from(TILE_WIDTH);
                Self {
                    level: Some(level),
                    index,
                    width: u16::try_from(left).unwrap_or(TILE_WIDTH).min(TILE_WIDTH),
                }
            })
        })
    }

    /// The tile of a tree of `size` leaves that a full node of the tree lies in.
    pub fn of(node: Node, size: u64) -> Self {
        let level = node.level / TILE_HEIGHT;
        let first = node.index << (node.level % TILE_HEIGHT);
        let index = first / u64::from(TILE_WIDTH);
        let hashes = size
            .checked_shr(u32::from(level) * u32::from(TILE_HEIGHT))
            .unwrap_or(0);
        let left = hashes.saturating_sub(index * u64::from(TILE_WIDTH));
        Self {
            level: Some(level),
            index,
            width: u16::try_from(left).unwrap_or(TILE_WIDTH).min(TILE_WIDTH),
        }
    }

    /// The hash of a full node from the bytes of the tile it lies in; `None` where the bytes are
    /// not those of this tile or do not reach to the node.
    pub fn node(&self, node: Node, bytes: &[u8]) -> Option<Hash> {
        if bytes.len() != usize::from(self.width) * 32 || self.level? != node.level / TILE_HEIGHT {
            return None;
        }
        let height = node.level % TILE_HEIGHT;
        let start = (node.index << height).checked_sub(self.index * u64::from(TILE_WIDTH))?;
        let end = start.checked_add(1 << height)?;
        let range = usize::try_from(start).ok()? * 32..usize::try_from(end).ok()? * 32;
        let (chunks, _) = bytes.get(range)?.as_chunks::<32>();
        let mut row: Vec<Hash> = chunks.to_vec();
        while row.len() > 1 {
            let (pairs, _) = row.as_chunks::<2>();
            row = pairs
                .iter()
                .map(|[left, right]| node_hash(left, right))
                .collect();
        }
        row.first().copied()
    }
}

/// A bundle of entries: each with its length in two bytes before it, big-endian. `None` if an
/// entry is longer than that can say.
pub fn bundle<'a>(entries: impl IntoIterator<Item = &'a [u8]>) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    for entry in entries {
        out.extend(u16::try_from(entry.len()).ok()?.to_be_bytes());
        out.extend_from_slice(entry);
    }
    Some(out)
}

/// The entries of a bundle; `None` if the bytes end inside one or there are more than 256.
pub fn entries(mut bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_first_chunk::<2>()?;
        let (entry, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        if found.len() == usize::from(TILE_WIDTH) {
            return None;
        }
        found.push(entry);
        bytes = rest;
    }
    Some(found)
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.level {
            Some(level) => write!(f, "tile/{level}")?,
            None => f.write_str("tile/entries")?,
        }
        // Groups of three digits, the largest first, each but the last marked.
        let groups = self.index.checked_ilog10().unwrap_or(0) / 3;
        for group in (0..=groups).rev() {
            let digits = self.index / 1000_u64.pow(group) % 1000;
            let mark = if group == 0 { "" } else { "x" };
            write!(f, "/{mark}{digits:03}")?;
        }
        if self.width < TILE_WIDTH {
            write!(f, ".p/{}", self.width)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
