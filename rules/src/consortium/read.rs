//! A declaration out of JSON. Every fault is collected and named by JSON pointer, so that a partner
//! mends a declaration in one go.

use std::collections::{BTreeMap, BTreeSet};

use gs1::unit::{Quantity, Reading, Unit, compare};
use gs1::{Decimal, Gln};
use serde_json::{Map, Value};

use super::declaration::{
    About, Condition, Count, Counted, Declaration, Field, Measure, Refusal, RefusedDeclaration,
    Texts,
};
use super::fit;
use super::limits::{self, BYTES_MAX, COST_MAX, COUNT_MAX, DEPTH_MAX, NODES_MAX, VALUES_MAX};
use crate::finding::Severity;
use crate::say::Lang;

/// Longest title and sentence, characters.
const TITLE_MAX: usize = 80;
const SENTENCE_MAX: usize = 400;

/// States a thing can be in.
pub(super) const STATUSES: [&str; 8] = [
    "unknown",
    "active",
    "in_transit",
    "dispensed",
    "inactive",
    "destroyed",
    "stolen",
    "damaged",
];
const STEPS: [&str; 13] = [
    "commissioning",
    "packing",
    "unpacking",
    "shipping",
    "departing",
    "receiving",
    "accepting",
    "void_shipping",
    "dispensing",
    "decommissioning",
    "destroying",
    "collecting",
    "other",
];
const DISPOSITIONS: [&str; 9] = [
    "in_transit",
    "dispensed",
    "partially_dispensed",
    "destroyed",
    "inactive",
    "stolen",
    "damaged",
    "returned",
    "other",
];
/// Members that say what a condition is; `state` beside them.
const KINDS: [&str; 7] = [
    "all",
    "any",
    "not",
    "field",
    "measure",
    "count",
    "temperature",
];
const ACTIONS: [&str; 3] = ["ADD", "OBSERVE", "DELETE"];

/// Reads and checks; see [`Declaration::from_json`].
pub(super) fn declaration(value: &Value) -> Result<Declaration, RefusedDeclaration> {
    let mut reader = Reader::default();
    let read = reader.declaration(value);
    match read {
        Some(declaration) if reader.refusals.is_empty() => Ok(declaration),
        _ => Err(RefusedDeclaration(reader.refusals)),
    }
}

#[derive(Default)]
struct Reader {
    refusals: Vec<Refusal>,
    nodes: usize,
}

impl Reader {
    fn refuse<T>(&mut self, pointer: &str, problem: impl Into<String>) -> Option<T> {
        self.refusals.push(Refusal {
            pointer: pointer.to_owned(),
            problem: problem.into(),
        });
        None
    }

    fn declaration(&mut self, value: &Value) -> Option<Declaration> {
        let names = [
            "name", "version", "owner", "severity", "about", "when", "texts",
        ];
        let map = self.object(value, "", &names, &["type"])?;
        if map
            .get("type")
            .is_some_and(|kind| kind != "consortium_rule")
        {
            self.refuse::<()>("/type", "must be consortium_rule, or absent");
        }
        let name = self.name(map.get("name")?);
        let version = self.whole(map.get("version")?, "/version", 9_999);
        let owner = self.text(map.get("owner")?, "/owner");
        let owner = owner.and_then(|text| match Gln::parse(text) {
            Ok(gln) => Some(gln),
            Err(error) => self.refuse("/owner", format!("is no GLN: {error}")),
        });
        let severity = self.word(map.get("severity")?, "/severity", &SEVERITIES);
        let about = self.word(map.get("about")?, "/about", &ABOUT);
        let texts = self.texts(map.get("texts")?);
        let when = self.condition(map.get("when")?, "/when", 1);
        let (about, when) = (about?, when?);
        let mode = match fit::mode(about, &when) {
            Ok(mode) => mode,
            Err((pointer, problem)) => return self.refuse(pointer, problem),
        };
        let cost = limits::cost(&when, mode);
        if cost > COST_MAX {
            let problem = format!("may take {cost} steps, {COST_MAX} are allowed");
            return self.refuse("/when", problem);
        }
        let mut hashed = map.clone();
        hashed.remove("type");
        let canonical = canonical(&Value::Object(hashed));
        if canonical.len() > BYTES_MAX {
            return self.refuse("", format!("is longer than {BYTES_MAX} bytes"));
        }
        let mut hash = blake3::Hasher::new_derive_key("theriac consortium rule v1");
        hash.update(canonical.as_bytes());
        Some(Declaration {
            hash: *hash.finalize().as_bytes(),
            canonical,
            cost,
            mode,
            name: name?,
            version: version?,
            owner: owner?,
            severity: severity?,
            about,
            when,
            texts: texts?,
        })
    }

    /// An object with these members and no others; `more` may be absent.
    fn object<'a>(
        &mut self,
        value: &'a Value,
        pointer: &str,
        names: &[&str],
        more: &[&str],
    ) -> Option<&'a Map<String, Value>> {
        let Value::Object(map) = value else {
            return self.refuse(pointer, "must be an object");
        };
        for name in map.keys() {
            if !names.contains(&name.as_str()) && !more.contains(&name.as_str()) {
                let known: Vec<&str> = names.iter().chain(more).copied().collect();
                let problem = format!("is not known; known are {}", known.join(", "));
                self.refuse::<()>(&child(pointer, name), problem);
            }
        }
        let missing: Vec<&&str> = names
            .iter()
            .filter(|name| !map.contains_key(**name))
            .collect();
        for name in &missing {
            self.refuse::<()>(&child(pointer, name), "is missing");
        }
        missing.is_empty().then_some(map)
    }

    fn text<'a>(&mut self, value: &'a Value, pointer: &str) -> Option<&'a str> {
        match value {
            Value::String(text) => Some(text),
            _ => self.refuse(pointer, "must be a string"),
        }
    }

    fn name(&mut self, value: &Value) -> Option<String> {
        let text = self.text(value, "/name")?;
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if (1..=40).contains(&text.len()) && text.chars().all(fits) {
            Some(text.to_owned())
        } else {
            self.refuse("/name", "must be 1 to 40 characters of a-z, 0-9 and -")
        }
    }

    fn whole(&mut self, value: &Value, pointer: &str, max: u32) -> Option<u32> {
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        match number.filter(|number| (1..=max).contains(number)) {
            Some(number) => Some(number),
            None => self.refuse(pointer, format!("must be a whole number from 1 to {max}")),
        }
    }

    fn word<T: Copy>(&mut self, value: &Value, pointer: &str, table: &[(&str, T)]) -> Option<T> {
        let text = self.text(value, pointer)?;
        if let Some((_, found)) = table.iter().find(|(name, _)| *name == text) {
            return Some(*found);
        }
        let known: Vec<&str> = table.iter().map(|(name, _)| *name).collect();
        self.refuse(
            pointer,
            format!("{text:?} is not one of {}", known.join(", ")),
        )
    }

    fn texts(&mut self, value: &Value) -> Option<BTreeMap<Lang, Texts>> {
        let languages: Vec<&str> = Lang::ALL.iter().map(|lang| lang.code()).collect();
        let map = self.object(value, "/texts", &["en"], &languages)?;
        let mut texts = BTreeMap::new();
        for lang in Lang::ALL {
            let Some(value) = map.get(lang.code()) else {
                continue;
            };
            let pointer = child("/texts", lang.code());
            let fields = self.object(value, &pointer, &["title", "sentence"], &[])?;
            let mut part = |name: &str, max: usize| {
                let pointer = child(&pointer, name);
                let text = self.text(fields.get(name)?, &pointer)?;
                let plain = !text.chars().any(char::is_control);
                if plain && (1..=max).contains(&text.chars().count()) {
                    return Some(text.to_owned());
                }
                self.refuse(
                    &pointer,
                    format!("must be one line of 1 to {max} characters"),
                )
            };
            let (title, sentence) = (part("title", TITLE_MAX), part("sentence", SENTENCE_MAX));
            texts.insert(
                lang,
                Texts {
                    title: title?,
                    sentence: sentence?,
                },
            );
        }
        Some(texts)
    }

    fn condition(&mut self, value: &Value, pointer: &str, depth: usize) -> Option<Condition> {
        self.nodes += 1;
        if self.nodes == NODES_MAX + 1 {
            return self.refuse(
                pointer,
                format!("there are more than {NODES_MAX} conditions"),
            );
        }
        if self.nodes > NODES_MAX {
            return None;
        }
        if depth > DEPTH_MAX {
            return self.refuse(pointer, format!("lies deeper than {DEPTH_MAX} conditions"));
        }
        let Value::Object(map) = value else {
            return self.refuse(pointer, "must be an object");
        };
        let kinds = KINDS.iter().copied().chain(["state"]);
        let found: Vec<&str> = kinds.filter(|kind| map.contains_key(*kind)).collect();
        let [kind] = found[..] else {
            let problem = format!("must have exactly one of {}, state", KINDS.join(", "));
            return self.refuse(pointer, problem);
        };
        match kind {
            "all" => self.list(value, pointer, kind, depth).map(Condition::All),
            "any" => self.list(value, pointer, kind, depth).map(Condition::Any),
            "not" => {
                let map = self.object(value, pointer, &["not"], &[])?;
                let inner = self.condition(map.get("not")?, &child(pointer, "not"), depth + 1);
                Some(Condition::Not(Box::new(inner?)))
            }
            "field" => self.field(value, pointer),
            "measure" => self.measure(value, pointer),
            "count" => self.count(value, pointer, depth),
            "temperature" => self.temperature(value, pointer),
            _ => self.state(value, pointer),
        }
    }

    fn list(
        &mut self,
        value: &Value,
        pointer: &str,
        kind: &str,
        depth: usize,
    ) -> Option<Vec<Condition>> {
        let map = self.object(value, pointer, &[kind], &[])?;
        let pointer = child(pointer, kind);
        let Some(Value::Array(parts)) = map.get(kind).filter(|list| *list != &Value::Array(vec![]))
        else {
            return self.refuse(&pointer, "must be a list of one or more conditions");
        };
        let parts: Vec<Option<Condition>> = (0..)
            .zip(parts)
            .map(|(i, part): (usize, _)| {
                self.condition(part, &child(&pointer, &i.to_string()), depth + 1)
            })
            .collect();
        parts.into_iter().collect()
    }

    fn field(&mut self, value: &Value, pointer: &str) -> Option<Condition> {
        let map = self.object(value, pointer, &["field"], &["in", "not_in", "known"])?;
        let field = self.word(map.get("field")?, &child(pointer, "field"), &Field::ALL)?;
        let given: Vec<&str> = ["in", "not_in", "known"]
            .into_iter()
            .filter(|name| map.contains_key(*name))
            .collect();
        let [operator] = given[..] else {
            return self.refuse(pointer, "must have exactly one of in, not_in, known");
        };
        let pointer = child(pointer, operator);
        let operand = map.get(operator)?;
        if operator == "known" {
            return match operand {
                Value::Bool(known) => Some(Condition::Known {
                    field,
                    known: *known,
                }),
                _ => self.refuse(&pointer, "must be true or false"),
            };
        }
        let Value::Array(list) = operand else {
            return self.refuse(&pointer, "must be a list of strings");
        };
        if list.is_empty() || list.len() > VALUES_MAX {
            return self.refuse(&pointer, format!("must have 1 to {VALUES_MAX} values"));
        }
        let mut values = BTreeSet::new();
        for (i, value) in list.iter().enumerate() {
            let pointer = child(&pointer, &i.to_string());
            let text = self.text(value, &pointer)?;
            values.extend(self.value(field, text, &pointer));
        }
        Some(Condition::Text {
            field,
            values,
            among: operator == "in",
        })
    }

    /// A value in the spelling the field has.
    fn value(&mut self, field: Field, text: &str, pointer: &str) -> Option<String> {
        let word = |words: &[&str]| words.contains(&text).then(|| text.to_owned());
        let (found, what) = match field {
            Field::Step => (word(&STEPS), format!("one of {}", STEPS.join(", "))),
            Field::Disposition => {
                let known = format!("one of {}", DISPOSITIONS.join(", "));
                (word(&DISPOSITIONS), known)
            }
            Field::Action => (word(&ACTIONS), format!("one of {}", ACTIONS.join(", "))),
            Field::Status => (word(&STATUSES), format!("one of {}", STATUSES.join(", "))),
            Field::Party | Field::Source | Field::Destination | Field::Holder | Field::Place => {
                let gln = Gln::parse(text).ok().map(|gln| gln.to_string());
                (gln, "a GLN".to_owned())
            }
            Field::Gtin => {
                let gtin = gs1::Gtin::parse(text).ok().map(|gtin| gtin.to_string());
                (gtin, "a GTIN".to_owned())
            }
            Field::Lot => {
                let lot = gs1::Lot::parse(text).ok().map(|lot| lot.to_string());
                (lot, "a lot number".to_owned())
            }
            Field::Country => {
                let fits = text.len() == 2 && text.bytes().all(|c| c.is_ascii_uppercase());
                let country = fits.then(|| text.to_owned());
                (country, "two capital letters (ISO 3166-1)".to_owned())
            }
            Field::Role | Field::Device => {
                let fits = (1..=200).contains(&text.len());
                let text = fits.then(|| text.to_owned());
                (text, "1 to 200 bytes".to_owned())
            }
        };
        match found {
            Some(value) => Some(value),
            None => self.refuse(pointer, format!("{text:?} is not {what}")),
        }
    }

    fn measure(&mut self, value: &Value, pointer: &str) -> Option<Condition> {
        let map = self.object(value, pointer, &["measure"], &["above", "below"])?;
        let table = [("age", Measure::Age), ("to_expiry", Measure::ToExpiry)];
        let measure = self.word(map.get("measure")?, &child(pointer, "measure"), &table)?;
        let (above, value, pointer) = self.side(map, pointer)?;
        let (threshold, unit) = self.threshold(value, &pointer, Quantity::Time)?;
        Some(Condition::Number {
            measure,
            above,
            threshold,
            unit,
        })
    }

    /// Exactly one of `above` and `below`.
    fn side<'a>(
        &mut self,
        map: &'a Map<String, Value>,
        pointer: &str,
    ) -> Option<(bool, &'a Value, String)> {
        match (map.get("above"), map.get("below")) {
            (Some(value), None) => Some((true, value, child(pointer, "above"))),
            (None, Some(value)) => Some((false, value, child(pointer, "below"))),
            _ => self.refuse(pointer, "must have exactly one of above, below"),
        }
    }

    /// A number with a unit of this quantity.
    fn threshold(
        &mut self,
        value: &Value,
        pointer: &str,
        quantity: Quantity,
    ) -> Option<(Decimal, Unit)> {
        let map = self.object(value, pointer, &["value", "unit"], &[])?;
        let text = self.text(map.get("value")?, &child(pointer, "value"));
        let number = text.and_then(|text| match Decimal::parse(text) {
            Ok(number) => Some(number),
            Err(error) => self.refuse(&child(pointer, "value"), error.to_string()),
        });
        let pointer = child(pointer, "unit");
        let code = self.text(map.get("unit")?, &pointer)?;
        let problem = match Unit::of(code) {
            Some(unit) if unit.quantity() == quantity => return Some((number?, unit)),
            Some(unit) => format!("{code} measures {:?}, not {quantity:?}", unit.quantity()),
            None => format!("{code:?} is no common code of UN/ECE Rec. 20 known here"),
        };
        self.refuse(&pointer, problem)
    }

    /// A duration of at most [`limits::WINDOW_MAX_MS`], in whole ms.
    fn duration(&mut self, value: &Value, pointer: &str) -> Option<i64> {
        let (number, unit) = self.threshold(value, pointer, Quantity::Time)?;
        let second = Unit::of("SEC")?;
        let reaches = |ms: i64| {
            let order = compare(
                (number, &unit),
                (Decimal::from_milli(ms), &second),
                Reading::Span,
            );
            order.is_some_and(std::cmp::Ordering::is_ge)
        };
        if !reaches(1) || reaches(limits::WINDOW_MAX_MS.saturating_add(1)) {
            return self.refuse(pointer, "must be longer than 0 and at most 400 days");
        }
        // The longest whole number of ms that is not above it.
        let (mut low, mut high) = (1, limits::WINDOW_MAX_MS);
        while low < high {
            let middle = low + (high - low + 1) / 2;
            if reaches(middle) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        Some(low)
    }

    fn count(&mut self, value: &Value, pointer: &str, depth: usize) -> Option<Condition> {
        let map = self.object(value, pointer, &["count"], &[])?;
        let pointer = child(pointer, "count");
        let names = ["of", "within", "more_than"];
        let map = self.object(map.get("count")?, &pointer, &names, &["where"])?;
        let of = self.word(map.get("of")?, &child(&pointer, "of"), &COUNTED);
        let within = self.duration(map.get("within")?, &child(&pointer, "within"));
        let place = child(&pointer, "more_than");
        let more_than = self.whole(map.get("more_than")?, &place, COUNT_MAX);
        let only = match map.get("where") {
            None => None,
            Some(value) => {
                let pointer = child(&pointer, "where");
                let inner = self.condition(value, &pointer, depth + 1)?;
                if !fit::is_plain(&inner) {
                    return self.refuse(&pointer, "may hold all, any, not and field only");
                }
                Some(inner)
            }
        };
        Some(Condition::Count(Box::new(Count {
            of: of?,
            only,
            within_ms: within?,
            more_than: more_than?,
        })))
    }

    fn temperature(&mut self, value: &Value, pointer: &str) -> Option<Condition> {
        let map = self.object(value, pointer, &["temperature", "longer_than"], &[])?;
        let longer = self.duration(map.get("longer_than")?, &child(pointer, "longer_than"));
        let pointer = child(pointer, "temperature");
        let inner = self.object(map.get("temperature")?, &pointer, &[], &["above", "below"])?;
        let (above, value, pointer) = self.side(inner, &pointer)?;
        let (number, unit) = self.threshold(value, &pointer, Quantity::Temperature)?;
        let Some(limit_mc) = number.milli_celsius(unit.code()) else {
            return self.refuse(&pointer, "must be in CEL, FAH or KEL");
        };
        Some(Condition::Temperature {
            above,
            limit_mc,
            longer_ms: longer?,
        })
    }

    fn state(&mut self, value: &Value, pointer: &str) -> Option<Condition> {
        let map = self.object(value, pointer, &["state", "longer_than"], &[])?;
        let longer = self.duration(map.get("longer_than")?, &child(pointer, "longer_than"));
        let pointer = child(pointer, "state");
        let text = self.text(map.get("state")?, &pointer)?;
        let status = self.value(Field::Status, text, &pointer);
        Some(Condition::State {
            status: status?,
            longer_ms: longer?,
        })
    }
}

/// The severities a rule may ask for.
pub(super) const SEVERITIES: [(&str, Severity); 4] = [
    ("S0", Severity::S0),
    ("S1", Severity::S1),
    ("S2", Severity::S2),
    ("S3", Severity::S3),
];
const ABOUT: [(&str, About); 5] = [
    ("thing", About::Thing),
    ("party", About::Party),
    ("place", About::Place),
    ("lot", About::Lot),
    ("party_and_lot", About::PartyAndLot),
];
const COUNTED: [(&str, Counted); 4] = [
    ("records", Counted::Records),
    ("things", Counted::Things),
    ("parties", Counted::Parties),
    ("places", Counted::Places),
];

/// A JSON pointer one step deeper (RFC 6901).
fn child(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// JSON in canonical form (RFC 8785): members sorted, no spaces. A valid declaration has ASCII
/// names and whole numbers only, for which this is all there is to it.
fn canonical(value: &Value) -> String {
    match value {
        Value::Array(list) => {
            let parts: Vec<String> = list.iter().map(canonical).collect();
            format!("[{}]", parts.join(","))
        }
        Value::Object(map) => {
            let sorted: BTreeMap<&String, &Value> = map.iter().collect();
            let member = |(name, value): (&String, &Value)| {
                format!("{}:{}", Value::from(name.as_str()), canonical(value))
            };
            let parts: Vec<String> = sorted.into_iter().map(member).collect();
            format!("{{{}}}", parts.join(","))
        }
        other => other.to_string(),
    }
}
