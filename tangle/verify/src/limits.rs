//! Every bound of the ledger's formats, named, with its reason. Nothing that came from outside is
//! read without one of them.

/// Protected header of a statement, bytes. Version 1 needs at most about 500 (eight parents);
/// the rest is room for later header fields without a new limit.
pub const HEADER_BYTES_MAX: usize = 16 * 1024;

/// All items of one block together (salt, media and body), bytes. One block is checked and
/// written in one go, so it must stay small against memory and against a group commit.
pub const ITEMS_BYTES_MAX: usize = 1024 * 1024;

/// Items in one block. Keeps an item's path at 12 hashes and its index in a u16.
pub const ITEMS_MAX: usize = 4096;

/// Payload of a block: a root, a count and a length.
pub const PAYLOAD_BYTES_MAX: usize = 64;

/// The signed COSE statement of a block, bytes.
pub const STATEMENT_BYTES_MAX: usize = HEADER_BYTES_MAX + PAYLOAD_BYTES_MAX + 128;

/// The whole wire envelope: the statement, all items, and what CBOR adds around each slot (an
/// erased slot takes 35 bytes where the item may have taken none of the item budget).
pub const ENVELOPE_BYTES_MAX: usize = STATEMENT_BYTES_MAX + ITEMS_BYTES_MAX + ITEMS_MAX * 35 + 64;

/// Blocks that one block may approve, `prev` included: IOTA's bound (TIP-2, 1..=8 parents).
pub const PARENTS_MAX: usize = 8;

/// Largest time a clock value may carry, milliseconds: 48 bits, the year 10889.
pub const TIME_MS_MAX: u64 = (1 << 48) - 1;

/// Name of a network, bytes of UTF-8.
pub const NETWORK_NAME_BYTES_MAX: usize = 128;

/// Genesis configuration, bytes.
pub const GENESIS_BYTES_MAX: usize = NETWORK_NAME_BYTES_MAX + 96;

/// Heads that one milestone may name. A cut of more is made in several milestones; the bound
/// keeps a milestone below 300 KiB.
pub const MILESTONE_HEADS_MAX: usize = 8192;

/// Payload of a milestone, bytes: every head is 34 bytes.
pub const MILESTONE_PAYLOAD_BYTES_MAX: usize = MILESTONE_HEADS_MAX * 34 + 128;

/// A signed milestone, bytes.
pub const MILESTONE_BYTES_MAX: usize = MILESTONE_PAYLOAD_BYTES_MAX + 256;

/// A leaf of the ordered log, bytes.
pub const LEAF_BYTES_MAX: usize = 128;

/// A node's name in the log: a tree of 2^63 leaves has paths of 63 hashes.
pub const PATH_HASHES_MAX: usize = 63;

/// Key name of a signed note and origin of a checkpoint, bytes of UTF-8.
pub const NOTE_NAME_BYTES_MAX: usize = 256;

/// Signatures on one note. The signed-note specification asks verifiers to take at least 16;
/// every organisation of a consortium may co-sign.
pub const NOTE_SIGNATURES_MAX: usize = 64;

/// One signature of a note decoded, bytes. Large enough for the post-quantum co-signatures that
/// are to be skipped, not checked.
pub const NOTE_SIGNATURE_BYTES_MAX: usize = 8 * 1024;

/// A signed checkpoint note, bytes.
pub const NOTE_BYTES_MAX: usize = 128 * 1024;

/// A proof file, bytes: a full block of items with their paths, in base64, fits.
pub const PROOF_BYTES_MAX: usize = 5 * 1024 * 1024;

/// A COSE receipt, bytes: claims of two names and a path of at most 63 hashes.
pub const RECEIPT_BYTES_MAX: usize = 4 * 1024;

/// A fork proof, bytes: a genesis and two statements.
pub const FORK_PROOF_BYTES_MAX: usize = GENESIS_BYTES_MAX + 2 * STATEMENT_BYTES_MAX + 32;
