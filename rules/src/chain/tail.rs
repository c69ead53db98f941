//! C24: the tail of random symbols on the tag is not a continuation of the one last reported.
//!
//! Source: Zanetti, Capkun, Juels, "Tailing RFID tags for clone detection", NDSS 2013. Each reader
//! appends a random symbol to a short tail in the tag's user memory and reports the tail. A copied
//! tag gets other symbols than the genuine one from the moment of copying, so their reports
//! diverge, even when many reads in between were never reported.
//!
//! **Condition.** Two reports of one thing in a row, of `written` symbols in all of which the last
//! ones are told. With the later counter at least the earlier, the symbols that both reports tell
//! (the same positions) must agree but for `tail_errors` edits; a counter that fell by more than
//! `tail_errors` is an older tail come back. Reports that share no position tell nothing.
//! **Severity** S3, not conclusive: one symbol may be a write error. A copy passes a comparison of
//! n fresh symbols with one error allowed with probability below n * 256^(1-n). **Thresholds**
//! `tail_errors`, `clock_tolerance_ms`.
//!
//! **False alarms**: a write that failed or went wrong (the edits allowed); two readers whose
//! clocks disagree (reports closer than the clock tolerance may stand in either order); a new tag,
//! which begins a new tail: a relabelling (see [`super::chip`]) or another chip ends the
//! comparison. **Late facts**: a report that arrives late falls between the two and both sides are
//! compared anew.

use super::custody::key;
use super::tags::Tag;
use crate::finding::{RuleId, Severity};
use crate::judge_thing::{Case, Draft};
use crate::say::Way;
use crate::state::{EventRec, Step};

pub(crate) fn check(case: &Case<'_>, out: &mut Vec<Draft>) {
    let profile = &case.state.profile;
    let errors = profile.chain.tail_errors;
    let mut last: Option<(&EventRec, &Tag)> = None;
    for (moment, tag) in case.tagged().filter(|(_, tag)| !tag.tail.is_empty()) {
        let event = moment.entry.event;
        let Some((before, earlier)) = last.replace((event, tag)) else {
            continue;
        };
        let chips = (earlier.chip(), tag.chip());
        let new_tag = event.step == Step::Tagging || super::undo::known_to_differ(chips.0, chips.1);
        let apart_ms = event.time_ms.saturating_sub(before.time_ms);
        let either_order = apart_ms <= profile.clock_tolerance_ms.saturating_mul(2);
        let fits =
            continues(earlier, tag, errors) || (either_order && continues(tag, earlier, errors));
        if new_tag || fits {
            continue;
        }
        let (there, here) = (case.place(before.place()), case.place(event.place()));
        let say = Way::TailDiverges {
            there,
            here,
            at_ms: event.time_ms,
        };
        out.push(
            Draft::new(RuleId::C24, Severity::S3, event, key(event), say)
                .resting_on(Some(before))
                .fact("written_before", earlier.written)
                .fact("written", tag.written)
                .fact("errors_allowed", errors),
        );
    }
}

/// Whether the later report can come from the tag of the earlier one.
fn continues(earlier: &Tag, later: &Tag, errors: u32) -> bool {
    if later.written.saturating_add(errors) < earlier.written {
        return false;
    }
    let start = |tag: &Tag| {
        let told = u32::try_from(tag.tail.len()).unwrap_or(u32::MAX);
        tag.written.saturating_sub(told)
    };
    let from = start(earlier).max(start(later));
    let until = earlier.written.min(later.written);
    if from >= until {
        return true;
    }
    let shared = |tag: &Tag| {
        let skip = usize::try_from(from - start(tag)).unwrap_or(usize::MAX);
        let take = usize::try_from(until - from).unwrap_or(usize::MAX);
        tag.tail
            .iter()
            .skip(skip)
            .take(take)
            .copied()
            .collect::<Vec<u8>>()
    };
    let allowed = usize::try_from(errors).unwrap_or(usize::MAX);
    distance(&shared(earlier), &shared(later)) <= allowed
}

/// Fewest insertions, deletions and substitutions (Levenshtein); both sides are short.
fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (y, cell) in b.iter().zip(row.iter_mut().skip(1)) {
            let above = *cell;
            let cost = usize::from(x != y);
            left = (diagonal + cost).min(above + 1).min(left + 1);
            diagonal = above;
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tag(written: u32, tail: &[u8]) -> Tag {
        Tag {
            tid: Vec::new(),
            tail: tail.to_vec(),
            written,
        }
    }

    #[test]
    fn a_later_tail_holds_the_earlier_one() {
        let before = tag(10, &[7, 8, 9, 10]);
        for (later, fits) in [
            (tag(10, &[7, 8, 9, 10]), true),
            (tag(12, &[9, 10, 11, 12]), true),
            (tag(20, &[17, 18, 19, 20]), true), // nothing in common: too long unseen
            (tag(12, &[9, 99, 11, 12]), true),  // one write error
            (tag(12, &[98, 99, 11, 12]), false),
            (tag(9, &[6, 7, 8, 9]), true),  // a write that failed
            (tag(8, &[5, 6, 7, 8]), false), // an older tail come back
        ] {
            assert_eq!(continues(&before, &later, 1), fits, "{later:?}");
        }
    }

    proptest! {
        #[test]
        fn an_honest_tag_is_never_accused_and_a_copy_is_soon_found(
            symbols in prop::collection::vec(any::<u8>(), 1..40),
            cut in 1_usize..40,
            other in prop::collection::vec(any::<u8>(), 3..10),
            length in 3_usize..9,
        ) {
            let report = |all: &[u8]| {
                let tail = all.get(all.len().saturating_sub(length)..).unwrap_or_default();
                tag(u32::try_from(all.len()).unwrap(), tail)
            };
            let cut = cut.min(symbols.len());
            let early = report(symbols.get(..cut).unwrap());
            prop_assert!(continues(&early, &report(&symbols), 1));
            // A copy made at the cut gets symbols of its own.
            let copy: Vec<u8> = symbols.iter().take(cut).chain(&other).copied().collect();
            let genuine: Vec<u8> = symbols
                .iter()
                .take(cut)
                .copied()
                .chain(other.iter().map(|symbol| symbol.wrapping_add(1)))
                .collect();
            prop_assert!(!continues(&report(&copy), &report(&genuine), 1));
        }

        #[test]
        fn the_distance_is_a_metric(
            a in prop::collection::vec(0_u8..3, 0..6),
            b in prop::collection::vec(0_u8..3, 0..6),
            c in prop::collection::vec(0_u8..3, 0..6),
        ) {
            prop_assert_eq!(distance(&a, &b), distance(&b, &a));
            prop_assert_eq!(distance(&a, &b) == 0, a == b);
            prop_assert!(distance(&a, &c) <= distance(&a, &b) + distance(&b, &c));
        }
    }
}
