//! Spellings of one identifier, what stays opaque, and what is refused.

use super::{Epc, EpcError};
use proptest::prelude::*;

/// Every spelling, and the canonical one.
#[test]
fn spellings_of_one_thing_are_one_value() {
    let rows = [
        (
            "https://id.gs1.org/01/09506000134352/21/32a%2Fb",
            &[
                "urn:epc:id:sgtin:95060001343.05.32a%2Fb",
                "urn:epc:id:sgtin:9506000.013435.32a%2fb",
                "URN:EPC:ID:SGTIN:9506000.013435.32a%2Fb",
                "https://example.com/01/09506000134352/21/32a%2Fb",
                "http://shop.example.com:80/a/path/01/09506000134352/10/LOT/21/32a%2Fb?17=251231",
                "https://id.gs1.org/01/9506000134352/21/32a%2Fb#top",
                "HTTPS://ID.GS1.ORG/01/09506000134352/21/%33%32a%2Fb",
            ][..],
        ),
        (
            "https://id.gs1.org/00/095201234567891235",
            &[
                "urn:epc:id:sscc:952012.03456789123",
                "https://example.org/00/095201234567891235?02=09506000134352&37=10",
            ],
        ),
        (
            "https://id.gs1.org/414/9520123456788",
            &[
                "urn:epc:id:sgln:9520123.45678.0",
                "https://example.com/414/9520123456788/254/0",
            ],
        ),
        (
            "https://id.gs1.org/414/9520123456788/254/32a%2Fb",
            &["urn:epc:id:sgln:9520123.45678.32a%2Fb"],
        ),
        (
            "https://id.gs1.org/01/09506000134352/10/A.1",
            &["urn:epc:class:lgtin:9506000.013435.A.1"],
        ),
        (
            "https://id.gs1.org/01/09506000134352",
            &["urn:epc:idpat:sgtin:9506000.013435.*"],
        ),
        (
            "https://id.gs1.org/417/9520123456788",
            &["urn:epc:id:pgln:9520123.45678"],
        ),
    ];
    for (canonical, spellings) in rows {
        for text in spellings.iter().chain([&canonical]) {
            assert_eq!(
                Epc::parse(text).map(|epc| epc.canonical()),
                Ok(canonical.to_owned()),
                "{text}"
            );
        }
    }
}

#[test]
fn what_is_no_key_of_ours_stays_as_it_was() {
    for text in [
        "urn:uuid:4bdbf090-d48d-49f3-9436-6c219c3ecb54",
        "urn:acme:widget:17",
        "urn:epc:id:future:952012.12345.1234",
        "urn:epc:idpat:sgtin:9506000.*.*",
        "urn:epc:idpat:sgtin:9506000.013435.7",
        "https://example.com/products/17",
        "https://example.com/01/2024",
        "https://example.com/01/",
        "https://example.com/414/here",
        "https://id.gs1.org/8013/1987654Ad4X4bL5ttr2310c2K",
        "https://id.gs1.org/01/09506000134352/22/2A",
        "https://id.gs1.org/8004/9520614141234567/7040/1ABC",
        "https://id.gs1.org",
        "https://id.gs1.org/",
        "geo:52.5,13.4",
        "tag:example.com,2026:x",
    ] {
        assert_eq!(Epc::parse(text), Ok(Epc::Other(text.to_owned())), "{text}");
    }
}

#[test]
fn a_malformed_key_is_refused_and_not_taken_as_opaque() {
    let rows = [
        ("", "not an absolute URI"),
        ("shipping", "not an absolute URI"),
        ("01/09506000134352", "not an absolute URI"),
        ("urn:epc:id:sgtin:9506000.013435", "has 2 parts, expected 3"),
        (
            "urn:epc:id:sgtin:9506000.01343.1",
            "expected 13 digits together",
        ),
        (
            "urn:epc:id:sgtin:95060.00013435.1",
            "company prefix of 5 characters",
        ),
        (
            "urn:epc:id:sgtin:9506000.01343x.1",
            "expected 13 digits together",
        ),
        ("urn:epc:id:sgtin:9506000.013435.", "has 0 characters"),
        (
            "urn:epc:id:sgtin:9506000.013435.123456789012345678901",
            "has 21 characters",
        ),
        (
            "urn:epc:id:sgtin:9506000.013435.%C3%A9",
            "percent escape at offset 0",
        ),
        (
            "urn:epc:id:sgtin:9506000.013435.a%23",
            "outside GS1 character set 82",
        ),
        (
            "urn:epc:id:sscc:952012.03456789123.1",
            "has 3 parts, expected 2",
        ),
        (
            "urn:epc:id:sscc:952012.0345678912",
            "expected 17 digits together",
        ),
        (
            "urn:epc:id:pgln:9520123.456789",
            "expected 12 digits together",
        ),
        (
            "https://id.gs1.org/01/09506000134353",
            "check digit 3 at offset 13, expected 2",
        ),
        ("https://id.gs1.org/01/2024", "value has 4 characters"),
        ("https://example.com/01/09506000134353/21/1", "check digit"),
        (
            "https://id.gs1.org/01/09506000134352/21/1/10/A",
            "does not take the qualifiers 21/10",
        ),
        (
            "https://id.gs1.org/01/09506000134352/21/a%20b",
            "a character of set 82",
        ),
        ("https://id.gs1.org/01/09506000134352?17=251399", "no date"),
        (
            "https://id.gs1.org/01/09506000134352?55=1",
            "unknown application identifier",
        ),
    ];
    for (text, part) in rows {
        let error = Epc::parse(text).unwrap_err().to_string();
        assert!(error.contains(part), "{text}: {error}");
    }
    let long = format!("urn:x:{}", "a".repeat(3000));
    assert!(matches!(Epc::parse(&long), Err(EpcError::TooLong { .. })));
}

#[test]
fn urns_are_written_with_the_prefix_length_asked_for() {
    let pack = Epc::parse("https://id.gs1.org/01/09506000134352/21/32a%2Fb").unwrap();
    assert_eq!(
        pack.to_urn(7).as_deref(),
        Some("urn:epc:id:sgtin:9506000.013435.32a%2Fb")
    );
    assert_eq!(
        pack.to_urn(11).as_deref(),
        Some("urn:epc:id:sgtin:95060001343.05.32a%2Fb")
    );
    assert_eq!(
        (pack.to_urn(5), pack.to_urn(13), pack.to_urn(255)),
        (None, None, None)
    );
    assert_eq!(Epc::Other("urn:x:y".to_owned()).to_urn(7), None);
}

proptest! {
    #[test]
    fn parsing_never_panics_and_canonical_is_a_fixed_point(text in prop_oneof![
        "\\PC{0,60}",
        "urn:epc:(id|class|idpat):(sgtin|sscc|sgln|pgln|lgtin|grai|cpi|itip|gid):[0-9.*%A-F]{0,40}",
        "https://[a-z.]{1,9}(/[0-9]{2,4}/[!-~]{0,20}){0,4}(\\?[0-9]{2}=[!-~]{0,9})?",
    ]) {
        if let Ok(epc) = Epc::parse(&text) {
            let canonical = epc.canonical();
            prop_assert_eq!(Epc::parse(&canonical), Ok(epc.clone()));
            for prefix in 6..=12 {
                if let Some(urn) = epc.to_urn(prefix) {
                    prop_assert_eq!(Epc::parse(&urn), Ok(epc.clone()), "{}", urn);
                }
            }
        }
    }

    #[test]
    fn any_serial_survives_every_spelling(
        item in "[0-9]{13}", serial in "[!\"%-?A-Z_a-z]{1,20}", prefix in 6_u8..=12,
    ) {
        let check = crate::check_digit::of(item.as_bytes());
        let gtin = crate::Gtin::parse(&format!("{item}{check}")).unwrap();
        let serial = crate::Serial::parse(&serial).unwrap();
        let epc = Epc::from(crate::Sgtin::new(gtin, serial));
        prop_assert_eq!(Epc::parse(&epc.canonical()), Ok(epc.clone()));
        prop_assert_eq!(Epc::parse(&epc.to_urn(prefix).unwrap()), Ok(epc));
    }
}
