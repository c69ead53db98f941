//! `visible` against the policies: in generated worlds (packs made, packed, shipped, received,
//! unpacked, looked at by strangers) every generated caller gets from the function in Rust the row
//! that Cedar gives it, with attributes that are derived here from what was generated, not from
//! the state. `THERIAC_SEED` plays one world again.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::string_slice,
    reason = "tests fail by panicking"
)]
mod model;

use std::collections::BTreeSet;
use std::sync::RwLock;

use serde_json::{Value, json};

use self::model::{Dice, GLNS, Row, Told, World, play};
use super::{Subject, visible};
use crate::auth::cedar::{POLICIES, Policies, SCHEMA, caller, entity};
use crate::auth::{Mandate, Principal, Role, Scope};
use crate::node::View;
use crate::node::grants::{Extent, Grant, Grantee, Said};

const WORLDS: u64 = 60;
const CALLERS: usize = 5;
const ROWS: usize = 6;
const NOW_MS: i64 = 1_000_000_000_000;

#[test]
fn what_rust_shows_is_what_the_policies_permit() {
    let policies = &Policies::read(POLICIES, SCHEMA).unwrap();
    let seeds = match std::env::var("THERIAC_SEED") {
        Ok(seed) => seed.parse().unwrap()..seed.parse::<u64>().unwrap() + 1,
        Err(_) => 1..WORLDS + 1,
    };
    let (mut shown, mut hidden, mut by_grant) = (0, 0, 0);
    for seed in seeds {
        let mut dice = Dice::new(seed);
        let mut world = play(&mut dice);
        grant_some(&mut world, &mut dice);
        let World { fold, rows, grants } = world;
        let fold = RwLock::new(fold);
        let view = View::new(fold.read().unwrap(), NOW_MS);
        for _ in 0..CALLERS {
            let principal = principal(&mut dice, &grants);
            for _ in 0..ROWS {
                let row = &rows[dice.below(rows.len())];
                let own = sees(policies, &principal, row, None);
                let granted = |given: &Told| sees(policies, &principal, row, Some(given));
                let wanted = own || grants.iter().any(granted);
                let given = visible(&view, &principal, row.subject());
                assert_eq!(
                    given, wanted,
                    "seed {seed}: {principal:?} {row:?} {grants:?}"
                );
                (shown, hidden) = (shown + usize::from(given), hidden + usize::from(!given));
                by_grant += usize::from(given && !own);
            }
        }
    }
    // A generator that shows all, or nothing, shows nothing about the function.
    assert!(
        shown > 200 && hidden > 200 && by_grant > 30,
        "{shown} {hidden} {by_grant}"
    );
}

/// What Cedar says, in the face of one grant or of none.
fn sees(policies: &Policies, who: &Principal, row: &Row, given: Option<&Told>) -> bool {
    let mandate = who.scope.mandate.as_ref();
    let caller = caller(&who.roles, who.party.as_deref(), mandate);
    let mut context = json!({ "now": NOW_MS });
    if let Some(given) = given {
        let granter = Principal {
            party: Some(given.granter.clone()),
            ..nobody()
        };
        // What the giver sees by its own right is a question of its own.
        let own = sees(policies, &granter, row, None);
        context["grant"] = told(given, row, own);
    }
    let (kind, entity) = attributes(row);
    let resource = format!("{kind}::\"row\"");
    let ruling = policies.evaluate("see", &[caller, entity], &resource, context);
    ruling.unwrap().allowed
}

fn attributes(row: &Row) -> (&'static str, Value) {
    let kind = match row.subject() {
        Subject::Thing(_) => "Thing",
        Subject::Lot(..) => "Lot",
        Subject::Event(..) => "Event",
    };
    let parties = |glns: &BTreeSet<String>| -> Vec<Value> {
        glns.iter().map(|gln| entity("Party", gln)).collect()
    };
    let beginnings = |gtin: &String| {
        let lengths = 1..=gtin.len();
        lengths
            .map(|length| gtin[..length].to_owned())
            .collect::<Vec<_>>()
    };
    let prefixes: BTreeSet<String> = row.gtins.iter().flat_map(beginnings).collect();
    let attributes = json!({
        "makers": parties(&row.makers),
        "parties": parties(&row.parties),
        "countries": row.countries,
        "prefixes": prefixes,
    });
    (
        kind,
        json!({ "uid": entity(kind, "row"), "attrs": attributes, "parents": [] }),
    )
}

fn told(given: &Told, row: &Row, granter_sees: bool) -> Value {
    let grant = &given.grant;
    let covers = match &grant.of {
        Extent::All => true,
        Extent::Product(gtin) => row.products.contains(gtin.as_str()),
        Extent::Lot { gtin, lot } => row.lots.contains(&format!("{gtin}/{}", lot.as_str())),
        Extent::Pack(id) => row.ids.contains(id),
        Extent::Shipment(id) => row.ids.contains(id) || row.around.contains(id),
    };
    let mut told = json!({
        "from": grant.from_ms,
        "revoked": given.revoked,
        "covers": covers,
        "granterSees": granter_sees,
    });
    if let Some(until) = grant.until_ms {
        told["until"] = json!(until);
    }
    match &grant.to {
        Grantee::Party(gln) => told["to"] = entity("Party", gln),
        Grantee::Role(role) => told["toRole"] = entity("Role", role.as_str()),
        // To nobody that policies know.
        Grantee::Link(_) => {}
    }
    told
}

fn nobody() -> Principal {
    Principal {
        key_id: "00000000".to_owned(),
        party: None,
        person: None,
        roles: BTreeSet::new(),
        scope: Scope::default(),
    }
}

fn principal(dice: &mut Dice, grants: &[Told]) -> Principal {
    let mut principal = somebody(dice);
    // Of those who were granted nothing, there are enough without looking for them.
    if !grants.is_empty() && dice.below(2) == 0 {
        match &grants[dice.below(grants.len())].grant.to {
            Grantee::Party(gln) => {
                principal.party = Some(gln.clone());
                principal.roles = [Role::Pharmacy].into();
            }
            Grantee::Role(role) => principal.roles = [*role].into(),
            Grantee::Link(_) => {}
        }
    }
    principal
}

fn somebody(dice: &mut Dice) -> Principal {
    // Who sees everything is not worth many questions.
    let roles = match dice.below(10) {
        0 => vec![Role::Admin],
        1 | 2 => vec![Role::Regulator],
        3 | 4 => vec![Role::Auditor],
        5 => vec![Role::Pharmacy, Role::Regulator],
        6 => vec![],
        _ => vec![Role::ALL[1 + dice.below(3)]],
    };
    let mandate = (dice.below(5) > 0).then(|| Mandate {
        countries: match dice.below(3) {
            0 => BTreeSet::from([["DE", "FR", "XX"][dice.below(3)].to_owned()]),
            _ => BTreeSet::new(),
        },
        gtin_prefixes: match dice.below(3) {
            0 => BTreeSet::from([["0950600", "4", "09506000134352"][dice.below(3)].to_owned()]),
            _ => BTreeSet::new(),
        },
    });
    Principal {
        party: (dice.below(4) > 0).then(|| GLNS[dice.below(GLNS.len())].to_owned()),
        roles: roles.into_iter().collect(),
        scope: Scope {
            mandate,
            device: None,
        },
        ..nobody()
    }
}

fn grant_some(world: &mut World, dice: &mut Dice) {
    for number in 0..=dice.below(6) {
        let granter = GLNS[dice.below(GLNS.len())].to_owned();
        let grant = Grant {
            to: match dice.below(5) {
                4 => Grantee::Link("0badcafe".to_owned()),
                0 => Grantee::Role(Role::Auditor),
                1 => Grantee::Role(Role::Regulator),
                _ => Grantee::Party(GLNS[dice.below(GLNS.len())].to_owned()),
            },
            of: world.extent(dice),
            purpose: "generated".to_owned(),
            from_ms: NOW_MS - 1 + i64::try_from(dice.below(3)).unwrap(),
            until_ms: match dice.below(4) {
                0 => Some(NOW_MS),
                1 => Some(NOW_MS + 1),
                _ => None,
            },
        };
        let id = number.to_string();
        let learn = &mut world.fold.grants;
        learn.learn(&granter, id.clone(), Said::Grant(grant.clone()), 0);
        let revoked = dice.below(5) == 0;
        if revoked {
            let said = Said::Revoke {
                grant: id,
                reason: "generated".to_owned(),
            };
            learn.learn(&granter, "r".to_owned(), said, 1);
        }
        world.grants.push(Told {
            granter,
            grant,
            revoked,
        });
    }
}
