//! Whose word counts, told as milestones: each line is a block of the milestone, what it does,
//! and what is wrong with it, if anything.

use tangle_verify::{Hlc, Item};

use super::*;
use crate::registry::{Revocation, Role, Rotation};
use crate::sign::Draft;
use crate::testing::world::{self, FOUNDED_MS, MAKER, World, item, key, key_id};

/// A block by the author of this name; its place in the chain is only a number here.
fn block(name: &str, seq: u64, operations: &[Operation]) -> VerifiedBlock {
    anchored(name, seq, operations, None)
}

fn anchored(
    name: &str,
    seq: u64,
    operations: &[Operation],
    anchor: Option<Anchor>,
) -> VerifiedBlock {
    let world = World::new();
    let (kind, items): (_, Vec<Item>) = if operations.is_empty() {
        (Kind::Events, vec![item(name)])
    } else {
        let items = operations.iter().map(|it| it.to_item([0; 16]));
        (Kind::Registry, items.collect())
    };
    let draft = Draft {
        kind,
        epoch: 0,
        seq,
        prev: (seq > 0).then_some(BlockId::new([9; 32])),
        parents: tangle_verify::Parents::default(),
        hlc: Hlc((FOUNDED_MS + seq) << 16),
        anchor,
        items,
    };
    let signed = draft.sign(&key(name), world.network()).unwrap();
    world::verified(signed, world.network())
}

fn device(name: &str) -> Operation {
    world::author(name, MAKER, Role::Device)
}

fn revoke(name: &str, from_milestone: u32) -> Operation {
    Operation::Revocation(Revocation {
        key: key_id(name),
        from_milestone,
        reason: Reason::Compromised,
    })
}

fn rotate(old: &str, new: &str, from_milestone: u32) -> Operation {
    Operation::Rotation(Rotation {
        old: key_id(old),
        new: key_id(new),
        from_milestone,
    })
}

struct Order {
    authority: Authority,
    milestone: u32,
}

impl Order {
    fn founded() -> Self {
        let mut order = Self {
            authority: Authority::new(key_id("root")),
            milestone: 0,
        };
        let founding = [world::organisation(MAKER, "maker"), device("dev")];
        assert_eq!(order.cut(&[block("root", 0, &founding)]), [""]);
        order
    }

    /// Judges one milestone; for each block the words for its outcome, empty where it counts.
    fn cut(&mut self, blocks: &[VerifiedBlock]) -> Vec<&'static str> {
        let void = self.authority.judge(self.milestone, blocks);
        self.milestone += 1;
        let told = |block: &VerifiedBlock| {
            let void = void.get(block.id())?;
            Some(words(&void.outcome()).unwrap())
        };
        blocks.iter().map(|it| told(it).unwrap_or("")).collect()
    }
}

const WITHDRAWN: &str = "the author's key was withdrawn before";
const STRANGER: &str = "the author was not registered";
const REGISTRY: &str = "the registry does not admit the operation";

#[test]
fn a_registration_holds_for_the_whole_milestone_that_orders_it() {
    let mut order = Order::founded();
    let late = [block("late", 0, &[]), block("maker", 0, &[device("late")])];
    assert_eq!(
        order.cut(&late),
        ["", ""],
        "ordered before its registration"
    );
    let found = order.cut(&[block("nobody", 0, &[]), block("late", 1, &[])]);
    assert_eq!(found, [STRANGER, ""]);
}

#[test]
fn a_revocation_holds_from_the_next_milestone_and_changes_nothing_before() {
    let mut order = Order::founded();
    let same = [block("maker", 0, &[revoke("dev", 0)]), block("dev", 0, &[])];
    assert_eq!(order.cut(&same), ["", ""], "ordered by the same milestone");
    assert_eq!(order.authority.withdrawn(&key_id("dev")).unwrap().0, 2);
    let after = [block("dev", 1, &[]), block("maker", 1, &[])];
    assert_eq!(order.cut(&after), [WITHDRAWN, ""]);
    assert_eq!(order.cut(&[block("dev", 2, &[])]), [WITHDRAWN]);
}

#[test]
fn a_revocation_may_name_a_later_milestone_and_be_moved_earlier_only() {
    let mut order = Order::founded();
    assert_eq!(order.cut(&[block("maker", 0, &[revoke("dev", 5)])]), [""]);
    assert_eq!(order.cut(&[block("dev", 0, &[])]), [""], "milestone 2");
    let later = [block("maker", 1, &[revoke("dev", 9)]), block("dev", 1, &[])];
    assert_eq!(order.cut(&later), ["", ""]);
    assert_eq!(order.authority.withdrawn(&key_id("dev")).unwrap().0, 5);
    let earlier = [block("root", 1, &[revoke("dev", 0)]), block("dev", 2, &[])];
    assert_eq!(order.cut(&earlier), ["", ""], "milestone 4");
    assert_eq!(
        order.cut(&[block("dev", 3, &[])]),
        [WITHDRAWN],
        "milestone 5"
    );
    let mut order = Order::founded();
    order.cut(&[block("maker", 0, &[revoke("dev", 9)])]);
    order.cut(&[block("maker", 1, &[revoke("dev", 0)])]);
    assert_eq!(
        order.cut(&[block("dev", 0, &[])]),
        [WITHDRAWN],
        "moved to 3"
    );
}

#[test]
fn attack_a_key_revoked_while_its_device_was_offline() {
    // The device signs while offline, its key is withdrawn, then the blocks arrive.
    let mut order = Order::founded();
    let before = block("dev", 0, &[]);
    let offline: Vec<_> = (1..4).map(|seq| block("dev", seq, &[])).collect();
    assert_eq!(order.cut(&[before]), [""], "what was ordered before stays");
    order.cut(&[block("maker", 0, &[revoke("dev", 0)])]);
    assert_eq!(
        order.cut(&offline),
        [WITHDRAWN; 3],
        "recorded, without effect"
    );
}

#[test]
fn attack_a_revoked_organisation_registers_devices() {
    let mut order = Order::founded();
    order.cut(&[block("root", 1, &[revoke("maker", 0)])]);
    let found = order.cut(&[
        block("maker", 0, &[device("ghost")]),
        block("ghost", 0, &[]),
    ]);
    assert_eq!(found, [WITHDRAWN, STRANGER]);
}

#[test]
fn attack_a_key_withdraws_or_replaces_what_is_not_its_own() {
    let mut order = Order::founded();
    let seller = world::organisation(world::SELLER, "seller");
    order.cut(&[block("root", 1, &[seller])]);
    for (by, operation, wanted) in [
        ("seller", revoke("dev", 0), REGISTRY),
        ("seller", rotate("dev", "evil", 0), REGISTRY),
        ("seller", revoke("maker", 0), REGISTRY),
        ("maker", revoke("root", 0), REGISTRY),
        ("root", revoke("root", 0), REGISTRY),
        ("root", rotate("root", "evil", 0), REGISTRY),
        ("maker", rotate("dev", "maker", 0), REGISTRY),
        ("maker", revoke("unheard-of", 0), REGISTRY),
        ("maker", revoke("dev", 0), ""),
        ("maker", rotate("dev", "dev2", 0), REGISTRY),
        ("maker", revoke("maker", 0), ""),
    ] {
        let found = order.cut(&[block(by, 3, std::slice::from_ref(&operation))]);
        assert_eq!(found, [wanted], "{by}: {operation:?}");
    }
}

#[test]
fn a_rotation_lets_both_keys_hold_until_its_milestone() {
    let mut order = Order::founded();
    assert_eq!(
        order.cut(&[block("maker", 0, &[rotate("dev", "dev2", 4)])]),
        [""]
    );
    for milestone in 2..4 {
        let both = [block("dev", milestone, &[]), block("dev2", milestone, &[])];
        assert_eq!(order.cut(&both), ["", ""], "milestone {milestone}");
    }
    let both = [block("dev", 7, &[]), block("dev2", 7, &[])];
    assert_eq!(order.cut(&both), [WITHDRAWN, ""]);
    let author = order.authority.registry().author(&key_id("dev2")).unwrap();
    assert_eq!((author.role, author.label.as_str()), (Role::Device, "dev"));
    assert_eq!(
        order.authority.registry().successor(&key_id("dev")),
        Some(&key_id("dev2"))
    );
}

#[test]
fn an_organisations_key_can_be_replaced() {
    let mut order = Order::founded();
    assert_eq!(
        order.cut(&[block("maker", 0, &[rotate("maker", "maker2", 0)])]),
        [""]
    );
    let found = order.cut(&[
        block("maker", 1, &[device("x")]),
        block("maker2", 0, &[device("y")]),
        block("x", 0, &[]),
        block("y", 0, &[]),
        block("dev", 0, &[]),
    ]);
    assert_eq!(found, [WITHDRAWN, "", STRANGER, "", ""]);
}

#[test]
fn two_who_register_one_key_are_judged_by_the_order() {
    let mut order = Order::founded();
    let seller = world::organisation(world::SELLER, "seller");
    order.cut(&[block("root", 1, &[seller])]);
    let mine = world::author("x", MAKER, Role::Device);
    let theirs = world::author("x", world::SELLER, Role::Device);
    let found = order.cut(&[block("maker", 0, &[mine]), block("seller", 0, &[theirs])]);
    assert_eq!(found, ["", REGISTRY]);
}

#[test]
fn the_same_order_gives_the_same_verdicts_however_it_is_taken_in() {
    let milestones = [
        vec![block(
            "root",
            0,
            &[world::organisation(MAKER, "maker"), device("dev")],
        )],
        vec![block("dev", 0, &[]), block("maker", 0, &[revoke("dev", 0)])],
        vec![block("dev", 1, &[]), block("nobody", 0, &[])],
    ];
    let fold = || {
        let mut authority = Authority::new(key_id("root"));
        let void: Vec<_> = (0..)
            .zip(&milestones)
            .map(|(index, blocks)| authority.judge(index, blocks))
            .collect();
        (authority, void)
    };
    assert_eq!(fold(), fold());
    assert_eq!(
        fold().1.iter().map(BTreeMap::len).collect::<Vec<_>>(),
        [0, 0, 2]
    );
}

#[test]
fn attack_a_client_was_shown_another_log() {
    let anchor = |size, root| Some(Anchor { size, root });
    let blocks = [
        anchored("dev", 0, &[], None),
        anchored("dev", 1, &[], anchor(3, [3; 32])),
        anchored("dev", 2, &[], anchor(3, [4; 32])),
        anchored("dev", 3, &[], anchor(8, [8; 32])),
        anchored("dev", 4, &[], anchor(9, [9; 32])),
        anchored("dev", 5, &[], anchor(u64::MAX, [9; 32])),
        anchored("dev", 6, &[], anchor(3, [3; 32])),
    ];
    let mut asked = Vec::new();
    let void = judge_anchors(&blocks, 8, |size| {
        asked.push(size);
        Ok::<_, ()>([u8::try_from(size).unwrap(); 32])
    });
    assert_eq!(asked, [3, 8], "each checkpoint once");
    let wanted = BTreeMap::from([
        (*blocks[2].id(), Void::OtherLog { size: 3 }),
        (*blocks[4].id(), Void::AnchorAhead { size: 9 }),
        (*blocks[5].id(), Void::AnchorAhead { size: u64::MAX }),
    ]);
    assert_eq!(void, Ok(wanted));
    let lost = judge_anchors(&blocks, 8, |_| Err("the index is damaged"));
    assert_eq!(lost, Err("the index is damaged"));
}
