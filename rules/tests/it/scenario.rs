//! The language of the scenario files: one row per record, with what it makes the rules say.
//!
//! ```text
//! == title
//! time | actor | event | subject | expected
//! ```
//! Time is `day hh:mm`, day 1 being 2026-03-01 (a Sunday), in UTC. The rows are the order of the
//! ledger; a row may be older than the one before. It is recorded when it happens, or at the time
//! of the row before it if that is later, or as told: `day hh:mm > day hh:mm`. Words like
//! `zone=+02:00` add to an event (see `scenario_chain`). Actors are letters (see `cast`), `M@P` is
//! M acting at P's place, `-` is nobody known. Expected is what changes: `C09:S3` appeared or
//! changed, `~C09` was resolved; of a `verify` row it is the class and the code, and
//! of `verify cold` how warm it was as well. What
//! `scenario_lots` adds: questions, registry facts, decisions, `cases`, `findings`.

use std::collections::{BTreeMap, BTreeSet};

use gs1::epcis::{Action, Event};
use gs1::{BizStep, Disposition, Epc, Lot};
use rules::{Counter, Decision, Engine, Fact, Profile, Record};

use super::cast::{self, Clerk};
use super::cold_rows;
use super::scenario_chain;
use super::scenario_lots as lots;

/// Namespace of our extensions of events.
const NAMESPACE: &str = "urn:theriac:epcis:";
pub(crate) const DAY_1_MS: i64 = 1_772_323_200_000; // 2026-03-01T00:00:00Z

/// A scenario: a title and its rows.
pub(crate) struct Scenario {
    pub(crate) title: String,
    rows: Vec<Row>,
}

pub(crate) struct Row {
    pub(crate) line: usize,
    pub(crate) at_ms: i64,
    recorded_ms: Option<i64>,
    pub(crate) actor: char,
    pub(crate) place: char,
    pub(crate) event: String,
    pub(crate) subject: String,
    pub(crate) expected: String,
}

/// Reads a scenario file.
pub(crate) fn parse(text: &str) -> Vec<Scenario> {
    let mut scenarios: Vec<Scenario> = Vec::new();
    for (i, line) in text.lines().enumerate() {
        let content = line.split('#').next().unwrap_or("").trim();
        if let Some(title) = content.strip_prefix("==") {
            scenarios.push(Scenario {
                title: title.trim().to_owned(),
                rows: Vec::new(),
            });
        } else if !content.is_empty() {
            let scenario = scenarios.last_mut().expect("a title before the first row");
            scenario.rows.push(row(i + 1, content));
        }
    }
    scenarios
}

fn row(line: usize, content: &str) -> Row {
    let fields: Vec<&str> = content.split('|').map(str::trim).collect();
    let [time, actor, event, subject, expected] = fields[..] else {
        panic!("line {line}: five fields, not {}", fields.len());
    };
    let number = |text: &str| {
        text.parse::<i64>()
            .unwrap_or_else(|_| panic!("line {line}: {text}"))
    };
    let moment = |text: &str| {
        let (day, clock) = text.trim().split_once(' ').expect("day and time");
        let (hour, minute) = clock.trim().split_once(':').expect("hh:mm");
        let minutes = (number(day) - 1) * 1440 + number(hour) * 60 + number(minute);
        DAY_1_MS + minutes * 60_000
    };
    let (at, recorded) = match time.split_once('>') {
        Some((at, recorded)) => (at, Some(moment(recorded))),
        None => (time, None),
    };
    let mut letters = actor.chars().filter(|c| *c != '@');
    let actor = letters.next().expect("an actor");
    Row {
        line,
        at_ms: moment(at),
        recorded_ms: recorded,
        actor,
        place: letters.next().unwrap_or(actor),
        event: event.to_owned(),
        subject: subject.to_owned(),
        expected: expected.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}

impl Scenario {
    /// Plays the scenario; every row must say what it is expected to. Returns the records.
    pub(crate) fn play(&self) -> Vec<Record> {
        let mut clerk = Clerk::default();
        let mut engine = Engine::new(Profile::default());
        let mut records = clerk.masters();
        for record in &records {
            engine.apply(record);
        }
        let mut named: BTreeMap<String, Event> = BTreeMap::new();
        let mut decided = BTreeMap::new();
        let mut wrong = Vec::new();
        let mut clock_ms = 0;
        for row in &self.rows {
            let got = if row.event.starts_with("verify") {
                verify(&engine, row)
            } else if row.event == "cases" {
                lots::cases(&engine)
            } else if row.event == "findings" {
                lots::findings(&engine, row)
            } else {
                let fact = lots::fact(row, &engine, &decided);
                let fact = fact.unwrap_or_else(|| fact_of(row, &mut named));
                clock_ms = row.recorded_ms.unwrap_or(clock_ms.max(row.at_ms));
                let mut record = clerk.record(row.actor, clock_ms, fact);
                let mut words = row.event.split_whitespace();
                let signer = words.find_map(|word| word.strip_prefix("signed="));
                // Of a `measure` row `by=` is the logger that measured.
                let measures = row.event.starts_with("measure");
                let by = lots::value(row, "by=").map(str::to_owned);
                record.stamp.device = by
                    .filter(|_| !measures)
                    .or(scenario_chain::device(&row.event))
                    .or(signer.map(cold_rows::logger));
                if let (Some(name), Fact::Decision(_)) = (lots::name(row), &record.fact) {
                    let stamp = &record.stamp;
                    let (block, item) = (stamp.block, stamp.item);
                    decided.insert(name, rules::EvidenceRef { block, item });
                }
                let got = changes(&engine.apply(&record));
                records.push(record);
                got
            };
            if got != row.expected {
                let place = format!("{}, line {}: {}", self.title, row.line, row.event);
                wrong.push(format!(
                    "{place}\n  expected {:?}\n  got      {got:?}",
                    row.expected
                ));
            }
        }
        assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
        records
    }
}

/// Changes as written in a scenario: each once, in order.
fn changes(findings: &[rules::Finding]) -> String {
    let text = |finding: &rules::Finding| match &finding.resolved_by {
        Some(_) => format!("~{}", finding.rule),
        None => format!("{}:{:?}", finding.rule, finding.severity),
    };
    let texts: BTreeSet<String> = findings.iter().map(text).collect();
    texts.into_iter().collect::<Vec<_>>().join(" ")
}

fn verify(engine: &Engine, row: &Row) -> String {
    let Epc::Sgtin(sgtin) = cast::thing(&row.subject) else {
        panic!("line {}: a pack", row.line)
    };
    let mut text = format!("(01){}(21){}", sgtin.gtin, sgtin.serial);
    let cold = row.event.contains(" cold");
    for word in row
        .event
        .split_whitespace()
        .skip(1)
        .filter(|word| *word != "cold")
    {
        let (name, value) = word.split_once('=').expect("name=value");
        let ai = if name == "lot" { "10" } else { "17" };
        text = format!("{text}({ai}){value}");
    }
    let scan = gs1::scan::parse(&text).unwrap();
    let known = row.place != '-';
    let counter = Counter {
        now_ms: row.at_ms,
        party: known.then(|| cast::gln_of(row.place)),
        location: known.then(|| cast::place_of(row.place)),
    };
    let verdict = serde_json::to_value(rules::verdict::judge(engine, &scan, &counter)).unwrap();
    assert!(!verdict["sentence"].as_str().unwrap().is_empty());
    assert!(!verdict["steps"].as_array().unwrap().is_empty());
    let mut said = format!(
        "{} {}",
        verdict["verdict"].as_str().unwrap(),
        verdict["code"].as_str().unwrap()
    );
    if cold {
        said = format!("{said} {}", verdict["pack"]["cold_chain"].as_str().unwrap());
    }
    said
}

fn fact_of(row: &Row, named: &mut BTreeMap<String, Event>) -> Fact {
    let mut words = row.event.split_whitespace();
    let verb = words.next().expect("an event");
    let rest: Vec<&str> = words.collect();
    let decided = |decision: Decision| Fact::Decision(decision);
    let reason = || "looked at the curve".to_owned();
    let subject = || cast::thing(&row.subject);
    match verb {
        "delegate" | "lane" | "tick" => {
            return Fact::Master(scenario_chain::master(row, verb, &rest));
        }
        "stored" => return Fact::Master(cast::stored(rest[0])),
        "logger" => return Fact::Master(cold_rows::device(DAY_1_MS, &rest)),
        "conditions" => return Fact::Master(cold_rows::conditions(&rest)),
        "recall" => return decided(cast::recall(&row.subject)),
        "release" => {
            return decided(Decision::QaRelease {
                subject: subject(),
                reason: reason(),
            });
        }
        "reject" => {
            return decided(Decision::QaReject {
                subject: subject(),
                reason: reason(),
            });
        }
        _ => {}
    }
    if let Some(fact) = super::partner::fact(verb, &rest, row.actor) {
        return fact;
    }
    let event = match verb {
        "resend" => named[rest[0]].clone(),
        "void" => voided(&named[rest[0]], row.at_ms),
        "transform" => scenario_chain::transformed(row, &rest),
        _ => event(row, verb, &rest),
    };
    if let Some(name) = rest.iter().find_map(|word| word.strip_prefix('@')) {
        named.insert(name.to_owned(), event.clone());
    }
    Fact::Event(event)
}

fn event(row: &Row, verb: &str, rest: &[&str]) -> Event {
    let object = |action, step| cast::object(action, &row.subject, row.at_ms, step, row.place);
    let group = |action, step| {
        let name = |word: &&&str| !word.starts_with('@') && !word.contains('=');
        let parent = cast::thing(rest.iter().find(name).expect("a container"));
        Event::aggregation(action, &parent, cast::things(&row.subject), row.at_ms, step)
            .with_read_point(&cast::place_of(row.place))
            .with_biz_location(&cast::place_of(row.place))
    };
    let value = |name: &str| rest.iter().find_map(|word| word.strip_prefix(name));
    let builder = match verb {
        "commission" => {
            let lot = Lot::parse(value("lot=").unwrap_or("L1")).unwrap();
            let expiry = value("exp=").unwrap_or("2027-12-31").parse().unwrap();
            object(Action::Add, BizStep::Commissioning).with_ilmd(&lot, expiry)
        }
        "pack" => group(Action::Add, BizStep::Packing),
        "unpack" => group(Action::Delete, BizStep::Unpacking),
        "ship" => {
            let to = rest
                .first()
                .and_then(|word| word.chars().next())
                .expect("a destination");
            let event = object(Action::Observe, BizStep::Shipping)
                .with_disposition(&Disposition::parse("in_transit").unwrap());
            if to == '-' {
                event
            } else {
                event.with_destination("location", &cast::place_of(to))
            }
        }
        "call_off" => object(Action::Observe, BizStep::parse("void_shipping").unwrap()),
        "receive" => object(Action::Observe, BizStep::Receiving),
        "dispense" => object(Action::Delete, BizStep::Dispensing)
            .with_disposition(&Disposition::parse("dispensed").unwrap()),
        "destroy" => object(Action::Delete, BizStep::Destroying),
        "decommission" => object(Action::Delete, BizStep::Decommissioning),
        "steal" => object(Action::Observe, BizStep::Inspecting)
            .with_disposition(&Disposition::parse("stolen").unwrap()),
        "damage" => object(Action::Observe, BizStep::Inspecting)
            .with_disposition(&Disposition::parse("damaged").unwrap()),
        "see" => object(Action::Observe, BizStep::Inspecting),
        "return" => object(Action::Observe, BizStep::Shipping)
            .with_disposition(&Disposition::parse("returned").unwrap()),
        "measure" => {
            let event = object(Action::Observe, BizStep::parse("sensor_reporting").unwrap())
                .with_sensor_element(&cold_rows::element(row.at_ms, rest));
            match cold_rows::file(rest) {
                Some(file) => event.with_extension("theriac", NAMESPACE, "logger", file),
                None => event,
            }
        }
        other => scenario_chain::event(row, other, rest)
            .unwrap_or_else(|| panic!("line {}: no event {other}", row.line)),
    };
    scenario_chain::options(builder, row, rest)
        .build()
        .unwrap_or_else(|error| panic!("line {}: {error}", row.line))
}

/// The same event with a declaration of error.
fn voided(event: &Event, at_ms: i64) -> Event {
    let mut json = event.to_json();
    let time = chrono::DateTime::from_timestamp_millis(at_ms).unwrap();
    json["errorDeclaration"] = serde_json::json!({ "declarationTime": time.to_rfc3339() });
    Event::from_json(&json).unwrap()
}
