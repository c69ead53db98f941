//! Places on a map of about the size of the European Union, each with the party that runs it.
//! Pharmacies belong to the nearest distribution centre.

use gs1::{Epc, Gln, check_digit};

use crate::seeded::Seeded;
use crate::{HOUR, MINUTE};

/// A place's number in [`Atlas::sites`].
pub type SiteId = usize;

/// A place.
#[derive(Debug, Clone)]
pub struct Site {
    /// GLN of the party that runs it.
    pub party: String,
    /// The place itself.
    pub place: Epc,
    /// Its name.
    pub name: String,
    /// `manufacturer`, `wholesaler` or `pharmacy`.
    pub role: &'static str,
    /// Degrees.
    pub latitude: f64,
    /// Degrees.
    pub longitude: f64,
    /// ISO 3166-1 alpha-2.
    pub country: &'static str,
    /// How far its clock is ahead, ms.
    pub skew_ms: i64,
    /// Its scanner sends the symbology identifier.
    pub sends_symbology: bool,
}

/// Everything on the map.
#[derive(Debug)]
pub struct Atlas {
    /// All places: plants, centres, pharmacies, and at the end the rogue.
    pub sites: Vec<Site>,
    centres: usize,
    /// Pharmacies of each centre.
    served: Vec<Vec<SiteId>>,
}

/// Plants, one manufacturer each.
pub(crate) const PLANTS: usize = 3;

impl Atlas {
    pub(crate) fn new(seed: u64, centres: usize, pharmacies: usize) -> Self {
        let mut dice = Seeded::new(seed, "atlas");
        let mut sites = Vec::new();
        let groups = [
            ("manufacturer", "Plant", PLANTS),
            ("wholesaler", "Distribution centre", centres),
            ("pharmacy", "Pharmacy", pharmacies),
            ("wholesaler", "Unlisted trader", 1),
        ];
        for (role, name, count) in groups {
            for number in 1..=count {
                let id = sites.len();
                sites.push(site(&mut dice, id, role, format!("{name} {number}")));
            }
        }
        let mut served = vec![Vec::new(); centres];
        for id in PLANTS + centres..PLANTS + centres + pharmacies {
            let way = |centre: &usize| (km(&sites[id], &sites[PLANTS + centre]) * 1_000.0) as u64;
            let nearest = (0..centres).min_by_key(way).expect("a centre");
            served[nearest].push(id);
        }
        for (centre, list) in served.iter_mut().enumerate() {
            if list.is_empty() {
                list.push(PLANTS + centres + centre % pharmacies);
            }
        }
        Self {
            sites,
            centres,
            served,
        }
    }

    pub(crate) fn centre(&self, number: usize) -> SiteId {
        PLANTS + number % self.centres
    }

    pub(crate) fn centres(&self) -> usize {
        self.centres
    }

    /// Pharmacies that a centre delivers to.
    pub(crate) fn served_by(&self, centre: SiteId) -> &[SiteId] {
        &self.served[centre - PLANTS]
    }

    /// Any pharmacy.
    pub(crate) fn pharmacy(&self, dice: &mut Seeded) -> SiteId {
        let first = PLANTS + self.centres;
        first + dice.below(self.rogue() - first)
    }

    /// The trader who buys and sells what he should not.
    pub(crate) fn rogue(&self) -> SiteId {
        self.sites.len() - 1
    }

    /// Time on the road with loading and rests, ms: 50 km/h, and 3 to 20 hours of standing.
    pub(crate) fn journey(&self, from: SiteId, to: SiteId, dice: &mut Seeded) -> i64 {
        let km = km(&self.sites[from], &self.sites[to]);
        (km / 50.0 * HOUR as f64) as i64 + dice.between(3 * HOUR, 20 * HOUR)
    }
}

fn site(dice: &mut Seeded, id: usize, role: &'static str, name: String) -> Site {
    let (latitude, longitude) = (37.0 + 18.0 * dice.uniform(), -8.0 + 32.0 * dice.uniform());
    // A clock in two hundred is an hour off: daylight saving was set wrongly.
    let skew_ms = if role == "pharmacy" && dice.chance(0.005) {
        HOUR
    } else {
        dice.between(-90_000, MINUTE)
    };
    Site {
        party: gln(10_000 + id),
        place: Epc::Sgln(Gln::parse(&gln(50_000 + id)).expect("a gln").into()),
        name,
        role,
        latitude,
        longitude,
        country: country(latitude, longitude),
        skew_ms,
        sends_symbology: dice.chance(0.5),
    }
}

fn country(latitude: f64, longitude: f64) -> &'static str {
    match (latitude < 45.0, longitude) {
        (true, x) if x < 5.0 => "ES",
        (true, _) => "IT",
        (false, x) if x < 3.0 => "FR",
        (false, x) if x < 15.0 => "DE",
        (false, _) => "PL",
    }
}

/// Kilometres as the crow flies, by the haversine formula.
pub(crate) fn km(a: &Site, b: &Site) -> f64 {
    let (from, to) = (a.latitude.to_radians(), b.latitude.to_radians());
    let half = |x: f64| {
        let sine = libm::sin(x / 2.0);
        sine * sine
    };
    let across = half((b.longitude - a.longitude).to_radians());
    let h = half(to - from) + libm::cos(from) * libm::cos(to) * across;
    2.0 * 6_371.008_8 * libm::asin(libm::sqrt(h.min(1.0)))
}

/// A GLN on the example prefix; `reference` is below 100,000.
pub(crate) fn gln(reference: usize) -> String {
    with_check_digit(&format!("9506000{reference:05}"))
}

pub(crate) fn with_check_digit(digits: &str) -> String {
    format!("{digits}{}", check_digit::of(digits.as_bytes()))
}
