//! Words of the scenario language for the way through the supply chain: further events, master data
//! about ways and delegations, and what can be added to any event.
//!
//! Added to an event: `zone=+02:00` its time zone, `from=M` the party it comes from, `owner=M>W`
//! whose it was and becomes, `tid=` and `tail=` in hex and `written=` of every subject's tag,
//! `declared=` the number of children, `reads=` of a reader's passage, `dev=` the device that
//! signs.

use gs1::epcis::{Action, Event, EventBuilder};
use gs1::{BizStep, Disposition, Epc, Gln};
use rules::{Delegation, Lane, MasterData, Party};
use serde_json::json;

use super::cast;
use super::scenario::Row;

const NAMESPACE: &str = "urn:theriac:epcis:";

/// Master data that a letter states.
pub(crate) fn master(row: &Row, verb: &str, rest: &[&str]) -> MasterData {
    let from = cast::gln_of(row.actor);
    let to = |word: &str| cast::gln_of(word.chars().next().unwrap());
    match verb {
        "delegate" => MasterData::Delegation(Delegation {
            from,
            to: to(rest[0]),
            from_ms: None,
            until_ms: rest.get(1).map(|_| row.at_ms),
        }),
        "lane" => MasterData::Lane(Lane {
            from,
            to: to(rest[0]),
            p99_ms: value(rest, "days=").map_or(2, |days| days.parse().unwrap()) * 86_400_000,
        }),
        // Says nothing new: only time passes.
        _ => MasterData::Party(Party {
            gln: Gln::parse(&from).unwrap(),
            name: cast::actors()
                .into_iter()
                .find(|actor| actor.gln == from)
                .unwrap()
                .name
                .to_owned(),
            role: "manufacturer".to_owned(),
        }),
    }
}

/// The device that signs, from `dev=`.
pub(crate) fn device(event: &str) -> Option<String> {
    let words: Vec<&str> = event.split_whitespace().collect();
    value(&words, "dev=").map(str::to_owned)
}

/// An event in the words of this file.
pub(crate) fn event(row: &Row, verb: &str, rest: &[&str]) -> Option<EventBuilder> {
    let object = |action, step: &str| {
        let step = BizStep::parse(step).unwrap();
        cast::object(action, &row.subject, row.at_ms, step, row.place)
    };
    let (observe, delete) = (Action::Observe, Action::Delete);
    let ended = |fate: &str| {
        let fate = match fate {
            "inactive" | "retail_sold" | "partially_dispensed" | "container_open" => {
                Disposition::parse(fate).unwrap()
            }
            own => Disposition::parse(&format!("{NAMESPACE}{own}")).unwrap(),
        };
        let action = if fate.as_str().contains("open") {
            observe
        } else {
            delete
        };
        (action, fate)
    };
    let with = |step: &str, fate: &str| {
        let (action, fate) = ended(fate);
        object(action, step).with_disposition(&fate)
    };
    Some(match verb {
        "undo" => object(observe, "urn:theriac:epcis:undo"),
        "export" => with("decommissioning", "exported"),
        "sample" => with("decommissioning", "sample"),
        "take_sample" => with("sampling", "inactive"),
        "free_sample" => with("decommissioning", "free_sample"),
        "check_out" => with("decommissioning", "checked_out"),
        "lock" => object(observe, "holding")
            .with_disposition(&Disposition::parse(&format!("{NAMESPACE}locked")).unwrap()),
        "sell" => with("retail_selling", "retail_sold"),
        "part" => object(observe, "dispensing")
            .with_disposition(&Disposition::parse("partially_dispensed").unwrap()),
        "open" => with("inspecting", "container_open"),
        "depart" => {
            let to = rest.first()?.chars().next()?;
            object(observe, "departing").with_destination("location", &cast::place_of(to))
        }
        "accept" => object(observe, "accepting"),
        "relabel" => object(observe, "replacing"),
        "observe" | "complete" => {
            let parent = cast::thing(rest.first()?);
            let things = cast::things(&row.subject);
            let step = BizStep::parse("inspecting").unwrap();
            let event = Event::aggregation(observe, &parent, things, row.at_ms, step)
                .with_biz_location(&cast::place_of(row.place));
            let fate = Disposition::parse("completeness_verified").unwrap();
            if verb == "complete" {
                event.with_disposition(&fate)
            } else {
                event
            }
        }
        _ => return None,
    })
}

/// The subject is made into other things: `transform into=p9 lot=L2 exp=2027-12-31`.
pub(crate) fn transformed(row: &Row, rest: &[&str]) -> Event {
    let outputs = value(rest, "into=").expect("what it is made into");
    let uris = |names: &str| -> Vec<String> {
        let things = cast::things(names).into_iter();
        things.map(|epc| epc.canonical()).collect()
    };
    let time = chrono::DateTime::from_timestamp_millis(row.at_ms).unwrap();
    let place = json!({ "id": cast::place_of(row.place).canonical() });
    let event = json!({
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "TransformationEvent",
        "eventTime": time.to_rfc3339(),
        "eventTimeZoneOffset": "+00:00",
        "inputEPCList": uris(&row.subject),
        "outputEPCList": uris(&outputs.replace(',', " ")),
        "bizStep": "creating_class_instance",
        "readPoint": place,
        "bizLocation": place,
        "ilmd": {
            "cbvmda:lotNumber": value(rest, "lot=").unwrap_or("L1"),
            "cbvmda:itemExpirationDate": value(rest, "exp=").unwrap_or("2027-12-31"),
        },
    });
    Event::from_json(&event).unwrap_or_else(|error| panic!("line {}: {error}", row.line))
}

/// What the row adds to an event.
pub(crate) fn options(builder: EventBuilder, row: &Row, rest: &[&str]) -> EventBuilder {
    let mut event = builder;
    let party = |letter: char| Epc::Pgln(Gln::parse(&cast::gln_of(letter)).unwrap());
    if let Some(id) = value(rest, "id=") {
        event = event.with_event_id(id);
    }
    if let Some(zone) = value(rest, "zone=") {
        event = event.with_time_zone_offset(zone);
    }
    if let Some(from) = value(rest, "from=") {
        let from = party(from.chars().next().unwrap());
        event = event.with_source("possessing_party", &from);
    }
    if let Some(owners) = value(rest, "owner=") {
        let mut letters = owners.chars().filter(|c| *c != '>');
        let (from, to) = (letters.next().unwrap(), letters.next().unwrap());
        event = event
            .with_source("owning_party", &party(from))
            .with_destination("owning_party", &party(to));
    }
    let (tid, tail) = (value(rest, "tid="), value(rest, "tail="));
    if tid.is_some() || tail.is_some() {
        let tag = |epc: Epc| {
            let mut tag = json!({ "epc": epc.canonical() });
            for (name, hex) in [("tid", tid), ("tail", tail)] {
                if let Some(hex) = hex {
                    tag[name] = json!(hex);
                }
            }
            if let Some(written) = value(rest, "written=") {
                tag["written"] = json!(written.parse::<u32>().unwrap());
            }
            tag
        };
        let tags: Vec<_> = cast::things(&row.subject).into_iter().map(tag).collect();
        event = event.with_extension("theriac", NAMESPACE, "tags", json!(tags));
    }
    if let Some(declared) = value(rest, "declared=") {
        let declared: u32 = declared.parse().unwrap();
        event = event.with_extension("theriac", NAMESPACE, "declared", json!(declared));
    }
    if let Some(reads) = value(rest, "reads=") {
        let reads: u32 = reads.parse().unwrap();
        let (first_ms, last_ms) = (row.at_ms - 60_000, row.at_ms);
        let summary = json!({ "reads": reads, "first_ms": first_ms, "last_ms": last_ms });
        event = event.with_extension("theriac", NAMESPACE, "rfid", summary);
    }
    event
}

fn value<'a>(words: &[&'a str], name: &str) -> Option<&'a str> {
    words.iter().find_map(|word| word.strip_prefix(name))
}
