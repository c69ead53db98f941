//! Every bound on untrusted input in one place, so that a reviewer can see what an attacker can
//! make this crate allocate, and an operator what will be refused.

/// Longest text a scanner may hand over, in bytes. The largest QR code holds 7,089 digits.
pub const SCAN_BYTES_MAX: usize = 8 * 1024;
/// Most element strings in one symbol.
pub const SCAN_ELEMENTS_MAX: usize = 64;
/// Longest URI taken as an identifier, in bytes.
pub const URI_BYTES_MAX: usize = 2 * 1024;

/// Largest EPCIS document, in bytes.
pub const DOCUMENT_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Deepest nesting of arrays and objects in an EPCIS document.
pub const DOCUMENT_DEPTH_MAX: usize = 32;
/// Most JSON values in an EPCIS document (each costs some 50 to 100 bytes of memory).
pub const DOCUMENT_VALUES_MAX: usize = 2_000_000;
/// Most events in an EPCIS document.
pub const DOCUMENT_EVENTS_MAX: usize = 20_000;
/// Largest JSON-LD context, in bytes of JSON: it is copied into every event of the document.
pub const CONTEXT_BYTES_MAX: usize = 8 * 1024;
/// Most bytes that copying the context into the events of one document may cost.
pub const CONTEXT_COPIES_BYTES_MAX: usize = DOCUMENT_BYTES_MAX;
/// Most problems gathered before validation of a document stops.
pub const PROBLEMS_MAX: usize = 100;
/// Longest message about a problem, and longest name in its pointer, in characters.
pub const PROBLEM_CHARS_MAX: usize = 300;

/// Longest text of a query, in bytes.
pub const QUERY_BYTES_MAX: usize = 256 * 1024;
/// Most parameters of a query.
pub const QUERY_PARAMETERS_MAX: usize = 100;
/// Most values of a query, over all its parameters.
pub const QUERY_VALUES_MAX: usize = 10_000;

/// Deepest nesting of elements in an XML document.
pub const XML_DEPTH_MAX: usize = 48;
/// Most elements and attributes together in an XML document.
pub const XML_NODES_MAX: usize = DOCUMENT_VALUES_MAX;
/// Most attributes of one XML element, namespace declarations included.
pub const XML_ATTRIBUTES_MAX: usize = 64;
/// Most different namespaces in an XML document.
pub const XML_NAMESPACES_MAX: usize = 256;
/// Deepest nesting of the JSON of an event that comes from XML, so that every envelope can hold it.
pub const EVENT_DEPTH_MAX: usize = DOCUMENT_DEPTH_MAX - 6;
