// One thing a page loads: loading, there, or failed for a reason the page can show.
import { Failure, type Client } from './api/client';
import { session } from './session.svelte';

export type State<T> =
  { status: 'loading' } | { status: 'ready'; data: T } | { status: 'failed'; failure: Failure };

export class Resource<T> {
  state = $state.raw<State<T>>({ status: 'loading' });
  #load: ((client: Client) => Promise<T>) | null = null;
  #turn = 0;

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
