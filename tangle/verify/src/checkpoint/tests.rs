//! Notes, keys and checkpoints: the example of the standard, and everything near it that is not.

use std::string::{String, ToString};
use std::{format, vec, vec::Vec};

use proptest::prelude::*;

use ::base64::Engine;
use ::base64::engine::general_purpose::STANDARD;

use super::*;
use crate::ids::KeyId;
use crate::samples::{ORIGIN, author, checkpoint, note, note_by};

/// The key and note that C2SP `signed-note` prints as its example.
const EXAMPLE_KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const EXAMPLE_NOTE: &str = "This is an example message.\n\n\u{2014} example.com/foo \
    Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

fn log_key() -> VerifierKey {
    author(3).verifier_key(ORIGIN)
}

#[test]
fn the_example_of_the_standard() {
    let key: VerifierKey = EXAMPLE_KEY.parse().unwrap();
    assert_eq!(
        (key.name(), key.id()),
        ("example.com/foo", [0x53, 0x0d, 0x90, 0x3a])
    );
    assert_eq!(key.to_string(), EXAMPLE_KEY);
    let note = Note::parse(EXAMPLE_NOTE).unwrap();
    assert_eq!(note.text, "This is an example message.\n");
    assert_eq!(note.signers(core::slice::from_ref(&key)), Ok(vec![&key]));
    assert_eq!(note.to_text(), EXAMPLE_NOTE);
    assert!(note.checkpoint().is_err(), "a note, but no checkpoint");
}

#[test]
fn the_checkpoint_has_the_frozen_bytes() {
    assert_eq!(
        note(),
        include_str!("../../../../fixtures/blocks/checkpoint.note")
    );
    let vkey = include_str!("../../../../fixtures/blocks/log.vkey");
    assert_eq!(vkey.trim_end(), log_key().to_string());
    assert_eq!(verify_note(&note(), &[log_key()]), Ok(checkpoint()));
}

#[test]
fn unknown_signatures_are_passed_over_and_known_ones_must_hold() {
    let (log, witness, stranger) = (author(3), author(4), author(5));
    let known = [witness.verifier_key("witness.example"), log_key()];
    let both = note_by(
        &checkpoint(),
        &[
            (&stranger, "stranger.example"),
            (&witness, "witness.example"),
            (&log, ORIGIN),
        ],
    );
    assert_eq!(verify_note(&both.to_text(), &known), Ok(checkpoint()));

    // An unknown signature of another type and length is passed over too.
    let mut other = both.clone();
    other.signatures[0].signature = vec![7; 2420];
    assert_eq!(verify_note(&other.to_text(), &known), Ok(checkpoint()));

    let mut broken = both;
    broken.signatures[1].signature[9] ^= 1;
    let bad = NoteError::BadSignature {
        name: "witness.example".to_string(),
    };
    assert_eq!(verify_note(&broken.to_text(), &known), Err(bad));

    // A witness alone does not make a checkpoint, nor does the log's key under another name.
    let not_signed = Err(NoteError::NotSigned {
        origin: ORIGIN.to_string(),
    });
    for signers in [&[(&witness, "witness.example")][..], &[(&stranger, ORIGIN)]] {
        let note = note_by(&checkpoint(), signers).to_text();
        assert_eq!(verify_note(&note, &known), not_signed);
    }
    let renamed = log.verifier_key("another.example");
    let note = note_by(&checkpoint(), &[(&log, "another.example")]).to_text();
    assert_eq!(verify_note(&note, &[renamed]), not_signed);
    assert_eq!(verify_note(&note, &[]), not_signed);
}

#[test]
fn every_changed_bit_of_a_note_is_refused() {
    let note = note().into_bytes();
    for at in 0..note.len() {
        for bit in 0..8 {
            let mut bad = note.clone();
            bad[at] ^= 1 << bit;
            let text = String::from_utf8(bad);
            let found = text.map(|text| verify_note(&text, &[log_key()]));
            assert!(!matches!(found, Ok(Ok(_))), "byte {at} bit {bit}");
        }
    }
}

#[test]
fn checkpoints_have_one_spelling() {
    let good = checkpoint().to_text();
    let root = STANDARD.encode(checkpoint().root);
    assert_eq!(Checkpoint::from_text(&good), Ok(checkpoint()));
    for bad in [
        String::new(),
        "\n".to_string(),
        good.trim_end().to_string(),
        format!("{good}\n"),
        format!("{good}extension\n"),
        format!("\n7\n{root}\n"),
        format!("a b\n7\n{root}\n"),
        format!("a+b\n7\n{root}\n"),
        format!("a\u{2003}b\n7\n{root}\n"),
        format!(
            "{}\n7\n{root}\n",
            "n".repeat(limits::NOTE_NAME_BYTES_MAX + 1)
        ),
        format!("log\n07\n{root}\n"),
        format!("log\n+7\n{root}\n"),
        format!("log\n-7\n{root}\n"),
        format!("log\n 7\n{root}\n"),
        format!("log\n\n{root}\n"),
        format!("log\n\u{0667}\n{root}\n"),
        format!("log\n18446744073709551616\n{root}\n"),
        format!("log\n7\n{}\n", root.trim_end_matches('=')),
        format!("log\n7\n{root}=\n"),
        format!("log\n7\n{}\n", STANDARD.encode([0; 31])),
        format!("log\n7\n{}\n", STANDARD.encode([0; 33])),
        format!(
            "log\n7\n{}B=\n",
            STANDARD.encode([0; 32]).trim_end_matches("A=")
        ),
        format!("log\n7\n{root} \n"),
    ] {
        assert!(Checkpoint::from_text(&bad).is_err(), "{bad:?}");
    }
    for size in [0, u64::MAX] {
        let checkpoint = Checkpoint {
            size,
            ..checkpoint()
        };
        assert_eq!(Checkpoint::from_text(&checkpoint.to_text()), Ok(checkpoint));
    }
}

#[test]
fn notes_have_one_form() {
    let good = note();
    let (text, line) = good.rsplit_once("\n\n").unwrap();
    let value = line.trim_end().rsplit_once(' ').unwrap().1;
    let short = STANDARD.encode([1, 2, 3, 4]);
    let slack = "AQIDBAV="; // the last bit belongs to no byte
    for (what, bad) in [
        ("no signature", format!("{text}\n\n")),
        ("no empty line", format!("{text}\n{line}")),
        ("no last newline", good.trim_end().to_string()),
        ("an empty line at the end", format!("{good}\n")),
        ("a carriage return", good.replace('\n', "\r\n")),
        ("a tab", good.replacen(ORIGIN, "a\tb", 1)),
        ("a hyphen for the dash", good.replace('\u{2014}', "-")),
        ("two spaces", good.replace("\u{2014} ", "\u{2014}  ")),
        ("no name", format!("{text}\n\n\u{2014} {value}\n")),
        ("an empty name", format!("{text}\n\n\u{2014}  {value}\n")),
        (
            "a name with plus",
            format!("{text}\n\n\u{2014} a+b {value}\n"),
        ),
        (
            "a value more",
            format!("{text}\n\n\u{2014} {ORIGIN} {value} {value}\n"),
        ),
        (
            "a key id alone",
            format!("{text}\n\n\u{2014} {ORIGIN} {short}\n"),
        ),
        ("no value", format!("{text}\n\n\u{2014} {ORIGIN} \n")),
        (
            "slack bits",
            format!("{text}\n\n\u{2014} {ORIGIN} {slack}\n"),
        ),
        (
            "a huge value",
            format!(
                "{text}\n\n\u{2014} {ORIGIN} {}\n",
                STANDARD.encode([1; 9000])
            ),
        ),
        ("many signatures", format!("{text}\n\n{}", line.repeat(65))),
        (
            "a huge note",
            format!("{}{good}", "a\n".repeat(limits::NOTE_BYTES_MAX)),
        ),
    ] {
        assert!(Note::parse(&bad).is_err(), "{what}");
    }
    assert!(Note::parse(&format!("{text}\n\n{}", line.repeat(64))).is_ok());
    let error = Note::parse(&good.replace("\u{2014} ", "- ")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 5 of the note: a signature starts with an em dash and a space",
    );
}

#[test]
fn verifier_keys_have_one_spelling() {
    let vkey = log_key().to_string();
    assert_eq!(vkey.parse(), Ok(log_key()));
    let (rest, key) = vkey
        .rsplit_once('+')
        .map_or((vkey.as_str(), ""), |parts| parts);
    let typed = |kind: u8, key: &[u8]| STANDARD.encode([&[kind], key].concat());
    let key_bytes = *author(3).kid().as_bytes();
    for (bad, error) in [
        (String::new(), KeyError::Parts),
        (rest.to_string(), KeyError::Parts),
        (vkey.replacen(ORIGIN, "", 1), KeyError::Name),
        (vkey.replacen(ORIGIN, "a b", 1), KeyError::Name),
        (vkey.replacen(ORIGIN, "another", 1), KeyError::Mismatch),
        (
            vkey.replacen("+ab1b8d46+", "+ab1b8d47+", 1),
            KeyError::Mismatch,
        ),
        (vkey.replacen("+ab1b8d46+", "+AB1B8D46+", 1), KeyError::Id),
        (vkey.replacen("+ab1b8d46+", "+ab1b8d4+", 1), KeyError::Id),
        (format!("{vkey}\n"), KeyError::Key),
        (
            format!("{rest}+{}", key.trim_end_matches('=')) + "=",
            KeyError::Key,
        ),
        (
            format!("{rest}+{}", typed(1, &key_bytes[..31])),
            KeyError::Key,
        ),
        (
            format!("{rest}+{}", typed(4, &key_bytes)),
            KeyError::Mismatch,
        ),
        (
            format!("{rest}+{}", typed(6, &key_bytes)),
            KeyError::Type(6),
        ),
        (format!("{rest}+{}", typed(1, &[0; 32])), KeyError::Point),
    ] {
        assert_eq!(bad.parse::<VerifierKey>(), Err(error), "{bad:?}");
    }
    assert_eq!(VerifierKey::new("", author(3).kid()), Err(KeyError::Name));
    assert_eq!(
        VerifierKey::new("a", KeyId::new([0; 32])),
        Err(KeyError::Point)
    );
    // A key whose base64 holds a plus is still three parts.
    let plus: Vec<_> = (0..=255u8)
        .map(|fill| author(fill).verifier_key("log"))
        .filter(|key| key.to_string().matches('+').count() > 2)
        .collect();
    assert!(!plus.is_empty());
    assert!(
        plus.iter()
            .all(|key| key.to_string().parse().as_ref() == Ok(key))
    );
}

proptest! {
    #[test]
    fn what_parses_prints_the_same(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<char>(), 0u8..3), 0..4)
    ) {
        let mut text: Vec<char> = note().chars().collect();
        for (at, value, how) in edits {
            let at = at.index(text.len());
            match how {
                0 => { text.remove(at); }
                1 => text.insert(at, value),
                _ => text[at] = value,
            }
        }
        let text: String = text.into_iter().collect();
        if let Ok(note) = Note::parse(&text) {
            prop_assert_eq!(note.to_text(), text);
            if let Ok(checkpoint) = note.checkpoint() {
                prop_assert_eq!(checkpoint.to_text(), note.text);
            }
        }
    }

    #[test]
    fn arbitrary_text_never_panics(text in any::<String>()) {
        prop_assert!(verify_note(&text, &[log_key()]).is_err());
        prop_assert!(text.parse::<VerifierKey>().is_err());
        prop_assert!(Checkpoint::from_text(&text).is_err());
    }
}
