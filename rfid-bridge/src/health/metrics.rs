//! The figures in Prometheus' text format 0.0.4. Counters count from the start of the process.

use std::fmt::{Display, Write as _};

use super::Snapshot;
use crate::spool::pressure::Stage;

/// All of them.
pub(super) fn text(snapshot: &Snapshot) -> String {
    let mut out = Lines::default();
    let version = env!("CARGO_PKG_VERSION");
    out.head("info", "gauge", "What runs here.");
    out.value(
        "info",
        &[
            ("version", version),
            ("device", &snapshot.device),
            ("label", &snapshot.label),
        ],
        1,
    );
    totals(&mut out, snapshot);
    sources(&mut out, snapshot);
    stock(&mut out, snapshot);
    out.0
}

fn totals(out: &mut Lines, snapshot: &Snapshot) {
    let figures = &snapshot.figures;
    let (line, done) = (&figures.line, &figures.done);
    for (name, help, value) in [
        ("reads_total", "Sightings of tags.", line.reads),
        ("observations_total", "Passages of tags.", line.observations),
        ("samples_total", "Values of sensors.", line.samples),
        ("events_total", "Events put into the spool.", line.events),
        ("blocks_sealed_total", "Blocks signed.", done.sealed),
        (
            "blocks_delivered_total",
            "Blocks with a receipt.",
            done.delivered,
        ),
        (
            "blocks_refused_total",
            "Blocks that the service refused.",
            done.refused,
        ),
    ] {
        out.one(name, "counter", help, value);
    }
    out.head(
        "letters_total",
        "counter",
        "Messages and files, by what became of them.",
    );
    let letters = &line.letters;
    for (outcome, count) in [
        ("kept", letters.kept),
        ("known", letters.known),
        ("unreadable", letters.unreadable),
    ] {
        out.value("letters_total", &[("outcome", outcome)], count);
    }
    out.one(
        "start_time_seconds",
        "gauge",
        "When the bridge started, Unix time.",
        seconds(figures.started_ms),
    );
    if let Some(service) = &figures.service {
        let help = "Whether the latest word with the service was a good one.";
        out.one("service_up", "gauge", help, u8::from(service.is_ok()));
    }
    if let Some(at_ms) = figures.delivered_ms {
        let help = "When a block got its receipt last, Unix time.";
        out.one("delivered_time_seconds", "gauge", help, seconds(at_ms));
    }
}

fn sources(out: &mut Lines, snapshot: &Snapshot) {
    let sources = &snapshot.figures.sources;
    for (name, kind, help) in [
        (
            "source_up",
            "gauge",
            "Whether a source that tells so is heard.",
        ),
        (
            "source_heard_time_seconds",
            "gauge",
            "When a source was heard last, Unix time.",
        ),
        (
            "source_reads_total",
            "counter",
            "Reports of tags by a source.",
        ),
        (
            "source_letters_total",
            "counter",
            "Messages and files by a source.",
        ),
        (
            "gaps_total",
            "counter",
            "Times in which something may have been missed.",
        ),
        (
            "source_antennas_lost",
            "gauge",
            "Antennas that a reader says are not connected.",
        ),
    ] {
        out.head(name, kind, help);
        for source in sources {
            let labels = [("source", source.name.as_str()), ("kind", source.kind)];
            match name {
                "source_up" => {
                    if let Some(state) = &source.state {
                        out.value(name, &labels, u8::from(state.is_ok()));
                    }
                }
                "source_heard_time_seconds" => {
                    if let Some(at_ms) = source.heard_ms {
                        out.value(name, &labels, seconds(at_ms));
                    }
                }
                "source_reads_total" => out.value(name, &labels, source.reads),
                "source_letters_total" => out.value(name, &labels, source.letters),
                "gaps_total" => out.value(name, &labels, source.gaps),
                _ => out.value(name, &labels, source.antennas_lost.len()),
            }
        }
    }
}

fn stock(out: &mut Lines, snapshot: &Snapshot) {
    let help = "Whether the spool can be used.";
    out.one("spool_up", "gauge", help, u8::from(snapshot.stock.is_ok()));
    let spool = &snapshot.spool;
    let Ok(stock) = &snapshot.stock else {
        return;
    };
    for (name, help, value) in [
        ("spool_events", "Events not in a block yet.", stock.events),
        ("spool_blocks", "Blocks without a receipt.", stock.blocks),
        (
            "spool_refused",
            "Refused blocks that are kept aside.",
            stock.refused,
        ),
        (
            "spool_bytes",
            "What is in the spool weighs so much.",
            spool.bytes,
        ),
        ("spool_bytes_max", "What it may weigh.", spool.bytes_max),
        (
            "spool_file_bytes",
            "What its file takes of the disk.",
            spool.file_bytes,
        ),
    ] {
        out.one(name, "gauge", help, value);
    }
    let help = "What is done as the spool fills: one of the stages is 1.";
    out.head("spool_stage", "gauge", help);
    for stage in [Stage::Free, Stage::Coarse, Stage::Held, Stage::Dropping] {
        let is_now = u8::from(stage == spool.stage);
        out.value("spool_stage", &[("stage", stage.word())], is_now);
    }
}

/// Milliseconds as seconds, exactly.
fn seconds(ms: i64) -> String {
    format!("{}.{:03}", ms.div_euclid(1_000), ms.rem_euclid(1_000))
}

/// The text as it grows.
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a string does not fail, here and below.
        let _written = write!(
            self.0,
            "# HELP rfid_bridge_{name} {help}\n# TYPE rfid_bridge_{name} {kind}\n"
        );
    }

    fn one(&mut self, name: &str, kind: &str, help: &str, value: impl Display) {
        self.head(name, kind, help);
        self.value(name, &[], value);
    }

    fn value(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        let labels: Vec<String> = labels
            .iter()
            .map(|(label, text)| format!("{label}=\"{}\"", escaped(text)))
            .collect();
        let labels = match labels.as_slice() {
            [] => String::new(),
            some => format!("{{{}}}", some.join(",")),
        };
        let _written = writeln!(self.0, "rfid_bridge_{name}{labels} {value}");
    }
}

/// A label's value: backslash, quote and line feed are escaped.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}
