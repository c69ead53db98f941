//! Lots by product and name without a key of their own made for each question: an event of a pack
//! asks for its lot several times.

use std::borrow::Borrow;
use std::cmp::Ordering;

use gs1::{Gtin, Lot};

use super::{LotState, NameId, State, ThingId};

/// What names a lot: a key of a map of lots, or its parts.
pub(crate) trait LotKey {
    fn parts(&self) -> (&Gtin, &str);
}

impl LotKey for (Gtin, Lot) {
    fn parts(&self) -> (&Gtin, &str) {
        (&self.0, self.1.as_str())
    }
}

impl LotKey for (&Gtin, &str) {
    fn parts(&self) -> (&Gtin, &str) {
        *self
    }
}

impl<'a> Borrow<dyn LotKey + 'a> for (Gtin, Lot) {
    fn borrow(&self) -> &(dyn LotKey + 'a) {
        self
    }
}

impl PartialEq for dyn LotKey + '_ {
    fn eq(&self, other: &Self) -> bool {
        self.parts() == other.parts()
    }
}

impl Eq for dyn LotKey + '_ {}

impl PartialOrd for dyn LotKey + '_ {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// As the keys themselves: product first, then the characters of the lot.
impl Ord for dyn LotKey + '_ {
    fn cmp(&self, other: &Self) -> Ordering {
        self.parts().cmp(&other.parts())
    }
}

impl State {
    /// A lot by its product and the name an event tells.
    pub(crate) fn lot_named(&self, gtin: &Gtin, lot: NameId) -> Option<&LotState> {
        let key: &dyn LotKey = &(gtin, self.names.text(lot));
        self.lots.get(key)
    }

    /// The lot a pack was commissioned into.
    pub(crate) fn lot_of_pack(&self, thing: ThingId) -> Option<&LotState> {
        let birth = self.event(self.thing(thing)?.birth?)?;
        self.lot_named(self.gtin(thing)?, birth.told().lot?)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_lot_is_found_by_its_parts_where_its_key_is() {
        let gtins = ["09506000134352", "09506000134369"].map(|it| Gtin::parse(it).unwrap());
        let lots = ["1", "10", "2", "A", "AB", "a"];
        let mut all = BTreeMap::new();
        for (i, gtin) in gtins.iter().enumerate() {
            for lot in lots.iter().skip(i) {
                all.insert((gtin.clone(), Lot::parse(lot).unwrap()), (i, *lot));
            }
        }
        for (i, gtin) in gtins.iter().enumerate() {
            for lot in lots.into_iter().chain(["0", "AA", "b", "no lot"]) {
                let key: &dyn LotKey = &(gtin, lot);
                let wanted = lots.iter().skip(i).any(|it| *it == lot);
                assert_eq!(all.get(key), wanted.then_some(&(i, lot)), "{lot}");
            }
        }
    }
}
