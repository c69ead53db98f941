//! Questions asked at counters, as records of the ledger (`rules::Verification`): probing, storms
//! of questions about one pack and labels of unknown lots are seen only in them. The person at the
//! counter never waits for one: a question goes into a bounded queue and is recorded with others a
//! moment later, signed for the party that asked. What does not fit is counted and let go, because
//! an answer matters more than its record.
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rules::Verification;
use tangle::{Item, Kind, SigningKey};
use tokio::sync::oneshot;

use super::cosign::Queue;
use super::items::VERIFICATION;
use super::writer::Request;
use crate::keys::{KeyStore, Secret};
use crate::limits::{
    QUESTION_KEPT_MAX, QUESTIONS_BATCH_MAX, QUESTIONS_BLOCK_MAX, QUESTIONS_DOUBTFUL_MAX,
    QUESTIONS_QUEUE_MAX,
};
use crate::world::World;

/// How long questions are gathered before they are written.
const GATHER: Duration = Duration::from_millis(250);
/// Within this time the same question of the same party at the same place is one question.
const SAME_MS: i64 = 60_000;

/// A question and the GLN of who asked.
type Asked = (String, Verification);

enum Message {
    Asked(Box<Asked>),
    Flush(oneshot::Sender<()>),
}

/// Where questions go.
#[derive(Debug)]
pub(super) struct Questions {
    queue: SyncSender<Message>,
    lost: Arc<AtomicU64>,
    recent: Mutex<BTreeMap<[u8; 16], i64>>,
    /// Doubtful questions of each party in its present minute.
    doubtful: Mutex<BTreeMap<String, (i64, u32)>>,
}

/// What recording needs.
struct Recorder {
    queue: Queue,
    keys: KeyStore,
    world: World,
    lost: Arc<AtomicU64>,
}

impl Questions {
    /// Starts the recorder. Its thread ends with the last sender, or when the writer is gone.
    pub(super) fn start(queue: &Queue, keys: &KeyStore, world: &World) -> std::io::Result<Self> {
        let lost = Arc::new(AtomicU64::new(0));
        let recorder = Recorder {
            queue: Arc::clone(queue),
            keys: keys.clone(),
            world: world.clone(),
            lost: Arc::clone(&lost),
        };
        let (sender, asked) = sync_channel(QUESTIONS_QUEUE_MAX);
        std::thread::Builder::new()
            .name("questions".to_owned())
            .spawn(move || recorder.run(&asked))?;
        Ok(Self {
            queue: sender,
            lost,
            recent: Mutex::default(),
            doubtful: Mutex::default(),
        })
    }

    /// Takes a question in and returns at once.
    pub(super) fn put(&self, party: &str, asked: Verification) {
        if self.is_repeated(party, &asked) {
            return;
        }
        if self.is_beyond(party, &asked) {
            self.lost.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let message = Message::Asked(Box::new((party.to_owned(), asked)));
        if self.queue.try_send(message).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Questions that were let go since the node started.
    pub(super) fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// Waits until everything asked so far is recorded.
    pub(super) fn flush(&self) {
        let (reply, done) = oneshot::channel();
        if self.queue.send(Message::Flush(reply)).is_ok() {
            // The recorder ended with the node: nothing is left to wait for.
            let _ended = done.blocking_recv();
        }
    }

    /// Whether a party asks for more that does not exist than is worth recording: each such
    /// question is searched for the fault that would explain it, and three in a row tell as much
    /// as a thousand.
    fn is_beyond(&self, party: &str, asked: &Verification) -> bool {
        let known = ["GENUINE", "ALREADY_HANDLED_HERE"];
        if asked
            .answer
            .as_deref()
            .is_some_and(|it| known.contains(&it))
        {
            return false;
        }
        let mut all = self.doubtful.lock().unwrap_or_else(PoisonError::into_inner);
        let (since_ms, count) = all.entry(party.to_owned()).or_insert((asked.at_ms, 0));
        if asked.at_ms.saturating_sub(*since_ms) >= SAME_MS {
            (*since_ms, *count) = (asked.at_ms, 0);
        }
        *count = count.saturating_add(1);
        *count > QUESTIONS_DOUBTFUL_MAX
    }

    /// Whether a trigger was pulled twice.
    fn is_repeated(&self, party: &str, asked: &Verification) -> bool {
        let mut hasher = blake3::Hasher::new();
        let place = asked.location.as_ref().map(gs1::Epc::canonical);
        for part in [party, &asked.scan, place.as_deref().unwrap_or_default()] {
            hasher.update(part.as_bytes()).update(&[0]);
        }
        let mut key = [0; 16];
        hasher.finalize_xof().fill(&mut key);
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if recent.len() >= QUESTION_KEPT_MAX {
            recent.clear();
        }
        let before = recent.insert(key, asked.at_ms);
        before.is_some_and(|before| asked.at_ms.saturating_sub(before) < SAME_MS)
    }
}

impl Recorder {
    fn run(self, asked: &Receiver<Message>) {
        while let Ok(first) = asked.recv() {
            let (batch, waiting) = gather(first, asked);
            self.record(batch);
            for reply in waiting {
                // Whoever waited may be gone.
                let _gone = reply.send(());
            }
        }
    }

    fn record(&self, batch: Vec<Asked>) {
        let mut of_party: BTreeMap<String, Vec<Item>> = BTreeMap::new();
        for (party, asked) in batch {
            // Canonical as it comes: see the test.
            match serde_json::to_vec(&asked) {
                Ok(body) => of_party.entry(party).or_default().push(Item {
                    salt: self.world.salt(),
                    media: VERIFICATION,
                    body,
                }),
                Err(error) => tracing::error!(%error, "a question cannot be written down"),
            }
        }
        for (party, mut items) in of_party {
            let count = u64::try_from(items.len()).unwrap_or(u64::MAX);
            let mut blocks = Vec::new();
            while !items.is_empty() {
                let rest = items.split_off(items.len().min(QUESTIONS_BLOCK_MAX));
                blocks.push(std::mem::replace(&mut items, rest));
            }
            if !self.write(&party, blocks) {
                self.lost.fetch_add(count, Ordering::Relaxed);
            }
        }
    }

    /// Has the writer sign and record blocks; whether it did.
    fn write(&self, party: &str, items: Vec<Vec<Item>>) -> bool {
        let Ok(Some(seed)) = self.keys.seed(&Secret::Author(party.to_owned())) else {
            // The party records with another node: its own node keeps its questions.
            return false;
        };
        let queue = self
            .queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let Some(queue) = queue else {
            return false;
        };
        let (reply, answer) = oneshot::channel();
        let signer = SigningKey::from_seed(seed);
        let request = Request::author(signer, Kind::Events, items, reply);
        // This thread may wait for its turn: nobody waits for it.
        if queue.send(request).is_err() {
            return false;
        }
        drop(queue);
        match answer.blocking_recv() {
            Ok(Ok(_)) => true,
            Ok(Err(failure)) => {
                tracing::warn!(%failure, "questions were not recorded");
                false
            }
            Err(_) => false,
        }
    }
}

/// What is asked within a moment, up to the bounds of a batch, and who waits for it.
fn gather(first: Message, asked: &Receiver<Message>) -> (Vec<Asked>, Vec<oneshot::Sender<()>>) {
    if matches!(first, Message::Asked(_)) {
        std::thread::sleep(GATHER);
    }
    let mut batch = Vec::new();
    let mut waiting = Vec::new();
    let mut next = Some(first);
    while let Some(message) = next {
        match message {
            Message::Asked(it) => batch.push(*it),
            Message::Flush(reply) => waiting.push(reply),
        }
        let room = batch.len() < QUESTIONS_BATCH_MAX;
        next = if room { asked.try_recv().ok() } else { None };
    }
    (batch, waiting)
}

#[cfg(test)]
mod tests {
    use gs1::Epc;
    use rules::say::MakerSaid;
    use rules::{MakerAnswer, Purpose};

    use super::*;

    /// Questions are written without sorting their fields (RFC 8785), for there are many.
    #[test]
    fn a_question_is_canonical_as_it_comes() {
        let odd = "\u{1d}\u{7f}\u{0}\t\"\\/<\u{e9}\u{2028}\u{1f600}";
        let full = Verification {
            answer: Some("GENUINE".to_owned()),
            at_ms: -1,
            location: Epc::parse("urn:epc:id:sgln:9506000.00000.0").ok(),
            maker: Some(MakerAnswer {
                asked_ms: i64::MAX >> 11,
                body: Some(odd.to_owned()),
                correlation: "c".to_owned(),
                responder: Some("9506000000009".to_owned()),
                said: MakerSaid::OtherLotAndExpiry,
                why: Some("timeout".to_owned()),
            }),
            purpose: Purpose::Dispense,
            scan: odd.to_owned(),
        };
        let bare = Verification {
            answer: None,
            location: None,
            maker: None,
            ..full.clone()
        };
        assert!(full.location.is_some());
        for asked in [full, bare] {
            let canonical = serde_json_canonicalizer::to_vec(&asked).unwrap();
            assert_eq!(serde_json::to_vec(&asked).unwrap(), canonical);
        }
    }
}
