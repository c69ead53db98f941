//! What the manufacturer's own system said of a pack whose product is not recorded here, in one
//! sentence each (the reasons are those of GS1 Lightweight Verification Messaging 1.1).

use serde::{Deserialize, Serialize};

use super::{Lang, pick};

/// What the manufacturer's system said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MakerSaid {
    /// The identifier is one it assigned, with this lot and expiry.
    Verified,
    /// It is, and the pack may be used longer than its label says.
    Extended,
    /// It is, and the pack is recalled.
    Recalled,
    /// It is, and the pack is out of date.
    Expired,
    /// It is, and something about the pack is looked into.
    Suspect,
    /// It is, and the pack is not what it claims to be.
    Illegitimate,
    /// The serial number is none of its own.
    UnknownSerial,
    /// The lot is another.
    OtherLot,
    /// The expiry is another.
    OtherExpiry,
    /// Lot and expiry are others.
    OtherLotAndExpiry,
    /// The pack must not be handed on.
    NotForSale,
    /// The identifier is not verified, for another reason or none.
    Denied,
    /// Nothing that could be used, or not in time.
    Nothing,
}

impl MakerSaid {
    /// All of them, for documentation and tests.
    pub const ALL: [Self; 13] = [
        Self::Verified,
        Self::Extended,
        Self::Recalled,
        Self::Expired,
        Self::Suspect,
        Self::Illegitimate,
        Self::UnknownSerial,
        Self::OtherLot,
        Self::OtherExpiry,
        Self::OtherLotAndExpiry,
        Self::NotForSale,
        Self::Denied,
        Self::Nothing,
    ];

    /// The sentence.
    pub fn text(self, lang: Lang) -> &'static str {
        pick(lang, self.texts())
    }

    /// English, German, French, Spanish.
    #[expect(clippy::too_many_lines, reason = "a catalogue is a table")]
    fn texts(self) -> [&'static str; 4] {
        match self {
            Self::Verified => [
                "The manufacturer confirms this pack; its way here is not on record.",
                "Der Hersteller bestätigt diese Packung; ihr Weg ist hier nicht erfasst.",
                "Le fabricant confirme cette boîte ; son parcours n'est pas connu ici.",
                "El fabricante confirma este envase; su recorrido no consta aquí.",
            ],
            Self::Extended => [
                "The manufacturer confirms this pack, which may be used longer than its label says.",
                "Der Hersteller bestätigt diese Packung; sie ist länger haltbar als aufgedruckt.",
                "Le fabricant confirme cette boîte, utilisable plus longtemps qu'il n'est imprimé.",
                "El fabricante confirma este envase, utilizable más tiempo de lo impreso.",
            ],
            Self::Recalled => [
                "The manufacturer says that this pack is recalled.",
                "Der Hersteller sagt: diese Packung ist zurückgerufen.",
                "Le fabricant indique que cette boîte est rappelée.",
                "El fabricante indica que este envase está retirado.",
            ],
            Self::Expired => [
                "The manufacturer says that this pack is out of date.",
                "Der Hersteller sagt: diese Packung ist verfallen.",
                "Le fabricant indique que cette boîte est périmée.",
                "El fabricante indica que este envase está caducado.",
            ],
            Self::Suspect => [
                "The manufacturer is looking into this pack.",
                "Der Hersteller untersucht diese Packung.",
                "Le fabricant enquête sur cette boîte.",
                "El fabricante está investigando este envase.",
            ],
            Self::Illegitimate => [
                "The manufacturer says that this pack is not legitimate.",
                "Der Hersteller sagt: diese Packung ist nicht rechtmäßig.",
                "Le fabricant indique que cette boîte n'est pas légitime.",
                "El fabricante indica que este envase no es legítimo.",
            ],
            Self::UnknownSerial => [
                "The manufacturer does not know this serial number.",
                "Der Hersteller kennt diese Seriennummer nicht.",
                "Le fabricant ne connaît pas ce numéro de série.",
                "El fabricante no conoce este número de serie.",
            ],
            Self::OtherLot => [
                "The manufacturer knows this pack with another lot.",
                "Der Hersteller kennt diese Packung mit einer anderen Charge.",
                "Le fabricant connaît cette boîte avec un autre lot.",
                "El fabricante conoce este envase con otro lote.",
            ],
            Self::OtherExpiry => [
                "The manufacturer knows this pack with another expiry date.",
                "Der Hersteller kennt diese Packung mit einem anderen Verfalldatum.",
                "Le fabricant connaît cette boîte avec une autre date de péremption.",
                "El fabricante conoce este envase con otra fecha de caducidad.",
            ],
            Self::OtherLotAndExpiry => [
                "The manufacturer knows this pack with another lot and expiry date.",
                "Der Hersteller kennt diese Packung mit anderer Charge und anderem Verfalldatum.",
                "Le fabricant connaît cette boîte avec un autre lot et une autre date.",
                "El fabricante conoce este envase con otro lote y otra fecha de caducidad.",
            ],
            Self::NotForSale => [
                "The manufacturer says that this pack must not be handed on.",
                "Der Hersteller sagt: diese Packung darf nicht weitergegeben werden.",
                "Le fabricant indique que cette boîte ne doit pas être cédée.",
                "El fabricante indica que este envase no debe entregarse a nadie más.",
            ],
            Self::Denied => [
                "The manufacturer does not confirm this pack.",
                "Der Hersteller bestätigt diese Packung nicht.",
                "Le fabricant ne confirme pas cette boîte.",
                "El fabricante no confirma este envase.",
            ],
            Self::Nothing => [
                "The pack was not checked: its manufacturer's system gave no answer in time.",
                "Nicht geprüft: vom System des Herstellers kam rechtzeitig keine Antwort.",
                "Boîte non vérifiée : le système du fabricant n'a pas répondu à temps.",
                "Envase no comprobado: el sistema del fabricante no respondió a tiempo.",
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn everything_has_its_sentence_in_every_language() {
        let mut said = BTreeSet::new();
        for it in MakerSaid::ALL {
            for lang in Lang::ALL {
                assert!(it.text(lang).ends_with('.'), "{it:?}");
                assert!(said.insert(it.text(lang)), "{it:?} {lang:?}");
            }
        }
    }
}
