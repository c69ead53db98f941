//! BLAKE3 as its paper defines it (section 2), nothing but 32-byte outputs of derive-key mode,
//! written for size.

use alloc::vec::Vec;

const IV: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];
/// Order of the message words in the next round.
const PERMUTATION: [usize; 16] = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];
/// Words that one quarter round mixes: the columns, then the diagonals.
const QUARTERS: [[usize; 4]; 8] = [
    [0, 4, 8, 12],
    [1, 5, 9, 13],
    [2, 6, 10, 14],
    [3, 7, 11, 15],
    [0, 5, 10, 15],
    [1, 6, 11, 12],
    [2, 7, 8, 13],
    [3, 4, 9, 14],
];

const CHUNK_START: u32 = 1;
const CHUNK_END: u32 = 1 << 1;
const PARENT: u32 = 1 << 2;
const ROOT: u32 = 1 << 3;
const DERIVE_KEY_CONTEXT: u32 = 1 << 5;
const DERIVE_KEY_MATERIAL: u32 = 1 << 6;

const BLOCK_BYTES: usize = 64;
const CHUNK_BYTES: usize = 1024;

type Words = [u32; 8];

/// Hash of `material` under a context.
pub(crate) fn derive_key(context: &str, material: &[u8]) -> [u8; 32] {
    let key = hash(&IV, DERIVE_KEY_CONTEXT, context.as_bytes());
    bytes(&hash(&key, DERIVE_KEY_MATERIAL, material))
}

/// A compression that is not done yet: the last one of all gets the root flag.
struct Pending {
    chaining: Words,
    block: [u32; 16],
    counter: u64,
    length: u32,
    flags: u32,
}

impl Pending {
    fn chaining_value(&self) -> Words {
        compress(self, self.flags)
    }

    fn parent(key: &Words, mode: u32, left: &Words, right: &Words) -> Self {
        let mut block = [0; 16];
        let both = left.iter().chain(right);
        block
            .iter_mut()
            .zip(both)
            .for_each(|(to, from)| *to = *from);
        Self {
            chaining: *key,
            block,
            counter: 0,
            length: 64,
            flags: mode | PARENT,
        }
    }
}

fn hash(key: &Words, mode: u32, input: &[u8]) -> Words {
    // Roots of the perfect trees on the left, the largest first: one for each bit of `done`.
    let mut stack: Vec<Words> = Vec::new();
    let mut chunks = input.chunks(CHUNK_BYTES).peekable();
    let mut done: u64 = 0;
    let mut last = chunk(key, mode, chunks.next().unwrap_or_default(), 0);
    for next in chunks {
        let mut value = last.chaining_value();
        done += 1;
        for _ in 0..done.trailing_zeros() {
            let Some(left) = stack.pop() else { break };
            value = Pending::parent(key, mode, &left, &value).chaining_value();
        }
        stack.push(value);
        last = chunk(key, mode, next, done);
    }
    while let Some(left) = stack.pop() {
        last = Pending::parent(key, mode, &left, &last.chaining_value());
    }
    compress(&last, last.flags | ROOT)
}

/// One chunk of at most 1024 bytes up to its last compression.
fn chunk(key: &Words, mode: u32, input: &[u8], counter: u64) -> Pending {
    let mut pending = block(*key, mode | CHUNK_START, &[], counter);
    for (at, bytes) in input.chunks(BLOCK_BYTES).enumerate() {
        let (chaining, start) = match at {
            0 => (*key, CHUNK_START),
            _ => (pending.chaining_value(), 0),
        };
        pending = block(chaining, mode | start, bytes, counter);
    }
    pending.flags |= CHUNK_END;
    pending
}

fn block(chaining: Words, flags: u32, bytes: &[u8], counter: u64) -> Pending {
    let mut block = [0; 16];
    for (to, from) in block.iter_mut().zip(bytes.chunks(4)) {
        let mut word = [0; 4];
        word.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
        *to = u32::from_le_bytes(word);
    }
    Pending {
        chaining,
        block,
        counter,
        length: u32::try_from(bytes.len()).unwrap_or(0),
        flags,
    }
}

#[expect(
    clippy::indexing_slicing,
    reason = "indices are those of constant tables into arrays of 16"
)]
fn compress(pending: &Pending, flags: u32) -> Words {
    let mut state = [0; 16];
    let [h0, h1, h2, h3, l0, l1, l2, l3] = pending.counter.to_be_bytes();
    let high = u32::from_be_bytes([h0, h1, h2, h3]);
    let low = u32::from_be_bytes([l0, l1, l2, l3]);
    let tail = [low, high, pending.length, flags];
    let from = pending
        .chaining
        .iter()
        .chain(IV.iter().take(4))
        .chain(&tail);
    state
        .iter_mut()
        .zip(from)
        .for_each(|(to, from)| *to = *from);
    let mut message = pending.block;
    for _ in 0..7 {
        for (words, pair) in QUARTERS.iter().zip(message.as_chunks::<2>().0) {
            let [a, b, c, d] = *words;
            for (word, turn) in pair.iter().zip([(16, 12), (8, 7)]) {
                state[a] = state[a].wrapping_add(state[b]).wrapping_add(*word);
                state[d] = (state[d] ^ state[a]).rotate_right(turn.0);
                state[c] = state[c].wrapping_add(state[d]);
                state[b] = (state[b] ^ state[c]).rotate_right(turn.1);
            }
        }
        message = PERMUTATION.map(|at| message[at]);
    }
    core::array::from_fn(|at| state[at] ^ state[at + 8])
}

fn bytes(words: &Words) -> [u8; 32] {
    let mut out = [0; 32];
    let from = words.iter().flat_map(|word| word.to_le_bytes());
    out.iter_mut().zip(from).for_each(|(to, from)| *to = from);
    out
}

#[cfg(test)]
mod tests {
    use std::string::String;
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_length_around_blocks_chunks_and_trees_hashes_as_the_library_does() {
        let edges = [
            0, 1, 63, 64, 65, 127, 128, 1023, 1024, 1025, 2047, 2048, 2049, 3072, 3073,
        ];
        let larger = [
            4096, 5121, 7168, 8192, 8193, 16_384, 31_744, 102_400, 300_001,
        ];
        for length in edges.into_iter().chain(larger) {
            let input: Vec<u8> = (0..=250).cycle().take(length).collect();
            let found = derive_key("theriac block id v1", &input);
            let wanted = ::blake3::derive_key("theriac block id v1", &input);
            assert_eq!(found, wanted, "{length} bytes");
        }
    }

    proptest! {
        #[test]
        fn any_context_and_input_hash_as_the_library_does(context: String, input: Vec<u8>) {
            let wanted = ::blake3::derive_key(&context, &input);
            prop_assert_eq!(derive_key(&context, &input), wanted);
        }
    }
}
