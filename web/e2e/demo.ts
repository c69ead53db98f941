// What the demo leaves for tests: its address, keys and the packs it planted.
import { readFileSync } from 'node:fs';
import { recognise } from '../src/lib/scan/recognise';

export type Actor =
  'admin' | 'pharmacy_a' | 'pharmacy_b' | 'manufacturer' | 'wholesaler' | 'regulator';
export type Planted = 'genuine' | 'clone' | 'unknown' | 'excursion' | 'recalled';

export interface Facts {
  url: string;
  keys: Record<string, string>;
  scans: Record<Planted, string>;
  lot: { gtin: string; lot: string };
  recalled_lot: { gtin: string; lot: string };
  /** Canonical id of a pallet. */
  shipment: string;
  /** Canonical id of the pallet that got warm. */
  excursion_shipment: string;
}

export const readFacts = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Facts;

export function demo(): Facts {
  const path = process.env.THERIAC_DEMO_JSON;
  if (!path) throw new Error('the demo is not running: start the tests with `npm run e2e`');
  return readFacts(path);
}

/** The pack a planted scan is about. */
export function packOf(planted: Planted): { gtin: string; serial: string; page: string } {
  const found = recognise(demo().scans[planted]);
  if (found.kind !== 'pack') throw new Error(`the demo's ${planted} scan is no pack`);
  const page = `/pack/${encodeURIComponent(`(01)${found.gtin}(21)${found.serial}`)}`;
  return { ...found, page };
}

export const lotPage = ({ gtin, lot }: { gtin: string; lot: string }) =>
  `/lot/${gtin}/${encodeURIComponent(lot)}`;

export const shipmentPage = () => `/shipment/${demo().shipment.split('/').pop()}`;
