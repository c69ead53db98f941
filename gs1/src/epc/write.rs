//! The URN of an identifier, for a company prefix whose length is given: no key tells where its
//! company prefix ends.

use super::Epc;
use super::urn::escape;
use crate::key::{Cpi, Gtin, Itip, Sgtin};

/// The URN of `epc` for a company prefix of `gcp_len` digits. Those that have no company prefix
/// take any length of 6 to 12.
pub(super) fn urn(epc: &Epc, gcp_len: u8) -> Option<String> {
    if !(6..=12).contains(&gcp_len) {
        return None;
    }
    Some(match epc {
        Epc::Sgtin(Sgtin { gtin, serial }) => item("id:sgtin", gtin, gcp_len, serial.as_str())?,
        Epc::Lgtin { gtin, lot } => item("class:lgtin", gtin, gcp_len, lot.as_str())?,
        Epc::Upui(upui) => item("id:upui", upui.gtin(), gcp_len, upui.extension())?,
        Epc::Gtin(gtin) => {
            let (prefix, item) = gtin.to_epc_parts(gcp_len)?;
            format!("urn:epc:idpat:sgtin:{prefix}.{item}.*")
        }
        Epc::Itip(itip) => pieces(itip, gcp_len)?,
        Epc::Sscc(sscc) => pair("sscc", sscc.to_epc_parts(gcp_len)?),
        Epc::Sgln(sgln) => {
            let parts = pair("sgln", sgln.gln().to_epc_parts(gcp_len)?);
            format!("{parts}.{}", escape(sgln.extension().unwrap_or("0")))
        }
        Epc::Pgln(gln) => pair("pgln", gln.to_epc_parts(gcp_len)?),
        Epc::Gsrn(gsrn) => pair("gsrn", gsrn.to_epc_parts(gcp_len)?),
        Epc::Gsrnp(gsrn) => pair("gsrnp", gsrn.to_epc_parts(gcp_len)?),
        Epc::Gsin(gsin) => pair("gsin", gsin.to_epc_parts(gcp_len)?),
        Epc::Grai(grai) => class_or_one("grai", grai.to_epc_parts(gcp_len)?, grai.serial()),
        Epc::Gdti(gdti) => class_or_one("gdti", gdti.to_epc_parts(gcp_len)?, gdti.serial()),
        Epc::Gcn(gcn) => class_or_one("sgcn", gcn.to_epc_parts(gcp_len)?, gcn.serial()),
        Epc::Cpi(cpi) => component(cpi, gcp_len)?,
        Epc::Giai(giai) => pair("giai", split(giai.as_str(), gcp_len)?),
        Epc::Ginc(ginc) => pair("ginc", split(ginc.as_str(), gcp_len)?),
        Epc::Gid(_) | Epc::Usdod(_) | Epc::Adi(_) | Epc::Bic(_) | Epc::Imovn(_) => epc.canonical(),
        Epc::Other(_) => return None,
    })
}

fn pair(scheme: &str, (prefix, reference): (String, String)) -> String {
    format!("urn:epc:id:{scheme}:{prefix}.{reference}")
}

fn item(scheme: &str, gtin: &Gtin, gcp_len: u8, serial: &str) -> Option<String> {
    let (prefix, item) = gtin.to_epc_parts(gcp_len)?;
    let serial = escape(serial);
    Some(format!("urn:epc:{scheme}:{prefix}.{item}.{serial}"))
}

fn class_or_one(scheme: &str, parts: (String, String), serial: Option<&str>) -> String {
    let (prefix, reference) = parts;
    match serial.map(escape) {
        Some(serial) => format!("urn:epc:id:{scheme}:{prefix}.{reference}.{serial}"),
        None => format!("urn:epc:idpat:{scheme}:{prefix}.{reference}.*"),
    }
}

fn pieces(itip: &Itip, gcp_len: u8) -> Option<String> {
    let (prefix, item) = itip.gtin().to_epc_parts(gcp_len)?;
    let (piece, total) = itip.piece_of_total();
    let parts = format!("itip:{prefix}.{item}.{piece:02}.{total:02}");
    Some(match itip.serial() {
        Some(serial) => format!("urn:epc:id:{parts}.{}", escape(serial.as_str())),
        None => format!("urn:epc:idpat:{parts}.*"),
    })
}

fn component(cpi: &Cpi, gcp_len: u8) -> Option<String> {
    let parts = split(cpi.id(), gcp_len)?;
    Some(class_or_one("cpi", parts, cpi.serial()))
}

/// Company prefix and the escaped text after it, where both are there.
fn split(text: &str, gcp_len: u8) -> Option<(String, String)> {
    let (prefix, rest) = text.split_at_checked(usize::from(gcp_len))?;
    let fits = prefix.bytes().all(|b| b.is_ascii_digit()) && !rest.is_empty();
    fits.then(|| (prefix.to_owned(), escape(rest)))
}
