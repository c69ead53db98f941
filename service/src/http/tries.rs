//! Wrong one-time codes. Codes have 80 random bits, so that nobody guesses one at any rate; but
//! whoever tries should be slow, and must not be able to shut an invitation by knowing its first
//! symbols. So each address waits longer and longer for itself before it may name the same
//! invitation again, and the right code from elsewhere works all the time.
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use super::error::Problem;
use super::rate::{network, too_many};

/// Wrong codes without a wait: people mistype.
const FREE: u32 = 3;
/// The first wait, milliseconds; each further one is twice as long.
const WAIT_MS: i64 = 2_000;
/// The longest wait, milliseconds: a quarter of an hour.
const WAIT_MS_MAX: i64 = 900_000;
/// After so long without another one, wrong codes are forgotten, milliseconds.
const FORGOTTEN_MS: i64 = 3_600_000;
/// Addresses with invitations that are remembered; beyond it the oldest are forgotten.
const KNOWN_MAX: usize = 10_000;

/// Who tried what.
#[derive(Debug, Default)]
pub(crate) struct WrongCodes(Mutex<BTreeMap<(IpAddr, String), Tried>>);

#[derive(Clone, Copy, Debug)]
struct Tried {
    count: u32,
    /// The last one, Unix milliseconds.
    at_ms: i64,
}

impl Tried {
    /// When the next one may come, Unix milliseconds.
    fn until_ms(self) -> i64 {
        let Some(doubled) = self.count.checked_sub(FREE) else {
            return self.at_ms;
        };
        let wait_ms = WAIT_MS.checked_shl(doubled).filter(|_| doubled < 32);
        let wait_ms = wait_ms.map_or(WAIT_MS_MAX, |it| it.min(WAIT_MS_MAX));
        self.at_ms.saturating_add(wait_ms)
    }

    fn is_over(self, now_ms: i64) -> bool {
        self.at_ms.saturating_add(FORGOTTEN_MS) <= now_ms
    }
}

impl WrongCodes {
    /// Whether an address may name an invitation now.
    ///
    /// # Errors
    /// `rate_limited` with the seconds to wait.
    pub(super) fn check(&self, address: IpAddr, id: &str, now_ms: i64) -> Result<(), Problem> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let tried = all.get(&(network(address), id.to_owned())).copied();
        let until_ms = tried.filter(|it| !it.is_over(now_ms)).map(Tried::until_ms);
        let left_ms = until_ms.map_or(0, |until| until.saturating_sub(now_ms));
        match u64::try_from(left_ms) {
            Ok(left_ms) if left_ms > 0 => {
                let who = "this address with wrong codes of this invitation";
                Err(too_many(who, left_ms.saturating_sub(1) / 1_000))
            }
            _ => Ok(()),
        }
    }

    /// The code was wrong.
    pub(super) fn wrong(&self, address: IpAddr, id: &str, now_ms: i64) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (network(address), id.to_owned());
        if all.len() >= KNOWN_MAX && !all.contains_key(&key) {
            all.retain(|_, tried| !tried.is_over(now_ms));
            let oldest = all.iter().min_by_key(|(_, tried)| tried.at_ms);
            if let Some(oldest) = oldest.map(|(key, _)| key.clone())
                && all.len() >= KNOWN_MAX
            {
                all.remove(&oldest);
            }
        }
        let known = all.entry(key).or_insert(Tried {
            count: 0,
            at_ms: now_ms,
        });
        if known.is_over(now_ms) {
            known.count = 0;
        }
        known.count = known.count.saturating_add(1);
        known.at_ms = now_ms;
    }

    /// The code was right.
    pub(super) fn right(&self, address: IpAddr, id: &str) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(&(network(address), id.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[test]
    fn waits_grow_and_are_each_addresss_own() {
        let codes = WrongCodes::default();
        let may = |last: u8, id: &str, now_ms| codes.check(address(last), id, now_ms).is_ok();
        let mut now_ms = 1_000;
        for _ in 0..FREE {
            assert!(may(1, "ABC", now_ms));
            codes.wrong(address(1), "ABC", now_ms);
        }
        for wait_ms in [2_000, 4_000, 8_000, 16_000] {
            assert!(!may(1, "ABC", now_ms + wait_ms - 1), "{wait_ms}");
            assert!(may(2, "ABC", now_ms), "another address");
            assert!(may(1, "ABD", now_ms), "another invitation");
            now_ms += wait_ms;
            assert!(may(1, "ABC", now_ms), "{wait_ms}");
            codes.wrong(address(1), "ABC", now_ms);
        }
        for _ in 0..40 {
            codes.wrong(address(1), "ABC", now_ms);
        }
        assert!(!may(1, "ABC", now_ms + WAIT_MS_MAX - 1));
        assert!(may(1, "ABC", now_ms + WAIT_MS_MAX));
        // After an hour it is as if nothing had been.
        now_ms += FORGOTTEN_MS;
        codes.wrong(address(1), "ABC", now_ms);
        assert!(may(1, "ABC", now_ms));
        codes.right(address(1), "ABC");
        for _ in 0..FREE {
            assert!(may(1, "ABC", now_ms));
            codes.wrong(address(1), "ABC", now_ms);
        }
        assert!(!may(1, "ABC", now_ms));
        codes.right(address(1), "ABC");
        assert!(may(1, "ABC", now_ms));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let codes = WrongCodes::default();
        for at in 0..i64::try_from(KNOWN_MAX).unwrap() + 7 {
            codes.wrong(address(1), &format!("{at}"), at);
        }
        let all = codes.0.lock().unwrap();
        assert_eq!(all.len(), KNOWN_MAX);
        assert!(!all.contains_key(&(address(1), "0".to_owned())));
    }
}
