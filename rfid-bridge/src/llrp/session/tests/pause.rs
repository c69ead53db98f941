//! A pause is asked for and ended, and survives refusals, silence and cuts.

use super::*;

/// The id in the request that a session's words end with.
fn id_in(words: &str, request: MessageType) -> u32 {
    let request = format!("{request}#");
    let (_, rest) = words.split_once(&request).expect(words);
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap()
}

const DISABLE: MessageType = MessageType::DISABLE_ROSPEC;
const ENABLE: MessageType = MessageType::ENABLE_ROSPEC;

fn answer(play: &mut Play, words: &str, request: MessageType, status: LlrpStatus) -> String {
    let id = id_in(words, request);
    let kind = request.response().unwrap();
    play.say(&[Message::response(id, kind, status)])
}

#[test]
fn the_inventory_is_paused_and_goes_on() {
    let mut play = Play::new();
    play.armed();
    let asked = play.feed(Input::Hold(true));
    assert!(asked.starts_with(&format!("{DISABLE}#")), "{asked}");
    assert!(!play.feed(Input::Hold(true)).contains('#'), "asked already");
    let told = answer(&mut play, &asked, DISABLE, LlrpStatus::success());
    assert!(told.starts_with("paused true | wait"), "{told}");
    assert!(play.session.is_reading(), "it still listens");
    let asked = play.feed(Input::Hold(false));
    let told = answer(&mut play, &asked, ENABLE, LlrpStatus::success());
    assert!(told.starts_with("paused false | wait"), "{told}");
}

#[test]
fn a_change_of_mind_under_way_is_followed() {
    let mut play = Play::new();
    play.armed();
    let asked = play.feed(Input::Hold(true));
    assert!(!play.feed(Input::Hold(false)).contains('#'));
    let told = answer(&mut play, &asked, DISABLE, LlrpStatus::success());
    assert!(
        told.starts_with(&format!("paused true | {ENABLE}#")),
        "{told}"
    );
    let told = answer(&mut play, &told, ENABLE, LlrpStatus::success());
    assert!(told.starts_with("paused false"), "{told}");
}

#[test]
fn a_reader_that_knows_no_pause_reads_on() {
    let mut play = Play::new();
    play.armed();
    let refusal = || LlrpStatus::new(LlrpStatus::FIELD_ERROR, "no");
    let asked = play.feed(Input::Hold(true));
    let told = answer(&mut play, &asked, DISABLE, refusal());
    assert!(told.starts_with(&format!("tolerated {DISABLE}")), "{told}");
    assert!(
        !play.feed(Input::Hold(true)).contains('#'),
        "once is enough"
    );
    assert!(!play.feed(Input::Hold(false)).contains('#'), "it runs");
    // One that stays dumb afterwards is begun with anew.
    let mut play = Play::new();
    play.armed();
    let asked = play.feed(Input::Hold(true));
    answer(&mut play, &asked, DISABLE, LlrpStatus::success());
    let asked = play.feed(Input::Hold(false));
    let told = answer(&mut play, &asked, ENABLE, refusal());
    assert!(told.starts_with("lost Failed"), "{told}");
}

#[test]
fn no_answer_and_a_cut_begin_anew_with_the_same_wish() {
    let mut play = Play::new();
    play.armed();
    play.feed(Input::Hold(true));
    play.pass(SessionConfig::default().response_ms_max);
    let told = play.feed(Input::Wake);
    assert!(told.starts_with("lost NoAnswer(\"response\")"), "{told}");
    play.pass(1_000);
    play.heed();
    play.feed(Input::Connected);
    play.say(&[greeting(CONNECTION_SUCCESS)]);
    let mut words = String::new();
    for message in arming_from(id_of_next(&play)) {
        words = play.say(&[message]);
    }
    assert!(words.contains("armed"), "{words}");
    let told = answer(&mut play, &words, DISABLE, LlrpStatus::success());
    assert!(told.starts_with("paused true"), "{told}");
}

/// The id of the request the session waits for.
fn id_of_next(play: &Play) -> u32 {
    match play.session.state {
        State::Arming { id, .. } => id,
        other => panic!("{other:?}"),
    }
}

/// What [`arming`] says, for a connection whose first request has another id.
fn arming_from(first: u32) -> Vec<Message> {
    let all = arming();
    let base = all[0].id;
    let shifted = all.into_iter().map(|mut message| {
        message.id = message.id - base + first;
        message
    });
    shifted.collect()
}
