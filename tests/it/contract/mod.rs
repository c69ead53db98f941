//! The served API against descriptions of it: our own, and GS1's of EPCIS 2.0. `schemathesis` makes
//! up requests from a description, those at the edges of what it allows and beyond them among
//! them, and compares each answer with it: no 5xx, no status, header, media type or body that the
//! description does not have. It is a program of its own: `cargo xtask contract` installs it and
//! names it in `THERIAC_SCHEMATHESIS`; without it these tests say so and skip.

mod excused;
mod run;

use tests::fixtures;

use excused::{GS1, OURS};
use run::{Node, Run};

/// Events come on it until the client goes: `story` and `custody::stream` listen to it.
const ENDLESS: &str = "/api/v1/stream";

#[test]
fn our_own_description_holds_slow() {
    let Some(tool) = run::tool() else { return };
    let node = Node::start();
    let description = super::tidy::root().join("service/openapi.json");
    let run = Run::of(&tool, &description, &node.url(""), &node);
    let found = run.without(ENDLESS).play();
    assert!(found.cases > 2_000, "{} cases only", found.cases);
    run::judge(&found, OURS);
}

#[test]
fn gs1s_description_holds_but_where_it_contradicts_itself_slow() {
    let Some(tool) = run::tool() else { return };
    let Some(description) = fixtures::shared("epcis/spec/gs1-epcis/openapi.json") else {
        return;
    };
    let node = Node::start();
    let found = Run::of(&tool, &description, &node.url("/epcis"), &node).play();
    assert!(found.cases > 2_000, "{} cases only", found.cases);
    run::judge(&found, GS1);
}
