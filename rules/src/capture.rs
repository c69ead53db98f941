//! From an EPCIS event to memory: what is kept of it, which things it names, and what in the
//! earlier judgement it may change.
//!
//! An event that says what an earlier one said (same content, under whatever id and from whatever
//! sender; or the same event id, moment and deed, with one of its things) is the same event and
//! changes nothing; partners pass documents on to each other, some with less in them, so this is
//! daily business. An id alone proves nothing: whoever uses somebody else's must not make an event
//! disappear. The same content or id with a declaration of error takes the earlier event back,
//! provided that the same party says so.

mod reduce;

use std::collections::BTreeSet;

use gs1::epcis::{Event, EventKind};
use gs1::{Epc, Gtin, Lot};

use crate::digest::{content, id_digest};
use crate::reading::readings_of;
use crate::record::Stamp;
use crate::state::event::Kind;
use crate::state::{EventId, EventRec, State, Step, Table, ThingId, VoidAhead};

/// What an event may have changed.
#[derive(Debug)]
pub(crate) struct Capture {
    pub(crate) event: EventId,
    /// Things it names.
    pub(crate) touched: Vec<ThingId>,
    /// Things whose readings have to be judged again.
    pub(crate) measured: Vec<ThingId>,
    /// Products that became known with it.
    pub(crate) products: Vec<Gtin>,
    /// It only brought readings.
    pub(crate) only_readings: bool,
    /// It took an earlier event back.
    pub(crate) takes_back: bool,
}

/// The things of an event by what it does to them.
#[derive(Debug, Clone, Copy)]
struct Parts<'a> {
    parent: Option<&'a Epc>,
    lists: [&'a [Epc]; 2],
}

impl<'a> Parts<'a> {
    /// What the lists name, without classes of things.
    fn members(self) -> impl Iterator<Item = &'a Epc> {
        let all = self.lists.into_iter().flatten();
        all.filter(|epc| is_instance(epc))
    }
}

impl State {
    /// Takes an event in; `None` when it says nothing new.
    pub(crate) fn capture(&mut self, stamp: &Stamp, event: &Event) -> Option<Capture> {
        let content = content(event);
        let by_id = event.event_id.as_deref().map(id_digest);
        let digests = || by_id.into_iter().chain([content]);
        let declares_error = event.error_declaration.is_some();
        let same = self.event_by_digest.get(&content);
        let known = same.or_else(|| self.event_by_digest.get(&by_id?));
        let again = |it: EventId| same.is_some() || self.is_told_again(it, event);
        if !declares_error && known.is_some_and(again) {
            return None;
        }
        let rec = self.reduce(stamp, event);
        let actor = rec.actor;
        let id = EventId::at(self.events.len());
        self.events.push(rec);
        if declares_error {
            let digests: Vec<_> = digests().collect();
            return self.take_back(known, id, &digests);
        }
        // Only an id can be another event's: content that is known was told again.
        for digest in digests().filter(|it| known.is_none() || *it == content) {
            self.event_by_digest.insert_new(digest, id);
        }
        let ahead = digests().find_map(|digest| self.voided_ahead.get(&digest));
        if let Some(ahead) = ahead.filter(|ahead| may_take_back(actor, ahead.actor)) {
            let by = ahead.by;
            if let Some(rec) = self.event_mut(id) {
                rec.told_mut().voided_by = Some(by);
            }
        }
        Some(self.remember(id, event))
    }

    /// Whether an event with the id of a known one is that one, told with other details.
    fn is_told_again(&self, known: EventId, event: &Event) -> bool {
        let same_deed = self
            .event(known)
            .is_some_and(|it| (it.act, it.step, it.time_ms) == reduce::deed(event));
        let parts = parts(&event.kind);
        let lead = parts.parent.or_else(|| parts.members().next());
        let named = lead.and_then(|epc| self.thing(self.find(epc)?));
        same_deed
            && lead.is_none_or(|_| {
                named
                    .is_some_and(|it| it.touches.contains(&known) || it.measured().contains(&known))
            })
    }

    /// Marks an event as taken back, now or when it arrives.
    fn take_back(
        &mut self,
        known: Option<EventId>,
        by: EventId,
        digests: &[crate::state::Digest],
    ) -> Option<Capture> {
        let actor = self.event(by).and_then(|event| event.actor);
        let Some(known) = known else {
            for digest in digests {
                self.voided_ahead
                    .entry(*digest)
                    .or_insert(VoidAhead { by, actor });
            }
            return None;
        };
        let event = self.event_mut(known)?;
        if event.told().voided_by.is_some() || !may_take_back(event.actor, actor) {
            return None;
        }
        event.told_mut().voided_by = Some(by);
        self.pasts.forget();
        let event = self.event(known)?;
        let time_ms = event.time_ms;
        let touched = self.named_by(known, time_ms);
        let measured = touched.clone();
        for id in &touched {
            self.recount_birth(*id);
            self.note_labels(*id);
        }
        Some(Capture {
            event: known,
            touched,
            measured,
            products: Vec::new(),
            only_readings: false,
            takes_back: true,
        })
    }

    /// Things that an event of the past names. Only an error declaration asks this, so a search
    /// through all things is cheaper than remembering it for every event.
    fn named_by(&self, event: EventId, time_ms: i64) -> Vec<ThingId> {
        let names = |thing: &crate::state::Thing| {
            let from = thing
                .touches
                .partition_point(|id| self.event(*id).is_some_and(|other| other.time_ms < time_ms));
            let same_time = thing.touches.iter().skip(from).take_while(|id| {
                self.event(**id)
                    .is_some_and(|other| other.time_ms == time_ms)
            });
            same_time.chain(thing.measured()).any(|id| *id == event)
        };
        let named = self.all_things().filter(|(_, thing)| names(thing));
        named.map(|(id, _)| id).collect()
    }

    /// Looks for the commissioning that counts after one was taken back.
    fn recount_birth(&mut self, id: ThingId) {
        let Some(thing) = self.thing(id) else { return };
        let births = thing
            .touches
            .iter()
            .filter_map(|id| Some((*id, self.event(*id)?)));
        let makes = |event: &EventRec| event.is_birth() || event.made(id);
        let birth = births
            .filter(|(_, event)| makes(event) && event.told().voided_by.is_none())
            .min_by_key(|(_, event)| (!event.is_birth(), event.record.position))
            .map(|(id, _)| id);
        if let Some(thing) = self.thing_mut(id) {
            thing.birth = birth;
        }
        if let Some(Epc::Lgtin { gtin, lot }) = self.lot_epc(id) {
            self.lots.entry((gtin, lot)).or_default().packs.insert(id);
        }
    }

    fn remember(&mut self, id: EventId, event: &Event) -> Capture {
        let parts = parts(&event.kind);
        let readings = readings_of(event, |name| self.names.intern(name));
        let parent = parts.parent.map(|epc| self.intern_thing(epc));
        let mut touched: Vec<ThingId> =
            Vec::with_capacity(parts.lists.map(<[_]>::len).iter().sum::<usize>() + 1);
        touched.extend(parent);
        let own = touched.len();
        touched.extend(parts.members().map(|epc| self.intern_thing(epc)));
        let lead = touched.first().copied();
        if let Some(rec) = self.event_mut(id) {
            if parent.is_some() {
                rec.told_mut().parent = parent;
            }
            // Loggers bound to what they measure are kept as put into it; other associations (a
            // label, a part) put nothing into anything.
            let devices = || parts.members().all(|epc| matches!(epc, Epc::Giai(_)));
            if rec.kind == Kind::Association && touched.len() > own && devices() {
                rec.kind = Kind::Aggregation;
            }
            rec.lead = lead;
        }
        self.note_outputs(id, event);
        self.regroup(id, touched.get(own..).unwrap_or_default());
        each_once(&mut touched);
        let only_readings = !readings.is_empty()
            && self
                .event(id)
                .is_some_and(|rec| rec.step == Step::SensorReporting && rec.regroups().is_none());
        if !only_readings {
            self.touch(&touched, id);
        }
        if !readings.is_empty() {
            self.note_measured(&touched, id);
        }
        self.note_tags(id, event);
        self.note_undeclared(id, &touched);
        let told = self.event(id).map(|it| (it.place(), it.zone_min));
        if let Some((Some(place), zone_min)) = told {
            self.places.note_zone(place, zone_min);
        }
        let products = self.note_births(id, &touched);
        let label = self.event(id).filter(|event| !event.is_birth());
        if let Some(lot) = label.and_then(|event| event.told().lot) {
            let labelled = touched.iter().copied();
            let labelled: Vec<ThingId> = labelled.filter(|it| self.labels(*it, id)).collect();
            for thing in labelled {
                self.note_label(thing, Some(lot));
            }
        }
        let measured = if readings.is_empty() {
            self.measured_around(id, &touched)
        } else {
            touched.clone()
        };
        for device in readings.iter().filter_map(|readings| readings.device) {
            self.loggers.note(device, id, &touched);
        }
        if !readings.is_empty() {
            self.readings.push(id, readings.into_boxed_slice());
        }
        Capture {
            event: id,
            touched,
            measured,
            products,
            only_readings,
            takes_back: false,
        }
    }

    /// Notes what a transformation made.
    fn note_outputs(&mut self, id: EventId, event: &Event) {
        let EventKind::Transformation(own) = &event.kind else {
            return;
        };
        let outputs = own.output_epc_list.iter().filter(|epc| is_instance(epc));
        let mut outputs: Vec<ThingId> = outputs.filter_map(|epc| self.find(epc)).collect();
        outputs.sort_unstable();
        outputs.dedup();
        if let Some(rec) = self.event_mut(id).filter(|_| !outputs.is_empty()) {
            rec.told_mut().outputs = outputs;
        }
    }

    /// Notes that an event names things, in event-time order.
    fn touch(&mut self, things: &[ThingId], id: EventId) {
        let events = &self.events;
        let Some(event) = events.get(id.row()) else {
            return;
        };
        let order = event.order();
        let stands = event.told().voided_by.is_none();
        let (makes, outputs) = (event.is_birth() && stands, event.told().outputs.as_slice());
        let commissions = |id: EventId| events.get(id.row()).is_some_and(EventRec::is_birth);
        let is_before = |other: &EventId| order_of(events, *other) <= order;
        for number in things {
            let Some(thing) = self.things.get_mut(number.row()) else {
                continue;
            };
            // Mostly told in its order: behind all others.
            let at = if thing.touches.last().is_none_or(is_before) {
                thing.touches.len()
            } else {
                thing.touches.partition_point(is_before)
            };
            thing.touches.insert(at, id);
            // What came out of a transformation may be commissioned as well, before or after.
            if makes && !thing.birth.is_some_and(commissions) {
                thing.birth = Some(id);
            } else if stands && outputs.binary_search(number).is_ok() {
                thing.birth = thing.birth.or(Some(id));
            }
        }
    }

    /// Notes that an event brought readings of things.
    fn note_measured(&mut self, things: &[ThingId], id: EventId) {
        for thing in things {
            if let Some(thing) = self.thing_mut(*thing) {
                thing.more_mut().measured.push(id);
            }
        }
    }

    /// Notes what an aggregation puts together or takes apart.
    fn regroup(&mut self, id: EventId, children: &[ThingId]) {
        let event = self.event(id);
        let Some((parent, into)) = event.and_then(EventRec::regroups) else {
            return;
        };
        let Some(order) = event.map(EventRec::order) else {
            return;
        };
        let events = &self.events;
        let Some(container) = self.things.get_mut(parent.row()) else {
            return;
        };
        let more = container.more_mut();
        // What is taken out was in it, also where nobody recorded the packing: what the ledger
        // learns of the container later concerns it.
        for child in children.iter().filter(|child| **child != parent) {
            if let Err(at) = more.children.binary_search(child) {
                more.children.insert(at, *child);
            }
        }
        if !into && children.is_empty() {
            self.pasts.forget();
            let at = more
                .disbands
                .partition_point(|other| order_of(events, *other) <= order);
            more.disbands.insert(at, id);
        }
    }

    /// Keeps the lists of lots, products and packs never made; returns products new to us.
    fn note_births(&mut self, id: EventId, touched: &[ThingId]) -> Vec<Gtin> {
        let Some(event) = self.event(id) else {
            return Vec::new();
        };
        let birth = event.is_birth() && event.told().voided_by.is_none();
        let lot = event
            .told()
            .lot
            .and_then(|lot| Lot::parse(self.names.text(lot)).ok());
        if event.told().outputs.is_empty() {
            return self.note_kinds(touched, birth, lot.as_ref());
        }
        let made = |it: &ThingId| self.thing(*it).is_some_and(|it| it.birth == Some(id));
        let (made, others): (Vec<_>, Vec<_>) = touched.iter().copied().partition(made);
        let mut products = self.note_kinds(&made, true, lot.as_ref());
        products.extend(self.note_kinds(&others, false, None));
        products
    }

    /// As above, for things that were all made now, in a lot or none, or were all there before.
    fn note_kinds(&mut self, touched: &[ThingId], made: bool, lot: Option<&Lot>) -> Vec<Gtin> {
        let mut products = BTreeSet::new();
        // What an event names is mostly of one product: looked up where it changes.
        let mut rest = touched;
        while let [first, ..] = rest {
            let of_product = |id: &&ThingId| self.thing_names.same_product(**id, *first);
            let count = rest.iter().take_while(of_product).count();
            let (packs, others) = rest.split_at(count.max(1));
            rest = others;
            let Some(gtin) = self.gtin(*first).cloned() else {
                continue;
            };
            let known = self.knows_product(&gtin);
            if made {
                if !known {
                    products.insert(gtin.clone());
                }
                self.note_made(gtin, lot.cloned(), packs);
            } else if !known {
                let product = self.products.entry(gtin).or_default();
                let things = &self.things;
                let unborn = |id: &&ThingId| {
                    let thing = things.get(id.row());
                    thing.is_none_or(|thing| thing.birth.is_none())
                };
                product.unborn.extend(packs.iter().filter(unborn));
            }
        }
        products.into_iter().collect()
    }

    /// Notes packs that were made.
    fn note_made(&mut self, gtin: Gtin, lot: Option<Lot>, packs: &[ThingId]) {
        let product = self.products.entry(gtin.clone()).or_default();
        product.commissioned = true;
        for pack in packs {
            product.unborn.remove(pack);
        }
        if let Some(lot) = lot {
            let lot = self.lots.entry((gtin, lot)).or_default();
            for pack in packs {
                lot.packs.insert(*pack);
            }
        }
    }

    /// Things with readings that an event without readings may show in another light: those it
    /// names (their ways), and the containers around those it put into something (their contents).
    fn measured_around(&self, id: EventId, touched: &[ThingId]) -> Vec<ThingId> {
        if self.readings.is_empty() {
            return Vec::new();
        }
        let measured = |id: &ThingId| {
            self.thing(*id)
                .is_some_and(|thing| !thing.measured().is_empty())
        };
        let named = touched.iter().copied().filter(measured);
        let mut ids: BTreeSet<ThingId> = named.collect();
        if let Some((parent, true)) = self.event(id).and_then(EventRec::regroups) {
            let around = self.containers(parent).into_iter();
            ids.extend(around.map(|(container, _)| container).filter(measured));
        }
        ids.into_iter().collect()
    }
}

/// Keeps the first of what is there several times.
fn each_once(ids: &mut Vec<ThingId>) {
    // Mostly a container and what was made and put into it one after the other.
    if let [first, rest @ ..] = ids.as_slice()
        && rest.is_sorted_by(|a, b| a < b)
        && rest.binary_search(first).is_err()
    {
        return;
    }
    let mut seen = BTreeSet::new();
    ids.retain(|id| seen.insert(*id));
}

/// An event may be taken back by the party that stated it; where either is unknown, by anyone.
fn may_take_back(stated: Option<crate::state::NameId>, says: Option<crate::state::NameId>) -> bool {
    stated.is_none() || says.is_none() || stated == says
}

fn order_of(events: &Table<EventRec>, id: EventId) -> (i64, u64) {
    events.get(id.row()).map_or((i64::MIN, 0), EventRec::order)
}

fn parts(kind: &EventKind) -> Parts<'_> {
    let (parent, lists): (_, [&[Epc]; 2]) = match kind {
        EventKind::Object(event) => (None, [&event.epc_list, &[]]),
        EventKind::Aggregation(event) => (event.parent_id.as_ref(), [&event.child_epcs, &[]]),
        EventKind::Transaction(event) => (event.parent_id.as_ref(), [&event.epc_list, &[]]),
        EventKind::Transformation(event) => (None, [&event.input_epc_list, &event.output_epc_list]),
        EventKind::Association(event) => (Some(&event.parent_id), [&event.child_epcs, &[]]),
    };
    Parts { parent, lists }
}

/// Whether an identifier names one thing and not a class of things.
fn is_instance(epc: &Epc) -> bool {
    !matches!(epc, Epc::Gtin(_) | Epc::Lgtin { .. })
}
