//! The portal: the built files of `web/` inside the binary. An exact file is given with its `ETag`
//! (hashed names are immutable); any other address a browser asks for gets the page that the build
//! made for its route, else the start page, and the application finds its way; `/api` and `/epcis`
//! never fall through to it. Where the portal was not built, a short page says how to get it.
use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpRequest, HttpResponse};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::error::Problem;
use crate::app::failure::Code;

#[derive(RustEmbed)]
#[folder = "../web/build"]
#[allow_missing = true]
struct Files;

const START: &str = "200.html";
/// What stands in the name of a page for whatever an address names: `lot/_/_.html`.
const ANY: &str = "_";
/// Parts of the longest address that has a page of its own.
const PARTS_MAX: usize = 4;
const MISSING: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
    <title>Theriac</title><h1>Theriac is running, without its portal</h1>\
    <p>This binary was built without the portal. Build it with <code>cargo xtask web</code> \
    (needs Node and npm), then build the binary again.</p>\
    <p>The API is here: <a href=\"/api/docs/\">/api/docs/</a>. The command line works too: \
    <code>theriac verify --help</code>.</p></html>";

/// The start page, for the hashes of its scripts.
pub(super) fn start_page() -> Option<String> {
    String::from_utf8(Files::get(START)?.data.into_owned()).ok()
}

/// Whether the portal was built in.
pub(crate) fn is_built_in() -> bool {
    Files::get(START).is_some()
}

/// Answers whatever no route of the API answers.
pub(super) async fn portal(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let path = request.path();
    if is_api(path) {
        return Err(super::router::no_route(&request));
    }
    if !matches!(request.method().as_str(), "GET" | "HEAD") {
        let text = "pages are read with GET";
        return Err(Problem::new(Code::MethodNotAllowed, text));
    }
    let name = path.trim_start_matches('/');
    if let Some(file) = Files::get(name).filter(|_| is_public(name)) {
        return Ok(give(&request, name, file));
    }
    let wants_page = accepts(request.headers(), &header::ACCEPT, "text/html");
    if !wants_page || name.starts_with("_app/") {
        return Err(Problem(crate::Failure::not_found("page")));
    }
    let page = page_of(name, |page| Files::get(page).is_some());
    match Files::get(&page) {
        Some(file) => Ok(give(&request, &page, file)),
        None => Ok(HttpResponse::Ok()
            .content_type("text/html; charset=utf-8")
            .body(MISSING)),
    }
}

/// The page made for an address, by the names that are `there`; the start page where there is none.
/// At each place after the first a name goes before [`ANY`].
fn page_of(name: &str, there: impl Fn(&str) -> bool) -> String {
    let mut parts = name.split('/');
    let first = parts.next().filter(|it| !it.is_empty()).unwrap_or("index");
    let mut stems = vec![first.to_owned()];
    for part in parts {
        if stems.len() >> (PARTS_MAX - 1) > 0 {
            return START.to_owned();
        }
        let longer = |stem: &String| [part, ANY].map(|part| format!("{stem}/{part}"));
        stems = stems.iter().flat_map(longer).collect();
    }
    let pages = stems.into_iter().map(|stem| stem + ".html");
    pages
        .into_iter()
        .find(|page| there(page))
        .unwrap_or_else(|| START.to_owned())
}

fn is_api(path: &str) -> bool {
    ["/api", "/epcis", "/vrs", "/fhir"].iter().any(|root| {
        path.strip_prefix(root)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// Compressed siblings are chosen by negotiation, not by name.
fn is_public(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    !name.is_empty() && !matches!(ending, Some("br" | "gz"))
}

fn give(request: &HttpRequest, name: &str, file: EmbeddedFile) -> HttpResponse {
    let etag = format!("\"{}\"", hex::encode(file.metadata.sha256_hash()));
    let immutable = name.starts_with("_app/immutable/");
    let cache = if immutable {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((header::ETAG, etag.clone()))
        .insert_header((header::CACHE_CONTROL, cache))
        .insert_header((header::VARY, "Accept-Encoding"));
    let known = request.headers().get(header::IF_NONE_MATCH);
    if known
        .and_then(|value| value.to_str().ok())
        .is_some_and(|known| known.contains(&etag))
    {
        answer.status(actix_web::http::StatusCode::NOT_MODIFIED);
        return answer.finish();
    }
    answer.content_type(media_type(name));
    for (encoding, ending) in [("br", ".br"), ("gzip", ".gz")] {
        if !accepts(request.headers(), &header::ACCEPT_ENCODING, encoding) {
            continue;
        }
        if let Some(packed) = Files::get(&format!("{name}{ending}")) {
            answer.insert_header((header::CONTENT_ENCODING, encoding));
            return answer.body(packed.data.into_owned());
        }
    }
    answer.body(file.data.into_owned())
}

/// Whether a header lists a value, without a quality of zero; an absent `Accept` takes anything.
fn accepts(headers: &HeaderMap, name: &header::HeaderName, wanted: &str) -> bool {
    let any = *name == header::ACCEPT;
    let Some(value) = headers.get(name).and_then(|value| value.to_str().ok()) else {
        return any;
    };
    value.split(',').any(|part| {
        let mut fields = part.split(';').map(str::trim);
        let named = fields.next().is_some_and(|it| {
            it.eq_ignore_ascii_case(wanted) || (any && (it == "*/*" || it == "text/*"))
        });
        named && !fields.any(|field| matches!(field, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_api_never_falls_through_to_the_portal() {
        for (path, api) in [
            ("/api", true),
            ("/api/v1/nothing", true),
            ("/epcis/none", true),
            ("/apiary", false),
            ("/", false),
            ("/pack/x", false),
        ] {
            assert_eq!(is_api(path), api, "{path}");
        }
    }

    #[test]
    fn accept_headers_are_read_as_the_standard_says() {
        let with = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(
                header::ACCEPT_ENCODING,
                header::HeaderValue::from_static(value),
            );
            headers
        };
        assert!(accepts(
            &with("gzip, br;q=0.9"),
            &header::ACCEPT_ENCODING,
            "br"
        ));
        assert!(!accepts(
            &with("gzip, br;q=0"),
            &header::ACCEPT_ENCODING,
            "br"
        ));
        assert!(!accepts(&with("gzip"), &header::ACCEPT_ENCODING, "br"));
        assert!(accepts(&HeaderMap::new(), &header::ACCEPT, "text/html"));
        assert!(!accepts(&HeaderMap::new(), &header::ACCEPT_ENCODING, "br"));
    }

    #[test]
    fn an_address_gets_the_page_of_its_route() {
        let pages = [
            "index",
            "cold",
            "cold/_",
            "lot/_/_",
            "lot/_/_/trace",
            "lot/x/_",
        ];
        let there = |name: &str| pages.iter().any(|page| format!("{page}.html") == name);
        for (address, page) in [
            ("", "index.html"),
            ("cold", "cold.html"),
            ("cold/195060001343500009", "cold/_.html"),
            ("lot/09506000134352/L1", "lot/_/_.html"),
            ("lot/x/L1", "lot/x/_.html"),
            ("lot/09506000134352/L1/trace", "lot/_/_/trace.html"),
            ("lot/09506000134352/L1/other", START),
            ("lot/09506000134352/L1/trace/more", START),
            ("nowhere", START),
            ("cold/", "cold/_.html"),
        ] {
            assert_eq!(page_of(address, there), page, "{address}");
        }
        let asked = std::cell::Cell::new(0);
        let count = |_: &str| {
            asked.set(asked.get() + 1);
            false
        };
        assert_eq!(page_of(&"a/".repeat(4_000), count), START);
        assert_eq!(asked.get(), 0, "a long address is not looked up");
    }

    #[test]
    fn compressed_siblings_are_not_addresses() {
        assert!(is_public("favicon.svg") && !is_public("200.html.br") && !is_public(""));
    }
}
