//! What parties say about cases. A comment is a record of the ledger, signed for who says it, like
//! everything else: it is added to, never changed or taken back, and nobody can deny it. A case is
//! named by its id, which follows from its rule and its cause; so comments stand with it whoever
//! has which findings. What a comment says is shown to whoever sees the case.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tangle::BlockId;

use super::plain;

/// Longest id of a case, bytes.
pub const CASE_BYTES_MAX: usize = 512;

/// An item of a block, as canonical JSON.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Said {
    /// About a case.
    CaseComment {
        /// Id of the case.
        case: String,
        /// What is said; no personal data.
        text: String,
    },
}

/// A comment as the ledger left it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Comment {
    /// Its block.
    #[serde(with = "plain::block_id")]
    pub block: BlockId,
    /// Its item there.
    pub item: u16,
    /// GLN of who says it.
    pub party: String,
    /// What is said.
    pub text: String,
    /// When it was recorded, Unix milliseconds.
    pub at_ms: i64,
}

/// Every comment, by case.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Comments(BTreeMap<String, Vec<Comment>>);

impl Said {
    /// Reads an item's body.
    pub fn read(body: &[u8]) -> Option<Self> {
        let said: Self = serde_json::from_slice(body).ok()?;
        let Self::CaseComment { case, text } = &said;
        let fits = !case.is_empty() && case.len() <= CASE_BYTES_MAX && !text.trim().is_empty();
        fits.then_some(said)
    }
}

impl Comments {
    /// Takes in what a party says.
    pub fn learn(&mut self, party: &str, (block, item): (BlockId, u16), said: Said, at_ms: i64) {
        let Said::CaseComment { case, text } = said;
        self.0.entry(case).or_default().push(Comment {
            block,
            item,
            party: party.to_owned(),
            text,
            at_ms,
        });
    }

    /// What was said about a case, the oldest first.
    pub fn of(&self, case: &str) -> &[Comment] {
        self.0.get(case).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_reads_as_it_is_written() {
        let said = Said::CaseComment {
            case: "C06 https://id.gs1.org/01/09506000134352/10/LOT1".to_owned(),
            text: "seen it".to_owned(),
        };
        let body = serde_json_canonicalizer::to_vec(&said).unwrap();
        assert_eq!(Said::read(&body), Some(said));
        let long = format!(
            r#"{{"type":"case_comment","case":"{}","text":"x"}}"#,
            "c".repeat(CASE_BYTES_MAX + 1)
        );
        for bad in [
            "{}",
            r#"{"type":"case_comment","case":"","text":"x"}"#,
            r#"{"type":"case_comment","case":"c","text":" \n"}"#,
            r#"{"type":"case_comment","case":"c","text":"x","by":"me"}"#,
            &long,
        ] {
            assert_eq!(Said::read(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn comments_of_a_case_stand_in_the_order_of_the_ledger() {
        let mut comments = Comments::default();
        for (at, (party, case)) in [("a", "x"), ("b", "x"), ("a", "y")].into_iter().enumerate() {
            let said = Said::CaseComment {
                case: case.to_owned(),
                text: at.to_string(),
            };
            let place = (BlockId::new([u8::try_from(at).unwrap(); 32]), 0);
            comments.learn(party, place, said, 5);
        }
        let of = |case| {
            let all = comments.of(case).iter();
            all.map(|it| (it.party.as_str(), it.text.as_str()))
                .collect::<Vec<_>>()
        };
        assert_eq!(of("x"), [("a", "0"), ("b", "1")]);
        assert_eq!(of("y"), [("a", "2")]);
        assert_eq!(of("z"), []);
    }
}
