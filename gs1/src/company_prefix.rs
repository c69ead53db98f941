//! Where the company prefix of a key ends. No key tells, and GS1 publishes the lengths only to
//! those who accept its terms, so nothing is built in: a table is made of prefixes that someone
//! vouches for, such as those of the URNs and master data of trading partners, each with the day
//! on which it was learnt.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::epc::Epc;

/// Company prefixes and since when they are known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CompanyPrefixes {
    known: BTreeMap<String, NaiveDate>,
}

/// Why a company prefix is not added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrefixError {
    /// Not 6 to 12 digits.
    #[error("company prefix {0:?} is not 6 to 12 digits")]
    Form(String),
    /// One that is the beginning of a known one, or begins with one: prefixes never nest.
    #[error("company prefix {new:?} contradicts {known:?}, known since {since}")]
    Nested {
        /// The one to be added.
        new: String,
        /// The one it contradicts.
        known: String,
        /// Since when that one is known.
        since: NaiveDate,
    },
}

impl CompanyPrefixes {
    /// A table that knows none.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a prefix known since `day`. One that is there keeps its earlier day.
    ///
    /// # Errors
    /// [`PrefixError`] for a text that is no prefix, and for one that nests with another.
    pub fn add(&mut self, prefix: &str, day: NaiveDate) -> Result<(), PrefixError> {
        let digits = prefix.bytes().all(|b| b.is_ascii_digit());
        if !digits || !(6..=12).contains(&prefix.len()) {
            return Err(PrefixError::Form(prefix.chars().take(40).collect()));
        }
        let longer = self.known.range(prefix.to_owned()..).next();
        let longer = longer.filter(|(known, _)| known.starts_with(prefix));
        let shorter = self.entry(prefix);
        match longer.or(shorter) {
            Some((known, since)) if known != prefix => Err(PrefixError::Nested {
                new: prefix.to_owned(),
                known: known.clone(),
                since: *since,
            }),
            Some((_, since)) if *since <= day => Ok(()),
            _ => {
                self.known.insert(prefix.to_owned(), day);
                Ok(())
            }
        }
    }

    /// Adds the prefix that an EPC URN shows. Does nothing for a URN without one.
    ///
    /// # Errors
    /// [`PrefixError::Nested`] where it contradicts what is known.
    pub fn learn(&mut self, urn: &str, day: NaiveDate) -> Result<(), PrefixError> {
        match prefix_of(urn) {
            Some(prefix) => self.add(prefix, day),
            None => Ok(()),
        }
    }

    /// The prefixes, ascending, each with the day since when it is known.
    pub fn iter(&self) -> impl Iterator<Item = (&str, NaiveDate)> {
        self.known
            .iter()
            .map(|(prefix, day)| (prefix.as_str(), *day))
    }

    /// How many prefixes are known.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether none is known.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// The length of the company prefix of an identifier, and since when it is known.
    pub fn length_of(&self, epc: &Epc) -> Option<(u8, NaiveDate)> {
        // The longest prefix length shows most of the digits after the indicator.
        let key = epc.to_elements()?.into_iter().next()?;
        let skip = usize::from(matches!(key.0.as_str(), "00" | "01" | "8003" | "8006"));
        let (prefix, day) = self.entry(key.1.get(skip..)?)?;
        Some((u8::try_from(prefix.len()).ok()?, *day))
    }

    /// The known prefix with which `digits` begin.
    fn entry(&self, digits: &str) -> Option<(&String, &NaiveDate)> {
        let mut earlier = self.known.range(..=digits.to_owned()).rev();
        // Prefixes never nest: the nearest before `digits` is the only one that it may begin with.
        earlier
            .next()
            .filter(|(known, _)| digits.starts_with(*known))
    }
}

/// The company prefix that an EPC URN of a GS1 key shows.
fn prefix_of(urn: &str) -> Option<&str> {
    Epc::parse(urn).ok()?.to_elements()?;
    let (scheme, _) = urn.split_once(':')?;
    let parts = scheme
        .eq_ignore_ascii_case("urn")
        .then(|| urn.splitn(5, ':').nth(4))??;
    parts.split('.').next()
}

#[cfg(test)]
mod tests {
    use super::{CompanyPrefixes, PrefixError};
    use crate::Epc;
    use chrono::NaiveDate;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, day).unwrap()
    }

    #[test]
    fn what_one_urn_shows_another_spelling_is_parted_with() {
        let mut table = CompanyPrefixes::new();
        let pack = Epc::parse("https://id.gs1.org/01/19506000134359/21/S1").unwrap();
        assert_eq!(table.length_of(&pack), None);
        table
            .learn("urn:epc:id:sgln:9506000.00001.0", day(1))
            .unwrap();
        table
            .learn("urn:epc:id:sscc:952012.03456789123", day(2))
            .unwrap();
        table
            .learn("urn:epc:id:sscc:952012.03456789123", day(9))
            .unwrap();
        table
            .learn("urn:uuid:4bdbf090-d48d-49f3-9436-6c219c3ecb54", day(3))
            .unwrap();
        table
            .learn("https://id.gs1.org/414/9521141123454", day(3))
            .unwrap();
        assert_eq!(table.len(), 2);
        let (length, since) = table.length_of(&pack).unwrap();
        assert_eq!((length, since), (7, day(1)));
        assert!(
            pack.to_urn(length)
                .unwrap()
                .starts_with("urn:epc:id:sgtin:9506000.")
        );
        for (text, length) in [
            ("https://a/00/095201234567891235", Some(6)),
            ("https://a/8004/952012ABC", Some(6)),
            ("https://a/8003/09506000134352", Some(7)),
            ("https://a/414/9521141123454", None),
            ("urn:epc:id:gid:1.2.3", None),
        ] {
            let got = table.length_of(&Epc::parse(text).unwrap());
            assert_eq!(got.map(|(length, _)| length), length, "{text}");
        }
    }

    #[test]
    fn prefixes_never_nest() {
        let mut table = CompanyPrefixes::new();
        table.add("9506000", day(1)).unwrap();
        for nested in ["950600", "95060001343"] {
            let error = table.add(nested, day(2)).unwrap_err();
            assert!(matches!(error, PrefixError::Nested { .. }), "{error}");
        }
        for no_prefix in [
            "",
            "95060",
            "9506000x",
            "1234567890123",
            "\u{661}\u{661}\u{661}",
        ] {
            assert!(table.add(no_prefix, day(2)).is_err(), "{no_prefix}");
        }
        table.add("9506001", day(1)).unwrap();
        assert_eq!(table.len(), 2);
    }
}
