//! An LLRP session over TCP: connects when the session asks, carries bytes, wakes it in time, and
//! hands reads on. A full channel stops the reading of the socket, so that a slow disk pushes
//! back on the reader instead of filling memory.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};
use tokio::time::{Duration, timeout};

use super::clock::Clock;
use crate::llrp::session::{Input, Notice, Output, Read, Session};

/// What a reader's task tells the pipeline.
#[derive(Debug)]
pub struct Told {
    /// Which reader, by its place in the configuration.
    pub reader: usize,
    /// What.
    pub what: What,
}

/// Reads or news.
#[derive(Debug)]
pub enum What {
    /// Tags were read.
    Reads(Vec<Read>),
    /// Something an operator should see.
    Notice(Notice),
}

/// Bytes taken from the socket at once.
const READ_BYTES: usize = 64 * 1024;
/// How long a write may take before the reader is taken for dead.
const WRITE_MAX: Duration = Duration::from_secs(5);

/// Runs one reader's session until `stop` turns true (then it says good-bye to the reader) or the
/// receiving side is gone.
pub async fn run(
    (reader, address): (usize, String),
    mut session: Session,
    clock: Clock,
    to: mpsc::Sender<Told>,
    mut stop: watch::Receiver<bool>,
) {
    let mut stream: Option<TcpStream> = None;
    let mut buffer = vec![0; READ_BYTES];
    let mut stopping = false;
    loop {
        let wake_at = match session.poll(clock.now()) {
            Output::Connect => {
                stream = connect(&address, &mut stop).await;
                let input = if stream.is_some() {
                    Input::Connected
                } else {
                    Input::Closed
                };
                session.handle(input, clock.now());
                continue;
            }
            Output::Send(bytes) => {
                if !write(stream.as_mut(), &bytes).await {
                    stream = None;
                    session.handle(Input::Closed, clock.now());
                }
                continue;
            }
            Output::Close => {
                stream = None;
                continue;
            }
            Output::Report(reads) => {
                if !tell(&to, reader, What::Reads(reads)).await {
                    return;
                }
                continue;
            }
            Output::Notice(notice) => {
                if !tell(&to, reader, What::Notice(notice)).await {
                    return;
                }
                continue;
            }
            Output::Stopped => return,
            Output::WakeAt(at) => at,
        };
        tokio::select! {
            read = receive(stream.as_mut(), &mut buffer) => {
                if let Some(bytes) = read {
                    session.handle(Input::Bytes(bytes), clock.now());
                } else {
                    stream = None;
                    session.handle(Input::Closed, clock.now());
                }
            }
            () = clock.sleep_until(wake_at) => session.handle(Input::Wake, clock.now()),
            _ = stop.wait_for(|stop| *stop), if !stopping => {
                stopping = true;
                session.handle(Input::Stop, clock.now());
            }
        }
    }
}

/// False when nobody listens any more.
async fn tell(to: &mpsc::Sender<Told>, reader: usize, what: What) -> bool {
    to.send(Told { reader, what }).await.is_ok()
}

/// Connects, unless that takes too long or the bridge is being stopped.
async fn connect(address: &str, stop: &mut watch::Receiver<bool>) -> Option<TcpStream> {
    let connecting = timeout(WRITE_MAX, TcpStream::connect(address));
    let stream = tokio::select! {
        connected = connecting => connected.ok()?.ok()?,
        _ = stop.wait_for(|stop| *stop) => return None,
    };
    // Failing to set it costs latency, nothing else.
    let _without_delay = stream.set_nodelay(true);
    Some(stream)
}

async fn write(stream: Option<&mut TcpStream>, bytes: &[u8]) -> bool {
    let Some(stream) = stream else { return false };
    matches!(
        timeout(WRITE_MAX, stream.write_all(bytes)).await,
        Ok(Ok(()))
    )
}

/// Bytes of the reader; `None` when it is gone. Never ready without a connection.
async fn receive<'a>(stream: Option<&mut TcpStream>, buffer: &'a mut [u8]) -> Option<&'a [u8]> {
    match stream {
        None => std::future::pending().await,
        Some(stream) => match stream.read(buffer).await {
            Ok(0) | Err(_) => None,
            Ok(len) => buffer.get(..len),
        },
    }
}
