// Questions and operations the node could not be asked: kept on disk until it answers, asked again
// when it is back, and shown until a person puts them away. An operation is in here only because
// somebody asked for it, and goes out under one idempotency key however often it is sent.
import { browser } from '$app/environment';
import { Failure, type Client } from '../api/client';
import { operate, type Operation, type Outcome } from '../api/operations';
import type { Verdict } from '../api/types';
import { session } from '../session.svelte';
import { completed } from '../verdict';
import * as store from './store';

export interface Waiting extends store.Kept {
  /** Whose: a queue is only sent with the key or by the person it was made with. */
  owner: string;
  kind: 'verify' | Operation;
  text: string;
  at: number;
  /** What the node said; nothing while it waits. */
  verdict?: Verdict;
  outcome?: Outcome;
  /** Why the node refused to look at it; it is not asked again. */
  refused?: string;
}

/** Waits between tries while nothing tells that the node is back. */
const RETRY_MS = [2_000, 5_000, 10_000, 20_000, 30_000];
/** Without somebody waiting before it an answer may take its time. */
const DEADLINE_MS = 15_000;
const LOCK = 'theriac.queue';

export const isDone = (item: Waiting): boolean =>
  Boolean(item.verdict ?? item.outcome ?? item.refused);

class Queue {
  /** The oldest first. */
  items = $state.raw<Waiting[]>([]);
  sending = $state(false);
  /** The device did not keep the last one: it is lost with this tab. */
  notKept = $state(false);

  waiting = $derived(this.items.filter((item) => !isDone(item)));
  mine = $derived(this.waiting.filter((item) => item.owner === session.owner));
  done = $derived(this.items.filter(isDone));

  /** Hears of every answer. */
  onanswer: (item: Waiting) => void = () => {};

  #tries = 0;
  /** Ends the question under way. */
  #asking: AbortController | null = null;
  /** Asks again as soon as that has ended. */
  #again = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #news = browser && 'BroadcastChannel' in window ? new BroadcastChannel(LOCK) : null;
  #loaded: Promise<void> | null = null;

  /** Reads what is kept, and sends it as soon as the node is there. */
  start(): Promise<void> {
    this.#loaded ??= this.#begin();
    return this.#loaded;
  }

  /** `id` is the idempotency key under which an operation was sent before, if it was. */
  async add(
    kind: Waiting['kind'],
    text: string,
    at: number,
    id: string = crypto.randomUUID(),
  ): Promise<Waiting> {
    const item: Waiting = { id, owner: session.owner ?? '', kind, text, at };
    await this.start();
    this.items = [...this.items, item];
    await this.#keep(item);
    void navigator.storage?.persist?.().catch(() => {});
    this.#later();
    return item;
  }

  /** Takes one out; what waited is not asked any more. */
  async drop(id: string): Promise<void> {
    this.items = this.items.filter((item) => item.id !== id);
    await store.remove('queue', id).catch(() => {});
    this.#news?.postMessage('changed');
  }

  async clear(which: Waiting[]): Promise<void> {
    for (const { id } of which) await this.drop(id);
  }

  /** Sends what waits, one after the other; one tab at a time. */
  async send(): Promise<void> {
    clearTimeout(this.#timer);
    await this.start();
    if (this.sending || this.mine.length === 0) return;
    this.sending = true;
    try {
      const alone = navigator.locks
        ? navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => lock && this.#sendAll())
        : this.#sendAll();
      await alone;
    } finally {
      this.sending = false;
    }
    this.#later(this.#again ? 0 : undefined);
    this.#again = false;
  }

  async #begin(): Promise<void> {
    await this.#read();
    this.#news?.addEventListener('message', () => void this.#read());
    window.addEventListener('online', () => this.#now());
    if (this.waiting.length > 0) this.#later(0);
  }

  async #read(): Promise<void> {
    const kept = await store.all<Waiting>('queue').catch(() => []);
    const known = new Set(kept.map(({ id }) => id));
    const own = this.notKept ? this.items.filter(({ id }) => !known.has(id)) : [];
    this.items = [...kept, ...own].sort((a, b) => a.at - b.at);
  }

  /**
   * The connection is back. A question from before it went may hang until its deadline: it is asked
   * again at once, which changes nothing twice, since operations go out under one key.
   */
  #now(): void {
    this.#tries = 0;
    this.#again = this.sending;
    this.#asking?.abort();
    void this.send();
  }

  #later(wait?: number): void {
    clearTimeout(this.#timer);
    if (this.mine.length === 0 && wait === undefined) return;
    const delay = wait ?? RETRY_MS[Math.min(this.#tries++, RETRY_MS.length - 1)]!;
    this.#timer = setTimeout(() => void this.send(), delay);
  }

  async #sendAll(): Promise<void> {
    await this.#read();
    for (const item of this.mine) {
      const client = session.client;
      if (client === null) return;
      this.#asking = new AbortController();
      const answered = await ask(client, item, this.#asking.signal);
      this.#asking = null;
      if (answered === null) return;
      // Whoever emptied the queue meanwhile does not want it.
      if (!this.items.some(({ id }) => id === item.id)) continue;
      this.#tries = 0;
      this.items = this.items.map((each) => (each.id === item.id ? answered : each));
      await this.#keep(answered);
      this.onanswer(answered);
    }
  }

  async #keep(item: Waiting): Promise<void> {
    try {
      await store.put('queue', item);
      this.#news?.postMessage('changed');
    } catch {
      this.notKept = true;
    }
  }
}

/** The item with what the node said; `null` where it said nothing, or cannot be asked now. */
async function ask(client: Client, item: Waiting, end: AbortSignal): Promise<Waiting | null> {
  try {
    const answered =
      item.kind === 'verify'
        ? { verdict: completed(await client.verify(item.text, DEADLINE_MS, end)) }
        : { outcome: await operate(client, item.kind, item.text, item, end) };
    session.notice(null);
    return { ...item, ...answered };
  } catch (cause) {
    const failure = cause instanceof Failure ? cause : new Failure('node', String(cause));
    session.notice(failure);
    return failure.kind === 'refused' ? { ...item, refused: failure.message } : null;
  }
}

export const queue = new Queue();
