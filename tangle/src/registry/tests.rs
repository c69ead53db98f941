//! Who may register whom, who may write what, and that the bytes of an operation are its only
//! bytes.

use std::collections::BTreeMap;

use tangle_verify::header::Algorithm;
use tangle_verify::{Header, Hlc, Item, Kind, Media, Parents};

use super::*;
use crate::testing::world::{self, FOUNDED_MS, MAKER, SELLER, key_id, organisation};

fn admit(registry: &mut Registry, by: &str, operations: &[Operation]) -> Result<(), String> {
    let items: Vec<Item> = operations.iter().map(|it| it.to_item([0; 16])).collect();
    let items = (0..).zip(&items);
    registry
        .admit(&key_id(by), items)
        .map_err(|why| why.to_string())
}

fn founded() -> Registry {
    let mut registry = Registry::new(key_id("root"));
    let operations = [organisation(MAKER, "maker"), organisation(SELLER, "seller")];
    admit(&mut registry, "root", &operations).unwrap();
    registry
}

fn header(author: &str, kind: Kind, at_ms: u64) -> Header {
    Header {
        alg: Algorithm::EdDsa,
        kid: key_id(author),
        version: 1,
        kind,
        epoch: 0,
        seq: 0,
        prev: None,
        parents: Parents::default(),
        hlc: Hlc(at_ms << 16),
        anchor: None,
    }
}

#[test]
fn registering_follows_the_line_from_root_to_organisation_to_author() {
    let device = |owner| world::author("device", owner, Role::Device);
    let cases: [(&str, Operation, Option<&str>); 9] = [
        ("root", device(MAKER), None),
        ("maker", device(MAKER), None),
        (
            "seller",
            device(MAKER),
            Some("only the root key and the organisation's own"),
        ),
        (
            "stranger",
            device(MAKER),
            Some("only the root key and the organisation's own"),
        ),
        (
            "maker",
            device("unheard-of"),
            Some("organisation is not registered"),
        ),
        (
            "maker",
            organisation("x", "x"),
            Some("only the root key registers organisations"),
        ),
        (
            "root",
            organisation("x", "maker"),
            Some("the key is already in use"),
        ),
        (
            "root",
            organisation(MAKER, "other"),
            Some("registered with another key"),
        ),
        (
            "maker",
            world::author("root", MAKER, Role::Node),
            Some("the key is already in use"),
        ),
    ];
    for (by, operation, wanted) in cases {
        let mut registry = founded();
        let before = registry.clone();
        let got = admit(&mut registry, by, std::slice::from_ref(&operation));
        match wanted {
            None => assert_eq!(got, Ok(()), "{by}: {operation:?}"),
            Some(text) => {
                let error = got.expect_err("refused");
                assert!(error.contains(text), "{by}: {error}");
                assert_eq!(registry, before, "a refused operation changes nothing");
            }
        }
    }
}

#[test]
fn a_block_of_operations_is_taken_as_a_whole_or_not_at_all() {
    let mut registry = founded();
    let before = registry.clone();
    let operations = [
        organisation("third", "third"),
        world::author("device", "third", Role::Device),
        world::author("device", SELLER, Role::Device),
    ];
    let error = admit(&mut registry, "root", &operations).expect_err("the key is taken");
    assert!(error.contains("item 2"), "{error}");
    assert_eq!(registry, before);
    admit(&mut registry, "root", &operations[..2]).unwrap();
    assert_eq!(registry.organisation_of(&key_id("device")), Some("third"));
    assert_eq!(registry.organisation_of(&key_id("third")), Some("third"));
    assert_eq!(registry.organisation_of(&key_id("root")), None);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn an_author_writes_what_its_role_allows_while_it_is_valid() {
    use Kind::{Decision, Events, MasterData, Opaque, Registry as Reg, SensorBatch};
    let mut registry = founded();
    for (name, role) in [
        ("node", Role::Node),
        ("gateway", Role::Gateway),
        ("device", Role::Device),
        ("person", Role::Person),
    ] {
        let Operation::Author(mut author) = world::author(name, MAKER, role) else {
            panic!()
        };
        author.valid_to_ms = Some(FOUNDED_MS + 1000);
        admit(&mut registry, "maker", &[Operation::Author(author)]).unwrap();
    }
    let opaque = Opaque(0x8000);
    let cases: [(&str, &[Kind], &[Kind]); 6] = [
        (
            "root",
            &[Reg, MasterData, Decision, opaque],
            &[Events, SensorBatch],
        ),
        (
            "maker",
            &[Reg, MasterData, Decision, Events, SensorBatch, opaque],
            &[],
        ),
        (
            "node",
            &[MasterData, Decision, Events, SensorBatch, opaque],
            &[Reg],
        ),
        (
            "gateway",
            &[Events, SensorBatch, opaque],
            &[Reg, Decision, MasterData],
        ),
        (
            "device",
            &[Events, SensorBatch, opaque],
            &[Reg, Decision, MasterData],
        ),
        (
            "person",
            &[Events, Decision, MasterData, opaque],
            &[Reg, SensorBatch],
        ),
    ];
    for (author, allowed, refused) in cases {
        for kind in allowed {
            assert_eq!(
                registry.standing(&header(author, *kind, FOUNDED_MS)),
                Ok(()),
                "{author}"
            );
        }
        for kind in refused {
            let why = Rejected::KindNotAllowed { kind: kind.code() };
            assert_eq!(
                registry.standing(&header(author, *kind, FOUNDED_MS)),
                Err(why),
                "{author}"
            );
        }
    }
    for (at_ms, good) in [(-1, false), (0, true), (999, true), (1000, false)] {
        let at_ms = FOUNDED_MS.checked_add_signed(at_ms).unwrap();
        let got = registry.standing(&header("device", Events, at_ms));
        assert_eq!(got.is_ok(), good, "{at_ms}: {got:?}");
        assert_eq!(
            registry.may_cut(&key_id("node"), at_ms),
            at_ms < FOUNDED_MS + 1000
        );
    }
    let unknown = registry.standing(&header("stranger", Events, FOUNDED_MS));
    assert_eq!(unknown, Err(Rejected::UnknownAuthor));
    for nobody in ["maker", "gateway", "device", "person", "stranger"] {
        assert!(!registry.may_cut(&key_id(nobody), FOUNDED_MS), "{nobody}");
    }
}

#[test]
fn an_operation_has_one_encoding() {
    let Operation::Author(mut author) = world::author("device", MAKER, Role::Gateway) else {
        panic!()
    };
    author.valid_to_ms = Some(u64::MAX);
    author.attributes = BTreeMap::from([("read_point".into(), "dock 4".into())]);
    for operation in [organisation(MAKER, "maker"), Operation::Author(author)] {
        let bytes = operation.to_bytes();
        assert_eq!(Operation::from_bytes(&bytes), Ok(operation.clone()));
        for at in 0..bytes.len() {
            assert!(Operation::from_bytes(&bytes[..at]).is_err(), "cut at {at}");
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            assert_ne!(
                Operation::from_bytes(&flipped),
                Ok(operation.clone()),
                "flipped at {at}"
            );
        }
        let longer = [bytes.as_slice(), &[0]].concat();
        assert!(Operation::from_bytes(&longer).is_err());
    }
}

#[test]
fn unreadable_items_are_refused_with_their_place() {
    let good = organisation("x", "x").to_item([0; 16]);
    let item = |body| Item {
        salt: [0; 16],
        media: Media::REGISTRY,
        body,
    };
    let bad = [
        Item {
            media: Media(1),
            ..good.clone()
        },
        item(vec![0x85, 1, 9]),
        item(Vec::new()),
        Operation::Organisation(Organisation {
            id: "two words".into(),
            name: String::new(),
            key: key_id("y"),
        })
        .to_item([0; 16]),
    ];
    for item in bad {
        let mut registry = founded();
        let items = [good.clone(), item];
        let why = registry
            .admit(&key_id("root"), (0..).zip(&items))
            .expect_err("refused");
        assert!(matches!(why, Rejected::Registry { item: 1, .. }), "{why}");
        assert!(registry.organisation("x").is_none());
    }
}
