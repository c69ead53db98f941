//! Grants of sight: a party lets another, or all overseers of a kind, read what it sees itself,
//! for a purpose and a time, and takes it back. Both are records of the ledger, signed for who
//! gives, so they survive whatever derived state is lost, and nobody can say later that there was
//! no permission. What a grant lets see is decided by `app::visible`.
use std::collections::BTreeMap;

use gs1::{Gtin, Lot};
use serde::{Deserialize, Serialize};
use tangle::BlockId;

use crate::auth::{Principal, Role};

/// An item of a block of kind grant, as canonical JSON.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Said {
    /// Sight is given.
    Grant(Grant),
    /// Sight is taken back.
    Revoke {
        /// Id of the grant.
        grant: String,
        /// Why; no personal data.
        reason: String,
    },
}

/// What is given.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Grant {
    /// To whom.
    pub to: Grantee,
    /// Of what.
    pub of: Extent,
    /// What for; no personal data.
    pub purpose: String,
    /// From when on, Unix milliseconds.
    pub from_ms: i64,
    /// The first moment at which it is over; never without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_ms: Option<i64>,
}

/// To whom sight is given.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Grantee {
    /// A party, by its GLN.
    Party(String),
    /// All who oversee in this role: `regulator` or `auditor`.
    Role(Role),
    /// Whoever has a link, by its public id: no principal, it opens what the link shows alone.
    Link(String),
}

/// What sight is given of. A thing that lies in it brings the events that name it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// All that who gives it sees.
    All,
    /// A product: its packs and lots.
    Product(Gtin),
    /// A lot and its packs.
    Lot {
        /// Its product.
        gtin: Gtin,
        /// Its number.
        lot: Lot,
    },
    /// A logistic unit, or what goes under a despatch advice, with everything that is or was in it.
    Shipment(String),
    /// A pack.
    Pack(String),
}

/// A grant as the ledger left it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Given {
    /// Its id: the block that holds it.
    pub id: String,
    /// GLN of who gave it.
    pub granter: String,
    /// What it says.
    pub grant: Grant,
    /// When it was recorded, Unix milliseconds.
    pub recorded_ms: i64,
    /// When it was taken back, and why.
    pub revoked: Option<(i64, String)>,
}

/// How it stands with a grant.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Standing {
    /// It has not begun.
    Pending,
    /// It gives sight.
    Active,
    /// Its time is over.
    Ended,
    /// It was taken back.
    Revoked,
}

impl Standing {
    /// Its name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Ended => "ended",
            Self::Revoked => "revoked",
        }
    }
}

impl Said {
    /// Reads an item's body.
    pub fn read(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }
}

impl Given {
    /// How it stands at a moment.
    pub fn standing(&self, now_ms: i64) -> Standing {
        if self.revoked.is_some() {
            Standing::Revoked
        } else if now_ms < self.grant.from_ms {
            Standing::Pending
        } else if self.grant.until_ms.is_some_and(|end| end <= now_ms) {
            Standing::Ended
        } else {
            Standing::Active
        }
    }

    /// Whether it was given to a principal.
    pub fn is_to(&self, principal: &Principal) -> bool {
        match &self.grant.to {
            Grantee::Party(gln) => principal.party.as_deref() == Some(gln),
            Grantee::Role(role) => principal.has(*role),
            Grantee::Link(_) => false,
        }
    }
}

/// The id of the grant in an item of a block.
pub fn id_of(block: &BlockId, item: u16) -> String {
    if item == 0 {
        block.to_string()
    } else {
        format!("{block}-{item}")
    }
}

/// Every grant.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "Vec<Row>", into = "Vec<Row>")]
pub struct Grants {
    all: Vec<Given>,
    by_id: BTreeMap<String, usize>,
    by_grantee: BTreeMap<Grantee, Vec<usize>>,
}

/// A grant on disk; its own words are JSON, as in the ledger.
#[derive(Deserialize, Serialize)]
struct Row {
    id: String,
    granter: String,
    grant: String,
    recorded_ms: i64,
    revoked: Option<(i64, String)>,
}

impl From<Grants> for Vec<Row> {
    fn from(grants: Grants) -> Self {
        let row = |given: Given| Row {
            id: given.id,
            granter: given.granter,
            // Plain data has no way to fail; an empty text is refused when it is read.
            grant: serde_json::to_string(&given.grant).unwrap_or_default(),
            recorded_ms: given.recorded_ms,
            revoked: given.revoked,
        };
        grants.all.into_iter().map(row).collect()
    }
}

impl TryFrom<Vec<Row>> for Grants {
    type Error = serde_json::Error;

    fn try_from(rows: Vec<Row>) -> Result<Self, serde_json::Error> {
        let mut grants = Self::default();
        for row in rows {
            let said = Said::Grant(serde_json::from_str(&row.grant)?);
            grants.learn(&row.granter, row.id, said, row.recorded_ms);
            if let Some(given) = grants.all.last_mut() {
                given.revoked = row.revoked;
            }
        }
        Ok(grants)
    }
}

impl Grants {
    /// Takes in what a party says. Nobody takes back what somebody else gave.
    pub fn learn(&mut self, granter: &str, id: String, said: Said, recorded_ms: i64) {
        match said {
            Said::Grant(grant) => {
                let row = self.all.len();
                self.by_id.insert(id.clone(), row);
                let of = self.by_grantee.entry(grant.to.clone()).or_default();
                of.push(row);
                self.all.push(Given {
                    id,
                    granter: granter.to_owned(),
                    grant,
                    recorded_ms,
                    revoked: None,
                });
            }
            Said::Revoke { grant, reason } => {
                let row = self.by_id.get(&grant).copied();
                let given = row.and_then(|row| self.all.get_mut(row));
                if let Some(given) = given.filter(|it| it.granter == granter) {
                    given.revoked.get_or_insert((recorded_ms, reason));
                }
            }
        }
    }

    /// A grant by its id.
    pub fn get(&self, id: &str) -> Option<&Given> {
        self.all.get(*self.by_id.get(id)?)
    }

    /// Every grant in the ledger's order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Given> {
        self.all.iter()
    }

    /// Grants to a principal that give sight at a moment.
    pub fn active<'a>(
        &'a self,
        principal: &'a Principal,
        now_ms: i64,
    ) -> impl Iterator<Item = &'a Given> {
        let party = principal.party.clone().map(Grantee::Party);
        let roles = principal.roles.iter().filter(|role| role.oversees());
        let grantees = party
            .into_iter()
            .chain(roles.map(|role| Grantee::Role(*role)));
        grantees
            .filter_map(|grantee| self.by_grantee.get(&grantee))
            .flatten()
            .filter_map(|row| self.all.get(*row))
            .filter(move |given| given.standing(now_ms) == Standing::Active)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(to: &str, from_ms: i64, until_ms: Option<i64>) -> Said {
        Said::Grant(Grant {
            to: Grantee::Party(to.to_owned()),
            of: Extent::All,
            purpose: "audit".to_owned(),
            from_ms,
            until_ms,
        })
    }

    fn revoke(id: &str) -> Said {
        Said::Revoke {
            grant: id.to_owned(),
            reason: "done".to_owned(),
        }
    }

    #[test]
    fn what_is_said_reads_as_it_is_written() {
        for said in [grant("a", 5, Some(9)), grant("a", 5, None), revoke("x")] {
            let body = serde_json_canonicalizer::to_vec(&said).unwrap();
            assert_eq!(Said::read(&body), Some(said));
        }
        for bad in [
            "{}",
            r#"{"type":"grant"}"#,
            r#"{"type":"revoke","grant":"x"}"#,
            r#"{"type":"revoke","grant":"x","reason":"y","more":1}"#,
        ] {
            assert_eq!(Said::read(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn a_grant_stands_from_its_first_to_before_its_last_moment() {
        let mut grants = Grants::default();
        grants.learn("a", "1".to_owned(), grant("b", 10, Some(20)), 5);
        let standing = |now_ms| grants.get("1").unwrap().standing(now_ms);
        assert_eq!(
            [9, 10, 19, 20].map(standing),
            [
                Standing::Pending,
                Standing::Active,
                Standing::Active,
                Standing::Ended
            ]
        );
    }

    #[test]
    fn only_who_gave_it_takes_it_back_and_once() {
        let mut grants = Grants::default();
        grants.learn("a", "1".to_owned(), grant("b", 0, None), 5);
        grants.learn("b", "2".to_owned(), revoke("1"), 6);
        assert_eq!(grants.get("1").unwrap().standing(9), Standing::Active);
        grants.learn("a", "3".to_owned(), revoke("1"), 7);
        grants.learn("a", "4".to_owned(), revoke("1"), 8);
        let revoked = grants.get("1").unwrap().revoked.clone();
        assert_eq!(revoked, Some((7, "done".to_owned())));
    }
}
