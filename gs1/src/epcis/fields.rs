//! The typed view of an event: the five event types and the dimensions they share. Names are
//! those of EPCIS 2.0 (7.4) in Rust spelling; identifiers are [`Epc`] values, vocabulary terms
//! are normalised, times are milliseconds.

use chrono::NaiveDate;

use super::sensor::SensorElement;
use crate::cbv::{BizStep, Disposition};
use crate::decimal::Decimal;
use crate::epc::Epc;
use crate::key::Lot;

/// What every event may say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventFields {
    /// The event type and what only it has.
    pub kind: EventKind,
    /// `eventID`, a URI.
    pub event_id: Option<String>,
    /// `eventTime` in milliseconds since the Unix epoch, UTC; finer digits are cut off.
    pub event_time_ms: i64,
    /// `eventTimeZoneOffset`, `+hh:mm` or `-hh:mm`.
    pub time_zone_offset: String,
    /// `recordTime` in milliseconds, where the document had one.
    pub record_time_ms: Option<i64>,
    /// `action`; absent only in transformation events.
    pub action: Option<Action>,
    /// `bizStep`.
    pub biz_step: Option<BizStep>,
    /// `disposition`.
    pub disposition: Option<Disposition>,
    /// `persistentDisposition`.
    pub persistent_disposition: PersistentDisposition,
    /// `readPoint`.
    pub read_point: Option<Epc>,
    /// `bizLocation`.
    pub biz_location: Option<Epc>,
    /// `bizTransactionList`.
    pub biz_transactions: Vec<BizTransaction>,
    /// `sourceList`.
    pub sources: Vec<SourceDest>,
    /// `destinationList`.
    pub destinations: Vec<SourceDest>,
    /// `sensorElementList`.
    pub sensor_elements: Vec<SensorElement>,
    /// `ilmd`.
    pub ilmd: Ilmd,
    /// `errorDeclaration`.
    pub error_declaration: Option<ErrorDeclaration>,
    /// `certificationInfo`, one URI or several.
    pub certification_info: Vec<String>,
}

/// The event type and its own fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventKind {
    /// Things were observed, commissioned or decommissioned.
    Object(ObjectEvent),
    /// Things were packed into, seen in, or taken out of a container.
    Aggregation(AggregationEvent),
    /// Things were tied to business transactions.
    Transaction(TransactionEvent),
    /// Inputs were consumed and outputs produced.
    Transformation(TransformationEvent),
    /// Things (such as a sensor) were fixed to another thing.
    Association(AssociationEvent),
}

impl EventKind {
    /// The value of `type`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Object(_) => "ObjectEvent",
            Self::Aggregation(_) => "AggregationEvent",
            Self::Transaction(_) => "TransactionEvent",
            Self::Transformation(_) => "TransformationEvent",
            Self::Association(_) => "AssociationEvent",
        }
    }
}

/// Own fields of an `ObjectEvent`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ObjectEvent {
    /// `epcList`.
    pub epc_list: Vec<Epc>,
    /// `quantityList`.
    pub quantity_list: Vec<QuantityElement>,
}

/// Own fields of an `AggregationEvent`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AggregationEvent {
    /// `parentID`, the container. Only an `OBSERVE` may do without.
    pub parent_id: Option<Epc>,
    /// `childEPCs`, the contents. Empty in a `DELETE` means all of them.
    pub child_epcs: Vec<Epc>,
    /// `childQuantityList`.
    pub child_quantity_list: Vec<QuantityElement>,
}

/// Own fields of a `TransactionEvent`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TransactionEvent {
    /// `parentID`.
    pub parent_id: Option<Epc>,
    /// `epcList`.
    pub epc_list: Vec<Epc>,
    /// `quantityList`.
    pub quantity_list: Vec<QuantityElement>,
}

/// Own fields of a `TransformationEvent`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TransformationEvent {
    /// `inputEPCList`.
    pub input_epc_list: Vec<Epc>,
    /// `inputQuantityList`.
    pub input_quantity_list: Vec<QuantityElement>,
    /// `outputEPCList`.
    pub output_epc_list: Vec<Epc>,
    /// `outputQuantityList`.
    pub output_quantity_list: Vec<QuantityElement>,
    /// `transformationID`.
    pub transformation_id: Option<String>,
}

/// Own fields of an `AssociationEvent`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssociationEvent {
    /// `parentID`, the thing that others are fixed to.
    pub parent_id: Epc,
    /// `childEPCs`.
    pub child_epcs: Vec<Epc>,
    /// `childQuantityList`.
    pub child_quantity_list: Vec<QuantityElement>,
}

/// How an event changes what is known about its things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// `ADD`: created, or put together.
    Add,
    /// `OBSERVE`: seen, nothing created or ended.
    Observe,
    /// `DELETE`: ended, or taken apart.
    Delete,
}

impl Action {
    /// The word of the standard.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Add => "ADD",
            Self::Observe => "OBSERVE",
            Self::Delete => "DELETE",
        }
    }

    /// Reads the word of the standard.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Add, Self::Observe, Self::Delete]
            .into_iter()
            .find(|one| one.as_str() == text)
    }
}

impl std::fmt::Display for Action {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Things counted by class instead of named one by one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuantityElement {
    /// `epcClass`.
    pub epc_class: Epc,
    /// `quantity`; absent means some.
    pub quantity: Option<Decimal>,
    /// `uom`, UN/ECE Rec. 20; absent means pieces.
    pub uom: Option<String>,
}

/// A business document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BizTransaction {
    /// `type`: a CBV word or a URI.
    pub type_: Option<String>,
    /// `bizTransaction`, a URI.
    pub id: String,
}

/// Where something came from, or goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceDest {
    /// `type`: `owning_party`, `possessing_party`, `location`, or a URI.
    pub type_: String,
    /// The party or place.
    pub id: Epc,
}

/// `persistentDisposition`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PersistentDisposition {
    /// `set`.
    pub set: Vec<Disposition>,
    /// `unset`.
    pub unset: Vec<Disposition>,
}

/// Master data of the lot or item that is being created. Members beyond these are in the JSON.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ilmd {
    /// `cbvmda:lotNumber`.
    pub lot: Option<Lot>,
    /// `cbvmda:itemExpirationDate`.
    pub expiry: Option<NaiveDate>,
}

/// `errorDeclaration`: an earlier event with the same content is declared wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorDeclaration {
    /// `declarationTime` in milliseconds.
    pub declaration_time_ms: i64,
    /// `reason`: a CBV word or a URI.
    pub reason: Option<String>,
    /// `correctiveEventIDs`.
    pub corrective_event_ids: Vec<String>,
}
