//! EPCIS in XML: what is accepted is written validly in both versions and read back the same.

use gs1::epcis::translate::CbvFormat;
use gs1::epcis::xml::{self, Version};

use fuzz_frame::Target;

const TOKENS: &[&str] = &[
    "<",
    ">",
    "/>",
    "</",
    "&",
    "&amp;",
    "&#10;",
    "&#x41;",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<?p ",
    "?>",
    "<!DOCTYPE a>",
    "<!DOCTYPE a [<!ENTITY b \"c\">]>",
    "xmlns:x=\"http://x.example/\"",
    " xsi:type=\"xsd:double\"",
    " xsi:nil=\"true\"",
    "<extension>",
    "</extension>",
    "<baseExtension>",
    "<epcList/>",
    "<action>DELETE</action>",
    "urn:epc:id:sgtin:9506000.013435.2",
    "2026-03-01T23:59:60.999+14:00",
    "1e400",
];

pub(crate) const TARGETS: &[Target] = &[Target {
    name: "epcis_xml",
    seeds: &[OBJECT, OLD, BARE],
    dictionary: TOKENS,
    run: document,
}];

const OBJECT: &[u8] = br#"<?xml version="1.0" encoding="UTF-8"?><e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:2" xmlns:x="http://x.example/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:cbvmda="urn:epcglobal:cbv:mda" schemaVersion="2.0" creationDate="2026-03-01T07:00:00Z"><EPCISBody><EventList><ObjectEvent><eventTime>2026-03-01T07:00:00.123Z</eventTime><eventTimeZoneOffset>+00:00</eventTimeZoneOffset><epcList><epc>urn:epc:id:sgtin:9506000.013435.1</epc></epcList><action>ADD</action><bizStep>urn:epcglobal:cbv:bizstep:commissioning</bizStep><quantityList><quantityElement><epcClass>urn:epc:idpat:sgtin:9506000.013435.*</epcClass><quantity>2.5</quantity><uom>KGM</uom></quantityElement></quantityList><sensorElementList><sensorElement><sensorMetadata time="2026-03-01T07:00:00Z"/><sensorReport type="gs1:Temperature" value="26.2" uom="CEL" x:a="b"/></sensorElement></sensorElementList><ilmd><cbvmda:lotNumber>A1</cbvmda:lotNumber></ilmd><x:a u="1">b</x:a><x:n xsi:type="xsd:integer">1</x:n></ObjectEvent></EventList></EPCISBody></e:EPCISDocument>"#;
const OLD: &[u8] = br#"<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:1" schemaVersion="1.2" creationDate="2026-03-01T07:00:00Z"><EPCISBody><EventList><extension><TransformationEvent><eventTime>2026-03-01T07:00:00Z</eventTime><eventTimeZoneOffset>+00:00</eventTimeZoneOffset><baseExtension><eventID>urn:uuid:1</eventID><errorDeclaration><declarationTime>2026-03-01T08:00:00Z</declarationTime></errorDeclaration></baseExtension><inputEPCList><epc>urn:epc:id:sgtin:9506000.013435.1</epc></inputEPCList><outputEPCList><epc>urn:epc:id:sgtin:9506000.013435.2</epc></outputEPCList></TransformationEvent></extension></EventList></EPCISBody></epcis:EPCISDocument>"#;
const BARE: &[u8] = br"<AggregationEvent><eventTime>2026-03-01T07:00:00Z</eventTime><eventTimeZoneOffset>+00:00</eventTimeZoneOffset><parentID>urn:epc:id:sscc:952012.03456789123</parentID><childEPCs><epc>urn:epc:id:sgtin:9506000.013435.1</epc></childEPCs><action>ADD</action></AggregationEvent>";

fn document(input: &[u8]) -> bool {
    let _verdict = xml::validate_xml(input);
    let Ok(document) = xml::parse(input) else {
        return false;
    };
    for version in [Version::V1_2, Version::V2_0] {
        let (bytes, losses) = xml::write(&document, version, CbvFormat::default());
        let text = String::from_utf8_lossy(&bytes);
        let problems = xml::schema_problems(&bytes);
        assert!(problems.is_empty(), "{problems:#?}\n{text}");
        let again = xml::parse(&bytes).expect(&text);
        assert_eq!(again.events.len(), document.events.len());
        for (event, before) in again.events.iter().zip(&document.events) {
            assert!(!losses.is_empty() || **event == **before, "{text}");
        }
    }
    true
}
