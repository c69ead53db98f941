//! Who asks the policies on behalf of all: a thread that reads them when a question comes that
//! nobody has asked yet, and lets go of them when none has come for a while. Policies that were
//! read, and their schema, take more memory than all the rest of an idle node; what a thread of
//! its own took goes back to the system whole when it ends.
use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use super::cedar::{POLICIES, Policies, PolicyError, Question, Ruling, SCHEMA};
use super::role::Role;

/// So long the policies stay in memory after the latest new question.
const STAY: Duration = Duration::from_secs(10);

/// [`Question`] in the form of a key: action, roles as bits, party.
type Key = (&'static str, u16, bool);

/// A question and where the answer goes.
type Asked = (Question, SyncSender<Result<Ruling, PolicyError>>);

/// What the policies have said, and the way to ask them.
#[derive(Debug)]
pub(super) struct Advocate {
    /// Bounded by what there is: every action, every set of roles, with a party and without.
    memo: RwLock<BTreeMap<Key, Arc<Ruling>>>,
    thread: Mutex<Option<SyncSender<Asked>>>,
    stay: Duration,
}

impl Advocate {
    pub(super) const fn new() -> Self {
        Self::staying(STAY)
    }

    const fn staying(stay: Duration) -> Self {
        Self {
            memo: RwLock::new(BTreeMap::new()),
            thread: Mutex::new(None),
            stay,
        }
    }

    /// The answer, from memory or else from the policies.
    ///
    /// # Errors
    /// [`PolicyError`]: the policies are not valid, or do not know the action.
    pub(super) fn ask(
        &self,
        action: &'static str,
        roles: &BTreeSet<Role>,
        party: bool,
    ) -> Result<Arc<Ruling>, PolicyError> {
        let key = (action, bits(roles), party);
        let memo = self.memo.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = memo.get(&key) {
            return Ok(Arc::clone(known));
        }
        drop(memo);
        let roles = roles.clone();
        let question = Question {
            action,
            roles,
            party,
        };
        let ruling = Arc::new(self.consult(&question)?);
        let mut memo = self.memo.write().unwrap_or_else(PoisonError::into_inner);
        memo.insert(key, Arc::clone(&ruling));
        Ok(ruling)
    }

    /// Asks the thread; a new one where it has ended, also just now.
    fn consult(&self, question: &Question) -> Result<Ruling, PolicyError> {
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        let (reply, answer) = sync_channel(1);
        let asked = (question.clone(), reply);
        let unasked = match &*thread {
            Some(to) => to.send(asked).err().map(|error| error.0),
            None => Some(asked),
        };
        if unasked.is_none()
            && let Ok(answer) = answer.recv()
        {
            return answer;
        }
        let (reply, answer) = sync_channel(1);
        let (to, questions) = sync_channel(1);
        let failed = |why: String| PolicyError::Unreadable(why);
        let stay = self.stay;
        std::thread::Builder::new()
            .name("policies".to_owned())
            .spawn(move || plead(&questions, stay))
            .map_err(|error| failed(error.to_string()))?;
        let gone = || failed("the thread that asks them has ended".to_owned());
        to.send((question.clone(), reply)).map_err(|_| gone())?;
        *thread = Some(to);
        answer.recv().map_err(|_| gone())?
    }
}

/// Reads the policies and answers until nobody asks any more.
fn plead(questions: &Receiver<Asked>, stay: Duration) {
    let policies = Policies::read(POLICIES, SCHEMA);
    while let Ok((question, reply)) = questions.recv_timeout(stay) {
        let ruling = policies
            .as_ref()
            .map_err(Clone::clone)
            .and_then(|policies| policies.decide(&question));
        // Who asked has not gone away: it waits for the answer.
        drop(reply.send(ruling));
    }
}

/// One bit for each role.
fn bits(roles: &BTreeSet<Role>) -> u16 {
    let numbered = (0_u32..).zip(Role::ALL);
    let held = numbered.filter(|(_, role)| roles.contains(role));
    held.fold(0, |bits, (number, _)| bits | 1_u16.wrapping_shl(number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::policy::ACTIONS;

    fn roles_of(bits: u16) -> BTreeSet<Role> {
        let numbered = (0_u32..).zip(Role::ALL);
        let held = numbered.filter(|(number, _)| bits & (1 << number) != 0);
        held.map(|(_, role)| role).collect()
    }

    #[test]
    fn bits_and_roles_are_one_to_one() {
        for number in 0..1 << Role::ALL.len() {
            assert_eq!(bits(&roles_of(number)), number);
        }
    }

    /// Every pair of roles with every other, and every set of roles that leaves out at most one:
    /// what is remembered is what a fresh question gives, the second time, too. (All 1,024 sets
    /// take minutes without optimisation; `THERIAC_ALL_ROLES` asks for them.)
    #[test]
    fn what_is_remembered_is_what_cedar_says() {
        let advocate = Advocate::new();
        let fresh = Policies::read(POLICIES, SCHEMA).unwrap();
        let all = 1_u16 << Role::ALL.len();
        let whole = std::env::var_os("THERIAC_ALL_ROLES").is_some();
        let few = |bits: &u16| bits.count_ones() <= 2 || bits.count_ones() >= 9;
        let mut asked = 0;
        for set in (0..all).filter(|bits| whole || few(bits)) {
            let roles = roles_of(set);
            for action in ACTIONS {
                for party in [false, true] {
                    let question = Question {
                        action,
                        roles: roles.clone(),
                        party,
                    };
                    let said = fresh.decide(&question).unwrap();
                    let ask = || advocate.ask(action, &roles, party).unwrap();
                    assert_eq!((&*ask(), &*ask()), (&said, &said), "{question:?}");
                    asked += 1;
                }
            }
        }
        assert_eq!(advocate.memo.read().unwrap().len(), asked);
    }

    #[test]
    fn the_answer_is_the_same_after_the_policies_were_let_go() {
        let fresh = Policies::read(POLICIES, SCHEMA).unwrap();
        let advocate = Advocate::staying(Duration::ZERO);
        for (role, action) in Role::ALL.iter().zip(ACTIONS.iter().cycle()) {
            let roles = BTreeSet::from([*role]);
            let question = Question {
                action,
                roles: roles.clone(),
                party: true,
            };
            let said = fresh.decide(&question).unwrap();
            assert_eq!(*advocate.ask(action, &roles, true).unwrap(), said);
        }
    }

    #[test]
    fn many_ask_at_once() {
        let advocate = Advocate::new();
        std::thread::scope(|scope| {
            for role in Role::ALL.into_iter().cycle().take(40) {
                let advocate = &advocate;
                scope.spawn(move || {
                    let ruling = advocate.ask("query", &[role].into(), true).unwrap();
                    assert!(!ruling.policy.is_empty());
                });
            }
        });
        assert_eq!(advocate.memo.read().unwrap().len(), Role::ALL.len());
    }
}
