//! What a played demo leaves behind for people and scripts: `demo.json` with address, keys and
//! scans, and the lines that are printed when it is ready.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::cast::{self, Actor};
use super::plan::Fate;
use super::story::Story;

/// Name of the file in the data directory; it is there exactly when the demo was played to its
/// end.
pub const FILE: &str = "demo.json";

/// The contents of `demo.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Address of the node, without a trailing slash.
    pub url: String,
    /// API keys: `manufacturer`, `wholesaler`, `pharmacy_a`, `pharmacy_b`, `regulator`, `admin`,
    /// `gateway`.
    pub keys: BTreeMap<String, String>,
    /// Element strings as a scanner sends them, FNC1 as 0x1D: `genuine`, `clone`, `unknown`,
    /// `excursion`, `recalled`.
    pub scans: BTreeMap<String, String>,
    /// The first sound lot.
    pub lot: LotFact,
    /// The recalled lot.
    pub recalled_lot: LotFact,
    /// SSCC of a pallet that stayed cold, as canonical id.
    pub shipment: String,
    /// SSCC of the pallet that got warm, as canonical id.
    pub excursion_shipment: String,
    /// SSCC of the pallet that was read at the dock door, as canonical id.
    pub dock_shipment: String,
    /// Read point of the dock door, as canonical id.
    pub dock_door: String,
    /// Whether a reader and a bridge were run at the dock door.
    pub dock_read: bool,
    /// Packs played, the recalled lot not counted.
    pub packs: usize,
    /// The key that signs checkpoints, as C2SP vkey.
    pub checkpoint_key: String,
}

/// A lot by its two parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotFact {
    /// 14 digits.
    pub gtin: String,
    /// AI 10.
    pub lot: String,
}

impl Facts {
    /// The facts of this story on the node at `url`.
    pub fn new(
        story: &Story,
        url: &str,
        keys: BTreeMap<String, String>,
        checkpoint_key: String,
        dock_read: bool,
    ) -> Self {
        let lot = |lot: Option<&super::story::Lot>| LotFact {
            gtin: story.gtin.clone(),
            lot: lot.map_or_else(String::new, |lot| lot.lot.clone()),
        };
        let sscc = |sscc: &str| format!("https://id.gs1.org/00/{sscc}");
        Self {
            url: url.to_owned(),
            keys,
            scans: scans(story),
            lot: lot(story.lots.first()),
            recalled_lot: lot(story.recalled_lot()),
            shipment: sscc(&story.pallet),
            excursion_shipment: sscc(&story.warm_pallet),
            dock_shipment: sscc(&story.arrival.pallet),
            dock_door: cast::dock_door().id,
            dock_read,
            packs: story
                .packs
                .iter()
                .filter(|pack| pack.fate != Fate::Recalled)
                .count(),
            checkpoint_key,
        }
    }

    /// Reads `demo.json`.
    ///
    /// # Errors
    /// When it is not the contents of one.
    pub fn parse(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }

    /// The same facts at another address.
    #[must_use]
    pub fn at(self, url: &str) -> Self {
        Self {
            url: url.to_owned(),
            ..self
        }
    }

    /// What to print when the demo is ready, line by line.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("portal: {}", self.url)];
        for actor in Actor::ALL {
            if let Some(key) = self.keys.get(actor.key_name()) {
                let who = format!("{} ({})", actor.name(), actor.role());
                lines.push(format!("  {who:<47} {}/#key={key}", self.url));
            }
        }
        lines.push("keys for scripts (also in demo.json):".into());
        for (name, key) in &self.keys {
            lines.push(format!("  {name:<13} {key}"));
        }
        lines.push("try (each shows what it says):".into());
        for (name, shows) in SHOWS {
            if let Some(scan) = self.scans.get(name) {
                lines.push(format!("  {shows}:"));
                lines.push(format!(
                    "    {}",
                    self.command(&format!("verify '{}'", typed(scan)))
                ));
            }
        }
        let lot = format!(
            "trace https://id.gs1.org/01/{}/10/{}",
            self.lot.gtin, self.lot.lot
        );
        let trace = [
            ("where the lot is now", lot),
            (
                "what happened to the warm pallet",
                format!("trace {}", self.excursion_shipment),
            ),
        ];
        for (shows, command) in trace {
            lines.push(format!("  {shows}:"));
            lines.push(format!("    {}", self.command(&command)));
        }
        lines
    }

    fn command(&self, command: &str) -> String {
        let key = self
            .keys
            .get(Actor::Regulator.key_name())
            .map_or("KEY", String::as_str);
        format!("theriac {command} --server {} --key {key}", self.url)
    }
}

/// The scans and what each shows, in the order of the story.
const SHOWS: [(&str, &str); 5] = [
    (
        "genuine",
        "a genuine pack, kept cold: may be dispensed (exit 0)",
    ),
    (
        "clone",
        "an identifier dispensed in Hamburg and seen in Munich: do not dispense (exit 1)",
    ),
    (
        "unknown",
        "a serial that nobody made, of a real lot: do not dispense (exit 1)",
    ),
    (
        "recalled",
        "a pack of a recalled lot: do not dispense (exit 1)",
    ),
    (
        "excursion",
        "a pack from the box that got warm: hold (exit 1)",
    ),
];

fn scans(story: &Story) -> BTreeMap<String, String> {
    let at_a = |fate| fate == Fate::AtPharmacy(Actor::PharmacyA);
    let genuine = story.first(at_a).or_else(|| story.first(Fate::is_sound));
    let found = [
        ("genuine", genuine),
        ("clone", story.first(|fate| fate == Fate::Copied)),
        ("excursion", story.first(|fate| fate == Fate::Warmed)),
        ("recalled", story.first(|fate| fate == Fate::Recalled)),
    ];
    let mut scans: BTreeMap<String, String> = found
        .into_iter()
        .filter_map(|(name, pack)| Some((name.to_owned(), story.scan(pack?))))
        .collect();
    scans.insert("unknown".into(), story.unknown_scan());
    scans
}

/// The element string as one can type it: FNC1 as `{GS}`.
fn typed(scan: &str) -> String {
    scan.replace('\u{1d}', "{GS}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        let story = Story::new(1, 1_790_000_000_000, 100);
        let keys = Actor::ALL
            .iter()
            .map(|actor| (actor.key_name().to_owned(), "thr_x".to_owned()));
        Facts::new(
            &story,
            "http://localhost:1",
            keys.collect(),
            "n+1+k".into(),
            true,
        )
    }

    #[test]
    fn the_file_reads_back_and_its_scans_are_raw() {
        let facts = facts();
        let text = serde_json::to_string(&facts).unwrap();
        assert!(
            text.contains("\\u001d"),
            "FNC1 is the control character: {text}"
        );
        assert_eq!(Facts::parse(text.as_bytes()).unwrap(), facts);
        assert_eq!(facts.scans.len(), 5);
        let different: std::collections::BTreeSet<_> = facts.scans.values().collect();
        assert_eq!(different.len(), 5);
    }

    #[test]
    fn every_printed_scan_can_be_pasted_into_a_shell() {
        let lines = facts().lines();
        let commands: Vec<_> = lines
            .iter()
            .filter(|line| line.contains("theriac "))
            .collect();
        assert_eq!(commands.len(), 7, "{lines:#?}");
        assert!(commands.iter().all(|line| !line.contains('\u{1d}')));
        assert!(
            commands
                .iter()
                .all(|line| line.matches('\'').count() % 2 == 0)
        );
    }
}
