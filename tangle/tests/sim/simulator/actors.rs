//! The authors: honest ones with a chain, an outbox and a clock that is wrong, and what the
//! dishonest ones put on the wire.

use tangle::testing::disk::Random;
use tangle::testing::world::{FOUNDED_MS, Place, World, item, key_id};
use tangle::{BlockId, Hlc, VerifiedBlock};

use super::step::Lie;

/// How many blocks an author remembers to approve.
const KNOWN_MAX: usize = 12;

/// A block as others refer to it.
pub(crate) type Seen = (BlockId, Hlc);

pub(crate) fn seen(block: &VerifiedBlock) -> Seen {
    (*block.id(), block.header().hlc)
}

/// An honest author.
#[derive(Debug)]
pub(crate) struct Actor {
    pub(crate) name: String,
    skew_ms: i64,
    seq: u64,
    last: Option<Seen>,
    known: Vec<Seen>,
    /// Not acknowledged yet, oldest first.
    pub(crate) outbox: Vec<VerifiedBlock>,
}

impl Actor {
    pub(crate) fn new(at: usize, skew_ms: i64, founding: &VerifiedBlock) -> Self {
        Self {
            name: name(at),
            skew_ms,
            seq: 0,
            last: None,
            known: vec![seen(founding)],
            outbox: Vec::new(),
        }
    }

    /// Records something: sometimes a claim that others make too.
    pub(crate) fn make(&mut self, world: &World, now_ms: u64, draw: u64) -> VerifiedBlock {
        let mut random = Random(draw);
        let mut approved: Vec<Seen> = Vec::new();
        for _ in 0..=random.below(3) {
            let pick = self.known[random.below(self.known.len())];
            if Some(pick) != self.last && !approved.contains(&pick) {
                approved.push(pick);
            }
        }
        if self.last.is_none() && approved.is_empty() {
            approved.push(self.known[0]);
        }
        let clocks: Vec<Hlc> = approved.iter().chain(&self.last).map(|it| it.1).collect();
        let place = Place {
            epoch: 0,
            seq: self.seq,
            prev: self.last.map(|it| it.0),
            parents: approved.iter().map(|it| it.0).collect(),
            hlc: Hlc::next(now_ms.saturating_add_signed(self.skew_ms), &clocks),
        };
        let text = match random.below(5) {
            0 => format!("once dispense pack{}", random.below(6)),
            _ => format!("{} {} pack{}", self.name, self.seq, random.below(6)),
        };
        let block = world.block(&self.name, place, vec![item(&text)]);
        self.seq += 1;
        self.last = Some(seen(&block));
        self.outbox.push(block.clone());
        block
    }

    /// Hears of blocks that it may approve from now on.
    pub(crate) fn hear(&mut self, blocks: impl IntoIterator<Item = Seen>) {
        for block in blocks {
            if !self.known.contains(&block) {
                self.known.push(block);
            }
        }
        let surplus = self.known.len().saturating_sub(KNOWN_MAX);
        self.known.drain(..surplus);
    }
}

/// The name of an honest author.
pub(crate) fn name(at: usize) -> String {
    format!("h{at}")
}

/// The dishonest author's name; it is registered like the others.
pub(crate) const LIAR: &str = "liar";

/// The dishonest author's chain: it needs one, to be able to fork it.
#[derive(Debug, Default)]
pub(crate) struct Liar {
    seq: u64,
    last: Option<Seen>,
}

/// What a lie puts on the wire.
pub(crate) struct Lied {
    /// Envelopes, as they are received.
    pub(crate) bytes: Vec<Vec<u8>>,
    /// Whether they must be recorded in the end; `false` if never, whatever happens.
    pub(crate) recordable: bool,
}

/// Makes a block: author, seq, prev, what else it approves, clock.
type Maker<'a> = &'a dyn Fn(&str, u64, Option<Seen>, Seen, Hlc) -> VerifiedBlock;

impl Liar {
    /// `others` are honest blocks on their way or recorded; the first is the founding block.
    pub(crate) fn lie(
        &mut self,
        lie: Lie,
        (world, now_ms): (&World, u64),
        others: &[VerifiedBlock],
        draw: u64,
    ) -> Lied {
        let mut random = Random(draw);
        let other = &others[random.below(others.len())];
        let founding = seen(&others[0]);
        let at = |author: &str, seq, prev: Option<Seen>, over: Seen, hlc: Hlc| {
            let parents = [over]
                .iter()
                .filter(|it| Some(**it) != prev)
                .map(|it| it.0)
                .collect();
            let prev = prev.map(|it| it.0);
            let place = Place {
                epoch: 0,
                seq,
                prev,
                parents,
                hlc,
            };
            world.block(author, place, vec![item(&format!("lie {draw}"))])
        };
        let above =
            |seen: &[Seen]| Hlc::next(now_ms, &seen.iter().map(|it| it.1).collect::<Vec<_>>());
        let clock = above(&[founding, self.last.unwrap_or(founding)]);
        let never = |block: VerifiedBlock| Lied {
            bytes: vec![block.bytes().to_vec()],
            recordable: false,
        };
        match lie {
            Lie::Fork | Lie::Lazy => self.chain(lie, &at, clock, founding),
            Lie::Ahead => {
                let ahead = Hlc((now_ms + 100_000_000_000) << 16);
                never(at(LIAR, 0, None, founding, ahead))
            }
            Lie::Behind => never(at(LIAR, 0, None, founding, founding.1)),
            Lie::Dangling => {
                let nowhere = (
                    BlockId::new([random.draw().to_le_bytes()[0]; 32]),
                    founding.1,
                );
                never(at(LIAR, 0, None, nowhere, clock))
            }
            Lie::Stolen => {
                let own = other.header().kid == key_id(LIAR);
                let other = if own { &others[0] } else { other };
                let prev = seen(other);
                let seq = other.header().seq + 1;
                never(at(LIAR, seq, Some(prev), prev, above(&[prev])))
            }
            Lie::Stranger => never(at("stranger", 0, None, founding, clock)),
            Lie::Foreign => never(foreign(world, other)),
            Lie::Flipped => {
                let mut bytes = other.bytes().to_vec();
                let at = random.below(bytes.len());
                bytes[at] ^= 1 << random.below(8);
                Lied {
                    bytes: vec![bytes],
                    recordable: false,
                }
            }
            Lie::Stripped => never(other.erase(&[0])),
        }
    }

    /// Goes on with its chain over the founding block, once or twice in the same seat.
    fn chain(&mut self, lie: Lie, at: Maker<'_>, clock: Hlc, founding: Seen) -> Lied {
        let block = at(LIAR, self.seq, self.last, founding, clock);
        let mut bytes = vec![block.bytes().to_vec()];
        if lie == Lie::Fork {
            let twin = at(LIAR, self.seq, self.last, founding, Hlc(clock.0 + 1));
            bytes.push(twin.bytes().to_vec());
        }
        self.seq += 1;
        self.last = Some(seen(&block));
        Lied {
            bytes,
            recordable: true,
        }
    }
}

/// The content of a block, signed by its author for another network.
fn foreign(world: &World, block: &VerifiedBlock) -> VerifiedBlock {
    let mut genesis = world.genesis().clone();
    genesis.created_ms = FOUNDED_MS + 1;
    let header = block.header();
    let draft = tangle::Draft {
        kind: header.kind,
        epoch: header.epoch,
        seq: header.seq,
        prev: header.prev,
        parents: header.parents.clone(),
        hlc: header.hlc,
        anchor: None,
        items: block.items().map(|(_, item)| item.clone()).collect(),
    };
    let network = genesis.network_id();
    let signed = draft
        .sign(&tangle::testing::world::key("h0"), &network)
        .unwrap();
    signed.verify(&network).unwrap()
}
