//! What the person at the counter is told in one sentence.

use serde::{Deserialize, Serialize};

use super::chain::End;
use super::lot::Fault;
use super::maker::MakerSaid;
use super::{Lang, Name, pick, speak, words};

/// A sentence of a verdict. Times are ms since the Unix epoch, days are counted from 1970-01-01.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "fields are the blanks of the sentences below")]
pub enum Told {
    /// Nothing speaks against it. `cold`: it was measured and stayed in its range.
    Genuine {
        product: Name,
        cold: bool,
    },
    /// The text is no code; `error` is the parser's finding, in English.
    Unreadable {
        error: String,
    },
    NotChecked,
    NoSerial,
    NotAPack,
    UnknownProduct {
        gtin: String,
    },
    UnknownLot {
        lot: String,
    },
    UnknownSerial {
        serial: String,
    },
    ScannerFault {
        faults: Vec<Fault>,
    },
    LotMismatch {
        printed: String,
        known: String,
    },
    ExpiryMismatch {
        printed: i64,
        known: i64,
    },
    Recalled {
        at_ms: i64,
        reason: String,
    },
    Expired {
        last_day: i64,
    },
    Ended {
        end: End,
        place: Name,
        at_ms: i64,
    },
    EndedHere {
        end: End,
        at_ms: i64,
    },
    Damaged,
    Rejected {
        reason: String,
    },
    OnHold {
        reason: String,
    },
    Withdrawn {
        at_ms: i64,
        reason: String,
    },
    /// Whoever asks had no part in it, or nobody made it: the two are not told apart.
    NotYours,
    /// Asked for twice in one request: the other line is answered.
    TwiceInRequest,
    /// Somebody else is changing it at this moment.
    BeingChanged,
    /// Its manufacturer's system was asked.
    Maker {
        said: MakerSaid,
    },
}

impl Told {
    /// The sentence in words.
    #[expect(clippy::too_many_lines, reason = "a catalogue is a table")]
    pub fn text(&self, lang: Lang) -> String {
        match self {
            Self::Genuine { product, cold } => genuine(lang, product, *cold),
            Self::Unreadable { error } => speak!(
                lang,
                "The code could not be read: {error}.",
                "Der Code war nicht lesbar ({error}).",
                "Le code n'a pas pu être lu ({error}).",
                "No se pudo leer el código ({error})."
            ),
            Self::NotChecked => speak!(
                lang,
                "The pack was not checked because no node could be reached.",
                "Die Packung wurde nicht geprüft: keine Verbindung zum System.",
                "La boîte n'a pas été vérifiée : aucune connexion au système.",
                "El envase no se comprobó: no hay conexión con el sistema."
            ),
            Self::NoSerial => speak!(
                lang,
                "The code names the product but no single pack: the serial number is missing.",
                "Der Code nennt das Arzneimittel, aber keine einzelne Packung: die Seriennummer fehlt.",
                "Le code désigne le produit mais aucune boîte précise : il manque le numéro de série.",
                "El código indica el producto pero ningún envase concreto: falta el número de serie."
            ),
            Self::NotAPack => speak!(
                lang,
                "This is the label of a box or a place and not of a pack.",
                "Das ist das Etikett eines Kartons oder eines Ortes und keiner Packung.",
                "C'est l'étiquette d'un carton ou d'un lieu et non d'une boîte.",
                "Es la etiqueta de una caja o de un lugar y no la de un envase."
            ),
            Self::NotYours => speak!(
                lang,
                "There is no such pack, or it is not yours.",
                "Diese Packung gibt es nicht, oder sie ist nicht Ihre.",
                "Cette boîte n'existe pas, ou elle n'est pas à vous.",
                "Este envase no existe o no es suyo."
            ),
            Self::TwiceInRequest => speak!(
                lang,
                "The pack stands in this request twice; the first line counts.",
                "Die Packung steht zweimal in dieser Anfrage; die erste Zeile gilt.",
                "La boîte figure deux fois dans cette demande ; la première ligne compte.",
                "El envase figura dos veces en esta solicitud; cuenta la primera línea."
            ),
            Self::BeingChanged => speak!(
                lang,
                "Another request is changing this pack at this moment. Try again.",
                "Eine andere Anfrage ändert diese Packung gerade. Versuchen Sie es noch einmal.",
                "Une autre demande modifie cette boîte en ce moment. Réessayez.",
                "Otra solicitud está cambiando este envase en este momento. Inténtelo de nuevo."
            ),
            Self::UnknownProduct { gtin } => speak!(
                lang,
                "The product with number {gtin} is not known here.",
                "Das Arzneimittel mit der Nummer {gtin} ist hier nicht bekannt.",
                "Le produit numéro {gtin} n'est pas connu ici.",
                "El producto con número {gtin} no se conoce aquí."
            ),
            Self::UnknownLot { lot } => speak!(
                lang,
                "No pack of lot {lot} was ever made for this product, as far as is known here.",
                "Von der Charge {lot} dieses Arzneimittels ist hier keine einzige Packung bekannt.",
                "Aucune boîte du lot {lot} de ce produit n'est connue ici.",
                "Aquí no se conoce ningún envase del lote {lot} de este producto."
            ),
            Self::UnknownSerial { serial } => speak!(
                lang,
                "The manufacturer never commissioned serial number {serial}.",
                "Der Hersteller hat die Seriennummer {serial} nie in Verkehr gebracht.",
                "Le fabricant n'a jamais mis en service le numéro de série {serial}.",
                "El fabricante nunca dio de alta el número de serie {serial}."
            ),
            Self::ScannerFault { faults } => {
                let cause = Fault::list(faults, lang);
                speak!(
                    lang,
                    "The scanner probably garbled the code: {cause}.",
                    "Vermutlich hat der Scanner den Code verfälscht: {cause}.",
                    "Le lecteur a probablement déformé le code : {cause}.",
                    "Probablemente el lector alteró el código: {cause}."
                )
            }
            Self::LotMismatch { printed, known } => speak!(
                lang,
                "The lot on the label is {printed}, but this pack was made with {known}.",
                "Auf dem Etikett steht die Charge {printed}, hergestellt wurde diese Packung mit {known}.",
                "L'étiquette porte le lot {printed}, mais cette boîte a été fabriquée avec {known}.",
                "La etiqueta indica el lote {printed}, pero este envase se fabricó con {known}."
            ),
            Self::ExpiryMismatch { printed, known } => {
                let (printed, known) = (words::day(lang, *printed), words::day(lang, *known));
                speak!(
                    lang,
                    "The expiry date on the label is {printed}, but this pack was made with {known}.",
                    "Auf dem Etikett steht das Verfalldatum {printed}, hergestellt wurde diese Packung mit {known}.",
                    "L'étiquette porte la date de péremption {printed}, mais cette boîte a été fabriquée avec {known}.",
                    "La etiqueta indica la caducidad {printed}, pero este envase se fabricó con {known}."
                )
            }
            Self::Recalled { at_ms, reason } => {
                let (when, reason) = (words::time(lang, *at_ms), words::reason(reason));
                speak!(
                    lang,
                    "The lot of this pack was recalled on {when}: {reason}.",
                    "Die Charge dieser Packung wurde am {when} zurückgerufen: {reason}.",
                    "Le lot de cette boîte a été rappelé le {when} : {reason}.",
                    "El lote de este envase se retiró el {when}: {reason}."
                )
            }
            Self::Expired { last_day } => {
                let day = words::day(lang, *last_day);
                speak!(
                    lang,
                    "The pack expired on {day}.",
                    "Die Packung ist am {day} verfallen.",
                    "La boîte est périmée depuis le {day}.",
                    "El envase caducó el {day}."
                )
            }
            Self::Ended { end, place, at_ms } => {
                let (how, place, when) = (
                    end.word(lang),
                    words::at(lang, place),
                    words::time(lang, *at_ms),
                );
                speak!(
                    lang,
                    "The pack was already {how} {place} on {when}.",
                    "Die Packung wurde schon am {when} {place} {how}.",
                    "La boîte a déjà été {how} {place} le {when}.",
                    "El envase ya fue {how} {place} el {when}."
                )
            }
            Self::EndedHere { end, at_ms } => {
                let (how, when) = (end.word(lang), words::time(lang, *at_ms));
                speak!(
                    lang,
                    "The pack was {how} here on {when}.",
                    "Die Packung wurde am {when} hier {how}.",
                    "La boîte a été {how} ici le {when}.",
                    "El envase fue {how} aquí el {when}."
                )
            }
            Self::Damaged => speak!(
                lang,
                "The pack was reported damaged.",
                "Die Packung wurde als beschädigt gemeldet.",
                "La boîte a été déclarée endommagée.",
                "El envase se declaró dañado."
            ),
            Self::OnHold { reason } => {
                let reason = words::reason(reason);
                speak!(
                    lang,
                    "Quality assurance holds these goods until it has looked: {reason}.",
                    "Die Qualitätssicherung hält diese Ware bis zur Prüfung zurück: {reason}.",
                    "L'assurance qualité retient ces produits jusqu'à leur examen : {reason}.",
                    "Calidad retiene estos productos hasta revisarlos: {reason}."
                )
            }
            Self::Withdrawn { at_ms, reason } => {
                let (when, reason) = (words::time(lang, *at_ms), words::reason(reason));
                speak!(
                    lang,
                    "The product was withdrawn from the market on {when}: {reason}.",
                    "Das Arzneimittel wurde am {when} vom Markt genommen: {reason}.",
                    "Le produit a été retiré du marché le {when} : {reason}.",
                    "El producto se retiró del mercado el {when}: {reason}."
                )
            }
            Self::Maker { said } => said.text(lang).to_owned(),
            Self::Rejected { reason } => {
                let reason = words::reason(reason);
                speak!(
                    lang,
                    "Quality assurance rejected these goods: {reason}.",
                    "Die Qualitätssicherung hat diese Ware gesperrt: {reason}.",
                    "L'assurance qualité a refusé ces produits : {reason}.",
                    "El departamento de calidad rechazó estos productos: {reason}."
                )
            }
        }
    }

    /// One example of each message.
    #[cfg(test)]
    pub(crate) fn samples() -> Vec<Self> {
        let text = |text: &str| text.to_owned();
        vec![
            Self::Genuine {
                product: None,
                cold: false,
            },
            Self::Unreadable {
                error: text("no GTIN"),
            },
            Self::NotChecked,
            Self::NoSerial,
            Self::NotAPack,
            Self::NotYours,
            Self::TwiceInRequest,
            Self::BeingChanged,
            Self::UnknownProduct {
                gtin: text("09506000134352"),
            },
            Self::UnknownLot { lot: text("L1") },
            Self::UnknownSerial { serial: text("S1") },
            Self::ScannerFault {
                faults: vec![Fault::CapsLock, Fault::LookAlike],
            },
            Self::LotMismatch {
                printed: text("A"),
                known: text("B"),
            },
            Self::ExpiryMismatch {
                printed: 20_000,
                known: 20_030,
            },
            Self::Recalled {
                at_ms: 0,
                reason: text("particles."),
            },
            Self::Expired { last_day: 20_000 },
            Self::Ended {
                end: End::Stolen,
                place: None,
                at_ms: 0,
            },
            Self::EndedHere {
                end: End::Destroyed,
                at_ms: 0,
            },
            Self::Damaged,
            Self::Rejected {
                reason: text("too warm"),
            },
            Self::OnHold {
                reason: text("too warm"),
            },
            Self::Withdrawn {
                at_ms: 0,
                reason: text("side effects"),
            },
            Self::Maker {
                said: MakerSaid::Verified,
            },
        ]
    }
}

fn genuine(lang: Lang, product: &Name, cold: bool) -> String {
    let this = ["This pack", "Diese Packung", "Cette boîte", "Este envase"];
    let product = product.as_deref().unwrap_or_else(|| pick(lang, this));
    if cold {
        speak!(
            lang,
            "{product} is genuine and was kept at the right temperature.",
            "{product} ist echt und wurde richtig temperiert.",
            "{product} : produit authentique, conservé à la bonne température.",
            "{product}: es auténtico y se conservó a la temperatura correcta."
        )
    } else {
        speak!(
            lang,
            "{product} is genuine by all records; how warm it was kept is not fully on record.",
            "{product} ist nach allen Aufzeichnungen echt; die Temperatur ist nicht lückenlos belegt.",
            "{product} : authentique d'après tous les relevés ; sa température n'est pas toute connue.",
            "{product}: auténtico según todos los registros; su temperatura no consta por completo."
        )
    }
}
