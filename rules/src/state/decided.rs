//! Decisions as the engine folds them: kept in ledger order beside what they are about, each with
//! its record, its signature and whether it was taken back. The last that counts decides.

use std::collections::BTreeMap;

use gs1::{Epc, Gtin};
use serde::{Deserialize, Serialize};

use super::{Digest, LotState, NameId, Recall, State};
use crate::finding::{EvidenceRef, Finding, Resolution, Severity};
use crate::record::{AlertOutcome, Decision, Signature, Stamp};
use crate::say::words;

/// What quality assurance said of goods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Ruling {
    Release,
    Hold,
    Reject,
}

/// A ruling by quality assurance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct QaDecision {
    pub(crate) ruling: Ruling,
    pub(crate) decided: Decided,
}

/// What was done about an alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AlertDecision {
    pub(crate) act: AlertAct,
    pub(crate) decided: Decided,
}

/// What can be done about an alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum AlertAct {
    Assign(String),
    Resolve(AlertOutcome),
    DeEscalate(Severity),
}

/// Who decided, why, where it stands, and whether it still counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Decided {
    pub(crate) reason: String,
    pub(crate) by: Option<NameId>,
    pub(crate) record: Resolution,
    pub(crate) signature: Option<Signature>,
    /// The record that took it back.
    pub(crate) undone: Option<Resolution>,
}

/// A longer use of a lot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Extension {
    /// The new last day, days since 1970-01-01.
    pub(crate) expiry: i32,
    pub(crate) decided: Decided,
}

/// Decisions by what they are about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Decisions {
    /// Quality rulings by subject.
    pub(crate) rulings: BTreeMap<Epc, Vec<QaDecision>>,
    /// By finding.
    pub(crate) alerts: BTreeMap<Digest, Vec<AlertDecision>>,
    pub(crate) withdrawals: BTreeMap<Gtin, Recall>,
    /// Anything was ever decided about a lot: where not, none is looked up.
    pub(crate) of_lots: bool,
}

impl State {
    /// Takes in a decision.
    pub(crate) fn decide(&mut self, decision: &Decision, stamp: &Stamp) {
        let by = stamp.actor.as_deref().map(|gln| self.names.intern(gln));
        let decided = Decided {
            reason: decision.reason().to_owned(),
            by,
            record: stamp.into(),
            signature: decision.signature().cloned(),
            undone: None,
        };
        let recall = |level| Recall {
            reason: decision.reason().to_owned(),
            level,
            by,
            record: stamp.into(),
        };
        match decision.bare() {
            Decision::Recall {
                gtin, lot, level, ..
            } => {
                let lot = self.lot_mut(gtin, lot);
                lot.recall.get_or_insert_with(|| recall(*level));
            }
            Decision::Withdraw { gtin, level, .. } => {
                let all = &mut self.decisions.withdrawals;
                all.entry(gtin.clone()).or_insert_with(|| recall(*level));
            }
            Decision::QaRelease { subject, .. } => self.rule(subject, Ruling::Release, decided),
            Decision::QaHold { subject, .. } => self.rule(subject, Ruling::Hold, decided),
            Decision::QaReject { subject, .. } => self.rule(subject, Ruling::Reject, decided),
            Decision::ExtendExpiry {
                gtin, lot, expiry, ..
            } => {
                let expiry = words::days(*expiry);
                self.lot_mut(gtin, lot).extension = Some(Extension { expiry, decided });
            }
            Decision::AssignAlert { finding, to, .. } => {
                self.about_alert(*finding, AlertAct::Assign(to.clone()), decided);
            }
            Decision::ResolveAlert {
                finding, outcome, ..
            } => self.about_alert(*finding, AlertAct::Resolve(*outcome), decided),
            Decision::DeEscalateAlert {
                finding, severity, ..
            } => self.about_alert(*finding, AlertAct::DeEscalate(*severity), decided),
            Decision::Undo { decision, .. } => self.undo(*decision, by, stamp),
            // Nothing is signed twice.
            Decision::Signed { .. } => {}
        }
    }

    fn lot_mut(&mut self, gtin: &Gtin, lot: &gs1::Lot) -> &mut LotState {
        self.decisions.of_lots = true;
        let key = (gtin.clone(), lot.clone());
        self.lots.entry(key).or_default()
    }

    fn rule(&mut self, subject: &Epc, ruling: Ruling, decided: Decided) {
        let all = &mut self.decisions.rulings;
        let rulings = all.entry(subject.clone()).or_default();
        rulings.push(QaDecision { ruling, decided });
    }

    fn about_alert(&mut self, finding: Digest, act: AlertAct, decided: Decided) {
        let all = &mut self.decisions.alerts;
        let acts = all.entry(finding).or_default();
        acts.push(AlertDecision { act, decided });
    }

    /// Takes back what the same party decided in a record.
    fn undo(&mut self, record: EvidenceRef, by: Option<NameId>, stamp: &Stamp) {
        let rulings = self.decisions.rulings.values_mut().flatten();
        let rulings = rulings.map(|ruling| &mut ruling.decided);
        let alerts = self.decisions.alerts.values_mut().flatten();
        let alerts = alerts.map(|act| &mut act.decided);
        let lots = self.lots.values_mut();
        let extensions = lots.filter_map(|lot| Some(&mut lot.extension.as_mut()?.decided));
        let all = rulings.chain(alerts).chain(extensions);
        for decided in all.filter(|it| it.record.record == record && it.by == by) {
            decided.undone.get_or_insert_with(|| stamp.into());
        }
    }

    /// Decisions about an alert that count, oldest first.
    pub(crate) fn alert_acts(&self, finding: &Digest) -> impl Iterator<Item = &AlertDecision> {
        let acts = self.decisions.alerts.get(finding);
        let acts = acts.into_iter().flatten();
        acts.filter(|act| act.decided.undone.is_none())
    }

    /// How an alert was closed: by the last word on it, spoken after the finding last changed. A
    /// conclusive finding can be closed only by the marketing authorisation holder of its product
    /// or a regulator: nobody else can say that a forgery is none.
    pub(crate) fn closed(&self, finding: &Finding) -> Option<&AlertDecision> {
        let last = self
            .alert_acts(&finding.id)
            .filter(|act| matches!(act.act, AlertAct::Resolve(_)))
            .last()?;
        let closes = last.act == AlertAct::Resolve(AlertOutcome::FalseAlarm)
            && last.decided.record.position > finding.position
            && (!finding.conclusive || self.speaks_for(finding, last.decided.by));
        closes.then_some(last)
    }

    /// The most an alert may count for, after somebody looked.
    pub(crate) fn de_escalated(&self, finding: &Finding) -> Option<Severity> {
        let acts = self.alert_acts(&finding.id).filter(|act| {
            act.decided.record.position > finding.position
                && (!finding.conclusive || self.speaks_for(finding, act.decided.by))
        });
        acts.filter_map(|act| match act.act {
            AlertAct::DeEscalate(severity) => Some(severity),
            AlertAct::Assign(_) | AlertAct::Resolve(_) => None,
        })
        .last()
    }

    fn speaks_for(&self, finding: &Finding, by: Option<NameId>) -> bool {
        let Some(gln) = by.map(|id| self.names.text(id)) else {
            return false;
        };
        let regulator = self
            .masters
            .parties
            .get(gln)
            .is_some_and(|party| party.role == "regulator");
        let holder = finding.subjects.first().and_then(|epc| match epc {
            Epc::Sgtin(sgtin) => self.masters.products.get(&sgtin.gtin),
            Epc::Lgtin { gtin, .. } => self.masters.products.get(gtin),
            _ => None,
        });
        regulator || holder.is_some_and(|product| product.mah == gln)
    }

    /// The extended last day of a pack's lot.
    pub(crate) fn extension_of(&self, thing: super::ThingId) -> Option<i32> {
        self.lot_of_pack(thing)?.extended()
    }

    /// The last day of a pack: as commissioned, or as extended.
    pub(crate) fn last_day_of(&self, thing: super::ThingId, born: Option<i32>) -> Option<i32> {
        born.max(self.extension_of(thing))
    }
}

impl LotState {
    /// The extended last day of its packs.
    pub(crate) fn extended(&self) -> Option<i32> {
        let extension = self.extension.as_ref()?;
        let stands = extension.decided.undone.is_none();
        stands.then_some(extension.expiry)
    }
}
