// The first-run tour: offered once, never forced, remembered on this device. On a demo node it has
// packs to show; anywhere else it only tells, because checking a pack is put on record.
import { browser } from '$app/environment';
import { cases } from './api/calls';
import type { Client } from './api/client';
import { recognise, type Recognised } from './scan/recognise';
import { session } from './session.svelte';

const STORED = 'theriac.tour';
/** The log of every `theriac demo`. */
const DEMO_LOG = 'demo.theriac.local/log';

class Tour {
  /** Nobody has taken or declined it here. */
  offered = $state(browser && localStorage.getItem(STORED) === null);
  open = $state(false);

  start(): void {
    this.open = true;
    this.#answered('taken');
  }

  decline(): void {
    this.#answered('declined');
  }

  #answered(how: string): void {
    this.offered = false;
    localStorage.setItem(STORED, how);
  }
}

export const tour = new Tour();

export const isDemo = (): boolean => session.me?.node === DEMO_LOG;

export interface Examples {
  good: string;
  bad: string;
}

/** Pages of a lot looked through, and packs tried, before there is nothing to show. */
const PAGES = 8;
const TRIES = 5;

/** A sound pack and a bad one of the demo world; `null` where there are none to show. */
export async function examples(client: Client): Promise<Examples | null> {
  const lot = (await cases(client)).map(({ about }) => recognise(about)).find(isLot);
  if (!lot) return null;
  let cursor: string | undefined;
  let bad: string | null = null;
  for (let page = 0; page < PAGES; page++) {
    const query = { limit: 200, ...(cursor ? { cursor } : {}) };
    const part = await client.lot(lot.gtin, lot.lot, query);
    const suspects = part.findings.map(({ subject }) => subject);
    bad ??= await first(client, suspects, 'do_not_dispense');
    const sound = part.packs.filter(({ id, status }) => status === 'active' && id !== bad);
    const good = await first(
      client,
      sound.map(({ id }) => id),
      'genuine',
    );
    if (good && bad) return { good, bad };
    if (!part.next) break;
    cursor = part.next;
  }
  return null;
}

const isLot = (found: Recognised): found is Extract<Recognised, { kind: 'lot' }> =>
  found.kind === 'lot';

/** The first of some packs that gets this verdict. */
async function first(client: Client, ids: string[], wanted: string): Promise<string | null> {
  const packs = ids.filter((id) => recognise(id).kind === 'pack').slice(0, TRIES);
  for (const id of packs) if ((await client.verify(id)).verdict === wanted) return id;
  return null;
}
