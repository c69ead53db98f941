//! A pharmacy receives totes, unpacks them and dispenses pack by pack, scanning each; now and then
//! the same pack twice, and now and then without a connection.

use gs1::epcis::Action;

use super::{Crossing, Tote, disposition};
use crate::atlas::SiteId;
use crate::goods::{Print, day_of};
use crate::kind::Kind;
use crate::post::{Care, Posted};
use crate::world::{Task, Truth, Visit, World};
use crate::{DAY, HOUR, MINUTE};

/// How long a pack lies at a pharmacy on average.
const SHELVED: i64 = 6 * DAY;
/// Share of packs sold without a connection.
const OFFLINE: f64 = 0.002;
/// Share of packs scanned a second time after they were dispensed.
const AGAIN: f64 = 0.005;
/// Share of packs sent back.
const RETURNED: f64 = 0.025;

impl World {
    pub(crate) fn tote_arrives(&mut self, crossing: &Crossing<Tote>, now: i64) {
        let tote = &crossing.goods;
        let (from, to) = (tote.from, tote.to);
        let event = self.receipt(vec![crossing.unit.clone()], now, from, to);
        self.send(event, now, to, Care::Usual);
        if self.goods.product_of(tote.packs[0]).cold {
            self.ride(crossing, &tote.packs, now, from, to, true);
        }
        self.label_place(crossing, to, now);
        let opened = now + self.dice.between(10 * MINUTE, 3 * HOUR);
        let inside = tote
            .packs
            .iter()
            .map(|pack| self.goods.epc(*pack))
            .collect();
        let event = self.aggregation(Action::Delete, &crossing.unit, inside, opened, to);
        let event = self.read_tags(event, &tote.packs);
        self.send(event, opened, to, Care::Usual);
        self.tempt_twin_reader(&tote.packs, to, opened);
        self.tempt_far_seller(&tote.packs, to, opened);
        self.book_again(crossing, to, now);
        for pack in &tote.packs {
            if self.is_recalled(*pack, now) {
                self.mark(Kind::Recalled, *pack, now, to);
            }
            let later = opened + self.dice.dwell(SHELVED);
            let task = if self.dice.chance(RETURNED) {
                Task::Return {
                    pack: *pack,
                    from: to,
                    to: from,
                }
            } else {
                Task::Sell {
                    pack: *pack,
                    at: to,
                }
            };
            let at_ms = self.opening_hours(opened, later);
            self.agenda.plan(at_ms, task);
        }
    }

    /// The same day between 8 and 19 h, or soon after the delivery.
    pub(crate) fn opening_hours(&mut self, earliest: i64, wanted: i64) -> i64 {
        let day = wanted.div_euclid(DAY) * DAY;
        let open = day + self.dice.between(8 * HOUR, 19 * HOUR);
        open.max(earliest + 10 * MINUTE)
    }

    /// A genuine pack at the counter.
    pub(crate) fn sell(&mut self, pack: u32, at: SiteId, now: i64) -> Visit {
        let print = self.goods.print(pack);
        let truth = match self.marks.get(&pack) {
            _ if self.is_recalled(pack, now) => Truth::Planted(Kind::Recalled),
            _ if print.expiry < day_of(now) => Truth::Planted(Kind::Expired),
            Some(kind) => Truth::Marked(*kind),
            None => Truth::Genuine,
        };
        if let Truth::Planted(kind) = truth {
            self.plant(kind, &print.epc(), now, at);
        }
        if self.dice.chance(AGAIN) && !self.params.honest {
            self.plant(Kind::ScannedAgain, &print.epc(), now, at);
            let again = now + self.dice.between(30 * MINUTE, 2 * DAY);
            self.ask_again(pack, at, again);
        }
        self.label_unlicensed(pack, at, now);
        self.label_date(pack, at, now);
        self.tempt_undoer(pack, at, now);
        let offline = self.dice.chance(OFFLINE) && !self.params.honest;
        let mut visit = self.at_counter(&print, at, now, true);
        if offline {
            self.plant(Kind::Offline, &print.epc(), now, at);
        }
        visit.truth = truth;
        visit.offline = offline;
        visit
    }

    /// A scan at a counter, with the record of dispensing ready.
    pub(crate) fn at_counter(&mut self, print: &Print, at: SiteId, now: i64, sells: bool) -> Visit {
        let clean = self.sent(print, at);
        let fault = self.garble(&clean, print, at, now);
        let then = sells.then(|| self.dispensing(print, at, now));
        let mut visit = Visit::plain(now, at, print.epc().canonical(), clean);
        visit.then = then;
        if let Some((fault, text)) = fault {
            visit.text = text;
            visit.fault = Some(fault);
        }
        visit.asks_only = !sells;
        visit
    }

    fn dispensing(&mut self, print: &Print, at: SiteId, now: i64) -> Posted {
        let event = self
            .object(Action::Observe, vec![print.epc()], now, "dispensing", at)
            .with_disposition(&disposition("dispensed"));
        self.seal(event, now, at, Care::Usual)
    }
}
