// Every page by its address and who may see it, for looks at all of them.
import { demo, lotPage, packOf, shipmentPage, type Actor } from './demo';

export const PAGES: [name: string, actor: Actor | null, path: () => string][] = [
  ['verify', 'pharmacy_a', () => '/'],
  ['alerts', 'manufacturer', () => '/alerts'],
  [
    'case',
    'manufacturer',
    () => `/alerts/${encodeURIComponent(`T04 ${demo().excursion_shipment}`)}`,
  ],
  ['cold', 'manufacturer', () => `/cold/${demo().excursion_shipment.split('/').pop()}`],
  ['pack', 'manufacturer', () => packOf('excursion').page],
  ['lot', 'manufacturer', () => lotPage(demo().lot)],
  ['trace', 'manufacturer', () => `${lotPage(demo().lot)}/trace`],
  ['shipment', 'manufacturer', shipmentPage],
  ['shipments', 'manufacturer', () => '/cold'],
  ['recall', 'manufacturer', () => '/recall'],
  ['search', 'regulator', () => '/search'],
  ['ledger', 'manufacturer', () => '/ledger'],
  ['grants', 'manufacturer', () => '/grants'],
  ['keys', 'admin', () => '/keys'],
  ['devices', 'admin', () => '/devices'],
  ['audit', 'admin', () => '/audit'],
  ['scanner', null, () => '/scanner'],
  ['uptime', null, () => '/uptime'],
];
