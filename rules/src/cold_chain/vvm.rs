//! Vaccine vial monitors: a label that darkens with heat and has an end point at which the vial is
//! discarded. WHO PQS E006/IN05 names four categories by the days they take at 37 degrees; the days
//! at a second temperature give the activation energy of the colour, and with it the end point at
//! any temperature. Time spent is counted as shares of the end point: at one it is reached.

use serde::{Deserialize, Serialize};

use super::kinetic::{HOUR_MS, celsius_kelvin, float, kelvin};
use super::{MktRefusal, Sample, Segment};

/// A category of vaccine vial monitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Vvm {
    /// Least stable: 2 days at 37 degrees, 225 days at 5.
    #[serde(rename = "VVM2")]
    Vvm2,
    /// 7 days at 37 degrees, 45 days at 25.
    #[serde(rename = "VVM7")]
    Vvm7,
    /// 14 days at 37 degrees, 90 days at 25.
    #[serde(rename = "VVM14")]
    Vvm14,
    /// High stability: 30 days at 37 degrees, 193 days at 25.
    #[serde(rename = "VVM30")]
    Vvm30,
}

/// Two end points: degrees Celsius and days.
struct EndPoints {
    hot: (f64, f64),
    mild: (f64, f64),
}

impl Vvm {
    /// The end points of the category (WHO PQS E006/IN05).
    fn end_points(self) -> EndPoints {
        let (hot_days, mild) = match self {
            Self::Vvm2 => (2.0, (5.0, 225.0)),
            Self::Vvm7 => (7.0, (25.0, 45.0)),
            Self::Vvm14 => (14.0, (25.0, 90.0)),
            Self::Vvm30 => (30.0, (25.0, 193.0)),
        };
        EndPoints {
            hot: (37.0, hot_days),
            mild,
        }
    }

    /// Activation energy over the gas constant that the two end points imply, kelvin.
    pub fn activation_kelvin(self) -> f64 {
        let EndPoints { hot, mild } = self.end_points();
        let span = 1.0 / celsius_kelvin(mild.0) - 1.0 / celsius_kelvin(hot.0);
        libm::log(mild.1 / hot.1) / span
    }

    /// Days to the end point at a constant temperature, milli-degrees Celsius.
    ///
    /// # Errors
    /// [`MktRefusal::NotATemperature`].
    pub fn end_point_days(self, mc: i32) -> Result<f64, MktRefusal> {
        let (celsius, days) = self.end_points().hot;
        let step = 1.0 / kelvin(mc)? - 1.0 / celsius_kelvin(celsius);
        Ok(days * libm::exp(self.activation_kelvin() * step))
    }

    /// Share of the end point spent by stays at known temperatures; at 1.0 the vial is discarded.
    ///
    /// # Errors
    /// [`MktRefusal::NotATemperature`].
    pub fn spent(self, segments: &[Segment]) -> Result<f64, MktRefusal> {
        let mut share = 0.0;
        for segment in segments.iter().filter(|segment| segment.ms > 0) {
            share += days(segment.ms) / self.end_point_days(segment.mc)?;
        }
        Ok(share)
    }

    /// Share of the end point spent over samples in time order, the rate joined by straight lines;
    /// neighbours farther apart than `break_ms` are not joined.
    ///
    /// # Errors
    /// [`MktRefusal::NotATemperature`].
    pub fn spent_over(self, samples: &[Sample], break_ms: i64) -> Result<f64, MktRefusal> {
        let mut share = 0.0;
        let mut before: Option<(i64, f64)> = None;
        for sample in samples {
            let rate = 1.0 / self.end_point_days(sample.mc)?;
            if let Some((t_ms, last)) = before {
                let step = sample.t_ms.saturating_sub(t_ms);
                if step <= break_ms {
                    share += days(step) * f64::midpoint(last, rate);
                }
            }
            before = Some((sample.t_ms, rate));
        }
        Ok(share)
    }
}

fn days(ms: i64) -> f64 {
    float(ms) / float(24 * HOUR_MS)
}
