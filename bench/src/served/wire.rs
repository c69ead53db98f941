//! One kept-alive HTTP/1.1 connection that does little enough not to be what is measured: requests
//! are bytes made beforehand, of an answer only status, length and body are looked at (RFC 9112).

use std::io::{Error, ErrorKind, Read as _, Result, Write as _};
use std::net::{SocketAddr, TcpStream};

/// A connection with at most one request on the way.
pub(crate) struct Wire {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer.
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    pub(crate) body: &'a [u8],
}

/// A request as bytes.
pub(crate) fn request(
    (method, path): (&str, &str),
    key: &str,
    media: &str,
    body: &[u8],
) -> Vec<u8> {
    let mut bytes = format!(
        "{method} {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {key}\r\n\
         Content-Type: {media}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

impl Wire {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        Self::try_connect(address).expect("it listens")
    }

    /// Connects to a server that may be gone.
    pub(crate) fn try_connect(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(1 << 16),
        })
    }

    pub(crate) fn send(&mut self, request: &[u8]) {
        self.stream.write_all(request).expect("it takes requests");
    }

    /// Waits for the answer to what was sent.
    pub(crate) fn receive(&mut self) -> Answer<'_> {
        self.try_receive().expect("it answers")
    }

    fn try_receive(&mut self) -> Result<Answer<'_>> {
        self.buffer.clear();
        let mut piece = [0; 1 << 14];
        let (mut head, mut whole) = (0, usize::MAX);
        while self.buffer.len() < whole {
            let count = self.stream.read(&mut piece)?;
            if count == 0 {
                let text = "the server closed the connection";
                return Err(Error::new(ErrorKind::UnexpectedEof, text));
            }
            self.buffer.extend_from_slice(&piece[..count]);
            if head == 0
                && let Some(end) = self.buffer.windows(4).position(|it| it == b"\r\n\r\n")
            {
                head = end + 4;
                whole = head + length(&self.buffer[..head]);
            }
        }
        let status = std::str::from_utf8(&self.buffer[9..12]).expect("digits");
        Ok(Answer {
            status: status.parse().expect("a status"),
            body: &self.buffer[head..],
        })
    }

    /// Asks and waits.
    pub(crate) fn ask(&mut self, request: &[u8]) -> Answer<'_> {
        self.send(request);
        self.receive()
    }

    /// Asks a server that may be killed meanwhile.
    pub(crate) fn try_ask(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.stream.write_all(request)?;
        self.try_receive()
    }
}

/// `Content-Length` of a head; an answer without a body may have none.
fn length(head: &[u8]) -> usize {
    let head = std::str::from_utf8(head).expect("ASCII");
    let mut fields = head.split("\r\n").filter_map(|line| line.split_once(':'));
    let length = fields.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    length.map_or(0, |(_, value)| value.trim().parse().expect("a length"))
}
