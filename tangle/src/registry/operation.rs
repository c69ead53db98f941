//! The operations of the registry as bytes: one item of media 2 each, canonical CBOR, version 1.
//! ```text
//! organisation  85 01 01 <id> <name> <key, 32>
//! author        89 01 02 <key, 32> <organisation> <role> <label> <from_ms> <to_ms | null>
//!                  <attributes: map text -> text>
//! scope         86 01 03 <key, 32> [read points] [GTIN prefixes] <null | 82 per_second burst>
//! revocation    85 01 04 <key, 32> <from milestone> <reason>
//! rotation      85 01 05 <old key, 32> <new key, 32> <from milestone>
//! delegation    87 01 06 <from organisation> <to organisation> [GTIN prefixes] <from_ms>
//!                  <to_ms | null>
//! ```
//! Lists ascend and hold nothing twice; a GTIN prefix is 1 to 14 digits of the GTIN in 14 digits.

use tangle_verify::cbor::{Reader, Writer};
use tangle_verify::{Fault, Item, KeyId, Malformed, Media};

use super::{Author, Organisation, Role};
use crate::limits;

const WHAT: &str = "registry operation";
const VERSION: i64 = 1;

/// How fast a key may write: a token bucket of `burst` blocks, filled with `per_second` a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Blocks a second in the long run, at least 1.
    pub per_second: u32,
    /// Blocks at once, at least 1.
    pub burst: u32,
}

/// What a key is limited to. For an author: where it reads and for which products it speaks. For
/// an organisation's key: the products whose numbers are its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The key.
    pub key: KeyId,
    /// Read points (EPCIS 2.0 section 7.3.4), ascending, at most 256; none: anywhere.
    pub read_points: Vec<String>,
    /// Prefixes of GTINs in 14 digits, ascending, at most 256; none: all of its organisation.
    pub gtin_prefixes: Vec<String>,
    /// How fast it may write; `None`: as fast as the node takes it.
    pub rate: Option<Rate>,
}

/// Why a key was withdrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Nothing was said.
    Unspecified,
    /// The device or person no longer serves.
    Retired,
    /// The device is lost; nobody is known to use its key.
    Lost,
    /// Somebody else may have the key.
    Compromised,
    /// Another key took its place.
    Replaced,
}

impl Reason {
    const fn code(self) -> u64 {
        match self {
            Self::Unspecified => 0,
            Self::Retired => 1,
            Self::Lost => 2,
            Self::Compromised => 3,
            Self::Replaced => 4,
        }
    }

    const fn from_code(code: u64) -> Option<Self> {
        Some(match code {
            0 => Self::Unspecified,
            1 => Self::Retired,
            2 => Self::Lost,
            3 => Self::Compromised,
            4 => Self::Replaced,
            _ => return None,
        })
    }
}

/// Withdraws a key. What it signed stays recorded; what is ordered from the milestone on has no
/// effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// The key.
    pub key: KeyId,
    /// The first milestone for which it is withdrawn. One that is not above the milestone that
    /// orders the revocation counts as the next: no outcome is ever changed.
    pub from_milestone: u32,
    /// Why.
    pub reason: Reason,
}

/// Puts a new key in the place of an old one: same organisation, role, label, validity and scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// The key that goes.
    pub old: KeyId,
    /// The key that comes, not in use yet.
    pub new: KeyId,
    /// The first milestone for which the old key is withdrawn, as in [`Revocation`]. Until then
    /// both hold, so that what is under way arrives.
    pub from_milestone: u32,
}

/// Lets another organisation commission items of some products: a contract manufacturer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delegation {
    /// Identifier of the organisation whose numbers they are.
    pub from: String,
    /// Identifier of the organisation that may use them.
    pub to: String,
    /// Prefixes of GTINs in 14 digits, ascending, at most 256; none withdraws the delegation.
    pub gtin_prefixes: Vec<String>,
    /// First millisecond (Unix epoch) for which it holds.
    pub from_ms: u64,
    /// First millisecond for which it no longer holds; `None` if it has no end.
    pub to_ms: Option<u64>,
}

/// One change of the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// Adds an organisation. The root key only.
    Organisation(Organisation),
    /// Adds an author or renews its entry. The root key or the organisation's.
    Author(Author),
    /// Limits a key, replacing what was said before. The root key for organisations' keys; the
    /// root key or the organisation's for authors.
    Scope(Scope),
    /// Withdraws a key. The root key, the organisation's, or the key itself.
    Revocation(Revocation),
    /// Replaces a key. The root key or the organisation's.
    Rotation(Rotation),
    /// Lends the right to commission. The root key or that of the organisation that lends.
    Delegation(Delegation),
}

impl Operation {
    /// Canonical CBOR.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::new();
        match self {
            Self::Organisation(it) => {
                head(&mut out, 5, 1).text(&it.id).text(&it.name);
                out.bytes(it.key.as_bytes());
            }
            Self::Author(it) => write_author(&mut out, it),
            Self::Scope(it) => {
                head(&mut out, 6, 3).bytes(it.key.as_bytes());
                write_list(&mut out, &it.read_points);
                write_list(&mut out, &it.gtin_prefixes);
                match it.rate {
                    Some(rate) => {
                        out.array(2).uint(rate.per_second.into());
                        out.uint(rate.burst.into());
                    }
                    None => drop(out.null()),
                }
            }
            Self::Revocation(it) => {
                head(&mut out, 5, 4).bytes(it.key.as_bytes());
                out.uint(it.from_milestone.into()).uint(it.reason.code());
            }
            Self::Rotation(it) => {
                head(&mut out, 5, 5).bytes(it.old.as_bytes());
                out.bytes(it.new.as_bytes()).uint(it.from_milestone.into());
            }
            Self::Delegation(it) => {
                head(&mut out, 7, 6).text(&it.from).text(&it.to);
                write_list(&mut out, &it.gtin_prefixes);
                out.uint(it.from_ms);
                write_end(&mut out, it.to_ms);
            }
        }
        out.into_vec()
    }

    /// The operation as an item of a registry block. `salt` is 16 random bytes.
    pub fn to_item(&self, salt: [u8; 16]) -> Item {
        Item {
            salt,
            media: Media::REGISTRY,
            body: self.to_bytes(),
        }
    }

    /// Reads canonical CBOR; anything else is refused.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes, limits::OPERATION_BYTES_MAX, WHAT)?;
        let parts = reader.array(9)?;
        reader.exactly(VERSION, "version 1")?;
        let operation = match (parts, reader.uint(u64::MAX)?) {
            (5, 1) => Self::Organisation(Organisation {
                id: read_id(&mut reader)?,
                name: reader.text(limits::LABEL_BYTES_MAX)?.into(),
                key: read_key(&mut reader)?,
            }),
            (9, 2) => Self::Author(read_author(&mut reader)?),
            (6, 3) => Self::Scope(read_scope(&mut reader)?),
            (5, 4) => Self::Revocation(Revocation {
                key: read_key(&mut reader)?,
                from_milestone: reader.u32()?,
                reason: read_reason(&mut reader)?,
            }),
            (5, 5) => Self::Rotation(Rotation {
                old: read_key(&mut reader)?,
                new: read_key(&mut reader)?,
                from_milestone: reader.u32()?,
            }),
            (7, 6) => Self::Delegation(read_delegation(&mut reader)?),
            _ => return Err(reader.fail(Fault::Value("this operation is not known"))),
        };
        reader.finish()?;
        Ok(operation)
    }
}

fn head(out: &mut Writer, parts: usize, code: u64) -> &mut Writer {
    out.array(parts).int(VERSION).uint(code)
}

fn write_author(out: &mut Writer, it: &Author) {
    head(out, 9, 2).bytes(it.key.as_bytes());
    out.text(&it.organisation)
        .uint(it.role.code())
        .text(&it.label);
    out.uint(it.valid_from_ms);
    write_end(out, it.valid_to_ms);
    out.text_map(&it.attributes);
}

fn write_end(out: &mut Writer, end_ms: Option<u64>) {
    match end_ms {
        Some(end) => out.uint(end),
        None => out.null(),
    };
}

fn write_list(out: &mut Writer, entries: &[String]) {
    out.array(entries.len());
    for entry in entries {
        out.text(entry);
    }
}

fn read_author(reader: &mut Reader<'_>) -> Result<Author, Malformed> {
    let key = read_key(reader)?;
    let organisation = read_id(reader)?;
    let role = Role::from_code(reader.uint(u64::MAX)?)
        .ok_or_else(|| reader.fail(Fault::Value("this role is not known")))?;
    let label = reader.text(limits::LABEL_BYTES_MAX)?.into();
    let valid_from_ms = reader.uint(u64::MAX)?;
    let valid_to_ms = read_end(reader)?;
    let attributes = reader.text_map(limits::ATTRIBUTES_MAX, limits::ATTRIBUTE_BYTES_MAX)?;
    Ok(Author {
        key,
        organisation,
        role,
        label,
        valid_from_ms,
        valid_to_ms,
        attributes,
    })
}

fn read_scope(reader: &mut Reader<'_>) -> Result<Scope, Malformed> {
    let key = read_key(reader)?;
    let read_points = read_list(reader, limits::READ_POINT_BYTES_MAX, |text| {
        !text.is_empty() && !text.chars().any(char::is_control)
    })?;
    let gtin_prefixes = read_prefixes(reader)?;
    let rate = if reader.null() {
        None
    } else {
        let before = reader.clone();
        reader.array_of(2, "per_second and burst")?;
        let (per_second, burst) = (reader.u32()?, reader.u32()?);
        if per_second == 0 || burst == 0 {
            return Err(before.fail(Fault::Value("a rate is at least one block a second")));
        }
        Some(Rate { per_second, burst })
    };
    Ok(Scope {
        key,
        read_points,
        gtin_prefixes,
        rate,
    })
}

fn read_delegation(reader: &mut Reader<'_>) -> Result<Delegation, Malformed> {
    Ok(Delegation {
        from: read_id(reader)?,
        to: read_id(reader)?,
        gtin_prefixes: read_prefixes(reader)?,
        from_ms: reader.uint(u64::MAX)?,
        to_ms: read_end(reader)?,
    })
}

fn read_reason(reader: &mut Reader<'_>) -> Result<Reason, Malformed> {
    let before = reader.clone();
    Reason::from_code(reader.uint(u64::MAX)?)
        .ok_or_else(|| before.fail(Fault::Value("this reason is not known")))
}

fn read_end(reader: &mut Reader<'_>) -> Result<Option<u64>, Malformed> {
    if reader.null() {
        Ok(None)
    } else {
        reader.uint(u64::MAX).map(Some)
    }
}

fn read_prefixes(reader: &mut Reader<'_>) -> Result<Vec<String>, Malformed> {
    read_list(reader, 14, |text| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// A list of texts in ascending order, none twice.
fn read_list(
    reader: &mut Reader<'_>,
    bytes_max: usize,
    is_good: impl Fn(&str) -> bool,
) -> Result<Vec<String>, Malformed> {
    let count = reader.array(limits::SCOPE_ENTRIES_MAX)?;
    let mut list: Vec<String> = Vec::new();
    for _ in 0..count {
        let before = reader.clone();
        let text = reader.text(bytes_max)?;
        if !is_good(text) {
            return Err(before.fail(Fault::Value("an entry of the list is not allowed in it")));
        }
        if list.last().is_some_and(|last| last.as_str() >= text) {
            return Err(before.fail(Fault::Order));
        }
        list.push(text.into());
    }
    Ok(list)
}

fn read_id(reader: &mut Reader<'_>) -> Result<String, Malformed> {
    let id = reader.text(limits::ORGANISATION_ID_BYTES_MAX)?;
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(reader.fail(Fault::Value("an identifier is printable ascii")));
    }
    Ok(id.into())
}

fn read_key(reader: &mut Reader<'_>) -> Result<KeyId, Malformed> {
    let key = KeyId::new(reader.fixed("a key of 32 bytes")?);
    if key.is_acceptable() {
        Ok(key)
    } else {
        Err(reader.fail(Fault::Value(
            "the key is not a canonical ed25519 key of full order",
        )))
    }
}
