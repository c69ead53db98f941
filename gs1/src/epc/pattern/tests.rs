//! Which identities patterns cover, in every spelling, and what is no pattern.

use super::{Epc, Pattern};

/// Pattern, identity, whether it is covered.
const COVERS: &[(&str, &str, bool)] = &[
    (
        "sgtin:9506000.013435.*",
        "https://a/01/09506000134352/21/7",
        true,
    ),
    (
        "sgtin:9506000.*.*",
        "https://a/01/09506000134352/21/7",
        true,
    ),
    ("sgtin:9506000.*.*", "https://a/01/09506000134352", true),
    (
        "sgtin:9506000.013435.*",
        "https://a/01/09506000134352",
        true,
    ),
    (
        "sgtin:9506000.013435.7",
        "https://a/01/09506000134352",
        false,
    ),
    (
        "sgtin:9506000.013435.%2F",
        "urn:epc:id:sgtin:95060001343.05.%2f",
        true,
    ),
    (
        "sgtin:9506000.013435.7",
        "urn:epc:id:sgtin:9506000.013435.8",
        false,
    ),
    (
        "sgtin:9506001.*.*",
        "urn:epc:id:sgtin:9506000.013435.7",
        false,
    ),
    ("sgtin:*.*.*", "urn:epc:id:sgtin:9506000.013435.7", true),
    ("sgtin:*.*.*", "urn:epc:id:sscc:952012.03456789123", false),
    ("SGTIN:*.*.*", "urn:epc:class:lgtin:9506000.013435.7", false),
    (
        "giai:9521141.*",
        "https://id.gs1.org/8004/952114132a.7",
        true,
    ),
    ("sscc:952012.*", "urn:epc:id:sscc:952012.03456789123", true),
    (
        "itip:9506000.013435.*.*.*",
        "urn:epc:id:itip:9506000.013435.01.02.5",
        true,
    ),
    (
        "itip:9506000.013435.01.02.*",
        "urn:epc:idpat:itip:9506000.013435.01.02.*",
        true,
    ),
    ("gid:1.2.*", "urn:epc:id:gid:1.2.3", true),
    ("gid:12345678.2.*", "urn:epc:id:gid:12345678.2.3", true),
    ("gid:1.3.*", "urn:epc:id:gid:1.2.3", false),
    ("bic:*", "urn:epc:id:bic:CSQU3054383", true),
    (
        "sgtin:*.*.*",
        "urn:uuid:4bdbf090-d48d-49f3-9436-6c219c3ecb54",
        false,
    ),
];

#[test]
fn patterns_cover_what_they_say() {
    for (pattern, epc, expected) in COVERS {
        let pattern = Pattern::parse(&format!("urn:epc:idpat:{pattern}")).unwrap();
        let covered = pattern.matches(&Epc::parse(epc).unwrap());
        assert_eq!(covered, *expected, "{pattern} {epc}");
        assert_eq!(Pattern::parse(&pattern.to_string()), Ok(pattern));
    }
}

#[test]
fn what_is_no_pattern_is_refused() {
    for (text, part) in [
        ("urn:epc:id:sgtin:*.*.*", "does not begin"),
        ("urn:epc:idpat:lgtin:*.*.*", "does not begin"),
        ("urn:epc:idpat:sgtin", "does not begin"),
        ("urn:epc:idpat:sgtin:*.*", "has 2 components, expected 3"),
        ("urn:epc:idpat:sgtin:*.013435.*", "component 2"),
        ("urn:epc:idpat:sgtin:9506000.*.7", "component 3"),
        (
            "urn:epc:idpat:sgtin:95060.*.*",
            "company prefix of 6 to 12 digits",
        ),
        (
            "urn:epc:idpat:sgtin:9506000.01343.*",
            "expected 13 digits together",
        ),
        ("urn:epc:idpat:sgtin:9506000.013435.a%2", "percent"),
        ("urn:epc:idpat:sgtin:9506000.013435.a#", "set 82"),
        ("", "does not begin"),
    ] {
        let error = Pattern::parse(text).unwrap_err().to_string();
        assert!(error.contains(part), "{text}: {error}");
    }
}
