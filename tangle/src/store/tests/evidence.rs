//! What the reader hands out for others to check: tiles, receipts, fork proofs, pictures, and
//! checkpoints that witnesses co-signed.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use tangle_verify::checkpoint::{NoteSignature, cosigned_message};
use tangle_verify::merkle::path::root_of;
use tangle_verify::merkle::tile::{Tile, entries};
use tangle_verify::merkle::{Node, leaf_hash};
use tangle_verify::proof::{Policy, ProofFile, verify_with};
use tangle_verify::{LogLeaf, Receipt, VerifierKey};

use super::*;
use crate::error::ProveError;
use crate::sign::verifier_key;

/// A ledger of `count` blocks in milestones of 45, all concluded.
fn concluded(count: usize) -> (Disk, Tangle, Vec<VerifiedBlock>) {
    let disk = Disk::new();
    create(&disk);
    let script = script(count);
    let mut tangle = open(&disk);
    for batch in script.chunks(45) {
        tangle.submit(batch.to_vec(), NOW).unwrap();
        cut_and_conclude(&mut tangle).unwrap();
    }
    (disk, tangle, script)
}

#[test]
fn tiles_and_bundles_give_the_whole_log() {
    let (_disk, tangle, _) = concluded(300);
    let reader = tangle.reader();
    let (_, checkpoint) = reader.checkpoint().unwrap();
    let size = checkpoint.size;
    assert!(size > 256, "more than one tile");
    // A monitor that has nothing but tiles comes to the signed root.
    let fetch = |tile: &Tile| reader.tile(tile).unwrap();
    let node = |node: Node| {
        let tile = Tile::of(node, size);
        let bytes = fetch(&tile).ok_or(node)?;
        tile.node(node, &bytes).ok_or(node)
    };
    assert_eq!(root_of(size, node), Ok(checkpoint.root));
    assert_eq!(reader.root_at(size).unwrap(), checkpoint.root);
    // The entries hash to the leaves, and are what the reader says of each leaf.
    for index in 0..size.div_ceil(256) {
        let width = u16::try_from((size - index * 256).min(256)).unwrap();
        let [leaves, bundle] = [Some(0), None].map(|level| Tile {
            level,
            index,
            width,
        });
        let (hashes, bytes) = (fetch(&leaves).unwrap(), fetch(&bundle).unwrap());
        let entries = entries(&bytes).unwrap();
        assert_eq!(entries.len(), usize::from(width));
        for (at, entry) in (0..).zip(&entries) {
            assert_eq!(hashes[at * 32..][..32], leaf_hash(entry));
            let leaf = reader.leaf(index * 256 + at as u64).unwrap().unwrap();
            assert_eq!(LogLeaf::from_bytes(entry), Ok(leaf));
        }
    }
    let beyond = Tile {
        level: Some(0),
        index: size / 256,
        width: u16::try_from(size % 256 + 1).unwrap(),
    };
    assert_eq!(fetch(&beyond), None);
    assert_eq!(reader.leaf(size).unwrap(), None);
    assert!(matches!(
        reader.root_at(size + 1),
        Err(ProveError::NotFinal)
    ));
}

#[test]
fn receipts_hold_for_every_block_and_need_the_logs_key() {
    let (_disk, mut tangle, script) = concluded(100);
    let reader = tangle.reader();
    let log = key("note").key_id();
    for block in &script {
        let (receipt, leaf) = reader.receipt(block.id(), &key("note")).unwrap();
        let receipt = Receipt::decode(&receipt).unwrap();
        assert_eq!(receipt.claims.subject, block.id().to_string());
        let root = receipt.verify(&leaf, &log).unwrap();
        assert_eq!(root, reader.checkpoint().unwrap().1.root);
    }
    let wrong = reader.receipt(script[0].id(), &key("stranger"));
    assert!(matches!(
        wrong,
        Err(ProveError::Broken(crate::Broken::Misuse { .. }))
    ));
    let unknown = reader.receipt(&BlockId::new([9; 32]), &key("note"));
    assert!(matches!(unknown, Err(ProveError::NotFinal)));
    let more = self::script(103);
    tangle.submit(more, NOW).unwrap();
    let late = reader.receipt(self::script(103)[102].id(), &key("note"));
    assert!(matches!(late, Err(ProveError::NotFinal)));
}

#[test]
fn every_recorded_fork_is_provable_and_nothing_else_is() {
    let (_disk, tangle, script) = concluded(130);
    let reader = tangle.reader();
    let seat = |block: &VerifiedBlock| {
        let header = block.header();
        (header.kid, header.epoch, header.seq)
    };
    let mut forks = 0;
    for block in &script {
        let rivals = script.iter().filter(|it| seat(it) == seat(block)).count() - 1;
        let proofs = reader.fork_proofs(block.id()).unwrap();
        assert_eq!(proofs.len(), rivals);
        for proof in proofs {
            let forked = proof.verify().unwrap();
            assert_eq!((forked.author, forked.epoch, forked.seq), seat(block));
            assert_eq!(forked.network, *tangle.network());
            assert!(forked.blocks.contains(block.id()));
            forks += 1;
        }
    }
    assert!(forks >= 4, "{forks}");
    assert_eq!(reader.fork_proofs(&BlockId::new([9; 32])).unwrap(), []);
}

#[test]
fn a_picture_shows_what_a_block_rests_on_and_what_rests_on_it() {
    let (_disk, tangle, script) = concluded(100);
    let reader = tangle.reader();
    let around = &script[50];
    let picture = reader.picture(around.id(), 1).unwrap();
    let near = |it: &&VerifiedBlock| {
        it.id() == around.id()
            || around.header().approved().any(|below| below == it.id())
            || it.header().approved().any(|below| below == around.id())
    };
    assert_eq!(picture.len(), script.iter().filter(near).count());
    assert!(picture.dot().contains("milestone 1, position"));
    let all = reader.picture(around.id(), 200).unwrap();
    assert_eq!(all.len(), script.len());
    assert!(
        reader
            .picture(&BlockId::new([9; 32]), 3)
            .unwrap()
            .is_empty()
    );
}

fn cosigned(witness: &str, note: &str, time_s: u64) -> (NoteSignature, VerifierKey) {
    let name = format!("{witness}.example");
    let own = VerifierKey::witness(&name, key(witness).key_id()).unwrap();
    let text = note.split_once("\n\n").unwrap().0.to_owned() + "\n";
    let signature = key(witness).sign(cosigned_message(time_s, &text).as_bytes());
    let line = NoteSignature {
        name,
        id: own.id(),
        signature: [&time_s.to_be_bytes()[..], &signature].concat(),
    };
    (line, own)
}

#[test]
fn cosignatures_travel_in_every_proof_and_survive_a_restart() {
    let (disk, mut tangle, script) = concluded(60);
    let note = tangle.checkpoint_note().unwrap();
    let good = [cosigned("w1", &note, 7), cosigned("w2", &note, 8)];
    let stale = cosigned("w3", "other.example/log\n1\nx\n\n", 9);
    let (line, _) = cosigned("w3", &note, 9);
    let posing = (line, verifier_key(NOTE, &key("w3")).unwrap());
    let mut keep = |note: &str, lines: &[_]| tangle.keep_cosignatures(note, lines, 2).unwrap();
    assert_eq!(keep(&note, &[stale, posing]), 0);
    assert_eq!(keep("no note", &good), 0);
    assert_eq!(keep(&note, &good[..1]), 1);
    assert_eq!(keep(&note, &good), 1);
    assert_eq!(keep(&note, &good), 0, "there already");
    let mut keys = vec![verifier_key(NOTE, &key("note")).unwrap()];
    keys.extend(good.map(|(_, key)| key));
    let proves = |tangle: &Tangle, block: &VerifiedBlock, witnesses_min| {
        let policy = Policy {
            keys: Some(&keys),
            witnesses_min,
        };
        let proof = tangle.reader().prove(block.id(), &[0]).unwrap();
        verify_with(&proof, &policy).ok()
    };
    assert!(proves(&tangle, &script[10], 2));
    assert!(!proves(&tangle, &script[10], 3));
    tangle.close().unwrap();
    let mut tangle = open(&disk);
    assert!(tangle.opened().clean && proves(&tangle, &script[10], 2));
    // What the witnesses have not seen yet is proved without them; what they have seen goes on
    // with their word, and an answer that comes late is kept as well.
    let more = self::script(70);
    tangle.submit(more.clone(), NOW).unwrap();
    cut_and_conclude(&mut tangle).unwrap();
    let second = tangle.checkpoint_note().unwrap();
    assert!(proves(&tangle, &script[10], 2));
    assert!(proves(&tangle, &more[69], 0) && !proves(&tangle, &more[69], 1));
    together_under_one_checkpoint(&tangle, [&script[10], &more[69]], [&note, &second]);
    tangle.submit(self::script(80), NOW).unwrap();
    cut_and_conclude(&mut tangle).unwrap();
    let late = [cosigned("w1", &second, 17), cosigned("w2", &second, 18)];
    assert_eq!(tangle.keep_cosignatures(&second, &late[..1], 2).unwrap(), 0);
    assert_eq!(tangle.keep_cosignatures(&second, &late, 2).unwrap(), 2);
    assert!(proves(&tangle, &more[69], 2) && proves(&tangle, &script[10], 2));
    let older = [cosigned("w1", &note, 19), cosigned("w2", &note, 20)];
    assert_eq!(tangle.keep_cosignatures(&note, &older, 2).unwrap(), 0);
    witnessed_files_that_were_changed_are_named(&disk, tangle);
}

/// Each alone is proved under the best checkpoint it has; together under one that covers both.
fn together_under_one_checkpoint(
    tangle: &Tangle,
    [old, new]: [&VerifiedBlock; 2],
    [witnessed, latest]: [&String; 2],
) {
    let text = |note: &str| note.split_once("\n\n").unwrap().0.to_owned();
    let under = |proof: &[u8]| {
        let file = ProofFile::decode(proof).unwrap();
        file.note.text.trim_end().to_owned()
    };
    let reader = tangle.reader();
    let alone = |block: &VerifiedBlock| under(&reader.prove(block.id(), &[0]).unwrap());
    assert_eq!(
        (alone(old), alone(new)),
        (text(witnessed), text(latest)),
        "alone"
    );
    let wanted = [(*new.id(), vec![0]), (*old.id(), vec![0])];
    let (note, proofs) = reader.prove_all(&wanted).unwrap();
    assert_eq!(text(&note), text(latest));
    for (proof, (id, _)) in proofs.iter().zip(&wanted) {
        assert_eq!(under(proof), text(latest));
        let report = verify_with(proof, &Policy::default());
        assert_eq!(report.proved.unwrap().id, *id);
        assert!(proof.ends_with(note.as_bytes()));
    }
    let (note, proofs) = reader.prove_all(&wanted[1..]).unwrap();
    assert_eq!(text(&note), text(witnessed));
    assert!(note.len() > text(&note).len() && proofs[0].ends_with(note.as_bytes()));
    let unknown = *script(80)[79].id();
    let strange = reader.prove_all(&[(unknown, vec![0])]);
    assert!(matches!(strange, Err(ProveError::NotFinal)), "{strange:?}");
}

fn witnessed_files_that_were_changed_are_named(disk: &Disk, tangle: Tangle) {
    tangle.close().unwrap();
    let sound = check_disk(disk, true);
    assert!(sound.is_sound(), "{:?}", sound.differences);
    let file = files(disk).open("witnessed").unwrap().unwrap();
    file.write_at(60, b"?").unwrap();
    let wrong = check_disk(disk, true).differences;
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert!(wrong[0].to_string().contains("asked again"), "{}", wrong[0]);
    assert!(open(disk).reader().witnessed().is_none());
}

#[test]
fn authors_that_knew_another_log_are_told_apart_also_when_the_order_is_read_again() {
    use crate::authority::Void;
    use crate::sign::Draft;
    use tangle_verify::Anchor;
    let (disk, mut tangle, _) = concluded(60);
    let (_, checkpoint) = tangle.reader().checkpoint().unwrap();
    let (size, root) = (checkpoint.size, checkpoint.root);
    let mut strangers = BTreeMap::new();
    for (name, anchor, void) in [
        ("d0", None, None),
        ("d1", Some((size, root)), None),
        ("d2", Some((size, [7; 32])), Some(Void::OtherLog { size })),
        (
            "d3",
            Some((size + 1, root)),
            Some(Void::AnchorAhead { size: size + 1 }),
        ),
    ] {
        let attach = tangle.attach(&key(name).key_id(), [0; 32], NOW);
        let draft = Draft {
            kind: tangle_verify::Kind::Events,
            epoch: attach.epoch,
            seq: attach.seq,
            prev: attach.prev,
            parents: attach.parents,
            hlc: attach.hlc,
            anchor: anchor.map(|(size, root)| Anchor { size, root }),
            items: vec![item("seen")],
        };
        let network = *tangle.network();
        let block = draft.sign(&key(name), &network).unwrap();
        let block = block.verify(&network).unwrap();
        strangers.extend(void.map(|void| (*block.id(), void)));
        let receipts = tangle.submit(vec![block], NOW).unwrap();
        assert_eq!(receipts[0].status, ReceiptStatus::Recorded);
    }
    let ordered = tangle.cut(&key("node"), NOW).unwrap().unwrap();
    assert_eq!(ordered.strangers, strangers);
    tangle
        .conclude(&fold(&ordered), NOTE, &key("note"))
        .unwrap();
    let again = |tangle: &Tangle| tangle.reader().replay(ordered.index).unwrap().next();
    assert_eq!(again(&tangle).unwrap().unwrap(), ordered);
    drop(tangle);
    let mut opened = open(&disk);
    catch_up(&mut opened).unwrap();
    assert_eq!(again(&opened).unwrap().unwrap(), ordered);
}

/// Reads `receipt leaf key` in hex, line by line, and says of each whether it holds.
const PEER: &str = "
import base64, sys
import scitt_cose
for line in sys.stdin:
    receipt, leaf, key = line.split()
    der = bytes.fromhex('302a300506032b6570032100' + key)
    pem = '-----BEGIN PUBLIC KEY-----\\n' + base64.b64encode(der).decode()
    pem += '\\n-----END PUBLIC KEY-----\\n'
    found = scitt_cose.verify_receipt(
        bytes.fromhex(receipt), leaf_entry_hex=leaf, log_public_key_pem=pem)
    print('holds' if found.ok else 'fails', found.issuer, found.subject)
";

/// A Python with the independent verifier, or `None` where it cannot be had.
fn peer(folder: &std::path::Path) -> Option<std::path::PathBuf> {
    let works = |command: &mut Command| {
        let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
        quiet.status().is_ok_and(|status| status.success())
    };
    let made = works(Command::new("python3").args(["-m", "venv"]).arg(folder));
    let python = folder.join("bin/python");
    let pip = ["-m", "pip", "install", "--quiet", "scitt-cose==0.5.0"];
    (made && works(Command::new(&python).args(pip))).then_some(python)
}

#[test]
fn scitt_cose_takes_our_receipts_and_refuses_altered_ones_slow() {
    let folder = tempfile::tempdir().unwrap();
    let Some(python) = peer(folder.path()) else {
        eprintln!("SKIPPED: python3 with scitt-cose from PyPI cannot be had here");
        return;
    };
    let (_disk, tangle, script) = concluded(90);
    let reader = tangle.reader();
    let (log, other) = (key("note").key_id(), key("stranger").key_id());
    let (mut lines, mut wanted) = (String::new(), Vec::new());
    let mut case = |receipt: &[u8], leaf: &[u8], key: &tangle_verify::KeyId, told: String| {
        let (receipt, leaf) = (hex::encode(receipt), hex::encode(leaf));
        let _ = writeln!(lines, "{receipt} {leaf} {key}");
        wanted.push(told);
    };
    let fails = || "fails None None".to_owned();
    for block in [&script[0], &script[44], &script[89]] {
        let (receipt, leaf) = reader.receipt(block.id(), &key("note")).unwrap();
        case(
            &receipt,
            &leaf,
            &log,
            format!("holds {NOTE} {}", block.id()),
        );
        case(&receipt, &leaf, &other, fails());
        for at in (0..receipt.len()).step_by(7) {
            let mut altered = receipt.clone();
            altered[at] ^= 1;
            case(&altered, &leaf, &log, fails());
        }
        for at in 0..leaf.len() {
            let mut altered = leaf.clone();
            altered[at] ^= 1;
            case(&receipt, &altered, &log, fails());
        }
        case(&[&receipt[..], &[0]].concat(), &leaf, &log, fails());
    }
    let mut child = Command::new(python)
        .args(["-c", PEER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success());
    let found = String::from_utf8(output.stdout).unwrap();
    let found: Vec<_> = found.lines().collect();
    assert_eq!(found.len(), wanted.len());
    for (at, (found, wanted)) in found.iter().zip(&wanted).enumerate() {
        assert_eq!(found, wanted, "case {at}");
    }
}
