//! What is said about the chip that carries an identifier.

use super::Way;
use crate::say::{Lang, Name, speak, words};

impl Way {
    pub(super) fn of_the_tag(&self, lang: Lang) -> String {
        let time = |ms: &i64| words::time(lang, *ms);
        let at = |place: &Name| words::at(lang, place);
        match self {
            Self::OtherChip { here, at_ms } => {
                let (here, when) = (at(here), time(at_ms));
                speak!(
                    lang,
                    "Seen {here} on {when} on another chip than the one its identifier was put on.",
                    "Am {when} {here} auf einem anderen Chip gesehen als dem, auf den die Kennung gehört.",
                    "Vue {here} le {when} sur une autre puce que celle qui porte son identifiant.",
                    "Visto {here} el {when} en otro chip que el que lleva su identificador."
                )
            }
            Self::SharedChip { here, at_ms, pack } => {
                let (here, when) = (at(here), time(at_ms));
                speak!(
                    lang,
                    "Seen {here} on {when} on a chip that carried {pack} before.",
                    "Am {when} {here} auf einem Chip gesehen, der vorher {pack} trug.",
                    "Vue {here} le {when} sur une puce qui portait auparavant {pack}.",
                    "Visto {here} el {when} en un chip que antes llevaba {pack}."
                )
            }
            Self::TailDiverges { there, here, at_ms } => {
                let (there, here, when) = (at(there), at(here), time(at_ms));
                speak!(
                    lang,
                    "What readers wrote to the tag {there} does not continue {here} on {when}: there are two tags.",
                    "Was Leser {there} auf das Etikett schrieben, setzt sich am {when} {here} nicht fort: es gibt zwei Etiketten.",
                    "Ce que les lecteurs ont écrit sur l'étiquette {there} ne se prolonge pas {here} le {when} : il y a deux étiquettes.",
                    "Lo que los lectores escribieron en la etiqueta {there} no continúa {here} el {when}: hay dos etiquetas."
                )
            }
            _ => String::new(),
        }
    }
}
