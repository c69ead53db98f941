//! The dock door for real: a simulated LLRP reader and the bridge as processes of their own,
//! speaking TCP to each other, the bridge handing its signed block to the node over HTTP. They
//! are looked for beside this program, because they are built together with it.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use gs1::{Sscc, epc_binary};

use super::cast;
use super::story::Arrival;

/// How long the reader, the bridge and the upload may take together.
const PATIENCE: Duration = Duration::from_mins(1);
const POLL: Duration = Duration::from_millis(50);
/// How long the tags stay in the reader's field.
const DWELL_MS: u32 = 400;
/// How long nothing must have been read until the pallet has passed. Longer than the smoothing.
const QUIET_MS: u32 = 800;
/// Filter value of a pallet or case label (GS1 TDS, table of SSCC filter values).
const FILTER_FULL_CASE: u8 = 2;

/// The two programs.
#[derive(Clone, Debug)]
pub struct Tools {
    reader: PathBuf,
    bridge: PathBuf,
}

/// Where and as whom the bridge uploads.
#[derive(Debug)]
pub struct Door<'a> {
    /// A directory for its configuration, key and spool.
    pub dir: &'a Path,
    /// The node's address.
    pub server: &'a str,
    /// The gateway's API key.
    pub api_key: &'a str,
    /// Seed of the device key that is registered for the door.
    pub device_seed: [u8; 32],
}

/// Why the dock door was not read.
#[derive(Debug, thiserror::Error)]
pub enum DockError {
    /// The programs are not there.
    #[error("{} is not there", program.display())]
    Missing {
        /// Which.
        program: PathBuf,
    },
    /// A label cannot be written on a tag.
    #[error("the label {sscc} does not fit a tag")]
    Tag {
        /// Which.
        sscc: String,
    },
    /// A file or process could not be handled.
    #[error("{what}")]
    System {
        /// What was attempted.
        what: &'static str,
        /// What happened.
        source: std::io::Error,
    },
    /// The bridge ended badly.
    #[error("the bridge ended with {status}; its log is {}", log.display())]
    Bridge {
        /// How.
        status: String,
        /// Where it says why.
        log: PathBuf,
    },
}

impl Tools {
    /// The programs in the directory of `program`.
    ///
    /// # Errors
    /// [`DockError::Missing`], naming the first that is not there.
    pub fn beside(program: &Path) -> Result<Self, DockError> {
        let find = |name: &str| {
            let path = program
                .with_file_name(name)
                .with_extension(std::env::consts::EXE_EXTENSION);
            if path.is_file() {
                Ok(path)
            } else {
                Err(DockError::Missing { program: path })
            }
        };
        Ok(Self {
            reader: find("reader-sim")?,
            bridge: find("rfid-bridge")?,
        })
    }
}

/// Lets the arriving pallet pass the door: starts the reader with the labels of the pallet and its
/// cases in its field, and the bridge until all it saw is on the node's disk.
pub fn read(tools: &Tools, door: &Door<'_>, arrival: &Arrival) -> Result<(), DockError> {
    let failed = |what| move |source| DockError::System { what, source };
    std::fs::create_dir_all(door.dir).map_err(failed("making the dock door's directory"))?;
    let tags = tags(arrival)?;
    write(door.dir, "tags.txt", &tags)?;
    write(door.dir, "api.key", door.api_key)?;
    write(
        door.dir,
        "device.key",
        &format!("{}\n", hex::encode(door.device_seed)),
    )?;

    let mut reader = Command::new(&tools.reader);
    reader
        .args([
            "--listen",
            "127.0.0.1:0",
            "--tags",
            &tags.lines().count().to_string(),
        ])
        .args(["--dwell-ms", &DWELL_MS.to_string(), "--epcs"])
        .arg(door.dir.join("tags.txt"));
    let mut reader = Running::start(reader, &door.dir.join("reader.log"))
        .map_err(failed("starting the simulated reader"))?;
    let address = reader
        .address()
        .map_err(failed("waiting for the simulated reader"))?;
    write(door.dir, "bridge.toml", &configuration(door, &address))?;

    let log = door.dir.join("bridge.log");
    let mut bridge = Command::new(&tools.bridge);
    bridge
        .arg("run")
        .arg("--config")
        .arg(door.dir.join("bridge.toml"))
        .args(["--once", "--quiet-ms", &QUIET_MS.to_string()]);
    let mut bridge = Running::start(bridge, &log).map_err(failed("starting the bridge"))?;
    match bridge.wait().map_err(failed("waiting for the bridge"))? {
        Some(status) if status.success() => Ok(()),
        Some(status) => Err(DockError::Bridge {
            status: status.to_string(),
            log,
        }),
        None => {
            let status = format!("no result within {} s", PATIENCE.as_secs());
            Err(DockError::Bridge { status, log })
        }
    }
}

/// The labels of the pallet and its cases as SSCC-96, a line each.
fn tags(arrival: &Arrival) -> Result<String, DockError> {
    let mut lines = String::new();
    for sscc in std::iter::once(&arrival.pallet).chain(&arrival.cases) {
        let bytes = Sscc::parse(sscc).ok().and_then(|key| {
            epc_binary::encode_sscc96(&key, cast::COMPANY_PREFIX_LENGTH, FILTER_FULL_CASE).ok()
        });
        let bytes = bytes.ok_or_else(|| DockError::Tag { sscc: sscc.clone() })?;
        // Writing to a string cannot fail.
        let _written = writeln!(lines, "{}", hex::encode(bytes));
    }
    Ok(lines)
}

fn configuration(door: &Door<'_>, reader: &str) -> String {
    let place = cast::dock_door();
    let text = |path: &Path| toml::Value::from(path.to_string_lossy().into_owned());
    let mut lines = String::new();
    for (section, fields) in [
        (
            "[device]",
            vec![
                ("key_file", text(&door.dir.join("device.key"))),
                ("label", toml::Value::from("dock-1")),
            ],
        ),
        (
            "[[reader]]",
            vec![
                ("address", toml::Value::from(reader)),
                ("name", toml::Value::from("dock-1")),
                ("read_point", toml::Value::from(place.id)),
                ("biz_location", toml::Value::from(place.party.site().id)),
                ("biz_step", toml::Value::from("receiving")),
            ],
        ),
        (
            "[uplink]",
            vec![
                ("url", toml::Value::from(door.server)),
                ("api_key_file", text(&door.dir.join("api.key"))),
            ],
        ),
        (
            "[spool]",
            vec![("path", text(&door.dir.join("spool.redb")))],
        ),
        ("[smoothing]", vec![("idle_ms", toml::Value::from(400))]),
        (
            "[blocks]",
            vec![("passage_quiet_ms", toml::Value::from(200))],
        ),
    ] {
        // Writing to a string cannot fail.
        let _written = writeln!(lines, "{section}");
        for (name, value) in fields {
            let _written = writeln!(lines, "{name} = {value}");
        }
    }
    lines
}

/// Writes a file for its owner alone: two of them are secrets.
fn write(dir: &Path, name: &str, text: &str) -> Result<(), DockError> {
    let written = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(dir.join(name))
        .and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()));
    written.map_err(|source| DockError::System {
        what: "writing the dock door's files",
        source,
    })
}

/// A child process that does not outlive its handle.
struct Running(Child);

impl Running {
    fn start(mut command: Command, log: &Path) -> std::io::Result<Self> {
        let log = std::fs::File::create(log)?;
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log);
        command.spawn().map(Self)
    }

    /// The address that it says it listens on, once it does.
    fn address(&mut self) -> std::io::Result<String> {
        let unusable = || std::io::Error::other("it ended without listening");
        let out = self.0.stdout.as_mut().ok_or_else(unusable)?;
        for line in BufReader::new(out).lines() {
            if let Some(address) = line?.strip_prefix("listening on ") {
                return Ok(address.trim().to_owned());
            }
        }
        Err(unusable())
    }

    /// Waits for its end, at most [`PATIENCE`].
    fn wait(&mut self) -> std::io::Result<Option<std::process::ExitStatus>> {
        let polls = PATIENCE.as_millis() / POLL.as_millis();
        for _ in 0..polls {
            if let Some(status) = self.0.try_wait()? {
                return Ok(Some(status));
            }
            std::thread::sleep(POLL);
        }
        Ok(None)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Either may fail when it has ended already, which is what is wanted.
        let _killed = self.0.kill();
        let _reaped = self.0.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::story::Story;

    #[test]
    fn the_tags_are_the_labels_of_the_pallet_and_its_cases() {
        let story = Story::new(1, 1_790_000_000_000, 100);
        let tags = tags(&story.arrival).unwrap();
        let decoded: Vec<String> = tags
            .lines()
            .map(|line| {
                epc_binary::decode(&hex::decode(line).unwrap())
                    .unwrap()
                    .epc
                    .canonical()
            })
            .collect();
        assert_eq!(decoded.len(), 1 + story.arrival.cases.len());
        assert_eq!(
            decoded[0],
            format!("https://id.gs1.org/00/{}", story.arrival.pallet)
        );
    }

    #[test]
    fn the_configuration_is_toml_whatever_the_paths_are_called() {
        let dir = Path::new("/tmp/a \"quoted\" \\ place");
        let door = Door {
            dir,
            server: "http://x:1",
            api_key: "thr_secret",
            device_seed: [0; 32],
        };
        let text = configuration(&door, "127.0.0.1:5084");
        let table: toml::Table = text.parse().unwrap();
        assert_eq!(
            table["reader"][0]["address"].as_str(),
            Some("127.0.0.1:5084")
        );
        assert_eq!(
            table["spool"]["path"].as_str(),
            dir.join("spool.redb").to_str()
        );
        assert!(
            !text.contains("thr_secret"),
            "the key stays in its own file"
        );
    }

    #[test]
    fn missing_programs_are_named() {
        let missing = Tools::beside(Path::new("/nowhere/theriac")).unwrap_err();
        assert!(missing.to_string().contains("reader-sim"), "{missing}");
    }
}
