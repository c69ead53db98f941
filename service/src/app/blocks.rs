//! Blocks as such: gateways upload them and ask where the next one attaches; anybody who may
//! query looks at one.
use gs1::epcis::Event;
use serde_json::Value;
use tangle::{Anchor, BlockId, Hlc, KeyId, Kind, Media, Outcome, SignedBlock, VerifiedBlock};

use crate::app::cases::sees_case;
use crate::app::events::owner;
use crate::app::failure::{Code, Failure};
use crate::app::visible::{Subject, visible};
use crate::auth::{Permit, Role, actions};
use crate::limits::UPLOAD_BLOCKS_MAX;
use crate::node::comments;
use crate::node::grants::{Grantee, Said};
use crate::node::items::{COMMENT, GRANT, VERIFICATION};
use crate::node::{Admission, Node};

/// Takes in blocks; one admission for each, in order, durable when recorded.
///
/// # Errors
/// `malformed` with the number of the first block that cannot be read, `too_large` for too many,
/// `forbidden` for one of another device than the key's; then nothing is taken.
pub fn upload(
    node: &Node,
    permit: &Permit<actions::SubmitBlocks>,
    envelopes: &[&[u8]],
) -> Result<Vec<Admission>, Failure> {
    node.submit_blocks(decoded(permit, envelopes)?)
}

/// As [`upload`], for a few blocks, without a thread that waits for the disk.
///
/// # Errors
/// As [`upload`].
pub async fn upload_few(
    node: &Node,
    permit: &Permit<actions::SubmitBlocks>,
    envelopes: &[&[u8]],
) -> Result<Vec<Admission>, Failure> {
    node.submit_few(decoded(permit, envelopes)?).await
}

fn decoded(
    permit: &Permit<actions::SubmitBlocks>,
    envelopes: &[&[u8]],
) -> Result<Vec<SignedBlock>, Failure> {
    if envelopes.len() > UPLOAD_BLOCKS_MAX {
        let text = format!("an upload may hold {UPLOAD_BLOCKS_MAX} blocks");
        return Err(Failure::new(Code::TooLarge, text));
    }
    let decode = |(at, envelope): (usize, &&[u8])| {
        let block = SignedBlock::decode(envelope).map_err(|error| {
            Failure::new(
                Code::Malformed,
                format!("block {at} of the upload: {error}"),
            )
        })?;
        if may_deliver(permit, &block.header().kid) {
            return Ok(block);
        }
        let text = format!("block {at} of the upload is not of this key's device");
        Err(Failure::new(Code::Forbidden, text))
    };
    envelopes.iter().enumerate().map(decode).collect()
}

/// Whether the key may upload blocks of an author: a device's key only those of the device.
fn may_deliver(permit: &Permit<actions::SubmitBlocks>, author: &KeyId) -> bool {
    let principal = permit.principal();
    let device = principal.scope.device.as_deref();
    let device = device.and_then(|device| device.parse::<KeyId>().ok());
    principal.has(Role::Gateway) || device.is_some_and(|device| device == *author)
}

/// Where an author's next block goes.
#[derive(Clone, Debug)]
pub struct Tips {
    /// The author's epoch.
    pub epoch: u32,
    /// Next free position in its chain.
    pub seq: u64,
    /// Its latest block.
    pub prev: Option<BlockId>,
    /// What else to approve.
    pub parents: Vec<BlockId>,
    /// A clock above all of those.
    pub hlc: Hlc,
    /// The latest checkpoint.
    pub anchor: Option<Anchor>,
    /// The latest checkpoint as a signed note.
    pub checkpoint: Option<String>,
}

/// Where the next block of `author` attaches.
///
/// # Errors
/// `not_found` for a key that is not registered.
pub fn tips(
    node: &Node,
    permit: &Permit<actions::SubmitBlocks>,
    author: &KeyId,
) -> Result<Tips, Failure> {
    if !may_deliver(permit, author)
        || node
            .read(|reader| Ok(reader.registry()))?
            .principal(author)
            .is_none()
    {
        return Err(Failure::not_found("author"));
    }
    let attach = node.attach(author)?;
    Ok(Tips {
        epoch: attach.epoch,
        seq: attach.seq,
        prev: attach.prev,
        parents: attach.parents.as_slice().to_vec(),
        hlc: attach.hlc,
        anchor: attach.anchor,
        checkpoint: node.checkpoint().map(|signed| signed.note.clone()),
    })
}

/// How far a block has come.
#[derive(Clone, Copy, Debug)]
pub struct Finality {
    /// Recorded, ordered, final.
    pub status: tangle::Status,
    /// Place in the total order.
    pub position: Option<u64>,
    /// Size of the checkpoint that covers it.
    pub checkpoint_size: Option<u64>,
}

/// How far a block has come; `None` when it is not recorded here.
///
/// # Errors
/// The ledger's.
pub fn finality(node: &Node, id: &BlockId) -> Result<Option<Finality>, Failure> {
    let Some(status) = node.read(|reader| reader.status(id))? else {
        return Ok(None);
    };
    let position = node
        .read(|reader| reader.position(id))?
        .map(|it| it.position);
    let signed = node
        .checkpoint()
        .filter(|_| status == tangle::Status::Final);
    let checkpoint_size = signed.map(|signed| signed.checkpoint.size);
    Ok(Some(Finality {
        status,
        position,
        checkpoint_size,
    }))
}

/// When a block was ordered, Unix milliseconds.
pub(crate) fn recorded_ms(node: &Node, id: &BlockId) -> Result<Option<i64>, Failure> {
    let Some(position) = node.read(|reader| reader.position(id))? else {
        return Ok(None);
    };
    let fold = node.fold();
    Ok(fold
        .catalog
        .block_at(position.position)
        .map(|(_, row)| row.recorded_ms))
}

/// A block as it is shown.
#[derive(Clone, Debug)]
pub struct BlockView {
    /// The block.
    pub block: VerifiedBlock,
    /// The organisation that recorded it.
    pub organisation: Option<String>,
    /// How far it has come.
    pub finality: Finality,
    /// What became of it.
    pub outcome: Option<Outcome>,
    /// Its items, readable ones as JSON.
    pub items: Vec<ItemView>,
}

/// An item as it is shown.
#[derive(Clone, Debug)]
pub struct ItemView {
    /// Number in the block.
    pub index: u16,
    /// What its bytes are.
    pub media: Media,
    /// Its size, bytes.
    pub bytes: usize,
    /// Its content, where it is JSON and may be seen.
    pub json: Option<Value>,
}

/// A block by id.
///
/// # Errors
/// `not_found` when it is not there or holds nothing the principal may see.
pub fn block(node: &Node, permit: &Permit<actions::Query>, id: &str) -> Result<BlockView, Failure> {
    let missing = || Failure::not_found("block");
    let id: BlockId = id.parse().map_err(|_| missing())?;
    let block = node.block(&id)?.ok_or_else(missing)?;
    let organisation = owner(node, &block);
    let sight = Sight::of(node, permit, &block, organisation.as_deref());
    let mut items = Vec::new();
    let mut any = sight.of_block();
    for (index, item) in block.items() {
        let shown = sight.of_item(item);
        any |= shown;
        items.push(ItemView {
            index,
            media: item.media,
            bytes: item.size(),
            json: shown
                .then(|| serde_json::from_slice(&item.body).ok())
                .flatten(),
        });
    }
    if !any {
        return Err(missing());
    }
    let finality = finality(node, &id)?.ok_or_else(missing)?;
    let outcome = node.read(|reader| reader.outcome(&id))?;
    Ok(BlockView {
        block,
        organisation,
        finality,
        outcome,
        items,
    })
}

/// What a principal sees of a block.
pub(crate) struct Sight<'a> {
    node: &'a Node,
    permit: &'a Permit<actions::Query>,
    organisation: Option<&'a str>,
    kind: Kind,
}

impl<'a> Sight<'a> {
    /// Of a block that an organisation recorded.
    pub(crate) fn of(
        node: &'a Node,
        permit: &'a Permit<actions::Query>,
        block: &VerifiedBlock,
        organisation: Option<&'a str>,
    ) -> Self {
        Self {
            node,
            permit,
            organisation,
            kind: block.header().kind,
        }
    }

    /// Whether it sees that there is one, whatever is in it. What parties say to each other, or
    /// ask, is theirs; the rest everybody needs to check proofs.
    pub(crate) fn of_block(&self) -> bool {
        let is_theirs = matches!(
            self.kind,
            Kind::Events | Kind::SensorBatch | Kind::Grant | Kind::Opaque(_)
        );
        !is_theirs || self.own() || self.permit.principal().sees_all()
    }

    /// Whether it sees what an item says.
    pub(crate) fn of_item(&self, item: &tangle::Item) -> bool {
        match item.media {
            Media::EPCIS_EVENT => may_see(self.node, self.permit, &item.body, self.organisation),
            Media::DECISION | Media::MASTER_DATA => true,
            VERIFICATION => self.own() || self.permit.principal().sees_all(),
            GRANT => self.own() || sees_grant(self.permit, &item.body),
            COMMENT => self.own() || self.sees_comment(&item.body),
            _ => false,
        }
    }

    /// What is said about a case is said to whoever sees it.
    fn sees_comment(&self, body: &[u8]) -> bool {
        let principal = self.permit.principal();
        let about = comments::Said::read(body);
        principal.sees_all()
            || about.is_some_and(|comments::Said::CaseComment { case, .. }| {
                sees_case(&self.node.fold(), principal, &case)
            })
    }

    fn own(&self) -> bool {
        self.organisation.is_some() && self.organisation == self.permit.principal().party.as_deref()
    }
}

/// A grant is seen by both sides; who only oversees sees all of them or those to its role.
fn sees_grant(permit: &Permit<actions::Query>, body: &[u8]) -> bool {
    let principal = permit.principal();
    let to = match Said::read(body) {
        Some(Said::Grant(grant)) => Some(grant.to),
        _ => None,
    };
    principal.sees_all()
        || to.is_some_and(|to| match to {
            Grantee::Party(gln) => principal.party.as_ref() == Some(&gln),
            Grantee::Role(role) => principal.has(role),
            Grantee::Link(_) => false,
        })
}

fn may_see(node: &Node, permit: &Permit<actions::Query>, body: &[u8], owner: Option<&str>) -> bool {
    if permit.principal().sees_all() {
        return true;
    }
    let Ok(event) = Event::from_canonical(body) else {
        return false;
    };
    visible(
        &node.fold(),
        permit.principal(),
        Subject::Event(&event, owner),
    )
}
