//! Files one can hold in the head: each opens with its reason, stays short, and is ASCII.

use super::{ratchet, sources};

/// Where our Rust lives.
const RUST: [&str; 7] = [
    "gs1",
    "tangle",
    "rules",
    "rfid-bridge",
    "service",
    "tests",
    "xtask",
];

/// A file is looked at again at this many lines.
const LINES_MAX: usize = 600;
/// Sentences for people in their own languages: the one folder that is not ASCII.
const LANGUAGES: &str = "rules/src/say/";
/// The width of a line, in characters.
const WIDTH_MAX: usize = 100;

/// Files longer than `LINES_MAX`. May only shrink.
const LONG_FILES: [&str; 0] = [];

fn rust() -> Vec<(String, String)> {
    RUST.iter().flat_map(|dir| sources(dir, &[".rs"])).collect()
}

#[test]
fn every_file_opens_with_its_reason() {
    let mut found = Vec::new();
    for (path, text) in rust() {
        let first: String = text
            .lines()
            .take_while(|line| line.starts_with("//!"))
            .collect();
        if first.len() < 25 {
            found.push(path);
        }
    }
    ratchet(
        "every file opens with a //! paragraph that says why it exists",
        &found,
        &[],
    );
}

#[test]
fn files_stay_short() {
    let found: Vec<String> = rust()
        .into_iter()
        .filter(|(_, text)| text.lines().count() > LINES_MAX)
        .map(|(path, _)| path)
        .collect();
    ratchet("files of at most 600 lines", &found, &LONG_FILES);
}

#[test]
fn lines_stay_narrow_and_ascii() {
    let mut found = Vec::new();
    for (path, text) in rust() {
        for (at, line) in text.lines().enumerate() {
            let unbreakable = line.contains("http://") || line.contains("https://");
            if line.chars().count() > WIDTH_MAX && !unbreakable && !line.contains('"') {
                found.push(format!("{path}:{} is wider than {WIDTH_MAX}", at + 1));
            }
            if !line.is_ascii() && !path.starts_with(LANGUAGES) {
                found.push(format!("{path}:{} is not ASCII", at + 1));
            }
        }
    }
    ratchet("lines of at most 100 characters, ASCII", &found, &[]);
}

#[test]
fn svelte_and_typescript_stay_short() {
    let found: Vec<String> = sources("web/src", &[".ts", ".svelte"])
        .into_iter()
        .filter(|(path, text)| !path.ends_with("schema.ts") && text.lines().count() > LINES_MAX)
        .map(|(path, _)| path)
        .collect();
    ratchet("portal files of at most 600 lines", &found, &[]);
}

#[test]
fn every_fixture_is_read_by_a_test_and_has_an_origin() {
    let readme =
        std::fs::read_to_string(super::root().join("fixtures/README.md")).expect("it is there");
    let code: String = rust()
        .into_iter()
        .chain(sources("web", &[".ts", ".js", ".svelte"]))
        .map(|(_, text)| text)
        .collect();
    let mut files = Vec::new();
    super::walk(&super::root().join("fixtures"), &mut |path| {
        files.push(path.to_path_buf());
    });
    for path in files.iter().filter(|path| !path.ends_with("README.md")) {
        let folder = path
            .parent()
            .and_then(|dir| dir.file_name())
            .expect("in a folder");
        let folder = folder.to_string_lossy();
        let name = path.file_name().expect("a file").to_string_lossy();
        assert!(
            readme.contains(&*folder),
            "fixtures/README.md does not tell the origin of {folder}/"
        );
        let read = code.contains(&*name)
            || code.contains(&format!("{folder}/"))
            || code.contains(&format!("/{folder}\""));
        assert!(read, "{} is read by no test", path.display());
    }
}
