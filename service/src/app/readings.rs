//! Every reading behind the cold chain of a pack or a shipment, never thinned. Who sees the one
//! sees the other.
use std::cmp::Reverse;

use gs1::Epc;
use rules::views::readings::ReadingSeries;

use crate::app::failure::{Code, Failure};
use crate::app::pack::pack_of;
use crate::app::shipment::{self, Named};
use crate::app::visible::{Subject, visible};
use crate::auth::{Permit, actions};
use crate::limits::READINGS_ANSWER_MAX;
use crate::node::{Node, View};

/// All readings of something.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Readings {
    /// Canonical id of what they tell of: of several units under a paper the one whose cold chain
    /// the paper shows.
    pub id: String,
    /// Canonical id of what was asked for.
    pub asked: String,
    /// One for each logger and thing it measured.
    pub series: Vec<ReadingSeries>,
}

impl Readings {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.series.iter().map(|series| series.readings.len()).sum()
    }
}

/// All readings of a pack, by any form of its identifier.
///
/// # Errors
/// `not_found` when no record names it or the principal took no part in it, `query_too_large` for
/// more than [`READINGS_ANSWER_MAX`].
pub fn of_pack(
    node: &Node,
    permit: &Permit<actions::Query>,
    id: &str,
) -> Result<Readings, Failure> {
    let sgtin = pack_of(id)?;
    let fold = node.fold();
    let known = fold.engine.pack(&sgtin).is_some();
    let epc = Epc::Sgtin(sgtin);
    if !known || !visible(&fold, permit.principal(), Subject::Thing(&epc)) {
        return Err(Failure::not_found("pack"));
    }
    all(&fold, &epc, READINGS_ANSWER_MAX)
}

/// All readings of a shipment, by whatever [`shipment::shipment`] takes.
///
/// # Errors
/// Those of [`shipment::shipment`], and `query_too_large` for more than [`READINGS_ANSWER_MAX`].
pub fn of_shipment(
    node: &Node,
    permit: &Permit<actions::Query>,
    id: &str,
) -> Result<Readings, Failure> {
    let fold = node.fold();
    let principal = permit.principal();
    let sees = |epc: &Epc| visible(&fold, principal, Subject::Thing(epc));
    match shipment::named(&fold, &sees, id)? {
        Named::Unit(epc) => all(&fold, &epc, READINGS_ANSWER_MAX),
        Named::Paper(paper) => within(worst(&fold, &sees, paper), READINGS_ANSWER_MAX),
    }
}

/// Readings of the unit whose cold chain is told of all that go under a paper, on its journey.
fn worst(fold: &View<'_>, sees: shipment::Sees<'_>, paper: &str) -> Readings {
    let sent = shipment::sent_under(fold, sees, paper).into_iter();
    let graded = sent.zip(0_usize..).filter_map(|((epc, times), at)| {
        let journey = fold.engine.journey(epc, &times)?;
        let gravity = shipment::gravity(&journey.cold_chain);
        Some((gravity, Reverse(at), epc, times))
    });
    let worst = graded.filter(|(gravity, ..)| *gravity > 0).max();
    let (id, series) = worst.map_or_else(Default::default, |(.., epc, times)| {
        (epc.canonical(), fold.engine.readings_on(epc, &times))
    });
    Readings {
        id,
        asked: paper.to_owned(),
        series,
    }
}

fn all(fold: &View<'_>, epc: &Epc, most: usize) -> Result<Readings, Failure> {
    let found = Readings {
        id: epc.canonical(),
        asked: epc.canonical(),
        series: fold.engine.readings_of(epc),
    };
    within(found, most)
}

fn within(found: Readings, most: usize) -> Result<Readings, Failure> {
    let count = found.count();
    if count > most {
        let text = format!(
            "there are {count} readings, and one answer holds {most}; each is in its event, under \
             /epcis/epcs/{{id}}/events"
        );
        return Err(Failure::new(Code::QueryTooLarge, text));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use rules::cold_chain::Sample;

    use super::*;

    #[test]
    fn more_than_an_answer_holds_is_refused_and_says_where_they_are() {
        let series = |count: i64| ReadingSeries {
            device: None,
            shipment: "s1".to_owned(),
            readings: (0..count).map(|t_ms| Sample { t_ms, mc: 0 }).collect(),
        };
        let found = Readings {
            id: "s1".to_owned(),
            asked: "s1".to_owned(),
            series: vec![series(3), series(2)],
        };
        assert_eq!(within(found.clone(), 5).unwrap(), found);
        let refused = within(found, 4).unwrap_err();
        assert_eq!(refused.code(), Code::QueryTooLarge);
        assert!(refused.to_string().contains("5 readings"), "{refused}");
    }
}
