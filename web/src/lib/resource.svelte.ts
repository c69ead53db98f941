// One thing a page loads: loading, there, or failed for a reason the page can show.
import { Failure, type Client } from './api/client';
import { session } from './session.svelte';

export type State<T> =
  { status: 'loading' } | { status: 'ready'; data: T } | { status: 'failed'; failure: Failure };

/** Between two refreshes. */
const REFRESH_MS = 500;

export class Resource<T> {
  state = $state.raw<State<T>>({ status: 'loading' });
  #load: ((client: Client) => Promise<T>) | null = null;
  #turn = 0;
  #refreshing = false;
  #stale = false;

  /** Loads by `load`; an answer that comes after a newer call is dropped. */
  async load(load: (client: Client) => Promise<T>): Promise<void> {
    const turn = ++this.#turn;
    this.#load = load;
    this.state = { status: 'loading' };
    const state = await this.#run(load);
    if (turn === this.#turn) this.state = state;
  }

  retry(): void {
    if (this.#load) void this.load(this.#load);
  }

  /**
   * Loads again while what is there stays, as it does when that fails: for pages that follow the
   * node's news. Calls that come too soon after another become one.
   */
  async refresh(): Promise<void> {
    if (this.state.status !== 'ready') return;
    if (this.#refreshing) {
      this.#stale = true;
      return;
    }
    this.#refreshing = true;
    do {
      this.#stale = false;
      const [turn, load] = [this.#turn, this.#load!];
      const state = await this.#run(load);
      if (turn === this.#turn && state.status === 'ready') this.state = state;
      await new Promise((done) => setTimeout(done, REFRESH_MS));
    } while (this.#stale);
    this.#refreshing = false;
  }

  /** Replaces what is there, for pages that grow (load more). */
  update(data: T): void {
    this.state = { status: 'ready', data };
  }

  async #run(load: (client: Client) => Promise<T>): Promise<State<T>> {
    try {
      if (session.client === null) throw new Failure('unauthorized', 'no key');
      const data = await load(session.client);
      session.notice(null);
      return { status: 'ready', data };
    } catch (cause) {
      const failure = cause instanceof Failure ? cause : new Failure('node', String(cause));
      session.notice(failure);
      return { status: 'failed', failure };
    }
  }
}
