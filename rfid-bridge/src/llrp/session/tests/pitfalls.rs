//! The traps into which clients of LLRP have fallen, one test each, named after the trap.

use super::*;
use crate::llrp::parameter::EpcBits;

/// A session that waits for the answer to its first request.
fn asked() -> Play {
    let mut play = Play::new();
    play.heed();
    play.feed(Input::Connected);
    play.say(&[greeting(0)]);
    play
}

#[test]
fn two_messages_in_one_segment() {
    let mut play = Play::new();
    play.armed();
    assert_eq!(
        play.say(&[keepalive(), tag(), keepalive()]),
        "KEEPALIVE_ACK#50 | report 1 | KEEPALIVE_ACK#50 | wait 15000"
    );
    // The answer and the reports that it lets loose.
    let mut play = asked();
    assert_eq!(
        play.say(&[
            capabilities(1),
            ok(2, MessageType::SET_READER_CONFIG_RESPONSE)
        ]),
        "SET_READER_CONFIG#2 | SET_READER_CONFIG#3 | wait 5000"
    );
}

#[test]
fn a_message_split_at_every_byte() {
    let bytes = [tag(), keepalive()]
        .map(|message| message.encode().unwrap())
        .concat();
    for at in 1..bytes.len() {
        let mut play = Play::new();
        play.armed();
        let (head, tail) = bytes.split_at(at);
        let said = play.feed(Input::Bytes(head)) + &play.feed(Input::Bytes(tail));
        assert_eq!(said.matches("report 1").count(), 1, "cut at {at}: {said}");
        assert_eq!(
            said.matches("KEEPALIVE_ACK#50").count(),
            1,
            "cut at {at}: {said}"
        );
    }
}

#[test]
fn an_event_a_keepalive_and_a_report_between_request_and_response() {
    let mut play = asked();
    let event = notification(ReaderTime::Utc(1), vec![ReaderEvent::BufferWarning(80)]);
    assert_eq!(
        play.say(&[event, keepalive(), tag(), capabilities(1)]),
        "event BufferWarning(80) | KEEPALIVE_ACK#50 | report 1 | SET_READER_CONFIG#2 | wait 5000"
    );
}

#[test]
fn a_response_with_the_wrong_id() {
    let mut play = asked();
    assert_eq!(
        play.say(&[capabilities(2)]),
        "stray GET_READER_CAPABILITIES_RESPONSE#2 | wait 5000"
    );
    // The right id on a response of another type is none either; nor is a report with that id.
    let other = ok(1, MessageType::ENABLE_ROSPEC_RESPONSE);
    assert_eq!(
        play.say(&[other]),
        "stray ENABLE_ROSPEC_RESPONSE#1 | wait 5000"
    );
    let report = Message { id: 1, ..tag() };
    assert_eq!(play.say(&[report]), "report 1 | wait 5000");
    assert_eq!(
        play.say(&[capabilities(1)]),
        "SET_READER_CONFIG#2 | wait 5000"
    );
}

#[test]
fn a_huge_length_field() {
    let mut play = asked();
    let mut bytes = capabilities(1).encode().unwrap();
    bytes[2..6].copy_from_slice(&0x7fff_ffff_u32.to_be_bytes());
    // Refused by its header alone: no memory is set aside, nothing is waited for.
    assert_eq!(
        play.feed(Input::Bytes(&bytes[..10])),
        "lost Frame(TooLong(2147483647)) | close | wait 500"
    );
}

#[test]
fn an_error_message_for_an_answer() {
    let error = |id| {
        let status = LlrpStatus::new(LlrpStatus::UNSUPPORTED_MESSAGE, "what?");
        Message::response(id, MessageType::ERROR_MESSAGE, status)
    };
    let mut play = asked();
    assert_eq!(play.say(&[error(5)]), "stray ERROR_MESSAGE#5 | wait 5000");
    assert_eq!(
        play.say(&[error(1)]),
        "tolerated GET_READER_CAPABILITIES | SET_READER_CONFIG#2 | wait 5000"
    );
    // While reading it answers nothing, and ends nothing.
    let mut play = Play::new();
    play.armed();
    assert_eq!(play.say(&[error(9)]), "stray ERROR_MESSAGE#9 | wait 15000");
}

#[test]
fn a_connection_refused_because_another_client_holds_the_reader() {
    // 1 and 2: a client is there; 3: other reason; 4: another connection is attempted.
    for status in 1..=4 {
        let mut play = Play::new();
        play.heed();
        play.feed(Input::Connected);
        assert_eq!(
            play.say(&[greeting(status)]),
            format!("refused {status} | close | wait 500")
        );
    }
    // Told to the client that is in: another one knocked. It stays.
    let mut play = Play::new();
    play.armed();
    assert_eq!(play.say(&[greeting(4)]), "refused 4 | wait 15000");
    assert_eq!(play.say(&[tag()]), "report 1 | wait 15000");
}

/// The gateway's time of a read, relative to its arrival.
fn placed(greeted: ReaderTime, seen: Tv) -> i64 {
    let mut play = Play::new();
    play.heed();
    play.feed(Input::Connected);
    let events = vec![ReaderEvent::ConnectionAttempt(CONNECTION_SUCCESS)];
    play.say(&[notification(greeted, events)]);
    play.pass(10_000);
    let epc = Parameter::Tv(Tv::Epc96([1; 12]));
    play.say(&[report(vec![epc, Parameter::Tv(seen)])]);
    let read = play.reads.pop().unwrap();
    read.last_ms - read.arrived.unix_ms
}

#[test]
fn a_reader_with_a_wrong_clock() {
    // 1 January 2000 at the greeting, nine seconds later at the read, which is a second old.
    let then = 946_684_800_000_000;
    let seen = Tv::LastSeenUtc(then + 9_000_000);
    assert_eq!(placed(ReaderTime::Utc(then), seen), -1_000);
}

#[test]
fn a_reader_that_only_knows_its_uptime() {
    let seen = Tv::LastSeenUptime(60_000_000 + 8_500_000);
    assert_eq!(placed(ReaderTime::Uptime(60_000_000), seen), -1_500);
}

#[test]
fn an_epc_of_no_bits() {
    let mut play = Play::new();
    play.armed();
    let empty = EpcBits {
        bits: 0,
        bytes: Vec::new(),
    };
    assert_eq!(
        play.say(&[report(vec![Parameter::Epc(empty.clone())])]),
        "report 1 | wait 15000"
    );
    assert_eq!(play.reads.pop().unwrap().epc, empty);
    // As is a report that names no tag at all.
    assert_eq!(play.say(&[report(vec![])]), "report 1 | wait 15000");
    assert_eq!(play.reads.pop().unwrap().epc, empty);
}

#[test]
fn a_reconnection_with_back_off_and_a_new_arming() {
    let mut play = Play::new();
    play.armed();
    let mut waits = Vec::new();
    let mut said = play.feed(Input::Closed);
    for _ in 0..4 {
        let wait: u64 = said.rsplit(' ').next().unwrap().parse().unwrap();
        waits.push(wait);
        play.pass(wait);
        assert_eq!(play.heed(), "connect | wait 5000");
        said = play.feed(Input::Closed);
    }
    assert_eq!(waits, [500, 1_000, 2_000, 4_000]);
    play.pass(8_000);
    play.armed_from_third_id();
    assert_eq!(play.say(&[tag()]), "report 1 | wait 15000");
}

#[test]
fn missed_keepalives_mean_a_dead_peer() {
    let mut play = Play::new();
    play.armed();
    // Anything heard counts, not keepalives only.
    play.pass(14_000);
    assert_eq!(play.say(&[tag()]), "report 1 | wait 15000");
    play.pass(15_000);
    assert_eq!(play.feed(Input::Wake), "lost Silent | close | wait 500");
    play.pass(500);
    play.armed_from_third_id();
}
