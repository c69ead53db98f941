// A pack's history and the pages it leads to: events with place, party and zone, the cold chain
// as chart and table, containers, and a proof file.
import { readFileSync } from 'node:fs';
import { lookCloser } from './chart';
import { demo, lotPage, packOf, shipmentPage } from './demo';
import { expect, test } from './portal';

test('a pack tells its history in plain words', async ({ page, portal }) => {
  await portal.open(packOf('genuine').page, 'manufacturer');
  const timeline = page.getByRole('region', { name: 'What happened' });
  const events = timeline.getByRole('listitem');
  await expect(events.first()).toBeVisible();
  expect(await events.count()).toBeGreaterThan(3);
  await expect(timeline.getByRole('heading', { name: 'Commissioned' })).toBeVisible();
  for (const time of await timeline.getByRole('time').all()) {
    await expect(time).toHaveText(
      /^\d{1,2} \w{3,4} \d{4}, \d{2}:\d{2} UTC([+\u2212]\d{2}:\d{2})?$/,
    );
  }
  await expect(events.first()).toContainText(/Recorded|In order|Final/);
  await page.getByRole('combobox', { name: 'Times shown' }).selectOption('in UTC');
  await expect(timeline.getByRole('time').first()).toHaveText(/UTC$/);
});

test('an event opens to its record, and the record to its block', async ({ page, portal }) => {
  await portal.open(packOf('genuine').page, 'manufacturer');
  const event = page.getByRole('region', { name: 'What happened' }).getByRole('listitem').first();
  await event.locator('summary').click();
  const block = event.getByRole('link', { name: /^[0-9a-f]{64}$/ });
  const id = await block.textContent();
  await block.click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Block ${id!.slice(0, 12)}`);
  await expect(page.getByRole('heading', { name: /Item 0/ })).toBeVisible();
});

test('a proof file can be downloaded', async ({ page, portal }) => {
  await portal.open(packOf('genuine').page, 'manufacturer');
  const waiting = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download proof', exact: true }).click();
  const download = await waiting;
  expect(download.suggestedFilename()).toMatch(/^proof-\d{14}-.+\.tlog-proof$/);
  expect(readFileSync(await download.path(), 'utf8')).toMatch(/^c2sp\.org\/tlog-proof@v1\n/);
});

test('an excursion is drawn, said and listed', async ({ page, portal }) => {
  await portal.open(packOf('excursion').page, 'manufacturer');
  const cold = page.getByRole('region', { name: 'Cold chain' });
  await expect(cold).toContainText('Outside the limits');
  await expect(
    cold.getByRole('img', { name: /Chart of [\d,]+ temperature readings/ }),
  ).toBeVisible();
  const excursions = cold.getByRole('group', { name: 'Times outside the limits' });
  await expect(excursions.getByRole('row').nth(1)).toContainText(/°C/);
  await cold.getByText('Readings as a table').click();
  const table = cold.getByRole('group', { name: 'Readings as a table' });
  await expect(table.getByRole('row').nth(1)).toContainText(/UTC/);
  const waiting = page.waitForEvent('download');
  await cold.getByRole('button', { name: 'Export as CSV' }).click();
  const csv = readFileSync(await (await waiting).path(), 'utf8')
    .trimEnd()
    .split('\r\n');
  expect(csv[0]).toBe('time_utc,celsius,device,shipment');
  const said = await cold.getByRole('img').getAttribute('aria-label');
  expect(said).toContain(`Chart of ${(csv.length - 1).toLocaleString('en-GB')} `);
});

test('a chart can be looked at closer and reset', async ({ page, portal }) => {
  await portal.open(packOf('excursion').page, 'manufacturer');
  await lookCloser(page);
  const reset = page.getByRole('button', { name: 'Whole time' });
  await reset.click();
  await expect(reset).toBeHidden();
});

test('an unknown pack is not found, and says so', async ({ page, portal }) => {
  const { gtin } = demo().lot;
  await portal.open(`/pack/${encodeURIComponent(`(01)${gtin}(21)MISSING000`)}`, 'regulator');
  await expect(page.getByRole('heading', { name: 'Not found' })).toBeVisible();
  await portal.open('/pack/nonsense', 'regulator');
  await expect(page.getByText('This address names no pack.')).toBeVisible();
});

test('a lot is accounted for to the last pack', async ({ page, portal }) => {
  await portal.open(lotPage(demo().lot), 'manufacturer');
  const account = page.getByRole('region', { name: 'Reconciliation' });
  const equation = account.getByText(/\d+ made = /);
  const [made, located, terminal, unknown] = (await equation.textContent())!
    .match(/\d+/g)!
    .map(Number) as [number, number, number, number];
  expect(made).toBeGreaterThan(0);
  expect(located + terminal + unknown).toBe(made);

  const packs = page.getByRole('region', { name: 'Packs of this lot' });
  const loadAll = packs.getByRole('button', { name: 'Load all' });
  if (await loadAll.isVisible()) await loadAll.click();
  const all = made.toLocaleString('en-GB');
  await expect(packs.getByText(`${all} of ${all} packs`)).toBeVisible();
  const waiting = page.waitForEvent('download');
  await packs.getByRole('button', { name: 'Export as CSV' }).click();
  const csv = readFileSync(await (await waiting).path(), 'utf8')
    .trimEnd()
    .split('\r\n');
  expect(csv.length - 1).toBe(made);

  const serial = csv[1]!.split(',')[1]!;
  await packs.getByRole('searchbox').fill(serial);
  await expect(packs.getByRole('row')).toHaveCount(2);
  await packs.getByRole('link', { name: serial }).click();
  await expect(page).toHaveURL(/\/pack\//);
  await expect(page.getByRole('region', { name: 'What happened' })).toBeVisible();
});

test('a recalled lot says so first', async ({ page, portal }) => {
  await portal.open(lotPage(demo().recalled_lot), 'regulator');
  await expect(page.getByRole('alert')).toContainText('This lot is recalled');
  await expect(page.getByRole('alert')).toContainText('Reason: ');
});

test('a shipment shows what is inside, its way and its cold chain', async ({ page, portal }) => {
  await portal.open(shipmentPage(), 'manufacturer');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^SSCC \d{18}$/);
  await expect(
    page.getByRole('region', { name: 'Journey' }).getByRole('listitem').first(),
  ).toContainText('→');
  await expect(page.getByRole('region', { name: 'Contents' })).toContainText(/Packs inside: \d/);
  await expect(page.getByRole('region', { name: 'Cold chain' })).toBeVisible();
});
