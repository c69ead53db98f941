// The counter without a connection: it opens from the device, scans are kept and asked later, what
// is out of date is red at once, and a newer portal waits until somebody wants it.
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { createServer, request as ask, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContext, Page } from '@playwright/test';
import { demo, packOf } from './demo';
import { expect, expectAccessible, scan, test as base, verdict } from './portal';

/** A node whose service worker can be made a newer one, as an upgrade does. */
interface Upgradable {
  url: string;
  upgrade(): void;
}

const test = base.extend<{ upgradable: Upgradable }>({
  upgradable: async ({}, use) => {
    let newer = false;
    const server: Server = createServer((from, to) => {
      const { hostname, port } = new URL(demo().url);
      const { method, url: path = '/', headers } = from;
      const worker = path === '/service-worker.js' && newer;
      const asked = { ...headers, host: `${hostname}:${port}`, ...(worker ? PLAIN : {}) };
      const through = ask({ hostname, port, method, path, headers: asked }, (answer) => {
        if (worker) delete answer.headers['content-length'];
        to.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.on('data', (bytes: Buffer) => to.write(bytes));
        answer.on('end', () => to.end(worker ? '\n// newer' : undefined));
      });
      through.on('error', () => to.destroy());
      from.pipe(through);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await use({ url, upgrade: () => (newer = true) });
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  },
});
const upgradedTest = test.extend<object>({
  baseURL: async ({ upgradable }, use) => use(upgradable.url),
});
const PLAIN = { 'accept-encoding': 'identity', 'if-none-match': '' };

test.use({ serviceWorkers: 'allow' });
upgradedTest.use({ serviceWorkers: 'allow' });

/** Waits until all of the portal is on the device. */
async function kept(page: Page): Promise<string[]> {
  const paths = () =>
    page.evaluate(async () => {
      const found: string[] = [];
      for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        found.push(...(await cache.keys()).map(({ url }) => new URL(url).pathname));
      }
      return found;
    });
  await expect
    .poll(async () => (await paths()).some((path) => path.endsWith('.wasm')), { timeout: 30_000 })
    .toBe(true);
  return paths();
}

async function offline(context: BrowserContext, page: Page): Promise<void> {
  await context.setOffline(true);
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Verify a pack' })).toBeVisible();
}

/** Key id of a note (C2SP signed-note): the first bytes of a hash of name and key. */
function keyOf(name: string, key: KeyObject): { id: Buffer; raw: Buffer } {
  const raw = key.export({ type: 'spki', format: 'der' }).subarray(-32);
  const typed = Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(1), raw]);
  return { id: createHash('sha256').update(typed).digest().subarray(0, 4), raw };
}

function vkey(name: string, key: KeyObject): string {
  const { id, raw } = keyOf(name, key);
  return `${name}+${id.toString('hex')}+${Buffer.concat([Buffer.of(1), raw]).toString('base64')}`;
}

/** A recall list that says it is of the log with `key`, signed with `signer`. */
function recallNote(
  log: string,
  lots: { gtin: string; lot: string }[],
  key: KeyObject,
  signer: KeyObject,
): string {
  const said = {
    log,
    issued_at: new Date(Date.now() - 60_000).toISOString(),
    valid_until: new Date(Date.now() + 86_000_000).toISOString(),
    size: 7,
    lots: lots.map((each) => ({ ...each, at: '2026-11-01T08:00:00Z', level: null, reason: 'x' })),
    products: [],
  };
  const text = `theriac recall list v1\n${JSON.stringify(said)}\n`;
  const signature = Buffer.concat([keyOf(log, key).id, sign(null, Buffer.from(text), signer)]);
  return `${text}\n\u2014 ${log} ${signature.toString('base64')}\n`;
}

const queue = (page: Page) => page.getByRole('region', { name: 'Made without a connection' });
const recent = (page: Page) => page.getByRole('region', { name: 'Recent scans' });
const expired = () =>
  `01${packOf('genuine').gtin}17240131${'10'}OLD7\u001d21${packOf('genuine').serial}`;

test('the portal can be installed', async ({ page, portal }) => {
  await portal.open('/');
  const href = await page.locator('link[rel=manifest]').getAttribute('href');
  const answer = await page.request.get(new URL(href!, page.url()).href);
  expect(answer.headers()['content-type']).toBe('application/manifest+json');
  const manifest = await answer.json();
  expect(manifest.display).toBe('standalone');
  const purposes = manifest.icons.map((icon: { purpose?: string }) => icon.purpose);
  expect(purposes).toContain('maskable');
  for (const { src, type } of manifest.icons) {
    const icon = await page.request.get(new URL(src, page.url()).href);
    expect(icon.headers()['content-type'], src).toBe(type);
  }
});

test('opens without a connection, keeps scans over a reload, asks when it is back', async ({
  page,
  portal,
  context,
}) => {
  test.slow();
  await portal.open('/');
  await kept(page);
  await offline(context, page);
  await scan(page, demo().scans.genuine, { layout: 'us' });
  await expect(verdict(page)).toHaveAttribute('data-verdict', 'not_checked');
  await expect(verdict(page)).toContainText('Kept on this device.');
  await scan(page, demo().scans.excursion, { layout: 'us' });
  await expect(queue(page)).toContainText('2 waiting for the node');
  await expectAccessible(page);

  await page.reload();
  await expect(queue(page)).toContainText('2 waiting for the node');
  await context.setOffline(false);
  await expect(queue(page)).toContainText('2 answered', { timeout: 30_000 });
  await expect(queue(page)).toContainText('Hold');
  const again = recent(page).getByRole('button', { name: new RegExp(packOf('genuine').serial) });
  await again.click();
  await expect(verdict(page)).toHaveAttribute('data-verdict', /genuine|seen_here/);
  await expect(verdict(page)).toContainText('Answered later');
  await queue(page).getByRole('button', { name: 'Put away what is answered' }).click();
  await expect(queue(page)).toBeHidden();
  await page.reload();
  await expect(queue(page)).toBeHidden();
});

test('a red answer that comes late is told loudly and stops the scanner', async ({
  page,
  portal,
  context,
}) => {
  await portal.open('/');
  await context.setOffline(true);
  await scan(page, demo().scans.clone, { layout: 'us' });
  await expect(verdict(page)).toHaveAttribute('data-verdict', 'not_checked');
  await scan(page, demo().scans.unknown, { layout: 'us' });
  await expect(queue(page)).toContainText('2 waiting for the node');
  await context.setOffline(false);
  await expect(queue(page).getByRole('alert')).toContainText('2 of these packs must not');
  const confirm = page.getByRole('button', { name: /set this pack aside/ });
  await expect(verdict(page)).toHaveAttribute('data-verdict', 'do_not_dispense');
  await confirm.click();
  // The other one is as red, and wants a word of its own.
  await expect(confirm).toBeVisible();
  await confirm.click();
  await expect(confirm).toBeHidden();
});

test('a question that hangs when the connection goes is asked again when it is back', async ({
  page,
  portal,
  context,
}) => {
  await page.clock.install();
  await portal.open('/');
  await context.setOffline(true);
  await scan(page, demo().scans.clone, { layout: 'us' });
  await expect(queue(page)).toContainText('1 waiting for the node');
  // Sent into a line that takes it and never answers; the connection goes once more and comes back.
  let hung = 0;
  await page.route('**/api/v1/verify', () => void hung++, { times: 1 });
  await queue(page).getByRole('button', { name: 'Ask now' }).click();
  await expect.poll(() => hung).toBe(1);
  // No deadline is reached any more: time stands but for the second that is given.
  await page.clock.pauseAt(Date.now() + 5_000);
  await context.setOffline(false);
  await page.clock.runFor(1_000);
  await expect(queue(page)).toContainText('1 answered');
});

test('without a connection an expired pack is red by its own date', async ({
  page,
  portal,
  context,
}) => {
  await portal.open('/');
  await context.setOffline(true);
  await scan(page, expired(), { layout: 'us' });
  await expect(verdict(page)).toHaveAttribute('data-verdict', 'do_not_dispense');
  await expect(verdict(page)).toContainText('expired on 31 Jan 2024');
  await expect(verdict(page)).toContainText('EXPIRED_OFFLINE');
  await expect(page.getByRole('button', { name: /set this pack aside/ })).toBeFocused();
  await expect(queue(page)).toContainText('1 waiting');
});

for (const signed of ['by the log', 'by somebody else'] as const) {
  test(`without a connection a list of recalls counts when it is signed ${signed}`, async ({
    page,
    portal,
    context,
  }) => {
    const { gtin } = packOf('genuine');
    const lot = demo().lot.lot;
    const log = generateKeyPairSync('ed25519');
    const other = generateKeyPairSync('ed25519');
    const name = 'log.example/recalls';
    await page.route('**/api/v1/me', async (route) => {
      const response = await route.fetch();
      const json = { ...(await response.json()), log_key: vkey(name, log.publicKey) };
      await route.fulfill({ response, json });
    });
    const signer = signed === 'by the log' ? log : other;
    const body = recallNote(name, [{ gtin, lot }], log.publicKey, signer.privateKey);
    await page.route('**/api/v1/recall-list', (route) =>
      route.fulfill({ contentType: 'text/plain; charset=utf-8', body }),
    );
    const fetched = page.waitForResponse('**/api/v1/recall-list');
    await portal.open('/');
    await fetched;
    await page.waitForTimeout(500);
    await context.setOffline(true);
    await scan(page, demo().scans.genuine, { layout: 'us' });
    if (signed === 'by the log') {
      await expect(verdict(page)).toHaveAttribute('data-verdict', 'do_not_dispense');
      await expect(verdict(page)).toContainText(`Lot ${lot} is on the signed list of recalls`);
      await expect(verdict(page)).toContainText('RECALLED_OFFLINE');
    } else {
      await expect(verdict(page)).toHaveAttribute('data-verdict', 'not_checked');
    }
  });
}

test('the queue is emptied by a person, after a second word', async ({ page, portal, context }) => {
  await portal.open('/');
  await context.setOffline(true);
  await scan(page, demo().scans.genuine, { layout: 'us' });
  await queue(page).getByRole('button', { name: 'Empty the queue' }).click();
  const question = page.getByRole('dialog', { name: /would never be asked/ });
  await question.getByRole('button', { name: 'Keep it' }).click();
  await expect(queue(page)).toContainText('1 waiting');
  await queue(page).getByRole('button', { name: 'Empty the queue' }).click();
  await question.getByRole('button', { name: 'Empty it' }).click();
  await expect(queue(page)).toBeHidden();
  let asked = 0;
  page.on('request', (request) => (asked += request.url().endsWith('/api/v1/verify') ? 1 : 0));
  await context.setOffline(false);
  await page.waitForTimeout(3_000);
  expect(asked).toBe(0);
});

test('a queue is not sent with another key', async ({ page, portal, context }) => {
  await portal.open('/');
  await context.setOffline(true);
  await scan(page, demo().scans.genuine, { layout: 'us' });
  await expect(queue(page)).toContainText('1 waiting');
  await page.evaluate(() => sessionStorage.clear());
  let asked = 0;
  page.on('request', (request) => (asked += request.url().endsWith('/api/v1/verify') ? 1 : 0));
  await page.goto('about:blank');
  await context.setOffline(false);
  await portal.open('/', 'pharmacy_b');
  await expect(queue(page)).toContainText('Waits for the key it was made with');
  await page.waitForTimeout(3_000);
  expect(asked).toBe(0);
});

test('nothing the node answers is kept by the service worker', async ({ page, portal }) => {
  await portal.open('/');
  const paths = await kept(page);
  await scan(page, demo().scans.genuine, { layout: 'us' });
  await expect(verdict(page)).toBeVisible();
  await page.reload();
  await expect(page.getByRole('button', { name: /^Account: / })).toBeVisible();
  expect(paths).toContain('/200.html');
  const after = await kept(page);
  expect(after.filter((path) => !/^\/(_app\/|icons\/|[a-z0-9.]+$)/.test(path))).toEqual([]);
  const texts = await page.evaluate(async () => {
    const found = await Promise.all(
      (await caches.keys()).map(async (name) => {
        const cache = await caches.open(name);
        return Promise.all(
          (await cache.keys()).map(async (key) => (await cache.match(key))!.text()),
        );
      }),
    );
    return found.flat().join('\n');
  });
  expect(texts).not.toContain(demo().keys.pharmacy_a);
  expect(texts).not.toContain(packOf('genuine').serial);
});

upgradedTest(
  'a newer portal is offered, and taken only when somebody wants it',
  async ({ page, upgradable }) => {
    await page.goto(`${upgradable.url}/#key=${demo().keys.pharmacy_a}`);
    await kept(page);
    const field = page.getByRole('textbox', { name: /type the code/ });
    await field.fill('half typed');
    await page.evaluate(() => Object.assign(window, { before: true }));
    upgradable.upgrade();
    await page.evaluate(async () => (await navigator.serviceWorker.ready).update());
    await expect(page.getByText('A newer version of the portal is ready.')).toBeVisible();
    await expectAccessible(page);
    await page.waitForTimeout(1_000);
    await expect(field).toHaveValue('half typed');
    await page.getByRole('button', { name: 'Reload now' }).click();
    // Asked in the middle of the reload, the page has no answer yet.
    const before = () => page.evaluate(() => 'before' in window).catch(() => true);
    await expect.poll(before).toBe(false);
    await expect(page.getByRole('heading', { name: 'Verify a pack' })).toBeVisible();
    await expect(page.getByText('A newer version of the portal is ready.')).toBeHidden();
  },
);
