//! A question as it arrives: the parameters of the query language (`gs1::query`), how long a page
//! is and where it begins, which spelling of units is meant. Every path that gives events reads it
//! here, the fixed part of its path included.
use gs1::query::{Exception, Query, QueryError, Units};
use serde_json::Value;

use crate::app::failure::{Code, Failure, Fault};
use crate::limits::{PAGE_DEFAULT, PAGE_MAX};

/// Parameters of paging, which are the server's and not the query's.
pub const PAGING: [&str; 2] = ["perPage", "nextPageToken"];

/// A question.
#[derive(Clone, Debug)]
pub struct Asked {
    /// What is asked for.
    pub query: Query,
    /// Which page of it.
    pub paging: Paging,
}

/// Which page.
#[derive(Clone, Debug)]
pub struct Paging {
    /// Items in it at most.
    pub per_page: usize,
    /// Its token; none for the first.
    pub token: Option<String>,
}

impl Paging {
    /// Takes the parameters of paging out of all.
    ///
    /// # Errors
    /// `query_parameter`.
    pub fn of(parameters: &[(String, String)]) -> Result<Self, Failure> {
        let mut paging = Self {
            per_page: PAGE_DEFAULT,
            token: None,
        };
        let mut seen = Vec::new();
        for (name, value) in parameters.iter().filter(|(name, _)| is_paging(name)) {
            if seen.contains(&name) {
                return Err(wrong(name, "is given twice"));
            }
            seen.push(name);
            if name == "perPage" {
                paging.per_page = per_page(value).map_err(|why| wrong(name, &why))?;
            } else {
                paging.token = Some(value.clone());
            }
        }
        Ok(paging)
    }

    /// Of a list that knows no other parameter.
    ///
    /// # Errors
    /// `query_parameter`.
    pub fn only(parameters: &[(String, String)]) -> Result<Self, Failure> {
        match parameters.iter().find(|(name, _)| !is_paging(name)) {
            Some((name, _)) => Err(wrong(name, "is not a parameter of this list")),
            None => Self::of(parameters),
        }
    }
}

/// Whether a parameter is one of paging.
pub fn is_paging(name: &str) -> bool {
    PAGING.contains(&name)
}

impl Asked {
    /// Reads URL parameters, percent-decoding done. `fixed` is what the path itself asks for;
    /// `context` defines prefixes of extensions.
    ///
    /// # Errors
    /// `query_parameter`, `query_too_complex`, naming every parameter that is wrong.
    pub fn of(
        parameters: &[(String, String)],
        fixed: Option<(&str, &str)>,
        context: Option<&Value>,
        units: Units,
    ) -> Result<Self, Failure> {
        let paging = Paging::of(parameters)?;
        let asked = parameters.iter().filter(|(name, _)| !is_paging(name));
        let asked = asked.map(|(name, value)| (name.as_str(), value.as_str()));
        let query = Query::from_pairs(fixed.into_iter().chain(asked), context);
        Ok(Self {
            query: query.map_err(|error| refused(&error))?.with_units(units),
            paging,
        })
    }
}

/// A query that cannot be answered, as a failure.
pub fn refused(error: &QueryError) -> Failure {
    let code = match error.exception {
        Exception::QueryParameter => Code::QueryParameter,
        Exception::QueryValidation => Code::QueryValidation,
        Exception::QueryTooComplex => Code::QueryTooComplex,
        Exception::QueryTooLarge => Code::QueryTooLarge,
    };
    let faults = error.faults.iter().map(|fault| Fault {
        pointer: fault.parameter.clone(),
        detail: fault.why.clone(),
    });
    Failure::new(code, error.to_string()).with_faults(faults.collect())
}

fn wrong(name: &str, why: &str) -> Failure {
    let name: String = name.chars().take(100).collect();
    Failure::new(Code::QueryParameter, format!("{name} {why}")).with_faults(vec![Fault {
        pointer: name,
        detail: why.to_owned(),
    }])
}

/// More than the longest page is the longest page, as the standard allows a server to bound it.
fn per_page(value: &str) -> Result<usize, String> {
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    let number = value.parse::<usize>().unwrap_or(PAGE_MAX);
    if digits && number > 0 {
        return Ok(number.min(PAGE_MAX));
    }
    Err("must be a whole number above 0".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(pairs: &[(&str, &str)]) -> Result<Asked, Failure> {
        let own = |text: &&str| (*text).to_owned();
        let pairs: Vec<_> = pairs.iter().map(|(a, b)| (own(a), own(b))).collect();
        Asked::of(&pairs, None, None, Units::default())
    }

    #[test]
    fn paging_is_the_servers_and_the_rest_the_querys() {
        let asked = ask(&[
            ("perPage", "7"),
            ("EQ_bizStep", "shipping"),
            ("nextPageToken", "x"),
        ]);
        let asked = asked.unwrap();
        assert_eq!(
            (asked.paging.per_page, asked.query.conditions().len()),
            (7, 1)
        );
        assert_eq!(asked.paging.token.as_deref(), Some("x"));
        assert_eq!(
            ask(&[("perPage", "1001")]).unwrap().paging.per_page,
            PAGE_MAX
        );
        let huge = ask(&[("perPage", "99999999999999999999999")]).unwrap();
        assert_eq!(huge.paging.per_page, PAGE_MAX);
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
            ("GE_eventTime", "2026-03-01T00:00:00"),
            ("perPage", "0"),
            ("perPage", "-1"),
            ("perPage", ""),
        ] {
            let failure = ask(&[(name, value)]).unwrap_err();
            assert_eq!(failure.code(), Code::QueryParameter, "{name}={value}");
            assert_eq!(
                failure.faults()[0].pointer,
                name,
                "{name}={value}: {failure}"
            );
        }
        for twice in ["perPage", "EQ_action"] {
            let value = if twice == "perPage" { "1" } else { "ADD" };
            let failure = ask(&[(twice, value), (twice, value)]).unwrap_err();
            assert!(failure.outside().contains("twice"), "{failure}");
        }
    }
}
