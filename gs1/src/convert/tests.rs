//! Spellings of each scheme, and what is left out or refused.

use super::{ConvertError, NoUrn, describe};

/// URN, element string, Digital Link without `https://id.gs1.org`, key.
const ROWS: &[[&str; 4]] = &[
    [
        "urn:epc:id:sgtin:9506000.013435.32a%2Fb",
        "(01)09506000134352(21)32a/b",
        "/01/09506000134352/21/32a%2Fb",
        "09506000134352",
    ],
    [
        "urn:epc:class:lgtin:9506000.013435.A.1",
        "(01)09506000134352(10)A.1",
        "/01/09506000134352/10/A.1",
        "09506000134352",
    ],
    [
        "urn:epc:idpat:sgtin:9506000.013435.*",
        "(01)09506000134352",
        "/01/09506000134352",
        "09506000134352",
    ],
    [
        "urn:epc:id:sscc:952012.03456789123",
        "(00)095201234567891235",
        "/00/095201234567891235",
        "095201234567891235",
    ],
    [
        "urn:epc:id:sgln:9521141.12345.0",
        "(414)9521141123454",
        "/414/9521141123454",
        "9521141123454",
    ],
    [
        "urn:epc:id:pgln:9521141.12345",
        "(417)9521141123454",
        "/417/9521141123454",
        "9521141123454",
    ],
    [
        "urn:epc:id:grai:9521141.12345.32a%2Fb",
        "(8003)0952114112345432a/b",
        "/8003/0952114112345432a%2Fb",
        "952114112345432a/b",
    ],
    [
        "urn:epc:idpat:grai:9521141.12345.*",
        "(8003)09521141123454",
        "/8003/09521141123454",
        "9521141123454",
    ],
    [
        "urn:epc:id:giai:9521141.32a%2Fb.7",
        "(8004)952114132a/b.7",
        "/8004/952114132a%2Fb.7",
        "952114132a/b.7",
    ],
    [
        "urn:epc:id:gsrn:9521141.1234567890",
        "(8018)952114112345678906",
        "/8018/952114112345678906",
        "952114112345678906",
    ],
    [
        "urn:epc:id:gsrnp:9521141.1234567890",
        "(8017)952114112345678906",
        "/8017/952114112345678906",
        "952114112345678906",
    ],
    [
        "urn:epc:id:gdti:9521141.12345.5678",
        "(253)95211411234545678",
        "/253/95211411234545678",
        "95211411234545678",
    ],
    [
        "urn:epc:idpat:gdti:9521141.12345.*",
        "(253)9521141123454",
        "/253/9521141123454",
        "9521141123454",
    ],
    [
        "urn:epc:id:sgcn:9521141.12345.04711",
        "(255)952114112345404711",
        "/255/952114112345404711",
        "952114112345404711",
    ],
    [
        "urn:epc:id:cpi:9521141.A%23B%2FC.123",
        "(8010)9521141A#B/C(8011)123",
        "/8010/9521141A%23B%2FC/8011/123",
        "9521141A#B/C",
    ],
    [
        "urn:epc:idpat:cpi:9521141.ABC.*",
        "(8010)9521141ABC",
        "/8010/9521141ABC",
        "9521141ABC",
    ],
    [
        "urn:epc:id:ginc:9521141.xyz47",
        "(401)9521141xyz47",
        "/401/9521141xyz47",
        "9521141xyz47",
    ],
    [
        "urn:epc:id:gsin:9521141.123456789",
        "(402)95211411234567892",
        "/402/95211411234567892",
        "95211411234567892",
    ],
    [
        "urn:epc:id:itip:9506000.013435.01.02.5%25",
        "(8006)095060001343520102(21)5%",
        "/8006/095060001343520102/21/5%25",
        "095060001343520102",
    ],
    [
        "urn:epc:idpat:itip:9506000.013435.01.02.*",
        "(8006)095060001343520102",
        "/8006/095060001343520102",
        "095060001343520102",
    ],
    [
        "urn:epc:id:upui:9506000.013435.51qIgY)%3C",
        "(01)09506000134352(235)51qIgY)<",
        "/01/09506000134352/235/51qIgY%29%3C",
        "09506000134352",
    ],
];

#[test]
fn every_spelling_gives_the_others() {
    for [urn, elements, path, key] in ROWS {
        let link = format!("https://id.gs1.org{path}");
        let length = if urn.contains(":952012.") { 6 } else { 7 };
        for (text, length) in [
            (*urn, None),
            (elements, Some(length)),
            (&link, Some(length)),
        ] {
            let got = describe(text, length).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(got.urn.as_deref(), Some(*urn), "{text}");
            assert_eq!(got.element_string.as_deref(), Some(*elements), "{text}");
            assert_eq!(got.digital_link.as_deref(), Some(&*link), "{text}");
            assert_eq!(got.gs1_key.as_deref(), Some(*key), "{text}");
            assert_eq!(got.no_urn, None);
        }
        let unknown = describe(elements, None).unwrap();
        assert_eq!(
            (unknown.urn, unknown.no_urn),
            (None, Some(NoUrn::UnknownPrefixLength))
        );
    }
}

#[test]
fn what_the_text_holds_besides_is_kept() {
    let pack = describe("]d2010950600013435217271231102A\u{1d}21S 1", None);
    assert!(pack.is_err(), "a space is outside set 82");
    for text in [
        "]d2010950600013435217271231102A\u{1d}21S1",
        "^010950600013435217271231102A^21S1",
        "(01)09506000134352(17)271231(10)2A(21)S1",
        "https://shop.example/01/09506000134352/10/2A/21/S1?17=271231",
    ] {
        let pack = describe(text, Some(7)).unwrap();
        assert_eq!(
            pack.digital_link.as_deref(),
            Some("https://id.gs1.org/01/09506000134352/10/2A/21/S1?17=271231"),
            "{text}"
        );
        assert_eq!(
            pack.urn.as_deref(),
            Some("urn:epc:id:sgtin:9506000.013435.S1")
        );
    }
    let json = serde_json::to_value(describe("urn:epc:id:gid:1.2.3", None).unwrap()).unwrap();
    assert_eq!(
        json,
        serde_json::json!({"urn": "urn:epc:id:gid:1.2.3", "element_string": null,
            "digital_link": null, "gs1_key": null})
    );
}

#[test]
fn urns_without_gs1_key_are_checked_and_kept() {
    for urn in [
        "urn:epc:id:usdod:CAGEY.5678",
        "urn:epc:id:adi:35962.PQ7VZ4.M37GXB92",
        "urn:epc:id:adi:W81X9C..%23A%2F1",
        "urn:epc:id:bic:CSQU3054383",
        "urn:epc:id:imovn:9176187",
        "urn:uuid:4bdbf090-d48d-49f3-9436-6c219c3ecb54",
        "urn:epc:idpat:sgtin:9506000.*.*",
    ] {
        let got = describe(urn, None).unwrap();
        assert_eq!((got.urn.as_deref(), got.gs1_key), (Some(urn), None));
    }
    for urn in [
        "urn:epc:id:gid:268435456.1.1",
        "urn:epc:id:gid:01.1.1",
        "urn:epc:id:gid:1.1",
        "urn:epc:id:usdod:CAGEO.1",
        "urn:epc:id:usdod:CAGEY.68719476736",
        "urn:epc:id:adi:35962.PQ7VZ4.",
        "urn:epc:id:adi:35962.pq7.1",
        "urn:epc:id:bic:CSQU3054384",
        "urn:epc:id:bic:CSQA3054383",
        "urn:epc:id:imovn:9176188",
        "urn:epc:id:imovn:917618",
        "urn:epc:id:giai:9521141.",
        "urn:epc:id:giai:952114x.1",
        "urn:epc:id:cpi:9521141.abc.1",
        "urn:epc:id:cpi:9521141.A.01",
        "urn:epc:id:itip:9506000.013435.03.02.5",
        "urn:epc:id:sgcn:9521141.12345.A",
        "urn:epc:id:grai:9521141.12345.12345678901234567",
        "urn:epc:id:gsrn:9521141.123456789",
    ] {
        assert!(describe(urn, None).is_err(), "{urn}");
    }
}

#[test]
fn lengths_are_never_guessed() {
    let urn = "urn:epc:id:sgtin:9506000.013435.S1";
    assert_eq!(
        describe(urn, Some(8)),
        Err(ConvertError::Contradiction { urn: 7, asked: 8 })
    );
    assert_eq!(describe(urn, Some(13)), Err(ConvertError::PrefixLength(13)));
    assert!(describe(urn, Some(7)).is_ok());
    let short = describe("(8004)95211", Some(7)).unwrap();
    assert_eq!(short.no_urn, Some(NoUrn::PrefixTooLong(7)));
    assert_eq!(describe("(10)ABC", None), Err(ConvertError::NoKey));
    assert_eq!(
        describe("https://example.com/shop", None),
        Err(ConvertError::NoLink)
    );
    let variant = describe("https://a/01/09506000134352/22/2A", Some(7)).unwrap();
    assert_eq!((variant.urn, variant.no_urn), (None, Some(NoUrn::NoScheme)));
}
