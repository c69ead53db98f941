//! What a consortium declares: who owns the rule, what it is about, when it speaks, what it says.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use gs1::unit::Unit;
use gs1::{Decimal, Gln};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::{limits, read};
use crate::finding::Severity;
use crate::hex;
use crate::say::Lang;

/// BLAKE3 of a declaration's canonical bytes, in derive-key mode.
pub type Hash = [u8; 32];

/// A rule of a consortium: valid by construction, see [`Declaration::parse`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    pub(super) canonical: String,
    pub(super) hash: Hash,
    pub(super) cost: u64,
    pub(super) mode: Mode,
    pub(super) name: String,
    pub(super) version: u32,
    pub(super) owner: Gln,
    pub(super) severity: Severity,
    pub(super) about: About,
    pub(super) when: Condition,
    pub(super) texts: BTreeMap<Lang, Texts>,
}

/// What a rule is about: what its findings name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// A pack or a container, with what is in it.
    Thing,
    /// Whoever answers for the records counted.
    Party,
    /// The premises where they were made.
    Place,
    /// The lot of the packs they name.
    Lot,
    /// A party and a lot together.
    PartyAndLot,
}

/// What partners are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Texts {
    pub(super) title: String,
    pub(super) sentence: String,
}

/// What a rule is judged on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Each record that names the thing.
    Records,
    /// The passing of time.
    Time,
    /// The readings taken of a thing.
    Readings,
    /// All records of a group.
    Group,
}

/// When a rule speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    /// Some value of the field is (or none is) among these.
    Text {
        field: Field,
        values: BTreeSet<String>,
        among: bool,
    },
    /// The field has a value, or has none.
    Known {
        field: Field,
        known: bool,
    },
    /// A duration is above (or below) a threshold.
    Number {
        measure: Measure,
        above: bool,
        threshold: Decimal,
        unit: Unit,
    },
    Count(Box<Count>),
    /// The temperature stays above (or below) a limit for longer than a time.
    Temperature {
        above: bool,
        limit_mc: i32,
        longer_ms: i64,
    },
    /// The thing stays in a state for longer than a time.
    State {
        status: String,
        longer_ms: i64,
    },
}

/// More than so many within a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) of: Counted,
    pub(super) only: Option<Condition>,
    pub(super) within_ms: i64,
    pub(super) more_than: u32,
}

/// What is counted, each once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counted {
    Records,
    Things,
    Parties,
    Places,
}

/// What can be compared with values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Field {
    Step,
    Disposition,
    Action,
    Party,
    Role,
    Place,
    Country,
    Source,
    Destination,
    Device,
    Gtin,
    Lot,
    Status,
    Holder,
}

impl Field {
    /// All of them with their names.
    pub(super) const ALL: [(&'static str, Self); 14] = [
        ("step", Self::Step),
        ("disposition", Self::Disposition),
        ("action", Self::Action),
        ("party", Self::Party),
        ("role", Self::Role),
        ("place", Self::Place),
        ("country", Self::Country),
        ("source", Self::Source),
        ("destination", Self::Destination),
        ("device", Self::Device),
        ("gtin", Self::Gtin),
        ("lot", Self::Lot),
        ("status", Self::Status),
        ("holder", Self::Holder),
    ];

    pub(super) fn name(self) -> &'static str {
        let row = Self::ALL.iter().find(|(_, field)| *field == self);
        row.map_or("", |(name, _)| name)
    }

    /// Whether a container has the values of all that was ever in it.
    pub(super) fn of_contents(self) -> bool {
        matches!(self, Self::Gtin | Self::Lot)
    }

    /// Whether it is told by the record and not by the thing.
    pub(super) fn of_record(self) -> bool {
        !matches!(self, Self::Gtin | Self::Lot | Self::Status | Self::Holder)
    }
}

/// Durations that can be compared with a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    /// From the commissioning to the record.
    Age,
    /// From the day of the record to the last day of use; negative after it.
    ToExpiry,
}

/// One thing that is wrong with a declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// JSON pointer (RFC 6901) to it; empty for the whole.
    pub pointer: String,
    /// What is wrong, and what would be right.
    pub problem: String,
}

/// A declaration that was refused, with everything that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct RefusedDeclaration(pub Vec<Refusal>);

impl fmt::Display for RefusedDeclaration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("consortium rule refused")?;
        for (i, refusal) in self.0.iter().enumerate() {
            let mark = if i == 0 { ": " } else { "; " };
            let pointer = if refusal.pointer.is_empty() {
                "/"
            } else {
                &refusal.pointer
            };
            write!(f, "{mark}{pointer} {}", refusal.problem)?;
        }
        Ok(())
    }
}

impl Declaration {
    /// Reads a declaration.
    ///
    /// # Errors
    /// [`RefusedDeclaration`] names every fault by JSON pointer.
    pub fn parse(text: &str) -> Result<Self, RefusedDeclaration> {
        let whole = |problem: String| {
            RefusedDeclaration(vec![Refusal {
                pointer: String::new(),
                problem,
            }])
        };
        if text.len() > 4 * limits::BYTES_MAX {
            return Err(whole(format!(
                "is longer than {} bytes",
                4 * limits::BYTES_MAX
            )));
        }
        let value: Value =
            serde_json::from_str(text).map_err(|error| whole(format!("is no JSON: {error}")))?;
        Self::from_json(&value)
    }

    /// Reads a declaration out of JSON.
    ///
    /// # Errors
    /// [`RefusedDeclaration`] names every fault by JSON pointer.
    pub fn from_json(value: &Value) -> Result<Self, RefusedDeclaration> {
        read::declaration(value)
    }

    /// The declaration as canonical JSON (RFC 8785): what is hashed.
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// BLAKE3 of the canonical bytes with the context `theriac consortium rule v1`.
    pub fn hash(&self) -> &Hash {
        &self.hash
    }

    /// Most steps one judgement of one record and thing takes; see [`super`].
    pub fn cost(&self) -> u64 {
        self.cost
    }

    /// Its name, the same for all its versions.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its version.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// GLN of the company that answers for it.
    pub fn owner(&self) -> &Gln {
        &self.owner
    }

    /// What it is about.
    pub fn about(&self) -> About {
        self.about
    }

    /// The severity it asks for; without a grant it gets S2 at most.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// Its title in a language, else in English.
    pub fn title(&self, lang: Lang) -> &str {
        self.texts(lang).map_or("", |texts| &texts.title)
    }

    /// Title and sentence in each language that was declared.
    pub(crate) fn all_texts(&self) -> impl Iterator<Item = (Lang, (&str, &str))> {
        let rows = self.texts.iter();
        rows.map(|(lang, texts)| (*lang, (texts.title.as_str(), texts.sentence.as_str())))
    }

    fn texts(&self, lang: Lang) -> Option<&Texts> {
        self.texts.get(&lang).or_else(|| self.texts.get(&Lang::En))
    }

    /// The hash as lower hex, as findings name it.
    pub(super) fn hash_text(&self) -> String {
        hex::encode(&self.hash)
    }
}

/// JSON is the declaration itself; a snapshot keeps its canonical text.
impl Serialize for Declaration {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        use serde::ser::Error;
        if !to.is_human_readable() {
            return to.serialize_str(&self.canonical);
        }
        let value: Value = serde_json::from_str(&self.canonical).map_err(S::Error::custom)?;
        value.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Declaration {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        if from.is_human_readable() {
            let value = Value::deserialize(from)?;
            Self::from_json(&value).map_err(D::Error::custom)
        } else {
            let text = String::deserialize(from)?;
            Self::parse(&text).map_err(D::Error::custom)
        }
    }
}
