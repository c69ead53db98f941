//! Rows are kept deflated (RFC 1951): events are texts in which every tag repeats the names of its
//! company and product, and days of them must fit. A row tells by its first byte how it is kept,
//! and rows of versions that kept everything as it came are read, too: neither an event nor an
//! envelope begins with one of these bytes.

use std::borrow::Cow;

use miniz_oxide::{deflate, inflate};

/// First byte of a row that follows as it is.
const PLAIN: u8 = 0;
/// First byte of a row that follows deflated.
const DEFLATED: u8 = 1;
/// Shorter rows gain too little.
const PACKED_MIN: usize = 400;
/// Effort of the compressor, 1..=10: 6 is its middle.
const LEVEL: u8 = 6;
/// Longest row there can be, bytes.
const ROW_BYTES_MAX: usize = 8 << 20;

/// A row as it is kept.
pub(super) fn pack(row: &[u8]) -> Cow<'_, [u8]> {
    if row.len() >= PACKED_MIN {
        let packed = deflate::compress_to_vec(row, LEVEL);
        if packed.len() < row.len() {
            return Cow::Owned([&[DEFLATED], packed.as_slice()].concat());
        }
    }
    match row.first() {
        Some(&(PLAIN | DEFLATED)) => Cow::Owned([&[PLAIN], row].concat()),
        _ => Cow::Borrowed(row),
    }
}

/// A row as it was; `None` when it is damaged.
pub(super) fn unpack(kept: &[u8]) -> Option<Vec<u8>> {
    match kept.split_first() {
        Some((&DEFLATED, packed)) => {
            inflate::decompress_to_vec_with_limit(packed, ROW_BYTES_MAX).ok()
        }
        Some((&PLAIN, plain)) => Some(plain.to_vec()),
        _ => Some(kept.to_vec()),
    }
}

/// Bytes of the file that a kept row takes, at most: rows larger than half a page have pages of
/// their own, of a power of two of 4,096 bytes; smaller ones share pages that are half full.
pub(super) fn weight(kept: usize) -> u64 {
    let with_head = kept + 32;
    let bytes = if with_head > 2_048 {
        with_head.next_power_of_two().max(4_096)
    } else {
        2 * with_head
    };
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_as_they_were() {
        let text = r#"{"epc":"https://id.gs1.org/01/09521321000019/21/1"}"#.repeat(100);
        let noise: Vec<u8> = (0..1_000_u32)
            .flat_map(|at| blake3::hash(&at.to_le_bytes()).as_bytes().to_vec())
            .collect();
        let rows: [&[u8]; 8] = [
            b"",
            b"{}",
            &[PLAIN],
            &[DEFLATED, 2, 3],
            text.as_bytes(),
            &noise,
            &vec![DEFLATED; 5_000],
            &[&[PLAIN][..], &noise].concat(),
        ];
        for row in rows {
            let kept = pack(row);
            assert_eq!(unpack(&kept).unwrap(), row);
            assert!(kept.len() <= row.len() + 1);
        }
        assert!(pack(text.as_bytes()).len() * 20 < text.len(), "it packs");
        // As earlier versions kept it.
        assert_eq!(unpack(text.as_bytes()).unwrap(), text.as_bytes());
        assert_eq!(unpack(&[DEFLATED, 0xff, 0xff]), None);
        let bomb = pack(&vec![b' '; ROW_BYTES_MAX + 1]).into_owned();
        assert_eq!(unpack(&bomb), None, "bounded");
    }

    #[test]
    fn weights_are_those_of_pages() {
        for (kept, bytes) in [
            (0, 64),
            (968, 2_000),
            (2_016, 4_096),
            (2_017, 4_096),
            (4_064, 4_096),
            (4_065, 8_192),
            (100_000, 131_072),
        ] {
            assert_eq!(weight(kept), bytes, "{kept}");
        }
    }
}
