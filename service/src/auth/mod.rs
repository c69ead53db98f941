//! Who is asking and what they may do. A key is turned into a `Principal` by `token`, a person whom
//! an identity provider vouches for by `oidc`; a principal is turned into a `Permit` by `policy`,
//! which asks the policies in `cedar` through `advocate`, and every use case takes a permit as an
//! argument, so that forgetting authorisation does not compile. What rows a principal may see is
//! another question, answered by one function in `app::visible`.
mod advocate;
pub mod cedar;
pub mod invitation;
pub mod link;
pub mod oidc;
pub mod passkey;
pub mod person;
pub mod policy;
pub mod role;
pub mod token;

pub use cedar::Ruling;
pub use invitation::{CodeError, InvitationCode};
pub use link::{LinkFormatError, LinkToken};
pub use person::Person;
pub use policy::{Action, Denied, Permit, Principal, actions};
pub use role::{Mandate, Role, Scope};
pub use token::{ApiKey, KeyFormatError};
