//! Settings of the access log (`[audit]`): how long it remembers. Who asked for what is personal
//! data of those who asked: it is kept as long as the law wants it and no longer (GDPR, article
//! 5(1)(e)). The least is what the European Union wants of the audit trail of a repository, five
//! years (Delegated Regulation (EU) 2016/161, article 35(1)(g); one year after the expiry where
//! that is later); what is usual is what the United States want of records of transactions, six
//! (FDCA section 582, as amended by the DSCSA), which also covers products that expire within five.
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

const DAY_MS: i64 = 86_400_000;

/// The access log.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuditConfig {
    /// How long an access is remembered: `6 years`, `75 months` or `2300 days`, never under five
    /// years. It is removed within eight days after that.
    pub keep: Keep,
}

/// For how long something is kept.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Keep {
    days: u32,
}

/// Why a time cannot be that of keeping.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "{0:?} is no time to keep accesses for: say `6 years`, `75 months` or `2300 days`, and at \
         least 5 years (Delegated Regulation (EU) 2016/161, article 35(1)(g))"
)]
pub struct UnfitKeep(String);

impl Keep {
    /// The least that may be set.
    pub const LEAST: Self = Self { days: 5 * 366 };
    /// Unless another is set.
    pub const USUAL: Self = Self { days: 6 * 366 };

    /// The moment before which nothing is kept, Unix milliseconds.
    pub fn since_ms(self, now_ms: i64) -> i64 {
        now_ms.saturating_sub(i64::from(self.days).saturating_mul(DAY_MS))
    }
}

impl Default for Keep {
    fn default() -> Self {
        Self::USUAL
    }
}

impl FromStr for Keep {
    type Err = UnfitKeep;

    /// Months and years count as their longest.
    fn from_str(text: &str) -> Result<Self, UnfitKeep> {
        let unfit = || UnfitKeep(text.to_owned());
        let mut words = text.split_whitespace();
        let (Some(count), Some(unit), None) = (words.next(), words.next(), words.next()) else {
            return Err(unfit());
        };
        let each = match unit {
            "day" | "days" => 1,
            "month" | "months" => 31,
            "year" | "years" => 366,
            _ => return Err(unfit()),
        };
        let count: u32 = count.parse().map_err(|_| unfit())?;
        let days = count.checked_mul(each).ok_or_else(unfit)?;
        let keep = Self { days };
        if keep < Self::LEAST {
            return Err(unfit());
        }
        Ok(keep)
    }
}

impl TryFrom<String> for Keep {
    type Error = UnfitKeep;

    fn try_from(text: String) -> Result<Self, UnfitKeep> {
        text.parse()
    }
}

impl From<Keep> for String {
    fn from(keep: Keep) -> Self {
        keep.to_string()
    }
}

impl fmt::Display for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.days.is_multiple_of(366) {
            write!(f, "{} years", self.days / 366)
        } else {
            write!(f, "{} days", self.days)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_at_least_five_years_is_taken_and_no_other() {
        for (text, days) in [
            ("5 years", 1_830),
            ("6 years", 2_196),
            ("1830 days", 1_830),
            ("75 months", 2_325),
        ] {
            let keep: Keep = text.parse().unwrap();
            assert_eq!(keep.days, days, "{text}");
            assert_eq!(keep.to_string().parse(), Ok(keep), "{text}");
            assert_eq!(keep.since_ms(0), -i64::from(days) * DAY_MS);
        }
        for text in [
            "4 years",
            "1829 days",
            "59 months",
            "6",
            "years",
            "6 weeks",
            "-6 years",
            "6 years 1",
            "99999999999 years",
            "20000000 years",
            "",
        ] {
            assert!(text.parse::<Keep>().is_err(), "{text}");
        }
        assert_eq!(Keep::default().to_string(), "6 years");
    }
}
