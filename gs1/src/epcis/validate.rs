//! One verdict whatever the form: whoever has a file to mend need not know which schema judges it.

use super::convert::is_xml;
use super::document::{Validation, validate_json};
use super::problem::{Problem, Source};
use super::xml;

/// Judges an EPCIS document in JSON or in XML 2.0 or 1.2, recognised by its content. For XML the
/// schema is the XML Schema of the version that the namespace names.
pub fn validate(bytes: &[u8]) -> Validation {
    if is_xml(bytes) {
        return validate_xml(bytes);
    }
    validate_json(bytes)
}

fn validate_xml(bytes: &[u8]) -> Validation {
    let mut problems = xml::validate(bytes);
    let schema_valid = problems.is_empty();
    let (events, accepted, truncated) = match xml::read(bytes) {
        Ok(reading) => (reading.document.events.len(), true, false),
        Err(error) => {
            let known: Vec<_> = problems.iter().map(|problem| problem.place).collect();
            let new =
                |problem: &Problem| problem.place.is_none() || !known.contains(&problem.place);
            problems.extend(error.problems.into_iter().filter(new));
            (0, false, error.truncated)
        }
    };
    problems.sort_by_key(|problem| problem.place);
    // What the XML Schema accepts and our reader refuses by the JSON Schema is not a fault of it.
    for problem in &mut problems {
        if schema_valid && problem.origin == Source::Schema {
            problem.origin = Source::Conformance;
        }
    }
    let conformant = |problem: &Problem| problem.origin == Source::Ours;
    Validation {
        schema_valid,
        conformant: schema_valid && problems.iter().all(conformant),
        accepted,
        events,
        problems,
        truncated,
    }
}

#[cfg(test)]
mod tests {
    use super::validate;

    const XML: &str = r#"<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:2"
      schemaVersion="2.0" creationDate="2026-01-01T00:00:00Z"><EPCISBody><EventList><ObjectEvent>
      <eventTime>2026-01-01T00:00:00Z</eventTime><eventTimeZoneOffset>+00:00</eventTimeZoneOffset>
      <epcList><epc>urn:epc:id:sgtin:0614141.107346.1</epc></epcList><action>ADD</action>
      </ObjectEvent></EventList></EPCISBody></epcis:EPCISDocument>"#;

    #[test]
    fn each_form_is_judged_by_its_own_schema() {
        let rows = [
            (XML.to_owned(), true, true),
            (XML.replace("ADD", "BREW"), false, false),
            // The XML Schema fixes the order; the reader does not need it.
            (
                XML.replace("<action>ADD</action>", "")
                    .replace("<epcList>", "<action>ADD</action><epcList>"),
                false,
                true,
            ),
            (XML.replace("</EventList>", ""), false, false),
            (r#"{"type":"EPCISDocument"}"#.to_owned(), false, false),
            (String::new(), false, false),
        ];
        for (text, schema_valid, accepted) in rows {
            let found = validate(text.as_bytes());
            assert_eq!(found.schema_valid, schema_valid, "{text}: {found:?}");
            assert_eq!(found.accepted, accepted, "{text}: {found:?}");
            assert_eq!(
                found.problems.is_empty(),
                found.conformant,
                "{text}: {found:?}"
            );
        }
    }
}
