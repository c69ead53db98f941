//! Medication: the product and lot of a pack. Its id is the GTIN and the lot in hexadecimal
//! letters, because a lot may hold characters that an id may not.
use gs1::{Epc, Gtin, Lot};
use serde_json::{Value, json};

use super::{Reading, Version, organisation};
use crate::app::failure::Failure;
use crate::app::lot::{self, Slice};
use crate::app::pack;
use crate::http::routes::Parameters;

pub(super) fn id_of(gtin: &str, lot: &str) -> String {
    format!("{gtin}-{}", hex::encode(lot))
}

pub(super) fn read(at: &Reading<'_>, id: &str) -> Result<Value, Failure> {
    let missing = || Failure::not_found("Medication");
    let (gtin, lot) = id.split_once('-').ok_or_else(missing)?;
    let lot = hex::decode(lot).ok();
    let lot = lot.and_then(|bytes| String::from_utf8(bytes).ok());
    let lot = lot.ok_or_else(missing)?;
    let one = Slice { from: 0, limit: 1 };
    let page = lot::lot(at.node, at.permit, gtin, &lot, one).map_err(|_| missing())?;
    let (Ok(gtin), Ok(lot)) = (Gtin::parse(gtin), Lot::parse(&lot)) else {
        return Err(missing());
    };
    Ok(resource(at, &gtin, &lot, page.lot.expiry.as_deref()))
}

pub(super) fn find(at: &Reading<'_>, asked: &Parameters) -> Result<Vec<Value>, Failure> {
    let Some(id) = asked.text("identifier") else {
        return Ok(Vec::new());
    };
    let sgtin = pack::pack_of(id)?;
    let epc = Epc::Sgtin(sgtin.clone());
    let fold = at.node.fold();
    let principal = at.permit.principal();
    let subject = crate::app::visible::Subject::Thing(&epc);
    if !crate::app::visible::visible(&fold, principal, subject) {
        return Ok(Vec::new());
    }
    let found = fold.engine.pack(&sgtin);
    drop(fold);
    let lot = found.and_then(|pack| Some((Lot::parse(pack.lot.as_deref()?).ok()?, pack.expiry)));
    let made = lot.map(|(lot, expiry)| resource(at, &sgtin.gtin, &lot, expiry.as_deref()));
    Ok(made.into_iter().collect())
}

fn resource(at: &Reading<'_>, gtin: &Gtin, lot: &Lot, expiry: Option<&str>) -> Value {
    let fold = at.node.fold();
    let product = fold.engine.product(gtin);
    let mut batch = json!({ "lotNumber": lot.as_str() });
    if let (Some(expiry), Some(fields)) = (expiry, batch.as_object_mut()) {
        fields.insert("expirationDate".to_owned(), json!(expiry));
    }
    let recalled = fold.engine.recall_of(gtin, lot).is_some();
    let mut medication = json!({
        "resourceType": "Medication",
        "id": id_of(gtin.as_str(), lot.as_str()),
        "code": {
            "coding": [{ "system": "https://www.gs1.org/gtin", "code": gtin.as_str() }],
            "text": product.map_or_else(|| gtin.to_string(), |product| product.name.clone())
        },
        "status": if recalled { "inactive" } else { "active" },
        "batch": batch
    });
    if let (Some(product), Some(fields)) = (product, medication.as_object_mut()) {
        let name = fold.engine.party(&product.mah);
        let maker = organisation(&product.mah, name.map(|party| party.name.as_str()));
        // R5 has a field for who answers for the product; in R4 it is the manufacturer.
        let field = match at.version {
            Version::R4 => "manufacturer",
            Version::R5 => "marketingAuthorizationHolder",
        };
        fields.insert(field.to_owned(), maker);
    }
    medication
}
