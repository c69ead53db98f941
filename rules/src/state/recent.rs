//! The numbers of what was named lately, under a quick hash of its name: parties and places are
//! named again with every event, and comparing one name is cheaper than finding it among all.
//!
//! It is a way to find numbers and no content: not part of a snapshot, and two of them are always
//! equal. Whoever asks compares the name, so a hash that is shared costs a search and no more.

use super::index::hash_of;

/// Names remembered at one time.
const SLOTS: usize = 256;

/// Numbers by hash.
#[derive(Debug, Clone)]
pub(crate) struct Recent<I>(Vec<Option<I>>);

impl<I> Default for Recent<I> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<I> PartialEq for Recent<I> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<I> Eq for Recent<I> {}

impl<I: Copy> Recent<I> {
    /// The number last remembered in the slot of a name.
    pub(crate) fn get(&self, slot: usize) -> Option<I> {
        self.0.get(slot).copied().flatten()
    }

    pub(crate) fn note(&mut self, slot: usize, id: I) {
        if self.0.is_empty() {
            self.0.resize(SLOTS, None);
        }
        if let Some(known) = self.0.get_mut(slot) {
            *known = Some(id);
        }
    }
}

/// The slot of a name.
pub(crate) fn slot_of(name: &[u8]) -> usize {
    usize::try_from(hash_of(0, name)).unwrap_or(0) % SLOTS
}

#[cfg(test)]
mod tests {
    use super::super::{Names, Places};

    /// Far more names than slots, each again and again in another order.
    #[test]
    fn what_was_named_keeps_its_number_whatever_else_is_named() {
        let (mut names, mut places) = (Names::default(), Places::default());
        let name = |i: usize| format!("name {i}");
        let place = |i: usize| {
            let path = if i.is_multiple_of(3) { "/254/A" } else { "" };
            let digits = format!("95060000{:04}", i / 3);
            let weigh = |(at, c): (usize, char)| {
                c.to_digit(10).unwrap() * if at.is_multiple_of(2) { 1 } else { 3 }
            };
            let sum: u32 = digits.chars().enumerate().map(weigh).sum();
            let check = (10 - sum % 10) % 10;
            gs1::Epc::parse(&match i % 3 {
                2 => format!("https://example.com/{i}"),
                _ => format!("https://id.gs1.org/414/{digits}{check}{path}"),
            })
            .unwrap()
        };
        let first: Vec<_> = (0..1_000)
            .map(|i| (names.intern(&name(i)), places.intern(&place(i))))
            .collect();
        for step in [1, 7, 333] {
            for i in (0..1_000).map(|i| i * step % 1_000) {
                assert_eq!(names.intern(&name(i)), first[i].0);
                assert_eq!(names.find(&name(i)), Some(first[i].0));
                assert_eq!(places.intern(&place(i)), first[i].1);
                assert_eq!(names.text(first[i].0), name(i));
            }
        }
    }
}
