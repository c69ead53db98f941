// The omnibox: what did somebody type, and which page is it about? Every form of an identifier
// that people copy from labels, documents and other systems is taken; what is wrong is named.
import { bracketed, checkDigitHolds, digitalLink, elementString, epcUrn, normalise } from './gs1';
import type { Elements } from './gs1';
import { macro06 } from './ppn';

export type Recognised =
  | { kind: 'pack'; gtin: string; serial: string; lot?: string }
  | { kind: 'lot'; gtin: string; lot: string }
  | { kind: 'shipment'; sscc: string }
  | { kind: 'product'; gtin: string }
  | { kind: 'block'; id: string }
  | { kind: 'wrong_check_digit'; digits: string }
  | { kind: 'unknown' }
  | { kind: 'empty' };

/** Longer input is nothing a person types or a barcode holds. */
const MAX_LENGTH = 4096;

export function recognise(typed: string): Recognised {
  const text = normalise(typed.slice(0, MAX_LENGTH));
  if (text === '') return { kind: 'empty' };
  if (/^[0-9a-f]{64}$/i.test(text)) return { kind: 'block', id: text.toLowerCase() };
  const structured = structuredElements(text);
  if (structured) return ofElements(structured);
  return ofNumber(text) ?? ofGtinAndLot(text) ?? ofElements(elementString(text) ?? []);
}

/** What a scan says, by application identifier; nothing for what is no code. */
export function elementsOf(typed: string): Elements {
  const text = normalise(typed.slice(0, MAX_LENGTH));
  return structuredElements(text) ?? elementString(text) ?? [];
}

const structuredElements = (text: string): Elements | null =>
  digitalLink(text) ?? epcUrn(text) ?? macro06(text) ?? bracketed(text);

/** The pack's canonical identifier: a Digital Link without lot and expiry. */
export const packId = (gtin: string, serial: string) =>
  `https://id.gs1.org/01/${gtin}/21/${encodeURIComponent(serial)}`;

/** The canonical identifier of a logistic unit. */
export const shipmentId = (sscc: string) => `https://id.gs1.org/00/${sscc}`;

/** The portal's page for what was recognised; `null` where there is none. */
export function pageOf(found: Recognised): string | null {
  switch (found.kind) {
    case 'pack':
      return `/pack/${encodeURIComponent(`(01)${found.gtin}(21)${found.serial}`)}`;
    case 'lot':
      return `/lot/${found.gtin}/${encodeURIComponent(found.lot)}`;
    case 'shipment':
      return `/shipment/${found.sscc}`;
    case 'block':
      return `/block/${found.id}`;
    default:
      return null;
  }
}

/** The page about any identifier the API gives, if the portal has one. */
export const pageOfId = (id: string) => pageOf(recognise(id));

function ofElements(elements: Elements): Recognised {
  const value = (ai: string) => elements.find(([found]) => found === ai)?.[1];
  const [gtin, serial, lot, sscc] = [value('01'), value('21'), value('10'), value('00')];
  const keys = [gtin, sscc].filter((key) => key !== undefined);
  const wrong = keys.find((key) => !checkDigitHolds(key));
  if (wrong) return { kind: 'wrong_check_digit', digits: wrong };
  if (gtin && serial)
    return lot ? { kind: 'pack', gtin, serial, lot } : { kind: 'pack', gtin, serial };
  if (gtin && lot) return { kind: 'lot', gtin, lot };
  if (gtin) return { kind: 'product', gtin };
  return sscc ? { kind: 'shipment', sscc } : { kind: 'unknown' };
}

/** A bare number is told by its length: 18 digits an SSCC; 8, 12, 13 or 14 a GTIN. */
function ofNumber(text: string): Recognised | null {
  const digits = text.replace(/[\s-]/g, '');
  if (!/^\d+$/.test(digits) || !/^\d[\d -]*\d$/.test(text)) return null;
  if (digits.length === 18 || (digits.length === 20 && digits.startsWith('00'))) {
    const sscc = digits.slice(-18);
    return checkDigitHolds(sscc)
      ? { kind: 'shipment', sscc }
      : { kind: 'wrong_check_digit', digits: sscc };
  }
  if (![8, 12, 13, 14].includes(digits.length)) return null;
  return checkDigitHolds(digits)
    ? { kind: 'product', gtin: digits.padStart(14, '0') }
    : { kind: 'wrong_check_digit', digits };
}

/** A GTIN and a lot as people write them: `09506000134352 LOT7`, `09506000134352/LOT7`. */
function ofGtinAndLot(text: string): Recognised | null {
  const match = /^(\d{8}|\d{12,14})(?:\s*\/\s*|\s+(?:lot\s+)?)(\S{1,20})$/i.exec(text);
  if (!match) return null;
  const [, digits = '', lot = ''] = match;
  return checkDigitHolds(digits)
    ? { kind: 'lot', gtin: digits.padStart(14, '0'), lot }
    : { kind: 'wrong_check_digit', digits };
}
