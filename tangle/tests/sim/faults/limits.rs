//! The same on real files: a disk that is full, no more file handles, no more memory. The ledger
//! runs in a process of its own (this test binary again, run through a shell that sets the
//! limit), says what it acknowledged, and is opened afterwards without the limit.

use std::path::Path;
use std::process::Command;

use tangle::testing::world::{World, key};
use tangle::{Broken, Options, Ordered, ReceiptStatus, Tangle, VerifiedBlock};

use crate::kit::{NOTE, NOW, Words, options, script, told};

const DIR: &str = "THERIAC_LIMITS_DIR";
const BLOCKS: usize = 300;

fn wide() -> Options {
    Options {
        flush_blocks_max: 40,
        ..options()
    }
}

/// Records until it is refused; tells on standard output what is durable.
fn record(dir: &Path) -> Result<(), Broken> {
    let script = script(BLOCKS);
    match Tangle::create(dir, World::new().genesis(), &wide()) {
        Ok(()) | Err(Broken::Exists) => {}
        Err(error) => return Err(error),
    }
    let mut tangle = Tangle::open(dir, wide(), Box::new(Words))?;
    conclude(&mut tangle)?;
    let told = work(&mut tangle, &script);
    let at = tangle.stats().blocks;
    if told.is_err() {
        // Stopped, and still answering.
        assert!(matches!(tangle.flush(), Err(Broken::Stopped)));
        for block in &script[..usize::try_from(at).unwrap().min(5)] {
            assert!(tangle.reader().block(block.id())?.is_some());
        }
        println!("answering");
    }
    told
}

fn work(tangle: &mut Tangle, script: &[VerifiedBlock]) -> Result<(), Broken> {
    for (at, batch) in script.chunks(6).enumerate() {
        tangle.submit(batch.to_vec(), NOW)?;
        println!("acknowledged {}", at * 6 + batch.len());
        if at % 4 == 3 && tangle.cut(&key("node"), NOW)?.is_some() {
            conclude(tangle)?;
        }
    }
    Ok(())
}

/// Concludes the milestones that have no outcomes yet.
fn conclude(tangle: &mut Tangle) -> Result<(), Broken> {
    for ordered in tangle.replay(tangle.concluded())? {
        tangle.conclude(&ordered?.default_outcomes(), NOTE, &key("note"))?;
    }
    Ok(())
}

#[test]
#[ignore = "a part of the others: run by them under a limit"]
fn under_a_limit() {
    let dir = std::env::var(DIR).expect("run by the others");
    match record(Path::new(&dir)) {
        Ok(()) => println!("all of it"),
        Err(error) => println!("refused: {}", told(&error)),
    }
}

/// Runs `under_a_limit` by a shell: `%` in the script stands for the command.
fn shell(script: &str, dir: &Path) -> String {
    let me = std::env::current_exe().unwrap();
    let part = "--ignored --exact --nocapture faults::limits::under_a_limit";
    let script = script.replace('%', &format!("'{}' {part}", me.display()));
    // No backtraces: one that finds no memory waits for its own lock for ever.
    let run = Command::new("timeout")
        .args(["-k", "1", "120", "bash", "-c", &script])
        .env("RUST_BACKTRACE", "0")
        .env(DIR, dir)
        .output();
    let out = run.expect("a shell runs");
    format!(
        "{}{}",
        String::from_utf8_lossy(&out.stdout),
        String::from_utf8_lossy(&out.stderr)
    )
}

fn acknowledged(out: &str) -> usize {
    let lines = out
        .lines()
        .filter_map(|line| line.strip_prefix("acknowledged "));
    lines
        .filter_map(|count| count.parse().ok())
        .max()
        .unwrap_or(0)
}

/// Opens without a limit: everything acknowledged is there, the rest can be recorded now.
fn recovers(dir: &Path, acknowledged: usize, what: &str) {
    if acknowledged == 0 {
        return;
    }
    let script = script(BLOCKS);
    let mut tangle = Tangle::open(dir, wide(), Box::new(Words)).expect(what);
    for block in &script[..acknowledged] {
        let found = tangle.reader().block(block.id()).expect(what);
        assert_eq!(found.as_ref(), Some(block), "{what}");
    }
    conclude(&mut tangle).expect(what);
    let receipts = tangle.submit(script, NOW).expect(what);
    let kept = |status| matches!(status, ReceiptStatus::Recorded | ReceiptStatus::Known);
    assert!(receipts.into_iter().all(|it| kept(it.status)), "{what}");
    tangle.close().expect(what);
    let mut fold = Ordered::default_outcomes;
    let report = tangle::check(dir, Box::new(Words), &mut fold, true).expect(what);
    assert!(report.is_sound(), "{what}: {:?}", report.differences);
}

#[test]
fn files_handles_and_memory_may_run_out() {
    let limits = [
        ("ulimit -f 30; trap '' XFSZ; %", true),
        ("ulimit -f 1030; trap '' XFSZ; %", true),
        ("ulimit -n 8; %", true),
        ("ulimit -n 14; %", true),
        // Without memory the process ends where it stands.
        ("ulimit -v 20500; %", false),
        ("ulimit -v 20000; %", false),
    ];
    let mut refused = 0;
    for (limit, told) in limits {
        let holder = tempfile::tempdir().unwrap();
        let dir = holder.path().join("ledger");
        let out = shell(limit, &dir);
        refused += u32::from(out.contains("refused: "));
        assert!(!told || !out.contains("panicked"), "{limit}: {out}");
        recovers(&dir, acknowledged(&out), limit);
        eprintln!("{limit}: {} acknowledged", acknowledged(&out));
    }
    assert!(refused >= 3, "only {refused} limits were met");
}

#[test]
fn a_full_file_system_recovers_when_there_is_room() {
    let holder = tempfile::tempdir().unwrap();
    let mounted = holder.path().join("disk");
    std::fs::create_dir(&mounted).unwrap();
    let at = mounted.display();
    let script = format!(
        "unshare -m bash -c \"mount -t tmpfs -o size=SIZE none {at} && mkdir {at}/ledger && \
         echo mounted && ({{ %; }}; mount -o remount,size=64m {at}; echo room; %; \
         cp -r {at}/ledger {at}/../kept)\""
    );
    for size in ["60k", "100k", "200k", "300k", "350k"] {
        let dir = mounted.join("ledger");
        let out = shell(&script.replace("SIZE", size), &dir);
        if !out.contains("mounted") {
            eprintln!("SKIPPED: no file system can be mounted here: {out}");
            return;
        }
        let (full, roomy) = out.split_once("room\n").unwrap();
        assert!(roomy.contains("all of it"), "{size}: {out}");
        eprintln!("{size}: {} acknowledged when full", acknowledged(full));
        let kept = holder.path().join("kept");
        recovers(&kept, BLOCKS, size);
        std::fs::remove_dir_all(kept).unwrap();
    }
}
