//! Who may state what about whom. A signature shows who speaks; this shows whether it is theirs
//! to say: a lot is recalled by its marketing authorisation holder or a regulator, quality is
//! judged by the holder of the authorisation, a party describes itself and the operator describes
//! everybody. One function for both doors: the API asks it before it records, the fold asks it
//! about what others signed.
use gs1::{Epc, Gtin};
use rules::{Decision, Engine, Fact, GtinAuthority, MasterData};

use super::claims::gln_of;
use super::fold::Fold;

/// Who speaks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Speaker<'a> {
    /// The node's operator.
    Operator,
    /// A party, by its GLN.
    Party(&'a str),
    /// Nobody that is registered.
    Nobody,
}

/// Why a statement has no effect (`Outcome::Rejected`).
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NotEntitled {
    /// A decision about a product of somebody else.
    #[error("only a regulator or the product's marketing authorisation holder decides about it")]
    Decision,
    /// Master data about somebody else.
    #[error("a party publishes master data about itself only")]
    Master,
    /// A place of somebody else.
    #[error(
        "the place is another party's: by its GLN, by its company prefix, because that party \
         published it or was the first to record there; the node's operator can say otherwise"
    )]
    Place,
    /// A product of somebody else.
    #[error(
        "the product is another party's: that party published it or made packs of it first; \
         the node's operator can say otherwise"
    )]
    Product,
}

impl NotEntitled {
    /// Stable number, part of the log.
    pub const fn code(self) -> u16 {
        match self {
            Self::Decision => 1,
            Self::Master => 2,
            Self::Place => 3,
            Self::Product => 4,
        }
    }

    /// The number in words.
    pub const fn words(code: u16) -> &'static str {
        match code {
            1 => "the author may not decide about this product",
            2 => "the author may not describe somebody else",
            3 => "the author may not describe another party's place",
            4 => "the author may not describe another party's product",
            _ => "not entitled",
        }
    }
}

/// Whether `speaker` may state `fact`, given what is known so far.
pub fn entitled(fold: &Fold, speaker: Speaker<'_>, fact: &Fact) -> Result<(), NotEntitled> {
    match fact {
        Fact::Event(_) | Fact::Verification(_) => Ok(()),
        Fact::Decision(decision) => may_decide(&fold.engine, speaker, decision),
        Fact::Master(master) => may_describe(fold, speaker, master),
    }
}

fn may_decide(
    engine: &Engine,
    speaker: Speaker<'_>,
    decision: &Decision,
) -> Result<(), NotEntitled> {
    let Speaker::Party(party) = speaker else {
        return Err(NotEntitled::Decision);
    };
    let products = match decision.bare() {
        Decision::Recall { gtin, .. }
        | Decision::Withdraw { gtin, .. }
        | Decision::ExtendExpiry { gtin, .. } => vec![gtin.clone()],
        // Of a box, all that was ever in it: also when it was emptied, and of every maker.
        Decision::QaRelease { subject, .. }
        | Decision::QaHold { subject, .. }
        | Decision::QaReject { subject, .. } => engine.products_of(subject),
        Decision::AssignAlert { finding, .. }
        | Decision::ResolveAlert { finding, .. }
        | Decision::DeEscalateAlert { finding, .. } => {
            let subjects = engine.finding(finding).map(|it| it.subjects.as_slice());
            let subject = subjects.and_then(<[Epc]>::first);
            subject
                .map(|epc| engine.products_of(epc))
                .unwrap_or_default()
        }
        // The rules take back only what the same party decided.
        Decision::Undo { .. } => return Ok(()),
        // Nothing is signed twice.
        Decision::Signed { .. } => return Err(NotEntitled::Decision),
    };
    let regulator = engine
        .party(party)
        .is_some_and(|known| known.role == crate::auth::Role::Regulator.as_str());
    let own = |gtin: &Gtin| {
        engine
            .product(gtin)
            .is_some_and(|product| product.mah == party)
    };
    if regulator || (!products.is_empty() && products.iter().all(own)) {
        return Ok(());
    }
    Err(NotEntitled::Decision)
}

fn may_describe(fold: &Fold, speaker: Speaker<'_>, master: &MasterData) -> Result<(), NotEntitled> {
    let party = match speaker {
        Speaker::Operator => return Ok(()),
        Speaker::Party(party) => party,
        Speaker::Nobody => return Err(NotEntitled::Master),
    };
    let engine = &fold.engine;
    let regulator = || {
        engine
            .party(party)
            .is_some_and(|known| known.role == crate::auth::Role::Regulator.as_str())
    };
    let holder = |gtin: &Gtin| engine.product(gtin).is_some_and(|known| known.mah == party);
    let own = match master {
        MasterData::Licence(_) | MasterData::ImportLicence(_) => regulator(),
        // Whoever has a right may delegate it; the right itself is a matter of the registry.
        MasterData::Authority(it) => {
            regulator() || it.delegated_by.as_deref() == Some(party) && engine.owns(party, it)
        }
        MasterData::KnownBad(it) => regulator() || it.gtin.as_ref().is_some_and(holder),
        MasterData::LotQuantity(it) => regulator() || holder(&it.gtin),
        MasterData::Market(it) => regulator() || holder(&it.gtin),
        // A party's role decides what it may do: only the operator sets it.
        MasterData::Party(it) => {
            it.gln.as_str() == party
                && engine
                    .party(party)
                    .is_some_and(|known| known.role == it.role)
        }
        MasterData::Location(it) if it.party == party => {
            return has_place(fold, party, &it.id)
                .then_some(())
                .ok_or(NotEntitled::Place);
        }
        MasterData::Product(it) if it.mah == party => {
            let has = has_product(fold, party, &it.gtin);
            return has.then_some(()).ok_or(NotEntitled::Product);
        }
        MasterData::Device(it) => {
            let theirs = engine
                .device(&it.id)
                .is_none_or(|known| known.party == party);
            it.party == party && theirs
        }
        // Who gives its goods away says so, never who takes them.
        MasterData::Delegation(it) => it.from == party,
        MasterData::Lane(it) => it.from == party || it.to == party,
        MasterData::ConsortiumRule(it) => it.owner().as_str() == party,
        // Of somebody else; and what is in force for everybody is put in force by the operator.
        MasterData::Location(_) | MasterData::Product(_) | MasterData::RuleActivation(_) => false,
    };
    if own {
        Ok(())
    } else {
        Err(NotEntitled::Master)
    }
}

/// Whether a party may describe a place as its own: its own GLN is, and what is nobody else's by
/// master data, by company prefix, or by who recorded there first.
fn has_place(fold: &Fold, party: &str, place: &Epc) -> bool {
    let engine = &fold.engine;
    let gln = gln_of(place);
    if gln == Some(party) {
        return true;
    }
    let anothers = gln.is_some_and(|gln| {
        engine.party(gln).is_some() || in_anothers_prefix(fold, party, gln, place)
    });
    let told = engine.location(place).map(|known| known.party.as_str());
    !anothers
        && told
            .or_else(|| fold.claims.at(place))
            .is_none_or(|first| first == party)
}

/// Whether a GLN begins with a company prefix that is another party's and not this one's.
fn in_anothers_prefix(fold: &Fold, party: &str, gln: &str, place: &Epc) -> bool {
    let length = fold.prefixes.length_of(place).map(usize::from);
    let Some(prefix) = length.and_then(|length| gln.get(..length)) else {
        return false;
    };
    let mut parties = fold.engine.parties();
    !party.starts_with(prefix) && parties.any(|other| other.gln.as_str().starts_with(prefix))
}

/// Whether a party may describe a product as its own: by master data, by the registry's word on
/// who may use its prefix, else because nobody else made packs of it first.
fn has_product(fold: &Fold, party: &str, gtin: &Gtin) -> bool {
    if let Some(known) = fold.engine.product(gtin) {
        return known.mah == party;
    }
    let right = GtinAuthority {
        prefix: gtin.as_str().to_owned(),
        party: party.to_owned(),
        delegated_by: None,
        from_ms: None,
        until_ms: None,
    };
    fold.engine.owns(party, &right) || fold.claims.maker(gtin).is_none_or(|first| first == party)
}
