// The answers of the node's API that the portal shows.
import type { Instant } from '../time';

export interface Me {
  party: PartyRef | null;
  roles: string[];
  network?: string;
  node?: string;
}

export interface PartyRef {
  gln: string;
  name?: string | null;
}

export type VerdictClass =
  'genuine' | 'seen_here' | 'read_again' | 'hold' | 'do_not_dispense' | 'not_checked';

export interface Verdict {
  verdict: VerdictClass;
  code: string;
  sentence: string;
  steps: string[];
  pack: PackSummary | null;
  findings: Finding[];
  pack_status?: string | null;
  alert_status?: string | null;
  took_ms: number;
  checked_at: Instant;
  finality?: Finality | null;
}

export interface PackSummary {
  id?: string | null;
  gtin?: string | null;
  serial?: string | null;
  lot?: string | null;
  expiry?: string | null;
  status?: string | null;
  product?: string | null;
  holder?: PartyRef | string | null;
  recalled?: boolean | null;
  cold_chain?: string | null;
}

export interface Finality {
  status: 'recorded' | 'ordered' | 'final';
  position?: number | null;
  checkpoint_size?: number | null;
}

export interface Finding {
  id: string;
  rule: string;
  severity: string;
  sentence: string;
  at?: Instant | null;
  subjects?: string[];
  status?: string | null;
  evidence?: { block: string; item: number }[];
  facts?: Record<string, string>;
}

export interface History {
  pack: PackSummary;
  events: PackEvent[];
  containers: { id: string; from: Instant; to?: Instant | null }[];
  cold_chain: ColdChain;
  findings: Finding[];
  proof_url?: string | null;
}

export interface PackEvent {
  event_id: string;
  type: string;
  time: Instant;
  time_zone_offset?: string | null;
  action?: string | null;
  biz_step?: string | null;
  disposition?: string | null;
  sentence: string;
  location?: { id: string; name?: string | null } | null;
  party?: PartyRef | null;
  parent?: string | null;
  block: string;
  item: number;
  position?: number | null;
  device?: string | null;
  finality?: Finality | Finality['status'] | null;
}

export interface ColdChain {
  status: 'within' | 'excursion' | 'indeterminate' | 'no_data';
  profile?: string | null;
  low_c?: number | null;
  high_c?: number | null;
  mkt_c?: number | null;
  mkt_refusal?: string | null;
  out_of_range_s?: number | null;
  readings: { t: Instant; c: number; device?: string | null; shipment?: string | null }[];
  gaps: { from: Instant; to: Instant }[];
  excursions: { from: Instant; to: Instant; peak_c: number; seconds: number }[];
}

export interface Lot {
  gtin: string;
  lot: string;
  product?: string | null;
  expiry?: string | null;
  recalled?: { reason?: string | null; at?: Instant | null; by?: PartyRef | string | null } | null;
  made: number;
  located: number;
  terminal: number;
  unknown: number;
  by_status: Record<string, number>;
  holders: { party: PartyRef | string; name?: string | null; count: number }[];
  packs: LotPack[];
  next?: string | null;
  findings: Finding[];
}

export interface LotPack {
  id: string;
  serial: string;
  status: string;
  holder?: PartyRef | string | null;
}

export interface Shipment {
  id: string;
  contents: Content[];
  packs: number;
  legs: {
    from?: PartyRef | string | null;
    to?: PartyRef | string | null;
    shipped_at?: Instant | null;
    received_at?: Instant | null;
  }[];
  devices: (string | { id: string })[];
  cold_chain?: ColdChain | null;
}

export interface Content {
  id: string;
  kind: string;
  children?: Content[];
}

export interface Block {
  id: string;
  kind: string | number;
  author: string;
  organisation?: PartyRef | string | null;
  seq: number;
  prev?: string | null;
  parents: string[];
  hlc?: string | number | null;
  status: string;
  items: { media: string | number; json?: unknown }[];
}
