//! The state machine: one input and the time in, effects out. No disk, no clock, no chance. The
//! driver ([`crate::Tangle`]) does what the effects say, makes it durable, then answers.
//!
//! The ledger holds what is not ordered yet, the heads and tips, the registry and the blocks
//! that wait. Of the finalised past it is told, with each block, what that block refers to
//! ([`Past`]): memory stays flat however long the log is.

use std::collections::{BTreeMap, BTreeSet};

use tangle_verify::milestone::Milestone;
use tangle_verify::{Anchor, BlockId, Genesis, Header, Hlc, KeyId, Kind, Parents, VerifiedBlock};

use crate::buckets::Buckets;
use crate::early::EarlyRoom;
use crate::error::Rejected;
use crate::graph::{Fact, Graph, Seat};
use crate::limits;
use crate::order::total_order;
use crate::registry::Registry;
use crate::solidify::WaitingRoom;
use crate::tips::Tips;

/// What may enter.
#[derive(Debug, Clone)]
pub enum Input {
    /// A block, with what the finalised past knows of it.
    Block {
        /// The block.
        block: VerifiedBlock,
        /// About the block and everything it approves.
        past: Past,
    },
    /// A milestone to order by; its signature and signer are checked already.
    Milestone(Milestone),
    /// Time passes.
    Tick,
}

/// What is known below the latest milestone about one block at the door.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Past {
    /// The block itself is there.
    pub known: bool,
    /// Those of the approved blocks that are there.
    pub approved: BTreeMap<BlockId, Fact>,
    /// Other blocks in the same seat of the author's chain.
    pub rivals: Vec<BlockId>,
}

/// What the driver has to do. None of it is optional.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Append the block to the log. Everything it approves is recorded before it.
    Record {
        /// The block.
        block: VerifiedBlock,
        /// What later blocks need to know of it.
        fact: Fact,
    },
    /// Answer: the block was recorded before.
    Known(BlockId),
    /// Answer: the block waits for these parents; nothing is durable.
    Waiting {
        /// The block.
        id: BlockId,
        /// Ask its sender for these.
        missing: BTreeSet<BlockId>,
    },
    /// Answer: the block is not taken.
    Rejected {
        /// The block.
        id: BlockId,
        /// Why.
        why: Rejected,
    },
    /// Answer: the block's clock is ahead of ours; it waits for its time, nothing is durable.
    Early {
        /// The block.
        id: BlockId,
        /// When it is taken in, milliseconds since the Unix epoch.
        due_ms: u64,
    },
    /// What this block waited for has come: give it in again.
    Released(VerifiedBlock),
    /// These blocks waited too long and are forgotten.
    Expired(Vec<BlockId>),
    /// Two blocks in one seat: proof that the author (or a copy of its key) forked its chain.
    /// Both are recorded.
    Fork {
        /// The block recorded before.
        first: BlockId,
        /// The one recorded now.
        second: BlockId,
    },
    /// The milestone orders these blocks, in this order.
    Ordered(Vec<BlockId>),
}

/// Where a chain stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The author's latest block.
    pub id: BlockId,
    /// Its seat, clock and depth.
    pub fact: Fact,
}

/// What a new block of an author fills in beside kind and items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attach {
    /// The author's epoch.
    pub epoch: u32,
    /// The next free position in the author's chain.
    pub seq: u64,
    /// The author's latest block.
    pub prev: Option<BlockId>,
    /// What else to approve.
    pub parents: Parents,
    /// A clock above all of those.
    pub hlc: Hlc,
    /// The latest checkpoint.
    pub anchor: Option<Anchor>,
}

/// The state.
#[derive(Debug, Clone)]
pub struct Ledger {
    pub(crate) registry: Registry,
    pub(crate) graph: Graph,
    pub(crate) tips: Tips,
    pub(crate) heads: BTreeMap<KeyId, Head>,
    waiting: WaitingRoom,
    early: EarlyRoom,
    buckets: Buckets,
    /// Blocks in the waiting rooms, whose tokens are taken already.
    paid: BTreeSet<BlockId>,
}

impl Ledger {
    /// Of a network in which nothing was recorded yet.
    pub fn new(genesis: &Genesis) -> Self {
        Self {
            registry: Registry::new(genesis.root),
            graph: Graph::default(),
            tips: Tips::default(),
            heads: BTreeMap::new(),
            waiting: WaitingRoom::default(),
            early: EarlyRoom::default(),
            buckets: Buckets::default(),
            paid: BTreeSet::new(),
        }
    }

    /// The same with tables whose hashes depend on `seed`: a number that strangers do not know
    /// keeps them from choosing ids that make the tables slow. Nothing else depends on it.
    #[must_use]
    pub fn with_table_seed(self, seed: u64) -> Self {
        Self {
            graph: Graph::seeded(seed),
            ..self
        }
    }

    /// Takes one input at `now_ms` (milliseconds since the Unix epoch). At `u64::MAX` neither
    /// clocks nor rates are judged: for blocks that are read back from the log.
    pub fn handle(&mut self, input: Input, now_ms: u64) -> Vec<Effect> {
        match input {
            Input::Block { block, past } => self.block(block, &past, now_ms),
            Input::Milestone(milestone) => vec![self.milestone(&milestone)],
            Input::Tick => self.tick(now_ms),
        }
    }

    /// Forgets what waited too long, releases what waited for its time.
    fn tick(&mut self, now_ms: u64) -> Vec<Effect> {
        let gone = self.waiting.expire(now_ms);
        for id in &gone {
            self.paid.remove(id);
        }
        let mut effects = Vec::new();
        if !gone.is_empty() {
            effects.push(Effect::Expired(gone));
        }
        effects.extend(self.early.due(now_ms).into_iter().map(Effect::Released));
        effects
    }

    /// The registrations so far.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The part of the DAG that is not ordered.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The tips.
    pub fn tips(&self) -> &Tips {
        &self.tips
    }

    /// Where each author's chain stands.
    pub fn heads(&self) -> impl Iterator<Item = (&KeyId, &Head)> {
        self.heads.iter()
    }

    /// Where an author's chain stands; `None` before its first block.
    pub fn head(&self, author: &KeyId) -> Option<&Head> {
        self.heads.get(author)
    }

    /// How many blocks wait for their clock.
    pub fn early(&self) -> usize {
        self.early.len()
    }

    /// How many blocks wait for parents.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Heads for a milestone over everything that is not ordered, ascending. No more than a
    /// milestone can name: if there are, the deepest are left for the next one.
    pub fn frontier(&self) -> Vec<BlockId> {
        let mut open: Vec<_> = self
            .graph
            .frontier()
            .map(|(id, fact)| (fact.depth, *id))
            .collect();
        open.sort_unstable();
        open.truncate(tangle_verify::limits::MILESTONE_HEADS_MAX);
        let mut heads: Vec<_> = open.into_iter().map(|(_, id)| id).collect();
        heads.sort_unstable();
        heads
    }

    /// Where a new block of `author` goes: behind its latest block, over the latest tips of its
    /// organisation and a few uniform random ones.
    pub fn attach(&self, author: &KeyId, seed: &[u8; 32], now_ms: u64) -> Attach {
        let head = self.heads.get(author);
        let mut taken: BTreeSet<BlockId> = head.iter().map(|head| head.id).collect();
        let mut parents: BTreeMap<BlockId, Hlc> = BTreeMap::new();
        for (id, hlc) in self.organisation_tips(author, &taken) {
            taken.insert(id);
            parents.insert(id, hlc);
        }
        for id in self.tips.pick(limits::ATTACH_RANDOM_TIPS_MAX, seed, &taken) {
            parents.insert(id, self.tips.fact(&id).map_or(Hlc(0), |fact| fact.hlc));
        }
        let clocks = parents
            .values()
            .copied()
            .chain(head.map(|head| head.fact.hlc));
        let hlc = Hlc::next(now_ms, &clocks.collect::<Vec<_>>());
        let (epoch, seq, prev) = match head {
            None => (0, 0, None),
            Some(Head { id, fact }) => match fact.seat.seq.checked_add(1) {
                Some(seq) => (fact.seat.epoch, seq, Some(*id)),
                None => (fact.seat.epoch.saturating_add(1), 0, None),
            },
        };
        if prev.is_none() {
            // A chain that ran full starts anew; its last block is approved like another's.
            parents.extend(head.map(|head| (head.id, head.fact.hlc)));
        }
        let parents = Parents::from_unsorted(parents.into_keys()).unwrap_or_default();
        Attach {
            epoch,
            seq,
            prev,
            parents,
            hlc,
            anchor: None,
        }
    }

    /// The latest tips by other authors of the author's organisation.
    fn organisation_tips(&self, author: &KeyId, not: &BTreeSet<BlockId>) -> Vec<(BlockId, Hlc)> {
        let Some(own) = self.registry.organisation_of(author) else {
            return Vec::new();
        };
        let of_ours = self.tips.iter().filter(|(id, fact)| {
            let same = self.registry.organisation_of(&fact.seat.author) == Some(own);
            same && !not.contains(*id)
        });
        let mut ours: Vec<_> = of_ours.map(|(id, fact)| (fact.hlc, *id)).collect();
        ours.sort_unstable_by(|left, right| right.cmp(left));
        ours.truncate(limits::ATTACH_ORGANISATION_HEADS_MAX);
        ours.into_iter().map(|(hlc, id)| (id, hlc)).collect()
    }

    fn block(&mut self, block: VerifiedBlock, past: &Past, now_ms: u64) -> Vec<Effect> {
        let id = *block.id();
        if past.known || self.graph.contains(&id) {
            return vec![Effect::Known(id)];
        }
        let paid = self.paid.remove(&id);
        let judged = self
            .door(block.header(), paid, now_ms)
            .and_then(|()| self.judge(&block, past, now_ms));
        let (parked, effect) = match judged {
            Ok(Judgement::Solid(fact)) => return self.record(block, fact, past),
            Ok(Judgement::Missing(missing)) => {
                let parked = self.waiting.park(block, missing.clone(), now_ms);
                (parked, Effect::Waiting { id, missing })
            }
            Ok(Judgement::Early(due_ms)) => {
                let parked = self.early.park(block, due_ms);
                (parked, Effect::Early { id, due_ms })
            }
            Err(why) => return vec![Effect::Rejected { id, why }],
        };
        if parked {
            self.paid.insert(id);
            return vec![effect];
        }
        let why = Rejected::WaitingRoomFull;
        vec![Effect::Rejected { id, why }]
    }

    /// Keeps strangers and floods out, before anything is looked up or kept.
    fn door(&mut self, header: &Header, paid: bool, now_ms: u64) -> Result<(), Rejected> {
        self.registry.standing(header)?;
        let scope = self.registry.scope(&header.kid);
        match scope.and_then(|scope| scope.rate) {
            Some(rate) if !paid && now_ms != u64::MAX => self
                .buckets
                .take(&header.kid, rate, now_ms)
                .map_err(|wait_ms| Rejected::Throttled { wait_ms }),
            _ => Ok(()),
        }
    }

    /// Whether the block may come in, and whether everything below it is here.
    fn judge(
        &mut self,
        block: &VerifiedBlock,
        past: &Past,
        now_ms: u64,
    ) -> Result<Judgement, Rejected> {
        let header = block.header();
        if header.stands_on_genesis() && header.kid != *self.registry.root() {
            return Err(Rejected::StandsOnGenesis);
        }
        let ahead_ms = header.hlc.ms().saturating_sub(now_ms);
        match ahead_ms.checked_sub(limits::CLOCK_AHEAD_MS_MAX) {
            None | Some(0) => {}
            Some(1..=limits::EARLY_MS_MAX) => {
                let due_ms = header.hlc.ms() - limits::CLOCK_AHEAD_MS_MAX;
                return Ok(Judgement::Early(due_ms));
            }
            Some(_) => return Err(Rejected::ClockAhead { ahead_ms }),
        }
        let known = |id| self.graph.fact(id).or_else(|| past.approved.get(id));
        let missing: BTreeSet<_> = header
            .approved()
            .filter(|id| known(*id).is_none())
            .copied()
            .collect();
        if !missing.is_empty() {
            return Ok(Judgement::Missing(missing));
        }
        let mut depth = 0;
        for (id, fact) in header.approved().filter_map(|id| Some((id, known(id)?))) {
            if header.hlc <= fact.hlc {
                return Err(Rejected::ClockNotAbove { approved: *id });
            }
            if header.prev == Some(*id) && !is_before(&fact.seat, header) {
                return Err(Rejected::PrevNotOwn);
            }
            depth = depth.max(fact.depth);
        }
        let depth = depth.checked_add(1).ok_or(Rejected::TooDeep)?;
        if header.kind == Kind::Registry {
            self.registry.admit(&header.kid, block.items())?;
        }
        Ok(Judgement::Solid(Fact {
            depth,
            hlc: header.hlc,
            seat: Seat::of(header),
        }))
    }

    fn record(&mut self, block: VerifiedBlock, fact: Fact, past: &Past) -> Vec<Effect> {
        let id = *block.id();
        let mut rivals: BTreeSet<_> = self.graph.in_seat(&fact.seat).copied().collect();
        rivals.extend(past.rivals.iter().filter(|rival| **rival != id));
        self.insert(&block, fact);
        let mut effects = vec![Effect::Record { block, fact }];
        effects.extend(
            rivals
                .into_iter()
                .map(|first| Effect::Fork { first, second: id }),
        );
        effects.extend(self.waiting.release(&id).into_iter().map(Effect::Released));
        effects
    }

    /// Puts a block that is recorded into graph, tips and heads.
    pub(crate) fn insert(&mut self, block: &VerifiedBlock, fact: Fact) {
        let (id, header) = (*block.id(), block.header());
        self.graph.insert(id, header, fact);
        self.tips.insert(id, header, fact);
        self.advance_head(Head { id, fact });
    }

    /// Of two blocks in one seat the one recorded first stays the head.
    pub(crate) fn advance_head(&mut self, head: Head) {
        let place = |head: &Head| (head.fact.seat.epoch, head.fact.seat.seq);
        let author = head.fact.seat.author;
        if self
            .heads
            .get(&author)
            .is_none_or(|known| place(known) < place(&head))
        {
            self.heads.insert(author, head);
        }
    }

    fn milestone(&mut self, milestone: &Milestone) -> Effect {
        let order = total_order(self.graph.cone(&milestone.heads));
        self.graph.remove(&order);
        Effect::Ordered(order)
    }
}

/// Whether `seat` is the one just before the block's.
fn is_before(seat: &Seat, header: &Header) -> bool {
    let seq = seat.seq.checked_add(1);
    seat.author == header.kid && seat.epoch == header.epoch && seq == Some(header.seq)
}

enum Judgement {
    Solid(Fact),
    Missing(BTreeSet<BlockId>),
    Early(u64),
}

#[cfg(test)]
mod tests;
