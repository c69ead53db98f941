//! Whether a condition holds: true, false, or not known, with the steps it took.
//!
//! Unknown follows Kleene: what is false in spite of it is false, what is true in spite of it is
//! true, the rest is unknown.

use std::borrow::Cow;
use std::collections::BTreeSet;

use gs1::Decimal;
use gs1::unit::{Reading, Unit, compare};

use super::declaration::{Condition, Count, Counted, Field, Measure};
use super::limits::{CONTENTS_MAX, RECORDS_MAX, number};
use crate::item::{Item, Moment};
use crate::state::event::{Act, Fate};
use crate::state::intern::premises;
use crate::state::{EventRec, State, Step, ThingId};

/// Whether a condition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Truth {
    Yes,
    No,
    /// It cannot be told, for want of this.
    Unknown(&'static str),
}

/// What a condition is held against.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) state: &'a State,
    pub(super) thing: Option<ThingId>,
    /// The record, and the thing before it.
    pub(super) event: Option<&'a EventRec>,
    pub(super) before: Option<&'a Item>,
    /// The records of the thing up to this one, oldest first.
    pub(super) past: &'a [&'a Moment<'a>],
    /// What the thing is in now, and for how long it has been, ms.
    pub(super) stay: Option<(&'static str, i64)>,
    /// What to answer for temperatures and stays that are judged elsewhere.
    pub(super) elsewhere: Truth,
    /// Whether contents speak for a container.
    pub(super) contents: bool,
}

/// Evaluates, counting steps.
#[derive(Debug, Default)]
pub(super) struct Meter {
    pub(super) steps: u64,
}

impl<'a> Scene<'a> {
    pub(super) fn of(state: &'a State) -> Self {
        Self {
            state,
            thing: None,
            event: None,
            before: None,
            past: &[],
            stay: None,
            elsewhere: Truth::Yes,
            contents: true,
        }
    }
}

impl Meter {
    pub(super) fn truth(&mut self, when: &Condition, scene: &Scene<'_>) -> Truth {
        match when {
            Condition::All(parts) => self.all(parts, scene, Truth::No),
            Condition::Any(parts) => self.all(parts, scene, Truth::Yes),
            Condition::Not(part) => {
                self.steps += 1;
                match self.truth(part, scene) {
                    Truth::Yes => Truth::No,
                    Truth::No => Truth::Yes,
                    unknown @ Truth::Unknown(_) => unknown,
                }
            }
            Condition::Text {
                field,
                values,
                among,
            } => match self.values(*field, scene) {
                Some(found) => {
                    let any = found.iter().any(|value| values.contains(value.as_ref()));
                    holds(any == *among)
                }
                None => Truth::Unknown(field.name()),
            },
            Condition::Known { field, known } => {
                holds(self.values(*field, scene).is_some() == *known)
            }
            Condition::Number {
                measure,
                above,
                threshold,
                unit,
            } => {
                self.steps += 1;
                let Some(ms) = measured(*measure, scene) else {
                    return Truth::Unknown(match measure {
                        Measure::Age => "age",
                        Measure::ToExpiry => "to_expiry",
                    });
                };
                exceeds(ms, (*threshold, unit), *above)
            }
            Condition::Count(count) => self.count(count, scene),
            Condition::Temperature { .. } => scene.elsewhere,
            Condition::State { status, longer_ms } => {
                self.steps += 1;
                match scene.stay {
                    Some((now, ms)) => holds(now == status && ms > *longer_ms),
                    None => scene.elsewhere,
                }
            }
        }
    }

    /// All (or any) of the parts: the one answer that decides, else unknown, else the other.
    fn all(&mut self, parts: &[Condition], scene: &Scene<'_>, decides: Truth) -> Truth {
        self.steps += 1;
        let mut unknown = None;
        for part in parts {
            match self.truth(part, scene) {
                found if found == decides => return decides,
                found @ Truth::Unknown(_) => unknown = unknown.or(Some(found)),
                _ => {}
            }
        }
        unknown.unwrap_or(if decides == Truth::No {
            Truth::Yes
        } else {
            Truth::No
        })
    }

    /// Counts records of the thing within the window that ends with this one.
    fn count(&mut self, count: &Count, scene: &Scene<'_>) -> Truth {
        let Some(now) = scene.event else {
            return Truth::Unknown("record");
        };
        let from_ms = now.time_ms.saturating_sub(count.within_ms);
        let recent = scene.past.iter().rev().take(RECORDS_MAX);
        let recent = recent.take_while(|moment| moment.entry.event.time_ms >= from_ms);
        let mut seen = BTreeSet::new();
        let mut unknown = None;
        for moment in recent {
            self.steps += 1;
            let (event, before) = (moment.entry.event, &moment.before);
            let scene = Scene {
                event: Some(event),
                before: Some(before),
                past: &[],
                ..*scene
            };
            let counts = match &count.only {
                Some(only) => self.truth(only, &scene),
                None => Truth::Yes,
            };
            match (counts, key(scene.state, event, count.of)) {
                (Truth::Yes, Ok(key)) => {
                    seen.insert(key);
                }
                (Truth::Yes, Err(field)) => unknown = unknown.or(Some(Truth::Unknown(field))),
                (found @ Truth::Unknown(_), _) => unknown = unknown.or(Some(found)),
                (Truth::No, _) => {}
            }
        }
        if number(seen.len()) > u64::from(count.more_than) {
            return Truth::Yes;
        }
        unknown.unwrap_or(Truth::No)
    }

    /// The values of a field; `None` when it is not known.
    fn values<'s>(&mut self, field: Field, scene: &Scene<'s>) -> Option<Vec<Cow<'s, str>>> {
        self.steps += 1;
        if !field.of_contents() {
            return one(field, scene).map(|value| vec![value]);
        }
        let (state, id) = (scene.state, scene.thing?);
        let own = state.gtin(id).is_some();
        let packs = if own || !scene.contents {
            vec![id]
        } else {
            state.ever_inside(id)
        };
        if packs.len() > CONTENTS_MAX {
            return None;
        }
        let mut found = BTreeSet::new();
        for pack in packs {
            self.steps += 1;
            found.extend(of_pack(state, pack, field));
        }
        (!found.is_empty()).then(|| found.into_iter().collect())
    }
}

fn holds(it: bool) -> Truth {
    if it { Truth::Yes } else { Truth::No }
}

fn of_pack(state: &State, id: ThingId, field: Field) -> Option<Cow<'_, str>> {
    if field == Field::Gtin {
        return Some(Cow::Borrowed(state.gtin(id)?.as_str()));
    }
    state.gtin(id)?;
    let birth = state.event(state.thing(id)?.birth?)?;
    Some(Cow::Borrowed(state.names.text(birth.told().lot?)))
}

fn one<'s>(field: Field, scene: &Scene<'s>) -> Option<Cow<'s, str>> {
    let state = scene.state;
    let text = |id| Cow::Borrowed(state.names.text(id));
    if field == Field::Status {
        return Some(Cow::Borrowed(crate::views::status_word(scene.before?)));
    }
    if field == Field::Holder {
        return scene.before?.holder.map(text);
    }
    let event = scene.event?;
    match field {
        Field::Step => Some(Cow::Borrowed(step_word(event.step))),
        Field::Disposition => Some(Cow::Borrowed(fate_word(event.fate))),
        Field::Action => event.act.map(|act| Cow::Borrowed(act_word(act))),
        Field::Party => state.party_of(event).map(text),
        Field::Role => {
            let party = state.names.text(state.party_of(event)?);
            let party = state.masters.parties.get(party)?;
            Some(Cow::Borrowed(party.role.as_str()))
        }
        Field::Place => premises_of(state, event).map(Cow::Owned),
        Field::Country => {
            let location = state.masters.location(state.places.epc(event.place()?)?)?;
            location.country.as_deref().map(Cow::Borrowed)
        }
        Field::Source => event.told().source.map(text),
        Field::Destination => {
            let there = event.told().destination_place;
            let there = there.and_then(|place| state.party_at(place));
            event.told().destination.or(there).map(text)
        }
        Field::Device => event.told().device.map(text),
        Field::Gtin | Field::Lot | Field::Status | Field::Holder => None,
    }
}

/// The GLN of the premises of an event, else what names its place.
fn premises_of(state: &State, event: &EventRec) -> Option<String> {
    let place = state.places.epc(event.place()?)?;
    Some(match premises(place) {
        gs1::Epc::Sgln(sgln) => sgln.gln().to_string(),
        other => other.canonical(),
    })
}

/// What makes an event count once, or the field that is missing for it.
pub(super) fn key(state: &State, event: &EventRec, of: Counted) -> Result<String, &'static str> {
    match of {
        Counted::Records | Counted::Things => {
            let evidence = event.evidence();
            Ok(crate::hex::encode(&evidence.block) + ":" + &evidence.item.to_string())
        }
        Counted::Parties => {
            let party = state.party_of(event).map(|id| state.names.text(id));
            party.map(str::to_owned).ok_or("party")
        }
        Counted::Places => premises_of(state, event).ok_or("place"),
    }
}

fn measured(measure: Measure, scene: &Scene<'_>) -> Option<i64> {
    let event = scene.event?;
    let birth = scene.state.event(scene.state.thing(scene.thing?)?.birth?)?;
    match measure {
        Measure::Age => Some(event.time_ms.saturating_sub(birth.time_ms)),
        Measure::ToExpiry => {
            let days = i64::from(birth.told().expiry?).saturating_sub(event.local_day());
            Some(days.saturating_mul(86_400_000))
        }
    }
}

/// Whether a duration is above (or below) a threshold; both exact.
fn exceeds(ms: i64, (threshold, unit): (Decimal, &Unit), above: bool) -> Truth {
    let wanted = if above {
        std::cmp::Ordering::Greater
    } else {
        std::cmp::Ordering::Less
    };
    let second = Unit::of("SEC");
    let order = second.and_then(|second| {
        let measured = (Decimal::from_milli(ms), &second);
        compare(measured, (threshold, unit), Reading::Span)
    });
    match order {
        Some(order) => holds(order == wanted),
        None => Truth::Unknown("unit"),
    }
}

fn step_word(step: Step) -> &'static str {
    match step {
        Step::Commissioning => "commissioning",
        Step::Packing => "packing",
        Step::Unpacking => "unpacking",
        Step::Shipping => "shipping",
        Step::Departing => "departing",
        Step::Receiving => "receiving",
        Step::Accepting => "accepting",
        Step::VoidShipping => "void_shipping",
        Step::Dispensing => "dispensing",
        Step::Decommissioning => "decommissioning",
        Step::Destroying => "destroying",
        Step::Reverse => "collecting",
        _ => "other",
    }
}

fn fate_word(fate: Fate) -> &'static str {
    match fate {
        Fate::InTransit => "in_transit",
        Fate::Dispensed => "dispensed",
        Fate::PartiallyDispensed => "partially_dispensed",
        Fate::Destroyed => "destroyed",
        Fate::Inactive => "inactive",
        Fate::Stolen => "stolen",
        Fate::Damaged => "damaged",
        Fate::Reverse => "returned",
        _ => "other",
    }
}

fn act_word(act: Act) -> &'static str {
    match act {
        Act::Add => "ADD",
        Act::Observe => "OBSERVE",
        Act::Delete => "DELETE",
    }
}
