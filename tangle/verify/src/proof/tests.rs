//! Proof files under attack. Every bit of a file is flipped; and where one thing at a time is
//! changed on purpose, the step that must notice is named.

use std::collections::BTreeSet;
use std::string::{String, ToString};
use std::{vec, vec::Vec};

use ::base64::Engine;
use ::base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use super::*;
use crate::block::Statement;
use crate::checkpoint::{Checkpoint, Note, VerifierKey};
use crate::genesis::Genesis;
use crate::ids::BlockId;
use crate::limits;
use crate::merkle::FullNodes;
use crate::outcome::{LogLeaf, Outcome};
use crate::samples::{
    ORIGIN, author, chained, checkpoint, first_block, genesis, leaves, network, note_by, proof_file,
};

mod faults;
mod vectors;

fn log_key() -> VerifierKey {
    author(3).verifier_key(ORIGIN)
}

fn failing(bytes: &[u8], trust: Option<&[VerifierKey]>) -> &'static str {
    let report = verify(bytes, trust);
    assert_eq!(report.ok(), report.failed().is_none());
    let done = report.steps.len();
    assert!(
        report
            .steps
            .iter()
            .zip(STEPS)
            .all(|(step, name)| step.name == name)
    );
    assert!(
        report.steps.iter().take(done - 1).all(|step| step.ok),
        "it stops at the first"
    );
    report.failed().map_or("none", |step| step.name)
}

#[test]
fn a_good_proof_says_what_it_proves() {
    let file = proof_file().encode();
    for (trust, source) in [
        (None, Trust::Pinned),
        (Some(&[log_key()][..]), Trust::Given),
    ] {
        let report = verify(file.as_bytes(), trust);
        let names: Vec<_> = report.steps.iter().map(|step| step.name).collect();
        assert_eq!(names, STEPS);
        assert!(report.ok() && report.failed().is_none());
        let proved = report.proved.unwrap();
        assert_eq!(proved.id, *chained().id());
        assert_eq!(&proved.header, chained().header());
        assert_eq!((proved.genesis, proved.network), (genesis(), network()));
        let items: Vec<_> = proved
            .items
            .iter()
            .map(|shown| (shown.index, &shown.item))
            .collect();
        let wanted: Vec<_> = chained()
            .items()
            .map(|(at, item)| (at, item.clone()))
            .collect();
        assert_eq!(items, [(0, &wanted[0].1), (2, &wanted[2].1)]);
        assert_eq!((proved.milestone, proved.outcome), (3, Outcome::Applied));
        assert_eq!((proved.position, proved.checkpoint), (5, checkpoint()));
        assert_eq!((proved.signers, proved.trust), (vec![log_key()], source));
    }
}

#[test]
fn the_proof_has_the_frozen_bytes() {
    let frozen = include_str!("../../../../fixtures/blocks/proof.tlog-proof");
    assert_eq!(proof_file().encode(), frozen, "the format has changed");
    assert_eq!(ProofFile::decode(frozen.as_bytes()), Ok(proof_file()));
}

#[test]
fn every_changed_bit_is_refused_whoever_is_trusted() {
    let file = proof_file().encode().into_bytes();
    for trust in [None, Some(&[log_key()][..])] {
        let mut seen = BTreeSet::new();
        for at in 0..file.len() {
            for bit in 0..8 {
                let mut bad = file.clone();
                bad[at] ^= 1 << bit;
                let step = failing(&bad, trust);
                assert_ne!(step, "none", "byte {at} bit {bit}");
                seen.insert(step);
            }
        }
        let all: BTreeSet<_> = STEPS.into_iter().filter(|step| *step != "trust").collect();
        assert_eq!(seen, all, "each step catches something");
    }
}

#[test]
fn every_missing_doubled_or_added_byte_is_refused() {
    let file = proof_file().encode().into_bytes();
    for at in 0..file.len() {
        let (mut short, mut long) = (file.clone(), file.clone());
        short.remove(at);
        long.insert(at, file[at]);
        for bad in [&short, &long, &file[..at].to_vec()] {
            assert_ne!(failing(bad, None), "none", "byte {at}");
        }
    }
    for extra in ["\n", " ", "x", "\u{feff}"] {
        let text = proof_file().encode();
        for bad in [text.clone() + extra, extra.to_string() + &text] {
            assert_ne!(failing(bad.as_bytes(), None), "none", "{extra:?} added");
        }
    }
}

#[test]
fn every_changed_bit_of_the_inner_bytes_is_refused() {
    // Below the base64, where one changed bit of text touches one bit only by luck.
    let text = proof_file().encode();
    let line = text.lines().nth(1).unwrap().strip_prefix("extra ").unwrap();
    let extra = STANDARD.decode(line).unwrap();
    for at in 0..extra.len() {
        for bit in 0..8 {
            let mut bad = extra.clone();
            bad[at] ^= 1 << bit;
            let bad = text.replace(line, &STANDARD.encode(bad));
            assert_ne!(failing(bad.as_bytes(), None), "none", "byte {at} bit {bit}");
        }
    }
}

#[test]
fn a_line_without_its_key_or_a_key_without_its_line_is_refused() {
    let (log, witness) = (author(3), author(4));
    let signers = [(&log, ORIGIN), (&witness, "witness.example")];
    let note = note_by(&checkpoint(), &signers);
    let keys = vec![log_key(), witness.verifier_key("witness.example")];
    let both = ProofFile {
        note: note.clone(),
        keys: keys.clone(),
        ..proof_file()
    };
    assert_eq!(failing(both.encode().as_bytes(), None), "none");
    assert_eq!(failing(both.encode().as_bytes(), Some(&keys[..1])), "none");
    // Only the log's own key counts as the log.
    assert_eq!(failing(both.encode().as_bytes(), Some(&keys[1..])), "trust");

    let swapped = vec![keys[1].clone(), keys[0].clone()];
    for bad in [
        ProofFile {
            note,
            ..proof_file()
        },
        ProofFile {
            keys: keys.clone(),
            ..proof_file()
        },
        ProofFile {
            keys: swapped,
            ..both
        },
        ProofFile {
            note: note_by(&checkpoint(), &signers[1..]),
            keys: keys[1..].to_vec(),
            ..proof_file()
        },
    ] {
        assert_eq!(
            failing(bad.encode().as_bytes(), None),
            "checkpoint-signature"
        );
    }
}

#[test]
fn a_forger_with_keys_of_his_own_passes_only_where_no_key_is_given() {
    let forger = author(9);
    let outcome = Outcome::Quarantined { why: 1 };
    let leaf = LogLeaf::Block {
        id: *chained().id(),
        milestone: 3,
        outcome,
    };
    let checkpoint = Checkpoint {
        origin: ORIGIN.to_string(),
        size: 1,
        root: leaf.hash(),
    };
    let forged = ProofFile {
        leaf: leaf.to_bytes(),
        index: 0,
        path: vec![],
        note: note_by(&checkpoint, &[(&forger, ORIGIN)]),
        keys: vec![forger.verifier_key(ORIGIN)],
        ..proof_file()
    };
    let bytes = forged.encode().into_bytes();
    let report = verify(&bytes, None);
    assert_eq!(
        report.proved.map(|proved| proved.trust),
        Some(Trust::Pinned)
    );
    assert!(
        report
            .steps
            .last()
            .unwrap()
            .detail
            .contains("pinned in the file itself")
    );
    for given in [
        vec![],
        vec![log_key()],
        vec![forger.verifier_key("forger.example")],
    ] {
        assert_eq!(failing(&bytes, Some(&given)), "trust", "{given:?}");
    }
}

#[test]
fn other_spellings_of_the_same_values_are_refused() {
    let good = proof_file().encode();
    let extra = good.lines().nth(1).unwrap();
    for (what, bad) in [
        ("no text", String::new()),
        ("carriage returns", good.replace('\n', "\r\n")),
        ("another version", good.replacen("@v1", "@v2", 1)),
        ("no extra", good.replacen(&[extra, "\n"].concat(), "", 1)),
        ("an empty extra", good.replacen(extra, "extra ", 1)),
        (
            "extra twice",
            good.replacen(extra, &[extra, "\n", extra].concat(), 1),
        ),
        (
            "base64 without padding",
            good.replacen(extra, extra.trim_end_matches('='), 1),
        ),
        (
            "an index with a zero in front",
            good.replacen("index 5", "index 05", 1),
        ),
        (
            "an index with a sign",
            good.replacen("index 5", "index +5", 1),
        ),
        (
            "an index beyond 64 bits",
            good.replacen("index 5", "index 18446744073709551621", 1),
        ),
        ("no index", good.replacen("index 5\n", "", 1)),
        ("an empty line more", good.replacen("\n\n", "\n\n\n", 1)),
        (
            "an extension line",
            good.replacen("=\n\n\u{2014}", "=\nnote\n\n\u{2014}", 1),
        ),
        (
            "a space at a line's end",
            good.replacen("index 5", "index 5 ", 1),
        ),
    ] {
        assert_ne!(bad, good, "{what}");
        assert_eq!(failing(bad.as_bytes(), None), "file", "{what}");
    }
    let long = "AAAA".repeat(11) + "\n";
    let many = good.replacen("index 5\n", &["index 5\n", &long.repeat(64)].concat(), 1);
    assert_eq!(failing(many.as_bytes(), None), "file");
    assert_eq!(
        failing(&vec![b'a'; limits::PROOF_BYTES_MAX + 1], None),
        "file"
    );
    assert_eq!(failing(&[0xff, 0xfe], None), "file");
}

#[test]
fn items_are_shown_in_order_and_once() {
    let mut twice = proof_file();
    twice.items[1] = twice.items[0].clone();
    assert_eq!(failing(twice.encode().as_bytes(), None), "file");
    let mut swapped = proof_file();
    swapped.items.reverse();
    assert_eq!(failing(swapped.encode().as_bytes(), None), "file");
}

#[test]
fn proofs_show_what_is_asked_for_and_there() {
    let whole = chained();
    assert_eq!(ProofItem::of(&whole, &[]), Some(vec![]));
    assert_eq!(ProofItem::of(&whole, &[3]), None);
    let erased = whole.erase(&[1]);
    assert_eq!(ProofItem::of(&erased, &[1]), None);
    assert_eq!(
        ProofItem::of(&erased, &[2, 0, 2]),
        ProofItem::of(&whole, &[0, 2])
    );
    for items in [&[][..], &[1], &[0, 1, 2]] {
        let items = ProofItem::of(&whole, items).unwrap();
        let file = ProofFile {
            items,
            ..proof_file()
        };
        assert_eq!(failing(file.encode().as_bytes(), None), "none");
    }
}

#[test]
fn every_block_of_the_log_can_be_proved_against_every_checkpoint_after_it() {
    let hashes: Vec<_> = leaves().iter().map(LogLeaf::hash).collect();
    let statement = first_block().statement().to_bytes();
    for size in 1..=hashes.len() {
        let tree = &hashes[..size];
        let root = crate::merkle::root_from_leaves(tree);
        let checkpoint = Checkpoint {
            size: size as u64,
            root,
            ..checkpoint()
        };
        let file = ProofFile {
            statement: statement.clone(),
            leaf: leaves()[0].to_bytes(),
            items: vec![],
            index: 0,
            path: FullNodes::of(tree).inclusion_path(0).unwrap(),
            note: note_by(&checkpoint, &[(&author(3), ORIGIN)]),
            ..proof_file()
        };
        assert_eq!(
            failing(file.encode().as_bytes(), Some(&[log_key()])),
            "none",
            "size {size}"
        );
    }
}

#[test]
fn a_proof_of_the_largest_block_fits() {
    let item = |n: u16| crate::Item {
        salt: [1; 16],
        media: crate::Media(n),
        body: vec![0x20; limits::ITEMS_BYTES_MAX / limits::ITEMS_MAX - 18],
    };
    let header = crate::samples::first_header();
    let block = author(1).block(header, (0..4096).map(item).collect());
    let block = block.verify(&network()).unwrap();
    let leaf = LogLeaf::Block {
        id: *block.id(),
        milestone: 0,
        outcome: Outcome::Applied,
    };
    let checkpoint = Checkpoint {
        size: 1,
        root: leaf.hash(),
        ..checkpoint()
    };
    let all: Vec<u16> = (0..4096).collect();
    let file = ProofFile {
        statement: block.statement(),
        leaf: leaf.to_bytes(),
        items: ProofItem::of(&block, &all).unwrap(),
        index: 0,
        path: vec![],
        note: note_by(&checkpoint, &[(&author(3), ORIGIN)]),
        ..proof_file()
    };
    assert_eq!(failing(file.encode().as_bytes(), None), "none");
}

proptest! {
    #[test]
    fn what_decodes_encodes_to_itself(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..3), 1..4)
    ) {
        let good = proof_file().encode().into_bytes();
        let mut bytes = good.clone();
        for (at, value, how) in edits {
            let at = at.index(bytes.len());
            match how {
                0 => { bytes.remove(at); }
                1 => bytes.insert(at, value),
                _ => bytes[at] = value,
            }
        }
        prop_assert_eq!(verify(&bytes, None).ok(), bytes == good);
        if let Ok(file) = ProofFile::decode(&bytes) {
            prop_assert_eq!(file.encode().into_bytes(), bytes);
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert_eq!(failing(&bytes, None), "file");
        let extra = STANDARD.encode(&bytes);
        let text = std::format!("c2sp.org/tlog-proof@v1\nextra {extra}\nindex 0\n\nx\n");
        prop_assert_eq!(failing(text.as_bytes(), None), "file");
    }

    #[test]
    fn any_inner_bytes_of_a_good_frame_never_panic(
        genesis in prop::collection::vec(any::<u8>(), 0..200),
        statement in prop::collection::vec(any::<u8>(), 0..400),
        leaf in prop::collection::vec(any::<u8>(), 0..100),
    ) {
        let bad = ProofFile { genesis, ..proof_file() };
        prop_assert_eq!(failing(bad.encode().as_bytes(), None), "block-format");
        let bad = ProofFile { statement, ..proof_file() };
        prop_assert_eq!(failing(bad.encode().as_bytes(), None), "block-format");
        let bad = ProofFile { leaf, ..proof_file() };
        prop_assert_eq!(failing(bad.encode().as_bytes(), None), "leaf");
    }
}

#[test]
fn the_note_inside_is_one_that_other_tools_take() {
    let text = proof_file().encode();
    let (_, note) = text.split_once("\n\n").unwrap();
    assert_eq!(
        crate::checkpoint::verify_note(note, &[log_key()]),
        Ok(checkpoint())
    );
    assert_eq!(Note::parse(note).unwrap().checkpoint(), Ok(checkpoint()));
    assert_ne!(chained().id(), &BlockId::new([0; 32]));
}
