//! Scripts on the stage: what they say, what a client hears of it, and what it makes of the
//! mishaps.

use super::*;
use crate::llrp::access::MemoryRead;
use crate::llrp::event::ReaderEvent;
use crate::llrp::impinj::{self, Extensions};
use crate::llrp::session::Lost;
use crate::sim::profile::Profile;
use crate::sim::scene::Scene;
use crate::sim::script::{Cue, Script, What};
use crate::sim::stage::Stage;
use crate::sim::tag::Tag;

fn tags(count: u64) -> Vec<Tag> {
    let epcs = generated_epcs(usize::try_from(count).unwrap()).unwrap();
    (1..)
        .zip(epcs)
        .map(|(number, epc)| Tag::new(epc, number))
        .collect()
}

fn sim(script: &str, count: u64) -> SimReader {
    let script = Script::parse(script).unwrap();
    let stage = Stage::new(script, 100, 4, 1);
    SimReader::before(Scene::Stage(stage), tags(count), 0)
}

/// What a session heard, with the gateway's time of each read and notice.
#[derive(Default)]
struct Heard {
    reads: Vec<Read>,
    notices: Vec<(u64, Notice)>,
}

impl Heard {
    fn distinct(&self) -> usize {
        distinct(&self.reads).len()
    }

    fn events(&self) -> Vec<&ReaderEvent> {
        let events = self.notices.iter().filter_map(|(_, notice)| match notice {
            Notice::Event(event) => Some(event),
            _ => None,
        });
        events.collect()
    }

    fn count(&self, wanted: &Notice) -> usize {
        self.notices
            .iter()
            .filter(|(_, notice)| notice == wanted)
            .count()
    }
}

/// Lets session and reader talk for so long; the reader may hang up, the session comes again.
fn play(mut reader: SimReader, config: SessionConfig, for_ms: u64) -> Heard {
    let mut session = Session::new(config);
    let mut heard = Heard::default();
    let at = |mono_ms: u64| Now {
        mono_ms,
        unix_ms: 1_790_000_000_000 + i64::try_from(mono_ms).unwrap(),
    };
    let (mut now, mut connected) = (at(0), false);
    while now.mono_ms < for_ms {
        let (mut to_reader, mut to_session, mut wake) = (Vec::new(), Vec::new(), Vec::new());
        loop {
            match session.poll(now) {
                Output::Connect => {
                    connected = true;
                    session.handle(Input::Connected, now);
                    reader.handle(ReaderInput::Connected, now);
                }
                Output::Send(bytes) => to_reader.extend(bytes),
                Output::Report(more) => heard.reads.extend(more),
                Output::Notice(notice) => heard.notices.push((now.mono_ms, notice)),
                Output::Close => {
                    connected = false;
                    reader.handle(ReaderInput::Closed, now);
                }
                Output::Stopped => return heard,
                Output::WakeAt(at) => {
                    wake.extend(at);
                    break;
                }
            }
        }
        let mut hung_up = false;
        loop {
            match reader.poll() {
                ReaderOutput::Send(bytes) => to_session.extend(bytes),
                ReaderOutput::Close => hung_up = connected,
                ReaderOutput::WakeAt(at) => {
                    wake.extend(at);
                    break;
                }
            }
        }
        if !to_session.is_empty() {
            session.handle(Input::Bytes(&to_session), now);
        }
        if hung_up {
            connected = false;
            session.handle(Input::Closed, now);
        } else if connected {
            reader.handle(ReaderInput::Bytes(&to_reader), now);
        }
        if to_reader.is_empty() && to_session.is_empty() && !hung_up {
            let next = wake.into_iter().min().unwrap_or(for_ms);
            now = at(next.max(now.mono_ms + 1));
            session.handle(Input::Wake, now);
            reader.handle(ReaderInput::Wake, now);
        }
    }
    heard
}

#[test]
fn the_example_of_the_language_is_understood() {
    let source = include_str!("../script.rs");
    let example: String = source
        .lines()
        .skip_while(|line| !line.starts_with("//! ```text"))
        .skip(1)
        .take_while(|line| !line.starts_with("//! ```"))
        .map(|line| line.trim_start_matches("//!"))
        .collect::<Vec<_>>()
        .join("\n");
    let script = Script::parse(&example).unwrap();
    assert_eq!(script.events.len(), 13);
    assert_eq!(script.again_ms, Some(20_000));
    let last = &script.events.last().unwrap().what;
    assert_eq!(last, &What::Cue(Cue::Restart));
}

#[test]
fn what_is_no_script_is_told_by_its_line() {
    let rows = [
        ("0 dance", "line 1: not understood: dance"),
        ("\nx gpi 1 high", "line 2: not a number: x"),
        ("0 gpi 1 up", "line 1: not understood: gpi 1 up"),
        (
            "0 pass 0 from 1 to 2 for 9",
            "line 1: tags are counted from 1, the lower number first",
        ),
        (
            "0 pass 2-1 from 1 to 2 for 9",
            "line 1: tags are counted from 1, the lower number first",
        ),
        ("0 stay 1 at 1 for 9 rssi -5", "line 1: rssi LOW..HIGH"),
        (
            "0 stay 1 at 1 for 9 percent 0",
            "line 1: rssi LOW..HIGH in dBm, percent 1 to 100",
        ),
        (
            "5 overflow\nagain every 5",
            "again: the time is not after the last event",
        ),
    ];
    for (text, fault) in rows {
        assert_eq!(Script::parse(text), Err(fault.to_owned()), "{text}");
    }
}

#[test]
fn tags_move_from_antenna_to_antenna_and_grow_loud_in_the_middle() {
    let reader = sim(
        "0 pass 1-30 from 1 to 4 for 2000 rssi -70..-40 percent 80",
        30,
    );
    let heard = play(reader, SessionConfig::default(), 5_000);
    assert_eq!(heard.distinct(), 30);
    let mean = |from: u64, to: u64| {
        let some: Vec<_> = heard
            .reads
            .iter()
            .filter(|read| (from..to).contains(&read.arrived.mono_ms))
            .map(|read| (i64::from(read.antenna), i64::from(read.rssi_dbm.unwrap())))
            .collect();
        let count = i64::try_from(some.len()).unwrap();
        let sum = some
            .iter()
            .fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
        (sum.0 * 10 / count, sum.1 / count)
    };
    let (early, middle, late) = (mean(0, 400), mean(900, 1_100), mean(1_700, 2_500));
    assert!(
        early.0 < 20 && late.0 > 30,
        "antennas times ten: {early:?} {late:?}"
    );
    assert!(
        middle.1 > early.1 + 10 && middle.1 > late.1 + 10,
        "{early:?} {middle:?} {late:?}"
    );
}

#[test]
fn inputs_antennas_and_exceptions_are_told_to_who_wants_to_hear() {
    let script = "100 gpi 1 high\n200 gpi 1 low\n300 antenna 2 lost\n400 exception fan failed\n\
                  500 gpi 9 high\n600 overflow";
    let heard = play(sim(script, 1), SessionConfig::default(), 2_000);
    let told: Vec<String> = heard
        .events()
        .iter()
        .map(|event| format!("{event:?}"))
        .collect();
    assert_eq!(told.len(), 5, "{told:?}");
    assert_eq!(told[0], "Gpi { port: 1, state: true }");
    assert_eq!(told[1], "Gpi { port: 1, state: false }");
    assert_eq!(told[2], "Antenna { connected: false, id: 2 }");
    assert!(told[3].starts_with("Exception"), "{told:?}");
    assert_eq!(told[4], "BufferOverflow");
}

#[test]
fn what_passes_while_the_line_is_cut_is_told_when_it_is_back() {
    let script = "0 pass 1-5 from 1 to 2 for 500\n1000 cut for 2000\n\
                  1100 pass 6-25 from 1 to 2 for 600";
    let heard = play(sim(script, 25), SessionConfig::default(), 10_000);
    assert_eq!(heard.distinct(), 25);
    // Refused while the line is down, then armed once more without losing the inventory.
    assert_eq!(heard.count(&Notice::Armed), 2, "{:?}", heard.notices);
    let late: Vec<_> = heard
        .reads
        .iter()
        .filter(|read| read.arrived.mono_ms > 2_900)
        .collect();
    assert!(!late.is_empty());
    for read in late {
        let age = read.arrived.unix_ms - read.last_ms;
        assert!(
            (1_000..3_500).contains(&age),
            "a held read bears its own time: {age}"
        );
    }
}

#[test]
fn a_restarted_reader_is_armed_anew_and_what_it_held_is_lost() {
    let script = "0 pass 1-5 from 1 to 2 for 300\n1000 restart\n3000 pass 6-9 from 1 to 2 for 300";
    let heard = play(sim(script, 9), SessionConfig::default(), 8_000);
    assert_eq!(heard.distinct(), 9);
    assert_eq!(heard.count(&Notice::Armed), 2);
}

#[test]
fn a_mute_reader_is_given_up_and_found_again() {
    let script = "500 mute for 30000\n40000 pass 1-9 from 1 to 2 for 500";
    let heard = play(sim(script, 9), SessionConfig::default(), 60_000);
    assert!(
        heard.count(&Notice::Lost(Lost::Silent)) >= 1,
        "{:?}",
        heard.notices
    );
    assert_eq!(heard.distinct(), 9);
}

#[test]
fn another_client_goes_before_us_and_leaves() {
    let script = "500 taken for 3000\n9000 pass 1-9 from 1 to 2 for 500";
    let heard = play(sim(script, 9), SessionConfig::default(), 15_000);
    assert!(heard.count(&Notice::Refused(2)) >= 2, "{:?}", heard.notices);
    assert_eq!(heard.distinct(), 9);
}

#[test]
fn clocks_that_step_or_are_forgotten_do_not_bend_our_times() {
    let script = "100 clock 86400000\n200 pass 1-5 from 1 to 2 for 300\n1000 uptime\n\
                  1100 pass 6-9 from 1 to 2 for 300\n2000 cut\n\
                  4000 pass 1-9 from 1 to 2 for 300";
    let heard = play(sim(script, 9), SessionConfig::default(), 8_000);
    assert_eq!(heard.distinct(), 9);
    for read in &heard.reads {
        let age = read.arrived.unix_ms - read.last_ms;
        assert!((0..1_000).contains(&age), "{age}: {read:?}");
    }
    let stamps = |uptime: bool| {
        let is = |read: &&Read| matches!(read.reader_last, Some(ReaderTime::Uptime(_))) == uptime;
        heard.reads.iter().filter(is).count()
    };
    assert!(stamps(true) > 0 && stamps(false) > 0);
}

#[test]
fn memory_comes_with_each_read_and_two_tags_of_one_epc_stay_two() {
    let script = Script::parse("0 pass 1-3 from 1 to 2 for 500 percent 100").unwrap();
    let mut tags = tags(3);
    tags[1].epc = tags[0].epc.clone();
    tags[2].user = vec![1, 2];
    let scene = Scene::Stage(Stage::new(script, 100, 4, 1));
    let config = SessionConfig {
        memory: vec![MemoryRead::tid(6), MemoryRead::user(4)],
        ..SessionConfig::default()
    };
    let heard = play(SimReader::before(scene, tags.clone(), 0), config, 2_000);
    assert_eq!(heard.distinct(), 2);
    let told = |tid: &[u8]| {
        let read = heard
            .reads
            .iter()
            .filter_map(|read| read.more.as_ref())
            .find(|more| more.tid.as_deref() == Some(tid));
        read.unwrap().clone()
    };
    assert_eq!(told(&tags[0].tid).user.as_deref(), Some(&tags[0].user[..8]));
    assert_eq!(told(&tags[1].tid).pc, Some(0x3000));
    // The third has one word of USER memory where four were asked for.
    let third = told(&tags[2].tid);
    assert_eq!((third.user, third.failed), (None, vec![(2, 4)]));
}

#[test]
fn impinjs_additions_are_played_by_a_reader_of_that_make() {
    let config = SessionConfig {
        impinj: Some(Extensions {
            tid: true,
            phase: true,
            rssi: true,
            search_mode: Some(1),
        }),
        ..SessionConfig::default()
    };
    let script = "0 pass 1-3 from 1 to 2 for 500";
    let profile = Profile {
        manufacturer: impinj::VENDOR,
        ..Profile::default()
    };
    let heard = play(sim(script, 3).with_profile(profile), config.clone(), 2_000);
    assert_eq!(heard.distinct(), 3);
    for read in &heard.reads {
        let more = read.more.as_ref().unwrap();
        assert_eq!(more.tid.as_ref().map(Vec::len), Some(12));
        let fine = i32::from(more.rssi_cdbm.unwrap()) - i32::from(read.rssi_dbm.unwrap()) * 100;
        assert!((0..100).contains(&fine));
        assert!(more.phase.is_some());
    }
    let heard = play(sim(script, 3), config, 2_000);
    let more = heard.reads[0].more.as_ref().unwrap();
    assert_eq!(
        (more.phase, more.tid.is_none()),
        (None, true),
        "another make has none of it"
    );
}

#[test]
fn a_reader_of_1_0_1_is_talked_to_in_1_0_1() {
    let profile = Profile {
        version_max: 1,
        ..Profile::default()
    };
    let reader = sim("0 pass 1-3 from 1 to 2 for 500", 3).with_profile(profile);
    assert_eq!(play(reader, SessionConfig::default(), 2_000).distinct(), 3);
}
