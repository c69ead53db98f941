//! The URIs of one NDEF message: URI records, absolute URIs, and those within smart posters;
//! chunked records are put together, records of other types stepped over.

use super::NdefError;

/// URIs of one message that are told; more are not looked at.
pub const URIS_MAX: usize = 16;
/// Bytes of a URI record's text.
const URI_BYTES_MAX: usize = super::AREA_BYTES_MAX;

/// NDEF record flags and type name formats (NDEF 3.2).
const BEGIN: u8 = 0x80;
const END: u8 = 0x40;
const CHUNK: u8 = 0x20;
const SHORT: u8 = 0x10;
const WITH_ID: u8 = 0x08;
const FORMAT: u8 = 0x07;
const EMPTY: u8 = 0;
const WELL_KNOWN: u8 = 1;
const ABSOLUTE_URI: u8 = 3;
const UNCHANGED: u8 = 6;
const RESERVED: u8 = 7;

/// What the first byte of a URI record stands for (URI RTD 1.0, table 3).
const PREFIXES: [&str; 36] = [
    "",
    "http://www.",
    "https://www.",
    "http://",
    "https://",
    "tel:",
    "mailto:",
    "ftp://anonymous:anonymous@",
    "ftp://ftp.",
    "ftps://",
    "sftp://",
    "smb://",
    "nfs://",
    "ftp://",
    "dav://",
    "news:",
    "telnet://",
    "imap:",
    "rtsp://",
    "urn:",
    "pop:",
    "sip:",
    "sips:",
    "tftp:",
    "btspp://",
    "btl2cap://",
    "btgoep://",
    "tcpobex://",
    "irdaobex://",
    "file://",
    "urn:epc:id:",
    "urn:epc:tag:",
    "urn:epc:pat:",
    "urn:epc:raw:",
    "urn:epc:",
    "urn:nfc:",
];

/// The URIs of a message in their order, at most [`URIS_MAX`]. A URI that is not UTF-8 or has an
/// unknown prefix is none.
///
/// # Errors
/// [`NdefError`] when the records do not fit the message.
pub fn uris_of(message: &[u8]) -> Result<Vec<String>, NdefError> {
    let mut uris = Vec::new();
    for record in records(message)? {
        if record.is("Sp") {
            // A poster within a poster is none of the standard's.
            for inner in records(&record.payload)? {
                uris.extend(inner.uri());
            }
        } else {
            uris.extend(record.uri());
        }
        if uris.len() >= URIS_MAX {
            break;
        }
    }
    uris.truncate(URIS_MAX);
    Ok(uris)
}

/// A record, put together from its chunks.
struct Record {
    format: u8,
    kind: Vec<u8>,
    payload: Vec<u8>,
}

impl Record {
    fn is(&self, kind: &str) -> bool {
        self.format == WELL_KNOWN && self.kind == kind.as_bytes()
    }

    fn uri(&self) -> Option<String> {
        if self.format == ABSOLUTE_URI {
            return String::from_utf8(self.kind.clone()).ok();
        }
        if !self.is("U") || self.payload.len() > URI_BYTES_MAX {
            return None;
        }
        let (prefix, rest) = self.payload.split_first()?;
        let prefix = PREFIXES.get(usize::from(*prefix))?;
        Some(format!("{prefix}{}", std::str::from_utf8(rest).ok()?))
    }
}

/// One record or chunk as it stands in the message.
struct Part<'a> {
    flags: u8,
    kind: &'a [u8],
    payload: &'a [u8],
}

fn records(message: &[u8]) -> Result<Vec<Record>, NdefError> {
    let mut reader = Reader { message, at: 0 };
    let mut records: Vec<Record> = Vec::new();
    let mut is_open = false;
    loop {
        let start = reader.at;
        let wrong = |why| NdefError::Record { at: start, why };
        let part = reader.part()?;
        let format = part.flags & FORMAT;
        if (part.flags & BEGIN != 0) != (start == 0) {
            return Err(wrong(
                "is the first and not marked so, or the other way round",
            ));
        }
        match (is_open, format) {
            (true, UNCHANGED) if part.kind.is_empty() => {
                if let Some(record) = records.last_mut() {
                    record.payload.extend_from_slice(part.payload);
                }
            }
            (true, _) => return Err(wrong("interrupts a chunked one")),
            (false, UNCHANGED) => return Err(wrong("continues none")),
            (false, RESERVED) => return Err(wrong("has a type name format that is reserved")),
            (false, EMPTY) if !part.kind.is_empty() || !part.payload.is_empty() => {
                return Err(wrong("is empty and has content"));
            }
            (false, _) => records.push(Record {
                format,
                kind: part.kind.to_vec(),
                payload: part.payload.to_vec(),
            }),
        }
        is_open = part.flags & CHUNK != 0;
        if part.flags & END != 0 {
            return if is_open {
                Err(wrong("is the last and promises another chunk"))
            } else {
                Ok(records)
            };
        }
    }
}

/// Takes bytes of a message; each length is held against what is left.
struct Reader<'a> {
    message: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn part(&mut self) -> Result<Part<'a>, NdefError> {
        let start = self.at;
        let cut = |()| NdefError::Truncated {
            what: "the record",
            at: start,
        };
        let flags = self.number(1).map_err(cut)?;
        let flags = u8::try_from(flags).unwrap_or_default();
        let kind = self.number(1).map_err(cut)?;
        let payload = self.number(if flags & SHORT == 0 { 4 } else { 1 });
        let payload = payload.map_err(cut)?;
        let id = if flags & WITH_ID == 0 {
            0
        } else {
            self.number(1).map_err(cut)?
        };
        let kind = self.take(kind).map_err(cut)?;
        self.take(id).map_err(cut)?;
        let payload = self.take(payload).map_err(cut)?;
        Ok(Part {
            flags,
            kind,
            payload,
        })
    }

    fn number(&mut self, bytes: usize) -> Result<usize, ()> {
        let bytes = self.take(bytes)?;
        let number = bytes
            .iter()
            .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        usize::try_from(number).map_err(|_| ())
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], ()> {
        let end = self.at.checked_add(count).ok_or(())?;
        let taken = self.message.get(self.at..end).ok_or(())?;
        self.at = end;
        Ok(taken)
    }
}
