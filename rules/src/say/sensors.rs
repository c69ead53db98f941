//! What is said about loggers whose readings are missing or cannot be believed.

use serde::{Deserialize, Serialize};

use super::{Lang, pick, speak, words};

/// A message about a logger. Temperatures are milli-degrees Celsius, times ms since the Unix epoch,
/// durations ms; devices are named by their ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "fields are the blanks of the sentences below")]
pub enum Sensors {
    /// T08: numbered readings that have not arrived.
    NumbersMissing {
        count: u64,
        device: String,
        from_ms: i64,
        to_ms: i64,
    },
    /// T09.
    Flatline {
        device: String,
        count: usize,
        mc: i32,
        from_ms: i64,
        to_ms: i64,
    },
    /// T10.
    Replayed {
        count: usize,
        device: String,
        from_ms: i64,
        other: String,
        other_from_ms: i64,
    },
    /// T11, faster than the sensor can follow.
    TooFast {
        device: String,
        from_mc: i32,
        to_mc: i32,
        ms: i64,
        at_ms: i64,
    },
    /// T11, outside what the sensor can measure.
    OutOfRange { device: String, mc: i32, at_ms: i64 },
    /// T11, two sensors side by side.
    Differ {
        device: String,
        other: String,
        most_mc: i32,
        count: usize,
        from_ms: i64,
    },
    /// T12, the count ran back.
    CounterBack {
        device: String,
        was: u64,
        is: u64,
        at_ms: i64,
    },
    /// T12, the chain of hashes is broken.
    LinkBroken { device: String, at_ms: i64 },
    /// T12, the clock jumped; negative is back.
    ClockJump { device: String, ms: i64, at_ms: i64 },
    /// T12, signed by another logger.
    SignedByOther {
        device: String,
        signer: String,
        at_ms: i64,
    },
    /// T13, after the end of the calibration.
    CalibrationLapsed {
        device: String,
        until_ms: i64,
        at_ms: i64,
    },
    /// T13, before any calibration.
    NotCalibrated { device: String, at_ms: i64 },
    /// T13, bound to other goods.
    NotAssigned { device: String, at_ms: i64 },
    /// T12, the file is not what the device signed.
    FileChanged { device: String, at_ms: i64 },
    /// T13, after the end of the calibration, says who read it out.
    CalibrationToldLapsed { device: String, at_ms: i64 },
    /// T01, the device raised an alarm and told no temperature.
    AlarmWithoutReading { device: String, at_ms: i64 },
}

impl Sensors {
    /// The message in words.
    pub fn text(&self, lang: Lang) -> String {
        match self {
            Self::NumbersMissing { .. }
            | Self::CounterBack { .. }
            | Self::LinkBroken { .. }
            | Self::ClockJump { .. }
            | Self::SignedByOther { .. } => self.about_counting(lang),
            Self::CalibrationLapsed { .. }
            | Self::FileChanged { .. }
            | Self::CalibrationToldLapsed { .. }
            | Self::AlarmWithoutReading { .. }
            | Self::NotCalibrated { .. }
            | Self::NotAssigned { .. } => self.about_papers(lang),
            _ => self.about_readings(lang),
        }
    }

    #[expect(clippy::too_many_lines, reason = "one arm a message")]
    fn about_readings(&self, lang: Lang) -> String {
        let (degrees, time) = (
            |mc: &i32| words::degrees(lang, *mc),
            |ms: &i64| words::time(lang, *ms),
        );
        match self {
            Self::Flatline {
                device,
                count,
                mc,
                from_ms,
                to_ms,
            } => {
                let (value, from, to) = (degrees(mc), time(from_ms), time(to_ms));
                speak!(
                    lang,
                    "Logger {device} showed {value} {count} times in a row from {from} to {to}, while another logger on the same goods moved.",
                    "Logger {device} zeigte vom {from} bis {to} {count}-mal nacheinander {value}, während sich ein anderer Logger an derselben Ware bewegte.",
                    "L'enregistreur {device} a indiqué {value} {count} fois de suite du {from} au {to}, alors qu'un autre sur la même marchandise variait.",
                    "El registrador {device} mostró {value} {count} veces seguidas desde el {from} hasta el {to}, mientras otro en la misma mercancía variaba."
                )
            }
            Self::Replayed {
                count,
                device,
                from_ms,
                other,
                other_from_ms,
            } => {
                let (from, other_from) = (time(from_ms), time(other_from_ms));
                speak!(
                    lang,
                    "{count} readings of logger {device} from {from} on equal those of logger {other} from {other_from} on: recorded readings were played again.",
                    "{count} Messwerte des Loggers {device} ab {from} gleichen denen des Loggers {other} ab {other_from}: Aufgezeichnetes wurde wieder abgespielt.",
                    "{count} mesures de l'enregistreur {device} à partir du {from} sont celles de l'enregistreur {other} à partir du {other_from} : des mesures enregistrées ont été rejouées.",
                    "{count} lecturas del registrador {device} desde el {from} son las del registrador {other} desde el {other_from}: se reprodujeron lecturas grabadas."
                )
            }
            Self::TooFast {
                device,
                from_mc,
                to_mc,
                ms,
                at_ms,
            } => {
                let (before, after, when) = (degrees(from_mc), degrees(to_mc), time(at_ms));
                let length = words::duration(*ms);
                speak!(
                    lang,
                    "Logger {device} went from {before} to {after} within {length} on {when}, faster than it can.",
                    "Logger {device} ging am {when} innerhalb von {length} von {before} auf {after}, schneller als er kann.",
                    "L'enregistreur {device} est passé de {before} à {after} en {length} le {when}, plus vite qu'il ne le peut.",
                    "El registrador {device} pasó de {before} a {after} en {length} el {when}, más rápido de lo que puede."
                )
            }
            Self::OutOfRange { device, mc, at_ms } => {
                let (value, when) = (degrees(mc), time(at_ms));
                speak!(
                    lang,
                    "Logger {device} showed {value} on {when}, which it cannot measure.",
                    "Logger {device} zeigte am {when} {value}, was er nicht messen kann.",
                    "L'enregistreur {device} a indiqué {value} le {when}, ce qu'il ne peut mesurer.",
                    "El registrador {device} mostró {value} el {when}, algo que no puede medir."
                )
            }
            Self::Differ {
                device,
                other,
                most_mc,
                count,
                from_ms,
            } => {
                let (most, from) = (degrees(most_mc), time(from_ms));
                speak!(
                    lang,
                    "Loggers {device} and {other} on the same goods differed by up to {most} for {count} readings from {from} on.",
                    "Die Logger {device} und {other} an derselben Ware wichen ab {from} über {count} Messwerte um bis zu {most} voneinander ab.",
                    "Les enregistreurs {device} et {other} sur la même marchandise ont différé de jusqu'à {most} pendant {count} mesures à partir du {from}.",
                    "Los registradores {device} y {other} en la misma mercancía difirieron hasta {most} durante {count} lecturas desde el {from}."
                )
            }
            _ => String::new(),
        }
    }

    #[expect(clippy::too_many_lines, reason = "one arm a message")]
    fn about_counting(&self, lang: Lang) -> String {
        let time = |ms: &i64| words::time(lang, *ms);
        match self {
            Self::NumbersMissing {
                count,
                device,
                from_ms,
                to_ms,
            } => {
                let (from, to) = (time(from_ms), time(to_ms));
                speak!(
                    lang,
                    "Numbered readings of logger {device} between {from} and {to} have not arrived: {count}.",
                    "Nummerierte Messwerte des Loggers {device} zwischen {from} und {to} sind nicht angekommen: {count}.",
                    "Des mesures numérotées de l'enregistreur {device} entre le {from} et le {to} ne sont pas arrivées : {count}.",
                    "No han llegado lecturas numeradas del registrador {device} entre el {from} y el {to}: {count}."
                )
            }
            Self::CounterBack {
                device,
                was,
                is,
                at_ms,
            } => {
                let when = time(at_ms);
                speak!(
                    lang,
                    "Logger {device} counted reading {is} on {when} after it had counted {was}.",
                    "Logger {device} zählte am {when} Messwert {is}, nachdem er {was} gezählt hatte.",
                    "L'enregistreur {device} a compté la mesure {is} le {when} après avoir compté {was}.",
                    "El registrador {device} contó la lectura {is} el {when} después de haber contado {was}."
                )
            }
            Self::LinkBroken { device, at_ms } => {
                let when = time(at_ms);
                speak!(
                    lang,
                    "The readings of logger {device} from {when} on do not follow on those before them.",
                    "Die Messwerte des Loggers {device} ab {when} schließen nicht an die davor an.",
                    "Les mesures de l'enregistreur {device} à partir du {when} ne font pas suite aux précédentes.",
                    "Las lecturas del registrador {device} desde el {when} no siguen a las anteriores."
                )
            }
            Self::ClockJump { device, ms, at_ms } => {
                let (length, when) = (words::duration(ms.saturating_abs()), time(at_ms));
                let way = if *ms < 0 {
                    pick(lang, ["back", "zurück", "en arrière", "hacia atrás"])
                } else {
                    pick(lang, ["ahead", "vor", "en avant", "hacia delante"])
                };
                speak!(
                    lang,
                    "The clock of logger {device} jumped {way} by {length} on {when}.",
                    "Die Uhr des Loggers {device} sprang am {when} um {length} {way}.",
                    "L'horloge de l'enregistreur {device} a sauté {way} de {length} le {when}.",
                    "El reloj del registrador {device} saltó {way} {length} el {when}."
                )
            }
            Self::SignedByOther {
                device,
                signer,
                at_ms,
            } => {
                let when = time(at_ms);
                speak!(
                    lang,
                    "The readings of logger {device} from {when} on were signed by logger {signer}.",
                    "Die Messwerte des Loggers {device} ab {when} hat Logger {signer} signiert.",
                    "Les mesures de l'enregistreur {device} à partir du {when} ont été signées par l'enregistreur {signer}.",
                    "Las lecturas del registrador {device} desde el {when} las firmó el registrador {signer}."
                )
            }
            _ => String::new(),
        }
    }

    fn about_papers(&self, lang: Lang) -> String {
        let time = |ms: &i64| words::time(lang, *ms);
        match self {
            Self::CalibrationLapsed {
                device,
                until_ms,
                at_ms,
            } => {
                let (when, until) = (time(at_ms), time(until_ms));
                speak!(
                    lang,
                    "Logger {device} was read on {when}, but its calibration ended on {until}.",
                    "Logger {device} wurde am {when} abgelesen, seine Kalibrierung endete aber am {until}.",
                    "L'enregistreur {device} a été lu le {when}, mais son étalonnage a pris fin le {until}.",
                    "El registrador {device} se leyó el {when}, pero su calibración terminó el {until}."
                )
            }
            Self::NotCalibrated { device, at_ms } => {
                let when = time(at_ms);
                speak!(
                    lang,
                    "Logger {device} was read on {when}, for which it has no calibration certificate.",
                    "Logger {device} wurde am {when} abgelesen; für diese Zeit hat er kein Kalibrierzertifikat.",
                    "L'enregistreur {device} a été lu le {when}, date pour laquelle il n'a pas de certificat d'étalonnage.",
                    "El registrador {device} se leyó el {when}, fecha para la que no tiene certificado de calibración."
                )
            }
            Self::NotAssigned { device, at_ms } => {
                let when = time(at_ms);
                speak!(
                    lang,
                    "Logger {device} was read for these goods on {when}, but it was bound to others.",
                    "Logger {device} wurde am {when} für diese Ware abgelesen, war aber an andere gebunden.",
                    "L'enregistreur {device} a été lu pour cette marchandise le {when}, mais il était lié à une autre.",
                    "El registrador {device} se leyó para esta mercancía el {when}, pero estaba ligado a otra."
                )
            }
            Self::FileChanged { device, at_ms } => {
                let when = time(at_ms);
                speak!(
                    lang,
                    "The readings of logger {device} from {when} on are from a file that is not what the logger signed.",
                    "Die Messwerte des Loggers {device} ab {when} stammen aus einer Datei, die nicht die vom Logger signierte ist.",
                    "Les mesures de l'enregistreur {device} à partir du {when} viennent d'un fichier qui n'est pas celui que l'enregistreur a signé.",
                    "Las lecturas del registrador {device} desde el {when} son de un archivo que no es el que firmó el registrador."
                )
            }
            Self::CalibrationToldLapsed { device, at_ms } => {
                let when = time(at_ms);
                speak!(
                    lang,
                    "Logger {device} was read on {when}, after its calibration had ended.",
                    "Logger {device} wurde am {when} abgelesen, nachdem seine Kalibrierung abgelaufen war.",
                    "L'enregistreur {device} a été lu le {when}, après la fin de son étalonnage.",
                    "El registrador {device} se leyó el {when}, después de terminar su calibración."
                )
            }
            Self::AlarmWithoutReading { device, at_ms } => {
                let when = time(at_ms);
                speak!(
                    lang,
                    "Logger {device} raised a temperature alarm on {when} without saying how warm it was.",
                    "Logger {device} meldete am {when} einen Temperaturalarm, ohne die Temperatur zu nennen.",
                    "L'enregistreur {device} a signalé une alarme de température le {when} sans indiquer la température.",
                    "El registrador {device} dio una alarma de temperatura el {when} sin decir la temperatura."
                )
            }
            _ => String::new(),
        }
    }

    /// One example of each message.
    #[cfg(test)]
    #[expect(clippy::too_many_lines, reason = "one arm a message")]
    pub(crate) fn samples() -> Vec<Self> {
        let device = || "urn:epc:id:giai:9506000.LOG1".to_owned();
        let other = || "urn:epc:id:giai:9506000.LOG2".to_owned();
        vec![
            Self::NumbersMissing {
                count: 3,
                device: device(),
                from_ms: 0,
                to_ms: 3_600_000,
            },
            Self::Flatline {
                device: device(),
                count: 40,
                mc: 5_000,
                from_ms: 0,
                to_ms: 3_600_000,
            },
            Self::Replayed {
                count: 48,
                device: device(),
                from_ms: 0,
                other: other(),
                other_from_ms: 3_600_000,
            },
            Self::TooFast {
                device: device(),
                from_mc: 5_000,
                to_mc: 60_000,
                ms: 600_000,
                at_ms: 0,
            },
            Self::OutOfRange {
                device: device(),
                mc: 200_000,
                at_ms: 0,
            },
            Self::Differ {
                device: device(),
                other: other(),
                most_mc: 3_000,
                count: 6,
                from_ms: 0,
            },
            Self::CounterBack {
                device: device(),
                was: 20,
                is: 10,
                at_ms: 0,
            },
            Self::LinkBroken {
                device: device(),
                at_ms: 0,
            },
            Self::ClockJump {
                device: device(),
                ms: -90_000,
                at_ms: 0,
            },
            Self::ClockJump {
                device: device(),
                ms: 90_000,
                at_ms: 0,
            },
            Self::SignedByOther {
                device: device(),
                signer: other(),
                at_ms: 0,
            },
            Self::CalibrationLapsed {
                device: device(),
                until_ms: 0,
                at_ms: 3_600_000,
            },
            Self::NotCalibrated {
                device: device(),
                at_ms: 0,
            },
            Self::NotAssigned {
                device: device(),
                at_ms: 0,
            },
            Self::FileChanged {
                device: device(),
                at_ms: 0,
            },
            Self::CalibrationToldLapsed {
                device: device(),
                at_ms: 0,
            },
            Self::AlarmWithoutReading {
                device: device(),
                at_ms: 0,
            },
        ]
    }
}
