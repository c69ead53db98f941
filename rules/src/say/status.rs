//! The two statuses of a verdict, one sentence each: what has become of the pack, and whether an
//! alert about it is being looked at. They are independent, and people confuse them.

use super::{Lang, pick};

/// What has become of the pack, by the word in [`crate::Verdict::pack_status`].
#[expect(clippy::too_many_lines, reason = "a table of sentences")]
pub fn pack_sentence(status: &str, lang: Lang) -> &'static str {
    pick(
        lang,
        match status {
            "active" => [
                "The pack is in stock.",
                "Die Packung ist im Bestand.",
                "La boîte est en stock.",
                "El envase está en existencias.",
            ],
            "in_transit" => [
                "The pack is on its way.",
                "Die Packung ist unterwegs.",
                "La boîte est en cours d'acheminement.",
                "El envase está en camino.",
            ],
            "dispensed" => [
                "The pack has been dispensed.",
                "Die Packung ist abgegeben.",
                "La boîte a été délivrée.",
                "El envase ya se dispensó.",
            ],
            "inactive" => [
                "The pack has been taken off the books.",
                "Die Packung ist ausgebucht.",
                "La boîte a été désactivée.",
                "El envase está dado de baja.",
            ],
            "destroyed" => [
                "The pack has been destroyed.",
                "Die Packung ist vernichtet.",
                "La boîte a été détruite.",
                "El envase está destruido.",
            ],
            "stolen" => [
                "The pack has been reported stolen.",
                "Die Packung ist als gestohlen gemeldet.",
                "La boîte a été déclarée volée.",
                "El envase está declarado robado.",
            ],
            "damaged" => [
                "The pack has been reported damaged.",
                "Die Packung ist als beschädigt gemeldet.",
                "La boîte a été déclarée endommagée.",
                "El envase está declarado dañado.",
            ],
            "recalled" => [
                "The lot of the pack has been recalled.",
                "Die Charge der Packung ist zurückgerufen.",
                "Le lot de la boîte est rappelé.",
                "El lote del envase está retirado.",
            ],
            "withdrawn" => [
                "The product has been withdrawn.",
                "Das Arzneimittel ist vom Markt genommen.",
                "Le produit est retiré du marché.",
                "El producto está retirado del mercado.",
            ],
            "expired" => [
                "The pack is out of date.",
                "Die Packung ist verfallen.",
                "La boîte est périmée.",
                "El envase está caducado.",
            ],
            "locked" => [
                "The pack is locked.",
                "Die Packung ist gesperrt.",
                "La boîte est bloquée.",
                "El envase está bloqueado.",
            ],
            "exported" => [
                "The pack has been exported.",
                "Die Packung ist ausgeführt.",
                "La boîte a été exportée.",
                "El envase está exportado.",
            ],
            "free_sample" => [
                "The pack was given away as a free sample.",
                "Die Packung ist ein Gratismuster.",
                "La boîte est un échantillon gratuit.",
                "El envase es una muestra gratuita.",
            ],
            "checked_out" => [
                "The pack was checked out for repackaging.",
                "Die Packung ist zum Umpacken ausgebucht.",
                "La boîte est sortie pour reconditionnement.",
                "El envase salió para reenvasado.",
            ],
            "sample" => [
                "The pack is a sample.",
                "Die Packung ist ein Muster.",
                "La boîte est un échantillon.",
                "El envase es una muestra.",
            ],
            _ => [
                "The pack is not known here.",
                "Die Packung ist hier nicht bekannt.",
                "La boîte n'est pas connue ici.",
                "El envase no se conoce aquí.",
            ],
        },
    )
}

/// Whether an alert is being looked at, by the word in [`crate::Verdict::alert_status`].
pub fn alert_sentence(status: &str, lang: Lang) -> &'static str {
    pick(
        lang,
        match status {
            "suspect" => [
                "An alert says that the pack may be falsified.",
                "Eine Warnung besagt, dass die Packung gefälscht sein kann.",
                "Une alerte indique que la boîte peut être falsifiée.",
                "Una alerta indica que el envase puede ser falso.",
            ],
            "under_review" => [
                "An alert about the pack is being looked at.",
                "Eine Warnung zur Packung wird geprüft.",
                "Une alerte sur la boîte est en cours d'examen.",
                "Se está revisando una alerta sobre el envase.",
            ],
            _ => [
                "There is no alert about the pack.",
                "Zur Packung gibt es keine Warnung.",
                "Aucune alerte ne concerne la boîte.",
                "No hay ninguna alerta sobre el envase.",
            ],
        },
    )
}
