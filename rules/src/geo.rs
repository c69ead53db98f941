//! Distance on the earth and how far a pack can have gone.
//!
//! Coordinates are integers (degrees times 10^7, as GPS receivers give them), so master data has
//! one encoding; trigonometry comes from `libm`.

/// Mean earth radius, km (IUGG).
pub const EARTH_RADIUS_KM: f64 = 6371.0088;

/// A place on the earth.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub struct Point {
    /// Latitude, degrees times 10^7, -900,000,000..=900,000,000.
    pub latitude_e7: i32,
    /// Longitude, degrees times 10^7, -1,800,000,000..=1,800,000,000.
    pub longitude_e7: i32,
}

impl Point {
    /// Whether both numbers are on the globe.
    pub fn on_earth(self) -> bool {
        self.latitude_e7.unsigned_abs() <= 900_000_000
            && self.longitude_e7.unsigned_abs() <= 1_800_000_000
    }
}

/// Great-circle distance in km (haversine). The way over the antimeridian is found by itself:
/// sine and cosine do not know where a map is cut.
pub fn distance_km(from: Point, to: Point) -> f64 {
    let radians = |e7: i32| (f64::from(e7) / 1e7).to_radians();
    let (lat1, lat2) = (radians(from.latitude_e7), radians(to.latitude_e7));
    let half_lat = libm::sin((lat2 - lat1) / 2.0);
    let half_lon = libm::sin((radians(to.longitude_e7) - radians(from.longitude_e7)) / 2.0);
    let h = half_lat * half_lat + libm::cos(lat1) * libm::cos(lat2) * half_lon * half_lon;
    2.0 * EARTH_RADIUS_KM * libm::asin(libm::sqrt(h.clamp(0.0, 1.0)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn point(latitude: i32, longitude: i32) -> Point {
        Point {
            latitude_e7: latitude * 1_000,
            longitude_e7: longitude * 1_000,
        }
    }

    #[test]
    fn distances_of_known_pairs() {
        // Degrees times 10^4; km computed with 50 digits from the radius above.
        for (from, to, km) in [
            ((601_699, 249_384), (387_223, -91_393), 3360.1875),
            ((525_200, 134_050), (482_082, 163_738), 523.54572),
            ((525_200, 134_050), (407_128, -740_060), 6385.0124),
            ((-181_416, 1_784_419), (-138_333, -1_717_667), 1150.7036), // over the antimeridian
        ] {
            let got = distance_km(point(from.0, from.1), point(to.0, to.1));
            assert!(
                (got - km).abs() < 1e-3,
                "{from:?} {to:?}: {got} instead of {km}"
            );
        }
    }

    proptest! {
        #[test]
        fn distance_is_a_metric_on_the_globe(
            a in (-900_000_000_i32..=900_000_000, -1_800_000_000_i32..=1_800_000_000),
            b in (-900_000_000_i32..=900_000_000, -1_800_000_000_i32..=1_800_000_000),
        ) {
            let p = Point { latitude_e7: a.0, longitude_e7: a.1 };
            let q = Point { latitude_e7: b.0, longitude_e7: b.1 };
            let there = distance_km(p, q);
            prop_assert!((0.0..=20_016.0).contains(&there));
            prop_assert!((there - distance_km(q, p)).abs() < 1e-6);
            prop_assert!(distance_km(p, p).abs() < 1e-9);
        }
    }
}
