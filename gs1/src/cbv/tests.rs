//! Spellings of one term, and words that are none.

use super::{BIZ_STEPS, BizStep, DISPOSITIONS, Disposition, MEASUREMENT_TYPES};

#[test]
fn every_spelling_of_a_step_is_the_same_step() {
    for text in [
        "shipping",
        "cbv:BizStep-shipping",
        "https://ref.gs1.org/cbv/BizStep-shipping",
        "urn:epcglobal:cbv:bizstep:shipping",
    ] {
        assert_eq!(BizStep::parse(text), Ok(BizStep::Shipping), "{text}");
    }
    assert_eq!(
        BizStep::Shipping.uri(),
        "https://ref.gs1.org/cbv/BizStep-shipping"
    );
}

#[test]
fn every_word_of_the_lists_has_its_variant() {
    for word in BIZ_STEPS.words() {
        let step = BizStep::parse(word).unwrap();
        assert!(!matches!(step, BizStep::Other(_)), "{word}");
        assert_eq!(step.as_str(), *word);
        assert_eq!(BizStep::parse(&step.uri()), Ok(step));
    }
    for word in DISPOSITIONS.words() {
        let disposition = Disposition::parse(word).unwrap();
        assert!(!matches!(disposition, Disposition::Other(_)), "{word}");
        assert_eq!(Disposition::parse(&disposition.uri()), Ok(disposition));
    }
    assert_eq!(
        (BIZ_STEPS.words().len(), DISPOSITIONS.words().len()),
        (41, 33)
    );
    assert_eq!(MEASUREMENT_TYPES.words().len(), 72);
}

#[test]
fn unknown_words_are_refused_and_foreign_uris_survive() {
    for text in [
        "transforming",
        "Shipping",
        "",
        "urn:epcglobal:cbv:bizstep:transforming",
        "https://ns.gs1.org/cbv/BizStep-nonsense",
        "not a uri",
    ] {
        assert!(BizStep::parse(text).is_err(), "{text}");
    }
    let own = "https://example.com/steps/cooling";
    assert_eq!(BizStep::parse(own), Ok(BizStep::Other(own.to_owned())));
    assert!(Disposition::parse("in_transport").is_err());
    assert_eq!(
        MEASUREMENT_TYPES.normalise("gs1:Temperature").as_deref(),
        Ok("Temperature")
    );
    assert!(MEASUREMENT_TYPES.normalise("Molar_concentration").is_err());
}
