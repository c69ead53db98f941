//! The access log: every operation leaves a line, with who, what and how it ended; refusals too.
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::LazyLock;

use serde_json::Value;
use service::audit::{Access, Wanted};
use service::auth::Role;
use service::auth::cedar::{POLICIES, Policies, Question, SCHEMA};
use service::auth::policy::roles_of;
use service::http::router::{ROUTES, Route};

use crate::every::{Every, operations};
use crate::lab::{Lab, WHOLESALER};
use crate::request::Request;

fn logged(lab: &Lab, query: &str) -> Vec<Value> {
    let answer = lab.get(
        Role::Regulator,
        &format!("/api/v1/accesses?per_page=1000{query}"),
    );
    let lines = answer.expect(200).json()["accesses"].clone();
    lines.as_array().expect("a list").clone()
}

/// Operations that leave no line, and why. An entry that leaves one, or is gone, fails.
const NOT_NOTED: [(&str, &str, &str); 4] = [
    (
        "GET",
        "/status",
        "shares of answers in time, nothing of the records",
    ),
    (
        "GET",
        "/healthz",
        "asked every few seconds, tells nothing of the records",
    ),
    (
        "GET",
        "/readyz",
        "asked every few seconds, tells nothing of the records",
    ),
    (
        "GET",
        "/metrics",
        "asked every few seconds, sums and times only",
    ),
];

/// What the log got since a line, the oldest first.
fn since(lab: &Lab, seq: u64) -> Vec<Access> {
    let head = lab.node().access_log().sync();
    let count = usize::try_from(head.seq - seq).unwrap();
    let log = lab.node().access_log();
    let mut lines = log.newest(&Wanted::default(), count).unwrap();
    lines.reverse();
    lines.into_iter().map(|line| line.access).collect()
}

/// The node's policies, read once more.
static OWN: LazyLock<Policies> = LazyLock::new(|| Policies::read(POLICIES, SCHEMA).unwrap());

/// Who asks, and what the policies must have said to that.
fn asker(lab: &Lab, role: Role, action: &'static str) -> (Option<String>, Option<String>, String) {
    let key = lab.keys[&role].split('_').nth(1).unwrap().to_owned();
    let me = lab.get(role, "/api/v1/me").expect(200).json();
    let party = me["party"]["gln"].as_str().map(ToOwned::to_owned);
    let question = Question {
        action,
        roles: [role].into(),
        party: party.is_some(),
    };
    let ruling = OWN.decide(&question).unwrap();
    (Some(key), party, ruling.policy)
}

/// Sends a request and holds the one line that it left against who asked for what.
fn leaves_its_line(lab: &Lab, request: &Request, role: Option<Role>, action: &'static str) {
    let what = format!("{} {} as {role:?}", request.method, request.pattern);
    let (key, party, policy) = match role {
        Some(role) => {
            let (key, party, policy) = asker(lab, role, action);
            (key, party, Some(policy))
        }
        None => (None, None, None),
    };
    let bearer = role.map_or_else(String::new, |role| format!("Bearer {}", lab.keys[&role]));
    let mut headers = vec![("X-Request-Id", "covered-1"), ("X-Purpose", "coverage")];
    if role.is_some() {
        headers.push(("Authorization", bearer.as_str()));
    }
    let before = lab.node().access_log().sync().seq;
    let path = request.path(role.unwrap_or(request.role));
    let answer = request.send_to(lab, &path, &headers);
    let expected = Access {
        at_ms: lab.world.now_ms(),
        key,
        party,
        action: Some(action.to_owned()),
        policy,
        person: None,
        signature: None,
        method: request.method.to_owned(),
        route: request.pattern.to_owned(),
        target: path,
        why: Some("coverage".to_owned()),
        status: answer.status,
        request: "covered-1".to_owned(),
    };
    assert_eq!(since(lab, before), [expected], "{what}");
    let outcome = match role {
        None => 401,
        Some(role) if role == request.role => request.status,
        Some(_) => 403,
    };
    assert_eq!(answer.status, outcome, "{what}");
}

/// Coverage: an operation that nobody notes is one that nobody can account for. Answered, refused
/// or asked by a stranger, it leaves one line with who, what, when, why, by which policy, and how
/// it ended.
#[test]
fn every_operation_leaves_exactly_one_line_for_whoever_asks() {
    let every = Every::new();
    let lab = &every.lab;
    for request in &every.requests {
        let row = |it: &&Route| (it.method, it.path) == (request.method, request.pattern);
        let action = ROUTES.iter().find(row).and_then(|it| it.action);
        let action = action.expect("requests are of operations with a policy");
        leaves_its_line(lab, request, None, action);
        let may = roles_of(action);
        if let Some(role) = Role::ALL.iter().find(|role| !may.contains(role)) {
            leaves_its_line(lab, request, Some(*role), action);
        }
        leaves_its_line(lab, request, Some(request.role), action);
    }
    let requests = every.by_operation();
    for (method, pattern) in operations() {
        if requests.contains_key(&(method.clone(), pattern.clone())) {
            continue;
        }
        let before = lab.node().access_log().sync().seq;
        let path = pattern.replace(['{', '}'], "");
        lab.send(&method, &path, &[], &[]);
        let lines = since(lab, before);
        let exempt = NOT_NOTED
            .iter()
            .any(|row| (row.0, row.1) == (method.as_str(), pattern.as_str()));
        let told: Vec<_> = lines
            .iter()
            .map(|it| (it.route.as_str(), it.key.as_deref(), it.action.as_deref()))
            .collect();
        let expected = [(pattern.as_str(), None, None)];
        assert_eq!(told, expected[..usize::from(!exempt)], "{method} {pattern}");
    }
    for row in NOT_NOTED {
        let operation = (row.0.to_owned(), row.1.to_owned());
        assert!(operations().contains(&operation), "{row:?} is gone");
    }
    let head = lab.node().access_log().sync();
    let folder = lab.dir.path().join("access");
    assert_eq!(service::audit::check(&folder, |_, _| {}).unwrap(), head);
}

/// A connection that becomes a WebSocket has a line when it begins, and none for what it is sent.
#[test]
fn a_web_socket_leaves_its_line() {
    let every = Every::new();
    let lab = &every.lab;
    let before = lab.node().access_log().sync().seq;
    let url = lab.url("");
    let mut socket = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    let head = format!(
        "GET /epcis/queries/mine/events?stream=true HTTP/1.1\r\nHost: x\r\n\
         Authorization: Bearer {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        lab.keys[&Role::Manufacturer]
    );
    socket.write_all(head.as_bytes()).unwrap();
    let mut status = [0; 12];
    socket.read_exact(&mut status).unwrap();
    assert_eq!(&status, b"HTTP/1.1 101");
    let lines = since(lab, before);
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert_eq!(
        (lines[0].status, lines[0].action.as_deref()),
        (101, Some("query"))
    );
    assert_eq!(lines[0].party.as_deref(), Some(crate::lab::MAKER));
}

#[test]
fn a_line_tells_who_what_why_by_which_rule_and_how_it_ended() {
    let lab = Lab::new();
    let bearer = format!("Bearer {}", lab.keys[&Role::Wholesaler]);
    let headers = [
        ("Authorization", bearer.as_str()),
        ("X-Purpose", "returns\u{e4} desk"),
    ];
    lab.send("GET", "/api/v1/keys", &headers[..1], &[]);
    let why = [headers[0], ("X-Purpose", "returns desk")];
    lab.send("GET", "/api/v1/packs/nothing/history?x=1", &why, &[]);
    let refused = logged(&lab, &format!("&party={WHOLESALER}&status=403"));
    assert_eq!(refused.len(), 1, "{refused:#?}");
    assert_eq!(refused[0]["action"], "manage_keys");
    assert_eq!(refused[0]["route"], "/api/v1/keys");
    let seen = logged(&lab, "&contains=packs/nothing");
    assert_eq!(seen[0]["why"], "returns desk");
    assert_eq!(seen[0]["target"], "/api/v1/packs/nothing/history?x=1");
    let own = logged(&lab, "&action=read_accesses");
    assert!(own.len() >= 2, "looking is an access, too: {own:#?}");
    lab.get(Role::Wholesaler, "/api/v1/accesses").expect(403);
}

#[test]
fn pages_follow_each_other_without_gaps() {
    let lab = Lab::new();
    for _ in 0..25 {
        lab.get(Role::Regulator, "/api/v1/me").expect(200);
    }
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/api/v1/accesses?per_page=10&contains=/me{cursor}");
        let page = lab.get(Role::Regulator, &path).expect(200).json();
        let lines = page["accesses"].as_array().expect("a list");
        seen.extend(
            lines
                .iter()
                .map(|line| line["seq"].as_u64().expect("a number")),
        );
        match page["next"].as_u64() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let mut sorted = seen.clone();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    sorted.dedup();
    assert_eq!(seen, sorted, "newest first, each once");
    assert!(seen.len() >= 25, "{}", seen.len());
}

#[test]
fn the_log_goes_on_after_a_crash_and_the_ledger_vouches_for_it() {
    let mut lab = Lab::new();
    lab.get(Role::Regulator, "/api/v1/me").expect(200);
    lab.crash();
    lab.start();
    let before = logged(&lab, "");
    assert!(
        before.iter().any(|line| line["route"] == "/api/v1/me"),
        "{before:#?}"
    );
    let anchor = lab
        .node()
        .anchor_access_log()
        .unwrap()
        .expect("lines since the start");
    assert!(
        lab.node().anchor_access_log().unwrap().is_none(),
        "once is enough"
    );
    let lines = logged(&lab, "");
    let line = lines
        .iter()
        .find(|line| line["seq"] == anchor.access_log_lines);
    assert_eq!(
        line.expect("the line")["hash"],
        Value::from(anchor.access_log_hash)
    );
}

/// Accesses are forgotten when their time has come, and not before; the log says how many, the
/// metrics count them, and what the ledger holds is not touched.
#[test]
fn accesses_are_removed_when_their_time_has_come_and_no_record_is() {
    const DAY_MS: i64 = 86_400_000;
    let mut lab = Lab::new();
    let folder = lab.dir.path().join("access");
    let events = |lab: &Lab| {
        lab.get(Role::Regulator, "/epcis/events")
            .expect(200)
            .events()
    };
    lab.play();
    let recorded = events(&lab);
    lab.get(Role::Regulator, "/api/v1/me?old=1").expect(200);
    let old = lab.node().access_log().sync().seq;
    lab.world.advance(8 * DAY_MS);
    lab.get(Role::Regulator, "/api/v1/me?young=1").expect(200);
    lab.world.advance((6 * 366 - 9) * DAY_MS);
    assert_eq!(lab.node().expire_accesses().unwrap(), None, "a day before");
    lab.world.advance(2 * DAY_MS);
    let gone = lab.node().expire_accesses().unwrap().expect("old lines");
    assert_eq!((gone.first, gone.last.seq), (1, old));
    assert_eq!(
        lab.node().expire_accesses().unwrap(),
        None,
        "once is enough"
    );
    // Searches are accesses, too, and name what they search for.
    let of_me = |lab: &Lab, part: &str| {
        let lines = logged(lab, &format!("&contains=me?{part}"));
        lines
            .iter()
            .filter(|it| it["route"] == "/api/v1/me")
            .count()
    };
    assert_eq!((of_me(&lab, "old"), of_me(&lab, "young")), (0, 1));
    let told = logged(&lab, "&action=access_log_expired");
    assert_eq!(told.len(), 1, "{told:#?}");
    let target = told[0]["target"].as_str().expect("a text");
    assert!(
        target.starts_with(&format!("lines 1 to {old} with ")),
        "{target}"
    );
    let metrics = lab.get(Role::Regulator, "/metrics").expect(200);
    let metrics = String::from_utf8(metrics.body).unwrap();
    assert!(
        metrics.contains(&format!("theriac_access_lines_expired {old}\n")),
        "{metrics}"
    );
    assert_eq!(events(&lab), recorded);
    lab.node().anchor_access_log().unwrap();
    lab.crash();
    service::audit::check(&folder, |_, _| {}).unwrap();
    lab.start();
    assert_eq!((of_me(&lab, "old"), of_me(&lab, "young")), (0, 1));
    assert_eq!(events(&lab), recorded);
}
