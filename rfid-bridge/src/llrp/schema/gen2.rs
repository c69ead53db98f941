//! Parameters of the air protocol, `EPCglobal` Class 1 Gen 2: masks, singulation, memory
//! operations and their results. A table of facts; [`super`] says how to read it.

use super::{Child, Definition, Field, Form, Repeat, definitions, width};

definitions! { GEN2: Tlv,
    327 C1G2LLRPCapabilities {
        CanSupportBlockErase: u1, CanSupportBlockWrite: u1, CanSupportBlockPermalock: u1,
        CanSupportTagRecommissioning: u1, CanSupportUMIMethod2: u1, CanSupportXPC: u1,
        reserved: r2, MaxNumSelectFiltersPerQuery: u16
    } [];
    328 C1G2UHFRFModeTable {} [Some C1G2UHFRFModeTableEntry];
    329 C1G2UHFRFModeTableEntry {
        ModeIdentifier: u32, DRValue: u1, EPCHAGTCConformance: u1, reserved: r6, MValue: u8,
        ForwardLinkModulation: u8, SpectralMaskIndicator: u8, BDRValue: u32, PIEValue: u32,
        MinTariValue: u32, MaxTariValue: u32, StepTariValue: u32
    } [];
    330 C1G2InventoryCommand { TagInventoryStateAware: u1, reserved: r7 } [
        Any C1G2Filter, Maybe C1G2RFControl, Maybe C1G2SingulationControl, Any Custom
    ];
    331 C1G2Filter { T: u2, reserved: r6 } [
        One C1G2TagInventoryMask, Maybe C1G2TagInventoryStateAwareFilterAction,
        Maybe C1G2TagInventoryStateUnawareFilterAction
    ];
    332 C1G2TagInventoryMask { MB: u2, reserved: r6, Pointer: u16, TagMask: u1v } [];
    333 C1G2TagInventoryStateAwareFilterAction { Target: u8, Action: u8 } [];
    334 C1G2TagInventoryStateUnawareFilterAction { Action: u8 } [];
    335 C1G2RFControl { ModeIndex: u16, Tari: u16 } [];
    336 C1G2SingulationControl {
        Session: u2, reserved: r6, TagPopulation: u16, TagTransitTime: u32
    } [
        Maybe C1G2TagInventoryStateAwareSingulationAction
    ];
    337 C1G2TagInventoryStateAwareSingulationAction { I: u1, S: u1, reserved: r6 } [];
    338 C1G2TagSpec {} [Some C1G2TargetTag];
    339 C1G2TargetTag {
        MB: u2, Match: u1, reserved: r5, Pointer: u16, TagMask: u1v, TagData: u1v
    } [];
    341 C1G2Read {
        OpSpecID: u16, AccessPassword: u32, MB: u2, reserved: r6, WordPointer: u16,
        WordCount: u16
    } [];
    342 C1G2Write {
        OpSpecID: u16, AccessPassword: u32, MB: u2, reserved: r6, WordPointer: u16,
        WriteData: u16v
    } [];
    343 C1G2Kill { OpSpecID: u16, KillPassword: u32 } [];
    344 C1G2Lock { OpSpecID: u16, AccessPassword: u32 } [Some C1G2LockPayload];
    345 C1G2LockPayload { Privilege: u8, DataField: u8 } [];
    346 C1G2BlockErase {
        OpSpecID: u16, AccessPassword: u32, MB: u2, reserved: r6, WordPointer: u16,
        WordCount: u16
    } [];
    347 C1G2BlockWrite {
        OpSpecID: u16, AccessPassword: u32, MB: u2, reserved: r6, WordPointer: u16,
        WriteData: u16v
    } [];
    348 C1G2EPCMemorySelector { EnableCRC: u1, EnablePCBits: u1, reserved: r6 } [];
    349 C1G2ReadOpSpecResult { Result: u8, OpSpecID: u16, ReadData: u16v } [];
    350 C1G2WriteOpSpecResult { Result: u8, OpSpecID: u16, NumWordsWritten: u16 } [];
    351 C1G2KillOpSpecResult { Result: u8, OpSpecID: u16 } [];
    352 C1G2LockOpSpecResult { Result: u8, OpSpecID: u16 } [];
    353 C1G2BlockEraseOpSpecResult { Result: u8, OpSpecID: u16 } [];
    354 C1G2BlockWriteOpSpecResult { Result: u8, OpSpecID: u16, NumWordsWritten: u16 } [];
    357 C1G2Recommission {
        OpSpecID: u16, KillPassword: u32, reserved: r5, BIT_3SB: u1, BIT_2SB: u1, BIT_LSB: u1
    } [];
    358 C1G2BlockPermalock {
        OpSpecID: u16, AccessPassword: u32, MB: u2, reserved: r6, BlockPointer: u16,
        BlockMask: u16v
    } [];
    359 C1G2GetBlockPermalockStatus {
        OpSpecID: u16, AccessPassword: u32, MB: u2, reserved: r6, BlockPointer: u16,
        BlockRange: u16
    } [];
    360 C1G2RecommissionOpSpecResult { Result: u8, OpSpecID: u16 } [];
    361 C1G2BlockPermalockOpSpecResult { Result: u8, OpSpecID: u16 } [];
    362 C1G2GetBlockPermalockStatusOpSpecResult {
        Result: u8, OpSpecID: u16, PermalockStatus: u16v
    } [];
}
