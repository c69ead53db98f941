//! What the reader finds and how it tells: inventory rounds, the parameters a client asked for,
//! the results of its `AccessSpec`s, and the buffer in which all that waits.

use super::{SimReader, cues};
use crate::llrp::event::ReaderEvent;
use crate::llrp::impinj::{self, Extra};
use crate::llrp::message::Body;
use crate::llrp::parameter::{EpcBits, Parameter, Tv};
use crate::llrp::rospec::{ContentSelector, RoReportSpec};
use crate::llrp::session::Now;
use crate::llrp::tag::{ReaderTime, TagReport};
use crate::sim::door::Sighting;
use crate::sim::tag::Tag;

/// Reports held for a client that does not fetch them; above, the buffer overflows.
const HELD_MAX: usize = 100_000;
/// Share of it at which a client that wants to is warned, percent.
const WARNED_PERCENT: usize = 80;
/// Tags in one report message, whatever the client asked for.
const REPORT_TAGS_MAX: usize = 500;

impl SimReader {
    /// Makes the inventory round that is due.
    pub(super) fn round(&mut self, now: Now) {
        let Some(active) = &self.active else { return };
        let (ports, report) = (active.ports.clone(), active.report.clone());
        let round = self.scene.round(&ports, now.mono_ms);
        let before = self.held.len();
        for sighting in round.sightings {
            if let Some(tag) = self.tag_report(sighting, &report, now) {
                self.held.push(tag);
            }
        }
        let warned = HELD_MAX * WARNED_PERCENT / 100;
        if before < warned && self.held.len() >= warned {
            let percent = u8::try_from(WARNED_PERCENT).unwrap_or(u8::MAX);
            self.event(cues::BUFFER, ReaderEvent::BufferWarning(percent), now);
        }
        if self.held.len() > HELD_MAX {
            self.held.truncate(HELD_MAX);
            self.overflow(now);
        }
        let enough = report.every_n > 0 && self.held.len() >= usize::from(report.every_n);
        if report.trigger != 0 && (enough || round.last) && now.mono_ms >= self.mute_until {
            self.report(&report);
        }
    }

    fn tag_report(
        &mut self,
        sighting: Sighting,
        report: &RoReportSpec,
        now: Now,
    ) -> Option<TagReport> {
        let time = self.clock(now);
        let ro_spec = self.active.as_ref().map_or(0, |active| active.id);
        let extensions = self.extensions(report);
        let mut tag = self.tags.get(sighting.tag)?.clone();
        let (access, results) = self.execute(ro_spec, sighting.antenna, &mut tag);
        let (first, last) = match time {
            ReaderTime::Utc(us) => (Tv::FirstSeenUtc(us), Tv::LastSeenUtc(us)),
            ReaderTime::Uptime(us) => (Tv::FirstSeenUptime(us), Tv::LastSeenUptime(us)),
        };
        let optional = [
            (ContentSelector::ROSPEC_ID, Tv::RoSpecId(ro_spec)),
            (ContentSelector::SPEC_INDEX, Tv::SpecIndex(1)),
            (
                ContentSelector::INVENTORY_PARAMETER_SPEC_ID,
                Tv::InventoryParameterSpecId(1),
            ),
            (ContentSelector::ANTENNA_ID, Tv::AntennaId(sighting.antenna)),
            (ContentSelector::PEAK_RSSI, Tv::PeakRssi(sighting.rssi_dbm)),
            (ContentSelector::CHANNEL_INDEX, Tv::ChannelIndex(1)),
            (ContentSelector::FIRST_SEEN, first),
            (ContentSelector::LAST_SEEN, last),
            (ContentSelector::SEEN_COUNT, Tv::TagSeenCount(1)),
        ];
        let content = &report.content;
        let mut parameters = vec![epc(&tag)];
        let wanted = optional
            .into_iter()
            .filter(|(flag, _)| content.wants(*flag));
        parameters.extend(wanted.map(|(_, tv)| Parameter::Tv(tv)));
        for selector in content.parameters.iter().filter(|it| it.kind == 348) {
            let flags = selector.body.first().copied().unwrap_or_default();
            let pc = (flags & 0x40 != 0).then_some(Tv::C1g2Pc(tag.pc()));
            let crc = (flags & 0x80 != 0).then_some(Tv::C1g2Crc(tag.crc()));
            parameters.extend(pc.into_iter().chain(crc).map(Parameter::Tv));
        }
        if content.wants(ContentSelector::ACCESS_SPEC_ID) {
            parameters.push(Parameter::Tv(Tv::AccessSpecId(access)));
        }
        parameters.extend(results);
        parameters.extend(extras(&extensions, &tag, sighting));
        if let Some(place) = self.tags.get_mut(sighting.tag) {
            *place = tag;
        }
        Some(TagReport { parameters })
    }

    /// What of the vendor's additions the client turned on and asked for.
    fn extensions(&self, report: &RoReportSpec) -> impinj::Extensions {
        let extended = self.client.as_ref().is_none_or(|client| client.extended);
        let ours = self.profile.manufacturer == impinj::VENDOR && extended;
        let mut selected = report.custom.iter().filter(|_| ours);
        selected
            .find_map(|custom| impinj::selected(custom).ok().flatten())
            .unwrap_or_default()
    }

    /// Sends what is held, in messages of as many tags as were asked for, unless the client is
    /// away or has not said yet that it is ready.
    pub(super) fn report(&mut self, spec: &RoReportSpec) {
        let waits = self.client.as_ref().map(|client| client.waits);
        match waits {
            Some(false) => {}
            None if !self.holds => {
                self.held.clear();
                return;
            }
            _ => return,
        }
        let per = match usize::from(spec.every_n) {
            0 => REPORT_TAGS_MAX,
            n => n.min(REPORT_TAGS_MAX),
        };
        let held = std::mem::take(&mut self.held);
        for tags in held.chunks(per) {
            self.tell(Body::RoAccessReport {
                tags: tags.to_vec(),
                others: Vec::new(),
            });
        }
    }

    /// The client is ready for what was held.
    pub(super) fn release(&mut self, now: Now) {
        if let Some(client) = &mut self.client {
            client.waits = false;
        }
        if std::mem::take(&mut self.overflowed) {
            self.overflow(now);
        }
        let report = self.active.as_ref().map(|active| active.report.clone());
        if let Some(report) = report.filter(|report| report.trigger != 0) {
            self.report(&report);
        }
    }
}

fn epc(tag: &Tag) -> Parameter {
    match <[u8; 12]>::try_from(tag.epc.as_slice()) {
        Ok(epc) => Parameter::Tv(Tv::Epc96(epc)),
        Err(_) => Parameter::Epc(EpcBits::from_bytes(&tag.epc).unwrap_or(EpcBits {
            bits: 0,
            bytes: Vec::new(),
        })),
    }
}

fn extras(wanted: &impinj::Extensions, tag: &Tag, sighting: Sighting) -> Vec<Parameter> {
    let fine = i16::try_from(sighting.tag % 100).unwrap_or(0);
    let turn = u16::try_from(sighting.tag * 37 % 4096).unwrap_or(0);
    let all = [
        (wanted.tid, Extra::Tid(tag.tid.clone())),
        (wanted.phase, Extra::Phase(turn)),
        (
            wanted.rssi,
            Extra::Rssi(i16::from(sighting.rssi_dbm) * 100 + fine),
        ),
    ];
    let wanted = all.iter().filter(|(wanted, _)| *wanted);
    wanted.map(|(_, extra)| extra.parameter()).collect()
}
