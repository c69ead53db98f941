//! Weighing: what one rule suspects is not yet what people are told. A suspicion (S3, S4) stands
//! when a conclusive finding says so or two independent kinds of evidence agree; else it is shown
//! as a hold (S2). Temperatures, expiry, recalls and clocks are no evidence about being genuine.
//!
//! Why: falsified packs are about 5 in 100,000, so any rule with a false alarm rate above that is
//! wrong more often than right when it speaks alone.

use std::collections::BTreeSet;

use crate::catalogue::rule_of;
use crate::finding::{Family, Finding, RuleId, Severity};

/// Rules whose finding alone can prove (catalogue, section on fusion): a known fake, a maker
/// without the right, activity elsewhere after the end of life, a shipment by someone who does not
/// hold it, a foreign RFID tag.
pub const CONCLUSIVE: [RuleId; 5] = [
    RuleId::C05,
    RuleId::C07,
    RuleId::C09,
    RuleId::C14,
    RuleId::C23,
];

/// The severity to show for each of the standing findings about one thing, in their order.
pub fn weigh(standing: &[&Finding]) -> Vec<Severity> {
    let conclusive = standing
        .iter()
        .any(|f| f.conclusive && f.severity >= Severity::S3 && CONCLUSIVE.contains(&f.rule));
    let families: BTreeSet<Family> = standing
        .iter()
        .filter(|finding| finding.severity >= Severity::S2)
        .filter_map(|finding| Some((rule_of(finding.rule)?.family, finding.severity)))
        .filter(|(family, severity)| bears_witness(*family, *severity))
        .map(|(family, _)| family)
        .collect();
    let proven = conclusive || families.len() >= 2;
    let shown = |finding: &&Finding| {
        if proven {
            finding.severity
        } else {
            finding.severity.min(Severity::S2)
        }
    };
    standing.iter().map(shown).collect()
}

/// Whether a finding says something about being genuine. Nobody knows how often a rule of a
/// consortium is wrong, so it is a witness only where the registry granted it more than a hold.
fn bears_witness(family: Family, severity: Severity) -> bool {
    match family {
        Family::ColdChain | Family::Market | Family::Time => false,
        Family::Consortium => severity >= Severity::S3,
        _ => true,
    }
}
