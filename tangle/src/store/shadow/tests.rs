//! A view over files behaves like the files, and leaves them alone.

use super::*;
use crate::testing::disk::{Disk, Random};

#[test]
fn random_operations_give_the_same_bytes_and_change_nothing_below() {
    for seed in 0..200 {
        let mut random = Random(seed);
        let disk = Disk::new();
        let file = disk.create("a").unwrap();
        let start: Vec<u8> = (0..random.below(20_000))
            .map(|at| u8::try_from(at % 251).unwrap())
            .collect();
        file.write_at(0, &start).unwrap();
        let shadow = Shadow::new(Arc::new(disk.clone()));
        let view = shadow.open("a").unwrap().unwrap();
        let mut model = start.clone();
        for _ in 0..30 {
            match random.below(4) {
                0 => {
                    let length = random.below(25_000);
                    view.set_len(length as u64).unwrap();
                    model.resize(length, 0);
                }
                1 => {
                    let at = random.below(25_000);
                    let data = vec![random.draw().to_le_bytes()[0]; random.below(9_000)];
                    view.write_at(at as u64, &data).unwrap();
                    model.resize(model.len().max(at + data.len()), 0);
                    model[at..at + data.len()].copy_from_slice(&data);
                }
                _ => {
                    let at = random.below(model.len() + 1);
                    let mut out = vec![0; random.below(model.len() - at + 1)];
                    view.read_at(at as u64, &mut out).unwrap();
                    assert_eq!(out, model[at..at + out.len()], "seed {seed}");
                    let past = model.len() as u64 + 1 - out.len() as u64;
                    assert!(out.is_empty() || view.read_at(past, &mut out).is_err());
                }
            }
            assert_eq!(view.len().unwrap(), model.len() as u64, "seed {seed}");
        }
        assert_eq!(disk.bytes("a").unwrap(), start);
    }
}

#[test]
fn names_change_in_the_view_only() {
    let disk = Disk::new();
    disk.create("log/1").unwrap();
    disk.create("log/2").unwrap();
    let shadow = Shadow::new(Arc::new(disk.clone()));
    shadow.remove("log/1").unwrap();
    shadow
        .create("log/3.new")
        .unwrap()
        .write_at(0, b"three")
        .unwrap();
    shadow.rename("log/3.new", "log/3").unwrap();
    shadow.create("top").unwrap();
    assert_eq!(shadow.list("log").unwrap(), ["2", "3"]);
    assert_eq!(shadow.list("").unwrap(), ["top"]);
    assert!(shadow.open("log/1").unwrap().is_none());
    assert_eq!(shadow.open("log/3").unwrap().unwrap().len().unwrap(), 5);
    assert_eq!(disk.list("log").unwrap(), ["1", "2"]);
}
