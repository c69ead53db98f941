//! Readers and brokers: is somebody there, and is it what it should be. A reader is greeted as a
//! client greets it and left again; a broker is asked with a session of its own that leaves no
//! trace, because the bridge's durable session must not be disturbed.

use std::time::Duration;

use rumqttc::{
    AsyncClient, ConnectReturnCode, ConnectionError, Event, MqttOptions, Packet, TlsConfiguration,
    Transport,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::Look;
use crate::causes;
use crate::config::{Config, Reader};
use crate::llrp::event::{CONNECTION_SUCCESS, CONNECTION_TAKEN};
use crate::llrp::frame::Framer;
use crate::llrp::message::{Body, Message, VERSION_1_0_1};
use crate::reader::tls::Wire;
use crate::source::mqtt::Broker;

/// How long somebody may take to answer.
const ANSWER_MAX: Duration = Duration::from_secs(5);

/// Looks at every reader and broker; `runs`: the bridge runs, and holds its readers by right.
pub(super) async fn looks(config: &Config, runs: bool) -> Vec<Look> {
    let mut looks = Vec::new();
    for reader in &config.reader {
        looks.push(reader_look(reader, runs).await);
    }
    match config.brokers(config.reader.len()) {
        Ok(brokers) => {
            for broker in &brokers {
                looks.push(broker_look(broker).await);
            }
        }
        Err(error) => {
            let remedy = "correct the files that [[broker]] names";
            looks.push(Look::failure("broker", causes(&error), remedy));
        }
    }
    looks
}

async fn reader_look(reader: &Reader, runs: bool) -> Look {
    let subject = format!("reader {}", reader.name);
    let address = &reader.address;
    match timeout(3 * ANSWER_MAX, greeted(reader)).await {
        Ok(Ok(Greeting::Welcome)) => Look::ok(&subject, format!("{address} speaks LLRP")),
        Ok(Ok(Greeting::Taken)) if runs => {
            let seen = format!("{address} speaks LLRP, and the bridge has it");
            Look::ok(&subject, seen)
        }
        Ok(Ok(Greeting::Taken)) => Look::failure(
            &subject,
            format!("{address} is held by another client"),
            "end the other client: a reader serves one",
        ),
        Ok(Ok(Greeting::Refused(status))) => Look::failure(
            &subject,
            format!("{address} refuses connections (status {status})"),
            "look at the reader's own page for its LLRP settings",
        ),
        Ok(Err(seen)) => Look::failure(
            &subject,
            format!("{address}: {seen}"),
            "check power, cable, address and port (5084, with TLS 5085)",
        ),
        Err(_) => Look::failure(
            &subject,
            format!("{address} is silent"),
            "whatever listens there does not speak LLRP: check the port, and [reader.tls]",
        ),
    }
}

/// What a reader says to a client that comes.
enum Greeting {
    Welcome,
    Taken,
    Refused(u16),
}

async fn greeted(reader: &Reader) -> Result<Greeting, String> {
    let tls = reader.tls().map_err(|error| causes(&error))?;
    let connecting = TcpStream::connect(&reader.address);
    let stream = timeout(ANSWER_MAX, connecting).await;
    let stream = stream.map_err(|_| "no answer".to_owned())?;
    let stream = stream.map_err(|error| error.to_string())?;
    let mut wire: Box<dyn Wire> = match tls {
        Some(tls) => tls.connect(stream).await.map_err(|error| causes(&error))?,
        None => Box::new(stream),
    };
    let status = attempt(wire.as_mut()).await?;
    if status != CONNECTION_SUCCESS {
        return Ok(match status {
            CONNECTION_TAKEN => Greeting::Taken,
            other => Greeting::Refused(other),
        });
    }
    let goodbye = Message {
        version: VERSION_1_0_1,
        id: 1,
        body: Body::CloseConnection,
    };
    if let Ok(bytes) = goodbye.encode() {
        // It may hang up first: that is a good-bye, too.
        let _sent = wire.write_all(&bytes).await;
        let mut rest = [0; 256];
        let _answer = timeout(Duration::from_secs(1), wire.read(&mut rest)).await;
    }
    Ok(Greeting::Welcome)
}

/// The status of the reader's `ConnectionAttemptEvent`, which is the first thing it says.
async fn attempt(wire: &mut dyn Wire) -> Result<u16, String> {
    let mut framer = Framer::new();
    let mut buffer = [0; 4_096];
    loop {
        let length = wire
            .read(&mut buffer)
            .await
            .map_err(|error| error.to_string())?;
        if length == 0 {
            return Err("it hung up without a word".to_owned());
        }
        framer.push(buffer.get(..length).unwrap_or_default());
        let frame = framer.next_frame();
        let Some(frame) = frame.map_err(|error| format!("it speaks no LLRP: {error}"))? else {
            continue;
        };
        let message = Message::decode(&frame);
        let message = message.map_err(|error| format!("it speaks no LLRP: {error}"))?;
        if let Body::EventNotification(event) = message.body
            && let Some(status) = event.connection_attempt()
        {
            return Ok(status);
        }
    }
}

async fn broker_look(broker: &Broker) -> Look {
    let subject = format!("broker {}", broker.name);
    let (host, port) = (&broker.host, broker.port);
    let client_id = format!("{}-doctor", broker.client_id);
    let mut options = MqttOptions::new(client_id, host, port);
    options.set_clean_session(true);
    if let Some((user, password)) = &broker.login {
        options.set_credentials(user, password);
    }
    if let Some(tls) = &broker.tls {
        options.set_transport(Transport::tls_with_config(TlsConfiguration::Simple {
            ca: tls.authority.clone(),
            alpn: None,
            client_auth: tls.client.clone(),
        }));
    }
    let (client, mut events) = AsyncClient::new(options, 4);
    let answered = timeout(2 * ANSWER_MAX, async {
        loop {
            match events.poll().await {
                Ok(Event::Incoming(Packet::ConnAck(ack))) => return Ok(ack.code),
                Ok(_) => {}
                // A broker that says no has answered.
                Err(ConnectionError::ConnectionRefused(code)) => return Ok(code),
                Err(error) => return Err(causes(&error)),
            }
        }
    });
    let look = match answered.await {
        Ok(Ok(ConnectReturnCode::Success)) => Look::ok(&subject, format!("{host}:{port} answers")),
        Ok(Ok(code)) => Look::failure(
            &subject,
            format!("{host}:{port} refuses the connection: {code:?}"),
            "check user, password, and what the broker lets this client do",
        ),
        Ok(Err(seen)) => Look::failure(
            &subject,
            format!("{host}:{port}: {seen}"),
            "check address, network and certificates; the broker keeps messages meanwhile",
        ),
        Err(_) => Look::failure(
            &subject,
            format!("{host}:{port} is silent"),
            "whatever listens there does not speak MQTT: check the port",
        ),
    };
    if client.try_disconnect().is_ok() {
        // Once around, so that the good-bye is sent.
        let _sent = timeout(Duration::from_secs(1), events.poll()).await;
    }
    look
}
