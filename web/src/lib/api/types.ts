// Short names for the answers the portal shows; the shapes are generated from the contract.
import type { components } from './schema';

type Schemas = components['schemas'];

export type Me = Schemas['Me'];
export type SignedIn = Schemas['SignedIn'];
export type SignedOut = Schemas['SignedOut'];
export type PartyRef = Schemas['PartyRef'];
export type VerdictClass = Schemas['VerdictClass'];
export type PackSummary = Schemas['PackSummary'];
export type Pack = Schemas['Pack'];
export type Finality = Schemas['Finality'];
export type Finding = Schemas['Finding'];
export type History = Schemas['History'];
export type PackEvent = Schemas['HistoryEvent'];
export type ColdChain = Schemas['ColdChain'];
export type Readings = Schemas['Readings'];
export type Lot = Schemas['Lot'];
export type LotPack = Schemas['LotPack'];
export type Shipment = Schemas['Shipment'];
export type LotTrace = Schemas['LotTrace'];
export type TraceLane = Schemas['TraceLane'];
export type TraceNode = Schemas['TraceNode'];
export type TraceEdge = Schemas['TraceEdge'];
export type Content = Schemas['Content'];
export type Block = Schemas['Block'];
export type Case = Schemas['Case'];
export type CaseDetail = Schemas['CaseDetail'];
export type CaseAct = Schemas['CaseAct'];
export type Key = Schemas['Key'];
export type Role = Schemas['Role'];
export type Grant = Schemas['GrantOfSight'];
export type NewGrant = Schemas['NewGrant'];
export type Access = Schemas['Access'];
export type Status = Schemas['Status'];
export type RecallStatus = Schemas['RecallStatus'];
export type LotAccount = Schemas['Reconciliation'];
export type MadeInto = Schemas['MadeInto'];
export type Witness = Schemas['Witness'];
export type Ledger = Schemas['Ledger'];
export type LedgerBlock = Schemas['LedgerBlock'];
export type Device = Schemas['Device'];
export type Invitation = Schemas['Invitation'];
export type CaseComment = Schemas['CaseComment'];
export type CaptureJob = Schemas['CaptureJob'];
export type ShipmentRow = Schemas['ShipmentRow'];

/** A verdict as the portal keeps it: without a pack where the node gave no answer. */
export type Verdict = Omit<
  Schemas['Verdict'],
  | 'pack'
  | 'pack_status'
  | 'alert_status'
  | 'pack_sentence'
  | 'alert_sentence'
  | 'next'
  | 'confidence'
  | 'evidence'
> & {
  pack: PackSummary | null;
  pack_status?: string;
  alert_status?: string;
  pack_sentence?: string;
  alert_sentence?: string;
  next?: Schemas['Verdict']['next'];
  confidence?: string;
  evidence?: Schemas['Verdict']['evidence'];
};
