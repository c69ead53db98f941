//! Sources: whatever the bridge hears of. Each kind is one [`Driver`], and all drivers say the
//! same few things ([`Raw`]) on one bounded channel; what is behind it (a reader, a broker, a desk
//! device) is the driver's own business. A driver never signs and never touches the disk. A full
//! channel pushes back on it, and it passes that on: it stops reading its socket.
//!
//! ```text
//! llrp   reader::tcp -> reads, inputs, lost time --+
//! mqtt   broker -> letters, acknowledged later ----+--> bounded channel --> pipeline
//! push   HTTP -> letters, answered later ----------+
//! ```

use std::pin::Pin;

use tokio::sync::{mpsc, watch};

use crate::llrp::parameter::EpcBits;
use crate::llrp::session::Now;
use crate::llrp::tag::ReaderTime;

pub mod llrp;
pub mod outage;

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
pub struct Outlet(mpsc::Sender<Told>);

/// Nobody listens any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed;

impl Outlet {
    /// An outlet and what comes out of it; at most `capacity` items wait in between.
    pub fn bounded(capacity: usize) -> (Self, mpsc::Receiver<Told>) {
        let (to, from) = mpsc::channel(capacity.max(1));
        (Self(to), from)
    }

    /// Says something; waits while the channel is full.
    ///
    /// # Errors
    /// [`Closed`].
    pub async fn tell(&self, source: usize, raw: Raw) -> Result<(), Closed> {
        let told = Told { source, raw };
        self.0.send(told).await.map_err(|_| Closed)
    }
}

/// What one source said.
#[derive(Debug)]
pub struct Told {
    /// Which source, by its place in the configuration: readers first, then feeds.
    pub source: usize,
    /// What.
    pub raw: Raw,
}

/// A raw event.
#[derive(Debug)]
pub enum Raw {
    /// Tags were read.
    Tags(Vec<TagRead>),
    /// An input of a reader changed, such as a light barrier.
    Input(InputChange),
    /// The source comes or goes.
    Status(Status),
    /// Something was not heard and never will be.
    Gap(Gap),
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
    /// Arrival by both clocks of the gateway.
    pub at: Now,
}

/// Whether a source can be heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// It can; what it says of itself.
    Up(String),
    /// It cannot, and why.
    Down(String),
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
    /// The bridge did not run.
    Stopped,
}

impl GapCause {
    /// The word of the event.
    pub fn word(self) -> &'static str {
        match self {
            Self::Overflow => "overflow",
            Self::Disconnected => "disconnected",
            Self::Missing => "missing",
            Self::Stopped => "stopped",
        }
    }
}
