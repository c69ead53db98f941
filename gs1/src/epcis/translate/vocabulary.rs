//! Spellings of Core Business Vocabulary terms. JSON has bare words; XML has URIs, and the header
//! `GS1-CBV-XML-Format` says of which kind.

use crate::cbv::{self, Term, Vocabulary};

/// Which URIs stand for CBV terms in XML: the values of the header `GS1-CBV-XML-Format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum CbvFormat {
    /// `No_Preference`: URNs, which readers of EPCIS 1.2 know as well.
    #[default]
    NoPreference,
    /// `Always_Web_URI`: `https://ref.gs1.org/cbv/BizStep-packing`.
    AlwaysWebUri,
    /// `Always_URN`: `urn:epcglobal:cbv:bizstep:packing`.
    AlwaysUrn,
    /// `Never_Translates`: as captured where that was a URI, else as [`Self::NoPreference`].
    NeverTranslates,
}

/// A list of terms and how its URIs begin.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct List {
    vocabulary: &'static Vocabulary,
    urn: &'static str,
    web: &'static str,
}

pub(in super::super) const BIZ_STEP: List = List {
    vocabulary: &cbv::BIZ_STEPS,
    urn: "urn:epcglobal:cbv:bizstep:",
    web: "https://ref.gs1.org/cbv/BizStep-",
};
pub(in super::super) const DISPOSITION: List = List {
    vocabulary: &cbv::DISPOSITIONS,
    urn: "urn:epcglobal:cbv:disp:",
    web: "https://ref.gs1.org/cbv/Disp-",
};
pub(in super::super) const BIZ_TRANSACTION: List = List {
    vocabulary: &cbv::BIZ_TRANSACTION_TYPES,
    urn: "urn:epcglobal:cbv:btt:",
    web: "https://ref.gs1.org/cbv/BTT-",
};
pub(in super::super) const SOURCE_DESTINATION: List = List {
    vocabulary: &cbv::SOURCE_DESTINATION_TYPES,
    urn: "urn:epcglobal:cbv:sdt:",
    web: "https://ref.gs1.org/cbv/SDT-",
};
pub(in super::super) const ERROR_REASON: List = List {
    vocabulary: &cbv::ERROR_REASONS,
    urn: "urn:epcglobal:cbv:er:",
    web: "https://ref.gs1.org/cbv/ER-",
};
pub(in super::super) const COMPONENT: List = List {
    vocabulary: &cbv::COMPONENTS,
    urn: "urn:epcglobal:cbv:comp:",
    web: "https://ref.gs1.org/cbv/Comp-",
};
/// Terms of the GS1 Web Vocabulary have no URN; in XML they are prefixed names.
pub(in super::super) const MEASUREMENT: List = List {
    vocabulary: &cbv::MEASUREMENT_TYPES,
    urn: "gs1:",
    web: "https://gs1.org/voc/",
};
pub(in super::super) const ALERT: List = List {
    vocabulary: &cbv::SENSOR_ALERTS,
    urn: "gs1:",
    web: "https://gs1.org/voc/",
};

impl CbvFormat {
    /// Reads a value of the header, in its exact spelling.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == text)
    }

    /// The value of the header.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoPreference => "No_Preference",
            Self::AlwaysWebUri => "Always_Web_URI",
            Self::AlwaysUrn => "Always_URN",
            Self::NeverTranslates => "Never_Translates",
        }
    }

    const ALL: [Self; 4] = [
        Self::NoPreference,
        Self::AlwaysWebUri,
        Self::AlwaysUrn,
        Self::NeverTranslates,
    ];

    /// A term as a URI; a URI of another vocabulary as it is.
    pub(in super::super) fn spell(self, list: List, term: &str) -> String {
        match list.vocabulary.term(term) {
            Ok(Term::Word(word)) => match self {
                Self::NeverTranslates if term != word => term.to_owned(),
                Self::AlwaysWebUri => format!("{}{word}", list.web),
                _ => format!("{}{word}", list.urn),
            },
            Ok(Term::Uri(uri)) => uri,
            Err(_) => term.to_owned(),
        }
    }
}
