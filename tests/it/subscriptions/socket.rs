//! A WebSocket client (RFC 6455), as far as a subscriber needs one: it opens, and reads documents
//! until the other end goes.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::Value;
use tests::http::{Client, segment};
use tests::process::PATIENCE;

/// An open socket on the events of a named query.
pub(super) struct Socket(TcpStream);

impl Socket {
    /// Opens one; `from` is the record time from which on events are wanted.
    pub(super) fn open(client: &Client, query: &str, from: Option<&str>) -> Self {
        let address = client.base().trim_start_matches("http://").to_owned();
        let mut stream = TcpStream::connect(&address).expect("the node listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("set");
        let from = from.map_or_else(String::new, |time| {
            format!("&initialRecordTime={}", segment(time))
        });
        let request = format!(
            "GET /epcis/queries/{query}/events?stream=true{from} HTTP/1.1\r\nHost: {address}\r\n\
             Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer {}\r\n\r\n",
            client.key().expect("with a key")
        );
        stream.write_all(request.as_bytes()).expect("sent");
        let (mut head, mut byte) = (Vec::new(), [0]);
        while !head.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte).expect("an answer");
            head.push(byte[0]);
        }
        let head = String::from_utf8_lossy(&head);
        assert!(head.starts_with("HTTP/1.1 101"), "{head}");
        Self(stream)
    }

    /// The next document; nothing when the other end has gone.
    pub(super) fn document(&mut self) -> Option<Value> {
        loop {
            let (opcode, payload) = self.frame()?;
            match opcode {
                1 => return Some(serde_json::from_slice(&payload).expect("a document")),
                8 => return None,
                _ => {}
            }
        }
    }

    fn frame(&mut self) -> Option<(u8, Vec<u8>)> {
        let mut head = [0; 2];
        self.0.read_exact(&mut head).ok()?;
        let mut length = [0; 8];
        match head[1] & 0x7f {
            126 => self.0.read_exact(&mut length[6..]).ok()?,
            127 => self.0.read_exact(&mut length).ok()?,
            short => length[7] = short,
        }
        let mut payload = vec![0; usize::try_from(u64::from_be_bytes(length)).ok()?];
        self.0.read_exact(&mut payload).ok()?;
        Some((head[0] & 0x0f, payload))
    }
}

/// The record time of a document's last event.
pub(super) fn record_time(document: &Value) -> Option<String> {
    let list = document.pointer("/epcisBody/queryResults/resultsBody/eventList")?;
    let last = list.as_array()?.last()?;
    Some(last["recordTime"].as_str()?.to_owned())
}
