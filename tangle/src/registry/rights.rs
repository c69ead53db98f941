//! Who may withdraw, replace and limit a key, and who may commission which products. The
//! operations here only ever add; what they mean for a block is judged by the order
//! ([`crate::authority`]).

use tangle_verify::KeyId;

use super::{Delegation, Principal, Registry, Revocation, Rotation, Scope};

/// Whether a key may commission items of a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Commissioning<'a> {
    /// The product's numbers are its organisation's own.
    Own,
    /// Another organisation lent the right.
    Delegated {
        /// The one whose numbers they are.
        by: &'a str,
    },
    /// The numbers are another's, or outside what the key is limited to.
    Denied,
    /// Nobody registered whose numbers these are.
    Unowned,
}

impl Registry {
    /// Whether `key` may commission items of the product with this GTIN (14 digits) at this time
    /// (milliseconds since the Unix epoch). Whose numbers they are, the scopes of organisations'
    /// keys say; a lender can lend no more than is its own, and nothing lent is lent on.
    pub fn commissioning(&self, key: &KeyId, gtin: &str, at_ms: u64) -> Commissioning<'_> {
        let narrowed = self.author(key).and_then(|_| self.scope(key));
        let outside = narrowed.is_some_and(|scope| {
            !scope.gtin_prefixes.is_empty() && !covers(&scope.gtin_prefixes, gtin)
        });
        let Some(own) = self.organisation_of(key).filter(|_| !outside) else {
            return Commissioning::Denied;
        };
        if self.owns(own, gtin) {
            return Commissioning::Own;
        }
        let lent = self.delegations.values().find(|it| {
            let now = it.from_ms <= at_ms && it.to_ms.is_none_or(|end| at_ms < end);
            now && it.to == own && covers(&it.gtin_prefixes, gtin) && self.owns(&it.from, gtin)
        });
        match lent {
            Some(lent) => Commissioning::Delegated { by: &lent.from },
            None if self.organisations.keys().any(|id| self.owns(id, gtin)) => {
                Commissioning::Denied
            }
            None => Commissioning::Unowned,
        }
    }

    /// Whether `key` may state what was seen at this read point: an author limited to some read
    /// points may not speak of others.
    pub fn may_read_at(&self, key: &KeyId, read_point: &str) -> bool {
        self.scope(key).is_none_or(|scope| {
            scope.read_points.is_empty() || scope.read_points.iter().any(|it| it == read_point)
        })
    }

    fn owns(&self, organisation: &str, gtin: &str) -> bool {
        let key = self.organisation(organisation).map(|it| &it.key);
        let scope = key.and_then(|key| self.scope(key));
        scope.is_some_and(|scope| covers(&scope.gtin_prefixes, gtin))
    }

    /// Whether `key` is this organisation's own key, now or before it was replaced.
    pub(super) fn speaks_for(&self, key: &KeyId, organisation: &str) -> bool {
        self.organisation_keys
            .get(key)
            .is_some_and(|id| id == organisation)
    }

    /// Whether `by` may say something about `key`: the root about every key, an organisation
    /// about those of its authors.
    fn is_above(&self, by: &KeyId, key: &KeyId) -> bool {
        match self.principal(key) {
            _ if *by == self.root => true,
            Some(Principal::Author(author)) => self.speaks_for(by, &author.organisation),
            _ => false,
        }
    }

    pub(super) fn add_scope(&mut self, by: &KeyId, it: Scope) -> Result<(), &'static str> {
        if self.principal(&it.key).is_none() {
            return Err("the key is not registered");
        }
        if !self.is_above(by, &it.key) {
            return Err("only the root key and the organisation's own limit a key");
        }
        self.scopes.insert(it.key, it);
        Ok(())
    }

    pub(super) fn add_revocation(
        &mut self,
        by: &KeyId,
        it: Revocation,
    ) -> Result<(), &'static str> {
        if it.key == self.root {
            return Err("the root key stands or falls with the network");
        }
        if self.principal(&it.key).is_none() {
            return Err("the key is not registered");
        }
        if *by != it.key && !self.is_above(by, &it.key) {
            return Err("only the root key, the organisation's and the key itself withdraw it");
        }
        // A withdrawal may come earlier, never later: nobody gets a key back.
        let earlier = |known: &Revocation| known.from_milestone <= it.from_milestone;
        if !self.revocations.get(&it.key).is_some_and(earlier) {
            self.revocations.insert(it.key, it);
        }
        Ok(())
    }

    pub(super) fn add_rotation(&mut self, by: &KeyId, it: Rotation) -> Result<(), &'static str> {
        let new = it.new;
        if self.rotations.contains_key(&it.old) {
            return Err("the key is replaced already");
        }
        if self.revocations.contains_key(&it.old) {
            return Err("the key is withdrawn and cannot be replaced");
        }
        if self.principal(&new).is_some() {
            return Err("the new key is already in use");
        }
        match self.principal(&it.old) {
            None | Some(Principal::Root) => return Err("there is no such key to replace"),
            Some(Principal::Organisation(_)) if *by != self.root && *by != it.old => {
                return Err("only the root key and the old key replace an organisation's");
            }
            Some(Principal::Organisation(known)) => {
                let id = known.id.clone();
                if let Some(known) = self.organisations.get_mut(&id) {
                    known.key = new;
                }
                self.organisation_keys.insert(new, id);
            }
            Some(Principal::Author(known)) => {
                let mut known = known.clone();
                if *by != self.root && !self.speaks_for(by, &known.organisation) {
                    return Err("only the root key and the organisation's own replace a key");
                }
                known.key = new;
                self.authors.insert(new, known);
            }
        }
        if let Some(mut scope) = self.scope(&it.old).cloned() {
            scope.key = new;
            self.scopes.insert(new, scope);
        }
        self.rotations.insert(it.old, it);
        Ok(())
    }

    pub(super) fn add_delegation(
        &mut self,
        by: &KeyId,
        it: Delegation,
    ) -> Result<(), &'static str> {
        if self.organisation(&it.from).is_none() || self.organisation(&it.to).is_none() {
            return Err("both organisations of a delegation are registered");
        }
        if it.from == it.to {
            return Err("an organisation needs no delegation of its own");
        }
        if *by != self.root && !self.speaks_for(by, &it.from) {
            return Err("only the root key and the organisation that lends delegate");
        }
        if it.to_ms.is_some_and(|end| end <= it.from_ms) {
            return Err("the delegation ends before it starts");
        }
        let pair = (it.from.clone(), it.to.clone());
        self.delegations.insert(pair, it);
        Ok(())
    }
}

fn covers(prefixes: &[String], gtin: &str) -> bool {
    gtin.len() == 14
        && prefixes
            .iter()
            .any(|prefix| gtin.starts_with(prefix.as_str()))
}
