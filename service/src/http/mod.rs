//! HTTP: routes, bodies, problems, the portal. Thin on purpose: a handler reads the request, calls
//! one use case with the permit its guard gave, and writes the answer. Nothing here decides.
pub mod body;
mod cached;
mod columns;
mod cookie;
mod csp;
pub mod dto;
pub mod error;
pub mod fhir;
mod frame;
mod guard;
mod lang;
mod negotiate;
mod once;
pub mod openapi;
mod origin;
mod portal;
mod rate;
pub mod router;
pub mod routes;
pub mod server;
mod step_up;
mod tries;
mod unread;
pub mod witness;

pub(crate) use portal::is_built_in as has_portal;
