//! What a Digital Link holds beyond the identity of its key.

use super::{Reading, decompress, parse, parse_with, write};

fn elements(text: &str) -> String {
    let link = parse(text).unwrap().expect("a digital link");
    let list: Vec<_> = link.elements().cloned().collect();
    crate::element_string::to_bracketed(&list)
}

#[test]
fn path_and_query_become_elements() {
    let rows = [
        (
            "https://id.gs1.org/01/09506000134352/22/2A/10/L/21/1?17=251231&linkType=all&15=251200",
            "(01)09506000134352(22)2A(10)L(21)1(17)251231(15)251200",
        ),
        (
            "https://a/00/faux/00/006141411234567890",
            "(00)006141411234567890",
        ),
        (
            "https://a/8018/123456789012345675/8019/123",
            "(8018)123456789012345675(8019)123",
        ),
        ("https://a/01/02345673", "(01)00000002345673"),
        (
            "https://a/01/09506000134352?singleton&99=X;98=Y%2f",
            "(01)09506000134352(99)X(98)Y/",
        ),
        ("https://a/01/09506000134352?&", "(01)09506000134352"),
    ];
    for (text, expected) in rows {
        assert_eq!(elements(text), expected, "{text}");
    }
}

#[test]
fn what_is_no_digital_link_is_none_and_what_breaks_one_is_an_error() {
    for text in [
        "",
        "urn:epc:id:sscc:952012.03456789123",
        "https://00/006141411234567890",
        "https:///01/09506000134352",
        "https://a%25b/01/09506000134352",
        "https://user@a/01/09506000134352",
        "https://a/01/09506000134352/",
        "https://a/shop/21/09506000134352",
        "https://a/about",
        "https://a/01/09506000134352/about/us",
        "https://a/gtin/09506000134352",
    ] {
        assert_eq!(parse(text), Ok(None), "{text}");
    }
    for text in [
        "https://a/01/09506000134352?99=",
        "https://a/01/09506000134352?99=a+b",
        "https://a/01/09506000134352?10=A&10=B",
        "https://a/01/09506000134352/10/A?10=B",
        "https://a/01/09506000134352/10/A/22/B",
        "https://a/01/09506000134352/254/A",
        "https://a/00/006141411234567890/21/1",
        "https://a/00/006141411234567890?21=1",
        "https://a/01/09506000134352?10=A",
        "https://a/01/09506000134352?235=A",
        "https://a/01/09506000134352?01=09506000134352",
        "https://a/01/09506000134352/10/A?10=A",
        "https://a/01/09506000134352?99=A&99=A",
    ] {
        assert!(parse(text).is_err(), "{text}");
    }
}

#[test]
fn older_editions_are_read_where_asked() {
    let old = Reading {
        short_names: true,
        ..Reading::USUAL
    };
    let rows = [
        (
            "https://a/gtin/9506000134352/ser/S1",
            "(01)09506000134352(21)S1",
        ),
        (
            "https://a/gln/9521141123454/glnx/7",
            "(414)9521141123454(254)7",
        ),
        ("HttpS://a/01/09506000134352", "(01)09506000134352"),
    ];
    for (text, expected) in rows {
        let link = parse_with(text, old).unwrap().expect("a digital link");
        let list: Vec<_> = link.elements().cloned().collect();
        assert_eq!(crate::element_string::to_bracketed(&list), expected);
        let strict = parse_with(text, Reading::STRICT);
        assert!(!matches!(strict, Ok(Some(_))), "{text}: {strict:?}");
    }
}

#[test]
fn links_are_written_with_the_longest_chain() {
    let rows = [
        (
            "01",
            "(21)S(10)L(01)09506000134352(99)+",
            "/01/09506000134352/10/L/21/S?99=%2B",
        ),
        ("01", "(01)09506000134352(235)T(22)V", ""),
        (
            "01",
            "(01)09506000134352(22)V(10)L(95)A(17)271231",
            "/01/09506000134352/22/V/10/L?17=271231&95=A",
        ),
        (
            "00",
            "(00)006141411234567890(02)09506000134352(37)5",
            "/00/006141411234567890?02=09506000134352&37=5",
        ),
        ("00", "(00)006141411234567890(21)5", ""),
        ("10", "(10)A", ""),
        ("414", "(01)09506000134352", ""),
    ];
    for (key, text, expected) in rows {
        let list = crate::element_string::parse_bracketed(text).unwrap();
        let written = write("https://x/", key, &list).unwrap_or_default();
        let expected = if expected.is_empty() {
            String::new()
        } else {
            format!("https://x{expected}")
        };
        assert_eq!(written, expected, "{text}");
        if !written.is_empty() {
            assert!(parse(&written).unwrap().is_some());
        }
    }
}

/// Words that another implementation of the standard packed, with and without codes for groups,
/// and with the key in the path.
const COMPRESSED: &[(&str, &[&str])] = &[
    (
        "(01)05392000229648(10)LOT01(21)SERIAL01",
        &[
            "CwnO2IRCIMpZyempC0JCIkAF6ag",
            "AQnO2IRCICDKWcnpqQtCQiJABemo",
            "01/05392000229648/EGUs5PTUhaEhESAC9NQ",
        ],
    ),
    (
        "(01)09506000134352(21)12345",
        &[
            "DBFKk4XBoAowOQ",
            "ARFKk4XBoEIKMDk",
            "01/09506000134352/IQUYHI",
        ],
    ),
    (
        "(01)09506000134352(10)abc-_X(17)271231(21)00ff",
        &[
            "GhFKk4XBoMzTbn366Eb-SAH-",
            "ARFKk4XBoCDM0259-uLoRv5CSAH-",
            "01/09506000134352/EGZptz79cXQjfyEkAP8",
        ],
    ),
    (
        "(414)9521141123454(254)32a/b",
        &[
            "nYVmywr8UVGgeBL8",
            "JUhWbLCvxIKRUaB4Evw",
            "414/9521141123454/JUhWbLCvxA",
        ],
    ),
    ("(8004)95211415678", &["gAQLsVhXQ_A"]),
    (
        "(01)09506000134352(3103)000195(3922)0299",
        &[
            "LRFKk4XBoAAYZyRICVg",
            "ARFKk4XBoGIGABhnJEgJW",
            "01/09506000134352/MQMADDOSJASs",
        ],
    ),
    (
        "(8010)9521141ABC(8011)123",
        &["mkqVIRQavDHs", "gBBKlSEUGryAETHs", "8010/9521141ABC/gBEx7"],
    ),
    (
        "(01)09506000134352(30)25",
        &["DxFKk4XBoEZ", "ARFKk4XBoGBGQ", "01/09506000134352/MCMg"],
    ),
    (
        "(01)09506000134352(7003)2512312359",
        &[
            "DhFKk4XBoErfbBO",
            "ARFKk4XBoOAGSt9sE4",
            "01/09506000134352/cAMlb7YJw",
        ],
    ),
];

#[test]
fn compressed_links_are_unpacked() {
    for (elements, words) in COMPRESSED {
        let expected = crate::element_string::parse_bracketed(elements).unwrap();
        let expected: std::collections::BTreeSet<_> = expected.into_iter().collect();
        for word in *words {
            let link = decompress(&format!("https://a.example/{word}"));
            let link = link.unwrap_or_else(|error| panic!("{word}: {error}"));
            assert_eq!(
                link.elements()
                    .cloned()
                    .collect::<std::collections::BTreeSet<_>>(),
                expected
            );
        }
    }
    for wrong in [
        "",
        "about",
        "A",
        "ARFKk4XBoEIKMD",
        "ARFKk4XBoEIKMDkA",
        "BRFKk4XBoEIKMDk",
        "ARFKk4XBoEIKMD*",
        "01/09506000134353/IQUYHI",
        "IQUYHI",
        "__________",
    ] {
        assert!(
            decompress(&format!("https://a.example/{wrong}")).is_err(),
            "{wrong}"
        );
    }
}
