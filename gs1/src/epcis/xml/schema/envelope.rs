//! Tables that both versions share: headers, master data, the business document header, and the
//! parts of events that did not change.

use super::super::names::Schema;
use super::types::Simple;
use super::{
    Complex, Content, LOCAL, LOCAL_ELEMENTS, MANY, OTHERS, Particle, TEXT, Type, URI, What, closed,
    many, maybe, one, open, some,
};

pub(super) const DOCUMENT_ATTRIBUTES: &[super::Attribute] = &[
    ("schemaVersion", Simple::Decimal, true),
    ("creationDate", Simple::DateTime, true),
];

pub(super) const EPCS: Type = Type::Is(&EPC_LIST);
static EPC_LIST: Complex = closed(&[many("epc", TEXT)]);

pub(super) const QUANTITIES: Type = Type::Is(&QUANTITY_LIST);
static QUANTITY_LIST: Complex = closed(&[many("quantityElement", Type::Is(&QUANTITY))]);
/// A unit needs a quantity: the checker looks at it, for no sequence of ours says so.
pub(super) static QUANTITY: Complex = closed(&[
    one("epcClass", URI),
    maybe("quantity", Type::Nillable(Simple::Decimal)),
    maybe("uom", TEXT),
]);

pub(super) const PLACE: Type = Type::Is(&PLACE_TYPE);
static PLACE_TYPE: Complex = closed(&[one("id", URI), maybe("extension", LOCAL), OTHERS]);

pub(super) const BIZ_TRANSACTIONS: Type = Type::Is(&BIZ_TRANSACTION_LIST);
static BIZ_TRANSACTION_LIST: Complex = closed(&[some("bizTransaction", Type::Is(&MAY_BE_TYPED))]);
static MAY_BE_TYPED: Complex = Complex {
    content: Content::Simple(Simple::Uri),
    attributes: &[("type", Simple::Uri, false)],
    open: false,
};
pub(super) const SOURCES: Type = Type::Is(&SOURCE_LIST);
static SOURCE_LIST: Complex = closed(&[some("source", Type::Is(&TYPED))]);
pub(super) const DESTINATIONS: Type = Type::Is(&DESTINATION_LIST);
static DESTINATION_LIST: Complex = closed(&[some("destination", Type::Is(&TYPED))]);
static TYPED: Complex = Complex {
    content: Content::Simple(Simple::Uri),
    attributes: &[("type", Simple::Uri, true)],
    open: false,
};
pub(super) const ACTION: Type = Type::Of(Simple::One(&["ADD", "OBSERVE", "DELETE"]));
pub(super) const ILMD: Type = Type::Is(&ILMD_TYPE);
static ILMD_TYPE: Complex = open(&[maybe("extension", LOCAL), OTHERS]);
pub(super) const EVENT_IDS: Type = Type::Is(&EVENT_ID_LIST);
static EVENT_ID_LIST: Complex = closed(&[many("correctiveEventID", URI)]);

/// The extension of a header, which holds master data.
pub(super) const HEADER_EXTENSION: Type = Type::Is(&HEADER_EXTENSION_TYPE);
static HEADER_EXTENSION_TYPE: Complex = open(&[
    maybe("EPCISMasterData", Type::Is(&MASTER_DATA)),
    maybe("extension", LOCAL),
]);
static MASTER_DATA: Complex = closed(&[
    one("VocabularyList", VOCABULARIES),
    maybe("extension", Type::Is(&LOCAL_ELEMENTS)),
]);
pub(super) const VOCABULARIES: Type = Type::Is(&VOCABULARY_LIST);
static VOCABULARY_LIST: Complex = closed(&[many("Vocabulary", Type::Is(&VOCABULARY))]);
static VOCABULARY: Complex = Complex {
    content: Content::Sequence(&[
        maybe("VocabularyElementList", Type::Is(&VOCABULARY_ELEMENT_LIST)),
        maybe("extension", LOCAL),
        OTHERS,
    ]),
    attributes: &[("type", Simple::Uri, true)],
    open: true,
};
static VOCABULARY_ELEMENT_LIST: Complex =
    closed(&[some("VocabularyElement", Type::Is(&VOCABULARY_ELEMENT))]);
static VOCABULARY_ELEMENT: Complex = Complex {
    content: Content::Sequence(&[
        many("attribute", Type::Is(&VOCABULARY_ATTRIBUTE)),
        maybe("children", Type::Is(&CHILDREN)),
        maybe("extension", LOCAL),
        OTHERS,
    ]),
    attributes: &[("id", Simple::Uri, true)],
    open: true,
};
static VOCABULARY_ATTRIBUTE: Complex = Complex {
    content: Content::Mixed,
    attributes: &[("id", Simple::Uri, true)],
    open: true,
};
static CHILDREN: Complex = open(&[many("id", URI)]);

/// A document of master data alone.
pub(super) static MASTER_DATA_BODY: Complex = open(&[
    maybe("VocabularyList", VOCABULARIES),
    maybe("extension", LOCAL),
    Particle {
        what: What::Other(Schema::MasterData),
        min: 0,
        max: MANY,
    },
]);

const fn business(name: &'static str, of: Type, min: usize, max: usize) -> Particle {
    Particle {
        what: What::Business(name, of),
        min,
        max,
    }
}

pub(super) const fn business_header(min: usize) -> Particle {
    business(
        "StandardBusinessDocumentHeader",
        Type::Is(&BUSINESS_HEADER),
        min,
        1,
    )
}

pub(super) static BUSINESS_HEADER: Complex = closed(&[
    business("HeaderVersion", TEXT, 1, 1),
    business("Sender", Type::Is(&PARTNER), 1, MANY),
    business("Receiver", Type::Is(&PARTNER), 1, MANY),
    business("DocumentIdentification", Type::Is(&IDENTIFICATION), 1, 1),
    business("Manifest", Type::Is(&MANIFEST), 0, 1),
    business("BusinessScope", Type::Is(&BUSINESS_SCOPE), 0, 1),
]);
static PARTNER: Complex = closed(&[
    business("Identifier", Type::Is(&PARTNER_ID), 1, 1),
    business("ContactInformation", Type::Is(&CONTACT), 0, MANY),
]);
static PARTNER_ID: Complex = Complex {
    content: Content::Text,
    attributes: &[("Authority", Simple::Text, false)],
    open: false,
};
static CONTACT: Complex = closed(&[
    business("Contact", TEXT, 1, 1),
    business("EmailAddress", TEXT, 0, 1),
    business("FaxNumber", TEXT, 0, 1),
    business("TelephoneNumber", TEXT, 0, 1),
    business("ContactTypeIdentifier", TEXT, 0, 1),
]);
static IDENTIFICATION: Complex = closed(&[
    business("Standard", TEXT, 1, 1),
    business("TypeVersion", TEXT, 1, 1),
    business("InstanceIdentifier", TEXT, 1, 1),
    business("Type", TEXT, 1, 1),
    business("MultipleType", Type::Of(Simple::Boolean), 0, 1),
    business("CreationDateAndTime", Type::Of(Simple::DateTime), 1, 1),
]);
static MANIFEST: Complex = closed(&[
    business("NumberOfItems", Type::Of(Simple::Integer), 1, 1),
    business("ManifestItem", Type::Is(&MANIFEST_ITEM), 1, MANY),
]);
static MANIFEST_ITEM: Complex = closed(&[
    business("MimeTypeQualifierCode", TEXT, 1, 1),
    business("UniformResourceIdentifier", URI, 1, 1),
    business("Description", TEXT, 0, 1),
    business("LanguageCode", TEXT, 0, 1),
]);
static BUSINESS_SCOPE: Complex = closed(&[business("Scope", Type::Is(&SCOPE), 0, MANY)]);
/// Two elements may stand for scope information, in any order.
static SCOPE: Complex = closed(&[
    business("Type", TEXT, 1, 1),
    business("InstanceIdentifier", TEXT, 1, 1),
    business("Identifier", TEXT, 0, 1),
    business("CorrelationInformation", Type::Any, 0, MANY),
    business("BusinessService", Type::Any, 0, MANY),
]);
