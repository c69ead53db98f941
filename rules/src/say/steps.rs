//! What to do next: each step says who acts, what it is and, where somebody has promised it or the
//! law says so, by when.

use serde::Serialize;

use super::{Lang, pick, words};

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// Whoever asked.
    You,
    /// Who delivered the pack.
    Supplier,
    /// Quality assurance of who delivered the pack.
    QualityAssurance,
    /// The manufacturer or marketing authorisation holder.
    Manufacturer,
}

impl Who {
    /// In words, as the beginning of a step.
    pub fn text(self, lang: Lang) -> &'static str {
        pick(
            lang,
            match self {
                Self::You => ["You", "Sie", "Vous", "Usted"],
                Self::Supplier => [
                    "The supplier",
                    "Der Lieferant",
                    "Le fournisseur",
                    "El proveedor",
                ],
                Self::QualityAssurance => [
                    "Quality assurance of the supplier",
                    "Die Qualitätssicherung des Lieferanten",
                    "L'assurance qualité du fournisseur",
                    "Calidad del proveedor",
                ],
                Self::Manufacturer => [
                    "The manufacturer",
                    "Der Hersteller",
                    "Le fabricant",
                    "El fabricante",
                ],
            },
        )
    }
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is said below")]
pub enum Task {
    Dispense,
    CheckJustScanned,
    NotBackIntoStock,
    CleanAndScan,
    CheckScanner,
    TypeByHand,
    ScanSquareCode,
    AskWhetherNeeded,
    ScanSinglePack,
    SetAside,
    ReleaseOrReject,
    ScanAfterDecision,
    Quarantine,
    ReturnOrDestroy,
    QuarantineLot,
    ReturnAsNoticeSays,
    ConfirmReturn,
    WasteMedicines,
    AskWhetherTraced,
    SendDataOrTakeBack,
    ScanOnceMore,
    TellSupplierKeepPackaging,
    SayWhetherTheirs,
    CompareLabel,
    QuarantineTellSupplier,
    SayWhatWasPrinted,
    QuarantineApart,
    TellSupplierAndAuthority,
    Investigate,
    TryAgainLater,
    OutageProcedure,
}

impl Task {
    /// In words, as the rest of a step.
    #[expect(clippy::too_many_lines, reason = "a catalogue is a table")]
    pub fn text(self, lang: Lang) -> &'static str {
        let words = match self {
            Self::Dispense => [
                "dispense the pack.",
                "geben Sie die Packung ab.",
                "délivrez la boîte.",
                "dispense el envase.",
            ],
            Self::CheckJustScanned => [
                "check whether this pack was scanned a moment ago; then there is nothing to do.",
                "prüfen Sie, ob diese Packung gerade eben schon gescannt wurde; dann ist nichts zu tun.",
                "vérifiez si cette boîte vient d'être lue ; dans ce cas il n'y a rien à faire.",
                "compruebe si este envase se acaba de leer; entonces no hay nada que hacer.",
            ],
            Self::NotBackIntoStock => [
                "if it came back from a patient, do not put it back into stock.",
                "kam sie von einem Patienten zurück, nehmen Sie sie nicht wieder ins Lager.",
                "si un patient l'a rapportée, ne la remettez pas en stock.",
                "si lo ha devuelto un paciente, no lo vuelva a poner en existencias.",
            ],
            Self::CleanAndScan => [
                "clean the code, hold the scanner steady and scan again.",
                "reinigen Sie den Code, halten Sie den Scanner ruhig und scannen Sie noch einmal.",
                "nettoyez le code, tenez le lecteur sans bouger et relisez.",
                "limpie el código, mantenga firme el lector y vuelva a leer.",
            ],
            Self::CheckScanner => [
                "if it fails twice, check the scanner's settings (Caps Lock, keyboard language, group separators).",
                "misslingt es zweimal, prüfen Sie die Einstellungen des Scanners (Feststelltaste, Tastatursprache, Gruppentrennzeichen).",
                "en cas de deux échecs, vérifiez les réglages du lecteur (Verr. Maj, langue du clavier, séparateurs).",
                "si falla dos veces, revise la configuración del lector (Bloq Mayús, idioma del teclado, separadores).",
            ],
            Self::TypeByHand => [
                "type the data printed beside the code only as the last resort.",
                "tippen Sie die Daten neben dem Code nur ab, wenn nichts anderes hilft.",
                "ne tapez les données imprimées à côté du code qu'en dernier recours.",
                "teclee los datos impresos junto al código solo como último recurso.",
            ],
            Self::ScanSquareCode => [
                "scan the square code (DataMatrix), not the bar code.",
                "scannen Sie den quadratischen Code (DataMatrix), nicht den Strichcode.",
                "lisez le code carré (DataMatrix), pas le code-barres.",
                "lea el código cuadrado (DataMatrix), no el código de barras.",
            ],
            Self::AskWhetherNeeded => [
                "if the pack has no square code, ask the wholesaler whether it needs one.",
                "hat die Packung keinen quadratischen Code, fragen Sie den Großhändler, ob sie einen braucht.",
                "si la boîte n'a pas de code carré, demandez au grossiste s'il en faut un.",
                "si el envase no tiene código cuadrado, pregunte al mayorista si debe llevarlo.",
            ],
            Self::ScanSinglePack => [
                "scan the square code on a single pack.",
                "scannen Sie den quadratischen Code einer einzelnen Packung.",
                "lisez le code carré d'une boîte individuelle.",
                "lea el código cuadrado de un solo envase.",
            ],
            Self::SetAside => [
                "set the pack aside, at its storage temperature, marked as on hold.",
                "legen Sie die Packung gekennzeichnet und richtig temperiert beiseite.",
                "mettez la boîte de côté, à sa température de conservation, avec la mention « en attente ».",
                "aparte el envase, a su temperatura de conservación y marcado como retenido.",
            ],
            Self::ReleaseOrReject => [
                "looks at the records and releases or rejects.",
                "prüft die Aufzeichnungen und gibt frei oder sperrt.",
                "examine les enregistrements et libère ou refuse.",
                "revisa los registros y libera o rechaza.",
            ],
            Self::ScanAfterDecision => [
                "scan again after the decision; give the patient another pack meanwhile.",
                "scannen Sie nach der Entscheidung noch einmal; geben Sie dem Patienten inzwischen eine andere Packung.",
                "relisez la boîte après la décision ; en attendant, donnez-en une autre au patient.",
                "vuelva a leerlo tras la decisión; mientras tanto, dé otro envase al paciente.",
            ],
            Self::Quarantine => [
                "put the pack into quarantine.",
                "legen Sie die Packung in Quarantäne.",
                "mettez la boîte en quarantaine.",
                "ponga el envase en cuarentena.",
            ],
            Self::ReturnOrDestroy => [
                "return or destroy it as your supplier tells you.",
                "senden Sie sie zurück oder vernichten Sie sie, wie der Lieferant es sagt.",
                "renvoyez-la ou détruisez-la selon les indications du fournisseur.",
                "devuélvalo o destrúyalo según le indique el proveedor.",
            ],
            Self::QuarantineLot => [
                "put this pack and every other one of the lot into quarantine.",
                "legen Sie diese und jede andere Packung der Charge in Quarantäne.",
                "mettez en quarantaine cette boîte et toutes les autres du lot.",
                "ponga en cuarentena este envase y todos los demás del lote.",
            ],
            Self::ReturnAsNoticeSays => [
                "return them as the recall notice says.",
                "senden Sie sie zurück, wie es im Rückruf steht.",
                "renvoyez-les comme l'indique l'avis de rappel.",
                "devuélvalos como indica el aviso de retirada.",
            ],
            Self::ConfirmReturn => [
                "confirms the return.",
                "bestätigt die Rücksendung.",
                "confirme le retour.",
                "confirma la devolución.",
            ],
            Self::WasteMedicines => [
                "put the pack with the waste medicines; give another one.",
                "legen Sie die Packung zu den Altarzneimitteln; geben Sie eine andere ab.",
                "mettez la boîte avec les médicaments périmés ; délivrez-en une autre.",
                "ponga el envase con los medicamentos caducados; dé otro.",
            ],
            Self::AskWhetherTraced => [
                "ask the supplier whether this product is traced here.",
                "fragen Sie den Lieferanten, ob dieses Arzneimittel hier erfasst ist.",
                "demandez au fournisseur si ce produit est suivi ici.",
                "pregunte al proveedor si este producto se registra aquí.",
            ],
            Self::SendDataOrTakeBack => [
                "sends the missing data or takes the pack back.",
                "liefert die fehlenden Daten nach oder nimmt die Packung zurück.",
                "envoie les données manquantes ou reprend la boîte.",
                "envía los datos que faltan o retira el envase.",
            ],
            Self::ScanOnceMore => [
                "scan once more; if the answer is the same, put the pack into quarantine.",
                "scannen Sie noch einmal; bei gleicher Antwort legen Sie die Packung in Quarantäne.",
                "relisez une fois ; si la réponse est la même, mettez la boîte en quarantaine.",
                "lea una vez más; si la respuesta es la misma, ponga el envase en cuarentena.",
            ],
            Self::TellSupplierKeepPackaging => [
                "tell the supplier and keep the outer packaging.",
                "verständigen Sie den Lieferanten und bewahren Sie die Umverpackung auf.",
                "prévenez le fournisseur et gardez l'emballage extérieur.",
                "avise al proveedor y conserve el embalaje exterior.",
            ],
            Self::SayWhetherTheirs => [
                "says whether the serial number is theirs.",
                "sagt, ob die Seriennummer von ihm ist.",
                "dit si le numéro de série est le sien.",
                "dice si el número de serie es suyo.",
            ],
            Self::CompareLabel => [
                "compare the printed lot and expiry with what the screen shows.",
                "vergleichen Sie aufgedruckte Charge und Verfalldatum mit der Anzeige.",
                "comparez le lot et la péremption imprimés avec l'écran.",
                "compare el lote y la caducidad impresos con la pantalla.",
            ],
            Self::QuarantineTellSupplier => [
                "put the pack into quarantine and tell the supplier.",
                "legen Sie die Packung in Quarantäne und verständigen Sie den Lieferanten.",
                "mettez la boîte en quarantaine et prévenez le fournisseur.",
                "ponga el envase en cuarentena y avise al proveedor.",
            ],
            Self::SayWhatWasPrinted => [
                "says what was printed on this serial number.",
                "sagt, was mit dieser Seriennummer gedruckt wurde.",
                "dit ce qui a été imprimé avec ce numéro de série.",
                "dice qué se imprimió con este número de serie.",
            ],
            Self::QuarantineApart => [
                "put the pack into quarantine, apart from other stock.",
                "legen Sie die Packung in Quarantäne, getrennt vom übrigen Bestand.",
                "mettez la boîte en quarantaine, à part du reste du stock.",
                "ponga el envase en cuarentena, separado del resto.",
            ],
            Self::TellSupplierAndAuthority => [
                "tell the supplier and your authority; keep packaging and papers.",
                "verständigen Sie den Lieferanten und Ihre Behörde; bewahren Sie Verpackung und Papiere auf.",
                "prévenez le fournisseur et votre autorité ; gardez l'emballage et les documents.",
                "avise al proveedor y a su autoridad; conserve el embalaje y los documentos.",
            ],
            Self::Investigate => [
                "investigates and tells you what to do with it.",
                "klärt den Fall und sagt Ihnen, was mit ihr geschieht.",
                "enquête et vous dit quoi en faire.",
                "investiga y le dice qué hacer con él.",
            ],
            Self::TryAgainLater => [
                "try again when the connection is back.",
                "versuchen Sie es wieder, sobald die Verbindung steht.",
                "réessayez quand la connexion est rétablie.",
                "vuelva a intentarlo cuando haya conexión.",
            ],
            Self::OutageProcedure => [
                "until then act as your procedure for outages says.",
                "handeln Sie bis dahin nach Ihrer Anweisung für Ausfälle.",
                "d'ici là, suivez votre procédure en cas de panne.",
                "hasta entonces, siga su procedimiento para averías.",
            ],
        };
        pick(lang, words)
    }
}

/// One step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct NextStep {
    /// Who acts.
    pub who: Who,
    /// What.
    pub task: Task,
    /// By when, ms since the Unix epoch; `None` is at once, or as soon as the step before is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<i64>,
}

impl NextStep {
    /// The step in words with its number: `2. The manufacturer, by ...: says ...`.
    pub fn text(&self, number: usize, lang: Lang) -> String {
        let (who, task) = (self.who.text(lang), self.task.text(lang));
        let by = self.by.map_or_else(String::new, |ms| {
            let word = pick(lang, ["by", "bis", "au plus tard le", "a más tardar el"]);
            format!(", {word} {}", words::time(lang, ms))
        });
        format!("{number}. {who}{by}: {task}")
    }
}
