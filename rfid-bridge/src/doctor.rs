//! `rfid-bridge doctor`: what somebody on a ladder beside a reader wants to know. Each look is one
//! line with what was seen and, unless all is well, what to do about it. It asks readers, brokers
//! and the service who they are, and changes nothing: no file, no setting of a reader, no session
//! of a broker.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;
use serde::Serialize;

use crate::config::Config;
use crate::reader::boot::Timekeeper;
use crate::reader::clock::{self, Clock};
use crate::timekeeping::Quality;

mod disk;
mod meant;
mod peers;
mod service;

/// Something has to be mended.
const EXIT_PARTIAL: u8 = 7;
/// No clock of ours was ever right before this, ms since the Unix epoch: 2026-01-01.
const CLOCK_MS_MIN: i64 = 1_767_225_600_000;

/// What `doctor` is told.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Configuration file.
    #[arg(long)]
    config: PathBuf,
    /// Form of the answer.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Form of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A line a subject.
    Text,
    /// One JSON object.
    Json,
}

/// How a look turned out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// As it should be.
    Ok,
    /// Works, but somebody should see to it.
    Warning,
    /// It does not work like this.
    Failure,
}

/// One look.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Look {
    /// What was looked at.
    pub subject: String,
    /// How it turned out.
    pub health: Health,
    /// What was seen.
    pub seen: String,
    /// What to do; empty when all is well.
    pub remedy: String,
}

impl Look {
    fn ok(subject: &str, seen: impl Into<String>) -> Self {
        Self {
            subject: subject.to_owned(),
            health: Health::Ok,
            seen: seen.into(),
            remedy: String::new(),
        }
    }

    fn warning(subject: &str, seen: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            health: Health::Warning,
            remedy: remedy.into(),
            ..Self::ok(subject, seen)
        }
    }

    fn failure(subject: &str, seen: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            health: Health::Failure,
            ..Self::warning(subject, seen, remedy)
        }
    }
}

/// Looks, prints, and answers with the exit status.
///
/// # Errors
/// When nothing can be printed.
pub fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let looks = examine(&options.config)?;
    let worst = looks.iter().map(|look| look.health).max();
    match options.format {
        Format::Json => {
            let ok = worst != Some(Health::Failure);
            let answer = serde_json::json!({ "ok": ok, "looks": looks });
            crate::print(&format!("{answer:#}"))?;
        }
        Format::Text => {
            for look in &looks {
                crate::print(&line(look))?;
            }
        }
    }
    Ok(match worst {
        Some(Health::Failure) => ExitCode::from(EXIT_PARTIAL),
        _ => ExitCode::SUCCESS,
    })
}

fn line(look: &Look) -> String {
    let word = match look.health {
        Health::Ok => "ok     ",
        Health::Warning => "warning",
        Health::Failure => "failure",
    };
    let subject = &look.subject;
    let mut line = format!("{word} {subject:<19} {}", one_line(&look.seen));
    if !look.remedy.is_empty() {
        line = format!("{line}\n{:27} -> {}", "", one_line(&look.remedy));
    }
    line
}

/// Others' words must not make lines of their own, nor colours.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}

/// Looks at everything that a configuration names.
///
/// # Errors
/// When no runtime can be started.
pub fn examine(path: &Path) -> anyhow::Result<Vec<Look>> {
    const SUBJECT: &str = "configuration";
    let config = match Config::load(path) {
        Ok(config) => config,
        Err(error) => {
            let remedy = "correct the file; without it nothing else can be looked at";
            let seen = crate::causes(&error);
            return Ok(vec![Look::failure(SUBJECT, seen, remedy)]);
        }
    };
    let sources = config.source_list().len();
    let seen = format!("{} reads, with {sources} sources", path.display());
    let mut looks = vec![Look::ok(SUBJECT, seen)];
    let (device, look) = disk::device_key(&config);
    looks.push(look);
    looks.push(disk::api_key(&config));
    let (spool, runs) = disk::spool(&config);
    looks.push(spool);
    looks.extend(disk::room(&config));
    looks.extend(disk::folders(&config));
    looks.extend(meant::looks(&config));
    let (service, skew_ms) = service::looks(&config, device);
    let kept = clock_quality(&config);
    looks.push(clock(clock::unix_ms(), skew_ms, kept));
    looks.extend(service);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    looks.extend(runtime.block_on(peers::looks(&config, runs)));
    Ok(looks)
}

/// Whether something keeps the wall clock right.
fn clock_quality(config: &Config) -> Quality {
    let clock = Clock::start();
    let mut keeper = Timekeeper::new(clock, config.device.clock_file.as_deref());
    keeper.at(clock.now()).quality
}

/// The wall clock: against what cannot be, against the service's, and by who keeps it.
fn clock(now_ms: i64, skew_ms: Option<i64>, kept: Quality) -> Look {
    const SUBJECT: &str = "clock";
    let now = chrono::DateTime::from_timestamp_millis(now_ms).unwrap_or_default();
    let now = now.format("%Y-%m-%d %H:%M:%S UTC");
    let remedy = "set it by NTP (systemd-timesyncd, chrony); what was recorded keeps its times";
    if now_ms < CLOCK_MS_MIN {
        return Look::failure(SUBJECT, format!("it says {now}, which is past"), remedy);
    }
    match skew_ms {
        Some(skew) if skew.abs() > 60_000 => {
            let seen = format!("{now}, {} s off the service's", skew / 1_000);
            Look::failure(SUBJECT, seen, remedy)
        }
        Some(skew) if skew.abs() > 3_000 => {
            let seen = format!("{now}, {} s off the service's", skew / 1_000);
            Look::warning(SUBJECT, seen, remedy)
        }
        _ => {
            let seen = match skew_ms {
                Some(_) => format!("{now}, as the service's"),
                None => format!("{now}; the service's is not known"),
            };
            match kept {
                Quality::Synchronised => Look::ok(SUBJECT, seen),
                Quality::Unsynchronised => {
                    Look::warning(SUBJECT, format!("{seen}; it follows no reference"), remedy)
                }
                Quality::Unknown => Look::warning(
                    SUBJECT,
                    format!("{seen}; whether it follows a reference nobody here can tell"),
                    "run timesyncd, chronyd or ntpd, or name what keeps it in device.clock_file",
                ),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_held_against_the_past_and_the_service() {
        use Quality::{Synchronised, Unknown, Unsynchronised};
        let now = CLOCK_MS_MIN + 1;
        for (now_ms, skew_ms, kept, health) in [
            (0, None, Synchronised, Health::Failure),
            (now, None, Synchronised, Health::Ok),
            (now, None, Unknown, Health::Warning),
            (now, Some(-3_000), Synchronised, Health::Ok),
            (now, Some(-3_000), Unsynchronised, Health::Warning),
            (now, Some(3_001), Synchronised, Health::Warning),
            (now, Some(-60_001), Unknown, Health::Failure),
        ] {
            let look = clock(now_ms, skew_ms, kept);
            assert_eq!(look.health, health, "{now_ms} {skew_ms:?} {kept:?}");
            assert_eq!(look.remedy.is_empty(), health == Health::Ok);
        }
    }

    #[test]
    fn others_words_stay_in_their_line() {
        let look = Look::failure("reader", "it said\n\u{1b}[31mred", "mend\nit");
        let line = line(&look);
        assert_eq!(line.lines().count(), 2, "{line}");
        assert!(!line.contains('\u{1b}'), "{line}");
    }
}
