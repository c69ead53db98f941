//! A split view: the holder of the log's key keeps two logs and shows one to the regulator, the
//! other to the buyer. Each looks sound by itself. Whoever holds a checkpoint of one and asks
//! the other for consistency gets no path that leads there; and two signed roots of one size are
//! evidence by themselves.

use tangle::verify::checkpoint::verify_note;
use tangle::verify::merkle::verify_consistency;

use super::Stage;
use crate::kit::vkey;

const DAG: &str = "
    a0                : once dispense pack1
    b0 <- a0
    a1 <- b0          : once dispense pack1
    b1 <- a1
    a1' <- b0         : nothing happened
    b1' <- a1'
";

#[test]
fn nobody_who_saw_one_believes_the_other() {
    let mut shown = Stage::new(DAG);
    let mut hidden = Stage::new(DAG);
    for stage in [&mut shown, &mut hidden] {
        stage.record("a0 b0");
        stage.cut();
    }
    assert_eq!(shown.root(), hidden.root(), "so far there is one log");
    let (common_size, common_root) = shown.root();
    shown.record("a1");
    hidden.record("a1'");
    shown.cut();
    hidden.cut();
    let (size, root) = shown.root();
    hidden.record("b1'");
    hidden.cut();
    let (new_size, new_root) = hidden.root();
    let reader = hidden.node.tangle.reader();
    let holds = |(from, from_root): (u64, &[u8; 32]), to: (u64, &[u8; 32])| {
        let path = reader.consistency(from, to.0).unwrap();
        verify_consistency((from, from_root), to, &path).is_ok()
    };
    // Up to the split both are the same log; from there on no path leads over.
    assert!(holds((common_size, &common_root), (new_size, &new_root)));
    assert!(!holds((size, &root), (new_size, &new_root)));
    let another = shown
        .node
        .tangle
        .reader()
        .consistency(common_size, size)
        .unwrap();
    assert!(verify_consistency((size, &root), (new_size, &new_root), &another).is_err());
}

#[test]
fn two_roots_of_one_size_are_evidence() {
    let mut notes = Vec::new();
    for names in ["a0 b0 a1", "a0 b0 a1'"] {
        let mut stage = Stage::new(DAG);
        stage.record(names);
        stage.cut();
        let note = stage.node.tangle.checkpoint_note().unwrap();
        notes.push(verify_note(&note, &[vkey()]).unwrap());
    }
    assert_eq!(notes[0].size, notes[1].size);
    assert_ne!(
        notes[0].root, notes[1].root,
        "both signed by the log's own key"
    );
    let [one, other] = [&notes[0], &notes[1]].map(|it| (it.size, &it.root));
    assert!(verify_consistency(one, other, &[]).is_err());
}
