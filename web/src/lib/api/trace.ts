// What the trace of a lot and the sharing of a shipment ask the node. Apart from the client,
// because few pages load it.
import { answer, type Client } from './client';
import type { components } from './schema';

type Schemas = components['schemas'];
export type LotTrace = Schemas['LotTrace'];
export type TracePacks = Schemas['TracePacks'];
export type LotUnits = Schemas['LotUnits'];
export type LotUnit = Schemas['LotUnit'];
export type ShareLink = Schemas['Link'];
export type SharedShipment = Schemas['SharedShipment'];

/** What part of a lot's trace is wanted; times are RFC 3339. */
export interface TraceAsk {
  as_of?: string;
  from?: string;
  before?: string;
  holder?: string;
  nodes?: number;
  bucket_ms?: number;
}

export const lotTrace = (
  client: Client,
  gtin: string,
  lot: string,
  query: TraceAsk,
): Promise<LotTrace> =>
  answer((signal) =>
    client.api.GET('/api/v1/lots/{gtin}/{lot}/trace', {
      params: { path: { gtin, lot }, query },
      signal,
    }),
  );

export const tracePacks = (
  client: Client,
  gtin: string,
  lot: string,
  query: TraceAsk & { at: string; to?: string; limit?: number; cursor?: string },
): Promise<TracePacks> =>
  answer((signal) =>
    client.api.GET('/api/v1/lots/{gtin}/{lot}/trace/packs', {
      params: { path: { gtin, lot }, query },
      signal,
    }),
  );

/** What packs of a lot are packed in: the outermost containers, or what is directly in one. */
export const lotUnits = (
  client: Client,
  gtin: string,
  lot: string,
  inside?: string,
): Promise<LotUnits> =>
  answer((signal) =>
    client.api.GET('/api/v1/lots/{gtin}/{lot}/units', {
      params: { path: { gtin, lot }, query: inside ? { in: inside } : {} },
      signal,
    }),
  );

export const links = async (client: Client, id: string): Promise<ShareLink[]> =>
  (
    await answer((signal) =>
      client.api.GET('/api/v1/shipments/{id}/links', { params: { path: { id } }, signal }),
    )
  ).links;

export const makeLink = (
  client: Client,
  id: string,
  body: Schemas['NewLink'],
): Promise<Schemas['CreatedLink']> =>
  answer((signal) =>
    client.api.POST('/api/v1/shipments/{id}/links', {
      params: { path: { id } },
      body,
      headers: { 'Idempotency-Key': crypto.randomUUID() },
      signal,
    }),
  );

export async function takeLink(client: Client, id: string, link: string): Promise<void> {
  await answer(async (signal) => {
    const outcome = await client.api.DELETE('/api/v1/shipments/{id}/links/{link}', {
      params: { path: { id, link } },
      signal,
    });
    return { ...outcome, data: outcome.data ?? {} };
  });
}

/** What a link shows; the token goes in the body, never into an address that is asked for. */
export const openLink = (client: Client, token: string): Promise<SharedShipment> =>
  answer((signal) => client.api.POST('/api/v1/shared', { body: { token }, signal }));
