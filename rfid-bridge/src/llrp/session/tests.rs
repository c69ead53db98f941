//! Conversations with readers of every temper, written as what is said and what must follow. The
//! reader's lines are built with the codec; the session's are rendered as one word each.

use super::*;
use crate::llrp::event::CONNECTION_TAKEN;
use crate::llrp::parameter::{Parameter, Tv};
use crate::llrp::settings::Capabilities;
use crate::llrp::tag::ReaderTime;

mod arming;
mod pause;
mod pitfalls;

/// A session, a clock that the test turns, and what the session said.
struct Play {
    session: Session,
    now: Now,
    reads: Vec<Read>,
}

const EPOCH_MS: i64 = 1_790_000_000_000;

impl Play {
    /// With a reader of which nothing but the inventory is asked, in 1.0.1.
    fn new() -> Self {
        Self::with(SessionConfig {
            version_max: VERSION_1_0_1,
            ..SessionConfig::default()
        })
    }

    fn with(config: SessionConfig) -> Self {
        let now = Now {
            mono_ms: 1_000,
            unix_ms: EPOCH_MS,
        };
        Self {
            session: Session::new(config),
            now,
            reads: Vec::new(),
        }
    }

    /// Turns both clocks.
    fn pass(&mut self, ms: u64) {
        self.now.mono_ms += ms;
        self.now.unix_ms += i64::try_from(ms).unwrap();
    }

    fn feed(&mut self, input: Input<'_>) -> String {
        self.session.handle(input, self.now);
        self.heed()
    }

    fn say(&mut self, messages: &[Message]) -> String {
        let bytes: Vec<u8> = messages
            .iter()
            .flat_map(|message| message.encode().unwrap())
            .collect();
        self.feed(Input::Bytes(&bytes))
    }

    /// All outputs until the session waits.
    fn heed(&mut self) -> String {
        let mut words = Vec::new();
        loop {
            words.push(match self.session.poll(self.now) {
                Output::Connect => "connect".to_owned(),
                Output::Close => "close".to_owned(),
                Output::Stopped => {
                    words.push("stopped".to_owned());
                    return words.join(" | ");
                }
                Output::WakeAt(at) => {
                    let wait = at.map(|at| at.saturating_sub(self.now.mono_ms).to_string());
                    words.push(format!("wait {}", wait.as_deref().unwrap_or("-")));
                    return words.join(" | ");
                }
                Output::Report(reads) => {
                    let word = format!("report {}", reads.len());
                    self.reads.extend(reads);
                    word
                }
                Output::Send(bytes) => {
                    let mut framer = Framer::new();
                    framer.push(&bytes);
                    let message = Message::decode(&framer.next_frame().unwrap().unwrap()).unwrap();
                    format!("{}#{}", message.body.kind(), message.id)
                }
                Output::Notice(notice) => match notice {
                    Notice::Device(_) => "device".to_owned(),
                    Notice::Armed => "armed".to_owned(),
                    Notice::Paused(pause) => format!("paused {pause}"),
                    Notice::Refused(status) => format!("refused {status}"),
                    Notice::Event(event) => format!("event {event:?}"),
                    Notice::Tolerated(kind, _) => format!("tolerated {kind}"),
                    Notice::Skipped(error) => format!("skipped {error}"),
                    Notice::Stray(kind, id) => format!("stray {kind}#{id}"),
                    Notice::Lost(why) => format!("lost {why:?}"),
                },
            });
        }
    }

    /// Connects and lets the reader answer everything.
    fn armed(&mut self) {
        self.heed();
        self.feed(Input::Connected);
        self.say(&[greeting(CONNECTION_SUCCESS)]);
        for message in arming() {
            self.say(&[message]);
        }
        assert!(self.session.is_reading());
    }
}

fn greeting(status: u16) -> Message {
    notification(
        ReaderTime::Utc(0),
        vec![ReaderEvent::ConnectionAttempt(status)],
    )
}

fn notification(at: ReaderTime, events: Vec<ReaderEvent>) -> Message {
    Message::new(
        900,
        Body::EventNotification(EventNotification { at, events }),
    )
}

fn ok(id: u32, kind: MessageType) -> Message {
    Message::response(id, kind, LlrpStatus::success())
}

fn capabilities(id: u32) -> Message {
    let status = LlrpStatus::success();
    let body = Capabilities {
        status,
        general: None,
        others: Vec::new(),
    };
    Message::new(id, Body::GetReaderCapabilitiesResponse(body))
}

/// The answers to the eight requests of a first connection.
fn arming() -> Vec<Message> {
    vec![
        capabilities(1),
        ok(2, MessageType::SET_READER_CONFIG_RESPONSE),
        ok(3, MessageType::SET_READER_CONFIG_RESPONSE),
        ok(4, MessageType::GET_ROSPECS_RESPONSE),
        ok(5, MessageType::DELETE_ACCESSSPEC_RESPONSE),
        ok(6, MessageType::DELETE_ROSPEC_RESPONSE),
        ok(7, MessageType::ADD_ROSPEC_RESPONSE),
        ok(8, MessageType::ENABLE_ROSPEC_RESPONSE),
    ]
}

fn report(parameters: Vec<Parameter>) -> Message {
    let tags = vec![TagReport { parameters }];
    Message::new(
        77,
        Body::RoAccessReport {
            tags,
            others: Vec::new(),
        },
    )
}

fn tag() -> Message {
    report(vec![Parameter::Tv(Tv::Epc96([7; 12]))])
}

fn keepalive() -> Message {
    Message::new(50, Body::Keepalive)
}

#[test]
fn a_polite_reader_is_armed_step_by_step() {
    let mut play = Play::new();
    assert_eq!(play.heed(), "connect | wait 5000");
    assert_eq!(play.feed(Input::Connected), "wait 5000");
    assert_eq!(
        play.say(&[greeting(0)]),
        "GET_READER_CAPABILITIES#1 | wait 5000"
    );
    let said: Vec<String> = arming()
        .into_iter()
        .map(|message| play.say(&[message]))
        .collect();
    assert_eq!(
        said,
        [
            "SET_READER_CONFIG#2 | wait 5000",
            "SET_READER_CONFIG#3 | wait 5000",
            "GET_ROSPECS#4 | wait 5000",
            "DELETE_ACCESSSPEC#5 | wait 5000",
            "DELETE_ROSPEC#6 | wait 5000",
            "ADD_ROSPEC#7 | wait 5000",
            "ENABLE_ROSPEC#8 | wait 5000",
            "armed | ENABLE_EVENTS_AND_REPORTS#9 | wait 15000",
        ]
    );
    assert_eq!(play.say(&[keepalive()]), "KEEPALIVE_ACK#50 | wait 15000");
    assert_eq!(play.say(&[tag()]), "report 1 | wait 15000");
    assert_eq!(play.feed(Input::Stop), "DELETE_ROSPEC#10 | wait 5000");
    let deleted = ok(10, MessageType::DELETE_ROSPEC_RESPONSE);
    assert_eq!(
        play.say(&[tag(), deleted]),
        "report 1 | CLOSE_CONNECTION#11 | wait 5000"
    );
    let closed = ok(11, MessageType::CLOSE_CONNECTION_RESPONSE);
    assert_eq!(play.say(&[closed]), "close | stopped");
}

#[test]
fn everything_may_come_in_one_segment_and_between_request_and_response() {
    let mut play = Play::new();
    play.heed();
    play.feed(Input::Connected);
    assert_eq!(
        play.say(&[greeting(0), keepalive(), tag()]),
        "GET_READER_CAPABILITIES#1 | KEEPALIVE_ACK#50 | report 1 | wait 5000"
    );
    assert_eq!(
        play.say(&[tag(), keepalive(), capabilities(1), tag()]),
        "report 1 | KEEPALIVE_ACK#50 | SET_READER_CONFIG#2 | report 1 | wait 5000"
    );
}

#[test]
fn a_stream_split_at_every_byte_says_the_same() {
    let mut messages = vec![greeting(0)];
    messages.extend(arming());
    messages.extend([tag(), keepalive(), tag()]);
    let stream: Vec<u8> = messages
        .iter()
        .flat_map(|message| message.encode().unwrap())
        .collect();
    let told = |pieces: &[&[u8]]| {
        let mut play = Play::new();
        play.heed();
        play.feed(Input::Connected);
        let words: Vec<String> = pieces
            .iter()
            .flat_map(|piece| {
                let said = play.feed(Input::Bytes(piece));
                said.split(" | ").map(str::to_owned).collect::<Vec<_>>()
            })
            .filter(|word| !word.starts_with("wait"))
            .collect();
        words
    };
    let whole = told(&[&stream]);
    assert_eq!(whole.iter().filter(|word| *word == "report 1").count(), 2);
    for cut in 1..stream.len() {
        let (head, tail) = stream.split_at(cut);
        assert_eq!(told(&[head, tail]), whole, "cut at {cut}");
    }
    let bytes: Vec<&[u8]> = stream.chunks(1).collect();
    assert_eq!(told(&bytes), whole);
}

#[test]
fn a_response_must_match_in_id_and_type() {
    let mut play = Play::new();
    play.heed();
    play.feed(Input::Connected);
    play.say(&[greeting(0)]);
    assert_eq!(
        play.say(&[capabilities(9)]),
        "stray GET_READER_CAPABILITIES_RESPONSE#9 | wait 5000"
    );
    let other = ok(1, MessageType::ADD_ROSPEC_RESPONSE);
    assert_eq!(
        play.say(&[other]),
        "stray ADD_ROSPEC_RESPONSE#1 | wait 5000"
    );
    let other = ok(9, MessageType::ERROR_MESSAGE);
    assert_eq!(play.say(&[other]), "stray ERROR_MESSAGE#9 | wait 5000");
    assert_eq!(
        play.say(&[capabilities(1)]),
        "SET_READER_CONFIG#2 | wait 5000"
    );
    play.pass(5_000);
    assert_eq!(
        play.feed(Input::Wake),
        "lost NoAnswer(\"response\") | close | wait 500"
    );
}

#[test]
fn a_reader_may_refuse_what_is_not_needed_but_not_the_inventory() {
    let refuse = |id, kind| {
        Message::response(
            id,
            kind,
            LlrpStatus::new(LlrpStatus::FIELD_ERROR, "not here"),
        )
    };
    let mut play = Play::new();
    play.heed();
    play.feed(Input::Connected);
    play.say(&[greeting(0)]);
    let error = MessageType::ERROR_MESSAGE;
    assert_eq!(
        play.say(&[refuse(1, error)]),
        "tolerated GET_READER_CAPABILITIES | SET_READER_CONFIG#2 | wait 5000"
    );
    assert_eq!(
        play.say(&[refuse(2, MessageType::SET_READER_CONFIG_RESPONSE)]),
        "tolerated SET_READER_CONFIG | SET_READER_CONFIG#3 | wait 5000"
    );
    for (id, kind) in [
        (3, MessageType::SET_READER_CONFIG_RESPONSE),
        (4, MessageType::GET_ROSPECS_RESPONSE),
        (5, MessageType::DELETE_ACCESSSPEC_RESPONSE),
        (6, MessageType::DELETE_ROSPEC_RESPONSE),
    ] {
        play.say(&[refuse(id, kind)]);
    }
    assert_eq!(
        play.say(&[refuse(7, MessageType::ADD_ROSPEC_RESPONSE)]),
        "tolerated ADD_ROSPEC | ADD_ROSPEC#8 | wait 5000",
        "once more, without what is not needed"
    );
    let said = play.say(&[refuse(8, MessageType::ADD_ROSPEC_RESPONSE)]);
    assert!(said.starts_with("lost Failed(ADD_ROSPEC"), "{said}");
    assert!(said.ends_with("close | wait 500"), "{said}");
}

#[test]
fn without_keepalives_silence_is_no_fault() {
    let mut play = Play::new();
    play.heed();
    play.feed(Input::Connected);
    play.say(&[greeting(0), capabilities(1)]);
    let no = LlrpStatus::new(LlrpStatus::FIELD_ERROR, "no keepalives");
    play.say(&[Message::response(
        2,
        MessageType::SET_READER_CONFIG_RESPONSE,
        no,
    )]);
    for message in arming().split_off(2) {
        play.say(&[message]);
    }
    assert_eq!(play.heed(), "wait -");
}

#[test]
fn a_second_client_backs_off_longer_each_time() {
    let mut play = Play::new();
    let mut waits = Vec::new();
    for _ in 0..9 {
        assert!(play.heed().starts_with("connect"));
        play.feed(Input::Connected);
        let said = play.say(&[greeting(CONNECTION_TAKEN)]);
        let wait = said.strip_prefix("refused 2 | close | wait ").expect(&said);
        waits.push(wait.to_owned());
        play.pass(wait.parse().unwrap());
    }
    assert_eq!(
        waits,
        [
            "500", "1000", "2000", "4000", "8000", "16000", "30000", "30000", "30000"
        ]
    );
    // Once it is let in, the next loss waits shortly again.
    play.armed_from_third_id();
    assert_eq!(play.feed(Input::Closed), "lost Closed | wait 500");
}

impl Play {
    /// Arms whatever ids are asked with.
    fn armed_from_third_id(&mut self) {
        assert!(self.heed().starts_with("connect"));
        self.feed(Input::Connected);
        let mut said = self.say(&[greeting(0)]);
        while let Some((kind, id)) = said.split(" | ").next().and_then(|it| it.split_once('#')) {
            let id: u32 = id.parse().unwrap();
            let answer = match kind {
                "GET_READER_CAPABILITIES" => capabilities(id),
                "SET_READER_CONFIG" => ok(id, MessageType::SET_READER_CONFIG_RESPONSE),
                "GET_ROSPECS" => ok(id, MessageType::GET_ROSPECS_RESPONSE),
                "DELETE_ACCESSSPEC" => ok(id, MessageType::DELETE_ACCESSSPEC_RESPONSE),
                "DELETE_ROSPEC" => ok(id, MessageType::DELETE_ROSPEC_RESPONSE),
                "ADD_ROSPEC" => ok(id, MessageType::ADD_ROSPEC_RESPONSE),
                "ENABLE_ROSPEC" => ok(id, MessageType::ENABLE_ROSPEC_RESPONSE),
                other => panic!("{other}"),
            };
            said = self.say(&[answer]);
        }
        assert!(self.session.is_reading(), "{said}");
    }
}

#[test]
fn a_lost_reader_is_armed_again() {
    let mut play = Play::new();
    play.armed();
    assert_eq!(play.feed(Input::Closed), "lost Closed | wait 500");
    assert_eq!(play.feed(Input::Wake), "wait 500", "too early");
    play.pass(500);
    play.armed_from_third_id();
    assert_eq!(play.say(&[tag()]), "report 1 | wait 15000");
}

#[test]
fn a_silent_reader_is_dead_after_three_periods() {
    let mut play = Play::new();
    play.armed();
    play.pass(14_000);
    assert_eq!(play.say(&[keepalive()]), "KEEPALIVE_ACK#50 | wait 15000");
    play.pass(14_999);
    assert_eq!(play.feed(Input::Wake), "wait 1");
    play.pass(1);
    assert_eq!(play.feed(Input::Wake), "lost Silent | close | wait 500");
}

#[test]
fn bytes_that_are_not_llrp_end_the_connection_not_the_session() {
    let mut play = Play::new();
    play.armed();
    let mut huge = keepalive().encode().unwrap();
    huge[2..6].copy_from_slice(&u32::MAX.to_be_bytes());
    assert_eq!(
        play.feed(Input::Bytes(&huge)),
        "lost Frame(TooLong(4294967295)) | close | wait 500"
    );
    let mut play = Play::new();
    play.armed();
    assert_eq!(
        play.feed(Input::Bytes(b"HTTP/1.1 400 Bad Request\r\n\r\n")),
        "lost Frame(TooLong(1414541105)) | close | wait 500"
    );
}

#[test]
fn a_message_that_cannot_be_understood_is_stepped_over() {
    let mut play = Play::new();
    play.armed();
    let custom = hex::decode("07ff00000013000000010000651a1500000000").unwrap();
    assert_eq!(
        play.feed(Input::Bytes(&custom)),
        "skipped unsupported llrp message CUSTOM_MESSAGE | wait 15000"
    );
    // A report with an unknown TV: lost, but the next one is read.
    let mut both = hex::decode("043d000000110000000100f0000795ffff").unwrap();
    both.extend(tag().encode().unwrap());
    assert_eq!(
        play.feed(Input::Bytes(&both)),
        "skipped RO_ACCESS_REPORT: malformed llrp: unknown TV parameter at byte 14 | report 1 \
         | wait 15000"
    );
    // But when it is the answer that is waited for, there is nothing to go on with.
    let mut play = Play::new();
    play.heed();
    play.feed(Input::Connected);
    play.say(&[greeting(0), capabilities(1)]);
    let broken = hex::decode("040d0000000b0000000200").unwrap();
    let said = play.feed(Input::Bytes(&broken));
    assert!(
        said.contains("lost Unreadable(SET_READER_CONFIG_RESPONSE)"),
        "{said}"
    );
}

#[test]
fn a_reader_that_never_greets_is_given_up() {
    let mut play = Play::new();
    play.heed();
    play.feed(Input::Connected);
    play.pass(5_000);
    let said = play.feed(Input::Wake);
    assert_eq!(
        said,
        "lost NoAnswer(\"connection attempt event\") | close | wait 500"
    );
}

#[test]
fn events_and_overflows_are_told() {
    let mut play = Play::new();
    play.armed();
    let events = vec![ReaderEvent::BufferOverflow, ReaderEvent::ConnectionClose];
    assert_eq!(
        play.say(&[notification(ReaderTime::Utc(1), events)]),
        "event BufferOverflow | event ConnectionClose | wait 15000"
    );
}

#[test]
fn stopping_needs_no_reader() {
    let mut play = Play::new();
    assert_eq!(play.feed(Input::Stop), "stopped");
    let mut play = Play::new();
    play.heed();
    assert_eq!(play.feed(Input::Stop), "close | stopped");
    let mut play = Play::new();
    play.armed();
    play.feed(Input::Stop);
    play.pass(5_000);
    assert_eq!(
        play.feed(Input::Wake),
        "close | stopped",
        "the reader does not answer"
    );
    let mut play = Play::new();
    play.armed();
    play.feed(Input::Stop);
    assert_eq!(play.feed(Input::Closed), "stopped");
}

#[test]
fn reader_times_are_placed_on_the_gateways_clock() {
    // Reader's clock at the greeting, reader time of the read, expected gateway time of the read
    // relative to its arrival 10 s after the greeting.
    let us = |ms: u64| ms * 1_000;
    let utc = |ms| (ReaderTime::Utc(us(ms)), Tv::LastSeenUtc(us(ms)));
    let uptime = |ms| (ReaderTime::Uptime(us(ms)), Tv::LastSeenUptime(us(ms)));
    let truth = u64::try_from(EPOCH_MS).unwrap();
    let rows = [
        ("a right clock", utc(truth), utc(truth + 9_000), -1_000),
        ("a clock of 1970", utc(5_000), utc(14_000), -1_000),
        (
            "a clock a day ahead",
            utc(truth + 86_400_000),
            utc(truth + 86_409_500),
            -500,
        ),
        ("only an uptime", uptime(60_000), uptime(68_000), -2_000),
        (
            "held for a minute",
            utc(truth),
            utc(truth - 50_000),
            -60_000,
        ),
        (
            "from the future: stepped",
            utc(truth),
            utc(truth + 3_600_000),
            0,
        ),
        (
            "before all belief: stepped",
            utc(truth),
            utc(truth - 3_600_000),
            0,
        ),
        (
            "clock unknown: greeting told uptime",
            uptime(1),
            utc(truth + 9_000),
            0,
        ),
        ("absurd", utc(truth), utc(u64::MAX / 1_000), 0),
    ];
    for (name, (at, _), (_, seen), expected) in rows {
        let mut play = Play::new();
        play.heed();
        play.feed(Input::Connected);
        let events = vec![ReaderEvent::ConnectionAttempt(CONNECTION_SUCCESS)];
        play.say(&[notification(at, events)]);
        play.pass(10_000);
        play.say(&[report(vec![
            Parameter::Tv(Tv::Epc96([1; 12])),
            Parameter::Tv(seen),
        ])]);
        let read = play.reads.pop().expect(name);
        assert_eq!(read.last_ms - read.arrived.unix_ms, expected, "{name}");
        assert!(
            read.reader_last.is_some(),
            "{name}: the reader's own word is kept"
        );
        assert_eq!(read.first_ms, read.last_ms, "{name}");
    }
}
