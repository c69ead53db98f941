//! When two events are the same: by the id their maker gave them, and by what they say.

use gs1::epcis::{Event, EventKind, SensorReport};
use gs1::{Epc, Gtin};

use crate::judge_thing::first_half;
use crate::state::Digest;

/// Bytes that most events are written down in.
const ROOM: usize = 256;
/// Bytes that a pack is written down in: what it is, 14 digits, a length and 20 characters at most.
const PACK_ROOM: usize = 36;
/// What is written instead of a place that is the one before. A place is told once or not at all.
const SAME_PLACE: usize = 2;

/// Hash of an event id.
pub(crate) fn id_digest(event_id: &str) -> Digest {
    let mut writer = Writer(Vec::with_capacity(8 + event_id.len()));
    writer.text(event_id);
    writer.finish(b"theriac rules event id        v3")
}

/// Hash of what an event says: everything rules look at, but neither its id, nor when it was
/// recorded, nor a declaration of error, nor the order of identifiers in a list.
pub(crate) fn content(event: &Event) -> Digest {
    let mut writer = Writer(Vec::with_capacity(ROOM));
    writer.time(event.event_time_ms);
    writer.text(event.action.map_or("", |action| action.as_str()));
    writer.text(event.biz_step.as_ref().map_or("", |step| step.as_str()));
    writer.text(event.disposition.as_ref().map_or("", |fate| fate.as_str()));
    writer.places(event.read_point.as_ref(), event.biz_location.as_ref());
    writer.text(event.ilmd.lot.as_ref().map_or("", |lot| lot.as_str()));
    writer.text(
        &event
            .ilmd
            .expiry
            .map_or_else(String::new, |day| day.to_string()),
    );
    match &event.kind {
        EventKind::Object(it) => {
            writer.text("object");
            writer.epcs(&it.epc_list);
            writer.number(it.quantity_list.len());
        }
        EventKind::Aggregation(it) => {
            writer.text("aggregation");
            writer.epcs(it.parent_id.as_ref());
            writer.epcs(&it.child_epcs);
            writer.number(it.child_quantity_list.len());
        }
        EventKind::Transaction(it) => {
            writer.text("transaction");
            writer.epcs(it.parent_id.as_ref());
            writer.epcs(&it.epc_list);
        }
        EventKind::Transformation(it) => {
            writer.text("transformation");
            writer.text(it.transformation_id.as_deref().unwrap_or_default());
            writer.epcs(&it.input_epc_list);
            writer.epcs(&it.output_epc_list);
        }
        EventKind::Association(it) => {
            writer.text("association");
            writer.epcs([&it.parent_id]);
            writer.epcs(&it.child_epcs);
        }
    }
    if let Some(tags) = crate::chain::tags::text_of(event) {
        writer.text(&tags);
    }
    for transaction in &event.biz_transactions {
        writer.text(&transaction.id);
    }
    for entry in event.sources.iter().chain(&event.destinations) {
        writer.text(&entry.type_);
        writer.epcs([&entry.id]);
    }
    for element in &event.sensor_elements {
        let metadata = &element.metadata;
        for time in [
            metadata.time_ms,
            metadata.start_time_ms,
            metadata.end_time_ms,
        ] {
            writer.time(time.unwrap_or(i64::MIN));
        }
        writer.text(metadata.device_id.as_deref().unwrap_or_default());
        for report in &element.reports {
            writer.report(report);
        }
    }
    writer.finish(b"theriac rules event content   v3")
}

/// Writes values down so that no two sequences of values look alike, and hashes them in one go: a
/// hash that is fed by the word spends most of its time on being fed. What is written is short,
/// because the rest of the time goes by the 64 bytes: most events take two such blocks.
#[derive(Default)]
struct Writer(Vec<u8>);

impl Writer {
    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len());
        self.0.extend_from_slice(bytes);
    }

    /// A length or a count, 7 bits to a byte, the lowest first (LEB128): it says where it ends.
    fn number(&mut self, number: usize) {
        self.unsigned(u64::try_from(number).unwrap_or(u64::MAX));
    }

    /// A time, before or after the epoch, with its sign in the lowest bit.
    fn time(&mut self, time_ms: i64) {
        let sign = time_ms >> 63;
        self.unsigned(((time_ms << 1) ^ sign).cast_unsigned());
    }

    fn unsigned(&mut self, mut number: u64) {
        while number >= 0x80 {
            let [low, ..] = number.to_le_bytes();
            self.0.push(low | 0x80);
            number >>= 7;
        }
        let [low, ..] = number.to_le_bytes();
        self.0.push(low);
    }

    /// Identifiers in their order, whatever order they are told in.
    fn epcs<'a>(&mut self, epcs: impl IntoIterator<Item = &'a Epc>) {
        let mut epcs = epcs.into_iter();
        let (first, second) = (epcs.next(), epcs.next());
        let Some(second) = second else {
            self.number(first.iter().len());
            if let Some(only) = first {
                self.epc(only);
            }
            return;
        };
        let all = first.into_iter().chain([second]).chain(epcs);
        let mut all: Vec<(u128, &Epc)> = all.map(|epc| (0, epc)).collect();
        let product = first.and_then(product_of);
        if product.is_some() && all.iter().all(|(_, epc)| product_of(epc) == product) {
            for (start, epc) in &mut all {
                *start = start_of(epc);
            }
        }
        all.sort_unstable();
        self.number(all.len());
        self.0.reserve(all.len() * PACK_ROOM);
        for (_, epc) in all {
            self.epc(epc);
        }
    }

    /// An identifier after a byte that tells how it is written: those that most events name by
    /// their digits, whose number is fixed, the others in their canonical form.
    fn epc(&mut self, epc: &Epc) {
        match epc {
            Epc::Sgtin(pack) => {
                self.0.push(1);
                self.0.extend_from_slice(pack.gtin.digits());
                self.text(pack.serial.as_str());
            }
            Epc::Sgln(place) if place.extension().is_none() => {
                self.0.push(2);
                self.0.extend_from_slice(place.gln().digits());
            }
            Epc::Sscc(unit) => {
                self.0.push(3);
                self.0.extend_from_slice(unit.as_str().as_bytes());
            }
            other => {
                self.0.push(0);
                self.text(&other.canonical());
            }
        }
    }

    /// Two places, which are mostly one: a site tells both by the same GLN.
    fn places(&mut self, one: Option<&Epc>, other: Option<&Epc>) {
        self.epcs(one);
        if one.is_some() && one == other {
            self.number(SAME_PLACE);
        } else {
            self.epcs(other);
        }
    }

    fn report(&mut self, report: &SensorReport) {
        self.text(report.type_.as_deref().unwrap_or_default());
        self.text(report.uom.as_deref().unwrap_or_default());
        self.text(report.exception.as_deref().unwrap_or_default());
        self.text(report.string_value.as_deref().unwrap_or_default());
        self.text(report.device_id.as_deref().unwrap_or_default());
        self.time(report.time_ms.unwrap_or(i64::MIN));
        for value in [
            report.value,
            report.min_value,
            report.max_value,
            report.mean_value,
        ] {
            self.text(&value.map_or_else(String::new, |value| value.to_string()));
        }
    }

    /// The hash under a key of its own for each purpose.
    fn finish(self, key: &[u8; 32]) -> Digest {
        first_half(blake3::keyed_hash(key, &self.0).as_bytes())
    }
}

fn product_of(epc: &Epc) -> Option<&Gtin> {
    match epc {
        Epc::Sgtin(pack) => Some(&pack.gtin),
        _ => None,
    }
}

/// The first characters of a serial number as a number: where packs are of one product, their order
/// is that of these, and few are compared whole.
fn start_of(epc: &Epc) -> u128 {
    let mut start = [0; 16];
    if let Epc::Sgtin(pack) = epc {
        let serial = pack.serial.as_str().as_bytes();
        start
            .iter_mut()
            .zip(serial)
            .for_each(|(to, from)| *to = *from);
    }
    u128::from_be_bytes(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epc(text: &str) -> Epc {
        Epc::parse(text).unwrap()
    }

    fn written(write: impl FnOnce(&mut Writer)) -> Vec<u8> {
        let mut writer = Writer::default();
        write(&mut writer);
        writer.0
    }

    /// Identifiers sorted whole, and each written by itself.
    fn plainly(epcs: &[Epc]) -> Vec<u8> {
        let mut all: Vec<&Epc> = epcs.iter().collect();
        all.sort();
        written(|writer| {
            writer.number(all.len());
            for epc in all {
                writer.epc(epc);
            }
        })
    }

    fn places() -> Vec<Epc> {
        let places = [
            "https://id.gs1.org/414/9506000134352",
            "https://id.gs1.org/414/9506000134352/254/dock%2F1",
            "https://id.gs1.org/00/395060001000000082",
            "https://id.gs1.org/417/9506000134352",
            "https://example.com/place",
        ];
        places.map(epc).to_vec()
    }

    #[test]
    fn identifiers_are_written_in_their_order_whatever_order_they_are_told_in() {
        let pack =
            |gtin: &str, serial: &str| epc(&format!("https://id.gs1.org/01/{gtin}/21/{serial}"));
        let (one, other) = ("09506000134352", "09506000134369");
        let serials = [
            "B",
            "A",
            "AA",
            "A0",
            "12345678901234567890",
            "1234567890123456",
        ];
        let packs: Vec<Epc> = serials.iter().map(|it| pack(one, it)).collect();
        let mut mixed = packs.clone();
        mixed.extend(["A", "0"].map(|it| pack(other, it)));
        let places = places();
        let mut all = places.clone();
        all.extend(mixed.iter().cloned());
        let singles = places.iter().chain(&packs).map(std::slice::from_ref);
        let lists: [&[Epc]; 5] = [&[], &packs, &mixed, &places, &all];
        for list in singles.chain(lists) {
            let told = written(|writer| writer.epcs(list));
            assert_eq!(told, plainly(list), "{list:?}");
            let turned: Vec<Epc> = list.iter().rev().cloned().collect();
            assert_eq!(written(|writer| writer.epcs(&turned)), told, "{list:?}");
        }
    }

    #[test]
    fn no_two_pairs_of_places_are_written_alike() {
        let places = places();
        let each = || places.iter().map(Some).chain([None]);
        let mut seen = std::collections::BTreeMap::new();
        for (one, other) in each().flat_map(|one| each().map(move |other| (one, other))) {
            let told = written(|writer| writer.places(one, other));
            let before = seen.insert(told, (one, other));
            assert_eq!(before, None, "{one:?} {other:?}");
        }
    }

    #[test]
    fn no_two_sequences_of_values_are_written_alike() {
        let numbers = [0, 1, 63, 64, 127, 128, 16_383, 16_384, usize::MAX];
        let times = [0, -1, 1, 63, -64, 64, i64::MIN, i64::MAX, 1_772_323_200_000];
        let texts = ["", "a", "ab", "b", "\u{1}a"];
        for all in [
            numbers
                .map(|it| written(|writer| writer.number(it)))
                .to_vec(),
            times.map(|it| written(|writer| writer.time(it))).to_vec(),
            texts.map(|it| written(|writer| writer.text(it))).to_vec(),
        ] {
            // None begins another, so a sequence is read in one way only.
            for (i, one) in all.iter().enumerate() {
                let begins = |other: &&Vec<u8>| other.starts_with(one);
                assert_eq!(all.iter().filter(begins).count(), 1, "{i}: {one:?}");
            }
        }
    }
}
