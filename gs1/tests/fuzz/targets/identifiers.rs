//! Identifiers, element strings, scans, numbers and dates.

use gs1::epc::Pattern;
use gs1::linter::Linter;
use gs1::repair::{Confidence, repair};
use gs1::{Decimal, Epc, ExpiryDate, digital_link, element_string, scan};
use gs1::{ai, convert};

use super::text;
use fuzz_frame::Target;

const URI_TOKENS: &[&str] = &[
    "urn:epc:id:",
    "urn:epc:class:",
    "urn:epc:idpat:",
    "sgtin:",
    "sscc:",
    "sgln:",
    "lgtin:",
    "https://id.gs1.org/",
    "/01/",
    "/21/",
    "/10/",
    "/414/",
    "/254/",
    "?17=",
    "*",
    ".",
    "%2F",
];
const AI_TOKENS: &[&str] = &[
    "\u{1d}",
    "]d2",
    "]C1",
    "]Q3",
    "(01)",
    "(21)",
    "(10)",
    "(17)",
    "01",
    "21",
    "10",
    "17",
    "00",
    "09506000134352",
    "8003",
    "3103",
    "[)>\u{1e}05\u{1d}",
    "\u{1e}\u{4}",
];

pub(crate) const TARGETS: &[Target] = &[
    Target {
        name: "epc",
        seeds: &[
            b"urn:epc:id:sgtin:9506000.013435.32a%2Fb",
            b"urn:epc:id:sscc:952012.03456789123",
            b"urn:epc:id:sgln:9520123.45678.L1",
            b"urn:epc:class:lgtin:9506000.013435.LOT-1",
            b"urn:epc:idpat:sgtin:9506000.013435.*",
            b"urn:epc:id:pgln:9520123.45678",
            b"https://id.gs1.org/01/09506000134352/21/32a%2Fb",
            b"urn:uuid:4bdbf090-d48d-49f3-9436-6c219c3ecb54",
        ],
        dictionary: URI_TOKENS,
        run: epc,
    },
    Target {
        name: "digital_link",
        seeds: &[
            b"https://id.gs1.org/01/09506000134352/10/LOT/21/S1?17=291231",
            b"https://example.com/a/b/414/9520123456788/254/L1",
            b"https://id.gs1.org/8003/09506000134352ABC",
        ],
        dictionary: URI_TOKENS,
        run: link,
    },
    Target {
        name: "element_string",
        seeds: &[
            b"01095060001343521729123110LOT\x1d21S1",
            b"(01)09506000134352(17)291231(10)LOT(21)S1",
            b"00095201234567891235",
        ],
        dictionary: AI_TOKENS,
        run: elements,
    },
    Target {
        name: "convert",
        seeds: &[
            b"(01)09506000134352(235)51qIgY)<",
            b"https://id.gs1.org/gtin/9506000134352/ser/S1",
            b"urn:epc:id:grai:9521141.12345.32a%2Fb",
            b"^800302112345678900ABC",
        ],
        dictionary: URI_TOKENS,
        run: described,
    },
    Target {
        name: "compressed_link",
        seeds: &[
            b"https://id.gs1.org/AQnO2IRCICDKWcnpqQtCQiJABemo",
            b"https://id.gs1.org/01/09506000134352/EGZptz79cXQjfyEkAP8",
        ],
        dictionary: &["A", "_", "/01/", "/"],
        run: compressed,
    },
    Target {
        name: "epc_pattern",
        seeds: &[
            b"urn:epc:idpat:sgtin:9506000.*.*",
            b"urn:epc:idpat:itip:9506000.013435.01.02.*",
            b"urn:epc:idpat:giai:9521141.32a%2Fb",
        ],
        dictionary: URI_TOKENS,
        run: pattern,
    },
    Target {
        name: "linters",
        seeds: &[
            b"012345612345611110123",
            b"GB82WEST12345698765432",
            b"1/3",
            b"271231",
        ],
        dictionary: &["0", "9", "/", "%", "="],
        run: linters,
    },
    Target {
        name: "scan",
        seeds: &[
            b"]d201095060001343521729123110LOT\x1d21S1",
            b"9506000134352",
            b"[)>\x1e06\x1d9N110375286414\x1dD271231\x1d1T1A2B3C\x1dS12345\x1e\x04",
            b"[)>\x1e05\x1d0109506000134352\x1e\x04",
            b"]E3950600013435212345",
        ],
        dictionary: AI_TOKENS,
        run: scanned,
    },
    Target {
        name: "repair",
        seeds: &[
            b"]D20109506000134352172712311021AB\x1d21Ab7Y",
            b"d2010950600013435221S11727123110LAB9506000134352",
        ],
        dictionary: AI_TOKENS,
        run: repaired,
    },
    Target {
        name: "decimal",
        seeds: &[b"26.2", b"-1.5e-7", b"9223372036854775807", b"0.000"],
        dictionary: &["e", "E", "-", "+", ".", "0", "000000"],
        run: decimal,
    },
    Target {
        name: "expiry",
        seeds: &[b"291231", b"290200", b"2029-12-31"],
        dictionary: &["00", "31", "02", "29", "-"],
        run: expiry,
    },
];

fn epc(input: &[u8]) -> bool {
    let Ok(epc) = Epc::parse(&text(input)) else {
        return false;
    };
    let canonical = epc.canonical();
    assert_eq!(
        Epc::parse(&canonical).as_ref(),
        Ok(&epc),
        "canonical {canonical}"
    );
    for len in 6..=12 {
        if let Some(urn) = epc.to_urn(len) {
            assert_eq!(Epc::parse(&urn).as_ref(), Ok(&epc), "urn {urn}");
        }
    }
    true
}

fn link(input: &[u8]) -> bool {
    let Ok(Some(link)) = digital_link::parse(&text(input)) else {
        return false;
    };
    assert!(!link.path.is_empty(), "a digital link has a primary key");
    if let Some(epc) = link.epc() {
        assert_eq!(Epc::parse(&epc.canonical()), Ok(epc));
    }
    true
}

fn elements(input: &[u8]) -> bool {
    let text = text(input);
    let raw = element_string::parse_raw(&text);
    let bracketed = element_string::parse_bracketed(&text);
    for elements in [&raw, &bracketed].into_iter().flatten() {
        let again = element_string::to_raw(elements);
        assert_eq!(
            element_string::parse_raw(&again).as_ref(),
            Ok(elements),
            "raw {again:?}"
        );
        let again = element_string::to_bracketed(elements);
        if element_string::parse_bracketed(&again).as_ref() != Ok(elements) {
            // Only a value that holds a bracketed number itself reads otherwise.
            assert!(
                elements.iter().any(|(_, value)| value.contains('(')),
                "bracketed {again:?}"
            );
        }
    }
    raw.is_ok() || bracketed.is_ok()
}

fn described(input: &[u8]) -> bool {
    let Ok(identity) = convert::describe(&text(input), None) else {
        return false;
    };
    let spellings = [&identity.element_string, &identity.digital_link];
    for spelling in spellings.into_iter().flatten() {
        let key = convert::describe(spelling, None).map(|again| again.gs1_key);
        assert_eq!(key, Ok(identity.gs1_key.clone()), "{spelling}");
    }
    true
}

fn compressed(input: &[u8]) -> bool {
    let Ok(link) = digital_link::decompress(&text(input)) else {
        return false;
    };
    for (ai, value) in link.elements() {
        assert!(ai::rule(ai).is_some_and(|rule| rule.check(value).is_ok()));
    }
    true
}

fn pattern(input: &[u8]) -> bool {
    let Ok(pattern) = Pattern::parse(&text(input)) else {
        return false;
    };
    assert_eq!(Pattern::parse(&pattern.to_string()).as_ref(), Ok(&pattern));
    true
}

fn linters(input: &[u8]) -> bool {
    for linter in Linter::ALL {
        if let Err(fault) = linter.check(input) {
            assert!(fault.at + fault.len <= input.len(), "{linter:?} {fault:?}");
        }
    }
    true
}

fn scanned(input: &[u8]) -> bool {
    let Ok(scan) = scan::parse(&text(input)) else {
        return false;
    };
    if let Some(epc) = scan.epc() {
        assert_eq!(Epc::parse(&epc.canonical()), Ok(epc));
    }
    true
}

fn repaired(input: &[u8]) -> bool {
    let text = text(input);
    let known = |scan: &scan::Scan| matches!(scan.value("21"), Some("aB7y" | "S1"));
    let repaired = repair(&text, &known);
    let read = scan::parse(&text);
    match repaired.confidence {
        Confidence::Exact => assert!(read.is_ok_and(|read| known(&read))),
        Confidence::Unique => assert!(repaired.scan.is_some_and(|scan| known(&scan))),
        Confidence::Unknown => assert_eq!(repaired.scan, read.ok()),
        Confidence::Ambiguous | Confidence::Unreadable => assert_eq!(repaired.scan, None),
    }
    repaired.confidence == Confidence::Unique
}

fn decimal(input: &[u8]) -> bool {
    let Ok(number) = Decimal::parse(&text(input)) else {
        return false;
    };
    assert_eq!(Decimal::parse(&number.to_string()), Ok(number));
    assert_eq!(number.cmp(&number), std::cmp::Ordering::Equal);
    let _rounded = (number.whole(), number.milli(), number.milli_celsius("FAH"));
    true
}

fn expiry(input: &[u8]) -> bool {
    let text = text(input);
    let short = ExpiryDate::parse_yymmdd(&text);
    if let Ok(date) = &short {
        assert_eq!(date.yymmdd(), *text);
    }
    short.is_ok() | ExpiryDate::from_iso(&text).is_ok()
}
