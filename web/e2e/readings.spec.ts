// All readings of a shipment behind a chart that begins with some of them: they come beside it into
// the same chart, they can be stopped, and where they do not come the chart stays.
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { lookCloser } from './chart';
import { demo } from './demo';
import { expect, test } from './portal';

const count = (n: number) => n.toLocaleString('en-GB');

interface Shipment {
  cold_chain: { readings: unknown[]; readings_total: number };
}

/** As if there were too many to list: every tenth is; gives how many are listed, and are. */
async function thinned(page: Page): Promise<() => [listed: number, all: number]> {
  let told: [number, number] = [0, 0];
  await page.route(/\/api\/v1\/shipments\/[^/]+$/, async (route) => {
    const answer = await route.fetch();
    // The page asks once before it has the key.
    if (!answer.ok()) return route.fulfill({ response: answer });
    const shipment = (await answer.json()) as Shipment;
    const { cold_chain: chain } = shipment;
    chain.readings = chain.readings.filter((_, at, all) => at % 10 === 0 || at === all.length - 1);
    told = [chain.readings.length, chain.readings_total];
    return route.fulfill({ response: answer, json: shipment });
  });
  return () => told;
}

/** Holds the answer with all readings back until it is let go. */
async function held(page: Page): Promise<() => void> {
  let go = () => {};
  const gone = new Promise<void>((done) => (go = done));
  await page.route('**/readings', async (route) => {
    await gone;
    await route.continue().catch(() => undefined);
  });
  return go;
}

const review = () => `/cold/${demo().excursion_shipment.split('/').pop()}`;
const cold = (page: Page) => page.getByRole('region', { name: 'Cold chain' });

test('all readings come into the chart that is looked at, and into the export', async ({
  page,
  portal,
}) => {
  const told = await thinned(page);
  const go = await held(page);
  await portal.open(review(), 'manufacturer');
  const panel = cold(page);
  await expect(panel).toContainText('Loading all readings');
  const [listed, all] = told();
  expect(all).toBeGreaterThan(listed);
  await expect(panel).toContainText(`The chart shows ${count(listed)} of ${count(all)} readings`);

  // Looked at closer while they are on their way.
  await lookCloser(page);
  await expect(panel.getByRole('button', { name: 'Whole time' })).toBeVisible();
  const chart = page.locator('.uplot');
  await chart.evaluate((it) => it.setAttribute('data-same', ''));
  go();
  await expect(panel).toContainText(`The chart shows all ${count(all)} readings.`);
  await expect(panel.getByRole('img', { name: `Chart of ${count(all)} ` })).toBeVisible();
  await expect(chart).toHaveAttribute('data-same');
  const reset = panel.getByRole('button', { name: 'Whole time' });
  await expect(reset).toBeVisible();
  await reset.click();
  await expect(reset).toBeHidden();

  const waiting = page.waitForEvent('download');
  await panel.getByRole('button', { name: 'Export as CSV' }).click();
  const file = readFileSync(await (await waiting).path(), 'utf8');
  const rows = file.trimEnd().split('\r\n');
  expect(rows[0]).toBe('time_utc,celsius,device,shipment');
  expect(rows.length - 1).toBe(all);
});

test('loading all readings can be stopped, and begun again', async ({ page, portal }) => {
  const told = await thinned(page);
  const go = await held(page);
  await portal.open(review(), 'manufacturer');
  const panel = cold(page);
  await panel.getByRole('button', { name: 'Stop' }).click();
  await expect(panel).not.toContainText('Loading all readings');
  await expect(panel).toContainText(`The chart shows ${count(told()[0])} of `);
  go();
  await panel.getByRole('button', { name: 'Load all readings' }).click();
  await expect(panel).toContainText(`The chart shows all ${count(told()[1])} readings.`);
});

test('a chart stays when all readings cannot be loaded, and says so', async ({ page, portal }) => {
  const told = await thinned(page);
  await page.route('**/readings', (route) => route.abort());
  await portal.open(review(), 'manufacturer');
  const panel = cold(page);
  await expect(panel).toContainText('All readings could not be loaded: ');
  const [listed, all] = told();
  await expect(panel).toContainText(`The chart shows ${count(listed)} of ${count(all)} readings`);
  await expect(page.locator('.uplot canvas')).toBeVisible();
});
