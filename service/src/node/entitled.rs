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
        Fact::Event(_) => Ok(()),
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
    let products = match decision {
        Decision::Recall { gtin, .. } => vec![gtin.clone()],
        Decision::QaRelease { subject, .. } | Decision::QaReject { subject, .. } => {
            products_of(engine, subject)
        }
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
    let own = match master {
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
    };
    if own {
        Ok(())
    } else {
        Err(NotEntitled::Master)
    }
}
