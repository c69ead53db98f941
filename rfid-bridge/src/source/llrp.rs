//! LLRP readers as a source: the reader's session ([`crate::reader::tcp`]) in the words that all
//! sources share. Loss of the connection becomes lost time, an overflow of the reader's buffer a
//! gap without a known length.

use tokio::sync::{mpsc, watch};

use super::TagRead;
use super::outage::Outage;
use super::{Caps, Closed, Driver, Gap, GapCause, InputChange, Outlet, Raw, Running, Status};
use crate::llrp::event::ReaderEvent;
use crate::llrp::session::{Notice, Now, Read, Session, SessionConfig};
use crate::reader::clock::Clock;
use crate::reader::tcp::{self, Target, What};
use crate::reader::tls::Tls;

/// One LLRP reader.
#[derive(Debug)]
pub struct Llrp {
    /// Its place among the sources.
    pub source: usize,
    /// Its name; logs only.
    pub name: String,
    /// Host and port.
    pub address: String,
    /// How to encrypt; plain TCP without.
    pub tls: Option<Tls>,
    /// How to talk to it.
    pub session: SessionConfig,
    /// Times.
    pub clock: Clock,
}

/// Messages between the session and this adapter: the bounded channel proper is the outlet's.
const BETWEEN: usize = 4;

impl Driver for Llrp {
    fn caps(&self) -> Caps {
        Caps {
            kind: "llrp",
            acknowledges: false,
        }
    }

    fn run(self: Box<Self>, outlet: Outlet, stop: watch::Receiver<bool>) -> Running {
        Box::pin(async move {
            let (to, from) = mpsc::channel(BETWEEN);
            let session = Session::new(self.session.clone());
            let target = Target {
                reader: self.source,
                address: self.address.clone(),
                tls: self.tls.clone(),
            };
            let control = tcp::Control {
                stop,
                stage: outlet.stage(),
            };
            let session = tcp::run(target, session, self.clock, to, control);
            tokio::join!(session, self.translate(from, outlet));
        })
    }
}

impl Llrp {
    async fn translate(&self, mut from: mpsc::Receiver<tcp::Told>, outlet: Outlet) {
        let mut out = Out {
            lost: Outage::begin(self.clock.now().unix_ms),
            paused: None,
        };
        while let Some(told) = from.recv().await {
            let raws = match told.what {
                What::Reads(reads) => {
                    vec![Raw::Tags(reads.into_iter().map(TagRead::from).collect())]
                }
                What::Notice(notice) => {
                    log(&self.name, &notice);
                    raws(&notice, &mut out, self.clock.now())
                }
            };
            for raw in raws {
                if outlet.tell(self.source, raw).await == Err(Closed) {
                    return;
                }
            }
        }
        let now_ms = self.clock.now().unix_ms;
        for gap in [out.resumed(now_ms), out.lost.heard(now_ms)]
            .into_iter()
            .flatten()
        {
            // At the end of the run; nobody may listen any more.
            let _nobody = outlet.tell(self.source, Raw::Gap(gap)).await;
        }
    }
}

/// Why the reader is not heard.
struct Out {
    /// It cannot be reached.
    lost: Outage,
    /// It is paused since then, wall clock.
    paused: Option<i64>,
}

impl Out {
    /// The pause is over, by whatever ended it.
    fn resumed(&mut self, now_ms: i64) -> Option<Gap> {
        let from_ms = self.paused.take()?;
        Some(Gap {
            cause: GapCause::Paused,
            from_ms,
            to_ms: now_ms.max(from_ms),
            lost: None,
            device: None,
        })
    }
}

/// What the pipeline should know of a notice.
fn raws(notice: &Notice, out: &mut Out, now: Now) -> Vec<Raw> {
    match notice {
        Notice::Armed => {
            let gap = out.lost.heard(now.unix_ms).map(Raw::Gap);
            let up = Raw::Status(Status::Up("inventory runs".to_owned()));
            gap.into_iter().chain([up]).collect()
        }
        Notice::Lost(why) => {
            out.lost.lost(now.unix_ms);
            let down = Raw::Status(Status::Down(format!("{why:?}")));
            let paused = out.resumed(now.unix_ms).map(Raw::Gap);
            paused.into_iter().chain([down]).collect()
        }
        Notice::Paused(true) => {
            out.paused = Some(now.unix_ms);
            let why = "the spool is nearly full".to_owned();
            vec![Raw::Status(Status::Resting(why))]
        }
        Notice::Paused(false) => {
            let paused = out.resumed(now.unix_ms).map(Raw::Gap);
            let up = Raw::Status(Status::Up("inventory goes on".to_owned()));
            paused.into_iter().chain([up]).collect()
        }
        Notice::Event(event) => of_event(event, now).into_iter().collect(),
        _ => Vec::new(),
    }
}

pub(crate) fn of_event(event: &ReaderEvent, now: Now) -> Option<Raw> {
    Some(match *event {
        ReaderEvent::Gpi { port, state } => Raw::Input(InputChange {
            port,
            high: state,
            at_ms: now.unix_ms,
        }),
        ReaderEvent::Antenna { connected, id } => Raw::Status(Status::Antenna {
            port: id,
            connected,
        }),
        ReaderEvent::BufferOverflow => Raw::Gap(Gap {
            cause: GapCause::Overflow,
            from_ms: now.unix_ms,
            to_ms: now.unix_ms,
            lost: None,
            device: None,
        }),
        _ => return None,
    })
}

impl From<Read> for TagRead {
    fn from(read: Read) -> Self {
        let more = read.more.unwrap_or_default();
        let coarse = read.rssi_dbm.map(|dbm| i32::from(dbm) * 100);
        Self {
            epc: read.epc,
            tid: more.tid.unwrap_or_default(),
            antenna: read.antenna,
            rssi_cdbm: more.rssi_cdbm.map(i32::from).or(coarse),
            count: u32::from(read.count),
            reader_first: read.reader_first,
            reader_last: read.reader_last,
            first_ms: read.first_ms,
            last_ms: read.last_ms,
            arrived: read.arrived,
        }
    }
}

fn log(reader: &str, notice: &Notice) {
    match notice {
        Notice::Device(device) => tracing::info!(
            reader,
            firmware = %device.firmware,
            manufacturer = device.manufacturer,
            antennas = device.antennas_max,
            "reader connected"
        ),
        Notice::Armed => tracing::info!(reader, "inventory runs"),
        Notice::Paused(paused) => tracing::info!(reader, paused, "inventory paused or goes on"),
        Notice::Refused(status) => {
            tracing::warn!(
                reader,
                status,
                "the reader refused: another client holds it"
            );
        }
        Notice::Event(event) => tracing::info!(reader, ?event, "reader event"),
        Notice::Tolerated(request, status) => {
            tracing::warn!(reader, %request, %status, "request refused; going on without it");
        }
        Notice::Skipped(error) => tracing::warn!(reader, %error, "message stepped over"),
        Notice::Stray(kind, id) => tracing::warn!(reader, %kind, id, "response nobody asked for"),
        Notice::Lost(why) => tracing::warn!(reader, ?why, "connection lost"),
    }
}
