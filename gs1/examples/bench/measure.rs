//! Repeated measurement on a noisy machine: calls are batched until a round is long enough for
//! the clock, several rounds are run, alternating with the yardstick, and the median counts. Rates
//! are per second of processor time of the one thread, where the system tells it.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// A round lasts at least this long.
const ROUND: Duration = Duration::from_millis(100);
/// Rounds of each figure; odd, so that there is a middle one.
const ROUNDS: usize = 7;

/// One figure to be taken.
pub(crate) struct Figure<'a> {
    /// What is measured, such as `event_hash`.
    pub(crate) name: &'a str,
    /// What is counted per second, such as `events/s`.
    pub(crate) unit: &'a str,
    /// How many of the unit one call makes.
    pub(crate) units: usize,
}

/// What a figure is held against: its name, and one call over the same input.
pub(crate) struct Yardstick<'a, R> {
    pub(crate) name: &'a str,
    pub(crate) units: usize,
    pub(crate) call: &'a dyn Fn() -> R,
}

/// Takes figures and prints them.
pub(crate) struct Bench {
    only: Option<String>,
}

impl Bench {
    pub(crate) fn new(only: Option<String>) -> Self {
        Self { only }
    }

    /// Whether figures of this name are asked for; input that is dear to make can wait for it.
    pub(crate) fn wants(&self, name: &str) -> bool {
        self.only
            .as_ref()
            .is_none_or(|only| name.contains(only.as_str()))
    }

    /// Measures `call` beside the yardstick and prints the figure, its unit, the yardstick's
    /// figure and their ratio.
    pub(crate) fn run<R, S>(
        &mut self,
        figure: &Figure<'_>,
        call: impl Fn() -> R,
        yardstick: &Yardstick<'_, S>,
    ) {
        if !self.wants(figure.name) {
            return;
        }
        let batch = batch(&call);
        let yard_batch = self::batch(yardstick.call);
        let (mut rates, mut yards) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            rates.push(rate(&call, batch, figure.units));
            yards.push(rate(yardstick.call, yard_batch, yardstick.units));
        }
        let (value, yard) = (median(rates), median(yards));
        let line = serde_json::json!({
            "bench": figure.name,
            "value": value.round(),
            "unit": figure.unit,
            "baseline": { "what": yardstick.name, "value": yard.round() },
            "ratio": (value / yard * 1000.0).round() / 1000.0,
        });
        println!("{line}");
    }
}

/// How many calls fill a round.
fn batch<R>(call: impl Fn() -> R) -> u32 {
    let mut calls = 1;
    loop {
        let took = time(&call, calls);
        if took >= ROUND || calls > u32::MAX / 2 {
            return calls;
        }
        let wanted = ROUND.as_secs_f64() / took.as_secs_f64().max(1e-9);
        calls = calls.saturating_mul(if wanted > 10.0 { 10 } else { 2 });
    }
}

fn rate<R>(call: impl Fn() -> R, calls: u32, units: usize) -> f64 {
    f64::from(calls) * units as f64 / time(call, calls).as_secs_f64()
}

fn time<R>(call: impl Fn() -> R, calls: u32) -> Duration {
    let (start, start_cpu) = (now(), cpu());
    for _ in 0..calls {
        black_box(call());
    }
    match (start_cpu, cpu()) {
        (Some(from), Some(to)) if to > from => to.saturating_sub(from),
        _ => start.elapsed(),
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn now() -> Instant {
    Instant::now()
}

/// Time this thread has had a processor, where the system tells: what others do on the machine
/// then does not count. The first number of Linux's `schedstat` is that time in nanoseconds.
fn cpu() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanos = text.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanos))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Numbers that look random and are the same on every run (`SplitMix64`).
pub(crate) struct Seeded(pub(crate) u64);

impl Seeded {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`, which is not 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}
