//! The events in ledger order, as small rows in memory: what `GET /epcis/events` filters on before
//! it reads a block from disk, and the numbers that make its pages stable (an event keeps its
//! ordinal for ever, because nothing is ever inserted before it). Each word (a step, a disposition,
//! a place) knows the blocks that have it, and each block between which times its events lie.
use std::collections::BTreeMap;

use gs1::epcis::{Action, Event, EventKind};
use serde::{Deserialize, Serialize};
use tangle::BlockId;

use super::plain;

/// One ordered block.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct BlockRow {
    /// The block.
    #[serde(with = "plain::block_id")]
    pub id: BlockId,
    /// Its position in the total order.
    pub position: u64,
    /// Number of its milestone.
    pub milestone: u32,
    /// Time of its milestone, Unix milliseconds.
    pub recorded_ms: i64,
    /// Number of its first folded item, counted over all blocks.
    pub first_item: u64,
    /// Ordinal of its first event.
    first_event: u32,
    /// The earliest and the latest event time in it, Unix milliseconds.
    times_ms: (i64, i64),
    /// The organisation that recorded it.
    owner: Word,
}

impl BlockRow {
    /// A block about to be added; the catalog fills in the rest.
    pub fn new(id: BlockId, position: u64, milestone: u32, recorded_ms: i64) -> Self {
        Self {
            id,
            position,
            milestone,
            recorded_ms,
            first_item: 0,
            first_event: 0,
            times_ms: (i64::MAX, i64::MIN),
            owner: 0,
        }
    }

    /// Whether one of its events may lie in `from..before`, by event time.
    pub fn may_have_time(&self, from: Option<i64>, before: Option<i64>) -> bool {
        from.is_none_or(|from| self.times_ms.1 >= from)
            && before.is_none_or(|before| self.times_ms.0 < before)
    }

    /// Index of its leaf in the log: every milestone before it has a leaf of its own.
    pub fn leaf(&self) -> u64 {
        self.position.saturating_add(u64::from(self.milestone))
    }
}

/// One event.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct EventRow {
    /// Ordinal of its block.
    pub block: u32,
    /// Item in the block.
    pub item: u16,
    /// Which of the five events.
    pub kind: Kind,
    /// ADD, OBSERVE, DELETE.
    #[serde(with = "plain::action")]
    pub action: Option<Action>,
    /// Event time, Unix milliseconds.
    pub time_ms: i64,
    step: Word,
    disposition: Word,
    read_point: Word,
    biz_location: Word,
}

/// Which of the five events.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Kind {
    /// `ObjectEvent`.
    Object,
    /// `AggregationEvent`.
    Aggregation,
    /// `TransactionEvent`.
    Transaction,
    /// `TransformationEvent`.
    Transformation,
    /// `AssociationEvent`.
    Association,
}

impl Kind {
    /// Reads the name an event carries as its type.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "ObjectEvent" => Some(Self::Object),
            "AggregationEvent" => Some(Self::Aggregation),
            "TransactionEvent" => Some(Self::Transaction),
            "TransformationEvent" => Some(Self::Transformation),
            "AssociationEvent" => Some(Self::Association),
            _ => None,
        }
    }
}

/// Number of an interned text; 0 is none.
type Word = u32;

/// The fields of events whose words are kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Field {
    /// `bizStep`.
    BizStep,
    /// `disposition`.
    Disposition,
    /// `readPoint`.
    ReadPoint,
    /// `bizLocation`.
    BizLocation,
}

/// Where a word occurs.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
struct Places {
    /// Ordinals of the blocks that have it, ascending.
    blocks: Vec<u32>,
    /// The fields that have it, a bit each.
    fields: u8,
}

/// The table.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Catalog {
    blocks: Vec<BlockRow>,
    events: Vec<EventRow>,
    words: BTreeMap<String, Word>,
    /// By word, which begin at 1.
    places: Vec<Places>,
}

impl Catalog {
    /// Adds a block behind the ones before it, with its events and who recorded it.
    pub fn push(
        &mut self,
        row: BlockRow,
        first_item: u64,
        events: &[(u16, &Event)],
        owner: Option<&str>,
    ) {
        let block = number(self.blocks.len());
        let first_event = number(self.events.len());
        let times = events.iter().map(|(_, event)| event.event_time_ms);
        let owner = owner.map_or(0, |owner| self.word(owner.to_owned()));
        self.blocks.push(BlockRow {
            first_item,
            first_event,
            times_ms: times.fold((i64::MAX, i64::MIN), |(min, max), time| {
                (min.min(time), max.max(time))
            }),
            owner,
            ..row
        });
        for (item, event) in events {
            let step = event.biz_step.as_ref().map(gs1::BizStep::uri);
            let disposition = event.disposition.as_ref().map(gs1::Disposition::uri);
            let read_point = event.read_point.as_ref().map(gs1::Epc::canonical);
            let biz_location = event.biz_location.as_ref().map(gs1::Epc::canonical);
            let row = EventRow {
                block,
                item: *item,
                kind: kind_of(event),
                action: event.action,
                time_ms: event.event_time_ms,
                step: self.place(step, Field::BizStep, block),
                disposition: self.place(disposition, Field::Disposition, block),
                read_point: self.place(read_point, Field::ReadPoint, block),
                biz_location: self.place(biz_location, Field::BizLocation, block),
            };
            self.events.push(row);
        }
    }

    /// Events so far.
    pub fn event_count(&self) -> usize {
        self.events.len()
    }

    /// The event with this ordinal.
    pub fn event(&self, ordinal: usize) -> Option<&EventRow> {
        self.events.get(ordinal)
    }

    /// The block with this ordinal.
    pub fn block(&self, ordinal: u32) -> Option<&BlockRow> {
        self.blocks.get(usize::try_from(ordinal).ok()?)
    }

    /// The ordered block at this position.
    pub fn block_at(&self, position: u64) -> Option<(u32, &BlockRow)> {
        let at = self
            .blocks
            .binary_search_by_key(&position, |row| row.position)
            .ok()?;
        Some((number(at), self.blocks.get(at)?))
    }

    /// The block in which an item was folded, by the item's number.
    pub fn block_of_item(&self, item: u64) -> Option<&BlockRow> {
        let after = self.blocks.partition_point(|row| row.first_item <= item);
        self.blocks.get(after.checked_sub(1)?)
    }

    /// Ordinals of the events of a block.
    pub fn events_of(&self, block: u32) -> std::ops::Range<usize> {
        let first = |ordinal| self.block(ordinal).map(|row| usize_of(row.first_event));
        let Some(start) = first(block) else {
            return 0..0;
        };
        let end = block
            .checked_add(1)
            .and_then(first)
            .unwrap_or(self.events.len());
        start..end
    }

    /// The numbers of those of `texts` that occur at all; a row matches when it has one of them.
    pub fn words(&self, texts: &[String]) -> Vec<Word> {
        texts
            .iter()
            .filter_map(|text| self.words.get(text).copied())
            .collect()
    }

    /// Ordinals of the blocks that have one of `texts` in any of the four fields, ascending.
    pub fn blocks_with(&self, texts: &[String]) -> Vec<u32> {
        let places = self.words(texts).into_iter();
        let mut blocks: Vec<u32> = places
            .filter_map(|word| self.places_of(word))
            .flat_map(|places| places.blocks.iter().copied())
            .collect();
        blocks.sort_unstable();
        blocks.dedup();
        blocks
    }

    /// The words that a field has, in alphabetical order, after `after`.
    pub fn terms(&self, field: Field, after: Option<&str>) -> impl Iterator<Item = &str> {
        use std::ops::Bound::{Excluded, Unbounded};
        let from = after.map_or(Unbounded, Excluded);
        let has = move |word: Word| {
            self.places_of(word)
                .is_some_and(|places| places.fields & bit(field) != 0)
        };
        self.words
            .range::<str, _>((from, Unbounded))
            .filter(move |(_, word)| has(**word))
            .map(|(text, _)| text.as_str())
    }

    /// Ordinal of the first event that was recorded at `ms` (Unix milliseconds) or later.
    pub fn first_recorded_from(&self, ms: i64) -> usize {
        let block = self.blocks.partition_point(|row| row.recorded_ms < ms);
        let row = self.blocks.get(block);
        row.map_or(self.events.len(), |row| usize_of(row.first_event))
    }

    /// Ordinal of the first block that was recorded at `ms` (Unix milliseconds) or later.
    pub fn first_block_from(&self, ms: i64) -> usize {
        self.blocks.partition_point(|row| row.recorded_ms < ms)
    }

    /// Up to `count` blocks below a position (from the end without one), the newest first.
    pub fn newest_blocks(&self, before: Option<u64>, count: usize) -> Vec<BlockRow> {
        let end = before.map_or(self.blocks.len(), |before| {
            self.blocks.partition_point(|row| row.position < before)
        });
        let below = self.blocks.get(..end).unwrap_or_default();
        below.iter().rev().take(count).copied().collect()
    }

    /// How many blocks there are.
    pub fn block_count(&self) -> usize {
        self.blocks.len()
    }

    /// Whether a block was recorded by this organisation.
    pub fn is_of(&self, row: &BlockRow, owner: &str) -> bool {
        self.words.get(owner) == Some(&row.owner)
    }

    fn places_of(&self, word: Word) -> Option<&Places> {
        self.places.get(usize_of(word).checked_sub(1)?)
    }

    fn place(&mut self, text: Option<String>, field: Field, block: u32) -> Word {
        let Some(text) = text else { return 0 };
        let word = self.word(text);
        let row = usize_of(word).saturating_sub(1);
        if self.places.len() <= row {
            self.places.resize(row.saturating_add(1), Places::default());
        }
        if let Some(places) = self.places.get_mut(row) {
            places.fields |= bit(field);
            if places.blocks.last() != Some(&block) {
                places.blocks.push(block);
            }
        }
        word
    }

    fn word(&mut self, text: String) -> Word {
        let next = number(self.words.len()).saturating_add(1);
        *self.words.entry(text).or_insert(next)
    }
}

fn bit(field: Field) -> u8 {
    match field {
        Field::BizStep => 1,
        Field::Disposition => 2,
        Field::ReadPoint => 4,
        Field::BizLocation => 8,
    }
}

impl EventRow {
    /// Whether its business step is one of these.
    pub fn has_step(&self, words: &[Word]) -> bool {
        words.contains(&self.step)
    }

    /// Whether its disposition is one of these.
    pub fn has_disposition(&self, words: &[Word]) -> bool {
        words.contains(&self.disposition)
    }

    /// Whether its read point is one of these.
    pub fn has_read_point(&self, words: &[Word]) -> bool {
        words.contains(&self.read_point)
    }

    /// Whether its business location is one of these.
    pub fn has_biz_location(&self, words: &[Word]) -> bool {
        words.contains(&self.biz_location)
    }
}

fn kind_of(event: &Event) -> Kind {
    match &event.kind {
        EventKind::Object(_) => Kind::Object,
        EventKind::Aggregation(_) => Kind::Aggregation,
        EventKind::Transaction(_) => Kind::Transaction,
        EventKind::Transformation(_) => Kind::Transformation,
        EventKind::Association(_) => Kind::Association,
    }
}

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

fn usize_of(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
