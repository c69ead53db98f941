//! What a FHIR search asks for, and its answer: a Bundle with the address of each resource, of the
//! search as it was understood, and of the next page. Nothing that fits is out of reach: what one
//! page does not hold is on the next.
use actix_web::HttpRequest;
use serde_json::{Value, json};

use super::{Kind, Version};
use crate::app::failure::{Code, Failure};
use crate::client::segment;
use crate::http::error::Problem;
use crate::http::routes::pairs;
use crate::limits::{FHIR_IDS_MAX, FHIR_PAGE_MAX};

/// Parameters of every search, besides those of the kind of resource.
const COMMON: [&str; 5] = ["_id", "_lastUpdated", "_count", "_format", "_cursor"];

/// System of identifiers that are URIs.
const ANY_URI: &str = "urn:ietf:rfc:3986";

/// A search.
#[derive(Debug)]
pub(super) struct Asked {
    pairs: Vec<(String, String)>,
    changed: Vec<Changed>,
    /// Resources in the answer at most.
    pub(super) count: usize,
}

/// What a page of a search holds.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The resources.
    pub(super) resources: Vec<Value>,
    /// How many fit in all, where that is known without making them all.
    pub(super) total: Option<usize>,
    /// `_cursor` of the next page.
    pub(super) next: Option<String>,
}

/// A bound on the time of the last change: a comparison with the time that a date covers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Changed {
    how: How,
    from_ms: i64,
    /// The first moment after it.
    end_ms: i64,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum How {
    Within,
    Without,
    After,
    From,
    Before,
    Until,
}

impl Asked {
    /// Reads the query string of a search for a kind of resource.
    pub(super) fn of(request: &HttpRequest, kind: &Kind) -> Result<Self, Problem> {
        let pairs = pairs(request)?;
        let wrong = |why: String| Problem::new(Code::QueryParameter, why);
        for (at, (name, _)) in pairs.iter().enumerate() {
            let known = COMMON.contains(&name.as_str()) || kind.search.contains(&name.as_str());
            if !known {
                return Err(wrong(format!("the parameter {name:?} is not known here")));
            }
            let again = pairs.iter().take(at).any(|(other, _)| other == name);
            if again && name != "_lastUpdated" {
                return Err(wrong(format!("the parameter {name:?} is given twice")));
            }
        }
        fits_format(&pairs)?;
        let mut asked = Self {
            pairs,
            changed: Vec::new(),
            count: FHIR_PAGE_MAX,
        };
        if let Some(text) = asked.text("_count") {
            let count = text.parse().ok().filter(|count| *count > 0);
            let count: usize =
                count.ok_or_else(|| wrong("_count must be a number from 1 on".to_owned()))?;
            asked.count = count.min(FHIR_PAGE_MAX);
        }
        let changed = asked
            .pairs
            .iter()
            .filter(|(name, _)| name == "_lastUpdated");
        let changed: Option<Vec<Changed>> = changed.map(|(_, text)| Changed::parse(text)).collect();
        asked.changed = changed.ok_or_else(|| {
            let text = "_lastUpdated must be a date or time, with eq, ne, gt, ge, lt, le, sa or \
                eb before it";
            wrong(text.to_owned())
        })?;
        if !asked.changed.is_empty() && !kind.dated {
            let name = kind.name;
            let text = format!("{name} keeps no time of its last change to be searched by");
            return Err(wrong(text));
        }
        let absent = |name: &&str| asked.text("_id").is_none() && asked.text(name).is_none();
        if let Some(needed) = kind.needs.filter(absent) {
            let name = kind.name;
            let text = format!("a search for {name} is by {needed} or by _id; all are not listed");
            return Err(wrong(text));
        }
        if asked.text("_id").is_some() && !asked.is_by_id_alone() {
            let text = "_id names what is wanted; beside it there are only _count and _format";
            return Err(wrong(text.to_owned()));
        }
        Ok(asked)
    }

    /// A value.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let mut pairs = self.pairs.iter();
        let found = pairs.find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The value of an identifier that is given alone or, as a token, after its system.
    pub(super) fn token<'a>(&'a self, name: &str, system: &str) -> Token<'a> {
        match self.text(name).map(|text| (text, text.split_once('|'))) {
            None => Token::Absent,
            Some((text, None)) => Token::Is(text),
            Some((_, Some((of, value)))) if [system, ANY_URI].contains(&of) => Token::Is(value),
            Some(_) => Token::Other,
        }
    }

    /// Ids that are asked for.
    pub(super) fn ids(&self) -> Option<impl Iterator<Item = &str>> {
        let ids = self.text("_id")?;
        Some(ids.split(',').take(FHIR_IDS_MAX))
    }

    /// Whether a last change at a time fits.
    pub(super) fn fits(&self, changed_ms: i64) -> bool {
        self.changed.iter().all(|it| it.fits(changed_ms))
    }

    /// The page of a list whose resources are made one by one; `exact` says that each gives one.
    pub(super) fn page<T>(
        &self,
        list: Vec<T>,
        exact: bool,
        make: impl FnMut(T) -> Option<Value>,
    ) -> Result<Found, Failure> {
        let from: usize = match self.text("_cursor") {
            None => 0,
            Some(text) => text.parse().map_err(|_| {
                Failure::new(Code::QueryParameter, "_cursor is not one this node gave")
            })?,
        };
        let total = list.len();
        let mut list = list.into_iter();
        let resources = list.by_ref().skip(from).take(self.count);
        let resources = resources.filter_map(make).collect();
        Ok(Found {
            resources,
            total: exact.then_some(total),
            next: (list.len() > 0).then(|| from.saturating_add(self.count).to_string()),
        })
    }

    fn is_by_id_alone(&self) -> bool {
        let beside = ["_id", "_count", "_format"];
        let mut names = self.pairs.iter();
        names.all(|(name, _)| beside.contains(&name.as_str()))
    }

    /// The answer to it, below an address such as `https://node.example/fhir/r4`.
    pub(super) fn bundle(&self, base: &str, name: &str, found: Found) -> Value {
        let address = |cursor: Option<&str>| {
            let asked = self.pairs.iter();
            let asked = asked.filter(|(name, _)| cursor.is_none() || name != "_cursor");
            let pair = |(name, value): (&str, &str)| format!("{name}={}", segment(value));
            let mut query: Vec<String> = asked.map(|(a, b)| pair((a, b))).collect();
            query.extend(cursor.map(|cursor| pair(("_cursor", cursor))));
            let sign = if query.is_empty() { "" } else { "?" };
            format!("{base}/{name}{sign}{}", query.join("&"))
        };
        let mut links = vec![json!({ "relation": "self", "url": address(None) })];
        let next = found.next.as_deref();
        links.extend(next.map(|it| json!({ "relation": "next", "url": address(Some(it)) })));
        let whole = next.is_none() && self.text("_cursor").is_none();
        let total = found.total.or(whole.then_some(found.resources.len()));
        let entry = |resource: Value| {
            let id = resource
                .get("id")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let url = format!("{base}/{name}/{id}");
            json!({ "fullUrl": url, "resource": resource, "search": { "mode": "match" } })
        };
        let entries: Vec<Value> = found.resources.into_iter().map(entry).collect();
        json!({
            "resourceType": "Bundle",
            "type": "searchset",
            "total": total,
            "link": links,
            "entry": entries
        })
    }
}

/// An identifier of a search.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Token<'a> {
    /// None was given.
    Absent,
    /// This one.
    Is(&'a str),
    /// One of a system of which there is nothing here.
    Other,
}

impl Changed {
    fn parse(text: &str) -> Option<Self> {
        let how = |word: &str| {
            Some(match word {
                "eq" => How::Within,
                "ne" => How::Without,
                "gt" | "sa" => How::After,
                "ge" => How::From,
                "lt" | "eb" => How::Before,
                "le" => How::Until,
                _ => return None,
            })
        };
        let (how, date) = match text.split_at_checked(2) {
            Some((word, date)) if word.bytes().all(|it| it.is_ascii_lowercase()) => {
                (how(word)?, date)
            }
            _ => (How::Within, text),
        };
        let (from_ms, end_ms) = covered(date)?;
        Some(Self {
            how,
            from_ms,
            end_ms,
        })
    }

    fn fits(self, at_ms: i64) -> bool {
        let within = self.from_ms <= at_ms && at_ms < self.end_ms;
        match self.how {
            How::Within => within,
            How::Without => !within,
            How::After => at_ms >= self.end_ms,
            How::From => at_ms >= self.from_ms,
            How::Before => at_ms < self.from_ms,
            How::Until => at_ms < self.end_ms,
        }
    }
}

/// The time that a date, or a moment as exactly as it is given, covers: its first moment and the
/// first after it, ms since the Unix epoch.
fn covered(date: &str) -> Option<(i64, i64)> {
    use chrono::{DateTime, Months, NaiveDate};
    let day = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    let first_ms = |day: NaiveDate| Some(day.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis());
    let (from, end) = match date.len() {
        4 => {
            let from = day(&format!("{date}-01-01"))?;
            (from, from.checked_add_months(Months::new(12))?)
        }
        7 => {
            let from = day(&format!("{date}-01"))?;
            (from, from.checked_add_months(Months::new(1))?)
        }
        10 => (day(date)?, day(date)?.succ_opt()?),
        _ => {
            // A plus that was not encoded has become a space.
            let moment = DateTime::parse_from_rfc3339(&date.replace(' ', "+")).ok()?;
            let from_ms = moment.timestamp_millis();
            let exact = date.contains('.');
            return Some((from_ms, from_ms.checked_add(if exact { 1 } else { 1_000 })?));
        }
    };
    Some((first_ms(from)?, first_ms(end)?))
}

/// Whether `_format`, where it is given, asks for what is written here.
pub(super) fn fits_format(pairs: &[(String, String)]) -> Result<(), Problem> {
    let asked = pairs.iter().filter(|(name, _)| name == "_format");
    // A plus that was not encoded has become a space.
    let mut asked = asked.map(|(_, value)| value.replace(' ', "+"));
    let known = ["json", "application/json", "text/json", super::MEDIA];
    if asked.all(|form| known.contains(&form.as_str())) {
        return Ok(());
    }
    let text = format!("there is JSON only: _format={}", super::MEDIA);
    Err(Problem::new(Code::NotAcceptable, text))
}

/// Where the resources of a version are, as the client came to them.
pub(super) fn base(request: &HttpRequest, version: Version) -> String {
    let came = request.connection_info();
    let version = match version {
        Version::R4 => "r4",
        Version::R5 => "r5",
    };
    format!("{}://{}/fhir/{version}", came.scheme(), came.host())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(bound: &str, date: &str) -> bool {
        Changed::parse(bound)
            .unwrap()
            .fits(covered(date).unwrap().0)
    }

    #[test]
    fn a_date_covers_its_year_month_day_second_or_moment() {
        for (bound, inside, outside) in [
            ("2026", "2026-12-31", "2027-01-01"),
            ("eq2026-02", "2026-02-28", "2026-03-01"),
            ("2026-02-03", "2026-02-03T23:59:59.999Z", "2026-02-04"),
            (
                "2026-02-03T10:00:00Z",
                "2026-02-03T10:00:00.999Z",
                "2026-02-03T10:00:01Z",
            ),
            (
                "2026-02-03T10:00:00+02:00",
                "2026-02-03T08:00:00Z",
                "2026-02-03T10:00:00Z",
            ),
            (
                "2026-02-03T10:00:00.5Z",
                "2026-02-03T10:00:00.5Z",
                "2026-02-03T10:00:00Z",
            ),
            ("ne2026", "2025-12-31", "2026-01-01"),
            ("gt2026-02", "2026-03-01", "2026-02-28"),
            ("sa2026", "2027-01-01", "2026-12-31"),
            ("ge2026-02", "2026-02-01", "2026-01-31"),
            ("lt2026-02", "2026-01-31", "2026-02-01"),
            ("eb2026-02", "2026-01-31", "2026-02-01"),
            ("le2026-02", "2026-02-28", "2026-03-01"),
        ] {
            assert!(fits(bound, inside), "{bound} {inside}");
            assert!(!fits(bound, outside), "{bound} {outside}");
        }
        for wrong in [
            "",
            "ap2026",
            "ge",
            "2026-13",
            "2026-02-30",
            "yesterday",
            "\u{e4}",
        ] {
            assert_eq!(Changed::parse(wrong), None, "{wrong}");
        }
    }
}
