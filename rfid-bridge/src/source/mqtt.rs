//! MQTT brokers as a source. Messages come at QoS 1 into a durable session and are acknowledged
//! only when what they say is on disk, so that the broker keeps whatever the bridge did not. Two
//! traps of the client shape this file: an acknowledgement must not be sent from the task that
//! polls the connection, which fills its request channel and stands still; and that task must not
//! wait for a full pipeline either. So three tasks: one polls, one hands letters on, one answers.
//!
//! While the spool is nearly full letters come back and are not acknowledged: then the broker
//! stops sending, and keeps the rest.
//!
//! An acknowledgement belongs to the connection its message came by: the broker may have given
//! the number to another message since.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use rumqttc::{
    AsyncClient, ConnAck, Event, EventLoop, MqttOptions, Packet, Publish, QoS, Request,
    SubscribeFilter, TlsConfiguration, Transport,
};
use tokio::sync::{mpsc, watch};

use super::outage::Outage;
use super::{Caps, Driver, Gap, GapCause, Letter, Outcome, Outlet, Raw, Receipt, Running, Status};
use crate::llrp::session::Now;
use crate::payload::BYTES_MAX;
use crate::reader::clock::Clock;

/// One connection to a broker.
#[derive(Debug, Clone)]
pub struct Broker {
    /// Its name; logs only.
    pub name: String,
    /// Host.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Names the durable session at the broker; the same for ever, and nobody else's.
    pub client_id: String,
    /// User and password.
    pub login: Option<(String, String)>,
    /// TLS; without it the connection is plain.
    pub tls: Option<BrokerTls>,
    /// Topic filters, and which source each is.
    pub topics: Vec<(String, usize)>,
}

/// Whom to trust, and who we are. PEM.
#[derive(Debug, Clone)]
pub struct BrokerTls {
    /// Certificates of the broker's authority.
    pub authority: Vec<u8>,
    /// Our certificate and key, where the broker asks for them.
    pub client: Option<(Vec<u8>, Vec<u8>)>,
}

/// A broker and the time.
#[derive(Debug)]
pub struct Mqtt {
    /// The connection.
    pub broker: Broker,
    /// Times.
    pub clock: Clock,
}

/// Requests (subscriptions, acknowledgements) between our tasks and the client.
const REQUESTS: usize = 256;
/// A dead connection is noticed after about twice this time.
const KEEP_ALIVE: Duration = Duration::from_secs(20);
/// First and longest wait before a reconnection, ms.
const BACKOFF_MS: (u64, u64) = (200, 30_000);
/// Messages without acknowledgement (QoS 0) that may wait; more are lost, and counted.
const UNACKNOWLEDGED_MAX: usize = 10_000;
/// How long the last acknowledgements may take when the bridge stops.
const GOODBYE: Duration = Duration::from_millis(500);

impl Driver for Mqtt {
    fn caps(&self) -> Caps {
        Caps {
            kind: "mqtt",
            acknowledges: true,
        }
    }

    fn run(self: Box<Self>, outlet: Outlet, stop: watch::Receiver<bool>) -> Running {
        Box::pin(async move {
            let mut options =
                MqttOptions::new(&self.broker.client_id, &self.broker.host, self.broker.port);
            options
                .set_keep_alive(KEEP_ALIVE)
                .set_clean_session(false)
                .set_manual_acks(true)
                .set_max_packet_size(BYTES_MAX + (64 << 10), 64 << 10);
            if let Some((user, password)) = &self.broker.login {
                options.set_credentials(user, password);
            }
            if let Some(tls) = &self.broker.tls {
                options.set_transport(Transport::tls_with_config(TlsConfiguration::Simple {
                    ca: tls.authority.clone(),
                    alpn: None,
                    client_auth: tls.client.clone(),
                }));
            }
            let (client, events) = AsyncClient::new(options, REQUESTS);
            let (answers, asked) = mpsc::unbounded_channel();
            let (letters, arrived) = mpsc::unbounded_channel();
            let shared = Arc::new(Shared::default());
            let answering = tokio::spawn(answer(client, asked, Arc::clone(&shared)));
            let handing = tokio::spawn(hand(
                arrived,
                answers.clone(),
                outlet.clone(),
                Arc::clone(&shared),
            ));
            let poller = Poller {
                mqtt: &self,
                outlet,
                letters,
                answers,
                shared,
                outage: Outage::begin(self.clock.now().unix_ms),
            };
            poller.poll(events, stop).await;
            handing.abort();
            answering.abort();
        })
    }
}

/// What the tasks of one broker have in common.
#[derive(Debug, Default)]
struct Shared {
    /// Which connection this is.
    connection: AtomicU64,
    /// Letters on their way to the pipeline.
    waiting: AtomicUsize,
}

/// A request to the broker.
enum Ask {
    /// Of this connection.
    Acknowledge(u64, Box<Publish>),
    Subscribe(Vec<SubscribeFilter>),
}

/// Sends requests; waits for room in the client's channel, which the poller must not.
async fn answer(client: AsyncClient, mut asked: mpsc::UnboundedReceiver<Ask>, shared: Arc<Shared>) {
    while let Some(ask) = asked.recv().await {
        let sent = match ask {
            Ask::Acknowledge(connection, publish) => {
                if connection != shared.connection.load(Ordering::Acquire) {
                    continue;
                }
                client.ack(&publish).await
            }
            Ask::Subscribe(filters) => client.subscribe_many(filters).await,
        };
        if sent.is_err() {
            return;
        }
    }
}

/// A message on its way to the pipeline.
struct Mail {
    source: usize,
    publish: Publish,
    at: Now,
    /// The connection it came by.
    connection: u64,
}

impl Mail {
    /// Its sender has forgotten it.
    fn is_loose(&self) -> bool {
        self.publish.qos == QoS::AtMostOnce
    }

    /// The letter in it; one for which there is no room comes back, and stays unacknowledged.
    fn letter(
        self,
        answers: &mpsc::UnboundedSender<Ask>,
        back: &mpsc::UnboundedSender<Self>,
    ) -> Letter {
        let (topic, body) = (self.publish.topic.clone(), self.publish.payload.to_vec());
        let (at, again) = (self.at, self.publish.dup);
        let receipt = if self.is_loose() {
            Receipt::loose()
        } else {
            let (answers, back) = (answers.clone(), back.clone());
            Receipt::new(move |outcome| {
                if outcome == Outcome::Later {
                    let _ended = back.send(self);
                    return;
                }
                let ask = Ask::Acknowledge(self.connection, Box::new(self.publish));
                let _ended = answers.send(ask);
            })
        };
        Letter {
            topic,
            body,
            at,
            again,
            receipt,
        }
    }
}

/// Hands letters to the pipeline, at the pipeline's pace. What came back waits for room; it is at
/// most what the broker sends without an acknowledgement.
async fn hand(
    mut arrived: mpsc::UnboundedReceiver<Mail>,
    answers: mpsc::UnboundedSender<Ask>,
    outlet: Outlet,
    shared: Arc<Shared>,
) {
    let (back, mut returned) = mpsc::unbounded_channel::<Mail>();
    let mut waiting = VecDeque::new();
    loop {
        let mail = tokio::select! {
            Some(mail) = returned.recv() => {
                waiting.push_back(mail);
                continue;
            }
            () = outlet.room(), if !waiting.is_empty() => {
                let mail: Option<Mail> = waiting.pop_front();
                let now = shared.connection.load(Ordering::Acquire);
                // Of an earlier connection: the broker has sent it again.
                let Some(mail) = mail.filter(|mail| mail.connection == now) else {
                    continue;
                };
                mail
            }
            mail = arrived.recv() => {
                let Some(mail) = mail else { return };
                shared.waiting.fetch_sub(1, Ordering::AcqRel);
                mail
            }
        };
        let (source, letter) = (mail.source, mail.letter(&answers, &back));
        if outlet.hand(source, letter).await.is_err() {
            return;
        }
    }
}

struct Poller<'a> {
    mqtt: &'a Mqtt,
    outlet: Outlet,
    letters: mpsc::UnboundedSender<Mail>,
    answers: mpsc::UnboundedSender<Ask>,
    shared: Arc<Shared>,
    outage: Outage,
}

impl Poller<'_> {
    async fn poll(mut self, mut events: EventLoop, mut stop: watch::Receiver<bool>) {
        let mut wait_ms = BACKOFF_MS.0;
        loop {
            let event = tokio::select! {
                event = events.poll() => event,
                _ = stop.wait_for(|stop| *stop) => break,
            };
            match event {
                Ok(Event::Incoming(Packet::ConnAck(ConnAck {
                    session_present, ..
                }))) => {
                    wait_ms = BACKOFF_MS.0;
                    if !session_present {
                        // Numbers of the old session mean nothing in a new one.
                        events
                            .pending
                            .retain(|it| !matches!(it, Request::PubAck(_)));
                    }
                    if !self.connected(session_present).await {
                        return;
                    }
                }
                Ok(Event::Incoming(Packet::Publish(publish))) => self.take(publish).await,
                Ok(_) => {}
                Err(error) => {
                    self.lost(&error.to_string()).await;
                    tokio::select! {
                        () = tokio::time::sleep(Duration::from_millis(wait_ms)) => {}
                        _ = stop.wait_for(|stop| *stop) => break,
                    }
                    wait_ms = (wait_ms * 2).min(BACKOFF_MS.1);
                }
            }
        }
        // The broker keeps what is not acknowledged by now.
        let rest = async { while events.poll().await.is_ok() {} };
        let _whether_or_not = tokio::time::timeout(GOODBYE, rest).await;
    }

    /// False when nobody listens any more.
    async fn connected(&mut self, session_present: bool) -> bool {
        self.shared.connection.fetch_add(1, Ordering::AcqRel);
        let broker = &self.mqtt.broker;
        tracing::info!(broker = broker.name, session_present, "broker connected");
        let filters = broker
            .topics
            .iter()
            .map(|(filter, _)| SubscribeFilter::new(filter.clone(), QoS::AtLeastOnce));
        let asked = self.answers.send(Ask::Subscribe(filters.collect()));
        let gap = self.outage.heard(self.mqtt.clock.now().unix_ms);
        for (_, source) in &broker.topics {
            // A durable session has kept what was sent meanwhile: then nothing is missing.
            if let Some(gap) = gap.clone().filter(|_| !session_present)
                && self.outlet.tell(*source, Raw::Gap(gap)).await.is_err()
            {
                return false;
            }
            let up = Raw::Status(Status::Up("broker connected".to_owned()));
            if self.outlet.tell(*source, up).await.is_err() {
                return false;
            }
        }
        asked.is_ok()
    }

    async fn lost(&mut self, why: &str) {
        let broker = &self.mqtt.broker;
        tracing::warn!(broker = broker.name, why, "broker not connected");
        self.outage.lost(self.mqtt.clock.now().unix_ms);
        for (_, source) in &broker.topics {
            let down = Raw::Status(Status::Down(why.to_owned()));
            if self.outlet.tell(*source, down).await.is_err() {
                return;
            }
        }
    }

    async fn take(&self, publish: Publish) {
        let topics = &self.mqtt.broker.topics;
        let source = topics
            .iter()
            .find(|(filter, _)| rumqttc::matches(&publish.topic, filter))
            .map(|(_, source)| *source);
        let connection = self.shared.connection.load(Ordering::Acquire);
        let at = self.mqtt.clock.now();
        let Some(source) = source else {
            // An old subscription of this session: nobody wants it.
            let _ended = self
                .answers
                .send(Ask::Acknowledge(connection, Box::new(publish)));
            return;
        };
        let mail = Mail {
            source,
            publish,
            at,
            connection,
        };
        if mail.is_loose() && self.shared.waiting.load(Ordering::Acquire) >= UNACKNOWLEDGED_MAX {
            let gap = Gap {
                cause: GapCause::Overflow,
                from_ms: at.unix_ms,
                to_ms: at.unix_ms,
                lost: Some(1),
                device: None,
            };
            let _nobody = self.outlet.tell(source, Raw::Gap(gap)).await;
            return;
        }
        self.shared.waiting.fetch_add(1, Ordering::AcqRel);
        let _nobody = self.letters.send(mail);
    }
}
