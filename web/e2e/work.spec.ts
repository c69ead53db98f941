// Tasks of quality assurance, authorities, administrators and the public, on the shared world:
// nothing here changes it. Each counts what a person does against its cap.
import { readFileSync, readdirSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { demo, lotPage, packOf } from './demo';
import { expect, scan, test } from './portal';

/** Whether the portal under test was built with the WebAssembly verifier. */
const VERIFIER = readdirSync('build/_app/immutable/workers', { recursive: true }).some((name) =>
  /tangle_verify.*\.wasm$/.test(String(name)),
);

async function download(page: Page, act: () => Promise<void>): Promise<string> {
  const waiting = page.waitForEvent('download');
  await act();
  return readFileSync(await (await waiting).path(), 'utf8');
}

test('quality finds the gravest case and sees what it rests on @task', async ({
  page,
  portal,
  hand,
}) => {
  await portal.open('/', 'manufacturer');
  await hand.click(page.getByRole('button', { name: 'Menu' }));
  await hand.click(page.getByRole('link', { name: 'Alerts' }));
  const travel = page.getByRole('region', { name: 'Impossible travel' });
  await expect(travel).toContainText(/6 d \d+ h left|7 d left/);
  await expect(travel).toContainText('High');
  await hand.click(travel.getByRole('link').first());
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Impossible travel');
  hand.within('open the gravest case', 3);
  await expect(page.getByText('Nobody has looked into it yet.')).toBeVisible();
  await expect(page.getByText(/in known hands/)).toBeVisible();
  const findings = page.getByRole('region', { name: 'What was found' });
  await findings.locator('summary').first().click();
  await expect(findings.getByRole('link').first()).toHaveAttribute('href', /^\/block\/[0-9a-f]+/);
});

test('the inbox is filtered, moved through by keys, and exported', async ({ page, portal }) => {
  await portal.open('/alerts', 'manufacturer');
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  const rows = page.locator('a.case');
  const all = await rows.count();
  await page.keyboard.press('j');
  await expect(rows.first()).toBeFocused();
  await page.keyboard.press('j');
  await expect(rows.nth(1)).toBeFocused();
  await page.keyboard.press('k');
  await expect(rows.first()).toBeFocused();
  const csv = await download(page, () =>
    page.getByRole('button', { name: 'Export as CSV' }).click(),
  );
  expect(csv.trimEnd().split('\r\n')).toHaveLength(all + 1);
  await page.getByRole('searchbox').fill('temperature');
  await expect(rows).not.toHaveCount(all);
  await page.getByRole('searchbox').fill('nothing like it');
  await expect(page.getByText('No case matches the filter.')).toBeVisible();
});

test('a pharmacy reads a case and is told who decides', async ({ page, portal }) => {
  await portal.open('/alerts', 'pharmacy_a');
  await page.locator('a.case').first().click();
  await expect(page.getByText(/Only manufacturers and authorities decide/)).toBeVisible();
});

test('the inbox without a connection says so, and comes back', async ({ page, portal }) => {
  await page.route('**/api/v1/cases', (route) => route.abort('connectionrefused'));
  await portal.open('/alerts', 'manufacturer');
  await expect(page.getByRole('heading', { name: 'No connection' })).toBeVisible();
  await page.unroute('**/api/v1/cases');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.locator('a.case').first()).toBeVisible();
});

test('anybody sees the service level without a key', async ({ page }) => {
  await page.goto('/uptime');
  await expect(page.getByRole('heading', { name: 'Working' })).toBeVisible();
  await expect(page.getByRole('img', { name: /Availability/ })).toBeVisible();
  const csv = await download(page, () =>
    page.getByRole('button', { name: 'Export as CSV' }).click(),
  );
  expect(csv).toMatch(/^date_utc,availability,quick_share\r\n\d{4}-\d{2}-\d{2},/);
});

test('an administrator finds who asked for what @task', async ({ page, portal, hand }) => {
  await portal.open(packOf('genuine').page, 'manufacturer');
  await expect(page.getByRole('region', { name: 'What happened' })).toBeVisible();
  await portal.open('/audit', 'admin');
  await hand.type(page.getByLabel('Path contains'), packOf('genuine').serial);
  await hand.click(page.getByRole('button', { name: 'Search', exact: true }));
  const table = page.getByRole('group', { name: 'Access log' });
  await expect(table.getByRole('row').filter({ hasText: '/history' }).first()).toBeVisible();
  hand.within('find who read a pack', 2);
  const csv = await download(page, () =>
    page.getByRole('button', { name: 'Export as CSV' }).click(),
  );
  expect(csv).toContain(packOf('genuine').serial);
});

test('who may not read the access log and keys is told so', async ({ page, portal }) => {
  for (const path of ['/audit', '/keys']) {
    await portal.open(path, 'pharmacy_a');
    await expect(page.getByRole('heading', { name: 'Not for this key' })).toBeVisible();
  }
});

test('a drill accounts for a lot and writes its report @task', async ({ page, portal, hand }) => {
  await portal.open('/recall', 'manufacturer');
  const { gtin, lot } = demo().lot;
  await hand.type(page.getByLabel('Product and lot'), `${gtin} ${lot}`);
  await hand.click(page.getByRole('button', { name: 'Run the drill' }));
  const drill = page.getByRole('region', { name: new RegExp(lot) });
  await expect(drill).toContainText('Drill \u2013 nothing was recalled');
  const report = JSON.parse(
    await download(page, () => hand.click(drill.getByRole('button', { name: 'Download report' }))),
  );
  hand.within('recall drill with report', 4);
  expect(report.simulated).toBe(true);
  expect(report.made).toBe(report.located + report.terminal + report.unknown);
  const held = report.holders.reduce((sum: number, { packs }: { packs: number }) => sum + packs, 0);
  expect(held).toBe(report.located);
  expect(report.took_ms).toBeLessThan(60_000);
  await page.getByLabel('Product and lot').fill('nonsense');
  await page.getByRole('button', { name: 'Run the drill' }).click();
  await expect(page.getByText(/This names no lot/)).toBeVisible();
});

test('a regulator searches across companies', async ({ page, portal }) => {
  await portal.open('/search', 'regulator');
  await page.getByRole('searchbox').fill('particles');
  await page.getByRole('link', { name: new RegExp(demo().recalled_lot.lot) }).click();
  await expect(page).toHaveURL(lotPage(demo().recalled_lot));
  await portal.open('/search', 'regulator');
  await page.getByRole('searchbox').fill('temperature');
  await expect(page.getByRole('heading', { name: 'Cases' })).toBeVisible();
  await page.getByRole('searchbox').fill('zzzz');
  await expect(page.getByText('Nothing that you may see matches.')).toBeVisible();
});

test('many packs are checked at once, with a tally', async ({ page, portal }) => {
  await portal.open('/search', 'pharmacy_a');
  const { scans } = demo();
  const lines = [scans.genuine, scans.clone, scans.excursion, 'rubbish'];
  const text = lines.join('\n').replaceAll('\u001d', '{GS}');
  await page.getByLabel('Codes, one a line').fill(text);
  await page.getByRole('button', { name: 'Check all' }).click();
  const tally = page.getByRole('list', { name: 'Tally' });
  await expect(tally).toContainText('Do not dispense');
  await expect(tally).toContainText('Hold');
  await expect(tally).toContainText('Read again');
  const csv = await download(page, () =>
    page.getByRole('button', { name: 'Export as CSV' }).click(),
  );
  expect(csv.trimEnd().split('\r\n')).toHaveLength(5);
});

test('the checkpoint of the ledger is kept as a file', async ({ page, portal }) => {
  await portal.open('/ledger', 'manufacturer');
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  const note = await download(page, () =>
    page.getByRole('button', { name: 'Download checkpoint' }).click(),
  );
  expect(note).toMatch(/^demo\.theriac\.local\/log\n\d+\n/);
});

const SHEET = '010950600013435221aZyQ7mW\u001d10xY2';
test('the scanner doctor finds nothing wrong with a good scanner', async ({ page }) => {
  await page.goto('/scanner');
  await expect(page.getByRole('img', { name: 'Test code' })).toBeVisible();
  await scan(page, `]d2${SHEET}`, { layout: 'us' });
  await expect(page.getByText('This scanner is set up well.')).toBeVisible();
  await expect(page).toHaveURL(/\/scanner$/);
});

const PLANTED: [string, string, Parameters<typeof scan>[2], string][] = [
  ['a German layout', `]d2${SHEET}`, { layout: 'german' }, 'computer_differs'],
  ['a French layout', `]d2${SHEET}`, { layout: 'french' }, 'computer_differs'],
  ['no Enter', `]d2${SHEET}`, { layout: 'us', enter: false }, 'no_end'],
  ['no separator', SHEET.replace('\u001d', ''), { layout: 'us' }, 'gs_missing'],
  ['capitals only', SHEET.toUpperCase(), { layout: 'us' }, 'all_upper'],
  ['no prefix', SHEET, { layout: 'us' }, 'no_prefix'],
];
for (const [name, text, keyboard, finding] of PLANTED) {
  test(`the scanner doctor finds ${name}`, async ({ page }) => {
    await page.goto('/scanner');
    await expect(page.getByText(/Waiting for a scan/)).toBeVisible();
    await scan(page, text, keyboard);
    await expect(page.locator(`[data-finding=${finding}]`)).toBeVisible();
  });
}

for (const by of ['module', 'script'] as const) {
  test(
    `a block is proved in this browser by ${by}, and a damaged proof says where`,
    { tag: '@task' },
    async ({ page, portal, hand }) => {
      test.skip(by === 'module' && !VERIFIER, 'SKIPPED: the portal was built without its verifier');
      if (by === 'script')
        await page.route('**/*.wasm', (route) => route.fulfill({ body: 'no module' }));
      // Who sees every block: what a pharmacy asked may be behind a finding, too.
      await portal.open('/ledger', 'regulator');
      const findings = page.getByRole('region', { name: 'Blocks behind the latest findings' });
      await hand.click(findings.getByRole('link').first());
      await hand.click(page.getByRole('button', { name: 'Check the proof' }));
      const proof = page.getByRole('region', { name: 'Check in this browser' });
      await expect(proof).toContainText('The proof holds.');
      await expect(proof).toContainText(
        by === 'module' ? 'own verifier, compiled for browsers' : 'a shorter check in script',
      );
      await expect(proof.getByRole('listitem')).toHaveCount(by === 'module' ? 10 : 4);
      hand.within('check a proof', 2);
      await page.route('**/proof?**', async (route) => {
        const text = await (await route.fetch()).text();
        const index = /^index (\d+)$/m.exec(text)![1];
        await route.fulfill({ body: text.replace(`index ${index}`, `index ${Number(index) ^ 1}`) });
      });
      await page.getByRole('button', { name: 'Check the proof' }).click();
      await expect(proof).toContainText('The proof does not hold.');
      const steps = await proof.getByRole('listitem').allInnerTexts();
      const broken = steps.findIndex((step) => step.includes('stands under the checkpoint'));
      expect(broken).toBeGreaterThan(0);
      for (const [at, step] of steps.entries()) {
        const word = at < broken ? /\bholds$/ : at === broken ? /does not hold$/ : /not reached$/;
        expect(step.trim()).toMatch(word);
      }
    },
  );
}
