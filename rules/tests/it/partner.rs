//! Rules of consortia: the examples of the documentation, what is refused and where, and that any
//! declaration that is admitted stays within its cost on any records.

use proptest::prelude::*;
use rules::consortium::{About, RefusedDeclaration};
use rules::{Activation, Declaration, Engine, Fact, Location, MasterData, Profile, Record};
use serde_json::{Value, json};

use super::cast::{self, Clerk};
use super::replay;

const PAGE: &str = include_str!("../../../docs/consortium-rules.md");

/// The declarations printed in the documentation.
fn examples() -> Vec<Declaration> {
    let blocks = PAGE.split("```json\n").skip(1);
    let texts = blocks.map(|rest| rest.split("```").next().unwrap());
    texts
        .map(|text| Declaration::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}")))
        .collect()
}

fn example(name: &str) -> Declaration {
    let found = examples().into_iter().find(|rule| rule.name() == name);
    found.unwrap_or_else(|| panic!("no example {name}"))
}

/// What a row of a scenario says about a rule: `declare NAME`, `activate NAME [grants=S3]`,
/// `retire NAME`, `country XX` (of the actor's place; without one it is not known).
pub(crate) fn fact(verb: &str, rest: &[&str], actor: char) -> Option<Fact> {
    let activation = |until| {
        let grants = rest.iter().find_map(|word| word.strip_prefix("grants="));
        Activation {
            hash: *example(rest[0]).hash(),
            from: None,
            until,
            grants: grants.map(|grants| serde_json::from_value(json!(grants)).unwrap()),
        }
    };
    let data = match verb {
        "declare" => MasterData::ConsortiumRule(Box::new(example(rest[0]))),
        "activate" => MasterData::RuleActivation(activation(None)),
        "retire" => MasterData::RuleActivation(activation(Some(0))),
        "country" => {
            let place = cast::place_of(actor);
            let told = cast::masters().into_iter().find_map(|data| match data {
                MasterData::Location(location) if location.id == place => Some(location),
                _ => None,
            });
            MasterData::Location(Location {
                country: rest.first().map(|code| (*code).to_owned()),
                ..told.unwrap()
            })
        }
        _ => return None,
    };
    Some(Fact::Master(data))
}

#[test]
fn the_examples_of_the_page_are_admitted_and_keep_their_hash() {
    let examples = examples();
    assert_eq!(examples.len(), 7);
    for rule in examples {
        assert!(rule.cost() <= rules::consortium::COST_MAX);
        let again = Declaration::parse(rule.canonical()).unwrap();
        assert_eq!((again.hash(), &again), (rule.hash(), &rule));
        let data = MasterData::ConsortiumRule(Box::new(rule));
        let json = serde_json::to_value(&data).unwrap();
        assert_eq!(json["type"], json!("consortium_rule"));
        assert_eq!(
            serde_json::from_value::<MasterData>(json.clone()).unwrap(),
            data
        );
        // With its type a declaration is the same declaration.
        let MasterData::ConsortiumRule(rule) = data else {
            unreachable!()
        };
        assert_eq!(Declaration::from_json(&json).unwrap(), *rule);
    }
    assert_eq!(example("returns-burst").about(), About::Party);
    // 1 comparison, and two hands over four times four entries.
    assert_eq!(example("returns-burst").cost(), 1 + 2 * 16);
    assert_eq!(example("home-market").cost(), 3);
    // The bytes that are hashed, by an independent hand.
    let text = example("short-dated");
    assert!(
        text.canonical()
            .starts_with(r#"{"about":"thing","name":"short-dated","owner":"#)
    );
    assert!(!text.canonical().contains(": "));
}

/// A valid declaration with one member replaced.
fn with(pointer: &str, value: Value) -> Value {
    let text = example("home-market").canonical().to_owned();
    let mut json: Value = serde_json::from_str(&text).unwrap();
    *json.pointer_mut(pointer).unwrap() = value;
    json
}

fn refused(json: &Value) -> RefusedDeclaration {
    match Declaration::from_json(json) {
        Err(refused) => refused,
        Ok(_) => panic!("admitted: {json}"),
    }
}

/// Declarations with one thing put wrong are refused for that, and for nothing else.
fn each_is_named(cases: &[(&str, Value, &str)]) {
    for (pointer, value, named) in cases {
        let refused = refused(&with(pointer, value.clone()));
        let pointers: Vec<&str> = refused.0.iter().map(|it| it.pointer.as_str()).collect();
        assert_eq!(pointers, [*named], "{pointer} = {value}: {refused}");
    }
}

#[test]
fn every_fault_is_named_by_its_pointer() {
    let step = json!({ "field": "step", "in": ["shipping"] });
    let values: Vec<String> = (0..257).map(|i| format!("L{i}")).collect();
    each_is_named(&[
        ("/name", json!("Home Market"), "/name"),
        ("/version", json!(0), "/version"),
        ("/version", json!(1.5), "/version"),
        ("/owner", json!("9506000000017"), "/owner"),
        ("/severity", json!("S4"), "/severity"),
        ("/about", json!("patient"), "/about"),
        ("/texts", json!({ "de": {} }), "/texts/en"),
        ("/texts/en/sentence", json!(""), "/texts/en/sentence"),
        ("/texts/en/title", json!("two\nlines"), "/texts/en/title"),
        ("/when", json!([]), "/when"),
        ("/when", json!({ "all": [step, step], "any": [] }), "/when"),
        ("/when", json!({ "all": [] }), "/when/all"),
        ("/when", json!({ "eval": "1 < 2" }), "/when"),
        (
            "/when/all/0",
            json!({ "field": "colour", "in": ["red"] }),
            "/when/all/0/field",
        ),
        ("/when/all/0", json!({ "field": "step" }), "/when/all/0"),
        ("/when/all/0/in/0", json!("teleporting"), "/when/all/0/in/0"),
        ("/when/all/0/in/0", json!(7), "/when/all/0/in/0"),
        (
            "/when/all/1",
            json!({ "field": "gtin", "in": ["123"] }),
            "/when/all/1/in/0",
        ),
        (
            "/when/all/1",
            json!({ "field": "lot", "in": values }),
            "/when/all/1/in",
        ),
        (
            "/when/all/1",
            json!({ "field": "lot", "known": 1 }),
            "/when/all/1/known",
        ),
        (
            "/when/all/1",
            json!({ "measure": "age", "above": { "value": "1", "unit": "KGM" } }),
            "/when/all/1/above/unit",
        ),
        (
            "/when/all/1",
            json!({ "measure": "age", "above": { "value": "one", "unit": "DAY" } }),
            "/when/all/1/above/value",
        ),
        (
            "/when/all/1",
            json!({ "measure": "age", "above": { "value": "1" } }),
            "/when/all/1/above/unit",
        ),
    ]);
    // Several at once, and members nobody knows.
    let mut json = with("/name", json!(""));
    json["version"] = json!("1");
    json["then"] = json!("drop table");
    let refused = refused(&json);
    assert_eq!(refused.0.len(), 3, "{refused}");
    assert!(Declaration::parse("{").is_err());
    assert!(Declaration::parse(&"[".repeat(100_000)).is_err());
}

#[test]
fn every_limit_is_named_by_its_pointer() {
    let count = |more: Value| {
        let mut count = json!({ "of": "records", "within": { "value": "1", "unit": "DAY" },
            "more_than": 1 });
        for (name, value) in more.as_object().unwrap() {
            count[name] = value.clone();
        }
        json!({ "count": count })
    };
    let step = json!({ "field": "step", "in": ["shipping"] });
    let temperature = json!({ "temperature": { "above": { "value": "8", "unit": "CEL" } },
        "longer_than": { "value": "1", "unit": "HUR" } });
    let mut deep = step.clone();
    for _ in 0..8 {
        deep = json!({ "not": deep });
    }
    let many: Vec<Value> = vec![step.clone(); 64];
    let dear: Vec<Value> = vec![temperature.clone(); 11];
    each_is_named(&[
        (
            "/when/all/1",
            count(json!({ "more_than": 1001 })),
            "/when/all/1/count/more_than",
        ),
        (
            "/when/all/1",
            count(json!({ "within": { "value": "401", "unit": "DAY" } })),
            "/when/all/1/count/within",
        ),
        (
            "/when/all/1",
            count(json!({ "where": count(json!({})) })),
            "/when/all/1/count/where",
        ),
        ("/when", count(json!({ "of": "things" })), "/when"),
        ("/when", json!({ "all": many }), "/when/all/63"),
        ("/when", deep, "/when/not/not/not/not/not/not/not/not"),
        ("/when", json!({ "all": dear }), "/when"),
        ("/when", json!({ "all": [temperature, step] }), "/when"),
        ("/when", json!({ "not": temperature }), "/when"),
        ("/about", json!("party"), "/when"),
    ]);
}

#[test]
fn an_activation_has_one_json_form() {
    let hash = "00".repeat(32);
    let json = json!({ "type": "rule_activation", "hash": hash, "from": 7, "until": null,
        "grants": "S3" });
    let data: MasterData = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(serde_json::to_value(&data).unwrap(), json);
    let short = json!({ "type": "rule_activation", "hash": "00" });
    assert!(serde_json::from_value::<MasterData>(short).is_err());
}

#[test]
fn a_version_is_in_force_from_one_position_to_another() {
    let mut clerk = Clerk::default();
    let mut engine = Engine::new(Profile::default());
    let rule = example("handed-around");
    let hash = *rule.hash();
    let activate = |from, until| {
        Fact::Master(MasterData::RuleActivation(Activation {
            hash,
            from,
            until,
            grants: None,
        }))
    };
    let mut told = |fact| {
        engine.apply(&clerk.record('M', 0, fact));
        let status = engine.consortium_rules().next();
        status.map(|status| (status.from, status.until))
    };
    // Positions 0, 1, ..: an activation of what nobody declared says nothing.
    assert_eq!(told(activate(None, None)), None);
    let declared = Fact::Master(MasterData::ConsortiumRule(Box::new(rule)));
    assert_eq!(told(declared), Some((None, None)));
    assert_eq!(told(activate(Some(0), Some(4))), Some((Some(3), Some(4))));
    assert_eq!(told(activate(None, None)), Some((Some(3), None)));
    assert_eq!(told(activate(None, Some(2))), Some((Some(3), Some(5))));
    assert_eq!(told(activate(Some(90), None)), Some((Some(90), None)));
}

#[test]
fn a_rule_about_lots_is_found_at_the_lot_it_speaks_of() {
    let mut json = with(
        "/when",
        json!({ "count": { "of": "things", "where": { "field": "step", "in": ["shipping"] },
            "within": { "value": "1", "unit": "DAY" }, "more_than": 2 } }),
    );
    json["about"] = json!("lot");
    let rule = Declaration::from_json(&json).unwrap();
    let mut rows = String::new();
    for row in [
        "1 08:00 | M | commission lot=L1 | p1..p3 |",
        "1 08:00 | M | commission lot=L2 | p4 p5 |",
        "1 12:00 | M | ship W @it | p1..p5 |",
        "1 13:00 | M | void it    | p1..p5 |",
    ] {
        rows = format!("{rows}{row}\n");
    }
    let story = super::scenario::parse(&format!("== a rule about lots\n{rows}")).remove(0);
    let mut engine = Engine::new(Profile::default());
    let records = in_force(std::slice::from_ref(&rule), &story.play());
    let (void, before) = records.split_last().unwrap();
    for record in before {
        engine.apply(record);
    }
    let about = |engine: &Engine, lot: &str| {
        let found = engine.findings_for(&cast::thing(lot));
        let told = |it: &rules::FindingView| it.facts["rule"] == rule.name();
        assert!(found.iter().all(told), "{found:?}");
        found.iter().map(|it| it.status).collect::<Vec<_>>()
    };
    assert_eq!(about(&engine, "lL1"), [rules::FindingStatus::Open]);
    assert_eq!(about(&engine, "lL2"), []);
    engine.apply(void);
    assert_eq!(about(&engine, "lL1"), [rules::FindingStatus::Resolved]);
    assert_eq!(about(&engine, "lL2"), []);
}

/// Anything that looks like a condition, right or wrong.
fn condition() -> impl Strategy<Value = Value> {
    let field = prop::sample::select(vec![
        json!({ "field": "step", "in": ["shipping", "receiving", "dispensing"] }),
        json!({ "field": "step", "not_in": ["commissioning"] }),
        json!({ "field": "country", "not_in": ["DE"] }),
        json!({ "field": "country", "known": false }),
        json!({ "field": "role", "in": ["pharmacy"] }),
        json!({ "field": "gtin", "in": [cast::FRIDGE] }),
        json!({ "field": "lot", "in": ["L1"] }),
        json!({ "field": "status", "in": ["in_transit"] }),
        json!({ "field": "holder", "known": true }),
        json!({ "field": "destination", "known": true }),
        json!({ "measure": "age", "above": { "value": "3", "unit": "DAY" } }),
        json!({ "measure": "to_expiry", "below": { "value": "9000", "unit": "HUR" } }),
        json!({ "state": "in_transit", "longer_than": { "value": "40", "unit": "HUR" } }),
        json!({ "temperature": { "above": { "value": "8", "unit": "CEL" } },
            "longer_than": { "value": "5", "unit": "MIN" } }),
        json!({ "temperature": { "below": { "value": "40", "unit": "FAH" } },
            "longer_than": { "value": "1", "unit": "SEC" } }),
    ]);
    field.prop_recursive(3, 12, 4, |inner| {
        let of = prop::sample::select(vec!["records", "things", "parties", "places"]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| json!({ "all": parts })),
            prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| json!({ "any": parts })),
            inner.clone().prop_map(|part| json!({ "not": part })),
            (of, inner, 1_u32..4).prop_map(|(of, inner, more_than)| {
                json!({ "count": { "of": of, "where": inner, "more_than": more_than,
                    "within": { "value": "5", "unit": "DAY" } } })
            }),
        ]
    })
}

fn declaration() -> impl Strategy<Value = Result<Declaration, RefusedDeclaration>> {
    let about = prop::sample::select(vec![
        "thing",
        "thing",
        "party",
        "place",
        "lot",
        "party_and_lot",
    ]);
    (about, condition()).prop_map(|(about, when)| {
        let mut json = with("/when", when);
        json["about"] = json!(about);
        Declaration::from_json(&json)
    })
}

fn in_force(rules: &[Declaration], records: &[Record]) -> Vec<Record> {
    let mut clerk = Clerk::default();
    let mut all = Vec::new();
    for rule in rules {
        let hash = *rule.hash();
        let (from, until, grants) = (None, None, None);
        let declared = MasterData::ConsortiumRule(Box::new(rule.clone()));
        let activated = MasterData::RuleActivation(Activation {
            hash,
            from,
            until,
            grants,
        });
        all.push(clerk.record('-', 0, Fact::Master(declared)));
        all.push(clerk.record('-', 0, Fact::Master(activated)));
    }
    for record in records {
        let mut record = record.clone();
        record.stamp.position += u64::try_from(all.len()).unwrap();
        all.push(record);
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    // The engine holds every evaluation against the stated cost (debug assertions).
    #[test]
    fn what_is_admitted_stays_within_its_cost_and_replays_to_the_same_bytes(
        rules in prop::collection::vec(declaration(), 1..6),
        doings in prop::collection::vec(replay::doing(), 0..50),
        cut in 0_usize..50,
    ) {
        let rules: Vec<Declaration> = rules.into_iter().flatten().collect();
        let records = in_force(&rules, &replay::records(&doings));
        let mut whole = Engine::new(Profile::default());
        let cut = cut.min(records.len());
        let mut at_cut = Vec::new();
        for (i, record) in records.iter().enumerate() {
            if i == cut {
                at_cut = whole.snapshot();
            }
            for finding in whole.apply(record) {
                prop_assert!(!finding.sentence(rules::Lang::De).is_empty());
            }
        }
        if !at_cut.is_empty() {
            let mut parts = Engine::restore(&at_cut).unwrap();
            for record in &records[cut..] {
                parts.apply(record);
            }
            prop_assert_eq!(parts.snapshot(), whole.snapshot());
        }
        prop_assert!(whole.findings().all(|finding| !finding.sentence.is_empty()));
    }
}
