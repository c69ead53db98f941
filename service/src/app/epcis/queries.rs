//! Named queries: a question kept under a name, whose events are then a resource of their own.
//! They belong to the party that made them; another party's names are its own. What the events
//! are is asked for each time, with the rights of whoever asks.
use gs1::query::Query;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ask::Paging;
use super::search;
use super::subscriptions;
use super::token::{self, Further, Mark, Question, Token};
use crate::app::failure::{Code, Failure, Fault};
use crate::auth::{Action, Permit, Principal, actions};
use crate::limits::{QUERIES_MAX, QUERY_NAME_CHARS_MAX};
use crate::node::Node;
use crate::node::fold::OPERATOR;
use crate::store::shelf::Shelf;
use crate::store::{Change, Durably};

/// A named query.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// Its own id, which another query of this name does not have; empty for one that was made
    /// before queries had ids, and for one that is to be made.
    #[serde(default)]
    pub(super) id: String,
    /// Its name.
    pub name: String,
    /// Its parameters, as the query language has them in JSON.
    pub query: Value,
}

impl Named {
    /// A query that is to be made.
    pub fn new(name: String, query: Value) -> Self {
        Self {
            id: String::new(),
            name,
            query,
        }
    }

    /// Its own id: a query of the same name that is made after this one was deleted has another.
    pub fn id(&self) -> &str {
        &self.id
    }
}

/// Organisation in whose name a principal acts.
pub(super) fn owner_of(principal: &Principal) -> &str {
    principal.party.as_deref().unwrap_or(OPERATOR)
}

/// Key of a record: no name has a slash in it.
pub(super) fn key_of(owner: &str, name: &str) -> String {
    format!("{owner}/{name}")
}

/// Keeps a query.
///
/// # Errors
/// `validation` for a name that cannot be one, `query_validation` or `query_parameter` for a query
/// that is none, `conflict` when the name is taken.
pub fn create(
    node: &Node,
    permit: &Permit<actions::Subscribe>,
    named: &Named,
) -> Result<(), Failure> {
    let owner = owner_of(permit.principal());
    check_name(&named.name)?;
    search::stored(&named.query)?;
    let key = key_of(owner, &named.name);
    let busy = || Failure::new(Code::Conflict, "a query of this name is being made");
    let _one = node
        .store()
        .claim(&format!("query/{key}"))
        .ok_or_else(busy)?;
    if node
        .store()
        .bytes(Shelf::Queries, &key)
        .map_err(Failure::internal)?
        .is_some()
    {
        let text = "a query of this name exists; delete it first, or choose another name";
        return Err(Failure::new(Code::Conflict, text));
    }
    let start = key_of(owner, "");
    let known = node
        .store()
        .keys_from(Shelf::Queries, &start, None, QUERIES_MAX);
    if known.map_err(Failure::internal)?.len() >= QUERIES_MAX {
        let text = format!("a party may keep {QUERIES_MAX} queries");
        return Err(Failure::new(Code::Unprocessable, text));
    }
    let made = Named {
        id: node.world().uuid().to_string(),
        ..named.clone()
    };
    let change = Change::put(Shelf::Queries, &key, &made).map_err(Failure::internal)?;
    let kept = node.store().change(&[change], Durably::Yes);
    kept.map_err(Failure::internal)
}

fn check_name(name: &str) -> Result<(), Failure> {
    let plain = |letter: char| !letter.is_control() && letter != '/' && letter != '\\';
    let count = name.chars().count();
    if (1..=QUERY_NAME_CHARS_MAX).contains(&count)
        && name.chars().all(plain)
        && name != "."
        && name != ".."
    {
        return Ok(());
    }
    let detail = format!("a name has 1 to {QUERY_NAME_CHARS_MAX} characters, no slash among them");
    Err(
        Failure::new(Code::Validation, "the name cannot be one").with_faults(vec![Fault {
            pointer: "/name".to_owned(),
            detail,
        }]),
    )
}

/// A query of the principal's party.
///
/// # Errors
/// `no_such_name`.
pub fn get<A: Action>(node: &Node, permit: &Permit<A>, name: &str) -> Result<Named, Failure> {
    find(node, owner_of(permit.principal()), name)?.ok_or_else(missing)
}

pub(super) fn find(node: &Node, owner: &str, name: &str) -> Result<Option<Named>, Failure> {
    let key = key_of(owner, name);
    let found = node.store().record(Shelf::Queries, &key);
    found.map_err(Failure::internal)
}

pub(super) fn missing() -> Failure {
    let text = "there is no query or subscription of this name, or it is not yours";
    Failure::new(Code::NoSuchName, text)
}

/// The question of a named query.
///
/// # Errors
/// `no_such_name`.
pub fn question<A: Action>(node: &Node, permit: &Permit<A>, name: &str) -> Result<Query, Failure> {
    search::stored(&get(node, permit, name)?.query)
}

/// The queries of the principal's party, by name, page by page.
///
/// # Errors
/// `query_parameter` for a token that cannot be used.
pub fn list(
    node: &Node,
    permit: &Permit<actions::Query>,
    question: &Question,
    paging: &Paging,
) -> Result<(Vec<Named>, Option<Token>), Failure> {
    let start = key_of(owner_of(permit.principal()), "");
    let (keys, next) = keys(node, Shelf::Queries, &start, question, paging)?;
    let mut found = Vec::with_capacity(keys.len());
    for key in keys {
        let named = node.store().record::<Named>(Shelf::Queries, &key);
        found.extend(named.map_err(Failure::internal)?);
    }
    Ok((found, next))
}

/// A page of keys, and the token of the next.
pub(super) fn keys(
    node: &Node,
    shelf: Shelf,
    start: &str,
    question: &Question,
    paging: &Paging,
) -> Result<(Vec<String>, Option<Token>), Failure> {
    let further = paging
        .token
        .as_deref()
        .map(|text| token::take(node, question, text));
    let after = match further.transpose()?.map(|it| it.mark) {
        Some(Mark::After(key)) => Some(key),
        _ => None,
    };
    let wanted = paging.per_page.saturating_add(1);
    let keys = node
        .store()
        .keys_from(shelf, start, after.as_deref(), wanted);
    let mut keys = keys.map_err(Failure::internal)?;
    let more = keys.len() == wanted;
    keys.truncate(paging.per_page);
    let next = keys.last().filter(|_| more).map(|key| {
        let mark = Mark::After(key.clone());
        token::give(node, question, &Further { mark, left: None })
    });
    Ok((keys, next))
}

/// Forgets a query and the subscriptions to it.
///
/// # Errors
/// `no_such_name`.
pub fn delete(node: &Node, permit: &Permit<actions::Subscribe>, name: &str) -> Result<(), Failure> {
    get(node, permit, name)?;
    let owner = owner_of(permit.principal());
    let mut changes = vec![Change::remove(Shelf::Queries, &key_of(owner, name))];
    changes.extend(subscriptions::removals(node, owner, name)?);
    subscriptions::remove(node, &changes)
}
