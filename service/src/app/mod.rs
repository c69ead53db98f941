//! Use cases without HTTP: each takes the node and a permit, and gives values or a `Failure`.
//! What a principal may see of the rows is `visible`, one function for every path.
pub mod accesses;
pub mod alerts;
pub mod blocks;
pub mod capture;
pub mod cases;
pub mod custody;
pub mod decide;
pub mod devices;
pub mod epcis;
pub mod events;
pub mod evidence;
pub mod exceptions;
pub mod failure;
pub(crate) mod findings;
pub mod genealogy;
pub mod grants;
pub mod invitations;
pub mod keys;
pub mod ledger;
pub mod links;
pub mod lot;
pub mod master;
pub mod me;
pub mod operate;
pub mod outward;
pub mod pack;
pub mod passkeys;
pub mod people;
pub mod proofs;
pub mod readings;
pub mod recall;
pub mod recall_list;
pub mod returns;
pub mod shipment;
pub mod trace;
pub mod verify;
pub mod visible;
pub mod vrs;

use gs1::{Epc, Gln};

/// What a text identifies, whatever its form: a URN, a Digital Link, an element string, or the 13
/// digits of a GLN.
pub fn identify(text: &str) -> Option<Epc> {
    if let Ok(gln) = Gln::parse(text) {
        return Some(Epc::Sgln(gln.into()));
    }
    match Epc::parse(text) {
        Ok(Epc::Other(_)) | Err(_) => gs1::scan::parse(text).ok()?.epc(),
        Ok(epc) => Some(epc),
    }
}

/// Unix milliseconds as RFC 3339 in UTC, with milliseconds.
pub fn time_text(ms: i64) -> String {
    use chrono::SecondsFormat;
    chrono::DateTime::from_timestamp_millis(ms)
        .unwrap_or(chrono::DateTime::UNIX_EPOCH)
        .to_rfc3339_opts(SecondsFormat::Millis, true)
}
