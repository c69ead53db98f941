//! Subscriptions: the events of a named query sent on to an address as they are recorded
//! (`stream`) or at set times (`schedule`). Each keeps its place by the number of the event behind
//! the last one that its receiver took, on disk, so that nothing is skipped by a restart and
//! nothing is given up before it was taken.
use std::sync::{Mutex, PoisonError};

use gs1::epcis::translate::{CbvFormat, EpcFormat};
use serde::{Deserialize, Serialize};

use super::ask::Paging;
use super::queries::{self, key_of, missing, owner_of};
use super::schedule::Fields;
use super::search;
use super::show::Form;
use super::token::{Question, Token};
use super::webhook::Address;
use crate::app::failure::{Code, Failure, Fault};
use crate::auth::{Action, Permit, actions};
use crate::limits::{SIGNATURE_TOKEN_CHARS_MAX, SUBSCRIPTIONS_MAX};
use crate::node::Node;
use crate::store::shelf::Shelf;
use crate::store::{Change, Durably};

/// What a client asks for.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Where to send.
    pub dest: String,
    /// Secret of the signature.
    pub signature_token: Option<String>,
    /// As events are recorded.
    pub stream: Option<bool>,
    /// At set times.
    pub schedule: Option<Fields>,
    /// Send even when there is nothing new.
    pub report_if_empty: bool,
    /// Events recorded from then on, Unix milliseconds; from now on without it.
    pub initial_record_ms: Option<i64>,
    /// How to write events.
    pub form: Form,
}

/// A subscription.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Subscription {
    /// Its id.
    pub id: String,
    /// Organisation whose it is.
    pub(super) owner: String,
    /// Name of its query.
    pub query: String,
    /// Id of that query: another one of the same name is not meant.
    #[serde(default)]
    pub(super) query_id: String,
    /// API key it was made with: it ends with it.
    pub(super) key_id: String,
    /// Where it is sent.
    pub dest: String,
    /// Secret of the signature.
    pub(super) signature_token: Option<String>,
    /// When, if not as events are recorded.
    pub schedule: Option<Fields>,
    /// Whether to send even when there is nothing new.
    pub report_if_empty: bool,
    /// From which record time on, Unix milliseconds.
    pub initial_record_ms: Option<i64>,
    /// When it was made.
    pub created_ms: i64,
    /// When its receiver last took something.
    pub last_notified_ms: Option<i64>,
    /// When it was last asked for everything up to then.
    pub min_record_ms: i64,
    /// Number of the first event that its receiver has not been asked to take.
    pub(super) cursor: u64,
    /// When it is asked next, for one with a schedule.
    pub(super) due_ms: Option<i64>,
    /// Values of `GS1-EPC-Format` and `GS1-CBV-XML-Format`.
    pub epc_format: String,
    pub(super) cbv_format: String,
    /// Times in a row that its receiver did not take what was sent.
    pub(super) failures: u32,
    /// Not before then is it tried again.
    pub(super) retry_ms: Option<i64>,
    /// How many events are sent together: fewer after an answer 413.
    pub(super) batch: usize,
}

impl Subscription {
    /// How it wants events.
    pub(super) fn form(&self) -> Form {
        Form {
            epc: EpcFormat::parse(&self.epc_format).unwrap_or_default(),
            cbv: CbvFormat::parse(&self.cbv_format).unwrap_or_default(),
            ..Form::default()
        }
    }

    /// Its key in the store.
    pub(super) fn key(&self) -> String {
        format!("{}/{}", key_of(&self.owner, &self.query), self.id)
    }
}

/// The number of the first event that was recorded at `ms` or later; without it, of the next one.
pub fn first_event(node: &Node, ms: Option<i64>) -> u64 {
    let fold = node.fold();
    let number = match ms {
        Some(ms) => fold.catalog.first_recorded_from(ms),
        None => fold.catalog.event_count(),
    };
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// Makes a subscription.
///
/// # Errors
/// `no_such_name` without the query, `subscription_controls` when it has both a stream and a
/// schedule or neither, or is a stream of a query that counts, `validation` for an address nothing
/// may be sent to.
pub fn create(
    node: &Node,
    permit: &Permit<actions::Subscribe>,
    query: &str,
    wanted: &Wanted,
    private: bool,
) -> Result<Subscription, Failure> {
    let named = queries::get(node, permit, query)?;
    let owner = owner_of(permit.principal());
    let start = format!("{owner}/");
    let known = node
        .store()
        .keys_from(Shelf::Subscriptions, &start, None, SUBSCRIPTIONS_MAX);
    if known.map_err(Failure::internal)?.len() >= SUBSCRIPTIONS_MAX {
        let text = format!("a party may have {SUBSCRIPTIONS_MAX} subscriptions");
        return Err(Failure::new(Code::Unprocessable, text));
    }
    check(wanted, private)?;
    if permit.principal().person.is_some() {
        let text = "a subscription goes on when nobody is signed in: make it with an API key";
        return Err(Failure::new(Code::Forbidden, text));
    }
    let now_ms = node.world().now_ms();
    let due_ms = match (&wanted.schedule, wanted.stream) {
        (Some(fields), None | Some(false)) => {
            let schedule = fields.read().map_err(|why| controls(&why))?;
            schedule.next_after(now_ms)
        }
        (None, Some(true)) if search::is_bounded(&search::stored(&named.query)?) => {
            return Err(controls(UNBOUNDED));
        }
        (None, Some(true)) => None,
        (Some(_), Some(true)) => return Err(controls("has both stream and schedule")),
        (None, _) => return Err(controls("has neither stream: true nor a schedule")),
    };
    let subscription = Subscription {
        id: node.world().uuid().to_string(),
        owner: owner.to_owned(),
        query: query.to_owned(),
        query_id: named.id,
        key_id: permit.principal().key_id.clone(),
        dest: wanted.dest.clone(),
        signature_token: wanted.signature_token.clone(),
        schedule: wanted.schedule.clone(),
        report_if_empty: wanted.report_if_empty,
        initial_record_ms: wanted.initial_record_ms,
        created_ms: now_ms,
        last_notified_ms: None,
        min_record_ms: wanted.initial_record_ms.unwrap_or(now_ms),
        cursor: first_event(node, wanted.initial_record_ms),
        due_ms,
        epc_format: wanted.form.epc.as_str().to_owned(),
        cbv_format: wanted.form.cbv.as_str().to_owned(),
        failures: 0,
        retry_ms: None,
        batch: crate::limits::WEBHOOK_EVENTS_MAX,
    };
    keep(node, &subscription)?;
    node.wake_workers();
    Ok(subscription)
}

fn check(wanted: &Wanted, private: bool) -> Result<(), Failure> {
    let fault = |pointer: &str, detail: String| {
        Failure::new(Code::Validation, format!("{pointer} {detail}")).with_faults(vec![Fault {
            pointer: pointer.to_owned(),
            detail,
        }])
    };
    Address::parse(&wanted.dest, private).map_err(|why| fault("/dest", why))?;
    let secret = wanted.signature_token.as_ref();
    if secret.is_some_and(|it| !(1..=SIGNATURE_TOKEN_CHARS_MAX).contains(&it.chars().count())) {
        let text = format!("has 1 to {SIGNATURE_TOKEN_CHARS_MAX} characters");
        return Err(fault("/signatureToken", text));
    }
    Ok(())
}

fn controls(why: &str) -> Failure {
    Failure::new(
        Code::SubscriptionControls,
        format!("the subscription {why}"),
    )
}

/// Why there is no stream of a query that counts.
pub const UNBOUNDED: &str = "is a stream of a query with maxEventCount or eventCountLimit, which \
                             count the events of one execution: give a schedule";

/// Writes a subscription.
pub(super) fn keep(node: &Node, subscription: &Subscription) -> Result<(), Failure> {
    let key = subscription.key();
    let change = Change::put(Shelf::Subscriptions, &key, subscription);
    let change = change.map_err(Failure::internal)?;
    let kept = node.store().change(&[change], Durably::Yes);
    kept.map_err(Failure::internal)
}

/// One change of subscriptions at a time: what was deleted must not come back.
static CHANGES: Mutex<()> = Mutex::new(());

/// Writes where a subscription stands, unless it was deleted meanwhile; `false` then. A place that
/// moved without anything being sent may be lost by a crash: it is found again.
pub(super) fn update(node: &Node, own: &Subscription, durably: bool) -> Result<bool, Failure> {
    let _one = CHANGES.lock().unwrap_or_else(PoisonError::into_inner);
    let key = own.key();
    if again(node, &key)?.is_none() {
        return Ok(false);
    }
    let change = Change::put(Shelf::Subscriptions, &key, own).map_err(Failure::internal)?;
    let durably = if durably {
        Durably::Yes
    } else {
        Durably::NotYet
    };
    let kept = node.store().change(&[change], durably);
    kept.map_err(Failure::internal)?;
    Ok(true)
}

/// Ends a subscription that can no longer be served.
pub(super) fn end(node: &Node, own: &Subscription) -> Result<(), Failure> {
    tracing::info!(subscription = %own.id, "a subscription ended: its key or its query is gone");
    remove(node, &[Change::remove(Shelf::Subscriptions, &own.key())])
}

/// Takes subscriptions, and what goes with them, away.
pub(super) fn remove(node: &Node, changes: &[Change]) -> Result<(), Failure> {
    let _one = CHANGES.lock().unwrap_or_else(PoisonError::into_inner);
    let done = node.store().change(changes, Durably::Yes);
    done.map_err(Failure::internal)
}

/// As it is stored now; `None` when it was deleted meanwhile.
pub(super) fn again(node: &Node, key: &str) -> Result<Option<Subscription>, Failure> {
    let found = node.store().record(Shelf::Subscriptions, key);
    found.map_err(Failure::internal)
}

/// A subscription of the principal's party.
///
/// # Errors
/// `no_such_name`.
pub fn get<A: Action>(
    node: &Node,
    permit: &Permit<A>,
    query: &str,
    id: &str,
) -> Result<Subscription, Failure> {
    let key = format!("{}/{id}", key_of(owner_of(permit.principal()), query));
    again(node, &key)?.ok_or_else(missing)
}

/// The subscriptions to a query, page by page.
///
/// # Errors
/// `no_such_name` without the query, `query_parameter` for a token that cannot be used.
pub fn list(
    node: &Node,
    permit: &Permit<actions::Query>,
    query: &str,
    question: &Question,
    paging: &Paging,
) -> Result<(Vec<Subscription>, Option<Token>), Failure> {
    queries::get(node, permit, query)?;
    let start = format!("{}/", key_of(owner_of(permit.principal()), query));
    let (keys, next) = queries::keys(node, Shelf::Subscriptions, &start, question, paging)?;
    let mut found = Vec::with_capacity(keys.len());
    for key in keys {
        found.extend(again(node, &key)?);
    }
    Ok((found, next))
}

/// Ends a subscription.
///
/// # Errors
/// `no_such_name`.
pub fn delete(
    node: &Node,
    permit: &Permit<actions::Subscribe>,
    query: &str,
    id: &str,
) -> Result<(), Failure> {
    let found = get(node, permit, query, id)?;
    remove(node, &[Change::remove(Shelf::Subscriptions, &found.key())])
}

/// Takes away all subscriptions to a query.
pub(super) fn removals(node: &Node, owner: &str, query: &str) -> Result<Vec<Change>, Failure> {
    let start = format!("{}/", key_of(owner, query));
    let keys = node
        .store()
        .keys_from(Shelf::Subscriptions, &start, None, usize::MAX);
    let keys = keys.map_err(Failure::internal)?;
    let removal = |key: &String| Change::remove(Shelf::Subscriptions, key);
    Ok(keys.iter().map(removal).collect())
}

/// All subscriptions of the node.
pub(super) fn all(node: &Node) -> Result<Vec<Subscription>, Failure> {
    let all = node
        .store()
        .all(Shelf::Subscriptions)
        .map_err(Failure::internal)?;
    Ok(all
        .into_iter()
        .map(|(_, subscription)| subscription)
        .collect())
}
