//! What becomes of raw events: passages, values, gaps, files. Nearly at its cap the spool takes no
//! more raw reads of readers that keep nothing: they are counted instead, and told as a gap.

use std::collections::BTreeSet;

use gs1::epcis::Event;

use super::Line;
use crate::capture::CaptureError;
use crate::causes;
use crate::gap;
use crate::pipeline::RunError;
use crate::pipeline::rows::{self, What};
use crate::samples::{self, KeptSample, SampleBatch, Sensor, Where, thin};
use crate::scan;
use crate::sensor::log::LogFile;
use crate::source::{Gap, GapCause, Raw, Report, Status, TagRead};
use crate::spool::pressure::Stage;

/// How long values are collected for thinning, ms.
const THIN_MS: u64 = 3_600_000;

impl Line {
    /// Looks at the clocks, and collects for as long as the spool's stage wants it.
    pub(super) fn keep_pace(&mut self) {
        self.passages.gateway = self.timekeeper.at(self.clock.now());
        let stage = self.spool.stage();
        self.passages.pace(stage.pace());
        let thinning = (stage == Stage::Dropping).then_some(THIN_MS);
        self.samples.pace(stage.pace(), thinning);
    }

    /// Takes one raw event; true when it was tags or values. A loose one is kept by nobody else.
    pub(super) fn hear(
        &mut self,
        source: usize,
        raw: Raw,
        is_loose: bool,
    ) -> Result<bool, RunError> {
        let Some(place) = self.passages.place(source) else {
            return Ok(false);
        };
        match raw {
            Raw::Tags(reads) if is_loose && self.spool.stage() == Stage::Dropping => {
                self.drop_reads(source, &reads);
                return Ok(true);
            }
            Raw::Tags(reads) => {
                let now = self.clock.now().mono_ms;
                for read in &reads {
                    let early = self.passages.read(source, read, now)?;
                    self.pass(early);
                }
                return Ok(true);
            }
            Raw::Sensor(report) => {
                self.measure(source, report, is_loose)?;
                return Ok(true);
            }
            Raw::Input(change) => {
                let (port, high) = (change.port, change.high);
                tracing::info!(source = place.name, port, high, "input changed");
                self.passages.input(source, change);
            }
            Raw::Status(status) => {
                log(&place.name, &status);
                let name = place.name.clone();
                match status {
                    Status::Up(_) => {
                        let now = self.clock.now().mono_ms;
                        self.passages.release(source, now);
                        self.was_heard.remove(&name);
                        self.heard.insert(name);
                        self.listening.insert(source);
                    }
                    Status::Down(_) => {
                        self.heard.remove(&name);
                        self.listening.remove(&source);
                    }
                    Status::Resting(_) => _ = self.listening.remove(&source),
                    Status::Antenna { .. } => {}
                }
            }
            Raw::Gap(lost) => {
                self.lose(source, &lost)?;
                if matches!(self.formats.get(source), Some(None)) {
                    // Told until then: not once more after a restart.
                    self.put_listening(source, lost.to_ms);
                }
            }
            Raw::Log(file) => {
                self.log_file(source, &file)?;
                return Ok(true);
            }
            Raw::Scan(scan) => {
                let event = scan::event(place, &self.device, &scan)?;
                self.change.events.push(event.canonical_json());
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Counts what there is no room for.
    fn drop_reads(&mut self, source: usize, reads: &[TagRead]) {
        for read in reads {
            let bounds = (read.first_ms, read.last_ms);
            self.losses
                .count(source, None, u64::from(read.count), bounds);
        }
        let reads: u64 = reads.iter().map(|read| u64::from(read.count)).sum();
        self.dropped.reads += reads;
    }

    /// Tells what was dropped, when nothing more is; all of it with `flush`.
    pub(super) fn tell_losses(&mut self, flush: bool) -> Result<(), RunError> {
        if self.losses.is_empty() || (!flush && self.spool.stage() == Stage::Dropping) {
            return Ok(());
        }
        for (source, device, lost) in self.losses.close() {
            let gap = Gap {
                cause: GapCause::SpoolFull,
                from_ms: lost.from_ms,
                to_ms: lost.to_ms,
                lost: Some(lost.count),
                device: device.clone(),
            };
            self.lose(source, &gap)?;
            let key = self.with_name(source, |place| {
                rows::dropped(place, device.as_deref().unwrap_or_default())
            });
            self.change.remove.push(key);
        }
        Ok(())
    }

    pub(super) fn with_name<T>(&self, source: usize, use_it: impl FnOnce(&str) -> T) -> T {
        let place = self.passages.place(source);
        use_it(place.map_or("", |place| place.name.as_str()))
    }

    /// What is known of a sensor.
    pub(super) fn sensor(&self, device: &str) -> &Sensor {
        self.sensors.get(device).unwrap_or(&self.unknown)
    }

    pub(super) fn lose(&mut self, source: usize, lost: &Gap) -> Result<(), RunError> {
        let Some(place) = self.passages.place(source) else {
            return Ok(());
        };
        let event = gap::event(place, &self.device, lost, &self.passages.gateway)?;
        let cause = lost.cause.word();
        tracing::warn!(source = place.name, cause, lost = lost.lost, "data gap");
        self.change.events.push(event.canonical_json());
        Ok(())
    }

    fn log_file(&mut self, source: usize, file: &LogFile) -> Result<(), RunError> {
        let Some(place) = self.passages.place(source) else {
            return Ok(());
        };
        let sensor = self.sensor(file.device());
        let events = file.events(Some(&place.read_point), sensor);
        let events = events.map_err(|source| CaptureError {
            reader: place.name.clone(),
            tags: 0,
            source,
        })?;
        let (device, signature) = (file.device(), file.signature());
        tracing::info!(source = place.name, device, signature, "logger file read");
        self.sampled += u64::try_from(file.readings()).unwrap_or(0);
        self.urgent |= events.iter().any(is_alarm);
        self.change
            .events
            .extend(events.iter().map(Event::canonical_json));
        Ok(())
    }

    fn measure(&mut self, source: usize, report: Report, is_loose: bool) -> Result<(), RunError> {
        if let Some(lost) = self.sequences.heard(source, &report) {
            self.lose(source, &lost)?;
        }
        let now = self.clock.now().mono_ms;
        let place = self.with_name(source, ToOwned::to_owned);
        if let Some(counted) = self.sequences.get(source, &report.device) {
            let device = report.device.clone();
            let key = rows::counted(&place, &device);
            let row = rows::encode(&place, What::Counted { device, counted });
            self.change.put.push((key, row));
        }
        for sample in report.samples {
            self.sampled += 1;
            let urgent = self.sensor(&report.device).is_urgent(&sample);
            let kept = KeptSample {
                place: source,
                device: report.device.clone(),
                sample,
                loose: is_loose,
            };
            let row = rows::encode(&place, What::Sample(kept.clone()));
            let number = self.samples.add(kept, urgent, now);
            self.change.put.push((rows::sample(number), row));
        }
        Ok(())
    }

    /// Makes events of measured values.
    pub(super) fn due_samples(&mut self, now: u64, flush: bool) {
        let is_thinned = self.spool.stage() == Stage::Dropping;
        for mut batch in self.samples.due(now, flush) {
            if self.passages.place(batch.place).is_none() {
                continue;
            }
            let numbers = |batch: &SampleBatch| -> BTreeSet<u64> {
                batch.samples.iter().map(|(number, _)| *number).collect()
            };
            let mut done = numbers(&batch);
            let known = self.sensors.get(&batch.device).unwrap_or(&self.unknown);
            if is_thinned && let Some(thinned) = thin::thin(&mut batch, known) {
                let device = Some(batch.device.as_str());
                self.losses
                    .count(batch.place, device, thinned.count, thinned.bounds);
                self.dropped.values += thinned.count;
            }
            let Some(place) = self.passages.place(batch.place) else {
                continue;
            };
            let at = Where {
                feed: &place.name,
                read_point: &place.read_point,
                bridge: &self.device,
                gateway: &self.passages.gateway,
            };
            let sensor = self.sensor(&batch.device);
            let is_urgent = batch.samples.iter().any(|(_, it)| sensor.is_urgent(it));
            match samples::event(at, &batch, sensor) {
                Ok(event) => {
                    self.urgent |= is_urgent;
                    self.change.events.push(event.canonical_json());
                }
                Err(error) => {
                    // They were acknowledged: their rows stay, and the next process or the next
                    // configuration tries them again.
                    let (device, values) = (batch.device.as_str(), batch.samples.len());
                    let (source, why) = (place.name.as_str(), causes(&error));
                    tracing::error!(
                        source,
                        device,
                        values,
                        why,
                        "values make no event: they stay in the spool until a restart or a \
                         reload with another configuration"
                    );
                    done = &done - &numbers(&batch);
                }
            }
            self.change
                .remove
                .extend(done.into_iter().map(rows::sample));
        }
    }
}

/// Whether an event tells of a value out of its limits, or of a broken sensor.
fn is_alarm(event: &Event) -> bool {
    let reports = event.sensor_elements.iter().flat_map(|it| &it.reports);
    reports.into_iter().any(|it| it.exception.is_some())
}

fn log(source: &str, status: &Status) {
    match status {
        Status::Up(how) => tracing::info!(source, how, "source is heard"),
        Status::Down(why) => tracing::warn!(source, why, "source is not heard"),
        Status::Resting(why) => tracing::warn!(source, why, "source rests"),
        Status::Antenna { port, connected } => {
            tracing::warn!(source, port, connected, "antenna changed");
        }
    }
}
