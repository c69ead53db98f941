// The signed recall list kept on this device: fetched while there is a connection, believed only
// with the signature of the node's log, and there after a reload, so that a recalled pack is red
// without a connection as well. An old list still condemns what is on it.
import { browser } from '$app/environment';
import { answer, type Client } from '../api/client';
import { session } from '../session.svelte';
import { later, lookUp, readRecallList, type RecallList } from './recall-list';
import * as store from './store';

export interface Recalls {
  /** When the node signed the list, ms since the Unix epoch. */
  asOf: number;
  has(gtin: string, lot: string | undefined): boolean;
}

/** As often as the node signs it anew. */
const REFRESH_MS = 15 * 60_000;
const RECORD = 'recall-list';

interface Saved extends store.Kept {
  text: string;
  /** The log's key when it was fetched. */
  key: string;
}

class Kept {
  recalls = $state.raw<Recalls | null>(null);
  #list: RecallList | null = null;

  /** Reads what is kept, and fetches the list now and from time to time. */
  start(): void {
    if (!browser) return;
    void this.#load();
    $effect.root(() => {
      $effect(() => {
        if (session.client && session.me) void this.#fetch(session.client, session.me.log_key);
      });
    });
    setInterval(() => {
      const [client, me] = [session.client, session.me];
      if (client && me && session.online) void this.#fetch(client, me.log_key);
    }, REFRESH_MS);
  }

  async #load(): Promise<void> {
    const saved = await store.get<Saved>('kept', RECORD).catch(() => undefined);
    if (saved) await this.#take(saved.text, saved.key);
  }

  async #fetch(client: Client, key: string): Promise<void> {
    try {
      const parseAs = 'text' as const;
      const text = await answer((signal) =>
        client.api.GET('/api/v1/recall-list', { parseAs, signal }),
      );
      const saved: Saved = { id: RECORD, text, key };
      if (await this.#take(text, key)) await store.put('kept', saved);
    } catch {
      // Without an answer, or a place to keep it, the list before stands.
    }
  }

  /** Believes a list that the log signed; a later one of the same log replaces it. */
  async #take(text: string, key: string): Promise<boolean> {
    const read = await readRecallList(text, key);
    if (!read.ok) return false;
    const other = this.#list !== null && this.#list.log !== read.list.log;
    const list = this.#list === null || other ? read.list : later(read.list, this.#list);
    this.#list = list;
    this.recalls = {
      asOf: list.issuedMs,
      has: (gtin, lot) => lookUp(list, gtin, lot, Date.now()).recalled === true,
    };
    return list === read.list;
  }
}

export const kept = new Kept();
