//! Publishing master data: parties, locations, products and devices, as blocks like everything
//! else. Who may describe whom is asked before recording, so that a refusal is told at once.
use rules::{Engine, Fact, MasterData};
use tangle::{BlockId, Item, Kind, Media};

use crate::app::failure::{Code, Failure, Fault};
use crate::auth::{Permit, actions};
use crate::limits::{MASTER_RECORDS_MAX, TEXT_CHARS_MAX};
use crate::node::Node;
use crate::node::entitled::{Speaker, entitled};

/// Publishes records; returns the block that holds them.
///
/// # Errors
/// `unprocessable` for none or too many records or overlong texts, `forbidden` when one of them
/// describes somebody else.
pub fn publish(
    node: &Node,
    permit: &Permit<actions::PublishMaster>,
    records: &[MasterData],
) -> Result<BlockId, Failure> {
    let principal = permit.principal();
    if principal.has(crate::auth::Role::Admin) {
        return record(node, None, records);
    }
    let Some(party) = principal.party.as_deref() else {
        return Err(Failure::new(Code::Forbidden, "the key speaks for no party"));
    };
    record(node, Some(party), records)
}

/// Records master data as a party, or as the operator.
pub(crate) fn record(
    node: &Node,
    party: Option<&str>,
    records: &[MasterData],
) -> Result<BlockId, Failure> {
    if records.is_empty() || records.len() > MASTER_RECORDS_MAX {
        let text = format!("give 1 to {MASTER_RECORDS_MAX} records");
        return Err(Failure::new(Code::Unprocessable, text));
    }
    let speaker = party.map_or(Speaker::Operator, Speaker::Party);
    let mut faults = Vec::new();
    {
        let fold = node.fold();
        for (at, record) in records.iter().enumerate() {
            let fact = Fact::Master(record.clone());
            if let Err(why) = entitled(&fold, speaker, &fact) {
                faults.push(Fault {
                    pointer: format!("/{at}"),
                    detail: why.to_string(),
                });
            }
        }
    }
    if !faults.is_empty() {
        let text = "some records describe what is somebody else's; nothing was recorded";
        return Err(Failure::new(Code::Forbidden, text).with_faults(faults));
    }
    let mut items = Vec::with_capacity(records.len());
    for record in records {
        if name_of(record).chars().count() > TEXT_CHARS_MAX {
            let text = format!("a name may have {TEXT_CHARS_MAX} characters");
            return Err(Failure::new(Code::Unprocessable, text));
        }
        items.push(item(node, Media::MASTER_DATA, record)?);
    }
    let made = node.author(node.signer(party)?, Kind::MasterData, vec![items])?;
    made.first()
        .copied()
        .ok_or_else(|| Failure::internal("no block was made"))
}

/// A value as an item of canonical JSON.
pub(crate) fn item<T: serde::Serialize>(
    node: &Node,
    media: Media,
    value: &T,
) -> Result<Item, Failure> {
    let body = serde_json_canonicalizer::to_vec(value).map_err(Failure::internal)?;
    Ok(Item {
        salt: node.world().salt(),
        media,
        body,
    })
}

/// Whether the engine already knows exactly this.
pub(crate) fn is_known(engine: &Engine, record: &MasterData) -> bool {
    match record {
        MasterData::Party(it) => engine.party(it.gln.as_str()) == Some(it),
        MasterData::Location(it) => engine.location(&it.id) == Some(it),
        MasterData::Product(it) => engine.product(&it.gtin) == Some(it),
        MasterData::Device(it) => engine.device(&it.id) == Some(it),
        MasterData::ConsortiumRule(it) => engine
            .consortium_rules()
            .any(|known| known.declaration == &**it),
        // Each one counts: a rule may be put in force and retired again and again.
        MasterData::RuleActivation(_) => false,
        other => engine.knows_master(other),
    }
}

fn name_of(record: &MasterData) -> &str {
    match record {
        MasterData::Party(it) => &it.name,
        MasterData::Location(it) => &it.name,
        MasterData::Product(it) => &it.name,
        MasterData::Device(it) => &it.id,
        MasterData::Delegation(it) => &it.to,
        MasterData::Lane(it) => &it.to,
        MasterData::Licence(it) => &it.id,
        MasterData::Authority(it) => &it.prefix,
        MasterData::KnownBad(it) => &it.notice,
        MasterData::LotQuantity(it) => it.lot.as_str(),
        MasterData::Market(it) => it.gtin.as_str(),
        MasterData::ImportLicence(it) => &it.country,
        MasterData::ConsortiumRule(it) => it.name(),
        MasterData::RuleActivation(_) => "",
    }
}
