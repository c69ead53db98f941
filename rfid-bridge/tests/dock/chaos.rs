//! The line is cut and the bridge is killed, again and again, while pallets pass: no tag is lost,
//! each event arrives once. The reader holds what it finds while nobody is connected, and what a
//! dead bridge had heard lies in its spool. And several readers at once.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::*;

/// A cable between bridge and reader that can be pulled.
struct Cable {
    address: String,
    streams: Arc<Mutex<Vec<TcpStream>>>,
    pulled: Arc<AtomicBool>,
}

impl Cable {
    fn to(reader: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let streams: Arc<Mutex<Vec<TcpStream>>> = Arc::default();
        let pulled = Arc::new(AtomicBool::new(false));
        let (kept, is_pulled, reader) =
            (Arc::clone(&streams), Arc::clone(&pulled), reader.to_owned());
        std::thread::spawn(move || {
            for near in listener.incoming() {
                let near = near.unwrap();
                if is_pulled.load(Ordering::SeqCst) {
                    continue;
                }
                let Ok(far) = TcpStream::connect(&reader) else {
                    continue;
                };
                for (from, to) in [(&near, &far), (&far, &near)] {
                    let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    std::thread::spawn(move || carry(from, &to));
                }
                kept.lock().unwrap().extend([near, far]);
            }
        });
        Self {
            address,
            streams,
            pulled,
        }
    }

    fn pull(&self, for_ms: u64) {
        self.pulled.store(true, Ordering::SeqCst);
        for stream in self.streams.lock().unwrap().drain(..) {
            // It may be closed already.
            let _closed = stream.shutdown(std::net::Shutdown::Both);
        }
        std::thread::sleep(Duration::from_millis(for_ms));
        self.pulled.store(false, Ordering::SeqCst);
    }
}

fn carry(mut from: TcpStream, mut to: &TcpStream) {
    let mut buffer = [0; 4_096];
    while let Ok(len) = from.read(&mut buffer) {
        if len == 0 || to.write_all(&buffer[..len]).is_err() {
            break;
        }
    }
    let _closed = to.shutdown(std::net::Shutdown::Both);
}

/// Ten pallets of fifty tags, one every two seconds, each in the door for 1.6 s.
pub(super) fn script(folder: &Path) -> String {
    let mut text = String::new();
    for pallet in 0..10 {
        let (first, last) = (pallet * 50 + 1, pallet * 50 + 50);
        let at = pallet * 2_000;
        let pass = format_args!("{at} pass {first}-{last} from 1,2 to 3,4 for 1600 percent 50");
        writeln!(text, "{pass}").unwrap();
    }
    let file = folder.join("pallets.script");
    std::fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

#[test]
fn cut_lines_lose_no_tag_and_repeat_no_event() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start();
    let script = script(folder.path());
    let (_sim, address) = door(&["--tags", "500", "--script", &script]);
    let cable = Cable::to(&address);
    configure(folder.path(), &cable.address, &service.url, 700);
    let bridge = running(folder.path());
    for cut in 0..9_u64 {
        std::thread::sleep(Duration::from_millis(900 + cut * 271 % 1_300));
        cable.pull(cut * 157 % 900);
    }
    wait_for(&service, 500);
    drop(bridge);
    told_once(&service, 500);
}

#[test]
fn killed_bridges_lose_no_tag_and_repeat_no_event() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start();
    let script = script(folder.path());
    let (_sim, address) = door(&["--tags", "500", "--script", &script]);
    configure(folder.path(), &address, &service.url, 300);
    // Lives of 1.1 to 2.3 s; every third is spent without the service.
    for life in 0..8_u64 {
        *service.failing.lock().unwrap() = if life % 3 == 2 { u32::MAX } else { 0 };
        let mut bridge = running(folder.path());
        std::thread::sleep(Duration::from_millis(1_100 + life * 397 % 1_200));
        bridge.0.kill().unwrap();
    }
    *service.failing.lock().unwrap() = 0;
    let bridge = running(folder.path());
    wait_for(&service, 500);
    drop(bridge);
    told_once(&service, 500);
}

/// Waits until so many tags are told, a minute at most.
pub(super) fn wait_for(service: &Service, tags: usize) {
    for _ in 0..600 {
        if service.events().0.len() >= tags {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

pub(super) fn told_once(service: &Service, tags: usize) {
    let (seen, events) = service.events();
    let missing: Vec<usize> = (0..tags)
        .filter(|tag| {
            let serial = format!("/21/{}", 1_000_000_001 + tag);
            !seen.iter().any(|it| it.ends_with(&serial))
        })
        .collect();
    assert_eq!(missing, Vec::<usize>::new(), "lost of {tags}");
    assert!(
        events.values().all(|times| *times == 1),
        "each event in one block: {events:?}"
    );
    service.check_chain();
}

#[test]
fn three_readers_are_heard_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start();
    let doors: Vec<_> = (0..3)
        .map(|at| {
            // Three different shares of the same list of tags.
            let first = at * 100 + 1;
            let text = format!("0 pass {first}-{} from 1 to 4 for 800\n", first + 99);
            let file = folder.path().join(format!("door-{at}.script"));
            std::fs::write(&file, text).unwrap();
            door(&["--tags", "300", "--script", file.to_str().unwrap()])
        })
        .collect();
    configure(folder.path(), &doors[0].1, &service.url, 700);
    let file = folder.path().join("bridge.toml");
    let mut text = std::fs::read_to_string(&file).unwrap();
    for (at, (_, address)) in doors.iter().enumerate().skip(1) {
        text += &common::reader(address, &format!("dock-{}", at + 1));
        text += "tid_words = 6\n";
    }
    std::fs::write(&file, text).unwrap();
    let done = summary(&once(folder.path(), &[]));
    assert_eq!(done["observations"], 300, "{done}");
    told_once(&service, 300);
    let points: BTreeSet<String> = service
        .blocks
        .lock()
        .unwrap()
        .iter()
        .flat_map(|block| {
            block
                .items()
                .map(|(_, item)| item.body.clone())
                .collect::<Vec<_>>()
        })
        .map(|body| String::from_utf8_lossy(&body).into_owned())
        .filter_map(|body| {
            body.split("/254/")
                .nth(1)
                .and_then(|it| it.get(..6))
                .map(str::to_owned)
        })
        .collect();
    assert_eq!(points.len(), 3, "{points:?}");
}
