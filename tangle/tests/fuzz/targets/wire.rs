//! What comes over the wire: blocks and their parts, milestones, proofs, receipts, fork proofs.

use tangle::sign::receipt_sign;
use tangle::testing::world::{FOUNDED_MS, Place, World, item, key};
use tangle::verify::block::Statement;
use tangle::verify::fork::ForkProof;
use tangle::verify::proof::{ProofFile, verify};
use tangle::verify::receipt::{Claims, Inclusion, Receipt};
use tangle::{
    Genesis, Hlc, LogLeaf, Operation, Outcome, SignedBlock, SignedMilestone, VerifiedBlock,
};

use super::{Row, from_hex};

const FIRST: &str = include_str!("../../../../fixtures/blocks/first.hex");
const CHAINED: &str = include_str!("../../../../fixtures/blocks/chained.hex");
const ERASED: &str = include_str!("../../../../fixtures/blocks/erased.hex");
const GENESIS: &str = include_str!("../../../../fixtures/blocks/genesis.hex");
const MILESTONE: &str = include_str!("../../../../fixtures/blocks/milestone.hex");
const PROOF: &str = include_str!("../../../../fixtures/blocks/proof.tlog-proof");

pub(super) fn rows() -> Vec<Row> {
    let blocks = || vec![from_hex(FIRST), from_hex(CHAINED), from_hex(ERASED)];
    let statements = blocks().into_iter().map(|bytes| {
        let block = SignedBlock::decode(&bytes).expect("a fixture");
        block.statement().to_bytes()
    });
    let outcomes = [
        Outcome::Applied,
        Outcome::Rejected { code: 7 },
        Outcome::Quarantined { why: 0x0101 },
    ];
    let outcomes = outcomes.map(|it| it.to_bytes()).to_vec();
    vec![
        ("block", blocks(), &[], block),
        ("statement", statements.collect(), &[], statement),
        ("genesis", vec![from_hex(GENESIS)], &[], genesis),
        ("milestone", vec![from_hex(MILESTONE)], &[], milestone),
        ("outcome", outcomes, &[], outcome),
        ("log_leaf", leaves(), &[], log_leaf),
        ("proof_file", vec![PROOF.into()], PROOF_WORDS, proof_file),
        ("receipt", vec![receipt_seed()], &[], receipt),
        ("fork_proof", vec![fork_seed()], &[], fork_proof),
        ("operation", operations(), &[], operation),
    ]
}

const PROOF_WORDS: &[&str] = &[
    "c2sp.org/tlog-proof@v1\n",
    "extra ",
    "index ",
    "\n\n",
    "\u{2014} ",
];

fn block(input: &[u8]) -> bool {
    let Ok(block) = SignedBlock::decode(input) else {
        return false;
    };
    assert_eq!(block.bytes(), input, "one spelling");
    let network = Genesis::from_bytes(&from_hex(GENESIS)).expect("a fixture");
    let network = network.network_id();
    let id = block.id(&network);
    if let Ok(verified) = block.verify(&network) {
        assert_eq!(*verified.id(), id);
        erases(&verified);
    }
    true
}

/// Erasing keeps id and statement, and what is left is read again.
fn erases(block: &VerifiedBlock) {
    let Some(last) = block.slots().len().checked_sub(1) else {
        return;
    };
    let erased = block.erase(&[0, u16::try_from(last).expect("at most 4096 items")]);
    assert_eq!(
        (erased.id(), erased.statement()),
        (block.id(), block.statement())
    );
    let again = SignedBlock::decode(erased.bytes()).expect("what was written is read");
    assert_eq!(again.bytes(), erased.bytes());
}

fn statement(input: &[u8]) -> bool {
    let Ok(statement) = Statement::decode(input) else {
        return false;
    };
    assert_eq!(statement.to_bytes(), input, "one spelling");
    let header = statement.header();
    assert!(header.check().is_ok() && header.approved().count() <= 8);
    true
}

fn genesis(input: &[u8]) -> bool {
    let Ok(genesis) = Genesis::from_bytes(input) else {
        return false;
    };
    assert_eq!(genesis.to_bytes(), input, "one spelling");
    true
}

fn milestone(input: &[u8]) -> bool {
    let Ok(milestone) = SignedMilestone::decode(input) else {
        return false;
    };
    assert_eq!(milestone.to_bytes(), input, "one spelling");
    true
}

fn outcome(input: &[u8]) -> bool {
    let Ok(outcome) = Outcome::from_bytes(input) else {
        return false;
    };
    assert_eq!(outcome.to_bytes(), input, "one spelling");
    true
}

fn log_leaf(input: &[u8]) -> bool {
    let Ok(leaf) = LogLeaf::from_bytes(input) else {
        return false;
    };
    assert_eq!(leaf.to_bytes(), input, "one spelling");
    true
}

fn proof_file(input: &[u8]) -> bool {
    let report = verify(input, None);
    // The fixture is the only file that proves anything: nobody signs what was changed.
    assert!(
        !report.ok() || input == PROOF.as_bytes(),
        "a changed proof holds"
    );
    let Ok(file) = ProofFile::decode(input) else {
        assert_eq!(report.failed().map(|step| step.name), Some("file"));
        return false;
    };
    assert_eq!(file.encode().as_bytes(), input, "one spelling");
    true
}

fn receipt(input: &[u8]) -> bool {
    let Ok(receipt) = Receipt::decode(input) else {
        return false;
    };
    assert_eq!(receipt.to_bytes(), input, "one spelling");
    let held = receipt.verify(b"leaf", &key("note").key_id()).is_ok();
    assert!(!held || input == receipt_seed(), "a changed receipt holds");
    true
}

fn fork_proof(input: &[u8]) -> bool {
    let Ok(proof) = ForkProof::from_bytes(input) else {
        return false;
    };
    assert_eq!(proof.to_bytes(), input, "one spelling");
    let held = proof.verify().is_ok();
    assert!(!held || input == fork_seed(), "a changed fork proof holds");
    true
}

fn operation(input: &[u8]) -> bool {
    let Ok(operation) = Operation::from_bytes(input) else {
        return false;
    };
    assert_eq!(operation.to_bytes(), input, "one spelling");
    true
}

fn leaves() -> Vec<Vec<u8>> {
    let id = tangle::BlockId::new([5; 32]);
    let block = LogLeaf::Block {
        id,
        milestone: 3,
        outcome: Outcome::Disputed { with: id },
    };
    let milestone = LogLeaf::Milestone {
        index: 3,
        digest: [6; 32],
    };
    vec![block.to_bytes(), milestone.to_bytes()]
}

fn receipt_seed() -> Vec<u8> {
    let root = tangle::verify::merkle::leaf_hash(b"leaf");
    let claims = Claims {
        key: key("note").key_id(),
        issuer: "test.example/log".into(),
        subject: "block".into(),
        size: 1,
    };
    let inclusion = Inclusion {
        size: 1,
        index: 0,
        path: Vec::new(),
    };
    receipt_sign(claims, inclusion, &root, &key("note")).to_bytes()
}

fn fork_seed() -> Vec<u8> {
    let world = World::new();
    let founding = *world.founding(&["d0"]).id();
    let block = |text: &str| {
        let place = Place {
            epoch: 0,
            seq: 0,
            prev: None,
            parents: vec![founding],
            hlc: Hlc((FOUNDED_MS + 1) << 16),
        };
        let block = world.block("d0", place, vec![item(text)]);
        Statement::decode(&block.statement()).expect("a statement")
    };
    ForkProof::new(world.genesis(), &block("one"), &block("other")).to_bytes()
}

fn operations() -> Vec<Vec<u8>> {
    let founding = World::new().founding(&["d0", "d1"]);
    founding
        .items()
        .map(|(_, item)| item.body.clone())
        .collect()
}
