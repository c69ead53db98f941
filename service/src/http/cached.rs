//! Answers that whoever asked before need not be sent again (RFC 9110, section 13.1.2): each
//! carries its strong tag, and `If-None-Match` with that tag is answered 304 without a body.
use actix_web::body::MessageBody;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse};

/// A body whose `hash` (hex) is its tag. The client keeps it, and asks again before each use.
pub(super) fn answer(
    request: &HttpRequest,
    hash: &str,
    media: &'static str,
    body: impl MessageBody + 'static,
) -> HttpResponse {
    let tag = format!("\"{hash}\"");
    let known = request.headers().get_all(header::IF_NONE_MATCH);
    let known = known.filter_map(|value| value.to_str().ok());
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((header::ETAG, tag.clone()))
        .insert_header((header::CACHE_CONTROL, "private, no-cache"));
    if known
        .flat_map(|list| list.split(','))
        .any(|it| names(it, &tag))
    {
        return answer.status(StatusCode::NOT_MODIFIED).finish();
    }
    answer.content_type(media).body(body)
}

/// Whether an entry of `If-None-Match` is the tag, by weak comparison.
fn names(entry: &str, tag: &str) -> bool {
    let entry = entry.trim();
    entry == "*" || entry.strip_prefix("W/").unwrap_or(entry) == tag
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_known_in_every_spelling() {
        for (list, known) in [
            ("\"a1\"", true),
            ("W/\"a1\"", true),
            ("\"b2\", \"a1\"", true),
            ("*", true),
            ("\"b2\"", false),
            ("a1", false),
            ("\"a1", false),
            ("", false),
        ] {
            let request = actix_web::test::TestRequest::default();
            let request = request.insert_header((header::IF_NONE_MATCH, list));
            let answer = answer(
                &request.to_http_request(),
                "a1",
                "text/plain",
                "x".to_owned(),
            );
            let expected = if known { 304 } else { 200 };
            assert_eq!(answer.status().as_u16(), expected, "{list}");
            let tag = answer.headers().get(header::ETAG).unwrap();
            assert_eq!(tag, "\"a1\"");
        }
    }
}
