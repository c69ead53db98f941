//! Sign-ins that were begun and have not come back. Each is bound to the browser in which it was
//! begun by a cookie, is good once and for ten minutes, and lives in memory only: after a restart
//! of the node people begin again.
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::limits::{SIGN_IN_MS, SIGN_INS_PENDING_MAX};
use crate::world::World;

/// What is remembered of a sign-in.
#[derive(Clone)]
pub struct Attempt {
    /// Comes back with the code (RFC 6749, 10.12).
    pub state: String,
    /// Comes back in the ID token.
    pub nonce: String,
    /// Proves that whoever redeems the code is who asked for it (RFC 7636).
    pub verifier: String,
    /// Path of this node that the person wanted.
    pub return_to: String,
    begun_ms: i64,
}

impl std::fmt::Debug for Attempt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Attempt(to: {:?})", self.return_to)
    }
}

/// 256 random bits as text.
pub(crate) fn random(world: &World) -> String {
    URL_SAFE_NO_PAD.encode(world.entropy())
}

impl Attempt {
    /// A new one.
    pub fn new(world: &World, return_to: &str) -> Self {
        Self {
            state: random(world),
            nonce: random(world),
            verifier: random(world),
            return_to: return_to.to_owned(),
            begun_ms: world.now_ms(),
        }
    }

    fn is_over(&self, now_ms: i64) -> bool {
        now_ms.saturating_sub(self.begun_ms) >= SIGN_IN_MS
    }
}

/// All of them, by the hash of the browser's cookie.
#[derive(Debug, Default)]
pub struct Pending(Mutex<BTreeMap<[u8; 32], Attempt>>);

impl Pending {
    /// Remembers one; returns the cookie. When there are too many the oldest is forgotten.
    pub fn keep(&self, world: &World, attempt: Attempt) -> String {
        let cookie = random(world);
        let now_ms = world.now_ms();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= SIGN_INS_PENDING_MAX {
            all.retain(|_, it| !it.is_over(now_ms));
        }
        if all.len() >= SIGN_INS_PENDING_MAX {
            let oldest = all.iter().min_by_key(|(_, it)| it.begun_ms);
            let oldest = oldest.map(|(key, _)| *key);
            oldest.and_then(|key| all.remove(&key));
        }
        all.insert(hash(&cookie), attempt);
        cookie
    }

    /// Takes the one that this browser began with this state; once.
    pub fn take(&self, cookie: &str, state: &str, now_ms: i64) -> Option<Attempt> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = hash(cookie);
        // Another's state does not end this browser's own sign-in. `Hash` compares in constant
        // time.
        let found = all.get(&key)?;
        if blake3::hash(found.state.as_bytes()) != blake3::hash(state.as_bytes()) {
            return None;
        }
        all.remove(&key).filter(|it| !it.is_over(now_ms))
    }
}

fn hash(cookie: &str) -> [u8; 32] {
    *blake3::hash(cookie.as_bytes()).as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_is_good_once_in_its_browser_and_for_ten_minutes() {
        let world = World::manual(1_000, 1);
        let pending = Pending::default();
        let begin = || {
            let attempt = Attempt::new(&world, "/");
            (attempt.state.clone(), pending.keep(&world, attempt))
        };
        let ((one, mine), (two, theirs)) = (begin(), begin());
        let take = |cookie: &str, state: &str| {
            let taken = pending.take(cookie, state, world.now_ms());
            taken.is_some()
        };
        assert!(!take(&mine, &two) && !take(&theirs, &one), "another's");
        assert!(!take("", &one) && !take(&mine, ""));
        assert!(take(&mine, &one));
        assert!(!take(&mine, &one), "twice");
        world.advance(SIGN_IN_MS);
        assert!(!take(&theirs, &two), "too late");
    }

    #[test]
    fn too_many_push_out_the_oldest() {
        let world = World::manual(1_000, 1);
        let pending = Pending::default();
        let first = Attempt::new(&world, "/");
        let state = first.state.clone();
        let cookie = pending.keep(&world, first);
        for _ in 0..SIGN_INS_PENDING_MAX {
            world.advance(1);
            pending.keep(&world, Attempt::new(&world, "/"));
        }
        assert_eq!(pending.0.lock().unwrap().len(), SIGN_INS_PENDING_MAX);
        assert!(pending.take(&cookie, &state, world.now_ms()).is_none());
    }
}
