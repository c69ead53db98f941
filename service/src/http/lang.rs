//! The language of an answer: `lang` where the request has it, else `Accept-Language` (RFC 9110,
//! 12.5.4), else English. A language that is not spoken here is answered in English.
use actix_web::HttpRequest;
use actix_web::http::header::ACCEPT_LANGUAGE;
use rules::Lang;

/// The language to answer in.
pub(super) fn of(request: &HttpRequest, asked: Option<&str>) -> Lang {
    if let Some(tag) = asked {
        return Lang::parse(tag).unwrap_or_default();
    }
    let header = request.headers().get(ACCEPT_LANGUAGE);
    let header = header.and_then(|value| value.to_str().ok());
    header.map_or(Lang::En, Lang::negotiate)
}
