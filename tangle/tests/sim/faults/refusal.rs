//! A disk that says no: input/output error, half a write, no room, an unreadable byte, each at
//! every operation of a run of 200 steps. The operation that met it is never acknowledged, the
//! ledger stops writing, goes on answering what it had recorded, and opens again with all of it,
//! also if the power goes next.

use tangle::testing::disk::{Disk, Fault};
use tangle::testing::world::key;
use tangle::{Broken, Ordered, ReceiptStatus, Tangle, VerifiedBlock};

use crate::kit::{NOTE, NOW, checked_with, make, open, script, times, told};

/// Steps between two closings: every fault starts from a copy of the disk at the last one.
const STRETCH: usize = 20;

/// Failures after which enough was seen.
const FAILURES_MAX: usize = 5;

/// How far a run has come.
#[derive(Debug, Clone, Copy, Default)]
struct Progress {
    /// Blocks acknowledged, from the first of the script on.
    acknowledged: usize,
    /// Steps done.
    step: usize,
}

/// One step: a few blocks, now and then a milestone or a flush.
fn step(
    tangle: &mut Tangle,
    script: &[VerifiedBlock],
    progress: &mut Progress,
) -> Result<(), Broken> {
    let (from, step) = (progress.acknowledged, progress.step);
    let to = (from + 1 + step % 3).min(script.len());
    let receipts = tangle.submit(script[from..to].to_vec(), NOW)?;
    let taken =
        |status: &ReceiptStatus| matches!(status, ReceiptStatus::Recorded | ReceiptStatus::Known);
    assert!(receipts.iter().all(|it| taken(&it.status)), "{receipts:?}");
    progress.acknowledged = to;
    match step % 10 {
        3 => conclude(tangle.cut(&key("node"), NOW)?, tangle)?,
        7 => tangle.flush()?,
        _ => {}
    }
    progress.step += 1;
    Ok(())
}

/// Concludes a milestone without looking into it, as far as it needs that.
fn conclude(ordered: Option<Ordered>, tangle: &mut Tangle) -> Result<(), Broken> {
    if let Some(ordered) = ordered.filter(|it| it.index >= tangle.concluded()) {
        tangle.conclude(&ordered.default_outcomes(), NOTE, &key("note"))?;
    }
    Ok(())
}

/// Opens, does a stretch of steps, closes.
fn stretch(
    disk: &Disk,
    script: &[VerifiedBlock],
    progress: &mut Progress,
) -> Result<(), (Broken, Option<Box<Tangle>>)> {
    let mut tangle = open(disk).map_err(|error| (error, None))?;
    for _ in 0..STRETCH {
        if let Err(error) = step(&mut tangle, script, progress) {
            return Err((error, Some(Box::new(tangle))));
        }
    }
    tangle.close().map_err(|error| (error, None))
}

/// After a failure: stopped, still answering, and everything is there for the next opening.
fn aftermath(
    disk: &Disk,
    tangle: Option<Box<Tangle>>,
    script: &[VerifiedBlock],
    progress: Progress,
) -> Result<(), String> {
    if let Some(mut tangle) = tangle {
        let operations = disk.operations();
        let stopped = |done: Result<_, Broken>| matches!(done, Err(Broken::Stopped));
        if !stopped(tangle.submit(script[..3].to_vec(), NOW).map(drop)) || !stopped(tangle.flush())
        {
            return Err("it goes on writing".into());
        }
        if disk.operations() != operations {
            return Err("something more was tried".into());
        }
        all_there(&tangle, script, progress, "after it stopped")?;
    }
    disk.free_space();
    let killed = disk.after_kill();
    let told_opening = |error: Broken| format!("opened again: {}", told(&error));
    let mut tangle = open(&killed).map_err(told_opening)?;
    all_there(&tangle, script, progress, "opened again")?;
    let acknowledged = (progress.acknowledged + 4).min(script.len());
    let more = script[progress.acknowledged..acknowledged].to_vec();
    tangle.submit(more, NOW).map_err(told_opening)?;
    drop(tangle);
    let then = "the power went then";
    let off = killed.after_power_loss(disk.operations());
    let tangle = open(&off).map_err(|error| format!("{then}: {}", told(&error)))?;
    all_there(
        &tangle,
        script,
        Progress {
            acknowledged,
            ..progress
        },
        then,
    )
}

/// The first blocks and the latest are looked up; those between lie in the same few pages.
fn all_there(
    tangle: &Tangle,
    script: &[VerifiedBlock],
    progress: Progress,
    when: &str,
) -> Result<(), String> {
    let acknowledged = progress.acknowledged;
    for at in (0..3.min(acknowledged)).chain(acknowledged.saturating_sub(25)..acknowledged) {
        match tangle.reader().block(script[at].id()) {
            Ok(found) if found.as_ref() == Some(&script[at]) => {}
            Ok(_) => return Err(format!("{when}: block {at} is lost")),
            Err(error) => return Err(format!("{when}: block {at}: {}", told(&error))),
        }
    }
    Ok(())
}

/// What a trial came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Struck {
    /// The stretch does not get that far.
    Nothing,
    Write,
    Other,
}

/// Tries one fault at one operation.
fn tried(
    start: &Disk,
    script: &[VerifiedBlock],
    before: Progress,
    (at, fault): (u64, Fault),
) -> Result<Struck, String> {
    let disk = start.after_kill();
    disk.plan(at, fault);
    let mut progress = before;
    let ended = stretch(&disk, script, &mut progress);
    let struck = match (disk.is_planned(), disk.struck_write()) {
        (true, _) => Struck::Nothing,
        (false, true) => Struck::Write,
        (false, false) => Struck::Other,
    };
    match ended {
        Ok(()) => {
            disk.free_space();
            let report = checked_with(&disk.after_kill(), true, &mut Ordered::default_outcomes)
                .map_err(|error| told(&error))?;
            if !report.is_sound() {
                return Err(format!("passed over: {:?}", report.differences));
            }
        }
        Err((error, _)) if error.is_damage() => {
            return Err(format!("taken for damage: {}", told(&error)));
        }
        Err((_, tangle)) => aftermath(&disk, tangle, script, progress)?,
    }
    Ok(struck)
}

#[test]
fn a_disk_may_refuse_at_any_operation_slow() {
    let steps = usize::try_from(times("THERIAC_FAULT_STEPS", 200)).unwrap();
    let script = script(steps * 2 + 8);
    let disk = Disk::new();
    make(&disk).unwrap();
    let mut progress = Progress::default();
    let (mut trials, mut failures) = (0, Vec::new());
    while progress.step < steps && failures.len() <= FAILURES_MAX {
        let mut attempt = |at, fault| {
            trials += 1;
            tried(&disk, &script, progress, (at, fault)).unwrap_or_else(|what| {
                failures.push(format!("step {}, {fault:?} at {at}: {what}", progress.step));
                Struck::Other
            })
        };
        for at in 0.. {
            match attempt(at, Fault::Refused) {
                Struck::Nothing => break,
                Struck::Other => {}
                Struck::Write => {
                    attempt(at, Fault::ShortWrite);
                    attempt(at, Fault::Full);
                }
            }
        }
        let mut read = 0;
        while attempt(read, Fault::Unreadable) != Struck::Nothing {
            read += 1;
        }
        stretch(&disk, &script, &mut progress).unwrap();
    }
    eprintln!("{trials} faults over {steps} steps");
    assert!(failures.is_empty(), "{failures:#?}");
    assert!(trials > steps * 10, "only {trials} faults happened");
}
