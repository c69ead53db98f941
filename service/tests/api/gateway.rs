//! A gateway signs blocks itself: it asks where to attach, uploads, and gets a receipt for each.
use gs1::BizStep;
use gs1::epcis::parse_document;
use serde_json::Value;
use service::NewDevice;
use service::auth::Role;
use tangle::{Anchor, Draft, Hlc, Item, Kind, Media, Parents, SignedBlock, SigningKey};

use crate::lab::{Answer, Lab, NOW_MS, WHOLESALER, device_of, document, move_to};

fn registered(lab: &Lab) -> SigningKey {
    registered_as(lab, device_of(5))
}

fn registered_as(lab: &Lab, key: SigningKey) -> SigningKey {
    let device = NewDevice {
        key: key.key_id(),
        party: WHOLESALER.to_owned(),
        label: "dock-7".to_owned(),
        role: tangle::Role::Gateway,
        attributes: std::collections::BTreeMap::new(),
    };
    lab.node().register_device(device).unwrap();
    key
}

fn block(lab: &Lab, key: &SigningKey, items: Vec<Item>) -> SignedBlock {
    block_knowing(lab, key, items, None)
}

fn block_knowing(
    lab: &Lab,
    key: &SigningKey,
    items: Vec<Item>,
    anchor: Option<Anchor>,
) -> SignedBlock {
    let path = format!("/api/v1/tips?author={}", key.key_id());
    let tips = lab.get(Role::Gateway, &path).expect(200).json();
    let id = |value: &Value| value.as_str().unwrap().parse().unwrap();
    let parents = tips["parents"].as_array().unwrap().iter().map(id);
    let draft = Draft {
        kind: Kind::Events,
        epoch: u32::try_from(tips["epoch"].as_u64().unwrap()).unwrap(),
        seq: tips["seq"].as_u64().unwrap(),
        prev: tips["prev"].as_str().map(|it| it.parse().unwrap()),
        parents: Parents::from_unsorted(parents).unwrap(),
        hlc: Hlc(tips["hlc"].as_str().unwrap().parse().unwrap()),
        anchor,
        items,
    };
    draft
        .sign(key, &tips["network"].as_str().unwrap().parse().unwrap())
        .unwrap()
}

fn item(event: &Value) -> Item {
    let text = document(std::slice::from_ref(event)).to_string();
    let document = parse_document(text.as_bytes()).unwrap();
    let body = document.events[0].canonical_json();
    Item {
        salt: [3; 16],
        media: Media::EPCIS_EVENT,
        body,
    }
}

/// A block that a device has signed and nobody has delivered.
pub(crate) fn a_block(lab: &Lab, key: SigningKey) -> Vec<u8> {
    let key = registered_as(lab, key);
    let seen = move_to(BizStep::Receiving, WHOLESALER, NOW_MS - 9_000);
    block(lab, &key, vec![item(&seen)]).bytes().to_vec()
}

fn upload(lab: &Lab, body: &[u8]) -> Answer {
    upload_as(lab, Role::Gateway, body)
}

fn upload_as(lab: &Lab, role: Role, body: &[u8]) -> Answer {
    let bearer = format!("Bearer {}", lab.keys[&role]);
    let headers = [
        ("Authorization", bearer.as_str()),
        ("Content-Type", "application/cbor"),
    ];
    lab.send("POST", "/api/v1/blocks", &headers, body)
}

fn statuses(answer: Answer) -> Vec<String> {
    let receipts = answer.expect(200).json();
    let status = |it: &Value| it["status"].as_str().unwrap().to_owned();
    receipts["receipts"]
        .as_array()
        .unwrap()
        .iter()
        .map(status)
        .collect()
}

#[test]
fn a_signed_block_is_recorded_once_and_tells_its_device() {
    let lab = Lab::new();
    lab.play();
    let key = registered(&lab);
    let seen = move_to(BizStep::Receiving, WHOLESALER, NOW_MS);
    let made = block(&lab, &key, vec![item(&seen)]);
    assert_eq!(statuses(upload(&lab, made.bytes())), ["recorded"]);
    let twice = [&[0x82][..], made.bytes(), made.bytes()].concat();
    assert_eq!(statuses(upload(&lab, &twice)), ["known", "known"]);
    let id = made.id(lab.node().network());
    let view = lab
        .get(Role::Wholesaler, &format!("/api/v1/blocks/{id}"))
        .expect(200)
        .json();
    assert_eq!(view["status"], "final", "{view:#}");
    let history = lab
        .get(Role::Regulator, &crate::lab::pack_path("A1", "history"))
        .json();
    let last = history["events"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()
        .clone();
    assert_eq!(
        (&last["device"], &last["block"]),
        (&"dock-7".into(), &id.to_string().into())
    );
}

#[test]
fn a_devices_key_delivers_the_blocks_of_its_device_only() {
    let lab = Lab::new();
    lab.play();
    let own = registered_as(&lab, device_of(1));
    let other = registered(&lab);
    let seen = move_to(BizStep::Receiving, WHOLESALER, NOW_MS);
    let mine = block(&lab, &own, vec![item(&seen)]);
    let later = move_to(BizStep::Receiving, WHOLESALER, NOW_MS + 1);
    let foreign = block(&lab, &other, vec![item(&later)]);
    let both = [&[0x82][..], mine.bytes(), foreign.bytes()].concat();
    upload_as(&lab, Role::Device, &both).expect(403);
    assert_eq!(
        statuses(upload(&lab, mine.bytes())),
        ["recorded"],
        "nothing of a refused upload was taken"
    );
    assert_eq!(
        statuses(upload_as(&lab, Role::Device, mine.bytes())),
        ["known"]
    );
    let tips = |key: &SigningKey| {
        let path = format!("/api/v1/tips?author={}", key.key_id());
        lab.get(Role::Device, &path).status
    };
    assert_eq!((tips(&own), tips(&other)), (200, 404));
}

#[test]
fn what_is_not_authentic_or_not_registered_gets_a_receipt_that_says_so() {
    let lab = Lab::new();
    let key = registered(&lab);
    let made = block(
        &lab,
        &key,
        vec![item(&move_to(BizStep::Shipping, WHOLESALER, NOW_MS))],
    );
    let mut bytes = made.bytes().to_vec();
    *bytes.last_mut().unwrap() ^= 1;
    let receipt = upload(&lab, &bytes).expect(200).json();
    assert_eq!(receipt["receipts"][0]["code"], 100, "{receipt:#}");

    let stranger = SigningKey::from_seed([6; 32]);
    let path = format!("/api/v1/tips?author={}", stranger.key_id());
    assert_eq!(lab.get(Role::Gateway, &path).status, 404);
    let draft = Draft {
        kind: Kind::Events,
        epoch: 0,
        seq: 0,
        prev: None,
        parents: Parents::default(),
        hlc: Hlc::next(1, &[]),
        anchor: None,
        items: Vec::new(),
    };
    let unknown = draft.sign(&stranger, lab.node().network()).unwrap();
    let receipt = upload(&lab, unknown.bytes()).expect(200).json();
    assert_eq!(receipt["receipts"][0]["status"], "rejected", "{receipt:#}");
    for bad in [&b""[..], b"\x82\x40", b"\x9f\xff", b"hello", &[0xff; 100]] {
        assert_eq!(upload(&lab, bad).expect(400).json()["code"], "malformed");
    }
}

#[test]
fn an_unreadable_item_is_recorded_and_quarantined_not_refused() {
    let lab = Lab::new();
    let key = registered(&lab);
    for (media, body) in [
        (Media::EPCIS_EVENT, &b"{\"type\":\"ObjectEvent\"}"[..]),
        (Media::DECISION, b"{}"),
    ] {
        let junk = Item {
            salt: [1; 16],
            media,
            body: body.to_vec(),
        };
        let made = block(&lab, &key, vec![junk]);
        assert_eq!(statuses(upload(&lab, made.bytes())), ["recorded"]);
        let id = made.id(lab.node().network());
        let view = lab
            .get(Role::Wholesaler, &format!("/api/v1/blocks/{id}"))
            .expect(200)
            .json();
        assert_eq!(view["outcome"]["outcome"], "quarantined", "{view:#}");
    }
}

#[test]
fn a_block_whose_author_was_shown_another_log_is_quarantined() {
    let mut lab = Lab::new();
    lab.play();
    let key = registered(&lab);
    let signed = lab.node().checkpoint().unwrap();
    let (size, root) = (signed.checkpoint.size, signed.checkpoint.root);
    let mut found = Vec::new();
    for (at, anchor, outcome) in [
        (1, Anchor { size, root }, None),
        (
            2,
            Anchor {
                size,
                root: [7; 32],
            },
            Some(0x0101),
        ),
        (
            3,
            Anchor {
                size: size + 1_000,
                root,
            },
            Some(0x0102),
        ),
    ] {
        let event = move_to(BizStep::Arriving, WHOLESALER, NOW_MS - at);
        let block = block_knowing(&lab, &key, vec![item(&event)], Some(anchor));
        let id = block.id(lab.node().network());
        let receipts = upload(&lab, block.bytes()).expect(200).json();
        assert_eq!(
            receipts["receipts"][0]["status"], "recorded",
            "{receipts:#}"
        );
        found.push((id, outcome));
    }
    let hold = |lab: &Lab| {
        for (id, why) in &found {
            let reader = lab.node().with_reader(|reader| reader.outcome(id));
            let outcome = reader.unwrap().unwrap().unwrap();
            let wanted = why.map(|why| tangle::Outcome::Quarantined { why });
            let is = matches!(outcome, tangle::Outcome::Quarantined { .. }).then_some(outcome);
            assert_eq!(is, wanted, "{id}");
        }
    };
    hold(&lab);
    lab.stop();
    let report = service::check(lab.dir.path(), true).unwrap();
    assert!(report.is_sound(), "{:?}", report.differences);
    lab.start();
    hold(&lab);
}

/// A few blocks are checked in the server's own thread, more of them elsewhere: the receipts are
/// the same and in order either way.
#[test]
fn receipts_are_in_order_whoever_checks() {
    let lab = Lab::new();
    let key = registered(&lab);
    let seen = move_to(BizStep::Receiving, WHOLESALER, NOW_MS);
    let made = block(&lab, &key, vec![item(&seen)]);
    let good = made.bytes().to_vec();
    let mut bad = good.clone();
    *bad.last_mut().unwrap() ^= 1;
    assert_eq!(statuses(upload(&lab, &good)), ["recorded"]);
    for count in [3_u8, 12] {
        let mut body = vec![0x80 | count];
        for at in 0..count {
            body.extend(if at == 1 { &bad } else { &good });
        }
        let receipts = upload(&lab, &body).expect(200).json();
        let receipts = receipts["receipts"].as_array().unwrap();
        assert_eq!(receipts.len(), usize::from(count));
        for (at, receipt) in receipts.iter().enumerate() {
            if at == 1 {
                assert_eq!(receipt["code"], 100, "{count}: {receipt:#}");
            } else {
                assert_eq!(receipt["status"], "known", "{count} {at}: {receipt:#}");
            }
        }
    }
}
