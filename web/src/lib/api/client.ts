// The portal's only way to the node: same origin, the key in a header, a deadline on every call,
// and every failure one of a few kinds that the pages know how to show.
import type { Block, History, Lot, Me, Shipment, Verdict } from './types';

/** Why a call gave no answer. */
export type FailureKind =
  'offline' | 'timeout' | 'unauthorized' | 'forbidden' | 'not_found' | 'refused' | 'node';

export class Failure extends Error {
  constructor(
    readonly kind: FailureKind,
    message: string,
    /** The node's stable code and the request's id, where it answered at all. */
    readonly code?: string,
    readonly instance?: string,
  ) {
    super(message);
    this.name = 'Failure';
  }
}

/** A verdict that takes longer is no use at a counter: the pack is shown as not checked. */
export const VERIFY_DEADLINE_MS = 3_000;
const DEADLINE_MS = 20_000;

interface Options {
  method?: 'GET' | 'POST';
  body?: unknown;
  deadlineMs?: number;
  accept?: string;
  signal?: AbortSignal;
}

export class Client {
  constructor(
    readonly key: string,
    readonly fetcher: typeof fetch = (...given) => fetch(...given),
  ) {}

  me(): Promise<Me> {
    return this.#json('/api/v1/me');
  }
  verify(scan: string, deadlineMs = VERIFY_DEADLINE_MS): Promise<Verdict> {
    return this.#json('/api/v1/verify', { method: 'POST', body: { scan }, deadlineMs });
  }
  history(id: string, signal?: AbortSignal): Promise<History> {
    return this.#json(`/api/v1/packs/${encodeURIComponent(id)}/history`, { signal });
  }
  lot(gtin: string, lot: string, page: { limit: number; cursor?: string }): Promise<Lot> {
    const query = new URLSearchParams({ limit: String(page.limit) });
    if (page.cursor) query.set('cursor', page.cursor);
    return this.#json(`/api/v1/lots/${gtin}/${encodeURIComponent(lot)}?${query}`);
  }
  shipment(id: string): Promise<Shipment> {
    return this.#json(`/api/v1/shipments/${encodeURIComponent(id)}`);
  }
  block(id: string): Promise<Block> {
    return this.#json(`/api/v1/blocks/${id}`);
  }
  async packProof(id: string, event?: string): Promise<string> {
    const query = event ? `?${new URLSearchParams({ event })}` : '';
    const path = `/api/v1/packs/${encodeURIComponent(id)}/proof${query}`;
    return (await this.#call(path, { accept: 'text/plain' })).text();
  }
  async blockProof(id: string, item: number): Promise<string> {
    return (
      await this.#call(`/api/v1/blocks/${id}/proof?item=${item}`, { accept: 'text/plain' })
    ).text();
  }

  async #json<T>(path: string, options: Options = {}): Promise<T> {
    const response = await this.#call(path, options);
    try {
      return (await response.json()) as T;
    } catch (cause) {
      throw failureOf(cause);
    }
  }

  async #call(path: string, options: Options): Promise<Response> {
    const deadline = AbortSignal.timeout(options.deadlineMs ?? DEADLINE_MS);
    const headers: Record<string, string> = {
      authorization: `Bearer ${this.key}`,
      accept: options.accept ?? 'application/json',
    };
    if (options.body !== undefined) headers['content-type'] = 'application/json';
    let response: Response;
    try {
      response = await this.fetcher(path, {
        method: options.method ?? 'GET',
        headers,
        body: options.body === undefined ? undefined : JSON.stringify(options.body),
        signal: options.signal ? AbortSignal.any([deadline, options.signal]) : deadline,
        credentials: 'omit',
        cache: 'no-store',
        redirect: 'error',
      });
    } catch (cause) {
      throw failureOf(cause);
    }
    if (!response.ok) throw await problemOf(response);
    return response;
  }
}

function failureOf(cause: unknown): Failure {
  if (cause instanceof Failure) return cause;
  const name = cause instanceof Error ? cause.name : '';
  if (name === 'TimeoutError' || name === 'AbortError') {
    return new Failure('timeout', 'the node did not answer in time');
  }
  if (name === 'SyntaxError') return new Failure('node', 'the answer could not be read');
  return new Failure('offline', 'the node cannot be reached');
}

/** RFC 9457 problem details, or whatever stands in front of the node answered. */
async function problemOf(response: Response): Promise<Failure> {
  const kinds: Record<number, FailureKind> = {
    401: 'unauthorized',
    403: 'forbidden',
    404: 'not_found',
    408: 'timeout',
    504: 'timeout',
    502: 'offline',
    503: 'offline',
  };
  const kind = kinds[response.status] ?? (response.status >= 500 ? 'node' : 'refused');
  let problem: Record<string, unknown> = {};
  try {
    problem = ((await response.json()) ?? {}) as Record<string, unknown>;
  } catch {
    // Not a problem document: the status alone tells enough.
  }
  const text = (name: string) => (typeof problem[name] === 'string' ? problem[name] : undefined);
  const message = text('detail') ?? text('title') ?? `the node answered ${response.status}`;
  return new Failure(kind, message, text('code'), text('instance'));
}
