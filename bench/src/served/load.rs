//! Load on a server from one thread over several connections, each with one request on the way,
//! and what it took. Answers are read in turn: one that came early waits to be read, so that times
//! are rather too long than too short.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::wire::Wire;

/// What a load gave.
pub(crate) struct Outcome {
    pub(crate) requests: usize,
    pub(crate) seconds: f64,
    /// Microseconds from sending to the end of the answer, ascending.
    times: Vec<u32>,
}

impl Outcome {
    pub(crate) fn rate(&self) -> f64 {
        self.requests as f64 / self.seconds
    }

    /// Milliseconds that this share of the answers took at most.
    pub(crate) fn quantile(&self, share: f64) -> f64 {
        let last = self.times.len().saturating_sub(1);
        let at = (last as f64 * share).round() as usize;
        f64::from(self.times.get(at).copied().unwrap_or(0)) / 1000.0
    }
}

/// Sends what `next` gives for each connection until it gives nothing or the time is over; every
/// answer must have this status.
pub(crate) fn run(
    address: SocketAddr,
    connections: usize,
    (most, status): (Duration, u16),
    next: impl FnMut(usize) -> Option<Vec<u8>>,
) -> Outcome {
    looking(address, connections, (most, next), |answered, body| {
        let text = String::from_utf8_lossy(body);
        assert_eq!(answered, status, "{text}");
    })
}

/// As [`run`] until `next` gives nothing, with a look at every answer's status and body.
pub(crate) fn each(
    address: SocketAddr,
    connections: usize,
    next: impl FnMut(usize) -> Option<Vec<u8>>,
    look: impl FnMut(u16, &[u8]),
) -> Outcome {
    looking(address, connections, (Duration::MAX, next), look)
}

fn looking(
    address: SocketAddr,
    connections: usize,
    (most, mut next): (Duration, impl FnMut(usize) -> Option<Vec<u8>>),
    mut look: impl FnMut(u16, &[u8]),
) -> Outcome {
    let mut lanes: Vec<(Wire, Option<Instant>)> = (0..connections)
        .map(|_| (Wire::connect(address), None))
        .collect();
    let mut times = Vec::new();
    let start = Instant::now();
    for (at, (wire, sent)) in lanes.iter_mut().enumerate() {
        if let Some(request) = next(at) {
            *sent = Some(Instant::now());
            wire.send(&request);
        }
    }
    while lanes.iter().any(|(_, sent)| sent.is_some()) {
        for (at, (wire, sent)) in lanes.iter_mut().enumerate() {
            let Some(begun) = sent.take() else { continue };
            let answer = wire.receive();
            look(answer.status, answer.body);
            times.push(u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX));
            if start.elapsed() < most
                && let Some(request) = next(at)
            {
                *sent = Some(Instant::now());
                wire.send(&request);
            }
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    times.sort_unstable();
    Outcome {
        requests: times.len(),
        seconds,
        times,
    }
}
