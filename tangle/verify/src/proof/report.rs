//! Checking a proof file, step by step, so that a failure says what exactly does not hold.

use alloc::vec::Vec;

use super::file::{ProofFile, ProofItem};
use crate::block::Statement;
use crate::checkpoint::{Checkpoint, VerifierKey};
use crate::genesis::Genesis;
use crate::header::Header;
use crate::ids::{BlockId, NetworkId};
use crate::merkle;
use crate::outcome::{LogLeaf, Outcome};
use crate::text::Said;

/// The steps in their order. Each rests on those before it.
pub const STEPS: [&str; 8] = [
    "file",
    "block-format",
    "signature",
    "item-path",
    "leaf",
    "inclusion",
    "checkpoint-signature",
    "trust",
];

/// One step that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its name, one of [`STEPS`].
    pub name: &'static str,
    /// Whether it holds.
    pub ok: bool,
    /// What was found, for people: lower case, no full stop.
    pub detail: Said,
}

/// Whose word the checkpoint's keys rest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// A key the caller gave signed the checkpoint.
    Given,
    /// Only the keys in the file's own trust section: nothing was changed since the file was
    /// made, but the file itself says by whom.
    Pinned,
}

/// A witness that co-signed the checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witnessed {
    /// Its key, one of those given.
    pub key: VerifierKey,
    /// When it co-signed, seconds since the Unix epoch, by its own clock.
    pub time_s: u64,
}

/// Whom the caller trusts. Keys of logs and of witnesses are told apart by their type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Policy<'k> {
    /// Keys of logs and witnesses; `None` leaves it to the keys pinned in the file.
    pub keys: Option<&'k [VerifierKey]>,
    /// How many of the given witnesses must have co-signed, each key counted once whatever
    /// names it goes by.
    pub witnesses_min: usize,
}

/// What a proof shows, once every step holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proved {
    /// The network's configuration.
    pub genesis: Genesis,
    /// The network's id.
    pub network: NetworkId,
    /// The block's id.
    pub id: BlockId,
    /// The block's header.
    pub header: Header,
    /// The items shown, ascending by index.
    pub items: Vec<ProofItem>,
    /// The milestone that ordered the block.
    pub milestone: u32,
    /// What became of it.
    pub outcome: Outcome,
    /// Its position in the log.
    pub position: u64,
    /// The checkpoint it is proved against.
    pub checkpoint: Checkpoint,
    /// The keys that signed the checkpoint: the log's and its witnesses', in order of the lines.
    pub signers: Vec<VerifierKey>,
    /// Those of the witnesses' signatures whose key was given, with their time.
    pub witnesses: Vec<Witnessed>,
    /// Whose word the signers rest on.
    pub trust: Trust,
}

/// The result of checking a proof file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The steps taken, in order, up to and including the first that fails.
    pub steps: Vec<Step>,
    /// What is proved: present exactly when every step holds.
    pub proved: Option<Proved>,
}

impl Report {
    /// Whether every step holds.
    pub fn ok(&self) -> bool {
        self.proved.is_some()
    }

    /// The step that does not hold, if any.
    pub fn failed(&self) -> Option<&Step> {
        self.steps.iter().find(|step| !step.ok)
    }
}

/// Checks a proof file. With `trust`, one of the keys given must have signed the checkpoint as
/// its log; without, the keys pinned in the file count and the report says so.
pub fn verify(bytes: &[u8], trust: Option<&[VerifierKey]>) -> Report {
    let policy = Policy {
        keys: trust,
        witnesses_min: 0,
    };
    verify_with(bytes, &policy)
}

/// Checks a proof file as [`verify`] does, and that enough witnesses co-signed its checkpoint.
pub fn verify_with(bytes: &[u8], policy: &Policy<'_>) -> Report {
    let mut steps = Vec::new();
    let proved = run(&mut steps, bytes, policy).ok();
    Report { steps, proved }
}

/// Stops at the first step that fails, which is then the last in the list.
struct Failed;

/// Records a step; its detail is the finding or the error.
fn step<T>(steps: &mut Vec<Step>, outcome: Result<(T, Said), Said>) -> Result<T, Failed> {
    let name = STEPS.get(steps.len()).copied().unwrap_or("trust");
    match outcome {
        Ok((value, detail)) => {
            steps.push(Step {
                name,
                ok: true,
                detail,
            });
            Ok(value)
        }
        Err(detail) => {
            steps.push(Step {
                name,
                ok: false,
                detail,
            });
            Err(Failed)
        }
    }
}

fn run(steps: &mut Vec<Step>, bytes: &[u8], policy: &Policy<'_>) -> Result<Proved, Failed> {
    let (file, checkpoint) = step(steps, check_file(bytes))?;
    let (genesis, statement) = step(steps, check_format(&file))?;
    let network = genesis.network_id();
    let id = step(steps, check_signature(&statement, &network))?;
    step(steps, check_items(&file.items, &statement))?;
    let (leaf, milestone, outcome) = step(steps, check_leaf(&file.leaf, &id))?;
    step(steps, check_inclusion(&file, &leaf, &checkpoint))?;
    step(steps, check_checkpoint(&file, &checkpoint))?;
    let (trust, witnesses) = step(steps, check_trust(&file, &checkpoint, policy))?;
    Ok(Proved {
        genesis,
        network,
        id,
        header: statement.header().clone(),
        items: file.items,
        milestone,
        outcome,
        position: file.index,
        checkpoint,
        signers: file.keys,
        witnesses,
        trust,
    })
}

type Finding<T> = Result<(T, Said), Said>;

fn check_file(bytes: &[u8]) -> Finding<(ProofFile, Checkpoint)> {
    let file = ProofFile::decode(bytes).map_err(|error| say!("{error}"))?;
    let checkpoint = file
        .note
        .checkpoint()
        .map_err(|error| say!("the checkpoint: {error}"))?;
    let detail = say!(
        "a proof of {} bytes, {} items shown",
        bytes.len(),
        file.items.len()
    );
    Ok(((file, checkpoint), detail))
}

fn check_format(file: &ProofFile) -> Finding<(Genesis, Statement)> {
    let genesis = Genesis::from_bytes(&file.genesis).map_err(|error| say!("{error}"))?;
    let statement = Statement::decode(&file.statement).map_err(|error| say!("{error}"))?;
    let detail = say!("a block statement for the network {}", genesis.name);
    Ok(((genesis, statement), detail))
}

fn check_signature(statement: &Statement, network: &NetworkId) -> Finding<BlockId> {
    let id = statement.verify(network).map_err(|error| say!("{error}"))?;
    Ok((
        id,
        say!("block {id} is signed by {}", statement.header().kid),
    ))
}

fn check_items(items: &[ProofItem], statement: &Statement) -> Finding<()> {
    let payload = statement.payload();
    let mut size = 0;
    for shown in items {
        let (index, count) = (u64::from(shown.index), u64::from(payload.items_count));
        merkle::verify_inclusion(
            &shown.item.leaf(),
            index,
            count,
            &shown.path,
            &payload.items_root,
        )
        .map_err(|error| say!("item {index} is not in the block: {error}"))?;
        size += shown.item.size();
    }
    let hidden = usize::from(payload.items_count).saturating_sub(items.len());
    if !payload.fits(size, hidden) {
        return Err(say!(
            "the items shown do not fit the signed length of all items"
        ));
    }
    Ok((
        (),
        say!(
            "{} of {} items shown belong to the block",
            items.len(),
            payload.items_count
        ),
    ))
}

fn check_leaf(bytes: &[u8], block: &BlockId) -> Finding<(LogLeaf, u32, Outcome)> {
    let leaf = LogLeaf::from_bytes(bytes).map_err(|error| say!("{error}"))?;
    match leaf {
        LogLeaf::Block {
            id,
            milestone,
            outcome,
        } if id == *block => {
            let detail = say!("ordered by milestone {milestone}, {outcome}");
            Ok(((leaf, milestone, outcome), detail))
        }
        LogLeaf::Block { id, .. } => Err(say!("the leaf is about another block, {id}")),
        LogLeaf::Milestone { .. } => Err(say!("the leaf is about a milestone, not a block")),
    }
}

fn check_inclusion(file: &ProofFile, leaf: &LogLeaf, checkpoint: &Checkpoint) -> Finding<()> {
    let (index, size) = (file.index, checkpoint.size);
    merkle::verify_inclusion(&leaf.hash(), index, size, &file.path, &checkpoint.root)
        .map_err(|error| say!("the leaf is not in the log: {error}"))?;
    Ok(((), say!("leaf {index} of {size}")))
}

/// Every signature line must be made by the key pinned for it, and the log's own key must be
/// among them: so neither a line nor a pinned key can be changed, added or left over.
fn check_checkpoint(file: &ProofFile, checkpoint: &Checkpoint) -> Finding<()> {
    let signatures = &file.note.signatures;
    if signatures.len() != file.keys.len() {
        let (lines, keys) = (signatures.len(), file.keys.len());
        return Err(say!("{lines} signatures but {keys} pinned keys"));
    }
    for (signature, key) in signatures.iter().zip(&file.keys) {
        if !signature.is_by(key) {
            return Err(say!(
                "a signature names {}, its pinned key is {key}",
                signature.name
            ));
        }
        signature
            .check(key, &file.note.text)
            .map_err(|error| say!("{error}"))?;
    }
    let origin = &checkpoint.origin;
    if !file.keys.iter().any(|key| checkpoint.is_signed_by(key)) {
        return Err(say!("the log {origin} did not sign its checkpoint"));
    }
    Ok((
        (),
        say!("checkpoint of {origin} at {} leaves", checkpoint.size),
    ))
}

fn check_trust(
    file: &ProofFile,
    checkpoint: &Checkpoint,
    policy: &Policy<'_>,
) -> Finding<(Trust, Vec<Witnessed>)> {
    let origin = &checkpoint.origin;
    let wanted = policy.witnesses_min;
    let Some(given) = policy.keys else {
        if wanted > 0 {
            return Err(say!(
                "witnesses are asked for, but no keys of witnesses are given"
            ));
        }
        let detail = say!("only by the keys pinned in the file itself, of {origin}");
        return Ok(((Trust::Pinned, Vec::new()), detail));
    };
    let own = given
        .iter()
        .find(|key| checkpoint.is_signed_by(key) && file.keys.contains(key));
    let Some(own) = own else {
        let count = given.len();
        return Err(say!(
            "none of the {count} keys given signed as the log {origin}"
        ));
    };
    let witnesses = witnesses(file, given);
    if witnesses.len() < wanted {
        let found = witnesses.len();
        return Err(say!(
            "{found} of the witnesses given co-signed, {wanted} are needed"
        ));
    }
    let detail = match witnesses.len() {
        0 => say!("signed by the given key {own}"),
        count => say!("signed by the given key {own}, co-signed by {count} of the witnesses"),
    };
    Ok(((Trust::Given, witnesses), detail))
}

/// The given witnesses that co-signed, by the order of the lines; one key counts once, however
/// many names and lines it has.
fn witnesses(file: &ProofFile, given: &[VerifierKey]) -> Vec<Witnessed> {
    let mut found: Vec<Witnessed> = Vec::new();
    for (signature, key) in file.note.signatures.iter().zip(&file.keys) {
        let counted = found.iter().any(|known| known.key.key() == key.key());
        if counted || !key.is_witness() || !given.contains(key) {
            continue;
        }
        found.extend(signature.time_s().map(|time_s| Witnessed {
            key: key.clone(),
            time_s,
        }));
    }
    found
}
