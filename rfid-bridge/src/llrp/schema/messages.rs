//! The messages of LLRP 1.1 (and so of 1.0.1), number by number: fields in the order of the wire,
//! then the parameters that may follow. A table of facts; [`super`] says how to read it.

use super::{Child, Definition, Field, Form, Repeat, definitions, width};

definitions! { MESSAGES: Message,
    1 GET_READER_CAPABILITIES { RequestedData: u8 } [Any Custom];
    2 GET_READER_CONFIG { AntennaID: u16, RequestedData: u8, GPIPortNum: u16, GPOPortNum: u16 } [
        Any Custom
    ];
    3 SET_READER_CONFIG { ResetToFactoryDefault: u1, reserved: r7 } [
        Maybe ReaderEventNotificationSpec, Any AntennaProperties, Any AntennaConfiguration,
        Maybe ROReportSpec, Maybe AccessReportSpec, Maybe KeepaliveSpec, Any GPOWriteData,
        Any GPIPortCurrentState, Maybe EventsAndReports, Any Custom
    ];
    4 CLOSE_CONNECTION_RESPONSE {} [One LLRPStatus];
    11 GET_READER_CAPABILITIES_RESPONSE {} [
        One LLRPStatus, Maybe GeneralDeviceCapabilities, Maybe LLRPCapabilities,
        Maybe RegulatoryCapabilities, Maybe C1G2LLRPCapabilities, Any Custom
    ];
    12 GET_READER_CONFIG_RESPONSE {} [
        One LLRPStatus, Maybe Identification, Any AntennaProperties, Any AntennaConfiguration,
        Maybe ReaderEventNotificationSpec, Maybe ROReportSpec, Maybe AccessReportSpec,
        Maybe LLRPConfigurationStateValue, Maybe KeepaliveSpec, Any GPIPortCurrentState,
        Any GPOWriteData, Maybe EventsAndReports, Any Custom
    ];
    13 SET_READER_CONFIG_RESPONSE {} [One LLRPStatus];
    14 CLOSE_CONNECTION {} [];
    20 ADD_ROSPEC {} [One ROSpec];
    21 DELETE_ROSPEC { ROSpecID: u32 } [];
    22 START_ROSPEC { ROSpecID: u32 } [];
    23 STOP_ROSPEC { ROSpecID: u32 } [];
    24 ENABLE_ROSPEC { ROSpecID: u32 } [];
    25 DISABLE_ROSPEC { ROSpecID: u32 } [];
    26 GET_ROSPECS {} [];
    30 ADD_ROSPEC_RESPONSE {} [One LLRPStatus];
    31 DELETE_ROSPEC_RESPONSE {} [One LLRPStatus];
    32 START_ROSPEC_RESPONSE {} [One LLRPStatus];
    33 STOP_ROSPEC_RESPONSE {} [One LLRPStatus];
    34 ENABLE_ROSPEC_RESPONSE {} [One LLRPStatus];
    35 DISABLE_ROSPEC_RESPONSE {} [One LLRPStatus];
    36 GET_ROSPECS_RESPONSE {} [One LLRPStatus, Any ROSpec];
    40 ADD_ACCESSSPEC {} [One AccessSpec];
    41 DELETE_ACCESSSPEC { AccessSpecID: u32 } [];
    42 ENABLE_ACCESSSPEC { AccessSpecID: u32 } [];
    43 DISABLE_ACCESSSPEC { AccessSpecID: u32 } [];
    44 GET_ACCESSSPECS {} [];
    45 CLIENT_REQUEST_OP {} [One TagReportData];
    46 GET_SUPPORTED_VERSION {} [];
    47 SET_PROTOCOL_VERSION { ProtocolVersion: u8 } [];
    50 ADD_ACCESSSPEC_RESPONSE {} [One LLRPStatus];
    51 DELETE_ACCESSSPEC_RESPONSE {} [One LLRPStatus];
    52 ENABLE_ACCESSSPEC_RESPONSE {} [One LLRPStatus];
    53 DISABLE_ACCESSSPEC_RESPONSE {} [One LLRPStatus];
    54 GET_ACCESSSPECS_RESPONSE {} [One LLRPStatus, Any AccessSpec];
    55 CLIENT_REQUEST_OP_RESPONSE {} [One ClientRequestResponse];
    56 GET_SUPPORTED_VERSION_RESPONSE { CurrentVersion: u8, SupportedVersion: u8 } [
        One LLRPStatus
    ];
    57 SET_PROTOCOL_VERSION_RESPONSE {} [One LLRPStatus];
    60 GET_REPORT {} [];
    61 RO_ACCESS_REPORT {} [Any TagReportData, Any RFSurveyReportData, Any Custom];
    62 KEEPALIVE {} [];
    63 READER_EVENT_NOTIFICATION {} [One ReaderEventNotificationData];
    64 ENABLE_EVENTS_AND_REPORTS {} [];
    72 KEEPALIVE_ACK {} [];
    100 ERROR_MESSAGE {} [One LLRPStatus];
    1023 CUSTOM_MESSAGE { VendorIdentifier: u32, MessageSubtype: u8, Data: rest } [];
}
