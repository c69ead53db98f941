//! What is said about lots, labels and those who ask; and the faults of scanners by name.

use gs1::repair::Cause;
use serde::{Deserialize, Serialize};

use super::{Lang, Name, pick, speak, words};

/// A message about a lot, a label or a source of questions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "fields are the blanks of the sentences below")]
pub enum LotSay {
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
    pub fn text(&self, lang: Lang) -> String {
        match self {
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
    pub(crate) fn samples() -> Vec<Self> {
        vec![Self::ScannerFault {
            seen: "a1".into(),
            meant: "A1".into(),
            faults: vec![Fault::AllSmall],
            place: None,
        }]
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
