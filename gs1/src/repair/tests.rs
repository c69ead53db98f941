//! Every fault on real packs: undone and named, or declined, never taken for another pack.

use super::*;
use crate::element_string::to_raw;
use proptest::prelude::*;

/// The raw element string of a pack.
fn raw(serial: &str, expiry: &str, lot: &str) -> String {
    format!("010950600013435221{serial}\u{1d}17{expiry}10{lot}")
}

fn elements(text: &str) -> Vec<Element> {
    element_string::parse_raw(text).unwrap()
}

/// Packs that were made, told by all that is printed on them.
fn made(packs: &[String]) -> impl Fn(&Scan) -> bool + use<> {
    let packs: Vec<Vec<Element>> = packs.iter().map(|text| elements(text)).collect();
    move |scan| {
        packs.iter().any(|pack| {
            let all = scan.elements.iter().all(|element| pack.contains(element));
            all && scan.value("21").is_some() && scan.value("01").is_some()
        })
    }
}

/// A pack, the same without separators, and whether each garbled text becomes the pack again.
fn hold(rows: impl Fn(&str, &str) -> Vec<(String, Vec<Cause>)>) {
    let pack = raw("aB7yQ0", "271231", "LE850z");
    let known = made(&[pack.clone(), raw("XX", "271231", "LE850z")]);
    let plain = pack.replace('\u{1d}', "");
    for (text, causes) in rows(&pack, &plain) {
        let repaired = repair(&text, &known);
        assert_eq!(
            repaired.confidence,
            Confidence::Unique,
            "{text:?} {repaired:?}"
        );
        assert_eq!(repaired.causes, causes, "{text:?}");
        assert_eq!(to_raw(&repaired.scan.unwrap().elements), pack, "{text:?}");
    }
}

#[test]
fn lost_separators_and_wrong_keys_are_undone_and_named() {
    hold(|pack, plain| {
        vec![
            (plain.to_owned(), vec![Cause::GroupSeparatorLost]),
            (format!("]d2{plain}"), vec![Cause::GroupSeparatorLost]),
            (
                pack.replace('\u{1d}', " "),
                vec![Cause::GroupSeparatorReplaced],
            ),
            (
                pack.replace('\u{1d}', "]"),
                vec![Cause::GroupSeparatorReplaced],
            ),
            (
                pack.replace('\u{1d}', "|"),
                vec![Cause::GroupSeparatorReplaced],
            ),
            (
                pack.replace('\u{1d}', "~"),
                vec![Cause::GroupSeparatorReplaced],
            ),
            (
                pack.replace('\u{1d}', "F8"),
                vec![Cause::GroupSeparatorReplaced],
            ),
            (
                pack.replace('\u{1d}', "029"),
                vec![Cause::GroupSeparatorReplaced],
            ),
            (
                pack.replace('\u{1d}', "\\x1d"),
                vec![Cause::GroupSeparatorReplaced],
            ),
            (keyboard::undo(pack)[0].0.clone(), vec![Cause::CapsLock]),
            (
                keyboard::undo(&format!("]d2{pack}"))[0].0.clone(),
                vec![Cause::CapsLock],
            ),
        ]
    });
}

#[test]
fn what_stands_around_a_code_is_taken_off_and_named() {
    hold(|pack, plain| {
        vec![
            (format!("d2{pack}"), vec![Cause::SymbologyPrefix]),
            (format!("#d2{pack}"), vec![Cause::SymbologyPrefix]),
            (format!("SCAN:{pack}"), vec![Cause::ScannerPrefix]),
            (format!("{pack}#"), vec![Cause::ScannerSuffix]),
            (format!("{pack}9506000134352"), vec![Cause::EanAppended]),
            (
                format!("{pack}\r\n9506000134352\r\n"),
                vec![Cause::EanAppended],
            ),
            (format!("9506000134352{pack}"), vec![Cause::EanAppended]),
            (format!("{pack}{pack}"), vec![Cause::Doubled]),
            (format!("{pack}\n{pack}\n"), vec![Cause::Doubled]),
            (pack.replacen("0109", "019", 1), vec![Cause::ShortGtin]),
            (
                pack.replacen("0109506", "O1O95O6", 1),
                vec![Cause::LetterForDigit],
            ),
            (
                pack.replacen("17271231", "l727I23I", 1),
                vec![Cause::LetterForDigit],
            ),
            (pack.replace("yQ0", "yQO"), vec![Cause::LookAlike]),
            (
                keyboard::garble(pack, "French"),
                vec![Cause::KeyboardLayout("French")],
            ),
            (
                keyboard::garble(plain, "German"),
                vec![
                    Cause::KeyboardLayout("Y and Z exchanged"),
                    Cause::GroupSeparatorLost,
                ],
            ),
            (
                keyboard::garble(&format!("]d2{plain}"), "Spanish"),
                vec![Cause::KeyboardLayout("Spanish"), Cause::GroupSeparatorLost],
            ),
            (
                format!("d2{plain}9506000134352"),
                vec![
                    Cause::SymbologyPrefix,
                    Cause::EanAppended,
                    Cause::GroupSeparatorLost,
                ],
            ),
        ]
    });
}

#[test]
fn letters_that_look_like_digits_are_told_apart_from_letters() {
    let known = made(&[
        raw("D1WIZYTB0NX2", "271231", "L1"),
        raw("KIO10", "271231", "L1"),
    ]);
    for (text, confidence) in [
        (raw("DIWIZYTBONX2", "271231", "L1"), Confidence::Unique),
        (raw("KIOIO", "271231", "L1"), Confidence::Unique),
        (raw("DIWIZYTBONX3", "271231", "L1"), Confidence::Unknown),
    ] {
        assert_eq!(repair(&text, &known).confidence, confidence, "{text:?}");
    }
    // Either of two packs: none is chosen.
    let known = made(&[raw("A1I", "271231", "L1"), raw("AI1", "271231", "L1")]);
    let text = raw("AII", "271231", "L1");
    assert_eq!(repair(&text, &known).confidence, Confidence::Ambiguous);
}

#[test]
fn the_mark_of_the_code_tells_the_case_that_was_sent() {
    let pack = raw("HIOM9BDN3UQI", "271231", "PX1000");
    let known = made(std::slice::from_ref(&pack));
    for (text, cause) in [
        (format!("]D2{pack}"), Cause::AllCapitals),
        (format!("]d2{}", pack.to_ascii_lowercase()), Cause::AllSmall),
        (format!("]D2{}", pack.to_ascii_lowercase()), Cause::CapsLock),
    ] {
        assert_eq!(repair(&text, &known).causes, [cause], "{text:?}");
    }
}

#[test]
fn what_is_well_formed_and_known_stays() {
    let pack = raw("S1", "271231", "L1");
    let known = made(std::slice::from_ref(&pack));
    for text in [
        pack.clone(),
        format!("]d2{pack}\r\n"),
        format!("\t{pack}\u{1d}"),
        pack.replace('\u{1d}', "{GS}"),
        "(01)09506000134352(21)S1(17)271231(10)L1".to_owned(),
    ] {
        let repaired = repair(&text, &known);
        assert_eq!(
            (repaired.confidence, repaired.causes),
            (Confidence::Exact, vec![]),
            "{text:?}"
        );
        assert_eq!(repaired.scan, scan::parse(&text).ok());
    }
}

#[test]
fn nothing_is_guessed() {
    let rows = [
        // Nothing known comes of a well-formed scan: it stays.
        (raw("S2", "271231", "L1"), Confidence::Unknown, None),
        // Either of two packs may have been scanned with Caps Lock on and a wrong keyboard.
        (raw("yK", "271231", "Lq"), Confidence::Ambiguous, None),
        (
            "0109506000134352".to_owned() + "1727",
            Confidence::Unreadable,
            Some(Cause::Truncated),
        ),
        (
            "010950600013435217271231210".to_owned() + "\u{1d}1",
            Confidence::Unreadable,
            Some(Cause::Truncated),
        ),
        (
            "01095060001".to_owned(),
            Confidence::Unreadable,
            Some(Cause::Truncated),
        ),
        (
            "0109506000134353".to_owned() + "21S1",
            Confidence::Unreadable,
            None,
        ),
        ("hello".to_owned(), Confidence::Unreadable, None),
        (String::new(), Confidence::Unreadable, None),
        (
            "x".repeat(REPAIR_BYTES_MAX + 1),
            Confidence::Unreadable,
            None,
        ),
    ];
    let known = made(&[
        raw("S1", "271231", "L1"),
        raw("zK", "271231", "Lq"),
        raw("Yk", "271231", "lQ"),
    ]);
    for (text, confidence, cause) in rows {
        let repaired = repair(&text, &known);
        assert_eq!(repaired.confidence, confidence, "{text:?} {repaired:?}");
        assert_eq!(repaired.causes.first().copied(), cause, "{text:?}");
        let unchanged = repaired.scan.is_none() || repaired.scan == scan::parse(&text).ok();
        assert!(unchanged, "{text:?}");
    }
}

#[test]
fn a_short_gtin_that_reads_as_another_whole_one_is_undone() {
    // 9506000200019 and the 2 of the next element are a GTIN of 14 digits by chance.
    let pack = "010950600020001921A5339TU1PY7N\u{1d}1727120310TZ1013";
    let known = made(&[pack.to_owned()]);
    let repaired = repair(&pack.replacen("0109", "019", 1), &known);
    assert_eq!(repaired.causes, [Cause::ShortGtin]);
    assert_eq!(to_raw(&repaired.scan.unwrap().elements), pack);
    // Where the other one was made, it is the one that was scanned.
    let other = "019506000200019221A5339TU1PY7N\u{1d}1727120310TZ1013";
    let both = made(&[pack.to_owned(), other.to_owned()]);
    assert_eq!(repair(other, &both).confidence, Confidence::Exact);
}

#[test]
fn a_stand_in_that_is_part_of_a_value_too_stays_there() {
    let pack = raw("0502913358029", "280328", "AE1029");
    let known = made(std::slice::from_ref(&pack));
    let repaired = repair(&pack.replace('\u{1d}', "029"), &known);
    assert_eq!(repaired.causes, [Cause::GroupSeparatorReplaced]);
    assert_eq!(to_raw(&repaired.scan.unwrap().elements), pack);
}

#[test]
fn other_codes_of_a_pack_are_repaired_too() {
    let known = |scan: &Scan| scan.is_lone_gtin() && scan.value("01") == Some("09506000134352");
    for text in ["950600013435212", "950600013435212345"] {
        let repaired = repair(text, &known);
        assert_eq!(repaired.causes, [Cause::EanAppended], "{text}");
    }
    let unit = |scan: &Scan| scan.value("00") == Some("095201234567891235");
    assert_eq!(
        repair("OO095201234567891235", &unit).causes,
        [Cause::LetterForDigit]
    );
    let german = |scan: &Scan| scan.value("21") == Some("ABC") && scan.ppn.is_some();
    let text = "[)>\u{1e}06\u{1d}9N110375286414\u{1d}SABC\u{1d}1TL1\u{1e}\u{4}";
    let garbled = keyboard::undo(text)[0].0.clone();
    assert_eq!(repair(&garbled, &german).causes, [Cause::CapsLock]);
}

/// Faults as they happen, by the cause that should be named.
fn garble(text: &str, fault: usize) -> String {
    let plain = || text.replace('\u{1d}', "");
    let swap = || keyboard::undo(text)[0].0.clone();
    match fault {
        0 => plain(),
        1 => text.replace('\u{1d}', " "),
        2 => text.replace('\u{1d}', "|"),
        3 => swap(),
        4 => keyboard::garble(text, "German"),
        5 => keyboard::garble(&plain(), "German"),
        6 => keyboard::garble(text, "French"),
        7 => keyboard::garble(&plain(), "Spanish"),
        8 => format!("d2{text}"),
        9 => format!("{text}9506000134352"),
        10 => format!("{text}{text}"),
        11 => text.replacen("0109", "019", 1),
        12 => text.replacen('0', "O", 3),
        13 => format!("{text}\r\n"),
        14 => format!("$${text}#"),
        15 => swap().replace('\u{1d}', ""),
        // By characters: a garbled text may hold some of several bytes.
        16 => text.chars().take(text.chars().count() - 3).collect(),
        _ => text.replace('I', "1").replace('O', "0"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_fault_makes_another_pack_of_a_pack(
        packs in prop::collection::vec(
            ("[A-Za-z0-9]{2,12}", 0_u8..28, "[A-Z0-9]{2,8}|[a-zA-Z0-9/-]{3,10}"), 1..8,
        ),
        which in any::<prop::sample::Index>(), fault in 0_usize..18, second in 0_usize..18,
    ) {
        let packs: Vec<String> = packs
            .iter()
            .map(|(serial, day, lot)| raw(serial, &format!("2712{day:02}"), lot))
            .collect();
        let known = made(&packs);
        let pack = which.get(&packs).clone();
        let exact = repair(&pack, &known);
        prop_assert_eq!(exact.confidence, Confidence::Exact);
        for text in [garble(&pack, fault), garble(&garble(&pack, second), fault)] {
            let repaired = repair(&text, &known);
            match repaired.confidence {
                Confidence::Exact => prop_assert!(known(&scan::parse(&text).unwrap())),
                Confidence::Unique => {
                    let scan = repaired.scan.unwrap();
                    let (read, meant) = (scan.value("21"), elements(&pack));
                    prop_assert_eq!(read, Some(meant[1].1.as_str()), "{:?}", text);
                    prop_assert!(!repaired.causes.is_empty());
                }
                Confidence::Unknown => prop_assert_eq!(repaired.scan, scan::parse(&text).ok()),
                Confidence::Ambiguous | Confidence::Unreadable => {
                    prop_assert_eq!(repaired.scan, None);
                }
            }
        }
    }

    #[test]
    fn repairing_never_panics(text in "\\PC{0,60}|(]d2)?0109506000134352(21|10|17)[ -~\u{1d}]{0,60}") {
        drop(repair(&text, &|_| false));
        drop(repair(&text, &|_| true));
    }
}
