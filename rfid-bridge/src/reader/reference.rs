//! Who keeps the wall clock right, and whether it succeeds. `systemd-timesyncd` says so by a file
//! (see [`super::boot`]); here the other services are asked for what they say themselves: `chronyd`
//! by its own client, whatever answers NTP on this machine (`ntpd`, `ntpsec`, ...) by NTP, and
//! systemd for the state that any of them leaves in the kernel. A thread asks, because an answer
//! may take a while; what it heard last stands for everybody.
//!
//! A clock follows a reference when the service has chosen a source other than this machine's own
//! clock and knows the time to a second. A service that answers and does not say that keeps the
//! clock unsynchronised; where nobody answers, nobody can tell.

use std::io::Read as _;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Weak, mpsc};
use std::time::Duration;

use super::clock::Clock;
use crate::timekeeping::Quality;

/// How far from the reference a clock may be that follows it, microseconds.
const DISTANCE_US_MAX: i64 = 1_000_000;
/// How long somebody may take to answer.
const ANSWER_MAX: Duration = Duration::from_secs(2);
/// How long the first answer is waited for.
const FIRST_MAX: Duration = Duration::from_millis(300);
/// Between two questions.
const EVERY: Duration = Duration::from_secs(16);
/// An answer of `chronyc` or `timedatectl` is shorter, bytes.
const ANSWER_BYTES_MAX: u64 = 4_096;
/// Reference id of a clock that follows itself: 127.127.1.x, of `chronyd` as of `ntpd`.
const OWN_CLOCK: [u8; 3] = [127, 127, 1];

/// Whom to ask, and how.
#[derive(Debug, Clone)]
pub struct Witnesses {
    /// Program and arguments that tell `chronyd`'s tracking as comma-separated values.
    pub chronyc: Vec<String>,
    /// Where NTP is answered on this machine.
    pub ntp: SocketAddr,
    /// Program and arguments that tell systemd's `NTPSynchronized`.
    pub timedatectl: Vec<String>,
}

impl Default for Witnesses {
    fn default() -> Self {
        let words = |text: &str| text.split(' ').map(ToOwned::to_owned).collect();
        Self {
            chronyc: words("chronyc -n -c tracking"),
            ntp: SocketAddr::from((Ipv4Addr::LOCALHOST, 123)),
            timedatectl: words("timedatectl show --property=NTPSynchronized --value"),
        }
    }
}

impl Witnesses {
    /// The word of the first who answers.
    pub fn ask(&self) -> Quality {
        let chrony = || tracking(&output(&self.chronyc)?);
        let ntp = || reply(&exchanged(self.ntp)?);
        let kernel = || kernel(&output(&self.timedatectl)?);
        let told = chrony().or_else(ntp).or_else(kernel);
        told.unwrap_or(Quality::Unknown)
    }
}

/// What the witnesses said last.
#[derive(Debug)]
pub struct Reference(Arc<AtomicU8>);

impl Reference {
    /// Asks from now on, as long as this is there. What is answered at once is known at once.
    pub fn follow(witnesses: Witnesses) -> Self {
        let latest = Arc::new(AtomicU8::new(number(Quality::Unknown)));
        let told = Arc::downgrade(&latest);
        let (first, heard) = mpsc::channel();
        let asking = std::thread::Builder::new().name("clock".to_owned());
        match asking.spawn(move || follow(&witnesses, &told, &first)) {
            // Later will do, too.
            Ok(_) => _ = heard.recv_timeout(FIRST_MAX),
            Err(error) => tracing::warn!(%error, "the clock's quality stays unknown"),
        }
        Self(latest)
    }

    /// The latest word.
    pub fn quality(&self) -> Quality {
        match self.0.load(Ordering::Relaxed) {
            1 => Quality::Synchronised,
            2 => Quality::Unsynchronised,
            _ => Quality::Unknown,
        }
    }
}

fn number(quality: Quality) -> u8 {
    match quality {
        Quality::Unknown => 0,
        Quality::Synchronised => 1,
        Quality::Unsynchronised => 2,
    }
}

fn follow(witnesses: &Witnesses, told: &Weak<AtomicU8>, first: &mpsc::Sender<()>) {
    loop {
        let quality = witnesses.ask();
        match told.upgrade() {
            Some(latest) => latest.store(number(quality), Ordering::Relaxed),
            None => return,
        }
        // Nobody waits for the later ones.
        let _heard = first.send(());
        let asked = Stopwatch::start();
        while asked.elapsed() < EVERY {
            std::thread::sleep(Duration::from_millis(500));
            if told.strong_count() == 0 {
                return;
            }
        }
    }
}

/// Time since a question.
struct Stopwatch(Clock);

impl Stopwatch {
    fn start() -> Self {
        Self(Clock::start())
    }

    fn elapsed(&self) -> Duration {
        Duration::from_millis(self.0.now().mono_ms)
    }
}

/// What a program says, when it is there, succeeds, and is done in time.
fn output(command: &[String]) -> Option<String> {
    let (program, arguments) = command.split_first()?;
    let mut child = Command::new(program)
        .args(arguments)
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let asked = Stopwatch::start();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if asked.elapsed() < ANSWER_MAX => {
                std::thread::sleep(Duration::from_millis(20));
            }
            _ => {
                // It may have ended just now; either way it is not waited for again.
                let _killed = child.kill();
                let _reaped = child.wait();
                return None;
            }
        }
    };
    let mut text = String::new();
    let from = child.stdout.take()?;
    let read = from.take(ANSWER_BYTES_MAX).read_to_string(&mut text);
    (status.success() && read.is_ok()).then_some(text)
}

fn is_own(reference: [u8; 4]) -> bool {
    reference.starts_with(&OWN_CLOCK)
}

fn judged(is_kept: bool, distance_us: i64) -> Quality {
    if is_kept && distance_us <= DISTANCE_US_MAX {
        Quality::Synchronised
    } else {
        Quality::Unsynchronised
    }
}

/// `chronyc -c tracking`: 14 values, of which the first is the reference id in hex, the fifth how
/// far the clock is off, the eleventh and twelfth the root's delay and dispersion in seconds, and
/// the last what becomes of the next leap second. None for something else.
fn tracking(line: &str) -> Option<Quality> {
    let values: Vec<&str> = line.trim().split(',').collect();
    let [id, _, _, _, off, _, _, _, _, _, delay, dispersion, _, leap] = values.as_slice() else {
        return None;
    };
    let mut reference = [0; 4];
    hex::decode_to_slice(id, &mut reference).ok()?;
    let is_kept = matches!(*leap, "Normal" | "Insert second" | "Delete second")
        && reference != [0; 4]
        && !is_own(reference);
    let distance = micros(off)?
        .saturating_abs()
        .saturating_add(micros(delay)? / 2)
        .saturating_add(micros(dispersion)?);
    Some(judged(is_kept, distance))
}

/// Seconds with decimals, in microseconds; what is smaller is cut off.
fn micros(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let decimals: String = decimals.chars().chain("000000".chars()).take(6).collect();
    let whole: i64 = whole.parse().ok()?;
    let rest: i64 = decimals.parse().ok()?;
    Some(sign * whole.checked_mul(1_000_000)?.checked_add(rest)?)
}

/// The answer to one question by NTP.
fn exchanged(ntp: SocketAddr) -> Option<[u8; 48]> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).ok()?;
    socket.set_read_timeout(Some(ANSWER_MAX)).ok()?;
    socket.connect(ntp).ok()?;
    let mut question = [0; 48];
    // No leap second known, version 4, client (RFC 5905, 7.3).
    question[0] = 0x23;
    socket.send(&question).ok()?;
    let mut answer = [0; 48];
    let length = socket.recv(&mut answer).ok()?;
    (length == answer.len()).then_some(answer)
}

/// A server's answer by NTP (RFC 5905, 7.3): its leap indicator, its stratum, and how far it is
/// from its root. None for something else.
fn reply(packet: &[u8; 48]) -> Option<Quality> {
    let [flags, stratum, _, _, rest @ ..] = packet;
    let (leap, mode) = (flags >> 6, flags & 0b111);
    if mode != 4 {
        return None;
    }
    let [d0, d1, d2, d3, e0, e1, e2, e3, r0, r1, r2, r3, ..] = *rest;
    // Short format: seconds in 16 bits, and their 65,536th parts.
    let short = |bytes| i64::from(u32::from_be_bytes(bytes)) * 1_000_000 / 65_536;
    let distance = short([d0, d1, d2, d3]) / 2 + short([e0, e1, e2, e3]);
    let is_kept = leap != 3 && (1..16).contains(stratum) && !is_own([r0, r1, r2, r3]);
    Some(judged(is_kept, distance))
}

/// `timedatectl show --property=NTPSynchronized --value`: what the kernel was told.
fn kernel(text: &str) -> Option<Quality> {
    match text.trim() {
        "yes" => Some(Quality::Synchronised),
        "no" => Some(Quality::Unsynchronised),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Quality::{Synchronised, Unknown, Unsynchronised};
    use super::*;

    #[test]
    fn chronys_own_words_are_understood() {
        // As chronyc 4.3 said them.
        let follows = "7F000001,127.0.0.1,4,1795994131.209183987,-0.000001482,-0.000000021,\
            0.000000511,-0.045,0.001,0.434,0.000006059,0.000002367,0.5,Normal\n";
        let begins = "00000000,,0,0.000000000,0.000000000,0.000000000,0.000000000,0.000,0.000,\
            0.000,1.000000000,1.000000000,0.0,Not synchronised\n";
        let alone = "7F7F0101,,3,1795994126.966605222,0.000000000,0.000000000,0.000000000,0.000,\
            0.000,0.000,0.000000000,0.000000000,0.0,Normal\n";
        let far = follows.replace("0.000006059,0.000002367", "0.600000000,0.700000001");
        let edge = follows.replace("0.000006059,0.000002367", "0.600000000,0.699998000");
        let off = follows.replace("-0.000001482", "-1.000001482");
        for (line, quality) in [
            (follows, Some(Synchronised)),
            (
                &follows.replace("Normal", "Insert second"),
                Some(Synchronised),
            ),
            (&edge, Some(Synchronised)),
            (&far, Some(Unsynchronised)),
            (&off, Some(Unsynchronised)),
            (begins, Some(Unsynchronised)),
            (alone, Some(Unsynchronised)),
            ("506 Cannot talk to daemon\n", None),
            ("", None),
        ] {
            assert_eq!(tracking(line), quality, "{line}");
        }
    }

    #[test]
    fn an_answer_by_ntp_is_understood() {
        let packet = |text: &str| {
            let mut packet = [0; 48];
            hex::decode_to_slice(text, &mut packet[..16]).unwrap();
            packet
        };
        for (text, quality) in [
            // As chronyd 4.3 answered: behind another server, and with its own clock alone.
            ("240400e800000001000000017f000001", Some(Synchronised)),
            ("240300e800000000000000007f7f0101", Some(Unsynchronised)),
            // Not synchronised; no stratum; a second and more from its root; no answer at all.
            ("e40400e800000001000000017f000001", Some(Unsynchronised)),
            ("240000e8000000010000000152415445", Some(Unsynchronised)),
            ("241000e800000001000000017f000001", Some(Unsynchronised)),
            ("240400e800010000000080107f000001", Some(Unsynchronised)),
            ("230400e800000001000000017f000001", None),
        ] {
            assert_eq!(reply(&packet(text)), quality, "{text}");
        }
    }

    #[test]
    fn the_first_who_answers_is_believed() {
        let say = |text: &str| vec!["echo".to_owned(), text.to_owned()];
        let silent = || vec!["/nobody/is/here".to_owned()];
        let server = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let ntp = server.local_addr().unwrap();
        std::thread::spawn(move || {
            let mut question = [0; 48];
            while let Ok((_, from)) = server.recv_from(&mut question) {
                let mut answer = [0; 48];
                answer[..2].copy_from_slice(&[0xe4, 16]);
                server.send_to(&answer, from).unwrap();
            }
        });
        let closed = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let nobody = closed.local_addr().unwrap();
        drop(closed);
        let follows = "0A000001,ntp,2,1.0,0.0,0.0,0.0,0.0,0.0,0.0,0.001,0.001,64.0,Normal";
        for (chronyc, ntp, timedatectl, quality) in [
            (say(follows), ntp, say("no"), Synchronised),
            (silent(), ntp, say("yes"), Unsynchronised),
            (silent(), nobody, say("yes"), Synchronised),
            (silent(), nobody, say("no"), Unsynchronised),
            (silent(), nobody, say("what?"), Unknown),
            (vec!["false".to_owned()], nobody, silent(), Unknown),
        ] {
            let witnesses = Witnesses {
                chronyc,
                ntp,
                timedatectl,
            };
            assert_eq!(witnesses.ask(), quality, "{witnesses:?}");
        }
    }

    #[test]
    fn the_latest_word_stands_for_everybody() {
        let witnesses = Witnesses {
            chronyc: Vec::new(),
            timedatectl: vec!["echo".to_owned(), "yes".to_owned()],
            ..Witnesses::default()
        };
        let reference = Reference::follow(witnesses);
        for _ in 0..400 {
            if reference.quality() != Unknown {
                break;
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        assert_ne!(reference.quality(), Unknown);
    }

    #[test]
    fn seconds_are_cut_to_microseconds() {
        for (text, expected) in [
            ("-0.000001482", Some(-1)),
            ("1.5", Some(1_500_000)),
            ("2", Some(2_000_000)),
            ("-", None),
            ("1.x", None),
        ] {
            assert_eq!(micros(text), expected, "{text}");
        }
    }
}
