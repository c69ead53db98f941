// The trace of a lot: lanes, the equivalent tables, the packs behind a movement, the map in words
// and the tree of containers by keyboard; and how long the first complete view of a lot of 100,000
// packs takes (told, not asserted).
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import type { LotTrace } from '../src/lib/api/types';
import { demo, lotPage } from './demo';
import { expect, expectAccessible, test } from './portal';

const tracePage = () => `${lotPage(demo().recalled_lot)}/trace`;

async function opened(page: Page) {
  const lanes = page.getByRole('region', { name: 'Lanes' });
  await expect(lanes.getByRole('img', { name: /^Drawing: / })).toBeVisible();
  return lanes;
}

test('a recalled lot is traced, and the tables say what the drawing says', async ({
  page,
  portal,
}) => {
  await portal.open(lotPage(demo().recalled_lot), 'manufacturer');
  await page.getByRole('link', { name: /^Trace: / }).click();
  const lanes = await opened(page);
  await expect(lanes.getByText('Meridian', { exact: false }).first()).toBeVisible();
  const said = await lanes.getByRole('img').getAttribute('aria-label');
  const [, stays, moves] = /(\d+) stays and (\d+) movements/.exec(said!)!;

  const rows = async (name: string) => {
    const table = page.getByRole('region', { name, exact: true }).first();
    const waiting = page.waitForEvent('download');
    await table.getByRole('button', { name: 'Export as CSV' }).click();
    const file = readFileSync(await (await waiting).path(), 'utf8');
    return file.trimEnd().split('\r\n').slice(1);
  };
  expect(await rows('Movements')).toHaveLength(Number(moves));
  const stayRows = await rows('Stays');
  expect(stayRows).toHaveLength(Number(stays));

  // What went no further adds up to what was made.
  const equation = await page.getByText(/ made = /).textContent();
  const made = Number(/([\d,]+) made/.exec(equation!)![1]!.replaceAll(',', ''));
  const ended = stayRows.flatMap((row) => [...row.matchAll(/[a-z_]+ (\d+)/g)]);
  expect(ended.reduce((sum, [, n]) => sum + Number(n), 0)).toBe(made);
  await expectAccessible(page);
});

test('a movement leads to its packs, and a pack to its page', async ({ page, portal }) => {
  await portal.open(tracePage(), 'manufacturer');
  await opened(page);
  const moves = page.getByRole('region', { name: 'Movements', exact: true }).first();
  const button = moves.getByRole('button', { name: /Packs: / }).first();
  const packs = Number((await button.textContent())!.replaceAll(',', ''));
  await button.click();
  const list = page.getByRole('region', { name: /^Packs: / });
  await expect(list.getByText(`of ${packs.toLocaleString('en-GB')} packs`)).toBeVisible();
  await expect(list.getByRole('heading')).toBeFocused();
  await list.getByRole('link').first().click();
  await expect(page.getByRole('region', { name: 'What happened' })).toBeVisible();
});

test('a click on the drawing does the same', async ({ page, portal }) => {
  await portal.open(tracePage(), 'manufacturer');
  const lanes = await opened(page);
  await lanes.locator('rect.stay').first().click();
  await expect(page.getByRole('region', { name: /^Packs: / })).toBeVisible();
});

test('the map says its ways in words and asks nobody', async ({ page, portal }) => {
  await portal.open(tracePage(), 'manufacturer');
  await opened(page);
  await page.getByRole('button', { name: 'Show the map' }).click();
  const map = page.getByRole('region', { name: 'Map' });
  await expect(map.getByRole('img', { name: /^Map with [2-9] places/ })).toBeVisible();
  await expect(map.getByText(/\d+ packs? from .+ to /).first()).toBeVisible();
  await expectAccessible(page);
});

test('the tree of containers opens by keyboard', async ({ page, portal }) => {
  await portal.open(`${lotPage(demo().lot)}/trace`, 'manufacturer');
  await opened(page);
  const tree = page.getByRole('tree', { name: 'Containers now' });
  const closed = tree.getByRole('treeitem', { expanded: false });
  await expect(tree.getByRole('treeitem').first()).toBeVisible();
  await expect(closed.first()).toBeVisible();
  // Its rows come in pieces.
  const before = Number(await closed.first().getAttribute('aria-setsize'));
  expect(before).toBeGreaterThan(0);
  await expect(tree.getByRole('treeitem')).toHaveCount(before);
  await closed.first().focus();
  await page.keyboard.press('ArrowRight');
  const open = tree.getByRole('treeitem', { expanded: true }).first();
  await expect(open).toBeFocused();
  expect(await tree.getByRole('treeitem').count()).toBeGreaterThan(before);
  await page.keyboard.press('ArrowDown');
  await expect(tree.locator('[aria-level="2"]').first()).toBeFocused();
  await expectAccessible(page);
  await page.keyboard.press('ArrowLeft');
  await expect(open).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await expect(tree.getByRole('treeitem')).toHaveCount(before);
});

test('it can be seen as of a time, and one holder alone', async ({ page, portal }) => {
  await portal.open(tracePage(), 'manufacturer');
  await opened(page);
  await page.getByLabel('As of').fill('2020-01-01T00:00');
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await expect(page.getByText('No pack of this lot was there in this time.')).toBeVisible();
  await page.getByRole('button', { name: 'Everything, as of now' }).click();
  const lanes = await opened(page);
  const all = await lanes.locator('text.lane').count();
  const holder = page.getByRole('combobox', { name: /^Holder/ });
  await holder.selectOption({ index: (await holder.getByRole('option').count()) - 1 });
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await opened(page);
  expect(await lanes.locator('text.lane').count()).toBeLessThanOrEqual(all);
});

/** An answer of the size that a lot of 100,000 packs gives: as many nodes as there may be. */
function large(nodes: number): LotTrace {
  const at = (hours: number) => new Date(1_780_000_000_000 + hours * 3_600_000).toISOString();
  const count = 60;
  const lanes = Array.from({ length: count }, (_, lane) => ({
    ...{ id: `${lane}`.padStart(16, '0'), kind: 'holder', holders: 1, packs: 0 },
    party: { gln: `95060001${lane}`.padEnd(13, '0'), name: `Holder ${lane}` },
    ...{ place: `https://id.gs1.org/414/95060001${lane}`, place_name: `Place ${lane}` },
    ...{ country: 'DE', latitude: 47 + (lane % 8), longitude: 6 + (lane % 9) },
  }));
  const made = 100_000;
  const each = Math.floor(made / (nodes - 1));
  const rest = made - each * (nodes - 2);
  const state = (packs: number, hours: number) => [
    { status: 'active', terminal: false, packs, first_at: at(hours), last_at: at(hours + 9) },
  ];
  const stays = Array.from({ length: nodes - 1 }, (_, n) => {
    const packs = n === 0 ? rest : each;
    const lane = 1 + (n % (count - 1));
    return {
      ...{ id: `${lane}-${n}`, lane, packs, made: 0, states: state(packs, n) },
      ...{ first_at: at(n), last_at: at(n + 9) },
    };
  });
  return {
    ...{ gtin: '09506000134352', lot: 'BIG', product: 'Big', whole: true, bucket_ms: 3_600_000 },
    ...{ first_at: at(0), last_at: at(nodes + 9) },
    sum: { made, located: made, terminal: 0, unknown: 0, by_status: { active: made } },
    lanes,
    nodes: [
      { id: '0-0', lane: 0, first_at: at(-40), last_at: at(nodes), packs: made, made, states: [] },
      ...stays,
    ],
    edges: stays.map((stay, n) => ({
      ...{ from: 0, to: n + 1, to_lane: stay.lane, packs: stay.packs, loose: 0, unit_count: 1 },
      ...{ left_at: at(n - 12), came_at: at(n), steps: ['shipping', 'receiving'] },
      units: [`https://id.gs1.org/00/${`${n}`.padStart(18, '0')}`],
    })),
  };
}

for (const nodes of [400, 2_000]) {
  test(`a lot of 100,000 packs is there at once (${nodes} nodes)`, async ({ page, portal }) => {
    const body = JSON.stringify(large(nodes));
    const answer = { contentType: 'application/json', body };
    await page.route('**/lots/09506000134352/BIG/trace**', (route) => route.fulfill(answer));
    const units = JSON.stringify({
      ...{ packs: 100_000, units: [], unit_count: 0, loose: [], loose_count: 100_000 },
    });
    await page.route('**/lots/09506000134352/BIG/units**', (route) =>
      route.fulfill({ contentType: 'application/json', body: units }),
    );
    await portal.open('/uptime', 'manufacturer');
    const start = Date.now();
    await page.goto('/lot/09506000134352/BIG/trace');
    const lanes = page.getByRole('region', { name: 'Lanes' });
    await expect(lanes.getByRole('img', { name: /^Drawing: / })).toBeVisible();
    await expect(page.getByRole('region', { name: 'Stays', exact: true }).first()).toBeVisible();
    console.info(
      `trace: ${nodes} nodes, ${body.length} bytes of JSON: first complete view after ${Date.now() - start} ms`,
    );
    expect(await lanes.locator(nodes <= 400 ? 'svg' : 'canvas').count()).toBeGreaterThan(0);
    await expect(page.getByText(/100,000 made = 100,000 located/)).toBeVisible();
  });
}
