//! Electronic signatures of people: what needs one is not done without, what is signed is what is
//! done, and the record says who, what it means, when, and over which bytes. Machines with API keys
//! go on as before.
use serde_json::{Value, json};
use service::auth::Role;
use sha2::{Digest as _, Sha256};

use crate::authenticator::{Authenticator, header};
use crate::lab::{Answer, GTIN, MAKER, NOW_MS, commission};
use crate::oidc::browser::{Browser, Desk, ORIGIN, code};
use crate::oidc::provider::Alg;

const RECALL: &str = "/api/v1/decisions";

fn recall(lot: &str) -> Value {
    json!({"type": "recall", "gtin": GTIN, "lot": lot, "reason": "glass in the vials"})
}

/// A desk at which Ada of the manufacturer has signed in and has a passkey.
fn desk() -> (Desk, Browser, Authenticator) {
    let desk = Desk::new(Alg::Es256);
    desk.provider
        .says(json!({"name": "Ada", "roles": ["makers"], "gln": MAKER}));
    let made = commission(&["A1", "A2"], "LOT1", NOW_MS - 86_400_000);
    desk.lab.capture(Role::Manufacturer, &[made]).expect(202);
    let mut browser = desk.signed_in();
    let authenticator = Authenticator::new(1);
    add(&desk, &mut browser, &authenticator).expect(201);
    (desk, browser, authenticator)
}

fn creation(desk: &Desk, browser: &mut Browser) -> Value {
    let path = "/auth/passkeys/challenge";
    browser.post(&desk.lab, path, &json!({})).expect(200).json()
}

fn add(desk: &Desk, browser: &mut Browser, authenticator: &Authenticator) -> Answer {
    let options = creation(desk, browser);
    let new = json!({"label": "phone", "credential": authenticator.create(&options)});
    browser.post(&desk.lab, "/auth/passkeys", &new)
}

/// Options for signing a request.
fn ask(desk: &Desk, browser: &mut Browser, path: &str, body: &Value) -> Value {
    let sha256 = hex::encode(Sha256::digest(body.to_string()));
    let request = format!("POST {path}");
    let asked = json!({"request": request, "sha256": sha256, "meaning": "responsibility"});
    let path = "/auth/signatures/challenge";
    browser.post(&desk.lab, path, &asked).expect(200).json()
}

fn send(desk: &Desk, browser: &mut Browser, path: &str, signed: (&Value, &str)) -> Answer {
    let headers = [
        ("Origin", ORIGIN),
        ("Content-Type", "application/json"),
        ("Theriac-Signature", signed.1),
    ];
    let body = signed.0.to_string();
    browser.send(&desk.lab, ("POST", path), &headers, body.as_bytes())
}

fn recalls(desk: &Desk) -> usize {
    let list = desk.lab.get(Role::Regulator, "/api/v1/recalls").expect(200);
    list.json()["recalls"].as_array().unwrap().len()
}

#[test]
fn a_person_signs_a_recall_and_the_record_says_so() {
    let (desk, mut browser, mut authenticator) = desk();
    let body = recall("LOT1");
    let bare = browser.post(&desk.lab, RECALL, &body).expect(403);
    assert_eq!(code(&bare), "signature_required");
    assert_eq!(recalls(&desk), 0);

    let options = ask(&desk, &mut browser, RECALL, &body);
    assert_eq!(options["userVerification"], "required");
    let answer = authenticator.get(&options);
    let done = send(&desk, &mut browser, RECALL, (&body, &header(&answer))).expect(201);
    assert_eq!(recalls(&desk), 1);

    let list = desk
        .lab
        .get(Role::Admin, "/api/v1/signatures")
        .expect(200)
        .json();
    let signature = &list["signatures"][0];
    let me = browser.get(&desk.lab, "/auth/me").json()["session"].clone();
    let sha256 = hex::encode(Sha256::digest(body.to_string()));
    assert_eq!(signature["signer"], me["person"]);
    assert_eq!(
        (&signature["name"], &signature["party"]),
        (&json!("Ada"), &json!(MAKER))
    );
    assert_eq!(signature["meaning"], "responsibility");
    assert_eq!(signature["at"], "2026-11-21T08:00:00.000Z");
    assert_eq!(signature["sha256"], json!(sha256));
    assert_eq!(signature["request"], "POST /api/v1/decisions");
    is_evidence(signature);

    // In the ledger: pseudonym, meaning and time, and no name.
    let path = format!("/api/v1/blocks/{}", done.json()["block"].as_str().unwrap());
    let block = desk.lab.get(Role::Regulator, &path).expect(200);
    let text = String::from_utf8(block.body).unwrap();
    assert!(text.contains(me["person"].as_str().unwrap()), "{text}");
    assert!(
        text.contains("responsibility") && !text.contains("Ada"),
        "{text}"
    );

    // In the access log: what was signed, chained.
    let log = desk
        .lab
        .get(Role::Admin, "/api/v1/accesses?status=201")
        .expect(200)
        .json();
    let lines = log["accesses"].as_array().unwrap();
    let line = lines.iter().find(|it| it["route"] == RECALL).unwrap();
    let id = signature["id"].as_str().unwrap();
    assert_eq!(
        line["signature"],
        format!("responsibility of {sha256} ({id})")
    );
    let used = browser.get(&desk.lab, "/auth/passkeys").expect(200).json();
    assert_eq!(used["passkeys"][0]["used_at"], "2026-11-21T08:00:00.000Z");
    browser.get(&desk.lab, "/api/v1/signatures").expect(403);
}

/// Checks a record with nothing but itself, as an inspector would.
fn is_evidence(record: &Value) {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use p256::ecdsa::signature::Verifier as _;
    let bytes = |name: &str| {
        URL_SAFE_NO_PAD
            .decode(record[name].as_str().unwrap())
            .unwrap()
    };
    let hexed = |name: &str| hex::decode(record[name].as_str().unwrap()).unwrap();
    let mut hasher = blake3::Hasher::new_derive_key("theriac electronic signature v1");
    hasher.update(&hexed("nonce"));
    hasher.update(&hexed("sha256"));
    for name in ["signer", "request", "meaning"] {
        let text = record[name].as_str().unwrap();
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    let client_data = bytes("client_data");
    let said: Value = serde_json::from_slice(&client_data).unwrap();
    assert_eq!(
        said["challenge"],
        URL_SAFE_NO_PAD.encode(hasher.finalize().as_bytes())
    );
    let cose = bytes("key");
    let mut point = vec![4];
    point.extend(&cose[10..42]);
    point.extend(&cose[45..77]);
    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&point).unwrap();
    let der = bytes("signature");
    let (r, rest) = number(&der[2..]);
    let (s, _) = number(rest);
    let signature = p256::ecdsa::Signature::from_slice(&[r, s].concat()).unwrap();
    let mut message = bytes("authenticator_data");
    message.extend(Sha256::digest(&client_data));
    key.verify(&message, &signature).unwrap();
}

/// A number of ASN.1 in 32 bytes, and what comes after it.
fn number(der: &[u8]) -> (Vec<u8>, &[u8]) {
    let (content, rest) = der[2..].split_at(usize::from(der[1]));
    let start = content.len().saturating_sub(32);
    let mut fixed = vec![0; 32_usize.saturating_sub(content.len())];
    fixed.extend(&content[start..]);
    (fixed, rest)
}

#[test]
fn an_answer_that_is_wrong_in_one_respect_signs_nothing() {
    let (desk, mut browser, authenticator) = desk();
    let body = recall("LOT1");
    let wrong: [(&str, fn(&mut Authenticator)); 11] = [
        ("origin", |it| it.origin = "https://evil.example".to_owned()),
        ("scheme", |it| {
            it.origin = "http://node.example.com".to_owned();
        }),
        ("rp id hash", |it| it.rp_id = "evil.example".to_owned()),
        ("cross origin", |it| it.more = json!({"crossOrigin": true})),
        ("framed", |it| {
            it.more = json!({"topOrigin": "https://evil.example"});
        }),
        ("not present", |it| it.flags = 0x04),
        ("not verified", |it| it.flags = 0x01),
        ("backed up but cannot be", |it| it.flags = 0x15),
        ("other ceremony", |it| it.kind = Some("webauthn.create")),
        ("counter back", |it| it.counter = 3),
        ("counter still", |it| it.counter = 6),
    ];
    for (what, lie) in wrong {
        let mut lying = authenticator.clone();
        lie(&mut lying);
        let options = ask(&desk, &mut browser, RECALL, &body);
        let answer = header(&lying.get(&options));
        let refused = send(&desk, &mut browser, RECALL, (&body, &answer)).expect(403);
        assert_eq!(code(&refused), "signature_refused", "{what}");
    }
    // The key of another authenticator under this one's id.
    let mut other = Authenticator::new(2);
    other.id.clone_from(&authenticator.id);
    let options = ask(&desk, &mut browser, RECALL, &body);
    let answer = header(&other.get(&options));
    send(&desk, &mut browser, RECALL, (&body, &answer)).expect(403);
    for unreadable in ["", "{}", "e30", "AAAA"] {
        let refused = send(&desk, &mut browser, RECALL, (&body, unreadable)).expect(400);
        assert_eq!(code(&refused), "malformed");
    }
    assert_eq!(recalls(&desk), 0);
    let list = desk
        .lab
        .get(Role::Admin, "/api/v1/signatures")
        .expect(200)
        .json();
    assert_eq!(list["signatures"], json!([]));
}

#[test]
fn a_signature_is_of_one_document_once_and_of_its_person() {
    let (desk, mut browser, mut authenticator) = desk();
    let (body, other) = (recall("LOT1"), recall("LOT2"));
    let refused = |answer: Answer| assert_eq!(code(&answer.expect(403)), "signature_refused");
    // For another body, another path, and another query of it.
    let options = ask(&desk, &mut browser, RECALL, &body);
    let answer = header(&authenticator.get(&options));
    refused(send(&desk, &mut browser, RECALL, (&other, &answer)));
    refused(send(&desk, &mut browser, RECALL, (&body, &answer)));
    let options = ask(&desk, &mut browser, "/api/v1/decision", &body);
    let answer = header(&authenticator.get(&options));
    refused(send(&desk, &mut browser, RECALL, (&body, &answer)));
    let options = ask(&desk, &mut browser, RECALL, &body);
    let answer = header(&authenticator.get(&options));
    refused(send(
        &desk,
        &mut browser,
        "/api/v1/decisions?x=1",
        (&body, &answer),
    ));
    // Replayed, late, of a made-up challenge, of a registration's.
    let options = ask(&desk, &mut browser, RECALL, &body);
    let answer = header(&authenticator.get(&options));
    send(&desk, &mut browser, RECALL, (&body, &answer)).expect(201);
    refused(send(&desk, &mut browser, RECALL, (&body, &answer)));
    let again = header(&authenticator.get(&options));
    refused(send(&desk, &mut browser, RECALL, (&body, &again)));
    let options = ask(&desk, &mut browser, RECALL, &body);
    let answer = header(&authenticator.get(&options));
    desk.lab.world.advance(5 * 60 * 1_000);
    refused(send(&desk, &mut browser, RECALL, (&body, &answer)));
    let made_up = header(&authenticator.get(&json!({"challenge": "A".repeat(43)})));
    refused(send(&desk, &mut browser, RECALL, (&body, &made_up)));
    let options = creation(&desk, &mut browser);
    let answer = header(&authenticator.get(&options));
    refused(send(&desk, &mut browser, RECALL, (&body, &answer)));
    // Of another person, who asked and signed with a passkey of their own.
    desk.provider
        .says(json!({"name": "Eve", "sub": "eve", "roles": ["makers"], "gln": MAKER}));
    let mut eve = desk.signed_in();
    let mut theirs = Authenticator::new(3);
    add(&desk, &mut eve, &theirs).expect(201);
    let options = ask(&desk, &mut eve, RECALL, &body);
    let answer = header(&theirs.get(&options));
    refused(send(&desk, &mut browser, RECALL, (&body, &answer)));
    let options = ask(&desk, &mut browser, RECALL, &body);
    let answer = header(&theirs.get(&options));
    refused(send(&desk, &mut browser, RECALL, (&body, &answer)));
    assert_eq!(recalls(&desk), 1);
}

#[test]
fn machines_go_on_without_and_readers_are_not_asked() {
    let (desk, mut browser, _) = desk();
    desk.lab
        .post(Role::Manufacturer, RECALL, &recall("LOT1"))
        .expect(201);
    assert_eq!(recalls(&desk), 1);
    browser.get(&desk.lab, "/api/v1/recalls").expect(200);
    for path in ["/auth/passkeys/challenge", "/auth/signatures/challenge"] {
        let body = json!({"request": "POST /", "sha256": "00".repeat(32), "meaning": "review"});
        let refused = desk.lab.post(Role::Manufacturer, path, &body).expect(422);
        assert_eq!(code(&refused), "unprocessable");
    }
}

#[test]
fn the_same_request_again_needs_no_second_signature() {
    let (desk, mut browser, mut authenticator) = desk();
    let body = recall("LOT1");
    let options = ask(&desk, &mut browser, RECALL, &body);
    let answer = header(&authenticator.get(&options));
    let text = body.to_string();
    let headers = [
        ("Origin", ORIGIN),
        ("Content-Type", "application/json"),
        ("Theriac-Signature", answer.as_str()),
        ("Idempotency-Key", "one"),
    ];
    let mut again = || {
        let sent = browser.send(&desk.lab, ("POST", RECALL), &headers, text.as_bytes());
        sent.expect(201).json()
    };
    assert_eq!(again(), again());
}

#[test]
fn cases_are_resolved_and_items_erased_with_a_signature() {
    let (desk, mut browser, mut authenticator) = desk();
    desk.lab.play();
    let again = commission(&["A1"], "LOT9", NOW_MS - 3_600_000);
    desk.lab.capture(Role::Manufacturer, &[again]).expect(202);
    let cases = browser.get(&desk.lab, "/api/v1/cases").expect(200).json();
    let id = cases["cases"][0]["id"]
        .as_str()
        .unwrap_or_else(|| panic!("{cases}"));
    let path = format!("/api/v1/cases/{}/rulings", service::client::segment(id));
    let ruling = |signer: Option<&str>| {
        let mut body = json!({"act": {"resolve": "false_alarm"}, "reason": "printed twice"});
        if let Some(signer) = signer {
            body["signature"] = json!({"signer": signer, "meaning": "responsibility"});
        }
        body
    };
    let bare = browser.post(&desk.lab, &path, &ruling(None)).expect(403);
    assert_eq!(code(&bare), "signature_required");
    for (body, status) in [(ruling(Some("somebody")), 422), (ruling(None), 201)] {
        let options = ask(&desk, &mut browser, &path, &body);
        let answer = header(&authenticator.get(&options));
        send(&desk, &mut browser, &path, (&body, &answer)).expect(status);
    }
    // Assigning a case is no signature.
    let assign = json!({"act": {"assign": MAKER}, "reason": "look at it"});
    let found = browser.post(&desk.lab, &path, &assign).status;
    assert!(found == 201 || found == 404, "{found}");

    desk.provider
        .says(json!({"name": "Root", "sub": "root", "roles": ["admins"]}));
    let mut admin = desk.signed_in();
    let mut own = Authenticator::new(4);
    add(&desk, &mut admin, &own).expect(201);
    let item = json!({"block": "00".repeat(32), "items": [0]});
    let erase = json!({"items": [item], "reason": "time is up"});
    let erasing = "/api/v1/ledger/erase";
    let bare = admin.post(&desk.lab, erasing, &erase).expect(403);
    assert_eq!(code(&bare), "signature_required");
    let options = ask(&desk, &mut admin, erasing, &erase);
    let answer = header(&own.get(&options));
    let sent = send(&desk, &mut admin, erasing, (&erase, &answer));
    assert!(
        sent.status < 500 && sent.status != 403,
        "{}",
        String::from_utf8_lossy(&sent.body)
    );
    let look = json!({"items": [item], "reason": "time is up", "dry_run": true});
    assert_ne!(
        admin.post(&desk.lab, erasing, &look).status,
        403,
        "looking is free"
    );
}

#[test]
fn a_passkey_is_made_soon_after_signing_in_and_for_this_node() {
    let (desk, mut browser, authenticator) = desk();
    let twice = add(&desk, &mut browser, &authenticator).expect(409);
    assert_eq!(code(&twice), "conflict");
    let wrong: [(&str, fn(&mut Authenticator)); 6] = [
        ("origin", |it| it.origin = "https://evil.example".to_owned()),
        ("rp id hash", |it| it.rp_id = "evil.example".to_owned()),
        ("not verified", |it| it.flags = 0x01),
        ("other ceremony", |it| it.kind = Some("webauthn.get")),
        ("challenge", |it| it.challenge = Some("A".repeat(43))),
        ("no id", |it| it.id = Vec::new()),
    ];
    for (what, lie) in wrong {
        let mut lying = Authenticator::new(5);
        lie(&mut lying);
        let refused = add(&desk, &mut browser, &lying).expect(403);
        assert_eq!(code(&refused), "signature_refused", "{what}");
    }
    let options = creation(&desk, &mut browser);
    assert_eq!(options["excludeCredentials"].as_array().unwrap().len(), 1);
    let new = json!({"credential": Authenticator::new(5).create(&options)});
    // Another person cannot take the challenge up.
    desk.provider
        .says(json!({"name": "Eve", "sub": "eve", "roles": ["makers"], "gln": MAKER}));
    let mut eve = desk.signed_in();
    eve.post(&desk.lab, "/auth/passkeys", &new).expect(403);
    add(&desk, &mut eve, &authenticator).expect(409);
    assert_eq!(
        eve.get(&desk.lab, "/auth/passkeys").json()["passkeys"],
        json!([])
    );

    let own = browser.get(&desk.lab, "/auth/passkeys").expect(200).json();
    assert_eq!(own["passkeys"][0]["label"], "phone");
    let path = format!(
        "/auth/passkeys/{}",
        own["passkeys"][0]["id"].as_str().unwrap()
    );
    let origin = [("Origin", ORIGIN)];
    eve.send(&desk.lab, ("DELETE", &path), &origin, &[])
        .expect(404);
    desk.lab.world.advance(10 * 60 * 1_000);
    let late = browser
        .post(&desk.lab, "/auth/passkeys/challenge", &json!({}))
        .expect(403);
    assert_eq!(code(&late), "forbidden");
    browser
        .send(&desk.lab, ("DELETE", &path), &origin, &[])
        .expect(204);
    let body = json!({"request": "POST /", "sha256": "00".repeat(32), "meaning": "review"});
    let none = browser
        .post(&desk.lab, "/auth/signatures/challenge", &body)
        .expect(409);
    assert_eq!(code(&none), "conflict");
}
