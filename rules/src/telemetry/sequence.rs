//! T12: the device's own counting contradicts itself.
//!
//! Condition, over the batches of one device in time order: a counter that repeats or runs back; a
//! batch whose link names another batch than the one before it; a clock that jumped by more than a
//! minute against the count of readings times the programmed interval; readings signed by another
//! logger than the one that took them; or a file that is not what its device signed, says the
//! bridge that read it (`theriac:logger`, `signature`). Source: EN 12830 (protection against
//! manipulation), 21 CFR Part 11 audit-trail practice. Severity S3 for what no accident does (a
//! counter running back, a broken link where nothing is missing, another logger's signature), S2
//! for a clock, a link to a batch that is not there, or a file that differs: a mail program that
//! converts the ends of lines does that too.
//!
//! False positives: a battery was changed, after which counter, chain and clock begin anew. Triage:
//! a change that the device itself or the party that runs it has signed explains them. A file that
//! was damaged on its way is taken back and read again.
//!
//! Late facts: a batch that arrives late takes its place by time; links and numbers that it
//! completes are resolved. Numbers that are merely missing are a gap (T08).

use super::{Reading, Series};
use crate::cold_chain::Span;
use crate::finding::{EvidenceRef, RuleId, Severity};
use crate::judge_thing::Draft;
use crate::say::{Say, Sensors};
use crate::state::{EventRec, Marks, NameId};

/// Most findings about one device's counting.
const FINDINGS_MAX: usize = 16;

/// Numbers that have not arrived.
pub(crate) struct Hole {
    pub(crate) from_number: u64,
    pub(crate) missing: u64,
    pub(crate) span: Span,
}

/// Readings of one device that came with one event.
struct Batch<'a> {
    marks: Marks,
    last: Option<u64>,
    span: Span,
    count: usize,
    event: &'a EventRec,
    /// A change of battery that somebody entitled has signed.
    anew: bool,
}

pub(crate) fn check(reading: &Reading<'_>, out: &mut Vec<Draft>) {
    if !reading.first {
        return;
    }
    for series in reading.series {
        let batches = batches(reading, series);
        let mut found = Vec::new();
        for batch in &batches {
            foreign_signature(reading, series, batch, &mut found);
            clock_within(reading, series, batch, &mut found);
            not_as_signed(reading, series, batch, &mut found);
        }
        for (before, after) in batches.iter().zip(batches.iter().skip(1)) {
            if !after.anew {
                counter(reading, series, before, after, &mut found);
                link(reading, series, before, after, &mut found);
                clock(reading, series, before, after, &mut found);
            }
        }
        found.truncate(FINDINGS_MAX);
        out.append(&mut found);
    }
}

/// Numbers missing between batches that are not farther apart in time than a gap.
pub(crate) fn holes(reading: &Reading<'_>, series: &Series) -> Vec<Hole> {
    let batches = batches(reading, series);
    let mut holes = Vec::new();
    for (before, after) in batches.iter().zip(batches.iter().skip(1)) {
        let (Some(last), Some(first)) = (before.last, after.marks.first) else {
            continue;
        };
        let between = Span {
            from_ms: before.span.to_ms,
            to_ms: after.span.from_ms,
        };
        let from_number = last.saturating_add(1);
        if after.anew || first <= from_number || between.length_ms() > series.break_ms {
            continue;
        }
        let missing = first.saturating_sub(from_number);
        let missing = missing.saturating_sub(elsewhere(reading, series, from_number, first));
        if missing > 0 {
            holes.push(Hole {
                from_number,
                missing,
                span: between,
            });
        }
    }
    holes
}

/// How many of the numbers `from..to` the device used on other things.
fn elsewhere(reading: &Reading<'_>, series: &Series, from: u64, to: u64) -> u64 {
    let mut ranges: Vec<(u64, u64)> = of_device(reading, series.device)
        .filter_map(|(readings, _)| Some((readings.marks().first?, readings.last_number()?)))
        .map(|(first, last)| (first.max(from), last.saturating_add(1).min(to)))
        .filter(|(first, end)| first < end)
        .collect();
    ranges.sort_unstable();
    let (mut count, mut reached) = (0_u64, from);
    for (first, end) in ranges {
        count = count.saturating_add(end.saturating_sub(first.max(reached)));
        reached = reached.max(end);
    }
    count
}

fn of_device<'a>(
    reading: &Reading<'a>,
    device: Option<NameId>,
) -> impl Iterator<Item = (&'a crate::state::Readings, &'a EventRec)> {
    let state = reading.state;
    let events = device.map_or(&[][..], |device| state.loggers.batches(device));
    events
        .iter()
        .flat_map(|id| state.readings_at(*id))
        .filter(move |(readings, _)| readings.device == device)
        .filter_map(|(readings, id)| Some((readings, state.event(id)?)))
}

/// Batches of a device on this thing in time order.
fn batches<'a>(reading: &Reading<'a>, series: &Series) -> Vec<Batch<'a>> {
    let state = reading.state;
    let party = state.device_of(series.device).map(|device| &device.party);
    let party = party.and_then(|party| state.names.find(party));
    let mut batches: Vec<Batch<'a>> = state
        .measured(reading.thing, series.device)
        .filter_map(|(readings, id)| {
            let event = state.event(id)?;
            let own = series.device.is_some() && event.told().device == series.device;
            let entitled = own || (party.is_some() && event.actor == party);
            Some(Batch {
                marks: readings.marks(),
                last: readings.last_number(),
                span: readings.span()?,
                count: readings.samples.len(),
                event,
                anew: readings.marks().is(Marks::BATTERY) && entitled,
            })
        })
        .collect();
    batches.sort_by_key(|batch| (batch.span, batch.event.order()));
    batches
}

fn counter(
    reading: &Reading<'_>,
    series: &Series,
    before: &Batch<'_>,
    after: &Batch<'_>,
    out: &mut Vec<Draft>,
) {
    let (Some(was), Some(is)) = (before.last, after.marks.first) else {
        return;
    };
    if is <= was {
        let device = reading.state.device_name(series.device).to_owned();
        let at_ms = after.span.from_ms;
        let say = Sensors::CounterBack {
            device,
            was,
            is,
            at_ms,
        };
        let draft = draft(
            reading,
            series,
            ("counter", Severity::S3),
            (before, after),
            say,
        );
        out.push(draft.fact("counted", was).fact("then", is));
    }
}

fn link(
    reading: &Reading<'_>,
    series: &Series,
    before: &Batch<'_>,
    after: &Batch<'_>,
    out: &mut Vec<Draft>,
) {
    let (Some(named), Some(raw)) = (after.marks.previous, before.marks.raw) else {
        return;
    };
    if named == raw {
        return;
    }
    let known = of_device(reading, series.device).any(|(it, _)| it.marks().raw == Some(named));
    let here = reading.state.measured(reading.thing, series.device);
    let known_here = here
        .into_iter()
        .any(|(it, _)| it.marks().raw == Some(named));
    if known && !known_here {
        // The device was on other goods in between; its chain runs through them.
        return;
    }
    let follows = match (before.last, after.marks.first) {
        (Some(last), Some(first)) => last.saturating_add(1) == first,
        _ => false,
    };
    let severity = if known_here || follows {
        Severity::S3
    } else {
        Severity::S2
    };
    let say = Sensors::LinkBroken {
        device: reading.state.device_name(series.device).to_owned(),
        at_ms: after.span.from_ms,
    };
    out.push(draft(
        reading,
        series,
        ("link", severity),
        (before, after),
        say,
    ));
}

fn clock(
    reading: &Reading<'_>,
    series: &Series,
    before: &Batch<'_>,
    after: &Batch<'_>,
    out: &mut Vec<Draft>,
) {
    let counted = before
        .last
        .zip(after.marks.first)
        .and_then(|(last, first)| first.checked_sub(last));
    let passed = after.span.from_ms.saturating_sub(before.span.to_ms);
    jump(reading, series, (counted, passed), (before, after), out);
}

fn clock_within(reading: &Reading<'_>, series: &Series, batch: &Batch<'_>, out: &mut Vec<Draft>) {
    let counted = batch
        .marks
        .first
        .zip(batch.marks.last)
        .and_then(|(first, last)| last.checked_sub(first));
    if batch.count > 1 {
        let passed = batch.span.length_ms();
        jump(reading, series, (counted, passed), (batch, batch), out);
    }
}

/// A jump when the time that passed is not what the readings counted took.
fn jump(
    reading: &Reading<'_>,
    series: &Series,
    (counted, passed_ms): (Option<u64>, i64),
    between: (&Batch<'_>, &Batch<'_>),
    out: &mut Vec<Draft>,
) {
    let told = reading.state.told_interval_ms(series.device);
    let counted = counted.and_then(|counted| i64::try_from(counted).ok());
    let (Some(interval_ms), Some(counted)) = (told, counted) else {
        return;
    };
    let ms = passed_ms.saturating_sub(counted.saturating_mul(interval_ms));
    if ms.saturating_abs() > reading.state.profile.sensors.clock_jump_ms {
        let say = Sensors::ClockJump {
            device: reading.state.device_name(series.device).to_owned(),
            ms,
            at_ms: between.1.span.from_ms,
        };
        let draft = draft(reading, series, ("clock", Severity::S2), between, say);
        out.push(draft.fact("jump_ms", ms));
    }
}

fn foreign_signature(
    reading: &Reading<'_>,
    series: &Series,
    batch: &Batch<'_>,
    out: &mut Vec<Draft>,
) {
    let state = reading.state;
    let Some(signer) = batch
        .event
        .told()
        .device
        .filter(|id| Some(*id) != series.device)
    else {
        return;
    };
    // A gateway signs for the loggers it reads; a logger signs for itself only.
    let is_logger = state
        .device_of(Some(signer))
        .is_some_and(|device| device.kind == "logger");
    if is_logger && series.device.is_some() {
        let say = Sensors::SignedByOther {
            device: state.device_name(series.device).to_owned(),
            signer: state.names.text(signer).to_owned(),
            at_ms: batch.span.from_ms,
        };
        let draft = draft(
            reading,
            series,
            ("signature", Severity::S3),
            (batch, batch),
            say,
        );
        out.push(draft.fact("signed_by", state.names.text(signer)));
    }
}

/// The file is another than the device wrote, so nobody knows which of its readings are.
fn not_as_signed(reading: &Reading<'_>, series: &Series, batch: &Batch<'_>, out: &mut Vec<Draft>) {
    if batch.marks.is(Marks::FORGED) {
        let say = Sensors::FileChanged {
            device: reading.state.device_name(series.device).to_owned(),
            at_ms: batch.span.from_ms,
        };
        let mut draft = draft(reading, series, ("file", Severity::S2), (batch, batch), say);
        draft.at_ms = batch.span.from_ms;
        out.push(draft);
    }
}

fn draft(
    reading: &Reading<'_>,
    series: &Series,
    (what, severity): (&str, Severity),
    (before, after): (&Batch<'_>, &Batch<'_>),
    say: impl Into<Say>,
) -> Draft {
    let device = reading.state.device_name(series.device);
    let mut evidence: Vec<EvidenceRef> = vec![before.event.evidence(), after.event.evidence()];
    evidence.dedup();
    let draft = Draft {
        rule: RuleId::T12,
        key: format!("{what} {device} {}", after.span.from_ms),
        severity,
        conclusive: false,
        at_ms: before.span.to_ms.min(after.span.from_ms),
        until_ms: after.span.to_ms,
        evidence,
        say: say.into(),
        facts: std::collections::BTreeMap::new(),
    };
    draft.fact("device", device).fact("what", what)
}
