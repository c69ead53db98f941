//! Who may state what about whom. A signature shows who speaks; this shows whether it is theirs
//! to say: a lot is recalled by its marketing authorisation holder or a regulator, quality is
//! judged by the holder of the authorisation, a party describes itself and the operator describes
//! everybody. One function for both doors: the API asks it before it records, the fold asks it
//! about what others signed.
use gs1::{Epc, Gtin};
use rules::{Decision, Engine, Fact, MasterData};

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
}

impl NotEntitled {
    /// Stable number, part of the log.
    pub const fn code(self) -> u16 {
        match self {
            Self::Decision => 1,
            Self::Master => 2,
        }
    }

    /// The number in words.
    pub const fn words(code: u16) -> &'static str {
        match code {
            1 => "the author may not decide about this product",
            2 => "the author may not describe somebody else",
            _ => "not entitled",
        }
    }
}

/// Whether `speaker` may state `fact`, given what is known so far.
pub fn entitled(engine: &Engine, speaker: Speaker<'_>, fact: &Fact) -> Result<(), NotEntitled> {
    match fact {
        Fact::Event(_) | Fact::Verification(_) => Ok(()),
        Fact::Decision(decision) => may_decide(engine, speaker, decision),
        Fact::Master(master) => may_describe(engine, speaker, master),
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
        Decision::QaRelease { subject, .. }
        | Decision::QaHold { subject, .. }
        | Decision::QaReject { subject, .. } => products_of(engine, subject),
        Decision::AssignAlert { finding, .. }
        | Decision::ResolveAlert { finding, .. }
        | Decision::DeEscalateAlert { finding, .. } => {
            let subjects = engine.finding(finding).map(|it| it.subjects.as_slice());
            let subject = subjects.and_then(<[Epc]>::first);
            subject
                .map(|epc| products_of(engine, epc))
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

/// The products a quality decision about `subject` is about.
fn products_of(engine: &Engine, subject: &Epc) -> Vec<Gtin> {
    match subject {
        Epc::Sgtin(sgtin) => vec![sgtin.gtin.clone()],
        Epc::Gtin(gtin) | Epc::Lgtin { gtin, .. } => vec![gtin.clone()],
        container => {
            let inside = engine.contents_of(container);
            let gtin = |epc: &Epc| match epc {
                Epc::Sgtin(sgtin) => Some(sgtin.gtin.clone()),
                _ => None,
            };
            let all: std::collections::BTreeSet<_> = inside.iter().filter_map(gtin).collect();
            all.into_iter().collect()
        }
    }
}

fn may_describe(
    engine: &Engine,
    speaker: Speaker<'_>,
    master: &MasterData,
) -> Result<(), NotEntitled> {
    let party = match speaker {
        Speaker::Operator => return Ok(()),
        Speaker::Party(party) => party,
        Speaker::Nobody => return Err(NotEntitled::Master),
    };
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
        MasterData::Location(it) => {
            let theirs = engine
                .location(&it.id)
                .is_none_or(|known| known.party == party);
            it.party == party && theirs
        }
        MasterData::Product(it) => {
            let theirs = engine
                .product(&it.gtin)
                .is_none_or(|known| known.mah == party);
            it.mah == party && theirs
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
        // What is in force for everybody is put in force by the operator only.
        MasterData::RuleActivation(_) => false,
    };
    if own {
        Ok(())
    } else {
        Err(NotEntitled::Master)
    }
}
