//! `rfid-bridge import`: files of loggers that somebody has in hand. While the daemon does not run
//! they go straight into its spool; while it runs they are put into the folder that it watches.
//! Either way a file is known by its hash, and told once: once more for each other subject.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use gs1::Epc;

use crate::config::Config;
use crate::keyfile;
use crate::pipeline::RunError;
use crate::pipeline::play::Import;
use crate::samples::Sensor;
use crate::sensor::table::FILE_BYTES_MAX;
use crate::source::Outcome;

/// Not every file was taken.
const EXIT_PARTIAL: u8 = 7;

/// What `import` is told.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Configuration file.
    #[arg(long)]
    config: PathBuf,
    /// Feed that the files are of; the only one of logger files unless given.
    #[arg(long)]
    feed: Option<String>,
    /// The [[sensor]] that took the readings, by its `device`, where the file names another.
    #[arg(long)]
    sensor: Option<String>,
    /// What was measured, as EPC or Digital Link, in place of the sensor's `subject`.
    #[arg(long)]
    subject: Option<String>,
    /// Files as they came from the loggers.
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// Takes the files in, says of each what became of it, and answers with the exit status.
///
/// # Errors
/// Wrong arguments; a spool that does not work.
pub fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let config = Config::load(&options.config)?;
    let feed = Feed::of(&config, options.feed.as_deref())?;
    let sensor = sensor(&config, options)?;
    let loaded = keyfile::load(&config.device.key_file)?;
    let device = *loaded.key.key_id().as_bytes();
    let taken = match Import::begin(&config, device, feed.source) {
        Ok(import) => into_spool(import, &options.files, sensor.as_ref())?,
        Err(RunError::Spool(broken)) if broken.is_in_use() => {
            if sensor.is_some() {
                bail!(
                    "the bridge runs and takes sensors from its configuration only: stop it for \
                     --sensor and --subject, or describe the logger as a [[sensor]]"
                );
            }
            let Some(folder) = &feed.folder else {
                bail!(
                    "the bridge runs, and feed {:?} has no folder: stop it first",
                    feed.name
                );
            };
            into_folder(folder, &options.files)?
        }
        Err(error) => return Err(error.into()),
    };
    Ok(if taken {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(EXIT_PARTIAL)
    })
}

/// A feed of logger files.
struct Feed {
    name: String,
    source: usize,
    folder: Option<PathBuf>,
}

impl Feed {
    fn of(config: &Config, wanted: Option<&str>) -> anyhow::Result<Self> {
        let mut found = Vec::new();
        for (source, feed) in (config.reader.len()..).zip(&config.feed) {
            if wanted.is_none_or(|name| name == feed.name) && feed.reads_files()? {
                found.push(Self {
                    name: feed.name.clone(),
                    source,
                    folder: feed.folder.clone(),
                });
            }
        }
        match (found.pop(), found.is_empty(), wanted) {
            (Some(feed), true, _) => Ok(feed),
            (Some(_), false, _) => {
                bail!("there are several feeds of logger files: name one (--feed)")
            }
            (None, _, Some(name)) => bail!("there is no feed {name:?} of logger files"),
            (None, _, None) => bail!("the configuration has no [[feed]] of logger files"),
        }
    }
}

/// What the arguments say of the sensor; nothing when the configuration says it.
fn sensor(config: &Config, options: &Options) -> anyhow::Result<Option<Sensor>> {
    let mut sensor = match &options.sensor {
        Some(name) => {
            let known = config.sensors()?.remove(name);
            known.with_context(|| format!("there is no [[sensor]] with device = {name:?}"))?
        }
        None => Sensor::default(),
    };
    if let Some(text) = &options.subject {
        sensor.subject = Some(Epc::parse(text).context("--subject")?);
    }
    let is_told = options.sensor.is_some() || options.subject.is_some();
    Ok(is_told.then_some(sensor))
}

/// True when all files were taken or had been.
fn into_spool(
    mut import: Import,
    files: &[PathBuf],
    sensor: Option<&Sensor>,
) -> anyhow::Result<bool> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("starting the runtime")?;
    let mut all = true;
    for path in files {
        let outcome = match read(path) {
            Ok(file) => runtime.block_on(import.take(file, sensor))?,
            Err(error) => Outcome::Unreadable(format!("{error:#}")),
        };
        let file = path.display();
        match outcome {
            Outcome::Kept => crate::print(&format!("kept     {file}"))?,
            Outcome::Known => crate::print(&format!("known    {file}"))?,
            Outcome::Later => {
                all = false;
                crate::print(&format!("later    {file}: the spool is nearly full"))?;
            }
            Outcome::Unreadable(why) => {
                all = false;
                crate::print(&format!("refused  {file}: {why}"))?;
            }
        }
    }
    Ok(all)
}

/// Copies files into the folder that the running bridge watches; true when all are there.
fn into_folder(folder: &Path, files: &[PathBuf]) -> anyhow::Result<bool> {
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    let mut all = true;
    for path in files {
        let file = path.display();
        match read(path).and_then(|read| put(folder, read)) {
            Ok(()) => crate::print(&format!("handed   {file}"))?,
            Err(error) => {
                all = false;
                crate::print(&format!("refused  {file}: {error:#}"))?;
            }
        }
    }
    Ok(all)
}

/// Under a hidden name first, which the bridge leaves alone; never over another file.
fn put(folder: &Path, (name, body): (String, Vec<u8>)) -> anyhow::Result<()> {
    let hidden = folder.join(format!(".{name}.part"));
    fs::write(&hidden, body).with_context(|| format!("writing {}", hidden.display()))?;
    let mut target = folder.join(&name);
    let mut copy = 1;
    // A link fails where the name is taken, a rename would replace.
    while let Err(error) = fs::hard_link(&hidden, &target) {
        if error.kind() != std::io::ErrorKind::AlreadyExists {
            fs::remove_file(&hidden).ok();
            return Err(error).with_context(|| format!("writing {}", target.display()));
        }
        target = folder.join(format!("{copy}-{name}"));
        copy += 1;
    }
    fs::remove_file(&hidden).with_context(|| format!("removing {}", hidden.display()))
}

fn read(path: &Path) -> anyhow::Result<(String, Vec<u8>)> {
    let size = fs::metadata(path)?.len();
    if size > u64::try_from(FILE_BYTES_MAX)? {
        bail!("it is larger than {FILE_BYTES_MAX} bytes");
    }
    let name = path.file_name().context("it has no name")?;
    Ok((name.to_string_lossy().into_owned(), fs::read(path)?))
}
