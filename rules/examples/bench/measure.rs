//! Clock, processor time and memory of this process, and the line a figure is printed as.

use std::time::{Duration, Instant};

/// Runs something; returns how long this thread had a processor for it, where the system tells,
/// so that what others do on the machine does not count.
pub(crate) fn timed<R>(run: impl FnOnce() -> R) -> (R, Duration) {
    let (start, start_cpu) = (now(), cpu());
    let result = run();
    let took = match (start_cpu, cpu()) {
        (Some(from), Some(to)) if to > from => to.saturating_sub(from),
        _ => start.elapsed(),
    };
    (result, took)
}

#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
fn now() -> Instant {
    Instant::now()
}

/// The first number of Linux's `schedstat` is the thread's processor time in nanoseconds.
fn cpu() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanos = text.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanos))
}

/// Bytes of memory this process has now; what the allocator holds back counts.
pub(crate) fn resident() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024)
}

/// Prints a figure with what it is held against.
pub(crate) fn figure(name: &str, value: f64, unit: &str, baseline: Option<(&str, f64)>) {
    let mut line = serde_json::json!({ "bench": name, "value": round(value), "unit": unit });
    if let (Some((what, yard)), Some(map)) = (baseline, line.as_object_mut()) {
        let held = serde_json::json!({ "what": what, "value": round(yard) });
        map.insert("baseline".to_owned(), held);
        map.insert("ratio".to_owned(), round(value / yard).into());
    }
    println!("{line}");
}

fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}
