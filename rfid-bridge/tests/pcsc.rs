//! A USB desk reader by PC/SC: the real service and the real driver of a virtual reader, with a
//! card of a few lines behind it. Needs the feature `pcsc` and Debian's `pcscd` and
//! `vsmartcard-vpcd`; says so where they are absent.

#![cfg(feature = "pcsc")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test may stop at the first surprise, and says when it skips"
)]

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rfid_bridge::ndef;
use rfid_bridge::scan;
use rfid_bridge::source::desk::{Card, Station, pcsc};

mod common;

use common::Process;

/// Where the virtual reader waits for its card.
const PORT: u16 = 35_963;
/// The answer to reset of a storage card with four-byte pages (PC/SC part 3, 3.1.3.2.3).
const ATR: [u8; 20] = [
    0x3b, 0x8f, 0x80, 0x01, 0x80, 0x4f, 0x0c, 0xa0, 0x00, 0x00, 0x03, 0x06, 0x03, 0x00, 0x03, 0x00,
    0x00, 0x00, 0x00, 0x68,
];
const UID: [u8; 7] = [0x04, 0xa1, 0xb2, 0xc3, 0xd4, 0xe5, 0x80];
const LINK: &str = "https://id.gs1.org/01/09506000134352/10/ABC1/21/S0001?17=281231";

/// The service, unless what it needs is absent.
fn service() -> Option<Process> {
    let driver = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so.0.8";
    for needed in ["/usr/sbin/pcscd", driver] {
        if !Path::new(needed).exists() {
            eprintln!("SKIPPED: {needed} is absent");
            return None;
        }
    }
    let service = Command::new("/usr/sbin/pcscd")
        .args(["--foreground"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    Some(Process(service.unwrap()))
}

/// Pages of a tag with one URI.
fn memory() -> Vec<u8> {
    let mut message = vec![0xd1, 1, u8::try_from(LINK.len() + 1).unwrap(), b'U', 0];
    message.extend(LINK.bytes());
    let mut memory = vec![0; 180];
    memory[..3].copy_from_slice(&UID[..3]);
    memory[12..16].copy_from_slice(&[0xe1, 0x10, 0x12, 0x00]);
    memory[16..18].copy_from_slice(&[3, u8::try_from(message.len()).unwrap()]);
    memory[18..18 + message.len()].copy_from_slice(&message);
    memory[18 + message.len()] = 0xfe;
    memory
}

/// Lays a card on the virtual reader; it goes with the connection.
fn lay_down() -> TcpStream {
    for _ in 0..100 {
        if let Ok(stream) = TcpStream::connect(("127.0.0.1", PORT)) {
            let ours = stream.try_clone().unwrap();
            std::thread::spawn(move || answer(stream));
            return ours;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("the virtual reader does not listen");
}

/// Frames are a length of two bytes and that many bytes; a single byte is a command to the card's
/// power, or asks for its answer to reset.
fn answer(mut stream: TcpStream) {
    let memory = memory();
    let mut length = [0; 2];
    while stream.read_exact(&mut length).is_ok() {
        let mut frame = vec![0; usize::from(u16::from_be_bytes(length))];
        if stream.read_exact(&mut frame).is_err() {
            return;
        }
        let reply = match *frame {
            [4] => ATR.to_vec(),
            [_] => continue,
            [0xff, 0xca, 0, 0, 0] => [&UID[..], &[0x90, 0]].concat(),
            [0xff, 0xb0, 0, page, 16] if usize::from(page) * 4 + 16 <= memory.len() => {
                let from = usize::from(page) * 4;
                [&memory[from..from + 16], &[0x90, 0]].concat()
            }
            _ => vec![0x6a, 0x81],
        };
        let mut out = u16::try_from(reply.len()).unwrap().to_be_bytes().to_vec();
        out.extend(reply);
        if stream.write_all(&out).is_err() {
            return;
        }
    }
}

/// Looks until there are so many cards, ten seconds at most.
fn look(station: &mut dyn Station, cards: usize) -> Vec<Card> {
    let mut seen = Vec::new();
    for _ in 0..50 {
        seen = station.look(Duration::from_millis(200), &|_| true).unwrap();
        if seen.len() == cards {
            return seen;
        }
    }
    panic!("{cards} cards are not there: {seen:?}");
}

#[test]
fn a_pack_on_a_usb_reader_is_read_and_its_removal_is_seen() {
    let Some(_service) = service() else {
        return;
    };
    let mut open = pcsc::open(vec!["Virtual PCD".to_owned()]);
    let mut tries = 0..100;
    let mut station = loop {
        if let Ok(mut station) = open()
            && station.look(Duration::ZERO, &|_| true).is_ok()
        {
            break station;
        }
        assert!(tries.next().is_some(), "the service does not come up");
        std::thread::sleep(Duration::from_millis(100));
    };
    look(station.as_mut(), 0);

    let card = lay_down();
    let first = look(station.as_mut(), 1).remove(0);
    assert_eq!(first.uid, UID);
    assert!(first.reader.starts_with("Virtual PCD"), "{}", first.reader);
    let messages = first.messages.unwrap().unwrap();
    let uris = ndef::uris_of(&messages[0]).unwrap();
    assert_eq!(uris, [LINK]);
    let pack = "https://id.gs1.org/01/09506000134352/21/S0001";
    assert_eq!(scan::item(&uris[0]).unwrap().epc.canonical(), pack);
    let known = station.look(Duration::ZERO, &|_| false).unwrap();
    assert_eq!(
        (known[0].key.clone(), &known[0].messages),
        (first.key.clone(), &None)
    );

    card.shutdown(Shutdown::Both).unwrap();
    look(station.as_mut(), 0);
    let _card = lay_down();
    let again = look(station.as_mut(), 1).remove(0);
    assert_ne!(again.key, first.key, "another laying-down");

    let mut others = pcsc::open(vec!["Some other reader".to_owned()]);
    let error = others()
        .unwrap()
        .look(Duration::ZERO, &|_| true)
        .unwrap_err();
    assert!(
        error.to_string().contains("no reader of that name"),
        "{error}"
    );
}
