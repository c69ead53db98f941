//! T04: the mean kinetic temperature over the legal window exceeds its limit, or the gate may not
//! be used because a reading was above its ceiling. Passing the gate releases nothing: an excursion
//! stays with quality assurance, who find the number among its facts. Refusals (frozen goods, low
//! excursions, a window not covered) are told there as well and are no findings of their own.
//!
//! Late facts: as all readings. A quiet reading inside the band is not judged at once; it is at the
//! next one that is not quiet, or at the next event of the goods.

use super::Reading;
use crate::cold_chain::{Activation, Span, worst_window};
use crate::finding::{RuleId, Severity};
use crate::judge_thing::Draft;
use crate::say::{Cold, Say};

pub(crate) fn check(reading: &Reading<'_>, out: &mut Vec<Draft>) {
    let storage = reading.storage;
    let Some(gate) = storage.mkt else { return };
    let limit = f64::from(gate.limit_mc) / 1000.0;
    for series in reading
        .series
        .iter()
        .filter(|series| !series.samples.is_empty())
    {
        let worst = worst_window(&series.samples, storage, series.break_ms, Activation::USP);
        let Ok(worst) = worst else { continue };
        if worst.celsius <= limit {
            continue;
        }
        let span = Span {
            from_ms: worst.from_ms,
            to_ms: worst.to_ms,
        };
        let device = series
            .device
            .map_or("", |device| reading.state.names.text(device));
        let draft = Draft {
            rule: RuleId::T04,
            key: format!("{} {device}", storage.id),
            severity: Severity::S2,
            conclusive: false,
            at_ms: worst.from_ms,
            until_ms: worst.to_ms,
            evidence: reading.evidence(span),
            say: Say::Cold(Cold::KineticMean {
                mean_mc: milli(worst.celsius),
                limit_mc: gate.limit_mc,
                window_ms: gate.window_ms,
            }),
            facts: std::collections::BTreeMap::new(),
        };
        out.push(
            draft
                .fact("storage", &storage.id)
                .fact("mkt_c", format!("{:.3}", worst.celsius))
                .fact("limit_c", format!("{limit:.3}"))
                .fact("window_ms", gate.window_ms)
                .fact(
                    "activation_j_mol",
                    format!("{:.2}", Activation::USP.kelvin() * 8.314_472),
                ),
        );
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a temperature in thousandths fits"
)]
fn milli(celsius: f64) -> i32 {
    libm::round(celsius * 1000.0) as i32
}
