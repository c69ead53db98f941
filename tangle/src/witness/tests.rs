//! A witness against honest logs and against those that forget, rewrite or split: each answer
//! with the status that C2SP `tlog-witness` asks for.

use tangle_verify::checkpoint::origin_hash;
use tangle_verify::merkle::path::FullNodes;
use tangle_verify::merkle::{consistency_path, leaf_hash, root_from_leaves};

use super::*;
use crate::sign::{note_sign, verifier_key};
use crate::testing::world::key;

const ORIGIN: &str = "maker.example/log";
const NOW_MS: u64 = 1_763_704_805_250;

/// A log whose leaves are told apart by `branch` from number `fork` on.
fn leaves(size: u64, fork: u64, branch: u8) -> Vec<Hash> {
    (0..size)
        .map(|at| {
            leaf_hash(&[
                if at < fork { 0 } else { branch },
                u8::try_from(at).unwrap(),
            ])
        })
        .collect()
}

fn note(leaves: &[Hash], origin: &str, signer: &str) -> Note {
    let checkpoint = Checkpoint {
        origin: origin.into(),
        size: leaves.len() as u64,
        root: root_from_leaves(leaves),
    };
    Note::parse(&note_sign(&checkpoint, origin, &key(signer)).unwrap()).unwrap()
}

fn request(old: u64, leaves: &[Hash]) -> AddCheckpoint {
    let tree = FullNodes::of(leaves);
    let path = consistency_path(old, leaves.len() as u64, |node| tree.get(node).ok_or(()));
    AddCheckpoint {
        old,
        path: path.unwrap_or_default(),
        note: note(leaves, ORIGIN, "log"),
    }
}

fn witness() -> Witness<MemoryStore> {
    let log = verifier_key(ORIGIN, &key("log")).unwrap();
    let store = MemoryStore::default();
    Witness::new("w.example", key("witness"), [log], store).unwrap()
}

fn add(witness: &mut Witness<MemoryStore>, request: &AddCheckpoint) -> (u16, String) {
    let answer = witness.add_checkpoint(request.to_text().as_bytes(), NOW_MS);
    let conflict = answer.status == 409;
    assert_eq!(answer.content_type == "text/x.tlog.size", conflict);
    (answer.status, answer.body)
}

#[test]
fn an_honest_log_is_co_signed_as_it_grows() {
    let mut witness = witness();
    for (old, size) in [(0, 1), (1, 1), (1, 7), (7, 8), (8, 200), (200, 200)] {
        let request = request(old, &leaves(size, 255, 0));
        let (status, body) = add(&mut witness, &request);
        assert_eq!(status, 200, "{old} to {size}: {body}");
        let line = NoteSignature::parse(body.strip_suffix('\n').unwrap()).unwrap();
        assert_eq!(line.time_s(), Some(NOW_MS / 1000));
        assert_eq!(
            line.check(witness.verifier_key(), &request.note.text),
            Ok(())
        );
        let kept = witness.checkpoint(&origin_hash(ORIGIN)).unwrap().unwrap();
        let kept = Note::parse(&kept).unwrap();
        let log = verifier_key(ORIGIN, &key("log")).unwrap();
        let known = [log, witness.verifier_key().clone()];
        assert_eq!(kept.signers(&known).unwrap().len(), 2, "log and witness");
        assert_eq!(kept.checkpoint().unwrap().size, size);
    }
    assert_eq!(witness.checkpoint(&origin_hash("other")).unwrap(), None);
}

#[test]
fn an_empty_log_can_be_co_signed_first() {
    let mut witness = witness();
    assert_eq!(add(&mut witness, &request(0, &[])).0, 200);
    assert_eq!(add(&mut witness, &request(0, &leaves(3, 9, 0))).0, 200);
    let forged = Checkpoint {
        origin: ORIGIN.into(),
        size: 0,
        root: [7; 32],
    };
    let note = note_sign(&forged, ORIGIN, &key("log")).unwrap();
    let empty = AddCheckpoint {
        old: 0,
        path: Vec::new(),
        note: Note::parse(&note).unwrap(),
    };
    let mut fresh = self::witness();
    assert_eq!(
        add(&mut fresh, &empty).0,
        422,
        "a root the empty tree does not have"
    );
}

#[test]
fn attack_the_log_is_rolled_back() {
    let mut witness = witness();
    add(&mut witness, &request(0, &leaves(10, 255, 0)));
    let shorter = request(0, &leaves(5, 255, 0));
    assert_eq!(add(&mut witness, &shorter), (409, "10\n".into()));
    let claimed = AddCheckpoint { old: 10, ..shorter };
    assert_eq!(
        add(&mut witness, &claimed).0,
        400,
        "old above the checkpoint"
    );
    assert_eq!(witness.store().load(ORIGIN).unwrap().unwrap().size, 10);
}

#[test]
fn attack_the_log_forks() {
    let mut witness = witness();
    add(&mut witness, &request(0, &leaves(10, 255, 0)));
    let rewritten = leaves(20, 9, 1);
    assert_eq!(
        add(&mut witness, &request(10, &rewritten)).0,
        422,
        "its last leaf changed"
    );
    let same_size = request(10, &leaves(10, 9, 1));
    assert_eq!(
        add(&mut witness, &same_size).0,
        422,
        "another tree of the same size"
    );
    let mut extra = request(10, &leaves(20, 255, 0));
    extra.path.push([0; 32]);
    assert_eq!(add(&mut witness, &extra).0, 422, "a hash too many");
    let honest = request(10, &leaves(20, 255, 0));
    assert_eq!(
        add(&mut witness, &honest).0,
        200,
        "the honest branch goes on"
    );
    let log = [verifier_key(ORIGIN, &key("log")).unwrap()];
    let kept = |proven| witness.store().evidence[&(ORIGIN.to_owned(), proven)].clone();
    for proven in [true, false] {
        let kept = kept(proven);
        let text = kept.to_text();
        assert_eq!(Evidence::from_text(&text, &log), Some(kept));
        let other = [verifier_key(ORIGIN, &key("stranger")).unwrap()];
        assert_eq!(Evidence::from_text(&text, &other), None, "of this log only");
        let swapped = if proven {
            text.replacen("proven", "suspected", 1)
        } else {
            text.replacen("suspected", "proven", 1)
        };
        assert_eq!(Evidence::from_text(&swapped, &log), None);
        for end in 0..text.len() {
            let part = text.get(..end).unwrap_or_default();
            assert_eq!(Evidence::from_text(part, &log), None);
        }
    }
    assert_eq!(Note::parse(&kept(true).shown).unwrap(), same_size.note);
}

#[test]
fn attack_two_roots_of_one_size_are_evidence_wherever_the_request_starts() {
    let mut witness = witness();
    add(&mut witness, &request(0, &leaves(10, 255, 0)));
    let mut split = request(0, &leaves(10, 9, 1));
    split.path.clear();
    assert_eq!(add(&mut witness, &split).0, 422);
    assert!(witness.store().evidence.keys().all(|(_, proven)| *proven));
    assert_eq!(witness.store().evidence.len(), 1);
}

#[test]
fn evidence_is_kept_in_files_the_first_that_is_proven_and_the_latest_that_is_not() {
    use crate::store::WitnessFiles;
    let folder = tempfile::tempdir().unwrap();
    let log = verifier_key(ORIGIN, &key("log")).unwrap();
    let store = WitnessFiles::open(folder.path()).unwrap();
    let mut witness = Witness::new("w.example", key("witness"), [log.clone()], store).unwrap();
    let mut ask = |request: &AddCheckpoint| {
        witness
            .add_checkpoint(request.to_text().as_bytes(), NOW_MS)
            .status
    };
    assert_eq!(ask(&request(0, &leaves(10, 255, 0))), 200);
    for branch in [1, 2] {
        assert_eq!(ask(&request(10, &leaves(10, 9, branch))), 422);
        assert_eq!(ask(&request(10, &leaves(20, 9, branch))), 422);
    }
    let kept = witness.store().evidence(ORIGIN, &[log]).unwrap();
    let shown = |evidence: &Evidence| Note::parse(&evidence.shown).unwrap();
    assert_eq!(kept.len(), 2);
    assert_eq!(shown(&kept[0]), note(&leaves(10, 9, 1), ORIGIN, "log"));
    assert_eq!(shown(&kept[1]), note(&leaves(20, 9, 2), ORIGIN, "log"));
}

#[test]
fn attack_a_first_checkpoint_with_a_made_up_path() {
    let mut made_up = request(0, &leaves(4, 255, 0));
    made_up.path.push([1; 32]);
    assert_eq!(add(&mut witness(), &made_up).0, 422);
}

#[test]
fn attack_a_checkpoint_nobody_of_the_log_signed() {
    let tree = leaves(3, 255, 0);
    let with = |note| AddCheckpoint {
        old: 0,
        path: Vec::new(),
        note,
    };
    let mut witness = witness();
    let stranger = with(note(&tree, ORIGIN, "stranger"));
    assert_eq!(add(&mut witness, &stranger).0, 403);
    let unknown = with(note(&tree, "other.example/log", "log"));
    assert_eq!(add(&mut witness, &unknown).0, 404);
    let mut broken = note(&tree, ORIGIN, "log");
    broken.signatures[0].signature[5] ^= 1;
    assert_eq!(add(&mut witness, &with(broken.clone())).0, 403);
    // A good signature beside the broken one of the same key does not help.
    broken
        .signatures
        .push(note(&tree, ORIGIN, "log").signatures[0].clone());
    assert_eq!(add(&mut witness, &with(broken)).0, 403);
    // Signatures of strangers beside the log's are passed over and not kept.
    let mut both = note(&tree, ORIGIN, "log");
    both.signatures
        .push(note(&tree, "x.example", "stranger").signatures[0].clone());
    assert_eq!(add(&mut witness, &with(both)).0, 200);
    let kept = witness.store().load(ORIGIN).unwrap().unwrap().note;
    assert!(!kept.contains("x.example"), "{kept}");
}

#[test]
fn attack_a_witness_key_given_as_a_logs() {
    let fake = VerifierKey::witness(ORIGIN, key("log").key_id()).unwrap();
    let store = MemoryStore::default();
    let mut witness = Witness::new("w.example", key("witness"), [fake], store).unwrap();
    assert_eq!(add(&mut witness, &request(0, &leaves(3, 9, 0))).0, 404);
    assert_eq!(witness.origins().count(), 0);
}

/// A disk that is full.
#[derive(Debug)]
struct Full(MemoryStore);

impl WitnessStore for Full {
    fn load(&self, origin: &str) -> io::Result<Option<Seen>> {
        self.0.load(origin)
    }

    fn save(&mut self, _: &str, _: &Seen) -> io::Result<()> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn accuse(&mut self, _: &str, _: &Evidence) -> io::Result<()> {
        Err(io::ErrorKind::StorageFull.into())
    }
}

#[test]
fn nothing_is_co_signed_that_cannot_be_remembered() {
    let log = verifier_key(ORIGIN, &key("log")).unwrap();
    let store = Full(MemoryStore::default());
    let mut witness = Witness::new("w.example", key("witness"), [log], store).unwrap();
    let body = request(0, &leaves(3, 9, 0)).to_text();
    let answer = witness.add_checkpoint(body.as_bytes(), NOW_MS);
    assert_eq!(answer.status, 500);
    assert!(
        !answer.body.contains('\u{2014}'),
        "no signature: {}",
        answer.body
    );
}

#[test]
fn a_request_has_one_spelling() {
    let good = request(4, &leaves(9, 255, 0));
    let text = good.to_text();
    assert_eq!(AddCheckpoint::parse(text.as_bytes()), Some(good.clone()));
    let mut long = good;
    long.path = vec![[0; 32]; 64];
    let many = long.to_text();
    for bad in [
        "",
        "old 4",
        "old 4\n\n",
        &text.replacen("old 4", "old 04", 1),
        &text.replacen("old 4", "old -4", 1),
        &text.replacen("old 4", "old  4", 1),
        &text.replacen("old 4", "old 18446744073709551616", 1),
        &text.replacen("old 4\n", "", 1),
        &text.replacen("old 4\n", "old 4\r\n", 1),
        &text.replacen("old 4\n", "old 4\nAAAA\n", 1),
        &text.replacen("\n\n", "\n", 1),
        &many,
        &"old 0\n".repeat(30_000),
    ] {
        assert_eq!(AddCheckpoint::parse(bad.as_bytes()), None, "{bad:.60}");
        assert_eq!(witness().add_checkpoint(bad.as_bytes(), 0).status, 400);
    }
    assert_eq!(witness().add_checkpoint(&[0xff, 0xfe], 0).status, 400);
    for end in 0..text.len() {
        assert_eq!(
            AddCheckpoint::parse(&text.as_bytes()[..end]),
            None,
            "cut at {end}"
        );
    }
}

#[test]
fn a_restart_remembers_and_a_changed_memory_signs_nothing() {
    use crate::store::WitnessFiles;
    let folder = tempfile::tempdir().unwrap();
    let open = |signer| {
        let log = verifier_key(ORIGIN, &key("log")).unwrap();
        let store = WitnessFiles::open(folder.path()).unwrap();
        Witness::new("w.example", key(signer), [log], store).unwrap()
    };
    let ask = |signer, old, size| {
        let body = request(old, &leaves(size, 255, 0)).to_text();
        open(signer).add_checkpoint(body.as_bytes(), NOW_MS).status
    };
    assert_eq!(ask("witness", 0, 10), 200);
    assert_eq!(ask("witness", 0, 12), 409, "after a restart");
    assert_eq!(ask("witness", 10, 12), 200);
    let held = open("witness");
    assert!(
        WitnessFiles::open(folder.path()).is_err(),
        "one witness a directory"
    );
    drop(held);
    let file = folder.path().join(format!("{}.note", origin_hash(ORIGIN)));
    let kept = std::fs::read_to_string(&file).unwrap();
    // Rolled back to a checkpoint that only the log signed, changed, cut, another witness's.
    let forged = note(&leaves(3, 255, 0), ORIGIN, "log").to_text();
    for changed in [
        forged,
        kept.replacen("\n12\n", "\n11\n", 1),
        kept.chars().take(40).collect(),
        String::new(),
    ] {
        std::fs::write(&file, changed).unwrap();
        for old in [0, 3, 11, 12] {
            assert_eq!(ask("witness", old, 12), 500, "old {old}");
        }
    }
    std::fs::write(&file, &kept).unwrap();
    assert_eq!(ask("another", 12, 13), 500, "another witness's memory");
    assert_eq!(ask("witness", 12, 13), 200);
}
