//! What happens before a simulated reader, as text: who passes where and how strongly, what the
//! light barriers say, and what goes wrong. One line each, times in milliseconds from the moment
//! an inventory is first enabled; `#` begins a comment.
//!
//! ```text
//! 0     gpi 1 high                                   # the light barrier outside
//! 200   pass 1-200 from 1,2 to 3,4 for 2000 rssi -72..-45 percent 60
//! 0     stay 201-205 at 4 for 9000 rssi -75..-70     # pallets parked near the door
//! 2600  gpi 2 high
//! 3000  cut for 500                                  # the cable is pulled
//! 4000  mute for 20000                               # alive by TCP, dead otherwise
//! 5000  taken for 3000                               # another client holds the reader
//! 6000  clock 3600000                                # its clock steps an hour ahead
//! 6500  uptime                                       # it forgets the date: uptime only
//! 7000  overflow
//! 7500  antenna 2 lost
//! 8000  exception fan failed
//! 9000  restart                                      # its ROSpecs are gone
//! again every 20000
//! ```
//!
//! `pass` and `stay` differ in one thing: the last round of a `pass` reads every tag that was not
//! read before, because a test must know what is to be found.

use std::ops::RangeInclusive;

/// A parsed script.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Script {
    /// In the order of their times.
    pub events: Vec<Event>,
    /// The script begins anew after this time, ms.
    pub again_ms: Option<u64>,
}

/// Something at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Milliseconds from the beginning.
    pub at_ms: u64,
    /// What.
    pub what: What,
}

/// Tags in the field, or a cue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Tags come and go.
    Group(Group),
    /// Something happens to the reader.
    Cue(Cue),
}

/// Tags that move together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// First and last tag, counted from 1.
    pub tags: RangeInclusive<usize>,
    /// Antennas at the beginning.
    pub from: Vec<u16>,
    /// Antennas at the end.
    pub to: Vec<u16>,
    /// How long they stay in the field.
    pub for_ms: u64,
    /// Weakest (at both ends) and strongest (in the middle) signal, dBm.
    pub rssi: (i8, i8),
    /// Probability that a tag answers in a round, 1..=100.
    pub percent: u8,
    /// Each tag is read at least once.
    pub sure: bool,
}

/// What happens to the reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cue {
    /// An input changes.
    Gpi {
        /// Port, from 1.
        port: u16,
        /// Its new state.
        high: bool,
    },
    /// An antenna is lost or back.
    Antenna {
        /// Port, from 1.
        port: u16,
        /// Its new state.
        connected: bool,
    },
    /// The connection breaks and cannot be made for so many ms.
    Cut(u64),
    /// The same for a client that asks: another one holds the reader.
    Taken(u64),
    /// Nothing is said or heard for so many ms.
    Mute(u64),
    /// The report buffer overflows: what it holds is lost.
    Overflow,
    /// Trouble inside.
    Exception(String),
    /// The reader's clock steps by so many ms.
    Clock(i64),
    /// The reader stamps with its uptime (or, false, with UTC again).
    Uptime(bool),
    /// The reader restarts: connection, specs and what it held are gone.
    Restart,
}

/// Longest script that is read, bytes.
pub const SCRIPT_BYTES_MAX: u64 = 1 << 20;

impl Script {
    /// Reads a script.
    ///
    /// # Errors
    /// The number of the line and what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut script = Self::default();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.split('#').next().unwrap_or_default();
            let words: Vec<&str> = line.split_whitespace().collect();
            script
                .line(&words)
                .map_err(|why| format!("line {number}: {why}"))?;
        }
        // Stable: what stands first at one time happens first.
        script.events.sort_by_key(|event| event.at_ms);
        let last = script.events.last().map_or(0, |event| event.at_ms);
        if script.again_ms.is_some_and(|again| again <= last) {
            return Err("again: the time is not after the last event".to_owned());
        }
        Ok(script)
    }

    fn line(&mut self, words: &[&str]) -> Result<(), String> {
        match words {
            [] => {}
            ["again", "every", ms] => self.again_ms = Some(number(ms)?),
            [at, rest @ ..] => {
                let event = Event {
                    at_ms: number(at)?,
                    what: what(rest)?,
                };
                self.events.push(event);
            }
        }
        Ok(())
    }
}

fn what(words: &[&str]) -> Result<What, String> {
    let cue = match words {
        ["pass", tags, "from", from, "to", to, "for", ms, rest @ ..] => {
            let ports = (ports(from)?, ports(to)?);
            return group(tags, ports, ms, true, rest).map(What::Group);
        }
        ["stay", tags, "at", at, "for", ms, rest @ ..] => {
            let ports = (ports(at)?, ports(at)?);
            return group(tags, ports, ms, false, rest).map(What::Group);
        }
        ["gpi", port, state @ ("high" | "low")] => Cue::Gpi {
            port: number(port)?,
            high: *state == "high",
        },
        ["antenna", port, state @ ("lost" | "back")] => Cue::Antenna {
            port: number(port)?,
            connected: *state == "back",
        },
        ["cut"] => Cue::Cut(0),
        ["cut", "for", ms] => Cue::Cut(number(ms)?),
        ["taken", "for", ms] => Cue::Taken(number(ms)?),
        ["mute", "for", ms] => Cue::Mute(number(ms)?),
        ["overflow"] => Cue::Overflow,
        ["exception", words @ ..] => Cue::Exception(words.join(" ")),
        ["clock", ms] => Cue::Clock(number(ms)?),
        ["uptime"] => Cue::Uptime(true),
        ["utc"] => Cue::Uptime(false),
        ["restart"] => Cue::Restart,
        _ => return Err(format!("not understood: {}", words.join(" "))),
    };
    Ok(What::Cue(cue))
}

fn group(
    tags: &str,
    (from, to): (Vec<u16>, Vec<u16>),
    ms: &str,
    sure: bool,
    rest: &[&str],
) -> Result<Group, String> {
    let (first, last) = tags.split_once('-').unwrap_or((tags, tags));
    let tags = number(first)?..=number(last)?;
    if *tags.start() == 0 || tags.is_empty() {
        return Err("tags are counted from 1, the lower number first".to_owned());
    }
    let (mut rssi, mut percent) = ((-70, -50), 60);
    for pair in rest.chunks(2) {
        match pair {
            ["rssi", range] => {
                let ends = range.split_once("..").ok_or("rssi LOW..HIGH")?;
                rssi = (number(ends.0)?, number(ends.1)?);
            }
            ["percent", value] => percent = number(value)?,
            _ => return Err(format!("not understood: {}", pair.join(" "))),
        }
    }
    if rssi.0 > rssi.1 || !(1..=100).contains(&percent) {
        return Err("rssi LOW..HIGH in dBm, percent 1 to 100".to_owned());
    }
    let for_ms = number(ms)?;
    Ok(Group {
        tags,
        from,
        to,
        for_ms,
        rssi,
        percent,
        sure,
    })
}

fn ports(text: &str) -> Result<Vec<u16>, String> {
    text.split(',').map(number).collect()
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("not a number: {text}"))
}
