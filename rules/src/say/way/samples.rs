//! Examples of the messages about the way of a thing, for the tests of the languages.

use super::super::Name;
use super::super::chain::End;
use super::Way;

pub(super) fn custody(name: &dyn Fn(&str) -> Name) -> Vec<Way> {
    let mut all = vec![
        Way::AtTwoSites {
            there: name("Dock"),
            here: None,
            at_ms: 0,
        },
        Way::HeldElsewhere {
            holder: name("Maker"),
        },
        Way::Locked {
            place: None,
            at_ms: 0,
        },
        Way::Misdelivered {
            here: name("Dock"),
            at_ms: 0,
            to: name("Shop"),
        },
        Way::ShippedTwice {
            first_ms: 0,
            again_ms: 1,
        },
        Way::ReceivedTwice {
            place: None,
            first_ms: 0,
            again_ms: 1,
        },
    ];
    all.push(Way::OutOfOpenBox {
        party: name("Shop"),
        at_ms: 0,
    });
    all.push(Way::EndedElsewhere {
        end: End::Destroyed,
        party: name("Shop"),
        at_ms: 0,
        holder: name("Dock"),
    });
    for flag in [false, true] {
        all.push(Way::WithoutShipment {
            receipt: flag,
            party: name("Shop"),
            at_ms: 0,
            holder: None,
        });
        all.push(Way::NeverReceived {
            lost: flag,
            shipped_ms: 0,
            to: None,
        });
    }
    all
}

pub(super) fn packing(name: &dyn Fn(&str) -> Name, id: &dyn Fn() -> String) -> Vec<Way> {
    let mixed = |product| Way::MixedCase {
        product,
        case: "C1".to_owned(),
        at_ms: 0,
    };
    vec![
        mixed(true),
        mixed(false),
        Way::TwoParents {
            new: id(),
            at_ms: 0,
            old: id(),
        },
        Way::NotInIt {
            parent: id(),
            at_ms: 0,
        },
        Way::InsideItself {
            parent: id(),
            at_ms: 0,
        },
        Way::ParentElsewhere {
            here: name("Dock"),
            at_ms: 0,
            to: None,
        },
        Way::OtherCount {
            declared: 10,
            inside: 11,
            at_ms: 0,
        },
        Way::NotSeenInside {
            unseen: 1,
            inside: 10,
            at_ms: 0,
        },
    ]
}

pub(super) fn time(name: &dyn Fn(&str) -> Name) -> Vec<Way> {
    let (place, hours) = (name("Dock"), Some(2));
    vec![
        Way::InTheFuture {
            place: place.clone(),
            at_ms: 1,
            recorded_ms: 0,
            hours,
        },
        Way::Backdated {
            place: place.clone(),
            at_ms: 0,
            recorded_ms: 1,
        },
        Way::HandledBeforeMade {
            place: place.clone(),
            at_ms: 0,
            made_ms: 1,
            hours: None,
        },
        Way::ReceivedBeforeShipped {
            place,
            at_ms: 0,
            shipped_ms: 1,
            hours,
        },
        Way::ClockWentBack {
            device: "LOG1".to_owned(),
            first_ms: 1,
            second_ms: 0,
        },
        Way::ExpiredWhenMade {
            last_day: 20_000,
            made_ms: 0,
        },
    ]
}
