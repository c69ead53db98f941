//! The rule table: every rule once, with its name, its family of evidence, and its check. A new
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
    /// Its name, as people say it.
    pub title: &'static str,
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
        "Unknown serial number",
        Family::Commissioning,
        Check::Events(unknown_serial::check),
    ),
    rule(
        RuleId::C03,
        "Lot differs from the label",
        Family::Label,
        Check::Label,
    ),
    rule(
        RuleId::C04,
        "Expiry differs from the label",
        Family::Label,
        Check::Label,
    ),
    rule(
        RuleId::C06,
        "Commissioned twice",
        Family::Commissioning,
        Check::Events(duplicate_commissioning::check),
    ),
    rule(
        RuleId::C09,
        "Activity after the end of life",
        Family::State,
        Check::Events(after_terminal_state::check),
    ),
    rule(
        RuleId::C11,
        "Recalled or out of date",
        Family::Market,
        Check::Events(expired_or_recalled::check),
    ),
    rule(
        RuleId::C12,
        "Impossible travel",
        Family::Place,
        Check::Events(impossible_travel::check),
    ),
    rule(
        RuleId::C14,
        "Shipped by someone who does not hold it",
        Family::Custody,
        Check::Events(ship_by_non_holder::check),
    ),
    rule(
        RuleId::T01,
        "Temperature excursion",
        Family::ColdChain,
        Check::Readings(band_excursion::check),
    ),
    rule(
        RuleId::T04,
        "Mean kinetic temperature too high",
        Family::ColdChain,
        Check::Readings(kinetic_window::check),
    ),
    rule(
        RuleId::T08,
        "Gap in the readings",
        Family::ColdChain,
        Check::Readings(telemetry_gap::check),
    ),
];

const fn rule(id: RuleId, title: &'static str, family: Family, check: Check) -> Rule {
    Rule {
        id,
        title,
        family,
        check,
    }
}

/// The row of a rule.
pub fn rule_of(id: RuleId) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}
