//! Base64 against the examples of RFC 4648 and against an independent implementation.

use std::string::String;
use std::vec::Vec;

use ::base64::Engine;
use ::base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use super::*;

#[test]
fn the_examples_of_rfc_4648() {
    for (bytes, text) in [
        ("", ""),
        ("f", "Zg=="),
        ("fo", "Zm8="),
        ("foo", "Zm9v"),
        ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ] {
        assert_eq!(encode(bytes.as_bytes()), text);
        assert_eq!(decode(text), Some(bytes.as_bytes().to_vec()));
    }
}

#[test]
fn every_other_spelling_is_refused() {
    for text in [
        "Z",
        "Zg",
        "Zg=",
        "Zg===",
        "=",
        "====",
        "Z===",
        "Zh==",
        "Zm9=",
        "Zg==Zg==",
        "Zm9v\n",
        "Zm 9v",
        "Zm9-",
        "Zm9_",
        "=m9v",
        "Zm9v====",
        "Zg=a",
        "\u{e4}\u{e4}",
    ] {
        assert_eq!(decode(text), None, "{text:?}");
    }
}

proptest! {
    #[test]
    fn it_writes_what_another_library_writes(bytes: Vec<u8>) {
        let text = encode(&bytes);
        prop_assert_eq!(&text, &STANDARD.encode(&bytes));
        prop_assert_eq!(decode(&text), Some(bytes));
    }

    #[test]
    fn it_reads_what_another_library_reads(text in "[A-Za-z0-9+/=]{0,24}") {
        prop_assert_eq!(decode(&text), STANDARD.decode(&text).ok());
    }

    #[test]
    fn any_text_is_survived(text: String) {
        prop_assert_eq!(decode(&text), STANDARD.decode(&text).ok());
    }
}
