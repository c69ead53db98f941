//! What a rule finds, and where.

use super::coupon::{CouponPart, CouponProblem};

/// What is wrong with a component and which bytes of it to mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at offset {at}")]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// Offset of the first byte to mark.
    pub at: usize,
    /// How many bytes to mark.
    pub len: usize,
}

impl Fault {
    pub(super) fn one(kind: FaultKind, at: usize) -> Self {
        Self { kind, at, len: 1 }
    }

    pub(super) fn whole(kind: FaultKind, data: &[u8]) -> Self {
        let len = data.len();
        Self { kind, at: 0, len }
    }

    pub(super) fn span(kind: FaultKind, at: usize, len: usize) -> Self {
        Self { kind, at, len }
    }
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FaultKind {
    /// No digit.
    #[error("not a digit")]
    NotADigit,
    /// Outside character set 39.
    #[error("outside character set 39")]
    OutsideSet39,
    /// Outside character set 64.
    #[error("outside character set 64")]
    OutsideSet64,
    /// Outside character set 82.
    #[error("outside character set 82")]
    OutsideSet82,
    /// Padding that base64 does not have at this length.
    #[error("wrong base64 padding")]
    Padding,
    /// Too few characters for the rule.
    #[error("too short")]
    TooShort,
    /// Too many characters for the rule.
    #[error("too long")]
    TooLong,
    /// A number of characters that the rule does not have.
    #[error("wrong number of characters")]
    Length,
    /// Not the right check digit.
    #[error("wrong check digit")]
    CheckDigit,
    /// Not the right pair of check characters.
    #[error("wrong check character pair")]
    CheckPair,
    /// No company prefix.
    #[error("no gs1 company prefix")]
    CompanyPrefix,
    /// Digits only where something else is required.
    #[error("digits only")]
    DigitsOnly,
    /// No month.
    #[error("not a month")]
    Month,
    /// No day of the month.
    #[error("not a day of that month")]
    Day,
    /// No hour.
    #[error("not an hour")]
    Hour,
    /// No minute.
    #[error("not a minute")]
    Minute,
    /// No second.
    #[error("not a second")]
    Second,
    /// Not a hyphen.
    #[error("not a hyphen")]
    NotHyphen,
    /// Not zero.
    #[error("not zero")]
    NotZero,
    /// Zero where it must not be.
    #[error("zero")]
    ZeroValue,
    /// A leading zero where there must be none.
    #[error("leading zero")]
    ZeroPrefix,
    /// An unknown country of an account.
    #[error("unknown country of account")]
    AccountCountry,
    /// A character that accounts do not have.
    #[error("not a character of an account number")]
    AccountCharacter,
    /// The check digits of an account do not fit.
    #[error("wrong check digits of account")]
    AccountCheck,
    /// No index of an importer.
    #[error("not an importer index")]
    ImporterIndex,
    /// No country.
    #[error("not a country code")]
    Country,
    /// No currency.
    #[error("not a currency code")]
    Currency,
    /// No code of biological sex.
    #[error("not a code of biological sex")]
    Sex,
    /// More degrees than there are.
    #[error("not on the globe")]
    Degrees,
    /// No media type.
    #[error("not a media type")]
    MediaType,
    /// No package type.
    #[error("not a package type")]
    PackageType,
    /// An incomplete percent escape.
    #[error("incomplete percent escape")]
    PercentEscape,
    /// Piece number zero.
    #[error("piece number zero")]
    ZeroPiece,
    /// No pieces at all.
    #[error("total of zero pieces")]
    ZeroTotal,
    /// A piece beyond the last.
    #[error("piece number beyond the total")]
    PieceBeyondTotal,
    /// Not a position, a slash and an end.
    #[error("not a position and an end")]
    Position,
    /// A position beyond the end.
    #[error("position beyond the end")]
    PositionBeyondEnd,
    /// No winding direction.
    #[error("not a winding direction")]
    Winding,
    /// Neither 0 nor 1.
    #[error("neither 0 nor 1")]
    YesNo,
    /// A coupon that is not built as it should be.
    #[error("coupon: {0}: {1}")]
    Coupon(CouponPart, CouponProblem),
}
