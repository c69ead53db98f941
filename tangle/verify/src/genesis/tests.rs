//! The genesis configuration: one encoding, one name per network.

use std::string::{String, ToString};

use super::*;
use crate::samples::{author, genesis};

#[test]
fn the_network_id_follows_every_field() {
    let sample = genesis();
    let others = [
        Genesis {
            name: "Golden2".to_string(),
            ..sample.clone()
        },
        Genesis {
            created_ms: sample.created_ms + 1,
            ..sample.clone()
        },
        Genesis {
            root: author(9).kid(),
            ..sample.clone()
        },
    ];
    for other in others {
        assert_ne!(other.network_id(), sample.network_id());
        assert_eq!(Genesis::from_bytes(&other.to_bytes()), Ok(other));
    }
    assert_eq!(Genesis::from_bytes(&sample.to_bytes()), Ok(sample));
}

#[test]
fn what_cannot_found_a_network_is_refused() {
    let sample = genesis();
    for bad in [
        Genesis {
            name: String::new(),
            ..sample.clone()
        },
        Genesis {
            name: "a\nb".to_string(),
            ..sample.clone()
        },
        Genesis {
            name: "n".repeat(limits::NETWORK_NAME_BYTES_MAX + 1),
            ..sample.clone()
        },
        Genesis {
            created_ms: limits::TIME_MS_MAX + 1,
            ..sample.clone()
        },
        Genesis {
            root: KeyId::new([0; 32]),
            ..sample.clone()
        },
    ] {
        assert!(bad.check().is_err(), "{bad:?}");
        assert!(Genesis::from_bytes(&bad.to_bytes()).is_err(), "{bad:?}");
    }
    let longest = Genesis {
        name: "n".repeat(limits::NETWORK_NAME_BYTES_MAX),
        ..sample
    };
    assert_eq!(Genesis::from_bytes(&longest.to_bytes()), Ok(longest));

    let bytes = sample.to_bytes();
    let longer = [&bytes[..], &[0]].concat();
    assert_eq!(
        Genesis::from_bytes(&longer).unwrap_err().fault,
        Fault::Trailing
    );
    for end in 0..bytes.len() {
        assert!(Genesis::from_bytes(&bytes[..end]).is_err(), "cut at {end}");
    }
}

#[test]
fn no_changed_byte_gives_the_same_network() {
    let sample = genesis();
    let bytes = sample.to_bytes();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut bad = bytes.clone();
            bad[at] ^= 1 << bit;
            if let Ok(other) = Genesis::from_bytes(&bad) {
                assert_eq!(
                    other.to_bytes(),
                    bad,
                    "byte {at} bit {bit} has a second spelling"
                );
                assert_ne!(other.network_id(), sample.network_id());
            }
        }
    }
}
