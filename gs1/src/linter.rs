//! What a component of an element string must mean beyond its characters: check digits, dates,
//! codes of other standards, coupons. These are the rules that the GS1 Barcode Syntax Dictionary
//! names after each component, under the names it gives them.
//!
//! A fault says what is wrong and which part of the component to mark.

mod calendar;
mod coupon;
mod fault;
mod lists;
mod plain;
#[cfg(test)]
mod tests;

pub use coupon::{CouponPart, CouponProblem};
pub use fault::{Fault, FaultKind};

/// A rule of the dictionary. [`Linter::name`] is its name there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Linter {
    /// North American coupon code (AI 8110).
    CouponCode,
    /// Positive offer file coupon code (AI 8112).
    CouponPosOffer,
    /// Character set 39.
    Cset39,
    /// Character set 64: file- and URI-safe base64 with its padding.
    Cset64,
    /// Character set 82.
    Cset82,
    /// Digits.
    CsetNumeric,
    /// Modulo-10 check digit in last place.
    Csum,
    /// Check character pair in last place.
    CsumAlpha,
    /// Begins with a GS1 company prefix.
    GcpPos1,
    /// Holds a GS1 company prefix after its first character.
    GcpPos2,
    /// Holds something else than digits.
    HasNonDigit,
    /// Hour, `HH`.
    Hh,
    /// Hour and minute, `HHMM`.
    Hhmi,
    /// Hyphens only.
    Hyphen,
    /// International bank account number (ISO 13616).
    Iban,
    /// Index of an importer: one character of set 64.
    ImporterIdx,
    /// Country, three digits (ISO 3166-1).
    Iso3166,
    /// Country, three digits, or 999.
    Iso3166Or999,
    /// Country, two letters (ISO 3166-1).
    Iso3166Alpha2,
    /// Currency, three digits (ISO 4217).
    Iso4217,
    /// Biological sex (ISO 5218).
    Iso5218,
    /// Latitude as ten digits.
    Latitude,
    /// Longitude as ten digits.
    Longitude,
    /// AIDC media type.
    MediaType,
    /// Minute, `MM`.
    Mi,
    /// Digits not all zero.
    NonZero,
    /// Digits without leading zero.
    NoZeroPrefix,
    /// Package type (UN/ECE Recommendation 21 and GS1 additions).
    PackageType,
    /// Complete percent escapes.
    PcEnc,
    /// Number of a piece and how many there are.
    PieceOfTotal,
    /// Position and end of a sequence, with a slash.
    PosInSeqSlash,
    /// Second, `SS`.
    Ss,
    /// Winding direction of a roll.
    Winding,
    /// `0` or `1`.
    YesNo,
    /// Date `YYMMDD`, day `00` for the whole month allowed.
    Yymmd0,
    /// Date `YYMMDD`.
    Yymmdd,
    /// Date `YYYYMMDD`, day `00` for the whole month allowed.
    Yyyymmd0,
    /// Date `YYYYMMDD`.
    Yyyymmdd,
    /// Zeros only.
    Zero,
}

impl Linter {
    /// Every rule.
    pub const ALL: [Self; 39] = [
        Self::CouponCode,
        Self::CouponPosOffer,
        Self::Cset39,
        Self::Cset64,
        Self::Cset82,
        Self::CsetNumeric,
        Self::Csum,
        Self::CsumAlpha,
        Self::GcpPos1,
        Self::GcpPos2,
        Self::HasNonDigit,
        Self::Hh,
        Self::Hhmi,
        Self::Hyphen,
        Self::Iban,
        Self::ImporterIdx,
        Self::Iso3166,
        Self::Iso3166Or999,
        Self::Iso3166Alpha2,
        Self::Iso4217,
        Self::Iso5218,
        Self::Latitude,
        Self::Longitude,
        Self::MediaType,
        Self::Mi,
        Self::NonZero,
        Self::NoZeroPrefix,
        Self::PackageType,
        Self::PcEnc,
        Self::PieceOfTotal,
        Self::PosInSeqSlash,
        Self::Ss,
        Self::Winding,
        Self::YesNo,
        Self::Yymmd0,
        Self::Yymmdd,
        Self::Yyyymmd0,
        Self::Yyyymmdd,
        Self::Zero,
    ];

    /// The name of the rule in the GS1 Barcode Syntax Dictionary.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CouponCode => "couponcode",
            Self::CouponPosOffer => "couponposoffer",
            Self::Cset39 => "cset39",
            Self::Cset64 => "cset64",
            Self::Cset82 => "cset82",
            Self::CsetNumeric => "csetnumeric",
            Self::Csum => "csum",
            Self::CsumAlpha => "csumalpha",
            Self::GcpPos1 => "gcppos1",
            Self::GcpPos2 => "gcppos2",
            Self::HasNonDigit => "hasnondigit",
            Self::Hh => "hh",
            Self::Hhmi => "hhmi",
            Self::Hyphen => "hyphen",
            Self::Iban => "iban",
            Self::ImporterIdx => "importeridx",
            Self::Iso3166 => "iso3166",
            Self::Iso3166Or999 => "iso3166999",
            Self::Iso3166Alpha2 => "iso3166alpha2",
            Self::Iso4217 => "iso4217",
            Self::Iso5218 => "iso5218",
            Self::Latitude => "latitude",
            Self::Longitude => "longitude",
            Self::MediaType => "mediatype",
            Self::Mi => "mi",
            Self::NonZero => "nonzero",
            Self::NoZeroPrefix => "nozeroprefix",
            Self::PackageType => "packagetype",
            Self::PcEnc => "pcenc",
            Self::PieceOfTotal => "pieceoftotal",
            Self::PosInSeqSlash => "posinseqslash",
            Self::Ss => "ss",
            Self::Winding => "winding",
            Self::YesNo => "yesno",
            Self::Yymmd0 => "yymmd0",
            Self::Yymmdd => "yymmdd",
            Self::Yyyymmd0 => "yyyymmd0",
            Self::Yyyymmdd => "yyyymmdd",
            Self::Zero => "zero",
        }
    }

    /// Checks a component, given as bytes because a fault is marked by byte.
    ///
    /// # Errors
    /// [`Fault`] for the first thing that is wrong.
    pub fn check(self, data: &[u8]) -> Result<(), Fault> {
        match self {
            Self::CouponCode => coupon::code(data),
            Self::CouponPosOffer => coupon::positive_offer(data),
            Self::Cset39 => plain::set(data, crate::charset::is_39, FaultKind::OutsideSet39),
            Self::Cset64 => plain::base64(data),
            Self::Cset82 => plain::set(data, crate::charset::is_82, FaultKind::OutsideSet82),
            Self::CsetNumeric => plain::digits(data),
            Self::Csum => plain::check_digit(data),
            Self::CsumAlpha => plain::check_pair(data),
            Self::GcpPos1 => plain::company_prefix(data, 0),
            Self::GcpPos2 => plain::company_prefix(data, 1),
            Self::HasNonDigit => plain::has_non_digit(data),
            Self::Hh => calendar::two_digits(data, 23, FaultKind::Hour),
            Self::Hhmi => calendar::hour_minute(data),
            Self::Hyphen => plain::only(data, b'-', FaultKind::NotHyphen),
            Self::Iban => plain::iban(data),
            Self::ImporterIdx => plain::importer_index(data),
            Self::Iso3166Or999 if data == b"999" => Ok(()),
            Self::Iso3166 | Self::Iso3166Or999 => {
                lists::numeric(data, &lists::COUNTRIES, FaultKind::Country)
            }
            Self::Iso3166Alpha2 => lists::country_letters(data),
            Self::Iso4217 => lists::numeric(data, &lists::CURRENCIES, FaultKind::Currency),
            Self::Iso5218 => plain::one_of(data, b"0129", FaultKind::Sex),
            Self::Latitude => plain::degrees(data, 1_800_000_000),
            Self::Longitude => plain::degrees(data, 3_600_000_000),
            Self::MediaType => lists::media_type(data),
            Self::Mi => calendar::two_digits(data, 59, FaultKind::Minute),
            Self::NonZero => plain::non_zero(data),
            Self::NoZeroPrefix => plain::no_zero_prefix(data),
            Self::PackageType => lists::package_type(data),
            Self::PcEnc => plain::percent(data),
            Self::PieceOfTotal => plain::piece_of_total(data),
            Self::PosInSeqSlash => plain::position(data),
            Self::Ss => calendar::two_digits(data, 59, FaultKind::Second),
            Self::Winding => plain::one_of(data, b"019", FaultKind::Winding),
            Self::YesNo => plain::one_of(data, b"01", FaultKind::YesNo),
            Self::Yymmd0 => calendar::short_date(data, true),
            Self::Yymmdd => calendar::short_date(data, false),
            Self::Yyyymmd0 => calendar::long_date(data, true),
            Self::Yyyymmdd => calendar::long_date(data, false),
            Self::Zero => plain::only(data, b'0', FaultKind::NotZero),
        }
    }
}
