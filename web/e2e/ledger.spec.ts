// The ledger as it grows, and devices: on a node of its own, because something is recorded.
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { expect, ownTest as test } from './portal';

test.use({ purpose: 'the ledger' });

test.describe.configure({ mode: 'serial' });

async function download(page: Page, act: () => Promise<void>): Promise<string> {
  const waiting = page.waitForEvent('download');
  await act();
  return readFileSync(await (await waiting).path(), 'utf8');
}

/** Something that changes nothing, recorded as one block. */
async function comment(page: Page, url: string, key: string, text: string): Promise<void> {
  const headers = { authorization: `Bearer ${key}` };
  const { cases } = await (await page.request.get(`${url}/api/v1/cases`, { headers })).json();
  const path = `${url}/api/v1/cases/${encodeURIComponent(cases[0].id)}/comments`;
  const made = await page.request.post(path, { headers, data: { text } });
  expect(made.status()).toBe(201);
}

const rows = (page: Page) => page.getByRole('group', { name: 'Newest blocks' }).getByRole('button');
const picture = (page: Page) =>
  page.locator('canvas').evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());

test('the ledger moves, and stands still when paused', async ({ page, portal, own }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await portal.open('/ledger', 'manufacturer');
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  const first = await rows(page).first().textContent();
  await comment(page, own.url, own.keys.manufacturer!, 'While it is live');
  await expect(rows(page).first()).not.toHaveText(first!);

  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByText('Frozen')).toBeVisible();
  await expect(page.getByText('0 new blocks since')).toBeVisible();
  const [table, drawn] = [await rows(page).allTextContents(), await picture(page)];
  const numbers = await page.locator('dl.numbers').textContent();
  await comment(page, own.url, own.keys.manufacturer!, 'While it is frozen');
  await comment(page, own.url, own.keys.manufacturer!, 'And again');
  await expect(page.getByText('2 new blocks since')).toBeVisible();
  expect(await rows(page).allTextContents()).toEqual(table);
  expect(await picture(page)).toBe(drawn);
  expect(await page.locator('dl.numbers').textContent()).toBe(numbers);

  await page.getByRole('button', { name: 'Go on' }).click();
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  await expect(rows(page).first()).not.toHaveText(table[0]!);
  expect(await picture(page)).not.toBe(drawn);
});

test('the list does what the picture does, by keyboard alone', async ({ page, portal }) => {
  await portal.open('/ledger', 'manufacturer');
  await rows(page).first().focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(rows(page).nth(2)).toBeFocused();
  await expect(rows(page).nth(2)).toHaveAttribute('aria-expanded', 'true');
  await page.keyboard.press('Home');
  await expect(rows(page).first()).toHaveAttribute('aria-expanded', 'true');
  await page.getByRole('link', { name: 'Open the block' }).click();
  await expect(page).toHaveURL(/\/block\/[0-9a-f]{64}$/);
  await expect(page.getByRole('region', { name: 'In plain words' })).toContainText(
    'said about a case: And again',
  );
});

test('a block in the picture is chosen by a click', async ({ page, portal }) => {
  await portal.open('/ledger', 'manufacturer');
  const canvas = page.locator('canvas');
  await expect(rows(page).first()).toBeVisible();
  const box = (await canvas.boundingBox())!;
  for (let lane = 0; lane <= 6; lane++) {
    const y = 18 + (lane * (220 - 36)) / 6;
    await canvas.click({ position: { x: box.width - 18, y } });
  }
  await expect(page.locator('tr.chosen button')).toHaveCount(1);
});

test('blocks that a key sees nothing of are no links', async ({ page, portal }) => {
  await portal.open('/ledger', 'pharmacy_b');
  await expect(rows(page).first()).toBeVisible();
  const hidden = page.getByRole('row').filter({ hasText: 'Another organisation' }).first();
  await hidden.getByRole('button').click();
  await expect(page.getByText(/only its place is shown/)).toBeVisible();
  await expect(page.getByRole('link', { name: 'Open the block' })).toHaveCount(0);
  const csv = await download(page, () =>
    page.getByRole('button', { name: 'Export as CSV' }).click(),
  );
  const line = csv
    .split('\r\n')
    .find((each) => /^\d+,[0-9a-f]{64},\d+,[^,]+,true,,,,,,,,/.test(each));
  expect(line, csv.slice(0, 500)).toBeDefined();
  expect(csv).toMatch(/^position,id,milestone,recorded_at,final,kind,organisation/);
});

test('devices say why they need a look', async ({ page, portal }) => {
  await portal.open('/devices', 'admin');
  const list = page.getByRole('region', { name: 'All devices' });
  await expect(list.getByRole('row').nth(1)).toBeVisible();
  const all = await list.getByRole('row').count();
  await list.getByLabel('Needs attention only').check();
  const some = await list.getByRole('row').count();
  expect(some).toBeLessThanOrEqual(all);
  const csv = await download(page, () =>
    list.getByRole('button', { name: 'Export as CSV' }).click(),
  );
  expect(csv).toMatch(/^label,id,kind,party,party_name,key/);
});

test('ten thousand devices are filtered at once', async ({ page, portal }) => {
  const gaps = { count: 0, lost: 0, cause: null, from: null, to: null };
  const device = (n: number) => ({
    ...{ id: `urn:dev:${n}`, label: `Probe ${n}`, kind: n % 3 ? 'logger' : 'reader' },
    ...{ party: '9506000100029', party_name: 'The wholesaler', key: null, key_until: null },
    ...{ enrolled_at: null, seen_at: '2026-11-21T08:00:00.000Z', blocks: 0, observations: 0 },
    ...{ readings: n, gaps, spool: gaps, clock: null, battery: null, calibrated_until: null },
    ...{ attention: n % 5 ? [] : ['silent'] },
  });
  await page.route('**/api/v1/devices?**', (route) => {
    const after = Number(new URL(route.request().url()).searchParams.get('after') ?? -1);
    const devices = Array.from({ length: 1000 }, (_, at) => device(after + 1 + at));
    const next = after + 1000 < 9_999 ? String(after + 1000) : null;
    return route.fulfill({ json: { devices, total: 10_000, attention: 2_000, next } });
  });
  await portal.open('/devices', 'wholesaler');
  await expect(page.getByText('10,000 of 10,000; 2,000 need attention')).toBeVisible();
  const took: number[] = [];
  for (const text of ['probe 99', '', 'probe 9999', 'nothing', '']) {
    took.push(
      await page.getByRole('searchbox').evaluate(async (field, wanted) => {
        const began = performance.now();
        (field as HTMLInputElement).value = wanted;
        field.dispatchEvent(new Event('input', { bubbles: true }));
        // Two frames: what was asked for is painted.
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        return performance.now() - began;
      }, text),
    );
  }
  took.push(
    await page.getByLabel('Needs attention only').evaluate(async (box) => {
      const began = performance.now();
      (box as HTMLInputElement).click();
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      return performance.now() - began;
    }),
  );
  console.info(`10,000 devices filtered in ${took.map((ms) => ms.toFixed(0)).join(', ')} ms`);
  await expect(page.getByText('2,000 of 10,000; 2,000 need attention')).toBeVisible();
});
