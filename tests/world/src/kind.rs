//! What is planted, by name: what it is, which rules should say so, and what the counter should do.

use serde::Serialize;

/// A kind of fraud or fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A genuine identifier on one fake, sold at another pharmacy.
    CopiedOnce,
    /// A genuine identifier on ten fakes, each sold at another pharmacy.
    CopiedTenfold,
    /// A serial nobody made, of a real lot.
    InventedSerial,
    /// A serial and a lot nobody made.
    InventedLot,
    /// A genuine identifier printed with a later expiry.
    Relabelled,
    /// A pack that was destroyed after its return is sold.
    Resurfaced,
    /// Packs commissioned by a party without rights to the product number.
    RogueMade,
    /// Identifiers commissioned a second time, by somebody else.
    SecondMaking,
    /// A lot and the first characters of serials that a notice has named.
    KnownBad,
    /// A copied identifier read on another place's shelf while the genuine pack is unpacked.
    TwinRead,
    /// A copied identifier on a chip of its own.
    OtherChip,
    /// A copied identifier on a copied chip, read and written on its own way.
    ForkedTail,
    /// Copied identifiers packed into a box of the cheat's own and shipped with papers in order.
    Repacked,
    /// Genuine identifiers of several lots on fakes that all bear one lot and expiry.
    OneLotPrinted,
    /// A copied identifier taken into stock far away on the day on which the genuine pack is
    /// unpacked.
    SeenFarAway,
    /// A delivery on its way shipped once more, as copies, to a second buyer.
    SoldTwice,
    /// Copies sold with papers that were made afterwards and dated weeks back.
    Backdated,
    /// Packs shipped by somebody who does not hold them.
    PhantomShipped,
    /// A whole delivery stolen on its way.
    Stolen,
    /// More packs made than were authorised.
    OverIssued,
    /// Packs shipped to a country that they are not for.
    Diverted,
    /// Packs handled by a pharmacy whose licence has lapsed.
    Unlicensed,
    /// A box handed over to another pharmacy than the one it was sent to.
    Misdelivered,
    /// Printed with the lot before: the printer was changed over a few packs too late.
    ChangedOver,
    /// The upload of its making tells a last day of use in a year that is over.
    BornExpired,
    /// A delivery whose shipment was posted after it had arrived, with the time of the posting.
    PostedLate,
    /// An event of a place where day and month of the date are exchanged.
    DateSwapped,
    /// A dispensed pack made active again too late and sold once more.
    IllegalUndo,
    /// One source asks for serials until one is right: the source, and the lot it asks for.
    Probing,
    /// One of the serials it asks for.
    Guessed,
    /// Sold after the recall of its lot.
    Recalled,
    /// Sold after its last day.
    Expired,
    /// Warm for hours.
    Warm,
    /// Frozen.
    Frozen,
    /// The cooling unit stood still for half a day.
    CoolingFailed,
    /// Held up for days in a hall that got warm every afternoon.
    WarmAfternoons,
    /// The door stood ajar for a working day.
    DoorAjar,
    /// Warm on two ways, neither of them too much for what the product can bear.
    WarmTwice,
    /// Left in a closed van in the sun.
    LeftInSun,
    /// Nothing measured for hours in the middle of the way.
    Gap,
    /// The logger was started late or stopped early.
    SilentEnd,
    /// The logger repeats one value while the other moves.
    Flatline,
    /// Readings of an earlier journey handed in for a warm one.
    Replayed,
    /// Temperatures that no box can follow.
    Unphysical,
    /// The logger's calibration had lapsed.
    Lapsed,
    /// The logger of another company's shipment.
    ForeignLogger,
    /// The logger's clock jumped.
    ClockJump,
    /// Records that never arrive.
    Lost,
    /// Records that arrive hours or days late.
    Late,
    /// Records sent twice.
    Resent,
    /// A delivery booked in once more, some hours later.
    BookedTwice,
    /// Warm for hours, and less than the product can bear.
    WithinBudget,
    /// A pallet in which packs were that have spent since what they can bear.
    SharesPast,
    /// A place whose clock is an hour off, or whose date is wrong.
    Skewed,
    /// A pack that the reader missed when the case was packed.
    MissedRead,
    /// The pharmacy had no connection and dispensed unchecked.
    Offline,
    /// The same pack scanned again at the same counter.
    ScannedAgain,
    /// Sold back by a pharmacy, received and sold again.
    Returned,
    /// A scan garbled by its scanner.
    Garbled,
}

/// Something planted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Planted {
    /// What.
    pub kind: Kind,
    /// Canonical id of the goods it was done to.
    pub subject: String,
    /// When, ms since the Unix epoch.
    pub at_ms: i64,
    /// Name of the place.
    pub place: String,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 59] = [
        Self::CopiedOnce,
        Self::CopiedTenfold,
        Self::InventedSerial,
        Self::InventedLot,
        Self::Relabelled,
        Self::Resurfaced,
        Self::RogueMade,
        Self::SecondMaking,
        Self::KnownBad,
        Self::TwinRead,
        Self::OtherChip,
        Self::ForkedTail,
        Self::Repacked,
        Self::OneLotPrinted,
        Self::SeenFarAway,
        Self::SoldTwice,
        Self::Backdated,
        Self::PhantomShipped,
        Self::Stolen,
        Self::OverIssued,
        Self::Diverted,
        Self::Unlicensed,
        Self::Misdelivered,
        Self::ChangedOver,
        Self::BornExpired,
        Self::PostedLate,
        Self::DateSwapped,
        Self::IllegalUndo,
        Self::Probing,
        Self::Guessed,
        Self::Recalled,
        Self::Expired,
        Self::Warm,
        Self::Frozen,
        Self::CoolingFailed,
        Self::WarmAfternoons,
        Self::DoorAjar,
        Self::WarmTwice,
        Self::LeftInSun,
        Self::Gap,
        Self::SilentEnd,
        Self::Flatline,
        Self::Replayed,
        Self::Unphysical,
        Self::Lapsed,
        Self::ForeignLogger,
        Self::ClockJump,
        Self::Lost,
        Self::Late,
        Self::Resent,
        Self::BookedTwice,
        Self::WithinBudget,
        Self::SharesPast,
        Self::Skewed,
        Self::MissedRead,
        Self::Offline,
        Self::ScannedAgain,
        Self::Returned,
        Self::Garbled,
    ];

    /// Rules of the catalogue of which any may rightly speak about such goods; the first are those
    /// that are meant to.
    pub fn rules(self) -> &'static [&'static str] {
        match self {
            Self::CopiedOnce => &[
                "C15", "C09", "C12", "C13", "C26", "C17", "C14", "C18", "C27",
            ],
            Self::CopiedTenfold => &["C26", "C15", "C09", "C12", "C13", "C17", "C14", "C18"],
            Self::InventedSerial => &["C01", "C15", "C25"],
            Self::InventedLot => &["C02", "C01", "C15"],
            Self::Relabelled => &["C04", "C15", "C09", "C12", "C26"],
            Self::Resurfaced => &["C09", "C15", "C12", "C10"],
            Self::RogueMade => &["C07", "C08", "C20", "C02", "C21"],
            Self::SecondMaking => &["C06", "C07", "C09", "C12", "C14", "C15", "C20", "C21"],
            Self::KnownBad => &["C05", "C01"],
            Self::TwinRead => &["C13", "C12", "C09", "C15", "C26"],
            Self::OtherChip => &["C23", "C24", "C12", "C13", "C09", "C15", "C26"],
            Self::ForkedTail => &["C24", "C12", "C13", "C09", "C15", "C26"],
            Self::Repacked => &[
                "C19", "C14", "C09", "C12", "C15", "C17", "C18", "C13", "C27",
            ],
            Self::PhantomShipped => &[
                "C14", "C09", "C12", "C15", "C17", "C18", "C19", "C13", "C20", "C21",
            ],
            Self::OneLotPrinted => &["C03", "C04", "C15", "C09", "C12", "C26", "C02"],
            Self::SeenFarAway => &["C12", "C13", "C09", "C15", "C26"],
            Self::SoldTwice => &["C18", "C14", "C17", "C15", "C09", "C12", "C13", "C16"],
            Self::Backdated => &[
                "C22", "C14", "C15", "C09", "C12", "C17", "C18", "C20", "C21",
            ],
            Self::Stolen => &["C16", "C09", "C15", "C12", "C26"],
            Self::OverIssued => &["C08", "C27"],
            Self::Diverted => &["C21"],
            Self::Unlicensed => &["C20"],
            Self::Misdelivered => &["C17", "C16", "C15", "C18"],
            Self::ChangedOver => &["C03", "C04"],
            Self::BornExpired => &["C22", "C04", "C11"],
            Self::PostedLate => &["C22", "C15", "C12", "C16", "C17"],
            Self::DateSwapped => &["C22", "C12", "C09", "C13", "C15"],
            Self::IllegalUndo => &["C10", "C09"],
            Self::Probing => &["C25"],
            Self::Guessed => &["C01", "C25"],
            Self::Recalled | Self::Expired => &["C11"],
            Self::Warm => &["T01", "T02", "T03", "T04", "T05", "T07"],
            Self::Frozen => &["T06", "T01", "T02", "T05"],
            Self::CoolingFailed => &["T02", "T01", "T03", "T04"],
            Self::WarmAfternoons => &["T03", "T01", "T04"],
            Self::DoorAjar => &["T04", "T01", "T02"],
            Self::WarmTwice => &["T05", "T01"],
            Self::LeftInSun => &["T07", "T01", "T02", "T04"],
            Self::Gap | Self::SilentEnd => &["T08", "T12"],
            Self::Flatline => &["T09", "T11"],
            Self::Replayed => &["T10"],
            Self::Unphysical => &["T11", "T01", "T02", "T03", "T05", "T07"],
            Self::Lapsed => &["T13"],
            Self::ForeignLogger => &["T13", "T12"],
            Self::ClockJump => &["T12", "T08"],
            Self::Lost => &["C16", "C15", "C17", "C18", "C19", "C14", "C27"],
            Self::Late => &["C01", "C02", "C15", "C22", "C16", "C14", "C19", "C27"],
            Self::Resent | Self::BookedTwice => &["C18"],
            Self::WithinBudget => &["T01"],
            Self::SharesPast => &["T05"],
            Self::Skewed => &["C22", "C12", "C19", "C18", "C09", "C13", "C15", "C16"],
            Self::MissedRead => &["C19"],
            Self::ScannedAgain => &["C09"],
            Self::Garbled => &["C01", "C03", "C04", "C02"],
            Self::Offline | Self::Returned => &[],
        }
    }

    /// The rule that is for it, where something is wrong with the goods.
    pub fn meant(self) -> Option<&'static str> {
        let first = self.rules().first().copied();
        first.filter(|_| !self.is_benign())
    }

    /// Counterfeits: goods that the maker never made.
    pub fn is_fake(self) -> bool {
        self <= Self::PhantomShipped
    }

    /// Kinds in which the goods got too warm or too cold.
    pub const EXCURSIONS: [Self; 7] = [
        Self::Warm,
        Self::Frozen,
        Self::CoolingFailed,
        Self::WarmAfternoons,
        Self::DoorAjar,
        Self::WarmTwice,
        Self::LeftInSun,
    ];

    /// Something about the readings.
    pub fn is_cold(self) -> bool {
        (Self::Warm..=Self::ClockJump).contains(&self)
    }

    /// Nobody's bad will: the rules should keep quiet, or at least hold nothing.
    pub fn is_benign(self) -> bool {
        self >= Self::Lost
    }

    /// Its name in tables and files.
    pub fn name(self) -> String {
        serde_json::to_value(self)
            .ok()
            .and_then(|value| value.as_str().map(str::to_owned))
            .unwrap_or_default()
    }
}
