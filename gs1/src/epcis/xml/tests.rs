//! What must hold for any document: attacks are refused with a place, text is kept to the letter,
//! and both versions say the same.

mod attacks;
mod meaning;
mod writing;

/// An EPCIS 2.0 document around one object event, with `more` before its end.
fn with(more: &str) -> String {
    in_event(&format!(
        "<epcList><epc>urn:epc:id:sgtin:9506000.013435.1</epc></epcList>\
         <action>OBSERVE</action>{more}"
    ))
}

fn in_event(own: &str) -> String {
    in_list(&format!(
        "<ObjectEvent><eventTime>2026-03-01T07:00:00Z</eventTime>\
         <eventTimeZoneOffset>+00:00</eventTimeZoneOffset>{own}</ObjectEvent>"
    ))
}

fn in_list(events: &str) -> String {
    format!(
        "<e:EPCISDocument xmlns:e=\"urn:epcglobal:epcis:xsd:2\" xmlns:x=\"http://x.example/\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" \
         schemaVersion=\"2.0\" creationDate=\"2026-03-01T07:00:00Z\"><EPCISBody><EventList>\
         {events}</EventList></EPCISBody></e:EPCISDocument>"
    )
}
