//! The report and response forms of the Partnership for DSCSA Governance, version of the published
//! JSON schemas. What a schema lets be absent may be absent; what it wants as a value or null must
//! be there.
use serde::{Deserialize, Serialize};

/// A report of exceptions.
#[derive(Clone, Debug, Deserialize, Serialize, utoipa::ToSchema)]
#[expect(
    missing_docs,
    reason = "names and meaning are those of the published schema"
)]
pub struct ExceptionReport {
    pub message_uuid: String,
    pub exception_case_uuid: String,
    /// Unix time.
    pub timestamp: i64,
    pub po_number: String,
    pub sender_information: ContactInformation,
    #[serde(default)]
    pub exceptions: Option<Exceptions>,
    #[serde(default)]
    pub other_errors: Option<Vec<String>>,
    pub case_resolved: bool,
}

/// Whom to ask.
#[derive(Clone, Debug, Deserialize, Serialize, utoipa::ToSchema)]
#[expect(
    missing_docs,
    reason = "names and meaning are those of the published schema"
)]
pub struct ContactInformation {
    #[serde(default)]
    pub vp: Option<String>,
    #[serde(default)]
    pub gln: Option<String>,
    pub email: String,
    #[serde(default)]
    pub phone: Option<String>,
}

/// Exceptions by their kind.
#[derive(Clone, Debug, Default, Deserialize, Serialize, utoipa::ToSchema)]
#[expect(
    missing_docs,
    reason = "names and meaning are those of the published schema"
)]
pub struct Exceptions {
    #[serde(default)]
    pub missing_product_data: Option<Vec<ProductWithoutData>>,
    #[serde(default)]
    pub missing_product: Option<Vec<DataWithoutProduct>>,
    #[serde(default)]
    pub data_misalignment: Option<Vec<Misalignment>>,
    #[serde(default)]
    pub overages: Option<Vec<Count>>,
    #[serde(default)]
    pub underages: Option<Vec<Count>>,
    #[serde(default)]
    pub master_data_errors: Option<MasterDataErrors>,
}

/// Goods came without data.
#[derive(Clone, Debug, Deserialize, Serialize, utoipa::ToSchema)]
#[expect(
    missing_docs,
    reason = "names and meaning are those of the published schema"
)]
pub struct ProductWithoutData {
    pub exception_item_uuid: String,
    pub product_gtin: String,
    pub observation_source: ObservationSource,
    pub resolution_request: Resolution,
    #[serde(default)]
    pub product_serial: Option<String>,
}

/// Data came without goods.
#[derive(Clone, Debug, Deserialize, Serialize, utoipa::ToSchema)]
#[expect(
    missing_docs,
    reason = "names and meaning are those of the published schema"
)]
pub struct DataWithoutProduct {
    pub exception_item_uuid: String,
    pub file_id: String,
    pub product_gtin: String,
    pub product_serial: String,
    pub resolution_request: Resolution,
}

/// Goods and data differ.
#[derive(Clone, Debug, Deserialize, Serialize, utoipa::ToSchema)]
#[expect(
    missing_docs,
    reason = "names and meaning are those of the published schema"
)]
pub struct Misalignment {
    pub exception_item_uuid: String,
    pub received_product_gtin: String,
    pub received_product_lot: String,
    pub received_product_expiry: String,
    #[serde(deserialize_with = "Option::deserialize")]
    pub received_product_serial: Option<String>,
    pub product_data_gtin: String,
    pub product_data_lot: String,
    pub product_data_expiry: String,
    #[serde(deserialize_with = "Option::deserialize")]
    pub product_data_serial: Option<String>,
    pub resolution_request: Resolution,
}

/// More or less came than was ordered.
#[derive(Clone, Debug, Deserialize, Serialize, utoipa::ToSchema)]
#[expect(
    missing_docs,
    reason = "names and meaning are those of the published schema"
)]
pub struct Count {
    pub exception_item_uuid: String,
    pub gtin: String,
    pub quantity_ordered: i64,
    pub quantity_received: i64,
    pub resolution_request: Resolution,
}

/// Master data are wrong.
#[derive(Clone, Debug, Deserialize, Serialize, utoipa::ToSchema)]
#[expect(
    missing_docs,
    reason = "names and meaning are those of the published schema"
)]
pub struct MasterDataErrors {
    #[serde(default)]
    pub gln_errors: Option<Vec<GlnError>>,
    #[serde(default)]
    pub gtin_errors: Option<Vec<GtinError>>,
}

/// A GLN is wrong.
#[derive(Clone, Debug, Deserialize, Serialize, utoipa::ToSchema)]
#[expect(
    missing_docs,
    reason = "names and meaning are those of the published schema"
)]
pub struct GlnError {
    pub exception_item_uuid: String,
    pub invalid_gln: String,
    #[serde(default)]
    pub proposed_gln: Option<String>,
    #[serde(default)]
    pub resolution_request: Option<Resolution>,
}

/// A GTIN is wrong.
#[derive(Clone, Debug, Deserialize, Serialize, utoipa::ToSchema)]
#[expect(
    missing_docs,
    reason = "names and meaning are those of the published schema"
)]
pub struct GtinError {
    pub exception_item_uuid: String,
    pub invalid_gtin: String,
    #[serde(default)]
    pub proposed_gtin: Option<String>,
    #[serde(default)]
    pub resolution_request: Option<Resolution>,
}

/// How goods were seen.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, utoipa::ToSchema)]
#[expect(
    missing_docs,
    reason = "names and meaning are those of the published schema"
)]
pub enum ObservationSource {
    Scan,
    #[serde(rename = "Packing Slip")]
    PackingSlip,
    #[serde(rename = "ASN")]
    Asn,
    Other,
}

/// What is wished.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, utoipa::ToSchema)]
#[expect(
    missing_docs,
    reason = "names and meaning are those of the published schema"
)]
pub enum Resolution {
    #[serde(rename = "Send new data")]
    SendNewData,
    #[serde(rename = "Send product")]
    SendProduct,
    #[serde(rename = "Return product")]
    ReturnProduct,
    #[serde(rename = "Send back product")]
    SendBackProduct,
    #[serde(rename = "Credit account")]
    CreditAccount,
    #[serde(rename = "Debit account")]
    DebitAccount,
}

/// A response to a report.
#[derive(Clone, Debug, Deserialize, Serialize, utoipa::ToSchema)]
#[expect(
    missing_docs,
    reason = "names and meaning are those of the published schema"
)]
pub struct ExceptionResponse {
    pub message_uuid: String,
    pub exception_case_uuid: String,
    /// Unix time.
    pub timestamp: i64,
    pub sender_information: ContactInformation,
    pub po_number: String,
    #[serde(default)]
    pub response_items: Option<Vec<ResponseItem>>,
    #[serde(default)]
    pub additional_notes: Option<String>,
}

/// What is said to one exception.
#[derive(Clone, Debug, Deserialize, Serialize, utoipa::ToSchema)]
#[expect(
    missing_docs,
    reason = "names and meaning are those of the published schema"
)]
pub struct ResponseItem {
    pub exception_item_uuid: String,
    pub resolution_response: ResolutionResponse,
    #[serde(default)]
    pub comments: Option<String>,
    #[serde(default)]
    pub alternative_resolution: Option<AlternativeResolution>,
}

/// Yes or no.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, utoipa::ToSchema)]
#[expect(
    missing_docs,
    reason = "names and meaning are those of the published schema"
)]
pub enum ResolutionResponse {
    Accept,
    Reject,
}

/// What is offered instead.
#[derive(Clone, Debug, Deserialize, Serialize, utoipa::ToSchema)]
#[expect(
    missing_docs,
    reason = "names and meaning are those of the published schema"
)]
pub struct AlternativeResolution {
    #[serde(deserialize_with = "Option::deserialize")]
    pub alternative_resolution: Option<Resolution>,
    #[serde(deserialize_with = "Option::deserialize")]
    pub follow_up: Option<FollowUpMethod>,
    #[serde(default)]
    pub follow_up_details: Option<String>,
}

/// How to go on.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, utoipa::ToSchema)]
#[expect(
    missing_docs,
    reason = "names and meaning are those of the published schema"
)]
pub enum FollowUpMethod {
    Email,
    Phone,
}
