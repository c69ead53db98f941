//! A pack of a product that nobody records here, once its manufacturer's system was asked: what it
//! said takes the place of "not known here". What it did not say is neither good nor bad: nobody
//! was asked, and the pack was not checked.

use gs1::scan::Scan;

use super::{Class, Code, Confidence, Verdict, code, spoken_steps};
use crate::say::{Lang, MakerSaid, Say, Told, pack_sentence};
use crate::state::verified::printed;

impl Verdict {
    /// Whether the pack's product is one that its manufacturer may be asked about: nothing is known
    /// of it here.
    pub fn is_for_maker(&self) -> bool {
        self.code == Code::UnknownProduct
    }

    /// The verdict with what the manufacturer's system said at `now_ms` (ms since the Unix epoch)
    /// about a pack of a product not known here; `printed_over` tells that the date on the label
    /// has passed. Any other verdict stays.
    #[must_use]
    pub fn told_by_maker(mut self, said: MakerSaid, printed_over: bool, now_ms: i64) -> Self {
        if !self.is_for_maker() {
            return self;
        }
        let said = if said == MakerSaid::Verified && printed_over {
            MakerSaid::Expired
        } else {
            said
        };
        let (class, code) = judged(said);
        self.verdict = class;
        self.code = code;
        self.say = Say::Counter(Told::Maker { said });
        self.sentence = self.say.text(Lang::En);
        self.next = code::steps(code, Some(now_ms));
        self.steps = spoken_steps(&self.next, Lang::En);
        self.confidence = if said == MakerSaid::Nothing {
            Confidence::Low
        } else {
            Confidence::Medium
        };
        let status = match code {
            Code::Recalled => "recalled",
            Code::Expired => "expired",
            _ => "unknown",
        };
        self.pack.recalled = code == Code::Recalled;
        status.clone_into(&mut self.pack_status);
        self.pack_sentence = pack_sentence(status, Lang::En);
        self
    }
}

/// Whether the date on a label has passed at `now_ms` (ms since the Unix epoch, in UTC).
pub fn is_printed_over(scan: &Scan, now_ms: i64) -> bool {
    let today = now_ms.div_euclid(86_400_000);
    printed(scan, now_ms).is_some_and(|it| today > i64::from(it.day))
}

fn judged(said: MakerSaid) -> (Class, Code) {
    match said {
        MakerSaid::Verified | MakerSaid::Extended => (Class::Genuine, Code::VerifiedByMaker),
        MakerSaid::Recalled => (Class::DoNotDispense, Code::Recalled),
        MakerSaid::Expired => (Class::DoNotDispense, Code::Expired),
        MakerSaid::Suspect => (Class::Hold, Code::UnderReview),
        MakerSaid::Illegitimate => (Class::DoNotDispense, Code::Suspect),
        MakerSaid::UnknownSerial | MakerSaid::Denied => (Class::DoNotDispense, Code::UnknownSerial),
        MakerSaid::OtherLot | MakerSaid::OtherLotAndExpiry => {
            (Class::DoNotDispense, Code::LotMismatch)
        }
        MakerSaid::OtherExpiry => (Class::DoNotDispense, Code::ExpiryMismatch),
        MakerSaid::NotForSale => (Class::DoNotDispense, Code::AlreadyDispensedElsewhere),
        MakerSaid::Nothing => (Class::NotChecked, Code::NotChecked),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Counter, judge_text};
    use super::*;
    use crate::{Engine, Profile};

    fn verdict(text: &str) -> Verdict {
        let at = Counter {
            now_ms: 0,
            party: None,
            location: None,
        };
        judge_text(&Engine::new(Profile::default()), text, &at)
    }

    const PACK: &str = "(01)09506000134352(21)A1(17)280131(10)L1";

    #[test]
    fn a_confirmation_alone_makes_it_genuine() {
        for said in MakerSaid::ALL {
            let told = verdict(PACK).told_by_maker(said, false, 0);
            let good = told.verdict == Class::Genuine;
            let confirmed = matches!(said, MakerSaid::Verified | MakerSaid::Extended);
            assert_eq!(good, confirmed, "{said:?}");
            let unchecked = told.verdict == Class::NotChecked;
            assert_eq!(unchecked, said == MakerSaid::Nothing, "{said:?}");
            assert!(told.findings.is_empty() && told.alert_status == "none");
            assert!(!told.steps.is_empty() && told.sentence == said.text(Lang::En));
        }
        let old = verdict(PACK).told_by_maker(MakerSaid::Verified, true, 0);
        assert_eq!(
            (old.verdict, old.code),
            (Class::DoNotDispense, Code::Expired)
        );
        assert_eq!(old.pack_status, "expired");
        let longer = verdict(PACK).told_by_maker(MakerSaid::Extended, true, 0);
        assert_eq!(longer.verdict, Class::Genuine);
        let gone = verdict(PACK).told_by_maker(MakerSaid::Recalled, false, 0);
        assert!(gone.pack.recalled && gone.pack_status == "recalled");
    }

    #[test]
    fn the_day_on_the_label_is_the_last_good_one() {
        let over = |expiry: &str, now_ms: i64| {
            let text = format!("(01)09506000134352(21)A1(17){expiry}(10)L1");
            is_printed_over(&gs1::scan::parse(&text).unwrap(), now_ms)
        };
        // 2026-11-21T08:00:00Z.
        let now_ms = 1_795_248_000_000;
        for (expiry, wanted) in [
            ("261121", false),
            ("261120", true),
            ("261100", false),
            ("261000", true),
            ("280131", false),
        ] {
            assert_eq!(over(expiry, now_ms), wanted, "{expiry}");
        }
    }

    #[test]
    fn what_is_known_here_is_not_overruled() {
        let unread = verdict("nothing");
        let same = unread.clone().told_by_maker(MakerSaid::Verified, false, 0);
        assert_eq!(same, unread);
    }
}
