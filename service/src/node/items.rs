//! What an item of a block says to the node: the one place where the ledger's bytes become facts,
//! and the keys under which a block is found again. A block whose item cannot be read is recorded
//! like any other; reading it fails here, with the reason that stands in its outcome.
use gs1::Epc;
use gs1::epcis::{Event, EventKind};
use rules::{Decision, Fact, MasterData, Verification};
use tangle::{Item, Kind, Media, PostingKeys, VerifiedBlock};

use super::readings::Readings;

/// Namespaces of the posting keys.
pub mod namespace {
    /// Instance EPC, canonical.
    pub const EPC: u8 = 1;
    /// Class EPC of a quantity element, canonical.
    pub const CLASS: u8 = 2;
    /// Lot of commissioned packs (`Epc::Lgtin`), canonical.
    pub const LOT: u8 = 3;
    /// Read point or business location, canonical.
    pub const LOCATION: u8 = 4;
    /// Event id.
    pub const EVENT_ID: u8 = 5;
    /// Product of a serialised item, canonical: for class patterns.
    pub const PRODUCT: u8 = 6;
    /// Business transaction, canonical, of whatever type.
    pub const TRANSACTION: u8 = 7;
    /// `transformationID`, canonical.
    pub const TRANSFORMATION: u8 = 8;
}

/// Why a block has no effect until somebody decides (`Outcome::Quarantined`).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unreadable {
    /// An item is not an EPCIS event.
    Event,
    /// An item is not a registry operation.
    Registry,
    /// An item is not a decision.
    Decision,
    /// An item is not an entry of master data.
    Master,
    /// An item's media does not belong into a block of this kind.
    MediaOfKind,
    /// An item is no grant and no revocation.
    Grant,
    /// An item is no comment.
    Comment,
}

impl Unreadable {
    /// Stable number, part of the log.
    pub const fn why(self) -> u16 {
        match self {
            Self::Event => 1,
            Self::Registry => 2,
            Self::Decision => 3,
            Self::Master => 4,
            Self::MediaOfKind => 5,
            Self::Grant => 6,
            Self::Comment => 7,
        }
    }

    /// The number in words.
    pub const fn words(why: u16) -> &'static str {
        match why {
            1 => "an item is not a readable EPCIS event",
            2 => "an item is not a readable registry operation",
            3 => "an item is not a readable decision",
            4 => "an item is not readable master data",
            5 => "an item does not belong into a block of this kind",
            6 => "an item is not a readable grant or revocation",
            7 => "an item is not a readable comment",
            _ => "not readable",
        }
    }
}

/// One question about a pack as canonical JSON (see `rules::Verification`). The ledger is blind to
/// payloads and names only the media that every network needs.
pub const VERIFICATION: Media = Media(8);

/// An element of a vocabulary that came in a document's header (see [`super::vocabulary`]).
pub const VOCABULARY: Media = Media(7);

/// A grant of sight or its revocation as canonical JSON (see [`super::grants`]).
pub const GRANT: Media = Media(9);

/// What a party says about a case as canonical JSON (see [`super::comments`]).
pub const COMMENT: Media = Media(10);

/// Reads an item of a block of this kind; `None` when it says nothing to the rules (registry
/// operations, logger files, opaque items).
pub fn fact(kind: Kind, item: &Item) -> Result<Option<Fact>, Unreadable> {
    match (kind, item.media) {
        (Kind::Events | Kind::SensorBatch, Media::EPCIS_EVENT) => {
            let event = Event::from_canonical(&item.body).map_err(|_| Unreadable::Event)?;
            Ok(Some(Fact::Event(event)))
        }
        (Kind::Events | Kind::SensorBatch, VERIFICATION) => verification(&item.body).map(Some),
        (Kind::Decision, Media::DECISION) => decision(&item.body).map(Some),
        (Kind::MasterData, Media::MASTER_DATA) => master(&item.body).map(Some),
        (Kind::MasterData, VOCABULARY) => super::vocabulary::Element::read(&item.body)
            .map(|_| None)
            .ok_or(Unreadable::Master),
        (Kind::Registry, Media::REGISTRY) => {
            tangle::registry::Operation::from_bytes(&item.body)
                .map_err(|_| Unreadable::Registry)?;
            Ok(None)
        }
        (Kind::Events, COMMENT) => super::comments::Said::read(&item.body)
            .map(|_| None)
            .ok_or(Unreadable::Comment),
        (Kind::Events | Kind::SensorBatch, Media::LOGGER_FILE) => Ok(None),
        (Kind::Grant, GRANT) => super::grants::Said::read(&item.body)
            .map(|_| None)
            .ok_or(Unreadable::Grant),
        (Kind::Events | Kind::SensorBatch | Kind::Decision | Kind::MasterData | Kind::Grant, _) => {
            Err(Unreadable::MediaOfKind)
        }
        _ => Ok(None),
    }
}

fn verification(body: &[u8]) -> Result<Fact, Unreadable> {
    serde_json::from_slice::<Verification>(body)
        .map(Fact::Verification)
        .map_err(|_| Unreadable::Event)
}

fn decision(body: &[u8]) -> Result<Fact, Unreadable> {
    serde_json::from_slice::<Decision>(body)
        .map(Fact::Decision)
        .map_err(|_| Unreadable::Decision)
}

fn master(body: &[u8]) -> Result<Fact, Unreadable> {
    serde_json::from_slice::<MasterData>(body)
        .map(Fact::Master)
        .map_err(|_| Unreadable::Master)
}

/// The event in one item of a block.
pub fn event(block: &VerifiedBlock, item: u16) -> Option<Event> {
    let slot = block.slots().get(usize::from(item))?;
    let item = slot
        .item()
        .filter(|item| item.media == Media::EPCIS_EVENT)?;
    Event::from_canonical(&item.body).ok()
}

/// The events of a block with their item numbers; unreadable items are left out.
pub fn events(block: &VerifiedBlock) -> Vec<(u16, Event)> {
    let of_events = matches!(block.header().kind, Kind::Events | Kind::SensorBatch);
    let readable = |(index, item): (u16, &Item)| {
        let event = (item.media == Media::EPCIS_EVENT).then(|| Event::from_canonical(&item.body));
        Some((index, event?.ok()?))
    };
    block
        .items()
        .filter(|_| of_events)
        .filter_map(readable)
        .collect()
}

/// An identifier in the one spelling that is compared; any other text as it is.
pub fn canonical(text: &str) -> String {
    Epc::parse(text).map_or_else(|_| text.to_owned(), |epc| epc.canonical())
}

/// Tells the ledger's index under which keys a block is found. What it reads for that it leaves
/// to the fold.
#[derive(Clone, Debug, Default)]
pub struct EventKeys {
    /// Where blocks are read once.
    pub readings: Readings,
}

impl PostingKeys for EventKeys {
    fn keys(&self, block: &VerifiedBlock, out: &mut Vec<(u8, Vec<u8>)>) {
        let reading = self.readings.take(block);
        match &reading {
            Ok(facts) => {
                let events = facts.iter().filter_map(|(_, fact)| match fact {
                    Fact::Event(event) => Some(event),
                    Fact::Master(_) | Fact::Decision(_) | Fact::Verification(_) => None,
                });
                keys_of(events, out);
            }
            // Its readable events are found all the same.
            Err(_) => keys_of(events(block).iter().map(|(_, event)| event), out),
        }
        self.readings.put(block, reading);
    }
}

fn keys_of<'a>(events: impl Iterator<Item = &'a Event>, out: &mut Vec<(u8, Vec<u8>)>) {
    let mut keys = std::collections::BTreeSet::new();
    for event in events {
        let mut add = |space: u8, key: String| {
            keys.insert((space, key.into_bytes()));
        };
        add(namespace::EVENT_ID, event.event_id_or_hash());
        // Packs of one product stand together.
        let mut last = None;
        for epc in event.epcs() {
            add(namespace::EPC, epc.canonical());
            let Epc::Sgtin(sgtin) = epc else { continue };
            if last.replace(&sgtin.gtin) == Some(&sgtin.gtin) {
                continue;
            }
            let gtin = sgtin.gtin.clone();
            if let Some(lot) = event.ilmd.lot.clone() {
                let of_lot = Epc::Lgtin {
                    gtin: gtin.clone(),
                    lot,
                };
                add(namespace::LOT, of_lot.canonical());
            }
            add(namespace::PRODUCT, Epc::Gtin(gtin).canonical());
        }
        for class in event.epc_classes() {
            add(namespace::CLASS, class.canonical());
        }
        for transaction in &event.biz_transactions {
            add(namespace::TRANSACTION, canonical(&transaction.id));
        }
        if let EventKind::Transformation(own) = &event.kind
            && let Some(id) = &own.transformation_id
        {
            add(namespace::TRANSFORMATION, canonical(id));
        }
        for place in [&event.read_point, &event.biz_location]
            .into_iter()
            .flatten()
        {
            add(namespace::LOCATION, place.canonical());
        }
    }
    out.extend(keys);
}
