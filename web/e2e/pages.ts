// Every page by its address and who may see it, for looks at all of them.
import type { APIRequestContext } from '@playwright/test';
import { demo, lotPage, packOf, shipmentPage, type Actor } from './demo';

type Address = string | Promise<string>;

export const PAGES: [
  name: string,
  actor: Actor | null,
  path: (request: APIRequestContext) => Address,
][] = [
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
  ['shared', null, sharedPage],
  ['event', 'manufacturer', eventPage],
  ['document', 'manufacturer', documentPage],
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

const authorization = (actor: Actor) => `Bearer ${demo().keys[actor]}`;

/** A shipment shared by a link that is made for this look. */
async function sharedPage(request: APIRequestContext): Promise<string> {
  const id = encodeURIComponent(demo().shipment);
  const answer = await request.post(`${demo().url}/api/v1/shipments/${id}/links`, {
    headers: { authorization: authorization('wholesaler'), 'idempotency-key': crypto.randomUUID() },
    data: { label: 'A look', valid_s: 3_600, serials: true, cold_chain: true },
  });
  if (!answer.ok()) throw new Error(`no link was made: ${answer.status()}`);
  return ((await answer.json()) as { path: string }).path;
}

/** The first event of a pack. */
async function eventPage(request: APIRequestContext): Promise<string> {
  const id = decodeURIComponent(packOf('genuine').page.split('/').pop()!);
  const answer = await request.get(`${demo().url}/api/v1/packs/${encodeURIComponent(id)}/history`, {
    headers: { authorization: authorization('manufacturer') },
  });
  const { events } = (await answer.json()) as { events: { event_id: string }[] };
  return `/event/${encodeURIComponent(events[0]!.event_id)}`;
}

/** A document that was captured. */
async function documentPage(request: APIRequestContext): Promise<string> {
  const answer = await request.get(`${demo().url}/epcis/capture`, {
    headers: { authorization: authorization('manufacturer') },
  });
  const jobs = (await answer.json()) as { captureID: string }[];
  return `/document/${jobs[0]!.captureID}`;
}
