import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Client } from '../api/client';
import { packId, shipmentId } from '../scan/recognise';

const KEY = `thr_01234567_${'k'.repeat(43)}`;

/** A browser that opens `address`, as far as the first script looks at it. */
function browser(
  address: string,
  given: { languages?: string[]; chosen?: string; first?: string } = {},
) {
  const url = new URL(address, 'http://node.test');
  const asked: [string, RequestInit][] = [];
  const head: (object | string)[] = [];
  const html = { lang: 'en', dataset: {} as Record<string, string> };
  const first = given.first ?? '/api/v1/lots/{2}/{3}?limit=500';
  const store = (key: string, value?: string) => ({
    getItem: (name: string) => (name === key ? (value ?? null) : null),
  });
  vi.stubGlobal('document', {
    currentScript: { dataset: { first, de: '/de.js', fr: '/fr.js' } },
    documentElement: html,
    createElement: () => ({}),
    querySelector: () => ({ content: 'the files' }),
    hidden: false,
    head: { append: (link: object | string) => head.push(link) },
  });
  vi.stubGlobal('location', url);
  vi.stubGlobal('navigator', { languages: given.languages ?? ['en-GB'] });
  vi.stubGlobal('localStorage', store('theriac.language', given.chosen));
  vi.stubGlobal('sessionStorage', store('theriac.key'));
  vi.stubGlobal('window', globalThis);
  const heard: Record<string, (event: unknown) => void> = {};
  vi.stubGlobal('addEventListener', (kind: string, hear: (event: unknown) => void) => {
    heard[kind] = hear;
  });
  const frames: (() => void)[] = [];
  vi.stubGlobal('requestAnimationFrame', (frame: () => void) => frames.push(frame));
  vi.stubGlobal('fetch', (request: string | Request, options: RequestInit) => {
    const sent = typeof request === 'string' ? request : new URL(request.url).pathname;
    asked.push([sent, options]);
    return Promise.resolve(Response.json({ answer: asked.length }));
  });
  return { asked, head, html, frames, heard };
}

describe('the first script of a page', () => {
  beforeEach(() => vi.resetModules());
  afterEach(() => {
    vi.unstubAllGlobals();
    const left: Partial<Window> = globalThis as never;
    delete left.asked;
    delete left.pressed;
    delete left.tapped;
  });

  it('takes the language of the browser, and loads it', async () => {
    const { head, html } = browser('/', { languages: ['it-IT', 'de-AT', 'fr'] });
    await import('./start');
    expect(html.lang).toBe('de');
    expect(head).toEqual([{ rel: 'modulepreload', href: '/de.js' }]);
  });

  it('keeps keys until somebody listens', async () => {
    const { heard } = browser('/');
    await import('./start');
    const keys = [{ type: 'keydown' }, { type: 'keyup' }];
    for (const key of keys) heard[key.type]!(key);
    expect(window.pressed).toEqual(keys);
    delete window.pressed;
    heard.keydown!(keys[0]);
    expect(window.pressed).toBeUndefined();
  });

  it('keeps which button was pressed before it did anything', async () => {
    const { heard } = browser('/');
    await import('./start');
    const menu = {};
    const on = (button: object | null) => ({ target: { closest: () => button } });
    heard.click!(on(null));
    expect(window.tapped).toBeUndefined();
    heard.click!(on(menu));
    heard.click!(on(null));
    expect(window.tapped).toBe(menu);
  });

  it('prefers what a person chose', async () => {
    const { head, html } = browser('/', { languages: ['de'], chosen: 'en' });
    await import('./start');
    expect(html.lang).toBe('en');
    expect(head).toEqual([]);
  });

  it('lets the application and its files wait for the first picture, but not for ever', async () => {
    const { frames, head } = browser('/');
    await import('./start');
    let painted = false;
    void window.painted!.then(() => (painted = true));
    await new Promise((done) => setTimeout(done, 20));
    expect([painted, head]).toEqual([false, []]);
    frames.forEach((frame) => frame());
    await new Promise((done) => setTimeout(done, 20));
    expect([painted, head]).toEqual([true, ['the files']]);
    vi.resetModules();
    browser('/');
    Object.assign(document, { hidden: true });
    await import('./start');
    await window.painted;
  });

  it('asks what the page will show, of the address it stands at, as the key of the link', async () => {
    const { asked } = browser(`/lot/09506000134352/L%2F1#key=${KEY}`);
    await import('./start');
    expect(asked.map(([url]) => url)).toEqual([
      '/api/v1/me',
      '/api/v1/lots/09506000134352/L%2F1?limit=500',
    ]);
    expect(asked[0]![1].headers).toEqual({
      'accept-language': 'en',
      authorization: `Bearer ${KEY}`,
    });
    expect(asked[0]![1].credentials).toBe('omit');
  });

  it('asks who has signed in where there is no key', async () => {
    const { asked } = browser('/lot/09506000134352/L1#key=nonsense');
    await import('./start');
    expect(asked.map(([url]) => url)).toEqual(['/auth/me']);
    expect(asked[0]![1].headers).toEqual({ 'accept-language': 'en' });
  });

  it('leaves an address that cannot be read to the application', async () => {
    const { asked } = browser(`/lot/%E0%A4%A/L1#key=${KEY}`);
    await import('./start');
    expect(asked.map(([url]) => url)).toEqual(['/api/v1/me']);
  });

  const serial = 'A/1 "%+z';
  for (const [page, address, first, ask] of [
    [
      'pack',
      `/pack/${encodeURIComponent(`(01)09506000134352(21)${serial}`)}`,
      '/api/v1/packs/{2:pack}/history',
      (client: Client) => client.history(packId('09506000134352', serial)),
    ],
    [
      'shipment',
      '/shipment/195060000000000012',
      '/api/v1/shipments/{2:shipment}',
      (client: Client) => client.shipment(shipmentId('195060000000000012')),
    ],
    [
      'block',
      `/block/${'a0'.repeat(32)}`,
      '/api/v1/blocks/{2}',
      (client: Client) => client.block('a0'.repeat(32)),
    ],
  ] as const) {
    it(`asks for a ${page} as its page does`, async () => {
      const { asked } = browser(`${address}#key=${KEY}`, { first });
      await import('./start');
      expect(asked).toHaveLength(2);
      expect(await ask(new Client(KEY, undefined, 'http://node.test'))).toEqual({ answer: 2 });
      expect(asked).toHaveLength(2);
    });
  }

  for (const [address, text, named] of [
    ['/lot/09506000134352/L%2F1', 'Lot {3}', 'Lot L/1'],
    ['/pack/(01)09506000134352(21)7A45DYST4ZKH', 'Pack {2:serial}', 'Pack 7A45DYST4ZKH'],
    ['/pack/(01)09506000134352(17)281231(21)1', 'Pack {2:serial}', 'Pack'],
    ['/shipment/195060000000000012', 'SSCC {2:sscc}', 'SSCC 195060000000000012'],
    ['/shipment/(00)195060000000000012', 'SSCC {2:sscc}', 'SSCC 195060000000000012'],
    ['/cold/195060000000000012', 'Envoi {2:sscc}', 'Envoi 195060000000000012'],
    [`/block/${'A0'.repeat(32)}`, 'Block {2:block}', 'Block a0a0a0a0a0a0'],
    ['/alerts/T04%20https%3A%2F%2Fid.gs1.org', 'Case, rule {2:rule}', 'Case, rule T04'],
    ['/lot/%E0%A4%A/%E0%A4%A', 'Trace of lot {3}', 'Trace of lot'],
  ]) {
    it(`says ${named} at ${address}, in one language`, async () => {
      browser(address!, { first: '' });
      const heading = { textContent: text };
      const shown = ['en', 'de'].map((lang) => ({ lang, remove: vi.fn() }));
      Object.assign(document, {
        querySelectorAll: (what: string) => (what === '#boot > div' ? shown : [heading]),
      });
      const { show } = await import('./start');
      expect(document.documentElement.dataset).toHaveProperty('boot');
      show();
      expect(document.documentElement.dataset).not.toHaveProperty('boot');
      expect(shown.map(({ remove }) => remove.mock.calls.length)).toEqual([0, 1]);
      expect(heading.textContent).toBe(named);
    });
  }

  it('leaves a thing that is named in another way to the application', async () => {
    for (const [address, first] of [
      ['/shipment/(00)195060000000000012', '/api/v1/shipments/{2:shipment}'],
      ['/pack/(01)09506000134352(17)281231(21)1', '/api/v1/packs/{2:pack}/history'],
    ] as const) {
      vi.resetModules();
      const { asked } = browser(`${address}#key=${KEY}`, { first: `/api/v1/cases ${first}` });
      await import('./start');
      expect(asked.map(([url]) => url)).toEqual(['/api/v1/me', '/api/v1/cases']);
    }
  });

  it('has its answer taken by who asks the same, once', async () => {
    const { asked } = browser(`/lot/09506000134352/L1#key=${KEY}`);
    await import('./start');
    const client = new Client(KEY, undefined, 'http://node.test');
    const lot = () => client.lot('09506000134352', 'L1', { limit: 500 });
    expect(await lot()).toEqual({ answer: 2 });
    expect(asked).toHaveLength(2);
    expect(await lot()).toEqual({ answer: 3 });
  });

  it('answers nobody else, in no other language, and nothing old', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    for (const spoil of [
      async () => new Client(`thr_76543210_${'k'.repeat(43)}`, undefined, 'http://node.test'),
      async () => {
        const { take } = await import('../i18n/language.svelte');
        take('de', {});
        const { Client: Speaking } = await import('../api/client');
        return new Speaking(KEY, undefined, 'http://node.test');
      },
      async () => {
        vi.advanceTimersByTime(60_000);
        return new Client(KEY, undefined, 'http://node.test');
      },
    ]) {
      vi.resetModules();
      const { asked } = browser(`/lot/1/2#key=${KEY}`);
      await import('./start');
      const client = await spoil();
      await client.me();
      expect(asked.map(([url]) => url).filter((url) => url === '/api/v1/me')).toHaveLength(2);
    }
    vi.useRealTimers();
  });
});

describe('an answer under way', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('is given up when who asks gives up', async () => {
    const never = new Promise<Response>(() => {});
    const { language } = await import('../i18n/language.svelte');
    const early = {
      answer: never,
      authorization: `Bearer ${KEY}`,
      language: language(),
      at: performance.now(),
    };
    vi.stubGlobal('window', { asked: { '/api/v1/me': early } });
    const { ask } = await import('../api/asked');
    const end = new AbortController();
    const headers = { authorization: `Bearer ${KEY}`, 'accept-language': language() };
    const waiting = ask(new Request('http://node.test/api/v1/me', { headers, signal: end.signal }));
    end.abort();
    await expect(waiting).rejects.toThrow(/abort/);
  });
});
