//! The same rows, asked for by everybody: who took part sees them, the others get the answer they
//! would get if there was nothing.
use service::auth::Role;
use service::client::segment;

use crate::lab::{GTIN, Lab, SSCC, pack_path};

#[test]
fn rows_are_for_those_who_took_part() {
    let lab = Lab::new();
    lab.play();
    let events = lab
        .get(Role::Regulator, "/epcis/events")
        .expect(200)
        .events();
    let event = events[0]["eventID"].as_str().unwrap();
    let block = {
        let history = lab.get(Role::Regulator, &pack_path("A1", "history")).json();
        history["events"][0]["block"].as_str().unwrap().to_owned()
    };
    let paths = [
        pack_path("A1", "history"),
        pack_path("A1", "proof"),
        format!("/api/v1/lots/{GTIN}/LOT1"),
        format!("/api/v1/shipments/{}", segment(SSCC)),
        format!("/epcis/events/{}", segment(event)),
        format!("/api/v1/blocks/{block}"),
        format!("/api/v1/blocks/{block}/proof?item=0"),
    ];
    for path in &paths {
        for (role, status) in [
            (Role::Admin, 200),
            (Role::Regulator, 200),
            (Role::Manufacturer, 200),
            (Role::Wholesaler, 200),
            (Role::Pharmacy, 404),
        ] {
            assert_eq!(lab.get(role, path).status, status, "{path} as {role}");
        }
    }
    assert!(
        lab.get(Role::Pharmacy, "/epcis/events")
            .expect(200)
            .events()
            .is_empty()
    );
    assert_eq!(
        lab.get(Role::Wholesaler, "/epcis/events")
            .expect(200)
            .events()
            .len(),
        4
    );
}

#[test]
fn what_is_hidden_answers_like_what_is_not_there() {
    let lab = Lab::new();
    lab.play();
    let problem = |path: &str| {
        let mut body = lab.get(Role::Pharmacy, path).expect(404).json();
        body.as_object_mut().unwrap().remove("instance");
        body
    };
    assert_eq!(
        problem(&pack_path("A1", "history")),
        problem(&pack_path("NONE", "history"))
    );
    let lot = |lot: &str| problem(&format!("/api/v1/lots/{GTIN}/{lot}"));
    assert_eq!(lot("LOT1"), lot("NONE"));
}

#[test]
fn a_stranger_learns_what_to_do_with_a_pack_and_not_who_has_it() {
    let lab = Lab::new();
    lab.play();
    assert!(lab.verify(Role::Wholesaler, "A1")["pack"]["holder"].is_object());
    assert!(lab.verify(Role::Pharmacy, "A1")["pack"]["holder"].is_null());
}

#[test]
fn a_wholesaler_sees_of_a_lot_its_own_packs_and_holdings() {
    let lab = Lab::new();
    lab.play();
    let more = crate::lab::commission(&["A3"], "LOT1", crate::lab::NOW_MS);
    lab.capture(Role::Manufacturer, &[more]).expect(202);
    let path = format!("/api/v1/lots/{GTIN}/LOT1");
    let of = |role| {
        let lot = lab.get(role, &path).expect(200).json();
        let count = |field: &str| lot[field].as_array().unwrap().len();
        (
            lot["made"].as_u64().unwrap(),
            count("packs"),
            count("holders"),
        )
    };
    assert_eq!(of(Role::Manufacturer), (3, 3, 2));
    assert_eq!(of(Role::Wholesaler), (3, 2, 1));
}
