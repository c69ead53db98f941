//! Each rule at its edges. The vectors of others are read in the tests of the crate.

use super::{FaultKind, Linter};
use proptest::prelude::*;

#[test]
fn names_are_distinct_and_all_there() {
    let mut names: Vec<_> = Linter::ALL.iter().map(|linter| linter.name()).collect();
    let sorted = names.is_sorted();
    names.dedup();
    assert!(sorted && names.len() == Linter::ALL.len());
}

#[test]
fn each_rule_takes_what_is_right_and_marks_what_is_wrong() {
    use FaultKind as K;

    type Row = (Linter, &'static str, Option<(FaultKind, usize, usize)>);
    let rows: &[Row] = &[
        (Linter::Csum, "09506000134352", None),
        (Linter::Csum, "09506000134353", Some((K::CheckDigit, 13, 1))),
        (Linter::Csum, "", Some((K::TooShort, 0, 0))),
        (Linter::CsumAlpha, "1987654Ad4X4bL5ttr2310c2K", None),
        (
            Linter::CsumAlpha,
            "1987654Ad4X4bL5ttr2310c2J",
            Some((K::CheckPair, 23, 2)),
        ),
        (Linter::Yymmd0, "280229", None),
        (Linter::Yymmd0, "270229", Some((K::Day, 4, 2))),
        (Linter::Yymmd0, "271300", Some((K::Month, 2, 2))),
        (Linter::Yymmdd, "271200", Some((K::Day, 4, 2))),
        (Linter::Yyyymmdd, "21000229", Some((K::Day, 6, 2))),
        (Linter::Yyyymmd0, "20000200", None),
        (Linter::Hhmi, "2460", Some((K::Hour, 0, 2))),
        (Linter::Hhmi, "2360", Some((K::Minute, 2, 2))),
        (Linter::Iban, "GB82WEST12345698765432", None),
        (
            Linter::Iban,
            "GB83WEST12345698765432",
            Some((K::AccountCheck, 2, 2)),
        ),
        (
            Linter::Iban,
            "ZZ82WEST12345698765432",
            Some((K::AccountCountry, 0, 2)),
        ),
        (Linter::PackageType, "PX", None),
        (Linter::PackageType, "8", None),
        (Linter::PackageType, "8.", Some((K::PackageType, 0, 2))),
        (Linter::PackageType, "", Some((K::PackageType, 0, 0))),
        (Linter::PcEnc, "a%2Fb%41", None),
        (Linter::PcEnc, "a%2", Some((K::PercentEscape, 1, 2))),
        (
            Linter::PieceOfTotal,
            "0302",
            Some((K::PieceBeyondTotal, 0, 4)),
        ),
        (Linter::PosInSeqSlash, "9/10", None),
        (
            Linter::PosInSeqSlash,
            "10/9",
            Some((K::PositionBeyondEnd, 0, 4)),
        ),
        (Linter::Latitude, "1800000001", Some((K::Degrees, 0, 10))),
        (Linter::Longitude, "3600000000", None),
        (Linter::MediaType, "11", Some((K::MediaType, 0, 2))),
        (Linter::GcpPos1, "95x1", Some((K::CompanyPrefix, 2, 1))),
        (Linter::GcpPos2, "0952", Some((K::TooShort, 1, 3))),
        (Linter::Cset64, "abc=", Some((K::Padding, 3, 1))),
        (Linter::Iso3166Or999, "999", None),
        (Linter::Iso3166Or999, "998", Some((K::Country, 0, 3))),
    ];
    for (linter, text, expected) in rows {
        let got = linter.check(text.as_bytes()).err();
        let got = got.map(|fault| (fault.kind, fault.at, fault.len));
        assert_eq!(got, *expected, "{} {text:?}", linter.name());
    }
}

proptest! {
    #[test]
    fn marks_lie_within_the_component(data in prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..40),
        "[0-9]{0,40}".prop_map(String::into_bytes),
        "[A-Z0-9%/=-]{0,8}".prop_map(String::into_bytes),
    ]) {
        for linter in Linter::ALL {
            if let Err(fault) = linter.check(&data) {
                prop_assert!(fault.at + fault.len <= data.len(), "{:?} {:?}", linter, fault);
            }
        }
    }
}
