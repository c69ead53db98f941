//! The part of the configuration about places: zones of a reader's antennas, areas in which tags
//! are located, the two sides of a door, and what is expected to pass.
//!
//! ```toml
//! [[zone]]                         # antennas of a source that are elsewhere
//! name = "shelf-7"
//! source = "dock-1"                # name of a reader or feed
//! antennas = [3, 4]
//! read_point = "https://id.gs1.org/414/9521321000018/254/shelf-7"
//! biz_step = "storing"
//!
//! [[area]]                         # sources and their zones hear the same tags
//! sources = ["dock-1"]
//!
//! [[door]]
//! source = "dock-1"
//! outer_antennas = [1]
//! inner_antennas = [2]
//! outer_barrier = 2                # inputs of light barriers
//! inner_barrier = 1
//! broken_is_high = false
//! crossing_required = true         # nothing went through: strays
//! crossed_idle_ms = 400            # nothing stands in this field: gone after less silence
//! in_biz_step = "receiving"
//! out_biz_step = "shipping"
//!
//! [expected]
//! folder = "expected"              # despatch advices, one JSON file each
//! stray_dbm = -60                  # weaker tags of no advice beside a shipment: strays
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use gs1::BizStep;
use serde::Deserialize;

use super::{Config, ConfigError, place};
use crate::capture::Place;
use crate::direction::{Direction, DoorConfig};

/// `[[zone]]`: antennas of a source that are elsewhere.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZoneEntry {
    /// Unique among readers, feeds and zones.
    pub name: String,
    /// Whose antennas.
    pub source: String,
    /// Which.
    pub antennas: Vec<u16>,
    /// Where: an SGLN.
    pub read_point: String,
    /// Where the goods are then.
    pub biz_location: Option<String>,
    /// CBV business step.
    pub biz_step: String,
}

/// `[[area]]`: sources whose antennas hear the same tags.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AreaEntry {
    /// Names of readers and feeds.
    pub sources: Vec<String>,
}

/// `[[door]]`: what of a source's equipment is on which side.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DoorEntry {
    /// Name of a reader, feed or zone.
    pub source: String,
    /// Antennas inside.
    #[serde(default)]
    pub inner_antennas: Vec<u16>,
    /// Antennas outside.
    #[serde(default)]
    pub outer_antennas: Vec<u16>,
    /// Input of the barrier inside.
    pub inner_barrier: Option<u16>,
    /// Input of the barrier outside.
    pub outer_barrier: Option<u16>,
    /// A broken barrier is high; low unless set.
    #[serde(default)]
    pub broken_is_high: bool,
    /// Passages without a crossing are strays; false unless set.
    #[serde(default)]
    pub crossing_required: bool,
    /// A tag that was heard while something went through has passed when it was not heard for so
    /// long, ms; `smoothing.idle_ms` unless set. For doors with barriers in whose field nothing
    /// is put down: there a tag that is heard during two crossings went twice.
    pub crossed_idle_ms: Option<u64>,
    /// Business step of what comes in; the source's unless set.
    pub in_biz_step: Option<String>,
    /// Where it is then; the source's unless set.
    pub in_biz_location: Option<String>,
    /// Business step of what goes out.
    pub out_biz_step: Option<String>,
    /// Where it is then.
    pub out_biz_location: Option<String>,
}

/// `[expected]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedEntry {
    /// Folder with despatch advices.
    pub folder: PathBuf,
    /// Tags of no advice that are weaker than this are strays; none unless set.
    pub stray_dbm: Option<i8>,
}

/// Places and what leads to them.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// Sources first, in their order, then zones, then the two ways through doors.
    pub places: Vec<Place>,
    /// Place of a source's antenna, where it is not the source's own.
    pub zones: BTreeMap<(usize, u16), usize>,
    /// Area of a source.
    pub areas: BTreeMap<usize, usize>,
    /// Doors, by the place that they are at.
    pub doors: BTreeMap<usize, DoorLayout>,
}

/// A door of the layout.
#[derive(Debug, Clone, PartialEq)]
pub struct DoorLayout {
    /// Its equipment.
    pub config: DoorConfig,
    /// Source whose inputs are its barriers.
    pub source: usize,
    /// Places of what goes in and out.
    pub ways: BTreeMap<Direction, usize>,
}

fn wrong(field: String, why: &dyn std::fmt::Display) -> ConfigError {
    ConfigError::Value {
        field,
        why: why.to_string(),
    }
}

impl Config {
    /// Where everything is.
    ///
    /// # Errors
    /// [`ConfigError::Value`] for a name that is none, or an identifier that cannot be.
    pub fn layout(&self) -> Result<Layout, ConfigError> {
        let mut layout = Layout {
            places: self.places()?,
            ..Layout::default()
        };
        let sources = layout.places.len();
        for (area, entry) in self.area.iter().enumerate() {
            for name in &entry.sources {
                let source = layout.find(name, sources, "area.sources")?;
                if layout.areas.insert(source, area).is_some() {
                    return Err(wrong("area.sources".to_owned(), &format!("{name:?} twice")));
                }
            }
        }
        for zone in &self.zone {
            layout.add_zone(zone, sources)?;
        }
        for door in &self.door {
            layout.add_door(door, sources)?;
        }
        Ok(layout)
    }
}

impl Layout {
    /// Places of `before` that are here as they were, with the same door if they have one: their
    /// numbers there and here.
    pub fn same_places(&self, before: &Self) -> BTreeMap<usize, usize> {
        let here = |(from, place): (usize, &Place)| {
            let to = self.places.iter().position(|it| it == place)?;
            self.has_same_door(to, before, from).then_some((from, to))
        };
        before.places.iter().enumerate().filter_map(here).collect()
    }

    /// Whether a place has the door that another one has in the layout before.
    fn has_same_door(&self, at: usize, before: &Self, there: usize) -> bool {
        let (ours, theirs) = match (self.doors.get(&at), before.doors.get(&there)) {
            (Some(ours), Some(theirs)) => (ours, theirs),
            (ours, theirs) => return ours.is_none() && theirs.is_none(),
        };
        let source = |layout: &Self, door: &DoorLayout| {
            let source = layout.places.get(door.source);
            source.map(|it| it.name.clone())
        };
        let ways = ours.ways.values().map(|way| self.places.get(*way));
        let theirs_ways = theirs.ways.values().map(|way| before.places.get(*way));
        ours.config == theirs.config
            && source(self, ours) == source(before, theirs)
            && ways.eq(theirs_ways)
    }

    fn find(&self, name: &str, among: usize, field: &str) -> Result<usize, ConfigError> {
        let places = self.places.iter().take(among);
        let found = places.enumerate().find(|(_, place)| place.name == name);
        found
            .map(|(at, _)| at)
            .ok_or_else(|| wrong(field.to_owned(), &format!("{name:?} is nowhere")))
    }

    fn add_zone(&mut self, zone: &ZoneEntry, sources: usize) -> Result<(), ConfigError> {
        let field = |name: &str| format!("zone {:?}, {name}", zone.name);
        let source = self.find(&zone.source, sources, &field("source"))?;
        if self.places.iter().any(|place| place.name == zone.name) {
            return Err(wrong(field("name"), &"is used twice"));
        }
        let location = zone.biz_location.as_deref();
        let at = self.places.len();
        self.places.push(place(
            &format!("zone {:?}", zone.name),
            &zone.name,
            (&zone.read_point, location, &zone.biz_step),
        )?);
        for antenna in &zone.antennas {
            if self.zones.insert((source, *antenna), at).is_some() {
                return Err(wrong(
                    field("antennas"),
                    &format!("{antenna} is in two zones"),
                ));
            }
        }
        // The antennas of one source hear the same tags.
        self.areas.entry(source).or_insert(usize::MAX - source);
        Ok(())
    }

    fn add_door(&mut self, door: &DoorEntry, sources: usize) -> Result<(), ConfigError> {
        let field = |name: &str| format!("door of {:?}, {name}", door.source);
        let at = self.find(&door.source, self.places.len(), &field("source"))?;
        let owner = self.zones.iter().find(|(_, zone)| **zone == at);
        let source = owner.map_or(at, |((source, _), _)| *source);
        if source >= sources || self.doors.contains_key(&at) {
            return Err(wrong(field("source"), &"has two doors"));
        }
        let barriers = match (door.inner_barrier, door.outer_barrier) {
            (Some(inner), Some(outer)) if inner != outer => Some((inner, outer)),
            (None, None) => None,
            _ => return Err(wrong(field("inner_barrier"), &"two barriers or none")),
        };
        if barriers.is_none() && door.crossing_required {
            return Err(wrong(field("crossing_required"), &"needs barriers"));
        }
        if barriers.is_none() && door.crossed_idle_ms.is_some() {
            return Err(wrong(field("crossed_idle_ms"), &"needs barriers"));
        }
        let set = |ports: &[u16]| ports.iter().copied().collect::<BTreeSet<u16>>();
        let config = DoorConfig {
            inner_antennas: set(&door.inner_antennas),
            outer_antennas: set(&door.outer_antennas),
            barriers,
            broken_is_high: door.broken_is_high,
            crossing_required: door.crossing_required,
            crossed_idle_ms: door.crossed_idle_ms,
        };
        if !config.inner_antennas.is_disjoint(&config.outer_antennas) {
            return Err(wrong(field("inner_antennas"), &"an antenna is on one side"));
        }
        let mut ways = BTreeMap::new();
        for (direction, step, location) in [
            (Direction::In, &door.in_biz_step, &door.in_biz_location),
            (Direction::Out, &door.out_biz_step, &door.out_biz_location),
        ] {
            let Some(mut way) = self.places.get(at).cloned() else {
                continue;
            };
            way.direction = Some(direction.word());
            if let Some(step) = step {
                way.biz_step =
                    BizStep::parse(step).map_err(|error| wrong(field("biz_step"), &error))?;
            }
            if let Some(location) = location {
                let parsed = gs1::Epc::parse(location);
                way.biz_location =
                    Some(parsed.map_err(|error| wrong(field("biz_location"), &error))?);
            }
            ways.insert(direction, self.places.len());
            self.places.push(way);
        }
        let layout = DoorLayout {
            config,
            source,
            ways,
        };
        self.doors.insert(at, layout);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::documented;

    const GOOD: &str = r#"
        [device]
        key_file = "device.key"
        [[reader]]
        address = "192.0.2.17:5084"
        name = "dock-1"
        read_point = "https://id.gs1.org/414/9521321000018/254/dock-1"
        biz_step = "inspecting"
        [uplink]
        url = "https://theriac.example.org"
        api_key_file = "api.key"
        [spool]
        path = "spool.redb"
    "#;

    fn layout(more: &str) -> Result<Layout, String> {
        let config = Config::parse(&format!("{GOOD}{more}")).map_err(|it| it.to_string())?;
        config.layout().map_err(|error| error.to_string())
    }

    #[test]
    fn zones_and_doors_are_places_after_the_sources() {
        let layout = layout(&documented(include_str!("door.rs"))).unwrap();
        let names: Vec<(&str, Option<&str>)> = layout
            .places
            .iter()
            .map(|place| (place.name.as_str(), place.direction))
            .collect();
        let expected = [
            ("dock-1", None),
            ("shelf-7", None),
            ("dock-1", Some("in")),
            ("dock-1", Some("out")),
        ];
        assert_eq!(names, expected);
        assert_eq!(layout.zones, BTreeMap::from([((0, 3), 1), ((0, 4), 1)]));
        assert_eq!(layout.areas, BTreeMap::from([(0, 0)]));
        let door = &layout.doors[&0];
        assert_eq!(
            door.ways,
            BTreeMap::from([(Direction::In, 2), (Direction::Out, 3)])
        );
        assert_eq!(door.config.barriers, Some((1, 2)));
        assert_eq!(door.config.crossed_idle_ms, Some(400));
        assert_eq!(layout.places[3].biz_step, BizStep::Shipping);
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        for (from, to, expected) in [
            (
                "source = \"dock-1\"    ",
                "source = \"dock-9\"    ",
                "nowhere",
            ),
            ("name = \"shelf-7\"", "name = \"dock-1\"", "used twice"),
            ("antennas = [3, 4]", "antennas = [3, 3]", "two zones"),
            (
                "sources = [\"dock-1\"]",
                "sources = [\"dock-1\", \"dock-1\"]",
                "twice",
            ),
            ("inner_barrier = 1", "inner_barrier = 2", "two barriers"),
            ("inner_antennas = [2]", "inner_antennas = [1]", "one side"),
            ("\"receiving\"", "\"recieving\"", "biz_step"),
        ] {
            let example = documented(include_str!("door.rs"));
            assert!(example.contains(from), "{from}");
            let error = layout(&example.replacen(from, to, 1)).expect_err(expected);
            assert!(error.contains(expected), "{error} is not {expected}");
        }
        let error = layout("[[door]]\nsource = \"dock-1\"\ncrossing_required = true").unwrap_err();
        assert!(error.contains("needs barriers"), "{error}");
        let error = layout("[[door]]\nsource = \"dock-1\"\ncrossed_idle_ms = 300").unwrap_err();
        assert!(error.contains("needs barriers"), "{error}");
    }
}
