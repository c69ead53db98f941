//! What a configuration may say that something measures. A type that is none makes no event, and a
//! unit that is none is recorded and never judged: both are told before the first value comes.

use gs1::cbv::MEASUREMENT_TYPES;
use gs1::unit::{Quantity, Unit};

use crate::source::Measure;

/// Units in which temperatures are judged (UN/ECE Rec. 20).
const TEMPERATURES: [&str; 3] = ["CEL", "FAH", "KEL"];
/// Units of a device's own battery.
const BATTERIES: [&str; 2] = ["P1", "VLT"];
/// Types whose units are all known here.
const QUANTITIES: [(&str, Quantity); 4] = [
    ("Illuminance", Quantity::Illuminance),
    ("Pressure", Quantity::Pressure),
    ("RelativeHumidity", Quantity::Ratio),
    ("Voltage", Quantity::Voltage),
];
/// What people write for units, in small letters, and the code that they mean.
const MEANT: [(&str, &str); 15] = [
    ("celsius", "CEL"),
    ("degc", "CEL"),
    ("\u{b0}c", "CEL"),
    ("c", "CEL"),
    ("fahrenheit", "FAH"),
    ("degf", "FAH"),
    ("\u{b0}f", "FAH"),
    ("f", "FAH"),
    ("kelvin", "KEL"),
    ("k", "KEL"),
    ("%", "P1"),
    ("percent", "P1"),
    ("hpa", "A97"),
    ("lux", "LUX"),
    ("v", "VLT"),
];

/// The measure of a type (a word of the CBV, bare or as a URI, or somebody else's URI) and a unit.
///
/// # Errors
/// A sentence about the one of them that is none, with what was probably meant.
pub fn measure(type_: &str, uom: &str) -> Result<Measure, String> {
    let is_ours = type_.starts_with("gs1:") || type_.contains("gs1.org/");
    let word = MEASUREMENT_TYPES.normalise(type_).ok();
    let word = word.filter(|word| !is_ours || MEASUREMENT_TYPES.word(word).is_some());
    let Some(word) = word else {
        let meant = types_meant(type_.rsplit([':', '/']).next().unwrap_or_default());
        return Err(format!(
            "type {type_:?} is no measurement type of the CBV{meant}"
        ));
    };
    let measure = Measure::new(&word, uom);
    let Some(wanted) = wrong_unit(&measure) else {
        return Ok(measure);
    };
    let meant = MEANT.iter().find(|(said, _)| *said == uom.to_lowercase());
    let meant = meant.map(|(_, code)| *code).or_else(|| {
        let code = Unit::of(&uom.to_uppercase())?.code();
        Some(code)
    });
    let meant = meant.filter(|code| wrong_unit(&Measure::new(&word, code)).is_none());
    let meant = meant.map_or_else(String::new, |code| format!("; did you mean {code:?}?"));
    Err(format!("uom {uom:?} is no {wanted}{meant}"))
}

/// What the unit should be and is not.
fn wrong_unit(measure: &Measure) -> Option<String> {
    let (type_, uom) = (measure.type_.as_ref(), measure.uom.as_ref());
    let quantity = Unit::of(uom).map(|unit| unit.quantity());
    if type_ == "Temperature" {
        let is_wrong = !TEMPERATURES.contains(&uom);
        return is_wrong.then(|| "unit of temperature (CEL, FAH or KEL)".to_owned());
    }
    if measure.is_battery() {
        let is_wrong = !BATTERIES.contains(&uom);
        return is_wrong.then(|| "unit of a battery (P1 or VLT)".to_owned());
    }
    if let Some((_, wanted)) = QUANTITIES.iter().find(|(word, _)| *word == type_) {
        return (quantity != Some(*wanted)).then(|| format!("unit of {type_} (UN/ECE Rec. 20)"));
    }
    let is_code = (1..=3).contains(&uom.len())
        && uom
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    (!is_code).then(|| "code of UN/ECE Rec. 20".to_owned())
}

/// Words of the CBV that look like this one, as the end of a sentence.
fn types_meant(text: &str) -> String {
    let said = text.to_lowercase();
    let start = said.get(..4).unwrap_or(&said);
    let is_like = |word: &&&str| {
        let word = word.to_lowercase();
        said.len() > 2 && (word.contains(&said) || said.contains(&word) || word.starts_with(start))
    };
    let words = MEASUREMENT_TYPES.words().iter().filter(is_like).take(3);
    let words: Vec<String> = words.map(|word| format!("{word:?}")).collect();
    if words.is_empty() {
        return String::new();
    }
    format!("; did you mean {}?", words.join(" or "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_have_many_spellings_and_one_word() {
        for type_ in [
            "Temperature",
            "gs1:Temperature",
            "https://gs1.org/voc/Temperature",
        ] {
            assert_eq!(
                measure(type_, "CEL"),
                Ok(Measure::TEMPERATURE_CEL),
                "{type_}"
            );
        }
        let battery = Measure::BATTERY_VLT;
        assert_eq!(measure(&battery.type_, "VLT"), Ok(battery.clone()));
        for (type_, uom) in [
            ("Temperature", "FAH"),
            ("Temperature", "KEL"),
            ("RelativeHumidity", "P1"),
            ("Pressure", "A97"),
            ("Illuminance", "LUX"),
            ("Acceleration", "MSK"),
            ("https://example.com/doors", "C62"),
        ] {
            assert_eq!(measure(type_, uom), Ok(Measure::new(type_, uom)));
        }
    }

    #[test]
    fn what_is_none_is_told_with_what_was_meant() {
        let battery = Measure::BATTERY_P1;
        for (type_, uom, expected) in [
            ("temp", "CEL", "did you mean \"Temperature\"?"),
            ("temperature", "CEL", "did you mean \"Temperature\"?"),
            ("Temprature", "CEL", "did you mean \"Temperature\"?"),
            ("gs1:temp", "CEL", "did you mean \"Temperature\"?"),
            (
                "https://gs1.org/voc/Temp",
                "CEL",
                "did you mean \"Temperature\"?",
            ),
            (
                "humidity",
                "P1",
                "\"AbsoluteHumidity\" or \"RelativeHumidity\"",
            ),
            ("t", "CEL", "is no measurement type of the CBV"),
            ("", "CEL", "is no measurement type of the CBV"),
            ("Temperature", "Celsius", "did you mean \"CEL\"?"),
            ("Temperature", "cel", "did you mean \"CEL\"?"),
            ("Temperature", "\u{b0}F", "did you mean \"FAH\"?"),
            ("Temperature", "P1", "CEL, FAH or KEL)"),
            ("Temperature", "A48", "CEL, FAH or KEL)"),
            ("RelativeHumidity", "%", "did you mean \"P1\"?"),
            ("Pressure", "hPa", "did you mean \"A97\"?"),
            ("Pressure", "CEL", "is no unit of Pressure"),
            ("Acceleration", "m/s2", "is no code of UN/ECE Rec. 20"),
            (&battery.type_, "CEL", "P1 or VLT)"),
        ] {
            let fault = measure(type_, uom).unwrap_err();
            assert!(fault.contains(expected), "{type_} {uom}: {fault}");
        }
        assert!(!measure("Temperature", "P1").unwrap_err().contains("mean"));
    }
}
