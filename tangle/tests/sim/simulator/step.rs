//! A run as a value: a cast and a list of steps, each carrying its own chance. So a run can be
//! printed, repeated, and made smaller by leaving steps out.

use tangle::testing::disk::Random;

/// What a dishonest author does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lie {
    /// Two blocks in one seat.
    Fork,
    /// A clock further ahead than is tolerated.
    Ahead,
    /// A clock not above that of a block it approves.
    Behind,
    /// A block whose parents nobody has.
    Dangling,
    /// A `prev` that is somebody else's block.
    Stolen,
    /// A key nobody registered.
    Stranger,
    /// Signed for another network.
    Foreign,
    /// Somebody's block with a changed bit.
    Flipped,
    /// Somebody's block with its items erased.
    Stripped,
    /// Approves the oldest block there is.
    Lazy,
}

pub(crate) const LIES: [Lie; 10] = [
    Lie::Fork,
    Lie::Ahead,
    Lie::Behind,
    Lie::Dangling,
    Lie::Stolen,
    Lie::Stranger,
    Lie::Foreign,
    Lie::Flipped,
    Lie::Stripped,
    Lie::Lazy,
];

/// Something happens. `draw` is the step's own chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// An honest author records, online or not.
    Make { actor: usize, draw: u64 },
    /// An author sends everything that was not acknowledged to it.
    Send { actor: usize },
    /// An author hears of another's blocks without the node.
    Gossip { from: usize, to: usize },
    /// One message under way arrives, whichever.
    Deliver { draw: u64 },
    /// One is lost.
    Lose { draw: u64 },
    /// One will arrive twice.
    Double { draw: u64 },
    /// A dishonest author acts.
    Lie { lie: Lie, draw: u64 },
    /// The node orders and concludes.
    Cut,
    /// The node writes its index.
    Flush,
    /// Time passes.
    Pass { ms: u64 },
    /// The node's clock is set, relative to the true time.
    Clock { skew_ms: i64 },
    /// The power goes after so many more operations of the disk.
    Power { operations: u64 },
    /// The disk refuses one operation, then.
    Refuse { operations: u64 },
    /// The disk is full from then on, until somebody looks after it.
    Full { operations: u64 },
    /// The process is killed now.
    Kill { draw: u64 },
    /// The node is closed and opened.
    Restart,
    /// The replica loses its power.
    Replica { draw: u64 },
}

/// Who takes part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cast {
    /// By how much each honest author's clock is wrong, milliseconds.
    pub(crate) skews_ms: Vec<i64>,
    pub(crate) seed: u64,
}

/// Steps of one run.
const STEPS: usize = 180;

/// The run of a seed. Each seed has its own mix of what happens often, seldom and never.
pub(crate) fn script(seed: u64) -> (Cast, Vec<Step>) {
    let mut random = Random(seed);
    let actors = 2 + random.below(4);
    let skews_ms = (0..actors).map(|_| skew(&mut random)).collect();
    let mut weights: Vec<usize> = [60, 30, 8, 60, 8, 8, 12, 12, 3, 4, 2, 3, 1, 2, 2, 2]
        .map(|weight| weight * [0, 1, 1, 2][random.below(4)])
        .into();
    // Somebody has to do something.
    for (at, least) in [(0, 60), (1, 20), (3, 30), (7, 6)] {
        weights[at] = weights[at].max(least);
    }
    let steps = (0..STEPS).map(|_| step(&weights, actors, &mut random));
    let steps = steps.collect();
    (Cast { skews_ms, seed }, steps)
}

/// Mostly right, sometimes minutes ahead (and tolerated), sometimes years behind.
fn skew(random: &mut Random) -> i64 {
    let within = |random: &mut Random, ms: usize| i64::try_from(random.below(ms)).unwrap_or(0);
    match random.below(4) {
        0 => within(random, 280_000),
        1 => -within(random, 315_360_000_000),
        _ => 0,
    }
}

fn step(weights: &[usize], actors: usize, random: &mut Random) -> Step {
    let mut at = random.below(weights.iter().sum());
    let kind = weights.iter().position(|weight| {
        let here = at < *weight;
        at = at.saturating_sub(*weight);
        here
    });
    let draw = random.draw();
    let actor = random.below(actors);
    match kind.unwrap_or(0) {
        0 => Step::Make { actor, draw },
        1 => Step::Send { actor },
        2 => Step::Gossip {
            from: actor,
            to: random.below(actors),
        },
        3 => Step::Deliver { draw },
        4 => Step::Lose { draw },
        5 => Step::Double { draw },
        6 => Step::Lie {
            lie: LIES[random.below(LIES.len())],
            draw,
        },
        7 => Step::Cut,
        8 => Step::Flush,
        9 => Step::Pass {
            ms: [5, 900, 60_000, 700_000][random.below(4)],
        },
        10 => Step::Clock {
            skew_ms: [0, 250_000, -250_000, -90_000_000][random.below(4)],
        },
        11 => Step::Power {
            operations: draw % 60,
        },
        12 if draw.is_multiple_of(3) => Step::Full {
            operations: draw % 60,
        },
        12 => Step::Refuse {
            operations: draw % 60,
        },
        13 => Step::Kill { draw },
        14 => Step::Restart,
        _ => Step::Replica { draw },
    }
}
