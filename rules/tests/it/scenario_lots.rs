//! Rows of the scenario language about lots, labels, makers, questions and decisions.
//!
//! ```text
//! ask lot=L1 exp=271231 [training]       a question, recorded; the subject is one pack
//! known_bad lot=L1 serial=5174* [off]    an entry of the list of known fakes, or its withdrawal
//! authority 0950600013 [from=1] [until=9] [delegated]   right of the subject letter
//! licence [from=1] [until=9]             licence of the subject letter
//! quantity lot=L1 packs=4                authorised quantity
//! market countries=FI,AT [channel=M,W]   market of the refrigerated product
//! import PT [from=1] [until=9]           import licence
//! device R1 [places=W] [until=9]         a reader, bound to places, calibrated until a day
//! hold | withdraw | extend lot=L1 exp=2028-01-31
//! assign C03 W | resolve C03 false_alarm | deescalate C03 S1    of the subject's standing finding
//! undo NAME                              takes back the decision marked `@NAME`
//! signed VERB ...                        the decision with an electronic signature
//! cases                                  open cases, as rule=count
//! findings                               of the subject, open as C03:S2=count, else ~C03=count
//! ```
//! Any event row may say `by=R1`: the device that signed. Days are days of March 2026.

use std::collections::BTreeMap;

use gs1::{Gtin, Lot};
use rules::{
    AlertOutcome, Decision, Device, Engine, EvidenceRef, Fact, FindingStatus, GtinAuthority,
    ImportLicence, KnownBad, Licence, LotQuantity, Market, MasterData, Meaning, Purpose, Severity,
    Signature, Verification,
};

use super::cast;
use super::scenario::{DAY_1_MS, Row};

const DAY_MS: i64 = 86_400_000;

/// The value of `name=` in a row.
pub(crate) fn value<'a>(row: &'a Row, name: &str) -> Option<&'a str> {
    row.event
        .split_whitespace()
        .find_map(|word| word.strip_prefix(name))
}

/// The name a row gives what it makes: `@NAME`.
pub(crate) fn name(row: &Row) -> Option<String> {
    value(row, "@").map(str::to_owned)
}

fn day(row: &Row, name: &str) -> Option<i64> {
    value(row, name).map(|day| DAY_1_MS + (day.parse::<i64>().unwrap() - 1) * DAY_MS)
}

fn lot(row: &Row) -> Lot {
    Lot::parse(value(row, "lot=").expect("a lot")).unwrap()
}

fn fridge() -> Gtin {
    Gtin::parse(cast::FRIDGE).unwrap()
}

fn letters(row: &Row, name: &str) -> Vec<char> {
    let list = value(row, name).unwrap_or_default();
    list.split(',')
        .filter_map(|word| word.chars().next())
        .collect()
}

/// The fact of a row, if it is one of ours.
pub(crate) fn fact(
    row: &Row,
    engine: &Engine,
    decided: &BTreeMap<String, EvidenceRef>,
) -> Option<Fact> {
    let words: Vec<&str> = row.event.split_whitespace().collect();
    if words[0] == "ask" {
        return Some(Fact::Verification(question(row)));
    }
    if let Some(data) = master(row, &words) {
        return Some(Fact::Master(data));
    }
    if words[0] == "signed" {
        let decision = decision(row, &words[1..], engine, decided).expect("a decision");
        let signature = Signature {
            signer: "staff-7f3a".to_owned(),
            signed_at_ms: row.at_ms,
            meaning: Meaning::Approval,
        };
        let decision = Box::new(decision);
        return Some(Fact::Decision(Decision::Signed {
            decision,
            signature,
        }));
    }
    decision(row, &words, engine, decided).map(Fact::Decision)
}

fn question(row: &Row) -> Verification {
    let gs1::Epc::Sgtin(sgtin) = cast::thing(&row.subject) else {
        panic!("line {}: a pack", row.line)
    };
    let mut scan = format!("(01){}(21){}", sgtin.gtin, sgtin.serial);
    for (name, ai) in [("exp=", "17"), ("lot=", "10")] {
        if let Some(value) = value(row, name) {
            scan = format!("{scan}({ai}){value}");
        }
    }
    let training = row.event.ends_with("training");
    Verification {
        scan,
        at_ms: row.at_ms,
        location: (row.place != '-').then(|| cast::place_of(row.place)),
        answer: None,
        purpose: if training {
            Purpose::Training
        } else {
            Purpose::Dispense
        },
        maker: None,
    }
}

fn master(row: &Row, words: &[&str]) -> Option<MasterData> {
    let (from_ms, until_ms) = (day(row, "from="), day(row, "until="));
    let party = || cast::gln_of(row.subject.chars().next().expect("a letter"));
    Some(match words[0] {
        "known_bad" => MasterData::KnownBad(KnownBad {
            gtin: None,
            lot: lot(row),
            serial: value(row, "serial=").expect("a serial").to_owned(),
            notice: "notice of an authority".to_owned(),
            withdrawn: words.contains(&"off"),
        }),
        "authority" => MasterData::Authority(GtinAuthority {
            prefix: words[1].to_owned(),
            party: party(),
            delegated_by: words.contains(&"delegated").then(|| cast::gln_of('M')),
            from_ms,
            until_ms,
        }),
        "licence" => MasterData::Licence(Licence {
            id: "ATP-1".to_owned(),
            party: party(),
            from_ms,
            until_ms,
        }),
        "quantity" => MasterData::LotQuantity(LotQuantity {
            gtin: fridge(),
            lot: lot(row),
            packs: value(row, "packs=").unwrap().parse().unwrap(),
        }),
        "market" => MasterData::Market(Market {
            gtin: fridge(),
            countries: value(row, "countries=")
                .map(|list| list.split(',').map(str::to_owned).collect())
                .unwrap_or_default(),
            channel: letters(row, "channel=")
                .into_iter()
                .map(cast::gln_of)
                .collect(),
        }),
        "import" => MasterData::ImportLicence(ImportLicence {
            gtin: fridge(),
            country: words[1].to_owned(),
            from_ms,
            until_ms,
        }),
        "device" => MasterData::Device(Device {
            id: words[1].to_owned(),
            party: cast::gln_of('M'),
            kind: "reader".to_owned(),
            calibrated_until_ms: until_ms,
            interval_ms: None,
            sensor: None,
            locations: letters(row, "places=")
                .into_iter()
                .map(cast::place_of)
                .collect(),
        }),
        _ => return None,
    })
}

fn decision(
    row: &Row,
    words: &[&str],
    engine: &Engine,
    decided: &BTreeMap<String, EvidenceRef>,
) -> Option<Decision> {
    let reason = "looked at the records".to_owned();
    let finding = || standing(row, words[1], engine);
    Some(match words[0] {
        "hold" => Decision::QaHold {
            subject: cast::thing(&row.subject),
            reason,
        },
        "release" => Decision::QaRelease {
            subject: cast::thing(&row.subject),
            reason,
        },
        "withdraw" => Decision::Withdraw {
            gtin: fridge(),
            reason,
            level: None,
        },
        "extend" => Decision::ExtendExpiry {
            gtin: fridge(),
            lot: lot(row),
            expiry: value(row, "exp=").unwrap().parse().unwrap(),
            reason,
        },
        "assign" => Decision::AssignAlert {
            finding: finding(),
            to: cast::gln_of(words[2].chars().next().unwrap()),
            reason,
        },
        "resolve" => Decision::ResolveAlert {
            finding: finding(),
            outcome: if words[2] == "confirmed" {
                AlertOutcome::Confirmed
            } else {
                AlertOutcome::FalseAlarm
            },
            reason,
        },
        "deescalate" => Decision::DeEscalateAlert {
            finding: finding(),
            severity: if words[2] == "S0" {
                Severity::S0
            } else {
                Severity::S1
            },
            reason,
        },
        // Without the name of a decision it is the undoing of a pack's state, an event.
        "undo" if words.len() > 1 => Decision::Undo {
            decision: decided[words[1]],
            reason,
        },
        _ => return None,
    })
}

/// Id of the subject's standing finding of a rule.
fn standing(row: &Row, rule: &str, engine: &Engine) -> [u8; 16] {
    let views = engine.findings_for(&cast::thing(&row.subject));
    let found = views
        .iter()
        .find(|view| view.rule.to_string() == rule && view.status == FindingStatus::Open);
    let id = &found
        .unwrap_or_else(|| panic!("line {}: no open {rule}", row.line))
        .id;
    let bytes: Vec<u8> = (0..16)
        .map(|i| u8::from_str_radix(id.get(2 * i..2 * i + 2).unwrap(), 16).unwrap())
        .collect();
    bytes.try_into().unwrap()
}

/// Open cases as `rule=count`.
pub(crate) fn cases(engine: &Engine) -> String {
    let mut cases: Vec<String> = engine
        .cases()
        .iter()
        .map(|case| format!("{}={}", case.rule, case.count))
        .collect();
    cases.sort();
    cases.join(" ")
}

/// Everything found about the subject of a row.
pub(crate) fn findings(engine: &Engine, row: &Row) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for finding in engine.findings_for(&cast::thing(&row.subject)) {
        let word = match finding.status {
            FindingStatus::Open => format!("{}:{:?}", finding.rule, finding.severity),
            _ => format!("~{}", finding.rule),
        };
        *counts.entry(word).or_default() += 1;
    }
    let counts = counts.iter().map(|(word, count)| format!("{word}={count}"));
    counts.collect::<Vec<_>>().join(" ")
}
