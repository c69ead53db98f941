// What only some pages ask the node: cases, recalls, grants, keys, the access log, the ledger.
// Apart from the client, because every page loads that one.
import { answer, Failure, problemOf, type Client } from './client';
import type { components } from './schema';
import type {
  CaptureJob,
  CaseAct,
  CaseDetail,
  Case,
  CaseComment,
  Device,
  Grant,
  Invitation,
  Key,
  Ledger,
  LedgerBlock,
  LotAccount,
  NewGrant,
  RecallStatus,
  ShipmentRow,
  Status,
  Witness,
} from './types';

type Schemas = components['schemas'];

/** A request that is sent once, however often the line breaks while it is. */
const once = () => ({ 'Idempotency-Key': crypto.randomUUID() });

export const cases = async (client: Client): Promise<Case[]> =>
  (await answer((signal) => client.api.GET('/api/v1/cases', { signal }))).cases;

export const caseOf = (client: Client, id: string): Promise<CaseDetail> =>
  answer((signal) => client.api.GET('/api/v1/cases/{id}', { params: { path: { id } }, signal }));

export interface Signing {
  /** What the signature of a person means. */
  meaning: 'review' | 'approval' | 'responsibility' | 'authorship';
  /** Staff number or the like of who decides with an API key; names nobody. */
  signer?: string;
  /** Makes the header of an electronic signature over the body; for people who signed in. */
  seal?: (request: string, body: string) => Promise<string>;
}

/** Sends a body whose bytes are exactly those that were signed. */
async function sealed(request: string, body: unknown, signing: Signing) {
  const text = JSON.stringify(body);
  const seal = signing.seal ? { 'Theriac-Signature': await signing.seal(request, text) } : {};
  return { text, headers: { ...once(), ...seal, 'content-type': 'application/json' } };
}

export async function rule(
  client: Client,
  id: string,
  act: CaseAct,
  reason: string,
  signing: Signing,
): Promise<string[]> {
  const { signer, meaning } = signing;
  const body = { act, reason, ...(signer ? { signature: { signer, meaning } } : {}) };
  const path = `/api/v1/cases/${encodeURIComponent(id)}/rulings`;
  const { text, headers } = await sealed(`POST ${path}`, body, signing);
  const made = await answer((signal) =>
    client.api.POST('/api/v1/cases/{id}/rulings', {
      params: { path: { id } },
      body,
      bodySerializer: () => text,
      headers,
      signal,
    }),
  );
  return made.blocks;
}

export type Decision =
  | { type: 'qa_release' | 'qa_hold' | 'qa_reject'; subject: string; reason: string }
  | { type: 'recall'; gtin: string; lot: string; reason: string; level?: string };

export async function decide(
  client: Client,
  decision: Decision,
  signing: Signing,
): Promise<string> {
  const path = '/api/v1/decisions';
  const { text, headers } = await sealed(`POST ${path}`, decision, signing);
  const made = await answer((signal) =>
    client.api.POST(path, {
      body: decision as never,
      bodySerializer: () => text,
      headers,
      signal,
    }),
  );
  return made.block;
}

export const challenge = (
  client: Client,
  body: { request: string; sha256: string; meaning: string },
): Promise<Schemas['PasskeyRequest']> =>
  answer((signal) => client.api.POST('/auth/signatures/challenge', { body, signal }));

export const status = (client: Client): Promise<Status> =>
  answer((signal) => client.api.GET('/status', { signal }));

export const witnesses = async (client: Client): Promise<Witness[]> =>
  (await answer((signal) => client.api.GET('/api/v1/witnesses', { signal }))).witnesses;

export const checkpoint = (client: Client): Promise<string> =>
  answer((signal) => client.api.GET('/api/v1/checkpoint', { parseAs: 'text', signal }));

export const ledger = (client: Client): Promise<Ledger> =>
  answer((signal) => client.api.GET('/api/v1/ledger', { signal }));

export const ledgerBlocks = (
  client: Client,
  query: { before?: number; per_page?: number },
): Promise<{ blocks: LedgerBlock[]; next?: number | null }> =>
  answer((signal) => client.api.GET('/api/v1/blocks', { params: { query }, signal }));

/** Every device that the key sees, page by page. */
export async function devices(client: Client): Promise<Device[]> {
  const all: Device[] = [];
  for (let after: string | undefined; ;) {
    const query = { after, per_page: 1000 };
    const page = await answer((signal) =>
      client.api.GET('/api/v1/devices', { params: { query }, signal }),
    );
    all.push(...page.devices);
    if (page.next == null) return all;
    after = page.next;
  }
}

export const comment = (client: Client, id: string, text: string): Promise<CaseComment> =>
  answer((signal) =>
    client.api.POST('/api/v1/cases/{id}/comments', {
      params: { path: { id } },
      body: { text },
      headers: once(),
      signal,
    }),
  );

/**
 * The case file as the node gives it. `told` hears how many bytes are there, and of how many when
 * the node says so; it ends when `stop` says so.
 */
export async function caseFile(
  client: Client,
  id: string,
  told: (bytes: number, of: number | null) => void,
  stop: AbortSignal,
): Promise<string> {
  const answered = await client.api.GET('/api/v1/cases/{id}/evidence', {
    params: { path: { id } },
    parseAs: 'stream',
    signal: stop,
  });
  const body = answered.response.ok ? (answered.data as ReadableStream<Uint8Array> | null) : null;
  if (!body) throw problemOf(answered.response.status, answered.error);
  const length = Number(answered.response.headers.get('content-length'));
  const packed = answered.response.headers.has('content-encoding');
  const of = length > 0 && !packed ? length : null;
  const decoder = new TextDecoder();
  let [text, bytes] = ['', 0];
  for (const reader = body.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    text += decoder.decode(value, { stream: true });
    told((bytes += value.length), of);
  }
}

/** The event with an id, as EPCIS gives it. */
export async function eventOf(client: Client, id: string): Promise<Record<string, unknown>> {
  const found = await answer((signal) =>
    client.api.GET('/epcis/events/{id}', { params: { path: { id } }, signal }),
  );
  const body = (found as { epcisBody?: Record<string, unknown> }).epcisBody;
  const results = body?.queryResults as { resultsBody?: { eventList?: unknown[] } } | undefined;
  const event = results?.resultsBody?.eventList?.[0];
  if (typeof event !== 'object' || event === null) {
    throw new Failure('not_found', 'no event has this id');
  }
  return event as Record<string, unknown>;
}

export const captureJob = async (client: Client, id: string): Promise<CaptureJob> =>
  (await answer((signal) =>
    client.api.GET('/epcis/capture/{id}', { params: { path: { id } }, signal }),
  )) as CaptureJob;

export const shipments = (
  client: Client,
  cursor?: string,
): Promise<{ shipments: ShipmentRow[]; next?: string | null }> =>
  answer((signal) =>
    client.api.GET('/api/v1/shipments', { params: { query: { cursor } }, signal }),
  );

export const keys = async (client: Client): Promise<Key[]> =>
  (await answer((signal) => client.api.GET('/api/v1/keys', { signal }))).keys;

export const makeKey = (client: Client, body: Schemas['NewKey']): Promise<Schemas['CreatedKey']> =>
  answer((signal) => client.api.POST('/api/v1/keys', { body, headers: once(), signal }));

export async function takeKey(client: Client, id: string): Promise<void> {
  await answer(async (signal) => {
    const outcome = await client.api.DELETE('/api/v1/keys/{id}', {
      params: { path: { id } },
      signal,
    });
    return { ...outcome, data: outcome.data ?? {} };
  });
}

export const registerDevice = (
  client: Client,
  body: Schemas['NewDevice'],
): Promise<Schemas['Recorded']> =>
  answer((signal) => client.api.POST('/api/v1/devices', { body, headers: once(), signal }));

export const invitations = async (client: Client): Promise<Invitation[]> =>
  (await answer((signal) => client.api.GET('/api/v1/devices/invitations', { signal }))).invitations;

/** Not repeated by itself: the answer has a code that is kept nowhere. */
export const invite = (
  client: Client,
  body: Schemas['NewInvitation'],
): Promise<Schemas['CreatedInvitation']> =>
  answer((signal) => client.api.POST('/api/v1/devices/invitations', { body, signal }));

export async function takeInvitation(client: Client, id: string): Promise<void> {
  await answer(async (signal) => {
    const outcome = await client.api.DELETE('/api/v1/devices/invitations/{id}', {
      params: { path: { id } },
      signal,
    });
    return { ...outcome, data: outcome.data ?? {} };
  });
}

export const grants = async (client: Client): Promise<Grant[]> =>
  (await answer((signal) => client.api.GET('/api/v1/grants', { signal }))).grants;

export const grant = (client: Client, body: NewGrant): Promise<Grant> =>
  answer((signal) => client.api.POST('/api/v1/grants', { body, headers: once(), signal }));

export const revokeGrant = (client: Client, id: string, reason: string): Promise<Grant> =>
  answer((signal) =>
    client.api.POST('/api/v1/grants/{id}/revoke', {
      params: { path: { id } },
      body: { reason },
      headers: once(),
      signal,
    }),
  );

export interface AccessQuery {
  from?: string;
  before?: string;
  key?: string;
  party?: string;
  action?: string;
  status?: number;
  contains?: string;
  cursor?: number;
  per_page?: number;
}

export const accesses = (client: Client, query: AccessQuery): Promise<Schemas['Accesses']> =>
  answer((signal) => client.api.GET('/api/v1/accesses', { params: { query }, signal }));

export const recalls = async (client: Client): Promise<RecallStatus[]> =>
  (await answer((signal) => client.api.GET('/api/v1/recalls', { signal }))).recalls;

export const recallOf = (client: Client, gtin: string, lot: string): Promise<RecallStatus> =>
  answer((signal) =>
    client.api.GET('/api/v1/recalls/{gtin}/{lot}', { params: { path: { gtin, lot } }, signal }),
  );

export const account = (client: Client, gtin: string, lot: string): Promise<LotAccount> =>
  answer((signal) =>
    client.api.GET('/api/v1/lots/{gtin}/{lot}/reconciliation', {
      params: { path: { gtin, lot } },
      signal,
    }),
  );

export const sendNotices = (
  client: Client,
  gtin: string,
  lot: string,
): Promise<Schemas['Notices']> =>
  answer((signal) =>
    client.api.POST('/api/v1/recalls/{gtin}/{lot}/notices', {
      params: { path: { gtin, lot } },
      headers: once(),
      signal,
    }),
  );

export const verifyMany = (client: Client, scans: string[]): Promise<Schemas['Verdicts']> =>
  answer((signal) => client.api.POST('/api/v1/verify/batch', { body: { scans }, signal }));
