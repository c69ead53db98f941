//! Hands in the readings of an earlier, good journey for one on which the box got warm.

use crate::honest::climate::{INTERVAL, Log};
use crate::world::World;

/// Good journeys kept.
const KEPT: usize = 50;

impl World {
    /// The readings of the archive under the times of this journey; nothing while there is none
    /// that is long enough.
    pub(crate) fn replay(&mut self, log: Log) -> Option<Vec<Log>> {
        let needed = log.readings.len();
        let old = self.cheats.archive.iter().find(|old| old.len() >= needed)?;
        let since = log.readings.first()?.0;
        let readings = old.iter().take(needed).enumerate();
        let readings = readings
            .map(|(number, (_, mc))| (since + number as i64 * INTERVAL, *mc))
            .collect();
        let device = log.device;
        Some(vec![Log {
            device,
            readings,
            numbers: None,
        }])
    }
}

impl super::Cheats {
    /// Keeps the readings of a good journey.
    pub(crate) fn archive(&mut self, log: &Log) {
        if self.archive.len() < KEPT && log.readings.len() > 60 {
            self.archive.push(log.readings.clone());
        }
    }
}
