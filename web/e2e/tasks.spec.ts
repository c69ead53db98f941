// What each persona comes for, acted out on the shared world with a count against its cap: none of
// it changes anything. Tasks that do are in `decide.spec.ts`, some more in `work.spec.ts`; each runs
// with a pointer and by the keyboard alone.
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { demo, lotPage, packOf } from './demo';
import { expect, scan, test, verdict } from './portal';

const omnibox = (page: Page) => page.getByRole('search').locator('input');
const region = (page: Page, name: string | RegExp) => page.getByRole('region', { name });
const task = { tag: '@task' };

async function saved(page: Page, act: () => Promise<void>): Promise<string> {
  const waiting = page.waitForEvent('download');
  await act();
  return readFileSync(await (await waiting).path(), 'utf8');
}

test.describe('pharmacist', task, () => {
  test('scans a pack and reads the verdict', async ({ page, portal, hand }) => {
    await portal.open('/');
    await scan(page, demo().scans.genuine, { layout: 'us' });
    await expect(verdict(page)).toHaveAttribute('data-verdict', /genuine|seen_here/);
    hand.within('scan to verdict', 0);
  });

  test('types a code that does not scan', async ({ page, portal, hand }) => {
    await portal.open('/');
    const { gtin, serial } = packOf('unknown');
    await hand.type(
      page.getByRole('textbox', { name: /type the code/ }),
      `(01)${gtin}(21)${serial}`,
    );
    await hand.click(page.getByRole('button', { name: 'Check', exact: true }));
    await expect(verdict(page)).toHaveAttribute('data-verdict', 'do_not_dispense');
    hand.within('typed code to verdict', 2);
  });

  test('confirms a red pack and goes on', async ({ page, portal, hand }) => {
    await portal.open('/');
    await scan(page, demo().scans.clone, { layout: 'us' });
    await hand.click(page.getByRole('button', { name: /I have set this pack aside/ }));
    await scan(page, demo().scans.genuine, { layout: 'us' });
    await expect(verdict(page)).toHaveAttribute('data-verdict', /genuine|seen_here/);
    hand.within('red pack to the next', 1);
  });

  test('asks why a pack is on hold', async ({ page, portal, hand }) => {
    await portal.open('/');
    await scan(page, demo().scans.excursion, { layout: 'us' });
    await hand.click(verdict(page).getByText(/\d findings?$/));
    await expect(verdict(page)).toContainText('Rule');
    hand.within('why on hold', 1);
  });

  test('looks at a pack scanned before', async ({ page, portal, hand }) => {
    await portal.open('/');
    await scan(page, demo().scans.excursion, { layout: 'us' });
    await expect(verdict(page)).toHaveAttribute('data-verdict', 'hold');
    await scan(page, demo().scans.genuine, { layout: 'us' });
    await expect(verdict(page)).toHaveAttribute('data-verdict', /genuine|seen_here/);
    await hand.click(page.getByRole('button', { name: /^Show again: Hold/ }));
    await expect(verdict(page)).toHaveAttribute('data-verdict', 'hold');
    hand.within('show a verdict again', 1);
  });

  test('chooses the language', async ({ page, portal, hand }) => {
    await portal.open('/');
    await hand.click(page.getByRole('button', { name: 'Menu' }));
    await hand.choose(page.getByLabel('Language'), 'de');
    await expect(page.locator('html')).toHaveAttribute('lang', 'de');
    hand.within('another language', 2);
  });

  test('reads the case behind a red pack', async ({ page, portal, hand }) => {
    await portal.open('/alerts');
    await hand.click(page.locator('a.case').first());
    await expect(page.getByText(/Only manufacturers and authorities decide/)).toBeVisible();
    hand.within('read a case', 2);
  });
});

test.describe('manufacturer and wholesaler', task, () => {
  test('go from a pack to all that happened', async ({ page, portal, hand }) => {
    await portal.open('/', 'manufacturer');
    const { gtin, serial } = packOf('genuine');
    await hand.type(omnibox(page), `(01)${gtin}(21)${serial}`);
    await hand.press(omnibox(page), 'Enter');
    await expect(region(page, 'What happened')).toBeVisible();
    hand.within('pack to its history', 2);
  });

  test('learn who holds a lot', async ({ page, portal, hand }) => {
    await portal.open('/', 'manufacturer');
    const { gtin, lot } = demo().lot;
    await hand.type(omnibox(page), `(01)${gtin}(10)${lot}`);
    await hand.press(omnibox(page), 'Enter');
    await expect(region(page, 'Who holds it')).toContainText(/\d/);
    hand.within('who holds a lot', 2);
  });

  test('take a pack\u2019s proof along', async ({ page, portal, hand }) => {
    await portal.open(packOf('genuine').page, 'manufacturer');
    const button = page.getByRole('button', { name: 'Download proof', exact: true });
    const proof = await saved(page, () => hand.click(button));
    expect(proof).toMatch(/^c2sp\.org\/tlog-proof@v1\n/);
    hand.within('download a proof', 1);
  });

  test('find one pack of a lot', async ({ page, portal, hand }) => {
    await portal.open(lotPage(demo().recalled_lot), 'manufacturer');
    const packs = region(page, 'Packs of this lot');
    const serial = await packs.getByRole('row').nth(1).getByRole('link').first().innerText();
    await hand.type(packs.getByRole('searchbox'), serial);
    await expect(packs.getByRole('row')).toHaveCount(2);
    await hand.click(packs.getByRole('link', { name: serial }));
    await expect(region(page, 'What happened')).toBeVisible();
    hand.within('one pack of a lot', 2);
  });

  test('take the holders\u2019 packs of a lot as a table', async ({ page, portal, hand }) => {
    await portal.open(lotPage(demo().recalled_lot), 'manufacturer');
    const packs = region(page, 'Packs of this lot');
    await expect(packs.getByRole('row').nth(1)).toBeVisible();
    const button = packs.getByRole('button', { name: 'Export as CSV' });
    const csv = await saved(page, () => hand.click(button));
    expect(csv.split('\r\n').length).toBeGreaterThan(2);
    hand.within('export a lot', 1);
  });

  test('check many packs at once', async ({ page, portal, hand }) => {
    await portal.open('/search', 'wholesaler');
    const { gtin, serial } = packOf('genuine');
    await hand.type(page.getByLabel('Codes, one a line'), `(01)${gtin}(21)${serial}`);
    await hand.click(page.getByRole('button', { name: 'Check all' }));
    await expect(page.getByRole('list', { name: 'Tally' })).toBeVisible();
    hand.within('check many packs', 2);
  });
});

test.describe('quality', task, () => {
  test('sees a warm shipment\u2019s readings as a table', async ({ page, portal, hand }) => {
    await portal.open('/cold', 'manufacturer');
    const sscc = new RegExp(demo().excursion_shipment.split('/').pop()!);
    await hand.click(region(page, 'Needs review').getByRole('link', { name: sscc }).first());
    const cold = region(page, 'Cold chain');
    await hand.click(cold.getByText('Readings as a table'));
    await expect(cold.getByRole('row').nth(3)).toBeVisible();
    hand.within('readings as a table', 2);
  });

  test('finds a case by its words', async ({ page, portal, hand }) => {
    await portal.open('/alerts', 'manufacturer');
    await expect(page.locator('a.case').first()).toBeVisible();
    await hand.type(page.getByRole('searchbox'), 'temperature');
    await hand.click(page.locator('a.case').first());
    await expect(region(page, 'What was found')).toBeVisible();
    hand.within('find a case', 2);
  });
});

test.describe('authority and public', task, () => {
  test('a regulator finds a recalled lot by its reason', async ({ page, portal, hand }) => {
    await portal.open('/search', 'regulator');
    await hand.type(page.getByRole('searchbox'), 'particles');
    await hand.click(page.getByRole('link', { name: new RegExp(demo().recalled_lot.lot) }));
    await expect(page.getByRole('alert')).toContainText('This lot is recalled');
    hand.within('find a recalled lot', 2);
  });

  test('a regulator freezes the ledger and keeps its checkpoint', async ({
    page,
    portal,
    hand,
  }) => {
    await portal.open('/ledger', 'regulator');
    await expect(page.getByText('Live', { exact: true })).toBeVisible();
    await hand.click(page.getByRole('button', { name: 'Pause' }));
    await expect(page.getByText('Frozen')).toBeVisible();
    const button = page.getByRole('button', { name: 'Download checkpoint' });
    const note = await saved(page, () => hand.click(button));
    expect(note).toMatch(/^demo\.theriac\.local\/log\n\d+\n/);
    hand.within('keep a checkpoint', 2);
  });

  test('anybody takes the service level along', async ({ page, hand }) => {
    await page.goto('/uptime');
    await expect(page.getByRole('heading', { name: 'Working' })).toBeVisible();
    const button = page.getByRole('button', { name: 'Export as CSV' });
    const csv = await saved(page, () => hand.click(button));
    expect(csv).toMatch(/^date_utc,/);
    hand.within('service level as a table', 1);
  });

  test('anybody tests a scanner', async ({ page, hand }) => {
    await page.goto('/');
    await hand.click(page.getByRole('button', { name: 'Menu' }));
    await hand.click(page.getByRole('link', { name: 'Scanner doctor' }));
    await expect(page.getByRole('img', { name: 'Test code' })).toBeVisible();
    await scan(page, ']d2010950600013435221aZyQ7mW\u001d10xY2', { layout: 'us' });
    await expect(page.getByText('This scanner is set up well.')).toBeVisible();
    hand.within('test a scanner', 2);
  });
});
