//! Parameters that tell what a reader is, how it is set and what happened to it: capabilities,
//! configuration, events, status. A table of facts; [`super`] says how to read it.

use super::{Child, Definition, Field, Form, Repeat, definitions, width};

definitions! { DEVICE: Tlv,
    128 UTCTimestamp { Microseconds: u64 } [];
    129 Uptime { Microseconds: u64 } [];
    137 GeneralDeviceCapabilities {
        MaxNumberOfAntennaSupported: u16, CanSetAntennaProperties: u1,
        HasUTCClockCapability: u1, reserved: r14, DeviceManufacturerName: u32, ModelName: u32,
        ReaderFirmwareVersion: utf8v
    } [
        Some ReceiveSensitivityTableEntry, Any PerAntennaReceiveSensitivityRange,
        One GPIOCapabilities, Some PerAntennaAirProtocol, Maybe MaximumReceiveSensitivity
    ];
    139 ReceiveSensitivityTableEntry { Index: u16, ReceiveSensitivityValue: s16 } [];
    140 PerAntennaAirProtocol { AntennaID: u16, ProtocolID: u8v } [];
    141 GPIOCapabilities { NumGPIs: u16, NumGPOs: u16 } [];
    142 LLRPCapabilities {
        CanDoRFSurvey: u1, CanReportBufferFillWarning: u1, SupportsClientRequestOpSpec: u1,
        CanDoTagInventoryStateAwareSingulation: u1, SupportsEventAndReportHolding: u1,
        reserved: r3, MaxNumPriorityLevelsSupported: u8, ClientRequestOpSpecTimeout: u16,
        MaxNumROSpecs: u32, MaxNumSpecsPerROSpec: u32,
        MaxNumInventoryParameterSpecsPerAISpec: u32, MaxNumAccessSpecs: u32,
        MaxNumOpSpecsPerAccessSpec: u32
    } [];
    143 RegulatoryCapabilities { CountryCode: u16, CommunicationsStandard: u16 } [
        Maybe UHFBandCapabilities, Any Custom
    ];
    144 UHFBandCapabilities {} [
        Some TransmitPowerLevelTableEntry, One FrequencyInformation, Some C1G2UHFRFModeTable,
        Maybe RFSurveyFrequencyCapabilities
    ];
    145 TransmitPowerLevelTableEntry { Index: u16, TransmitPowerValue: s16 } [];
    146 FrequencyInformation { Hopping: u1, reserved: r7 } [
        Any FrequencyHopTable, Maybe FixedFrequencyTable
    ];
    147 FrequencyHopTable { HopTableID: u8, reserved: r8, Frequency: u32v } [];
    148 FixedFrequencyTable { Frequency: u32v } [];
    149 PerAntennaReceiveSensitivityRange {
        AntennaID: u16, ReceiveSensitivityIndexMin: u16, ReceiveSensitivityIndexMax: u16
    } [];
    217 LLRPConfigurationStateValue { LLRPConfigurationStateValue: u32 } [];
    218 Identification { IDType: u8, ReaderID: u8v } [];
    219 GPOWriteData { GPOPortNumber: u16, GPOData: u1, reserved: r7 } [];
    220 KeepaliveSpec { KeepaliveTriggerType: u8, PeriodicTriggerValue: u32 } [];
    221 AntennaProperties {
        AntennaConnected: u1, reserved: r7, AntennaID: u16, AntennaGain: s16
    } [];
    222 AntennaConfiguration { AntennaID: u16 } [
        Maybe RFReceiver, Maybe RFTransmitter, Any C1G2InventoryCommand
    ];
    223 RFReceiver { ReceiverSensitivity: u16 } [];
    224 RFTransmitter { HopTableID: u16, ChannelIndex: u16, TransmitPower: u16 } [];
    225 GPIPortCurrentState { GPIPortNum: u16, Config: u1, reserved: r7, State: u8 } [];
    226 EventsAndReports { HoldEventsAndReportsUponReconnect: u1, reserved: r7 } [];
    244 ReaderEventNotificationSpec {} [Some EventNotificationState];
    245 EventNotificationState { EventType: u16, NotificationState: u1, reserved: r7 } [];
    246 ReaderEventNotificationData {} [
        One UTCTimestamp | Uptime, Maybe HoppingEvent, Maybe GPIEvent, Maybe ROSpecEvent,
        Maybe ReportBufferLevelWarningEvent, Maybe ReportBufferOverflowErrorEvent,
        Maybe ReaderExceptionEvent, Maybe RFSurveyEvent, Maybe AISpecEvent, Maybe AntennaEvent,
        Maybe ConnectionAttemptEvent, Maybe ConnectionCloseEvent, Maybe SpecLoopEvent, Any Custom
    ];
    247 HoppingEvent { HopTableID: u16, NextChannelIndex: u16 } [];
    248 GPIEvent { GPIPortNumber: u16, GPIEvent: u1, reserved: r7 } [];
    249 ROSpecEvent { EventType: u8, ROSpecID: u32, PreemptingROSpecID: u32 } [];
    250 ReportBufferLevelWarningEvent { ReportBufferPercentageFull: u8 } [];
    251 ReportBufferOverflowErrorEvent {} [];
    252 ReaderExceptionEvent { Message: utf8v } [
        Maybe ROSpecID, Maybe SpecIndex, Maybe InventoryParameterSpecID, Maybe AntennaID,
        Maybe AccessSpecID, Maybe OpSpecID, Any Custom
    ];
    253 RFSurveyEvent { EventType: u8, ROSpecID: u32, SpecIndex: u16 } [];
    254 AISpecEvent { EventType: u8, ROSpecID: u32, SpecIndex: u16 } [
        Maybe C1G2SingulationDetails
    ];
    255 AntennaEvent { EventType: u8, AntennaID: u16 } [];
    256 ConnectionAttemptEvent { Status: u16 } [];
    257 ConnectionCloseEvent {} [];
    287 LLRPStatus { StatusCode: u16, ErrorDescription: utf8v } [
        Maybe FieldError, Maybe ParameterError
    ];
    288 FieldError { FieldNum: u16, ErrorCode: u16 } [];
    289 ParameterError { ParameterType: u16, ErrorCode: u16 } [
        Maybe FieldError, Maybe ParameterError
    ];
    356 SpecLoopEvent { ROSpecID: u32, LoopCount: u32 } [];
    363 MaximumReceiveSensitivity { MaximumSensitivityValue: u16 } [];
    365 RFSurveyFrequencyCapabilities { MinimumFrequency: u32, MaximumFrequency: u32 } [];
    1023 Custom { VendorIdentifier: u32, ParameterSubtype: u32, Data: rest } [];
}
