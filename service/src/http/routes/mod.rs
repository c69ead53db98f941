//! Handlers, one file per resource. Each reads the request, calls one use case and writes the
//! answer; the table of all of them is `router::ROUTES`.
pub mod accesses;
pub mod blocks;
pub mod certificates;
pub mod custody;
pub mod devices;
pub mod epcis;
pub mod exceptions;
pub mod grants;
pub mod invitations;
pub mod keep;
pub mod ledger;
pub mod links;
pub mod manage;
pub mod operate;
pub mod packs;
pub mod passkeys;
pub mod people;
pub mod readings;
pub mod recall;
pub mod stream;
pub mod trace;
pub mod verify;
pub mod vrs;

use actix_web::{HttpRequest, web};

use super::error::Problem;
use crate::app::failure::Code;
use crate::limits::QUERY_STRING_BYTES_MAX;

/// The query string as name and value pairs, decoded.
pub(crate) fn pairs(request: &HttpRequest) -> Result<Vec<(String, String)>, Problem> {
    let text = request.query_string();
    if text.len() > QUERY_STRING_BYTES_MAX {
        let most = QUERY_STRING_BYTES_MAX;
        let text = format!("the query string has more than {most} bytes");
        return Err(Problem::new(Code::UriTooLong, text));
    }
    web::Query::<Vec<(String, String)>>::from_query(text)
        .map(web::Query::into_inner)
        .map_err(|_| Problem::new(Code::QueryParameter, "the query string cannot be decoded"))
}

/// Query parameters of a path that knows these names and no others.
#[derive(Debug)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads them.
    pub(crate) fn of(request: &HttpRequest, known: &[&str]) -> Result<Self, Problem> {
        let pairs = pairs(request)?;
        for (at, (name, _)) in pairs.iter().enumerate() {
            let wrong = |why: &str| {
                Err(Problem::new(
                    Code::QueryParameter,
                    format!("the parameter {name:?} {why}"),
                ))
            };
            if !known.contains(&name.as_str()) {
                return wrong("is not known here");
            }
            if pairs.iter().take(at).any(|(other, _)| other == name) {
                return wrong("is given twice");
            }
        }
        Ok(Self(pairs))
    }

    /// A value.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
    }

    /// A number.
    pub(crate) fn number<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, Problem> {
        let number = |text: &str| {
            text.parse().map_err(|_| {
                Problem::new(
                    Code::QueryParameter,
                    format!("{name} must be a number, not {text:?}"),
                )
            })
        };
        self.text(name).map(number).transpose()
    }
}
