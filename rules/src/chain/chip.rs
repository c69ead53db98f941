//! C23: the identifier is on another chip than the one it was commissioned on.
//!
//! **Condition.** The first event of the thing that names a chip and is its commissioning, or an
//! `encoding` or `replacing` step by whoever has the thing or made it, *binds* the identifier to
//! that chip's TID memory (TDS 2.3, section 16). A later event names a chip that cannot be the
//! bound one. Or: a chip with a serial number, seen on one pack, is seen on another pack.
//!
//! **Severity** S3. Conclusive when the chip was bound at commissioning or by a signed relabelling;
//! otherwise the first chip seen counts and the difference is not conclusive: nobody knows which of
//! the two is the copy. **Thresholds** none.
//!
//! **False alarms**: a truncated TID read (one is the beginning of the other) is the same chip;
//! chips without a serial number are compared by designer and model only; a label replaced without
//! an event: record `replacing` with the new TID. A spoiled label that is written anew with another
//! pack's identifier is lawful once the first pack's life is over or nobody made it. Labels of
//! logistic units and returnable assets are written anew all the time: only packs count. **Late
//! facts**: a relabelling that arrives late binds from its event time and resolves the finding.

use super::custody::key;
use super::tags::Tag;
use crate::finding::{RuleId, Severity};
use crate::item::Moment;
use crate::judge_thing::{Case, Draft};
use crate::say::Way;
use crate::state::{EventRec, Step, ThingId};

pub(crate) fn check(case: &Case<'_>, out: &mut Vec<Draft>) {
    let mut bound: Option<Bound<'_>> = None;
    for (moment, tag) in case.tagged().filter(|(_, tag)| !tag.tid.is_empty()) {
        let (id, event) = (moment.entry.id, moment.entry.event);
        let signed = Some(id) == case.now.birth || relabels(case, moment);
        match bound {
            Some(bound) if !signed => out.extend(other_chip(case, bound, event, tag)),
            _ => {
                bound = Some(Bound { tag, event, signed });
            }
        }
    }
    shared(case, out);
}

/// The chip an identifier belongs to.
#[derive(Clone, Copy)]
struct Bound<'a> {
    tag: &'a Tag,
    event: &'a EventRec,
    /// By the commissioning or a relabelling, and not just seen first.
    signed: bool,
}

/// Whether the event puts the identifier on a chip and its party may do that.
fn relabels(case: &Case<'_>, moment: &Moment<'_>) -> bool {
    let (state, event) = (case.state, moment.entry.event);
    let Some(party) = state
        .party_of(event)
        .filter(|_| event.step == Step::Tagging)
    else {
        return false;
    };
    let maker = case.birth().and_then(|birth| state.party_of(birth));
    [moment.before.holder, maker]
        .into_iter()
        .flatten()
        .any(|of| state.may_act_for(of, party, event.time_ms))
}

fn other_chip(case: &Case<'_>, bound: Bound<'_>, event: &EventRec, tag: &Tag) -> Option<Draft> {
    if may_be_same(&bound.tag.tid, &tag.tid) {
        return None;
    }
    let here = case.place(event.place());
    let say = Way::OtherChip {
        here,
        at_ms: event.time_ms,
    };
    Some(
        Draft::new(RuleId::C23, Severity::S3, event, key(event), say)
            .resting_on(Some(bound.event))
            .conclusive(bound.signed)
            .fact("bound_tid", crate::hex::encode(&bound.tag.tid))
            .fact("read_tid", crate::hex::encode(&tag.tid))
            .fact("bound_when_made", bound.signed),
    )
}

/// Whether two reads of TID memory can be of one chip.
fn may_be_same(a: &[u8], b: &[u8]) -> bool {
    if a.starts_with(b) || b.starts_with(a) {
        return true;
    }
    match (gs1::tid::parse(a), gs1::tid::parse(b)) {
        (Ok(x), Ok(y)) => x
            .same_chip(&y)
            .unwrap_or((x.designer, x.model) == (y.designer, y.model)),
        // Memory that does not read as a TID: what both reads hold must be equal.
        _ => false,
    }
}

/// A chip that another pack was seen on before.
fn shared(case: &Case<'_>, out: &mut Vec<Draft>) {
    if case.gtin().is_none() {
        return;
    }
    for (moment, tag) in case.tagged() {
        let event = moment.entry.event;
        let Some(chip) = tag.chip() else { continue };
        let others = case.state.on_chip(&chip).filter(|id| *id != case.id);
        let earlier = others
            .filter_map(|other| first_on(case, other, tag, event))
            .min();
        if let Some((_, other)) = earlier {
            let here = case.place(event.place());
            let pack = case.state.canonical(other);
            let say = Way::SharedChip {
                here,
                at_ms: event.time_ms,
                pack: pack.clone(),
            };
            let key = "shared chip".to_owned();
            out.push(
                Draft::new(RuleId::C23, Severity::S3, event, key, say)
                    .fact("other_pack", pack)
                    .fact("tid", crate::hex::encode(&tag.tid)),
            );
            return;
        }
    }
}

/// When another pack, still alive, was first seen on this chip, if that was before an event.
fn first_on(
    case: &Case<'_>,
    other: ThingId,
    tag: &Tag,
    before: &EventRec,
) -> Option<((i64, u64), ThingId)> {
    let chip = tag.chip();
    let them = Case::of(case.state, other)?;
    them.gtin()?;
    them.now.birth?;
    let first = them
        .tagged()
        .find(|(_, theirs)| theirs.chip() == chip)
        .map(|(moment, _)| moment.entry.event.order())?;
    // A spoiled label: the first pack was taken off the books before its chip was used again.
    let end = them.now.end.and_then(|id| case.event(id));
    let spoiled = end.is_some_and(|end| end.order() <= before.order());
    (first < before.order() && !spoiled).then_some((first, other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_truncated_read_is_the_same_chip_and_another_serial_is_not() {
        let whole = [
            0xe2, 0x80, 0x11, 0x30, 0x20, 0x00, 0x38, 0x32, 0x57, 0xc3, 0xd0, 0x00,
        ];
        let mut other = whole;
        other[10] ^= 1;
        let plain = [0xe2, 0x00, 0x34, 0x12];
        let other_model = [0xe2, 0x00, 0x34, 0x13];
        for (a, b, same) in [
            (&whole[..], &whole[..], true),
            (&whole[..], &whole[..4], true),
            (&whole[..6], &whole[..], true),
            (&whole[..], &other[..], false),
            (&plain[..], &plain[..], true),
            (&plain[..], &other_model[..], false),
            (&[0xe0, 1, 2][..], &[0xe0, 1, 3][..], false),
            (&[0xe0, 1, 2][..], &[0xe0, 1][..], true),
        ] {
            assert_eq!(may_be_same(a, b), same, "{a:02x?} {b:02x?}");
            assert_eq!(may_be_same(b, a), same, "{b:02x?} {a:02x?}");
        }
    }
}
