// The little of GS1 the portal needs to tell what somebody typed: check digits, element strings,
// Digital Links and EPC URNs. The node's parser is the authority; this one only chooses a page.
import { GS } from './wedge';

/** Application identifier and value, in the order read. */
export type Elements = [ai: string, value: string][];

/** Lengths of values that need no separator after them (GS1 General Specifications 7.8.4). */
const FIXED: Record<string, number> = {
  '00': 18,
  '01': 14,
  '02': 14,
  '11': 6,
  '12': 6,
  '13': 6,
  '15': 6,
  '16': 6,
  '17': 6,
  '20': 2,
};
/** Variable-length identifiers on medicines, and the longest value of each. */
const VARIABLE: Record<string, number> = {
  '10': 20,
  '21': 20,
  '22': 20,
  '30': 8,
  '37': 8,
  '240': 30,
  '250': 30,
  '254': 20,
  '710': 20,
  '711': 20,
  '712': 20,
  '713': 20,
  '714': 20,
  '715': 20,
  '716': 20,
};
const GLN = /^(410|411|412|413|414|415|416|417)$/;

/** Whether the last digit is the GS1 modulo-10 check digit of those before it. */
export function checkDigitHolds(digits: string): boolean {
  if (!/^\d{2,}$/.test(digits)) return false;
  return checkDigit(digits.slice(0, -1)) === digits.at(-1);
}

/** The GS1 modulo-10 check digit of `body`. */
export function checkDigit(body: string): string {
  let sum = 0;
  for (let at = 0; at < body.length; at++) {
    sum += Number(body[body.length - 1 - at]) * (at % 2 === 0 ? 3 : 1);
  }
  return String((10 - (sum % 10)) % 10);
}

/** Drops an AIM symbology identifier (`]d2`), and writes every spelling of FNC1 as GS. */
export function normalise(typed: string): string {
  return typed
    .replace(/[\r\n]+$/, '')
    .trim()
    .replace(/^\][A-Za-z][0-9]/, '')
    .replace(/\{GS\}|<GS>|\u241d|\^/gi, GS)
    .replace(/^\u001d+/, '');
}

/** `(01)…(21)…`; `null` if the brackets do not hold known identifiers. */
export function bracketed(text: string): Elements | null {
  const found: Elements = [];
  const pattern = /\((\d{2,4})\)([^(]*(?:\((?!\d{2,4}\))[^(]*)*)/y;
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (!match) return null;
    found.push([match[1]!, match[2]!.split(GS).join('').trim()]);
  }
  return found.length > 0 && found.every(fits) ? found : null;
}

/** A raw element string as a scanner sends it; `null` if it does not divide into known parts. */
export function elementString(text: string): Elements | null {
  const found: Elements = [];
  let rest = text;
  while (rest !== '') {
    const ai = identifierAt(rest);
    if (ai === null) return null;
    rest = rest.slice(ai.length);
    const fixed = FIXED[ai] ?? (GLN.test(ai) ? 13 : undefined);
    const end = fixed ?? (rest.includes(GS) ? rest.indexOf(GS) : rest.length);
    const element: Elements[number] = [ai, rest.slice(0, end)];
    if (!fits(element)) return null;
    found.push(element);
    rest = rest.slice(end).replace(/^\u001d/, '');
  }
  return found.length > 0 ? found : null;
}

/** A GS1 Digital Link of any host. */
export function digitalLink(text: string): Elements | null {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return null;
  const url = new URL(text);
  const segments = url.pathname.split('/').filter((segment) => segment !== '');
  const start = segments.findIndex((segment) => /^(00|01|414|417)$/.test(segment));
  if (start < 0) return null;
  const found: Elements = [];
  for (let at = start; at + 1 < segments.length; at += 2) {
    const value = decoded(segments[at + 1]!);
    if (value === null) return null;
    const ai = segments[at]!;
    found.push([ai, ai === '01' && /^\d{8,13}$/.test(value) ? value.padStart(14, '0') : value]);
  }
  for (const [ai, value] of url.searchParams) if (/^\d{2,4}$/.test(ai)) found.push([ai, value]);
  return found.length > 0 && found.every(fits) ? found : null;
}

/** The EPC URNs of packs, cases, lots and places. */
export function epcUrn(text: string): Elements | null {
  const match = /^urn:epc:(id|class):(sgtin|sscc|lgtin|sgln|pgln):([^:]+)$/i.exec(text);
  if (!match) return null;
  const [prefix = '', reference = '', ...tail] = match[3]!.split('.');
  const last = decoded(tail.join('.'));
  if (!/^\d{6,12}$/.test(prefix) || !/^\d*$/.test(reference) || last === null) return null;
  const withCheck = (body: string) => body + checkDigit(body);
  const moved = reference.slice(0, 1) + prefix + reference.slice(1);
  const elements: Record<string, Elements> = {
    sgtin: [
      ['01', withCheck(moved)],
      ['21', last],
    ],
    lgtin: [
      ['01', withCheck(moved)],
      ['10', last],
    ],
    sscc: [['00', withCheck(moved)]],
    sgln: [['414', withCheck(prefix + reference)]],
    pgln: [['417', withCheck(prefix + reference)]],
  };
  const found = elements[match[2]!.toLowerCase()];
  return found?.every(fits) ? found : null;
}

function identifierAt(text: string): string | null {
  for (const length of [2, 3]) {
    const ai = text.slice(0, length);
    if (ai in FIXED || ai in VARIABLE || GLN.test(ai)) return ai;
  }
  return null;
}

function fits([ai, value]: Elements[number]): boolean {
  const fixed = FIXED[ai] ?? (GLN.test(ai) ? 13 : undefined);
  if (fixed !== undefined) return value.length === fixed && /^\d+$/.test(value);
  return value.length > 0 && value.length <= (VARIABLE[ai] ?? 90);
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
