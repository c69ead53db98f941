//! What elements come to mean in JSON.

use serde_json::{Value, json};

use super::super::{Version, parse, read, validate_xml};
use super::{in_event, in_list, with};

fn event(document: &str) -> Value {
    let document = parse(document.as_bytes()).unwrap_or_else(|e| panic!("{e:#?}"));
    document.events.first().expect("an event").to_json()
}

#[test]
fn names_of_extensions_have_letters_of_any_script() {
    let name = "x:gr\u{f6}\u{df}e";
    let xml = with(&format!("<{name}>7</{name}>"));
    assert_eq!(event(&xml)[name], "7");
    let judged = validate_xml(xml.as_bytes());
    assert!(judged.schema_valid && judged.accepted, "{judged:#?}");
}

#[test]
fn extensions_keep_names_repetition_types_and_text() {
    let rows = [
        ("<x:a>1</x:a>", json!("1")),
        ("<x:a/>", json!("")),
        ("<x:a></x:a>", json!("")),
        ("<x:a> b  c </x:a>", json!(" b  c ")),
        ("<x:a>\n  b\n  c\n</x:a>", json!("b\n  c")),
        ("<x:a>&#10;b&#32;</x:a>", json!("\nb ")),
        ("<x:a>\n<![CDATA[\n<b>&amp;]]>\n</x:a>", json!("\n<b>&amp;")),
        (
            "<x:a>a&lt;b&gt;&amp;&quot;&apos;&#x41;</x:a>",
            json!("a<b>&\"'A"),
        ),
        ("<x:a>a<!-- c -->b<?p i?>c</x:a>", json!("abc")),
        ("<x:a>\r\nb\rc\r\n</x:a>", json!("b\nc")),
        ("<x:a>1</x:a><x:a>2</x:a><x:a/>", json!(["1", "2", ""])),
        (
            "<x:a><b>1</b><x:c>2</x:c><b>3</b></x:a>",
            json!({"b": ["1", "3"], "x:c": "2"}),
        ),
        (
            "<x:a u=\"KGM\">3.5</x:a>",
            json!({"@attributes": {"u": "KGM"}, "@value": "3.5"}),
        ),
        (
            "<x:a x:u=\"1\"><b/></x:a>",
            json!({"@attributes": {"x:u": "1"}, "b": ""}),
        ),
        (
            "<x:a u=\"a&#10;b\tc\"/>",
            json!({"@attributes": {"u": "a\nb c"}, "@value": ""}),
        ),
        ("<x:a xsi:type=\"xsd:integer\">10</x:a>", json!(10)),
        ("<x:a xsi:type=\"xsd:int\"> -7 </x:a>", json!(-7)),
        ("<x:a xsi:type=\"xsd:double\">20.50</x:a>", json!(20.5)),
        ("<x:a xsi:type=\"xsd:boolean\">1</x:a>", json!(true)),
        ("<x:a xsi:type=\"xsd:string\">1</x:a>", json!("1")),
        ("<x:a xsi:nil=\"true\"/>", json!(null)),
        (
            "<x:a xsi:type=\"xsd:date\">2026-03-01</x:a>",
            json!({"@type": "xsd:date", "@value": "2026-03-01"}),
        ),
        (
            "<x:a xsi:type=\"xsd:integer\">12345678901234567890</x:a>",
            json!({"@type": "xsd:integer", "@value": "12345678901234567890"}),
        ),
    ];
    for (xml, value) in rows {
        assert_eq!(event(&with(xml)).get("x:a"), Some(&value), "{xml}");
    }
}

#[test]
fn namespaces_are_what_counts_not_prefixes() {
    let document = with(
        "<y:a xmlns:y=\"http://y.example/\">1</y:a>\
         <x:a xmlns:x=\"http://y.example/\">2</x:a>\
         <a xmlns=\"http://z.example/\"><b>3</b></a>\
         <urn:a xmlns:urn=\"http://u.example/\"/>",
    );
    let json = event(&document);
    assert_eq!(json["y:a"], json!(["1", "2"]));
    assert_eq!(json["ns1:a"], json!({"ns1:b": "3"}));
    assert_eq!(json["urn1:a"], json!(""));
    let terms = &json["@context"][1];
    assert_eq!(terms["y"], "http://y.example/");
    assert_eq!(terms["ns1"], "http://z.example/");
    assert_eq!(
        terms.as_object().map(serde_json::Map::len),
        Some(3),
        "{terms}"
    );
    for wrong in ["urn:epcglobal:epcis:xsd:3", "", "http://x.example/"] {
        let document = with("").replace("urn:epcglobal:epcis:xsd:2", wrong);
        assert!(parse(document.as_bytes()).is_err(), "{wrong}");
    }
}

#[test]
fn what_json_cannot_keep_or_epcis_does_not_have_is_refused() {
    let rows = [
        (with("<x:a>text<x:b/></x:a>"), "text between elements"),
        (with("<bizStep>packing<b/></bizStep>"), "holds elements"),
        (with("<madeUp/>"), "no element that epcis has"),
        (
            with("<bizStep a=\"b\">urn:epcglobal:cbv:bizstep:packing</bizStep><x:a/>")
                .replace("<bizStep a", "<readPoint a")
                .replace("</bizStep>", "</readPoint>"),
            "no attribute",
        ),
        (with("<action>ADD</action>"), "occurs twice"),
        (with("<bizStep>packin</bizStep>"), "packin"),
        (
            with(
                "<quantityList><quantityElement><epcClass>urn:epc:idpat:sgtin:9506000.013435.*\
                 </epcClass><quantity>a lot</quantity></quantityElement></quantityList>",
            ),
            "expected a number",
        ),
        (
            with("<quantityList><epc/></quantityList>"),
            "in a list of quantityElement",
        ),
        (with("text"), "holds text"),
        (in_event("<action>OBSERVE</action>"), "epcList"),
        (in_list("<QueryEvent/>"), "not an event type"),
    ];
    for (document, part) in rows {
        let error = parse(document.as_bytes()).expect_err(&document);
        let found = error
            .problems
            .iter()
            .any(|problem| problem.to_string().contains(part));
        assert!(found, "{document}: {error:#?}");
        assert!(
            error.problems.iter().all(|problem| problem.place.is_some()),
            "{error:#?}"
        );
    }
}

#[test]
fn problems_point_at_the_element_that_is_wrong() {
    let document = "<ObjectEvent>\n  <eventTime>2026-03-01T07:00:00Z</eventTime>\n  \
                    <eventTimeZoneOffset>+00:00</eventTimeZoneOffset>\n  <epcList>\n    \
                    <epc>urn:epc:id:sgtin:9506000.013435.1</epc>\n    <epc>nonsense</epc>\n  \
                    </epcList>\n  <action>OBSERVE</action>\n</ObjectEvent>";
    let error = parse(document.as_bytes()).expect_err("nonsense");
    let [problem] = error.problems.as_slice() else {
        panic!("{error:#?}");
    };
    let place = problem.place.expect("a place");
    assert_eq!((place.line, place.column), (6, 5));
    assert_eq!(problem.pointer, "/epcList/1");
    let verdict = validate_xml(document.as_bytes());
    assert!(!verdict.schema_valid && !verdict.accepted && verdict.events == 1);
    assert_eq!(verdict.problems.len(), 2, "{verdict:#?}");
}

#[test]
fn epcis_1_2_is_read_through_its_extensions() {
    let document = "<epcis:EPCISDocument xmlns:epcis='urn:epcglobal:epcis:xsd:1' \
        schemaVersion='1.2' creationDate='2026-03-01T07:00:00'><EPCISBody><EventList>\
        <QuantityEvent><eventTime>2026-03-01T07:00:00Z</eventTime>\
        <eventTimeZoneOffset>+00:00</eventTimeZoneOffset>\
        <epcClass>urn:epc:idpat:sgtin:9506000.013435.*</epcClass><quantity>7</quantity>\
        </QuantityEvent><extension><TransformationEvent>\
        <eventTime>2026-03-01T07:00:00Z</eventTime>\
        <eventTimeZoneOffset>+00:00</eventTimeZoneOffset>\
        <baseExtension><eventID>urn:uuid:1</eventID></baseExtension>\
        <inputEPCList><epc>urn:epc:id:sgtin:9506000.013435.1</epc></inputEPCList>\
        <outputEPCList><epc>urn:epc:id:sgtin:9506000.013435.2</epc></outputEPCList>\
        </TransformationEvent></extension><extension><extension><AssociationEvent>\
        <eventTime>2026-03-01T07:00:00Z</eventTime>\
        <eventTimeZoneOffset>+00:00</eventTimeZoneOffset>\
        <parentID>urn:epc:id:grai:9521141.12345.1</parentID>\
        <childEPCs><epc>urn:epc:id:giai:9521141.1</epc></childEPCs><action>ADD</action>\
        </AssociationEvent></extension></extension></EventList></EPCISBody>\
        </epcis:EPCISDocument>";
    let reading = read(document.as_bytes()).unwrap_or_else(|e| panic!("{e:#?}"));
    assert_eq!(reading.version, Version::V1_2);
    // The date without time zone, and the event of EPCIS 1.0.
    assert_eq!(reading.notes.len(), 2, "{:#?}", reading.notes);
    let types: Vec<Value> = reading
        .document
        .events
        .iter()
        .map(|event| event.to_json()["type"].clone())
        .collect();
    assert_eq!(
        types,
        ["ObjectEvent", "TransformationEvent", "AssociationEvent"]
    );
    let first = reading.document.events.first().expect("an event").to_json();
    assert_eq!(first["action"], "OBSERVE");
    assert_eq!(first["quantityList"][0]["quantity"], 7);
}
