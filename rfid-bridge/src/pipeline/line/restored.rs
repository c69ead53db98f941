//! What an earlier process left open is taken up, and the time in which nobody listened is told.
//! What this process may leave open is noted.

use super::Line;
use crate::llrp::parameter::EpcBits;
use crate::pipeline::RunError;
use crate::pipeline::rows::{self, Row, What};
use crate::source::{Gap, GapCause, outage};

/// A shipment whose advice was not there for so long is forgotten, ms.
const PROGRESS_MS_MAX: i64 = 30 * 86_400_000;

impl Line {
    /// Takes up what an earlier process left open.
    pub(in crate::pipeline) fn restore(&mut self) -> Result<(), RunError> {
        self.keep_pace();
        for (key, row) in self.spool.kept()? {
            let Ok(Row { place, what }) = serde_json::from_slice(&row) else {
                tracing::warn!(row = hex::encode(&key), "a row of the spool cannot be read");
                continue;
            };
            if let What::Progress(progress) = what {
                // Shipments are no matter of one place.
                if progress.at_ms + PROGRESS_MS_MAX < self.clock.now().unix_ms {
                    self.change.remove.push(key);
                } else {
                    let number = rows::number(&key);
                    self.passages.expected.restore(number, progress);
                }
                continue;
            }
            let places = &self.passages.layout.places;
            let Some(at) = places.iter().position(|it| it.name == place) else {
                tracing::warn!(
                    place,
                    "the spool has rows of a source that is configured no more"
                );
                continue;
            };
            self.take_up(&key, at, what)?;
        }
        Ok(())
    }

    /// Takes up the row under `key` of the place `at`.
    fn take_up(&mut self, key: &[u8], at: usize, what: What) -> Result<(), RunError> {
        let now = self.clock.now().mono_ms;
        let number = rows::number(key);
        match what {
            What::Passage(_) if self.taken_over.contains(&number) => {}
            What::Passage(mut passage) => {
                passage.place = at;
                self.passages.smoother.restore(number, &passage, now);
            }
            What::Sample(mut sample) => {
                sample.place = at;
                let urgent = self.sensor(&sample.device).is_urgent(&sample.sample);
                self.samples.restore(number, sample, urgent, now);
            }
            What::Counted { device, counted } => self.sequences.restore(at, device, counted),
            What::Listening { at_ms } => self.was_deaf(at, at_ms)?,
            What::Dropped { device, lost } => self.losses.restore(at, device.as_deref(), lost),
            What::Located { epc, bits } => self.locate(key, at, (&epc, bits), now),
            What::Progress(_) => {}
        }
        Ok(())
    }

    /// Takes up where a tag was; the row goes when areas are others now.
    fn locate(&mut self, key: &[u8], at: usize, (epc, bits): (&str, u16), now: u64) {
        let bytes = hex::decode(epc).unwrap_or_default();
        let epc = EpcBits { bits, bytes };
        match self.passages.area_of(at) {
            Some(area) if rows::located(self.passages.area_name(area), &epc) == key => {
                self.passages.locator.restore(area, epc, at, now);
            }
            _ => self.change.remove.push(key.to_vec()),
        }
    }

    /// Nobody listened to a reader from `since_ms` until now, and nobody kept what it said.
    fn was_deaf(&mut self, source: usize, since_ms: i64) -> Result<(), RunError> {
        let now_ms = self.clock.now().unix_ms;
        let is_reader = matches!(self.formats.get(source), Some(None));
        if since_ms + outage::SHORT_MS >= now_ms || !is_reader {
            return Ok(());
        }
        let gap = Gap {
            cause: if self.goes_on {
                GapCause::Disconnected
            } else {
                GapCause::Stopped
            },
            from_ms: since_ms,
            to_ms: now_ms,
            lost: None,
            device: None,
        };
        self.lose(source, &gap)?;
        // Told until now: a process that dies before it listens tells the rest only.
        self.put_listening(source, now_ms);
        Ok(())
    }

    /// Notes until when a reader was heard, or its silence told.
    pub(super) fn put_listening(&mut self, source: usize, at_ms: i64) {
        let (key, row) = self.with_name(source, |place| {
            let row = rows::encode(place, What::Listening { at_ms });
            (rows::listening(place), row)
        });
        self.change.put.push((key, row));
    }

    /// Notes that the bridge listens to those of its readers that are heard. The others' time is
    /// lost from the last such note on, should the bridge die before they come back.
    pub(super) fn note_listening(&mut self) {
        let now = self.clock.now();
        self.listened_at = now.mono_ms;
        let heard = self.listening.iter().copied();
        let readers = heard.filter(|source| matches!(self.formats.get(*source), Some(None)));
        for source in readers.collect::<Vec<_>>() {
            self.put_listening(source, now.unix_ms);
        }
    }

    /// Notes what was dropped until now.
    pub(super) fn note_losses(&mut self) {
        for ((source, device), lost) in self.losses.changed() {
            let key = self.with_name(source, |place| {
                let name = device.clone().unwrap_or_default();
                let key = rows::dropped(place, &name);
                (key, rows::encode(place, What::Dropped { device, lost }))
            });
            self.change.put.push(key);
        }
    }

    /// Notes what the events of this commit added to shipments.
    pub(super) fn progress(&mut self) {
        for (number, progress) in self.passages.expected.fresh() {
            let row = rows::encode("", What::Progress(progress));
            self.change.put.push((rows::progress(number), row));
        }
        let gone = self.passages.expected.gone().into_iter();
        self.change.remove.extend(gone.map(rows::progress));
    }

    /// Notes where tags are now.
    pub(super) fn note_places(&mut self) {
        for ((area, epc), place) in self.passages.locator.changed() {
            let key = rows::located(self.passages.area_name(area), &epc);
            let Some(place) = place else {
                self.change.remove.push(key);
                continue;
            };
            let located = What::Located {
                epc: hex::encode(&epc.bytes),
                bits: epc.bits,
            };
            let row = self.with_name(place, |place| rows::encode(place, located));
            self.change.put.push((key, row));
        }
    }
}
