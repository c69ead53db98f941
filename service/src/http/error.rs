//! A failure as an HTTP answer: problem+json (RFC 9457), from the one table of codes. The body is
//! written by `frame`, which knows the request's id and path; handlers only return a `Problem`.
use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::failure::{Code, Failure, Retry};

/// A failure on its way out.
#[derive(Debug)]
pub struct Problem(pub Failure);

/// RFC 9457 body.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// URI of the kind: `urn:theriac:problem:{code}`, or `epcisException:{name}` under `/epcis`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Title of the kind.
    pub title: &'static str,
    /// HTTP status.
    pub status: u16,
    /// What happened this time.
    pub detail: String,
    /// Stable code.
    pub code: &'static str,
    /// The request's id, as in the header `X-Request-Id`.
    pub instance: String,
    /// Faults of the request by place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FaultBody>,
}

/// One fault of a request.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Fault)]
pub struct FaultBody {
    /// JSON Pointer into the body, or the parameter's name.
    pub pointer: String,
    /// What is wrong there.
    pub detail: String,
}

impl Problem {
    /// A problem from a code and a text.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self(Failure::new(code, detail))
    }

    /// The body, for a request with this id and path.
    pub fn body(&self, request_id: &str, path: &str) -> ProblemBody {
        let row = self.0.code().row();
        let kind = if path.starts_with("/epcis") {
            format!("epcisException:{}", row.epcis)
        } else {
            format!("urn:theriac:problem:{}", row.code)
        };
        let fault = |fault: &crate::app::failure::Fault| FaultBody {
            pointer: fault.pointer.clone(),
            detail: fault.detail.clone(),
        };
        ProblemBody {
            kind,
            title: row.title,
            status: row.status,
            detail: self.0.outside().to_owned(),
            code: row.code,
            instance: format!("urn:uuid:{request_id}"),
            errors: self.0.faults().iter().map(fault).collect(),
        }
    }

    /// The answer with its headers; `xml` for those who read no JSON.
    pub fn answer(&self, request_id: &str, path: &str, xml: bool) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status_code());
        let fhir = path.starts_with("/fhir/");
        answer.content_type(if xml {
            "application/problem+xml"
        } else if fhir {
            super::fhir::MEDIA
        } else {
            "application/problem+json"
        });
        match self.0.code() {
            Code::Unauthenticated => {
                answer.insert_header(("WWW-Authenticate", "Bearer realm=\"theriac\""));
            }
            code if code.row().retry == Retry::Soon => {
                answer.insert_header(("Retry-After", "1"));
            }
            _ => {}
        }
        if self.0.code() == Code::RequestTimeout {
            // Nobody knows where the next request would begin.
            answer.force_close();
        }
        if fhir {
            let outcome = super::fhir::outcome(&self.0);
            return answer.body(serde_json::to_vec(&outcome).unwrap_or_default());
        }
        let body = self.body(request_id, path);
        if xml {
            return answer.body(body.to_xml());
        }
        answer.body(serde_json::to_vec(&body).unwrap_or_default())
    }
}

impl ProblemBody {
    /// As XML, in the form and order of the EPCIS 2.0 REST binding; what is ours comes after it, in
    /// a namespace of its own.
    fn to_xml(&self) -> String {
        let mut xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<epcis:EPCISException \
             xmlns:epcis=\"urn:epcglobal:epcis:xsd:2\" xmlns:theriac=\"{OWN}\">"
        );
        let status = self.status.to_string();
        for (name, text) in [
            ("type", self.kind.as_str()),
            ("title", self.title),
            ("status", &status),
            ("detail", &self.detail),
            ("instance", &self.instance),
            ("theriac:code", self.code),
        ] {
            element(&mut xml, name, text);
        }
        for fault in &self.errors {
            fault_to_xml(&mut xml, &fault.pointer, &fault.detail);
        }
        xml.push_str("</epcis:EPCISException>\n");
        xml
    }
}

/// Namespace of the elements that a problem has beyond those of the standard, under the prefix
/// `theriac`.
pub(super) const OWN: &str = "urn:theriac:problem";

/// A fault among them.
pub(super) fn fault_to_xml(xml: &mut String, pointer: &str, detail: &str) {
    xml.push_str("<theriac:errors>");
    element(xml, "theriac:pointer", pointer);
    element(xml, "theriac:detail", detail);
    xml.push_str("</theriac:errors>");
}

/// One element with a text; what XML 1.0 cannot hold becomes a question mark.
pub(super) fn element(xml: &mut String, name: &str, text: &str) {
    xml.extend(["<", name, ">"]);
    for letter in text.chars() {
        match letter {
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '&' => xml.push_str("&amp;"),
            '\t' | '\n' => xml.push(letter),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => xml.push('?'),
            other => xml.push(other),
        }
    }
    xml.extend(["</", name, ">"]);
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.0.code().row().status)
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        // `frame` replaces the body; the status must already be right for it.
        HttpResponse::new(self.status_code())
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        Self(failure)
    }
}
