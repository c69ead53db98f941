//! What an operator looks at before calling anybody: is the node where it should be, are its
//! secrets private, is there room on the disk, has the clock gone back, is somebody else's program
//! on the port. Every look is one line with what was seen and, unless all is well, what to do about
//! it. It reads and never repairs; what is stored is compared by `theriac check`.
mod oidc;
mod tls;
mod vrs;

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::Serialize;

use crate::audit;
use crate::config::Config;
use crate::keys::{DataDir, KeyStore, Secret};
use crate::world::World;

/// Free bytes below which the node will soon stop recording.
const FREE_MIN: u64 = 1 << 30;
/// Free bytes below which somebody should plan for more.
const FREE_LOW: u64 = 10 << 30;
/// Open files the node needs besides its connections: segments, index, logs.
const FILES_BESIDES: u64 = 256;
/// How far a file's time may lie ahead of the clock.
const AHEAD_MAX: Duration = Duration::from_mins(1);
/// Age of the newest copy after which somebody should ask why.
const COPY_AGE_MAX: Duration = Duration::from_hours(36);
/// Time after which an access that should be gone is late: files are removed as a whole.
const LATE_MS_MAX: i64 = 9 * 86_400_000;
/// Type numbers of file systems that are gone when the machine restarts (`tmpfs`, `ramfs`).
const VOLATILE: [u64; 2] = [0x0102_1994, 0x8584_58f6];

/// How a look turned out.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// As it should be.
    Ok,
    /// Works, but somebody should see to it.
    Warning,
    /// The node cannot work like this, or is not safe.
    Failure,
}

/// One look.
#[derive(Clone, Debug, Serialize)]
pub struct Look {
    /// What was looked at.
    pub subject: &'static str,
    /// How it turned out.
    pub health: Health,
    /// What was seen.
    pub seen: String,
    /// What to do; empty when all is well.
    pub remedy: String,
}

impl Look {
    fn ok(subject: &'static str, seen: impl Into<String>) -> Self {
        Self {
            subject,
            health: Health::Ok,
            seen: seen.into(),
            remedy: String::new(),
        }
    }

    fn warning(subject: &'static str, seen: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            health: Health::Warning,
            remedy: remedy.into(),
            ..Self::ok(subject, seen)
        }
    }

    fn failure(subject: &'static str, seen: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            health: Health::Failure,
            ..Self::warning(subject, seen, remedy)
        }
    }
}

/// Looks at the node that a configuration describes. `running`: another process serves it, so its
/// port is taken by right.
pub fn examine(config: &Config, world: &World, running: bool) -> Vec<Look> {
    let data = DataDir::new(&config.node.data_dir);
    let mut looks = vec![data_dir(&data)];
    if data.root().is_dir() {
        looks.push(secrets(&data));
        looks.push(private(&data));
        looks.extend(room(data.root()));
        looks.push(clock(&data, now(world)));
        looks.push(accesses(config, &data, world));
    }
    looks.push(files(config));
    looks.push(port(config, running));
    looks.extend(tls::looks(&config.tls, world));
    looks.extend(oidc::looks(&config.oidc, world));
    looks.extend(vrs::looks(&config.vrs));
    looks.push(witnesses(config));
    looks.push(copies(config, now(world)));
    looks.push(portal());
    looks
}

fn now(world: &World) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(world.now_unsigned_ms())
}

fn data_dir(data: &DataDir) -> Look {
    let root = data.root().display();
    if data.ledger().join("genesis.cbor").is_file() {
        return Look::ok("data directory", format!("{root} holds a node"));
    }
    let remedy = "give the right --data, or make a node with `theriac init --data DIR`";
    Look::failure("data directory", format!("{root} holds no node"), remedy)
}

fn secrets(data: &DataDir) -> Look {
    const SUBJECT: &str = "secrets";
    let remedy = "restore the keys folder from a backup: a node never makes these anew";
    // Opening the store would make the folder.
    if !data.keys().is_dir() {
        return Look::failure(SUBJECT, "the folder of keys is gone", remedy);
    }
    let needed = [Secret::Root, Secret::Node, Secret::Note];
    let missing = KeyStore::open(data).map(|keys| {
        let faults = needed
            .iter()
            .filter_map(|secret| keys.existing(secret).err());
        faults.map(|error| crate::chain(&error)).collect::<Vec<_>>()
    });
    match missing {
        Ok(faults) if faults.is_empty() => Look::ok(SUBJECT, "root, node and log key are there"),
        Ok(faults) => Look::failure(SUBJECT, faults.join("; "), remedy),
        Err(error) => Look::failure(SUBJECT, crate::chain(&error), remedy),
    }
}

/// Nobody but the owner may read what signs for the company.
fn private(data: &DataDir) -> Look {
    const SUBJECT: &str = "privacy of secrets";
    let inside = fs::read_dir(data.keys()).into_iter().flatten().flatten();
    let all: Vec<PathBuf> = inside
        .map(|entry| entry.path())
        .chain([data.keys()])
        .collect();
    let open = all.iter().filter(|path| {
        let mode = fs::metadata(path).map(|it| it.permissions().mode());
        mode.is_ok_and(|mode| mode & 0o077 != 0)
    });
    let open: Vec<String> = open.map(|path| path.display().to_string()).collect();
    if open.is_empty() {
        let seen = format!("{} files, for their owner only", all.len() - 1);
        return Look::ok(SUBJECT, seen);
    }
    let seen = format!("others may read {}", open.join(", "));
    let remedy = format!(
        "chmod -R go-rwx {}; if others could really get there, rotate the keys",
        data.keys().display()
    );
    Look::failure(SUBJECT, seen, remedy)
}

fn room(root: &Path) -> Vec<Look> {
    const SUBJECT: &str = "disk";
    let (Ok(space), Ok(kind)) = (rustix::fs::statvfs(root), rustix::fs::statfs(root)) else {
        let remedy = "see whether the disk is mounted";
        return vec![Look::failure(SUBJECT, "cannot be asked", remedy)];
    };
    let free = space.f_bavail.saturating_mul(space.f_frsize);
    let seen = format!("{:.1} GiB free", gib(free));
    let remedy = "give it more room, or copy the node to a larger disk and serve the copy";
    let mut looks = vec![match free {
        0..FREE_MIN => Look::failure(SUBJECT, seen, remedy),
        FREE_MIN..FREE_LOW => Look::warning(SUBJECT, seen, remedy),
        _ => Look::ok(SUBJECT, seen),
    }];
    let kind = u64::try_from(kind.f_type).unwrap_or(0);
    if VOLATILE.contains(&kind) {
        let seen = "the data directory lies in memory and is gone after a restart";
        looks.push(Look::failure(SUBJECT, seen, "put it on a disk"));
    }
    looks
}

#[expect(clippy::cast_precision_loss, reason = "a size for people")]
fn gib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 30)
}

/// A node records when things happened. A clock that went back would sign that it was earlier.
fn clock(data: &DataDir, now: SystemTime) -> Look {
    const SUBJECT: &str = "clock";
    let newest = newest_in(&data.ledger());
    let ahead = newest.and_then(|time| time.duration_since(now).ok());
    match ahead.filter(|ahead| *ahead > AHEAD_MAX) {
        Some(ahead) => {
            let seen = format!("{} s behind what the ledger wrote last", ahead.as_secs());
            Look::failure(
                SUBJECT,
                seen,
                "set the clock (NTP) before the node records more",
            )
        }
        None => Look::ok(SUBJECT, "not behind the ledger"),
    }
}

/// Accesses are personal data: what is older than it may be must go.
fn accesses(config: &Config, data: &DataDir, world: &World) -> Look {
    const SUBJECT: &str = "access log";
    let keep = config.audit.keep;
    let oldest = match audit::oldest(&data.accesses()) {
        Ok(oldest) => oldest,
        Err(error) => {
            let remedy = "see who owns the folder, and whether its disk is sound";
            return Look::failure(SUBJECT, crate::chain(&error), remedy);
        }
    };
    let Some(oldest) = oldest else {
        return Look::ok(SUBJECT, format!("empty; accesses are kept for {keep}"));
    };
    let since = crate::app::time_text(oldest.access.at_ms);
    let seen = format!("since {since}; accesses are kept for {keep}");
    let latest_ms = keep.since_ms(world.now_ms()).saturating_sub(LATE_MS_MAX);
    if oldest.access.at_ms < latest_ms {
        let remedy = "start the node, which removes them within the hour; if it runs, see its log \
                      and `theriac accesses check`: what is damaged is not removed";
        return Look::warning(SUBJECT, seen, remedy);
    }
    Look::ok(SUBJECT, seen)
}

/// When anything in a folder was written last.
fn newest_in(dir: &Path) -> Option<SystemTime> {
    let entries = fs::read_dir(dir).ok()?.flatten();
    let times = entries.filter_map(|entry| entry.metadata().ok()?.modified().ok());
    times.max()
}

fn files(config: &Config) -> Look {
    const SUBJECT: &str = "open files";
    let connections = u64::try_from(config.http.connections_max).unwrap_or(u64::MAX);
    let needed = connections.saturating_add(FILES_BESIDES);
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    match limit.filter(|limit| *limit < needed) {
        Some(limit) => {
            let seen = format!("{limit} allowed, {needed} may be needed");
            let remedy =
                "raise it (LimitNOFILE= in the systemd unit) or lower http.connections_max";
            Look::warning(SUBJECT, seen, remedy)
        }
        None => Look::ok(SUBJECT, format!("enough for {connections} connections")),
    }
}

fn port(config: &Config, running: bool) -> Look {
    const SUBJECT: &str = "address";
    let address = config.http.listen;
    if running {
        return Look::ok(
            SUBJECT,
            format!("the node is running ({address} configured)"),
        );
    }
    if let Err(error) = TcpListener::bind(address) {
        let seen = format!("{address} cannot be listened on: {error}");
        let remedy = "stop what listens there (ss -ltnp), or choose another with --listen";
        return Look::failure(SUBJECT, seen, remedy);
    }
    if address.ip().is_loopback() {
        return Look::ok(SUBJECT, format!("{address} is free, for this machine only"));
    }
    if config.tls.certificate.is_some() {
        return Look::ok(SUBJECT, format!("{address} is free, and speaks TLS"));
    }
    let seen = format!("{address} is free, and others can reach it in plain HTTP");
    let remedy = "set [tls], or let a proxy with TLS stand before it and listen on 127.0.0.1";
    Look::warning(SUBJECT, seen, remedy)
}

fn witnesses(config: &Config) -> Look {
    const SUBJECT: &str = "witnesses";
    let (asked, quorum) = (config.witnesses.ask.len(), config.witnesses.quorum);
    if asked == 0 {
        let seen = "nobody co-signs the checkpoints: a court has this node's word alone";
        let remedy = "ask another company to run `theriac witness`, and name it in the settings";
        return Look::warning(SUBJECT, seen, remedy);
    }
    if quorum > asked {
        let seen = format!("{quorum} cosignatures wanted of {asked} witnesses");
        return Look::failure(SUBJECT, seen, "lower witnesses.quorum or ask more of them");
    }
    Look::ok(SUBJECT, format!("{asked} asked"))
}

fn copies(config: &Config, now: SystemTime) -> Look {
    const SUBJECT: &str = "backups";
    let Some(dir) = &config.backup.dir else {
        let remedy = "name a folder (backup.dir) and run `theriac backup --name NAME` every day";
        return Look::warning(SUBJECT, "no folder for copies is named", remedy);
    };
    let remedy = "run `theriac backup --name NAME` from a timer";
    let Some(newest) = newest_in(dir) else {
        let seen = format!("{} holds no copy", dir.display());
        return Look::warning(SUBJECT, seen, remedy);
    };
    let age = now.duration_since(newest).unwrap_or_default();
    let seen = format!("the newest copy is {} h old", age.as_secs() / 3_600);
    if age > COPY_AGE_MAX {
        return Look::warning(SUBJECT, seen, remedy);
    }
    Look::ok(SUBJECT, seen)
}

fn portal() -> Look {
    const SUBJECT: &str = "portal";
    if crate::http::has_portal() {
        return Look::ok(SUBJECT, "built in");
    }
    let remedy = "run `cargo xtask web`, then build the binary again";
    Look::warning(SUBJECT, "this binary was built without it", remedy)
}
