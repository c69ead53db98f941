//! From JSON to the parts of an event: quantities, documents, parties, places, master data,
//! error declarations.

use std::borrow::Cow;

use super::super::fields::{
    BizTransaction, ErrorDeclaration, Ilmd, PersistentDisposition, QuantityElement, SourceDest,
};
use super::super::problem::{Note, Path, Rule};
use super::super::reader::Reader;
use super::super::tape::Node;
use super::super::{shape, time};
use crate::cbv::{self, Disposition};
use crate::epc::Epc;
use crate::expiry::ExpiryDate;
use crate::key::Lot;

pub(super) fn disposition(
    reader: &mut Reader<'_>,
    node: Node<'_>,
    path: &Path<'_>,
) -> Option<Disposition> {
    if let Some((text, true)) = node.written()
        && let Some(disposition) = Disposition::from_word(text)
    {
        return Some(disposition);
    }
    let term = reader.term(&cbv::DISPOSITIONS, node, path)?;
    Disposition::parse(&term).ok()
}

pub(super) fn persistent_disposition(
    reader: &mut Reader<'_>,
    node: Node<'_>,
    path: &Path<'_>,
) -> PersistentDisposition {
    let mut read = PersistentDisposition::default();
    let mut known = false;
    for (name, value) in reader.object(node, path).into_iter().flatten() {
        let at = path.key(&name);
        let list = match &*name {
            "set" => &mut read.set,
            "unset" => &mut read.unset,
            _ => {
                reader.closed(&name, &at, shape::PERSISTENT_DISPOSITION);
                continue;
            }
        };
        known = true;
        *list = reader.items(value, &at, disposition);
        if value.items().is_some() && !value.has_items() {
            let note = Note::schema(Rule::EmptyList, "required disposition is missing");
            reader.problems.note(&at, note);
        }
        reader.distinct(value, &at);
    }
    if !known && node.members().is_some() {
        reader.problems.note(path, Note::missing("set or unset"));
    }
    read
}

/// A place, which may say more about itself in members of any name.
pub(super) fn place(reader: &mut Reader<'_>, node: Node<'_>, path: &Path<'_>) -> Option<Epc> {
    reader.object(node, path)?;
    reader.require(node, path, "id");
    reader.epc(node.get("id")?, &path.key("id"))
}

pub(super) fn quantity(
    reader: &mut Reader<'_>,
    node: Node<'_>,
    path: &Path<'_>,
) -> Option<QuantityElement> {
    let (mut epc_class, mut quantity, mut uom) = (None, None, None);
    for (name, value) in reader.object(node, path)? {
        let at = path.key(&name);
        match &*name {
            "epcClass" => epc_class = reader.epc(value, &at),
            "quantity" => quantity = reader.decimal(value, &at),
            "uom" => uom = unit(reader, value, &at),
            _ => reader.closed(&name, &at, shape::QUANTITY),
        }
    }
    if epc_class.is_none() {
        reader.require(node, path, "epcClass");
    }
    Some(QuantityElement {
        epc_class: epc_class?,
        quantity,
        uom,
    })
}

fn unit(reader: &mut Reader<'_>, node: Node<'_>, path: &Path<'_>) -> Option<String> {
    let text = reader.text(node, path)?;
    let fits = |text: &str| {
        let code = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
        matches!(text.len(), 2 | 3) && text.bytes().all(code)
    };
    if fits(&text) {
        return Some(text.into_owned());
    }
    let upper = text.trim().to_uppercase();
    let note = Note::schema(Rule::UnitCode, format!("{text:?} is not a unit code"))
        .expected("two or three capital letters or digits of un/ece recommendation 20")
        .text(fits(&upper).then_some(upper));
    reader.wrong(path, note)
}

pub(super) fn biz_transaction(
    reader: &mut Reader<'_>,
    node: Node<'_>,
    path: &Path<'_>,
) -> Option<BizTransaction> {
    let (mut type_, mut id) = (None, None);
    for (name, value) in reader.object(node, path)? {
        let at = path.key(&name);
        match &*name {
            "type" => type_ = reader.term(&cbv::BIZ_TRANSACTION_TYPES, value, &at),
            "bizTransaction" => id = reader.id(value, &at),
            _ => reader.closed(&name, &at, shape::BIZ_TRANSACTION),
        }
    }
    if id.is_none() {
        reader.require(node, path, "bizTransaction");
    }
    Some(BizTransaction { type_, id: id? })
}

pub(super) fn source(
    reader: &mut Reader<'_>,
    node: Node<'_>,
    path: &Path<'_>,
) -> Option<SourceDest> {
    source_dest(reader, node, path, shape::SOURCE)
}

pub(super) fn destination(
    reader: &mut Reader<'_>,
    node: Node<'_>,
    path: &Path<'_>,
) -> Option<SourceDest> {
    source_dest(reader, node, path, shape::DESTINATION)
}

/// `members` are `type` and the name of the party or place.
fn source_dest(
    reader: &mut Reader<'_>,
    node: Node<'_>,
    path: &Path<'_>,
    members: &'static [&'static str; 2],
) -> Option<SourceDest> {
    let [_, own] = members;
    let (mut type_, mut id) = (None, None);
    for (name, value) in reader.object(node, path)? {
        let at = path.key(&name);
        if name == "type" {
            type_ = reader.term(&cbv::SOURCE_DESTINATION_TYPES, value, &at);
        } else if name == *own {
            id = reader.epc(value, &at);
        } else {
            reader.closed(&name, &at, members);
        }
    }
    if type_.is_none() {
        reader.require(node, path, "type");
    }
    if id.is_none() {
        reader.require(node, path, own);
    }
    Some(SourceDest {
        type_: type_?,
        id: id?,
    })
}

pub(super) fn ilmd(reader: &mut Reader<'_>, node: Node<'_>, path: &Path<'_>) -> Ilmd {
    let mut ilmd = Ilmd::default();
    for (name, value) in reader.object(node, path).into_iter().flatten() {
        let at = path.key(&name);
        reader.extension(&name, &at, &[]);
        let full = reader.context.expand(&name);
        match full.strip_prefix("urn:epcglobal:cbv:mda:") {
            Some("lotNumber") => ilmd.lot = ilmd_lot(reader, value, &at),
            Some("itemExpirationDate") => ilmd.expiry = ilmd_date(reader, value, &at),
            _ => {}
        }
    }
    ilmd
}

fn ilmd_lot(reader: &mut Reader<'_>, node: Node<'_>, path: &Path<'_>) -> Option<Lot> {
    let text = ilmd_text(reader, node, path)?;
    match Lot::parse(&text) {
        Ok(lot) => Some(lot),
        Err(error) => {
            let trimmed = text.trim();
            let mended = Lot::parse(trimmed).is_ok().then_some(trimmed);
            let note = Note::ours(Rule::MasterData, error.to_string()).text(mended);
            reader.wrong(path, note)
        }
    }
}

/// A date, or the date of a date and time.
fn ilmd_date(
    reader: &mut Reader<'_>,
    node: Node<'_>,
    path: &Path<'_>,
) -> Option<chrono::NaiveDate> {
    let text = ilmd_text(reader, node, path)?;
    let day = match text.split_at_checked(10) {
        Some((day, rest)) if !rest.is_empty() && time::parse(&text).is_some() => day,
        _ => &*text,
    };
    match ExpiryDate::from_iso(day) {
        Ok(date) => Some(date.resolve(2000)),
        Err(error) => {
            let note = Note::ours(Rule::MasterData, error.to_string()).expected("yyyy-mm-dd");
            reader.wrong(path, note)
        }
    }
}

/// The text of a JSON-LD literal, which may carry its type.
fn ilmd_text<'t>(reader: &mut Reader<'_>, node: Node<'t>, path: &Path<'_>) -> Option<Cow<'t, str>> {
    let literal = node.get("@value").unwrap_or(node);
    literal.text().or_else(|| {
        let what = format!("is {}, expected a string", literal.sort());
        let note = Note::ours(Rule::Type, what).expected("a string");
        reader.wrong(path, note)
    })
}

pub(super) fn error_declaration(
    reader: &mut Reader<'_>,
    node: Node<'_>,
    path: &Path<'_>,
) -> Option<ErrorDeclaration> {
    let (mut time, mut reason, mut corrective_event_ids) = (None, None, Vec::new());
    for (name, value) in reader.object(node, path)? {
        let at = path.key(&name);
        match &*name {
            "declarationTime" => time = reader.time(value, &at),
            "reason" => reason = reader.term(&cbv::ERROR_REASONS, value, &at),
            "correctiveEventIDs" => corrective_event_ids = reader.items(value, &at, Reader::id),
            _ => reader.extension(&name, &at, &[shape::ERROR_DECLARATION]),
        }
    }
    if time.is_none() {
        reader.require(node, path, "declarationTime");
    }
    Some(ErrorDeclaration {
        declaration_time_ms: time?,
        reason,
        corrective_event_ids,
    })
}

/// One URI or a list of them.
pub(super) fn certification_info(
    reader: &mut Reader<'_>,
    node: Node<'_>,
    path: &Path<'_>,
) -> Vec<String> {
    if node.items().is_some() {
        return reader.items(node, path, Reader::uri);
    }
    reader.uri(node, path).into_iter().collect()
}
