//! Taking in what witnesses say of our checkpoint: their signatures join the log's own on the
//! note, and from then on every proof carries them.

use tangle_verify::VerifierKey;
use tangle_verify::checkpoint::{Note, NoteSignature};
use tangle_verify::limits::NOTE_SIGNATURES_MAX;

use super::CHECKPOINT;
use super::shared::Signed;
use super::tangle::Tangle;
use crate::error::Broken;

impl Tangle {
    /// Adds cosignatures of the latest checkpoint, each with the witness's key. Those that do not
    /// hold, are there already, or belong to another checkpoint (one was signed in between) are
    /// passed over; the answer is how many were added. Durable on return.
    pub fn add_cosignatures(
        &mut self,
        cosignatures: &[(NoteSignature, VerifierKey)],
    ) -> Result<usize, Broken> {
        self.guarded(|it| it.add_cosignatures_or_fail(cosignatures))
    }

    fn add_cosignatures_or_fail(
        &mut self,
        cosignatures: &[(NoteSignature, VerifierKey)],
    ) -> Result<usize, Broken> {
        let Some(signed) = self.shared.view().signed else {
            return Ok(0);
        };
        let mut note = Note::parse(&signed.note)
            .map_err(|error| Broken::corrupt(CHECKPOINT, 0, error.to_string()))?;
        let mut keys = signed.keys.clone();
        let before = note.signatures.len();
        for (signature, key) in cosignatures {
            let fits = note.signatures.len() < NOTE_SIGNATURES_MAX && !keys.contains(key);
            let holds = key.is_witness()
                && signature.is_by(key)
                && signature.check(key, &note.text).is_ok();
            if fits && holds {
                note.signatures.push(signature.clone());
                keys.push(key.clone());
            }
        }
        let added = note.signatures.len() - before;
        if added > 0 {
            self.publish_checkpoint(Signed {
                note: note.to_text(),
                checkpoint: signed.checkpoint.clone(),
                keys,
            })?;
        }
        Ok(added)
    }
}
