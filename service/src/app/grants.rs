//! Giving others sight of what one sees, and taking it back. Both are recorded, signed for who
//! gives, and hold as soon as they are answered. A grant gives no more than its giver sees by its
//! own right at the moment somebody looks: what the giver learns of later is in it, what it was
//! granted itself is not.
use gs1::{Epc, Gln};
use tangle::Kind;

use crate::app::decide::fit_reason;
use crate::app::failure::{Code, Failure};
use crate::app::identify;
use crate::app::master::item;
use crate::app::visible::{Subject, by_right};
use crate::auth::{Permit, Principal, actions};
use crate::limits::GRANTS_MAX;
use crate::node::grants::{Extent, Given, Grant, Grantee, Said, Standing};
use crate::node::items::GRANT;
use crate::node::{Node, View};

/// A grant with how it stands now.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The grant.
    pub given: Given,
    /// How it stands.
    pub standing: Standing,
}

/// Gives sight.
///
/// # Errors
/// `not_found` when the giver does not see what it would give, `unprocessable` for a time that is
/// over, no purpose, a party that is not known, or too many grants.
pub fn give(
    node: &Node,
    permit: &Permit<actions::Grant>,
    mut grant: Grant,
) -> Result<Shown, Failure> {
    let party = speaker(permit)?;
    fit_reason(&grant.purpose)?;
    {
        let view = node.fold();
        fit_time(&grant, view.now_ms())?;
        fit_grantee(&view, party, &grant.to)?;
        grant.of = seen(&view, permit.principal(), grant.of)?;
        let running = |it: &&Given| {
            it.granter == party
                && matches!(
                    it.standing(view.now_ms()),
                    Standing::Active | Standing::Pending
                )
        };
        if view.grants.iter().filter(running).count() >= GRANTS_MAX {
            return Err(unfit(&format!(
                "a party may have {GRANTS_MAX} grants running"
            )));
        }
    }
    let id = record(node, party, &Said::Grant(grant))?;
    shown(node, &id)
}

/// Grants that the principal gave, or that were given to it, the latest first; all of them for
/// those who see everything.
pub fn list(node: &Node, permit: &Permit<actions::Query>) -> Vec<Shown> {
    let principal = permit.principal();
    let view = node.fold();
    let mine = |it: &&Given| {
        principal.sees_all() || principal.party.as_ref() == Some(&it.granter) || it.is_to(principal)
    };
    let found = view.grants.iter().rev().filter(mine);
    found.map(|given| at(&view, given)).collect()
}

/// Takes a grant back from now on; twice changes nothing.
///
/// # Errors
/// `not_found` when the permit's party did not give it.
pub fn revoke(
    node: &Node,
    permit: &Permit<actions::Grant>,
    id: &str,
    reason: &str,
) -> Result<Shown, Failure> {
    let party = speaker(permit)?;
    fit_reason(reason)?;
    {
        let view = node.fold();
        let own = view.grants.get(id).filter(|given| given.granter == party);
        let given = own.ok_or_else(missing)?;
        if given.revoked.is_some() {
            return Ok(at(&view, given));
        }
    }
    let said = Said::Revoke {
        grant: id.to_owned(),
        reason: reason.trim().to_owned(),
    };
    record(node, party, &said)?;
    shown(node, id)
}

fn record(node: &Node, party: &str, said: &Said) -> Result<String, Failure> {
    let items = vec![item(node, GRANT, said)?];
    let made = node.author(node.signer(Some(party))?, Kind::Grant, vec![items])?;
    let id = made.first().map(ToString::to_string);
    id.ok_or_else(|| Failure::internal("no block was made"))
}

fn shown(node: &Node, id: &str) -> Result<Shown, Failure> {
    let view = node.fold();
    let given = view.grants.get(id);
    let given = given.ok_or_else(|| Failure::internal("a grant was recorded and is not known"))?;
    Ok(at(&view, given))
}

fn at(view: &View<'_>, given: &Given) -> Shown {
    Shown {
        given: given.clone(),
        standing: given.standing(view.now_ms()),
    }
}

pub(super) fn speaker(permit: &Permit<actions::Grant>) -> Result<&str, Failure> {
    let party = permit.principal().party.as_deref();
    party.ok_or_else(|| Failure::new(Code::Forbidden, "the key speaks for no party"))
}

fn fit_time(grant: &Grant, now_ms: i64) -> Result<(), Failure> {
    match grant.until_ms {
        Some(end) if end <= grant.from_ms => Err(unfit("until must be after from")),
        Some(end) if end <= now_ms => Err(unfit("until is over already")),
        _ => Ok(()),
    }
}

fn fit_grantee(view: &View<'_>, party: &str, to: &Grantee) -> Result<(), Failure> {
    match to {
        Grantee::Role(role) if role.oversees() => Ok(()),
        // Made by `app::links` alone: no request names one.
        Grantee::Link(_) => Ok(()),
        Grantee::Role(_) => Err(unfit("a role that is granted to is regulator or auditor")),
        Grantee::Party(gln) if gln == party => Err(unfit("a party needs no grant of its own")),
        Grantee::Party(gln) => {
            Gln::parse(gln).map_err(|error| unfit(&format!("reading the GLN: {error}")))?;
            match view.registry().organisation(gln) {
                Some(_) => Ok(()),
                None => Err(unfit("the party it is given to is not known here")),
            }
        }
    }
}

/// The extent with its identifiers in the spelling that is compared, if the giver sees it. That it
/// sees anything of a product is not asked: of a product that it has no part in it gives nothing.
pub(super) fn seen(
    view: &View<'_>,
    principal: &Principal,
    extent: Extent,
) -> Result<Extent, Failure> {
    let sees = |subject: Subject<'_>| by_right(view, principal, subject);
    match extent {
        Extent::All | Extent::Product(_) => Ok(extent),
        Extent::Lot { ref gtin, ref lot } => {
            let known = sees(Subject::Lot(gtin, lot));
            known
                .then_some(extent)
                .ok_or_else(|| Failure::not_found("lot"))
        }
        Extent::Pack(text) => {
            let epc = identify(&text).filter(|epc| matches!(epc, Epc::Sgtin(_)));
            let epc = epc.filter(|epc| sees(Subject::Thing(epc)));
            let epc = epc.ok_or_else(|| Failure::not_found("pack"))?;
            Ok(Extent::Pack(epc.canonical()))
        }
        Extent::Shipment(text) => {
            let unit = identify(&text).or_else(|| Epc::parse(&text).ok());
            if let Some(epc) = unit.filter(|epc| sees(Subject::Thing(epc))) {
                return Ok(Extent::Shipment(epc.canonical()));
            }
            let papers = view.despatches.papers(&text).into_iter();
            let mut papers = papers.filter(|paper| {
                let lines = view.despatches.of_paper(paper);
                let mut sent = lines.iter().flat_map(|line| &line.epcs);
                sent.any(|epc| sees(Subject::Thing(epc)))
            });
            match (papers.next(), papers.next()) {
                (Some(paper), None) => Ok(Extent::Shipment(paper.to_owned())),
                (Some(_), Some(_)) => Err(Failure::new(
                    Code::Conflict,
                    "several papers bear this number; name one by its whole identifier",
                )),
                (None, _) => Err(Failure::not_found("shipment")),
            }
        }
    }
}

fn missing() -> Failure {
    Failure::not_found("grant")
}

fn unfit(text: &str) -> Failure {
    Failure::new(Code::Unprocessable, text)
}
