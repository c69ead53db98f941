//! Real processes under test. `Running` kills its process when dropped, by the id that it
//! started, so that a failing test leaves nothing behind.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// How long anything may take to say what a test waits for: generous, since machines are shared.
pub const PATIENCE: Duration = Duration::from_mins(2);

/// The path of one of our binaries in this build's target folder.
///
/// # Panics
/// When it has not been built: `cargo build` builds all three.
#[must_use]
pub fn binary(name: &str) -> PathBuf {
    let mut dir = std::env::current_exe().expect("this test has a path");
    dir.pop();
    if dir.ends_with("deps") {
        dir.pop();
    }
    let path = dir.join(name);
    assert!(
        path.exists(),
        "{} is missing: run `cargo build` first",
        path.display()
    );
    path
}

/// A child process in a process group of its own, whose standard output is read line by line.
#[derive(Debug)]
pub struct Running {
    child: Child,
    lines: Receiver<String>,
    seen: Vec<String>,
}

impl Running {
    /// Starts one of our binaries.
    #[must_use]
    pub fn start(name: &str, args: &[&str]) -> Self {
        Self::start_in(Path::new("."), name, args)
    }

    /// Starts one of our binaries in a working directory.
    #[must_use]
    pub fn start_in(dir: &Path, name: &str, args: &[&str]) -> Self {
        let program = binary(name);
        let mut child = Command::new(&program)
            .args(args)
            .current_dir(dir)
            .env("NO_COLOR", "1")
            // Whatever a test stops or kills is opened from a state it kept.
            .env("THERIAC__LEDGER__SNAPSHOT_FACTS", "1")
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap_or_else(|error| panic!("starting {}: {error}", program.display()));
        let out = child.stdout.take().expect("stdout is piped");
        let (send, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    break;
                }
            }
        });
        Self {
            child,
            lines,
            seen: Vec::new(),
        }
    }

    /// Waits for a line that starts with `prefix` and gives what follows it.
    pub fn wait_for(&mut self, prefix: &str) -> String {
        let until = Instant::now() + PATIENCE;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => {
                    self.seen.push(line.clone());
                    if let Some(rest) = line.trim_start().strip_prefix(prefix) {
                        return rest.trim().to_owned();
                    }
                }
                Err(RecvTimeoutError::Timeout) => panic!("no `{prefix}` in time: {:#?}", self.seen),
                Err(RecvTimeoutError::Disconnected) => {
                    let status = self.child.wait();
                    panic!("ended ({status:?}) before `{prefix}`: {:#?}", self.seen)
                }
            }
        }
    }

    /// Kills the process and those that it started (its group) at once with SIGKILL, as a power
    /// cut would, and waits for its end.
    pub fn kill(mut self) {
        self.kill_group();
    }

    fn kill_group(&mut self) {
        let group = format!("-{}", self.child.id());
        let _status = Command::new("kill").args(["-KILL", "--", &group]).status();
        self.child.kill().ok();
        self.child.wait().ok();
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Asks it to stop (SIGTERM) and waits for its end.
    pub fn stop(mut self) -> ExitStatus {
        let id = self.child.id().to_string();
        let asked = Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .expect("kill runs");
        assert!(asked.success(), "the process is ours and alive");
        let until = Instant::now() + PATIENCE;
        loop {
            match self.child.try_wait().expect("our own child") {
                Some(status) => return status,
                None if Instant::now() > until => panic!("did not stop in time"),
                None => std::thread::sleep(Duration::from_millis(20)),
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.kill_group();
        }
    }
}

/// Asks until there is an answer.
///
/// # Panics
/// When it does not come in time.
pub fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = ask() {
            return found;
        }
        assert!(Instant::now() < end, "never came: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Does something and tells how long it took.
pub fn timed<T>(what: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let done = what();
    (done, start.elapsed())
}

/// What a finished command said.
#[derive(Debug)]
pub struct Finished {
    /// Its exit code; -1 when a signal ended it.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// Runs one of our binaries to its end.
#[must_use]
pub fn finish(name: &str, args: &[&str]) -> Finished {
    let out = Command::new(binary(name))
        .args(args)
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("starting {name}: {error}"));
    Finished {
        code: out.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&out.stdout).into_owned(),
        err: String::from_utf8_lossy(&out.stderr).into_owned(),
    }
}
