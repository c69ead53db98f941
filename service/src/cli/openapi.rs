//! `theriac openapi`: the contract of the HTTP API, for code generators and reviewers.

use clap::Args;

use super::exit::{Exit, Failure};
use super::out;

/// Print the OpenAPI 3.1 document of the HTTP API
#[derive(Args, Debug)]
pub(crate) struct Openapi {}

pub(crate) fn run(_command: &Openapi) -> Result<Exit, Failure> {
    out::line(service::openapi_json().trim_end());
    Ok(Exit::Ok)
}
