// Every reading of a pack or a shipment: as columns for the chart, as a table for a file.
import { answer, type Client } from './client';
import type { Readings } from './types';

/** What the readings are of. */
export interface ReadingsOf {
  kind: 'packs' | 'shipments';
  id: string;
}

/** A million readings over a slow line; whoever waits can stop it. */
const DEADLINE_MS = 300_000;

/** The contract's text is for who asks for CSV. */
export const allReadings = (client: Client, of: ReadingsOf, end: AbortSignal): Promise<Readings> =>
  answer(
    (signal) => client.api.GET(`/api/v1/${of.kind}/{id}/readings`, asked(of, signal)),
    DEADLINE_MS,
    end,
  ) as Promise<Readings>;

export const readingsTable = (client: Client, of: ReadingsOf, end: AbortSignal): Promise<Blob> =>
  answer(
    (signal) =>
      client.api.GET(`/api/v1/${of.kind}/{id}/readings`, {
        ...asked(of, signal),
        headers: { accept: 'text/csv' },
        parseAs: 'blob',
      }),
    DEADLINE_MS,
    end,
  );

const asked = ({ id }: ReadingsOf, signal: AbortSignal) => ({ params: { path: { id } }, signal });
