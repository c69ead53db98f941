//! What is said about the way of one thing: moved by the wrong hands or out of order, packed in two
//! places, on another chip, at times that cannot be right.

mod custody;
mod packing;
#[cfg(test)]
mod samples;
mod tag;
mod time;

use serde::{Deserialize, Serialize};

use super::chain::End;
use super::{Lang, Name, pick};

/// A message about the way of a thing. Times are ms since the Unix epoch, identifiers canonical.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "fields are the blanks of the sentences below")]
pub enum Way {
    /// C10.
    IllegalUndo {
        breach: Breach,
        place: Name,
        at_ms: i64,
    },
    /// C13.
    AtTwoSites { there: Name, here: Name, at_ms: i64 },
    /// C15; of a receipt, else of a dispensing.
    WithoutShipment {
        receipt: bool,
        party: Name,
        at_ms: i64,
        holder: Name,
    },
    /// C15; ended, locked or reported by who does not have it.
    EndedElsewhere {
        end: End,
        party: Name,
        at_ms: i64,
        holder: Name,
    },
    /// C15; given out of a container that had been seen open.
    OutOfOpenBox { party: Name, at_ms: i64 },
    /// The counter: asked about where it is not.
    HeldElsewhere { holder: Name },
    /// The counter: somebody investigates.
    Locked { place: Name, at_ms: i64 },
    /// C16; supposed lost, else only overdue.
    NeverReceived {
        lost: bool,
        shipped_ms: i64,
        to: Name,
    },
    /// C17.
    Misdelivered { here: Name, at_ms: i64, to: Name },
    /// C18.
    ShippedTwice { first_ms: i64, again_ms: i64 },
    /// C18.
    ReceivedTwice {
        place: Name,
        first_ms: i64,
        again_ms: i64,
    },
    /// C19.
    TwoParents {
        new: String,
        at_ms: i64,
        old: String,
    },
    /// C19.
    NotInIt { parent: String, at_ms: i64 },
    /// C19.
    InsideItself { parent: String, at_ms: i64 },
    /// C19.
    ParentElsewhere { here: Name, at_ms: i64, to: Name },
    /// C19; another product, else another lot.
    MixedCase {
        product: bool,
        case: String,
        at_ms: i64,
    },
    /// C19.
    OtherCount {
        declared: u32,
        inside: u32,
        at_ms: i64,
    },
    /// C19.
    NotSeenInside {
        unseen: u32,
        inside: u32,
        at_ms: i64,
    },
    /// C22; `hours` by which a time zone may be wrong.
    InTheFuture {
        place: Name,
        at_ms: i64,
        recorded_ms: i64,
        hours: Option<i64>,
    },
    /// C22.
    Backdated {
        place: Name,
        at_ms: i64,
        recorded_ms: i64,
    },
    /// C22; `hours` by which a time zone may be wrong.
    HandledBeforeMade {
        place: Name,
        at_ms: i64,
        made_ms: i64,
        hours: Option<i64>,
    },
    /// C22; `hours` by which a time zone may be wrong.
    ReceivedBeforeShipped {
        place: Name,
        at_ms: i64,
        shipped_ms: i64,
        hours: Option<i64>,
    },
    /// C22.
    ClockWentBack {
        device: String,
        first_ms: i64,
        second_ms: i64,
    },
    /// C22.
    ExpiredWhenMade { last_day: i64, made_ms: i64 },
    /// C23.
    OtherChip { here: Name, at_ms: i64 },
    /// C23.
    SharedChip {
        here: Name,
        at_ms: i64,
        pack: String,
    },
    /// C24.
    TailDiverges { there: Name, here: Name, at_ms: i64 },
}

/// The clause of article 13 of the Delegated Regulation (EU) 2016/161 that an undo breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Breach {
    /// The pack was not decommissioned.
    NothingToUndo,
    /// Stolen or destroyed packs never come back (d).
    Irrevocable,
    /// Another company decommissioned it (a).
    OtherParty,
    /// It was decommissioned at other premises (a).
    OtherPremises,
    /// More than ten days (b).
    TooLate,
    /// Out of date (c).
    Expired,
    /// Its lot was recalled (d).
    Recalled,
    /// Handed over to the public (e).
    SuppliedToThePublic,
}

impl Breach {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::NothingToUndo,
        Self::Irrevocable,
        Self::OtherParty,
        Self::OtherPremises,
        Self::TooLate,
        Self::Expired,
        Self::Recalled,
        Self::SuppliedToThePublic,
    ];

    /// Why it is not allowed, as the end of a sentence.
    fn text(self, lang: Lang) -> &'static str {
        pick(
            lang,
            match self {
                Self::NothingToUndo => [
                    "it was not decommissioned",
                    "sie war nicht ausgebucht",
                    "elle n'était pas désactivée",
                    "no estaba dado de baja",
                ],
                Self::Irrevocable => [
                    "a stolen or destroyed pack never becomes active again",
                    "eine gestohlene oder vernichtete Packung wird nie wieder aktiv",
                    "une boîte volée ou détruite ne redevient jamais active",
                    "un envase robado o destruido nunca vuelve a estar activo",
                ],
                Self::OtherParty => [
                    "another company decommissioned it",
                    "ein anderes Unternehmen hat sie ausgebucht",
                    "une autre entreprise l'a désactivée",
                    "otra empresa lo dio de baja",
                ],
                Self::OtherPremises => [
                    "it was decommissioned at other premises",
                    "sie wurde in einer anderen Betriebsstätte ausgebucht",
                    "elle a été désactivée dans d'autres locaux",
                    "se dio de baja en otro local",
                ],
                Self::TooLate => [
                    "the ten days allowed were over",
                    "die erlaubten zehn Tage waren vorbei",
                    "le délai de dix jours était dépassé",
                    "el plazo de diez días había pasado",
                ],
                Self::Expired => [
                    "it was out of date",
                    "sie war verfallen",
                    "elle était périmée",
                    "estaba caducado",
                ],
                Self::Recalled => [
                    "its lot was recalled",
                    "ihre Charge war zurückgerufen",
                    "son lot était rappelé",
                    "su lote estaba retirado",
                ],
                Self::SuppliedToThePublic => [
                    "it had been handed over to the public",
                    "sie war schon abgegeben worden",
                    "elle avait été remise au public",
                    "ya se había entregado al público",
                ],
            },
        )
    }
}

impl Way {
    /// The message in words.
    pub fn text(&self, lang: Lang) -> String {
        match self {
            Self::IllegalUndo { .. }
            | Self::AtTwoSites { .. }
            | Self::HeldElsewhere { .. }
            | Self::Locked { .. } => self.of_the_state(lang),
            Self::WithoutShipment { .. }
            | Self::NeverReceived { .. }
            | Self::Misdelivered { .. } => self.of_custody(lang),
            Self::EndedElsewhere { .. } | Self::OutOfOpenBox { .. } => self.of_ends(lang),
            Self::ShippedTwice { .. } | Self::ReceivedTwice { .. } => self.of_repeats(lang),
            Self::TwoParents { .. }
            | Self::NotInIt { .. }
            | Self::InsideItself { .. }
            | Self::ParentElsewhere { .. } => self.of_packing(lang),
            Self::MixedCase { .. } | Self::OtherCount { .. } | Self::NotSeenInside { .. } => {
                self.of_contents(lang)
            }
            Self::InTheFuture { .. } | Self::Backdated { .. } => self.of_time(lang),
            Self::HandledBeforeMade { .. }
            | Self::ReceivedBeforeShipped { .. }
            | Self::ClockWentBack { .. }
            | Self::ExpiredWhenMade { .. } => self.of_order(lang),
            Self::OtherChip { .. } | Self::SharedChip { .. } | Self::TailDiverges { .. } => {
                self.of_the_tag(lang)
            }
        }
    }

    /// One example of each message.
    #[cfg(test)]
    pub(crate) fn samples() -> Vec<Self> {
        let name = |text: &str| Some(text.to_owned());
        let id = || "urn:epc:id:sscc:9506000.0000000001".to_owned();
        let undone = |breach| Self::IllegalUndo {
            breach,
            place: name("Shop"),
            at_ms: 0,
        };
        let mut all: Vec<Self> = Breach::ALL.into_iter().map(undone).collect();
        all.extend(samples::custody(&name));
        all.extend(samples::packing(&name, &id));
        all.extend(samples::time(&name));
        all.extend([
            Self::OtherChip {
                here: name("Shop"),
                at_ms: 0,
            },
            Self::SharedChip {
                here: None,
                at_ms: 0,
                pack: id(),
            },
            Self::TailDiverges {
                there: name("Dock"),
                here: name("Shop"),
                at_ms: 0,
            },
        ]);
        all
    }
}
