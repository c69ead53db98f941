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

fn gtins(prefixes: &[&str]) -> Vec<String> {
    prefixes.iter().map(ToString::to_string).collect()
}

fn scope(name: &str, read_points: &[&str], prefixes: &[&str]) -> Operation {
    Operation::Scope(Scope {
        key: key_id(name),
        read_points: gtins(read_points),
        gtin_prefixes: gtins(prefixes),
        rate: None,
    })
}

fn lend(prefixes: &[&str], to_ms: Option<u64>) -> Operation {
    Operation::Delegation(Delegation {
        from: MAKER.into(),
        to: SELLER.into(),
        gtin_prefixes: gtins(prefixes),
        from_ms: FOUNDED_MS,
        to_ms,
    })
}

#[test]
fn every_operation_has_one_spelling() {
    let rate = Some(Rate {
        per_second: 10,
        burst: 1000,
    });
    let operations = [
        organisation(MAKER, "maker"),
        world::author("device", MAKER, Role::Gateway),
        scope("device", &["a", "b"], &["095011", "0950110153"]),
        Operation::Scope(Scope {
            key: key_id("device"),
            read_points: Vec::new(),
            gtin_prefixes: Vec::new(),
            rate,
        }),
        Operation::Revocation(Revocation {
            key: key_id("device"),
            from_milestone: u32::MAX,
            reason: Reason::Lost,
        }),
        Operation::Rotation(Rotation {
            old: key_id("device"),
            new: key_id("next"),
            from_milestone: 7,
        }),
        lend(&["095011"], Some(FOUNDED_MS + 1)),
        lend(&[], None),
    ];
    for operation in operations {
        let bytes = operation.to_bytes();
        assert_eq!(Operation::from_bytes(&bytes), Ok(operation.clone()));
        for end in 0..bytes.len() {
            assert!(
                Operation::from_bytes(&bytes[..end]).is_err(),
                "{operation:?} cut at {end}"
            );
        }
        assert!(Operation::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[at] ^= 1 << bit;
                if let Ok(read) = Operation::from_bytes(&changed) {
                    assert_eq!(read.to_bytes(), changed, "{operation:?}, byte {at}");
                }
            }
        }
    }
}

#[test]
fn lists_of_an_operation_ascend_and_hold_what_belongs_there() {
    let many: Vec<String> = (0..257).map(|at| format!("{at:03}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for bad in [
        scope("x", &["b", "a"], &[]),
        scope("x", &["a", "a"], &[]),
        scope("x", &[""], &[]),
        scope("x", &["a\u{1}"], &[]),
        scope("x", &[], &["12a"]),
        scope("x", &[], &[""]),
        scope("x", &[], &["123456789012345"]),
        scope("x", &[], &many),
        scope("x", &many, &[]),
        scope("x", &[], &["\u{661}"]),
    ] {
        assert!(Operation::from_bytes(&bad.to_bytes()).is_err(), "{bad:?}");
    }
    let still = Operation::Scope(Scope {
        key: key_id("x"),
        read_points: Vec::new(),
        gtin_prefixes: Vec::new(),
        rate: Some(Rate {
            per_second: 0,
            burst: 1,
        }),
    });
    assert!(Operation::from_bytes(&still.to_bytes()).is_err());
}

#[test]
fn commissioning_follows_numbers_lent_and_limits() {
    let mut registry = founded();
    let gateway = |name, owner| world::author(name, owner, Role::Gateway);
    let operations = [gateway("line", MAKER), gateway("contract", SELLER)];
    admit(&mut registry, "root", &operations).unwrap();
    let gtin = "09501101530003";
    let ask = |registry: &Registry, name: &str, gtin: &str, at_ms: u64| {
        format!("{:?}", registry.commissioning(&key_id(name), gtin, at_ms))
    };
    assert_eq!(ask(&registry, "line", gtin, FOUNDED_MS), "Unowned");
    let own = [
        scope("maker", &[], &["0950110153"]),
        scope("seller", &[], &["0950110199"]),
    ];
    admit(&mut registry, "root", &own).unwrap();
    assert_eq!(ask(&registry, "line", gtin, FOUNDED_MS), "Own");
    assert_eq!(ask(&registry, "maker", gtin, FOUNDED_MS), "Own");
    assert_eq!(ask(&registry, "contract", gtin, FOUNDED_MS), "Denied");
    assert_eq!(ask(&registry, "stranger", gtin, FOUNDED_MS), "Denied");
    assert_eq!(ask(&registry, "root", gtin, FOUNDED_MS), "Denied");
    assert_eq!(
        ask(&registry, "line", "04012345678901", FOUNDED_MS),
        "Unowned"
    );
    for odd in ["", "0950110153", "095011015300031", "\u{661}"] {
        assert_eq!(
            ask(&registry, "line", odd, FOUNDED_MS),
            "Unowned",
            "{odd:?}"
        );
    }
    // Lent for a day, and no more than the lender's own.
    let day = lend(&["0950110153", "0950110199"], Some(FOUNDED_MS + 86_400_000));
    admit(&mut registry, "maker", &[day]).unwrap();
    let lent = format!("Delegated {{ by: {MAKER:?} }}");
    assert_eq!(ask(&registry, "contract", gtin, FOUNDED_MS), lent);
    assert_eq!(ask(&registry, "contract", gtin, FOUNDED_MS - 1), "Denied");
    assert_eq!(
        ask(&registry, "contract", gtin, FOUNDED_MS + 86_400_000),
        "Denied"
    );
    assert_eq!(
        ask(&registry, "line", "09501101990001", FOUNDED_MS),
        "Denied"
    );
    // A line may be limited further; an empty delegation withdraws.
    admit(
        &mut registry,
        "seller",
        &[scope("contract", &[], &["09501101531"])],
    )
    .unwrap();
    assert_eq!(ask(&registry, "contract", gtin, FOUNDED_MS), "Denied");
    admit(&mut registry, "maker", &[lend(&[], None)]).unwrap();
    admit(&mut registry, "seller", &[scope("contract", &[], &[])]).unwrap();
    assert_eq!(ask(&registry, "contract", gtin, FOUNDED_MS), "Denied");
}

#[test]
fn limits_and_loans_are_said_by_those_they_belong_to() {
    let mut registry = founded();
    admit(
        &mut registry,
        "root",
        &[world::author("line", MAKER, Role::Gateway)],
    )
    .unwrap();
    let narrow = || scope("line", &["urn:epc:id:sgln:9501101.00002.0"], &[]);
    for (by, operation, error) in [
        (
            "seller",
            narrow(),
            Some("only the root key and the organisation's own limit a key"),
        ),
        (
            "line",
            narrow(),
            Some("only the root key and the organisation's own limit a key"),
        ),
        ("maker", scope("maker", &[], &["0"]), Some("limit a key")),
        (
            "maker",
            scope("nobody", &[], &[]),
            Some("the key is not registered"),
        ),
        (
            "seller",
            lend(&["0950110153"], None),
            Some("the organisation that lends"),
        ),
        (
            "maker",
            lend(&["0950110153"], Some(FOUNDED_MS)),
            Some("ends before it starts"),
        ),
        ("maker", lend(&["0950110153"], None), None),
        ("maker", narrow(), None),
    ] {
        let found = admit(&mut registry, by, std::slice::from_ref(&operation));
        match error {
            None => assert_eq!(found, Ok(()), "{by}: {operation:?}"),
            Some(part) => assert!(found.unwrap_err().contains(part), "{by}: {operation:?}"),
        }
    }
    assert!(registry.may_read_at(&key_id("line"), "urn:epc:id:sgln:9501101.00002.0"));
    assert!(!registry.may_read_at(&key_id("line"), "urn:epc:id:sgln:9501101.00002.1"));
    assert!(registry.may_read_at(&key_id("maker"), "anywhere"));
}

#[test]
fn a_block_with_one_bad_operation_changes_nothing() {
    let mut registry = founded();
    let operations = [
        world::author("line", MAKER, Role::Gateway),
        world::author("gate", MAKER, Role::Gateway),
        scope("line", &["a"], &["1"]),
    ];
    admit(&mut registry, "maker", &operations).unwrap();
    let before = registry.clone();
    let revoke = |name| {
        Operation::Revocation(Revocation {
            key: key_id(name),
            from_milestone: 3,
            reason: Reason::Retired,
        })
    };
    let rotate = |old, new| {
        Operation::Rotation(Rotation {
            old: key_id(old),
            new: key_id(new),
            from_milestone: 3,
        })
    };
    let bad = organisation("x", "x");
    for good in [
        world::author("third", MAKER, Role::Device),
        scope("line", &["b"], &[]),
        scope("gate", &["b"], &[]),
        revoke("line"),
        rotate("line", "line2"),
        rotate("gate", "gate2"),
        rotate("maker", "maker2"),
        lend(&["1"], None),
    ] {
        let found = admit(&mut registry, "maker", &[good.clone(), bad.clone()]);
        assert!(found.is_err());
        assert!(registry == before, "{good:?} was not taken back");
        admit(&mut registry.clone(), "maker", &[good]).unwrap();
    }
}
