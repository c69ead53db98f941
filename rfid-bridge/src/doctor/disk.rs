//! What lies on this machine: keys, spool, folders, room.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use rustix::fs::Access;
use tangle::KeyId;

use super::Look;
use crate::causes;
use crate::config::Config;
use crate::keyfile;
use crate::spool::look::{Seen, look};

/// Free bytes below which the bridge will soon stop recording.
const FREE_MIN: u64 = 64 << 20;
/// Free bytes below which an outage of days does not fit.
const FREE_LOW: u64 = 1 << 30;

/// The device key; its public half where it can be read.
pub(super) fn device_key(config: &Config) -> (Option<KeyId>, Look) {
    const SUBJECT: &str = "device key";
    let file = &config.device.key_file;
    match keyfile::look(file) {
        Ok(seen) if seen.is_exposed => {
            let told = format!("{} can be read by other users", file.display());
            let remedy = "chmod 600 it, and replace it if others use this machine: \
                          `rfid-bridge keygen`, then register the new one";
            (Some(seen.id), Look::warning(SUBJECT, told, remedy))
        }
        Ok(seen) if seen.is_sealed => {
            let told = format!("{}, sealed by a TPM", seen.id);
            let look = match keyfile::load(file) {
                Ok(_) => Look::ok(SUBJECT, told),
                Err(error) => {
                    let remedy = "the TPM of this machine does not give it out: is this the                                   machine, are tpm2-tools there, may this user use /dev/tpmrm0?";
                    Look::failure(SUBJECT, format!("{told}: {}", causes(&error)), remedy)
                }
            };
            (Some(seen.id), look)
        }
        Ok(seen) => (Some(seen.id), Look::ok(SUBJECT, seen.id.to_string())),
        Err(error) => {
            let remedy = "restore the file; for a new gateway `rfid-bridge enrol` makes one";
            (None, Look::failure(SUBJECT, causes(&error), remedy))
        }
    }
}

pub(super) fn api_key(config: &Config) -> Look {
    const SUBJECT: &str = "API key";
    let file = &config.uplink.api_key_file;
    if let Err(error) = config.api_key() {
        let remedy = "get one with `rfid-bridge enrol` and a one-time code";
        return Look::failure(SUBJECT, causes(&error), remedy);
    }
    let mode = std::fs::metadata(file).map_or(0, |it| it.permissions().mode());
    if mode & 0o077 != 0 {
        let seen = format!("{} can be read by other users", file.display());
        return Look::warning(SUBJECT, seen, "chmod 600 it");
    }
    Look::ok(SUBJECT, file.display().to_string())
}

/// The spool, and whether another process has it open: the bridge runs.
pub(super) fn spool(config: &Config) -> (Look, bool) {
    const SUBJECT: &str = "spool";
    let path = &config.spool.path;
    let shown = path.display();
    if !path.exists() {
        let folder = parent(path);
        if is_writable(folder) {
            return (Look::ok(SUBJECT, format!("{shown} will be made")), false);
        }
        let seen = format!(
            "{shown} cannot be made: {} is not writable",
            folder.display()
        );
        let remedy = "make the folder, owned by the user that the bridge runs as";
        return (Look::failure(SUBJECT, seen, remedy), false);
    }
    match look(path) {
        Ok(Seen::InUse) => (Look::ok(SUBJECT, "the bridge runs and has it open"), true),
        Ok(Seen::Unclean) => {
            let seen = "the last run was killed; the next one mends it";
            (Look::ok(SUBJECT, seen), false)
        }
        Ok(Seen::Stock(stock)) => {
            let seen = format!(
                "{} events and {} blocks wait, {} blocks were refused",
                stock.events, stock.blocks, stock.refused
            );
            let look = if stock.refused > 0 {
                let remedy = "the log says why the service refused; keep the spool, and ask \
                              whoever runs the service";
                Look::warning(SUBJECT, seen, remedy)
            } else {
                Look::ok(SUBJECT, seen)
            };
            (look, false)
        }
        Err(error) => {
            let remedy = "keep a copy of the file; if it is damaged the disk is: move it aside, \
                          and the bridge begins another one";
            (Look::failure(SUBJECT, causes(&error), remedy), false)
        }
    }
}

/// Room where the spool is.
pub(super) fn room(config: &Config) -> Option<Look> {
    const SUBJECT: &str = "disk";
    let space = rustix::fs::statvfs(parent(&config.spool.path)).ok()?;
    let free = space.f_bavail.saturating_mul(space.f_frsize);
    let seen = format!("{} MiB free beside the spool", free >> 20);
    Some(match free {
        ..FREE_MIN => Look::failure(SUBJECT, seen, "make room: without it nothing is recorded"),
        FREE_MIN..FREE_LOW => {
            let remedy = "make room: days without the service need up to a gigabyte";
            Look::warning(SUBJECT, seen, remedy)
        }
        _ => Look::ok(SUBJECT, seen),
    })
}

/// Folders that files are taken from and put away in.
pub(super) fn folders(config: &Config) -> Vec<Look> {
    let feeds = config.feed.iter().filter_map(|feed| {
        let folder = feed.folder.as_deref()?;
        Some(folder_look(&format!("feed {}", feed.name), folder))
    });
    let token = config.push.as_ref().map(|push| match push.token() {
        Ok(_) => Look::ok("push token", push.token_file.display().to_string()),
        Err(error) => {
            let remedy = "put a random token of 16 characters or more there";
            Look::failure("push token", causes(&error), remedy)
        }
    });
    feeds.chain(token).collect()
}

fn folder_look(subject: &str, folder: &Path) -> Look {
    let shown = folder.display();
    let nearest = folder.ancestors().find(|it| it.exists());
    let usable = nearest.is_some_and(is_writable);
    match (folder.is_dir(), usable) {
        (true, true) => Look::ok(subject, format!("{shown} is writable")),
        (false, true) => Look::ok(subject, format!("{shown} will be made")),
        _ => Look::failure(
            subject,
            format!("{shown} is not writable"),
            "files that were read are moved within it: let the bridge's user write there",
        ),
    }
}

/// Asked of the system, not tried.
fn is_writable(folder: &Path) -> bool {
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    folder.is_dir() && rustix::fs::access(folder, Access::WRITE_OK | Access::EXEC_OK).is_ok()
}

fn parent(path: &Path) -> &Path {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}
