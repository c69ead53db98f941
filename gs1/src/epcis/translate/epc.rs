//! EPC URN and Digital Link, one into the other, wherever an event names something: items,
//! classes, places, parties, documents, sensors. Whatever is no GS1 key stays as it is.

use serde_json::{Map, Value};

use super::super::event::Event;
use super::super::problem::ParseError;
use crate::epc::Epc;

/// How identifiers are to be spelled: the values of the header `GS1-EPC-Format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum EpcFormat {
    /// `No_Preference`: as captured.
    #[default]
    NoPreference,
    /// `Always_GS1_Digital_Link`: the canonical Digital Link on `id.gs1.org`; one on another host
    /// stays.
    AlwaysDigitalLink,
    /// `Always_EPC_URN`.
    AlwaysUrn,
    /// `Never_Translates`: as captured.
    NeverTranslates,
}

impl EpcFormat {
    const ALL: [Self; 4] = [
        Self::NoPreference,
        Self::AlwaysDigitalLink,
        Self::AlwaysUrn,
        Self::NeverTranslates,
    ];

    /// Reads a value of the header, in its exact spelling.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == text)
    }

    /// The value of the header.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoPreference => "No_Preference",
            Self::AlwaysDigitalLink => "Always_GS1_Digital_Link",
            Self::AlwaysUrn => "Always_EPC_URN",
            Self::NeverTranslates => "Never_Translates",
        }
    }
}

/// The length of the GS1 company prefix of a key, for whoever knows it (6..=12): no key tells its
/// own, and a URN cannot be written without.
pub type PrefixLength<'a> = &'a dyn Fn(&Epc) -> Option<u8>;

/// An identifier that was asked for as URN and stays a Digital Link.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{pointer}: {value} stays a digital link, the length of its company prefix is not known")]
pub struct Untranslated {
    /// JSON pointer into the event.
    pub pointer: String,
    /// The identifier.
    pub value: String,
}

/// The event with every identifier in the format asked for, and which could not be translated.
///
/// # Errors
/// [`ParseError`] when two identifiers of one list become the same one, which is no event any more.
pub fn epc_format(
    event: &Event,
    format: EpcFormat,
    prefix_length: PrefixLength<'_>,
) -> Result<(Event, Vec<Untranslated>), ParseError> {
    if matches!(format, EpcFormat::NoPreference | EpcFormat::NeverTranslates) {
        return Ok((event.clone(), Vec::new()));
    }
    let mut translation = Translation {
        format,
        prefix_length,
        left: Vec::new(),
    };
    let mut json = event.to_json();
    if let Some(map) = json.as_object_mut() {
        translation.event(map);
    }
    let event = Event::from_json(&json)?;
    Ok((event, translation.left))
}

struct Translation<'p> {
    format: EpcFormat,
    prefix_length: PrefixLength<'p>,
    left: Vec<Untranslated>,
}

impl Translation<'_> {
    fn event(&mut self, map: &mut Map<String, Value>) {
        for (name, value) in map {
            let pointer = format!("/{name}");
            match name.as_str() {
                "parentID" | "transformationID" => self.one(value, pointer),
                "epcList" | "childEPCs" | "inputEPCList" | "outputEPCList" => {
                    self.each(value, &pointer, Self::one);
                }
                "readPoint" | "bizLocation" => self.member(value, "id", &pointer),
                "quantityList" | "childQuantityList" | "inputQuantityList"
                | "outputQuantityList" => {
                    self.each(value, &pointer, |this, item, at| {
                        this.member(item, "epcClass", &at);
                    });
                }
                "bizTransactionList" => self.each(value, &pointer, |this, item, at| {
                    this.member(item, "bizTransaction", &at);
                }),
                "sourceList" => self.each(value, &pointer, |this, item, at| {
                    this.member(item, "source", &at);
                }),
                "destinationList" => self.each(value, &pointer, |this, item, at| {
                    this.member(item, "destination", &at);
                }),
                "sensorElementList" => {
                    self.each(value, &pointer, |this, item, at| this.sensor(item, &at));
                }
                _ => {}
            }
        }
    }

    /// Devices are assets and have EPCs; addresses of data about them are addresses.
    fn sensor(&mut self, element: &mut Value, pointer: &str) {
        if let Some(metadata) = element.get_mut("sensorMetadata") {
            self.member(metadata, "deviceID", &format!("{pointer}/sensorMetadata"));
        }
        if let Some(reports) = element.get_mut("sensorReport") {
            self.each(
                reports,
                &format!("{pointer}/sensorReport"),
                |this, item, at| {
                    this.member(item, "deviceID", &at);
                },
            );
        }
    }

    fn each(
        &mut self,
        list: &mut Value,
        pointer: &str,
        mut translate: impl FnMut(&mut Self, &mut Value, String),
    ) {
        for (index, item) in list.as_array_mut().into_iter().flatten().enumerate() {
            translate(self, item, format!("{pointer}/{index}"));
        }
    }

    fn member(&mut self, object: &mut Value, name: &str, pointer: &str) {
        if let Some(value) = object.get_mut(name) {
            self.one(value, format!("{pointer}/{name}"));
        }
    }

    fn one(&mut self, value: &mut Value, pointer: String) {
        let Some(text) = value.as_str() else {
            return;
        };
        let is_urn = text
            .get(..4)
            .is_some_and(|start| start.eq_ignore_ascii_case("urn:"));
        if is_urn == (self.format == EpcFormat::AlwaysUrn) {
            return;
        }
        let Ok(epc) = Epc::parse(text) else {
            return;
        };
        if epc.to_elements().is_none() {
            return;
        }
        let translated = match self.format {
            EpcFormat::AlwaysUrn => (self.prefix_length)(&epc)
                .and_then(|length| epc.to_urn(length))
                .filter(|urn| Epc::parse(urn).as_ref() == Ok(&epc)),
            _ => Some(epc.canonical()),
        };
        match translated {
            Some(translated) => *value = Value::from(translated),
            None => self.left.push(Untranslated {
                pointer,
                value: text.to_owned(),
            }),
        }
    }
}
