//! Every bound of the state machine, named, with its reason. Those of the formats are in
//! `tangle_verify::limits`.

/// How far a block's clock may be ahead of ours, milliseconds. Devices without a time server
/// drift by minutes; more than that would push every later clock of the network.
pub const CLOCK_AHEAD_MS_MAX: u64 = 5 * 60 * 1000;

/// Blocks that wait for missing parents, in all. At about 1 KiB each this is a few MiB; an
/// honest gateway sends its chain in order and needs none.
pub const WAITING_BLOCKS_MAX: usize = 4096;

/// Blocks of one author that wait: one device must not fill the room of the others.
pub const WAITING_BLOCKS_PER_AUTHOR_MAX: usize = 256;

/// Envelopes of all waiting blocks together, bytes.
pub const WAITING_BYTES_MAX: usize = 32 * 1024 * 1024;

/// How long a block waits, milliseconds. Its sender still has it and sends it again.
pub const WAITING_MS_MAX: u64 = 10 * 60 * 1000;

/// Tips of the author's own organisation that a new block approves beside its `prev`.
pub const ATTACH_ORGANISATION_HEADS_MAX: usize = 4;

/// Uniform random tips that a new block approves (URTS, TIP-3). With `prev` and the heads of the
/// organisation these are the 8 that a block can approve.
pub const ATTACH_RANDOM_TIPS_MAX: usize = 3;

/// Identifier of an organisation, bytes.
pub const ORGANISATION_ID_BYTES_MAX: usize = 64;

/// Name of an organisation or label of an author, bytes of UTF-8.
pub const LABEL_BYTES_MAX: usize = 128;

/// Attributes of an author.
pub const ATTRIBUTES_MAX: usize = 32;

/// A key or a value among an author's attributes, bytes of UTF-8.
pub const ATTRIBUTE_BYTES_MAX: usize = 256;

/// One operation of the registry, bytes.
pub const OPERATION_BYTES_MAX: usize = 32 * 1024;
