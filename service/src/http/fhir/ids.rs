//! Ids of resources that stand for something with a longer name than the 64 characters that FHIR
//! allows. Short names are written in hexadecimal digits, so that they can be read back; of a
//! longer one the id is a hash, and what it names is found among those that there are.
use gs1::{Epc, Sgtin};
use sha2::{Digest, Sha256};

/// Longest name that is written out, bytes.
const WRITTEN_MAX: usize = 32;
/// Hexadecimal digits of a hash.
const HASH_DIGITS: usize = 40;

/// The id of something by its name.
pub(super) fn id_of(name: &str) -> String {
    if name.len() <= WRITTEN_MAX {
        hex::encode(name)
    } else {
        hashed(name)
    }
}

/// The id that a longer name has.
pub(super) fn hashed(name: &str) -> String {
    format!("h{}", hash(name, HASH_DIGITS))
}

/// The name of an id, among `names` where it is a hash.
pub(super) fn name_of<'a>(id: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    if let Some(digits) = id.strip_prefix('h') {
        let mut names = names.filter(|name| hash(name, HASH_DIGITS) == digits);
        return names.next().map(ToOwned::to_owned);
    }
    String::from_utf8(hex::decode(id).ok()?).ok()
}

/// The first hexadecimal digits of a name's hash.
pub(super) fn hash(name: &str, digits: usize) -> String {
    let mut text = hex::encode(Sha256::digest(name));
    text.truncate(digits);
    text
}

/// The id of a shipment, or of what was measured: the digits of an SSCC, GTIN and serial of a pack,
/// and whatever [`id_of`] makes of anything else.
pub(super) fn id_of_thing(id: &str) -> String {
    match Epc::parse(id) {
        Ok(Epc::Sscc(_)) => id.rsplit('/').next().unwrap_or_default().to_owned(),
        Ok(Epc::Sgtin(sgtin)) => {
            format!("{}.{}", sgtin.gtin, base64(sgtin.serial.as_str()))
        }
        _ => id_of(id),
    }
}

/// The name behind such an id, among `names` where it is a hash.
pub(super) fn thing_of<'a>(id: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    // The digits of an SSCC are hexadecimal digits, too.
    if id.len() == 18 && id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(format!("https://id.gs1.org/00/{id}"));
    }
    match id.split_once('.') {
        Some((gtin, serial)) => {
            let gtin = gs1::Gtin::parse(gtin).ok()?;
            let serial = gs1::Serial::parse(&from_base64(serial)?).ok()?;
            Some(Epc::Sgtin(Sgtin::new(gtin, serial)).canonical())
        }
        None => name_of(id, names),
    }
}

/// Base64 with the two signs that an id may hold.
fn base64(text: &str) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    text.replace('_', ".")
}

fn from_base64(text: &str) -> Option<String> {
    use base64::Engine as _;
    let text = text.replace('.', "_");
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text);
    String::from_utf8(bytes.ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_is_one_and_can_be_read_back() {
        let names = [
            "ADV-7",
            "urn:epcglobal:cbv:bt:9506000100012:ADVICE-OF-AN-ORDER-7",
            "https://id.gs1.org/8004/9506000PALLET-FOR-THE-COLD-STORE",
            "https://id.gs1.org/00/395060001000000174",
            "https://id.gs1.org/01/09506000134352/21/A1",
            "https://id.gs1.org/01/09506000134352/21/%3F%3F%3E%3E%3F%3F%3E%3E%3F%3F%3E%3E",
        ];
        for name in names {
            let id = id_of_thing(name);
            let fits = |letter: char| letter.is_ascii_alphanumeric() || "-.".contains(letter);
            assert!(id.len() <= 64, "{id}");
            assert!(id.chars().all(fits), "{id}");
            assert_eq!(
                thing_of(&id, names.into_iter()).as_deref(),
                Some(name),
                "{id}"
            );
            let id = id_of(name);
            assert_eq!(
                name_of(&id, names.into_iter()).as_deref(),
                Some(name),
                "{id}"
            );
        }
        for unknown in ["h00", "zz", "9506.A", "09506000134352.%", ""] {
            let found = thing_of(unknown, names.into_iter());
            assert!(found.is_none_or(|it| it.is_empty()), "{unknown}");
        }
    }
}
