//! What the load is about: commissionings of packs of one product, in lots of 100,000.

use gs1::epcis::{Action, Event};
use gs1::{BizStep, Epc};
use serde_json::{Value, json};

/// Parties by their GLNs.
pub(crate) const MAKER: &str = "9506000100012";
pub(crate) const PHARMACY: &str = "9506000100036";
pub(crate) const GTIN: &str = "09506000134352";
/// Packs of a lot.
pub(crate) const LOT: usize = 100_000;
/// Events of a document.
pub(crate) const EVENTS: usize = 100;
/// Packs of an event.
pub(crate) const PACKS: usize = 10;
/// Milliseconds since the Unix epoch when the first was made.
const FIRST_MS: i64 = 1_790_000_000_000;

pub(crate) fn lot(pack: usize) -> String {
    format!("L{}", pack / LOT)
}

pub(crate) fn serial(pack: usize) -> String {
    // Spread over the alphabet, as serial numbers of makers are.
    format!("{:08X}{pack:08}", (pack as u32).wrapping_mul(0x9e37_79b1))
}

pub(crate) fn id(pack: usize) -> String {
    format!("https://id.gs1.org/01/{GTIN}/21/{}", serial(pack))
}

/// What a scanner reads.
pub(crate) fn scan(pack: usize) -> String {
    format!("(01){GTIN}(21){}(17)280131(10){}", serial(pack), lot(pack))
}

fn epc(text: &str) -> Epc {
    Epc::parse(text).expect("an identifier")
}

/// The event that makes ten packs from this one on.
pub(crate) fn made(pack: usize) -> Event {
    let packs: Vec<Epc> = (pack..pack + PACKS).map(|it| epc(&id(it))).collect();
    let time_ms = FIRST_MS + (pack / PACKS) as i64 * 10;
    let place = epc(&format!("https://id.gs1.org/414/{MAKER}"));
    Event::object(Action::Add, packs, time_ms, BizStep::Commissioning)
        .with_read_point(&place)
        .with_biz_location(&place)
        .with_ilmd(
            &lot(pack).parse().expect("a lot"),
            "2028-01-31".parse().expect("a day"),
        )
        .build()
        .expect("an event")
}

/// The event that sees one pack shipped or inspected at the maker's.
pub(crate) fn seen(pack: usize, time_ms: i64) -> Event {
    let place = epc(&format!("https://id.gs1.org/414/{MAKER}"));
    let packs = vec![epc(&id(pack))];
    Event::object(Action::Observe, packs, time_ms, BizStep::Inspecting)
        .with_read_point(&place)
        .build()
        .expect("an event")
}

/// The events of a document with an id each, as partners send them.
pub(crate) fn events(document: usize) -> Vec<Value> {
    (0..EVENTS)
        .map(|at| {
            let number = document * EVENTS + at;
            let mut event = made(number * PACKS).to_json();
            let fields = event.as_object_mut().expect("an object");
            fields.remove("@context");
            fields.insert("eventID".into(), json!(format!("urn:bench:{number}")));
            event
        })
        .collect()
}

pub(crate) fn document(events: &[Value]) -> Vec<u8> {
    let document = json!({
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-11-21T08:00:00Z",
        "epcisBody": { "eventList": events }
    });
    document.to_string().into_bytes()
}
