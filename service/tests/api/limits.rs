//! Bounds of the rim (OWASP API4:2023): clients that send slowly, or too deep, too long, too many.
//! Each row is one way to hold more of the node than one caller should.
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use service::auth::Role;

use crate::lab::Lab;

/// Longer than any bound of these tests: what is not answered by then never is.
const PATIENCE: Duration = Duration::from_mins(1);

fn connect(lab: &Lab) -> TcpStream {
    let url = lab.url("");
    let stream = TcpStream::connect(url.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// All that the server says before it closes the connection.
fn until_closed(stream: &mut TcpStream) -> String {
    let mut said = Vec::new();
    let mut piece = [0; 4096];
    loop {
        match stream.read(&mut piece) {
            Ok(0) => break,
            Ok(count) => said.extend_from_slice(&piece[..count]),
            // A server that closes while bytes for it are on the way.
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => break,
            Err(error) => panic!("it was not closed: {error}"),
        }
    }
    String::from_utf8_lossy(&said).into_owned()
}

#[test]
fn whoever_sends_a_byte_now_and_then_is_let_go() {
    let mut lab = Lab::new();
    lab.stop();
    lab.start_with(|config| {
        config.http.request_head_timeout_s = 1;
        config.http.body_timeout_s = 1;
        config.http.body_bytes_per_s_min = 1_000_000;
    });
    let key = &lab.keys[&Role::Pharmacy];
    let head = format!(
        "POST /api/v1/verify HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\
         Content-Type: application/json\r\n"
    );
    let chunked = "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n";
    let rows = [
        // The head never ends.
        (
            "GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: ".to_owned(),
            "408",
        ),
        // The body is announced and does not come.
        (format!("{head}Content-Length: 100\r\n\r\n{{"), "408"),
        // The body comes in pieces without an end.
        (format!("{head}{chunked}"), "408"),
        // Nobody wants it: of somebody without a key, and where nothing is read.
        (
            format!("POST /api/v1/verify HTTP/1.1\r\nHost: x\r\n{chunked}"),
            "401",
        ),
        (
            format!("GET /healthz HTTP/1.1\r\nHost: x\r\n{chunked}"),
            "200",
        ),
    ];
    for (sent, status) in rows {
        let mut stream = connect(&lab);
        stream.write_all(sent.as_bytes()).unwrap();
        // Bytes go on coming meanwhile, which must not buy more time.
        let mut drip = stream.try_clone().unwrap();
        let chunked = sent.contains("chunked");
        let dripping = std::thread::spawn(move || {
            let bytes: &[u8] = if chunked { b"1\r\n \r\n" } else { b" " };
            for _ in 0..600 {
                if drip.write_all(bytes).is_err() {
                    break;
                }
                std::thread::sleep(Duration::from_millis(100));
            }
        });
        let said = until_closed(&mut stream);
        assert!(
            said.is_empty() || said.starts_with(&format!("HTTP/1.1 {status}")),
            "{sent}: {said}"
        );
        if sent.starts_with("POST") && status == "408" {
            assert!(said.contains("\"code\":\"request_timeout\""), "{said}");
        }
        drop(stream);
        dripping.join().unwrap();
    }
    // Others are not held up.
    lab.send("GET", "/healthz", &[], &[]).expect(200);
}

#[test]
fn strangers_are_refused_before_their_body_is_waited_for() {
    let lab = Lab::new();
    let mut stream = connect(&lab);
    stream
        .write_all(
            b"POST /epcis/capture HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
              Content-Length: 4000000\r\n\r\n",
        )
        .unwrap();
    let mut first = [0; 12];
    stream.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 401");
}

#[test]
fn what_is_nested_or_listed_too_far_is_refused() {
    let lab = Lab::new();
    let bearer = format!("Bearer {}", lab.keys[&Role::Admin]);
    let nested = |levels: usize| {
        let (open, close) = ("[".repeat(levels), "]".repeat(levels));
        format!("{{\"name\":\"q\",\"query\":{{\"EQ_bizStep\":{open}{close}}}}}")
    };
    let rows = [
        ("/epcis/queries", nested(62), "query_parameter"),
        ("/epcis/queries", nested(63), "malformed"),
        ("/epcis/queries", nested(5_000), "malformed"),
    ];
    for (path, body, code) in rows {
        let headers = [
            ("Authorization", bearer.as_str()),
            ("Content-Type", "application/json"),
        ];
        let answer = lab
            .send("POST", path, &headers, body.as_bytes())
            .expect(400);
        assert_eq!(answer.json()["code"], code, "{body:.80}");
    }
    let long = format!("/epcis/events?EQ_bizStep={}", "a".repeat(17 * 1024));
    let authorized = [("Authorization", bearer.as_str())];
    lab.send("GET", &long, &authorized, &[]).expect(414);
    for (path, status) in [
        ("/epcis/events?perPage=1000000000", 200),
        ("/api/v1/lots/09506000134352/L1?limit=1000000000", 400),
        ("/api/v1/accesses?limit=1000000000", 400),
    ] {
        let answer = lab.send("GET", path, &authorized, &[]);
        assert_eq!(answer.status, status, "{path}");
    }
}

#[test]
fn heads_with_too_many_fields_are_not_read() {
    let lab = Lab::new();
    for fields in [
        "X-A: b\r\n".repeat(10_000),
        format!("X-A: {}\r\n", "b".repeat(1 << 20)),
    ] {
        let mut stream = connect(&lab);
        let head = format!("GET /healthz HTTP/1.1\r\nHost: x\r\n{fields}\r\n");
        // It may be closed before everything is sent.
        drop(stream.write_all(head.as_bytes()));
        let said = until_closed(&mut stream);
        assert!(!said.starts_with("HTTP/1.1 2"), "{said:.100}");
    }
    lab.send("GET", "/healthz", &[], &[]).expect(200);
}
