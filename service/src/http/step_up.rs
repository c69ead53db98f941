//! Electronic signatures on requests. A handler whose request is one takes the body's hash and the
//! header `Theriac-Signature` along to its use case, which asks for the signature where a person
//! is behind the request; the access log learns what was signed.
use std::sync::{Arc, OnceLock};

use actix_web::{HttpMessage as _, HttpRequest, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use super::dto::passkey::AssertionDto;
use super::error::Problem;
use crate::app::failure::{Code, Failure};
use crate::app::passkeys::{self, Offered, Signed};
use crate::auth::Principal;
use crate::auth::oidc::SignIn;
use crate::node::Node;

const HEADER: &str = "Theriac-Signature";

/// A request that is a signature when a person sends it.
pub(super) struct StepUp {
    sign_in: Option<web::Data<SignIn>>,
    offered: Offered,
    noted: Noted,
}

/// What was signed, left for the access log.
#[derive(Clone, Debug, Default)]
pub(super) struct Noted(Arc<OnceLock<String>>);

impl Noted {
    pub(super) fn text(&self) -> Option<String> {
        self.0.get().cloned()
    }
}

impl StepUp {
    /// Of a request with its body.
    ///
    /// # Errors
    /// `malformed` when the header is there and cannot be read.
    pub(super) fn of(request: &HttpRequest, body: &[u8]) -> Result<Self, Problem> {
        let header = request.headers().get(HEADER);
        let assertion = header.map(|value| {
            let json = URL_SAFE_NO_PAD.decode(value.as_bytes()).ok()?;
            let given: AssertionDto = serde_json::from_slice(&json).ok()?;
            given.read()
        });
        let unreadable = || {
            let text = format!("{HEADER} must be a passkey's answer (JSON) in base64url");
            Problem::new(Code::Malformed, text)
        };
        let assertion = match assertion {
            Some(None) => return Err(unreadable()),
            Some(given) => given,
            None => None,
        };
        let noted = Noted::default();
        request.extensions_mut().insert(noted.clone());
        let target = request.uri().path_and_query().map_or("/", |it| it.as_str());
        Ok(Self {
            sign_in: request.app_data::<web::Data<SignIn>>().cloned(),
            offered: Offered {
                request: format!("{} {target}", request.method()),
                sha256: Sha256::digest(body).into(),
                assertion,
            },
            noted,
        })
    }

    /// The signature, where a person asks; belongs into a thread that may wait.
    ///
    /// # Errors
    /// As [`passkeys::signed`].
    pub(super) fn sign(
        &self,
        node: &Node,
        principal: &Principal,
    ) -> Result<Option<Signed>, Failure> {
        let Some(sign_in) = &self.sign_in else {
            return Err(Failure::internal("no sign-in behind this server"));
        };
        let signed = passkeys::signed(node, sign_in, principal, &self.offered)?;
        if let Some(signed) = &signed {
            let record = &signed.record;
            let said = format!("{} of {} ({})", record.meaning, record.sha256, record.id);
            // It is noted once: a request is carried out once.
            drop(self.noted.0.set(said));
        }
        Ok(signed)
    }
}
