//! `theriac ledger`: looks into the ledger of a stopped node and carries blocks out of it, for
//! auditors and for people who want to see the tangle. What writes is in `upkeep`.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use clap::{Args, Subcommand, ValueEnum};
use service::keys::DataDir;
use tangle::{BlockId, Selection, Tangle};

use super::exit::{Exit, Failure};
use super::out::{self, Format};
use super::{local, upkeep};

const EXAMPLES: &str = "\
Examples:
  theriac ledger dot --data theriac-data --around 5f2b...64 hex digits... | dot -Tsvg > tangle.svg
  theriac ledger export --data theriac-data --output all.bundle
  theriac ledger export --data theriac-data --cone 5f2b... --output evidence.bundle
  theriac ledger import all.bundle --data theriac-data
  theriac ledger import all.bundle --key-file admin.key          # the node is running
  theriac ledger erase 5f2b... 0 2 --reason 'end of retention' --data theriac-data
  theriac ledger erase --media logger_file --keep-days 3650 --reason 'end of retention' --yes

dot and export need a stopped node. import and erase work on a stopped node (--data DIR) or ask a
running one, with an administrator's key. erase only tells what it would do until --yes is given;
it refuses what the order still needs, and backups made before keep what was erased.
Exit code: 0 done, 2 wrong input, 3 no node or no such block, 4 no admin key, 5 no answer,
6 ledger or bundle are damaged, 7 some blocks of a bundle were refused, wait for others, or have no effect.";

/// Look into a ledger, carry blocks in and out, erase items
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct LedgerCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand, Debug)]
enum Action {
    /// Draw the blocks around one block
    Dot {
        /// Data directory of a stopped node
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// The block in the middle (64 hex digits)
        #[arg(long, value_name = "ID")]
        around: String,
        /// How many approvals away to look
        #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(0..=64))]
        hops: u32,
        /// Language of the drawing
        #[arg(long, value_enum, default_value_t)]
        language: Language,
    },
    /// Write blocks with their items into one file that another node can check and take in
    Export {
        /// Data directory of a stopped node
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// Only these blocks and all they approve, directly or not (64 hex digits each)
        #[arg(long, value_name = "ID", num_args = 1..)]
        cone: Vec<String>,
        /// The file to write
        #[arg(long, short, value_name = "FILE")]
        output: PathBuf,
    },
    Import(upkeep::Import),
    Erase(upkeep::Erase),
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Language {
    /// DOT of Graphviz.
    #[default]
    Dot,
    /// `GraphML`.
    Graphml,
}

pub(crate) fn run(command: &LedgerCommand, format: Format) -> Result<Exit, Failure> {
    match &command.action {
        Action::Dot {
            data,
            around,
            hops,
            language,
        } => {
            let around = block_id(around)?;
            with_ledger(data, |ledger| draw(ledger, &around, *hops, *language))
        }
        Action::Export { data, cone, output } => {
            let heads = cone
                .iter()
                .map(|id| block_id(id))
                .collect::<Result<Vec<_>, _>>()?;
            with_ledger(data, |ledger| export(ledger, heads, output, format))
        }
        Action::Import(command) => upkeep::import(command, format),
        Action::Erase(command) => upkeep::erase(command, format),
    }
}

fn block_id(text: &str) -> Result<BlockId, Failure> {
    text.trim()
        .parse::<BlockId>()
        .with_context(|| format!("'{}' is no block id", super::exit::one_line(text)))
        .map_err(|error| Failure::usage(error).advise("give 64 hexadecimal digits"))
}

/// Runs `with` on the ledger of a stopped node and closes it again.
fn with_ledger(
    data: &Path,
    with: impl FnOnce(&Tangle) -> Result<Exit, Failure>,
) -> Result<Exit, Failure> {
    let _held = local::Hold::of(data)?;
    let ledger = service::open_ledger(data).map_err(|error| local::failure(error, data))?;
    let exit = with(&ledger)?;
    ledger
        .close()
        .map_err(|error| local::failure(error.into(), &DataDir::new(data).ledger()))?;
    Ok(exit)
}

fn draw(ledger: &Tangle, around: &BlockId, hops: u32, language: Language) -> Result<Exit, Failure> {
    let picture = ledger
        .reader()
        .picture(around, hops)
        .map_err(|error| Failure::new(Exit::Integrity, error))?;
    if picture.is_empty() {
        return Err(no_block(around));
    }
    let text = match language {
        Language::Dot => picture.dot(),
        Language::Graphml => picture.graphml(),
    };
    out::bytes(text.as_bytes());
    Ok(Exit::Ok)
}

fn no_block(id: &BlockId) -> Failure {
    Failure::new(
        Exit::NotFound,
        anyhow!("the block {id} is not recorded here"),
    )
}

fn export(
    ledger: &Tangle,
    heads: Vec<BlockId>,
    output: &Path,
    format: Format,
) -> Result<Exit, Failure> {
    let reader = ledger.reader();
    for id in &heads {
        let found = reader.position(id);
        if found
            .map_err(|error| Failure::new(Exit::Integrity, error))?
            .is_none()
        {
            return Err(no_block(id));
        }
    }
    let selection = if heads.is_empty() {
        Selection::All
    } else {
        Selection::Cone(heads)
    };
    let attempt = || format!("cannot write {}", output.display());
    let exported = write_new(output, |file| {
        reader
            .export(&selection, file)
            .map_err(|error| io::Error::other(service::chain(&error)))
    });
    let exported = exported.with_context(attempt).map_err(Failure::usage)?;
    match format {
        Format::Json => out::json(&serde_json::json!({
            "blocks": exported.blocks,
            "bytes": exported.bytes,
        })),
        Format::Text => out::line(&format!(
            "{} blocks, {} bytes in {}",
            exported.blocks,
            exported.bytes,
            output.display()
        )),
    }
    Ok(Exit::Ok)
}

/// Writes a file that did not exist; what could not be finished is taken away again.
fn write_new<T>(
    path: &Path,
    with: impl FnOnce(&mut BufWriter<File>) -> io::Result<T>,
) -> io::Result<T> {
    let mut file = BufWriter::new(File::create_new(path)?);
    let written = with(&mut file).and_then(|value| {
        file.flush()?;
        file.get_ref().sync_all()?;
        Ok(value)
    });
    if written.is_err() {
        // The first failure is the one to tell.
        let _left_behind = std::fs::remove_file(path);
    }
    written
}
