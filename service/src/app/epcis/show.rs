//! How an answer is written: each event with its `recordTime` (and a name, where it had none),
//! identifiers in the spelling asked for, in a query document of JSON or of XML in the version
//! asked for.
use gs1::epcis::translate::{CbvFormat, EpcFormat, epc_format};
use gs1::epcis::xml::{self, Version};
use gs1::epcis::{Document, Envelope, Event, Header};

use super::search::Hit;
use crate::app::failure::Failure;
use crate::node::Node;

/// The form of an answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Body {
    /// EPCIS 2.0 in JSON.
    Json,
    /// EPCIS in XML.
    Xml(Version),
}

/// How events are to be written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Form {
    /// JSON or XML.
    pub body: Body,
    /// Spelling of identifiers.
    pub epc: EpcFormat,
    /// Spelling of CBV terms in XML.
    pub cbv: CbvFormat,
}

impl Default for Form {
    fn default() -> Self {
        Self {
            body: Body::Json,
            epc: EpcFormat::default(),
            cbv: CbvFormat::default(),
        }
    }
}

/// The query document of an answer.
///
/// # Errors
/// The ledger's, never the client's: an event that cannot be translated is given as captured.
pub fn document(
    node: &Node,
    hits: &[Hit],
    form: Form,
    query_name: &str,
    subscription: Option<&str>,
) -> Result<Vec<u8>, Failure> {
    let events: Result<Vec<_>, Failure> = hits.iter().map(|hit| shown(node, hit, form)).collect();
    let document = Document {
        events: events?,
        header: Header {
            envelope: Envelope::QueryDocument,
            schema_version: Some("2.0".to_owned()),
            creation_date_ms: Some(node.world().now_ms()),
            query_name: Some(query_name.to_owned()),
            subscription_id: subscription.map(ToOwned::to_owned),
            ..Header::default()
        },
    };
    match form.body {
        Body::Json => serde_json::to_vec(&document.to_json()).map_err(Failure::internal),
        Body::Xml(version) => Ok(xml::write(&document, version, form.cbv).0),
    }
}

/// An event with what the node adds, in the spelling asked for.
fn shown(node: &Node, hit: &Hit, form: Form) -> Result<Event, Failure> {
    let mut event = hit.event.clone();
    if event.event_id.is_none() {
        let id = event.event_id_or_hash();
        event = event.with_event_id(&id).map_err(Failure::internal)?;
    }
    let event = event
        .with_record_time(hit.recorded_ms)
        .map_err(Failure::internal)?;
    if matches!(
        form.epc,
        EpcFormat::NoPreference | EpcFormat::NeverTranslates
    ) {
        return Ok(event);
    }
    let length = |epc: &gs1::Epc| node.fold().prefixes.length_of(epc);
    Ok(match epc_format(&event, form.epc, &length) {
        Ok((translated, _)) => translated,
        // Two spellings of one thing in a list: translated they would be no event any more.
        Err(_) => event,
    })
}
