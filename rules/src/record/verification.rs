//! A question that was asked about a pack, as a fact of its own: who asked is the stamp's actor.
//! Rules learn from questions what no event tells: a label with the wrong lot, a lot that was never
//! uploaded, somebody guessing serial numbers, one pack asked for in many places.
//!
//! Its JSON body:
//!
//! ```json
//! {
//!   "scan": "(01)09506000134352(21)ABC123(17)271231(10)LOT1",
//!   "at_ms": 1772323200000,
//!   "location": "https://id.gs1.org/414/9506000134352",
//!   "answer": "UNKNOWN_SERIAL",
//!   "purpose": "dispense"
//! }
//! ```
//! Only `scan` and `at_ms` are required. `location` is a GLN in any form, `answer` the code of the
//! verdict that was given, `purpose` one of `dispense`, `receive`, `return`, `training`, `other`,
//! `maker` what the manufacturer's own system said, where it was asked ([`MakerAnswer`]).
//! No person is named.

use gs1::Epc;
use serde::{Deserialize, Serialize};

use crate::say::MakerSaid;

/// A question about a pack. Its fields stand as RFC 8785 sorts them, so that its JSON needs no
/// sorting to be canonical.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verification {
    /// The code of the verdict that was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// When, ms since the Unix epoch.
    pub at_ms: i64,
    /// Where.
    #[serde(
        default,
        deserialize_with = "super::optional_location",
        skip_serializing_if = "Option::is_none"
    )]
    pub location: Option<Epc>,
    /// What the manufacturer's own system was asked about it, and said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maker: Option<MakerAnswer>,
    /// What the question was for.
    #[serde(default)]
    pub purpose: Purpose,
    /// What was scanned or typed, unchanged.
    pub scan: String,
}

/// A question to the system of a product's manufacturer (GS1 Lightweight Verification Messaging
/// 1.1), kept so that both sides can find it again and show what was said. Rules draw nothing from
/// it: it is somebody else's word about a product that is not recorded here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MakerAnswer {
    /// When it was asked, ms since the Unix epoch.
    pub asked_ms: i64,
    /// The answer, word for word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The question's UUID, which stands in the answer and in the other system's records.
    pub correlation: String,
    /// GLN of who answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub responder: Option<String>,
    /// What was said.
    pub said: MakerSaid,
    /// Why nothing was, in a stable word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// What a question was for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Before dispensing.
    Dispense,
    /// At goods receipt.
    Receive,
    /// Before a returned pack is sold again.
    Return,
    /// Exercise: says nothing about the pack.
    Training,
    /// Anything else.
    #[default]
    Other,
}
