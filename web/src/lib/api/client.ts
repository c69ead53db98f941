// The portal's only way to the node: same origin, the key in a header (or, without one, the cookie
// of whoever has signed in), a deadline on every call,
// and every failure one of a few kinds that the pages know how to show.
import createClient from 'openapi-fetch';
import { language } from '../i18n/language.svelte';
import { ask } from './asked';
import type { paths } from './schema';
import type { Block, History, Lot, Me, Shipment, SignedIn, SignedOut, Verdict } from './types';

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

/** What openapi-fetch gives for a call. */
interface Outcome<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

export class Client {
  /** The contract's calls; what only some pages need is in `calls.ts`. */
  readonly api;

  constructor(key: string | null, fetcher?: (request: Request) => Promise<Response>, baseUrl = '') {
    this.api = createClient<paths>({
      baseUrl,
      fetch: (request) => {
        request.headers.set('accept-language', language());
        return (fetcher ?? ask)(request);
      },
      headers: key === null ? {} : { authorization: `Bearer ${key}` },
      credentials: key === null ? 'same-origin' : 'omit',
      cache: 'no-store',
      redirect: 'error',
    });
  }

  me(): Promise<Me> {
    return answer((signal) => this.api.GET('/api/v1/me', { signal }));
  }

  /** Who has signed in at this browser, and where people sign in. */
  signedIn(): Promise<SignedIn> {
    return answer((signal) => this.api.GET('/auth/me', { signal }));
  }

  signOut(): Promise<SignedOut> {
    return answer((signal) => this.api.POST('/auth/logout', { signal }));
  }

  verify(scan: string, deadlineMs = VERIFY_DEADLINE_MS, end?: AbortSignal): Promise<Verdict> {
    const body = { scan };
    return answer((signal) => this.api.POST('/api/v1/verify', { body, signal }), deadlineMs, end);
  }

  history(id: string): Promise<History> {
    const params = { path: { id } };
    return answer((signal) => this.api.GET('/api/v1/packs/{id}/history', { params, signal }));
  }

  lot(gtin: string, lot: string, query: { limit: number; cursor?: string }): Promise<Lot> {
    const params = { path: { gtin, lot }, query };
    return answer((signal) => this.api.GET('/api/v1/lots/{gtin}/{lot}', { params, signal }));
  }

  shipment(id: string): Promise<Shipment> {
    const params = { path: { id } };
    return answer((signal) => this.api.GET('/api/v1/shipments/{id}', { params, signal }));
  }

  block(id: string): Promise<Block> {
    const params = { path: { id } };
    return answer((signal) => this.api.GET('/api/v1/blocks/{id}', { params, signal }));
  }

  /** The proof file of a pack's latest event, or of the one named. */
  packProof(id: string, event?: string): Promise<string> {
    const params = { path: { id }, query: event ? { event } : {} };
    const parseAs = 'text' as const;
    return answer((signal) =>
      this.api.GET('/api/v1/packs/{id}/proof', { params, parseAs, signal }),
    );
  }

  blockProof(id: string, item: number): Promise<string> {
    const params = { path: { id }, query: { item } };
    const parseAs = 'text' as const;
    return answer((signal) =>
      this.api.GET('/api/v1/blocks/{id}/proof', { params, parseAs, signal }),
    );
  }
}

/** What a call gives, or a `Failure` that says why there is nothing. `end` ends it before its time. */
export async function answer<T>(
  call: (signal: AbortSignal) => Promise<Outcome<T>>,
  deadlineMs = DEADLINE_MS,
  end?: AbortSignal,
): Promise<T> {
  const deadline = new AbortController();
  end?.addEventListener('abort', () => deadline.abort());
  const timer = setTimeout(() => deadline.abort(), deadlineMs);
  let outcome: Outcome<T>;
  try {
    outcome = await call(deadline.signal);
  } catch (cause) {
    throw failureOf(cause);
  } finally {
    clearTimeout(timer);
  }
  const { data, error, response } = outcome;
  if (!response.ok) throw problemOf(response.status, error);
  if (data === undefined || data === null) throw new Failure('node', 'the answer is empty');
  return data;
}

function failureOf(cause: unknown): Failure {
  const name = cause instanceof Error ? cause.name : '';
  if (name === 'AbortError') {
    return new Failure('timeout', 'the node did not answer in time');
  }
  if (name === 'SyntaxError') return new Failure('node', 'the answer could not be read');
  return new Failure('offline', 'the node cannot be reached');
}

/** RFC 9457 problem details, or whatever stands in front of the node answered. */
export function problemOf(status: number, body: unknown): Failure {
  const kinds: Record<number, FailureKind> = {
    401: 'unauthorized',
    403: 'forbidden',
    404: 'not_found',
    408: 'timeout',
    504: 'timeout',
    502: 'offline',
    503: 'offline',
  };
  const kind = kinds[status] ?? (status >= 500 ? 'node' : 'refused');
  const problem = (typeof body === 'object' && body !== null ? body : {}) as Record<
    string,
    unknown
  >;
  const text = (name: string) => (typeof problem[name] === 'string' ? problem[name] : undefined);
  const message = text('detail') ?? text('title') ?? `the node answered ${status}`;
  return new Failure(kind, message, text('code'), text('instance'));
}
