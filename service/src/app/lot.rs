//! A lot: how many packs were made, where they are, which ones. The manufacturer, those who oversee
//! it and those whom the manufacturer granted it get it whole; others get the numbers, and of
//! holders and packs their own.
use gs1::{Epc, Gtin, Lot};
use rules::views::descent::MadeInto;
use rules::{Engine, Finding, FindingView, LotPack, LotView};

use crate::app::failure::{Code, Failure};
use crate::app::findings;
use crate::app::visible::{Subject, sees_whole, visible};
use crate::auth::{Permit, actions};
use crate::limits::{LOT_FINDINGS_MAX, LOT_PAGE_MAX};
use crate::node::Node;

/// A lot with one page of its packs.
#[derive(Clone, Debug)]
pub struct LotPage {
    /// The lot in numbers.
    pub lot: LotView,
    /// Packs of this page, in the order they were made.
    pub packs: Vec<LotPack>,
    /// What was found about packs of the lot, on the first page: what stands first, then the
    /// gravest, at most [`LOT_FINDINGS_MAX`].
    pub findings: Vec<FindingView>,
    /// How many findings there are in all.
    pub finding_count: usize,
    /// Cursor of the next page.
    pub next: Option<String>,
}

/// Which packs of a lot to list.
#[derive(Clone, Copy, Debug)]
pub struct Slice {
    /// Packs to skip.
    pub from: usize,
    /// Packs to list.
    pub limit: usize,
}

impl Slice {
    /// Reads `limit` and `cursor` as a client gives them.
    ///
    /// # Errors
    /// `query_parameter`.
    pub fn parse(limit: Option<usize>, cursor: Option<&str>) -> Result<Self, Failure> {
        let limit = limit.unwrap_or(100);
        let from = cursor.map_or(Some(0), |cursor| cursor.strip_prefix('p')?.parse().ok());
        let wrong = |text: &str| Failure::new(Code::QueryParameter, text);
        if !(1..=LOT_PAGE_MAX).contains(&limit) {
            return Err(wrong(&format!(
                "limit must be a number from 1 to {LOT_PAGE_MAX}"
            )));
        }
        let from = from.ok_or_else(|| wrong("cursor is not one this node gave"))?;
        Ok(Self { from, limit })
    }
}

/// A lot of a product.
///
/// # Errors
/// `not_found` when nothing of it is known or the principal had no part in it.
pub fn lot(
    node: &Node,
    permit: &Permit<actions::Query>,
    gtin: &str,
    lot: &str,
    slice: Slice,
) -> Result<LotPage, Failure> {
    let missing = || Failure::not_found("lot");
    let gtin = Gtin::parse(gtin).map_err(|_| missing())?;
    let lot = Lot::parse(lot).map_err(|_| missing())?;
    let fold = node.fold();
    let (engine, principal) = (&fold.engine, permit.principal());
    if !visible(&fold, principal, Subject::Lot(&gtin, &lot)) {
        return Err(missing());
    }
    let mut view = engine.lot(&gtin, &lot).ok_or_else(missing)?;
    let mut packs = engine.lot_packs(&gtin, &lot, slice.from, slice.limit);
    let next = (packs.len() == slice.limit && slice.from + packs.len() < view.made)
        .then(|| format!("p{}", slice.from + packs.len()));
    let whole = sees_whole(&fold, principal, &gtin, &lot);
    let class = Epc::Lgtin { gtin, lot };
    let sees = |epc: &Epc| visible(&fold, principal, Subject::Thing(epc));
    let told = |finding: &Finding| whole || finding.subjects.first().is_some_and(sees);
    let most = if slice.from == 0 { LOT_FINDINGS_MAX } else { 0 };
    let (mut findings, finding_count) = engine.lot_findings(&class, most, told);
    let party = principal.party.as_deref().unwrap_or_default();
    if !whole {
        let seen = |id: &str| Epc::parse(id).is_ok_and(|epc| sees(&epc));
        view.holders.retain(|holder| holder.party == party);
        packs.retain(|pack| seen(&pack.id));
        let shown = |finding| findings::shown(&fold, principal, finding);
        findings = findings.into_iter().filter_map(shown).collect();
    }
    Ok(LotPage {
        lot: view,
        packs,
        findings,
        finding_count,
        next,
    })
}

/// The sum of a lot.
#[derive(Clone, Debug)]
pub struct Reconciled {
    /// The lot in numbers.
    pub lot: LotView,
    /// Packs that the manufacturer said it would make.
    pub authorised: Option<u64>,
    /// Whether made is located plus terminal plus unknown, and no more than authorised.
    pub balanced: bool,
    /// Packs that nobody is known to hold, at most [`LOT_PAGE_MAX`].
    pub unaccounted: Vec<String>,
    /// What its packs were made into.
    pub made_into: Vec<Descendant>,
}

/// What packs of a lot were made into, by product and lot. A recall of the one does not stop the
/// other.
#[derive(Clone, Debug)]
pub struct Descendant {
    /// Product, lot and packs.
    pub made: MadeInto,
    /// Product name.
    pub product: Option<String>,
    /// Whether that lot is recalled.
    pub recalled: bool,
}

/// What the packs of a lot were made into.
pub(super) fn descendants(engine: &Engine, gtin: &Gtin, lot: &Lot) -> Vec<Descendant> {
    let told = |made: MadeInto| {
        let lot = made.lot.as_ref();
        let recall = lot.and_then(|lot| engine.stopped(&made.gtin, lot));
        Descendant {
            product: engine.product(&made.gtin).map(|it| it.name.clone()),
            recalled: recall.is_some(),
            made,
        }
    };
    let all = engine.made_of(gtin, lot).into_iter();
    all.map(told).collect()
}

/// Reconciles a lot: every pack that was made is located, ended or not accounted for.
///
/// # Errors
/// `not_found` for whoever does not see the lot as a whole.
pub fn reconcile(
    node: &Node,
    permit: &Permit<actions::Query>,
    gtin: &str,
    lot: &str,
) -> Result<Reconciled, Failure> {
    let missing = || Failure::not_found("lot");
    let gtin = Gtin::parse(gtin).map_err(|_| missing())?;
    let lot = Lot::parse(lot).map_err(|_| missing())?;
    let fold = node.fold();
    let (engine, principal) = (&fold.engine, permit.principal());
    if !sees_whole(&fold, principal, &gtin, &lot) {
        return Err(missing());
    }
    let view = engine.lot(&gtin, &lot).ok_or_else(missing)?;
    let authorised = engine.authorised_quantity(&gtin, &lot);
    let within = authorised.is_none_or(|most| u64::try_from(view.made).is_ok_and(|it| it <= most));
    let sum = view.located + view.terminal + view.unknown;
    let unaccounted = if view.unknown == 0 {
        Vec::new()
    } else {
        engine.unaccounted(&gtin, &lot, LOT_PAGE_MAX)
    };
    Ok(Reconciled {
        balanced: within && sum == view.made,
        lot: view,
        authorised,
        unaccounted,
        made_into: descendants(engine, &gtin, &lot),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_bounded_and_cursors_are_ours() {
        let slice = Slice::parse(Some(10), Some("p20")).unwrap();
        assert_eq!((slice.from, slice.limit), (20, 10));
        for (limit, cursor) in [
            (Some(0), None),
            (Some(1_001), None),
            (None, Some("20")),
            (None, Some("p-1")),
        ] {
            assert!(Slice::parse(limit, cursor).is_err(), "{limit:?} {cursor:?}");
        }
    }
}
