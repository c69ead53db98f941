//! Everything people read, as one typed catalogue: a finding, a verdict, a step or a status carries
//! a message with its facts, and the message is put into words in the language of whoever reads it.
//! A message is said in every language in one place, and a language that is missing one does not
//! compile. This folder alone may hold letters beyond ASCII.
//!
//! To add a message: a variant in its area's file, its four sentences in `text`, one example in
//! `samples` (tests find a variant without one). Messages carry names, numbers and times, never
//! words: "an unknown place" is said differently in each language.

pub mod chain;
pub mod cold;
pub mod counter;
pub mod history;
pub mod lot;
pub mod maker;
pub mod partner;
pub mod sensors;
pub mod status;
pub mod steps;
pub mod titles;
pub mod way;
pub(crate) mod words;

use serde::{Deserialize, Serialize};

pub use chain::Chain;
pub use cold::{Cold, Spent};
pub use counter::Told;
pub use history::{Doing, Happened};
pub use lot::LotSay;
pub use maker::MakerSaid;
pub use partner::PartnerSay;
pub use sensors::Sensors;
pub use status::{alert_sentence, pack_sentence};
pub use steps::{NextStep, Who};
pub use titles::title;
pub use way::Way;

/// A language people read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// German.
    De,
    /// French.
    Fr,
    /// Spanish.
    Es,
}

impl Lang {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::En, Self::De, Self::Fr, Self::Es];

    /// Its ISO 639-1 code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
            Self::Fr => "fr",
            Self::Es => "es",
        }
    }

    /// The language of a tag such as `de` or `fr-CA`; `None` when it is not spoken here.
    pub fn parse(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next()?;
        Self::ALL
            .into_iter()
            .find(|lang| primary.eq_ignore_ascii_case(lang.code()))
    }

    /// The first language of an `Accept-Language` list (RFC 9110, 12.5.4) that is spoken here, by
    /// weight, else English.
    pub fn negotiate(header: &str) -> Self {
        let mut wanted: Vec<(u32, Self)> = Vec::new();
        for entry in header.split(',').take(32) {
            let mut parts = entry.split(';');
            let Some(lang) = parts.next().and_then(Self::parse) else {
                continue;
            };
            let weight = parts.find_map(|part| part.trim().strip_prefix("q="));
            wanted.push((thousandths(weight.unwrap_or("1")), lang));
        }
        wanted.retain(|(weight, _)| *weight > 0);
        wanted.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
        wanted.first().map_or(Self::En, |(_, lang)| *lang)
    }
}

/// A weight of `0` to `1` with up to three decimals; 0 when it is none.
fn thousandths(weight: &str) -> u32 {
    let (whole, part) = weight.trim().split_once('.').unwrap_or((weight.trim(), ""));
    let digits: String = part.chars().chain("000".chars()).take(3).collect();
    match (whole.parse::<u32>(), digits.parse::<u32>()) {
        (Ok(whole), Ok(part)) => whole.saturating_mul(1000).saturating_add(part).min(1000),
        _ => 0,
    }
}

/// A name by master data, else an identifier; `None` when nobody is known.
pub type Name = Option<String>;

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Say {
    /// About one thing on its way: who made, moved, dispensed it.
    Chain(Chain),
    /// About one thing on its way: who moved it, in what, on which chip, and when.
    Way(Way),
    /// About a lot, a label, a source of questions.
    Lot(LotSay),
    /// About temperatures.
    Cold(Cold),
    /// About the loggers that measured them.
    Sensors(Sensors),
    /// What the counter is told.
    Counter(Told),
    /// Of, or about, a rule of a consortium.
    Partner(PartnerSay),
}

impl Say {
    /// The message in words: one plain sentence with its full stop.
    pub fn text(&self, lang: Lang) -> String {
        match self {
            Self::Chain(message) => message.text(lang),
            Self::Way(message) => message.text(lang),
            Self::Lot(message) => message.text(lang),
            Self::Cold(message) => message.text(lang),
            Self::Sensors(message) => message.text(lang),
            Self::Counter(message) => message.text(lang),
            Self::Partner(message) => message.text(lang),
        }
    }
}

impl From<Chain> for Say {
    fn from(message: Chain) -> Self {
        Self::Chain(message)
    }
}

impl From<Way> for Say {
    fn from(message: Way) -> Self {
        Self::Way(message)
    }
}

impl From<LotSay> for Say {
    fn from(message: LotSay) -> Self {
        Self::Lot(message)
    }
}

impl From<Cold> for Say {
    fn from(message: Cold) -> Self {
        Self::Cold(message)
    }
}

impl From<Sensors> for Say {
    fn from(message: Sensors) -> Self {
        Self::Sensors(message)
    }
}

impl From<PartnerSay> for Say {
    fn from(message: PartnerSay) -> Self {
        Self::Partner(message)
    }
}

impl From<Told> for Say {
    fn from(message: Told) -> Self {
        Self::Counter(message)
    }
}

/// Picks the sentence of a language; the four are format strings over the same names.
macro_rules! speak {
    ($lang:expr, $en:literal, $de:literal, $fr:literal, $es:literal $(,)?) => {
        match $lang {
            $crate::say::Lang::En => format!($en),
            $crate::say::Lang::De => format!($de),
            $crate::say::Lang::Fr => format!($fr),
            $crate::say::Lang::Es => format!($es),
        }
    };
}
pub(crate) use speak;

/// Picks the word of a language.
pub(crate) fn pick(lang: Lang, [en, de, fr, es]: [&'static str; 4]) -> &'static str {
    match lang {
        Lang::En => en,
        Lang::De => de,
        Lang::Fr => fr,
        Lang::Es => es,
    }
}

#[cfg(test)]
mod tests;
