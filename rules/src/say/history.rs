//! What an event did, for the history of a thing.

use super::{Lang, Name, pick, words};

/// What an event did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// Commissioned.
    Commissioned,
    /// Put into something.
    Packed,
    /// Taken out of something.
    Unpacked,
    /// Sent off.
    Shipped,
    /// Arrived.
    Received,
    /// A shipment was called off.
    ShipmentVoided,
    /// Given to a patient.
    Dispensed,
    /// Taken off the books.
    Decommissioned,
    /// Made active again.
    Reactivated,
    /// Destroyed.
    Destroyed,
    /// Its temperature was measured.
    Measured,
    /// Sent back or set aside for return.
    SentBack,
    /// Anything else.
    Seen,
}

/// One line of a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// What.
    pub doing: Doing,
    /// Where.
    pub place: Name,
    /// Whose doing; left out when nobody is known.
    pub party: Name,
}

impl Happened {
    /// The line in words.
    pub fn text(&self, lang: Lang) -> String {
        let verb = self.doing.word(lang);
        let place = words::at(lang, &self.place);
        match &self.party {
            Some(_) => format!("{verb} {place} {}.", words::by(lang, &self.party)),
            None => format!("{verb} {place}."),
        }
    }
}

impl Doing {
    fn word(self, lang: Lang) -> &'static str {
        pick(
            lang,
            match self {
                Self::Commissioned => [
                    "Commissioned",
                    "In Verkehr gebracht",
                    "Mis en service",
                    "Dado de alta",
                ],
                Self::Packed => ["Packed", "Verpackt", "Emballé", "Embalado"],
                Self::Unpacked => ["Unpacked", "Ausgepackt", "Déballé", "Desembalado"],
                Self::Shipped => ["Shipped", "Versandt", "Expédié", "Enviado"],
                Self::Received => ["Received", "Empfangen", "Reçu", "Recibido"],
                Self::ShipmentVoided => [
                    "Shipment called off",
                    "Versand storniert",
                    "Expédition annulée",
                    "Envío anulado",
                ],
                Self::Dispensed => ["Dispensed", "Abgegeben", "Délivré", "Dispensado"],
                Self::Decommissioned => [
                    "Taken off the books",
                    "Ausgebucht",
                    "Désactivé",
                    "Dado de baja",
                ],
                Self::Reactivated => [
                    "Made active again",
                    "Wieder aktiviert",
                    "Réactivé",
                    "Reactivado",
                ],
                Self::Destroyed => ["Destroyed", "Vernichtet", "Détruit", "Destruido"],
                Self::Measured => [
                    "Temperature measured",
                    "Temperatur gemessen",
                    "Température mesurée",
                    "Temperatura medida",
                ],
                Self::SentBack => [
                    "Sent back or set aside for return",
                    "Zurückgesandt oder zur Rückgabe bereitgestellt",
                    "Renvoyé ou mis de côté pour retour",
                    "Devuelto o apartado para devolución",
                ],
                Self::Seen => ["Seen", "Gesehen", "Vu", "Visto"],
            },
        )
    }

    /// All of them.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 13] = [
        Self::Commissioned,
        Self::Packed,
        Self::Unpacked,
        Self::Shipped,
        Self::Received,
        Self::ShipmentVoided,
        Self::Dispensed,
        Self::Decommissioned,
        Self::Reactivated,
        Self::Destroyed,
        Self::Measured,
        Self::SentBack,
        Self::Seen,
    ];
}
