// The node's news as they happen, over one connection that comes back by itself. A page says what
// it wants to be told; nothing is told twice, and nothing is lost while the line is down.
import { EventReader } from './api/sse';
import { session } from './session.svelte';

/** Waits before the next try: the first is short, because most breaks are. */
const RETRY_MS = [500, 1_000, 2_000, 5_000, 10_000];

export type Link = 'connecting' | 'live' | 'broken';

export class News {
  link = $state<Link>('connecting');
  #last = '';

  /** Listens until the function it gives is called. */
  listen(tell: (event: string, data: unknown) => void): () => void {
    const stop = new AbortController();
    void this.#keep(tell, stop.signal);
    return () => stop.abort();
  }

  async #keep(tell: (event: string, data: unknown) => void, stop: AbortSignal): Promise<void> {
    for (let tries = 0; !stop.aborted;) {
      try {
        await this.#once(tell, stop, () => (tries = 0));
      } catch {
        // Whatever ended it, the next try tells whether it lasts.
      }
      if (stop.aborted) return;
      this.link = 'broken';
      const wait = RETRY_MS[Math.min(tries++, RETRY_MS.length - 1)]!;
      await new Promise((done) => setTimeout(done, wait));
    }
  }

  async #once(
    tell: (event: string, data: unknown) => void,
    stop: AbortSignal,
    began: () => void,
  ): Promise<void> {
    const headers = this.#last === '' ? {} : { 'Last-Event-ID': this.#last };
    const outcome = await session.client?.api.GET('/api/v1/stream', {
      parseAs: 'stream',
      headers,
      signal: stop,
    });
    const body = outcome?.response.ok ? (outcome.data as ReadableStream<Uint8Array>) : null;
    if (!body) throw new Error('no stream');
    this.link = 'live';
    began();
    const reader = new EventReader();
    const bytes = body.pipeThrough(new TextDecoderStream() as never) as ReadableStream<string>;
    for (const pieces = bytes.getReader(); ;) {
      const { done, value } = await pieces.read();
      if (done) return;
      for (const { event, data, id } of reader.feed(value)) {
        if (id !== '') this.#last = id;
        tell(event, parsed(data));
      }
    }
  }
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}
