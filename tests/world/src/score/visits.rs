//! What happened at the counters: who was stopped, who should have been, and what garbled scans
//! were taken for.

use std::collections::BTreeMap;

use rules::{Class, Verdict};

use crate::faults::scanner::{ScannerFault, is_named};
use crate::kind::Kind;
use crate::world::{Truth, Visit};

/// Counts of one kind of goods.
#[derive(Debug, Default, Clone)]
pub struct Stops {
    /// Presented.
    pub visits: u32,
    /// Not dispensed.
    pub stopped: u32,
    /// Not dispensed by a check of states alone.
    pub stopped_by_state: u32,
    /// Dispensed without asking.
    pub offline: u32,
    /// Codes of the verdicts.
    pub codes: BTreeMap<String, u32>,
}

/// Counts of one fault of scanners.
#[derive(Debug, Default, Clone)]
pub struct Diagnoses {
    /// Garbled scans.
    pub scans: u32,
    /// Named rightly.
    pub right: u32,
    /// Another fault was named.
    pub wrong: u32,
    /// The pack was blamed.
    pub blamed: u32,
}

/// Counts of all visits.
#[derive(Debug, Default)]
pub struct Visits {
    /// All scans, repeated ones included.
    pub scans: u32,
    /// Scans of packs that nothing is wrong with, first ones.
    pub genuine: u32,
    /// Of those, how many were held or refused.
    pub alarms: u32,
    /// Codes of those alarms, with an example each.
    pub alarm_codes: BTreeMap<String, (u32, String)>,
    /// By kind of goods that were planted.
    pub planted: BTreeMap<Kind, Stops>,
    /// Genuine packs touched by something planted.
    pub marked: BTreeMap<Kind, Stops>,
    /// By fault of the scanner.
    pub scanners: BTreeMap<ScannerFault, Diagnoses>,
    /// Verdicts *pass, kept as it should be* over a gap in the readings.
    pub passes_over_gaps: u32,
    /// Goods planted and presented, and whether they were stopped every time.
    pub presented: BTreeMap<String, bool>,
    /// What should not have been said, with what is on record of the pack.
    pub wrong: Vec<String>,
}

/// Most wrong verdicts that are kept with their history.
const WRONG_MAX: usize = 200;

impl Visits {
    /// Takes in a visit; whether the pack is dispensed.
    pub(super) fn note(
        &mut self,
        visit: &Visit,
        first: &Verdict,
        clean: Option<&Verdict>,
        stopped_by_state: bool,
    ) -> bool {
        let last = clean.unwrap_or(first);
        let stopped = is_stop(last) && !visit.offline;
        self.scans += 1 + u32::from(clean.is_some());
        if let Some(fault) = visit.fault {
            self.diagnose(fault, visit, first);
        }
        if visit.offline {
            // Nobody was asked.
        } else if visit.truth == Truth::Genuine {
            self.genuine(visit, first);
        }
        let stops = match visit.truth {
            Truth::Genuine => return !stopped,
            Truth::Planted(kind) => self.planted.entry(kind).or_default(),
            Truth::Marked(kind) => self.marked.entry(kind).or_default(),
        };
        // The genuine pack beside a fake is meant to pass.
        let meant = match visit.truth {
            Truth::Planted(_) => true,
            Truth::Marked(kind) => !kind.is_fake(),
            Truth::Genuine => false,
        };
        if meant && !visit.offline {
            let held = self.presented.entry(visit.subject.clone()).or_insert(true);
            *held &= stopped;
        }
        stops.visits += 1;
        stops.stopped += u32::from(stopped);
        stops.stopped_by_state += u32::from(stopped_by_state);
        stops.offline += u32::from(visit.offline);
        *stops.codes.entry(code(last)).or_default() += 1;
        if matches!(visit.truth, Truth::Marked(Kind::Gap | Kind::SilentEnd)) {
            let within = last.pack.cold_chain.as_deref() == Some("within");
            self.passes_over_gaps += u32::from(!stopped && !visit.offline && within);
        }
        !stopped
    }

    /// Keeps what is on record of a pack of which the wrong thing was said.
    pub(super) fn explain(&mut self, visit: &Visit, said: &Verdict, history: &str) {
        if self.wrong.len() < WRONG_MAX {
            let Visit {
                subject,
                truth,
                fault,
                at_ms,
                ..
            } = visit;
            self.wrong.push(format!(
                "{subject} at {at_ms}, {truth:?}, {fault:?}: {:?}: {}\n{history}",
                said.code, said.sentence
            ));
        }
    }

    fn genuine(&mut self, visit: &Visit, first: &Verdict) {
        self.genuine += 1;
        if matches!(first.verdict, Class::Hold | Class::DoNotDispense) {
            self.alarms += 1;
            let example = format!(
                "{} at {}, {:?}: {}",
                visit.subject, visit.at_ms, visit.fault, first.sentence
            );
            let entry = self.alarm_codes.entry(code(first));
            entry.or_insert((0, example)).0 += 1;
        }
    }

    fn diagnose(&mut self, fault: ScannerFault, visit: &Visit, verdict: &Verdict) {
        let counts = self.scanners.entry(fault).or_default();
        counts.scans += 1;
        if verdict.verdict != Class::ReadAgain {
            counts.blamed += 1;
        } else if is_named(fault, &visit.clean, &visit.text, &verdict.sentence) {
            counts.right += 1;
            return;
        } else {
            counts.wrong += 1;
        }
        let text = format!("    {:?}\n    for {:?}", visit.text, visit.clean);
        self.explain(visit, verdict, &text);
    }

    /// Counterfeits presented, stopped, and stopped by a check of states alone.
    pub fn fakes(&self) -> Stops {
        let mut sum = Stops::default();
        for (_, stops) in self.planted.iter().filter(|(kind, _)| kind.is_fake()) {
            sum.visits += stops.visits;
            sum.stopped += stops.stopped;
            sum.stopped_by_state += stops.stopped_by_state;
            sum.offline += stops.offline;
        }
        sum
    }

    /// Alarms on genuine packs per scan of one.
    pub fn alarm_rate(&self) -> f64 {
        f64::from(self.alarms) / f64::from(self.genuine.max(1))
    }

    /// Garbled scans, and those of them named rightly.
    pub fn diagnosed(&self) -> (u32, u32) {
        let all = self.scanners.values();
        all.fold((0, 0), |(scans, right), counts| {
            (scans + counts.scans, right + counts.right)
        })
    }
}

fn is_stop(verdict: &Verdict) -> bool {
    !matches!(verdict.verdict, Class::Genuine | Class::SeenHere)
}

pub(super) fn code(verdict: &Verdict) -> String {
    let code = serde_json::to_value(verdict.code).unwrap_or_default();
    code.as_str().unwrap_or_default().to_owned()
}
