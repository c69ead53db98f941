//! `AccessSpec`s on the simulated reader: kept, enabled, and run on each tag they fit. Reading any
//! bank and writing USER memory are carried out; the other operations are refused when they are
//! added, as a reader without them does.

use super::{ACCESSSPECS_MAX, SimReader};
use crate::llrp::access::OpResult;
use crate::llrp::message::MessageType;
use crate::llrp::parameter::{EpcBits, Parameter, Tlv};
use crate::llrp::status::LlrpStatus;
use crate::llrp::tree::{Element, Fault, Node, Value};
use crate::llrp::wire::{Cursor, Writer};
use crate::sim::tag::Tag;

/// `Result` of an operation: memory overrun.
const OVERRUN: u8 = 4;
/// Types of the operations that are carried out: `C1G2Read`, `C1G2Write`, `C1G2BlockWrite`.
const OPERATIONS: [u16; 3] = [341, 342, 347];

impl SimReader {
    /// `ADD_ACCESSSPEC`.
    pub(super) fn add_access(&mut self, request: &Node) -> LlrpStatus {
        if let Err(fault) = request.check() {
            let code = match fault {
                Fault::Missing { .. } => LlrpStatus::MISSING_PARAMETER,
                Fault::Misplaced { .. } => LlrpStatus::UNEXPECTED_PARAMETER,
            };
            return LlrpStatus::new(code, &fault.to_string());
        }
        let Some(spec) = request.nodes().next() else {
            return LlrpStatus::new(LlrpStatus::MISSING_PARAMETER, "AccessSpec");
        };
        let id = number(spec, "AccessSpecID");
        let unsupported =
            operations(spec).find(|operation| !OPERATIONS.contains(&operation.definition().kind));
        let (code, fault) = if id == 0 || self.access.contains_key(&id) {
            (LlrpStatus::FIELD_ERROR, "this AccessSpecID is taken")
        } else if self.access.len() >= ACCESSSPECS_MAX {
            (LlrpStatus::FIELD_ERROR, "too many AccessSpecs")
        } else if number(spec, "CurrentState") != 0 {
            (LlrpStatus::FIELD_ERROR, "an AccessSpec is added disabled")
        } else if let Some(operation) = unsupported {
            let name = operation.definition().name;
            (LlrpStatus::UNSUPPORTED_PARAMETER, name)
        } else {
            self.access.insert(id, spec.clone());
            return LlrpStatus::success();
        };
        LlrpStatus::new(code, fault)
    }

    /// `ENABLE_`, `DISABLE_` and `DELETE_ACCESSSPEC`; 0 stands for all.
    pub(super) fn access_command(&mut self, command: MessageType, id: u32) -> LlrpStatus {
        if id != 0 && !self.access.contains_key(&id) {
            return LlrpStatus::new(LlrpStatus::FIELD_ERROR, "no such AccessSpec");
        }
        if command == MessageType::DELETE_ACCESSSPEC {
            self.access.retain(|other, _| id != 0 && *other != id);
            return LlrpStatus::success();
        }
        let state = u64::from(command == MessageType::ENABLE_ACCESSSPEC);
        for (other, spec) in &mut self.access {
            if id == 0 || *other == id {
                // The field is there: it is of the definition.
                let _set = spec.set("CurrentState", Value::Number(state));
            }
        }
        LlrpStatus::success()
    }

    /// For `GET_ACCESSSPECS_RESPONSE`.
    pub(super) fn access_specs(&self) -> Vec<Tlv> {
        let specs = self.access.values().cloned().map(Element::Known);
        specs.filter_map(|spec| plain(&spec)).collect()
    }

    /// Runs the first enabled `AccessSpec` that fits the tag: its id, 0 for none, and results.
    pub(super) fn execute(
        &self,
        ro_spec: u32,
        antenna: u16,
        tag: &mut Tag,
    ) -> (u32, Vec<Parameter>) {
        let fits = |spec: &&Node| {
            let any = |field, value: u32| [0, value].contains(&number(spec, field));
            number(spec, "CurrentState") == 1
                && any("AntennaID", u32::from(antenna))
                && any("ROSpecID", ro_spec)
                && is_target(spec, tag)
        };
        let Some(spec) = self.access.values().find(fits) else {
            return (0, Vec::new());
        };
        let results = operations(spec)
            .map(|operation| run(operation, tag))
            .collect();
        (number(spec, "AccessSpecID"), results)
    }
}

fn number(node: &Node, field: &str) -> u32 {
    let number = node.number(field).unwrap_or_default();
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn index(node: &Node, field: &str) -> usize {
    usize::try_from(number(node, field)).unwrap_or(usize::MAX)
}

/// The operations of a spec, in order.
fn operations(spec: &Node) -> impl Iterator<Item = &Node> {
    let commands = spec.all("AccessCommand").flat_map(Node::nodes);
    commands.filter(|node| node.value("OpSpecID").is_some())
}

/// Whether all patterns of the spec fit the tag.
fn is_target(spec: &Node, tag: &Tag) -> bool {
    let commands = spec.all("AccessCommand");
    let targets = commands
        .flat_map(|command| command.all("C1G2TagSpec"))
        .flat_map(|tags| tags.all("C1G2TargetTag"));
    let mut fits = targets.map(|target| {
        let bits = |field| match target.value(field) {
            Some(Value::Bits(bits)) => bools(bits),
            _ => Vec::new(),
        };
        let (mask, data) = (bits("TagMask"), bits("TagData"));
        let bank = u64::from(number(target, "MB"));
        let is = tag.matches(bank, index(target, "Pointer"), &mask, &data);
        is == (number(target, "Match") == 1)
    });
    fits.all(|fits| fits)
}

fn bools(bits: &EpcBits) -> Vec<bool> {
    let octets = bits.bytes.iter();
    let all = octets.flat_map(|octet| (0..8).rev().map(move |at| octet >> at & 1 == 1));
    all.take(usize::from(bits.bits)).collect()
}

fn run(operation: &Node, tag: &mut Tag) -> Parameter {
    let op = u16::try_from(number(operation, "OpSpecID")).unwrap_or_default();
    let (bank, first) = (
        u64::from(number(operation, "MB")),
        index(operation, "WordPointer"),
    );
    let Some(Value::Words(words)) = operation.value("WriteData") else {
        let data = tag.read(bank, first, index(operation, "WordCount"));
        let result = if data.is_some() { 0 } else { OVERRUN };
        let data = data.unwrap_or_default();
        return OpResult { op, result, data }.parameter();
    };
    let written = tag.write(bank, first, words);
    // C1G2WriteOpSpecResult or C1G2BlockWriteOpSpecResult.
    let kind = if operation.definition().kind == 342 {
        350
    } else {
        354
    };
    let count = if written {
        u16::try_from(words.len()).unwrap_or(0)
    } else {
        0
    };
    let mut body = vec![if written { 0 } else { OVERRUN }];
    body.extend(op.to_be_bytes());
    body.extend(count.to_be_bytes());
    Parameter::Other(Tlv { kind, body })
}

/// A parameter as bytes.
fn plain(element: &Element) -> Option<Tlv> {
    let mut to = Writer::new();
    element.encode(&mut to);
    let bytes = to.finish().ok()?;
    Tlv::decode(&mut Cursor::new(&bytes, 0)).ok()
}
