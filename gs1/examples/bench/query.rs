//! Holding events against a query, beside comparing one text of each.

use gs1::query::Query;

use crate::measure::{Bench, Figure, Yardstick};

pub(crate) fn bench(bench: &mut Bench) {
    let events = crate::hash::events(5);
    let rows = [
        (
            "query_match_epc",
            "MATCH_anyEPC=urn:epc:id:sgtin:9506000.013435.0000000001",
        ),
        (
            "query_match_pattern",
            "MATCH_anyEPC=urn:epc:idpat:sgtin:9506001.*.*",
        ),
        (
            "query_step_and_time",
            "EQ_bizStep=shipping&GE_eventTime=2026-03-01T12:00:00Z",
        ),
        ("query_extension", "EQ_ILMD_cbvmda:lotNumber=LOT00001"),
    ];
    let equal = || {
        events
            .iter()
            .filter(|event| event.time_zone_offset == "+00:00")
            .count()
    };
    let yardstick = Yardstick {
        name: "one_text_compared",
        units: events.len(),
        call: &equal,
    };
    for (name, url) in rows {
        let query = Query::from_url(url, None).expect("a valid query");
        let figure = Figure {
            name,
            unit: "events/s",
            units: events.len(),
        };
        let call = || {
            events
                .iter()
                .filter(|event| query.matches(event, 0))
                .count()
        };
        bench.run(&figure, call, &yardstick);
    }
}
