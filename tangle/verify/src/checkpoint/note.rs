//! Signed notes (C2SP `signed-note`): a text, an empty line, signature lines. Parsing is strict:
//! what is parsed, written again, gives the same bytes.

use alloc::string::String;
use alloc::vec::Vec;

use super::vkey::is_name;
use super::{Checkpoint, KeyType, NoteError, VerifierKey, check_size, parse_base64};
use crate::base64;
use crate::limits;
use crate::text::{at_empty_line, decimal, lines as lines_of, split};

/// Starts each signature line: an em dash and a space.
const MARK: &str = "\u{2014} ";

/// A note taken apart; nothing is checked but its form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The signed text, with its last newline.
    pub text: String,
    /// The signatures in the order of their lines: 1..=64.
    pub signatures: Vec<NoteSignature>,
}

/// One signature line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    /// Name of the key.
    pub name: String,
    /// Short id of the key.
    pub id: [u8; 4],
    /// The signature; 64 bytes for Ed25519, other lengths for types that are passed over.
    pub signature: Vec<u8>,
}

impl Note {
    /// Takes a note apart.
    pub fn parse(note: &str) -> Result<Self, NoteError> {
        check_size(note.len())?;
        let line_of = |at: usize| note.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
        let control = note.bytes().position(|byte| byte < 0x20 && byte != b'\n');
        if let Some(at) = control {
            let reason = "control characters are not allowed";
            return Err(NoteError::line(line_of(at), reason));
        }
        let Some((text, lines)) = at_empty_line(note, true) else {
            return Err(NoteError::line(1, "no empty line before signatures"));
        };
        let first = line_of(text.len()) + 2;
        let Some(lines) = lines.strip_suffix('\n') else {
            let reason = "the last line does not end with a newline";
            return Err(NoteError::line(line_of(note.len()), reason));
        };
        let mut signatures = Vec::new();
        for (line, signature) in (first..).zip(lines_of(lines)) {
            if signatures.len() == limits::NOTE_SIGNATURES_MAX {
                return Err(NoteError::line(line, "more signatures than allowed"));
            }
            let parsed = NoteSignature::parse(signature);
            signatures.push(parsed.map_err(|reason| NoteError::line(line, reason))?);
        }
        Ok(Self {
            text: [text, "\n"].concat(),
            signatures,
        })
    }

    /// The note as text.
    pub fn to_text(&self) -> String {
        let mut out = [&*self.text, "\n"].concat();
        for signature in &self.signatures {
            out.push_str(&signature.to_line());
        }
        out
    }

    /// Reads the signed text as a checkpoint.
    pub fn checkpoint(&self) -> Result<Checkpoint, NoteError> {
        Checkpoint::from_text(&self.text)
    }

    /// Those of the known keys that signed, in the order of the signatures. A signature whose
    /// name and id are those of a known key must verify.
    pub fn signers<'k>(&self, known: &'k [VerifierKey]) -> Result<Vec<&'k VerifierKey>, NoteError> {
        let mut signers = Vec::new();
        for signature in &self.signatures {
            for key in known.iter().filter(|key| signature.is_by(key)) {
                signature.check(key, &self.text)?;
                signers.push(key);
            }
        }
        Ok(signers)
    }
}

impl NoteSignature {
    /// Reads one signature line, without its newline; the error says what is wrong with it.
    pub fn parse(line: &str) -> Result<Self, &'static str> {
        let rest = line
            .strip_prefix(MARK)
            .ok_or("a signature starts with an em dash and a space")?;
        let (name, signature) = split(rest, b' ');
        let signature = signature.ok_or("a signature has a name and a value")?;
        if !is_name(name) {
            return Err("a key name has 1 to 256 bytes without white space, controls or +");
        }
        let bytes = parse_base64(signature, limits::NOTE_SIGNATURE_BYTES_MAX)
            .ok_or("a signature is canonical base64 of bounded length")?;
        match bytes.split_first_chunk::<4>() {
            Some((id, rest)) if !rest.is_empty() => Ok(Self {
                name: name.into(),
                id: *id,
                signature: rest.to_vec(),
            }),
            _ => Err("a signature has a key id of four bytes and a value"),
        }
    }

    /// The line as text, with its newline.
    pub fn to_line(&self) -> String {
        let bytes = [&self.id[..], &self.signature].concat();
        [MARK, &self.name, " ", &base64::encode(&bytes), "\n"].concat()
    }

    /// Whether it claims to be made with this key.
    pub fn is_by(&self, key: &VerifierKey) -> bool {
        self.name == key.name() && self.id == key.id()
    }

    /// Checks it for this key and text, as what the key's type says a signature is.
    pub fn check(&self, key: &VerifierKey, text: &str) -> Result<(), NoteError> {
        let bad = || NoteError::BadSignature {
            #[cfg(feature = "words")]
            name: self.name.clone(),
        };
        let held = match key.kind() {
            KeyType::Note => {
                let signature = self.signature.as_slice().try_into().ok();
                signature.map(|signature| key.key().check(text.as_bytes(), signature))
            }
            KeyType::Cosignature => self.cosignature().map(|(time_s, signature)| {
                let message = cosigned_message(time_s, text);
                key.key().check(message.as_bytes(), &signature)
            }),
        };
        match held {
            Some(Ok(())) => Ok(()),
            _ => Err(bad()),
        }
    }

    /// When a witness made it, seconds since the Unix epoch, if it has the shape of a
    /// cosignature. Trust it only after [`NoteSignature::check`] with the witness's key.
    pub fn time_s(&self) -> Option<u64> {
        self.cosignature().map(|(time_s, _)| time_s)
    }

    /// Time and Ed25519 signature of a timestamped signature: 8 bytes, big-endian, at most
    /// 2^63 - 1, and 64.
    fn cosignature(&self) -> Option<(u64, [u8; 64])> {
        let (time, signature) = self.signature.split_first_chunk::<8>()?;
        let time_s = u64::from_be_bytes(*time);
        let in_range = i64::try_from(time_s).is_ok();
        let signature = signature.try_into().ok()?;
        in_range.then_some((time_s, signature))
    }
}

/// What a witness signs (C2SP `tlog-cosignature` v1): that at `time_s` (seconds since the Unix
/// epoch) the largest consistent tree it saw of this log is the one in `text`, the whole body of
/// the checkpoint note with its last newline.
pub fn cosigned_message(time_s: u64, text: &str) -> String {
    let mut out = String::from("cosignature/v1\ntime ");
    decimal(&mut out, time_s);
    out + "\n" + text
}
