//! One access as a line of the log, and the chain of lines. Each line names the hash of the line
//! before it, so that none can be changed, left out or put in without every later hash being
//! another; the ledger keeps the hash of the latest line now and then, and its witnesses that one.
use serde::{Deserialize, Serialize};

/// A hash in the chain.
pub type Hash = [u8; 32];

/// What the first line names as the line before it.
pub const FIRST: Hash = [0; 32];

/// Who did what, when, why, by which rule, and how it ended (EU GMP Annex 11, 21 CFR 11.10(e)).
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Access {
    /// When it was answered, Unix milliseconds.
    pub at_ms: i64,
    /// Public id of the API key or of the person; none for whoever had no valid one.
    pub key: Option<String>,
    /// GLN of the key's party.
    pub party: Option<String>,
    /// Who signed in: name and subject; none behind an API key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// What was signed with a passkey: meaning, SHA-256 of the body, id of the signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// The rule that was asked for permission: an action of the policy.
    pub action: Option<String>,
    /// Ids of the policies that decided about it; lines from before they were noted have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// HTTP method.
    pub method: String,
    /// Pattern of the route.
    pub route: String,
    /// Path and query as they came, cut at [`TARGET_CHARS_MAX`].
    pub target: String,
    /// Why, as the caller says in the header `X-Purpose`.
    pub why: Option<String>,
    /// HTTP status of the answer.
    pub status: u16,
    /// Id of the request.
    pub request: String,
}

/// Most characters kept of a path with its query.
pub const TARGET_CHARS_MAX: usize = 1_024;

/// A line.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Number of the line, from 1.
    pub seq: u64,
    /// What happened.
    pub access: Access,
    /// Hash of the line before, hex.
    pub prev: String,
    /// Hash of this line, hex.
    pub hash: String,
}

/// The end of a chain.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Head {
    /// Number of the latest line; 0 for none.
    pub seq: u64,
    /// Its hash.
    pub hash: Hash,
}

/// Why a line does not continue a chain.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Broken {
    /// It is no line.
    #[error("line {0} cannot be read")]
    Unreadable(u64),
    /// It has another number, or names another line before it.
    #[error("line {0} does not follow the line before it")]
    Apart(u64),
    /// Its content is not what its hash says.
    #[error("line {0} was changed")]
    Changed(u64),
}

impl Head {
    /// Writes the next line of the chain, as JSON of a [`Line`] with its end of line.
    #[must_use]
    pub fn write(&self, access: &Access, to: &mut Vec<u8>) -> Self {
        let seq = self.seq.saturating_add(1);
        let told = json(access);
        let hash = hash_of(seq, &self.hash, &told);
        let (prev, own) = (hex::encode(self.hash), hex::encode(hash));
        to.extend_from_slice(format!("{{\"seq\":{seq},\"access\":").as_bytes());
        to.extend_from_slice(&told);
        let rest = format!(",\"prev\":\"{prev}\",\"hash\":\"{own}\"}}\n");
        to.extend_from_slice(rest.as_bytes());
        Self { seq, hash }
    }

    /// Goes on to a line that somebody kept.
    ///
    /// # Errors
    /// [`Broken`] with the number that the line should have.
    pub fn follow(&self, text: &str) -> Result<(Line, Self), Broken> {
        let wanted = self.seq.saturating_add(1);
        let line: Line = serde_json::from_str(text).map_err(|_| Broken::Unreadable(wanted))?;
        if line.seq != wanted || line.prev != hex::encode(self.hash) {
            return Err(Broken::Apart(wanted));
        }
        let hash = hash_of(line.seq, &self.hash, &json(&line.access));
        if line.hash != hex::encode(hash) {
            return Err(Broken::Changed(wanted));
        }
        Ok((line, Self { seq: wanted, hash }))
    }
}

/// A struct of texts and numbers always has a JSON form, with its fields in one order.
fn json(access: &Access) -> Vec<u8> {
    serde_json::to_vec(access).unwrap_or_default()
}

fn hash_of(seq: u64, prev: &Hash, access: &[u8]) -> Hash {
    let mut hasher = blake3::Hasher::new_derive_key("theriac access log v1");
    hasher.update(&seq.to_le_bytes());
    hasher.update(prev);
    hasher.update(access);
    *hasher.finalize().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(count: u16) -> (Vec<String>, Head) {
        let mut head = Head::default();
        let mut lines = Vec::new();
        for status in 0..count {
            let access = Access {
                status,
                target: "/a\n{\"seq\":9}".to_owned(),
                ..Access::default()
            };
            let mut text = Vec::new();
            head = head.write(&access, &mut text);
            let text = String::from_utf8(text).unwrap();
            let line: Line = serde_json::from_str(&text).unwrap();
            assert_eq!(line.access, access);
            assert_eq!(text, serde_json::to_string(&line).unwrap() + "\n");
            lines.push(text.trim_end().to_owned());
        }
        (lines, head)
    }

    fn followed(lines: &[String]) -> Result<Head, Broken> {
        lines
            .iter()
            .try_fold(Head::default(), |head, line| Ok(head.follow(line)?.1))
    }

    #[test]
    fn a_chain_is_followed_and_a_line_break_in_a_path_makes_no_line() {
        let (lines, head) = chain(5);
        assert_eq!(followed(&lines), Ok(head));
        assert!(lines.iter().all(|line| !line.contains('\n')));
    }

    #[test]
    fn a_changed_a_missing_and_an_added_line_are_found_where_they_are() {
        let (lines, _) = chain(5);
        let mut changed = lines.clone();
        changed[2] = changed[2].replace("\"status\":2", "\"status\":7");
        assert_eq!(followed(&changed), Err(Broken::Changed(3)));
        let mut missing = lines.clone();
        missing.remove(1);
        assert_eq!(followed(&missing), Err(Broken::Apart(2)));
        let mut added = lines.clone();
        added.insert(3, added[3].clone());
        assert_eq!(followed(&added), Err(Broken::Apart(5)));
        let mut torn = lines;
        torn[4].truncate(20);
        assert_eq!(followed(&torn), Err(Broken::Unreadable(5)));
    }
}
