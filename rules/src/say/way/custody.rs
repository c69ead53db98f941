//! What is said about who moved a thing, and about undone ends and two sites at once.

use super::Way;
use crate::say::{Lang, Name, pick, speak, words};

impl Way {
    pub(super) fn of_the_state(&self, lang: Lang) -> String {
        let time = |ms: &i64| words::time(lang, *ms);
        let at = |place: &Name| words::at(lang, place);
        match self {
            Self::IllegalUndo {
                breach,
                place,
                at_ms,
            } => {
                let (why, place, when) = (breach.text(lang), at(place), time(at_ms));
                speak!(
                    lang,
                    "Made active again {place} on {when}, which is not allowed: {why}.",
                    "Am {when} {place} wieder aktiviert, was nicht erlaubt ist: {why}.",
                    "Réactivée {place} le {when}, ce qui n'est pas permis : {why}.",
                    "Reactivado {place} el {when}, lo que no está permitido: {why}."
                )
            }
            Self::AtTwoSites { there, here, at_ms } => {
                let (there, here, when) = (at(there), at(here), time(at_ms));
                speak!(
                    lang,
                    "Seen {there} and {here} at the same time, on {when}.",
                    "Zur gleichen Zeit, am {when}, {there} und {here} gesehen.",
                    "Vue {there} et {here} en même temps, le {when}.",
                    "Visto {there} y {here} al mismo tiempo, el {when}."
                )
            }
            Self::HeldElsewhere { holder } => {
                let holder = words::party(lang, holder);
                speak!(
                    lang,
                    "By the records {holder} has this pack, and nobody has sent it here.",
                    "Laut Aufzeichnung liegt diese Packung bei {holder}, und niemand hat sie hierher gesandt.",
                    "Selon les enregistrements, cette boîte est chez {holder} et personne ne l'a envoyée ici.",
                    "Según los registros, este envase lo tiene {holder} y nadie lo ha enviado aquí."
                )
            }
            Self::Locked { place, at_ms } => {
                let (place, when) = (at(place), time(at_ms));
                speak!(
                    lang,
                    "Locked {place} on {when} until somebody has investigated.",
                    "Am {when} {place} gesperrt, bis es untersucht ist.",
                    "Bloquée {place} le {when} en attendant une enquête.",
                    "Bloqueado {place} el {when} hasta que se investigue."
                )
            }
            _ => String::new(),
        }
    }

    pub(super) fn of_custody(&self, lang: Lang) -> String {
        let time = |ms: &i64| words::time(lang, *ms);
        let party = |name: &Name| words::party(lang, name);
        match self {
            Self::WithoutShipment {
                receipt,
                party: by,
                at_ms,
                holder,
            } => {
                let did = if *receipt {
                    ["Received", "erhalten", "Reçue", "Recibido"]
                } else {
                    ["Given out", "abgegeben", "Délivrée", "Dispensado"]
                };
                let (did, by, when) = (pick(lang, did), words::by(lang, by), time(at_ms));
                let holder = party(holder);
                speak!(
                    lang,
                    "{did} {by} on {when}, but by the records {holder} has it and nobody sent it there.",
                    "Am {when} {by} {did}, aber laut Aufzeichnung liegt die Ware bei {holder} und niemand hat sie dorthin gesandt.",
                    "{did} {by} le {when}, mais selon les enregistrements {holder} la détient et personne ne l'y a envoyée.",
                    "{did} {by} el {when}, pero según los registros lo tiene {holder} y nadie lo envió allí."
                )
            }
            Self::NeverReceived {
                lost,
                shipped_ms,
                to,
            } => {
                let end = if *lost {
                    [
                        "it has to be taken for lost or stolen",
                        "sie muss als verloren oder gestohlen gelten",
                        "elle doit être considérée comme perdue ou volée",
                        "hay que darlo por perdido o robado",
                    ]
                } else {
                    [
                        "the usual time for this way is over",
                        "die übliche Zeit für diesen Weg ist vorbei",
                        "le délai habituel de ce trajet est dépassé",
                        "el plazo habitual de este trayecto ha pasado",
                    ]
                };
                let (end, to, when) = (pick(lang, end), party(to), time(shipped_ms));
                speak!(
                    lang,
                    "Shipped to {to} on {when} and not received since: {end}.",
                    "Am {when} an {to} versandt und seither nicht eingegangen: {end}.",
                    "Expédiée à {to} le {when} et jamais reçue depuis : {end}.",
                    "Enviado a {to} el {when} y no recibido desde entonces: {end}."
                )
            }
            Self::Misdelivered { here, at_ms, to } => {
                let (here, when, to) = (words::at(lang, here), time(at_ms), party(to));
                speak!(
                    lang,
                    "Received {here} on {when}, but it was sent to {to}.",
                    "Am {when} {here} eingegangen, aber an {to} gesandt.",
                    "Reçue {here} le {when}, alors qu'elle était envoyée à {to}.",
                    "Recibido {here} el {when}, pero se envió a {to}."
                )
            }
            _ => String::new(),
        }
    }

    pub(super) fn of_ends(&self, lang: Lang) -> String {
        let time = |ms: &i64| words::time(lang, *ms);
        match self {
            Self::EndedElsewhere {
                end,
                party: by,
                at_ms,
                holder,
            } => {
                let (end, by, when) = (end.word(lang), words::by(lang, by), time(at_ms));
                let holder = words::party(lang, holder);
                speak!(
                    lang,
                    "By the records {holder} has it, but it was {end} {by} on {when}.",
                    "Laut Aufzeichnung liegt die Ware bei {holder}, sie wurde aber am {when} {by} {end}.",
                    "Selon les enregistrements {holder} la détient, mais elle a été {end} {by} le {when}.",
                    "Según los registros lo tiene {holder}, pero fue {end} {by} el {when}."
                )
            }
            Self::OutOfOpenBox { party: by, at_ms } => {
                let (by, when) = (words::by(lang, by), time(at_ms));
                speak!(
                    lang,
                    "Given out {by} on {when} from a container that had been seen open, and nobody recorded that it was still inside.",
                    "Am {when} {by} aus einem Behälter abgegeben, der offen gesehen wurde; dass sie noch darin war, hat niemand aufgezeichnet.",
                    "Délivrée {by} le {when} d'un contenant qui avait été vu ouvert, et personne n'a enregistré qu'elle s'y trouvait encore.",
                    "Dispensado {by} el {when} de un contenedor que se había visto abierto, y nadie registró que siguiera dentro."
                )
            }
            _ => String::new(),
        }
    }

    pub(super) fn of_repeats(&self, lang: Lang) -> String {
        let time = |ms: &i64| words::time(lang, *ms);
        match self {
            Self::ShippedTwice { first_ms, again_ms } => {
                let (first, again) = (time(first_ms), time(again_ms));
                speak!(
                    lang,
                    "Shipped on {first} and again on {again}, without having been received in between.",
                    "Am {first} und am {again} noch einmal versandt, ohne dazwischen eingegangen zu sein.",
                    "Expédiée le {first} puis de nouveau le {again}, sans avoir été reçue entre-temps.",
                    "Enviado el {first} y otra vez el {again}, sin haberse recibido entretanto."
                )
            }
            Self::ReceivedTwice {
                place,
                first_ms,
                again_ms,
            } => {
                let (place, first, again) =
                    (words::at(lang, place), time(first_ms), time(again_ms));
                speak!(
                    lang,
                    "Received {place} on {first} and again on {again}, without having left in between.",
                    "Am {first} und am {again} noch einmal {place} eingegangen, ohne dazwischen abgegangen zu sein.",
                    "Reçue {place} le {first} puis de nouveau le {again}, sans être repartie entre-temps.",
                    "Recibido {place} el {first} y otra vez el {again}, sin haber salido entretanto."
                )
            }
            _ => String::new(),
        }
    }
}
