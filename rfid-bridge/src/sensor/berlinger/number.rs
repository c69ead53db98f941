//! Numbers of a logger file: temperatures with one or two decimals and a sign, zones as hours.
//! Integers throughout, because what is signed must not depend on rounding.

/// Unit in which a file gives temperatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TemperatureUnit {
    /// Degrees Celsius.
    #[default]
    Celsius,
    /// Degrees Fahrenheit.
    Fahrenheit,
}

impl TemperatureUnit {
    /// `C` or `F`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text {
            "C" => Some(Self::Celsius),
            "F" => Some(Self::Fahrenheit),
            _ => None,
        }
    }
}

/// Bound of what can be a temperature, thousandths of a degree of either unit: below the boiling
/// point of nitrogen and above any oven there is no logger.
const MILLI_MAX: i32 = 1_000_000;

/// Thousandths of a degree Celsius of a text such as `+8.0`, `-7.25` or `24.3`.
pub(super) fn milli_celsius(text: &str, unit: TemperatureUnit) -> Option<i32> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_number = !whole.is_empty()
        && whole.len() <= 4
        && fraction.len() <= 3
        && all_digits(whole)
        && all_digits(fraction)
        && digits.ends_with('.') == digits.is_empty();
    if !is_number {
        return None;
    }
    let padded = format!("{fraction:0<3}");
    let magnitude = whole.parse::<i32>().ok()? * 1000 + padded.parse::<i32>().ok()?;
    let milli = if negative { -magnitude } else { magnitude };
    if magnitude > MILLI_MAX {
        return None;
    }
    Some(match unit {
        TemperatureUnit::Celsius => milli,
        TemperatureUnit::Fahrenheit => round_div((milli - 32_000) * 5, 9),
    })
}

/// Rounds half away from zero.
fn round_div(numerator: i32, denominator: i32) -> i32 {
    let half = denominator / 2;
    let shifted = if numerator < 0 {
        numerator - half
    } else {
        numerator + half
    };
    shifted / denominator
}

/// Minutes of a zone such as `0.00`, `-3.50` or `5.30`. Fifteen minutes are the smallest step of
/// any zone on earth, so `.25 .50 .75` can only be parts of an hour and `.15 .30 .45` minutes.
pub(super) fn zone_minutes(text: &str) -> Option<i32> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (hours, part) = digits.split_once('.').unwrap_or((digits, "00"));
    let minutes = match part {
        "0" | "00" => 0,
        "15" | "25" => 15,
        "30" | "5" | "50" => 30,
        "45" | "75" => 45,
        _ => return None,
    };
    let all_digits = (1..=2).contains(&hours.len()) && hours.bytes().all(|it| it.is_ascii_digit());
    let hours: i32 = all_digits.then(|| hours.parse().ok())??;
    let total = hours * 60 + minutes;
    (total <= 14 * 60).then_some(if negative { -total } else { total })
}
