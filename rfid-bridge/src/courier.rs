//! The thread between the spool and the service: puts events into signed blocks when there are
//! enough or they are old enough, and delivers blocks until each has its receipt. It alone seals,
//! so the chain has one writer; it alone waits for the network, so a slow service never slows a
//! reader. Offline it goes on sealing from the last known end of the chain.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use tangle::SigningKey;

use crate::board::Board;
use crate::reader::clock::Clock;
use crate::sign::{self, Chain};
use crate::spool::{Broken, Spool, Waiting};
use crate::uplink::{Backoff, Receipt, UPLOAD_BLOCKS_MAX, UPLOAD_BYTES_MAX, Uplink};

/// Age at which events of passages make a block unless set, ms.
pub const PASSAGE_AGE_MS_MAX: u64 = 200;

/// When events become a block.
#[derive(Debug, Clone)]
pub struct CourierConfig {
    /// Events that make a block at once.
    pub block_events_max: usize,
    /// Age at which fewer make one, ms.
    pub block_age_ms_max: u64,
    /// The same for events of passages, while the service answers, ms.
    pub passage_age_ms_max: u64,
    /// First and longest wait after a failed delivery, ms.
    pub backoff_ms: (u64, u64),
}

impl Default for CourierConfig {
    fn default() -> Self {
        Self {
            block_events_max: sign::BLOCK_EVENTS_MAX,
            block_age_ms_max: 5_000,
            passage_age_ms_max: PASSAGE_AGE_MS_MAX,
            backoff_ms: (1_000, 60_000),
        }
    }
}

/// What the courier has done since it started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Done {
    /// Blocks signed.
    pub sealed: u64,
    /// Blocks with a receipt.
    pub delivered: u64,
    /// Blocks refused.
    pub refused: u64,
}

/// How the others speak to the courier.
#[derive(Debug, Default)]
pub struct Orders {
    state: Mutex<Order>,
    changed: Condvar,
}

/// How long events may wait for their block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Haste {
    /// For others, as long as is configured.
    #[default]
    None,
    /// A passage is among them.
    Passed,
    /// Somebody should know of them at once.
    Urgent,
}

#[derive(Debug, Clone, Copy, Default)]
struct Order {
    /// Events were added since the courier looked.
    news: bool,
    /// How long the most urgent of them may wait.
    haste: Haste,
    /// Seal what there is, whatever its age.
    flush: bool,
    /// Stop: at this monotonic time at the latest, earlier when all is delivered.
    stop_by: Option<u64>,
}

impl Orders {
    /// Events were added.
    pub fn news(&self) {
        self.change(|order| order.news = true);
    }

    /// Events of passages were added: somebody at a screen beside the door waits for them.
    pub fn passed(&self) {
        self.change(|order| {
            order.news = true;
            order.haste = order.haste.max(Haste::Passed);
        });
    }

    /// Events were added, and somebody should know of them at once.
    pub fn urgent(&self) {
        self.change(|order| {
            order.news = true;
            order.haste = Haste::Urgent;
        });
    }

    /// Seal and deliver everything, then end; give up at `stop_by` (monotonic ms).
    pub fn finish(&self, stop_by: u64) {
        self.change(|order| {
            order.news = true;
            order.flush = true;
            order.stop_by = Some(stop_by);
        });
    }

    fn change(&self, change: impl FnOnce(&mut Order)) {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_all();
    }

    /// Waits for an order, at most `wait`, and takes it.
    fn take(&self, wait: Duration) -> Order {
        let guard = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self
            .changed
            .wait_timeout_while(guard, wait, |order| !order.news);
        let (mut guard, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let order = *guard;
        guard.news = false;
        guard.haste = Haste::None;
        order
    }
}

/// The courier's tools.
#[derive(Debug)]
pub struct Courier {
    /// Where events and blocks wait.
    pub spool: Arc<Spool>,
    /// The device's key.
    pub key: SigningKey,
    /// The service.
    pub uplink: Uplink,
    /// Times.
    pub clock: Clock,
    /// When to seal.
    pub config: CourierConfig,
    /// What others may know of it.
    pub board: Arc<Board>,
}

/// Longest sleep between two looks at the spool.
const NAP_MAX: Duration = Duration::from_millis(500);

impl Courier {
    /// Works until told to finish.
    ///
    /// # Errors
    /// [`Broken`] when the spool does not work; nothing can be promised any more then.
    pub fn run(&self, orders: &Orders) -> Result<Done, Broken> {
        let (min, max) = self.config.backoff_ms;
        let mut backoff = Backoff::new(min, max);
        let mut done = Done::default();
        let mut met = false;
        let mut pending = Pending::default();
        let mut nap = Duration::ZERO;
        loop {
            let order = orders.take(nap);
            let now = self.clock.now().mono_ms;
            let stock = self.spool.stock()?;
            let empty = stock.events == 0 && stock.blocks == 0;
            if order.stop_by.is_some_and(|by| empty || by <= now) {
                return Ok(done);
            }
            if order.haste == Haste::Urgent {
                backoff.hurry();
            }
            if empty && !order.news {
                self.spool.tidy()?;
            }
            if !met && backoff.may_try(now) {
                met = self.meet()?;
                count_attempt(&mut backoff, met, self.clock.now().mono_ms);
            }
            // A block that cannot be delivered now may as well become a larger one.
            let is_online = met && backoff.may_try(now);
            let ages = self.ages(is_online);
            let is_due = pending.is_due(stock.events, &self.config, (now, ages), order);
            if is_due && self.seal()? {
                done.sealed += 1;
                self.board.courier(done);
                pending.since = Some(now);
                nap = Duration::ZERO;
                continue;
            }
            if met && stock.blocks > 0 && backoff.may_try(now) {
                let progress = self.deliver(&mut done)?;
                self.board.courier(done);
                count_attempt(&mut backoff, progress, self.clock.now().mono_ms);
                // The next block should approve what others have recorded meanwhile.
                met = met && !(progress && self.spool.stock()?.blocks == 0);
            }
            nap = self.nap(&backoff, order);
            if let Some(at) = pending.passed_at.filter(|_| is_online && stock.events > 0) {
                let due = at.saturating_add(ages.passed_ms);
                let left = due.saturating_sub(self.clock.now().mono_ms);
                nap = nap.min(Duration::from_millis(left));
            }
        }
    }

    /// Ages at which events make a block now.
    fn ages(&self, is_online: bool) -> Ages {
        let pace = self.spool.stage().pace();
        let any_ms = self.config.block_age_ms_max.saturating_mul(pace);
        let passed_ms = self.config.passage_age_ms_max.saturating_mul(pace);
        Ages {
            any_ms,
            passed_ms: if is_online {
                passed_ms.min(any_ms)
            } else {
                any_ms
            },
        }
    }

    fn nap(&self, backoff: &Backoff, order: Order) -> Duration {
        let now = self.clock.now().mono_ms;
        if backoff.may_try(now) && order.stop_by.is_some() {
            return Duration::ZERO;
        }
        let wait = Duration::from_millis(backoff.until().saturating_sub(now).max(10));
        if backoff.may_try(now) {
            NAP_MAX
        } else {
            wait.min(NAP_MAX)
        }
    }

    /// Asks the service where the chain goes on. True when it answered and we agree.
    fn meet(&self) -> Result<bool, Broken> {
        let theirs = match self.uplink.tips(&self.key.key_id()) {
            Ok(theirs) => theirs,
            Err(error) => {
                self.board.service(Err(crate::causes(&error)));
                tracing::warn!(
                    error = crate::causes(&error),
                    "the service cannot be asked where to attach"
                );
                return Ok(false);
            }
        };
        let undelivered = self.spool.stock()?.blocks > 0;
        let chain = match self.spool.chain()? {
            None => theirs,
            Some(mut chain) => {
                if let Err(error) = chain.meet(&theirs, undelivered) {
                    self.board.service(Err(error.to_string()));
                    tracing::error!(error = %error, "the device's chain and the service disagree");
                    return Ok(false);
                }
                chain
            }
        };
        self.spool.set_chain(&chain)?;
        self.board.service(Ok(()));
        Ok(true)
    }

    /// Makes one block of the oldest events; false while the end of the chain is unknown.
    fn seal(&self) -> Result<bool, Broken> {
        let Some(chain) = self.spool.chain()? else {
            return Ok(false);
        };
        let now_ms = u64::try_from(self.clock.now().unix_ms).unwrap_or(0);
        let limit = self
            .config
            .block_events_max
            .clamp(1, sign::BLOCK_EVENTS_MAX);
        let sealed = self.spool.seal(
            |sizes| sign::fitting(sizes.iter().copied().take(limit)),
            |events| self.sign(&chain, events, now_ms),
        )?;
        Ok(sealed > 0)
    }

    fn sign(
        &self,
        chain: &Chain,
        events: Vec<Vec<u8>>,
        now_ms: u64,
    ) -> Result<(Vec<u8>, Chain), tangle::DraftError> {
        let count = events.len();
        let mut salts = Salts::default();
        let (block, id, next) = chain.seal(events, || salts.next(), &self.key, now_ms)?;
        tracing::info!(block.id = %id, block.seq = chain.seq, events = count, "sealed a block");
        Ok((block.bytes().to_vec(), next))
    }

    /// Uploads the oldest blocks. True when something was settled.
    fn deliver(&self, done: &mut Done) -> Result<bool, Broken> {
        let waiting = self.spool.waiting(UPLOAD_BLOCKS_MAX, UPLOAD_BYTES_MAX)?;
        if waiting.is_empty() {
            return Ok(false);
        }
        let receipts = match self
            .uplink
            .post(waiting.iter().map(|block| block.envelope.as_slice()))
        {
            Ok(receipts) => receipts,
            Err(error) => {
                self.board.service(Err(crate::causes(&error)));
                tracing::warn!(
                    error = crate::causes(&error),
                    blocks = waiting.len(),
                    "blocks not delivered"
                );
                return Ok(false);
            }
        };
        self.board.service(Ok(()));
        let (delivered, refused) = sort(&waiting, &receipts);
        for (_, reason) in &refused {
            tracing::error!(reason, "the service refused a block; it is kept aside");
        }
        self.spool.settle(&delivered, &refused)?;
        done.delivered += u64::try_from(delivered.len()).unwrap_or(0);
        done.refused += u64::try_from(refused.len()).unwrap_or(0);
        if !delivered.is_empty() {
            tracing::info!(blocks = delivered.len(), "delivered blocks");
        }
        Ok(!delivered.is_empty() || !refused.is_empty())
    }
}

/// At which age events make a block, ms.
#[derive(Debug, Clone, Copy)]
struct Ages {
    /// Any.
    any_ms: u64,
    /// Those of passages.
    passed_ms: u64,
}

/// Events that wait for their block.
#[derive(Debug)]
struct Pending {
    /// Since when, monotonic ms.
    since: Option<u64>,
    /// Since when there is a passage among them.
    passed_at: Option<u64>,
    /// Among them is what should not wait.
    at_once: bool,
}

impl Default for Pending {
    /// What is found has waited since an earlier process.
    fn default() -> Self {
        Self {
            since: None,
            passed_at: None,
            at_once: true,
        }
    }
}

impl Pending {
    /// Whether the block is to be made of `events`.
    fn is_due(
        &mut self,
        events: u64,
        config: &CourierConfig,
        (now, ages): (u64, Ages),
        order: Order,
    ) -> bool {
        if events == 0 {
            *self = Self {
                since: None,
                passed_at: None,
                at_once: false,
            };
            return false;
        }
        self.at_once |= order.haste == Haste::Urgent;
        let since = *self.since.get_or_insert(now);
        let many = usize::try_from(events).is_ok_and(|events| events >= config.block_events_max);
        if order.haste == Haste::Passed {
            self.passed_at.get_or_insert(now);
        }
        let is_older = |at: u64, ms: u64| at.saturating_add(ms) <= now;
        let old = is_older(since, ages.any_ms);
        let waited_for = self
            .passed_at
            .is_some_and(|at| is_older(at, ages.passed_ms));
        many || old || waited_for || self.at_once || order.flush
    }
}

fn count_attempt(backoff: &mut Backoff, success: bool, now_ms: u64) {
    if success {
        backoff.succeeded();
    } else {
        backoff.failed(now_ms);
    }
}

/// Serials with a receipt, and refused ones with the reason. A block that waits for others at the
/// service stays here too.
fn sort(waiting: &[Waiting], receipts: &[Receipt]) -> (Vec<u64>, Vec<(u64, String)>) {
    let (mut delivered, mut refused) = (Vec::new(), Vec::new());
    for (block, receipt) in waiting.iter().zip(receipts) {
        if receipt.is_delivered() {
            delivered.push(block.serial);
        } else if receipt.is_rejected() {
            let code = receipt.code.unwrap_or_default();
            let reason = receipt.reason.as_deref().unwrap_or("no reason given");
            refused.push((
                block.serial,
                format!("{}: {reason} (code {code})", receipt.id),
            ));
        }
    }
    (delivered, refused)
}

/// Salts from the operating system, drawn for many items at once.
#[derive(Debug, Default)]
struct Salts {
    pool: Vec<[u8; 16]>,
}

impl Salts {
    #[allow(
        clippy::expect_used,
        reason = "without entropy no block may be signed, and Linux always has some after boot"
    )]
    fn next(&mut self) -> [u8; 16] {
        if self.pool.is_empty() {
            let mut bytes = [0_u8; 16 * 64];
            getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
            self.pool = bytes.as_chunks().0.to_vec();
        }
        self.pool.pop().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passage_waits_less_than_other_events_and_as_long_without_the_service() {
        let config = CourierConfig::default();
        let pending = || Pending {
            at_once: false,
            ..Pending::default()
        };
        let (any_ms, passed_ms) = (config.block_age_ms_max, config.passage_age_ms_max);
        let online = Ages { any_ms, passed_ms };
        let offline = Ages {
            passed_ms: any_ms,
            ..online
        };
        let quiet = Order::default();
        let passed = Order {
            haste: Haste::Passed,
            ..quiet
        };
        for (name, ages, first, due_at) in [
            ("a value", online, quiet, any_ms),
            ("a passage", online, passed, passed_ms),
            ("nobody answers", offline, passed, any_ms),
        ] {
            let mut pending = pending();
            assert!(!pending.is_due(1, &config, (0, ages), first), "{name}");
            assert!(
                !pending.is_due(2, &config, (due_at - 1, ages), quiet),
                "{name}"
            );
            assert!(pending.is_due(2, &config, (due_at, ages), quiet), "{name}");
            // All of them are in a block: others begin to wait anew.
            assert!(!pending.is_due(0, &config, (due_at, ages), quiet), "{name}");
            assert!(
                !pending.is_due(1, &config, (2 * due_at, ages), first),
                "{name}"
            );
        }
        // The service answers again: what has waited goes at once.
        let mut pending = pending();
        assert!(!pending.is_due(1, &config, (0, offline), passed));
        assert!(pending.is_due(1, &config, (passed_ms, online), quiet));
    }
}
