//! Cosignatures (C2SP `tlog-cosignature` v1): the message of the standard, what counts as a
//! witness's word, and every way to pass something else off as it.

use std::string::{String, ToString};
use std::{format, vec, vec::Vec};

use ::base64::Engine;
use ::base64::engine::general_purpose::STANDARD;

use super::*;
use crate::proof::{Policy, ProofFile, Report, verify_with};
use crate::samples::{Author, ORIGIN, author, checkpoint, note_by, proof_file};

const TIME_S: u64 = 1_763_704_805;

fn witness_key(author: &Author, name: &str) -> VerifierKey {
    VerifierKey::witness(name, author.kid()).unwrap()
}

/// The signature line of a witness.
fn cosigned(author: &Author, name: &str, time_s: u64, text: &str) -> NoteSignature {
    let signature = author.sign(cosigned_message(time_s, text).as_bytes());
    NoteSignature {
        name: name.to_string(),
        id: witness_key(author, name).id(),
        signature: [&time_s.to_be_bytes()[..], &signature].concat(),
    }
}

#[test]
fn the_message_is_that_of_the_standard() {
    let text = "example.com/behind-the-sofa\n20852163\n\
                CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    let message = "cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\n\
                   CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    assert_eq!(cosigned_message(1_679_315_147, text), message);
}

#[test]
fn the_example_of_the_standard_has_its_shape() {
    let note = "example.com/behind-the-sofa\n20852163\n\
        CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
        \u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4UR\
        YN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
        \u{2014} witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZC\
        B9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";
    let note = Note::parse(note).unwrap();
    assert_eq!(note.checkpoint().unwrap().size, 20_852_163);
    assert_eq!(note.signatures[0].time_s(), None, "the log's own");
    assert_eq!(note.signatures[1].time_s(), Some(1_679_315_147));
}

#[test]
fn keys_of_witnesses_are_told_from_those_of_logs() {
    let log = author(4).verifier_key("w.example");
    let witness = witness_key(&author(4), "w.example");
    assert_ne!(log, witness);
    assert_ne!(log.id(), witness.id());
    let text = witness.to_string();
    assert!(text.split('+').nth(2).unwrap().starts_with('B'), "{text}");
    assert_eq!(text.parse::<VerifierKey>(), Ok(witness));
    for kind in [0, 2, 3, 5, 6, 255_u8] {
        let material = [&[kind][..], author(4).kid().as_bytes()].concat();
        let text = format!("w.example+00000000+{}", STANDARD.encode(material));
        assert_eq!(text.parse::<VerifierKey>(), Err(KeyError::Type(kind)));
    }
}

#[test]
fn a_cosignature_holds_for_its_time_text_and_key_only() {
    let (text, key) = (checkpoint().to_text(), witness_key(&author(4), "w.example"));
    let good = cosigned(&author(4), "w.example", TIME_S, &text);
    assert_eq!(good.check(&key, &text), Ok(()));
    let bad = Err(NoteError::BadSignature {
        name: "w.example".to_string(),
    });
    for at in 0..good.signature.len() {
        let mut changed = good.clone();
        changed.signature[at] ^= 1;
        assert_eq!(changed.check(&key, &text), bad, "byte {at}");
        let mut shorter = good.clone();
        shorter.signature.truncate(at);
        assert_eq!(shorter.check(&key, &text), bad, "cut at {at}");
    }
    let longer = checkpoint().to_text() + "x\n";
    assert_eq!(good.check(&key, &longer), bad);
    let far = cosigned(&author(4), "w.example", 1 << 63, &text);
    assert_eq!(far.check(&key, &text), bad, "time beyond 2^63 - 1");
    let last = cosigned(&author(4), "w.example", (1 << 63) - 1, &text);
    assert_eq!(last.check(&key, &text), Ok(()));
}

/// The sample proof, its checkpoint co-signed by these.
fn cosigned_proof(witnesses: &[(&Author, &str)]) -> ProofFile {
    let mut file = proof_file();
    for (author, name) in witnesses {
        let line = cosigned(author, name, TIME_S, &file.note.text);
        file.note.signatures.push(line);
        file.keys.push(witness_key(author, name));
    }
    file
}

fn check(file: &ProofFile, keys: &[VerifierKey], witnesses_min: usize) -> Report {
    let policy = Policy {
        keys: Some(keys),
        witnesses_min,
    };
    verify_with(file.encode().as_bytes(), &policy)
}

fn failed(report: &Report) -> Option<&str> {
    report.failed().map(|step| step.name)
}

#[test]
fn a_proof_carries_cosignatures() {
    let (one, two) = (author(4), author(5));
    let file = cosigned_proof(&[(&one, "one.example"), (&two, "two.example")]);
    let mut keys = vec![author(3).verifier_key(ORIGIN)];
    assert!(check(&file, &keys, 0).ok(), "unknown witnesses do no harm");
    assert_eq!(failed(&check(&file, &keys, 1)), Some("trust"));
    keys.push(witness_key(&one, "one.example"));
    keys.push(witness_key(&two, "two.example"));
    for wanted in 0..=2 {
        let proved = check(&file, &keys, wanted).proved.unwrap();
        let seen: Vec<_> = proved.witnesses.iter().map(|it| it.time_s).collect();
        assert_eq!(seen, [TIME_S, TIME_S]);
    }
    let report = check(&file, &keys, 3);
    assert_eq!(failed(&report), Some("trust"));
    let detail = &report.failed().unwrap().detail;
    assert_eq!(detail, "2 of the witnesses given co-signed, 3 are needed");
}

#[test]
fn attack_one_witness_counts_for_many() {
    let one = author(4);
    let names = ["a.example", "b.example", "c.example"];
    let file = cosigned_proof(&names.map(|name| (&one, name)));
    let mut keys = vec![author(3).verifier_key(ORIGIN)];
    keys.extend(names.map(|name| witness_key(&one, name)));
    assert!(check(&file, &keys, 1).ok());
    assert_eq!(failed(&check(&file, &keys, 2)), Some("trust"));
    let twice = cosigned_proof(&[(&one, "a.example"), (&one, "a.example")]);
    assert_eq!(failed(&check(&twice, &keys, 2)), Some("trust"));
}

#[test]
fn attack_a_witness_poses_as_the_log() {
    // A cosignature under the log's own name is not the log's signature.
    let witness = author(4);
    let text = checkpoint().to_text();
    let note = Note {
        text: text.clone(),
        signatures: vec![cosigned(&witness, ORIGIN, TIME_S, &text)],
    };
    let key = witness_key(&witness, ORIGIN);
    let origin = ORIGIN.to_string();
    let found = verify_note(&note.to_text(), core::slice::from_ref(&key));
    assert_eq!(found, Err(NoteError::NotSigned { origin }));
    let file = ProofFile {
        note,
        keys: vec![key.clone()],
        ..proof_file()
    };
    assert_eq!(
        failed(&check(&file, &[key], 0)),
        Some("checkpoint-signature")
    );
}

#[test]
fn attack_the_log_poses_as_a_witness() {
    // The log's plain signature under a witness's name, and its vkey given as a witness's.
    let log = author(3);
    let mut file = cosigned_proof(&[]);
    file.note
        .signatures
        .push(log.note_signature("w.example", &file.note.text));
    file.keys.push(log.verifier_key("w.example"));
    let keys = [
        log.verifier_key(ORIGIN),
        log.verifier_key("w.example"),
        witness_key(&log, "w.example"),
    ];
    assert!(check(&file, &keys, 0).ok());
    assert_eq!(failed(&check(&file, &keys, 1)), Some("trust"));
}

#[test]
fn attack_a_cosignature_of_another_checkpoint() {
    let witness = author(4);
    let mut file = cosigned_proof(&[(&witness, "w.example")]);
    let other = Checkpoint {
        size: 6,
        ..checkpoint()
    };
    file.note.signatures[1] = cosigned(&witness, "w.example", TIME_S, &other.to_text());
    let keys = [author(3).verifier_key(ORIGIN)];
    assert_eq!(
        failed(&check(&file, &keys, 0)),
        Some("checkpoint-signature")
    );
}

#[test]
fn witnesses_need_keys_given_not_pinned() {
    let file = cosigned_proof(&[(&author(4), "w.example")]);
    let policy = Policy {
        keys: None,
        witnesses_min: 1,
    };
    let report = verify_with(file.encode().as_bytes(), &policy);
    assert_eq!(failed(&report), Some("trust"));
}

#[test]
fn an_origin_is_named_by_its_hash() {
    let hash: String = origin_hash("");
    assert!(hash.starts_with("e3b0c44298fc1c14") && hash.len() == 64);
    assert_ne!(origin_hash("a"), origin_hash("b"));
    let both = note_by(&checkpoint(), &[(&author(3), ORIGIN)]);
    assert_eq!(both.checkpoint().unwrap().origin, ORIGIN);
}
