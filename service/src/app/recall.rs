//! A recall from its decision to its end: which packs, who has how many of them, who was told and
//! has confirmed, and how much of the lot that covers. Notices are kept by this node for the
//! parties that use it; the recall itself is a record, and stops the packs at every counter at
//! once.
use gs1::{Gtin, Lot};
use rules::RecallLevel;
use rules::views::pack::RecallView;
use rules::views::recall::PartyShare;
use serde::{Deserialize, Serialize};

use crate::app::failure::{Code, Failure};
use crate::app::lot::{Descendant, descendants};
use crate::app::visible::{Subject, answers_for, sees_whole, visible};
use crate::auth::{Permit, Principal, actions};
use crate::limits::TEXT_CHARS_MAX;
use crate::node::{Node, View};
use crate::store::documents::Kind;

/// A recall and how far it has come.
#[derive(Clone, Debug)]
pub struct Recall {
    /// Product.
    pub gtin: String,
    /// Lot.
    pub lot: String,
    /// Product name.
    pub product: Option<String>,
    /// Why, when, by whom, how deep.
    pub recall: RecallView,
    /// Packs commissioned.
    pub made: usize,
    /// Packs that nobody is known to hold.
    pub unknown: usize,
    /// Those concerned, most packs first.
    pub parties: Vec<Concerned>,
    /// How much of it is reached.
    pub coverage: Coverage,
    /// What its packs were made into; for others than those who see the whole lot, nothing.
    pub made_into: Vec<Descendant>,
}

/// A party concerned by a recall.
#[derive(Clone, Debug)]
pub struct Concerned {
    /// Its packs.
    pub share: PartyShare,
    /// What it was told and said.
    pub notice: Option<Notice>,
}

/// How much of a lot a recall has reached.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Coverage {
    /// Parties concerned.
    pub parties: usize,
    /// Of these, parties that were told.
    pub notified: usize,
    /// Of these, parties that have confirmed.
    pub acknowledged: usize,
    /// Packs in the hands of, or on their way to, the parties concerned.
    pub packs: usize,
    /// Of these, packs of parties that were told.
    pub packs_notified: usize,
    /// Of these, packs that parties say they have set aside.
    pub packs_quarantined: usize,
    /// Packs destroyed or otherwise taken out of the way.
    pub packs_removed: usize,
    /// Packs that were given out before the recall reached them.
    pub packs_given_out: usize,
}

/// A recall told to a party.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Notice {
    /// Id: product, lot and party.
    pub id: String,
    /// GLN of who is told.
    pub party: String,
    /// Product.
    pub gtin: String,
    /// Lot.
    pub lot: String,
    /// Why.
    pub reason: String,
    /// How deep the recall reaches.
    pub level: Option<RecallLevel>,
    /// Packs it had, or was about to get, when it was told.
    pub packs: usize,
    /// Packs it had given out.
    pub given_out: usize,
    /// When it was told, Unix milliseconds.
    pub notified_ms: i64,
    /// When it confirmed.
    pub acknowledged_ms: Option<i64>,
    /// Packs it says it has set aside.
    pub quarantined: Option<usize>,
    /// What it says besides.
    pub comment: Option<String>,
}

/// Recalls that the principal may see: of its own products, or of lots that it had a part in.
///
/// # Errors
/// The store's.
pub fn recalls(node: &Node, permit: &Permit<actions::Query>) -> Result<Vec<Recall>, Failure> {
    let fold = node.fold();
    let lots: Vec<(Gtin, Lot)> = fold
        .engine
        .recalls()
        .filter(|(gtin, lot, _)| visible(&fold, permit.principal(), Subject::Lot(gtin, lot)))
        .map(|(gtin, lot, _)| (gtin.clone(), lot.clone()))
        .collect();
    let told = |(gtin, lot): (Gtin, Lot)| told(node, &fold, permit.principal(), &gtin, &lot);
    lots.into_iter()
        .filter_map(|lot| told(lot).transpose())
        .collect()
}

/// One recall.
///
/// # Errors
/// `not_found` when the lot is not recalled or the principal had no part in it.
pub fn recall(
    node: &Node,
    permit: &Permit<actions::Query>,
    gtin: &str,
    lot: &str,
) -> Result<Recall, Failure> {
    let (gtin, lot) = lot_of(gtin, lot)?;
    let fold = node.fold();
    let principal = permit.principal();
    if !visible(&fold, principal, Subject::Lot(&gtin, &lot)) {
        return Err(missing());
    }
    told(node, &fold, principal, &gtin, &lot)?.ok_or_else(missing)
}

/// Tells every party concerned that was not told since its share grew; returns those told now.
///
/// # Errors
/// `not_found` as for [`recall`], also for those who may not decide about the product.
pub fn notify(
    node: &Node,
    permit: &Permit<actions::Decide>,
    gtin: &str,
    lot: &str,
) -> Result<Vec<Notice>, Failure> {
    let (gtin, lot) = lot_of(gtin, lot)?;
    let now_ms = node.world().now_ms();
    let recall = {
        let fold = node.fold();
        let principal = permit.principal();
        if !answers_for(&fold, principal, &gtin) {
            return Err(missing());
        }
        told(node, &fold, principal, &gtin, &lot)?.ok_or_else(missing)?
    };
    let mut notices = Vec::new();
    for concerned in &recall.parties {
        let share = &concerned.share;
        let packs = share.in_hand + share.on_the_way;
        let known = concerned.notice.as_ref();
        if known.is_some_and(|it| it.packs >= packs && it.given_out >= share.given_out) {
            continue;
        }
        notices.push(Notice {
            id: notice_id(&recall, &share.party),
            party: share.party.clone(),
            gtin: recall.gtin.clone(),
            lot: recall.lot.clone(),
            reason: recall.recall.reason.clone(),
            level: recall.recall.level,
            packs,
            given_out: share.given_out,
            notified_ms: now_ms,
            acknowledged_ms: None,
            quarantined: None,
            comment: None,
        });
    }
    let rows: Vec<(String, &Notice)> = notices.iter().map(|it| (it.id.clone(), it)).collect();
    let kept = node.store().put_documents(Kind::Notice, &rows);
    kept.map_err(Failure::internal)?;
    Ok(notices)
}

/// Notices to the permit's party (all of them for those who see everything), the latest first.
///
/// # Errors
/// The store's.
pub fn notices(node: &Node, permit: &Permit<actions::Query>) -> Result<Vec<Notice>, Failure> {
    let found = node.store().range::<Notice>(Kind::Notice, "");
    let principal = permit.principal();
    let party = principal.party.as_deref();
    let mut mine: Vec<Notice> = found
        .map_err(Failure::internal)?
        .into_iter()
        .map(|(_, notice)| notice)
        .filter(|it| principal.sees_all() || Some(it.party.as_str()) == party)
        .collect();
    mine.sort_by(|a, b| (b.notified_ms, &a.id).cmp(&(a.notified_ms, &b.id)));
    Ok(mine)
}

/// What a party says to a notice.
#[derive(Clone, Debug)]
pub struct Confirmed {
    /// Packs it has set aside.
    pub quarantined: usize,
    /// What it says besides.
    pub comment: Option<String>,
}

/// Confirms a notice.
///
/// # Errors
/// `not_found` when it is not to the permit's party, `unprocessable` for an overlong comment and
/// for more packs set aside than the notice is about, those given out among them: they may come
/// back.
pub fn confirm(
    node: &Node,
    permit: &Permit<actions::ChangeState>,
    id: &str,
    said: Confirmed,
) -> Result<Notice, Failure> {
    let missing = || Failure::not_found("notice");
    let comment = said.comment.as_deref().unwrap_or_default();
    if comment.chars().count() > TEXT_CHARS_MAX {
        let text = format!("a comment may have {TEXT_CHARS_MAX} characters");
        return Err(Failure::new(Code::Unprocessable, text));
    }
    let found = node.store().document::<Notice>(Kind::Notice, id);
    let mut notice = found.map_err(Failure::internal)?.ok_or_else(missing)?;
    if permit.principal().party.as_deref() != Some(notice.party.as_str()) {
        return Err(missing());
    }
    let most = notice.packs.saturating_add(notice.given_out);
    if said.quarantined > most {
        let text = format!("the notice is about {most} packs; no more can be set aside");
        return Err(Failure::new(Code::Unprocessable, text));
    }
    notice.acknowledged_ms = Some(node.world().now_ms());
    notice.quarantined = Some(said.quarantined);
    notice.comment = said.comment;
    let row = [(notice.id.clone(), &notice)];
    let kept = node.store().put_documents(Kind::Notice, &row);
    kept.map_err(Failure::internal)?;
    Ok(notice)
}

fn missing() -> Failure {
    Failure::not_found("recall")
}

fn lot_of(gtin: &str, lot: &str) -> Result<(Gtin, Lot), Failure> {
    let gtin = Gtin::parse(gtin).map_err(|_| missing())?;
    Ok((gtin, Lot::parse(lot).map_err(|_| missing())?))
}

fn notice_id(recall: &Recall, party: &str) -> String {
    format!("{}/{}/{party}", recall.gtin, recall.lot)
}

/// A recall as far as a principal may see it: who sees the lot as a whole sees all parties, others
/// themselves.
fn told(
    node: &Node,
    fold: &View<'_>,
    principal: &Principal,
    gtin: &Gtin,
    lot: &Lot,
) -> Result<Option<Recall>, Failure> {
    let engine = &fold.engine;
    let (Some(known), Some(scope)) = (engine.recall_of(gtin, lot), engine.recall_scope(gtin, lot))
    else {
        return Ok(None);
    };
    let party = principal.party.as_deref().unwrap_or_default();
    let whole = sees_whole(fold, principal, gtin, lot);
    let mut recall = Recall {
        gtin: gtin.to_string(),
        lot: lot.to_string(),
        product: engine.product(gtin).map(|product| product.name.clone()),
        recall: known,
        made: scope.made,
        unknown: if whole { scope.unknown } else { 0 },
        parties: Vec::new(),
        coverage: Coverage::default(),
        made_into: if whole {
            descendants(engine, gtin, lot)
        } else {
            Vec::new()
        },
    };
    let notices = node
        .store()
        .range::<Notice>(Kind::Notice, &notice_id(&recall, ""))
        .map_err(Failure::internal)?;
    for share in scope.parties {
        if !whole && share.party != party {
            continue;
        }
        // A lot's name may hold what parts an id: the notices of another lot may begin alike.
        let mut all = notices.iter().map(|(_, notice)| notice);
        let notice = all.rfind(|it| it.party == share.party && it.lot == recall.lot);
        let notice = notice.cloned();
        cover(&mut recall.coverage, &share, notice.as_ref());
        if share.is_concerned() {
            recall.parties.push(Concerned { share, notice });
        }
    }
    Ok(Some(recall))
}

fn cover(coverage: &mut Coverage, share: &PartyShare, notice: Option<&Notice>) {
    // Each pack once: what is on its way is with whoever it goes to.
    let packs = share.in_hand.saturating_sub(share.sent) + share.on_the_way;
    coverage.packs_removed += share.removed;
    coverage.packs_given_out += share.given_out;
    if !share.is_concerned() {
        return;
    }
    coverage.parties += 1;
    coverage.packs += packs;
    let Some(notice) = notice else { return };
    coverage.notified += 1;
    coverage.packs_notified += packs.min(notice.packs);
    coverage.acknowledged += usize::from(notice.acknowledged_ms.is_some());
    coverage.packs_quarantined += notice.quarantined.unwrap_or(0).min(packs);
}
