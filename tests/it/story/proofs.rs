//! Proof with each answer: it verifies offline, it stops verifying when one byte of it changes,
//! and what the node derives can be rebuilt from the log and is compared with it.

use std::fs;
use std::path::Path;

use tests::demo::Demo;
use tests::process::finish;

use super::pack_path;

/// The proof of a pack's newest event: good as it is, refused with any byte changed.
pub(super) fn every_answer_can_be_checked_offline(demo: &Demo) {
    let scan = demo.text("/scans/genuine");
    let proof = demo
        .of("regulator")
        .get(&pack_path(scan, "proof"))
        .expect(200);
    let file = demo.dir.join("pack.proof");
    let path = file.to_string_lossy();
    fs::write(&file, &proof.body).expect("the proof is kept");
    let good = finish("theriac", &["verify-proof", &path]);
    assert_eq!(good.code, 0, "{}{}", good.out, good.err);
    let key = demo.text("/checkpoint_key");
    let pinned = finish("theriac", &["verify-proof", &path, "--key", key]);
    assert_eq!(pinned.code, 0, "{}{}", pinned.out, pinned.err);
    // Every byte is tried in the proof's own room; here a sample through the real command.
    for at in (0..proof.body.len()).step_by(proof.body.len() / 40 + 1) {
        let mut bytes = proof.body.clone();
        bytes[at] ^= 1;
        fs::write(&file, &bytes).expect("the changed proof is kept");
        let bad = finish("theriac", &["verify-proof", &path]);
        assert_eq!(
            bad.code,
            6,
            "byte {at} of {}: {}{}",
            bytes.len(),
            bad.out,
            bad.err
        );
        assert!(
            !format!("{}{}", bad.out, bad.err).trim().is_empty(),
            "it names the failing step"
        );
    }
    fs::remove_file(&file).expect("it is ours");
}

/// After an orderly stop, everything derived is equal to what the log gives.
pub(super) fn what_is_derived_can_be_rebuilt(dir: &Path) {
    let check = finish(
        "theriac",
        &["check", "--data", &dir.to_string_lossy(), "--rebuild"],
    );
    assert_eq!(check.code, 0, "{}{}", check.out, check.err);
}

/// One changed byte in any file of the ledger is found.
pub(super) fn a_changed_byte_in_log_or_index_is_found(dir: &Path) {
    let ledger = dir.join("ledger");
    let mut files = Vec::new();
    collect(&ledger, &mut files);
    assert!(files.len() >= 3, "{files:?}");
    for file in files {
        let good = fs::read(&file).expect("a file of the ledger");
        for at in [
            0,
            good.len() / 3,
            good.len() / 2,
            good.len().saturating_sub(1),
        ] {
            let mut bytes = good.clone();
            let Some(byte) = bytes.get_mut(at) else {
                continue;
            };
            *byte ^= 0x10;
            fs::write(&file, &bytes).expect("the changed file");
            let check = finish(
                "theriac",
                &["check", "--data", &dir.to_string_lossy(), "--rebuild"],
            );
            assert_eq!(
                check.code,
                6,
                "{} at {at}: {}{}",
                file.display(),
                check.out,
                check.err
            );
        }
        fs::write(&file, &good).expect("the file as it was");
    }
    let check = finish(
        "theriac",
        &["check", "--data", &dir.to_string_lossy(), "--rebuild"],
    );
    assert_eq!(check.code, 0, "restored: {}{}", check.out, check.err);
}

fn collect(dir: &Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(dir).expect("a folder").filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}
