//! What is in redb, in one record that is written with every commit: how many rows each array
//! has, which runs each family has, and where the log stood. With the counts known, a page that
//! is missing is damage and never an answer.

use std::collections::BTreeMap;

use tangle_verify::cbor::{Reader, Writer};
use tangle_verify::error::Malformed;

/// A record is small: a few dozen runs, a dozen arrays.
const MANIFEST_BYTES_MAX: usize = 64 * 1024;
const ARRAYS_MAX: usize = 64;
const RUNS_MAX: usize = 4096;

/// A family of sorted entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Family {
    /// Block ids.
    Ids,
    /// Everything else that is looked up by key.
    Postings,
}

impl Family {
    /// All of them.
    pub(crate) const ALL: [Self; 2] = [Self::Ids, Self::Postings];

    /// So many runs of one level become one of the next. A look-up searches all runs, so ids,
    /// of which there is one for each block and which every look-up needs, are merged earlier
    /// than postings, which are written more.
    pub(super) const fn fan(self) -> usize {
        match self {
            Self::Ids => 4,
            Self::Postings => 8,
        }
    }

    /// Whether its runs have filters: one id is asked for at a time and lies in one run, what has
    /// a posting key lies in many.
    pub(super) const fn is_filtered(self) -> bool {
        matches!(self, Self::Ids)
    }

    const fn code(self) -> u64 {
        match self {
            Self::Ids => 1,
            Self::Postings => 2,
        }
    }
}

/// One sorted run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    /// Whose entries.
    pub(super) family: Family,
    /// How often its entries were merged.
    pub(super) level: u8,
    /// Its number; never used again.
    pub(super) number: u32,
    /// Its entries.
    pub(super) entries: u64,
}

impl Run {
    /// Pages of entries.
    pub(super) fn pages(self) -> u32 {
        let pages = self.entries.div_ceil(super::pages::PAGE_ENTRIES as u64);
        u32::try_from(pages).unwrap_or(u32::MAX)
    }
}

/// The record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Manifest {
    /// Rows of each array, by its space.
    pub(super) lengths: BTreeMap<u8, u64>,
    /// The runs, oldest first.
    pub(super) runs: Vec<Run>,
    /// Number of the next run.
    pub(super) next_run: u32,
}

impl Manifest {
    /// Rows of an array.
    pub(super) fn length(&self, array: super::pages::Array) -> u64 {
        self.lengths.get(&array.space()).copied().unwrap_or(0)
    }

    /// Canonical CBOR: `[1, next run, [[space, rows]..], [[family, level, number, entries]..]]`.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::with_capacity(256);
        out.array(4).uint(1).uint(self.next_run.into());
        out.array(self.lengths.len());
        for (space, rows) in &self.lengths {
            out.array(2).uint((*space).into()).uint(*rows);
        }
        out.array(self.runs.len());
        for run in &self.runs {
            out.array(4).uint(run.family.code()).uint(run.level.into());
            out.uint(run.number.into()).uint(run.entries);
        }
        out.into_vec()
    }

    /// Reads canonical CBOR.
    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes, MANIFEST_BYTES_MAX, "the manifest of the index")?;
        reader.array_of(4, "the four parts of a manifest")?;
        reader.exactly(1, "version 1")?;
        let next_run = reader.u32()?;
        let mut lengths = BTreeMap::new();
        for _ in 0..reader.array(ARRAYS_MAX)? {
            reader.array_of(2, "space and rows")?;
            let space = reader.uint(u8::MAX.into())?;
            lengths.insert(u8::try_from(space).unwrap_or(0), reader.uint(u64::MAX)?);
        }
        let mut runs = Vec::new();
        for _ in 0..reader.array(RUNS_MAX)? {
            reader.array_of(4, "family, level, number, entries")?;
            let family = reader.uint(2)?;
            runs.push(Run {
                family: if family == 1 {
                    Family::Ids
                } else {
                    Family::Postings
                },
                level: u8::try_from(reader.uint(u8::MAX.into())?).unwrap_or(0),
                number: reader.u32()?,
                entries: reader.uint(u64::MAX)?,
            });
        }
        reader.finish()?;
        Ok(Self {
            lengths,
            runs,
            next_run,
        })
    }
}
