//! What the machine says of its own clocks: which start of it this is, how long ago that was, and
//! whether something keeps the wall clock right. `systemd-timesyncd` leaves a file when it does,
//! others are asked ([`super::reference`]); or the configuration names a file that says it alone.

use std::path::{Path, PathBuf};

use super::clock::Clock;
use super::reference::{Reference, Witnesses};
use crate::llrp::session::Now;
use crate::timekeeping::{Gateway, Quality};

/// What `systemd-timesyncd` leaves.
const SYNCHRONISED: &str = "/run/systemd/timesync/synchronized";
/// Between two looks at it, ms.
const LOOK_MS: u64 = 1_000;

/// Tells the gateway's clocks.
#[derive(Debug)]
pub struct Timekeeper {
    file: PathBuf,
    /// The configuration says that somebody leaves the file: nobody else is asked.
    is_named: bool,
    witnesses: Witnesses,
    /// Who is asked, from the first moment on at which the file does not say it.
    reference: Option<Reference>,
    boot_id: Option<String>,
    /// Time since boot at the zero of our monotonic clock, ms.
    boot_ms: Option<u64>,
    quality: Quality,
    look_at: u64,
}

impl Timekeeper {
    /// Looks at the machine. `file` exists while the wall clock is synchronised; that of
    /// `systemd-timesyncd` or another service's word without.
    pub fn new(clock: Clock, file: Option<&Path>) -> Self {
        let read = |path| std::fs::read_to_string(path).ok();
        let up_ms = read("/proc/uptime").as_deref().and_then(uptime_ms);
        let boot_id = read("/proc/sys/kernel/random/boot_id");
        let zero = |up_ms: u64| up_ms.saturating_sub(clock.now().mono_ms);
        Self {
            file: file.map_or_else(|| PathBuf::from(SYNCHRONISED), Path::to_owned),
            is_named: file.is_some(),
            witnesses: Witnesses::default(),
            reference: None,
            boot_id: boot_id.map(|id| id.trim().to_owned()),
            boot_ms: up_ms.map(zero),
            quality: Quality::Unknown,
            look_at: 0,
        }
    }

    /// The clocks at a moment.
    pub fn at(&mut self, now: Now) -> Gateway {
        if self.look_at <= now.mono_ms {
            self.look_at = now.mono_ms + LOOK_MS;
            self.quality = self.quality();
        }
        Gateway {
            quality: self.quality,
            unix_ms: now.unix_ms,
            boot_ms: self.boot_ms.map(|zero| zero + now.mono_ms),
            boot_id: self.boot_id.clone(),
        }
    }

    fn quality(&mut self) -> Quality {
        if self.file.exists() {
            return Quality::Synchronised;
        }
        if self.is_named {
            return Quality::Unsynchronised;
        }
        let witnesses = &self.witnesses;
        let reference = self
            .reference
            .get_or_insert_with(|| Reference::follow(witnesses.clone()));
        match reference.quality() {
            // timesyncd runs, and has not got the time yet.
            Quality::Unknown if self.file.parent().is_some_and(Path::exists) => {
                Quality::Unsynchronised
            }
            told => told,
        }
    }
}

/// The first number of `/proc/uptime`, seconds with two decimals, in ms.
fn uptime_ms(text: &str) -> Option<u64> {
    let (seconds, rest) = text.split_once('.')?;
    let hundredths: u64 = rest.get(..2)?.parse().ok()?;
    Some(seconds.parse::<u64>().ok()? * 1_000 + hundredths * 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_says_whether_the_clock_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("synchronized");
        let clock = Clock::start();
        let mut keeper = Timekeeper::new(clock, Some(&file));
        let at = |mono_ms| Now {
            mono_ms,
            unix_ms: 7,
        };
        assert_eq!(keeper.at(at(0)).quality, Quality::Unsynchronised);
        std::fs::write(&file, "").unwrap();
        assert_eq!(keeper.at(at(999)).quality, Quality::Unsynchronised);
        let gateway = keeper.at(at(1_000));
        assert_eq!(
            (gateway.quality, gateway.unix_ms),
            (Quality::Synchronised, 7)
        );
        let later = keeper.at(at(1_500));
        assert_eq!(
            later.boot_ms.zip(gateway.boot_ms).map(|(b, a)| b - a),
            gateway.boot_ms.map(|_| 500)
        );
    }

    #[test]
    fn without_the_file_others_are_asked() {
        let folder = tempfile::tempdir().unwrap();
        let answer = |word: &str| Witnesses {
            chronyc: Vec::new(),
            ntp: std::net::SocketAddr::from(([127, 0, 0, 1], 9)),
            timedatectl: vec!["echo".to_owned(), word.to_owned()],
        };
        let keeper = |witnesses, file: &str| Timekeeper {
            file: folder.path().join(file),
            witnesses,
            ..Timekeeper::new(Clock::start(), None)
        };
        for (word, file, expected) in [
            ("yes", "none/synchronized", Quality::Synchronised),
            ("no", "none/synchronized", Quality::Unsynchronised),
            ("?", "none/synchronized", Quality::Unknown),
            // timesyncd is there, and has not got the time.
            ("?", "synchronized", Quality::Unsynchronised),
        ] {
            let mut keeper = keeper(answer(word), file);
            // Whoever is asked answers in a while.
            let mut at = 0;
            let heard = std::iter::repeat_with(|| {
                at += LOOK_MS;
                std::thread::sleep(std::time::Duration::from_millis(20));
                let now = Now {
                    mono_ms: at,
                    unix_ms: 7,
                };
                keeper.at(now).quality
            });
            assert!(heard.take(500).any(|it| it == expected), "{word} {file}");
        }
    }

    #[test]
    fn uptimes_are_read() {
        assert_eq!(uptime_ms("350735.47 234388.90\n"), Some(350_735_470));
        assert_eq!(uptime_ms("nothing"), None);
        assert_eq!(uptime_ms("1."), None);
    }
}
