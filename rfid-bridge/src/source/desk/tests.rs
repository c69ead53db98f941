//! Desk readers against a simulated chip and cards: both libraries, good cards and bad, and every
//! way in which chip, bus or card are known to hang or panic a driver.

use std::cell::RefCell;
use std::rc::Rc;

use super::*;
use crate::source::Outlet;
use crate::source::desk::chip::Polled;
use crate::source::desk::spi::Deadline;

mod card;
mod chip;

use card::Card as Ntag;
use chip::{Broken, Bus, Line};

const LINK: &str = "https://id.gs1.org/01/09506000134352/10/ABC1/21/S0001?17=281231";
const PACK: &str = "https://id.gs1.org/01/09506000134352/21/S0001";

/// A data area with one URI.
fn area(uri: &str) -> Vec<u8> {
    let mut message = vec![0xd1, 1, u8::try_from(uri.len() + 1).unwrap(), b'U', 0];
    message.extend(uri.bytes());
    let mut area = vec![
        1,
        3,
        0xa0,
        0x0c,
        0x34,
        3,
        u8::try_from(message.len()).unwrap(),
    ];
    area.extend(message);
    area.push(0xfe);
    area
}

fn pack() -> Ntag {
    Ntag::ntag213(1, &area(LINK))
}

/// Both libraries.
#[derive(Debug, Clone, Copy)]
enum Library {
    Mfrc522,
    RfidRs,
}

const LIBRARIES: [Library; 2] = [Library::Mfrc522, Library::RfidRs];

/// Opens the chip behind a bus, by one library or the other.
fn open(library: Library, bus: &Bus) -> Result<Box<dyn Station>, Fault> {
    let deadline = Deadline::new(bus.ticks());
    Ok(match library {
        Library::Mfrc522 => Box::new(Polled(mfrc522::Reader::open(bus.clone(), deadline)?)),
        Library::RfidRs => {
            let line = Line(bus.clone());
            Box::new(Polled(rfid_rs::Reader::open(bus.clone(), line, deadline)?))
        }
    })
}

/// Looks once, as if every card were new.
fn look(station: &mut dyn Station) -> Result<Vec<Card>, Fault> {
    guarded(|| station.look(Duration::ZERO, &|_| true))
}

fn names(cards: &[Card]) -> Vec<Result<String, String>> {
    let read = cards.iter().filter_map(|card| card.messages.clone());
    read.map(|read| first_item(&read?).map(|item| item.epc.canonical()))
        .collect()
}

#[test]
fn a_pack_on_the_desk_is_read_by_either_library() {
    for library in LIBRARIES {
        let bus = Bus::with(vec![pack()]);
        let mut station = open(library, &bus).unwrap();
        for round in 0..3 {
            let cards = look(station.as_mut()).unwrap();
            assert_eq!(names(&cards), [Ok(PACK.to_owned())], "{library:?} {round}");
            assert_eq!(cards[0].uid, bus.0.lock().unwrap().cards[0].uid());
        }
        // The head, and of the data area no more than the blocks: 75 bytes of 144.
        assert_eq!(
            bus.0.lock().unwrap().cards[0].reads,
            3 * (1 + 5),
            "{library:?}"
        );
        let known = station.look(Duration::ZERO, &|_| false).unwrap();
        assert_eq!(known[0].messages, None, "a known card is not read again");
        bus.0.lock().unwrap().cards.clear();
        assert_eq!(look(station.as_mut()), Ok(Vec::new()), "{library:?}");
    }
}

#[test]
fn several_cards_are_told_apart_and_all_read() {
    for library in LIBRARIES {
        // UIDs that collide at several bits of the first level, one of them the first to differ.
        let serials = [0x31_u8, 0x33, 0xb1, 0x30];
        let cards = serials.map(|serial| Ntag::ntag213(serial, &area(LINK)));
        let bus = Bus::with(cards.into());
        let mut station = open(library, &bus).unwrap();
        let seen = look(station.as_mut()).unwrap();
        let mut uids: Vec<u8> = seen.iter().map(|card| card.uid[3]).collect();
        uids.sort_unstable();
        assert_eq!(uids, [0x30, 0x31, 0x33, 0xb1], "{library:?}");
        assert!(names(&seen).iter().all(|name| name.as_deref() == Ok(PACK)));
    }
}

#[test]
fn a_dead_bus_is_an_error_in_bounded_time() {
    for library in LIBRARIES {
        for level in [0x00, 0xff] {
            let bus = Bus::with(vec![pack()]);
            bus.0.lock().unwrap().broken = Some(Broken::Dead(level));
            let error = open(library, &bus).err().unwrap();
            assert!(
                matches!(error, Fault::Reader(_)),
                "{library:?} {level}: {error}"
            );
            let took = bus.ticks()();
            assert!(took <= 310, "{library:?} {level}: {took} ms of bus time");
        }
    }
}

#[test]
fn a_bus_that_dies_at_any_byte_is_an_error_in_bounded_time() {
    for library in LIBRARIES {
        let whole = Bus::with(vec![pack()]);
        let mut station = open(library, &whole).unwrap();
        look(station.as_mut()).unwrap();
        let all = whole.0.lock().unwrap().now_us;
        for level in [0x00, 0xff] {
            for part in 1..60 {
                let bus = Bus::with(vec![pack()]);
                bus.0.lock().unwrap().dies_at = Some((all * part / 60, level));
                let opened = open(library, &bus);
                let fault = opened.and_then(|mut station| {
                    // What the look saw before may be whole; the next one tells.
                    look(station.as_mut())?;
                    look(station.as_mut())
                });
                let told = format!("{library:?} {level} {part}: {fault:?}");
                assert!(matches!(fault, Err(Fault::Reader(_))), "{told}");
            }
        }
    }
}

#[test]
fn a_stuck_select_line_is_told() {
    let bus = Bus::with(vec![pack()]);
    let mut station = open(Library::RfidRs, &bus).unwrap();
    bus.0.lock().unwrap().stuck = true;
    let error = look(station.as_mut()).unwrap_err();
    assert!(error.to_string().contains("Select"), "{error}");
}

#[test]
fn what_panics_or_hangs_the_libraries_ends_in_an_error() {
    let endless = || {
        let mut card = pack();
        card.endless = true;
        card
    };
    for library in LIBRARIES {
        for broken in [Broken::EmptyAnswers, Broken::Collides, Broken::Long] {
            let bus = Bus::with(vec![pack(), Ntag::ntag213(2, &[])]);
            bus.0.lock().unwrap().broken = Some(broken);
            let mut station = open(library, &bus).unwrap();
            let before = bus.ticks()();
            // An error of the reader, or a look that saw nothing; never a hang, never a panic.
            if let Ok(cards) = look(station.as_mut()) {
                assert_eq!(names(&cards), [], "{library:?} {broken:?}");
            }
            let took = bus.ticks()() - before;
            assert!(took <= 700, "{library:?} {broken:?}: {took} ms");
        }
        let bus = Bus::with(vec![endless()]);
        let mut station = open(library, &bus).unwrap();
        let error = look(station.as_mut()).unwrap_err();
        assert!(
            error.to_string().contains("panicked"),
            "{library:?}: {error}"
        );
    }
}

#[test]
fn a_card_that_moves_or_garbles_is_no_fault_of_the_reader() {
    for library in LIBRARIES {
        let mut leaving = pack();
        leaving.reads_left = 3;
        let bus = Bus::with(vec![leaving]);
        let mut station = open(library, &bus).unwrap();
        let cards = look(station.as_mut()).unwrap();
        assert!(names(&cards)[0].is_err(), "{library:?}: {cards:?}");
        let bus = Bus::with(vec![pack()]);
        bus.0.lock().unwrap().broken = Some(Broken::Garbles);
        let mut station = open(library, &bus).unwrap();
        assert!(
            names(&look(station.as_mut()).unwrap())[0].is_err(),
            "{library:?}"
        );
        bus.0.lock().unwrap().broken = None;
        let good = look(station.as_mut()).unwrap();
        assert_eq!(names(&good), [Ok(PACK.to_owned())], "{library:?}");
    }
}

/// A card as a station tells it.
fn told(key: u8, read: Result<&str, &str>) -> Card {
    let message = |uri: &str| vec![area(uri)[7..area(uri).len() - 1].to_vec()];
    Card {
        key: vec![key],
        uid: vec![key],
        reader: String::new(),
        messages: Some(read.map(message).map_err(ToOwned::to_owned)),
    }
}

#[test]
fn a_card_is_told_once_while_it_lies_and_again_when_it_returns() {
    let mut lying = Lying::default();
    assert_eq!(lying.see(vec![told(1, Ok(LINK))]).len(), 1);
    assert!(!lying.is_new(&[1]) && lying.is_new(&[2]));
    assert_eq!(
        lying.see(vec![told(1, Ok(LINK)), told(2, Ok(LINK))]).len(),
        1
    );
    // Missed for a moment, then gone.
    assert!(lying.see(Vec::new()).is_empty());
    assert!(lying.see(vec![told(1, Ok(LINK))]).is_empty());
    for _ in 0..GONE_LOOKS {
        assert!(lying.see(Vec::new()).is_empty());
    }
    assert_eq!(lying.see(vec![told(1, Ok(LINK))]).len(), 1);
}

#[test]
fn an_unreadable_card_is_tried_and_then_told_once() {
    let mut lying = Lying::default();
    let bad = || vec![told(1, Err("it moved"))];
    assert!(lying.see(bad()).is_empty());
    assert!(lying.see(bad()).is_empty());
    assert_eq!(lying.see(bad())[0].1, Err("it moved".to_owned()));
    assert!(lying.see(bad()).is_empty());
    let mut lying = Lying::default();
    lying.see(bad());
    assert!(lying.see(vec![told(1, Ok(LINK))])[0].1.is_ok());
    let foreign = lying.see(vec![told(2, Ok("https://example.com/menu"))]);
    assert_eq!(foreign[0].1, Err("it names no GS1 key".to_owned()));
}

#[test]
fn a_memory_that_lies_about_itself_is_read_within_bounds() {
    let reads = Rc::new(RefCell::new(0));
    let count = Rc::clone(&reads);
    // Everything is 0xff but a capability container of the largest size; blocks never end.
    let found = messages(|page| {
        *count.borrow_mut() += 1;
        let mut bytes = [0; READ_BYTES];
        if page == 0 {
            bytes[12..].copy_from_slice(&[0xe1, 0x10, 0xff, 0]);
        }
        Ok(bytes)
    });
    assert_eq!(found, Ok(Vec::new()));
    assert_eq!(*reads.borrow(), 1 + 63);
    let blank = messages(|_| Ok([0; READ_BYTES]));
    assert!(matches!(blank, Err(Fault::Card(_))), "{blank:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_driver_tells_scans_and_comes_back_after_a_fault() {
    let bus = Bus::with(vec![pack()]);
    let opened = bus.clone();
    let desk = Desk {
        source: 4,
        name: "counter-1".to_owned(),
        kind: "mfrc522",
        open: Box::new(move || open(Library::Mfrc522, &opened)),
        clock: Clock::start(),
    };
    let (outlet, mut from) = Outlet::bounded(8);
    let (stop, stopped) = watch::channel(false);
    let running = tokio::spawn(Box::new(desk).run(outlet, stopped));
    let mut next = async || {
        let told = from.recv().await.expect("the driver runs");
        assert_eq!(told.source, 4);
        match told.heard {
            crate::source::Heard::Raw(raw) => raw,
            crate::source::Heard::Letter(letter) => panic!("{letter:?}"),
        }
    };
    assert_eq!(next().await, Raw::Status(Status::Up("mfrc522".to_owned())));
    let Raw::Scan(scan) = next().await else {
        panic!("a scan");
    };
    assert_eq!(scan.item.epc.canonical(), PACK);
    assert_eq!(
        scan.item.beside,
        [("10", "ABC1"), ("17", "281231")].map(|(ai, value)| { (ai.to_owned(), value.to_owned()) })
    );
    bus.0.lock().unwrap().broken = Some(Broken::Dead(0xff));
    assert!(matches!(next().await, Raw::Status(Status::Down(_))));
    bus.0.lock().unwrap().broken = None;
    assert!(
        matches!(next().await, Raw::Gap(_)),
        "the time nobody looked"
    );
    assert!(matches!(next().await, Raw::Status(Status::Up(_))));
    // It still lies there: the reader does not remember, and an event twice is better than none.
    assert!(matches!(next().await, Raw::Scan(_)));
    stop.send(true).unwrap();
    running.await.unwrap();
}
