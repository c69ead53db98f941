//! How the simulated reader describes itself. Clients in the field refuse a reader whose
//! capabilities lack a transmit power table or a radio mode table, so both are here, with the
//! values of a four-port reader for the European lower band (ETSI EN 302 208, four channels).

use crate::llrp::message::VERSION_1_1;
use crate::llrp::parameter::Tlv;
use crate::llrp::settings::{Capabilities, GeneralDeviceCapabilities, KeepaliveSpec};
use crate::llrp::status::{LlrpStatus, Text};
use crate::llrp::wire::{TooLong, Writer};

/// Example number of IANA's private enterprise registry (RFC 5612): we are nobody's product.
const MANUFACTURER: u32 = 32_473;
/// Bit 14: the reader has a UTC clock.
const HAS_UTC_CLOCK: u16 = 0x4000;
/// ISO 3166-1 numeric code of Switzerland.
const COUNTRY: u16 = 756;
/// `CommunicationsStandard` 2: ETSI EN 302 208.
const ETSI_302_208: u16 = 2;
/// The four high-power channels, kHz.
const CHANNELS_KHZ: [u32; 4] = [865_700, 866_300, 866_900, 867_500];
/// Transmit power steps, 1/100 dBm.
const POWER_CDBM: [i16; 5] = [1000, 1500, 2000, 2500, 3000];

/// What a simulated reader says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Profile {
    /// IANA private enterprise number; that of a vendor whose additions are known turns them on.
    pub manufacturer: u32,
    /// Highest version of LLRP it speaks: 1 is 1.0.1, 2 is 1.1.
    pub version_max: u8,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            manufacturer: MANUFACTURER,
            version_max: VERSION_1_1,
        }
    }
}

impl Profile {
    /// `GET_READER_CAPABILITIES_RESPONSE`; `requested` 0 means everything, 1..=4 one part.
    pub(super) fn capabilities(
        self,
        antennas: u16,
        requested: u8,
    ) -> Result<Capabilities, TooLong> {
        let wants = |part: u8| requested == 0 || requested == part;
        let mut others = Vec::new();
        if wants(2) {
            others.push(llrp_capabilities()?);
        }
        if wants(3) {
            others.push(regulatory()?);
        }
        if wants(4) {
            // C1G2LLRPCapabilities: block writes, two select filters.
            others.push(Tlv::build(327, |to| {
                to.u8(0x40);
                to.u16(2);
            })?);
        }
        let general = wants(1).then(|| general(self.manufacturer, antennas));
        Ok(Capabilities {
            status: LlrpStatus::success(),
            general: general.transpose()?,
            others,
        })
    }

    /// Parameters of `GET_READER_CONFIG_RESPONSE`.
    pub(super) fn configuration(
        antennas: u16,
        keepalive: Option<KeepaliveSpec>,
        (inputs, holds): (&[bool], bool),
    ) -> Result<Vec<Tlv>, TooLong> {
        // Identification by EPC: an identifier of the example company prefix.
        let mut all = vec![Tlv::build(218, |to| {
            to.u8(1);
            to.bytes_u16(&[0x95, 0x21, 0x32, 0x10, 0, 0, 0, 1], "Identification");
        })?];
        for antenna in 1..=antennas {
            // AntennaProperties: connected, 0 dBi.
            all.push(Tlv::build(221, |to| {
                to.flag(true);
                to.u16(antenna);
                to.u16(0);
            })?);
        }
        // LLRPConfigurationStateValue.
        all.push(Tlv::build(217, |to| to.u32(1))?);
        let keepalive = keepalive.unwrap_or(KeepaliveSpec {
            trigger: 0,
            period_ms: 0,
        });
        all.push(Tlv::build(220, |to| {
            to.u8(keepalive.trigger);
            to.u32(keepalive.period_ms);
        })?);
        for (port, high) in (1..).zip(inputs) {
            // GPIPortCurrentState: configured; 0 low, 1 high.
            all.push(Tlv::build(225, |to| {
                to.u16(port);
                to.flag(true);
                to.u8(u8::from(*high));
            })?);
        }
        // EventsAndReports.
        all.push(Tlv::build(226, |to| to.flag(holds))?);
        Ok(all)
    }
}

fn general(manufacturer: u32, antennas: u16) -> Result<GeneralDeviceCapabilities, TooLong> {
    let mut parameters = vec![
        // ReceiveSensitivityTableEntry: index 1, 0 dB above the best.
        Tlv::build(139, |to| {
            to.u16(1);
            to.u16(0);
        })?,
        // GPIOCapabilities: four inputs, four outputs.
        Tlv::build(141, |to| {
            to.u16(4);
            to.u16(4);
        })?,
    ];
    for antenna in 1..=antennas {
        // PerAntennaAirProtocol: Class 1 Gen 2.
        parameters.push(Tlv::build(140, |to| {
            to.u16(antenna);
            to.u16(1);
            to.u8(1);
        })?);
    }
    Ok(GeneralDeviceCapabilities {
        antennas_max: antennas,
        flags: HAS_UTC_CLOCK,
        manufacturer,
        model: 1,
        firmware: Text::from(concat!("reader-sim ", env!("CARGO_PKG_VERSION"))),
        parameters,
    })
}

fn llrp_capabilities() -> Result<Tlv, TooLong> {
    Tlv::build(142, |to| {
        // Reports buffer fill warnings, holds events and reports; nothing else that is optional.
        to.u8(0x48);
        to.u8(1);
        to.u16(0);
        to.u32(u32::try_from(super::reader::ROSPECS_MAX).unwrap_or(u32::MAX));
        to.u32(1);
        to.u32(1);
        to.u32(u32::try_from(super::reader::ACCESSSPECS_MAX).unwrap_or(u32::MAX));
        to.u32(8);
    })
}

fn regulatory() -> Result<Tlv, TooLong> {
    Tlv::build(143, |to| {
        to.u16(COUNTRY);
        to.u16(ETSI_302_208);
        to.tlv(144, "UHFBandCapabilities", |to| {
            for (index, power) in (1_u16..).zip(POWER_CDBM) {
                to.tlv(145, "TransmitPowerLevelTableEntry", |to| {
                    to.u16(index);
                    to.put(&power.to_be_bytes());
                });
            }
            to.tlv(146, "FrequencyInformation", |to| {
                to.flag(false);
                to.tlv(148, "FixedFrequencyTable", |to| {
                    to.count(CHANNELS_KHZ.len(), "FixedFrequencyTable");
                    for khz in &CHANNELS_KHZ {
                        to.u32(*khz);
                    }
                });
            });
            to.tlv(328, "UHFC1G2RFModeTable", |to| {
                to.tlv(329, "UHFC1G2RFModeTableEntry", mode);
            });
        });
    })
}

/// One mode: dense reader, Miller 4, phase-reversal ASK, 160 kb/s, Tari 25 us.
fn mode(to: &mut Writer) {
    to.u32(1);
    to.u8(0x80);
    to.u8(2);
    to.u8(0);
    to.u8(3);
    for value in [160_000, 2_000, 25_000, 25_000, 0] {
        to.u32(value);
    }
}
