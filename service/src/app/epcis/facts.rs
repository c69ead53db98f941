//! Master data as the query language asks for it (`WD_`, `HASATTR_`, `EQATTR_`): what documents
//! said in their headers, and what the node's own master data tells of places and products.
use gs1::Epc;
use gs1::query::MasterData;

use crate::node::Node;

/// Names of the attributes that the node's own master data give.
const NAME: &str = "name";
const COUNTRY: &str = "countryCode";
const PARTY: &str = "owning_party";

/// What is known of vocabulary elements. Takes the state's lock for each answer: whoever asks must
/// not hold it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts<'a>(pub(super) &'a Node);

impl MasterData for Facts<'_> {
    fn is_within(&self, place: &Epc, ancestor: &Epc) -> bool {
        let fold = self.0.fold();
        let (id, above) = (place.canonical(), ancestor.canonical());
        fold.vocabularies.is_within(&id, &above) || is_run_by(&fold.engine, place, ancestor)
    }

    fn attribute(&self, element: &str, name: &str) -> Vec<String> {
        let fold = self.0.fold();
        let mut found = fold.vocabularies.attribute(element, name);
        let known = [
            "urn:epcglobal:cbv:mda:",
            "urn:epcglobal:cbv:mda#",
            "cbvmda:",
        ];
        let local = known.iter().find_map(|start| name.strip_prefix(start));
        let (Some(local), Ok(epc)) = (local, Epc::parse(element)) else {
            return found;
        };
        let own = match (&epc, local) {
            (Epc::Sgln(_), _) => fold.engine.location(&epc).and_then(|it| match local {
                NAME => Some(it.name.clone()),
                COUNTRY => it.country.clone(),
                PARTY => Some(it.party.clone()),
                _ => None,
            }),
            (Epc::Gtin(gtin) | Epc::Lgtin { gtin, .. }, NAME) => {
                fold.engine.product(gtin).map(|it| it.name.clone())
            }
            _ => None,
        };
        found.extend(own.filter(|text| !found.contains(text)));
        found
    }
}

/// A place lies within the company that runs it: `WD_bizLocation` of a party's GLN finds its sites.
fn is_run_by(engine: &rules::Engine, place: &Epc, ancestor: &Epc) -> bool {
    let Epc::Pgln(party) = ancestor else {
        return false;
    };
    engine
        .location(place)
        .is_some_and(|it| it.party == party.as_str())
}
