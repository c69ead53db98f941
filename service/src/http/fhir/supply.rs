//! `SupplyDelivery`: a shipment. R4 names one supplied item, R5 any number of them.
use std::collections::BTreeMap;

use gs1::Epc;
use rules::views::shipment::Content;
use serde_json::{Map, Value, json};

use super::{Reading, Version, identifier, medication, organisation};
use crate::app::failure::Failure;
use crate::app::shipment::{self, Shipment};
use crate::app::time_text;
use crate::http::routes::Parameters;

pub(super) fn read(at: &Reading<'_>, id: &str) -> Result<Value, Failure> {
    let missing = || Failure::not_found("SupplyDelivery");
    // The digits of an SSCC are hexadecimal digits, too.
    let text = if is_sscc(id) {
        Some(format!("https://id.gs1.org/00/{id}"))
    } else {
        let bytes = hex::decode(id).ok();
        bytes.and_then(|bytes| String::from_utf8(bytes).ok())
    };
    let text = text.ok_or_else(missing)?;
    let found = shipment::shipment(at.node, at.permit, &text).map_err(|_| missing())?;
    Ok(resource(at, &found))
}

pub(super) fn find(at: &Reading<'_>, asked: &Parameters) -> Result<Vec<Value>, Failure> {
    if let Some(id) = asked.text("identifier") {
        let found = shipment::shipment(at.node, at.permit, id);
        return Ok(found.iter().map(|it| resource(at, it)).collect());
    }
    let rows = shipment::shipments(at.node, at.permit, None)?.rows;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows.iter().take(crate::limits::FHIR_SHIPMENTS_MAX) {
        if let Ok(found) = shipment::shipment(at.node, at.permit, &row.id) {
            all.push(resource(at, &found));
        }
    }
    Ok(all)
}

fn is_sscc(id: &str) -> bool {
    id.len() == 18 && id.bytes().all(|byte| byte.is_ascii_digit())
}

/// The SSCC's digits; other ids in hexadecimal letters when they are short enough for one.
pub(super) fn id_of(id: &str) -> String {
    match Epc::parse(id) {
        Ok(Epc::Sscc(_)) => id.rsplit('/').next().unwrap_or_default().to_owned(),
        _ => hex::encode(id),
    }
}

fn resource(at: &Reading<'_>, it: &Shipment) -> Value {
    let view = &it.view;
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    put("resourceType", json!("SupplyDelivery"));
    let id = id_of(&view.id);
    if id.len() <= 64 {
        put("id", json!(id));
    }
    put("identifier", json!([identifier(&view.id)]));
    let status = match it.receipt.state {
        "received" => "completed",
        _ => "in-progress",
    };
    put("status", json!(status));
    if let Some(leg) = view.legs.last() {
        let party = |party: &rules::PartyRef| organisation(&party.gln, party.name.as_deref());
        let mut period = json!({ "start": time_text(leg.shipped_at) });
        if let (Some(end), Some(fields)) = (leg.received_at, period.as_object_mut()) {
            fields.insert("end".to_owned(), json!(time_text(end)));
        }
        put("occurrencePeriod", period);
        if let Some(from) = &leg.from {
            put("supplier", party(from));
        }
        if let Some(to) = &leg.to {
            put("receiver", json!([party(to)]));
        }
    }
    let items = supplied(at, &view.contents);
    match at.version {
        Version::R5 => put("suppliedItem", json!(items)),
        Version::R4 => put("suppliedItem", items.into_iter().next().unwrap_or_default()),
    };
    if let Some(Value::Null) = fields.get("suppliedItem") {
        fields.remove("suppliedItem");
    }
    Value::Object(fields)
}

/// One item for each product and lot inside.
fn supplied(at: &Reading<'_>, contents: &[Content]) -> Vec<Value> {
    let fold = at.node.fold();
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut open: Vec<&Content> = contents.iter().collect();
    while let Some(node) = open.pop() {
        open.extend(&node.children);
        let Ok(Epc::Sgtin(sgtin)) = Epc::parse(&node.id) else {
            continue;
        };
        let lot = fold.engine.pack(&sgtin).and_then(|pack| pack.lot);
        let key = (sgtin.gtin.to_string(), lot.unwrap_or_default());
        *counts.entry(key).or_default() += 1;
    }
    let item = |((gtin, lot), count): ((String, String), usize)| {
        let reference = format!("Medication/{}", medication::id_of(&gtin, &lot));
        json!({ "quantity": { "value": count }, "itemReference": { "reference": reference } })
    };
    counts.into_iter().map(item).collect()
}
