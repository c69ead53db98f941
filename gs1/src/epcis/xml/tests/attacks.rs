//! Documents made to harm: entities, depth, size, broken markup, wrong encodings.

use super::super::{parse, read, schema_problems};
use super::{in_list, with};
use crate::limits::{XML_ATTRIBUTES_MAX, XML_DEPTH_MAX, XML_NAMESPACES_MAX};

/// The message of a refusal, which must have a place.
fn refusal(document: &str) -> String {
    let error = parse(document.as_bytes()).expect_err(document);
    let first = error.problems.first().expect("a problem");
    assert!(first.place.is_some(), "{document}: {error}");
    assert!(
        !schema_problems(document.as_bytes()).is_empty(),
        "{document}"
    );
    error.to_string()
}

#[test]
fn no_entity_is_defined_and_nothing_is_fetched() {
    let body = with("<x:a>&xxe;</x:a>");
    let rows = [
        "<!DOCTYPE a [<!ENTITY xxe SYSTEM \"file:///etc/passwd\">]>",
        "<!DOCTYPE a [<!ENTITY l \"lol\"><!ENTITY xxe \"&l;&l;&l;&l;\">]>",
        "<!DOCTYPE a [<!ENTITY % p SYSTEM \"http://x.example/x.dtd\"> %p;]>",
        "<!DOCTYPE a SYSTEM \"http://x.example/x.dtd\" [ ]>",
    ];
    for doctype in rows {
        let error = refusal(&format!("{doctype}{body}"));
        assert!(error.contains("declarations of its own"), "{error}");
        assert!(error.starts_with("line 1, column 1:"), "{error}");
    }
    let error = refusal(&format!(
        "<!DOCTYPE a SYSTEM \"http://x.example/x.dtd\">{body}"
    ));
    assert!(error.contains("entity \"xxe\" is not defined"), "{error}");
    let error = refusal(&with("<x:a b=\"&xxe;\"/>"));
    assert!(error.contains("entity \"xxe\" is not defined"), "{error}");
    let plain = format!("<!DOCTYPE a>{}", with(""));
    let notes = read(plain.as_bytes()).expect("it is read").notes;
    assert_eq!(notes.len(), 1);
}

#[test]
fn bounds_hold() {
    let deep = |levels: usize| {
        with(&format!(
            "{}{}",
            "<x:a>".repeat(levels),
            "</x:a>".repeat(levels)
        ))
    };
    assert!(parse(deep(20).as_bytes()).is_ok());
    assert!(refusal(&deep(XML_DEPTH_MAX)).contains("deeper than"));
    let error = parse(deep(40).as_bytes())
        .expect_err("deeper than json may be")
        .to_string();
    assert!(error.contains("deeper than"), "{error}");
    let never_closed = format!("<a>{}", "<a>".repeat(1_000_000));
    assert!(refusal(&never_closed).contains("deeper than"));
    let attributes = |count: usize| {
        let list: Vec<String> = (0..count).map(|n| format!(" a{n}=\"\"")).collect();
        with(&format!("<x:a{}/>", list.concat()))
    };
    assert!(parse(attributes(XML_ATTRIBUTES_MAX).as_bytes()).is_ok());
    assert!(refusal(&attributes(XML_ATTRIBUTES_MAX + 1)).contains("attributes"));
    let namespaces: Vec<String> = (0..=XML_NAMESPACES_MAX)
        .map(|n| format!("<x:a xmlns:n=\"http://{n}/\"/>"))
        .collect();
    assert!(refusal(&with(&namespaces.concat())).contains("namespaces"));
    let events = "<ObjectEvent/>".repeat(20_001);
    let error = parse(in_list(&events).as_bytes()).expect_err("too many");
    assert!(error.problems.len() <= 200, "{}", error.problems.len());
}

#[test]
fn what_is_not_well_formed_is_refused_with_its_place() {
    let ok = with("");
    let cut = |end: usize| ok.get(..end).expect("ascii").to_owned();
    let rows = [
        (String::new(), "there is no element"),
        ("   ".to_owned(), "there is no element"),
        ("<!-- only -->".to_owned(), "there is no element"),
        (cut(ok.len() - 5), "reading xml"),
        (cut(300), "reading xml"),
        (format!("{ok}<b/>"), "after the root"),
        (format!("{ok}text"), "outside the root"),
        (format!("text{ok}"), "outside the root"),
        (
            format!(" <?xml version=\"1.0\"?>{ok}"),
            "after the beginning",
        ),
        (format!("<?xml version=\"1.1\"?>{ok}"), "version is not 1.0"),
        (
            format!("<?xml version=\"1.0\" encoding=\"latin1\"?>{ok}"),
            "encoding",
        ),
        (with("<x:a></x:b>"), "reading xml"),
        (with("<y:a/>"), "prefix \"y\" is not declared"),
        (with("<x:a y:b=\"\"/>"), "prefix \"y\" is not declared"),
        (with("<x:a b=\"1\" b=\"2\"/>"), "occurs twice"),
        (
            with("<x:a xmlns:y=\"http://x.example/\" x:b=\"\" y:b=\"\"/>"),
            "occurs twice",
        ),
        (with("<x:a b=1/>"), "not in quotes"),
        (with("<x:a b/>"), "no value"),
        (with("<x:a b=\"1\"c=\"2\"/>"), "white space is missing"),
        (with("<x:a b=\"<\"/>"), "cannot stand in a value"),
        (with("<x:a>]]></x:a>"), "outside a cdata section"),
        (with("<x:a>\u{1}</x:a>"), "cannot stand in xml"),
        (with("<x:a>&#1;</x:a>"), "not defined"),
        (with("<x:a>&#xD800;</x:a>"), "not defined"),
        (with("<x:a>&#99999999999;</x:a>"), "not defined"),
        (with("<x:a>& </x:a>"), "reading xml"),
        (with("<x:1a/>"), "is not a name"),
        (with("<x:a:b/>"), "is not a name"),
        (with("<:a/>"), "is not a name"),
        (with("<x:a xmlns:xml=\"http://x/\"/>"), "cannot be declared"),
        (with("<x:a xmlns:y=\"\"/>"), "cannot be declared"),
        (with("<!-- a -- b -->"), "reading xml"),
        (with("<!DOCTYPE a>"), "after an element"),
        (with("<?xml version=\"1.0\"?>"), "after the beginning"),
    ];
    for (document, part) in rows {
        let error = refusal(&document);
        assert!(error.contains(part), "{document}: {error}");
    }
}

#[test]
fn encodings() {
    let document = with("<x:a>\u{e9}\u{4e2d}\u{1f48a}</x:a>");
    let units: Vec<u16> = document.encode_utf16().collect();
    let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    let plain = parse(document.as_bytes()).expect("utf-8");
    let marked = [b"\xef\xbb\xbf".as_slice(), document.as_bytes()].concat();
    assert_eq!(parse(&marked).as_ref(), Ok(&plain));
    assert_eq!(
        parse(&[b"\xff\xfe".as_slice(), &little].concat()).as_ref(),
        Ok(&plain)
    );
    assert_eq!(
        parse(&[b"\xfe\xff".as_slice(), &big].concat()).as_ref(),
        Ok(&plain)
    );
    for bytes in [
        big.as_slice(),
        b"\xff\xfe<",
        b"\xfe\xff\xd8\x00\x00\x41",
        b"<a>\xe9</a>",
        b"",
    ] {
        assert!(parse(bytes).is_err(), "{bytes:?}");
    }
}
