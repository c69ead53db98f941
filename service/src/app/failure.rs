//! How a use case fails: one table of codes, each with its HTTP status, title and whether trying
//! again helps, and one type that carries a code, the text for the outside and the cause for the
//! log. The rim turns it into RFC 9457 problem+json; `docs/api.md` lists the table and a test
//! holds the two together.
use std::error::Error as StdError;
use std::fmt;

use crate::auth::Denied;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $status:literal, $title:literal,
       $retry:ident, $epcis:literal;)+) => {
        /// Stable code of a failure; the text form is part of the API.
        #[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
        pub enum Code { $($(#[$doc])* $name),+ }

        impl Code {
            /// Every code, for documents and tests.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The code's row in the table.
            pub const fn row(self) -> Row {
                match self {
                    $(Self::$name => Row {
                        code: $code,
                        status: $status,
                        title: $title,
                        retry: Retry::$retry,
                        epcis: $epcis,
                    }),+
                }
            }
        }
    };
}

/// One row of the table of codes.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Text of the code.
    pub code: &'static str,
    /// HTTP status.
    pub status: u16,
    /// Title for people.
    pub title: &'static str,
    /// Whether the same request may succeed later.
    pub retry: Retry,
    /// Exception name of the EPCIS 2.0 REST binding, used under `/epcis`.
    pub epcis: &'static str,
}

/// Whether the same request may succeed when sent again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Retry {
    /// It will fail again.
    No,
    /// After a moment.
    Soon,
    /// After the operator has acted.
    Operator,
}

codes! {
    /// No usable API key came with the request.
    Unauthenticated = "unauthenticated", 401, "No valid API key", No, "SecurityException";
    /// The key's roles, or its party, do not allow it.
    Forbidden = "forbidden", 403, "Not allowed with this key", No, "SecurityException";
    /// What came back from the identity provider is not a sign-in that was begun here, or none that
    /// can be trusted.
    SignInRefused = "sign_in_refused", 403, "Sign-in refused", No, "SecurityException";
    /// What a person asks for is an electronic signature, and comes without a passkey's answer.
    SignatureRequired = "signature_required", 403, "Signature required", No, "SecurityException";
    /// The passkey's answer is not one to this request, or cannot be trusted.
    SignatureRefused = "signature_refused", 403, "Signature refused", No, "SecurityException";
    /// The one-time code, the challenge or the device's signature is not good.
    EnrolmentRefused = "enrolment_refused", 403, "Enrolment refused", No, "SecurityException";
    /// There is no such thing, or it is not for this key to see.
    NotFound = "not_found", 404, "Not found", No, "NoSuchResourceException";
    /// The path exists, the method does not.
    MethodNotAllowed = "method_not_allowed", 405, "Method not allowed", No,
        "ImplementationException";
    /// The answer cannot be given in the form asked for.
    NotAcceptable = "not_acceptable", 406, "Form of answer not available", No,
        "NotAcceptableException";
    /// It contradicts what is there already.
    Conflict = "conflict", 409, "Conflicts with what exists", No,
        "ResourceAlreadyExistsException";
    /// More events or bytes than a capture may hold.
    CaptureLimit = "capture_limit", 413, "Capture too large", No,
        "CaptureLimitExceededException";
    /// More bytes than the path takes.
    TooLarge = "too_large", 413, "Request too large", No, "CaptureLimitExceededException";
    /// The query string is longer than is read.
    UriTooLong = "uri_too_long", 414, "Query string too long", No, "URITooLongException";
    /// The body is of a kind the path does not take.
    MediaType = "media_type", 415, "Media type not supported", No,
        "UnsupportedMediaTypeException";
    /// The request cannot be read: not JSON, not CBOR, a field missing or of the wrong kind.
    Malformed = "malformed", 400, "Request cannot be read", No, "ValidationException";
    /// An EPCIS document breaks the standard; `errors` says where.
    Validation = "validation", 400, "Document is not valid", No, "ValidationException";
    /// A query parameter is unknown, repeated or has a bad value.
    QueryParameter = "query_parameter", 400, "Query parameter not usable", No,
        "QueryParameterException";
    /// A stored query's body is not one of the query language.
    QueryValidation = "query_validation", 400, "Query is not valid", No,
        "QueryValidationException";
    /// More events match than the query says it wants, or there is more than one answer holds.
    QueryTooLarge = "query_too_large", 413, "Answer too large", No, "QueryTooLargeException";
    /// The query would need more work than is done for one.
    QueryTooComplex = "query_too_complex", 413, "Query too complex", No,
        "QueryTooComplexException";
    /// Neither a stream nor a schedule that can be kept.
    SubscriptionControls = "subscription_controls", 400, "Subscription cannot be kept", No,
        "SubscriptionControlsException";
    /// There is no query or subscription of this name, or it is somebody else's.
    NoSuchName = "no_such_name", 404, "No such name", No, "NoSuchNameException";
    /// The body came slower than is waited for.
    RequestTimeout = "request_timeout", 408, "Request came too slowly", Soon,
        "ValidationException";
    /// The same `Idempotency-Key` came before with another request.
    IdempotencyMismatch = "idempotency_mismatch", 422, "Idempotency key used before", No,
        "ValidationException";
    /// The request is well formed but cannot be carried out as it stands.
    Unprocessable = "unprocessable", 422, "Cannot be carried out", No, "ValidationException";
    /// Something the standard has and this node does not.
    NotImplemented = "not_implemented", 501, "Not implemented", No, "ImplementationException";
    /// The caller asks more often than one caller may.
    RateLimited = "rate_limited", 429, "Too many requests", Soon, "SecurityException";
    /// The queue of the writer is full.
    Overloaded = "overloaded", 503, "Too busy", Soon, "ImplementationException";
    /// A write to disk failed; the node reads but does not write until it is restarted.
    StorageStopped = "storage_stopped", 503, "Writing has stopped", Operator,
        "ImplementationException";
    /// The node's clock is behind what its own ledger holds; it records again once that is right.
    ClockBehind = "clock_behind", 503, "The node's clock is behind", Soon,
        "ImplementationException";
    /// The identity provider cannot be reached or used; API keys and sessions go on.
    SignInUnavailable = "sign_in_unavailable", 503, "Sign-in not available", Soon,
        "SecurityException";
    /// The node is shutting down.
    ShuttingDown = "shutting_down", 503, "Shutting down", Soon, "ImplementationException";
    /// Something went wrong on the node's side.
    Internal = "internal", 500, "Internal error", Operator, "ImplementationException";
}

/// One fault of a request's body.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fault {
    /// JSON Pointer (RFC 6901) or the parameter's name.
    pub pointer: String,
    /// What is wrong there.
    pub detail: String,
}

/// Why a use case did not succeed.
#[derive(Debug)]
pub struct Failure(Box<Inner>);

#[derive(Debug)]
struct Inner {
    code: Code,
    outside: String,
    faults: Vec<Fault>,
    inside: Option<Box<dyn StdError + Send + Sync>>,
}

impl Failure {
    /// A failure with a text for the client.
    pub fn new(code: Code, outside: impl Into<String>) -> Self {
        let outside = outside.into();
        Self(Box::new(Inner {
            code,
            outside,
            faults: Vec::new(),
            inside: None,
        }))
    }

    /// Ours: the client learns that it failed, the log learns why.
    pub fn internal(inside: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        let mut failure = Self::new(
            Code::Internal,
            "the node could not do this; its log says why",
        );
        failure.0.inside = Some(inside.into());
        failure
    }

    /// Nothing there, or not for this principal: the two answers are one on purpose.
    pub fn not_found(what: &str) -> Self {
        Self::new(
            Code::NotFound,
            format!("there is no such {what}, or it is not yours to see"),
        )
    }

    /// Adds faults by place.
    #[must_use]
    pub fn with_faults(mut self, faults: Vec<Fault>) -> Self {
        self.0.faults = faults;
        self
    }

    /// The code.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The text for the client.
    pub fn outside(&self) -> &str {
        &self.0.outside
    }

    /// Faults by place.
    pub fn faults(&self) -> &[Fault] {
        &self.0.faults
    }

    /// The cause, for the log only: causes joined by `: `.
    pub fn inside(&self) -> Option<String> {
        let first = self.0.inside.as_deref()?;
        let mut text = first.to_string();
        let mut next = first.source();
        while let Some(cause) = next {
            text = format!("{text}: {cause}");
            next = cause.source();
        }
        Some(text)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code.row().code, self.0.outside)?;
        self.0
            .faults
            .iter()
            .take(3)
            .try_for_each(|it| write!(f, "; {}: {}", it.pointer, it.detail))
    }
}

impl StdError for Failure {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0
            .inside
            .as_deref()
            .map(|cause| cause as &(dyn StdError + 'static))
    }
}

impl From<Denied> for Failure {
    fn from(denied: Denied) -> Self {
        Self::new(Code::Forbidden, denied.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_words_with_error_statuses_and_titles() {
        let mut seen = std::collections::BTreeSet::new();
        for code in Code::ALL {
            let row = code.row();
            assert!(seen.insert(row.code), "{} twice", row.code);
            assert!(
                row.code
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b == b'_'),
                "{}",
                row.code
            );
            assert!((400..=599).contains(&row.status), "{}", row.code);
            assert!(
                !row.title.is_empty() && row.epcis.ends_with("Exception"),
                "{}",
                row.code
            );
        }
    }

    #[test]
    fn the_cause_is_for_the_log_and_not_for_the_client() {
        let failure = Failure::internal("page 7 is torn");
        assert!(!failure.to_string().contains("torn"));
        assert_eq!(failure.inside().unwrap(), "page 7 is torn");
    }
}
