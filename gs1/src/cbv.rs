//! Core Business Vocabulary 2.0: the words an event may use for its step, disposition, document
//! types and sensor quantities. A term arrives as a bare word, as a CURIE (`cbv:BizStep-packing`),
//! as a web URI or as the older URN; here all four are one value. Terms of others are URIs and
//! survive; a bare word that the list does not hold is an error, as in the EPCIS JSON schema.

#[cfg(test)]
mod tests;
mod words;

pub use words::{
    BIZ_STEPS, BIZ_TRANSACTION_TYPES, COMPONENTS, DISPOSITIONS, ERROR_REASONS, MEASUREMENT_TYPES,
    SENSOR_ALERTS, SOURCE_DESTINATION_TYPES,
};

use crate::uri;

/// One list of the vocabulary.
#[derive(Debug)]
pub struct Vocabulary {
    /// What a term of it is, in words.
    name: &'static str,
    /// What stands before the word in URNs and web addresses.
    bases: &'static [&'static str],
    words: &'static [&'static str],
    /// How a URI begins that spells out a word of GS1 and that the JSON schema therefore refuses.
    spelt_out: &'static [&'static str],
}

/// A term of a vocabulary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// A word of the list.
    Word(&'static str),
    /// A URI that somebody else defined.
    Uri(String),
}

/// Why a text is no term.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is neither a {vocabulary} of cbv 2.0 nor a uri of another vocabulary")]
pub struct TermError {
    /// The text given.
    pub text: String,
    /// The vocabulary it was looked for in.
    pub vocabulary: &'static str,
}

impl Vocabulary {
    /// Reads a term in any of its spellings.
    ///
    /// # Errors
    /// [`TermError`] for an unknown bare word and for an unknown word in the namespaces that GS1
    /// keeps for CBV (`urn:epcglobal:cbv`, `ns.gs1.org/cbv`).
    pub fn term(&self, text: &str) -> Result<Term, TermError> {
        let bare = self.bases.iter().find_map(|base| text.strip_prefix(base));
        let word = bare.unwrap_or(text);
        if let Some(word) = self.word(word) {
            return Ok(Term::Word(word));
        }
        let reserved = RESERVED.iter().any(|namespace| text.starts_with(namespace));
        if reserved || !uri::is_uri(text) {
            return Err(TermError {
                text: text.to_owned(),
                vocabulary: self.name,
            });
        }
        Ok(Term::Uri(text.to_owned()))
    }

    /// The term as a bare word, or as the URI it is.
    ///
    /// # Errors
    /// As [`Vocabulary::term`].
    pub fn normalise(&self, text: &str) -> Result<String, TermError> {
        self.term(text).map(|term| match term {
            Term::Word(word) => word.to_owned(),
            Term::Uri(uri) => uri,
        })
    }

    /// What a term of it is, in words.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The word of the list that is this text.
    pub fn word(&self, text: &str) -> Option<&'static str> {
        self.words.iter().find(|known| **known == text).copied()
    }

    /// Whether a URI spells a term in a way that JSON documents may not: the schema of EPCIS 2.0
    /// wants the bare word instead.
    pub fn is_spelt_out(&self, uri: &str) -> bool {
        self.spelt_out.iter().any(|start| uri.starts_with(start))
    }

    /// The words of the list.
    pub fn words(&self) -> &'static [&'static str] {
        self.words
    }
}

const RESERVED: [&str; 3] = [
    "urn:epcglobal:cbv:",
    "https://ns.gs1.org/cbv/",
    "http://ns.gs1.org/cbv/",
];

/// Starts of URIs that the schema keeps out of CBV fields.
const CBV_SPELT_OUT: &[&str] = &[
    "urn:epcglobal:cbv",
    "https://ns.gs1.org/cbv/",
    "http://ns.gs1.org/cbv/",
];

/// Starts of URIs that the schema keeps out of fields of the GS1 Web Vocabulary.
const WEB_VOCABULARY_SPELT_OUT: &[&str] = &[
    "https://gs1.org/voc/",
    "http://gs1.org/voc/",
    "https://www.gs1.org/voc/",
    "http://www.gs1.org/voc/",
];

macro_rules! term_enum {
    (
        $(#[$doc:meta])* $name:ident of $list:ident, web $web:literal;
        $($variant:ident $word:literal),+ $(,)?
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $(#[doc = concat!("CBV `", $word, "`.")] $variant,)+
            /// A URI of another vocabulary, as given.
            Other(String),
        }

        impl $name {
            /// Reads a bare word, a CURIE with prefix `cbv`, a web URI or a URN.
            ///
            /// # Errors
            /// [`TermError`] for an unknown word.
            pub fn parse(text: &str) -> Result<Self, TermError> {
                Ok(match $list.term(text)? {
                    $(Term::Word($word) => Self::$variant,)+
                    Term::Word(word) => Self::Other(format!("{}{word}", $web)),
                    Term::Uri(uri) => Self::Other(uri),
                })
            }

            /// The term of a bare word of the list.
            pub(crate) fn from_word(text: &str) -> Option<Self> {
                match text {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }

            /// The bare word, or the URI of another vocabulary.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Other(uri) => uri,
                }
            }

            /// The full URI of the term.
            pub fn uri(&self) -> String {
                match self {
                    Self::Other(uri) => uri.clone(),
                    known => format!("{}{}", $web, known.as_str()),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = TermError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        crate::key::serde_as_text!($name);
    };
}

term_enum! {
    /// Business step: what was being done (CBV 2.0, 7.1).
    BizStep of BIZ_STEPS, web "https://ref.gs1.org/cbv/BizStep-";
    Accepting "accepting", Arriving "arriving", Assembling "assembling", Collecting "collecting",
    Commissioning "commissioning", Consigning "consigning",
    CreatingClassInstance "creating_class_instance", CycleCounting "cycle_counting",
    Decommissioning "decommissioning", Departing "departing", Destroying "destroying",
    Disassembling "disassembling", Dispensing "dispensing", Encoding "encoding",
    EnteringExiting "entering_exiting", Holding "holding", Inspecting "inspecting",
    Installing "installing", Killing "killing", Loading "loading", OtherStep "other",
    Packing "packing", Picking "picking", Receiving "receiving", Removing "removing",
    Repackaging "repackaging", Repairing "repairing", Replacing "replacing",
    Reserving "reserving", RetailSelling "retail_selling", Sampling "sampling",
    SensorReporting "sensor_reporting", Shipping "shipping",
    StagingOutbound "staging_outbound", StockTaking "stock_taking", Stocking "stocking",
    Storing "storing", Transporting "transporting", Unloading "unloading",
    Unpacking "unpacking", VoidShipping "void_shipping",
}

term_enum! {
    /// Disposition: in what state things are afterwards (CBV 2.0, 7.2).
    Disposition of DISPOSITIONS, web "https://ref.gs1.org/cbv/Disp-";
    Active "active", Available "available", CompletenessInferred "completeness_inferred",
    CompletenessVerified "completeness_verified", Conformant "conformant",
    ContainerClosed "container_closed", ContainerOpen "container_open", Damaged "damaged",
    Destroyed "destroyed", Dispensed "dispensed", Disposed "disposed", Encoded "encoded",
    Expired "expired", InProgress "in_progress", InTransit "in_transit", Inactive "inactive",
    MismatchClass "mismatch_class", MismatchInstance "mismatch_instance",
    MismatchQuantity "mismatch_quantity", NeedsReplacement "needs_replacement",
    NoPedigreeMatch "no_pedigree_match", NonConformant "non_conformant",
    NonSellableOther "non_sellable_other", PartiallyDispensed "partially_dispensed",
    Recalled "recalled", Reserved "reserved", RetailSold "retail_sold", Returned "returned",
    SellableAccessible "sellable_accessible", SellableNotAccessible "sellable_not_accessible",
    Stolen "stolen", Unavailable "unavailable", Unknown "unknown",
}
