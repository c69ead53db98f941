//! How often one caller may ask: each key by itself, so that a scanner gone mad does not take the
//! counter beside it down, and whoever comes without a key that opens anything by its address, so
//! that keys are not guessed by the million. A generic cell rate algorithm (ATM Forum TM 4.0) that
//! keeps one number a caller; callers that were not heard of lately are forgotten.
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::error::Problem;
use super::tries::WrongCodes;
use crate::app::failure::Code;
use crate::config::LimitsConfig;

/// Requests after which those not heard of lately are forgotten.
const SWEEP_EVERY: u32 = 16_384;

/// The callers of one server.
#[derive(Debug)]
pub(crate) struct Rates {
    keys: Option<DefaultKeyedRateLimiter<String>>,
    strangers: Option<DefaultKeyedRateLimiter<IpAddr>>,
    enrolling: Option<DefaultKeyedRateLimiter<IpAddr>>,
    /// Wrong one-time codes.
    pub(super) wrong_codes: WrongCodes,
    clock: DefaultClock,
    since_sweep: AtomicU32,
}

impl Rates {
    /// The rates of the settings; zero is no limit.
    pub(crate) fn new(limits: &LimitsConfig) -> Self {
        Self {
            keys: quota(limits.key_per_s, limits.key_burst).map(RateLimiter::keyed),
            strangers: quota(limits.stranger_per_s, limits.stranger_burst).map(RateLimiter::keyed),
            enrolling: NonZeroU32::new(limits.enrolment_per_min)
                .map(|per_min| RateLimiter::keyed(Quota::per_minute(per_min))),
            wrong_codes: WrongCodes::default(),
            clock: DefaultClock::default(),
            since_sweep: AtomicU32::new(0),
        }
    }

    /// Counts a request of a key that opens something.
    ///
    /// # Errors
    /// `rate_limited` with the seconds to wait.
    pub(crate) fn of_key(&self, id: &str) -> Result<(), Problem> {
        self.sweep();
        let Some(limiter) = &self.keys else {
            return Ok(());
        };
        limiter.check_key(&id.to_owned()).map_err(|not_until| {
            too_many(
                "this key",
                not_until.wait_time_from(self.clock.now()).as_secs(),
            )
        })
    }

    /// Counts a request without a key that opens anything.
    ///
    /// # Errors
    /// As [`Rates::of_key`].
    pub(crate) fn of_stranger(&self, address: Option<IpAddr>) -> Result<(), Problem> {
        self.sweep();
        self.of_address(
            self.strangers.as_ref(),
            address,
            "this address, without a valid key",
        )
    }

    /// Counts a request of a device that enrols: by itself, so that neither whoever else is behind
    /// the same address nor who tries keys from there keeps it out.
    ///
    /// # Errors
    /// As [`Rates::of_key`].
    pub(crate) fn of_enrolling(&self, address: Option<IpAddr>) -> Result<(), Problem> {
        self.sweep();
        self.of_address(
            self.enrolling.as_ref(),
            address,
            "devices that enrol from this address",
        )
    }

    fn of_address(
        &self,
        limiter: Option<&DefaultKeyedRateLimiter<IpAddr>>,
        address: Option<IpAddr>,
        who: &str,
    ) -> Result<(), Problem> {
        let (Some(limiter), Some(address)) = (limiter, address) else {
            return Ok(());
        };
        limiter.check_key(&network(address)).map_err(|not_until| {
            let seconds = not_until.wait_time_from(self.clock.now()).as_secs();
            too_many(who, seconds)
        })
    }

    fn sweep(&self) {
        if self.since_sweep.fetch_add(1, Ordering::Relaxed) < SWEEP_EVERY {
            return;
        }
        self.since_sweep.store(0, Ordering::Relaxed);
        if let Some(keys) = &self.keys {
            keys.retain_recent();
        }
        for addresses in [&self.strangers, &self.enrolling].into_iter().flatten() {
            addresses.retain_recent();
        }
    }
}

fn quota(per_s: u32, burst: u32) -> Option<Quota> {
    let per_s = NonZeroU32::new(per_s)?;
    Some(Quota::per_second(per_s).allow_burst(NonZeroU32::new(burst).unwrap_or(per_s)))
}

/// Who owns one IPv6 address owns its /64.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(it) if it.to_ipv4_mapped().is_none() => {
            let mut bytes = it.octets();
            bytes.iter_mut().skip(8).for_each(|byte| *byte = 0);
            IpAddr::from(bytes)
        }
        other => other.to_canonical(),
    }
}

pub(super) fn too_many(who: &str, seconds: u64) -> Problem {
    let text = format!("too many requests by {who}; again in {} s", seconds + 1);
    Problem::new(Code::RateLimited, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(key: (u32, u32), stranger: (u32, u32)) -> Rates {
        Rates::new(&LimitsConfig {
            key_per_s: key.0,
            key_burst: key.1,
            stranger_per_s: stranger.0,
            stranger_burst: stranger.1,
            enrolment_per_min: 2,
        })
    }

    #[test]
    fn each_key_has_its_own_burst() {
        let rates = rates((1, 3), (1, 2));
        for _ in 0..3 {
            assert!(rates.of_key("one").is_ok());
        }
        let refused = rates.of_key("one").unwrap_err();
        assert_eq!(refused.0.code(), Code::RateLimited);
        assert!(rates.of_key("two").is_ok(), "another key is not slowed");
    }

    #[test]
    fn strangers_are_counted_by_their_network() {
        let rates = rates((1, 1), (1, 2));
        let from = |text: &str| Some(text.parse::<IpAddr>().unwrap());
        assert!(rates.of_stranger(from("2001:db8::1")).is_ok());
        assert!(rates.of_stranger(from("2001:db8::2")).is_ok());
        assert!(rates.of_stranger(from("2001:db8::ffff:3")).is_err());
        assert!(rates.of_stranger(from("2001:db8:0:1::1")).is_ok());
        assert!(rates.of_stranger(from("192.0.2.1")).is_ok());
        assert!(rates.of_stranger(from("::ffff:192.0.2.1")).is_ok());
        assert!(
            rates.of_stranger(from("192.0.2.1")).is_err(),
            "the same in IPv6 clothes"
        );
    }

    #[test]
    fn enrolment_is_counted_by_itself() {
        let rates = rates((1, 1), (1, 1));
        let site = Some("192.0.2.1".parse::<IpAddr>().unwrap());
        assert!(rates.of_stranger(site).is_ok());
        assert!(rates.of_stranger(site).is_err(), "somebody tries keys");
        for _ in 0..2 {
            assert!(rates.of_enrolling(site).is_ok());
        }
        let refused = rates.of_enrolling(site).unwrap_err();
        assert_eq!(refused.0.code(), Code::RateLimited);
        let other = Some("192.0.2.2".parse().unwrap());
        assert!(rates.of_enrolling(other).is_ok());
    }

    #[test]
    fn zero_is_no_limit_and_the_forgotten_come_back_fresh() {
        let rates = rates((0, 0), (1_000_000, 1));
        for _ in 0..2 * SWEEP_EVERY {
            assert!(rates.of_key("one").is_ok());
        }
        assert!(rates.of_stranger(None).is_ok(), "no address, no counting");
    }
}
