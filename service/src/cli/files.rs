//! Reading input files with a bound and telling a missing file from an unreadable one.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context, anyhow};

use super::exit::{Exit, Failure};

/// The whole file, at most `bytes_max` of it; `-` reads standard input.
///
/// # Errors
/// [`Exit::NotFound`] where there is no such file, [`Exit::Usage`] otherwise.
pub(crate) fn read(file: &Path, bytes_max: u64) -> Result<Vec<u8>, Failure> {
    let attempt = || format!("cannot read {}", file.display());
    if file == Path::new("-") {
        return bounded(io::stdin().lock(), bytes_max)
            .with_context(attempt)
            .map_err(Failure::usage);
    }
    let opened = File::open(file).map_err(|error| {
        let missing = error.kind() == io::ErrorKind::NotFound;
        let exit = if missing { Exit::NotFound } else { Exit::Usage };
        Failure::new(exit, anyhow::Error::from(error).context(attempt()))
            .advise("check the path and its permissions")
    })?;
    bounded(opened, bytes_max)
        .with_context(attempt)
        .map_err(Failure::usage)
}

/// As [`read`], where a missing file is one more way to give wrong input.
///
/// # Errors
/// [`Exit::Usage`].
pub(crate) fn input(file: &Path, bytes_max: u64) -> Result<Vec<u8>, Failure> {
    read(file, bytes_max).map_err(|failure| Failure {
        exit: Exit::Usage,
        ..failure
    })
}

fn bounded(source: impl Read, bytes_max: u64) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(bytes_max + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > bytes_max {
        return Err(anyhow!("it is longer than {bytes_max} bytes"));
    }
    Ok(bytes)
}

/// Writes a file in one piece: under a temporary name beside it, then renamed.
pub(crate) fn write(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = file.with_file_name(name);
    std::fs::write(&part, bytes)
        .and_then(|()| std::fs::rename(&part, file))
        .with_context(|| format!("cannot write {}", file.display()))
        .map_err(Failure::usage)
}
