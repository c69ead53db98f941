// Which texts a page says beside those that every page needs. `needed.test.ts` follows the imports of
// each page and holds this list to them.
import type { More } from './translation';

/** Texts that load only with pages that say them: a file of its own in each language. */
export type Part = keyof More;

/** By the first part of an address. */
const PAGES: Record<Part, string[]> = {
  admin: ['audit', 'devices', 'grants', 'keys', 'uptime'],
  cases: ['alerts', 'cold', 'recall', 'search'],
  ledger: ['block', 'document', 'event', 'ledger'],
  recall: ['recall', 'search'],
  scanner: ['scanner'],
  share: ['shared', 'shipment'],
  trace: ['lot', 'pack'],
};

export const PARTS = Object.keys(PAGES) as Part[];

/** The parts that the page at `path` says. */
export function needed(path: string): Part[] {
  const page = path.split('/')[1] ?? '';
  return PARTS.filter((part) => PAGES[part].includes(page));
}
