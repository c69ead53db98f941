// The omnibox: what may somebody have typed, and where does each reading lead? Knows every kind of
// identifier that labels, documents, logs and this portal show. Where two kinds look alike both are
// offered; what is nearly one says what is wrong with it. Pure; loads when somebody types.
import {
  bracketed,
  checkDigitHolds,
  digitalLink,
  elementString,
  epcUrn,
  normalise,
  type Elements,
} from './gs1';
import { pageOf, recognise, type Recognised } from './recognise';

// prettier-ignore
export const KINDS = [
  'product', 'pack', 'lot', 'shipment', 'place', 'event',
  'block', 'device', 'case', 'key', 'document',
] as const;
export type Kind = (typeof KINDS)[number];

export interface Candidate {
  kind: Kind;
  /** The identifier in its shortest form, for people. */
  id: string;
  /** The page about it. */
  page: string;
}

export type Fault =
  | { kind: 'check_digit'; digits: string }
  /** Hex digits, but not as many as a block or a device's key has. */
  | { kind: 'hex_length'; length: number }
  | { kind: 'unknown' };

export interface Found {
  candidates: Candidate[];
  /** Why there are none; `null` where there are some, or nothing was typed. */
  fault: Fault | null;
}

const MAX_LENGTH = 4096;
const UUID = /^(?:urn:uuid:)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;
/** Hash of an event (CBV 2.0 section 8.9.2, RFC 6920). */
const EVENT_HASH = /^ni:\/\/\/sha-256;([0-9a-f]{64})\?ver=CBV\d+\.\d+$/i;
/** Rule and what its findings share: `C06 https://id.gs1.org/01/.../10/LOT`. */
const CASE = /^([A-Z]{1,3}\d{2}) (\S.*)$/;
/** An API key as it is shown once; only its public id is ever kept. */
const SECRET = /^thr_([0-9a-f]{8})_[A-Za-z0-9_-]+$/;
/** Devices as events name them. */
const DEVICE_URI =
  /^(urn:dev:\S+|urn:x-theriac:sensor:\S+|urn:epc:id:gi[ar]i:\S+|https?:\/\/\S+\/800[34]\/\S+)$/i;
const PATTERN = /^urn:epc:idpat:sgtin:(\d{6,12})\.(\d{1,7})\.\*$/i;

const search = (id: string) => `/search?q=${encodeURIComponent(id)}`;
const of = (kind: Kind, id: string, page: string): Candidate => ({ kind, id, page });
const deviceOf = (id: string) => of('device', id, `/devices?q=${encodeURIComponent(id)}`);
const keyOf = (id: string) => of('key', id, `/keys?q=${id}`);

/** Everything that `typed` may stand for, the likeliest first. */
export function find(typed: string): Found {
  const text = normalise(typed.slice(0, MAX_LENGTH));
  if (text === '') return { candidates: [], fault: null };
  const candidates = candidatesOf(text);
  return { candidates, fault: candidates.length > 0 ? null : faultOf(text) };
}

function candidatesOf(text: string): Candidate[] {
  const secret = SECRET.exec(text)?.[1];
  if (secret) return [keyOf(secret)];
  const about = CASE.exec(text)?.[2];
  if (about && (ofGs1(about).length > 0 || /^(urn|https?):/i.test(about))) {
    return [of('case', text, `/alerts/${encodeURIComponent(text)}`)];
  }
  if (EVENT_HASH.test(text)) return [of('event', text, `/event/${encodeURIComponent(text)}`)];
  const uuid = UUID.exec(text)?.[1]?.toLowerCase();
  if (uuid) return ofUuid(uuid, /^urn:/i.test(text));
  if (/^[0-9a-f]{64}$/i.test(text)) {
    const id = text.toLowerCase();
    return [of('block', id, `/block/${id}`), deviceOf(id)];
  }
  const known = ofGs1(text);
  if (/^[0-9a-f]{8}$/i.test(text)) known.push(keyOf(text.toLowerCase()));
  if (known.length === 0 && DEVICE_URI.test(text)) return [deviceOf(text)];
  return known;
}

/** An event's id is a URI; without its prefix a UUID may be that of a captured document, too. */
function ofUuid(uuid: string, isUri: boolean): Candidate[] {
  const event = of('event', uuid, `/event/${encodeURIComponent(`urn:uuid:${uuid}`)}`);
  return isUri ? [event] : [event, of('document', uuid, `/document/${uuid}`)];
}

function ofGs1(text: string): Candidate[] {
  const place = placeOf(text);
  if (place) return [of('place', place, search(place))];
  const found = recognise(PATTERN.test(text) ? text.replace(/idpat/i, 'id') : text);
  const one = PATTERN.test(text) ? productOf(found) : candidateOf(found);
  // A GLN has 13 digits, and so has the shorter form of a GTIN.
  const digits = text.replace(/[\s-]/g, '');
  const both = one?.kind === 'product' && /^\d{13}$/.test(digits);
  return [...(one ? [one] : []), ...(both ? [of('place', digits, search(digits))] : [])];
}

function candidateOf(found: Recognised): Candidate | null {
  const page = pageOf(found);
  switch (found.kind) {
    case 'pack':
      return of('pack', `${found.gtin} ${found.serial}`, page!);
    case 'lot':
      return of('lot', `${found.gtin} ${found.lot}`, page!);
    case 'shipment':
      return of('shipment', found.sscc, page!);
    case 'product':
      return productOf(found);
    default:
      return null;
  }
}

const productOf = (found: Recognised): Candidate | null =>
  'gtin' in found ? of('product', found.gtin, search(found.gtin)) : null;

const GLN = /^41[0-7]$/;

/** A place or party by its GLN, in any form but the bare digits. */
function placeOf(text: string): string | null {
  const elements = elementsOf(text);
  const [ai, gln = ''] = elements[0] ?? [];
  if (!ai || !GLN.test(ai) || !checkDigitHolds(gln)) return null;
  return gln;
}

const elementsOf = (text: string): Elements =>
  digitalLink(text) ?? epcUrn(text) ?? bracketed(text) ?? elementString(text) ?? [];

function faultOf(text: string): Fault {
  const found = recognise(text);
  if (found.kind === 'wrong_check_digit') return { kind: 'check_digit', digits: found.digits };
  const place = elementsOf(text).find(([ai]) => GLN.test(ai));
  if (place) return { kind: 'check_digit', digits: place[1] };
  if (/^[0-9a-f]{40,80}$/i.test(text)) return { kind: 'hex_length', length: text.length };
  return { kind: 'unknown' };
}
