//! What others hold in their hands does not change by accident: the committed API description, the
//! table of codes in the documentation, the table of routes.
use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use service::Code;
use service::http::router::ROUTES;

fn here(path: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

#[test]
fn the_committed_description_is_the_one_the_handlers_give() {
    let fresh = service::openapi_json();
    assert!(
        here("openapi.json") == fresh,
        "service/openapi.json is stale: `cargo run -p service -- openapi > service/openapi.json`"
    );
}

#[test]
fn every_described_route_is_in_the_table_and_every_row_is_described() {
    let described: Value = serde_json::from_str(&service::openapi_json()).unwrap();
    let mut found = BTreeSet::new();
    for (path, item) in described["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            if ["get", "post", "put", "delete", "options", "patch", "head"].contains(&&**method) {
                found.insert((method.to_uppercase(), path.clone()));
            }
        }
    }
    let table: BTreeSet<_> = ROUTES
        .iter()
        .map(|it| (it.method.to_owned(), it.path.to_owned()))
        .collect();
    assert_eq!(found, table);
    assert_eq!(
        table.len(),
        ROUTES.len(),
        "a route stands twice in the table"
    );
}

#[test]
fn open_routes_and_only_they_are_described_as_open() {
    let described: Value = serde_json::from_str(&service::openapi_json()).unwrap();
    assert_eq!(described["security"].as_array().unwrap().len(), 4);
    for route in ROUTES {
        let operation = &described["paths"][route.path][route.method.to_lowercase()];
        let open = operation["security"]
            .as_array()
            .is_some_and(|it| it.contains(&Value::from(serde_json::Map::new())));
        assert_eq!(
            open,
            route.action.is_none(),
            "{} {}",
            route.method,
            route.path
        );
    }
}

/// The rows of the table of codes in docs/api.md: code, status, title.
fn documented() -> BTreeSet<(String, String, String)> {
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let code = cells
            .get(1)?
            .strip_prefix('`')?
            .strip_suffix('`')?
            .to_owned();
        let status = cells.get(2)?.parse::<u16>().ok()?.to_string();
        Some((code, status, (*cells.get(3)?).to_owned()))
    };
    here("../docs/api.md").lines().filter_map(row).collect()
}

#[test]
fn every_code_is_documented_with_its_status_and_title_and_no_other_is() {
    let table: BTreeSet<_> = Code::ALL
        .iter()
        .map(|code| code.row())
        .map(|row| {
            (
                row.code.to_owned(),
                row.status.to_string(),
                row.title.to_owned(),
            )
        })
        .collect();
    assert_eq!(documented(), table);
}

/// The table of actions and roles in docs/api.md is the one that the policies give.
#[test]
fn every_action_is_documented_with_the_roles_that_may() {
    use service::auth::policy::{ACTIONS, roles_of};
    let text = here("../docs/api.md");
    let row = |action: &'static str| {
        let roles: Vec<_> = roles_of(action).iter().map(|role| role.as_str()).collect();
        format!("| `{action}` | {} |", roles.join(", "))
    };
    let wanted: Vec<String> = ACTIONS.iter().map(|action| row(action)).collect();
    let wanted = wanted.join("\n");
    assert!(
        text.contains(&wanted),
        "docs/api.md needs this table:\n{wanted}"
    );
}

#[test]
fn every_route_is_documented() {
    let text = here("../docs/api.md");
    for route in ROUTES {
        let row = format!("`{} {}`", route.method, route.path);
        assert!(text.contains(&row), "docs/api.md has no row {row}");
    }
}
