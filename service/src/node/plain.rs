//! How values of the ledger and of GS1, which know nothing of files, are written in a state that is
//! kept: numbers and texts, each read back with the check that its own kind makes.
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tangle::{BlockId, Outcome};

/// A block's id as its bytes, all at once: there are as many as blocks.
pub(super) mod block_id {
    use std::fmt;

    use serde::de::{Error, Visitor};

    use super::{BlockId, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(id: &BlockId, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(id.as_bytes())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<BlockId, D::Error> {
        from.deserialize_bytes(Id)
    }

    struct Id;

    impl Visitor<'_> for Id {
        type Value = BlockId;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("32 bytes")
        }

        fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<BlockId, E> {
            let id = bytes.try_into().map(BlockId::new);
            id.map_err(|_| E::custom("an id has 32 bytes"))
        }
    }
}

/// Blocks, each with its milestone.
pub(super) mod registrations {
    use super::{BlockId, Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(
        all: &[(u32, BlockId)],
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_seq(all.iter().map(|(milestone, id)| (milestone, id.as_bytes())))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Vec<(u32, BlockId)>, D::Error> {
        let all = Vec::<(u32, [u8; 32])>::deserialize(from)?;
        let block = |(milestone, id)| (milestone, BlockId::new(id));
        Ok(all.into_iter().map(block).collect())
    }
}

/// What an event does to its subjects.
pub(super) mod action {
    use gs1::epcis::Action;

    use super::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Deserialize, Serialize)]
    enum Plain {
        Add,
        Observe,
        Delete,
    }

    #[allow(
        clippy::ref_option,
        clippy::trivially_copy_pass_by_ref,
        reason = "serde gives a reference to the field"
    )]
    pub(crate) fn serialize<S: Serializer>(
        action: &Option<Action>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        let plain = action.map(|action| match action {
            Action::Add => Plain::Add,
            Action::Observe => Plain::Observe,
            Action::Delete => Plain::Delete,
        });
        plain.serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Action>, D::Error> {
        let plain: Option<Plain> = Option::deserialize(from)?;
        Ok(plain.map(|plain| match plain {
            Plain::Add => Action::Add,
            Plain::Observe => Action::Observe,
            Plain::Delete => Action::Delete,
        }))
    }
}

/// EPCs in canonical form, which parses to the same again.
pub(super) mod epcs {
    use gs1::Epc;

    use serde::de::Error as _;

    use super::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(epcs: &[Epc], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(epcs.iter().map(Epc::canonical))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Epc>, D::Error> {
        let texts = Vec::<String>::deserialize(from)?;
        let epc = |text: &String| Epc::parse(text).map_err(D::Error::custom);
        texts.iter().map(epc).collect()
    }
}

/// Outcomes by block.
pub(super) mod outcomes {
    use std::collections::BTreeMap;

    use super::{BlockId, Deserialize, Deserializer, Outcome, Serialize, Serializer};

    #[derive(Deserialize, Serialize)]
    enum Plain {
        Applied,
        Disputed([u8; 32]),
        Rejected(u16),
        Quarantined(u16),
    }

    pub(crate) fn serialize<S: Serializer>(
        all: &BTreeMap<BlockId, Outcome>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_seq(all.iter().map(|(id, outcome)| {
            let plain = match outcome {
                Outcome::Applied => Plain::Applied,
                Outcome::Disputed { with } => Plain::Disputed(*with.as_bytes()),
                Outcome::Rejected { code } => Plain::Rejected(*code),
                Outcome::Quarantined { why } => Plain::Quarantined(*why),
            };
            (id.as_bytes(), plain)
        }))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<BTreeMap<BlockId, Outcome>, D::Error> {
        let all = Vec::<([u8; 32], Plain)>::deserialize(from)?;
        let outcome = |(id, plain)| {
            let outcome = match plain {
                Plain::Applied => Outcome::Applied,
                Plain::Disputed(with) => Outcome::Disputed {
                    with: BlockId::new(with),
                },
                Plain::Rejected(code) => Outcome::Rejected { code },
                Plain::Quarantined(why) => Outcome::Quarantined { why },
            };
            (BlockId::new(id), outcome)
        };
        Ok(all.into_iter().map(outcome).collect())
    }
}
