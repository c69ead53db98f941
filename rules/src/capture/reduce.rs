//! An event in the few words that rules tell apart.

use gs1::Epc;
use gs1::epcis::{Event, EventKind};

use crate::record::Stamp;
use crate::say::words;
use crate::state::event::{Act, Fate, Kind, Told};
use crate::state::{EventRec, State, Step};

impl State {
    /// What is kept of an event.
    pub(super) fn reduce(&mut self, stamp: &Stamp, event: &Event) -> EventRec {
        let party = |list: &[gs1::epcis::SourceDest]| {
            let of = |kind: &str| list.iter().find(|entry| is_type(&entry.type_, kind));
            of("possessing_party")
                .or_else(|| of("owning_party"))
                .map(|entry| gln_of(&entry.id))
        };
        let owner = |list: &[gs1::epcis::SourceDest]| {
            list.iter()
                .find(|entry| is_type(&entry.type_, "owning_party"))
                .map(|entry| gln_of(&entry.id))
        };
        let (owner_from, owner_to) = (owner(&event.sources), owner(&event.destinations));
        let place = event
            .destinations
            .iter()
            .find(|entry| is_type(&entry.type_, "location"));
        let lot = event
            .ilmd
            .lot
            .as_ref()
            .map(|lot| self.names.intern(lot.as_str()));
        let (source, destination) = (party(&event.sources), party(&event.destinations));
        let actor = stamp.actor.as_deref();
        let told = Told {
            source: source.map(|gln| self.names.intern(&gln)),
            destination: destination.map(|gln| self.names.intern(&gln)),
            owner_from: owner_from.map(|gln| self.names.intern(&gln)),
            owner_to: owner_to.map(|gln| self.names.intern(&gln)),
            destination_place: place.map(|entry| self.places.intern(&entry.id)),
            lot,
            expiry: event.ilmd.expiry.map(words::days),
            device: stamp.device.as_deref().map(|it| self.names.intern(it)),
            voided_by: None,
            parent: None,
            outputs: Vec::new(),
        };
        EventRec {
            kind: kind_of(&event.kind),
            act: event.action.map(act_of),
            step: step_of(event.biz_step.as_ref().map_or("", |step| step.as_str())),
            fate: fate_of(event.disposition.as_ref().map_or("", |fate| fate.as_str())),
            time_ms: event.event_time_ms,
            zone_min: zone_minutes(&event.time_zone_offset),
            read_point: event.read_point.as_ref().map(|epc| self.places.intern(epc)),
            biz_location: event
                .biz_location
                .as_ref()
                .map(|epc| self.places.intern(epc)),
            more: told.kept(),
            actor: actor.map(|actor| self.names.intern(actor)),
            record: stamp.into(),
            lead: None,
        }
    }
}

/// What an event says was done, and when: action, step and event time.
pub(super) fn deed(event: &Event) -> (Option<Act>, Step, i64) {
    let step = event.biz_step.as_ref().map_or("", |step| step.as_str());
    (event.action.map(act_of), step_of(step), event.event_time_ms)
}

fn kind_of(kind: &EventKind) -> Kind {
    match kind {
        EventKind::Object(_) => Kind::Object,
        EventKind::Aggregation(_) => Kind::Aggregation,
        EventKind::Transaction(_) => Kind::Transaction,
        EventKind::Transformation(_) => Kind::Transformation,
        EventKind::Association(_) => Kind::Association,
    }
}

fn act_of(action: gs1::epcis::Action) -> Act {
    match action {
        gs1::epcis::Action::Add => Act::Add,
        gs1::epcis::Action::Observe => Act::Observe,
        gs1::epcis::Action::Delete => Act::Delete,
    }
}

/// The CBV word of a term, whatever its spelling.
fn word(term: &str) -> &str {
    let at = term
        .bytes()
        .rposition(|it| matches!(it, b'-' | b':' | b'/'));
    at.and_then(|at| term.get(at + 1..)).unwrap_or(term)
}

fn step_of(term: &str) -> Step {
    match word(term) {
        "commissioning" => Step::Commissioning,
        "packing" | "loading" | "staging_outbound" => Step::Packing,
        "unpacking" | "unloading" => Step::Unpacking,
        "shipping" => Step::Shipping,
        "departing" | "consigning" => Step::Departing,
        "receiving" => Step::Receiving,
        "accepting" => Step::Accepting,
        "void_shipping" => Step::VoidShipping,
        "dispensing" | "retail_selling" => Step::Dispensing,
        "decommissioning" => Step::Decommissioning,
        "destroying" => Step::Destroying,
        "collecting" => Step::Reverse,
        "sampling" => Step::Sampling,
        "encoding" | "replacing" => Step::Tagging,
        "undo" => Step::Undo,
        "sensor_reporting" => Step::SensorReporting,
        _ => Step::Other,
    }
}

fn fate_of(term: &str) -> Fate {
    match word(term) {
        "in_transit" => Fate::InTransit,
        "dispensed" => Fate::Dispensed,
        "partially_dispensed" => Fate::PartiallyDispensed,
        "retail_sold" => Fate::RetailSold,
        "exported" => Fate::Exported,
        "sample" => Fate::Sample,
        "free_sample" => Fate::FreeSample,
        "checked_out" => Fate::CheckedOut,
        "locked" => Fate::Locked,
        "container_open" => Fate::Open,
        "completeness_verified" => Fate::Complete,
        "destroyed" => Fate::Destroyed,
        "inactive" => Fate::Inactive,
        "stolen" => Fate::Stolen,
        "damaged" => Fate::Damaged,
        "returned" | "disposed" => Fate::Reverse,
        _ => Fate::Other,
    }
}

fn is_type(term: &str, kind: &str) -> bool {
    word(term) == kind
}

/// The GLN a party or place is known by, else its URI.
fn gln_of(epc: &Epc) -> String {
    match epc {
        Epc::Pgln(gln) => gln.to_string(),
        Epc::Sgln(sgln) => sgln.gln().to_string(),
        other => other.canonical(),
    }
}

/// Minutes east of UTC of `+hh:mm`; 0 where it is none.
fn zone_minutes(offset: &str) -> i16 {
    if offset == "+00:00" {
        return 0;
    }
    let (sign, rest) = match (offset.strip_prefix('-'), offset.strip_prefix('+')) {
        (Some(rest), _) => (-1, rest),
        (_, Some(rest)) => (1, rest),
        _ => (1, offset),
    };
    let Some((hours, minutes)) = rest.split_once(':') else {
        return 0;
    };
    match (hours.parse::<i16>(), minutes.parse::<i16>()) {
        (Ok(h @ 0..=14), Ok(m @ 0..=59)) => sign * (h * 60 + m),
        _ => 0,
    }
}
