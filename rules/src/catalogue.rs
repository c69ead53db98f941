//! The rule table: every rule once, with its family of evidence, and its check. A new
//! rule is a file with one check and a row here.

use crate::chain::{
    aggregation, chip, misdelivery, missing_shipment, overdue, simultaneous, tail, timing,
    twice_moved, undo,
};
use crate::finding::{Family, RuleId};
use crate::identity::{
    after_terminal_state, duplicate_commissioning, expired_or_recalled, impossible_travel,
    ship_by_non_holder, unknown_serial,
};
use crate::judge_thing::{Case, Draft};
use crate::lots::{
    expiry_mismatch, gtin_authority, known_bad, lot_mismatch, market, unauthorised,
    verification_storm,
};
use crate::telemetry::{
    Reading, band_excursion, calibration, cumulative, excessive_heat, flatline, freeze,
    kinetic_window, physics, replayed, sequence, single_event, telemetry_gap,
};

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
    Readings(fn(&Reading<'_>, &mut Vec<Draft>)),
    /// What the packs in a measured thing have spent of their stability over their whole lives (see
    /// [`crate::telemetry::stability_budget`]).
    Budget,
    /// A lot, or a source of questions (see [`crate::lots`]).
    Beside,
    /// What a consortium declared (see [`crate::consortium`]).
    Declared,
}

/// Every rule, in the order of the catalogue.
pub const RULES: &[Rule] = &[
    rule(
        RuleId::C01,
        Family::Commissioning,
        Check::Events(unknown_serial::check),
    ),
    rule(RuleId::C02, Family::Commissioning, Check::Beside),
    rule(
        RuleId::C03,
        Family::Label,
        Check::Events(lot_mismatch::check),
    ),
    rule(
        RuleId::C04,
        Family::Label,
        Check::Events(expiry_mismatch::check),
    ),
    rule(RuleId::C05, Family::Label, Check::Events(known_bad::check)),
    rule(
        RuleId::C06,
        Family::Commissioning,
        Check::Events(duplicate_commissioning::check),
    ),
    rule(
        RuleId::C07,
        Family::Commissioning,
        Check::Events(gtin_authority::check),
    ),
    rule(RuleId::C08, Family::Commissioning, Check::Beside),
    rule(
        RuleId::C09,
        Family::State,
        Check::Events(after_terminal_state::check),
    ),
    rule(RuleId::C10, Family::State, Check::Events(undo::check)),
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
        RuleId::C13,
        Family::Place,
        Check::Events(simultaneous::check),
    ),
    rule(
        RuleId::C14,
        Family::Custody,
        Check::Events(ship_by_non_holder::check),
    ),
    rule(
        RuleId::C15,
        Family::Custody,
        Check::Events(missing_shipment::check),
    ),
    rule(RuleId::C16, Family::Custody, Check::Events(overdue::check)),
    rule(
        RuleId::C17,
        Family::Custody,
        Check::Events(misdelivery::check),
    ),
    rule(
        RuleId::C18,
        Family::Custody,
        Check::Events(twice_moved::check),
    ),
    rule(
        RuleId::C19,
        Family::Custody,
        Check::Events(aggregation::check),
    ),
    rule(
        RuleId::C20,
        Family::Custody,
        Check::Events(unauthorised::check),
    ),
    rule(RuleId::C21, Family::Market, Check::Events(market::check)),
    rule(RuleId::C22, Family::Time, Check::Events(timing::check)),
    rule(RuleId::C23, Family::Tag, Check::Events(chip::check)),
    rule(RuleId::C24, Family::Tag, Check::Events(tail::check)),
    rule(RuleId::C25, Family::Inquiry, Check::Beside),
    rule(
        RuleId::C26,
        Family::Inquiry,
        Check::Events(verification_storm::check),
    ),
    rule(RuleId::C27, Family::Custody, Check::Beside),
    rule(RuleId::K01, Family::Consortium, Check::Declared),
    rule(RuleId::K02, Family::Consortium, Check::Declared),
    cold(RuleId::T01, band_excursion::check),
    cold(RuleId::T02, single_event::check),
    cold(RuleId::T03, cumulative::check),
    cold(RuleId::T04, kinetic_window::check),
    rule(RuleId::T05, Family::ColdChain, Check::Budget),
    cold(RuleId::T06, freeze::check),
    cold(RuleId::T07, excessive_heat::check),
    cold(RuleId::T08, telemetry_gap::check),
    cold(RuleId::T09, flatline::check),
    cold(RuleId::T10, replayed::check),
    cold(RuleId::T11, physics::check),
    cold(RuleId::T12, sequence::check),
    cold(RuleId::T13, calibration::check),
];

/// Rules that tell packs apart which have the same records: by a serial number or a tag.
pub(crate) const BY_SERIAL: [RuleId; 3] = [RuleId::C05, RuleId::C23, RuleId::C24];

const fn cold(id: RuleId, check: fn(&Reading<'_>, &mut Vec<Draft>)) -> Rule {
    rule(id, Family::ColdChain, Check::Readings(check))
}

const fn rule(id: RuleId, family: Family, check: Check) -> Rule {
    Rule { id, family, check }
}

/// The row of a rule.
pub fn rule_of(id: RuleId) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}
