//! A world on a disk: EPCIS 2.0 documents by day and sender as they arrive, logger files, master
//! data and decisions in the bodies of the ledger, scans, and the labels of everything planted.
//! Nobody is stopped: what is presented is dispensed.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use gs1::epcis::{EPCIS_CONTEXT, Event};
use rules::{Fact, Record};
use serde_json::{Value, json};

use crate::DAY;
use crate::goods::day_of;
use crate::world::{Params, Step, Visit, World};

/// What was written.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// EPCIS documents.
    pub documents: u32,
    /// Events in them.
    pub events: u32,
    /// Logger files.
    pub loggers: u32,
    /// Labels.
    pub labels: u32,
}

struct Writer {
    dir: PathBuf,
    /// Events of the present day by sender.
    day: i64,
    senders: BTreeMap<String, Vec<Value>>,
    masters: BufWriter<File>,
    decisions: BufWriter<File>,
    scans: BufWriter<File>,
    written: Written,
}

/// Writes a world into a folder, which is made.
///
/// # Errors
/// What the disk says.
pub fn write(params: Params, dir: &Path) -> io::Result<Written> {
    fs::create_dir_all(dir.join("epcis"))?;
    fs::create_dir_all(dir.join("loggers"))?;
    let lines = |name: &str| File::create(dir.join(name)).map(BufWriter::new);
    let mut writer = Writer {
        dir: dir.to_owned(),
        day: 0,
        senders: BTreeMap::new(),
        masters: lines("master.jsonl")?,
        decisions: lines("decisions.jsonl")?,
        scans: lines("scans.jsonl")?,
        written: Written::default(),
    };
    fs::write(dir.join("world.json"), pretty(&json!(params)))?;
    let mut world = World::new(params);
    while let Some(step) = world.advance() {
        match step {
            Step::Record(record) => writer.record(&world, &record)?,
            Step::Visit(visit) => {
                writer.scan(&world, &visit)?;
                world.answer(visit, true);
            }
        }
    }
    writer.end_of_day()?;
    let mut labels = lines("labels.jsonl")?;
    for planted in world.planted() {
        writeln!(labels, "{}", json!(planted))?;
        writer.written.labels += 1;
    }
    labels.flush()?;
    for file in [
        &mut writer.masters,
        &mut writer.decisions,
        &mut writer.scans,
    ] {
        file.flush()?;
    }
    Ok(writer.written)
}

impl Writer {
    fn record(&mut self, world: &World, record: &Record) -> io::Result<()> {
        let now = record.stamp.recorded_ms;
        match &record.fact {
            Fact::Master(data) => writeln!(self.masters, "{}", json!(data)),
            Fact::Decision(decision) => {
                let line = json!({"at_ms": now, "by": record.stamp.actor, "decision": decision});
                writeln!(self.decisions, "{line}")
            }
            // Questions are written as scans.
            Fact::Verification(_) => Ok(()),
            Fact::Event(event) => {
                if now.div_euclid(DAY) != self.day {
                    self.end_of_day()?;
                    self.day = now.div_euclid(DAY);
                }
                self.logger(event)?;
                let sender = sender(world, record.stamp.actor.as_deref().unwrap_or_default());
                let mut json = event.to_json();
                if let Some(members) = json.as_object_mut() {
                    members.remove("@context");
                }
                self.senders.entry(sender).or_default().push(json);
                self.written.events += 1;
                Ok(())
            }
        }
    }

    /// One document for each sender of the day.
    fn end_of_day(&mut self) -> io::Result<()> {
        let Some(midnight) = self
            .day
            .checked_mul(DAY)
            .filter(|_| !self.senders.is_empty())
        else {
            return Ok(());
        };
        let day = day_of(midnight).to_string();
        let dir = self.dir.join("epcis").join(&day);
        fs::create_dir_all(&dir)?;
        for (sender, events) in std::mem::take(&mut self.senders) {
            let document = json!({
                "@context": [EPCIS_CONTEXT],
                "type": "EPCISDocument",
                "schemaVersion": "2.0",
                "creationDate": format!("{day}T23:59:59Z"),
                "epcisBody": {"eventList": events},
            });
            fs::write(dir.join(format!("{sender}.json")), document.to_string())?;
            self.written.documents += 1;
        }
        Ok(())
    }

    /// Readings once more, as a logger hands them out.
    fn logger(&mut self, event: &Event) -> io::Result<()> {
        let Some(element) = event.sensor_elements.first() else {
            return Ok(());
        };
        let device = element.metadata.device_id.as_deref().unwrap_or_default();
        let unit = event
            .epcs()
            .first()
            .map(|epc| epc.canonical())
            .unwrap_or_default();
        let name = device.rsplit('.').next().unwrap_or_default();
        let file = self.dir.join("loggers").join(format!("{name}.csv"));
        let mut text = format!("# device {device}\n# unit {unit}\nnumber,time_ms,celsius\n");
        let temperatures = element.reports.iter().filter(|it| it.is_temperature());
        for (number, report) in temperatures.enumerate() {
            let value = report
                .value
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default();
            let at_ms = report.time_ms.unwrap_or_default();
            // Writing to a string cannot fail.
            let _written = writeln!(text, "{number},{at_ms},{value}");
        }
        self.written.loggers += u32::from(!file.exists());
        fs::write(file, text)
    }

    fn scan(&mut self, world: &World, visit: &Visit) -> io::Result<()> {
        let site = &world.atlas.sites[visit.site];
        let line = json!({
            "at_ms": visit.at_ms,
            "party": site.party,
            "location": site.place.canonical(),
            "text": visit.text,
            "subject": visit.subject,
            "truth": format!("{:?}", visit.truth),
            "fault": visit.fault,
        });
        writeln!(self.scans, "{line}")
    }
}

/// Plants, centres and the rogue send their own documents; pharmacies send through their country's
/// hub.
fn sender(world: &World, party: &str) -> String {
    let site = world.atlas.sites.iter().find(|site| site.party == party);
    match site {
        Some(site) if site.role == "pharmacy" => format!("hub-{}", site.country),
        Some(site) => site.party.clone(),
        None => "unknown".to_owned(),
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
