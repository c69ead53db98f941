//! Units of measure by their common code (UN/ECE Recommendation 20), for the quantities that
//! sensor reports may hold (CBV 2.0). Values of different units of one quantity are compared
//! exactly: every factor is a fraction of whole numbers, and no digit is rounded away. The two
//! exceptions are units of angle that hold pi, which is taken with 20 digits.

mod big;
mod table;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;

use crate::decimal::Decimal;
use big::Big;

/// What is measured. Units of different quantities cannot be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are those of the quantities")]
pub enum Quantity {
    AbsorbedDose,
    Acceleration,
    AmountConcentration,
    AmountOfSubstance,
    Angle,
    AngularVelocity,
    Area,
    Capacitance,
    Conductance,
    Conductivity,
    Count,
    Density,
    DoseEquivalent,
    DynamicViscosity,
    ElectricCharge,
    ElectricCurrent,
    Energy,
    Force,
    Frequency,
    Illuminance,
    Inductance,
    Irradiance,
    KinematicViscosity,
    Length,
    LuminousIntensity,
    MagneticFlux,
    MagneticFluxDensity,
    Mass,
    MassFlowRate,
    MemoryCapacity,
    Power,
    Pressure,
    Radioactivity,
    Ratio,
    Resistance,
    Resistivity,
    SpecificVolume,
    Speed,
    Temperature,
    Time,
    Torque,
    Voltage,
    Volume,
    VolumeFlowRate,
}

/// A unit: `base = (value + shift / 100) * number * 10^exponent / divisor`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unit {
    code: &'static str,
    quantity: Quantity,
    number: u128,
    exponent: i16,
    divisor: u64,
    /// Hundredths of a unit from the zero of the scale to absolute zero; only temperatures have it.
    shift: i32,
}

/// Which of two meanings a number has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reading {
    /// A point on the scale: 0 degrees Celsius are 32 degrees Fahrenheit.
    Point,
    /// A distance on the scale, as a standard deviation is: 5 degrees Celsius are 9 Fahrenheit.
    Span,
}

impl Unit {
    /// The unit of a common code. None for codes whose size is not known here.
    pub fn of(code: &str) -> Option<Self> {
        table::UNITS.iter().find_map(|(quantity, units)| {
            let (code, number, exponent, divisor) =
                units.iter().find(|(known, ..)| *known == code)?;
            let shift = table::SHIFTS.iter().find(|(shifted, _)| shifted == code);
            Some(Self {
                code,
                quantity: *quantity,
                number: *number,
                exponent: *exponent,
                divisor: *divisor,
                shift: shift.map_or(0, |(_, shift)| *shift),
            })
        })
    }

    /// The common code.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// What the unit measures.
    pub fn quantity(&self) -> Quantity {
        self.quantity
    }
}

/// Compares two values in their units. None where the quantities differ.
pub fn compare(
    (left, left_unit): (Decimal, &Unit),
    (right, right_unit): (Decimal, &Unit),
    reading: Reading,
) -> Option<Ordering> {
    if left_unit.quantity != right_unit.quantity {
        return None;
    }
    if left_unit == right_unit {
        return Some(left.cmp(&right));
    }
    let sides = [(left, left_unit), (right, right_unit)];
    let low = sides.map(|(value, unit)| value.parts().1 + unit.exponent);
    let low = low.into_iter().chain([-2]).min().unwrap_or_default();
    let [left, right] = sides.map(|side| scaled(side, reading, low));
    // (left / left divisor) against (right / right divisor).
    Some(
        left.times(right_unit.divisor.into())
            .cmp(&right.times(left_unit.divisor.into())),
    )
}

/// The value in base units times the divisor of the unit, in units of `10^(low - 2)`.
fn scaled((value, unit): (Decimal, &Unit), reading: Reading, low: i16) -> Big {
    let (coefficient, exponent) = value.parts();
    let up = |exponent: i16| u32::try_from(i32::from(exponent) - i32::from(low)).unwrap_or(0);
    // Hundredths: the shift has two decimals.
    let point = Big::from(coefficient).times_ten_to(up(exponent + unit.exponent) + 2);
    let shift = match reading {
        Reading::Point => Big::from(i64::from(unit.shift)).times_ten_to(up(unit.exponent)),
        Reading::Span => Big::from(0),
    };
    point.plus(&shift).times(unit.number)
}
