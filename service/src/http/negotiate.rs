//! What client and node agree on under `/epcis`: the form of the answer (`Accept`), the versions of
//! EPCIS and CBV (`GS1-EPCIS-Min` ... `GS1-CBV-Max`), the spelling of identifiers and terms
//! (`GS1-EPC-Format`, `GS1-CBV-XML-Format`), prefixes of extensions (`GS1-Extensions`). EPCIS 1.2
//! is given in XML only; everything else is 2.0.
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use gs1::epcis::translate::{CbvFormat, EpcFormat};
use gs1::epcis::xml::Version;
use gs1::query::Units;
use serde_json::{Map, Value};

use super::error::Problem;
use crate::app::epcis::show::{Body, Form};
use crate::app::failure::Code;
use crate::limits::{CAPTURE_BODY_BYTES, CAPTURE_EVENTS_MAX, EXTENSIONS_MAX};

/// Versions of EPCIS, and of the CBV that each is given with: oldest and newest.
const EPCIS: [(u32, u32); 2] = [(1, 2), (2, 0)];
const CBV: [(u32, u32); 2] = [(1, 2), (2, 0)];

/// Media types of answers, what is preferred among equals first.
const MEDIA: [(&str, bool); 4] = [
    ("application/json", false),
    ("application/ld+json", false),
    ("application/xml", true),
    ("text/xml", true),
];

/// What an answer will look like.
#[derive(Clone, Debug)]
pub(crate) struct Agreed {
    /// How events are written.
    pub(crate) form: Form,
    /// Media type.
    pub(crate) media: &'static str,
}

impl Agreed {
    /// For answers that have a JSON and an XML form.
    ///
    /// # Errors
    /// `not_acceptable`, `malformed`.
    pub(crate) fn of(request: &HttpRequest) -> Result<Self, Problem> {
        Self::among(request, &MEDIA)
    }

    /// For answers in JSON only.
    ///
    /// # Errors
    /// As [`Agreed::of`].
    pub(crate) fn json(request: &HttpRequest) -> Result<Self, Problem> {
        Self::among(request, &MEDIA[..2])
    }

    fn among(request: &HttpRequest, media: &[(&'static str, bool)]) -> Result<Self, Problem> {
        let newest = versions(request)?;
        let accept = list(request, header::ACCEPT.as_str())?;
        let accept = accept.as_deref().unwrap_or("*/*");
        let old = newest < (2, 0);
        let mut given = media.iter().copied().filter(|(_, xml)| *xml || !old);
        let given: Vec<_> = given.by_ref().collect();
        let Some((media, xml)) = preferred(accept, &given) else {
            let names: Vec<_> = given.iter().map(|(name, _)| *name).collect();
            let text = match names.as_slice() {
                [] => "EPCIS 1.2 is not given here; answers are EPCIS 2.0 in JSON".to_owned(),
                names => format!("answers are {}", names.join(", ")),
            };
            return Err(Problem::new(Code::NotAcceptable, text));
        };
        let body = match (xml, old) {
            (false, _) => Body::Json,
            (true, true) => Body::Xml(Version::V1_2),
            (true, false) => Body::Xml(Version::V2_0),
        };
        let (epc, cbv) = formats(request)?;
        Ok(Self {
            form: Form { body, epc, cbv },
            media,
        })
    }

    /// Begins an answer with the headers every one has.
    pub(crate) fn ok(&self) -> HttpResponseBuilder {
        let mut response = answer(HttpResponse::Ok());
        if self.form.body == Body::Xml(Version::V1_2) {
            response.insert_header(("GS1-EPCIS-Version", "1.2"));
            response.insert_header(("GS1-CBV-Version", "1.2"));
        }
        if self.form.epc != EpcFormat::NoPreference {
            response.insert_header(("GS1-EPC-Format", self.form.epc.as_str()));
        }
        if self.form.body != Body::Json && self.form.cbv != CbvFormat::NoPreference {
            response.insert_header(("GS1-CBV-XML-Format", self.form.cbv.as_str()));
        }
        response.content_type(self.media);
        response
    }
}

/// `GS1-EPC-Format` and `GS1-CBV-XML-Format`.
fn formats(request: &HttpRequest) -> Result<(EpcFormat, CbvFormat), Problem> {
    let unknown = |name: &str| {
        let text = format!("{name} has a value the standard does not know");
        Problem::new(Code::NotAcceptable, text)
    };
    let name = "GS1-EPC-Format";
    let epc = match text(request, name)? {
        None => EpcFormat::default(),
        Some(value) => EpcFormat::parse(value).ok_or_else(|| unknown(name))?,
    };
    let name = "GS1-CBV-XML-Format";
    let cbv = match text(request, name)? {
        None => CbvFormat::default(),
        Some(value) => CbvFormat::parse(value).ok_or_else(|| unknown(name))?,
    };
    Ok((epc, cbv))
}

/// The version of a document that a client sends.
///
/// # Errors
/// `not_acceptable` for one that is not read here.
pub(crate) fn sent_version(request: &HttpRequest) -> Result<(), Problem> {
    for (name, known) in [("GS1-EPCIS-Version", EPCIS), ("GS1-CBV-Version", CBV)] {
        let given = text(request, name)?
            .map(|value| version(name, value))
            .transpose()?;
        if given.is_some_and(|given| !known.contains(&given)) {
            let text = format!("{name}: documents of versions 1.2 and 2.0 are read");
            return Err(Problem::new(Code::NotAcceptable, text));
        }
    }
    Ok(())
}

/// The oldest and the newest version that a client reads.
type Bounds = (Option<(u32, u32)>, Option<(u32, u32)>);

/// The newest version of EPCIS that both sides know, of those whose version of the CBV both know,
/// too: each comes with its own.
fn versions(request: &HttpRequest) -> Result<(u32, u32), Problem> {
    let read = |name| {
        text(request, name)?
            .map(|value| version(name, value))
            .transpose()
    };
    let epcis = (read("GS1-EPCIS-Min")?, read("GS1-EPCIS-Max")?);
    let cbv = (read("GS1-CBV-Min")?, read("GS1-CBV-Max")?);
    let within = |one: (u32, u32), (least, most): Bounds| {
        least.is_none_or(|least| one >= least) && most.is_none_or(|most| one <= most)
    };
    let pairs = EPCIS.into_iter().zip(CBV).rev();
    let mut fitting = pairs.filter(|(own, terms)| within(*own, epcis) && within(*terms, cbv));
    let Some((newest, _)) = fitting.next() else {
        let text = "the bounds of GS1-EPCIS-Min to GS1-CBV-Max leave neither EPCIS 1.2 with \
                    CBV 1.2 nor EPCIS 2.0 with CBV 2.0";
        return Err(Problem::new(Code::NotAcceptable, text));
    };
    Ok(newest)
}

/// `2`, `2.0` and `2.0.0` are one version.
fn version(name: &str, text: &str) -> Result<(u32, u32), Problem> {
    let mut parts = text.split('.').map(|part| {
        let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| part.parse::<u32>().unwrap_or(u32::MAX))
    });
    let wrong = || {
        let text = format!("{name} is no version: digits with points between");
        Problem::new(Code::NotAcceptable, text)
    };
    let major = parts.next().flatten().ok_or_else(wrong)?;
    let minor = parts.next().unwrap_or(Some(0)).ok_or_else(wrong)?;
    if parts.any(|part| part.is_none()) {
        return Err(wrong());
    }
    Ok((major, minor))
}

/// The media type of those that are given which the client likes best (RFC 9110, 12.5.1).
fn preferred<'m>(accept: &str, given: &[(&'m str, bool)]) -> Option<(&'m str, bool)> {
    let quality = |media: &str| -> u32 {
        let rank = |range: &str| match range {
            "*/*" => Some(1),
            _ if range.eq_ignore_ascii_case(media) => Some(3),
            _ => {
                let kind = range.strip_suffix("/*")?;
                let own = media.split('/').next()?;
                kind.eq_ignore_ascii_case(own).then_some(2)
            }
        };
        let ranges = accept.split(',').filter_map(|part| {
            let mut pieces = part.split(';').map(str::trim);
            let rank = rank(pieces.next()?)?;
            let weight = pieces.find_map(|piece| piece.strip_prefix("q="));
            let weight = weight.map_or(Some(1.0), |text| text.parse::<f32>().ok())?;
            Some((rank, weight))
        });
        let best = ranges.max_by_key(|(rank, _)| *rank);
        best.map_or(0, |(_, weight)| thousandths(weight))
    };
    let mut best: Option<(u32, (&str, bool))> = None;
    for one in given {
        let quality = quality(one.0);
        if quality > 0 && best.is_none_or(|(known, _)| quality > known) {
            best = Some((quality, *one));
        }
    }
    best.map(|(_, one)| one)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to 0..=1000 before"
)]
fn thousandths(weight: f32) -> u32 {
    (weight.clamp(0.0, 1.0) * 1000.0).round() as u32
}

/// Whether the client would rather read XML than JSON: for problems.
pub(crate) fn wants_xml(accept: Option<&str>) -> bool {
    const PROBLEMS: [(&str, bool); 4] = [
        ("application/problem+json", false),
        ("application/json", false),
        ("application/problem+xml", true),
        ("application/xml", true),
    ];
    accept
        .and_then(|accept| preferred(accept, &PROBLEMS))
        .is_some_and(|(_, xml)| xml)
}

/// Whether the client would rather read CSV than JSON: for tables.
pub(crate) fn wants_csv(accept: Option<&str>) -> bool {
    const TABLES: [(&str, bool); 2] = [("application/json", false), ("text/csv", true)];
    accept
        .and_then(|accept| preferred(accept, &TABLES))
        .is_some_and(|(_, csv)| csv)
}

/// Prefixes that the client defines in `GS1-Extensions`, as a JSON-LD context.
///
/// # Errors
/// `malformed`.
pub(crate) fn context(request: &HttpRequest) -> Result<Option<Value>, Problem> {
    let Some(text) = list(request, "GS1-Extensions")? else {
        return Ok(None);
    };
    let mut prefixes = Map::new();
    for part in text
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        let (prefix, uri) = part.split_once('=').unwrap_or((part, ""));
        if !prefix.is_empty() && !uri.is_empty() {
            prefixes.insert(prefix.trim().to_owned(), Value::from(uri.trim()));
        }
    }
    if prefixes.len() > EXTENSIONS_MAX {
        let text = format!("GS1-Extensions defines more than {EXTENSIONS_MAX} prefixes");
        return Err(Problem::new(Code::Malformed, text));
    }
    Ok(Some(Value::Object(prefixes)))
}

/// How measurements in other units are compared: `Theriac-Units: as_written` asks for those in the
/// very unit of the query only.
///
/// # Errors
/// `malformed`.
pub(crate) fn units(request: &HttpRequest) -> Result<Units, Problem> {
    match text(request, "Theriac-Units")? {
        None | Some("converted") => Ok(Units::Converted),
        Some("as_written") => Ok(Units::AsWritten),
        Some(_) => Err(Problem::new(
            Code::Malformed,
            "Theriac-Units is converted or as_written",
        )),
    }
}

/// A header whose value is a list, as one text: its lines are one list (RFC 9110, 5.3).
///
/// # Errors
/// `malformed` when a line is no text.
pub(crate) fn list(request: &HttpRequest, name: &str) -> Result<Option<String>, Problem> {
    joined(request.headers(), name).map_err(|()| no_text(name))
}

/// As [`list`], of headers.
///
/// # Errors
/// When a line is no text.
pub(crate) fn joined(headers: &HeaderMap, name: &str) -> Result<Option<String>, ()> {
    let lines: Result<Vec<&str>, _> = headers.get_all(name).map(HeaderValue::to_str).collect();
    let lines = lines.map_err(|_| ())?;
    Ok((!lines.is_empty()).then(|| lines.join(", ")))
}

fn no_text(name: &str) -> Problem {
    let text = format!("the header {name} holds no plain text");
    Problem::new(Code::Malformed, text)
}

/// A header as text.
///
/// # Errors
/// `malformed` when it is none.
pub(crate) fn text<'r>(request: &'r HttpRequest, name: &str) -> Result<Option<&'r str>, Problem> {
    let value = request.headers().get(name).map(|value| value.to_str());
    value.transpose().map_err(|_| no_text(name))
}

/// An answer under `/epcis` with the headers every one has.
pub(crate) fn answer(mut response: HttpResponseBuilder) -> HttpResponseBuilder {
    for (name, value) in HEADERS {
        response.insert_header((name, value));
    }
    response.insert_header(("GS1-EPCIS-Capture-Limit", CAPTURE_EVENTS_MAX.to_string()));
    let limit = CAPTURE_BODY_BYTES.to_string();
    response.insert_header(("GS1-EPCIS-Capture-File-Size-Limit", limit));
    response
}

/// Marks an answer that is made already.
pub(crate) fn mark(response: &mut HttpResponse) {
    let marked = answer(HttpResponse::Ok()).finish();
    for (name, value) in marked.headers() {
        response.headers_mut().insert(name.clone(), value.clone());
    }
}

/// Versions of this service.
const HEADERS: [(&str, &str); 7] = [
    ("GS1-EPCIS-Version", "2.0"),
    ("GS1-EPCIS-Min", "1.2"),
    ("GS1-EPCIS-Max", "2.0"),
    ("GS1-CBV-Version", "2.0"),
    ("GS1-CBV-Min", "1.2"),
    ("GS1-CBV-Max", "2.0"),
    (
        "GS1-Vendor-Version",
        concat!("theriac/", env!("CARGO_PKG_VERSION")),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn agreed(headers: &[(&'static str, &str)]) -> Result<(Body, &'static str), Code> {
        let mut request = TestRequest::default();
        for (name, value) in headers {
            request = request.append_header((*name, *value));
        }
        Agreed::of(&request.to_http_request())
            .map(|it| (it.form.body, it.media))
            .map_err(|problem| problem.0.code())
    }

    #[test]
    fn the_form_of_an_answer_is_what_the_client_likes_best_and_the_version_allows() {
        let json = Ok((Body::Json, "application/json"));
        let xml = Ok((Body::Xml(Version::V2_0), "application/xml"));
        let old = Ok((Body::Xml(Version::V1_2), "application/xml"));
        let no = Err(Code::NotAcceptable);
        for (headers, expected) in [
            (vec![], json),
            (vec![("Accept", "*/*")], json),
            (vec![("Accept", "application/xml")], xml),
            (
                vec![(
                    "Accept",
                    "application/json;q=0.2, application/*;q=0.1, application/xml",
                )],
                xml,
            ),
            (vec![("Accept", "application/xml;q=0, */*")], json),
            (vec![("Accept", "text/html")], no),
            (vec![("GS1-EPCIS-Max", "1.2")], old),
            (vec![("GS1-EPCIS-Max", "1.9"), ("GS1-EPCIS-Min", "1")], old),
            (
                vec![("GS1-EPCIS-Max", "1.2"), ("Accept", "application/json")],
                no,
            ),
            (vec![("GS1-EPCIS-Min", "2.0.0")], json),
            (vec![("GS1-EPCIS-Min", "2.1")], no),
            (vec![("GS1-EPCIS-Max", "1.1")], no),
            (vec![("GS1-CBV-Min", "3")], no),
            (vec![("GS1-CBV-Max", "1.2")], old),
            (
                vec![("GS1-CBV-Max", "1.2"), ("Accept", "application/json")],
                no,
            ),
            (vec![("GS1-EPCIS-Max", "1.2"), ("GS1-CBV-Min", "2.0")], no),
            (
                vec![("Accept", "text/html"), ("Accept", "application/xml")],
                xml,
            ),
            (
                vec![
                    ("Accept", "application/json;q=0.1"),
                    ("Accept", "application/xml"),
                ],
                xml,
            ),
            (vec![("GS1-EPCIS-Min", "two")], no),
            (vec![("GS1-EPC-Format", "Always_EPC_URN")], json),
            (vec![("GS1-EPC-Format", "always_epc_urn")], no),
        ] {
            assert_eq!(agreed(&headers), expected, "{headers:?}");
        }
    }

    #[test]
    fn a_problem_is_xml_only_for_those_who_read_no_json() {
        assert!(!wants_xml(None) && !wants_xml(Some("*/*")));
        assert!(!wants_xml(Some("application/json, application/xml;q=0.5")));
        assert!(wants_xml(Some("application/xml")) && wants_xml(Some("application/problem+xml")));
    }

    #[test]
    fn a_table_is_csv_only_for_those_who_ask_for_it() {
        assert!(!wants_csv(None) && !wants_csv(Some("*/*")) && !wants_csv(Some("text/html")));
        assert!(!wants_csv(Some("application/json, text/csv;q=0.5")));
        assert!(wants_csv(Some("text/csv")) && wants_csv(Some("text/*, application/json;q=0.1")));
    }

    #[test]
    fn extensions_are_prefixes() {
        let request = TestRequest::default()
            .insert_header((
                "GS1-Extensions",
                "ex=https://a.example/, b = https://b.example/,c",
            ))
            .append_header(("GS1-Extensions", "d=https://d.example/"))
            .to_http_request();
        let context = context(&request).unwrap().unwrap();
        assert_eq!(
            context,
            serde_json::json!({
                "ex": "https://a.example/",
                "b": "https://b.example/",
                "d": "https://d.example/",
            })
        );
    }
}
