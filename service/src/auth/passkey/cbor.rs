//! As much CBOR (RFC 8949) as authenticators send: definite lengths, integers, strings, lists and
//! maps (CTAP 2.1, 8). Values that nobody asks for are walked over, within a bound of depth.
const DEPTH_MAX: u8 = 4;

/// A value; what is in lists and maps is not kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Value<'b> {
    Int(i64),
    Bytes(&'b [u8]),
    Text(&'b str),
    Other,
}

/// Reads values from the front of some bytes. Every `None` means that they are not CBOR as
/// authenticators write it.
#[derive(Clone, Debug)]
pub(super) struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self(bytes)
    }

    /// What has not been read.
    pub(super) fn rest(&self) -> &'b [u8] {
        self.0
    }

    /// The head of a map: how many pairs follow.
    pub(super) fn map(&mut self) -> Option<u64> {
        let (major, count) = self.head()?;
        (major == 5).then_some(count)
    }

    /// The next value, with everything in it.
    pub(super) fn value(&mut self) -> Option<Value<'b>> {
        self.walk(DEPTH_MAX)
    }

    fn walk(&mut self, depth: u8) -> Option<Value<'b>> {
        let (major, argument) = self.head()?;
        let count = || i64::try_from(argument).ok();
        Some(match major {
            0 => Value::Int(count()?),
            1 => Value::Int(-1 - count()?),
            2 => Value::Bytes(self.take(argument)?),
            3 => Value::Text(std::str::from_utf8(self.take(argument)?).ok()?),
            4 | 5 => {
                let inner = depth.checked_sub(1)?;
                // Each value has a byte at least: a count that lies ends with the bytes.
                for _ in 0..argument.checked_mul(u64::from(major) - 3)? {
                    self.walk(inner)?;
                }
                Value::Other
            }
            7 => Value::Other,
            _ => return None,
        })
    }

    fn head(&mut self) -> Option<(u8, u64)> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        let width = match first & 0x1f {
            short @ 0..=23 => return Some((first >> 5, u64::from(short))),
            24 => 1,
            25 => 2,
            26 => 4,
            27 => 8,
            _ => return None,
        };
        let bytes = self.take(width)?.iter();
        let argument = bytes.fold(0, |sum, byte| (sum << 8) | u64::from(*byte));
        Some((first >> 5, argument))
    }

    fn take(&mut self, count: u64) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(usize::try_from(count).ok()?)?;
        self.0 = rest;
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_rfc_8949_are_read_and_walked_over() {
        let read = |text: &str| {
            let bytes = hex::decode(text).unwrap();
            let mut reader = Reader::new(&bytes);
            let value = reader.value();
            value.map(|it| (format!("{it:?}"), reader.rest().len()))
        };
        for (text, value, rest) in [
            ("00", "Int(0)", 0),
            ("1903e8", "Int(1000)", 0),
            ("3903e7", "Int(-1000)", 0),
            ("3b7fffffffffffffff", "Int(-9223372036854775808)", 0),
            ("4401020304", "Bytes([1, 2, 3, 4])", 0),
            ("6161ff", "Text(\"a\")", 1),
            ("8301820203820405", "Other", 0),
            ("a201020304f5", "Other", 1),
            ("f5", "Other", 0),
            ("fb3ff199999999999a00", "Other", 1),
        ] {
            assert_eq!(read(text), Some((value.to_owned(), rest)), "{text}");
        }
        for bad in [
            "",
            "18",
            "44010203",
            "61ff",
            "5f",
            "9f",
            "bf",
            "1b",
            "3bffffffffffffffff",
            "c0",
            "1c",
            "8181818181818100",
            "9bffffffffffffffff00",
            "bbffffffffffffffff00",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
