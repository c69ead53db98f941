//! What is said about one thing on its way: made twice, dispensed and seen again, shipped by a
//! stranger.

use serde::{Deserialize, Serialize};

use super::{Lang, Name, pick, speak, words};
use crate::item::Life;

/// A message about a thing on its way. Times are ms since the Unix epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "fields are the blanks of the sentences below")]
pub enum Chain {
    /// C01.
    UnknownSerial {
        serial: String,
        place: Name,
        at_ms: i64,
    },
    /// C06.
    CommissionedTwice {
        first: Name,
        at_ms: i64,
        second: Name,
        again_ms: i64,
    },
    /// C09.
    AfterTheEnd {
        end: End,
        there: Name,
        at_ms: i64,
        here: Name,
        again_ms: i64,
    },
    /// C11.
    MovedAfterExpiry {
        place: Name,
        at_ms: i64,
        last_day: i64,
    },
    /// C11.
    MovedAfterRecall {
        place: Name,
        at_ms: i64,
        recalled_ms: i64,
    },
    /// C12.
    ImpossibleTravel {
        from: Name,
        to: Name,
        km: u32,
        ms: i64,
    },
    /// C14.
    ShippedByNonHolder {
        shipper: Name,
        at_ms: i64,
        holder: Name,
    },
}

/// How the life of a pack ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// Given to a patient.
    Dispensed,
    /// Destroyed.
    Destroyed,
    /// Reported stolen.
    Stolen,
    /// Taken off the books.
    Decommissioned,
    /// Decommissioned to leave the Union.
    Exported,
    /// Taken as a sample.
    Sample,
    /// Given away as a free sample.
    FreeSample,
    /// Checked out for repackaging.
    CheckedOut,
    /// Locked.
    Locked,
}

impl End {
    pub(crate) fn of(life: Life) -> Self {
        match life {
            Life::Dispensed => Self::Dispensed,
            Life::Destroyed => Self::Destroyed,
            Life::Stolen => Self::Stolen,
            Life::Exported => Self::Exported,
            Life::Sample => Self::Sample,
            Life::FreeSample => Self::FreeSample,
            Life::CheckedOut => Self::CheckedOut,
            Life::Locked => Self::Locked,
            _ => Self::Decommissioned,
        }
    }

    /// As a participle after "was", "wurde", "a été", "fue".
    pub(crate) fn word(self, lang: Lang) -> &'static str {
        pick(
            lang,
            match self {
                Self::Dispensed => ["dispensed", "abgegeben", "délivrée", "dispensado"],
                Self::Destroyed => ["destroyed", "vernichtet", "détruite", "destruido"],
                Self::Stolen => [
                    "reported stolen",
                    "als gestohlen gemeldet",
                    "déclarée volée",
                    "declarado robado",
                ],
                Self::Exported => [
                    "decommissioned for export",
                    "für die Ausfuhr ausgebucht",
                    "désactivée pour l'exportation",
                    "dado de baja para la exportación",
                ],
                Self::Sample => [
                    "taken as a sample",
                    "als Muster entnommen",
                    "prélevée comme échantillon",
                    "tomado como muestra",
                ],
                Self::FreeSample => [
                    "given away as a free sample",
                    "als Gratismuster abgegeben",
                    "remise comme échantillon gratuit",
                    "entregado como muestra gratuita",
                ],
                Self::CheckedOut => [
                    "checked out for repackaging",
                    "zum Umpacken ausgebucht",
                    "sortie pour reconditionnement",
                    "dado de salida para reenvasado",
                ],
                Self::Locked => ["locked", "gesperrt", "bloquée", "bloqueado"],
                Self::Decommissioned => [
                    "taken off the books",
                    "ausgebucht",
                    "désactivée",
                    "dado de baja",
                ],
            },
        )
    }
}

impl Chain {
    /// The message in words.
    #[expect(clippy::too_many_lines, reason = "a table of sentences")]
    pub fn text(&self, lang: Lang) -> String {
        let time = |ms: &i64| words::time(lang, *ms);
        let at = |place: &Name| words::at(lang, place);
        let by = |name: &Name| words::by(lang, name);
        match self {
            Self::UnknownSerial {
                serial,
                place,
                at_ms,
            } => {
                let (place, when) = (at(place), time(at_ms));
                speak!(
                    lang,
                    "Serial number {serial} was handled {place} on {when}, but the manufacturer never commissioned it.",
                    "Die Seriennummer {serial} wurde am {when} {place} gebucht, aber der Hersteller hat sie nie in Verkehr gebracht.",
                    "Le numéro de série {serial} a été manipulé {place} le {when}, mais le fabricant ne l'a jamais mis en service.",
                    "El número de serie {serial} se manipuló {place} el {when}, pero el fabricante nunca lo dio de alta."
                )
            }
            Self::CommissionedTwice {
                first,
                at_ms,
                second,
                again_ms,
            } => {
                let (first, when, second, again) =
                    (by(first), time(at_ms), by(second), time(again_ms));
                speak!(
                    lang,
                    "Commissioned {first} on {when} and again {second} on {again}.",
                    "Am {when} {first} in Verkehr gebracht und am {again} {second} noch einmal.",
                    "Mise en service {first} le {when} puis de nouveau {second} le {again}.",
                    "Dado de alta {first} el {when} y otra vez {second} el {again}."
                )
            }
            Self::AfterTheEnd {
                end,
                there,
                at_ms,
                here,
                again_ms,
            } => {
                let (how, there, when) = (end.word(lang), at(there), time(at_ms));
                let (here, again) = (at(here), time(again_ms));
                speak!(
                    lang,
                    "The pack was {how} {there} on {when}, yet it was handled {here} on {again}.",
                    "Die Packung wurde am {when} {there} {how}, trotzdem wurde sie am {again} {here} gebucht.",
                    "La boîte a été {how} {there} le {when}, et pourtant elle a été manipulée {here} le {again}.",
                    "El envase fue {how} {there} el {when} y, sin embargo, se manipuló {here} el {again}."
                )
            }
            Self::MovedAfterExpiry {
                place,
                at_ms,
                last_day,
            } => {
                let (place, when, day) = (at(place), time(at_ms), words::day(lang, *last_day));
                speak!(
                    lang,
                    "Handled {place} on {when} although it expired on {day}.",
                    "Am {when} {place} gebucht, obwohl sie am {day} verfallen ist.",
                    "Manipulée {place} le {when} alors qu'elle est périmée depuis le {day}.",
                    "Manipulado {place} el {when} aunque caducó el {day}."
                )
            }
            Self::MovedAfterRecall {
                place,
                at_ms,
                recalled_ms,
            } => {
                let (place, when, recalled) = (at(place), time(at_ms), time(recalled_ms));
                speak!(
                    lang,
                    "Handled {place} on {when} although its lot was recalled on {recalled}.",
                    "Am {when} {place} gebucht, obwohl die Charge am {recalled} zurückgerufen wurde.",
                    "Manipulée {place} le {when} alors que son lot a été rappelé le {recalled}.",
                    "Manipulado {place} el {when} aunque su lote se retiró el {recalled}."
                )
            }
            Self::ImpossibleTravel { from, to, km, ms } => {
                let (from, to, later) = (at(from), at(to), words::duration(*ms));
                speak!(
                    lang,
                    "Seen {from} and {later} later {to}, {km} km away: no pack travels that fast.",
                    "Erst {from}, {later} später {to} gesehen, {km} km entfernt: so schnell reist keine Packung.",
                    "Vue {from} puis, {later} plus tard, {to}, à {km} km : aucune boîte ne voyage aussi vite.",
                    "Visto {from} y, {later} después, {to}, a {km} km: ningún envase viaja tan rápido."
                )
            }
            Self::ShippedByNonHolder {
                shipper,
                at_ms,
                holder,
            } => {
                let (shipper, when, holder) =
                    (by(shipper), time(at_ms), words::party(lang, holder));
                speak!(
                    lang,
                    "Shipped {shipper} on {when}, while {holder} held it.",
                    "Am {when} {shipper} versandt, während die Ware bei {holder} lag.",
                    "Expédiée {shipper} le {when}, alors que {holder} la détenait.",
                    "Enviado {shipper} el {when}, mientras lo tenía {holder}."
                )
            }
        }
    }

    /// One example of each message.
    #[cfg(test)]
    pub(crate) fn samples() -> Vec<Self> {
        let name = |text: &str| Some(text.to_owned());
        vec![
            Self::UnknownSerial {
                serial: "A1".into(),
                place: name("Dock"),
                at_ms: 0,
            },
            Self::CommissionedTwice {
                first: name("Maker"),
                at_ms: 0,
                second: None,
                again_ms: 1,
            },
            Self::AfterTheEnd {
                end: End::Dispensed,
                there: None,
                at_ms: 0,
                here: name("Shop"),
                again_ms: 1,
            },
            Self::MovedAfterExpiry {
                place: None,
                at_ms: 0,
                last_day: 20_000,
            },
            Self::MovedAfterRecall {
                place: name("Shop"),
                at_ms: 0,
                recalled_ms: 1,
            },
            Self::ImpossibleTravel {
                from: name("A"),
                to: None,
                km: 524,
                ms: 7_200_000,
            },
            Self::ShippedByNonHolder {
                shipper: None,
                at_ms: 0,
                holder: name("Maker"),
            },
        ]
    }
}
