//! The disk's content twice: as processes see it, and as it would be found after a power loss.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};

use super::Unsynced;

/// What a disk writes in one piece.
const SECTOR: usize = 512;
/// Number of the top folder.
pub(super) const ROOT: u64 = 1;

/// A file or a folder.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) mode: u32,
    pub(super) body: Body,
}

#[derive(Debug, Clone)]
pub(super) enum Body {
    File(FileBody),
    Folder(FolderBody),
}

#[derive(Debug, Clone, Default)]
pub(super) struct FileBody {
    pub(super) seen: Vec<u8>,
    sure: Vec<u8>,
    /// Sectors in which the two may differ.
    fresh: BTreeSet<usize>,
}

/// One change of a folder: a name gets a node, or loses it. A rename within a folder is one
/// change of two names.
type Change = Vec<(OsString, Option<u64>)>;

#[derive(Debug, Clone, Default)]
pub(super) struct FolderBody {
    pub(super) seen: BTreeMap<OsString, u64>,
    sure: BTreeMap<OsString, u64>,
    fresh: Vec<Change>,
}

/// Everything on the disk.
#[derive(Debug)]
pub(super) struct Tree {
    nodes: BTreeMap<u64, Node>,
    next: u64,
    pub(super) syncs: u64,
    pub(super) lies: bool,
}

impl Default for Tree {
    fn default() -> Self {
        let top = Node {
            mode: 0o755,
            body: Body::Folder(FolderBody::default()),
        };
        Self {
            nodes: BTreeMap::from([(ROOT, top)]),
            next: ROOT + 1,
            syncs: 0,
            lies: false,
        }
    }
}

impl Tree {
    pub(super) fn node(&self, number: u64) -> Option<&Node> {
        self.nodes.get(&number)
    }

    pub(super) fn node_mut(&mut self, number: u64) -> Option<&mut Node> {
        self.nodes.get_mut(&number)
    }

    pub(super) fn folder(&self, number: u64) -> Option<&FolderBody> {
        match &self.nodes.get(&number)?.body {
            Body::Folder(folder) => Some(folder),
            Body::File(_) => None,
        }
    }

    pub(super) fn file_mut(&mut self, number: u64) -> Option<&mut FileBody> {
        match &mut self.nodes.get_mut(&number)?.body {
            Body::File(file) => Some(file),
            Body::Folder(_) => None,
        }
    }

    pub(super) fn find(&self, parent: u64, name: &OsStr) -> Option<u64> {
        self.folder(parent)?.seen.get(name).copied()
    }

    /// Makes a node and names it.
    pub(super) fn make(&mut self, parent: u64, name: &OsStr, mode: u32, folder: bool) -> u64 {
        let body = if folder {
            Body::Folder(FolderBody::default())
        } else {
            Body::File(FileBody::default())
        };
        let number = self.next;
        self.next += 1;
        self.nodes.insert(number, Node { mode, body });
        self.change(parent, vec![(name.to_owned(), Some(number))]);
        number
    }

    pub(super) fn change(&mut self, parent: u64, change: Change) {
        let Some(Node {
            body: Body::Folder(folder),
            ..
        }) = self.nodes.get_mut(&parent)
        else {
            return;
        };
        apply(&mut folder.seen, &change);
        folder.fresh.push(change);
    }

    /// Makes a file's bytes, or a folder's names, sure.
    pub(super) fn sync(&mut self, number: u64) {
        self.syncs += 1;
        if self.lies {
            return;
        }
        match self.nodes.get_mut(&number).map(|node| &mut node.body) {
            Some(Body::File(file)) => file.settle(|| true),
            Some(Body::Folder(folder)) => {
                folder.sure = folder.seen.clone();
                folder.fresh.clear();
            }
            None => {}
        }
    }

    pub(super) fn lose_power(&mut self, unsynced: Unsynced) {
        let mut random = match unsynced {
            Unsynced::Torn(seed) => seed,
            _ => 0,
        };
        for node in self.nodes.values_mut() {
            match &mut node.body {
                Body::File(file) => {
                    file.settle(|| match unsynced {
                        Unsynced::Gone => false,
                        Unsynced::Kept => true,
                        Unsynced::Torn(_) => draw(&mut random).is_multiple_of(2),
                    });
                    file.seen = file.sure.clone();
                }
                Body::Folder(folder) => {
                    let all = folder.fresh.len() as u64;
                    let kept = match unsynced {
                        Unsynced::Gone => 0,
                        Unsynced::Kept => all,
                        Unsynced::Torn(_) => draw(&mut random) % (all + 1),
                    };
                    let kept = usize::try_from(kept).unwrap_or(usize::MAX);
                    for change in folder.fresh.drain(..).take(kept) {
                        apply(&mut folder.sure, &change);
                    }
                    folder.seen = folder.sure.clone();
                }
            }
        }
        self.drop_nameless();
    }

    /// What no folder names any more is gone; names of what is gone are none.
    fn drop_nameless(&mut self) {
        let mut named = BTreeSet::from([ROOT]);
        let mut open = vec![ROOT];
        while let Some(number) = open.pop() {
            let names = self.folder(number).map(|it| it.seen.clone());
            for below in names.unwrap_or_default().into_values() {
                if named.insert(below) {
                    open.push(below);
                }
            }
        }
        self.nodes.retain(|number, _| named.contains(number));
    }
}

fn apply(names: &mut BTreeMap<OsString, u64>, change: &Change) {
    for (name, node) in change {
        match node {
            Some(node) => drop(names.insert(name.clone(), *node)),
            None => drop(names.remove(name)),
        }
    }
}

impl FileBody {
    pub(super) fn write(&mut self, offset: usize, data: &[u8]) {
        let end = offset + data.len();
        if self.seen.len() < end {
            self.set_len(end);
        }
        self.seen[offset..end].copy_from_slice(data);
        self.fresh.extend(offset / SECTOR..end.div_ceil(SECTOR));
    }

    pub(super) fn set_len(&mut self, length: usize) {
        let (shorter, longer) = (length.min(self.seen.len()), length.max(self.seen.len()));
        self.seen.resize(length, 0);
        self.fresh.extend(shorter / SECTOR..longer.div_ceil(SECTOR));
    }

    /// Takes over those of the changes that are `kept`: each sector, and first the shorter length
    /// where the file was cut.
    fn settle(&mut self, mut kept: impl FnMut() -> bool) {
        if self.sure.len() > self.seen.len() && kept() {
            self.sure.truncate(self.seen.len());
        }
        for sector in std::mem::take(&mut self.fresh) {
            let start = sector * SECTOR;
            let end = (start + SECTOR).min(self.seen.len());
            if start >= end || !kept() {
                continue;
            }
            if self.sure.len() < end {
                self.sure.resize(end, 0);
            }
            self.sure[start..end].copy_from_slice(&self.seen[start..end]);
        }
    }
}

/// A well-mixed number (splitmix64).
fn draw(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(tree: &mut Tree, name: &str) -> u64 {
        tree.make(ROOT, OsStr::new(name), 0o600, false)
    }

    fn bytes(tree: &mut Tree, name: &str) -> Option<Vec<u8>> {
        let number = tree.find(ROOT, OsStr::new(name))?;
        tree.file_mut(number).map(|file| file.seen.clone())
    }

    #[test]
    fn what_was_synced_stays_and_nothing_else_is_sure() {
        let mut tree = Tree::default();
        let (one, two) = (file(&mut tree, "one"), file(&mut tree, "two"));
        tree.file_mut(one).unwrap().write(0, &[1; 2000]);
        tree.sync(one);
        tree.sync(ROOT);
        tree.file_mut(one).unwrap().write(1000, &[2; 2000]);
        tree.file_mut(two).unwrap().write(0, &[3; 10]);
        let three = file(&mut tree, "three");
        tree.file_mut(three).unwrap().write(0, b"x");
        tree.sync(three);
        tree.lose_power(Unsynced::Gone);
        assert_eq!(bytes(&mut tree, "one"), Some(vec![1; 2000]));
        assert_eq!(bytes(&mut tree, "two"), Some(Vec::new()));
        assert_eq!(bytes(&mut tree, "three"), None, "its name was not synced");
    }

    #[test]
    fn a_cut_file_is_short_after_a_sync_and_its_replacement_whole_or_not_there() {
        let mut tree = Tree::default();
        let one = file(&mut tree, "one");
        tree.file_mut(one).unwrap().write(0, &[1; 3000]);
        tree.sync(one);
        tree.file_mut(one).unwrap().set_len(100);
        tree.sync(one);
        tree.sync(ROOT);
        let fresh = file(&mut tree, "fresh");
        tree.file_mut(fresh).unwrap().write(0, &[2; 5000]);
        tree.sync(fresh);
        let change = vec![("fresh".into(), None), ("one".into(), Some(fresh))];
        tree.change(ROOT, change);
        for seed in 0..20 {
            let mut after = Tree {
                nodes: tree.nodes.clone(),
                ..Tree::default()
            };
            after.lose_power(Unsynced::Torn(seed));
            let found = bytes(&mut after, "one");
            assert!(
                found == Some(vec![1; 100]) || found == Some(vec![2; 5000]),
                "{found:?}"
            );
        }
    }
}
