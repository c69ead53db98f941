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

/// How much further ahead than [`CLOCK_AHEAD_MS_MAX`] a block's clock may be for the block to be
/// kept until its time comes, milliseconds. A device that is a minute further off than tolerated
/// need not send again; one that is a day off must be set right.
pub const EARLY_MS_MAX: u64 = 10 * 60 * 1000;

/// Blocks that wait for their clock, in all.
pub const EARLY_BLOCKS_MAX: usize = 1024;

/// Blocks of one author that wait for their clock.
pub const EARLY_BLOCKS_PER_AUTHOR_MAX: usize = 64;

/// Envelopes of all blocks that wait for their clock together, bytes.
pub const EARLY_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Keys whose allowance is remembered. Whoever is forgotten starts with a full one, so the bound
/// is far above the keys that write at the same time.
pub const BUCKETS_MAX: usize = 65_536;

/// Read points, or GTIN prefixes, in one scope or delegation.
pub const SCOPE_ENTRIES_MAX: usize = 256;

/// A read point of a scope, bytes of UTF-8.
pub const READ_POINT_BYTES_MAX: usize = 256;

/// Blocks in an exported picture of the DAG.
pub const PICTURE_BLOCKS_MAX: usize = 2000;

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
