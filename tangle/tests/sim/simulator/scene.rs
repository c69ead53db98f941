//! One run: the cast, the messages under way, the node and its replica; and what each step does.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use tangle::testing::disk::{Fault, Random};
use tangle::testing::world::{FOUNDED_MS, World};
use tangle::{BlockId, ReceiptStatus, Rejected, SignedBlock, VerifiedBlock};

use super::actors::{Actor, LIAR, Liar, Seen, name, seen};
use super::host::{Counts, Host};
use super::replica::Replica;
use super::step::{Cast, Lie, Step};

/// Something under way.
#[derive(Debug, Clone)]
enum Message {
    /// Blocks for the node.
    Blocks {
        from: usize,
        blocks: Vec<VerifiedBlock>,
    },
    /// The node's answer: what is acknowledged, what may be approved.
    Answer {
        to: usize,
        done: Vec<BlockId>,
        tips: Vec<Seen>,
    },
    /// Whatever a dishonest author sends.
    Raw(Vec<u8>),
}

/// The run.
pub(crate) struct Scene {
    world: World,
    now_ms: u64,
    skew_ms: i64,
    actors: Vec<Actor>,
    liar: Liar,
    pub(crate) host: Host,
    replica: Replica,
    wire: Vec<Message>,
    /// Every block anybody made, parents first, the founding block first.
    made: Vec<VerifiedBlock>,
    /// Envelopes that must never be recorded.
    never: Vec<VerifiedBlock>,
    forks: usize,
}

impl Scene {
    pub(crate) fn new(cast: &Cast) -> Self {
        let world = World::new();
        let names: Vec<String> = (0..cast.skews_ms.len()).map(name).collect();
        let mut all: Vec<&str> = names.iter().map(String::as_str).collect();
        all.push(LIAR);
        let founding = world.founding(&all);
        let actors = (0..).zip(&cast.skews_ms);
        let actors = actors
            .map(|(at, skew_ms)| Actor::new(at, *skew_ms, &founding))
            .collect();
        Self {
            world,
            // However wrong the node's clock is, it is not before the founding.
            now_ms: FOUNDED_MS + 48 * 3_600_000,
            skew_ms: 0,
            actors,
            liar: Liar::default(),
            host: Host::new(),
            replica: Replica::new(),
            wire: vec![Message::Raw(founding.bytes().to_vec())],
            made: vec![founding],
            never: Vec::new(),
            forks: 0,
        }
    }

    /// Does one step; an error tells what is not as it must be.
    pub(crate) fn step(&mut self, step: &Step) -> Result<(), String> {
        self.host.tips_max = self.actors.len() + 2 + self.forks;
        match *step {
            Step::Make { actor, draw } => {
                let block = self.actors[actor].make(&self.world, self.now_ms, draw);
                self.made.push(block);
            }
            Step::Send { actor } => self.send(actor),
            Step::Gossip { from, to } => {
                let last = self.actors[from].outbox.last().map(seen);
                self.actors[to].hear(last);
            }
            Step::Deliver { draw } => self.deliver(draw)?,
            Step::Lose { draw } => drop(self.pick(draw)),
            Step::Double { draw } => {
                if let Some(message) = self.pick(draw) {
                    self.wire.extend([message.clone(), message]);
                }
            }
            Step::Lie { lie, draw } => self.lie(lie, draw),
            Step::Cut => self.cut(1)?,
            Step::Flush => self.host.flush(1)?,
            Step::Pass { ms } => self.now_ms += ms,
            Step::Clock { skew_ms } => self.skew_ms = skew_ms,
            Step::Power { operations } => self.host.plan(operations, Fault::PowerLoss),
            Step::Refuse { operations } => self.host.plan(operations, Fault::Refused),
            Step::Full { operations } => self.host.plan(operations, Fault::Full),
            Step::Kill { draw } => self.host.stop(draw % 2 == 0, draw),
            Step::Restart => self.host.close(1)?,
            Step::Replica { draw } => self.replica.crash(draw)?,
        }
        Ok(())
    }

    /// Everything is repaired and delivered: nothing honest is missing, nothing false is there,
    /// all of it is final, and the disk is sound.
    pub(crate) fn end(&mut self) -> Result<Counts, String> {
        self.skew_ms = 0;
        self.host.stop(false, 0);
        self.step(&Step::Deliver { draw: 0 })?;
        for _ in 0..6 {
            for actor in 0..self.actors.len() {
                self.send(actor);
            }
            while !self.wire.is_empty() {
                self.deliver(0)?;
            }
        }
        for actor in &self.actors {
            if let Some(block) = actor.outbox.first() {
                return Err(format!("{} cannot get {} recorded", actor.name, block.id()));
            }
        }
        self.cut(0)?;
        let node = self.host.up(0)?.ok_or("it is down")?;
        let reader = node.tangle.reader();
        for block in &self.never {
            let found = reader
                .block(block.id())
                .map_err(|error| error.to_string())?;
            if found.is_some_and(|found| found.bytes() == block.bytes()) {
                return Err(format!("a false block {} was recorded", block.id()));
            }
        }
        self.host.sound()?;
        Ok(self.host.counts)
    }

    fn cut(&mut self, draw: u64) -> Result<(), String> {
        let node_ms = self.node_ms();
        self.host.cut(node_ms, draw)?;
        if let Some(node) = &self.host.node {
            self.replica
                .follow(&node.tangle, &mut Random(self.now_ms ^ draw))?;
        }
        Ok(())
    }

    fn node_ms(&self) -> u64 {
        self.now_ms.saturating_add_signed(self.skew_ms)
    }

    fn send(&mut self, from: usize) {
        let blocks = self.actors[from].outbox.clone();
        self.wire.push(Message::Blocks { from, blocks });
    }

    fn pick(&mut self, draw: u64) -> Option<Message> {
        let count = self.wire.len() as u64;
        let at = usize::try_from(draw.checked_rem(count)?).ok()?;
        Some(self.wire.swap_remove(at))
    }

    fn deliver(&mut self, draw: u64) -> Result<(), String> {
        match self.pick(draw) {
            None => Ok(()),
            Some(Message::Raw(bytes)) => self.raw(&bytes, draw),
            Some(Message::Blocks { from, blocks }) => self.blocks(from, blocks, draw),
            Some(Message::Answer { to, done, tips }) => {
                let actor = &mut self.actors[to];
                actor.outbox.retain(|block| !done.contains(block.id()));
                actor.hear(tips);
                Ok(())
            }
        }
    }

    /// The gate: bytes become a block or nothing.
    fn raw(&mut self, bytes: &[u8], draw: u64) -> Result<(), String> {
        let network = *self.world.network();
        let Some(block) = SignedBlock::decode(bytes)
            .ok()
            .and_then(|it| it.verify(&network).ok())
        else {
            return Ok(());
        };
        let founding = block.id() == self.made[0].id();
        let taken = self.host.submit(&[block], self.node_ms(), draw)?;
        if founding && taken.is_none() {
            // Whoever founds a network sees to it that it is founded.
            self.wire.push(Message::Raw(bytes.to_vec()));
        }
        Ok(())
    }

    fn blocks(&mut self, from: usize, blocks: Vec<VerifiedBlock>, draw: u64) -> Result<(), String> {
        let founding = self.made[0].clone();
        let blocks: Vec<_> = [founding].into_iter().chain(blocks).collect();
        let Some(receipts) = self.host.submit(&blocks, self.node_ms(), draw)? else {
            return Ok(());
        };
        let mut done = Vec::new();
        for receipt in receipts {
            match receipt.status {
                ReceiptStatus::Recorded | ReceiptStatus::Known => done.push(receipt.id),
                ReceiptStatus::Waiting { .. }
                | ReceiptStatus::Rejected(
                    Rejected::ClockAhead { .. } | Rejected::WaitingRoomFull,
                ) => {}
                ReceiptStatus::Rejected(why) => {
                    return Err(format!("honest {} was refused: {why}", receipt.id));
                }
            }
        }
        let tips = self.tips()?;
        self.wire.push(Message::Answer {
            to: from,
            done,
            tips,
        });
        Ok(())
    }

    fn tips(&mut self) -> Result<Vec<Seen>, String> {
        let Some(node) = &self.host.node else {
            return Ok(Vec::new());
        };
        let reader = node.tangle.reader();
        let blocks = reader
            .tips()
            .iter()
            .map(|tip| reader.block(tip))
            .collect::<Vec<_>>();
        blocks
            .into_iter()
            .map(|block| match block {
                Ok(Some(block)) => Ok(seen(&block)),
                Ok(None) => Err("a tip is not recorded".into()),
                Err(error) => Err(error.to_string()),
            })
            .collect()
    }

    fn lie(&mut self, lie: Lie, draw: u64) {
        let about = (&self.world, self.now_ms);
        let lied = self.liar.lie(lie, about, &self.made, draw);
        self.forks += usize::from(lied.recordable);
        let network = self.world.network();
        for bytes in lied.bytes {
            let block = SignedBlock::decode(&bytes)
                .ok()
                .and_then(|it| it.verify(network).ok());
            if let Some(block) = block {
                if lied.recordable {
                    self.made.push(block);
                } else {
                    self.never.push(block);
                }
            }
            self.wire.push(Message::Raw(bytes));
        }
    }

    /// The DAG in Graphviz' language: what is in the order is filled.
    pub(crate) fn dot(&self) -> String {
        let mut out = String::from("digraph tangle {\n  rankdir=RL;\n");
        let at: BTreeMap<&BlockId, usize> =
            (0..).zip(&self.made).map(|(n, b)| (b.id(), n)).collect();
        for (id, n) in &at {
            let ordered = self.host.order.iter().position(|it| it == *id);
            let (label, style) = match ordered {
                Some(position) => (format!("b{n} #{position}"), ", style=filled"),
                None => (format!("b{n}"), ""),
            };
            let _infallible = writeln!(out, "  b{n} [label=\"{label}\"{style}];");
            for below in self.made[*n].header().approved() {
                if let Some(below) = at.get(below) {
                    let _infallible = writeln!(out, "  b{n} -> b{below};");
                }
            }
        }
        out + "}\n"
    }
}
