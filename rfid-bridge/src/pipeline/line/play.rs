//! The line driven by something else than sources in real time: by a recording, at the times of
//! the recording, and by files of loggers that somebody hands in.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Line, RunError};
use crate::board::LineFigures;
use crate::llrp::session::Now;
use crate::reader::clock::Played;
use crate::samples::Sensor;
use crate::source::{Heard, Letter, Outcome, Raw, Receipt, Told};

/// Between two looks at what is due, ms, as at work.
const TICK_MS: u64 = 50;
/// How long after something was told the looks stay that close, ms.
const CLOSE_MS: u64 = 120_000;
/// Between two looks while nothing has been told for that long, ms.
const FAR_MS: u64 = 5_000;
/// After so long nothing is due any more: the rest of a hole is leapt over, ms.
const HOLE_MS: u64 = 3_600_000;

impl Line {
    /// Takes what was told at a time of the recording, after everything that was due before it.
    pub(in crate::pipeline) async fn play(
        &mut self,
        told: Told,
        at: Now,
        clock: &Played,
    ) -> Result<(), RunError> {
        self.play_until(at, clock).await?;
        self.take(vec![told]).await.map(|_| ())
    }

    async fn play_until(&mut self, at: Now, clock: &Played) -> Result<(), RunError> {
        let from = clock.now();
        let mut mono_ms = from.mono_ms;
        loop {
            let since = mono_ms.saturating_sub(from.mono_ms);
            mono_ms += if since < CLOSE_MS { TICK_MS } else { FAR_MS };
            if mono_ms >= at.mono_ms || since >= HOLE_MS {
                break;
            }
            let passed = i64::try_from(mono_ms - from.mono_ms).unwrap_or(i64::MAX);
            clock.set(Now {
                mono_ms,
                unix_ms: from.unix_ms.saturating_add(passed),
            });
            self.tick(mono_ms).await?;
        }
        // A recording's clock may have been set back: the wall clock is as it was told.
        clock.set(Now {
            mono_ms: at.mono_ms.max(from.mono_ms),
            ..at
        });
        Ok(())
    }

    /// Closes what is open at the end of a recording.
    pub(in crate::pipeline) async fn close(&mut self) -> Result<LineFigures, RunError> {
        let now = self.clock.now().mono_ms;
        let passed = self.passages.due(now, true)?;
        self.pass(passed);
        self.due_samples(now, true);
        self.commit(true).await?;
        Ok(self.figures())
    }

    /// Takes a logger's file that came as feed number `source`; what became of it is on disk.
    /// `sensor` says what the logger is, in place of what the configuration says.
    pub(in crate::pipeline) async fn take_file(
        &mut self,
        source: usize,
        (name, body): (String, Vec<u8>),
        sensor: Option<&Sensor>,
    ) -> Result<Outcome, RunError> {
        // Whoever hands a file in does not listen to readers.
        self.listened_at = u64::MAX / 2;
        let outcome = Arc::new(Mutex::new(None));
        let tell = Arc::clone(&outcome);
        let letter = Letter {
            topic: name,
            body,
            at: self.clock.now(),
            again: false,
            receipt: Receipt::new(move |outcome| {
                *tell.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
            }),
        };
        let named = sensor.zip(self.device_of(source, &letter));
        // Until the next file, which the configuration may describe.
        let before = named.map(|(sensor, device)| {
            let known = self.sensors.get(&device);
            let subject = known.and_then(|it| it.subject.as_ref());
            let is_other = sensor.subject.is_some() && sensor.subject.as_ref() != subject;
            let told = Sensor {
                is_apart: is_other,
                ..sensor.clone()
            };
            (device.clone(), self.sensors.insert(device, told))
        });
        let heard = Heard::Letter(letter);
        let taken = self.take(vec![Told { source, heard }]).await;
        if let Some((device, known)) = before {
            self.sensors.remove(&device);
            self.sensors.extend(known.map(|known| (device, known)));
        }
        taken?;
        let told = outcome
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        told.ok_or(RunError::Ended("a letter without an answer"))
    }

    /// The logger that a file is of, as it names itself.
    fn device_of(&self, source: usize, letter: &Letter) -> Option<String> {
        let message = crate::payload::Message {
            topic: &letter.topic,
            body: &letter.body,
            at: letter.at,
        };
        let format = self.formats.get(source)?.as_ref()?;
        let decoded = crate::payload::decode(format, message).ok()?;
        decoded.raws.iter().find_map(|raw| match raw {
            Raw::Log(file) => Some(file.device().to_owned()),
            _ => None,
        })
    }
}
