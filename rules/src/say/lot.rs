//! What is said about lots, labels and those who ask; and the faults of scanners by name.

use gs1::repair::Cause;
use serde::{Deserialize, Serialize};

use super::{Lang, Name, pick, speak, words};

/// A message about a lot, a label or a source of questions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "fields are the blanks of the sentences below")]
pub enum LotSay {
    /// C02.
    UnknownBatch {
        lot: String,
        packs: u32,
        place: Name,
        from_ms: i64,
    },
    /// C03.
    LotDiffers {
        printed: String,
        known: String,
        place: Name,
        at_ms: i64,
        fault: Option<Fault>,
    },
    /// C04; days since 1970-01-01.
    ExpiryDiffers {
        printed: i64,
        known: i64,
        place: Name,
        at_ms: i64,
    },
    /// C05.
    KnownBad {
        serial: String,
        lot: String,
        notice: String,
    },
    /// C07.
    WithoutAuthority {
        maker: Name,
        gtin: String,
        owner: Name,
        at_ms: i64,
    },
    /// C08.
    OverIssue {
        lot: String,
        made: u32,
        allowed: u32,
    },
    /// C20.
    NoLicence { party: Name, at_ms: i64 },
    /// C20.
    DeviceElsewhere {
        device: String,
        place: Name,
        at_ms: i64,
    },
    /// C20.
    DeviceLapsed {
        device: String,
        until_ms: i64,
        at_ms: i64,
    },
    /// C21.
    WrongMarket {
        place: Name,
        country: String,
        markets: String,
        at_ms: i64,
    },
    /// C21.
    OutsideChannel { receiver: Name, at_ms: i64 },
    /// C25.
    Probing { source: Name, misses: u32 },
    /// C25.
    LotProbed { lot: String, misses: u32 },
    /// C26.
    Storm {
        places: u32,
        questions: u32,
        days: u32,
    },
    /// C27.
    SiteShort {
        lot: String,
        party: Name,
        came: i64,
        left: i64,
    },
    /// C01, triaged: a scanner garbled the code of pack `meant`.
    ScannerFault {
        seen: String,
        meant: String,
        faults: Vec<Fault>,
        place: Name,
    },
}

impl LotSay {
    /// The message in words.
    #[expect(clippy::too_many_lines, reason = "a catalogue is a table")]
    pub fn text(&self, lang: Lang) -> String {
        let time = |ms: &i64| words::time(lang, *ms);
        let at = |place: &Name| words::at(lang, place);
        let day = |days: &i64| words::day(lang, *days);
        match self {
            Self::UnknownBatch {
                lot,
                packs,
                place,
                from_ms,
            } => {
                let (place, when) = (at(place), time(from_ms));
                speak!(
                    lang,
                    "Lot {lot} is not known here, yet {packs} of its packs were seen, first {place} on {when}: its data may be missing.",
                    "Die Charge {lot} ist hier nicht bekannt, {packs} ihrer Packungen wurden aber gesehen, zuerst {place} am {when}: vielleicht fehlen die Daten.",
                    "Le lot {lot} n'est pas connu ici, mais {packs} de ses boîtes ont été vues, d'abord {place} le {when} : ses données manquent peut-être.",
                    "El lote {lot} no se conoce aquí, pero se han visto {packs} de sus envases, primero {place} el {when}: quizá falten sus datos."
                )
            }
            Self::LotDiffers {
                printed,
                known,
                place,
                at_ms,
                fault,
            } => {
                let (place, when) = (at(place), time(at_ms));
                match fault {
                    Some(fault) => {
                        let cause = fault.text(lang);
                        speak!(
                            lang,
                            "The lot was read as {printed} instead of {known} {place} on {when}: {cause}.",
                            "Die Charge wurde am {when} {place} als {printed} statt {known} gelesen: {cause}.",
                            "Le lot a été lu {printed} au lieu de {known} {place} le {when} : {cause}.",
                            "El lote se leyó como {printed} en vez de {known} {place} el {when}: {cause}."
                        )
                    }
                    None => speak!(
                        lang,
                        "The label said lot {printed} {place} on {when}, but the pack was made with {known}.",
                        "Am {when} stand {place} die Charge {printed} auf dem Etikett, hergestellt wurde die Packung mit {known}.",
                        "L'étiquette portait le lot {printed} {place} le {when}, mais la boîte a été fabriquée avec {known}.",
                        "La etiqueta indicaba el lote {printed} {place} el {when}, pero el envase se fabricó con {known}."
                    ),
                }
            }
            Self::ExpiryDiffers {
                printed,
                known,
                place,
                at_ms,
            } => {
                let (printed, known) = (day(printed), day(known));
                let (place, when) = (at(place), time(at_ms));
                speak!(
                    lang,
                    "The label said expiry {printed} {place} on {when}, but the pack was made with {known}.",
                    "Am {when} stand {place} das Verfalldatum {printed} auf dem Etikett, hergestellt wurde die Packung mit {known}.",
                    "L'étiquette portait la péremption {printed} {place} le {when}, mais la boîte a été fabriquée avec {known}.",
                    "La etiqueta indicaba la caducidad {printed} {place} el {when}, pero el envase se fabricó con {known}."
                )
            }
            Self::KnownBad {
                serial,
                lot,
                notice,
            } => {
                let notice = words::reason(notice);
                speak!(
                    lang,
                    "Serial number {serial} with lot {lot} is on the list of known fakes ({notice}).",
                    "Die Seriennummer {serial} mit der Charge {lot} steht auf der Liste bekannter Fälschungen ({notice}).",
                    "Le numéro de série {serial} avec le lot {lot} figure sur la liste des falsifications connues ({notice}).",
                    "El número de serie {serial} con el lote {lot} está en la lista de falsificaciones conocidas ({notice})."
                )
            }
            Self::WithoutAuthority {
                maker,
                gtin,
                owner,
                at_ms,
            } => {
                let (by, owner, when) = (
                    words::by(lang, maker),
                    words::party(lang, owner),
                    time(at_ms),
                );
                speak!(
                    lang,
                    "Commissioned {by} on {when}, who has no right to product number {gtin}; the right is with {owner}.",
                    "Am {when} {by} in Verkehr gebracht, ohne Recht an der Produktnummer {gtin}; das Recht hat {owner}.",
                    "Mise en service {by} le {when} sans droit sur le numéro de produit {gtin} ; le droit appartient à {owner}.",
                    "Dado de alta {by} el {when} sin derecho al número de producto {gtin}; el derecho es de {owner}."
                )
            }
            Self::OverIssue { lot, made, allowed } => speak!(
                lang,
                "Lot {lot} has {made} packs although only {allowed} were authorised.",
                "Die Charge {lot} hat {made} Packungen, genehmigt waren nur {allowed}.",
                "Le lot {lot} compte {made} boîtes alors que {allowed} seulement étaient autorisées.",
                "El lote {lot} tiene {made} envases, aunque solo se autorizaron {allowed}."
            ),
            Self::NoLicence { party, at_ms } => {
                let (by, when) = (words::by(lang, party), time(at_ms));
                speak!(
                    lang,
                    "Handled {by} on {when}, whose licence was not valid then.",
                    "Am {when} {by} gebucht, ohne gültige Erlaubnis zu dieser Zeit.",
                    "Manipulée {by} le {when}, sans autorisation valable à cette date.",
                    "Manipulado {by} el {when}, sin licencia válida en esa fecha."
                )
            }
            Self::DeviceElsewhere {
                device,
                place,
                at_ms,
            } => {
                let (place, when) = (at(place), time(at_ms));
                speak!(
                    lang,
                    "Read by device {device} {place} on {when}, where it does not belong.",
                    "Am {when} vom Gerät {device} {place} gelesen, wo es nicht hingehört.",
                    "Lue par l'appareil {device} {place} le {when}, où il n'a pas sa place.",
                    "Leído por el aparato {device} {place} el {when}, donde no le corresponde."
                )
            }
            Self::DeviceLapsed {
                device,
                until_ms,
                at_ms,
            } => {
                let (until, when) = (time(until_ms), time(at_ms));
                speak!(
                    lang,
                    "Read by device {device} on {when}, whose calibration ended on {until}.",
                    "Am {when} vom Gerät {device} gelesen, dessen Kalibrierung am {until} endete.",
                    "Lue le {when} par l'appareil {device}, dont l'étalonnage a pris fin le {until}.",
                    "Leído el {when} por el aparato {device}, cuya calibración terminó el {until}."
                )
            }
            Self::WrongMarket {
                place,
                country,
                markets,
                at_ms,
            } => {
                let (place, when) = (at(place), time(at_ms));
                speak!(
                    lang,
                    "Handled in {country} {place} on {when}, but the product is meant for {markets}.",
                    "Am {when} {place} in {country} gebucht, das Arzneimittel ist aber für {markets} bestimmt.",
                    "Manipulée ({country}) {place} le {when}, mais le produit est destiné à {markets}.",
                    "Manipulado ({country}) {place} el {when}, pero el producto está destinado a {markets}."
                )
            }
            Self::OutsideChannel { receiver, at_ms } => {
                let (to, when) = (words::party(lang, receiver), time(at_ms));
                speak!(
                    lang,
                    "Shipped on {when} to {to}, outside the authorised channel.",
                    "Am {when} an {to} versandt, außerhalb des vorgesehenen Vertriebswegs.",
                    "Expédiée le {when} à {to}, hors du circuit autorisé.",
                    "Enviado el {when} a {to}, fuera del canal autorizado."
                )
            }
            Self::Probing { source, misses } => {
                let source = words::party(lang, source);
                speak!(
                    lang,
                    "Serial numbers are being guessed: {misses} numbers that were never made were asked for. Source: {source}.",
                    "Seriennummern werden erraten: {misses} nie vergebene Nummern wurden abgefragt. Quelle: {source}.",
                    "Des numéros de série sont devinés : {misses} numéros jamais attribués ont été demandés. Source : {source}.",
                    "Se están adivinando números de serie: se consultaron {misses} números nunca asignados. Origen: {source}."
                )
            }
            Self::LotProbed { lot, misses } => speak!(
                lang,
                "Serial numbers of lot {lot} are being guessed: {misses} that were never made were asked for.",
                "Seriennummern der Charge {lot} werden erraten: {misses} nie vergebene wurden abgefragt.",
                "Des numéros de série du lot {lot} sont devinés : {misses} jamais attribués ont été demandés.",
                "Se están adivinando números de serie del lote {lot}: se consultaron {misses} nunca asignados."
            ),
            Self::Storm {
                places,
                questions,
                days,
            } => speak!(
                lang,
                "Within {days} days this pack was asked for {questions} times, {places} places of them not on its way: its label may have been copied.",
                "In {days} Tagen wurde diese Packung {questions}-mal abgefragt, von {places} Orten abseits ihres Wegs: vielleicht wurde ihr Etikett kopiert.",
                "En {days} jours, cette boîte a été demandée {questions} fois, dont {places} lieux hors de son trajet : son étiquette a peut-être été copiée.",
                "En {days} días se consultó este envase {questions} veces, {places} lugares fuera de su ruta: quizá se copió su etiqueta."
            ),
            Self::SiteShort {
                lot,
                party,
                came,
                left,
            } => {
                let party = words::party(lang, party);
                speak!(
                    lang,
                    "Lot {lot} does not add up: {left} packs left {party}, but only {came} came there.",
                    "Die Charge {lot} geht nicht auf: {left} Packungen verließen {party}, aber nur {came} kamen an.",
                    "Le bilan du lot {lot} est faux : {left} boîtes ont quitté {party}, mais {came} seulement y sont arrivées.",
                    "El lote {lot} no cuadra: {left} envases salieron de {party}, pero solo llegaron {came}."
                )
            }
            Self::ScannerFault {
                seen,
                meant,
                faults,
                place,
            } => {
                let (cause, place) = (Fault::list(faults, lang), words::at(lang, place));
                speak!(
                    lang,
                    "The scanner garbled serial number {meant} into {seen} {place}: {cause}.",
                    "Der Scanner hat die Seriennummer {meant} {place} zu {seen} verfälscht: {cause}.",
                    "Le lecteur a déformé le numéro de série {meant} en {seen} {place} : {cause}.",
                    "El lector convirtió el número de serie {meant} en {seen} {place}: {cause}."
                )
            }
        }
    }

    /// One example of each message.
    #[cfg(test)]
    #[expect(clippy::too_many_lines, reason = "a table")]
    pub(crate) fn samples() -> Vec<Self> {
        let (name, text) = (|| Some("Shop".to_owned()), |text: &str| text.to_owned());
        vec![
            Self::ScannerFault {
                seen: text("a1"),
                meant: text("A1"),
                faults: vec![Fault::AllSmall],
                place: None,
            },
            Self::UnknownBatch {
                lot: text("L1"),
                packs: 3,
                place: name(),
                from_ms: 0,
            },
            Self::LotDiffers {
                printed: text("A"),
                known: text("B"),
                place: None,
                at_ms: 0,
                fault: None,
            },
            Self::LotDiffers {
                printed: text("A"),
                known: text("a"),
                place: None,
                at_ms: 0,
                fault: Some(Fault::CapsLock),
            },
            Self::ExpiryDiffers {
                printed: 20_000,
                known: 20_030,
                place: name(),
                at_ms: 0,
            },
            Self::KnownBad {
                serial: text("5174"),
                lot: text("L1"),
                notice: text("FDA."),
            },
            Self::WithoutAuthority {
                maker: name(),
                gtin: text("09506000134352"),
                owner: None,
                at_ms: 0,
            },
            Self::OverIssue {
                lot: text("L1"),
                made: 11,
                allowed: 10,
            },
            Self::NoLicence {
                party: name(),
                at_ms: 0,
            },
            Self::DeviceElsewhere {
                device: text("R1"),
                place: name(),
                at_ms: 0,
            },
            Self::DeviceLapsed {
                device: text("R1"),
                until_ms: 0,
                at_ms: 1,
            },
            Self::WrongMarket {
                place: name(),
                country: text("PT"),
                markets: text("FI, AT"),
                at_ms: 0,
            },
            Self::OutsideChannel {
                receiver: name(),
                at_ms: 0,
            },
            Self::Probing {
                source: name(),
                misses: 3,
            },
            Self::LotProbed {
                lot: text("L1"),
                misses: 3,
            },
            Self::Storm {
                places: 3,
                questions: 4,
                days: 30,
            },
            Self::SiteShort {
                lot: text("L1"),
                party: name(),
                came: 2,
                left: 3,
            },
        ]
    }
}

/// A fault of a scanner (see [`gs1::repair::Cause`], whose words these are).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names of gs1::repair::Cause")]
pub enum Fault {
    CapsLock,
    AllCapitals,
    AllSmall,
    WrongCase,
    /// Named is the keyboard that is not American.
    KeyboardLayout(String),
    SymbologyPrefix,
    ScannerPrefix,
    ScannerSuffix,
    EanAppended,
    Doubled,
    GroupSeparatorLost,
    GroupSeparatorReplaced,
    LetterForDigit,
    LookAlike,
    ShortGtin,
    Truncated,
}

impl Fault {
    /// The fault in words, as the end of a sentence.
    #[expect(clippy::too_many_lines, reason = "a catalogue is a table")]
    pub fn text(&self, lang: Lang) -> String {
        let words = match self {
            Self::KeyboardLayout(name) => {
                return speak!(
                    lang,
                    "the keyboard is set to another language than the scanner ({name})",
                    "Tastatur und Scanner sind auf verschiedene Sprachen eingestellt ({name})",
                    "le clavier et le lecteur sont réglés sur des langues différentes ({name})",
                    "el teclado y el lector están en idiomas distintos ({name})"
                );
            }
            Self::CapsLock => [
                "Caps Lock was on",
                "die Feststelltaste war an",
                "la touche Verr. Maj était active",
                "Bloq Mayús estaba activado",
            ],
            Self::AllCapitals => [
                "everything was sent in capitals",
                "alles kam in Großbuchstaben an",
                "tout a été envoyé en majuscules",
                "todo se envió en mayúsculas",
            ],
            Self::AllSmall => [
                "everything was sent in small letters",
                "alles kam in Kleinbuchstaben an",
                "tout a été envoyé en minuscules",
                "todo se envió en minúsculas",
            ],
            Self::WrongCase => [
                "letters came in the wrong case",
                "Groß- und Kleinschreibung sind vertauscht",
                "majuscules et minuscules sont confondues",
                "mayúsculas y minúsculas están cambiadas",
            ],
            Self::SymbologyPrefix => [
                "the scanner typed the mark of the kind of code",
                "der Scanner schreibt die Kennung der Codeart mit",
                "le lecteur transmet l'identifiant du type de code",
                "el lector escribe el identificador del tipo de código",
            ],
            Self::ScannerPrefix => [
                "the scanner sends something before the code",
                "der Scanner sendet etwas vor dem Code",
                "le lecteur envoie quelque chose avant le code",
                "el lector envía algo antes del código",
            ],
            Self::ScannerSuffix => [
                "the scanner sends something after the code",
                "der Scanner sendet etwas nach dem Code",
                "le lecteur envoie quelque chose après le code",
                "el lector envía algo después del código",
            ],
            Self::EanAppended => [
                "the bar code was scanned together with the square code",
                "der Strichcode wurde mitgescannt",
                "le code-barres a été lu avec le code carré",
                "se leyó el código de barras junto con el código cuadrado",
            ],
            Self::Doubled => [
                "the same code was scanned twice in one line",
                "derselbe Code steht zweimal in einer Zeile",
                "le même code a été lu deux fois sur une ligne",
                "el mismo código se leyó dos veces en una línea",
            ],
            Self::GroupSeparatorLost => [
                "a group separator was lost and the next element ran into this one",
                "ein Gruppentrennzeichen fehlt, so dass zwei Felder ineinanderlaufen",
                "un séparateur manque et deux champs se sont confondus",
                "falta un separador y dos campos se han unido",
            ],
            Self::GroupSeparatorReplaced => [
                "the group separators came as other characters",
                "die Gruppentrennzeichen kamen als andere Zeichen an",
                "les séparateurs sont arrivés sous une autre forme",
                "los separadores llegaron como otros caracteres",
            ],
            Self::LetterForDigit => [
                "a letter was read for a digit",
                "ein Buchstabe steht statt einer Ziffer",
                "une lettre a été lue à la place d'un chiffre",
                "se leyó una letra en lugar de una cifra",
            ],
            Self::LookAlike => [
                "the letter O was read for the digit 0, or I for 1",
                "der Buchstabe O wurde mit der Ziffer 0 verwechselt, oder I mit 1",
                "la lettre O a été confondue avec le chiffre 0, ou I avec 1",
                "la letra O se confundió con la cifra 0, o la I con el 1",
            ],
            Self::ShortGtin => [
                "the product number came without its leading zeros",
                "die Produktnummer kam ohne führende Nullen an",
                "le numéro de produit est arrivé sans ses zéros initiaux",
                "el número de producto llegó sin los ceros iniciales",
            ],
            Self::Truncated => [
                "the code breaks off",
                "der Code bricht ab",
                "le code est coupé",
                "el código está cortado",
            ],
        };
        pick(lang, words).to_owned()
    }

    /// Several faults in words.
    pub(crate) fn list(faults: &[Self], lang: Lang) -> String {
        let texts: Vec<String> = faults.iter().map(|fault| fault.text(lang)).collect();
        texts.join("; ")
    }
}

impl From<Cause> for Fault {
    fn from(cause: Cause) -> Self {
        match cause {
            Cause::CapsLock => Self::CapsLock,
            Cause::AllCapitals => Self::AllCapitals,
            Cause::AllSmall => Self::AllSmall,
            Cause::KeyboardLayout(name) => Self::KeyboardLayout(name.to_owned()),
            Cause::SymbologyPrefix => Self::SymbologyPrefix,
            Cause::ScannerPrefix => Self::ScannerPrefix,
            Cause::ScannerSuffix => Self::ScannerSuffix,
            Cause::EanAppended => Self::EanAppended,
            Cause::Doubled => Self::Doubled,
            Cause::GroupSeparatorLost => Self::GroupSeparatorLost,
            Cause::GroupSeparatorReplaced => Self::GroupSeparatorReplaced,
            Cause::LetterForDigit => Self::LetterForDigit,
            Cause::LookAlike => Self::LookAlike,
            Cause::ShortGtin => Self::ShortGtin,
            Cause::Truncated => Self::Truncated,
        }
    }
}
