//! Wrong methods, media, sizes and shapes: each a problem with its code, none a server error; and
//! the headers every answer carries.
use service::auth::Role;

use crate::lab::Lab;

#[test]
fn misuse_is_answered_with_the_right_code() {
    let lab = Lab::new();
    let bearer = format!("Bearer {}", lab.keys[&Role::Admin]);
    let big = vec![b' '; 300 * 1024];
    let huge = vec![b' '; 5 * 1024 * 1024];
    let json = "application/json";
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let rows: Vec<(&str, &str, &str, &[u8], u16, &str)> = vec![
        (
            "POST",
            "/api/v1/verify",
            "text/plain",
            b"{}",
            415,
            "media_type",
        ),
        ("POST", "/api/v1/verify", json, b"", 400, "malformed"),
        (
            "POST",
            "/api/v1/verify",
            json,
            b"{\"scan\":1}",
            400,
            "malformed",
        ),
        (
            "POST",
            "/api/v1/verify",
            json,
            b"{\"scan\":\"\",\"x\":1}",
            400,
            "malformed",
        ),
        (
            "POST",
            "/api/v1/verify",
            json,
            b"\xff\xfe",
            400,
            "malformed",
        ),
        (
            "POST",
            "/api/v1/verify",
            json,
            deep.as_bytes(),
            400,
            "malformed",
        ),
        ("POST", "/api/v1/verify", json, &big, 413, "too_large"),
        (
            "POST",
            "/api/v1/verify",
            json,
            b"{\"scan\":\"\",\"location\":\"here\"}",
            422,
            "unprocessable",
        ),
        ("POST", "/epcis/capture", json, &huge, 413, "too_large"),
        (
            "POST",
            "/epcis/capture",
            "text/csv",
            b"<x/>",
            415,
            "media_type",
        ),
        (
            "POST",
            "/epcis/capture",
            json,
            deep.as_bytes(),
            400,
            "validation",
        ),
        (
            "GET",
            "/api/v1/verify",
            json,
            b"",
            405,
            "method_not_allowed",
        ),
        (
            "DELETE",
            "/epcis/events",
            json,
            b"",
            405,
            "method_not_allowed",
        ),
        ("GET", "/api/v1/nothing", json, b"", 404, "not_found"),
        ("GET", "/api/v1/blocks/zz", json, b"", 404, "not_found"),
        (
            "GET",
            "/api/v1/alerts?status=odd",
            json,
            b"",
            400,
            "query_parameter",
        ),
        (
            "GET",
            "/api/v1/lots/1/2?limit=x",
            json,
            b"",
            400,
            "query_parameter",
        ),
        (
            "POST",
            "/api/v1/keys",
            json,
            b"{\"roles\":[\"boss\"]}",
            400,
            "malformed",
        ),
        (
            "POST",
            "/api/v1/keys",
            json,
            b"{\"roles\":[]}",
            422,
            "unprocessable",
        ),
        (
            "POST",
            "/api/v1/keys",
            json,
            b"{\"roles\":[\"pharmacy\"]}",
            422,
            "unprocessable",
        ),
        (
            "POST",
            "/api/v1/parties",
            json,
            b"{\"gln\":\"1\",\"name\":\"x\",\"role\":\"pharmacy\"}",
            422,
            "unprocessable",
        ),
        (
            "POST",
            "/api/v1/devices",
            json,
            b"{\"key\":\"1\",\"party\":\"x\",\"label\":\"\",\"role\":\"device\"}",
            422,
            "unprocessable",
        ),
        (
            "POST",
            "/api/v1/master-data",
            json,
            b"[]",
            422,
            "unprocessable",
        ),
        (
            "POST",
            "/api/v1/master-data",
            json,
            b"[{\"type\":\"x\"}]",
            400,
            "malformed",
        ),
    ];
    for (method, path, media, body, status, code) in rows {
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", media)];
        let answer = lab.send(method, path, &headers, body);
        assert_eq!(
            answer.status,
            status,
            "{method} {path}: {}",
            String::from_utf8_lossy(&answer.body)
        );
        let problem = answer.json();
        assert_eq!(problem["code"], code, "{method} {path}");
        assert_eq!(problem["status"], status, "{method} {path}");
        assert!(
            problem["instance"]
                .as_str()
                .unwrap()
                .starts_with("urn:uuid:"),
            "{problem}"
        );
    }
}

#[test]
fn compressed_bodies_and_foreign_forms_are_refused() {
    let lab = Lab::new();
    let bearer = format!("Bearer {}", lab.keys[&Role::Admin]);
    for (header, path, status) in [
        (("Content-Encoding", "gzip"), "/api/v1/verify", 415),
        (("Accept", "text/html"), "/epcis/events", 406),
        (("GS1-EPC-Format", "always_epc_urn"), "/epcis/events", 406),
        (("GS1-EPCIS-Min", "2.1"), "/epcis/events", 406),
        (("GS1-EPCIS-Version", "3.0"), "/epcis/capture", 406),
        (
            ("GS1-Capture-Error-Behaviour", "maybe"),
            "/epcis/capture",
            400,
        ),
    ] {
        let method = if path == "/epcis/events" {
            "GET"
        } else {
            "POST"
        };
        let headers = [
            ("Authorization", bearer.as_str()),
            ("Content-Type", "application/json"),
            header,
        ];
        assert_eq!(
            lab.send(method, path, &headers, b"{}").status,
            status,
            "{header:?}"
        );
    }
}

#[test]
fn every_answer_carries_its_headers() {
    let lab = Lab::new();
    for path in [
        "/",
        "/healthz",
        "/api/v1/me",
        "/api/docs/",
        "/nothing",
        "/api/openapi.json",
    ] {
        let answer = lab.send(
            "GET",
            path,
            &[("X-Request-Id", "abc-1"), ("Accept", "*/*")],
            &[],
        );
        let header = |name: &str| answer.headers.get(name).map_or("", String::as_str);
        assert!(
            header("content-security-policy").starts_with("default-src 'none'"),
            "{path}"
        );
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("x-request-id"), "abc-1", "{path}");
    }
    let odd = lab.send("GET", "/healthz", &[("X-Request-Id", "a b\u{e9}")], &[]);
    assert_ne!(odd.headers["x-request-id"], "a b\u{e9}");
}

#[test]
fn the_documentation_page_and_the_portal_ask_nobody_else() {
    let lab = Lab::new();
    let docs = lab
        .send("GET", "/api/docs/index.html", &[], &[])
        .expect(200);
    assert!(!String::from_utf8_lossy(&docs.body).contains("https://"));
    let page = lab
        .send("GET", "/pack/x", &[("Accept", "text/html")], &[])
        .expect(200);
    assert!(page.headers["content-type"].starts_with("text/html"));
    assert_eq!(
        lab.send("GET", "/pack/x", &[("Accept", "image/png")], &[])
            .status,
        404
    );
    assert_eq!(lab.send("POST", "/", &[], b"x").status, 405);
}

#[test]
fn the_node_is_alive_ready_and_counts() {
    let lab = Lab::new();
    lab.play();
    lab.verify(Role::Pharmacy, "A1");
    for path in ["/healthz", "/readyz"] {
        lab.send("GET", path, &[], &[]).expect(200);
    }
    let text = String::from_utf8(lab.send("GET", "/metrics", &[], &[]).expect(200).body).unwrap();
    assert!(text.contains("theriac_events 4\n"), "{text}");
    assert!(text.contains("theriac_verify_seconds_count 1\n"), "{text}");
    assert!(
        text.contains("route=\"/epcis/capture\",status=\"202\"} 2"),
        "{text}"
    );
    assert!(!text.contains("A1"), "no identifiers in labels");
    let options = lab.send("OPTIONS", "/epcis/capture", &[], &[]).expect(204);
    assert_eq!(options.headers["allow"], "GET, HEAD, POST, OPTIONS");
    let root = lab.get(Role::Gateway, "/epcis").expect(200).json();
    assert_eq!(root["member"].as_array().unwrap().len(), 9, "{root}");
}
