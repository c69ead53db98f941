//! The line before a spool of its own, driven by hand: what happens as the spool fills, and what
//! the next process knows of what the one before had not finished.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tangle::{Hlc, NetworkId};
use tempfile::TempDir;
use tokio::sync::mpsc;

use super::*;
use crate::capture::identify;
use crate::llrp::parameter::EpcBits;
use crate::sign::Chain;
use crate::source::{Heard, Letter, Outcome, Raw, Receipt, Status, TagRead};
use crate::spool::pressure::Stage;

mod full;
mod killed;
mod subjects;
mod unmade;
mod waiting;

/// Two doors that hear the same tags.
const AREA: &str = "[[area]]\nsources = [\"dock-1\", \"dock-2\"]\n";

/// Two doors, a feed of sensors of which one has limits, and advices.
fn config(folder: &Path, idle_ms: u64, more: &str) -> Config {
    let text = format!(
        r#"
        [device]
        key_file = "device.key"
        [[reader]]
        address = "192.0.2.17:5084"
        name = "dock-1"
        read_point = "https://id.gs1.org/414/9521321000018/254/dock-1"
        biz_step = "receiving"
        [[reader]]
        address = "192.0.2.18:5084"
        name = "dock-2"
        read_point = "https://id.gs1.org/414/9521321000018/254/dock-2"
        biz_step = "receiving"
        [[feed]]
        name = "cold-1"
        read_point = "https://id.gs1.org/414/9521321000018/254/cold-1"
        format = "chirpstack"
        path = "/lora"
        [[sensor]]
        device = "0102030405060708"
        max_c = "8"
        [expected]
        folder = "{}"
        [uplink]
        url = "https://theriac.example.org"
        api_key_file = "api.key"
        [spool]
        path = "spool.redb"
        [smoothing]
        idle_ms = {idle_ms}
        [blocks]
        passage_quiet_ms = 0
        sample_age_ms_max = 0
        {more}
        "#,
        folder.display()
    );
    Config::parse(&text).unwrap()
}

/// A bridge without sockets.
struct Bridge {
    folder: TempDir,
    bytes_max: u64,
    more: &'static str,
    clock: Clock,
    line: Option<Line>,
    told: Vec<Value>,
}

impl Bridge {
    fn start(bytes_max: u64, more: &'static str) -> Self {
        let mut bridge = Self {
            folder: tempfile::tempdir().unwrap(),
            bytes_max,
            more,
            clock: Clock::start(),
            line: None,
            told: Vec::new(),
        };
        bridge.live(0);
        bridge
    }

    /// Starts a process.
    fn live(&mut self, idle_ms: u64) {
        let path = self.folder.path().join("spool.redb");
        let spool = Arc::new(Spool::open_capped(&path, self.bytes_max).unwrap());
        let config = config(self.folder.path(), idle_ms, self.more);
        let (_, from) = mpsc::channel(1);
        let parts = (spool, Arc::new(Orders::default()), Arc::new(Board::new([])));
        let mut line = Line::new(&config, ([1; 32], self.clock), parts, from).unwrap();
        line.restore().unwrap();
        self.line = Some(line);
    }

    /// Dies without a last word.
    fn die(&mut self) {
        self.line = None;
    }

    fn line(&mut self) -> &mut Line {
        self.line.as_mut().unwrap()
    }

    fn stage(&mut self) -> Stage {
        self.line().spool.stage()
    }

    async fn hear(&mut self, source: usize, heard: Heard) {
        let told = vec![Told { source, heard }];
        self.line().take(told).await.unwrap();
    }

    /// A look at what is due, late enough to write everything down.
    async fn tick(&mut self) {
        let now = self.clock.now().mono_ms + CHANGED_MS_MAX + LISTENING_MS;
        self.line().tick(now).await.unwrap();
    }

    /// Tags with these serial numbers, each read `count` times.
    async fn read(&mut self, source: usize, serials: std::ops::Range<u16>, count: u32) {
        let heard = self.tags(serials, count);
        self.hear(source, heard).await;
    }

    fn tags(&self, serials: std::ops::Range<u16>, count: u32) -> Heard {
        let arrived = self.clock.now();
        let read = |serial: u16| TagRead {
            epc: tag(serial),
            tid: Vec::new(),
            antenna: 1,
            rssi_cdbm: Some(-5_000),
            count,
            reader_first: None,
            reader_last: None,
            first_ms: arrived.unix_ms,
            last_ms: arrived.unix_ms,
            arrived,
        };
        Heard::Raw(Raw::Tags(serials.map(read).collect()))
    }

    /// A sensor's message by a sender that waits for the outcome.
    async fn letter(&mut self, device: u8, count: u32, celsius: &str) -> Outcome {
        let outcome = Arc::new(Mutex::new(None));
        let told = Arc::clone(&outcome);
        let receipt = Receipt::new(move |outcome| *told.lock().unwrap() = Some(outcome));
        self.post(device, (count, celsius), receipt).await;
        outcome.lock().unwrap().take().expect("an answer")
    }

    /// The same by one that does not.
    async fn loose(&mut self, device: u8, count: u32, celsius: &str) {
        self.post(device, (count, celsius), Receipt::loose()).await;
    }

    async fn post(&mut self, device: u8, (count, celsius): (u32, &str), receipt: Receipt) {
        let body = format!(
            r#"{{"deduplicationId":"{device}-{count}","fCnt":{count},
            "object":{{"temperature":{celsius}}},
            "deviceInfo":{{"devEui":"01020304050607{device:02}"}}}}"#
        );
        let letter = Letter {
            topic: "/lora".to_owned(),
            body: body.into_bytes(),
            at: self.clock.now(),
            again: false,
            receipt,
        };
        self.hear(2, Heard::Letter(letter)).await;
    }

    /// The service comes back and takes everything.
    fn deliver(&mut self) {
        let chain = Chain {
            network: NetworkId::new([1; 32]),
            epoch: 0,
            seq: 1,
            prev: None,
            parents: Vec::new(),
            hlc: Hlc(0),
            anchor: None,
        };
        let spool = Arc::clone(&self.line().spool);
        let mut told = Vec::new();
        while spool.stock().unwrap().events > 0 {
            let seal = |events: Vec<Vec<u8>>| {
                told.extend(events.iter().map(|it| serde_json::from_slice(it).unwrap()));
                Ok((b"block".to_vec(), chain.clone()))
            };
            spool.seal(<[usize]>::len, seal).unwrap();
        }
        let blocks = spool.waiting(usize::MAX, usize::MAX).unwrap();
        let serials: Vec<u64> = blocks.iter().map(|block| block.serial).collect();
        spool.settle(&serials, &[]).unwrap();
        self.told.extend(told);
    }

    /// Those of the delivered events that hold something of ours under this name.
    fn with(&self, name: &str) -> Vec<&Value> {
        let name = format!("theriac:{name}");
        let has_it = |event: &&Value| event.get(&name).is_some();
        self.told.iter().filter(has_it).collect()
    }
}

/// SGTIN-96 with a serial number of its own.
fn tag(serial: u16) -> EpcBits {
    let mut bytes = hex::decode("3066c4409047e140075bcd00").unwrap();
    bytes[10..].copy_from_slice(&serial.to_be_bytes());
    EpcBits::from_bytes(&bytes).unwrap()
}
