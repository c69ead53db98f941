// The signed recall list (`GET /api/v1/recall-list`) as a counter without a connection uses it:
// whether the node's log signed it, until when it may be relied on, and whether a lot is on it.
// Pure: the time and the key are arguments. A list that is too old still condemns what is on it; it
// acquits nothing.
import { noteOf, signed, verifierKey } from '../proof/note';

const TITLE = 'theriac recall list v1';
/** A clock that is set wrongly by more than this is not one that a list is judged by. */
const AHEAD_MS = 5 * 60_000;

export interface Recalled {
  /** GTIN, 14 digits. */
  gtin: string;
  /** `null` where the product is withdrawn with all its lots. */
  lot: string | null;
  /** When the ledger ordered the recall, ms since the Unix epoch. */
  atMs: number;
  level: 'wholesale' | 'pharmacy' | 'patient' | null;
  reason: string;
}

export interface RecallList {
  /** Name of the log that signed it. */
  log: string;
  issuedMs: number;
  /** From then on a lot that is not on it may be recalled all the same. */
  validUntilMs: number;
  /** Leaves of the ledger that it takes into account, at least. */
  size: number;
  /** Recalled lots, then withdrawn products. */
  recalled: Recalled[];
  /** By `keyOf` product and lot. */
  index: ReadonlyMap<string, Recalled>;
}

/** Why a text is no list: its form, or its signature. */
export type Fault = 'form' | 'signature';
export type Read = { ok: true; list: RecallList } | { ok: false; fault: Fault };

/** Reads a list, and checks that the key of `vkey` (`log_key` of `/api/v1/me`) signed it. */
export async function readRecallList(text: string, vkey: string): Promise<Read> {
  const note = noteOf(text);
  const list = note && listOf(note.text);
  if (!note || !list) return { ok: false, fault: 'form' };
  const key = verifierKey(vkey);
  const own = key !== null && key.name === list.log;
  if (!own || !(await signed(note.text, note.signatures, key))) {
    return { ok: false, fault: 'signature' };
  }
  return { ok: true, list };
}

export type Age =
  /** May be relied on. */
  | 'current'
  /** Too old: what is not on it may be recalled. */
  | 'expired'
  /** Signed later than this device's clock says it is: the clock is wrong. */
  | 'ahead';

export function ageOf(list: RecallList, nowMs: number): Age {
  if (list.issuedMs > nowMs + AHEAD_MS) return 'ahead';
  return nowMs < list.validUntilMs ? 'current' : 'expired';
}

export type Lookup =
  /** Recalled, however old the list is. */
  | { recalled: true; by: Recalled; age: Age }
  /** Not recalled when the list was signed. `age` says whether that still counts. */
  | { recalled: false; age: Age }
  /** Not to be told, because the code names no product or no lot. */
  | { recalled: null; age: Age };

/** Whether a lot is on the list. `gtin` may have 8, 12, 13 or 14 digits. */
export function lookUp(
  list: RecallList,
  gtin: string | undefined,
  lot: string | undefined,
  nowMs: number,
): Lookup {
  const age = ageOf(list, nowMs);
  if (!gtin || !/^(\d{8}|\d{12,14})$/.test(gtin)) return { recalled: null, age };
  const of = (lot: string | null) => list.index.get(keyOf(gtin, lot));
  const by = of(null) ?? (lot ? of(lot) : undefined);
  if (by) return { recalled: true, by, age };
  return lot ? { recalled: false, age } : { recalled: null, age };
}

/** Which of two lists of one log to keep: the one that was signed later. */
export const later = (one: RecallList, other: RecallList): RecallList =>
  other.issuedMs > one.issuedMs ? other : one;

/** Lots are compared as they are written: `a` and `A` are two lots (GS1 General Specifications). */
const keyOf = (gtin: string, lot: string | null) => `${gtin.padStart(14, '0')}/${lot ?? ''}`;

function listOf(text: string): RecallList | null {
  const [title, line, end, ...more] = text.split('\n');
  if (title !== TITLE || line === undefined || end !== '' || more.length > 0) return null;
  let said: unknown;
  try {
    said = JSON.parse(line);
  } catch {
    return null;
  }
  if (!isObject(said) || typeof said['log'] !== 'string') return null;
  const [saidLots, saidProducts] = [said['lots'], said['products']];
  if (!Array.isArray(saidLots) || !Array.isArray(saidProducts)) return null;
  const [issuedMs, validUntilMs] = [timeOf(said['issued_at']), timeOf(said['valid_until'])];
  const size = said['size'];
  const recalled = [...saidLots.map(lotOf), ...saidProducts.map(productOf)];
  if (issuedMs === null || validUntilMs === null || validUntilMs <= issuedMs) return null;
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) return null;
  if (!recalled.every((each) => each !== null)) return null;
  const index = new Map(recalled.map((each) => [keyOf(each.gtin, each.lot), each]));
  return { log: said['log'], issuedMs, validUntilMs, size, recalled, index };
}

const LEVELS: readonly unknown[] = ['wholesale', 'pharmacy', 'patient'];

function lotOf(said: unknown): Recalled | null {
  const lot = isObject(said) ? said['lot'] : null;
  return typeof lot === 'string' && lot !== '' ? entryOf(said, lot) : null;
}

const productOf = (said: unknown): Recalled | null => entryOf(said, null);

function entryOf(said: unknown, lot: string | null): Recalled | null {
  if (!isObject(said)) return null;
  const { gtin, level = null, reason } = said;
  const atMs = timeOf(said['at']);
  if (typeof gtin !== 'string' || !/^\d{14}$/.test(gtin)) return null;
  if (typeof reason !== 'string' || atMs === null) return null;
  // A level that this portal does not know is a recall all the same.
  const known = LEVELS.includes(level) ? (level as Recalled['level']) : null;
  return { gtin, lot, atMs, level: known, reason };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function timeOf(text: unknown): number | null {
  if (typeof text !== 'string' || !/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text)) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
}
