//! Sources: whatever the bridge hears of. Each kind is one [`Driver`], and all drivers say the
//! same few things ([`Raw`]) on one bounded channel; what is behind it (a reader, a broker, a desk
//! device) is the driver's own business. A driver never signs and never touches the disk. A full
//! channel pushes back on it, and it passes that on: it stops reading its socket. A spool that is
//! nearly full does so earlier ([`Outlet::room`]): letters stay with their senders, readers are
//! paused.
//!
//! ```text
//! llrp   reader::tcp -> reads, inputs, lost time --+
//! mqtt   broker -> letters, acknowledged later ----+--> bounded channel --> pipeline
//! push   HTTP -> letters, answered later ----------+
//! folder files -> letters, put away later ---------+
//! desk   chip or PC/SC -> scans, lost time --------+
//! ```

use std::borrow::Cow;
use std::pin::Pin;
use std::sync::Arc;

use gs1::Decimal;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, watch};

use crate::board::Board;
use crate::llrp::parameter::EpcBits;
use crate::llrp::session::Now;
use crate::llrp::tag::ReaderTime;
use crate::scan::Scan;
use crate::sensor::log::LogFile;
use crate::spool::pressure::Stage;

pub mod desk;
pub mod folder;
pub mod llrp;
pub mod mqtt;
pub mod outage;
pub mod push;

/// What the pipeline should know of a driver before it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    /// Its kind, one word; logs only.
    pub kind: &'static str,
    /// What it hands over is kept by its sender until it is acknowledged, so that the death of
    /// the bridge loses none of it.
    pub acknowledges: bool,
}

/// A driver at work; ends when it was told to stop, or when nobody listens any more.
pub type Running = Pin<Box<dyn Future<Output = ()> + Send>>;

/// One way to hear of tags and measurements.
pub trait Driver: Send {
    /// What it can.
    fn caps(&self) -> Caps;

    /// Works until `stop` turns true. Connections that break are made again; what cannot be
    /// mended is told as a [`Status`] and tried again, too, since nobody stands beside a gateway.
    fn run(self: Box<Self>, outlet: Outlet, stop: watch::Receiver<bool>) -> Running;
}

/// Where drivers say what they heard.
#[derive(Debug, Clone)]
pub struct Outlet {
    to: mpsc::Sender<Told>,
    board: Option<Arc<Board>>,
    /// How full the spool is; without one there is always room.
    stage: Option<watch::Receiver<Stage>>,
}

/// Nobody listens any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed;

impl Outlet {
    /// An outlet and what comes out of it; at most `capacity` items wait in between.
    pub fn bounded(capacity: usize) -> (Self, mpsc::Receiver<Told>) {
        let (to, from) = mpsc::channel(capacity.max(1));
        let stage = None;
        (
            Self {
                to,
                board: None,
                stage,
            },
            from,
        )
    }

    /// The same, with a board on which stands what was said.
    #[must_use]
    pub fn noted_on(self, board: Arc<Board>) -> Self {
        Self {
            board: Some(board),
            ..self
        }
    }

    /// Before a spool of which `stage` tells how full it is.
    #[must_use]
    pub fn before(mut self, stage: watch::Receiver<Stage>) -> Self {
        self.stage = Some(stage);
        self
    }

    /// How full the spool is, for whoever wants to follow it.
    pub fn stage(&self) -> Option<watch::Receiver<Stage>> {
        self.stage.clone()
    }

    /// Waits while what can wait at its sender is not wanted.
    pub async fn room(&self) {
        if let Some(mut stage) = self.stage.clone() {
            // Nobody fills a spool that is gone.
            let _gone = stage.wait_for(|stage| *stage < Stage::Held).await;
        }
    }

    /// Says something; waits while the channel is full.
    ///
    /// # Errors
    /// [`Closed`].
    pub async fn tell(&self, source: usize, raw: Raw) -> Result<(), Closed> {
        self.send(source, Heard::Raw(raw)).await
    }

    /// Hands over a letter, likewise.
    ///
    /// # Errors
    /// [`Closed`].
    pub async fn hand(&self, source: usize, letter: Letter) -> Result<(), Closed> {
        self.send(source, Heard::Letter(letter)).await
    }

    async fn send(&self, source: usize, heard: Heard) -> Result<(), Closed> {
        if let Some(board) = &self.board {
            board.heard(source, &heard);
        }
        let told = Told { source, heard };
        self.to.send(told).await.map_err(|_| Closed)
    }
}

/// What one source said.
#[derive(Debug)]
pub struct Told {
    /// Which source, by its place in the configuration: readers first, then feeds.
    pub source: usize,
    /// What.
    pub heard: Heard,
}

/// Something that needs no answer, or a letter that does.
#[derive(Debug)]
pub enum Heard {
    /// Said once.
    Raw(Raw),
    /// Kept by its sender until it is acknowledged.
    Letter(Letter),
}

/// A message of a broker or a client, not read yet.
#[derive(Debug)]
pub struct Letter {
    /// Topic or path.
    pub topic: String,
    /// The bytes as they came.
    pub body: Vec<u8>,
    /// When.
    pub at: Now,
    /// The sender says that it may have come before.
    pub again: bool,
    /// To be used when what the letter says is on disk.
    pub receipt: Receipt,
}

/// How a letter's sender learns what became of it. Dropped unused, the sender keeps the letter.
pub struct Receipt(Option<Box<dyn FnOnce(Outcome) + Send>>);

/// What became of a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// What it says is on disk.
    Kept,
    /// It was on disk already.
    Known,
    /// It cannot be read, and why; sending it again is of no use.
    Unreadable(String),
    /// There is no room for it now: its sender is to keep it.
    Later,
}

impl Receipt {
    /// `tell` is called once, and must not block.
    pub fn new(tell: impl FnOnce(Outcome) + Send + 'static) -> Self {
        Self(Some(Box::new(tell)))
    }

    /// For a letter that its sender has forgotten already.
    pub fn loose() -> Self {
        Self(None)
    }

    /// Whether nobody waits for it.
    pub fn is_loose(&self) -> bool {
        self.0.is_none()
    }

    /// Lets the sender know.
    pub fn give(self, outcome: Outcome) {
        if let Some(tell) = self.0 {
            tell(outcome);
        }
    }
}

impl std::fmt::Debug for Receipt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Receipt")
    }
}

/// A raw event.
#[derive(Debug, Clone, PartialEq)]
pub enum Raw {
    /// Tags were read.
    Tags(Vec<TagRead>),
    /// An input of a reader changed, such as a light barrier.
    Input(InputChange),
    /// The source comes or goes.
    Status(Status),
    /// Something was not heard and never will be.
    Gap(Gap),
    /// A sensor measured.
    Sensor(Report),
    /// A logger's file.
    Log(Box<LogFile>),
    /// A pack was laid on a desk reader.
    Scan(Box<Scan>),
}

/// One report of one tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagRead {
    /// The EPC bank's content; zero bits when the reader gave none.
    pub epc: EpcBits,
    /// TID memory, as far as it was read; empty when it was not.
    pub tid: Vec<u8>,
    /// Antenna port; 0 when not told.
    pub antenna: u16,
    /// Strongest signal in hundredths of a dBm, when told.
    pub rssi_cdbm: Option<i32>,
    /// Sightings this report stands for, at least 1.
    pub count: u32,
    /// First sighting by the reader's clock.
    pub reader_first: Option<ReaderTime>,
    /// Last sighting by the reader's clock.
    pub reader_last: Option<ReaderTime>,
    /// First sighting by the gateway's wall clock, ms since the Unix epoch.
    pub first_ms: i64,
    /// Last sighting by the gateway's wall clock, ms since the Unix epoch.
    pub last_ms: i64,
    /// Arrival by both clocks of the gateway.
    pub arrived: Now,
}

/// An input of a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InputChange {
    /// Port, from 1.
    pub port: u16,
    /// High or low.
    pub high: bool,
    /// Gateway's wall clock, ms since the Unix epoch.
    pub at_ms: i64,
}

/// What one sensor measured, in one message of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The sensor as it names itself.
    pub device: String,
    /// The message's number by the sensor's own counting, when it has one.
    pub sequence: Option<u64>,
    /// When, gateway's wall clock, ms since the Unix epoch.
    pub at_ms: i64,
    /// Measured values; none in a message that only counts.
    pub samples: Vec<Sample>,
}

/// One measured value, exactly as told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// What was measured.
    pub measure: Measure,
    /// The value in the unit of the measure, as decimal text.
    #[serde(with = "decimal_text")]
    pub value: Decimal,
    /// When, as the sensor says or else by the gateway's wall clock, ms since the Unix epoch.
    pub at_ms: i64,
    /// When it came, by the gateway's wall clock, where that is so far from `at_ms` that one of
    /// the clocks may be wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrived_ms: Option<i64>,
    /// Which of several probes of the sensor.
    pub channel: Option<String>,
    /// The device says it is out of its limits.
    pub alarm: bool,
    /// The value cannot be: the sensor is broken.
    pub fault: bool,
}

/// Measurement type of a device's own battery; the CBV has none.
const BATTERY: &str = "urn:theriac:sensor:battery";

/// A measurement type of the CBV, or one of ours, with a unit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Measure {
    /// CBV measurement type, such as `Temperature`, or a URI.
    pub type_: Cow<'static, str>,
    /// UN/ECE Rec. 20 common code.
    pub uom: Cow<'static, str>,
}

impl Measure {
    /// Temperature in degrees Celsius.
    pub const TEMPERATURE_CEL: Self = Self::of("Temperature", "CEL");
    /// Temperature in degrees Fahrenheit.
    pub const TEMPERATURE_FAH: Self = Self::of("Temperature", "FAH");
    /// Relative humidity in percent.
    pub const HUMIDITY_P1: Self = Self::of("RelativeHumidity", "P1");
    /// Pressure in hectopascals.
    pub const PRESSURE_HPA: Self = Self::of("Pressure", "A97");
    /// Illuminance in lux.
    pub const ILLUMINANCE_LUX: Self = Self::of("Illuminance", "LUX");
    /// What is left in the device's own battery, percent.
    pub const BATTERY_P1: Self = Self::of(BATTERY, "P1");
    /// What its battery gives, volts.
    pub const BATTERY_VLT: Self = Self::of(BATTERY, "VLT");

    const fn of(type_: &'static str, uom: &'static str) -> Self {
        Self {
            type_: Cow::Borrowed(type_),
            uom: Cow::Borrowed(uom),
        }
    }

    /// Whether it is of the device's own battery.
    pub fn is_battery(&self) -> bool {
        self.type_ == BATTERY
    }

    /// Any other.
    pub fn new(type_: &str, uom: &str) -> Self {
        Self {
            type_: Cow::Owned(type_.to_owned()),
            uom: Cow::Owned(uom.to_owned()),
        }
    }
}

impl Sample {
    /// A value without an alarm.
    pub fn new(measure: Measure, value: Decimal, at_ms: i64) -> Self {
        Self {
            measure,
            value,
            at_ms,
            arrived_ms: None,
            channel: None,
            alarm: false,
            fault: false,
        }
    }
}

/// Decimals as text, so that none goes through a binary fraction.
mod decimal_text {
    use gs1::Decimal;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(value: &Decimal, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(value)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Decimal, D::Error> {
        let text = String::deserialize(from)?;
        Decimal::parse(&text).map_err(D::Error::custom)
    }
}

/// Whether a source can be heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// It can; what it says of itself.
    Up(String),
    /// It cannot, and why.
    Down(String),
    /// It could, but was told to rest, and why.
    Resting(String),
    /// An antenna was connected or lost.
    Antenna {
        /// Port, from 1.
        port: u16,
        /// Whether it is connected now.
        connected: bool,
    },
}

/// A time in which something may have been missed. It becomes a signed `data_gap` event, because
/// "nothing was seen" and "nobody looked" are different answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// Why.
    pub cause: GapCause,
    /// From, gateway's wall clock, ms since the Unix epoch.
    pub from_ms: i64,
    /// To, likewise.
    pub to_ms: i64,
    /// How many reports were lost, when the source counted them.
    pub lost: Option<u64>,
    /// Which device behind the source, when it is not the source itself.
    pub device: Option<String>,
}

/// Why something may have been missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GapCause {
    /// The reader's buffer ran over.
    Overflow,
    /// The source could not be reached.
    Disconnected,
    /// Messages are missing in a device's own numbering.
    Missing,
    /// A device has begun its numbering anew.
    Reset,
    /// The bridge did not run.
    Stopped,
    /// The reader was paused, because the spool was nearly full.
    Paused,
    /// What came was dropped, because the spool was full.
    SpoolFull,
}

impl GapCause {
    /// The cause with this word.
    pub fn by_word(word: &str) -> Option<Self> {
        let all = [
            Self::Overflow,
            Self::Disconnected,
            Self::Missing,
            Self::Reset,
            Self::Stopped,
            Self::Paused,
            Self::SpoolFull,
        ];
        all.into_iter().find(|cause| cause.word() == word)
    }

    /// The word of the event.
    pub fn word(self) -> &'static str {
        match self {
            Self::Overflow => "overflow",
            Self::Disconnected => "disconnected",
            Self::Missing => "missing",
            Self::Reset => "reset",
            Self::Stopped => "stopped",
            Self::Paused => "paused",
            Self::SpoolFull => "spool_full",
        }
    }
}
