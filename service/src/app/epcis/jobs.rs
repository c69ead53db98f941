//! Capture jobs. Usually a capture is done when it is answered, and its job is the block that
//! holds the events: it needs no record of its own and cannot be lost. A capture that went on in
//! spite of errors (`proceed`), or that the client did not want to wait for
//! (`Prefer: respond-async`), has a record; its document is on disk before it is acknowledged and
//! is recorded after a restart, too. Recording it twice records nothing twice.
use std::sync::atomic::{AtomicU64, Ordering};

use gs1::epcis::Event;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tangle::{BlockId, Kind};

use super::ask::Paging;
use super::greedy::{self, single};
use super::search;
use super::token::{self, Further, Mark, Question, Token};
use crate::app::capture::{self, read};
use crate::app::failure::{Code, Failure};
use crate::auth::{Permit, Principal, actions};
use crate::client::segment;
use crate::limits::{CAPTURE_JOBS_KEEP_MS, CAPTURE_JOBS_WAITING_MAX};
use crate::node::Node;
use crate::node::fold::OPERATOR;
use crate::store::shelf::Shelf;
use crate::store::{Change, Durably, StoreError};

/// So many records of finished captures are written to disk together at the latest.
const RECORDS_TOGETHER: u64 = 64;

/// What happens to a document with errors.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Behaviour {
    /// All events or none.
    Rollback,
    /// Whatever can be recorded.
    Proceed,
}

impl Behaviour {
    /// The value of the header `GS1-Capture-Error-Behaviour`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rollback => "rollback",
            Self::Proceed => "proceed",
        }
    }
}

/// State of a capture job.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Job {
    /// Its id.
    pub id: String,
    /// Organisation whose it is.
    owner: String,
    /// When it began, Unix milliseconds.
    pub created_ms: i64,
    /// When it ended.
    pub finished_ms: Option<i64>,
    /// Whether nothing was wrong so far.
    pub success: bool,
    /// What happens to errors.
    pub behaviour: Behaviour,
    /// What was wrong, as problems of RFC 7807.
    pub errors: Vec<Value>,
}

/// A party's name in the ledger.
fn owner_of(principal: &Principal) -> &str {
    principal.party.as_deref().unwrap_or(OPERATOR)
}

/// Records a document and gives the job, which is done.
///
/// # Errors
/// `validation` with every fault by JSON pointer, `capture_limit`, and the writer's.
pub fn capture(
    node: &Node,
    permit: &Permit<actions::Capture>,
    document: &[u8],
    behaviour: Behaviour,
) -> Result<Job, Failure> {
    let owner = owner_of(permit.principal());
    let begun = Begun {
        owner,
        behaviour,
        created_ms: node.world().now_ms(),
        id: None,
    };
    let job = carry_out(node, &begun, document)?;
    keep(node, &job, sometimes())?;
    Ok(job)
}

/// Takes a document in to be recorded later, and gives the job, which runs. Whoever calls this
/// wakes the one who works.
///
/// # Errors
/// `validation` for what is no document at all, `overloaded` when too many wait.
pub fn accept(
    node: &Node,
    permit: &Permit<actions::Capture>,
    document: &[u8],
    behaviour: Behaviour,
) -> Result<Job, Failure> {
    let owner = owner_of(permit.principal());
    node.signer(permit.principal().party.as_deref())?;
    let waiting = waiting(node)?;
    if waiting.len() >= CAPTURE_JOBS_WAITING_MAX {
        let text = format!("{CAPTURE_JOBS_WAITING_MAX} documents wait already");
        return Err(Failure::new(Code::Overloaded, text));
    }
    let job = Job {
        id: node.world().uuid().to_string(),
        owner: owner.to_owned(),
        created_ms: node.world().now_ms(),
        finished_ms: None,
        success: true,
        behaviour,
        errors: Vec::new(),
    };
    let body = Change::put_bytes(Shelf::Bodies, &job.id, document.to_vec());
    let mut changes = records(&job).map_err(Failure::internal)?;
    changes.push(body);
    let kept = node.store().change(&changes, Durably::Yes);
    kept.map_err(Failure::internal)?;
    Ok(job)
}

/// Ids of the jobs that wait, oldest first.
pub(super) fn waiting(node: &Node) -> Result<Vec<String>, Failure> {
    let most = CAPTURE_JOBS_WAITING_MAX;
    let keys = node.store().keys_from(Shelf::Bodies, "", None, most);
    keys.map_err(Failure::internal)
}

/// Carries out one job that waits.
///
/// # Errors
/// Those after which it may be tried again: the writer's and the store's.
pub(super) fn work(node: &Node, id: &str) -> Result<(), Failure> {
    let job: Option<Job> = node
        .store()
        .record(Shelf::Jobs, id)
        .map_err(Failure::internal)?;
    let document = node
        .store()
        .bytes(Shelf::Bodies, id)
        .map_err(Failure::internal)?;
    let mut changes = vec![Change::remove(Shelf::Bodies, id)];
    if let (Some(job), Some(document)) = (job, document) {
        let begun = Begun {
            owner: &job.owner,
            behaviour: job.behaviour,
            created_ms: job.created_ms,
            id: Some(id),
        };
        let done = match carry_out(node, &begun, &document) {
            Ok(done) => done,
            Err(failure) if is_theirs(&failure) => refused(node, job, &failure),
            Err(failure) => return Err(failure),
        };
        changes.extend(records(&done).map_err(Failure::internal)?);
    }
    node.store()
        .change(&changes, Durably::Yes)
        .map_err(Failure::internal)
}

fn is_theirs(failure: &Failure) -> bool {
    (400..500).contains(&failure.code().row().status)
}

/// A failure as a problem of RFC 7807, for those who are told later.
pub(crate) fn problem(failure: &Failure) -> Value {
    let row = failure.code().row();
    let faults: Vec<Value> = failure
        .faults()
        .iter()
        .map(|it| serde_json::json!({ "pointer": it.pointer, "detail": it.detail }))
        .collect();
    serde_json::json!({
        "type": format!("epcisException:{}", row.epcis),
        "title": row.title,
        "status": row.status,
        "detail": failure.outside(),
        "errors": faults
    })
}

fn refused(node: &Node, job: Job, failure: &Failure) -> Job {
    let error = problem(failure);
    Job {
        finished_ms: Some(node.world().now_ms()),
        success: false,
        errors: vec![error],
        ..job
    }
}

/// A capture that begins.
struct Begun<'a> {
    owner: &'a str,
    behaviour: Behaviour,
    created_ms: i64,
    /// Its id, where it has one already.
    id: Option<&'a str>,
}

/// Records what can be recorded.
fn carry_out(node: &Node, begun: &Begun<'_>, document: &[u8]) -> Result<Job, Failure> {
    let party = (begun.owner != OPERATOR).then_some(begun.owner);
    let (captured, errors) = match begun.behaviour {
        Behaviour::Rollback => {
            let captured = capture::record_parsed(node, party, &read(document)?)?;
            (captured, Vec::new())
        }
        Behaviour::Proceed => {
            let parts = greedy::parts(document)?;
            let captured = capture::record_parsed(node, party, &parts.document)?;
            let told = parts.faults.iter();
            let told = told.map(|(at, faults)| greedy::told(*at, faults));
            (captured, told.collect())
        }
    };
    tracing::info!(
        block.id = %captured.job,
        events = captured.events,
        known = captured.known,
        refused = errors.len(),
        "captured a document"
    );
    let id = match begun.id {
        Some(id) => id.to_owned(),
        None if errors.is_empty() => captured.job.to_string(),
        None => node.world().uuid().to_string(),
    };
    Ok(Job {
        id,
        owner: begun.owner.to_owned(),
        created_ms: begun.created_ms,
        finished_ms: Some(node.world().now_ms()),
        success: errors.is_empty(),
        behaviour: begun.behaviour,
        errors,
    })
}

/// Records one event and gives it back under its id.
///
/// # Errors
/// `conflict` when an event of this id is there that the party sees, unless the new one declares
/// an error of it; and as [`capture()`].
pub fn capture_one(
    node: &Node,
    permit: &Permit<actions::Capture>,
    body: &[u8],
) -> Result<Event, Failure> {
    let principal = permit.principal();
    let event = single(body)?;
    let id = event.event_id_or_hash();
    let busy = || Failure::new(Code::Conflict, "an event with this id is being recorded");
    let _one = node
        .store()
        .claim(&format!("event/{id}"))
        .ok_or_else(busy)?;
    let declares = event.error_declaration.is_some();
    if event.event_id.is_some() && !declares && search::named(node, principal, &id).is_ok() {
        let text = "an event with this id exists, and the new one declares no error of it";
        return Err(Failure::new(Code::Conflict, text));
    }
    capture::record(node, principal.party.as_deref(), body)?;
    event.with_event_id(&id).map_err(Failure::internal)
}

/// The job with this id, for the party whose it is.
///
/// # Errors
/// `not_found`.
pub fn job(node: &Node, permit: &Permit<actions::Capture>, id: &str) -> Result<Job, Failure> {
    let missing = || Failure::not_found("capture");
    let owns = |owner: &str| {
        let principal = permit.principal();
        principal.sees_all() || owner == owner_of(principal)
    };
    let known: Option<Job> = node
        .store()
        .record(Shelf::Jobs, id)
        .map_err(Failure::internal)?;
    match known {
        Some(job) if owns(&job.owner) => return Ok(job),
        Some(_) => return Err(missing()),
        None => {}
    }
    let block: BlockId = id.parse().map_err(|_| missing())?;
    let found = node.block(&block)?.ok_or_else(missing)?;
    let header = found.header();
    let owner = {
        let fold = node.fold();
        let owner = fold.registry().organisation_of(&header.kid);
        owner.map(ToOwned::to_owned).ok_or_else(missing)?
    };
    if !matches!(header.kind, Kind::Events | Kind::MasterData) || !owns(&owner) {
        return Err(missing());
    }
    let created_ms = i64::try_from(header.hlc.ms()).unwrap_or(i64::MAX);
    let finished_ms = crate::app::blocks::recorded_ms(node, &block)?.unwrap_or(created_ms);
    Ok(Job {
        id: id.to_owned(),
        owner,
        created_ms,
        finished_ms: Some(finished_ms),
        success: true,
        behaviour: Behaviour::Rollback,
        errors: Vec::new(),
    })
}

/// The jobs of a party, oldest first, page by page.
///
/// # Errors
/// `query_parameter` for a token that cannot be used.
pub fn jobs(
    node: &Node,
    permit: &Permit<actions::Capture>,
    question: &Question,
    paging: &Paging,
) -> Result<(Vec<Job>, Option<Token>), Failure> {
    let further = paging
        .token
        .as_deref()
        .map(|text| token::take(node, question, text));
    let after = match further.transpose()?.map(|it| it.mark) {
        Some(Mark::After(key)) => Some(key),
        _ => None,
    };
    let start = format!("{}/", owner_of(permit.principal()));
    let wanted = paging.per_page.saturating_add(1);
    let keys = node
        .store()
        .keys_from(Shelf::JobsOf, &start, after.as_deref(), wanted);
    let mut keys = keys.map_err(Failure::internal)?;
    let more = keys.len() == wanted;
    keys.truncate(paging.per_page);
    let next = keys.last().filter(|_| more).map(|key| {
        let mark = Mark::After(key.clone());
        token::give(node, question, &Further { mark, left: None })
    });
    let mut jobs = Vec::with_capacity(keys.len());
    for key in &keys {
        let id = key.rsplit('/').next().unwrap_or_default();
        let job = node.store().record::<Job>(Shelf::Jobs, id);
        jobs.extend(job.map_err(Failure::internal)?);
    }
    Ok((jobs, next))
}

/// Where a job is to be asked for.
pub fn location(job: &Job) -> String {
    format!("/epcis/capture/{}", job.id)
}

/// Where an event is to be asked for.
pub fn event_location(id: &str) -> String {
    format!("/epcis/events/{}", segment(id))
}

/// Forgets jobs that ended long ago; their events stay.
///
/// # Errors
/// The store's.
pub(super) fn forget_old(node: &Node) -> Result<(), Failure> {
    let before = node.world().now_ms().saturating_sub(CAPTURE_JOBS_KEEP_MS);
    let all = node
        .store()
        .all::<Job>(Shelf::Jobs)
        .map_err(Failure::internal)?;
    let old = all.iter().map(|(_, job)| job);
    let old = old.filter(|job| job.finished_ms.is_some_and(|ms| ms < before));
    let changes: Vec<Change> = old
        .flat_map(|job| {
            [
                Change::remove(Shelf::Jobs, &job.id),
                Change::remove(Shelf::JobsOf, &key_of(job)),
            ]
        })
        .collect();
    if changes.is_empty() {
        return Ok(());
    }
    node.store()
        .change(&changes, Durably::Yes)
        .map_err(Failure::internal)
}

/// Keeps the record of a job that is done; one of that id stays as it is.
fn keep(node: &Node, job: &Job, durably: Durably) -> Result<(), Failure> {
    let known = node
        .store()
        .bytes(Shelf::Jobs, &job.id)
        .map_err(Failure::internal)?;
    if known.is_some() {
        return Ok(());
    }
    let changes = records(job).map_err(Failure::internal)?;
    // What has errors is told by its record only.
    let durably = if job.success { durably } else { Durably::Yes };
    node.store()
        .change(&changes, durably)
        .map_err(Failure::internal)
}

fn records(job: &Job) -> Result<Vec<Change>, StoreError> {
    Ok(vec![
        Change::put(Shelf::Jobs, &job.id, job)?,
        Change::put_bytes(Shelf::JobsOf, &key_of(job), Vec::new()),
    ])
}

/// Sorts by owner and time.
fn key_of(job: &Job) -> String {
    format!("{}/{:020}/{}", job.owner, job.created_ms.max(0), job.id)
}

/// The record of a success can be derived from its block: flushing it each time would halve what
/// a node can take in.
fn sometimes() -> Durably {
    static WRITTEN: AtomicU64 = AtomicU64::new(0);
    let count = WRITTEN.fetch_add(1, Ordering::Relaxed);
    if count.is_multiple_of(RECORDS_TOGETHER) {
        Durably::Yes
    } else {
        Durably::NotYet
    }
}
