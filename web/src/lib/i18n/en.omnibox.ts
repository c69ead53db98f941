// English: what the omnibox recognised. Loads when somebody types into it.
import { number } from './language.svelte';

export const omnibox = {
  kinds: {
    product: (id: string) => `Product ${id}`,
    pack: (id: string) => `Pack ${id}`,
    lot: (id: string) => `Lot ${id}`,
    shipment: (id: string) => `Shipment ${id}`,
    place: (id: string) => `Place or organisation ${id}`,
    event: (id: string) => `Event ${id}`,
    block: (id: string) => `Ledger block ${id}`,
    device: (id: string) => `Device ${id}`,
    case: (id: string) => `Case ${id}`,
    key: (id: string) => `API key ${id}`,
    document: (id: string) => `Captured document ${id}`,
  },
  open: 'Enter opens it',
  choose: 'Enter opens the first; the arrow keys choose',
  several: (n: number) => `This may be one of ${number(n)} things.`,
  checkDigit: (digits: string) =>
    `The check digit of ${digits} does not fit: one digit is wrong or missing.`,
  hexLength: (n: number) =>
    `A block or a device\u2019s key has 64 hex digits; these are ${number(n)}.`,
  unknown:
    'Not recognised. A pack: (01)\u2026(21)\u2026, a lot: GTIN and lot, a shipment: 18 digits. Events, blocks, devices, cases and keys are known by their ids.',
};
