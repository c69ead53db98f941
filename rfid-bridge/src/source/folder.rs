//! A folder as a source: whoever reads a logger out (a docking station, its software, a person)
//! puts the file there. A file that has stopped growing is handed over; when what it says is on
//! disk it goes to `done`, one that cannot be read goes to `refused` with the reason beside it.
//! Nothing is deleted, and a file that died with the bridge is simply still there.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::{oneshot, watch};

use super::{Caps, Driver, Letter, Outcome, Outlet, Receipt, Running};
use crate::reader::clock::Clock;
use crate::sensor::table::FILE_BYTES_MAX;

/// A folder to watch.
#[derive(Debug)]
pub struct Folder {
    /// Its place among the sources.
    pub source: usize,
    /// The folder; made when it is absent.
    pub path: PathBuf,
    /// Times.
    pub clock: Clock,
}

/// Between two looks; a file must be the same at both.
const LOOK: Duration = Duration::from_millis(500);

impl Driver for Folder {
    fn caps(&self) -> Caps {
        Caps {
            kind: "folder",
            acknowledges: true,
        }
    }

    fn run(self: Box<Self>, outlet: Outlet, mut stop: watch::Receiver<bool>) -> Running {
        Box::pin(async move {
            let mut before = BTreeMap::new();
            loop {
                let path = self.path.clone();
                let looked = tokio::task::spawn_blocking(move || look(&path)).await;
                match looked {
                    Ok(Ok(now)) => {
                        for (file, size) in &now {
                            if before.get(file) == Some(size) && !self.hand(file, &outlet).await {
                                return;
                            }
                        }
                        before = now;
                    }
                    Ok(Err(error)) => {
                        let path = self.path.display();
                        tracing::warn!(%path, %error, "folder cannot be read");
                    }
                    Err(_) => return,
                }
                let rested = async {
                    tokio::time::sleep(LOOK).await;
                    // While there is none, the files are kept where they are.
                    outlet.room().await;
                };
                tokio::select! {
                    () = rested => {}
                    _ = stop.wait_for(|stop| *stop) => return,
                }
            }
        })
    }
}

impl Folder {
    /// Hands a file over and puts it where it belongs; false when nobody listens any more.
    async fn hand(&self, file: &Path, outlet: &Outlet) -> bool {
        let path = file.to_owned();
        let read = tokio::task::spawn_blocking(move || fs::read(path)).await;
        let Ok(Ok(body)) = read else {
            // It went away between two looks.
            return true;
        };
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let (tell, outcome) = oneshot::channel();
        let letter = Letter {
            topic: name.into_owned(),
            body,
            at: self.clock.now(),
            again: false,
            receipt: Receipt::new(move |outcome| {
                // The bridge may be on its way down.
                let _heard = tell.send(outcome);
            }),
        };
        if outlet.hand(self.source, letter).await.is_err() {
            return false;
        }
        let Ok(outcome) = outcome.await else {
            return false;
        };
        let (folder, reason) = match outcome {
            Outcome::Kept | Outcome::Known => ("done", None),
            Outcome::Unreadable(why) => ("refused", Some(why)),
            Outcome::Later => return true,
        };
        let (path, into) = (file.to_owned(), self.path.join(folder));
        let put = tokio::task::spawn_blocking(move || put(&path, &into, reason.as_deref())).await;
        if let Ok(Err(error)) = put {
            tracing::warn!(file = %file.display(), %error, "file cannot be put away");
        }
        true
    }
}

/// The files in a folder with their sizes, in the order of their names; hidden ones are not ready.
fn look(folder: &Path) -> io::Result<BTreeMap<PathBuf, u64>> {
    fs::create_dir_all(folder)?;
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
        let is_small = metadata.len() <= u64::try_from(FILE_BYTES_MAX).unwrap_or(u64::MAX);
        if metadata.is_file() && !is_hidden && is_small {
            files.insert(entry.path(), metadata.len());
        }
    }
    Ok(files)
}

/// Moves a file into a folder without replacing another of its name.
fn put(file: &Path, folder: &Path, reason: Option<&str>) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let name = file
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let mut target = folder.join(&name);
    let mut copy = 1;
    while target.exists() {
        target = folder.join(format!("{name}.{copy}"));
        copy += 1;
    }
    fs::rename(file, &target)?;
    match reason {
        Some(reason) => {
            let mut note = target.into_os_string();
            note.push(".reason");
            fs::write(note, format!("{reason}\n"))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_put_away_and_none_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.csv");
        let done = folder.path().join("done");
        for text in ["one", "two"] {
            fs::write(&file, text).unwrap();
            let found = look(folder.path()).unwrap();
            assert_eq!(found.get(&file), Some(&3));
            put(&file, &done, None).unwrap();
        }
        fs::write(folder.path().join(".part"), "x").unwrap();
        assert!(look(folder.path()).unwrap().is_empty());
        assert_eq!(fs::read(done.join("a.csv")).unwrap(), b"one");
        assert_eq!(fs::read(done.join("a.csv.1")).unwrap(), b"two");
        fs::write(&file, "bad").unwrap();
        put(&file, &folder.path().join("refused"), Some("no header")).unwrap();
        let note = folder.path().join("refused/a.csv.reason");
        assert_eq!(fs::read_to_string(note).unwrap(), "no header\n");
    }
}
