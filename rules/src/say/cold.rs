//! What is said about temperatures.

use serde::{Deserialize, Serialize};

use super::{Lang, pick, speak, words};

/// A message about temperatures. Temperatures are milli-degrees Celsius, times ms since the Unix
/// epoch, durations ms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "fields are the blanks of the sentences below")]
pub enum Cold {
    /// T01, too warm. `at_least` when the true time outside may be longer; zero is not known.
    TooWarm {
        peak_mc: i32,
        limit_mc: i32,
        ms: i64,
        at_least: bool,
        from_ms: i64,
    },
    /// T01, too cold.
    TooCold {
        peak_mc: i32,
        limit_mc: i32,
        ms: i64,
        at_least: bool,
        from_ms: i64,
    },
    /// T04.
    KineticMean {
        mean_mc: i32,
        limit_mc: i32,
        window_ms: i64,
    },
    /// T02 and T03: beyond an alarm's limit, without interruption or in all, longer than allowed.
    Alarm {
        above: bool,
        limit_mc: i32,
        in_all: bool,
        ms: i64,
        allowed_ms: i64,
        certain: bool,
    },
    /// T04, the mean may not be used: too warm at one time.
    AboveCeiling { hottest_mc: i32, ceiling_mc: i32 },
    /// T04, the mean may not be used: too long above the band.
    AboveTooLong { ms: i64, allowed_ms: i64 },
    /// T05. Tenths of a percent of the budget; none when a temperature was met that no band covers.
    BudgetSpent { spent: Spent, tenths: Option<i64> },
    /// T06.
    Frozen {
        limit_mc: i32,
        ms: i64,
        from_ms: i64,
    },
    /// T07.
    Excessive {
        peak_mc: i32,
        limit_mc: i32,
        at_ms: i64,
    },
    /// T08.
    Gap { from_ms: i64, to_ms: i64 },
}

/// What was allowed over the whole life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "as in the sentences below")]
pub enum Spent {
    Bands,
    Equivalent,
    Vvm,
}

impl Cold {
    /// The message in words.
    #[expect(clippy::too_many_lines, reason = "one arm a message")]
    pub fn text(&self, lang: Lang) -> String {
        let degrees = |mc: &i32| words::degrees(lang, *mc);
        match self {
            Self::TooWarm {
                peak_mc,
                limit_mc,
                ms,
                at_least,
                from_ms,
            }
            | Self::TooCold {
                peak_mc,
                limit_mc,
                ms,
                at_least,
                from_ms,
            } => {
                let (peak, limit) = (degrees(peak_mc), degrees(limit_mc));
                let (how_long, when) =
                    (how_long(lang, *ms, *at_least), words::time(lang, *from_ms));
                if matches!(self, Self::TooCold { .. }) {
                    return speak!(
                        lang,
                        "The temperature fell to {peak}, below {limit}, {how_long} from {when}.",
                        "Die Temperatur fiel ab {when} {how_long} auf {peak}, unter {limit}.",
                        "La température est descendue à {peak}, au-dessous de {limit}, {how_long} à partir du {when}.",
                        "La temperatura bajó a {peak}, por debajo de {limit}, {how_long} desde el {when}."
                    );
                }
                speak!(
                    lang,
                    "The temperature rose to {peak}, above {limit}, {how_long} from {when}.",
                    "Die Temperatur stieg ab {when} {how_long} auf {peak}, über {limit}.",
                    "La température est montée à {peak}, au-dessus de {limit}, {how_long} à partir du {when}.",
                    "La temperatura subió a {peak}, por encima de {limit}, {how_long} desde el {when}."
                )
            }
            Self::KineticMean {
                mean_mc,
                limit_mc,
                window_ms,
            } => {
                let (mean, limit, window) = (
                    degrees(mean_mc),
                    degrees(limit_mc),
                    words::duration(*window_ms),
                );
                speak!(
                    lang,
                    "The mean kinetic temperature over {window} reached {mean}, above {limit}.",
                    "Die mittlere kinetische Temperatur über {window} erreichte {mean}, über {limit}.",
                    "La température cinétique moyenne sur {window} a atteint {mean}, au-dessus de {limit}.",
                    "La temperatura cinética media en {window} alcanzó {mean}, por encima de {limit}."
                )
            }
            Self::Alarm { .. } => alarm(lang, self),
            Self::AboveCeiling {
                hottest_mc,
                ceiling_mc,
            } => {
                let (hottest, ceiling) = (degrees(hottest_mc), degrees(ceiling_mc));
                speak!(
                    lang,
                    "The mean kinetic temperature cannot excuse this: {hottest} was reached, and it counts up to {ceiling} only.",
                    "Die mittlere kinetische Temperatur entschuldigt das nicht: {hottest} wurden erreicht, sie gilt nur bis {ceiling}.",
                    "La température cinétique moyenne n'excuse pas cela : {hottest} ont été atteints, elle ne vaut que jusqu'à {ceiling}.",
                    "La temperatura cinética media no excusa esto: se alcanzaron {hottest}, y solo vale hasta {ceiling}."
                )
            }
            Self::AboveTooLong { ms, allowed_ms } => {
                let (length, allowed) = (words::duration(*ms), words::duration(*allowed_ms));
                speak!(
                    lang,
                    "The mean kinetic temperature cannot excuse this: {length} were spent above the band, and it counts up to {allowed} only.",
                    "Die mittlere kinetische Temperatur entschuldigt das nicht: {length} lagen über dem Bereich, sie gilt nur bis {allowed}.",
                    "La température cinétique moyenne n'excuse pas cela : {length} ont été passées au-dessus de la plage, elle ne vaut que jusqu'à {allowed}.",
                    "La temperatura cinética media no excusa esto: se pasaron {length} por encima del intervalo, y solo vale hasta {allowed}."
                )
            }
            Self::BudgetSpent { spent, tenths } => budget(lang, *spent, *tenths),
            Self::Frozen {
                limit_mc,
                ms,
                from_ms,
            } => {
                let (limit, length) = (degrees(limit_mc), words::duration(*ms));
                let when = words::time(lang, *from_ms);
                speak!(
                    lang,
                    "The product must not freeze, but it was at or below {limit} for {length} from {when}; warming up does not undo this.",
                    "Das Produkt darf nicht gefrieren, lag aber ab {when} {length} lang bei {limit} oder darunter; Erwärmen macht das nicht rückgängig.",
                    "Le produit ne doit pas geler, mais il est resté à {limit} ou moins pendant {length} à partir du {when} ; le réchauffer n'y change rien.",
                    "El producto no debe congelarse, pero estuvo a {limit} o menos durante {length} desde el {when}; calentarlo no lo remedia."
                )
            }
            Self::Excessive {
                peak_mc,
                limit_mc,
                at_ms,
            } => {
                let (peak, limit) = (degrees(peak_mc), degrees(limit_mc));
                let when = words::time(lang, *at_ms);
                speak!(
                    lang,
                    "From {when} the temperature reached {peak}; above {limit} nothing excuses.",
                    "Ab {when} erreichte die Temperatur {peak}; über {limit} entschuldigt nichts.",
                    "À partir du {when}, la température a atteint {peak} ; au-dessus de {limit}, rien n'excuse.",
                    "Desde el {when} la temperatura alcanzó {peak}; por encima de {limit} nada excusa."
                )
            }
            Self::Gap { from_ms, to_ms } => {
                let length = words::duration(to_ms.saturating_sub(*from_ms));
                let (from, to) = (words::time(lang, *from_ms), words::time(lang, *to_ms));
                speak!(
                    lang,
                    "Nobody measured the temperature for {length} from {from} to {to}.",
                    "{length} lang hat niemand die Temperatur gemessen, vom {from} bis {to}.",
                    "Personne n'a mesuré la température pendant {length}, du {from} au {to}.",
                    "Nadie midió la temperatura durante {length}, desde el {from} hasta el {to}."
                )
            }
        }
    }

    /// One example of each message.
    #[cfg(test)]
    #[expect(clippy::too_many_lines, reason = "one arm a message")]
    pub(crate) fn samples() -> Vec<Self> {
        vec![
            Self::TooWarm {
                peak_mc: 9_000,
                limit_mc: 8_000,
                ms: 0,
                at_least: false,
                from_ms: 0,
            },
            Self::TooCold {
                peak_mc: -600,
                limit_mc: 2_000,
                ms: 60_000,
                at_least: true,
                from_ms: 0,
            },
            Self::KineticMean {
                mean_mc: 8_285,
                limit_mc: 8_000,
                window_ms: 86_400_000,
            },
            Self::Alarm {
                above: true,
                limit_mc: 30_000,
                in_all: true,
                ms: 36_000_000,
                allowed_ms: 36_000_000,
                certain: true,
            },
            Self::Alarm {
                above: false,
                limit_mc: -500,
                in_all: false,
                ms: 3_600_000,
                allowed_ms: 3_600_000,
                certain: false,
            },
            Self::AboveCeiling {
                hottest_mc: 25_000,
                ceiling_mc: 15_000,
            },
            Self::AboveTooLong {
                ms: 90_000_000,
                allowed_ms: 86_400_000,
            },
            Self::BudgetSpent {
                spent: Spent::Bands,
                tenths: Some(1_234),
            },
            Self::BudgetSpent {
                spent: Spent::Equivalent,
                tenths: Some(1_001),
            },
            Self::BudgetSpent {
                spent: Spent::Vvm,
                tenths: None,
            },
            Self::Frozen {
                limit_mc: -500,
                ms: 3_600_000,
                from_ms: 0,
            },
            Self::Excessive {
                peak_mc: 41_000,
                limit_mc: 40_000,
                at_ms: 0,
            },
            Self::Gap {
                from_ms: 0,
                to_ms: 3_600_000,
            },
        ]
    }
}

fn how_long(lang: Lang, ms: i64, at_least: bool) -> String {
    let length = words::duration(ms);
    match (ms, at_least) {
        (0, _) => speak!(
            lang,
            "for an unknown time",
            "für unbekannte Zeit",
            "pendant une durée inconnue",
            "durante un tiempo desconocido"
        ),
        (_, true) => speak!(
            lang,
            "for at least {length}",
            "mindestens {length} lang",
            "pendant au moins {length}",
            "durante al menos {length}"
        ),
        (_, false) => speak!(
            lang,
            "for {length}",
            "{length} lang",
            "pendant {length}",
            "durante {length}"
        ),
    }
}

fn alarm(lang: Lang, message: &Cold) -> String {
    let Cold::Alarm {
        above,
        limit_mc,
        in_all,
        ms,
        allowed_ms,
        certain,
    } = message
    else {
        return String::new();
    };
    let limit = words::degrees(lang, *limit_mc);
    let (length, allowed) = (words::duration(*ms), words::duration(*allowed_ms));
    let side = match above {
        true => pick(lang, ["above", "über", "au-dessus de", "por encima de"]),
        false => pick(lang, ["below", "unter", "au-dessous de", "por debajo de"]),
    };
    let how = match in_all {
        true => pick(lang, ["in all", "insgesamt", "au total", "en total"]),
        false => pick(
            lang,
            [
                "without interruption",
                "ohne Unterbrechung",
                "sans interruption",
                "sin interrupción",
            ],
        ),
    };
    let doubt = match certain {
        true => "",
        false => pick(
            lang,
            [
                ", though not certainly, given the logger's accuracy and interval",
                ", bei der Genauigkeit und dem Messabstand des Loggers aber nicht sicher",
                ", sans certitude vu la précision et l'intervalle de l'enregistreur",
                ", aunque sin certeza por la precisión y el intervalo del registrador",
            ],
        ),
    };
    speak!(
        lang,
        "The temperature was {side} {limit} for {length} {how}, and {allowed} is the limit{doubt}.",
        "Die Temperatur lag {length} {how} {side} {limit}, die Grenze ist {allowed}{doubt}.",
        "La température est restée {side} {limit} pendant {length} {how}, et la limite est de {allowed}{doubt}.",
        "La temperatura estuvo {side} {limit} durante {length} {how}, y el límite es {allowed}{doubt}."
    )
}

fn budget(lang: Lang, spent: Spent, tenths: Option<i64>) -> String {
    let what = match spent {
        Spent::Bands => pick(
            lang,
            [
                "The time outside the storage condition allowed over the whole life is spent",
                "Die für die ganze Lebensdauer erlaubte Zeit außerhalb der Lagerbedingung ist verbraucht",
                "Le temps hors condition de conservation autorisé sur toute la vie est épuisé",
                "El tiempo fuera de la condición de conservación permitido en toda la vida está agotado",
            ],
        ),
        Spent::Equivalent => pick(
            lang,
            [
                "The equivalent time at the reference temperature allowed over the whole life is spent",
                "Die für die ganze Lebensdauer erlaubte gleichwertige Zeit bei der Bezugstemperatur ist verbraucht",
                "Le temps équivalent à la température de référence autorisé sur toute la vie est épuisé",
                "El tiempo equivalente a la temperatura de referencia permitido en toda la vida está agotado",
            ],
        ),
        Spent::Vvm => pick(
            lang,
            [
                "The vaccine vial monitor has reached its end point",
                "Der Temperaturindikator des Impfstoffs hat seinen Endpunkt erreicht",
                "La pastille de contrôle du vaccin a atteint son point limite",
                "El sensor del vial de la vacuna ha llegado a su punto final",
            ],
        ),
    };
    let Some(tenths) = tenths else {
        let beyond = pick(
            lang,
            [
                "a temperature was met that no study covers",
                "es kam eine Temperatur vor, die keine Studie abdeckt",
                "une température qu'aucune étude ne couvre a été rencontrée",
                "se dio una temperatura que ningún estudio cubre",
            ],
        );
        return format!("{what} ({beyond}).");
    };
    let mark = pick(lang, [".", ",", ",", ","]);
    let share = format!("{}{mark}{}", tenths / 10, tenths % 10);
    format!("{what} ({share} %).")
}
