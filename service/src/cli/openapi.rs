//! `theriac openapi`: the contract of the HTTP API, for code generators and reviewers.

use clap::Args;

use super::exit::Exit;
use super::out;

/// Print the OpenAPI 3.1 document of the HTTP API
#[derive(Args, Debug)]
pub(crate) struct Openapi {}

pub(crate) fn run(_command: &Openapi) -> Exit {
    out::line(service::openapi_json().trim_end());
    Exit::Ok
}
