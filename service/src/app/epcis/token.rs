//! Tokens of further pages: where the next page begins, for whom, for which question and until
//! when, under a MAC of the node. Nothing is kept for them, so a token costs nothing and survives
//! a restart; one that was given back is remembered until it would have ended anyway.
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::app::failure::{Code, Failure, Fault};
use crate::limits::{PAGE_TOKEN_MS, TOKENS_RETURNED_MAX};
use crate::node::Node;

/// Longest token that is looked at, bytes.
const TOKEN_BYTES_MAX: usize = 2_048;
/// Bytes of the MAC.
const MAC_BYTES: usize = 16;

/// Where a page begins.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Mark {
    /// At this number of a growing list.
    #[serde(rename = "n")]
    Number(u64),
    /// Before this number, going backwards.
    #[serde(rename = "b")]
    Before(u64),
    /// At this event, by a time and the event's number.
    #[serde(rename = "t")]
    Time(i64, u64),
    /// After this text of a sorted list.
    #[serde(rename = "a")]
    After(String),
}

/// A further page.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Further {
    /// Where it begins.
    #[serde(rename = "m")]
    pub mark: Mark,
    /// How many items may still come, where the question bounds them.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub left: Option<usize>,
}

#[derive(Deserialize, Serialize)]
struct Payload {
    #[serde(flatten)]
    further: Further,
    /// Until when, Unix milliseconds.
    #[serde(rename = "e")]
    until_ms: i64,
    /// Makes each token one of its own: to give one back ends no other.
    #[serde(rename = "r")]
    nonce: u64,
}

/// A token as it is given out.
#[derive(Clone, Debug)]
pub struct Token {
    /// Its text: URL-safe.
    pub text: String,
    /// When it ends, Unix milliseconds.
    pub until_ms: i64,
}

/// What a page belongs to: who asked, and what. A token opens only the pages of its own question.
#[derive(Clone, Debug)]
pub struct Question(Vec<u8>);

impl Question {
    /// Of a key, a path and parameters; how long a page is may change between pages.
    pub fn new(key_id: &str, path: &str, parameters: &[(String, String)]) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("theriac page question v1");
        let mut add = |text: &str| {
            let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
            hasher.update(&length.to_le_bytes()).update(text.as_bytes());
        };
        add(key_id);
        add(path);
        for (name, value) in parameters {
            if name != "perPage" && name != "nextPageToken" {
                add(name);
                add(value);
            }
        }
        Self(hasher.finalize().as_bytes().to_vec())
    }
}

/// Makes a token.
pub fn give(node: &Node, question: &Question, further: &Further) -> Token {
    let until_ms = node.world().now_ms().saturating_add(PAGE_TOKEN_MS);
    let payload = Payload {
        further: further.clone(),
        until_ms,
        nonce: node
            .world()
            .entropy()
            .first_chunk()
            .map_or(0, |it| u64::from_le_bytes(*it)),
    };
    let mut bytes = serde_json::to_vec(&payload).unwrap_or_default();
    let mac = mac(node, question, &bytes);
    bytes.extend_from_slice(&mac);
    Token {
        text: URL_SAFE_NO_PAD.encode(bytes),
        until_ms,
    }
}

/// Reads a token of this question.
///
/// # Errors
/// `query_parameter` for one that this node did not give for it, that ended or was given back.
pub fn take(node: &Node, question: &Question, text: &str) -> Result<Further, Failure> {
    let wrong = |why: &str| {
        Failure::new(Code::QueryParameter, format!("nextPageToken {why}")).with_faults(vec![
            Fault {
                pointer: "nextPageToken".to_owned(),
                detail: why.to_owned(),
            },
        ])
    };
    let forged = || wrong("is not one that this node gave for this question");
    if text.len() > TOKEN_BYTES_MAX {
        return Err(forged());
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| forged())?;
    let at = bytes.len().checked_sub(MAC_BYTES).ok_or_else(forged)?;
    let (payload, given) = bytes.split_at_checked(at).ok_or_else(forged)?;
    // Compared as hashes, in constant time.
    let same = blake3::hash(given) == blake3::hash(&mac(node, question, payload));
    let payload: Payload = match serde_json::from_slice(payload) {
        Ok(payload) if same => payload,
        _ => return Err(forged()),
    };
    if node.world().now_ms() >= payload.until_ms || is_returned(node, text) {
        return Err(wrong("has ended; ask for the first page again"));
    }
    Ok(payload.further)
}

/// Ends a token before its time. What is no token ends as well: nobody learns which it was.
pub fn give_back(node: &Node, text: &str) {
    let now_ms = node.world().now_ms();
    let mut returned = node.returned_tokens();
    returned.retain(|_, until_ms| *until_ms > now_ms);
    while returned.len() >= TOKENS_RETURNED_MAX {
        returned.pop_first();
    }
    let until_ms = now_ms.saturating_add(PAGE_TOKEN_MS);
    returned.insert(*blake3::hash(text.as_bytes()).as_bytes(), until_ms);
}

fn is_returned(node: &Node, text: &str) -> bool {
    let hash = blake3::hash(text.as_bytes());
    node.returned_tokens().contains_key(hash.as_bytes())
}

fn mac(node: &Node, question: &Question, payload: &[u8]) -> Vec<u8> {
    let mut hasher = blake3::Hasher::new_keyed(&node.store().token_key());
    hasher.update(&question.0).update(payload);
    let hash = hasher.finalize();
    hash.as_bytes().iter().take(MAC_BYTES).copied().collect()
}
