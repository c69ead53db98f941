//! `SupplyDelivery`: a shipment. R4 names one supplied item, R5 any number of them.
use std::collections::BTreeMap;

use gs1::{Epc, Gtin};
use rules::views::shipment::LegView;
use serde_json::{Map, Value, json};

use super::ids::{id_of_thing, thing_of};
use super::search::{Asked, Found, Token};
use super::{DIGITAL_LINK, Reading, Version, identifier, medication, organisation};
use crate::app::failure::Failure;
use crate::app::shipment::{self, Shipment};
use crate::app::time_text;
use crate::limits::FHIR_SHIPMENTS_MAX;

pub(super) fn read(at: &Reading<'_>, id: &str) -> Result<Value, Failure> {
    let missing = || Failure::not_found("SupplyDelivery");
    let text = {
        let fold = at.node.fold();
        thing_of(id, fold.despatches.latest().into_iter().map(|(_, id)| id))
    };
    let text = text.ok_or_else(missing)?;
    let found = shipment::shipment(at.node, at.permit, &text).map_err(|_| missing())?;
    Ok(resource(at, &found))
}

pub(super) fn find(at: &Reading<'_>, asked: &Asked) -> Result<Found, Failure> {
    // A paper's number is as good as its URI, which has no system.
    let one = match asked.token("identifier", DIGITAL_LINK) {
        Token::Is(id) => Some(id),
        Token::Other => return Ok(Found::default()),
        Token::Absent => None,
    };
    if let Some(id) = one {
        let found = shipment::shipment(at.node, at.permit, id)?;
        return Ok(Found {
            resources: vec![resource(at, &found)],
            ..Found::default()
        });
    }
    let most = asked.count.min(FHIR_SHIPMENTS_MAX);
    let page = shipment::shipments(at.node, at.permit, (asked.text("_cursor"), most))?;
    let rows = page.rows.iter();
    let found = rows.filter_map(|row| shipment::shipment(at.node, at.permit, &row.id).ok());
    Ok(Found {
        resources: found.map(|it| resource(at, &it)).collect(),
        total: None,
        next: page.next,
    })
}

/// The ways of the journey: of a paper all, of a unit the latest.
fn journey(it: &Shipment) -> &[LegView] {
    let legs = it.view.legs.as_slice();
    match it.kind {
        "paper" => legs,
        _ => legs.get(legs.len().saturating_sub(1)..).unwrap_or_default(),
    }
}

fn resource(at: &Reading<'_>, it: &Shipment) -> Value {
    let view = &it.view;
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    put("resourceType", json!("SupplyDelivery"));
    put("id", json!(id_of_thing(&view.id)));
    put("identifier", json!([identifier(&view.id)]));
    let status = match it.receipt.state {
        "received" => "completed",
        _ => "in-progress",
    };
    put("status", json!(status));
    let legs = journey(it);
    if let (Some(first), Some(last)) = (legs.first(), legs.last()) {
        let party = |party: &rules::PartyRef| organisation(&party.gln, party.name.as_deref());
        let done = it.receipt.state == "received";
        let end = legs.iter().filter_map(|leg| leg.received_at).max();
        let end = end.filter(|_| done).map(time_text);
        put(
            "occurrencePeriod",
            json!({ "start": time_text(first.shipped_at), "end": end }),
        );
        if let Some(from) = &first.from {
            put("supplier", party(from));
        }
        if let Some(to) = &last.to {
            put("receiver", json!([party(to)]));
        }
    }
    let items = supplied(at, &it.sent);
    match at.version {
        Version::R5 => put("suppliedItem", json!(items)),
        Version::R4 => put("suppliedItem", items.into_iter().next().unwrap_or_default()),
    };
    if let Some(Value::Null) = fields.get("suppliedItem") {
        fields.remove("suppliedItem");
    }
    Value::Object(fields)
}

/// One item for each product and lot that was sent. Packs whose lot is not known are of a product
/// only, for which there is no resource.
fn supplied(at: &Reading<'_>, sent: &[String]) -> Vec<Value> {
    let fold = at.node.fold();
    let mut counts: BTreeMap<(Gtin, Option<String>), usize> = BTreeMap::new();
    for id in sent {
        let Ok(Epc::Sgtin(sgtin)) = Epc::parse(id) else {
            continue;
        };
        let lot = fold.engine.pack(&sgtin).and_then(|pack| pack.lot);
        *counts.entry((sgtin.gtin, lot)).or_default() += 1;
    }
    let item = |((gtin, lot), count): ((Gtin, Option<String>), usize)| {
        let quantity = json!({ "value": count });
        if let Some(lot) = lot {
            let reference = format!("Medication/{}", medication::id_of(gtin.as_str(), &lot));
            return json!({ "quantity": quantity, "itemReference": { "reference": reference } });
        }
        let product = fold.engine.product(&gtin);
        let text = product.map_or_else(|| gtin.to_string(), |product| product.name.clone());
        let coding = json!([{ "system": "https://www.gs1.org/gtin", "code": gtin.as_str() }]);
        let concept = json!({ "coding": coding, "text": text });
        json!({ "quantity": quantity, "itemCodeableConcept": concept })
    };
    counts.into_iter().map(item).collect()
}
