//! Identifiers as application identifiers and values, the form that barcodes and Digital Links
//! share.

use super::Epc;
use crate::element_string::Element;
use crate::key::{Cpi, Gcn, Gdti, Giai, Ginc, Gln, Grai, Gsin, Gsrn, Gtin, Itip, Lot, Serial};
use crate::key::{Sgln, Sgtin, Sscc, Upui};

/// In a barcode the keys stand in any order: what is looked for first, the finest first.
const KEYS: [&str; 15] = [
    "8006", "00", "01", "8003", "8004", "253", "255", "8010", "8018", "8017", "402", "401", "414",
    "417", "415",
];

/// What elements of a barcode identify, the finest identifier first. Elements that only describe
/// the thing are passed over.
pub(super) fn from_barcode(elements: &[Element]) -> Option<Epc> {
    let value = |wanted: &str| {
        let found = elements.iter().find(|(ai, _)| ai == wanted);
        found.map(|(_, value)| value.as_str())
    };
    let qualifier = |wanted: &str| match wanted {
        "10" | "21" | "235" | "254" | "8011" => value(wanted),
        _ => None,
    };
    if let Some(gtin) = value("01").filter(|_| value("21").or_else(|| value("235")).is_some()) {
        return from_key("01", gtin, &qualifier);
    }
    KEYS.iter().find_map(|key| {
        from_key(key, value(key)?, &|ai| {
            qualifier(ai).filter(|_| *key != "8006" || ai != "10")
        })
    })
}

/// What a primary key with its qualifiers identifies. None for combinations that have no EPC.
pub(super) fn from_key<'a>(
    key: &str,
    value: &str,
    qualifier: &dyn Fn(&str) -> Option<&'a str>,
) -> Option<Epc> {
    let without = |ais: &[&str]| ais.iter().all(|ai| qualifier(ai).is_none());
    match key {
        "00" => Sscc::parse(value).ok().map(Epc::Sscc),
        "01" => trade_item(Gtin::parse(value).ok()?, qualifier),
        "8006" => {
            let serial = qualifier("21").map(Serial::parse).transpose().ok()?;
            let class = serial.is_none();
            let itip = Itip::parse(value, serial).ok().map(Epc::Itip);
            itip.filter(|_| !class || without(&["10", "22"]))
        }
        "414" if without(&["7040"]) => {
            let gln = Gln::parse(value).ok()?;
            Sgln::new(gln, qualifier("254")).ok().map(Epc::Sgln)
        }
        "417" if without(&["7040"]) => Gln::parse(value).ok().map(Epc::Pgln),
        "8003" => Grai::parse(value.strip_prefix('0')?).ok().map(Epc::Grai),
        "8004" if without(&["7040"]) => Giai::parse(value).ok().map(Epc::Giai),
        "8010" => Cpi::new(value, qualifier("8011")).ok().map(Epc::Cpi),
        "8017" if without(&["8019"]) => Gsrn::parse(value).ok().map(Epc::Gsrnp),
        "8018" if without(&["8019"]) => Gsrn::parse(value).ok().map(Epc::Gsrn),
        "253" => Gdti::parse(value).ok().map(Epc::Gdti),
        "255" => Gcn::parse(value).ok().map(Epc::Gcn),
        "401" => Ginc::parse(value).ok().map(Epc::Ginc),
        "402" => Gsin::parse(value).ok().map(Epc::Gsin),
        _ => None,
    }
}

fn trade_item<'a>(gtin: Gtin, qualifier: &dyn Fn(&str) -> Option<&'a str>) -> Option<Epc> {
    if let Some(serial) = qualifier("21") {
        let serial = Serial::parse(serial).ok()?;
        return Some(Sgtin::new(gtin, serial).into());
    }
    if let Some(extension) = qualifier("235") {
        return Upui::new(gtin, extension).ok().map(Epc::Upui);
    }
    match (qualifier("10"), qualifier("22")) {
        (Some(lot), _) => Lot::parse(lot).ok().map(|lot| Epc::Lgtin { gtin, lot }),
        (None, None) => Some(Epc::Gtin(gtin)),
        (None, Some(_)) => None,
    }
}

/// The elements of an identifier, the primary key first.
pub(super) fn of(epc: &Epc) -> Option<Vec<Element>> {
    let (key, qualifier): ((&str, String), Option<(&str, &str)>) = match epc {
        Epc::Sgtin(sgtin) => (
            ("01", sgtin.gtin.to_string()),
            Some(("21", sgtin.serial.as_str())),
        ),
        Epc::Lgtin { gtin, lot } => (("01", gtin.to_string()), Some(("10", lot.as_str()))),
        Epc::Gtin(gtin) => (("01", gtin.to_string()), None),
        Epc::Upui(upui) => (
            ("01", upui.gtin().to_string()),
            Some(("235", upui.extension())),
        ),
        Epc::Itip(itip) => (
            ("8006", itip.to_string()),
            itip.serial().map(|serial| ("21", serial.as_str())),
        ),
        Epc::Sscc(sscc) => (("00", sscc.to_string()), None),
        Epc::Sgln(sgln) => (
            ("414", sgln.gln().to_string()),
            sgln.extension().map(|extension| ("254", extension)),
        ),
        Epc::Pgln(gln) => (("417", gln.to_string()), None),
        Epc::Grai(grai) => (("8003", format!("0{grai}")), None),
        Epc::Giai(giai) => (("8004", giai.to_string()), None),
        Epc::Gsrn(gsrn) => (("8018", gsrn.to_string()), None),
        Epc::Gsrnp(gsrn) => (("8017", gsrn.to_string()), None),
        Epc::Gdti(gdti) => (("253", gdti.to_string()), None),
        Epc::Gcn(gcn) => (("255", gcn.to_string()), None),
        Epc::Cpi(cpi) => (
            ("8010", cpi.id().to_owned()),
            cpi.serial().map(|serial| ("8011", serial)),
        ),
        Epc::Ginc(ginc) => (("401", ginc.to_string()), None),
        Epc::Gsin(gsin) => (("402", gsin.to_string()), None),
        Epc::Gid(_) | Epc::Usdod(_) | Epc::Adi(_) | Epc::Bic(_) | Epc::Imovn(_) | Epc::Other(_) => {
            return None;
        }
    };
    let mut elements = vec![(key.0.to_owned(), key.1)];
    elements.extend(qualifier.map(|(ai, value)| (ai.to_owned(), value.to_owned())));
    Some(elements)
}
