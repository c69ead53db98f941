//! What rules of a consortium say: the partner's own words as declared, and that a rule could not
//! be evaluated.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Lang, speak};
use crate::consortium::Declaration;

/// A message of, or about, a rule of a consortium.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "fields are the blanks of the sentences below")]
pub enum PartnerSay {
    /// K01: title and sentence as declared; a language that was not declared falls back to English.
    Declared {
        title: BTreeMap<Lang, String>,
        sentence: BTreeMap<Lang, String>,
    },
    /// K02: a field the rule asks for was not known.
    NotEvaluated {
        rule: String,
        version: u32,
        field: String,
        count: u64,
    },
}

impl PartnerSay {
    /// The words of a declaration.
    pub(crate) fn of(declaration: &Declaration) -> Self {
        let (mut title, mut sentence) = (BTreeMap::new(), BTreeMap::new());
        for (lang, texts) in declaration.all_texts() {
            title.insert(lang, texts.0.to_owned());
            sentence.insert(lang, texts.1.to_owned());
        }
        Self::Declared { title, sentence }
    }

    /// The message in words.
    pub fn text(&self, lang: Lang) -> String {
        match self {
            Self::Declared { title, sentence } => {
                let pick = |texts: &BTreeMap<Lang, String>| {
                    let text = texts.get(&lang).or_else(|| texts.get(&Lang::En));
                    text.cloned().unwrap_or_default()
                };
                format!("{}: {}", pick(title), pick(sentence))
            }
            Self::NotEvaluated {
                rule,
                version,
                field,
                count,
            } => speak!(
                lang,
                "Rule {rule} version {version} could not be evaluated at least {count} times: {field} is not known.",
                "Regel {rule} Version {version} war mindestens {count} Mal nicht auswertbar: {field} ist nicht bekannt.",
                "La règle {rule} version {version} n'a pu être évaluée au moins {count} fois : {field} n'est pas connu.",
                "La regla {rule} versión {version} no pudo evaluarse al menos {count} veces: no se conoce {field}."
            ),
        }
    }

    /// One example of each message.
    #[cfg(test)]
    pub(crate) fn samples() -> Vec<Self> {
        let texts = |words: [&str; 4]| {
            let texts = Lang::ALL.into_iter().zip(words.map(str::to_owned));
            texts.collect::<BTreeMap<_, _>>()
        };
        vec![
            Self::Declared {
                title: texts(["Late", "Spät", "Tard", "Tarde"]),
                sentence: texts(["It is late.", "Es ist spät.", "Il est tard.", "Es tarde."]),
            },
            Self::NotEvaluated {
                rule: "late".into(),
                version: 1,
                field: "country".into(),
                count: 10,
            },
        ]
    }
}
