//! What goes on behind the requests: documents that wait are captured, and subscribers are sent
//! what is new. Both take up after a restart where they stopped: a document stays on disk until it
//! is recorded, a subscriber's place moves only when it took what was sent.
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use gs1::query::Query;

use super::search::{self, Hit};
use super::show;
use super::subscriptions::{self, Subscription};
use super::webhook::{Message, Outcome, Sender};
use super::{jobs, queries};
use crate::app::failure::{Code, Failure};
use crate::auth::Principal;
use crate::config::SubscriptionsConfig;
use crate::limits::{WEBHOOK_EVENTS_MAX, WEBHOOK_RETRY_MS_MAX, WEBHOOK_THREADS_MAX};
use crate::node::Node;

/// How often subscribers are looked at.
const TICK: Duration = Duration::from_millis(100);
/// How often documents that wait are looked at, when nobody says that there are some.
const IDLE: Duration = Duration::from_secs(2);
/// How often it is noted that the node lives: several times a minute, since minutes count.
const LEVELS: Duration = Duration::from_secs(10);
/// How often old jobs are forgotten, in idle rounds.
const ROUNDS: u32 = 1_800;

/// The threads; dropping them ends them.
#[derive(Debug)]
pub struct Workers {
    stop: Arc<AtomicBool>,
    wakes: Vec<SyncSender<()>>,
    threads: Vec<JoinHandle<()>>,
}

impl Workers {
    /// Starts them.
    ///
    /// # Errors
    /// When a thread cannot be started.
    pub fn start(node: &Node, config: &SubscriptionsConfig) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let mut workers = Self {
            stop: Arc::clone(&stop),
            wakes: Vec::new(),
            threads: Vec::new(),
        };
        let (captures, ended) = (node.clone(), Arc::clone(&stop));
        workers.spawn(node, "captures", move |woken| {
            capture(&captures, &ended, woken);
        })?;
        let dispatch = Dispatch {
            node: node.clone(),
            stop,
            sender: Sender::new(
                config.allow_private,
                Duration::from_secs(config.timeout_s.max(1)),
            ),
            running: Arc::default(),
        };
        workers.spawn(node, "subscriptions", move |woken| dispatch.run(woken))?;
        let (levels, ended) = (node.clone(), Arc::clone(&workers.stop));
        workers.spawn(node, "levels", move |woken| {
            // Nobody wakes it but the end.
            loop {
                if let Err(failure) = levels.keep_levels() {
                    tracing::warn!(error = %failure, "service levels could not be kept");
                }
                if !goes_on(&ended, woken, LEVELS) {
                    return;
                }
            }
        })?;
        Ok(workers)
    }

    fn spawn(
        &mut self,
        node: &Node,
        name: &str,
        work: impl FnOnce(&Receiver<()>) + Send + 'static,
    ) -> std::io::Result<()> {
        let (wake, woken) = sync_channel(1);
        let thread = std::thread::Builder::new().name(name.to_owned());
        self.threads.push(thread.spawn(move || work(&woken))?);
        node.add_worker(wake.clone());
        self.wakes.push(wake);
        Ok(())
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for wake in &self.wakes {
            let _woken = wake.try_send(());
        }
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a background thread ended by a panic");
            }
        }
    }
}

/// Waits; whether to go on.
fn goes_on(stop: &AtomicBool, woken: &Receiver<()>, most: Duration) -> bool {
    let waited = woken.recv_timeout(most);
    !stop.load(Ordering::Relaxed) && waited != Err(RecvTimeoutError::Disconnected)
}

/// Captures documents that wait.
fn capture(node: &Node, stop: &AtomicBool, woken: &Receiver<()>) {
    let mut round = 0_u32;
    loop {
        for id in jobs::waiting(node).unwrap_or_default() {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            if let Err(failure) = jobs::work(node, &id) {
                tracing::warn!(job = %id, error = %failure, "a document could not be captured yet");
                break;
            }
        }
        if round.is_multiple_of(ROUNDS)
            && let Err(failure) = jobs::forget_old(node)
        {
            tracing::warn!(error = %failure, "old capture jobs could not be forgotten");
        }
        round = round.wrapping_add(1);
        if !goes_on(stop, woken, IDLE) {
            return;
        }
    }
}

/// Sends to subscribers what is new.
struct Dispatch {
    node: Node,
    stop: Arc<AtomicBool>,
    sender: Sender,
    /// Keys of the subscriptions that are being served.
    running: Arc<Mutex<BTreeSet<String>>>,
}

impl Dispatch {
    fn run(&self, woken: &Receiver<()>) {
        loop {
            let all = subscriptions::all(&self.node).unwrap_or_default();
            for subscription in all.iter().filter(|it| self.is_due(it)) {
                self.serve(subscription);
            }
            let most = if all.is_empty() { IDLE } else { TICK };
            if !goes_on(&self.stop, woken, most) {
                return;
            }
        }
    }

    fn is_due(&self, subscription: &Subscription) -> bool {
        let now_ms = self.node.world().now_ms();
        if subscription
            .retry_ms
            .is_some_and(|retry_ms| retry_ms > now_ms)
        {
            return false;
        }
        match (&subscription.schedule, subscription.due_ms) {
            (Some(_), due_ms) => due_ms.is_some_and(|due_ms| due_ms <= now_ms),
            (None, _) => subscription.cursor < subscriptions::first_event(&self.node, None),
        }
    }

    /// Serves one in a thread of its own, so that a slow receiver keeps nobody waiting.
    fn serve(&self, subscription: &Subscription) {
        let key = subscription.key();
        {
            let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
            if running.len() >= WEBHOOK_THREADS_MAX || !running.insert(key.clone()) {
                return;
            }
        }
        let (node, sender) = (self.node.clone(), self.sender.clone());
        let (stop, running) = (Arc::clone(&self.stop), Arc::clone(&self.running));
        let thread = std::thread::Builder::new().name("webhook".to_owned());
        let name = key.clone();
        let started = thread.spawn(move || {
            if let Err(failure) = deliver(&node, &sender, &stop, &name) {
                tracing::warn!(error = %failure, "a subscription could not be served");
            }
            running
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(&name);
        });
        if started.is_err() {
            let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
            running.remove(&key);
        }
    }
}

/// Sends what is new to one subscriber, until there is nothing new or it takes no more.
fn deliver(node: &Node, sender: &Sender, stop: &AtomicBool, key: &str) -> Result<(), Failure> {
    let Some(own) = subscriptions::again(node, key)? else {
        return Ok(());
    };
    let found = queries::find(node, &own.owner, &own.query)?;
    // Another query of the same name is not the one that was subscribed to.
    let Some(named) = found.filter(|it| it.id() == own.query_id) else {
        return subscriptions::end(node, &own);
    };
    let query = search::stored(&named.query)?;
    let delivery = Delivery { node, sender, stop };
    let now_ms = node.world().now_ms();
    let passed = if own.schedule.is_some() && search::is_bounded(&query) {
        delivery.execute(own, &query)?
    } else {
        delivery.follow(own, &query)?
    };
    let Some((mut own, mut sent)) = passed else {
        return Ok(());
    };
    own.min_record_ms = now_ms;
    if let Some(fields) = &own.schedule {
        let schedule = fields.read().ok();
        // What was due while the node was down is made up for once.
        own.due_ms = schedule.and_then(|it| it.next_after(now_ms));
        sent = true;
    }
    subscriptions::update(node, &own, sent)?;
    Ok(())
}

/// What a delivery works with.
struct Delivery<'a> {
    node: &'a Node,
    sender: &'a Sender,
    stop: &'a AtomicBool,
}

/// A subscription whose receiver took everything, and whether anything was sent; `None` where
/// it stands is written already.
type Passed = Option<(Subscription, bool)>;

impl Delivery<'_> {
    /// With whose rights it goes on: a subscription ends with its key, also between one sending
    /// and the next.
    fn principal(&self, own: &Subscription) -> Result<Option<Principal>, Failure> {
        let now_ms = self.node.world().now_ms();
        let found = self.node.store().principal_of(&own.key_id, now_ms);
        if found.is_none() {
            subscriptions::end(self.node, own)?;
        }
        Ok(found)
    }

    /// Sends what was recorded since, in the ledger's order.
    fn follow(&self, mut own: Subscription, query: &Query) -> Result<Passed, Failure> {
        let node = self.node;
        let end = subscriptions::first_event(node, None);
        let mut sent = false;
        while !self.stop.load(Ordering::Relaxed) {
            let Some(principal) = self.principal(&own)? else {
                return Ok(None);
            };
            let (hits, next) = search::since(node, &principal, query, own.cursor, own.batch)?;
            let empty = own.report_if_empty && own.schedule.is_some() && !sent && next >= end;
            if !hits.is_empty() || empty {
                match self.send(&own, &hits)? {
                    Outcome::Taken => {
                        sent = true;
                        taken(node, &mut own);
                    }
                    Outcome::TooLarge if hits.len() > 1 => {
                        own.batch = hits.len() / 2;
                        continue;
                    }
                    Outcome::TooLarge => return later(node, own, "one event is too large for it"),
                    Outcome::Failed(why) => return later(node, own, &why),
                }
            }
            let moved = next > own.cursor;
            own.cursor = next;
            if next >= end {
                break;
            }
            if moved && !subscriptions::update(node, &own, sent)? {
                return Ok(None);
            }
        }
        Ok(Some((own, sent)))
    }

    /// One execution of a query that bounds how much it gives. What its receiver does not take is
    /// executed again as a whole: which events are the first, only the whole tells.
    fn execute(&self, mut own: Subscription, query: &Query) -> Result<Passed, Failure> {
        let node = self.node;
        let end = subscriptions::first_event(node, None);
        let Some(principal) = self.principal(&own)? else {
            return Ok(None);
        };
        let hits = match search::execution(node, &principal, query, (own.cursor, end)) {
            Ok(hits) => hits,
            Err(failure) if is_told(&failure) => {
                return match self.tell(&own, &failure) {
                    Outcome::Taken => {
                        own.cursor = end;
                        taken(node, &mut own);
                        Ok(Some((own, true)))
                    }
                    Outcome::TooLarge => later(node, own, "a problem is too large for it"),
                    Outcome::Failed(why) => later(node, own, &why),
                };
            }
            Err(failure) => return Err(failure),
        };
        let (mut rest, mut sent) = (hits.as_slice(), false);
        while !rest.is_empty() || (own.report_if_empty && !sent) {
            if self.stop.load(Ordering::Relaxed) || self.principal(&own)?.is_none() {
                return Ok(None);
            }
            let (part, others) = rest.split_at(own.batch.max(1).min(rest.len()));
            match self.send(&own, part)? {
                Outcome::Taken => {
                    (rest, sent) = (others, true);
                    taken(node, &mut own);
                }
                Outcome::TooLarge if part.len() > 1 => own.batch = part.len() / 2,
                Outcome::TooLarge => return later(node, own, "one event is too large for it"),
                Outcome::Failed(why) => return later(node, own, &why),
            }
        }
        own.cursor = end;
        Ok(Some((own, sent)))
    }

    fn send(&self, own: &Subscription, hits: &[Hit]) -> Result<Outcome, Failure> {
        let body = show::document(self.node, hits, own.form(), &own.query, Some(&own.id))?;
        Ok(self.post(own, &body, "application/json"))
    }

    /// Tells that an execution gives nothing.
    fn tell(&self, own: &Subscription, failure: &Failure) -> Outcome {
        let body = jobs::problem(failure).to_string();
        self.post(own, body.as_bytes(), "application/problem+json")
    }

    fn post(&self, own: &Subscription, body: &[u8], media: &str) -> Outcome {
        let message = Message {
            body,
            media,
            subscription: &own.id,
            secret: own.signature_token.as_deref(),
        };
        self.sender.send(&own.dest, message)
    }
}

/// Whether a subscriber is told a failure instead of events.
pub(crate) fn is_told(failure: &Failure) -> bool {
    matches!(failure.code(), Code::QueryTooLarge | Code::QueryTooComplex)
}

fn taken(node: &Node, own: &mut Subscription) {
    own.last_notified_ms = Some(node.world().now_ms());
    own.failures = 0;
    own.retry_ms = None;
    own.batch = own.batch.saturating_mul(2).min(WEBHOOK_EVENTS_MAX);
}

/// It is tried again after 1 s, 2 s, 4 s and so on.
fn later(node: &Node, mut own: Subscription, why: &str) -> Result<Passed, Failure> {
    own.failures = own.failures.saturating_add(1);
    let wait = 1_000_i64.saturating_mul(1_i64 << own.failures.saturating_sub(1).min(20));
    let now_ms = node.world().now_ms();
    own.retry_ms = Some(now_ms.saturating_add(wait.min(WEBHOOK_RETRY_MS_MAX)));
    tracing::info!(
        subscription = %own.id,
        failures = own.failures,
        error = %why,
        "a subscriber did not take what was sent"
    );
    subscriptions::update(node, &own, true)?;
    Ok(None)
}

#[cfg(test)]
mod tests;
