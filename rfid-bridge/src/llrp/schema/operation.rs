//! Parameters that tell a reader what to do and bring back what it found: `ROSpec`, `AccessSpec`,
//! reports, and the TV parameters of a tag report. A table of facts; [`super`] says how to read it.

use super::{Child, Definition, Field, Form, Repeat, definitions, width};

definitions! { TAG: Tv,
    1 AntennaID { AntennaID: u16 } [];
    2 FirstSeenTimestampUTC { Microseconds: u64 } [];
    3 FirstSeenTimestampUptime { Microseconds: u64 } [];
    4 LastSeenTimestampUTC { Microseconds: u64 } [];
    5 LastSeenTimestampUptime { Microseconds: u64 } [];
    6 PeakRSSI { PeakRSSI: s8 } [];
    7 ChannelIndex { ChannelIndex: u16 } [];
    8 TagSeenCount { TagCount: u16 } [];
    9 ROSpecID { ROSpecID: u32 } [];
    10 InventoryParameterSpecID { InventoryParameterSpecID: u16 } [];
    11 C1G2_CRC { CRC: u16 } [];
    12 C1G2_PC { PC_Bits: u16 } [];
    13 EPC_96 { EPC: u96 } [];
    14 SpecIndex { SpecIndex: u16 } [];
    15 ClientRequestOpSpecResult { OpSpecID: u16 } [];
    16 AccessSpecID { AccessSpecID: u32 } [];
    17 OpSpecID { OpSpecID: u16 } [];
    18 C1G2SingulationDetails { NumCollisionSlots: u16, NumEmptySlots: u16 } [];
    19 C1G2_XPCW1 { XPC_W1: u16 } [];
    20 C1G2_XPCW2 { XPC_W2: u16 } [];
}

definitions! { OPERATION: Tlv,
    177 ROSpec { ROSpecID: u32, Priority: u8, CurrentState: u8 } [
        One ROBoundarySpec, Some AISpec | RFSurveySpec | LoopSpec | Custom, Maybe ROReportSpec
    ];
    178 ROBoundarySpec {} [One ROSpecStartTrigger, One ROSpecStopTrigger];
    179 ROSpecStartTrigger { ROSpecStartTriggerType: u8 } [
        Maybe PeriodicTriggerValue, Maybe GPITriggerValue
    ];
    180 PeriodicTriggerValue { Offset: u32, Period: u32 } [Maybe UTCTimestamp];
    181 GPITriggerValue { GPIPortNum: u16, GPIEvent: u1, reserved: r7, Timeout: u32 } [];
    182 ROSpecStopTrigger { ROSpecStopTriggerType: u8, DurationTriggerValue: u32 } [
        Maybe GPITriggerValue
    ];
    183 AISpec { AntennaIDs: u16v } [
        One AISpecStopTrigger, Some InventoryParameterSpec, Any Custom
    ];
    184 AISpecStopTrigger { AISpecStopTriggerType: u8, DurationTrigger: u32 } [
        Maybe GPITriggerValue, Maybe TagObservationTrigger
    ];
    185 TagObservationTrigger {
        TriggerType: u8, reserved: r8, NumberOfTags: u16, NumberOfAttempts: u16, T: u16,
        Timeout: u32
    } [];
    186 InventoryParameterSpec { InventoryParameterSpecID: u16, ProtocolID: u8 } [
        Any AntennaConfiguration, Any Custom
    ];
    187 RFSurveySpec { AntennaID: u16, StartFrequency: u32, EndFrequency: u32 } [
        One RFSurveySpecStopTrigger, Any Custom
    ];
    188 RFSurveySpecStopTrigger { StopTriggerType: u8, DurationPeriod: u32, N: u32 } [];
    207 AccessSpec {
        AccessSpecID: u32, AntennaID: u16, ProtocolID: u8, CurrentState: u1, reserved: r7,
        ROSpecID: u32
    } [
        One AccessSpecStopTrigger, One AccessCommand, Maybe AccessReportSpec, Any Custom
    ];
    208 AccessSpecStopTrigger { AccessSpecStopTrigger: u8, OperationCountValue: u16 } [];
    209 AccessCommand {} [
        One C1G2TagSpec, Some C1G2Read | C1G2Write | C1G2Kill | C1G2Recommission | C1G2Lock |
        C1G2BlockErase | C1G2BlockWrite | C1G2BlockPermalock | C1G2GetBlockPermalockStatus |
        ClientRequestOpSpec | Custom, Any Custom
    ];
    210 ClientRequestOpSpec { OpSpecID: u16 } [];
    211 ClientRequestResponse { AccessSpecID: u32 } [
        One EPCData, Any C1G2Read | C1G2Write | C1G2Kill | C1G2Recommission | C1G2Lock |
        C1G2BlockErase | C1G2BlockWrite | C1G2BlockPermalock | C1G2GetBlockPermalockStatus | Custom
    ];
    237 ROReportSpec { ROReportTrigger: u8, N: u16 } [One TagReportContentSelector, Any Custom];
    238 TagReportContentSelector {
        EnableROSpecID: u1, EnableSpecIndex: u1, EnableInventoryParameterSpecID: u1,
        EnableAntennaID: u1, EnableChannelIndex: u1, EnablePeakRSSI: u1,
        EnableFirstSeenTimestamp: u1, EnableLastSeenTimestamp: u1, EnableTagSeenCount: u1,
        EnableAccessSpecID: u1, reserved: r6
    } [
        Any C1G2EPCMemorySelector
    ];
    239 AccessReportSpec { AccessReportTrigger: u8 } [];
    240 TagReportData {} [
        One EPCData | EPC_96, Maybe ROSpecID, Maybe SpecIndex, Maybe InventoryParameterSpecID,
        Maybe AntennaID, Maybe PeakRSSI, Maybe ChannelIndex, Maybe FirstSeenTimestampUTC,
        Maybe FirstSeenTimestampUptime, Maybe LastSeenTimestampUTC, Maybe LastSeenTimestampUptime,
        Maybe TagSeenCount, Any C1G2_PC | C1G2_CRC | C1G2_XPCW1 | C1G2_XPCW2, Maybe AccessSpecID,
        Any C1G2ReadOpSpecResult | C1G2WriteOpSpecResult | C1G2KillOpSpecResult |
        C1G2LockOpSpecResult | C1G2BlockEraseOpSpecResult | C1G2BlockWriteOpSpecResult |
        C1G2RecommissionOpSpecResult | C1G2BlockPermalockOpSpecResult |
        C1G2GetBlockPermalockStatusOpSpecResult | ClientRequestOpSpecResult | Custom,
        Any Custom
    ];
    241 EPCData { EPC: u1v } [];
    242 RFSurveyReportData {} [
        Maybe ROSpecID, Maybe SpecIndex, Some FrequencyRSSILevelEntry, Any Custom
    ];
    243 FrequencyRSSILevelEntry {
        Frequency: u32, Bandwidth: u32, AverageRSSI: s8, PeakRSSI: s8
    } [
        One UTCTimestamp | Uptime
    ];
    355 LoopSpec { LoopCount: u32 } [];
}
