//! Other spellings of a good block, each validly signed where that is the author's to do. A reader
//! that took one of them would give a block two sets of bytes, and somebody a choice.

use super::*;

/// `(what, these hex digits of the good protected header, become these)`. K is the key.
const HEADERS: [(&str, &str, &str); 18] = [
    ("as it should be", "a3", "a3"),
    ("labels in another order", "0127045820K", "045820K0127"),
    ("a label twice", "a30127", "a401270127"),
    ("a label more", "a30127045820K", "a40127045820K0540"),
    ("a label less", "a30127045820K", "a20127"),
    (
        "a private label that is not ours",
        "3a00010000",
        "3a00010001",
    ),
    ("an indefinite map", "a30127", "bf0127"),
    ("a long map head", "a30127", "b8030127"),
    ("a long label", "a30127", "a3180127"),
    ("a long key length", "045820K", "04590020K"),
    ("a short key", "045820K", "0440"),
    ("another algorithm", "a30127", "a30126"),
    ("a long algorithm", "a30127", "a3013807"),
    ("a long kind", "8801030000f680", "880118030000f680"),
    (
        "a float for the version",
        "8801030000f680",
        "88f93c00030000f680",
    ),
    ("undefined for null", "8801030000f680", "8801030000f780"),
    ("indefinite parents", "8801030000f680", "8801030000f69fff"),
    ("another version", "8801030000f680", "8802030000f680"),
];

/// `(what, these hex digits of the good payload, become these)`. R is the root.
const PAYLOADS: [(&str, &str, &str); 12] = [
    ("as it should be", "83", "83"),
    ("a byte more", "R0113", "R011300"),
    ("a part less", "835820R0113", "825820R01"),
    ("nothing", "835820R0113", ""),
    ("a long count", "R0113", "R180113"),
    ("a float for the count", "R0113", "Rf93c0013"),
    ("a negative count", "R0113", "R2013"),
    ("a length too short for the items", "R0113", "R0112"),
    ("a length too long for the items", "R0113", "R0114"),
    ("a length no item can have", "R0113", "R0111"),
    ("fewer items", "R0113", "R0000"),
    ("more items", "R0113", "R021827"),
];

/// `(what, these hex digits of the good statement, become these)`. S is the signature.
const STATEMENTS: [(&str, &str, &str); 9] = [
    ("as it should be", "d284", "d284"),
    ("an unprotected header", "a05825", "a104405825"),
    ("an indefinite unprotected header", "a05825", "bfff5825"),
    ("no tag", "d284", "84"),
    ("another tag", "d284", "d384"),
    ("a long tag", "d284", "d81284"),
    ("a part more", "d284", "d285"),
    ("a long signature length", "5840S", "590040S"),
    ("a signature of 63 bytes", "5840S", "583fT"),
];

/// `(what, the envelope)`. S is the statement as a byte string, I the item, L its leaf.
const ENVELOPES: [(&str, &str); 20] = [
    ("as it should be", "82S8152I"),
    ("the item erased", "82S81815820L"),
    ("an indefinite envelope", "9fS8152Iff"),
    ("a long envelope head", "9802S8152I"),
    ("three parts", "83S8152If6"),
    ("one part", "81S"),
    ("a map", "a1S8152I"),
    ("indefinite items", "82S9f52Iff"),
    ("a long count of items", "82S980152I"),
    ("an item in chunks", "82S815f52Iff"),
    ("a long item length", "82S815812I"),
    ("no items", "82S80"),
    ("an item twice", "82S8252I52I"),
    ("an item as text", "82S8172I"),
    ("an item too short to be", "82S814111"),
    ("the leaf as an item", "82S815820L"),
    ("the item as a leaf", "82S818152I"),
    ("a leaf in two arrays", "82S8181815820L"),
    ("a long leaf length", "82S8181590020L"),
    ("null for an item", "82S81f6"),
];

/// Replaces hex digits, which must be there.
fn spell(good: &[u8], from: &str, to: &str) -> Vec<u8> {
    let good = hex::encode(good);
    assert!(good.contains(from), "{from} in {good}");
    hex::decode(good.replacen(from, to, 1)).unwrap()
}

fn is_good(what: &str) -> bool {
    ["as it should be", "the item erased"].contains(&what)
}

#[test]
fn of_what_is_signed() {
    let items = vec![item(1, Media::REGISTRY, "x")];
    let (header, payload) = (first_header().to_bytes(), Payload::of(&items).unwrap());
    let slots = [slot(&items[0])];
    let key = first_header().kid.to_string();
    for (what, from, to) in HEADERS {
        let protected = spell(&header, &from.replace('K', &key), &to.replace('K', &key));
        let found = accept(&forge(&protected, &payload.to_bytes(), &slots));
        assert_eq!(found.is_ok(), is_good(what), "header: {what}: {found:?}");
    }
    for protected in [&[][..], &[0xa0], &[&header[..], &[0xf6]].concat()] {
        let found = accept(&forge(protected, &payload.to_bytes(), &slots));
        assert!(found.is_err(), "header {}", hex::encode(protected));
    }
    let root = hex::encode(payload.items_root);
    for (what, from, to) in PAYLOADS {
        let (from, to) = (from.replace('R', &root), to.replace('R', &root));
        let found = accept(&forge(
            &header,
            &spell(&payload.to_bytes(), &from, &to),
            &slots,
        ));
        assert_eq!(found.is_ok(), is_good(what), "payload: {what}: {found:?}");
    }
}

#[test]
fn of_what_is_around_it() {
    let block = first_block();
    let statement = block.statement.to_bytes();
    let signature = hex::encode(block.statement.signature);
    let item = item(0x11, Media::REGISTRY, "");
    for (what, from, to) in STATEMENTS {
        let short = hex::encode(&block.statement.signature[1..]);
        let fill = |text: &str| text.replace('S', &signature).replace('T', &short);
        let bytes = envelope(&spell(&statement, &fill(from), &fill(to)), &[slot(&item)]);
        let found = accept(&bytes);
        assert_eq!(found.is_ok(), is_good(what), "statement: {what}: {found:?}");
    }
    let mut string = Writer::new();
    string.bytes(&statement);
    let string = hex::encode(string.into_vec());
    let inside = hex::encode(&slot(&item)[1..]);
    for (what, text) in ENVELOPES {
        let text = text.replace('S', &string).replace('I', &inside);
        let text = text.replace('L', &hex::encode(item.leaf()));
        let found = accept(&hex::decode(text).unwrap());
        assert_eq!(found.is_ok(), is_good(what), "envelope: {what}: {found:?}");
    }
}
