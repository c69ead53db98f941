//! The report as JSON, for callers that share bytes rather than types: the portal's WebAssembly,
//! the vectors. Written by hand, because the verifier has to stay small.
//!
//! ```text
//! { "ok": bool, "failed": null | "<step>", "steps": [ { "name", "ok", "detail" } ],
//!   "proved": null | { "network", "block", "author", "kind", "time_ms", "milestone", "outcome",
//!     "position", "checkpoint": { "origin", "size", "root" }, "trust": "given" | "pinned",
//!     "witnesses": [ { "name", "time_s" } ],
//!     "items": [ { "index", "media", "text" | "hex" } ] } }
//! ```
//! Without the feature `words` every `detail` is empty: the step says what does not hold, and a
//! page has its own words for the eight of them.

use alloc::string::String;
use alloc::vec::Vec;

use super::report::{Policy, Proved, Report, Step, Trust, verify_with};
use crate::checkpoint::VerifierKey;
use crate::ids::to_hex;
use crate::text::decimal;

/// Name of the step that stands before all others here: the keys the caller gave are read.
pub const STEP_KEYS: &str = "keys";

/// Checks a proof file as [`verify_with`] does. `keys` holds one vkey a line, of logs and of
/// witnesses; where it holds none, the keys pinned in the file count. The answer is the report
/// as JSON; unreadable keys fail as a step of their own, [`STEP_KEYS`].
pub fn verify_json(proof: &[u8], keys: &str, witnesses_min: usize) -> String {
    let mut known = Vec::new();
    let lines = keys.lines().map(str::trim);
    for (line, text) in (1..).zip(lines) {
        match text.parse::<VerifierKey>() {
            Ok(key) => known.push(key),
            Err(_) if text.is_empty() => {}
            Err(error) => {
                let step = Step {
                    name: STEP_KEYS,
                    ok: false,
                    detail: say!("line {line} of the keys: {error}"),
                };
                let steps = Vec::from([step]);
                return to_json(&Report {
                    steps,
                    proved: None,
                });
            }
        }
    }
    let policy = Policy {
        keys: (!known.is_empty()).then_some(&known),
        witnesses_min,
    };
    to_json(&verify_with(proof, &policy))
}

/// The report as JSON, in one line.
pub fn to_json(report: &Report) -> String {
    let mut out = Json(String::new());
    out.raw("{\"ok\":").raw(truth(report.ok()));
    out.raw(",\"failed\":");
    match report.failed() {
        Some(step) => out.text(step.name),
        None => out.raw("null"),
    };
    out.raw(",\"steps\":[");
    for (at, step) in report.steps.iter().enumerate() {
        out.raw(comma(at)).raw("{\"name\":").text(step.name);
        out.raw(",\"ok\":").raw(truth(step.ok));
        out.raw(",\"detail\":").text(&step.detail).raw("}");
    }
    out.raw("],\"proved\":");
    match &report.proved {
        Some(proved) => out.proved(proved),
        None => out.raw("null"),
    };
    out.raw("}");
    out.0
}

const fn truth(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

const fn comma(at: usize) -> &'static str {
    if at == 0 { "" } else { "," }
}

struct Json(String);

impl Json {
    fn raw(&mut self, text: &str) -> &mut Self {
        self.0.push_str(text);
        self
    }

    fn number(&mut self, name: &str, value: u64) -> &mut Self {
        self.raw(name);
        decimal(&mut self.0, value);
        self
    }

    /// A string, escaped as RFC 8259 section 7 asks.
    fn text(&mut self, text: &str) -> &mut Self {
        self.0.push('"');
        for c in text.chars() {
            match c {
                '"' | '\\' => {
                    self.0.push('\\');
                    self.0.push(c);
                }
                '\n' => self.0.push_str("\\n"),
                '\u{0}'..='\u{1f}' => {
                    let code = [0, u8::try_from(u32::from(c)).unwrap_or(0)];
                    self.0.push_str("\\u");
                    self.0.push_str(&to_hex(&code));
                }
                c => self.0.push(c),
            }
        }
        self.0.push('"');
        self
    }

    fn proved(&mut self, it: &Proved) -> &mut Self {
        self.raw("{\"network\":")
            .text(&to_hex(it.network.as_bytes()));
        self.raw(",\"block\":").text(&to_hex(it.id.as_bytes()));
        self.raw(",\"author\":")
            .text(&to_hex(it.header.kid.as_bytes()));
        self.number(",\"kind\":", it.header.kind.code().into());
        self.number(",\"time_ms\":", it.header.hlc.ms());
        self.number(",\"milestone\":", it.milestone.into());
        self.raw(",\"outcome\":").text(&it.outcome.words());
        self.number(",\"position\":", it.position);
        self.raw(",\"checkpoint\":{\"origin\":")
            .text(&it.checkpoint.origin);
        self.number(",\"size\":", it.checkpoint.size);
        self.raw(",\"root\":").text(&to_hex(&it.checkpoint.root));
        let trust = match it.trust {
            Trust::Given => "given",
            Trust::Pinned => "pinned",
        };
        self.raw("},\"trust\":").text(trust).raw(",\"witnesses\":[");
        for (at, witness) in it.witnesses.iter().enumerate() {
            self.raw(comma(at))
                .raw("{\"name\":")
                .text(witness.key.name());
            self.number(",\"time_s\":", witness.time_s).raw("}");
        }
        self.raw("],\"items\":[");
        for (at, shown) in it.items.iter().enumerate() {
            self.raw(comma(at))
                .number("{\"index\":", shown.index.into());
            self.number(",\"media\":", shown.item.media.0.into());
            match core::str::from_utf8(&shown.item.body) {
                Ok(text) => self.raw(",\"text\":").text(text),
                Err(_) => self.raw(",\"hex\":").text(&to_hex(&shown.item.body)),
            };
            self.raw("}");
        }
        self.raw("]}")
    }
}
