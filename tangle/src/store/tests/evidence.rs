//! What the reader hands out for others to check: tiles, receipts, fork proofs, pictures, and
//! checkpoints that witnesses co-signed.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use tangle_verify::checkpoint::{NoteSignature, cosigned_message};
use tangle_verify::merkle::path::root_of;
use tangle_verify::merkle::tile::{Tile, entries};
use tangle_verify::merkle::{Node, leaf_hash};
use tangle_verify::proof::{Policy, verify_with};
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
    assert_eq!(tangle.add_cosignatures(&[stale, posing]).unwrap(), 0);
    assert_eq!(tangle.add_cosignatures(&good).unwrap(), 2);
    assert_eq!(tangle.add_cosignatures(&good).unwrap(), 0, "there already");
    let mut keys = vec![verifier_key(NOTE, &key("note")).unwrap()];
    keys.extend(good.map(|(_, key)| key));
    let proves = |tangle: &Tangle, witnesses_min| {
        let policy = Policy {
            keys: Some(&keys),
            witnesses_min,
        };
        let proof = tangle.reader().prove(script[10].id(), &[0]).unwrap();
        verify_with(&proof, &policy).ok()
    };
    assert!(proves(&tangle, 2));
    assert!(!proves(&tangle, 3));
    tangle.close().unwrap();
    let mut tangle = open(&disk);
    assert!(tangle.opened().clean && proves(&tangle, 2));
    // The next checkpoint starts without.
    tangle.submit(self::script(70), NOW).unwrap();
    cut_and_conclude(&mut tangle).unwrap();
    assert!(proves(&tangle, 0) && !proves(&tangle, 1));
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
