//! What a thing is called, in as few bytes as there are many packs: a pack is its product's number
//! and its serial number in place; anything else is a row in a table of identifiers.

use std::collections::BTreeMap;

use gs1::{Epc, Gtin, Serial, Sgtin};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::index::{Index, hash_of};
use super::table::Table;
use super::thing::ThingId;
use super::{index, number};

/// Longest serial number (AI 21).
const SERIAL_MAX: usize = 20;

/// A product kept once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct ProductId(pub(crate) u32);

/// A serial number in place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Short {
    len: u8,
    text: [u8; SERIAL_MAX],
}

/// What a thing is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum ThingName {
    Pack {
        product: ProductId,
        serial: Short,
    },
    /// Its row in [`ThingNames::others`].
    Other(u32),
}

/// Identifiers of all things, each once, and the way from an identifier to its thing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ThingNames {
    products: Vec<Gtin>,
    product_ids: BTreeMap<Gtin, ProductId>,
    others: Vec<Epc>,
    other_ids: BTreeMap<Epc, u32>,
    names: Table<ThingName>,
    index: Index<ThingName>,
    /// Whether any of the others is a lot.
    lots: bool,
    /// The row after the one that was named last: packs are mostly named in the order in which they
    /// were first, so the next one is looked at there before it is searched for.
    next: Next,
}

/// A row to look at first: no content, and two of them are always equal.
#[derive(Debug, Clone, Default)]
struct Next(usize);

impl PartialEq for Next {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Next {}

impl ThingNames {
    /// The thing of an identifier.
    pub(crate) fn find(&self, epc: &Epc) -> Option<ThingId> {
        self.find_name(&self.name_of(epc)?)
    }

    fn find_name(&self, name: &ThingName) -> Option<ThingId> {
        let holds = |row: u32| self.names.get(index(row)) == Some(name);
        let row = self.index.find(name.hash(), name, holds)?;
        Some(ThingId::at(index(row)))
    }

    /// The thing of an identifier, and whether it is new.
    pub(crate) fn intern(&mut self, epc: &Epc) -> (ThingId, bool) {
        let next = self.next.0;
        if self.is_named(next, epc) {
            self.next = Next(next + 1);
            return (ThingId::at(next), false);
        }
        let name = self.name_for(epc);
        let (id, new) = match self.find_name(&name) {
            Some(id) => (id, false),
            None => (ThingId::at(self.names.len()), true),
        };
        if new {
            self.push(name, number(id.row()));
        }
        self.next = Next(id.row() + 1);
        (id, new)
    }

    /// Whether a row is the one of a pack.
    fn is_named(&self, row: usize, epc: &Epc) -> bool {
        let (Epc::Sgtin(pack), Some(ThingName::Pack { product, serial })) =
            (epc, self.names.get(row))
        else {
            return false;
        };
        serial.as_bytes() == pack.serial.as_str().as_bytes()
            && self.products.get(index(product.0)) == Some(&pack.gtin)
    }

    fn push(&mut self, name: ThingName, row: u32) {
        self.names.push(name);
        let names = &self.names;
        let hash = |row: u32| names.get(index(row)).map_or(0, ThingName::hash);
        self.index.insert(name.hash(), name, row, hash);
    }

    /// Whether any thing is a lot: only one that something is found about becomes one.
    pub(crate) fn names_a_lot(&self) -> bool {
        self.lots
    }

    /// How many things have a name.
    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    /// A copy that can be written down and nothing else: it finds nothing.
    pub(crate) fn frozen(&self) -> Self {
        Self {
            products: self.products.clone(),
            product_ids: BTreeMap::new(),
            others: self.others.clone(),
            other_ids: BTreeMap::new(),
            names: self.names.clone(),
            index: Index::default(),
            lots: self.lots,
            next: Next::default(),
        }
    }

    /// The identifier of a thing.
    pub(crate) fn epc(&self, id: ThingId) -> Option<Epc> {
        match self.names.get(id.row())? {
            ThingName::Pack { .. } => self.sgtin(id).map(Epc::Sgtin),
            ThingName::Other(row) => self.others.get(index(*row)).cloned(),
        }
    }

    /// The identifier of a thing that is no pack.
    pub(crate) fn other(&self, id: ThingId) -> Option<&Epc> {
        match self.names.get(id.row())? {
            ThingName::Pack { .. } => None,
            ThingName::Other(row) => self.others.get(index(*row)),
        }
    }

    pub(crate) fn sgtin(&self, id: ThingId) -> Option<Sgtin> {
        match self.names.get(id.row())? {
            ThingName::Pack { product, serial } => {
                let gtin = self.products.get(index(product.0))?.clone();
                Some(Sgtin::new(gtin, Serial::parse(serial.as_str()).ok()?))
            }
            ThingName::Other(_) => None,
        }
    }

    pub(crate) fn gtin(&self, id: ThingId) -> Option<&Gtin> {
        match self.names.get(id.row())? {
            ThingName::Pack { product, .. } => self.products.get(index(product.0)),
            ThingName::Other(_) => None,
        }
    }

    /// Whether two things are packs of one product.
    pub(crate) fn same_product(&self, one: ThingId, other: ThingId) -> bool {
        let product = |id: ThingId| match self.names.get(id.row())? {
            ThingName::Pack { product, .. } => Some(*product),
            ThingName::Other(_) => None,
        };
        product(one).is_some_and(|it| product(other) == Some(it))
    }

    fn name_of(&self, epc: &Epc) -> Option<ThingName> {
        match epc {
            Epc::Sgtin(sgtin) => Some(ThingName::Pack {
                product: self.product_id(&sgtin.gtin)?,
                serial: Short::new(sgtin.serial.as_str()),
            }),
            other => self.other_ids.get(other).copied().map(ThingName::Other),
        }
    }

    /// The number of a product, mostly that of the pack named before.
    fn product_id(&self, gtin: &Gtin) -> Option<ProductId> {
        match self.names.get(self.next.0.wrapping_sub(1)) {
            Some(ThingName::Pack { product, .. })
                if self.products.get(index(product.0)) == Some(gtin) =>
            {
                Some(*product)
            }
            _ => self.product_ids.get(gtin).copied(),
        }
    }

    fn name_for(&mut self, epc: &Epc) -> ThingName {
        if let Some(name) = self.name_of(epc) {
            return name;
        }
        match epc {
            Epc::Sgtin(sgtin) => {
                let product = ProductId(number(self.products.len()));
                self.products.push(sgtin.gtin.clone());
                self.product_ids.insert(sgtin.gtin.clone(), product);
                let serial = Short::new(sgtin.serial.as_str());
                ThingName::Pack { product, serial }
            }
            other => {
                let row = number(self.others.len());
                self.lots |= is_lot(other);
                self.others.push(other.clone());
                self.other_ids.insert(other.clone(), row);
                ThingName::Other(row)
            }
        }
    }
}

fn is_lot(epc: &Epc) -> bool {
    matches!(epc, Epc::Lgtin { .. })
}

impl ThingName {
    fn hash(&self) -> u64 {
        match self {
            Self::Pack { product, serial } => hash_of(product.0, serial.as_bytes()),
            Self::Other(row) => hash_of(u32::MAX, &row.to_le_bytes()),
        }
    }
}

impl Short {
    /// A serial number has at most 20 bytes, so nothing is cut.
    fn new(text: &str) -> Self {
        let mut short = [0; SERIAL_MAX];
        let len = text.len().min(SERIAL_MAX);
        if let (Some(to), Some(from)) = (short.get_mut(..len), text.as_bytes().get(..len)) {
            to.copy_from_slice(from);
        }
        let len = u8::try_from(len).unwrap_or(0);
        Self { len, text: short }
    }

    fn as_bytes(&self) -> &[u8] {
        self.text.get(..usize::from(self.len)).unwrap_or_default()
    }

    fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }
}

impl std::fmt::Debug for Short {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Short {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Short {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Serial::deserialize(from).map(|serial| Self::new(serial.as_str()))
    }
}

impl Serialize for ThingNames {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        (&self.products, &self.others, &self.names).serialize(to)
    }
}

impl<'de> Deserialize<'de> for ThingNames {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let (products, others, names) =
            <(Vec<Gtin>, Vec<Epc>, Table<ThingName>)>::deserialize(from)?;
        let numbered = |row: usize| ProductId(number(row));
        let product_ids: BTreeMap<Gtin, ProductId> =
            products.iter().cloned().zip((0..).map(numbered)).collect();
        let other_ids: BTreeMap<Epc, u32> = others.iter().cloned().zip(0..).collect();
        if (product_ids.len(), other_ids.len()) != (products.len(), others.len()) {
            return Err(D::Error::custom("an identifier is there twice"));
        }
        let is_known = |name: &ThingName| match name {
            ThingName::Pack { product, .. } => index(product.0) < products.len(),
            ThingName::Other(row) => index(*row) < others.len(),
        };
        let name = |row: u32| names.get(index(row)).copied();
        let hash = |row: u32| name(row).as_ref().map_or(0, ThingName::hash);
        let built = Index::build(number(names.len()), hash, name);
        let Some(index) = built.filter(|_| names.iter().all(is_known)) else {
            return Err(D::Error::custom("a thing has no name of its own"));
        };
        Ok(Self {
            lots: others.iter().any(is_lot),
            products,
            product_ids,
            others,
            other_ids,
            names,
            index,
            next: Next::default(),
        })
    }
}
