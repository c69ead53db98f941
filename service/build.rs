//! Gives the code that folds the order a number, so that a state kept on disk is only believed by
//! the very code that made it: another rule, or another form of a row, folds everything anew.
//! Nobody has to remember to raise a version.
use std::hash::{DefaultHasher, Hasher as _};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// What decides the folded state, beside this crate.
const SOURCES: [&str; 6] = [
    "src",
    "../rules/src",
    "../gs1/src",
    "../tangle/src",
    "../tangle/verify/src",
    "../Cargo.lock",
];

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut files = Vec::new();
    for source in SOURCES {
        println!("cargo::rerun-if-changed={source}");
        collect(&root.join(source), &mut files)?;
    }
    // The same on every machine, whatever the order of a folder's entries.
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        let content = fs::read(&file)?;
        hasher.write_usize(content.len());
        hasher.write(&content);
    }
    println!("cargo::rustc-env=THERIAC_FOLD={}", hasher.finish());
    Ok(())
}

fn collect(path: &Path, into: &mut Vec<PathBuf>) -> io::Result<()> {
    if path.is_file() {
        into.push(path.to_path_buf());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        collect(&entry?.path(), into)?;
    }
    Ok(())
}
