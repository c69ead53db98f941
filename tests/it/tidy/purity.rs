//! The core is a function of values: the crates below the rims name no clock, entropy,
//! environment, network, thread or file, and no map whose order is not determined.

use super::{ratchet, sources};

/// Where the core lives; `tangle/src/store` and `tangle/examples` are rims.
const CORE: [&str; 4] = ["gs1/src", "tangle/src", "tangle/verify/src", "rules/src"];

/// What the core never names.
const FORBIDDEN: [&str; 15] = [
    "std::fs",
    "std::net",
    "std::env",
    "std::thread",
    "std::process",
    "SystemTime",
    "Instant::now",
    "Utc::now",
    "Local::now",
    "getrandom",
    "thread_rng",
    "OsRng",
    "tokio",
    "HashMap",
    "HashSet",
];

/// Rooms inside bridge and service that stay pure as well.
const PURE_ROOMS: [&str; 2] = ["rfid-bridge/src/llrp", "rfid-bridge/src/smooth"];

/// Files that still name one of them. May only shrink.
const EXCEPTIONS: [&str; 0] = [];

fn breaches(path: &str, text: &str) -> Vec<String> {
    let code = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let mut found: Vec<String> = code
        .flat_map(|line| FORBIDDEN.iter().filter(move |name| line.contains(**name)))
        .map(|name| format!("{path}: {name}"))
        .collect();
    found.sort();
    found.dedup();
    found
}

/// Test code may use temporary files and maps.
fn is_test(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("tests.rs") || path.contains("/testing/")
}

#[test]
fn the_core_names_no_clock_entropy_net_or_file() {
    let mut found = Vec::new();
    for dir in CORE {
        for (path, text) in sources(dir, &[".rs"]) {
            if !path.starts_with("tangle/src/store") && !is_test(&path) {
                found.extend(breaches(&path, before_tests(&text)));
            }
        }
    }
    for room in PURE_ROOMS {
        let single = format!("{room}.rs");
        let all = sources("rfid-bridge/src", &[".rs"]);
        let here = all
            .iter()
            .filter(|(path, _)| path.starts_with(room) || *path == single);
        for (path, text) in here.filter(|(path, _)| !is_test(path)) {
            found.extend(breaches(path, before_tests(text)));
        }
    }
    ratchet("the core is pure", &found, &EXCEPTIONS);
}

/// The part of a file before its inline test module.
fn before_tests(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or(text)
}

#[test]
fn only_the_store_names_redb_in_the_ledger() {
    for (path, text) in sources("tangle/src", &[".rs"]) {
        let names = before_tests(&text).lines().any(|line| {
            !line.trim_start().starts_with("//")
                && (line.contains("redb::") || line.contains("use redb"))
        });
        assert!(
            !names || path.starts_with("tangle/src/store"),
            "{path} names redb"
        );
    }
}

#[test]
fn use_cases_know_no_http() {
    for (path, text) in sources("service/src/app", &[".rs"]) {
        assert!(
            !text.contains("actix"),
            "{path}: a use case must not name the HTTP library"
        );
    }
}

#[test]
fn the_check_itself_sees_a_breach() {
    assert_eq!(
        breaches("x.rs", "let t = SystemTime::now();"),
        ["x.rs: SystemTime"]
    );
    assert!(breaches("x.rs", "// SystemTime is forbidden").is_empty());
}
