//! A cold-chain logger as its readout station sees it: a device key of its own, a chain of its own
//! blocks, and an upload over the gateway interface. The demo's loggers use nothing of the node
//! but its HTTP API and the ledger's public block format.

use serde_json::Value;
use tangle::verify::ids::HexError;
use tangle::{
    Anchor, BlockId, Draft, DraftError, Hlc, Item, KeyId, Kind, Media, NetworkId, Parents,
    SigningKey,
};

use super::script;
use crate::client::{Client, ClientError};
use crate::world::World;

/// A logger with its key.
#[derive(Debug)]
pub struct Logger {
    key: SigningKey,
}

/// Why readings did not reach the ledger.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// The node did not answer, or refused.
    #[error("uploading readings")]
    Client(#[from] ClientError),
    /// The node's advice for the next block lacks or garbles a field.
    #[error("the node's tips have no usable '{field}'")]
    Tips {
        /// Which field.
        field: &'static str,
    },
    /// The readings are no EPCIS event.
    #[error("a sensor event is not valid EPCIS")]
    Event(#[from] gs1::epcis::ParseError),
    /// The block would break a bound of the format.
    #[error("signing the readings")]
    Draft(#[from] DraftError),
    /// The node did not record the block.
    #[error("the node answered the block with '{receipt}'")]
    NotRecorded {
        /// The receipt as received.
        receipt: String,
    },
}

impl Logger {
    /// A logger whose key grows from this seed.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self {
            key: SigningKey::from_seed(seed),
        }
    }

    /// The public key under which it is registered.
    pub fn key_id(&self) -> KeyId {
        self.key.key_id()
    }

    /// Signs the events into one block and hands it to the node; the id is returned once the node
    /// has it on disk. Salts and time come from `world`.
    ///
    /// # Errors
    /// [`UploadError`]; the readings are then not acknowledged and may be sent again.
    pub fn upload(
        &self,
        client: &Client,
        world: &World,
        events: &[Value],
    ) -> Result<BlockId, UploadError> {
        let tips = client.get(&format!("/api/v1/tips?author={}", self.key_id()))?;
        let document = script::document(events, world.now_ms());
        let document = gs1::epcis::parse_document(document.to_string().as_bytes())?;
        let item = |event: &gs1::epcis::Event| Item {
            salt: world.salt(),
            media: Media::EPCIS_EVENT,
            body: event.canonical_json(),
        };
        let items = document.events.iter().map(item).collect();
        let network: NetworkId = hex_field(&tips, "network")?;
        let block = Draft {
            kind: Kind::SensorBatch,
            epoch: number(&tips, "epoch")
                .and_then(|n| u32::try_from(n).ok())
                .unwrap_or(0),
            seq: number(&tips, "seq").ok_or(UploadError::Tips { field: "seq" })?,
            prev: optional(&tips, "prev")?,
            parents: parents(&tips)?,
            hlc: Hlc(number(&tips, "hlc").ok_or(UploadError::Tips { field: "hlc" })?),
            anchor: anchor(&tips)?,
            items,
        }
        .sign(&self.key, &network)?;
        let id = block.id(&network);
        let (_, answer) = client.post_bytes("/api/v1/blocks", "application/cbor", block.bytes())?;
        let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
        let receipt = answer.pointer("/receipts/0").cloned().unwrap_or_default();
        match receipt.get("status").and_then(Value::as_str) {
            Some("recorded" | "known") => Ok(id),
            _ => Err(UploadError::NotRecorded {
                receipt: receipt.to_string(),
            }),
        }
    }
}

/// A number, whether it is written as one or as text.
fn number(tips: &Value, field: &str) -> Option<u64> {
    let value = tips.get(field)?;
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

fn hex_field<T>(tips: &Value, field: &'static str) -> Result<T, UploadError>
where
    T: std::str::FromStr<Err = HexError>,
{
    let text = tips.get(field).and_then(Value::as_str);
    text.and_then(|text| text.parse().ok())
        .ok_or(UploadError::Tips { field })
}

fn optional(tips: &Value, field: &'static str) -> Result<Option<BlockId>, UploadError> {
    match tips.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(_) => hex_field(tips, field).map(Some),
    }
}

fn parents(tips: &Value) -> Result<Parents, UploadError> {
    const FIELD: &str = "parents";
    let list = tips
        .get(FIELD)
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    let ids = list
        .iter()
        .map(|id| id.as_str().and_then(|text| text.parse::<BlockId>().ok()));
    let ids: Option<Vec<BlockId>> = ids.collect();
    let parents = ids.and_then(|ids| Parents::from_unsorted(ids).ok());
    parents.ok_or(UploadError::Tips { field: FIELD })
}

fn anchor(tips: &Value) -> Result<Option<Anchor>, UploadError> {
    let Some(anchor) = tips.get("anchor").filter(|anchor| !anchor.is_null()) else {
        return Ok(None);
    };
    let size = number(anchor, "size").ok_or(UploadError::Tips { field: "anchor" })?;
    let root: BlockId = hex_field(anchor, "root")?;
    Ok(Some(Anchor {
        size,
        root: *root.as_bytes(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn tips_that_lack_or_garble_a_field_name_it() {
        let id = "11".repeat(32);
        assert_eq!(optional(&json!({ "prev": null }), "prev").unwrap(), None);
        assert!(optional(&json!({ "prev": id }), "prev").unwrap().is_some());
        let garbled = optional(&json!({ "prev": "zz" }), "prev").unwrap_err();
        assert!(garbled.to_string().contains("prev"));
        assert!(parents(&json!({ "parents": [id, "x"] })).is_err());
        assert_eq!(parents(&json!({ "parents": [id] })).unwrap().len(), 1);
        assert!(anchor(&json!({ "anchor": { "size": 3 } })).is_err());
        assert!(anchor(&json!({})).unwrap().is_none());
        assert_eq!(
            number(&json!({ "hlc": "18446744073709551615" }), "hlc"),
            Some(u64::MAX)
        );
    }
}
