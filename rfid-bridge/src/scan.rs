//! From a card on a desk reader to an event. A pack's NFC label carries a URI that names the pack
//! (a GS1 Digital Link, the binary EPC in a URI, an EPC URN); whoever lays it down says "this
//! pack is here", which is one `ObjectEvent` (`action` OBSERVE) at the desk's read point. The
//! chip's UID goes along as an attribute and is never the identity: it is copied easily.
//!
//! Cards that name no goods (a badge, a bank card, a phone, a number that stands for a person)
//! make no event: nothing about people goes into the ledger.

use gs1::digital_link::{self, DigitalLink};
use gs1::epcis::{Action, Event};
use gs1::{Decimal, Epc, epc_binary};
use serde_json::{Map, Value, json};

use crate::capture::{CaptureError, EXTENSION_NAMESPACE, EXTENSION_PREFIX, Place, uuid_urn};

/// A card that names goods, laid down once.
#[derive(Debug, Clone, PartialEq)]
pub struct Scan {
    /// What it names.
    pub item: Item,
    /// The chip's number, 4, 7 or 10 bytes.
    pub uid: Vec<u8>,
    /// Which of several readers of one source; empty for the only one.
    pub reader: String,
    /// When, gateway's wall clock, ms since the Unix epoch.
    pub at_ms: i64,
}

/// What a URI names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The identity.
    pub epc: Epc,
    /// The URI as it stands on the tag.
    pub uri: String,
    /// Application identifiers and values that are no part of the identity, such as lot and
    /// expiry.
    pub beside: Vec<(String, String)>,
}

/// Why a URI makes no event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoItem {
    /// Some other address.
    #[error("it names no GS1 key")]
    Foreign,
    /// A key with a fault in it.
    #[error("it names no valid GS1 key: {0}")]
    Faulty(String),
    /// A number that is given to people.
    #[error("it names a person, and people are not recorded")]
    Person,
    /// A place or a party.
    #[error("it names {0}, which is nothing that lies on a desk")]
    NoGoods(&'static str),
}

/// The goods that a URI names.
///
/// # Errors
/// [`NoItem`].
pub fn item(uri: &str) -> Result<Item, NoItem> {
    let (epc, beside) = match binary(uri).or_else(|| tag_uri(uri)) {
        Some(tag) => {
            let (epc, elements) = tag?;
            let own = epc.to_elements().unwrap_or_default();
            let beside = elements.into_iter().filter(|it| !own.contains(it));
            (epc, beside.collect())
        }
        None => named(uri)?,
    };
    match &epc {
        Epc::Gsrn(_) | Epc::Gsrnp(_) => Err(NoItem::Person),
        Epc::Sgln(_) | Epc::Pgln(_) => Err(NoItem::NoGoods(epc.kind())),
        Epc::Other(_) => Err(NoItem::Foreign),
        _ => Ok(Item {
            epc,
            uri: uri.to_owned(),
            beside,
        }),
    }
}

/// Pairs of application identifier and value.
type Elements = Vec<(String, String)>;

/// The binary EPC in a web address: the last part of its path is `eh` or `ex` and hexadecimal
/// digits, or those digits follow as a part of their own.
fn binary(uri: &str) -> Option<Result<(Epc, Elements), NoItem>> {
    let scheme = uri.get(..8)?;
    let is_web = scheme.eq_ignore_ascii_case("https://")
        || scheme
            .get(..7)
            .is_some_and(|it| it.eq_ignore_ascii_case("http://"));
    if !is_web {
        return None;
    }
    let path = uri.split(['?', '#']).next()?.trim_end_matches('/');
    let mut parts = path.rsplit('/');
    let last = parts.next()?;
    let marks = ["eh", "ex"];
    let digits = if marks.contains(&parts.next()?) {
        last
    } else {
        marks.iter().find_map(|mark| last.strip_prefix(mark))?
    };
    // Shorter ones are words; the shortest EPC has 64 bits and more.
    let is_hex = digits.len() >= 16 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| of_hex(digits))
}

/// An EPC tag URI: the same binary in words.
fn tag_uri(uri: &str) -> Option<Result<(Epc, Elements), NoItem>> {
    let is_tag = uri
        .get(..12)
        .is_some_and(|it| it.eq_ignore_ascii_case("urn:epc:tag:"));
    let faulty = |error: epc_binary::BinaryError| NoItem::Faulty(error.to_string());
    is_tag.then(|| {
        let hex = epc_binary::encode(uri).map_err(faulty)?;
        of_hex(&hex)
    })
}

fn of_hex(digits: &str) -> Result<(Epc, Elements), NoItem> {
    let tag = epc_binary::from_hex(digits).map_err(|error| NoItem::Faulty(error.to_string()))?;
    Ok((tag.epc, tag.elements))
}

/// A Digital Link, plain or compressed, or an EPC URN.
fn named(uri: &str) -> Result<(Epc, Elements), NoItem> {
    let faulty = |error: gs1::EpcError| NoItem::Faulty(error.to_string());
    let link = match digital_link::parse(uri).map_err(faulty)? {
        Some(link) => Some(link),
        None => digital_link::decompress(uri).ok(),
    };
    match link {
        Some(link) => {
            let epc = link.epc().ok_or(NoItem::Foreign)?;
            Ok((epc.clone(), beside(&link, &epc)))
        }
        None => Ok((Epc::parse(uri).map_err(faulty)?, Vec::new())),
    }
}

/// What a link says beyond the identity.
fn beside(link: &DigitalLink, epc: &Epc) -> Elements {
    let own = epc.to_elements().unwrap_or_default();
    let beside = link.elements().filter(|it| !own.contains(it));
    beside.cloned().collect()
}

/// The event of a scan; its id follows from device, place and scan.
///
/// # Errors
/// [`CaptureError`] when the parts make no valid event.
pub fn event(place: &Place, device: &[u8; 32], scan: &Scan) -> Result<Event, CaptureError> {
    let epc = &scan.item.epc;
    let mut content = json!({
        "source": place.name,
        "uri": scan.item.uri,
        "uid": hex::encode_upper(&scan.uid),
    });
    if let Some(content) = content.as_object_mut() {
        if !scan.reader.is_empty() {
            content.insert("reader".to_owned(), json!(scan.reader));
        }
        if !scan.item.beside.is_empty() {
            let pairs = scan.item.beside.iter();
            let pairs = pairs.map(|(ai, value)| (ai.clone(), json!(value)));
            let pairs: Map<String, Value> = pairs.collect();
            content.insert("elements".to_owned(), Value::Object(pairs));
        }
    }
    let mut hasher = blake3::Hasher::new_derive_key("theriac rfid-bridge scan id v1");
    hasher.update(device);
    hasher.update(&scan.at_ms.to_be_bytes());
    hasher.update(content.to_string().as_bytes());
    // A class of items is counted: one was laid down.
    let single = epc.is_instance().then(|| epc.clone());
    let mut event = Event::object(Action::Observe, single, scan.at_ms, place.biz_step.clone())
        .with_event_id(&uuid_urn(hasher.finalize().as_bytes()))
        .with_read_point(&place.read_point)
        .with_extension(EXTENSION_PREFIX, EXTENSION_NAMESPACE, "scan", content);
    if !epc.is_instance() {
        event = event.with_quantity(epc, Decimal::parse("1").ok(), None);
    }
    if let Some(location) = &place.biz_location {
        event = event.with_biz_location(location);
    }
    event.build().map_err(|source| CaptureError {
        reader: place.name.clone(),
        tags: 1,
        source,
    })
}

#[cfg(test)]
mod tests {
    use gs1::BizStep;

    use super::*;

    const PACK: &str = "https://id.gs1.org/01/09506000134352/21/S0001";

    const LINK: &str = "https://id.gs1.org/01/09506000134352/10/ABC1/21/S0001?17=281231";

    fn told(uri: &str) -> Result<(String, Elements), NoItem> {
        item(uri).map(|it| (it.epc.canonical(), it.beside))
    }

    #[test]
    fn uris_of_goods_are_understood_in_each_spelling() {
        let lot = ("10".to_owned(), "ABC1".to_owned());
        let expiry = ("17".to_owned(), "281231".to_owned());
        let link = "https://pharma.example.com/x/01/09506000134352/10/ABC1/21/S0001?17=281231";
        assert_eq!(told(link), Ok((PACK.to_owned(), vec![lot, expiry])));
        // SGTIN-96 of the EPC Tag Data Standard's own company prefix, as hexadecimal digits.
        let hex = epc_binary::encode("urn:epc:tag:sgtin-96:1.9521141.012345.6789").unwrap();
        let sgtin = "https://id.gs1.org/01/09521141123454/21/6789".to_owned();
        for uri in [
            format!("https://id.gs1.org/eh{hex}"),
            format!(
                "https://brand.example/t/ex/{}?x=1",
                hex.to_ascii_lowercase()
            ),
            "urn:epc:tag:sgtin-96:1.9521141.012345.6789".to_owned(),
            "urn:epc:id:sgtin:9521141.012345.6789".to_owned(),
        ] {
            let (epc, beside) = told(&uri).unwrap_or_else(|error| panic!("{uri}: {error}"));
            assert_eq!((epc, beside), (sgtin.clone(), Vec::new()), "{uri}");
        }
        let pallet = "https://id.gs1.org/00/095211411234567892";
        assert_eq!(told(pallet).unwrap().0, pallet);
    }

    #[test]
    fn what_names_no_goods_is_not_recorded() {
        let cases = [
            ("https://example.com/menu", NoItem::Foreign),
            ("https://example.com/eh/words", NoItem::Foreign),
            ("tel:+4930123456", NoItem::Foreign),
            ("https://id.gs1.org/8018/952114112345678906", NoItem::Person),
            (
                "https://id.gs1.org/414/9521321000018",
                NoItem::NoGoods("a location"),
            ),
        ];
        for (uri, why) in cases {
            assert_eq!(told(uri), Err(why), "{uri}");
        }
        let mistyped = "https://id.gs1.org/01/09506000134353/21/S0001";
        for uri in [mistyped, "https://id.gs1.org/ehFFFFFFFFFFFFFFFFFFFFFFFF"] {
            let error = told(uri).unwrap_err();
            assert!(matches!(error, NoItem::Faulty(_)), "{uri}: {error}");
        }
    }

    fn place() -> Place {
        Place {
            name: "counter-1".to_owned(),
            read_point: Epc::parse("https://id.gs1.org/414/9521321000018/254/counter-1").unwrap(),
            biz_location: None,
            biz_step: BizStep::Inspecting,
            direction: None,
        }
    }

    fn scan(uri: &str, at_ms: i64) -> Scan {
        Scan {
            item: item(uri).unwrap(),
            uid: vec![0x04, 0xa1, 0xb2, 0xc3, 0xd4, 0xe5, 0x80],
            reader: String::new(),
            at_ms,
        }
    }

    #[test]
    fn a_scan_observes_the_pack_and_tells_the_chip_beside_it() {
        let first = scan(LINK, 1_790_000_000_000);
        let made = event(&place(), &[7; 32], &first).unwrap();
        let json = made.to_json();
        assert_eq!(json["action"], "OBSERVE");
        assert_eq!(json["epcList"], json!([PACK]));
        assert_eq!(json["theriac:scan"]["uid"], "04A1B2C3D4E580");
        assert_eq!(
            json["theriac:scan"]["elements"],
            json!({"10": "ABC1", "17": "281231"})
        );
        let again = event(&place(), &[7; 32], &first).unwrap();
        assert_eq!(made.canonical_json(), again.canonical_json());
        let later = scan(&first.item.uri, first.at_ms + 1);
        let later = event(&place(), &[7; 32], &later).unwrap();
        assert_ne!(made.event_id_or_hash(), later.event_id_or_hash());
    }

    #[test]
    fn a_pack_without_serial_number_is_counted() {
        let scan = scan("https://id.gs1.org/01/09506000134352/10/ABC1", 0);
        let json = event(&place(), &[7; 32], &scan).unwrap().to_json();
        assert_eq!(
            json.get("epcList")
                .and_then(Value::as_array)
                .map_or(0, Vec::len),
            0
        );
        let class = "https://id.gs1.org/01/09506000134352/10/ABC1";
        assert_eq!(
            json["quantityList"],
            json!([{"epcClass": class, "quantity": 1}])
        );
    }
}
