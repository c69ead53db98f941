//! Master data that came in the headers of captured documents (EPCIS 2.0, 9.4): what is known of a
//! vocabulary element, and what lies below it. Asked by `HASATTR_`, `EQATTR_` and `WD_` queries.
//! The words of the first company that describes an element stand; only it and the operator may
//! say something else later, so that nobody moves a place of somebody else.
use std::collections::{BTreeMap, BTreeSet};

use gs1::epcis::{MasterVocabulary, VocabularyElement};
use gs1::{BizStep, Disposition, Epc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fold::OPERATOR;

/// How far up a hierarchy is followed.
const DEPTH_MAX: usize = 32;
/// Values of attributes longer than this are not kept, bytes.
const VALUE_BYTES_MAX: usize = 4_096;

/// One element of a vocabulary, as an item of a block holds it (canonical JSON).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Element {
    /// Type of its vocabulary, such as `urn:epcglobal:epcis:vtype:BusinessLocation`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it is about, canonical.
    pub id: String,
    /// Values by the attribute's name.
    #[serde(default)]
    pub attributes: BTreeMap<String, Vec<String>>,
    /// What lies below it, canonical.
    #[serde(default)]
    pub children: Vec<String>,
}

/// Everything that was said.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Vocabularies {
    /// By id and type: who said it, and what.
    elements: BTreeMap<(String, String), (String, Element)>,
    /// Child to parents, with how many elements say so.
    parents: BTreeMap<String, BTreeMap<String, usize>>,
}

impl Element {
    /// Reads an item's body.
    pub fn read(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }

    /// The elements of a document's vocabularies.
    pub fn of(vocabularies: &[MasterVocabulary]) -> Vec<Self> {
        let element = |kind: &str, it: &VocabularyElement| {
            let mut attributes: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for attribute in &it.attributes {
                let text = match &attribute.value {
                    Some(Value::String(text)) => text.clone(),
                    Some(Value::Null) | None => String::new(),
                    Some(other) => other.to_string(),
                };
                if text.len() <= VALUE_BYTES_MAX {
                    let name = attribute_name(&attribute.id);
                    attributes.entry(name).or_default().push(text);
                }
            }
            Self {
                kind: kind.to_owned(),
                id: subject(&it.id),
                attributes,
                children: it.children.iter().map(|child| subject(child)).collect(),
            }
        };
        let all = vocabularies
            .iter()
            .flat_map(|one| one.elements.iter().map(move |it| (one, it)));
        all.map(|(one, it)| element(&one.type_, it)).collect()
    }
}

impl Vocabularies {
    /// Takes in what `owner` says.
    pub(super) fn learn(&mut self, owner: &str, element: Element) {
        let key = (element.id.clone(), element.kind.clone());
        let author = match self.elements.get(&key) {
            Some((first, _)) if first != owner && owner != OPERATOR => return,
            Some((first, before)) => {
                let (first, before) = (first.clone(), before.clone());
                self.forget_children(&before);
                first
            }
            None => owner.to_owned(),
        };
        for child in &element.children {
            let parents = self.parents.entry(child.clone()).or_default();
            let count = parents.entry(element.id.clone()).or_default();
            *count = count.saturating_add(1);
        }
        self.elements.insert(key, (author, element));
    }

    fn forget_children(&mut self, element: &Element) {
        for child in &element.children {
            let Some(parents) = self.parents.get_mut(child) else {
                continue;
            };
            if let Some(count) = parents.get_mut(&element.id) {
                *count = count.saturating_sub(1);
            }
            parents.retain(|_, count| *count > 0);
        }
    }

    /// Whether exactly this was said.
    pub fn knows(&self, element: &Element) -> bool {
        let key = (element.id.clone(), element.kind.clone());
        self.elements
            .get(&key)
            .is_some_and(|(_, known)| known == element)
    }

    /// Whether `id` lies below `ancestor`, at any depth; both canonical.
    pub fn is_within(&self, id: &str, ancestor: &str) -> bool {
        let mut seen = BTreeSet::new();
        let mut level = vec![id];
        for _ in 0..DEPTH_MAX {
            let above = level.iter().filter_map(|id| self.parents.get(*id));
            let above: Vec<&str> = above.flat_map(BTreeMap::keys).map(String::as_str).collect();
            if above.contains(&ancestor) {
                return true;
            }
            level = above.into_iter().filter(|id| seen.insert(*id)).collect();
            if level.is_empty() {
                return false;
            }
        }
        false
    }

    /// The values of an attribute of an element, whatever its vocabulary.
    pub fn attribute(&self, id: &str, name: &str) -> Vec<String> {
        let name = attribute_name(name);
        let from = (id.to_owned(), String::new());
        let own = self
            .elements
            .range(from..)
            .take_while(|((it, _), _)| it == id);
        own.filter_map(|(_, (_, element))| element.attributes.get(&name))
            .flatten()
            .cloned()
            .collect()
    }
}

/// What an element is about, in the one spelling that is compared.
fn subject(text: &str) -> String {
    let cbv = text.contains("cbv");
    if let Some(step) = BizStep::parse(text)
        .ok()
        .filter(|_| cbv && text.contains("izstep"))
    {
        return step.uri();
    }
    if let Some(it) = Disposition::parse(text)
        .ok()
        .filter(|_| cbv && text.contains("disp:"))
    {
        return it.uri();
    }
    Epc::parse(text).map_or_else(|_| text.to_owned(), |epc| epc.canonical())
}

/// The name of an attribute, the spellings of those of the CBV made one.
fn attribute_name(text: &str) -> String {
    let known = [
        "cbvmda:",
        "urn:epcglobal:cbv:mda:",
        "urn:epcglobal:cbv:mda#",
    ];
    let local = known.iter().find_map(|start| text.strip_prefix(start));
    local.map_or_else(
        || text.to_owned(),
        |local| format!("urn:epcglobal:cbv:mda:{local}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(id: &str, name: &str, children: &[&str]) -> Element {
        Element {
            kind: "urn:epcglobal:epcis:vtype:BusinessLocation".to_owned(),
            id: id.to_owned(),
            attributes: BTreeMap::from([(attribute_name("cbvmda:name"), vec![name.to_owned()])]),
            children: children.iter().map(|it| (*it).to_owned()).collect(),
        }
    }

    #[test]
    fn hierarchies_are_followed_to_any_depth_and_circles_end() {
        let mut all = Vocabularies::default();
        all.learn("a", element("site", "Site", &["hall"]));
        all.learn("a", element("hall", "Hall", &["shelf", "site"]));
        assert!(all.is_within("shelf", "site") && all.is_within("hall", "site"));
        assert!(!all.is_within("shelf", "elsewhere") && !all.is_within("x", "site"));
    }

    #[test]
    fn the_first_who_describes_an_element_and_the_operator_may_change_it() {
        let mut all = Vocabularies::default();
        all.learn("a", element("site", "Old", &["hall"]));
        all.learn("b", element("site", "Stolen", &["mine"]));
        assert_eq!(all.attribute("site", "urn:epcglobal:cbv:mda#name"), ["Old"]);
        assert!(!all.is_within("mine", "site"));
        all.learn("a", element("site", "New", &["other"]));
        assert_eq!(all.attribute("site", "cbvmda:name"), ["New"]);
        assert!(!all.is_within("hall", "site") && all.is_within("other", "site"));
        all.learn(OPERATOR, element("site", "Mended", &[]));
        assert_eq!(all.attribute("site", "cbvmda:name"), ["Mended"]);
        assert!(all.attribute("sit", "cbvmda:name").is_empty());
    }
}
