//! A device key whose seed only this machine's TPM gives out: TPM 2.0 has no Ed25519, but it seals
//! 32 bytes. The key file then holds the sealed object, worth nothing on another machine or on a
//! copied disk; whoever is root on this one can still use it. The work is done by `tpm2-tools`
//! (`tpm2_createprimary`, `tpm2_create`, `tpm2_load`, `tpm2_unseal`), which find the TPM as they
//! always do (`TPM2TOOLS_TCTI`). The seed goes through pipes and never touches the disk.

use std::fs::{self, DirBuilder};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Longest object that a tool writes, bytes.
const OBJECT_BYTES_MAX: u64 = 4_096;
/// Characters of a tool's complaint that are repeated.
const COMPLAINT_CHARS_MAX: usize = 300;

/// The TPM, or its tools, do not do it.
#[derive(Debug, Error)]
pub enum TpmError {
    /// A tool cannot be run.
    #[error("running {tool} (package tpm2-tools)")]
    Tool {
        /// Which.
        tool: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// A tool failed.
    #[error("{tool}: {complaint}")]
    Refused {
        /// Which.
        tool: &'static str,
        /// What it said last.
        complaint: String,
    },
    /// A file between two tools.
    #[error("files of tpm2-tools in {}", path.display())]
    File {
        /// Where.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// What came back is no seed, or the object is none.
    #[error("the sealed key is damaged")]
    Damaged,
}

/// A sealed seed, as it stands in the key file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    /// What this is: `tpm2`.
    pub sealed: String,
    /// The key's public half, 64 hex digits.
    pub key: String,
    /// `TPM2B_PUBLIC`, base64.
    public: String,
    /// `TPM2B_PRIVATE`, base64.
    private: String,
}

/// What [`Sealed::sealed`] says.
const KIND: &str = "tpm2";

impl Sealed {
    /// Seals a seed whose public half is `key`, hex.
    ///
    /// # Errors
    /// [`TpmError`].
    pub fn of(seed: &[u8; 32], key: &str) -> Result<Self, TpmError> {
        let folder = Folder::make()?;
        folder.primary()?;
        let (public, private) = (folder.path("seal.pub"), folder.path("seal.priv"));
        let words = ["-Q", "-C", &folder.path("primary.ctx"), "-i", "-"];
        let into = ["-u", public.as_str(), "-r", private.as_str()];
        run("tpm2_create", &[&words[..], &into].concat(), Some(seed))?;
        flush();
        Ok(Self {
            sealed: KIND.to_owned(),
            key: key.to_owned(),
            public: STANDARD.encode(folder.read("seal.pub")?),
            private: STANDARD.encode(folder.read("seal.priv")?),
        })
    }

    /// The seed, if this machine's TPM sealed it.
    ///
    /// # Errors
    /// [`TpmError`].
    pub fn open(&self) -> Result<[u8; 32], TpmError> {
        let bytes = |text: &str| STANDARD.decode(text).map_err(|_| TpmError::Damaged);
        if self.sealed != KIND {
            return Err(TpmError::Damaged);
        }
        let folder = Folder::make()?;
        folder.write("seal.pub", &bytes(&self.public)?)?;
        folder.write("seal.priv", &bytes(&self.private)?)?;
        folder.primary()?;
        let (public, private) = (folder.path("seal.pub"), folder.path("seal.priv"));
        let (primary, context) = (folder.path("primary.ctx"), folder.path("seal.ctx"));
        let from = ["-Q", "-C", &primary, "-u", &public, "-r", &private];
        run("tpm2_load", &[&from[..], &["-c", &context]].concat(), None)?;
        flush();
        let seed = run("tpm2_unseal", &["-Q", "-c", &context], None)?;
        flush();
        seed.try_into().map_err(|_| TpmError::Damaged)
    }
}

/// A folder for what the tools hand each other, gone with its owner. Nothing secret is in it.
struct Folder(PathBuf);

impl Folder {
    fn make() -> Result<Self, TpmError> {
        let mut name = [0; 8];
        // A name that is taken is refused below.
        let _drawn = getrandom::fill(&mut name);
        let path = std::env::temp_dir().join(format!("rfid-bridge-{}", hex::encode(name)));
        let made = DirBuilder::new().mode(0o700).create(&path);
        made.map_err(|source| TpmError::File {
            path: path.clone(),
            source,
        })?;
        Ok(Self(path))
    }

    /// The key under which this TPM seals: the same each time, made anew of its own secret.
    fn primary(&self) -> Result<(), TpmError> {
        let context = self.path("primary.ctx");
        let words = ["-Q", "-C", "o", "-g", "sha256", "-G", "ecc", "-c", &context];
        run("tpm2_createprimary", &words, None)?;
        flush();
        Ok(())
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_string_lossy().into_owned()
    }

    fn read(&self, name: &str) -> Result<Vec<u8>, TpmError> {
        let mut bytes = Vec::new();
        let file = fs::File::open(self.0.join(name));
        let read = file.and_then(|file| file.take(OBJECT_BYTES_MAX).read_to_end(&mut bytes));
        read.map_err(|source| self.failed(source))?;
        Ok(bytes)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), TpmError> {
        let written = fs::write(self.0.join(name), bytes);
        written.map_err(|source| self.failed(source))
    }

    fn failed(&self, source: std::io::Error) -> TpmError {
        TpmError::File {
            path: self.0.clone(),
            source,
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Contexts that stay are of no use to anybody else.
        let _gone = fs::remove_dir_all(Path::new(&self.0));
    }
}

/// Makes room in the TPM for the next object: without a resource manager a tool leaves its objects
/// there. With one (`/dev/tpmrm0`) there is nothing to do, and that is no failure.
fn flush() {
    let _nothing = run("tpm2_flushcontext", &["-Q", "-t"], None);
}

/// Runs a tool, with `input` on its standard input; what it printed.
fn run(tool: &'static str, words: &[&str], input: Option<&[u8]>) -> Result<Vec<u8>, TpmError> {
    let failed = |source| TpmError::Tool { tool, source };
    let mut child = Command::new(tool)
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    if let (Some(mut to), Some(input)) = (child.stdin.take(), input) {
        // A tool that fails before it reads says why below.
        let _written = to.write_all(input);
    }
    let out = child.wait_with_output().map_err(failed)?;
    if out.status.success() {
        return Ok(out.stdout);
    }
    let said = String::from_utf8_lossy(&out.stderr);
    let last = said.lines().rev().find(|line| line.starts_with("ERROR"));
    let last = last.or_else(|| said.lines().last()).unwrap_or("failed");
    Err(TpmError::Refused {
        tool,
        complaint: last.chars().take(COMPLAINT_CHARS_MAX).collect(),
    })
}
