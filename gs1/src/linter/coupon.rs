//! Coupon codes of North America (AI 8110 and 8112, after the coupon guidelines of GS1 US): a
//! chain of fields, most of which say their own length.

use super::calendar;
use super::fault::{Fault, FaultKind};
use super::plain::digits;

/// A field of a coupon code. Purchases are counted from 1 to 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CouponPart {
    /// Company prefix of who funds the coupon.
    #[error("company prefix")]
    CompanyPrefix,
    /// Format of a positive offer.
    #[error("format")]
    Format,
    /// Who funds a positive offer.
    #[error("funder")]
    Funder,
    /// Offer code.
    #[error("offer code")]
    OfferCode,
    /// What the coupon saves.
    #[error("save value")]
    SaveValue,
    /// How much must be purchased.
    #[error("requirement of purchase {0}")]
    Requirement(u8),
    /// In what unit that is counted.
    #[error("requirement code of purchase {0}")]
    RequirementCode(u8),
    /// Family of the product purchased.
    #[error("family code of purchase {0}")]
    FamilyCode(u8),
    /// Whose product it is.
    #[error("company prefix of purchase {0}")]
    PurchaseCompanyPrefix(u8),
    /// How several purchases combine.
    #[error("additional purchase rules")]
    AdditionalRules,
    /// Last day.
    #[error("expiration date")]
    Expiration,
    /// First day.
    #[error("start date")]
    Start,
    /// Serial number.
    #[error("serial number")]
    Serial,
    /// Retailer.
    #[error("retailer")]
    Retailer,
    /// In what the save value is counted.
    #[error("save value code")]
    SaveValueCode,
    /// Which item the save value is of.
    #[error("item of the save value")]
    SaveValueItem,
    /// Whether the store issued it.
    #[error("store coupon flag")]
    StoreFlag,
    /// Whether it may be multiplied.
    #[error("do not multiply flag")]
    MultiplyFlag,
    /// What follows the last field.
    #[error("end")]
    End,
}

/// What is wrong with the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CouponProblem {
    /// The digit that says its length is not there.
    #[error("length is missing")]
    NoLength,
    /// A length that the field does not have.
    #[error("length not allowed")]
    Length,
    /// Shorter than it should be.
    #[error("cut off")]
    Truncated,
    /// Not there.
    #[error("missing")]
    Missing,
    /// A value that it does not have.
    #[error("value not allowed")]
    Value,
    /// An expiration before the start.
    #[error("before the start date")]
    BeforeStart,
    /// More digits than fields.
    #[error("digits left over")]
    Excess,
}

use CouponPart as Part;
use CouponProblem as Problem;

/// Reads on from field to field.
struct Cursor<'a> {
    data: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn new(data: &'a [u8]) -> Result<Self, Fault> {
        digits(data)?;
        Ok(Self { data, at: 0 })
    }

    fn rest(&self) -> &'a [u8] {
        self.data.get(self.at..).unwrap_or_default()
    }

    /// What is left from here, or everything where nothing is left.
    fn fault(&self, part: Part, problem: Problem) -> Fault {
        let kind = FaultKind::Coupon(part, problem);
        match self.rest().len() {
            0 => Fault::whole(kind, self.data),
            len => Fault::span(kind, self.at, len),
        }
    }

    /// One digit of `allowed`.
    fn code(&mut self, part: Part, allowed: &[u8]) -> Result<u8, Fault> {
        self.digit(part, allowed, Problem::Missing, Problem::Value)
    }

    fn digit(
        &mut self,
        part: Part,
        allowed: &[u8],
        missing: Problem,
        wrong: Problem,
    ) -> Result<u8, Fault> {
        match self.rest().first() {
            None => Err(self.fault(part, missing)),
            Some(digit) if !allowed.contains(digit) => {
                Err(Fault::one(FaultKind::Coupon(part, wrong), self.at))
            }
            Some(digit) => {
                self.at += 1;
                Ok(digit - b'0')
            }
        }
    }

    /// `len` digits.
    fn take(&mut self, part: Part, len: usize) -> Result<&'a [u8], Fault> {
        let Some(taken) = self.rest().get(..len) else {
            return Err(self.fault(part, Problem::Truncated));
        };
        self.at += len;
        Ok(taken)
    }

    /// A digit of `allowed` that says how many digits more than `base` follow, and those.
    fn sized(&mut self, part: Part, allowed: &[u8], base: usize) -> Result<(), Fault> {
        let more = self.digit(part, allowed, Problem::NoLength, Problem::Length)?;
        self.take(part, usize::from(more) + base).map(drop)
    }

    /// Whether the optional field of this number follows; steps behind the number.
    fn option(&mut self, number: u8) -> bool {
        let follows = self.rest().first() == Some(&number);
        self.at += usize::from(follows);
        follows
    }

    /// Requirement, its code and the family code of one purchase.
    fn purchase(&mut self, number: u8) -> Result<(), Fault> {
        self.sized(Part::Requirement(number), b"12345", 0)?;
        self.code(Part::RequirementCode(number), b"012349")?;
        self.take(Part::FamilyCode(number), 3).map(drop)
    }

    /// Company prefix of a further purchase; 9 says that it is the first one's.
    fn purchase_prefix(&mut self, number: u8) -> Result<(), Fault> {
        let part = Part::PurchaseCompanyPrefix(number);
        match self.digit(part, b"01234569", Problem::NoLength, Problem::Length)? {
            9 => Ok(()),
            more => self.take(part, usize::from(more) + 6).map(drop),
        }
    }

    fn date(&mut self, part: Part) -> Result<&'a [u8], Fault> {
        let at = self.at;
        let date = self.take(part, 6)?;
        calendar::short_date(date, false)
            .map_err(|_| Fault::span(FaultKind::Coupon(part, Problem::Value), at, 6))?;
        Ok(date)
    }

    fn end(&self) -> Result<(), Fault> {
        if self.rest().is_empty() {
            return Ok(());
        }
        Err(self.fault(Part::End, Problem::Excess))
    }
}

/// AI 8110.
pub(super) fn code(data: &[u8]) -> Result<(), Fault> {
    let mut cursor = Cursor::new(data)?;
    cursor.sized(Part::CompanyPrefix, b"0123456", 6)?;
    cursor.take(Part::OfferCode, 6)?;
    cursor.sized(Part::SaveValue, b"12345", 0)?;
    cursor.purchase(1)?;
    if cursor.option(b'1') {
        cursor.code(Part::AdditionalRules, b"0123")?;
        cursor.purchase(2)?;
        cursor.purchase_prefix(2)?;
    }
    if cursor.option(b'2') {
        cursor.purchase(3)?;
        cursor.purchase_prefix(3)?;
    }
    let mut expiration = None;
    if cursor.option(b'3') {
        expiration = Some(cursor.date(Part::Expiration)?);
    }
    if cursor.option(b'4') {
        let start = cursor.date(Part::Start)?;
        if expiration.is_some_and(|expiration| start > expiration) {
            let kind = FaultKind::Coupon(Part::Expiration, Problem::BeforeStart);
            return Err(Fault::span(kind, cursor.at - 14, 14));
        }
    }
    if cursor.option(b'5') {
        cursor.sized(Part::Serial, b"0123456789", 6)?;
    }
    if cursor.option(b'6') {
        cursor.sized(Part::Retailer, b"1234567", 6)?;
    }
    if cursor.option(b'9') {
        cursor.code(Part::SaveValueCode, b"01256")?;
        cursor.code(Part::SaveValueItem, b"012")?;
        cursor.code(Part::StoreFlag, b"0123456789")?;
        cursor.code(Part::MultiplyFlag, b"01")?;
    }
    cursor.end()
}

/// AI 8112.
pub(super) fn positive_offer(data: &[u8]) -> Result<(), Fault> {
    let mut cursor = Cursor::new(data)?;
    cursor.code(Part::Format, b"01")?;
    cursor.sized(Part::Funder, b"0123456", 6)?;
    cursor.take(Part::OfferCode, 6)?;
    cursor.sized(Part::Serial, b"0123456789", 6)?;
    cursor.end()
}
