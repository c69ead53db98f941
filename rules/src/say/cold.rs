//! What is said about temperatures.

use serde::{Deserialize, Serialize};

use super::{Lang, speak, words};

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
    /// T08.
    Gap { from_ms: i64, to_ms: i64 },
}

impl Cold {
    /// The message in words.
    pub fn text(&self, lang: Lang) -> String {
        let degrees = |mc: &i32| words::degrees(lang, *mc);
        match self {
            Self::TooWarm {
                peak_mc,
                limit_mc,
                ms,
                at_least,
                from_ms,
            } => {
                let (peak, limit) = (degrees(peak_mc), degrees(limit_mc));
                let (how_long, when) =
                    (how_long(lang, *ms, *at_least), words::time(lang, *from_ms));
                speak!(
                    lang,
                    "The temperature rose to {peak}, above {limit}, {how_long} from {when}.",
                    "Die Temperatur stieg ab {when} {how_long} auf {peak}, über {limit}.",
                    "La température est montée à {peak}, au-dessus de {limit}, {how_long} à partir du {when}.",
                    "La temperatura subió a {peak}, por encima de {limit}, {how_long} desde el {when}."
                )
            }
            Self::TooCold {
                peak_mc,
                limit_mc,
                ms,
                at_least,
                from_ms,
            } => {
                let (peak, limit) = (degrees(peak_mc), degrees(limit_mc));
                let (how_long, when) =
                    (how_long(lang, *ms, *at_least), words::time(lang, *from_ms));
                speak!(
                    lang,
                    "The temperature fell to {peak}, below {limit}, {how_long} from {when}.",
                    "Die Temperatur fiel ab {when} {how_long} auf {peak}, unter {limit}.",
                    "La température est descendue à {peak}, au-dessous de {limit}, {how_long} à partir du {when}.",
                    "La temperatura bajó a {peak}, por debajo de {limit}, {how_long} desde el {when}."
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
