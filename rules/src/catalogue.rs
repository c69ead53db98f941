//! The rule table: every rule once, with its family of evidence, and its check. A new
//! rule is a file with one check and a row here.

use crate::finding::{Family, RuleId};
use crate::identity::{
    after_terminal_state, duplicate_commissioning, expired_or_recalled, impossible_travel,
    ship_by_non_holder, unknown_serial,
};
use crate::judge_thing::{Case, Draft};
use crate::telemetry::{band_excursion, kinetic_window, telemetry_gap};

/// One rule.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Its id in the catalogue.
    pub id: RuleId,
    /// What evidence it looks at.
    pub family: Family,
    /// What it is checked on.
    pub(crate) check: Check,
}

/// What a rule is checked on.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Check {
    /// The events of a thing.
    Events(fn(&Case<'_>, &mut Vec<Draft>)),
    /// The readings taken of a thing.
    Readings(fn(&crate::telemetry::Reading<'_>, &mut Vec<Draft>)),
    /// The printed label, at the counter only (see [`crate::verdict`]).
    Label,
}

/// Every rule, in the order of the catalogue.
pub const RULES: &[Rule] = &[
    rule(
        RuleId::C01,
        Family::Commissioning,
        Check::Events(unknown_serial::check),
    ),
    rule(RuleId::C03, Family::Label, Check::Label),
    rule(RuleId::C04, Family::Label, Check::Label),
    rule(
        RuleId::C06,
        Family::Commissioning,
        Check::Events(duplicate_commissioning::check),
    ),
    rule(
        RuleId::C09,
        Family::State,
        Check::Events(after_terminal_state::check),
    ),
    rule(
        RuleId::C11,
        Family::Market,
        Check::Events(expired_or_recalled::check),
    ),
    rule(
        RuleId::C12,
        Family::Place,
        Check::Events(impossible_travel::check),
    ),
    rule(
        RuleId::C14,
        Family::Custody,
        Check::Events(ship_by_non_holder::check),
    ),
    rule(
        RuleId::T01,
        Family::ColdChain,
        Check::Readings(band_excursion::check),
    ),
    rule(
        RuleId::T04,
        Family::ColdChain,
        Check::Readings(kinetic_window::check),
    ),
    rule(
        RuleId::T08,
        Family::ColdChain,
        Check::Readings(telemetry_gap::check),
    ),
];

const fn rule(id: RuleId, family: Family, check: Check) -> Rule {
    Rule { id, family, check }
}

/// The row of a rule.
pub fn rule_of(id: RuleId) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}
