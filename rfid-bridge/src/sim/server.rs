//! The simulated reader on a TCP port: one client at a time, a second one is told so and closed,
//! as the standard has it.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;

use super::reader::{Input, Output, SimReader};
use crate::reader::clock::Clock;
use crate::reader::tls::Wire;

/// How long a client may take to accept what is written to it.
const WRITE_MAX: Duration = Duration::from_secs(10);
/// Clients that wait to be let in or turned away.
const ARRIVALS_MAX: usize = 8;
/// Bytes read from a client at once.
const READ_BYTES: usize = 16 * 1024;

/// Serves clients until the process ends or, with `once`, until a client has left after a passage
/// was read to its end.
///
/// # Errors
/// When the port can no longer be accepted from.
pub async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    mut reader: SimReader,
    once: bool,
) -> std::io::Result<()> {
    let clock = Clock::start();
    let mut client: Option<Box<dyn Wire>> = None;
    let (to, mut arrivals) = mpsc::channel(ARRIVALS_MAX);
    let mut buffer = vec![0; READ_BYTES];
    loop {
        let wake_at = drain(&mut reader, &mut client, &clock).await;
        if once && client.is_none() && reader.passages() > 0 {
            return Ok(());
        }
        tokio::select! {
            accepted = listener.accept() => {
                let (stream, _) = accepted?;
                tokio::spawn(greet(stream, tls.clone(), to.clone()));
            }
            Some(stream) = arrivals.recv() => {
                if client.is_some() {
                    refuse(stream, &reader, &clock).await;
                } else {
                    client = Some(stream);
                    reader.handle(Input::Connected, clock.now());
                }
            }
            read = receive(client.as_deref_mut(), &mut buffer) => {
                if let Some(bytes) = read {
                    reader.handle(Input::Bytes(bytes), clock.now());
                } else {
                    client = None;
                    reader.handle(Input::Closed, clock.now());
                }
            }
            () = clock.sleep_until(wake_at) => reader.handle(Input::Wake, clock.now()),
        }
    }
}

/// Shakes hands where that is asked for; a client that does not is dropped.
async fn greet(stream: TcpStream, tls: Option<TlsAcceptor>, to: mpsc::Sender<Box<dyn Wire>>) {
    // Failing to set it costs latency, nothing else.
    let _without_delay = stream.set_nodelay(true);
    let stream: Box<dyn Wire> = match tls {
        None => Box::new(stream),
        Some(tls) => match tokio::time::timeout(WRITE_MAX, tls.accept(stream)).await {
            Ok(Ok(stream)) => Box::new(stream),
            Ok(Err(_)) | Err(_) => return,
        },
    };
    // The server may have ended meanwhile.
    let _served = to.send(stream).await;
}

/// Writes what the reader has to say and returns when it wants to be woken.
async fn drain(
    reader: &mut SimReader,
    client: &mut Option<Box<dyn Wire>>,
    clock: &Clock,
) -> Option<u64> {
    loop {
        match reader.poll() {
            Output::Send(bytes) => {
                let Some(stream) = client else { continue };
                let writing = async {
                    stream.write_all(&bytes).await?;
                    stream.flush().await
                };
                let written = tokio::time::timeout(WRITE_MAX, writing).await;
                if !matches!(written, Ok(Ok(()))) {
                    *client = None;
                    reader.handle(Input::Closed, clock.now());
                }
            }
            Output::Close => {
                if let Some(mut stream) = client.take() {
                    let _closed = stream.shutdown().await;
                }
            }
            Output::WakeAt(at) => return at,
        }
    }
}

/// Bytes of the client; `None` when it is gone. Never ready without a client.
async fn receive<'a>(
    client: Option<&mut (dyn Wire + '_)>,
    buffer: &'a mut [u8],
) -> Option<&'a [u8]> {
    match client {
        None => std::future::pending().await,
        Some(stream) => match stream.read(buffer).await {
            Ok(0) | Err(_) => None,
            Ok(len) => buffer.get(..len),
        },
    }
}

async fn refuse(mut stream: Box<dyn Wire>, reader: &SimReader, clock: &Clock) {
    if let Ok(bytes) = reader.refusal(clock.now()) {
        let deadline = Instant::now() + Duration::from_secs(1);
        // The visitor is turned away whether or not it hears why.
        let _written = tokio::time::timeout_at(deadline, stream.write_all(&bytes)).await;
        let _closed = stream.shutdown().await;
    }
}
