//! What is said about times that cannot be right.

use super::Way;
use crate::say::{Lang, Name, speak, words};

/// That a time zone may be wrong, as a sentence of its own with a space in front.
fn zone(lang: Lang, hours: Option<i64>) -> String {
    let Some(hours) = hours else {
        return String::new();
    };
    speak!(
        lang,
        " A time zone that is wrong by {hours} h would explain it.",
        " Eine um {hours} h falsche Zeitzone würde es erklären.",
        " Un fuseau horaire faux de {hours} h l'expliquerait.",
        " Una zona horaria equivocada en {hours} h lo explicaría."
    )
}

impl Way {
    pub(super) fn of_time(&self, lang: Lang) -> String {
        let time = |ms: &i64| words::time(lang, *ms);
        let at = |place: &Name| words::at(lang, place);
        match self {
            Self::InTheFuture {
                place,
                at_ms,
                recorded_ms,
                hours,
            } => {
                let (place, when, recorded) = (at(place), time(at_ms), time(recorded_ms));
                let zone = zone(lang, *hours);
                speak!(
                    lang,
                    "An event {place} claims to be of {when} but was recorded before that, on {recorded}.{zone}",
                    "Ein Ereignis {place} will vom {when} sein, wurde aber schon am {recorded} aufgezeichnet.{zone}",
                    "Un événement {place} se dit du {when} mais a été enregistré avant, le {recorded}.{zone}",
                    "Un suceso {place} dice ser del {when}, pero se registró antes, el {recorded}.{zone}"
                )
            }
            Self::Backdated {
                place,
                at_ms,
                recorded_ms,
            } => {
                let (place, when) = (at(place), time(at_ms));
                let later = words::duration(recorded_ms.saturating_sub(*at_ms));
                speak!(
                    lang,
                    "An event {place} of {when} was recorded {later} later.",
                    "Ein Ereignis {place} vom {when} wurde {later} später aufgezeichnet.",
                    "Un événement {place} du {when} a été enregistré {later} plus tard.",
                    "Un suceso {place} del {when} se registró {later} después."
                )
            }
            _ => String::new(),
        }
    }

    pub(super) fn of_order(&self, lang: Lang) -> String {
        let time = |ms: &i64| words::time(lang, *ms);
        let at = |place: &Name| words::at(lang, place);
        match self {
            Self::HandledBeforeMade {
                place,
                at_ms,
                made_ms,
                hours,
            } => {
                let (place, when, made) = (at(place), time(at_ms), time(made_ms));
                let zone = zone(lang, *hours);
                speak!(
                    lang,
                    "Handled {place} on {when}, before it was commissioned on {made}.{zone}",
                    "Am {when} {place} gebucht, bevor es am {made} in Verkehr gebracht wurde.{zone}",
                    "Manipulée {place} le {when}, avant sa mise en service le {made}.{zone}",
                    "Manipulado {place} el {when}, antes de darse de alta el {made}.{zone}"
                )
            }
            Self::ReceivedBeforeShipped {
                place,
                at_ms,
                shipped_ms,
                hours,
            } => {
                let (place, when, shipped) = (at(place), time(at_ms), time(shipped_ms));
                let zone = zone(lang, *hours);
                speak!(
                    lang,
                    "Received {place} on {when}, before it was shipped there on {shipped}.{zone}",
                    "Am {when} {place} eingegangen, bevor es am {shipped} dorthin versandt wurde.{zone}",
                    "Reçue {place} le {when}, avant d'y être expédiée le {shipped}.{zone}",
                    "Recibido {place} el {when}, antes de enviarse allí el {shipped}.{zone}"
                )
            }
            Self::ClockWentBack {
                device,
                first_ms,
                second_ms,
            } => {
                let (first, second) = (time(first_ms), time(second_ms));
                speak!(
                    lang,
                    "Device {device} signed an event of {first} and after it one of {second}: its clock went back.",
                    "Das Gerät {device} hat ein Ereignis vom {first} signiert und danach eines vom {second}: seine Uhr ging zurück.",
                    "L'appareil {device} a signé un événement du {first} puis un du {second} : son horloge a reculé.",
                    "El aparato {device} firmó un suceso del {first} y después uno del {second}: su reloj retrocedió."
                )
            }
            Self::ExpiredWhenMade { last_day, made_ms } => {
                let (day, made) = (words::day(lang, *last_day), time(made_ms));
                speak!(
                    lang,
                    "Commissioned on {made} with {day} as the last day of use.",
                    "Am {made} mit dem Verfalldatum {day} in Verkehr gebracht.",
                    "Mise en service le {made} avec le {day} comme date de péremption.",
                    "Dado de alta el {made} con fecha de caducidad {day}."
                )
            }
            _ => String::new(),
        }
    }
}
