//! The names of the rules, as people say them.

use super::{Lang, pick};
use crate::finding::RuleId;

/// The name of a rule.
pub fn title(rule: RuleId, lang: Lang) -> &'static str {
    pick(lang, words(rule))
}

#[expect(clippy::too_many_lines, reason = "a catalogue is a table")]
fn words(rule: RuleId) -> [&'static str; 4] {
    match rule {
        RuleId::C01 => [
            "Unknown serial number",
            "Unbekannte Seriennummer",
            "Numéro de série inconnu",
            "Número de serie desconocido",
        ],
        RuleId::C02 => [
            "Unknown lot",
            "Unbekannte Charge",
            "Lot inconnu",
            "Lote desconocido",
        ],
        RuleId::C03 => [
            "Lot differs from the label",
            "Charge weicht vom Etikett ab",
            "Lot différent de l'étiquette",
            "El lote no coincide con la etiqueta",
        ],
        RuleId::C04 => [
            "Expiry differs from the label",
            "Verfalldatum weicht vom Etikett ab",
            "Péremption différente de l'étiquette",
            "La caducidad no coincide con la etiqueta",
        ],
        RuleId::C05 => [
            "On the list of known fakes",
            "Auf der Liste bekannter Fälschungen",
            "Sur la liste des falsifications connues",
            "En la lista de falsificaciones conocidas",
        ],
        RuleId::C06 => [
            "Commissioned twice",
            "Zweimal in Verkehr gebracht",
            "Mis en service deux fois",
            "Dado de alta dos veces",
        ],
        RuleId::C07 => [
            "Commissioned without authority",
            "Ohne Berechtigung in Verkehr gebracht",
            "Mis en service sans autorisation",
            "Dado de alta sin autorización",
        ],
        RuleId::C08 => [
            "More packs than authorised",
            "Mehr Packungen als genehmigt",
            "Plus de boîtes qu'autorisé",
            "Más envases de los autorizados",
        ],
        RuleId::C09 => [
            "Activity after the end of life",
            "Buchung nach der Ausbuchung",
            "Activité après la sortie du stock",
            "Actividad tras la baja",
        ],
        RuleId::C10 => [
            "Unlawful undo",
            "Unzulässige Rücknahme",
            "Annulation non permise",
            "Anulación no permitida",
        ],
        RuleId::C11 => [
            "Recalled or out of date",
            "Zurückgerufen oder verfallen",
            "Rappelé ou périmé",
            "Retirado o caducado",
        ],
        RuleId::C12 => [
            "Impossible travel",
            "Unmögliche Reise",
            "Trajet impossible",
            "Viaje imposible",
        ],
        RuleId::C13 => [
            "In two places at once",
            "An zwei Orten zugleich",
            "À deux endroits à la fois",
            "En dos lugares a la vez",
        ],
        RuleId::C14 => [
            "Shipped by someone who does not hold it",
            "Versandt von jemandem, der sie nicht besitzt",
            "Expédié par quelqu'un qui ne le détient pas",
            "Enviado por quien no lo tiene",
        ],
        RuleId::C15 => [
            "Received without a shipment",
            "Empfang ohne Versand",
            "Reçu sans expédition",
            "Recibido sin envío",
        ],
        RuleId::C16 => [
            "Shipped and never received",
            "Versandt und nie empfangen",
            "Expédié et jamais reçu",
            "Enviado y nunca recibido",
        ],
        RuleId::C17 => [
            "Delivered to the wrong place",
            "An den falschen Ort geliefert",
            "Livré au mauvais endroit",
            "Entregado en el lugar equivocado",
        ],
        RuleId::C18 => [
            "Shipped or received twice",
            "Zweimal versandt oder empfangen",
            "Expédié ou reçu deux fois",
            "Enviado o recibido dos veces",
        ],
        RuleId::C19 => [
            "Packing records contradict each other",
            "Verpackungsdaten widersprechen sich",
            "Données d'emballage contradictoires",
            "Datos de embalaje contradictorios",
        ],
        RuleId::C20 => [
            "Not authorised",
            "Nicht berechtigt",
            "Non autorisé",
            "No autorizado",
        ],
        RuleId::C21 => [
            "Outside its market",
            "Außerhalb seines Marktes",
            "Hors de son marché",
            "Fuera de su mercado",
        ],
        RuleId::C22 => [
            "Times do not fit",
            "Zeiten passen nicht",
            "Dates incohérentes",
            "Las fechas no concuerdan",
        ],
        RuleId::C23 => [
            "RFID tag is not its own",
            "RFID-Chip gehört nicht dazu",
            "Puce RFID d'un autre produit",
            "La etiqueta RFID no es la suya",
        ],
        RuleId::C24 => [
            "Tag memories diverge",
            "Chip-Speicher laufen auseinander",
            "Mémoires de puce divergentes",
            "Las memorias de la etiqueta divergen",
        ],
        RuleId::C25 => [
            "Guessing serial numbers",
            "Erraten von Seriennummern",
            "Numéros de série devinés",
            "Números de serie adivinados",
        ],
        RuleId::C26 => [
            "Asked for in too many places",
            "An zu vielen Orten abgefragt",
            "Demandé en trop d'endroits",
            "Consultado en demasiados lugares",
        ],
        RuleId::C27 => [
            "Lot does not add up",
            "Charge geht nicht auf",
            "Le bilan du lot est faux",
            "El lote no cuadra",
        ],
        RuleId::K01 => [
            "Rule of a consortium",
            "Regel eines Konsortiums",
            "Règle d'un consortium",
            "Regla de un consorcio",
        ],
        RuleId::K02 => [
            "Rule of a consortium not evaluated",
            "Regel eines Konsortiums nicht auswertbar",
            "Règle d'un consortium non évaluée",
            "Regla de un consorcio no evaluada",
        ],
        RuleId::T01 => [
            "Temperature excursion",
            "Temperaturabweichung",
            "Excursion de température",
            "Desviación de temperatura",
        ],
        RuleId::T02 => [
            "Too long outside the range at once",
            "Zu lange am Stück außerhalb des Bereichs",
            "Trop longtemps hors plage d'affilée",
            "Demasiado tiempo seguido fuera de rango",
        ],
        RuleId::T03 => [
            "Too long outside the range in all",
            "Insgesamt zu lange außerhalb des Bereichs",
            "Trop longtemps hors plage au total",
            "Demasiado tiempo total fuera de rango",
        ],
        RuleId::T04 => [
            "Mean kinetic temperature too high",
            "Mittlere kinetische Temperatur zu hoch",
            "Température cinétique moyenne trop élevée",
            "Temperatura cinética media demasiado alta",
        ],
        RuleId::T05 => [
            "Stability budget used up",
            "Stabilitätsbudget aufgebraucht",
            "Budget de stabilité épuisé",
            "Presupuesto de estabilidad agotado",
        ],
        RuleId::T06 => ["Frozen", "Gefroren", "Congelé", "Congelado"],
        RuleId::T07 => [
            "Excessive heat",
            "Übermäßige Wärme",
            "Chaleur excessive",
            "Calor excesivo",
        ],
        RuleId::T08 => [
            "Gap in the readings",
            "Lücke in den Messwerten",
            "Lacune dans les mesures",
            "Hueco en las mediciones",
        ],
        RuleId::T09 => [
            "Readings do not move",
            "Messwerte bewegen sich nicht",
            "Mesures figées",
            "Las mediciones no varían",
        ],
        RuleId::T10 => [
            "Readings were copied",
            "Messwerte wurden kopiert",
            "Mesures copiées",
            "Mediciones copiadas",
        ],
        RuleId::T11 => [
            "Readings against physics",
            "Messwerte gegen die Physik",
            "Mesures contraires à la physique",
            "Mediciones contra la física",
        ],
        RuleId::T12 => [
            "Logger's order or clock is wrong",
            "Reihenfolge oder Uhr des Loggers falsch",
            "Ordre ou horloge de l'enregistreur faux",
            "Orden o reloj del registrador erróneos",
        ],
        RuleId::T13 => [
            "Logger not calibrated or not assigned",
            "Logger nicht kalibriert oder nicht zugeordnet",
            "Enregistreur non étalonné ou non affecté",
            "Registrador sin calibrar o sin asignar",
        ],
    }
}
