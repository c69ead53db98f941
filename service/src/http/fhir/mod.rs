//! Read views for hospital systems in FHIR R4 and R5: the product and lot of a pack, shipments,
//! alerts, who recorded what with whose signature, loggers and what they measured. Made from the
//! same answers as the rest of the API, so that a key sees the same through both. Nothing here
//! names a patient: dispensing to somebody stays in the hospital's own system.
mod audit;
mod device;
mod ids;
mod issue;
mod medication;
mod observation;
mod search;
mod supply;

use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::app::failure::{Code, Failure};
use crate::auth::{Permit, actions};
use crate::http::body::blocking;
use crate::http::error::Problem;
use crate::http::guard::Guarded;
use crate::http::routes::pairs;
use crate::limits::FHIR_PAGE_MAX;
use crate::node::Node;
use search::{Asked, Found};

/// Media type of every answer.
pub const MEDIA: &str = "application/fhir+json";

/// A version of FHIR.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Version {
    /// 4.0.1.
    R4,
    /// 5.0.0.
    R5,
}

impl Version {
    fn parse(text: &str) -> Result<Self, Failure> {
        match text {
            "r4" => Ok(Self::R4),
            "r5" => Ok(Self::R5),
            _ => Err(Failure::not_found("version of FHIR")),
        }
    }

    fn number(self) -> &'static str {
        match self {
            Self::R4 => "4.0.1",
            Self::R5 => "5.0.0",
        }
    }
}

/// One asked-for resource or search.
struct Reading<'a> {
    node: &'a Node,
    permit: &'a Permit<actions::Query>,
    version: Version,
}

/// A kind of resource.
struct Kind {
    name: &'static str,
    /// Search parameters, besides `_id`.
    search: &'static [&'static str],
    /// One without which, or `_id`, there is no search: all of the kind are not listed.
    needs: Option<&'static str>,
    /// It is known when it was changed last.
    dated: bool,
    read: fn(&Reading<'_>, &str) -> Result<Value, Failure>,
    find: fn(&Reading<'_>, &Asked) -> Result<Found, Failure>,
}

const KINDS: [Kind; 7] = [
    Kind {
        name: "Medication",
        search: &["identifier"],
        needs: Some("identifier"),
        dated: false,
        read: medication::read,
        find: medication::find,
    },
    Kind {
        name: "SupplyDelivery",
        search: &["identifier"],
        needs: None,
        dated: false,
        read: supply::read,
        find: supply::find,
    },
    Kind {
        name: "DetectedIssue",
        search: &["status", "implicated"],
        needs: None,
        dated: true,
        read: issue::read,
        find: issue::find,
    },
    Kind {
        name: "AuditEvent",
        search: &["entity"],
        needs: Some("entity"),
        dated: true,
        read: audit::read_audit,
        find: audit::find_audit,
    },
    Kind {
        name: "Provenance",
        search: &["target"],
        needs: Some("target"),
        dated: true,
        read: audit::read_provenance,
        find: audit::find_provenance,
    },
    Kind {
        name: "DeviceMetric",
        search: &["identifier"],
        needs: None,
        dated: false,
        read: device::read,
        find: device::find,
    },
    Kind {
        name: "Observation",
        search: &["subject"],
        needs: Some("subject"),
        dated: false,
        read: observation::read,
        find: observation::find,
    },
];

/// System of identifiers of things.
const DIGITAL_LINK: &str = "https://id.gs1.org";
/// What all searches have in common, for people.
const SEARCHES: &str = "A search answers at most 200 resources, or as many as _count says; what is \
    left is on the page of the link next. The total is told where it is known without making every \
    resource. Identifiers are taken alone or as system|value. _format is json.";

/// What can be read here, as a `CapabilityStatement`
#[utoipa::path(
    tag = "fhir",
    params(("version" = String, Path, description = "`r4` or `r5`")),
    responses(
        (status = 200, body = Object, content_type = "application/fhir+json"),
        (status = "4XX", body = OutcomeBody, content_type = "application/fhir+json")
    )
)]
#[get("/fhir/{version}/metadata")]
pub(crate) async fn get_fhir_metadata(
    guard: Guarded<actions::ReadPublic>,
    request: HttpRequest,
    version: web::Path<String>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    drop(guard);
    search::fits_format(&pairs(&request)?)?;
    let version = Version::parse(&version)?;
    let resource = |kind: &Kind| {
        let parameter = |name: &&str| {
            let kind = match *name {
                "_lastUpdated" => "date",
                "implicated" | "entity" | "target" | "subject" => "reference",
                _ => "token",
            };
            json!({ "name": name, "type": kind })
        };
        let dated = kind.dated.then_some(&"_lastUpdated");
        let names = ["_id"].iter().chain(dated).chain(kind.search);
        json!({
            "type": kind.name,
            "interaction": [{ "code": "read" }, { "code": "search-type" }],
            "searchParam": names.map(parameter).collect::<Vec<_>>()
        })
    };
    let statement = json!({
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": crate::app::time_text(node.world().now_ms()),
        "kind": "instance",
        "software": { "name": "Theriac", "version": env!("CARGO_PKG_VERSION") },
        "implementation": { "description": "Traceability of packs, read only" },
        "fhirVersion": version.number(),
        "format": ["json", MEDIA],
        "rest": [{
            "mode": "server",
            "documentation": SEARCHES,
            "security": { "description": "API key as a bearer token" },
            "resource": KINDS.iter().map(resource).collect::<Vec<_>>()
        }]
    });
    Ok(answered(statement))
}

/// One FHIR resource
#[utoipa::path(
    tag = "fhir",
    params(
        ("version" = String, Path, description = "`r4` or `r5`"),
        ("resource" = String, Path, description = "`Medication`, `SupplyDelivery`, \
            `DetectedIssue`, `AuditEvent`, `Provenance`, `DeviceMetric` or `Observation`"),
        ("id" = String, Path, description = "Id of the resource")
    ),
    responses(
        (status = 200, body = Object, content_type = "application/fhir+json"),
        (status = "4XX", body = OutcomeBody, content_type = "application/fhir+json")
    )
)]
#[get("/fhir/{version}/{resource}/{id}")]
pub(crate) async fn get_fhir_resource(
    guard: Guarded<actions::Query>,
    request: HttpRequest,
    path: web::Path<(String, String, String)>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    search::fits_format(&pairs(&request)?)?;
    let (version, name, id) = path.into_inner();
    let found = blocking(move || {
        let version = Version::parse(&version)?;
        let reading = Reading {
            node: &node,
            permit: &guard.0,
            version,
        };
        (kind(&name)?.read)(&reading, &id)
    });
    Ok(answered(found.await?))
}

/// FHIR resources that fit, as a Bundle
#[utoipa::path(
    tag = "fhir",
    params(
        ("version" = String, Path, description = "`r4` or `r5`"),
        ("resource" = String, Path, description = "Kind of resource"),
        ("identifier" = Option<String>, Query, description = "Any form of an identifier, alone \
            or as `system|value`"),
        ("status" = Option<String>, Query, description = "Of issues: `preliminary`, `final`, in \
            R4 `cancelled`, in R5 `mitigated`, `entered-in-error`; several by commas"),
        ("implicated" = Option<String>, Query, description = "What an issue is about"),
        ("entity" = Option<String>, Query, description = "What was touched"),
        ("target" = Option<String>, Query, description = "What the record is of"),
        ("subject" = Option<String>, Query, description = "What was measured"),
        ("_id" = Option<String>, Query, description = "Ids, by commas"),
        ("_lastUpdated" = Option<String>, Query, description = "Date or time, with `ge`, `lt` \
            and the like before it; given twice, both hold"),
        ("_count" = Option<usize>, Query, description = "Resources at most, 1 to 200"),
        ("_format" = Option<String>, Query, description = "`json`"),
        ("_cursor" = Option<String>, Query, description = "Where the page of a link begins")
    ),
    responses(
        (status = 200, body = Object, content_type = "application/fhir+json"),
        (status = "4XX", body = OutcomeBody, content_type = "application/fhir+json")
    )
)]
#[get("/fhir/{version}/{resource}")]
pub(crate) async fn get_fhir_search(
    guard: Guarded<actions::Query>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    node: web::Data<Node>,
) -> Result<HttpResponse, Problem> {
    let (version, name) = path.into_inner();
    let (version, kind) = (Version::parse(&version)?, kind(&name)?);
    let asked = Asked::of(&request, kind)?;
    let base = search::base(&request, version);
    let bundle = blocking(move || {
        let reading = Reading {
            node: &node,
            permit: &guard.0,
            version,
        };
        let mut found = match asked.ids() {
            Some(ids) => by_id(&reading, kind, ids)?,
            None => match (kind.find)(&reading, &asked) {
                Err(failure) if failure.code() == Code::NotFound => Found::default(),
                other => other?,
            },
        };
        found.resources.truncate(FHIR_PAGE_MAX);
        Ok(asked.bundle(&base, kind.name, found))
    });
    Ok(answered(bundle.await?))
}

/// Resources by their ids; one that is not there is left out.
fn by_id<'a>(
    reading: &Reading<'_>,
    kind: &Kind,
    ids: impl Iterator<Item = &'a str>,
) -> Result<Found, Failure> {
    let mut found = Found::default();
    for id in ids {
        match (kind.read)(reading, id) {
            Ok(resource) => found.resources.push(resource),
            Err(failure) if failure.code() == Code::NotFound => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(found)
}

fn kind(name: &str) -> Result<&'static Kind, Failure> {
    const ALL: &[Kind] = &KINDS;
    let found = ALL.iter().find(|kind| kind.name == name);
    found.ok_or_else(|| Failure::not_found("kind of resource"))
}

fn answered(mut resource: Value) -> HttpResponse {
    prune(&mut resource);
    HttpResponse::Ok()
        .content_type(MEDIA)
        .body(resource.to_string())
}

/// FHIR has no empty lists and no nulls: what is not there is left out.
fn prune(value: &mut Value) {
    let hollow = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(prune);
            fields.retain(|_, value| !hollow(value));
        }
        Value::Array(values) => values.iter_mut().for_each(prune),
        _ => {}
    }
}

/// A failure as FHIR clients read it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FhirOutcome)]
pub(super) struct OutcomeBody {
    /// `OperationOutcome`.
    #[serde(rename = "resourceType")]
    resource_type: &'static str,
    /// What went wrong: one issue.
    issue: [Issue; 1],
}

/// An issue of an `OperationOutcome`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FhirIssue)]
pub(super) struct Issue {
    /// `error`.
    severity: &'static str,
    /// Of the value set `IssueType`.
    code: &'static str,
    /// What happened this time.
    diagnostics: String,
}

/// A failure as FHIR clients read it.
pub(super) fn outcome(failure: &Failure) -> OutcomeBody {
    let code = match failure.code() {
        Code::Unauthenticated => "login",
        Code::Forbidden => "forbidden",
        Code::NotFound => "not-found",
        Code::QueryParameter | Code::Malformed => "invalid",
        Code::Overloaded | Code::ShuttingDown => "transient",
        _ => "processing",
    };
    OutcomeBody {
        resource_type: "OperationOutcome",
        issue: [Issue {
            severity: "error",
            code,
            diagnostics: failure.outside().to_owned(),
        }],
    }
}

/// An organisation by its GLN.
fn organisation(gln: &str, name: Option<&str>) -> Value {
    let mut value = json!({
        "type": "Organization",
        "identifier": { "system": "https://www.gs1.org/gln", "value": gln }
    });
    if let (Some(name), Some(fields)) = (name, value.as_object_mut()) {
        fields.insert("display".to_owned(), json!(name));
    }
    value
}

/// An identifier of a thing, as a Digital Link.
fn identifier(id: &str) -> Value {
    json!({ "system": DIGITAL_LINK, "value": id })
}
