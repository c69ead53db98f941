//! The trace of a lot, as far as somebody may see its packs: who sees the lot as a whole gets all
//! of it, others the ways of their own packs. Whether a pack or a container may be shown is asked
//! of `visible` alone. Places without coordinates in the node's master data get those that
//! documents brought (CBV 2.0, 10.2: `latitude`, `longitude`, `countryCode`).
use gs1::{Epc, Gtin, Lot};
use rules::views::trace::{Between, LotUnits, TraceLane, TracePack};
use rules::{LotTrace, TraceAsk};

use crate::app::failure::Failure;
use crate::app::identify;
use crate::app::visible::{Subject, sees_whole, visible};
use crate::auth::{Permit, actions};
use crate::limits::LOT_PAGE_MAX;
use crate::node::{Node, View};

/// A lot by the texts that name it.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// GTIN of the product.
    pub gtin: &'a str,
    /// Number of the lot.
    pub lot: &'a str,
}

impl Named<'_> {
    fn read(self) -> Result<(Gtin, Lot), Failure> {
        let gtin = Gtin::parse(self.gtin).map_err(|_| missing())?;
        Ok((gtin, Lot::parse(self.lot).map_err(|_| missing())?))
    }
}

/// A lot's trace.
#[derive(Clone, Debug)]
pub struct Traced {
    /// The trace.
    pub trace: LotTrace,
    /// Whether all packs of the lot are in it, or only those that the principal may see.
    pub whole: bool,
}

/// The trace of a lot.
///
/// # Errors
/// `not_found` when nothing of it is known or the principal had no part in it.
pub fn trace(
    node: &Node,
    permit: &Permit<actions::Query>,
    named: Named<'_>,
    ask: &TraceAsk,
) -> Result<Traced, Failure> {
    let (gtin, lot) = named.read()?;
    let fold = node.fold();
    let principal = permit.principal();
    if !visible(&fold, principal, Subject::Lot(&gtin, &lot)) {
        return Err(missing());
    }
    let whole = sees_whole(&fold, principal, &gtin, &lot);
    let sees = |epc: &Epc| visible(&fold, principal, Subject::Thing(epc));
    let sees = (!whole).then_some(&sees as &dyn Fn(&Epc) -> bool);
    let mut trace = fold
        .engine
        .lot_trace(&gtin, &lot, ask, sees)
        .ok_or_else(missing)?;
    for lane in &mut trace.lanes {
        place(&fold, lane);
    }
    Ok(Traced { trace, whole })
}

/// Packs behind a node or an edge of a trace, and how many there are.
///
/// # Errors
/// `not_found` as for [`trace`], and when the trace has no such node.
pub fn packs(
    node: &Node,
    permit: &Permit<actions::Query>,
    named: Named<'_>,
    (ask, between): (&TraceAsk, &Between),
) -> Result<(Vec<TracePack>, usize), Failure> {
    let (gtin, lot) = named.read()?;
    let fold = node.fold();
    let principal = permit.principal();
    if !visible(&fold, principal, Subject::Lot(&gtin, &lot)) {
        return Err(missing());
    }
    let whole = sees_whole(&fold, principal, &gtin, &lot);
    let sees = |epc: &Epc| visible(&fold, principal, Subject::Thing(epc));
    let sees = (!whole).then_some(&sees as &dyn Fn(&Epc) -> bool);
    let found = fold.engine.trace_packs((&gtin, &lot), ask, sees, between);
    found.ok_or_else(|| Failure::not_found("part of this trace"))
}

/// What packs of a lot are in now: the outermost containers, or what is directly inside one. Of
/// long lists the first [`LOT_PAGE_MAX`]; the sum is whole.
///
/// # Errors
/// `not_found` as for [`trace`], and for a container that holds no pack of the lot.
pub fn units(
    node: &Node,
    permit: &Permit<actions::Query>,
    named: Named<'_>,
    inside: Option<&str>,
) -> Result<Units, Failure> {
    let (gtin, lot) = named.read()?;
    let no_unit = || Failure::not_found("container of this lot");
    let inside = match inside {
        Some(text) => {
            let epc = identify(text).or_else(|| Epc::parse(text).ok());
            Some(epc.ok_or_else(no_unit)?)
        }
        None => None,
    };
    let fold = node.fold();
    let principal = permit.principal();
    if !visible(&fold, principal, Subject::Lot(&gtin, &lot)) {
        return Err(missing());
    }
    let whole = sees_whole(&fold, principal, &gtin, &lot);
    let sees = |epc: &Epc| visible(&fold, principal, Subject::Thing(epc));
    let sees = (!whole).then_some(&sees as &dyn Fn(&Epc) -> bool);
    let found = fold.engine.lot_units(&gtin, &lot, inside.as_ref(), sees);
    let mut level = found
        .filter(|level| inside.is_none() || level.packs > 0)
        .ok_or_else(no_unit)?;
    let (unit_count, loose_count) = (level.units.len(), level.loose.len());
    level.units.truncate(LOT_PAGE_MAX);
    level.loose.truncate(LOT_PAGE_MAX);
    Ok(Units {
        level,
        unit_count,
        loose_count,
    })
}

/// One level of what the packs of a lot are in.
#[derive(Clone, Debug)]
pub struct Units {
    /// Containers and packs, the first of them.
    pub level: LotUnits,
    /// How many containers there are.
    pub unit_count: usize,
    /// How many packs lie at this level in no further container.
    pub loose_count: usize,
}

/// Completes what is known of a lane's place by what documents said of it.
fn place(fold: &View<'_>, lane: &mut TraceLane) {
    let Some(id) = lane.place.as_deref() else {
        return;
    };
    let said = |name: &str| fold.vocabularies.attribute(id, name).into_iter().next();
    if lane.place_name.is_none() {
        lane.place_name = said("cbvmda:name");
    }
    if lane.country.is_none() {
        lane.country = said("cbvmda:countryCode");
    }
    if lane.latitude_e7.is_none() || lane.longitude_e7.is_none() {
        let degrees = |name: &str, most: f64| said(name).and_then(|text| e7(&text, most));
        let both = degrees("cbvmda:latitude", 90.0).zip(degrees("cbvmda:longitude", 180.0));
        if let Some((latitude, longitude)) = both {
            lane.latitude_e7 = Some(latitude);
            lane.longitude_e7 = Some(longitude);
        }
    }
}

/// Degrees as text, times 10^7; `None` for what is no number from `-most` to `most`.
fn e7(text: &str, most: f64) -> Option<i32> {
    let degrees: f64 = text.trim().parse().ok()?;
    let within = degrees.is_finite() && degrees.abs() <= most;
    #[expect(clippy::cast_possible_truncation, reason = "180 times 10^7 fits")]
    within.then(|| (degrees * 1e7).round() as i32)
}

fn missing() -> Failure {
    Failure::not_found("lot")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_are_read_and_what_is_not_on_the_globe_is_not() {
        assert_eq!(e7(" 53.5511", 90.0), Some(535_511_000));
        assert_eq!(e7("-179.5", 180.0), Some(-1_795_000_000));
        for bad in ["", "north", "NaN", "inf", "90.1"] {
            assert_eq!(e7(bad, 90.0), None, "{bad}");
        }
    }
}
