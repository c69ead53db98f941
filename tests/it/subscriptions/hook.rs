//! A receiver of webhooks that outlives the node: it keeps the ids of what it took, and fails when
//! it is told to.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

/// The receiver.
pub(super) struct Hook {
    /// Where it listens.
    pub(super) url: String,
    taken: Arc<Mutex<Vec<String>>>,
    fails: Arc<AtomicU32>,
}

impl Hook {
    /// Listens on a free port until the test ends.
    pub(super) fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        let taken = Arc::new(Mutex::new(Vec::new()));
        let fails = Arc::new(AtomicU32::new(0));
        let (keep, failing) = (Arc::clone(&taken), Arc::clone(&fails));
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let Some(body) = body(&mut stream) else {
                    continue;
                };
                let one_less = |left: u32| left.checked_sub(1);
                let fails = failing.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less);
                let status = if fails.is_ok() { 500 } else { 200 };
                if status == 200 {
                    let document = serde_json::from_slice(&body).expect("a document");
                    keep.lock().expect("whole").extend(super::ids(&document));
                }
                let answer = format!(
                    "HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                );
                stream.write_all(answer.as_bytes()).ok();
            }
        });
        Self { url, taken, fails }
    }

    /// The next so many times it does not take what it is sent.
    pub(super) fn fail(&self, times: u32) {
        self.fails.store(times, Ordering::SeqCst);
    }

    /// Ids of the events taken, in the order in which they came.
    pub(super) fn taken(&self) -> Vec<String> {
        self.taken.lock().expect("whole").clone()
    }
}

/// The body of a request; nothing for one that was cut off.
fn body(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).to_ascii_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))?;
    let mut body = vec![0; length.trim().parse().ok()?];
    stream.read_exact(&mut body).ok()?;
    Some(body)
}
