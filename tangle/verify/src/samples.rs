//! Fixed keys, blocks and a proof for the tests. The same values are committed as bytes in
//! `fixtures/blocks`, so a change of format cannot pass unseen.

use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use std::sync::LazyLock;

use ed25519_dalek::Signer;

use crate::block::{SignedBlock, UnsignedBlock, VerifiedBlock};
use crate::checkpoint::{Checkpoint, Note, NoteSignature, VerifierKey};
use crate::genesis::Genesis;
use crate::header::{Algorithm, Anchor, Header, Hlc, Kind, Parents, VERSION};
use crate::ids::{BlockId, KeyId, NetworkId};
use crate::item::{Item, Media};
use crate::merkle::FullNodes;
use crate::milestone::{Milestone, SignedMilestone};
use crate::outcome::{LogLeaf, Outcome};
use crate::proof::{ProofFile, ProofItem};

/// 2025-11-21T06:00:00Z.
pub(crate) const TIME_MS: u64 = 1_763_704_800_000;
/// The log of the samples.
pub(crate) const ORIGIN: &str = "golden.theriac.example/log";

/// A secret key whose seed is one byte repeated.
pub(crate) struct Author(ed25519_dalek::SigningKey);

pub(crate) const fn seed(fill: u8) -> [u8; 32] {
    [fill; 32]
}

pub(crate) fn author(fill: u8) -> Author {
    Author(ed25519_dalek::SigningKey::from_bytes(&seed(fill)))
}

impl Author {
    pub(crate) fn kid(&self) -> KeyId {
        KeyId::new(self.0.verifying_key().to_bytes())
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }

    pub(crate) fn verifier_key(&self, name: &str) -> VerifierKey {
        VerifierKey::new(name, self.kid()).unwrap()
    }

    pub(crate) fn block(&self, header: Header, items: Vec<Item>) -> SignedBlock {
        let unsigned = UnsignedBlock::new(header, items).unwrap();
        let signature = self.sign(&unsigned.to_be_signed(&network()));
        unsigned.with_signature(signature)
    }

    pub(crate) fn note_signature(&self, name: &str, text: &str) -> NoteSignature {
        NoteSignature {
            name: name.to_string(),
            id: self.verifier_key(name).id(),
            signature: self.sign(text.as_bytes()).to_vec(),
        }
    }
}

pub(crate) fn genesis() -> Genesis {
    Genesis {
        name: "Golden".to_string(),
        created_ms: TIME_MS,
        root: author(1).kid(),
    }
}

pub(crate) fn network() -> NetworkId {
    genesis().network_id()
}

pub(crate) fn item(salt: u8, media: Media, body: &str) -> Item {
    Item {
        salt: [salt; 16],
        media,
        body: body.as_bytes().to_vec(),
    }
}

/// A header of the first block of a chain, standing on the genesis.
pub(crate) fn first_header() -> Header {
    Header {
        alg: Algorithm::EdDsa,
        kid: author(1).kid(),
        version: VERSION,
        kind: Kind::Registry,
        epoch: 0,
        seq: 0,
        prev: None,
        parents: Parents::default(),
        hlc: Hlc::next(TIME_MS, &[]),
        anchor: None,
    }
}

pub(crate) fn first_block() -> SignedBlock {
    author(1).block(first_header(), vec![item(0x11, Media::REGISTRY, "")])
}

/// A header with everything a header can have.
pub(crate) fn chained_header() -> Header {
    let parents = [BlockId::new([0x22; 32]), BlockId::new([0x33; 32])];
    Header {
        kind: Kind::Events,
        epoch: 2,
        seq: 70_000,
        prev: Some(first_block().id(&network())),
        parents: Parents::from_unsorted(parents).unwrap(),
        hlc: Hlc::next(TIME_MS, &[Hlc((TIME_MS << 16) + 41)]),
        anchor: Some(Anchor {
            size: 5,
            root: [0x44; 32],
        }),
        ..first_header()
    }
}

pub(crate) fn chained_block() -> SignedBlock {
    let items = vec![
        item(0x51, Media::EPCIS_EVENT, r#"{"type":"ObjectEvent"}"#),
        item(0x52, Media::LOGGER_FILE, "a body that will be erased"),
        item(0x53, Media(900), "\u{0}\u{1}\u{2}"),
    ];
    author(1).block(chained_header(), items)
}

pub(crate) fn chained() -> VerifiedBlock {
    static CHAINED: LazyLock<VerifiedBlock> =
        LazyLock::new(|| chained_block().verify(&network()).unwrap());
    CHAINED.clone()
}

pub(crate) fn milestone() -> Milestone {
    Milestone {
        index: 3,
        previous: [0x66; 32],
        heads: vec![BlockId::new([0x22; 32]), *chained().id()],
        time_ms: TIME_MS + 5_000,
        epoch: 1,
    }
}

pub(crate) fn signed_milestone() -> SignedMilestone {
    let (validator, milestone) = (author(2), milestone());
    let signature = validator.sign(&milestone.to_be_signed(&validator.kid(), &network()));
    SignedMilestone::assemble(milestone, validator.kid(), signature).unwrap()
}

/// The log of the samples: a few blocks, ours at index 5, and the milestone at the end.
pub(crate) fn leaves() -> Vec<LogLeaf> {
    let other = |fill| BlockId::new([fill; 32]);
    let block = |id, outcome| LogLeaf::Block {
        id,
        milestone: 3,
        outcome,
    };
    vec![
        block(first_block().id(&network()), Outcome::Applied),
        block(other(0x22), Outcome::Disputed { with: other(0x33) }),
        block(other(0x33), Outcome::Disputed { with: other(0x22) }),
        block(other(0x77), Outcome::Rejected { code: 40_000 }),
        block(other(0x88), Outcome::Quarantined { why: 7 }),
        block(*chained().id(), Outcome::Applied),
        LogLeaf::Milestone {
            index: 3,
            digest: *signed_milestone().verify(&network()).unwrap().digest(),
        },
    ]
}

pub(crate) fn checkpoint() -> Checkpoint {
    let leaves: Vec<_> = leaves().iter().map(LogLeaf::hash).collect();
    Checkpoint {
        origin: ORIGIN.to_string(),
        size: leaves.len() as u64,
        root: crate::merkle::root_from_leaves(&leaves),
    }
}

/// A checkpoint signed by these, each under its name.
pub(crate) fn note_by(checkpoint: &Checkpoint, signers: &[(&Author, &str)]) -> Note {
    let text = checkpoint.to_text();
    let signatures = signers
        .iter()
        .map(|(author, name)| author.note_signature(name, &text))
        .collect();
    Note { text, signatures }
}

pub(crate) fn note() -> String {
    note_by(&checkpoint(), &[(&author(3), ORIGIN)]).to_text()
}

/// A proof of two of the three items of [`chained`].
pub(crate) fn proof_file() -> ProofFile {
    static PROOF: LazyLock<ProofFile> = LazyLock::new(make_proof_file);
    PROOF.clone()
}

fn make_proof_file() -> ProofFile {
    let hashes: Vec<_> = leaves().iter().map(LogLeaf::hash).collect();
    ProofFile {
        genesis: genesis().to_bytes(),
        statement: chained().statement(),
        leaf: leaves()[5].to_bytes(),
        items: ProofItem::of(&chained(), &[2, 0]).unwrap(),
        keys: vec![author(3).verifier_key(ORIGIN)],
        index: 5,
        path: FullNodes::of(&hashes).inclusion_path(5).unwrap(),
        note: Note::parse(&note()).unwrap(),
    }
}
