//! What is said about what a thing was packed in.

use super::Way;
use crate::say::{Lang, pick, speak, words};

impl Way {
    pub(super) fn of_packing(&self, lang: Lang) -> String {
        let time = |ms: &i64| words::time(lang, *ms);
        match self {
            Self::TwoParents { new, at_ms, old } => {
                let when = time(at_ms);
                speak!(
                    lang,
                    "Packed into {new} on {when} while it was still in {old}.",
                    "Am {when} in {new} gepackt, während es noch in {old} war.",
                    "Emballée dans {new} le {when} alors qu'elle était encore dans {old}.",
                    "Embalado en {new} el {when} cuando todavía estaba en {old}."
                )
            }
            Self::NotInIt { parent, at_ms } => {
                let when = time(at_ms);
                speak!(
                    lang,
                    "Taken out of {parent} on {when}, but it was not in it.",
                    "Am {when} aus {parent} entnommen, war aber nicht darin.",
                    "Retirée de {parent} le {when}, alors qu'elle n'y était pas.",
                    "Sacado de {parent} el {when}, pero no estaba dentro."
                )
            }
            Self::InsideItself { parent, at_ms } => {
                let when = time(at_ms);
                speak!(
                    lang,
                    "Packed into {parent} on {when}, which was inside it.",
                    "Am {when} in {parent} gepackt, das sich darin befand.",
                    "Emballée le {when} dans {parent}, qui se trouvait à l'intérieur.",
                    "Embalado el {when} en {parent}, que estaba dentro."
                )
            }
            Self::ParentElsewhere { here, at_ms, to } => {
                let (here, when) = (words::at(lang, here), time(at_ms));
                let to = words::party(lang, to);
                speak!(
                    lang,
                    "Handled {here} on {when}, while the container it was packed in was on its way to {to}.",
                    "Am {when} {here} gebucht, während der Behälter, in dem es war, auf dem Weg zu {to} war.",
                    "Manipulée {here} le {when}, alors que le contenant où elle se trouvait était en route vers {to}.",
                    "Manipulado {here} el {when}, mientras el contenedor en que estaba iba camino de {to}."
                )
            }
            _ => String::new(),
        }
    }

    pub(super) fn of_contents(&self, lang: Lang) -> String {
        let time = |ms: &i64| words::time(lang, *ms);
        match self {
            Self::MixedCase {
                product,
                case,
                at_ms,
            } => {
                let what = if *product {
                    [
                        "another product",
                        "ein anderes Produkt",
                        "un autre produit",
                        "otro producto",
                    ]
                } else {
                    [
                        "another lot",
                        "eine andere Charge",
                        "un autre lot",
                        "otro lote",
                    ]
                };
                let (what, when) = (pick(lang, what), time(at_ms));
                speak!(
                    lang,
                    "Packed on {when} into case {case}, which holds {what}.",
                    "Am {when} in den Karton {case} gepackt, der {what} enthält.",
                    "Emballée le {when} dans le carton {case}, qui contient {what}.",
                    "Embalado el {when} en la caja {case}, que contiene {what}."
                )
            }
            Self::OtherCount {
                declared,
                inside,
                at_ms,
            } => {
                let when = time(at_ms);
                speak!(
                    lang,
                    "On {when} the container was said to hold {declared} things; by the records it holds {inside}.",
                    "Am {when} hieß es, der Behälter enthalte {declared} Stück; laut Aufzeichnung sind es {inside}.",
                    "Le {when}, le contenant était déclaré avec {declared} unités ; selon les enregistrements, il en contient {inside}.",
                    "El {when} se declaró que el contenedor llevaba {declared} unidades; según los registros lleva {inside}."
                )
            }
            Self::NotSeenInside {
                unseen,
                inside,
                at_ms,
            } => {
                let when = time(at_ms);
                speak!(
                    lang,
                    "Everything in the container was looked at on {when}; {unseen} of {inside} things were not there.",
                    "Am {when} wurde alles im Behälter geprüft; {unseen} von {inside} Stück fehlten.",
                    "Tout le contenu du contenant a été vérifié le {when} ; {unseen} unités sur {inside} manquaient.",
                    "El {when} se revisó todo el contenedor; faltaban {unseen} de {inside} unidades."
                )
            }
            _ => String::new(),
        }
    }
}
