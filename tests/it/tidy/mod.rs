//! The house rules as tests: what the architecture forbids is found here, not in a review.
//! Every list of exceptions may only shrink: an entry that is no longer needed fails too.

mod arrows;
mod files;
mod purity;
mod security;
mod words;

use std::fs;
use std::path::{Path, PathBuf};

/// The workspace root, wherever the checkout lies.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests/ lies in the workspace")
        .into()
}

/// Folders that hold nothing of ours.
const SKIPPED: [&str; 7] = [
    "target",
    "node_modules",
    ".git",
    "build",
    ".svelte-kit",
    ".venv",
    "demo-data",
];

/// Every file below `dir` (relative to the root) with one of these endings, sorted, as
/// (path relative to the root with `/`, text). Files that are not UTF-8 are left out.
fn sources(dir: &str, endings: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    walk(&root().join(dir), &mut |path| {
        let name = path.to_string_lossy();
        let wanted = endings.iter().any(|ending| name.ends_with(ending));
        if let Some(text) = wanted.then(|| fs::read_to_string(path).ok()).flatten() {
            let short = path.strip_prefix(root()).expect("below the root");
            found.push((short.to_string_lossy().replace('\\', "/"), text));
        }
    });
    found.sort();
    assert!(
        !found.is_empty(),
        "nothing to check below {dir}: did the folder move?"
    );
    found
}

/// Calls `visit` for each regular file below `dir`, leaving out built and fetched folders.
fn walk(dir: &Path, visit: &mut dyn FnMut(&Path)) {
    let Ok(entries) = fs::read_dir(dir) else {
        return;
    };
    for entry in entries.filter_map(Result::ok) {
        let path = entry.path();
        let name = entry.file_name();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            if !SKIPPED.iter().any(|skipped| name == *skipped) {
                walk(&path, visit);
            }
        } else {
            visit(&path);
        }
    }
}

/// Compares what breaks a rule today with the committed exceptions: both a new breach and an
/// exception nobody needs any more are failures, so the list can only get shorter.
fn ratchet(rule: &str, breaches: &[String], exceptions: &[&str]) {
    let fresh: Vec<_> = breaches
        .iter()
        .filter(|breach| !exceptions.contains(&breach.as_str()))
        .collect();
    let stale: Vec<_> = exceptions
        .iter()
        .filter(|exception| !breaches.iter().any(|breach| breach == *exception))
        .collect();
    assert!(
        fresh.is_empty(),
        "{rule}: mend these (the list may only shrink):\n{fresh:#?}"
    );
    assert!(
        stale.is_empty(),
        "{rule}: no longer needed, take them off the list:\n{stale:#?}"
    );
}

#[test]
fn a_new_breach_and_a_stale_exception_both_fail() {
    ratchet("clean", &[], &[]);
    ratchet("excused", &["a".into()], &["a"]);
    for (breaches, exceptions) in [(vec!["a".to_owned()], vec![]), (vec![], vec!["a"])] {
        let caught = std::panic::catch_unwind(|| ratchet("rule", &breaches, &exceptions));
        assert!(
            caught.is_err(),
            "{breaches:?} against {exceptions:?} must fail"
        );
    }
}
