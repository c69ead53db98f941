//! What a party does with packs in the words of the European system: supply, export, destroy,
//! sample, lock, undo. Each pack is answered for itself with the state it has afterwards and the
//! reason; what changes is recorded as one event before the answer. A change that the rules would
//! refuse is refused beforehand, so that the ledger holds what happened and not what was tried; the
//! attempt itself is recorded as a question.
mod reasons;

use std::collections::BTreeSet;

use gs1::epcis::{Action, Event};
use gs1::{BizStep, Disposition, Epc, Gln, Sgtin};
use rules::pack_state::{BatchState, Operation, PackState};
use rules::say::way::Breach;
use rules::say::{Told, pack_sentence};
use rules::verdict::{Class, Counter, Verdict};
use rules::{Foreseen, Lang, Purpose, Say};
use tangle::{BlockId, Item, Kind, Media};

use crate::app::failure::{Code, Failure};
use crate::app::verify::{self, Question};
use crate::app::visible::{Subject, by_right, makes};
use crate::auth::{Permit, Role, actions};
use crate::limits::OPERATION_PACKS_MAX;
use crate::node::{Fold, Node};
use crate::store::idempotency::Claim;
pub use reasons::System;
use reasons::{by_verdict, clause_words, is_misread, status_of};

/// What is done with packs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Act {
    /// A pharmacy or hospital supplies to the public.
    Dispense,
    /// A wholesaler supplies in the place of those of article 23.
    Supply,
    /// It leaves the Union.
    Export,
    /// It is destroyed, or set aside for that.
    Destroy,
    /// An authority gets it as a sample.
    Sample,
    /// The manufacturer gives it away.
    FreeSample,
    /// A parallel distributor opens it.
    CheckOut,
    /// The manufacturer blocks it while somebody investigates.
    Lock,
    /// The manufacturer reports it stolen.
    ReportStolen,
    /// Back to active, within the conditions of article 13.
    Undo,
}

impl Act {
    /// The operation of the table of states.
    pub fn operation(self) -> Operation {
        match self {
            Self::Dispense | Self::Supply => Operation::Supply,
            Self::Export => Operation::Export,
            Self::Destroy => Operation::Destroy,
            Self::Sample => Operation::Sample,
            Self::FreeSample => Operation::FreeSample,
            Self::CheckOut => Operation::CheckOut,
            Self::Lock => Operation::Lock,
            Self::ReportStolen => Operation::ReportStolen,
            Self::Undo => Operation::Undo,
        }
    }

    /// Whose it is to do (Delegated Regulation (EU) 2016/161, articles 16 to 30, 40).
    pub fn roles(self) -> &'static [Role] {
        use Role::{Hospital, Manufacturer, Pharmacy, Wholesaler};
        match self {
            Self::Dispense => &[Pharmacy, Hospital],
            Self::Supply => &[Wholesaler, Pharmacy, Hospital],
            Self::Export | Self::CheckOut => &[Manufacturer, Wholesaler],
            Self::FreeSample | Self::Lock | Self::ReportStolen => &[Manufacturer],
            Self::Destroy | Self::Sample | Self::Undo => {
                &[Manufacturer, Wholesaler, Pharmacy, Hospital]
            }
        }
    }

    /// How it stands in an event: action, business step, disposition.
    fn words(self) -> (Action, &'static str, &'static str) {
        const DECOMMISSIONING: &str = "decommissioning";
        match self {
            Self::Dispense | Self::Supply => (Action::Delete, "dispensing", "dispensed"),
            Self::Export => (
                Action::Delete,
                DECOMMISSIONING,
                "urn:theriac:epcis:disp:exported",
            ),
            Self::Destroy => (Action::Delete, "destroying", "destroyed"),
            Self::Sample => (Action::Delete, "sampling", "urn:theriac:epcis:disp:sample"),
            Self::FreeSample => (
                Action::Delete,
                DECOMMISSIONING,
                "urn:theriac:epcis:disp:free_sample",
            ),
            Self::CheckOut => (
                Action::Delete,
                DECOMMISSIONING,
                "urn:theriac:epcis:disp:checked_out",
            ),
            Self::Lock => (Action::Observe, "holding", "urn:theriac:epcis:disp:locked"),
            Self::ReportStolen => (Action::Observe, "inspecting", "stolen"),
            Self::Undo => (Action::Observe, "urn:theriac:epcis:undo", "active"),
        }
    }
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// What to do.
    pub act: Act,
    /// What was read of each pack.
    pub scans: Vec<String>,
    /// Where: a GLN or an identifier of a place; the party's own place without one.
    pub location: Option<String>,
    /// Local time's offset from UTC there.
    pub zone: Option<String>,
    /// Language of the answer.
    pub lang: Lang,
}

/// What became of the packs.
#[derive(Clone, Debug)]
pub struct Done {
    /// The block that holds the event; `None` when nothing changed.
    pub block: Option<BlockId>,
    /// One for each scan, in order.
    pub packs: Vec<Outcome>,
}

/// What became of one pack.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The scan.
    pub scan: String,
    /// Canonical id, where the scan names a pack.
    pub id: Option<String>,
    /// What happened.
    pub result: Effect,
    /// The state afterwards, in the words of the European system; none of a pack not to be seen.
    pub state: Option<&'static str>,
    /// Stable reason.
    pub code: String,
    /// The reason as the national systems number it, and as the hub names its alert.
    pub system: System,
    /// The reason in one sentence.
    pub sentence: String,
}

/// Changed or not.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Effect {
    /// The pack has the new state, on record.
    Changed,
    /// It had that state already.
    Unchanged,
    /// It keeps the state it has.
    Refused,
}

/// Does something with packs for the permit's party.
///
/// # Errors
/// `forbidden` when the role may not do this, `unprocessable` for no or too many scans or a place
/// that is none; the packs are answered for one by one.
pub fn operate(
    node: &Node,
    permit: &Permit<actions::ChangeState>,
    asked: &Asked,
) -> Result<Done, Failure> {
    let principal = permit.principal();
    let Some(party) = principal.party.clone() else {
        return Err(Failure::new(Code::Forbidden, "the key speaks for no party"));
    };
    if !asked.act.roles().iter().any(|role| principal.has(*role)) {
        let text = format!("{:?} is not for this role", asked.act);
        return Err(Failure::new(Code::Forbidden, text));
    }
    if asked.scans.is_empty() || asked.scans.len() > OPERATION_PACKS_MAX {
        let text = format!("give 1 to {OPERATION_PACKS_MAX} scans");
        return Err(Failure::new(Code::Unprocessable, text));
    }
    let here = match asked.location.as_deref() {
        Some(text) => verify::place(text)?,
        None => own_place(&party)?,
    };
    let mut work = Work {
        node,
        permit,
        asked,
        at: Counter {
            now_ms: node.world().now_ms(),
            party: Some(party.clone()),
            location: Some(here.clone()),
        },
        claims: Vec::new(),
        seen: BTreeSet::new(),
    };
    let mut outcomes = Vec::with_capacity(asked.scans.len());
    let mut changing = Vec::new();
    for scan in &asked.scans {
        let (outcome, sgtin) = work.foresee(scan);
        if outcome.result == Effect::Changed {
            changing.extend(sgtin);
        } else {
            work.record_attempt(scan, &here, &outcome);
        }
        outcomes.push(outcome);
    }
    let block = if changing.is_empty() {
        None
    } else {
        let block = work.record(&party, &here, &changing)?;
        let fold = node.fold();
        let changed = outcomes.iter_mut();
        for outcome in changed.filter(|it| it.result == Effect::Changed) {
            hold_to(&fold, outcome);
        }
        Some(block)
    };
    Ok(Done {
        block,
        packs: outcomes,
    })
}

/// What was foreseen must have come about: an event of another node may have been earlier.
fn hold_to(fold: &Fold, outcome: &mut Outcome) {
    let epc = outcome.id.as_deref().and_then(|id| Epc::parse(id).ok());
    let Some(Epc::Sgtin(sgtin)) = epc else { return };
    let state = fold.engine.pack_state(&sgtin).word();
    if outcome.state != Some(state) {
        outcome.state = Some(state);
        outcome.result = Effect::Refused;
        "NOT_EFFECTIVE".clone_into(&mut outcome.code);
    }
}

fn own_place(party: &str) -> Result<Epc, Failure> {
    let gln = Gln::parse(party).map_err(Failure::internal)?;
    Ok(Epc::Sgln(gln.into()))
}

struct Work<'a> {
    node: &'a Node,
    permit: &'a Permit<actions::ChangeState>,
    asked: &'a Asked,
    at: Counter,
    /// Packs that no other request may change meanwhile.
    claims: Vec<Claim>,
    seen: BTreeSet<String>,
}

impl Work<'_> {
    /// What becomes of one pack, were it recorded now.
    fn foresee(&mut self, scan: &str) -> (Outcome, Option<Sgtin>) {
        let sgtin = gs1::scan::parse(scan).ok().and_then(|scan| scan.sgtin());
        if let Some(sgtin) = &sgtin {
            let id = Epc::Sgtin(sgtin.clone()).canonical();
            if !self.seen.insert(id.clone()) {
                let why = ("TWICE_IN_REQUEST", Told::TwiceInRequest);
                return (self.refused(scan, id, why), None);
            }
            let Some(claim) = self.node.store().claim(&format!("pack {id}")) else {
                let why = ("BEING_CHANGED", Told::BeingChanged);
                return (self.refused(scan, id, why), None);
            };
            self.claims.push(claim);
        }
        let fold = self.node.fold();
        let mut verdict = rules::verdict::judge_text(&fold.engine, scan, &self.at);
        verdict = verdict.spoken(self.asked.lang);
        let Some(sgtin) = sgtin else {
            return (by_verdict(scan, None, &verdict, None), None);
        };
        let epc = Epc::Sgtin(sgtin.clone());
        let id = epc.canonical();
        if !self.may_touch(&fold, &sgtin) {
            let why = ("NOT_YOURS", Told::NotYours);
            return (self.refused(scan, id, why), None);
        }
        let state = fold.engine.pack_state(&sgtin);
        if is_misread(verdict.code) {
            return (by_verdict(scan, Some(id), &verdict, Some(state)), None);
        }
        let foreseen = fold
            .engine
            .foresee(&sgtin, self.asked.act.operation(), &self.at);
        let outcome = self.outcome((scan, id), state, &verdict, &foreseen);
        (outcome, Some(sgtin))
    }

    /// Whether the pack is the asker's to change: its own product, or one it took part in. Supply
    /// is open to whoever has the pack in hand; the verdict holds what should be elsewhere.
    fn may_touch(&self, fold: &Fold, sgtin: &Sgtin) -> bool {
        let principal = self.permit.principal();
        let party = self.at.party.as_deref().unwrap_or_default();
        let operation = self.asked.act.operation();
        if matches!(operation, Operation::Lock | Operation::ReportStolen) {
            return makes(&fold.engine, party, &sgtin.gtin);
        }
        let epc = Epc::Sgtin(sgtin.clone());
        operation == Operation::Supply || by_right(fold, principal, Subject::Thing(&epc))
    }

    fn outcome(
        &self,
        (scan, id): (&str, String),
        now: PackState,
        verdict: &Verdict,
        foreseen: &Foreseen,
    ) -> Outcome {
        let lang = self.asked.lang;
        let supplies = self.asked.act.operation() == Operation::Supply;
        let state = Some(foreseen.state());
        let id = Some(id);
        let told = |code: &str, result, system, sentence: String| Outcome {
            scan: scan.to_owned(),
            id: id.clone(),
            result,
            state: state.map(PackState::word),
            code: code.to_owned(),
            system,
            sentence,
        };
        let stands = || pack_sentence(&verdict.pack_status, lang).to_owned();
        match foreseen {
            // What may not be handed on is not supplied, whatever its state allows.
            Foreseen::Becomes(_) if supplies && verdict.verdict != Class::Genuine => {
                by_verdict(scan, id.clone(), verdict, Some(now))
            }
            Foreseen::Becomes(next) => {
                let word = status_of(*next);
                let sentence = pack_sentence(word, lang).to_owned();
                told("DONE", Effect::Changed, None, sentence)
            }
            Foreseen::AlreadySet(_) if supplies && verdict.verdict == Class::DoNotDispense => {
                let mut outcome = by_verdict(scan, id.clone(), verdict, state);
                outcome.system = Some(("NMVS_NC_PCK_19", Some("#A7")));
                outcome
            }
            Foreseen::AlreadySet(_) => {
                let system = Some(("NMVS_NC_PCK_19", Some("#A7")));
                told("ALREADY_SET", Effect::Unchanged, system, stands())
            }
            Foreseen::Refused(_) if supplies && verdict.verdict == Class::DoNotDispense => {
                let mut outcome = by_verdict(scan, id.clone(), verdict, state);
                outcome.system = Some(("NMVS_NC_PCK_22", Some("#A24")));
                outcome
            }
            Foreseen::Refused(_) => {
                let system = Some(("NMVS_NC_PCK_22", Some("#A24")));
                told("STATE_FORBIDS", Effect::Refused, system, stands())
            }
            Foreseen::Unlawful { clause, say, .. } => {
                let (code, system) = clause_words(*clause);
                let result = if *clause == Breach::NothingToUndo {
                    Effect::Unchanged
                } else {
                    Effect::Refused
                };
                told(code, result, system, say.text(lang))
            }
            Foreseen::Barred { by, .. } => {
                let (code, word) = match by {
                    BatchState::Recalled => ("RECALLED", "recalled"),
                    BatchState::Withdrawn => ("WITHDRAWN", "withdrawn"),
                    BatchState::Expired => ("EXPIRED", "expired"),
                };
                let sentence = pack_sentence(word, lang).to_owned();
                told(code, Effect::Refused, None, sentence)
            }
        }
    }

    fn refused(&self, scan: &str, id: String, (code, told): (&str, Told)) -> Outcome {
        Outcome {
            scan: scan.to_owned(),
            id: Some(id),
            result: Effect::Refused,
            state: None,
            code: code.to_owned(),
            system: None,
            sentence: Say::from(told).text(self.asked.lang),
        }
    }

    /// Records what changes as one event of the party.
    fn record(&self, party: &str, here: &Epc, packs: &[Sgtin]) -> Result<BlockId, Failure> {
        let (action, step, disposition) = self.asked.act.words();
        let step = BizStep::parse(step).map_err(Failure::internal)?;
        let disposition = Disposition::parse(disposition).map_err(Failure::internal)?;
        let epcs = packs.iter().cloned().map(Epc::Sgtin);
        let mut event = Event::object(action, epcs, self.at.now_ms, step)
            .with_event_id(&self.node.world().uuid().urn().to_string())
            .with_disposition(&disposition)
            .with_read_point(here)
            .with_biz_location(here);
        if let Some(zone) = &self.asked.zone {
            event = event.with_time_zone_offset(zone);
        }
        let event = event.build().map_err(|error| {
            let text = format!("this makes no event: {error}");
            Failure::new(Code::Unprocessable, text)
        })?;
        let item = Item {
            salt: self.node.world().salt(),
            media: Media::EPCIS_EVENT,
            body: event.canonical_json(),
        };
        let signer = self.node.signer(Some(party))?;
        let made = self.node.author(signer, Kind::Events, vec![vec![item]])?;
        made.first()
            .copied()
            .ok_or_else(|| Failure::internal("no block was made"))
    }

    /// An attempt that changes nothing is a question about the pack.
    fn record_attempt(&self, scan: &str, here: &Epc, outcome: &Outcome) {
        let purpose = match self.asked.act {
            Act::Dispense | Act::Supply => Purpose::Dispense,
            _ => Purpose::Other,
        };
        let question = Question {
            scan,
            location: None,
            purpose,
            lang: self.asked.lang,
        };
        let at = (self.at.now_ms, Some(here.clone()));
        verify::record(
            self.node,
            self.permit.principal(),
            question,
            at,
            outcome.code.clone(),
        );
    }
}
