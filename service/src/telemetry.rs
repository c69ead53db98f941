//! What the node tells about itself: metrics in the Prometheus text format and logs. Labels are
//! route patterns and fixed words, never identifiers, so that their number stays bounded.
use std::io::IsTerminal as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use crate::config::{LogConfig, LogFormat};

/// Labels of an answered request.
#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct Answered {
    method: String,
    route: String,
    status: u16,
}

/// Labels of a verification.
#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct Judged {
    verdict: String,
}

/// Labels of a question to a manufacturer's system.
#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct AskedOutward {
    outcome: String,
}

/// The node's counters. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Metrics(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    registry: Registry,
    batches: Histogram,
    blocks: Counter,
    requests: Family<Answered, Counter>,
    request_seconds: Histogram,
    verdicts: Family<Judged, Counter>,
    outward: Family<AskedOutward, Counter>,
    verify_seconds: Histogram,
    events: Gauge<u64, AtomicU64>,
    findings: Gauge<u64, AtomicU64>,
    leaves: Gauge<u64, AtomicU64>,
    milestones: Gauge<u64, AtomicU64>,
    questions_lost: Gauge<u64, AtomicU64>,
    accesses_kept: Gauge<u64, AtomicU64>,
    accesses_expired: Gauge<u64, AtomicU64>,
    stopped: Gauge<u64, AtomicU64>,
}

/// Numbers read from the node at the moment of the question.
#[derive(Clone, Copy, Debug, Default)]
pub struct Levels {
    /// Events in the order.
    pub events: u64,
    /// Findings made.
    pub findings: u64,
    /// Leaves of the log covered by a checkpoint.
    pub leaves: u64,
    /// Milestones cut.
    pub milestones: u64,
    /// Questions at counters that were not recorded.
    pub questions_lost: u64,
    /// Lines of the access log.
    pub accesses_kept: u64,
    /// Lines of the access log removed since the start.
    pub accesses_expired: u64,
    /// Writing has stopped after an error.
    pub stopped: bool,
}

/// Round numbers, so that an alarm can name one; pharmacies count answers that took under 0.3 s.
const REQUEST_SECONDS: [f64; 9] = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0];
/// Judging is quicker than answering.
const VERIFY_SECONDS: [f64; 9] = [
    0.000_03, 0.000_1, 0.000_3, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3,
];

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("theriac");
        let batches = Histogram::new(exponential_buckets(1.0, 4.0, 8));
        let request_seconds = Histogram::new(REQUEST_SECONDS);
        let verify_seconds = Histogram::new(VERIFY_SECONDS);
        let it = Inner {
            registry: Registry::default(),
            batches,
            blocks: Counter::default(),
            requests: Family::default(),
            request_seconds,
            verdicts: Family::default(),
            outward: Family::default(),
            verify_seconds,
            events: Gauge::default(),
            findings: Gauge::default(),
            leaves: Gauge::default(),
            milestones: Gauge::default(),
            questions_lost: Gauge::default(),
            accesses_kept: Gauge::default(),
            accesses_expired: Gauge::default(),
            stopped: Gauge::default(),
        };
        registry.register(
            "batch_blocks",
            "Blocks written with one flush",
            it.batches.clone(),
        );
        registry.register(
            "blocks_ordered",
            "Blocks ordered since start",
            it.blocks.clone(),
        );
        registry.register("http_requests", "Requests answered", it.requests.clone());
        registry.register_with_unit(
            "http_request",
            "Time to answer a request",
            Unit::Seconds,
            it.request_seconds.clone(),
        );
        registry.register("verdicts", "Verifications by verdict", it.verdicts.clone());
        registry.register(
            "questions_outward",
            "Questions to manufacturers' systems by outcome",
            it.outward.clone(),
        );
        registry.register_with_unit(
            "verify",
            "Time to judge a scan",
            Unit::Seconds,
            it.verify_seconds.clone(),
        );
        it.register_levels(&mut registry);
        Self(Arc::new(Inner { registry, ..it }))
    }
}

impl Inner {
    /// Registers what is read from the node at the moment of the question.
    fn register_levels(&self, registry: &mut Registry) {
        registry.register(
            "events",
            "Events in the ledger's order",
            self.events.clone(),
        );
        registry.register(
            "findings",
            "Findings made by the rules",
            self.findings.clone(),
        );
        registry.register(
            "log_leaves",
            "Leaves under the checkpoint",
            self.leaves.clone(),
        );
        registry.register("milestones", "Milestones cut", self.milestones.clone());
        registry.register(
            "questions_lost",
            "Questions at counters that were not recorded",
            self.questions_lost.clone(),
        );
        registry.register(
            "access_lines",
            "Lines of the access log",
            self.accesses_kept.clone(),
        );
        registry.register(
            "access_lines_expired",
            "Lines of the access log removed since start because their time had come",
            self.accesses_expired.clone(),
        );
        registry.register(
            "writing_stopped",
            "1 after a failed write",
            self.stopped.clone(),
        );
    }
}

impl Metrics {
    /// A batch of this many blocks went to disk.
    pub(crate) fn batch(&self, blocks: usize) {
        self.0
            .batches
            .observe(f64::from(u32::try_from(blocks).unwrap_or(u32::MAX)));
    }

    /// This many blocks were ordered.
    pub(crate) fn ordered(&self, blocks: usize) {
        self.0.blocks.inc_by(u64::try_from(blocks).unwrap_or(0));
    }

    /// A request was answered. `route` is the pattern, not the path.
    pub(crate) fn answered(&self, method: &str, route: &str, status: u16, took: Duration) {
        let (method, route) = (method.to_owned(), route.to_owned());
        self.0
            .requests
            .get_or_create(&Answered {
                method,
                route,
                status,
            })
            .inc();
        self.0.request_seconds.observe(took.as_secs_f64());
    }

    /// A scan was judged.
    pub(crate) fn judged(&self, verdict: &str, took: Duration) {
        self.0
            .verdicts
            .get_or_create(&Judged {
                verdict: verdict.to_owned(),
            })
            .inc();
        self.0.verify_seconds.observe(took.as_secs_f64());
    }

    /// A manufacturer's system was asked; `outcome` is one of a few words.
    pub(crate) fn asked_outward(&self, outcome: &str) {
        let outcome = outcome.to_owned();
        let counter = self.0.outward.get_or_create(&AskedOutward { outcome });
        counter.inc();
    }

    /// The Prometheus text.
    pub(crate) fn render(&self, levels: Levels) -> Result<String, std::fmt::Error> {
        let it = &self.0;
        let _ = it.events.set(levels.events);
        let _ = it.findings.set(levels.findings);
        let _ = it.leaves.set(levels.leaves);
        let _ = it.milestones.set(levels.milestones);
        let _ = it.questions_lost.set(levels.questions_lost);
        let _ = it.accesses_kept.set(levels.accesses_kept);
        let _ = it.accesses_expired.set(levels.accesses_expired);
        let _ = it
            .stopped
            .inner()
            .swap(u64::from(levels.stopped), Ordering::Relaxed);
        let mut out = String::new();
        text::encode(&mut out, &it.registry)?;
        Ok(out)
    }
}

/// Starts logging to stderr as configured. Only the first call in a process has an effect.
///
/// # Errors
/// When the filter cannot be read.
pub fn start_logging(config: &LogConfig) -> Result<(), String> {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_new(&config.filter)
        .map_err(|error| format!("reading the log filter {:?}: {error}", config.filter))?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(colours())
        .with_writer(std::io::stderr);
    let started = match config.format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    if started.is_err() {
        tracing::debug!("logging was started before");
    }
    Ok(())
}

/// Whether somebody reads the log at a terminal and wants colours (<https://no-color.org>).
fn colours() -> bool {
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    std::io::stderr().is_terminal() && !unwanted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_render_with_bounded_labels() {
        let metrics = Metrics::default();
        metrics.batch(3);
        metrics.answered("GET", "/api/v1/blocks/{id}", 200, Duration::from_millis(2));
        metrics.judged("genuine", Duration::from_micros(80));
        let text = metrics
            .render(Levels {
                events: 7,
                stopped: true,
                ..Levels::default()
            })
            .unwrap();
        for line in [
            "theriac_http_requests_total{method=\"GET\",route=\"/api/v1/blocks/{id}\",status=\"200\"} 1",
            "theriac_verdicts_total{verdict=\"genuine\"} 1",
            "theriac_events 7",
            "theriac_writing_stopped 1",
            "theriac_verify_seconds_count 1",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
    }
}
