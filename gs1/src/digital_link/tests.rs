//! What a Digital Link holds beyond the identity of its key.

use super::parse;

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
        (
            "https://a/01/09506000134352?01=09506000134352&",
            "(01)09506000134352",
        ),
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
    ] {
        assert!(parse(text).is_err(), "{text}");
    }
}
