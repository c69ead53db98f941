import { describe, expect, it } from 'vitest';
import { Client, Failure } from './client';

const KEY = 'thr_01234567_key';

/** Every request made: a request that nobody holds takes its deadline with it when collected. */
const held: Request[] = [];

/** A client whose node answers with `answer`, and what it was asked. */
function against(answer: () => Promise<Response>) {
  const asked: Request[] = [];
  const fetcher = (request: Request) => {
    asked.push(request);
    held.push(request);
    return Promise.race([
      answer(),
      new Promise<never>((_, reject) =>
        request.signal.addEventListener('abort', () => reject(request.signal.reason)),
      ),
    ]);
  };
  return { client: new Client(KEY, fetcher, 'http://node.test'), asked };
}

const json =
  (body: unknown, status = 200) =>
  async () =>
    new Response(JSON.stringify(body), { status });

async function failure(answer: () => Promise<Response>): Promise<Failure> {
  const thrown = await against(answer)
    .client.verify('x', 30)
    .catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(Failure);
  return thrown as Failure;
}

describe('the client', () => {
  it('sends the key in a header, never in the address', async () => {
    const { client, asked } = against(json({ verdict: 'genuine' }));
    await client.verify('(01)x');
    const [request] = asked;
    expect(request!.url).toBe('http://node.test/api/v1/verify');
    expect(request!.method).toBe('POST');
    expect(await request!.json()).toEqual({ scan: '(01)x' });
    expect(request!.headers.get('authorization')).toBe(`Bearer ${KEY}`);
  });

  it('goes without a key and with the cookie of whoever has signed in', async () => {
    const asked: Request[] = [];
    const fetcher = async (request: Request) => {
      asked.push(request);
      return new Response(JSON.stringify({ sign_in: '/auth/login', session: null }));
    };
    const client = new Client(null, fetcher, 'http://node.test');
    expect(await client.signedIn()).toEqual({ sign_in: '/auth/login', session: null });
    await client.signOut();
    expect(asked.map((request) => [request.method, request.url])).toEqual([
      ['GET', 'http://node.test/auth/me'],
      ['POST', 'http://node.test/auth/logout'],
    ]);
    for (const request of asked) {
      expect(request.headers.has('authorization')).toBe(false);
      expect(request.credentials).toBe('same-origin');
    }
  });

  it('never sends a cookie beside a key', async () => {
    const { client, asked } = against(json({}));
    await client.me();
    expect(asked[0]!.credentials).toBe('omit');
  });

  it('escapes identifiers', async () => {
    const { client, asked } = against(json({}));
    await client.history('https://id.gs1.org/01/09506000134352/21/A%2FB');
    await client.lot('09506000134352', 'A/B?c', { limit: 5, cursor: 'x y' });
    expect(asked.map(({ url }) => url.replace('http://node.test', ''))).toEqual([
      '/api/v1/packs/https%3A%2F%2Fid.gs1.org%2F01%2F09506000134352%2F21%2FA%252FB/history',
      '/api/v1/lots/09506000134352/A%2FB%3Fc?limit=5&cursor=x%20y',
    ]);
  });

  const kinds: [status: number, kind: string][] = [
    [400, 'refused'],
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [404, 'not_found'],
    [422, 'refused'],
    [429, 'refused'],
    [500, 'node'],
    [503, 'offline'],
    [504, 'timeout'],
  ];
  for (const [status, kind] of kinds) {
    it(`takes ${status} for ${kind}`, async () => {
      expect((await failure(json({}, status))).kind).toBe(kind);
    });
  }

  it('keeps what a problem document says', async () => {
    const problem = { detail: 'no such pack', code: 'pack_not_found', instance: 'req-7' };
    expect(await failure(json(problem, 404))).toMatchObject({
      ...{ message: 'no such pack', code: 'pack_not_found', instance: 'req-7' },
    });
  });

  it('survives answers that are no problem document', async () => {
    expect((await failure(async () => new Response('<h1>', { status: 502 }))).kind).toBe('offline');
    expect((await failure(async () => new Response('<h1>'))).kind).toBe('node');
    expect((await failure(json(null, 500))).message).toBe('the node answered 500');
  });

  it('knows no connection from no answer in time', async () => {
    const refused = () => Promise.reject(new TypeError('Failed to fetch'));
    expect((await failure(refused)).kind).toBe('offline');
    expect((await failure(() => new Promise(() => {}))).kind).toBe('timeout');
  });
});
