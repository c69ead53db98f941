//! The processor time of this thread, and the line a figure is printed as.

use std::time::Duration;

/// Runs something; returns how long this thread had a processor for it, so that what others do on
/// the machine counts as little as it can.
pub(crate) fn timed<R>(run: impl FnOnce() -> R) -> (R, Duration) {
    let start = cpu();
    let result = run();
    (result, cpu().saturating_sub(start))
}

fn cpu() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(now).unwrap_or_default()
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
