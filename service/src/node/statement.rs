//! Statements that the node signs with the key of its log beside checkpoints, as C2SP signed notes.
//! A reader of checkpoints must never take one for a checkpoint, so the first line of a statement
//! is a title that holds a blank: the first line of a checkpoint is the log's name, which holds
//! none.
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tangle::verify::checkpoint::{Note, NoteSignature};

use super::Node;
use crate::app::failure::Failure;
use crate::keys::Secret;

/// A signed statement.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    /// What it is about, to see whether it still says what is so.
    pub(crate) about: Vec<u8>,
    /// When it was signed, Unix milliseconds.
    pub(crate) issued_ms: i64,
    /// The signed note.
    pub(crate) note: String,
}

/// The statement that is given out until something changes.
#[derive(Debug, Default)]
pub(super) struct Latest(Mutex<Option<Arc<Statement>>>);

impl Node {
    /// The recall list that is given out, held by whoever looks whether it still holds.
    pub(crate) fn recall_list(&self) -> MutexGuard<'_, Option<Arc<Statement>>> {
        let latest = self.0.recall_list.0.lock();
        latest.unwrap_or_else(PoisonError::into_inner)
    }

    /// The signed note of a title and one line.
    ///
    /// # Errors
    /// `internal` when the title could be a log's name, a line holds a control character, or the
    /// key cannot be read.
    pub(crate) fn sign_statement(&self, title: &str, line: &str) -> Result<String, Failure> {
        let fits = |text: &str| !text.is_empty() && !text.chars().any(char::is_control);
        if !title.contains(' ') || !fits(title) || !fits(line) {
            return Err(Failure::internal("this is no statement"));
        }
        let key = self.0.keys.existing(&Secret::Note);
        let key = key.map_err(Failure::internal)?;
        let text = format!("{title}\n{line}\n");
        let signature = NoteSignature {
            name: self.log_key().name().to_owned(),
            id: self.log_key().id(),
            signature: key.sign(text.as_bytes()).to_vec(),
        };
        let signatures = vec![signature];
        Ok(Note { text, signatures }.to_text())
    }
}
