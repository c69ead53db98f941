//! Rot: flipped bits, cut files, swapped pages in a ledger at rest, closed in good order or
//! not. `check` names the file, the place and what to do; opening refuses or mends; and no
//! answer is ever wrong: each is the right one or an error.

use tangle::testing::disk::{Disk, Random};
use tangle::verify::proof;
use tangle::{Broken, ProveError, VerifiedBlock};

use crate::kit::{NOW, Node, checked, script, times, told, vkey};

const PAGE: usize = 4096;
const BATCH: usize = 5;
const BLOCKS: usize = 12 * BATCH + LAST_BATCH;
const LAST_BATCH: usize = 2;
const INDEX: &str = "index.redb";

/// A ledger at rest: its disk, what is in it, whether it was closed in good order.
struct Rest {
    disk: Disk,
    script: Vec<VerifiedBlock>,
    pinned: bool,
}

fn at_rest(pinned: bool) -> Rest {
    let disk = Disk::new();
    let mut node = Node::create(&disk);
    let script = script(BLOCKS);
    for (at, batch) in script.chunks(BATCH).enumerate() {
        node.submit(batch).unwrap();
        // The last blocks are recorded and nothing more: no index, no checkpoint speaks for them.
        if at < 11 {
            node.cut(NOW).unwrap();
            node.tangle.flush().unwrap();
        }
    }
    if pinned {
        node.tangle.close().unwrap();
    }
    let disk = disk.after_power_loss(0);
    Rest {
        disk,
        script,
        pinned,
    }
}

/// One damage, told in words.
fn damage(bytes: &[u8], random: &mut Random) -> (Vec<u8>, String) {
    let mut bytes = bytes.to_vec();
    let at = random.below(bytes.len());
    let pages = bytes.len() / PAGE;
    match random.below(10) {
        0 => {
            bytes.truncate(at);
            (bytes, format!("cut to {at}"))
        }
        1 if pages > 1 => {
            let (left, right) = (random.below(pages), random.below(pages));
            for at in 0..PAGE {
                bytes.swap(left * PAGE + at, right * PAGE + at);
            }
            (bytes, format!("pages {left} and {right} swapped"))
        }
        2 => {
            let end = (at + 512).min(bytes.len());
            bytes[at..end].fill(0);
            (bytes, format!("zeros at {at}..{end}"))
        }
        _ => {
            let bit = random.below(8);
            bytes[at] ^= 1 << bit;
            (bytes, format!("bit {bit} of byte {at} flipped"))
        }
    }
}

/// Every answer about every block: right, or an error that says damage. After an unclean stop
/// nothing tells rot in the very last batch from a batch whose writing was interrupted: that
/// batch may have been cut, as a whole.
fn answers(rest: &Rest, node: &Node, truth: &[String]) -> Result<(), String> {
    let cut = !rest.pinned && node.tangle.opened().cut_bytes > 0;
    let (kept, last) = rest.script.split_at(rest.script.len() - LAST_BATCH);
    let lost = |block: &VerifiedBlock| node.tangle.reader().block(block.id()).unwrap().is_none();
    let script = if cut && last.iter().all(lost) {
        kept
    } else {
        &rest.script
    };
    for (block, truth) in script.iter().zip(truth) {
        match answer(node, block) {
            Ok(found) if found == *truth => {}
            Ok(found) => return Err(format!("silently wrong: {found}, not {truth}")),
            Err(error) if error.is_damage() => {}
            Err(error) => return Err(told(&error)),
        }
    }
    Ok(())
}

fn answer(node: &Node, block: &VerifiedBlock) -> Result<String, Broken> {
    let reader = node.tangle.reader();
    let id = block.id();
    let place = reader.position(id)?.map(|it| (it.milestone, it.position));
    let outcome = reader.outcome(id)?;
    let status = reader.status(id)?;
    let proved = match reader.prove(id, &[0]) {
        // Verifying takes two signatures: of some blocks only.
        Ok(file) if !id.as_bytes()[0].is_multiple_of(8) => !file.is_empty(),
        Ok(file) => proof::verify(&file, Some(&[vkey()]))
            .steps
            .iter()
            .all(|step| step.ok),
        Err(ProveError::Broken(error)) => return Err(error),
        Err(error) => return Ok(format!("no proof: {error}")),
    };
    let whole = node.has(block)?;
    Ok(format!("{whole} {place:?} {outcome:?} {status:?} {proved}"))
}

/// Damages one file and looks what comes of it.
fn suffer(rest: &Rest, truth: &[String], name: &str, random: &mut Random) -> Result<(), String> {
    let sound = rest.disk.bytes(name).unwrap();
    let (bytes, what) = damage(&sound, random);
    if bytes == sound {
        return Ok(());
    }
    let disk = rest.disk.after_power_loss(0);
    disk.tamper(name, bytes);
    let report = checked(&disk, false).map_err(|error| format!("{what}: {}", told(&error)))?;
    let named = report.differences.iter().find(|it| it.file == name);
    if rest.pinned {
        let named = named.ok_or_else(|| format!("{what}: not named: {:?}", report.differences))?;
        if named.remedy.is_empty() || named.what.is_empty() {
            return Err(format!("{what}: {named} says too little"));
        }
    }
    let mut node = match Node::open(&disk) {
        Ok(node) => node,
        Err(error) if name == INDEX => return Err(format!("{what}: not mended: {error}")),
        Err(error) if error.is_damage() => return Ok(()),
        Err(error) => return Err(format!("{what}: {}", told(&error))),
    };
    answers(rest, &node, truth).map_err(|it| format!("{what}: {it}"))?;
    if name != INDEX {
        return Ok(());
    }
    if rest.pinned && node.tangle.opened().rebuilt.is_none() {
        return Err(format!("{what}: the index was believed"));
    }
    for block in &rest.script {
        if !node.has(block).map_err(|error| told(&error))? {
            return Err(format!("{what}: mended, and a block is lost"));
        }
    }
    node.submit(&rest.script).map_err(|error| told(&error))?;
    node.tangle.close().map_err(|error| told(&error))?;
    match checked(&disk, true) {
        Ok(report) if report.is_sound() => Ok(()),
        other => Err(format!("{what}: mended, and yet {other:?}")),
    }
}

/// Damages ledgers so many times; what was not as it should be, up to so many failures.
pub(crate) fn rotten(damages: u64, failures_max: usize) -> Vec<String> {
    let mut failures = Vec::new();
    for pinned in [true, false] {
        let rest = at_rest(pinned);
        let copy = rest.disk.after_power_loss(0);
        let node = Node::open(&copy).unwrap();
        let truth: Vec<_> = rest
            .script
            .iter()
            .map(|it| answer(&node, it).unwrap())
            .collect();
        let finals = truth.iter().filter(|it| it.ends_with("Final) true"));
        assert_eq!(finals.count(), 11 * BATCH);
        let names = rest.disk.names();
        let names: Vec<_> = names.iter().filter(|it| it.starts_with("log/")).collect();
        assert!(names.len() > 2, "{names:?}");
        for at in 0..damages / 2 {
            let mut random = Random(at);
            let name = if at % 2 == 0 {
                INDEX
            } else {
                names[random.below(names.len())]
            };
            if failures.len() >= failures_max {
                break;
            }
            if let Err(what) = suffer(&rest, &truth, name, &mut random) {
                failures.push(format!("seed {at}, closed {pinned}, {name}: {what}"));
            }
        }
    }
    failures
}

#[test]
fn rot_is_named_mended_or_refused_and_never_believed_slow() {
    let failures = rotten(times("THERIAC_DAMAGES", 500), 10);
    assert!(
        failures.is_empty(),
        "{} failures: {failures:#?}",
        failures.len()
    );
}
