//! DAGs as text, one block a line:
//! ```text
//! a0                  the first block of author `a`, on the founding block
//! b0 <- a0            author `b` approves a0
//! a1 <- b0            seq 1 of `a`: its prev is a0, whether named or not
//! a1' <- b0           another block in the same seat: a fork
//! c0 <- a1 : once x   what it says, behind a colon; without one, its own name
//! ```
//! A name is the author's (letters), the position in its chain (digits), and a mark (`'`) for
//! each further block in the same seat. Blocks may be written in any order; what they approve
//! must be somewhere in the text. Clocks follow the depth, so they are always right.

use std::collections::BTreeMap;

use tangle_verify::{BlockId, Hlc, VerifiedBlock};

use super::world::{FOUNDED_MS, Place, World, item};

/// The blocks of a text.
#[derive(Debug, Clone)]
pub struct Dag {
    /// The founding block, which registers every author of the text as a device.
    pub founding: VerifiedBlock,
    /// The blocks in the order of the text.
    pub blocks: Vec<VerifiedBlock>,
    names: BTreeMap<BlockId, String>,
}

#[derive(Debug, Clone)]
struct Line {
    author: String,
    seq: u64,
    parents: Vec<String>,
    text: String,
}

impl Dag {
    /// Reads a text. Panics on one that is not well formed: it is a test that is wrong then.
    pub fn parse(text: &str) -> Self {
        let lines: Vec<(String, Line)> = text.lines().filter_map(read_line).collect();
        let mut authors: Vec<&str> = lines.iter().map(|(_, line)| line.author.as_str()).collect();
        authors.sort_unstable();
        authors.dedup();
        let world = World::new();
        let founding = world.founding(&authors);
        let all: BTreeMap<String, Line> = lines.iter().cloned().collect();
        assert_eq!(all.len(), lines.len(), "every name stands for one block");
        let mut made: BTreeMap<String, (VerifiedBlock, u64)> = BTreeMap::new();
        for (name, _) in &lines {
            make(name, &all, &mut made, (&world, &founding));
        }
        let blocks = lines.iter().map(|(name, _)| made[name].0.clone()).collect();
        let mut names: BTreeMap<_, _> = made
            .iter()
            .map(|(name, (block, _))| (*block.id(), name.clone()))
            .collect();
        names.insert(*founding.id(), "root".into());
        Self {
            founding,
            blocks,
            names,
        }
    }

    /// The block of this name.
    pub fn block(&self, name: &str) -> &VerifiedBlock {
        self.blocks
            .iter()
            .find(|it| self.name(it.id()) == name)
            .expect("a name of the text")
    }

    /// Its id.
    pub fn id(&self, name: &str) -> BlockId {
        *self.block(name).id()
    }

    /// The name of a block.
    pub fn name(&self, id: &BlockId) -> &str {
        self.names.get(id).map_or("?", String::as_str)
    }

    /// Names with spaces between.
    pub fn render<'a>(&self, ids: impl IntoIterator<Item = &'a BlockId>) -> String {
        let names: Vec<_> = ids.into_iter().map(|id| self.name(id)).collect();
        names.join(" ")
    }
}

fn read_line(line: &str) -> Option<(String, Line)> {
    let line = line.split('#').next().unwrap_or_default().trim();
    if line.is_empty() {
        return None;
    }
    let (line, text) = line.split_once(':').unwrap_or((line, ""));
    let (name, parents) = line.split_once("<-").unwrap_or((line, ""));
    let name = name.trim().to_owned();
    let text = match text.trim() {
        "" => name.clone(),
        text => text.to_owned(),
    };
    let plain = name.trim_end_matches('\'');
    let author = plain
        .trim_end_matches(|c: char| c.is_ascii_digit())
        .to_owned();
    let seq = plain
        .trim_start_matches(author.as_str())
        .parse()
        .expect("a name ends in a number");
    let parents = parents.split_whitespace().map(str::to_owned).collect();
    Some((
        name,
        Line {
            author,
            seq,
            parents,
            text,
        },
    ))
}

/// Makes a block after everything it approves; the number is its depth.
fn make(
    name: &str,
    all: &BTreeMap<String, Line>,
    made: &mut BTreeMap<String, (VerifiedBlock, u64)>,
    world: (&World, &VerifiedBlock),
) -> (BlockId, u64) {
    if let Some((block, depth)) = made.get(name) {
        return (*block.id(), *depth);
    }
    let line = all
        .get(name)
        .unwrap_or_else(|| panic!("{name} is not in the text"));
    let before = line
        .seq
        .checked_sub(1)
        .map(|seq| format!("{}{seq}", line.author));
    let own = |parent: &str| parent.trim_end_matches('\'') == before.as_deref().unwrap_or("-");
    let named = line.parents.iter().find(|parent| own(parent)).cloned();
    let prev = named
        .or_else(|| before.clone())
        .map(|it| make(&it, all, made, world));
    let mut parents = Vec::new();
    let mut depth = prev.map_or(0, |(_, depth)| depth);
    for parent in line.parents.iter().filter(|parent| !own(parent)) {
        let (id, below) = make(parent, all, made, world);
        parents.push(id);
        depth = depth.max(below);
    }
    if prev.is_none() && parents.is_empty() {
        parents.push(*world.1.id());
        depth = 1;
    }
    let place = Place {
        epoch: 0,
        seq: line.seq,
        prev: prev.map(|(id, _)| id),
        parents,
        hlc: Hlc((FOUNDED_MS + depth) << 16),
    };
    let block = world.0.block(&line.author, place, vec![item(&line.text)]);
    let id = *block.id();
    made.insert(name.to_owned(), (block, depth + 1));
    (id, depth + 1)
}
