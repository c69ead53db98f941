//! Medication: the product and lot of a pack. Its id is the GTIN and the lot in hexadecimal
//! letters, because a lot may hold characters that an id may not.
use gs1::{Epc, Gtin, Lot, Sgtin};
use serde_json::{Value, json};

use super::search::{Asked, Found, Token};
use super::{DIGITAL_LINK, Reading, Version, identifier, organisation};
use crate::app::failure::Failure;
use crate::app::identify;
use crate::app::lot::{self, Slice};
use crate::app::visible::{Subject, visible};

pub(super) fn id_of(gtin: &str, lot: &str) -> String {
    format!("{gtin}-{}", hex::encode(lot))
}

pub(super) fn read(at: &Reading<'_>, id: &str) -> Result<Value, Failure> {
    let missing = || Failure::not_found("Medication");
    let (gtin, lot) = id.split_once('-').ok_or_else(missing)?;
    let lot = hex::decode(lot).ok();
    let lot = lot.and_then(|bytes| String::from_utf8(bytes).ok());
    let lot = lot.ok_or_else(missing)?;
    let (Ok(gtin), Ok(lot)) = (Gtin::parse(gtin), Lot::parse(&lot)) else {
        return Err(missing());
    };
    of_lot(at, &gtin, &lot)
}

fn of_lot(at: &Reading<'_>, gtin: &Gtin, lot: &Lot) -> Result<Value, Failure> {
    let one = Slice { from: 0, limit: 1 };
    let page = lot::lot(at.node, at.permit, gtin.as_str(), lot.as_str(), one);
    let page = page.map_err(|_| Failure::not_found("Medication"))?;
    Ok(resource(at, gtin, lot, page.lot.expiry.as_deref()))
}

/// By a pack of it, or by the lot.
pub(super) fn find(at: &Reading<'_>, asked: &Asked) -> Result<Found, Failure> {
    let epc = match asked.token("identifier", DIGITAL_LINK) {
        Token::Is(text) => identify(text),
        Token::Absent | Token::Other => None,
    };
    let resource = match epc {
        Some(Epc::Lgtin { gtin, lot }) => Some(of_lot(at, &gtin, &lot)?),
        Some(Epc::Sgtin(sgtin)) => of_pack(at, &sgtin),
        _ => None,
    };
    Ok(Found {
        resources: resource.into_iter().collect(),
        ..Found::default()
    })
}

fn of_pack(at: &Reading<'_>, sgtin: &Sgtin) -> Option<Value> {
    let epc = Epc::Sgtin(sgtin.clone());
    let fold = at.node.fold();
    let subject = Subject::Thing(&epc);
    if !visible(&fold, at.permit.principal(), subject) {
        return None;
    }
    let pack = fold.engine.pack(sgtin)?;
    drop(fold);
    let lot = Lot::parse(pack.lot.as_deref()?).ok()?;
    Some(resource(at, &sgtin.gtin, &lot, pack.expiry.as_deref()))
}

fn resource(at: &Reading<'_>, gtin: &Gtin, lot: &Lot, expiry: Option<&str>) -> Value {
    let fold = at.node.fold();
    let product = fold.engine.product(gtin);
    let mut batch = json!({ "lotNumber": lot.as_str() });
    if let (Some(expiry), Some(fields)) = (expiry, batch.as_object_mut()) {
        fields.insert("expirationDate".to_owned(), json!(expiry));
    }
    let class = Epc::Lgtin {
        gtin: gtin.clone(),
        lot: lot.clone(),
    };
    let recalled = fold.engine.stopped(gtin, lot).is_some();
    let mut medication = json!({
        "resourceType": "Medication",
        "id": id_of(gtin.as_str(), lot.as_str()),
        "identifier": [identifier(&class.canonical())],
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
