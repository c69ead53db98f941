//! The parameters of an EPCIS event query (EPCIS 2.0 section 8.2.7.1, the basic ones), read from
//! name and value pairs. Lists are separated by `|`; parameters are joined by AND, values of one
//! list by OR. An unknown parameter is refused, because an answer that ignores half of a question
//! is a wrong answer.
use gs1::epcis::Action;
use gs1::{BizStep, Disposition, Epc};

use crate::app::failure::{Code, Failure, Fault};
use crate::limits::{PAGE_DEFAULT, PAGE_MAX, QUERY_VALUES_MAX};
use crate::node::catalog::Kind;

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// `eventType`.
    pub types: Option<Vec<Kind>>,
    /// `GE_eventTime`, Unix milliseconds.
    pub event_from_ms: Option<i64>,
    /// `LT_eventTime`.
    pub event_before_ms: Option<i64>,
    /// `GE_recordTime`.
    pub record_from_ms: Option<i64>,
    /// `LT_recordTime`.
    pub record_before_ms: Option<i64>,
    /// `EQ_action`.
    pub actions: Option<Vec<Action>>,
    /// `EQ_bizStep`, as full URIs.
    pub steps: Option<Vec<String>>,
    /// `EQ_disposition`, as full URIs.
    pub dispositions: Option<Vec<String>>,
    /// `EQ_readPoint`, canonical.
    pub read_points: Option<Vec<String>>,
    /// `EQ_bizLocation`, canonical.
    pub biz_locations: Option<Vec<String>>,
    /// `EQ_eventID`.
    pub event_ids: Option<Vec<String>>,
    /// `MATCH_*`, each with its values.
    pub matches: Vec<(Match, Vec<Epc>)>,
    /// Events in a page.
    pub per_page: usize,
    /// Ordinal of the first event that may be in the page.
    pub from: usize,
}

/// Which identifiers of an event a `MATCH_` parameter compares.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Match {
    /// `MATCH_epc`: what was observed, or put into the parent.
    Epc,
    /// `MATCH_parentID`.
    Parent,
    /// `MATCH_inputEPC`.
    Input,
    /// `MATCH_outputEPC`.
    Output,
    /// `MATCH_anyEPC`: all of those.
    Any,
    /// `MATCH_epcClass`: quantity lists.
    Class,
    /// `MATCH_anyEPCClass`: quantity lists, inputs and outputs.
    AnyClass,
}

impl Query {
    /// Reads the parameters, percent-decoding done.
    ///
    /// # Errors
    /// `query_parameter`, naming every parameter that is wrong.
    pub fn parse(parameters: &[(String, String)]) -> Result<Self, Failure> {
        let mut query = Self {
            per_page: PAGE_DEFAULT,
            ..Self::default()
        };
        let mut faults = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for (name, value) in parameters {
            let read = if seen.insert(name.as_str()) {
                query.parameter(name, value)
            } else {
                Err("is given twice; values of a list are separated by |".to_owned())
            };
            if let Err(detail) = read {
                faults.push(Fault {
                    pointer: name.clone(),
                    detail,
                });
            }
        }
        if faults.is_empty() {
            return Ok(query);
        }
        let first = faults
            .first()
            .map(|it| format!("{} {}", it.pointer, it.detail));
        Err(Failure::new(Code::QueryParameter, first.unwrap_or_default()).with_faults(faults))
    }

    fn parameter(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "eventType" => self.types = Some(list(value, kind)?),
            "GE_eventTime" => self.event_from_ms = Some(time(value)?),
            "LT_eventTime" => self.event_before_ms = Some(time(value)?),
            "GE_recordTime" => self.record_from_ms = Some(time(value)?),
            "LT_recordTime" => self.record_before_ms = Some(time(value)?),
            "EQ_action" => self.actions = Some(list(value, action)?),
            "EQ_bizStep" => self.steps = Some(list(value, step)?),
            "EQ_disposition" => self.dispositions = Some(list(value, disposition)?),
            "EQ_readPoint" => self.read_points = Some(list(value, canonical)?),
            "EQ_bizLocation" => self.biz_locations = Some(list(value, canonical)?),
            "EQ_eventID" => self.event_ids = Some(list(value, |text| Ok(text.to_owned()))?),
            "MATCH_epc" => self.matching(Match::Epc, value)?,
            "MATCH_parentID" => self.matching(Match::Parent, value)?,
            "MATCH_inputEPC" => self.matching(Match::Input, value)?,
            "MATCH_outputEPC" => self.matching(Match::Output, value)?,
            "MATCH_anyEPC" => self.matching(Match::Any, value)?,
            "MATCH_epcClass" => self.matching(Match::Class, value)?,
            "MATCH_anyEPCClass" => self.matching(Match::AnyClass, value)?,
            "perPage" => self.per_page = per_page(value)?,
            "nextPageToken" => self.from = page_from(value)?,
            _ => return Err("is not a parameter this node knows".to_owned()),
        }
        Ok(())
    }

    fn matching(&mut self, which: Match, value: &str) -> Result<(), String> {
        self.matches.push((which, list(value, epc)?));
        Ok(())
    }
}

/// The token of the page that begins with the event of this ordinal.
pub fn page_token(ordinal: usize) -> String {
    format!("e{ordinal}")
}

fn page_from(token: &str) -> Result<usize, String> {
    let digits = token
        .strip_prefix('e')
        .filter(|it| it.bytes().all(|b| b.is_ascii_digit()));
    digits
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| "is not a token this node gave".to_owned())
}

fn per_page(value: &str) -> Result<usize, String> {
    let number = value
        .parse::<usize>()
        .ok()
        .filter(|n| (1..=PAGE_MAX).contains(n));
    number.ok_or_else(|| format!("must be a number from 1 to {PAGE_MAX}"))
}

fn list<T>(value: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, String> {
    let values: Vec<&str> = value.split('|').collect();
    if values.len() > QUERY_VALUES_MAX {
        return Err(format!(
            "has {} values; {QUERY_VALUES_MAX} are read",
            values.len()
        ));
    }
    if values.iter().any(|value| value.is_empty()) {
        return Err("has an empty value".to_owned());
    }
    values.into_iter().map(read).collect()
}

fn kind(text: &str) -> Result<Kind, String> {
    Kind::parse(text).ok_or_else(|| format!("names {text:?}, which is no event type"))
}

fn action(text: &str) -> Result<Action, String> {
    Action::parse(text).ok_or_else(|| format!("has {text:?}; it takes ADD, OBSERVE and DELETE"))
}

fn step(text: &str) -> Result<String, String> {
    BizStep::parse(text)
        .map(|it| it.uri())
        .map_err(|error| format!("has {text:?}: {error}"))
}

fn disposition(text: &str) -> Result<String, String> {
    Disposition::parse(text)
        .map(|it| it.uri())
        .map_err(|error| format!("has {text:?}: {error}"))
}

fn epc(text: &str) -> Result<Epc, String> {
    Epc::parse(text).map_err(|error| format!("has {text:?}: {error}"))
}

fn canonical(text: &str) -> Result<String, String> {
    epc(text).map(|epc| epc.canonical())
}

/// A time with a zone, RFC 3339.
fn time(text: &str) -> Result<i64, String> {
    // A plus sign in a query string that was not escaped arrives as a space.
    let text = text.replace(' ', "+");
    chrono::DateTime::parse_from_rfc3339(&text)
        .map(|time| time.timestamp_millis())
        .map_err(|_| format!("has {text:?}, which is not a time with a zone (RFC 3339)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(pairs: &[(&str, &str)]) -> Result<Query, Failure> {
        let owned: Vec<_> = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Query::parse(&owned)
    }

    #[test]
    fn identifiers_and_words_are_compared_in_one_spelling() {
        let query = parse(&[
            ("EQ_bizStep", "shipping|urn:epcglobal:cbv:bizstep:receiving"),
            (
                "MATCH_epc",
                "urn:epc:id:sgtin:952114.1000004.1|https://x.org/01/09506000134352/21/1",
            ),
            ("GE_eventTime", "2026-03-01T00:00:00 02:00"),
            ("perPage", "7"),
            ("nextPageToken", "e30"),
        ])
        .unwrap();
        let uri = |word: &str| format!("https://ref.gs1.org/cbv/BizStep-{word}");
        assert_eq!(query.steps.unwrap(), [uri("shipping"), uri("receiving")]);
        assert_eq!((query.per_page, query.from), (7, 30));
        let (which, epcs) = &query.matches[0];
        assert_eq!((which, epcs.len()), (&Match::Epc, 2));
        assert!(
            epcs[0].canonical().starts_with("https://id.gs1.org/01/"),
            "{}",
            epcs[0]
        );
        assert_eq!(query.event_from_ms, Some(1_772_316_000_000));
    }

    #[test]
    fn what_cannot_be_used_is_refused_by_name() {
        for (name, value) in [
            ("EQ_colour", "red"),
            ("eventType", "ObjectEvents"),
            ("EQ_action", "add"),
            ("EQ_bizStep", ""),
            ("EQ_bizStep", "shipping||receiving"),
            ("MATCH_epc", "no uri"),
            ("MATCH_epc", "urn:epc:id:sgtin:1.2.3"),
            ("GE_eventTime", "2026-03-01T00:00:00"),
            ("GE_eventTime", "yesterday"),
            ("perPage", "0"),
            ("perPage", "1001"),
            ("perPage", "-1"),
            ("nextPageToken", "e"),
            ("nextPageToken", "e-1"),
            ("nextPageToken", "e99999999999999999999999"),
        ] {
            let failure = parse(&[(name, value)]).unwrap_err();
            assert_eq!(failure.code(), Code::QueryParameter, "{name}={value}");
            assert!(
                failure.outside().starts_with(name),
                "{name}={value}: {failure}"
            );
        }
        let twice = parse(&[("perPage", "1"), ("perPage", "2")]).unwrap_err();
        assert!(twice.outside().contains("twice"), "{twice}");
    }
}
