//! A device enrols with a one-time code: once, by whoever has the private key, and the same again
//! when the answer was lost. Whatever is wrong is refused and leaves nothing behind.
use std::io::{Read as _, Write as _};

use serde_json::{Value, json};
use service::audit::Wanted;
use service::auth::Role;
use tangle::SigningKey;

use crate::lab::{Answer, Lab, WHOLESALER, device_of};

const INVITATIONS: &str = "/api/v1/devices/invitations";
const ENROLMENT: &str = "/api/v1/devices/enrolment";

fn invited(lab: &Lab, more: &Value) -> (String, String) {
    let mut wish = json!({ "party": WHOLESALER, "label": "dock-5", "role": "gateway",
        "attributes": { "read_point": "https://id.gs1.org/414/9506000100029/254/dock-5" } });
    for (name, value) in more.as_object().unwrap() {
        wish[name] = value.clone();
    }
    let made = lab.post(Role::Admin, INVITATIONS, &wish).expect(201).json();
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    (text("id"), text("code"))
}

fn send(lab: &Lab, path: &str, body: &Value) -> Answer {
    let headers = [("Content-Type", "application/json")];
    lab.send("POST", path, &headers, body.to_string().as_bytes())
}

/// What a device would send.
fn request(lab: &Lab, key: &SigningKey, code: &str) -> Value {
    let start = json!({ "key": key.key_id().to_string() });
    let begun = send(lab, &format!("{ENROLMENT}/challenge"), &start)
        .expect(200)
        .json();
    let text = |name: &str| begun[name].as_str().unwrap().to_owned();
    let plain = code.replace('-', "");
    let lines = [
        "theriac device enrolment v1",
        &text("network"),
        &key.key_id().to_string(),
        &text("challenge"),
        &plain,
    ];
    let said: String = lines.map(|line| format!("{line}\n")).concat();
    json!({ "code": code, "key": key.key_id().to_string(), "challenge": text("challenge"),
        "signature": hex::encode(key.sign(said.as_bytes())) })
}

fn enrol(lab: &Lab, key: &SigningKey, code: &str) -> Answer {
    send(lab, ENROLMENT, &request(lab, key, code))
}

/// Posts from another address of this machine; the status of the answer.
fn status_from(address: [u8; 4], url: &str, body: &Value) -> u16 {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let mut stream = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(async {
            let socket = tokio::net::TcpSocket::new_v4().unwrap();
            socket.bind((address, 0).into()).unwrap();
            let stream = socket.connect(host.parse().unwrap()).await.unwrap();
            stream.into_std().unwrap()
        });
    stream.set_nonblocking(false).unwrap();
    let body = body.to_string();
    let length = body.len();
    let request = format!(
        "POST /{path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

/// The detail of a refusal.
fn refusal(answer: Answer) -> String {
    let body = answer.expect(403).json();
    assert_eq!(body["code"], "enrolment_refused", "{body}");
    body["detail"].as_str().unwrap().to_owned()
}

fn me(lab: &Lab, api_key: &str) -> Answer {
    lab.send("GET", "/api/v1/me", &[("X-API-Key", api_key)], &[])
}

#[test]
fn a_device_enrols_once_and_hears_the_same_again() {
    let mut lab = Lab::new();
    let (id, code) = invited(&lab, &json!({}));
    let key = device_of(5);
    let first = enrol(&lab, &key, &code).expect(200).json();
    let again = enrol(&lab, &key, &code.to_lowercase().replace('-', " "));
    assert_eq!(again.status, 403, "what is signed has capitals");
    lab.stop();
    lab.start();
    assert_eq!(enrol(&lab, &key, &code).expect(200).json(), first);
    assert!(refusal(enrol(&lab, &device_of(6), &code)).contains("another device key"));

    let api_key = first["api_key"].as_str().unwrap();
    let who = me(&lab, api_key).expect(200).json();
    assert_eq!(who["roles"], json!(["device"]));
    assert_eq!(who["device"]["key"], key.key_id().to_string());
    assert_eq!(who["device"]["label"], "dock-5");
    let point = &who["device"]["attributes"]["read_point"];
    assert_eq!(point, "https://id.gs1.org/414/9506000100029/254/dock-5");
    let tips = |key: &SigningKey| {
        let path = format!("/api/v1/tips?author={}", key.key_id());
        lab.send("GET", &path, &[("X-API-Key", api_key)], &[])
            .status
    };
    assert_eq!((tips(&key), tips(&device_of(6))), (200, 404));

    let listed = lab.get(Role::Admin, INVITATIONS).expect(200).json();
    let row = &listed["invitations"][0];
    assert_eq!((&row["id"], &row["state"]), (&json!(id), &json!("used")));
    assert_eq!(row["device"], key.key_id().to_string());
    assert_eq!(row["api_key"], first["id"]);
    assert!(!listed.to_string().contains(&code), "{listed}");
    let keys = lab.get(Role::Admin, "/api/v1/keys").expect(200).json();
    let made = keys["keys"].as_array().unwrap().iter();
    assert_eq!(made.filter(|it| it["label"] == "dock-5").count(), 1);
    // Taking the invitation back ends the repetition and nothing else.
    let bearer = format!("Bearer {}", lab.keys[&Role::Admin]);
    let headers = [("Authorization", bearer.as_str())];
    lab.send("DELETE", &format!("{INVITATIONS}/{id}"), &headers, &[])
        .expect(204);
    assert!(refusal(enrol(&lab, &key, &code)).contains("taken back"));
    me(&lab, api_key).expect(200);
}

#[test]
fn what_is_wrong_is_refused_and_leaves_nothing() {
    let lab = Lab::new();
    let key = device_of(5);
    let (_, code) = invited(&lab, &json!({}));
    let good = request(&lab, &key, &code);
    let with = |name: &str, value: Value| {
        let mut changed = good.clone();
        changed[name] = value;
        changed
    };
    let mut signature = good["signature"].as_str().unwrap().to_owned();
    signature.replace_range(
        ..2,
        if signature.starts_with("00") {
            "01"
        } else {
            "00"
        },
    );
    let foreign = request(&lab, &device_of(6), &code);
    let mut challenge = good["challenge"].as_str().unwrap().to_owned();
    challenge.replace_range(..1, "B");
    let mistyped = format!(
        "{}{}",
        &code[..23],
        if code.ends_with('Z') { "Y" } else { "Z" }
    );
    for (changed, why) in [
        (with("signature", json!(signature)), "signature"),
        (with("signature", foreign["signature"].clone()), "signature"),
        (with("challenge", foreign["challenge"].clone()), "challenge"),
        (with("challenge", json!(challenge)), "challenge"),
        (with("key", foreign["key"].clone()), "challenge"),
        (with("code", json!(mistyped)), "mistyped"),
        (with("code", json!("")), "mistyped"),
    ] {
        let detail = refusal(send(&lab, ENROLMENT, &changed));
        assert!(detail.contains(why), "{detail}: {changed}");
    }
    for name in ["key", "signature"] {
        send(&lab, ENROLMENT, &with(name, json!("zz"))).expect(400);
    }
    // A code of nobody, and one that names an invitation with another secret, are one.
    let stranger = service::auth::InvitationCode::new([9; 32]).reveal();
    assert_eq!(
        refusal(enrol(&lab, &key, &stranger)),
        "there is no such code"
    );
    lab.world.advance(6 * 60 * 1_000);
    assert!(refusal(send(&lab, ENROLMENT, &good)).contains("challenge"));
    assert_eq!(me(&lab, "thr_00000000_x").status, 401);
    let keys = lab.get(Role::Admin, "/api/v1/keys").expect(200).json();
    assert!(!keys.to_string().contains("dock-5"), "{keys}");
    enrol(&lab, &key, &code).expect(200);
}

#[test]
fn wrong_codes_slow_their_sender_and_keep_nobody_else_out() {
    let lab = Lab::new();
    let (id, code) = invited(&lab, &json!({}));
    // Whoever has seen the first three symbols: the same invitation, other secrets.
    let wrong = (0..=u8::MAX).map(|byte| {
        let mut random = [byte; 32];
        for (to, from) in random.iter_mut().zip(id.bytes()) {
            let symbols = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
            let at = symbols.iter().position(|it| *it == from).unwrap();
            *to = u8::try_from(at).unwrap();
        }
        service::auth::InvitationCode::new(random).reveal()
    });
    let mut wrong = wrong.filter(|it| *it != code && it.starts_with(&id));
    let thief = device_of(7);
    for wrong in wrong.by_ref().take(3) {
        let said = refusal(enrol(&lab, &thief, &wrong));
        assert_eq!(said, "there is no such code");
    }
    let slowed = enrol(&lab, &thief, &wrong.next().unwrap()).expect(429);
    assert_eq!(slowed.json()["code"], "rate_limited");
    assert!(
        slowed.headers.contains_key("retry-after"),
        "{:?}",
        slowed.headers
    );
    // Another invitation is another matter, and so is this one from elsewhere: every address of
    // 127.0.0.0/8 is this machine.
    let (_, other) = invited(&lab, &json!({ "label": "dock-6" }));
    enrol(&lab, &device_of(6), &other).expect(200);
    let key = device_of(5);
    let asked = request(&lab, &key, &code);
    assert_eq!(
        status_from([127, 0, 0, 2], &lab.url(ENROLMENT), &asked),
        200
    );
    // And after a while from here.
    lab.world.advance(2_000);
    enrol(&lab, &key, &code).expect(200);
    let listed = lab.get(Role::Admin, INVITATIONS).expect(200).json();
    let states = listed["invitations"].as_array().unwrap().iter();
    assert!(
        states.map(|it| &it["state"]).all(|it| it == "used"),
        "{listed}"
    );
}

#[test]
fn a_code_ends_and_can_be_taken_back() {
    let lab = Lab::new();
    let (_, short) = invited(&lab, &json!({ "valid_s": 60 }));
    let (id, revoked) = invited(&lab, &json!({ "label": "dock-6", "role": "device" }));
    lab.world.advance(60_000);
    assert!(refusal(enrol(&lab, &device_of(5), &short)).contains("ended"));
    let bearer = format!("Bearer {}", lab.keys[&Role::Admin]);
    let headers = [("Authorization", bearer.as_str())];
    let path = format!("{INVITATIONS}/{}", id.to_lowercase());
    for _ in 0..2 {
        lab.send("DELETE", &path, &headers, &[]).expect(204);
    }
    assert!(refusal(enrol(&lab, &device_of(5), &revoked)).contains("taken back"));
    let listed = lab.get(Role::Admin, INVITATIONS).expect(200).json();
    let mut states: Vec<&str> = listed["invitations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["state"].as_str().unwrap())
        .collect();
    states.sort_unstable();
    assert_eq!(states, ["ended", "revoked"]);
}

#[test]
fn a_key_of_somebody_else_spends_no_code() {
    let lab = Lab::new();
    let (_, code) = invited(&lab, &json!({}));
    // The node's own key for another party cannot be had, but a device of another can.
    let taken = device_of(5);
    let device = json!({ "key": taken.key_id().to_string(), "party": crate::lab::MAKER,
        "label": "line-1", "role": "device" });
    lab.post(Role::Admin, "/api/v1/devices", &device)
        .expect(201);
    enrol(&lab, &taken, &code).expect(422);
    enrol(&lab, &device_of(6), &code).expect(200);
}

#[test]
fn what_cannot_be_invited_is_said() {
    let lab = Lab::new();
    for (name, value) in [
        ("party", json!("9506000199996")),
        ("party", json!("x")),
        ("label", json!("")),
        ("label", json!("x".repeat(129))),
        ("attributes", json!({ "read_point": "x".repeat(257) })),
        ("valid_s", json!(59)),
        ("valid_s", json!(604_801)),
    ] {
        let mut wish = json!({ "party": WHOLESALER, "label": "dock-5", "role": "gateway" });
        wish[name] = value;
        let answer = lab.post(Role::Admin, INVITATIONS, &wish);
        assert_eq!(answer.status, 422, "{wish}");
    }
    let boss = json!({ "party": WHOLESALER, "label": "dock-5", "role": "admin" });
    lab.post(Role::Admin, INVITATIONS, &boss).expect(400);
}

#[test]
fn the_access_log_tells_who_was_let_in_and_who_was_not() {
    let lab = Lab::new();
    let (_, code) = invited(&lab, &json!({}));
    let made = enrol(&lab, &device_of(5), &code).expect(200).json();
    refusal(enrol(&lab, &device_of(6), &code));
    let log = lab.node().access_log();
    log.sync();
    let wanted = Wanted {
        action: Some("enrol".to_owned()),
        ..Wanted::default()
    };
    let lines = log.newest(&wanted, 9).unwrap();
    let said: Vec<_> = lines
        .iter()
        .map(|line| {
            (
                line.access.status,
                line.access.key.as_deref(),
                &*line.access.route,
            )
        })
        .collect();
    let id = made["id"].as_str();
    assert_eq!(said, [(403, None, ENROLMENT), (200, id, ENROLMENT)]);
    let all = log.newest(&Wanted::default(), 99).unwrap();
    let all = serde_json::to_string(&all.iter().map(|it| &it.access).collect::<Vec<_>>()).unwrap();
    assert!(
        !all.contains(&code) && !all.contains(&code.replace('-', "")),
        "{all}"
    );
}
