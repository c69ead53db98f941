//! Links to one shipment for people without a key: whoever has the address sees the shipment, to
//! read, until the link ends or is taken back. A link rests on a grant on the ledger whose grantee
//! is the link, so what was shared, by whom and until when can be checked by others; the token is
//! known to this node alone, as a hash. A link shows no more than who made it sees by its own right
//! at the moment somebody looks.
use std::collections::{BTreeMap, BTreeSet};

use gs1::{Epc, Sgtin};
use rules::views::shipment::Content;

use crate::app::failure::{Code, Failure};
use crate::app::grants;
use crate::app::shipment::{self, Shipment};
use crate::app::visible::{Subject, by_right, visible};
use crate::auth::{LinkToken, Permit, Principal, Scope, actions};
use crate::limits::{LINK_S, TEXT_CHARS_MAX};
use crate::node::grants::{Extent, Grant, Grantee, Standing};
use crate::node::{Node, View};
use crate::store::Link;

/// What a grant to a link says it is for; for whom the link is stays with this node.
const PURPOSE: &str = "a link to this shipment";
const TAKEN_BACK: &str = "the link was taken back";

/// What somebody who shares asks for.
#[derive(Clone, Debug)]
pub struct Wish {
    /// For whom.
    pub label: String,
    /// How long it is good, seconds.
    pub valid_s: u32,
    /// Serial numbers and containers are shown.
    pub serials: bool,
    /// How warm it was is shown.
    pub cold_chain: bool,
}

/// What a link shows.
#[derive(Clone, Debug)]
pub struct Shared {
    /// The link.
    pub link: Link,
    /// Name of the party that shares.
    pub granter: rules::PartyRef,
    /// The shipment, as the party that shares sees it.
    pub shipment: Shipment,
    /// Its packs by product and lot.
    pub goods: Vec<Goods>,
}

/// Packs of a lot in a shipment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Goods {
    /// Product.
    pub gtin: String,
    /// Product name.
    pub product: Option<String>,
    /// Lot.
    pub lot: Option<String>,
    /// Last day of use.
    pub expiry: Option<String>,
    /// Packs.
    pub packs: usize,
}

/// Somebody with a token at the door.
#[derive(Debug)]
pub struct Opening {
    /// Whom the access log names: the link, also where it has ended.
    pub who: Option<Principal>,
    /// What it shows, or the one answer for whatever shows nothing.
    pub outcome: Result<Shared, Failure>,
}

/// Makes a link; its token is seen this once.
///
/// # Errors
/// `not_found` when the permit's party does not see the shipment by its own right, `unprocessable`
/// for a label or a time out of bounds or too many grants, `conflict` for too many links or a
/// number that several papers bear.
pub fn make(
    node: &Node,
    permit: &Permit<actions::Grant>,
    id: &str,
    wish: &Wish,
) -> Result<(String, Link), Failure> {
    let principal = permit.principal();
    let party = grants::speaker(permit)?;
    fit(wish)?;
    let shipment = named(&node.fold(), principal, id)?;
    let now_ms = node.world().now_ms();
    let room = node.store().has_room_for_link(party, now_ms);
    if !room.map_err(Failure::internal)? {
        let text = "there are too many links; they are forgotten 30 days after their end";
        return Err(Failure::new(Code::Conflict, text));
    }
    let token = node.store().fresh_link(node.world());
    let token = token.map_err(Failure::internal)?;
    let expires_ms = now_ms.saturating_add(i64::from(wish.valid_s) * 1_000);
    let grant = Grant {
        to: Grantee::Link(token.id().to_owned()),
        of: Extent::Shipment(shipment.clone()),
        purpose: PURPOSE.to_owned(),
        from_ms: now_ms,
        until_ms: Some(expires_ms),
    };
    // First the record: a grant without a link shows nothing to anybody.
    let given = grants::give(node, permit, grant)?.given;
    let link = Link {
        id: token.id().to_owned(),
        shipment,
        party: party.to_owned(),
        by: principal.key_id.clone(),
        label: wish.label.trim().to_owned(),
        serials: wish.serials,
        cold_chain: wish.cold_chain,
        created_ms: now_ms,
        expires_ms,
        grant: given.id,
        ..Link::default()
    };
    let kept = node.store().keep_link(&token, link.clone());
    kept.map_err(Failure::internal)?;
    Ok((token.reveal(), link))
}

/// Links to a shipment that the permit's party made (all of them for those who see everything), the
/// latest first.
///
/// # Errors
/// `not_found` when the shipment is not the principal's to see.
pub fn list(node: &Node, permit: &Permit<actions::Query>, id: &str) -> Result<Vec<Link>, Failure> {
    let principal = permit.principal();
    let view = node.fold();
    let sees = |epc: &Epc| visible(&view, principal, Subject::Thing(epc));
    let Ok(shipment) = named(&view, principal, id) else {
        // Who was granted the sight of it shares nothing of it, and has shared nothing.
        return shipment::of_id(&view, &sees, id).map(|_| Vec::new());
    };
    let all = node.store().links_to(&shipment);
    let mine = |link: &Link| principal.sees_all() || principal.party.as_ref() == Some(&link.party);
    let mut links: Vec<Link> = all.map_err(Failure::internal)?;
    links.retain(mine);
    for link in &mut links {
        // Taken back as a grant, it is taken back as a link.
        let given = view.grants.get(&link.grant);
        let revoked = given.and_then(|given| given.revoked.as_ref());
        link.revoked_ms = link.revoked_ms.or(revoked.map(|(at, _)| *at));
    }
    Ok(links)
}

/// Takes a link back from now on; twice changes nothing.
///
/// # Errors
/// `not_found` when the permit's party made no such link to this shipment.
pub fn revoke(
    node: &Node,
    permit: &Permit<actions::Grant>,
    id: &str,
    link: &str,
) -> Result<(), Failure> {
    let missing = || Failure::not_found("link");
    let party = grants::speaker(permit)?;
    let shipment = named(&node.fold(), permit.principal(), id).map_err(|_| missing())?;
    let links = node.store().links_to(&shipment);
    let links = links.map_err(Failure::internal)?;
    let own = |it: &&Link| it.id == link && it.party == party;
    let found = links.iter().find(own).ok_or_else(missing)?;
    // First the door: whatever becomes of the record, it is shut.
    let now_ms = node.world().now_ms();
    let revoked = node.store().revoke_link(link, now_ms);
    revoked.map_err(Failure::internal)?;
    grants::revoke(node, permit, &found.grant, TAKEN_BACK)?;
    Ok(())
}

/// Opens a link by its token. Whether a link is unknown, has ended or was taken back is not told.
pub fn open(node: &Node, text: &str) -> Opening {
    let refused = || Failure::new(Code::NotFound, "this link shows nothing, or not any more");
    let Ok(token) = LinkToken::parse(text) else {
        return Opening {
            who: None,
            outcome: Err(refused()),
        };
    };
    let found = match node.store().link_of(&token) {
        Ok(found) => found,
        Err(error) => {
            return Opening {
                who: None,
                outcome: Err(Failure::internal(error)),
            };
        }
    };
    let who = found.as_ref().map(holder);
    // What is unknown is looked at like what has ended.
    let link = found.unwrap_or_default();
    let view = node.fold();
    let standing = view.grants.get(&link.grant);
    let standing = standing.map(|given| given.standing(view.now_ms()));
    let stands = standing == Some(Standing::Active);
    let open = link.state(view.now_ms()) == "active" && stands;
    let shown = if open && who.is_some() {
        shared(&view, link).ok_or_else(refused)
    } else {
        Err(refused())
    };
    drop(view);
    if let Ok(shown) = &shown {
        let counted = node
            .store()
            .count_link(&shown.link.id, node.world().now_ms());
        if let Err(error) = counted {
            tracing::warn!(%error, link = shown.link.id, "the use of a link was not counted");
        }
    }
    Opening {
        who,
        outcome: shown,
    }
}

/// Who opens a link, for the access log.
fn holder(link: &Link) -> Principal {
    Principal {
        key_id: format!("link-{}", link.id),
        party: Some(link.party.clone()),
        roles: BTreeSet::new(),
        person: None,
        scope: Scope::default(),
    }
}

fn shared(view: &View<'_>, link: Link) -> Option<Shared> {
    // Of the party that shares, what it sees by its own right.
    let granter = holder(&link);
    let sees = |epc: &Epc| by_right(view, &granter, Subject::Thing(epc));
    let found = shipment::of_id(view, &sees, &link.shipment).ok()?;
    let engine = &view.engine;
    let name = engine.party(&link.party).map(|party| party.name.clone());
    Some(Shared {
        goods: goods(view, &found.view.contents),
        granter: rules::PartyRef {
            gln: link.party.clone(),
            name,
        },
        shipment: found,
        link,
    })
}

/// Packs by product and lot.
fn goods(view: &View<'_>, contents: &[Content]) -> Vec<Goods> {
    let mut all: BTreeMap<(String, Option<String>), Goods> = BTreeMap::new();
    let mut open: Vec<&Content> = contents.iter().collect();
    while let Some(content) = open.pop() {
        open.extend(&content.children);
        let Some(sgtin) = pack_of(content) else {
            continue;
        };
        let Some(pack) = view.engine.pack(&sgtin) else {
            continue;
        };
        let goods = all.entry((pack.gtin.clone(), pack.lot.clone()));
        let goods = goods.or_insert_with(|| Goods {
            gtin: pack.gtin,
            product: pack.product,
            lot: pack.lot,
            expiry: pack.expiry,
            packs: 0,
        });
        goods.packs += 1;
    }
    all.into_values().collect()
}

fn pack_of(content: &Content) -> Option<Sgtin> {
    match Epc::parse(&content.id) {
        Ok(Epc::Sgtin(sgtin)) if content.kind == "pack" => Some(sgtin),
        _ => None,
    }
}

/// The shipment in the spelling that is compared, if the principal sees it by its own right.
fn named(view: &View<'_>, principal: &Principal, id: &str) -> Result<String, Failure> {
    let extent = Extent::Shipment(id.to_owned());
    match grants::seen(view, principal, extent)? {
        Extent::Shipment(id) => Ok(id),
        _ => Err(Failure::not_found("shipment")),
    }
}

fn fit(wish: &Wish) -> Result<(), Failure> {
    let unfit = |text: String| Failure::new(Code::Unprocessable, text);
    if !LINK_S.contains(&wish.valid_s) {
        let (first, last) = (LINK_S.start(), LINK_S.end());
        return Err(unfit(format!("valid_s is between {first} and {last}")));
    }
    if wish.label.chars().count() > TEXT_CHARS_MAX {
        return Err(unfit(format!(
            "a label may have {TEXT_CHARS_MAX} characters"
        )));
    }
    Ok(())
}
