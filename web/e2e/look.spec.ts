// Every page in both themes, on a desk and on a phone: clean for axe, nothing wider than the
// screen, and a picture of each to look at (test-results/look; THERIAC_IMAGES for the docs).
import type { Page } from '@playwright/test';
import { demo, lotPage, packOf, shipmentPage, type Actor } from './demo';
import { expect, expectAccessible, picture, scan, test, verdict } from './portal';

interface Scene {
  name: string;
  path: () => string;
  actor?: Actor | null;
  act?: (page: Page) => Promise<void>;
}

const scanned = (which: 'genuine' | 'clone' | 'excursion' | 'unknown') => async (page: Page) => {
  await scan(page, demo().scans[which], { layout: 'us' });
  await expect(verdict(page)).toBeVisible();
};
const loaded = (region: string) => async (page: Page) =>
  expect(page.getByRole('region', { name: region })).toBeVisible();

const EVENT = {
  epcisBody: {
    queryResults: {
      resultsBody: {
        eventList: [
          {
            ...{ type: 'ObjectEvent', action: 'OBSERVE', bizStep: 'receiving' },
            ...{ eventTime: '2026-11-21T08:00:00Z', eventTimeZoneOffset: '+01:00' },
            epcList: ['https://id.gs1.org/00/195060001343500009'],
            readPoint: { id: 'https://id.gs1.org/414/9506000100029' },
          },
        ],
      },
    },
  },
};
const JOB = {
  ...{ captureID: '0190a6b5-0000-7000-8000-00000000000c', running: false, success: false },
  ...{ createdAt: '2026-11-21T08:00:00Z', finishedAt: '2026-11-21T08:00:01Z' },
  ...{ captureErrorBehaviour: 'rollback', errors: [{ detail: 'eventTime is missing' }] },
};

const SCENES: Scene[] = [
  { name: 'connect', path: () => '/', actor: null },
  {
    name: 'key-dialog',
    path: () => '/',
    actor: null,
    act: async (page) => {
      await page.getByRole('button', { name: 'Enter API key' }).click();
      await expect(page.getByRole('dialog')).toBeVisible();
    },
  },
  { name: 'verify-empty', path: () => '/' },
  { name: 'verify-genuine', path: () => '/', act: scanned('genuine') },
  { name: 'verify-red', path: () => '/', act: scanned('clone') },
  { name: 'verify-unknown', path: () => '/', act: scanned('unknown') },
  {
    name: 'verify-hold',
    path: () => '/',
    act: async (page) => {
      await scanned('excursion')(page);
      await page.getByText(/\d findings?$/).click();
    },
  },
  {
    name: 'verify-offline',
    path: () => '/',
    act: async (page) => {
      await page.context().setOffline(true);
      await scan(page, demo().scans.genuine, { layout: 'us' });
      await expect(page.getByText(/1 waiting for the node/)).toBeVisible();
    },
  },
  {
    name: 'tour',
    path: () => '/',
    act: async (page) => {
      await page.getByRole('button', { name: 'Take the tour' }).click();
      await expect(page.getByRole('dialog', { name: 'One scan is enough' })).toBeVisible();
    },
  },
  {
    name: 'history',
    path: () => packOf('genuine').page,
    actor: 'manufacturer',
    act: loaded('What happened'),
  },
  {
    name: 'history-excursion',
    path: () => packOf('excursion').page,
    actor: 'manufacturer',
    act: async (page) => {
      await loaded('What happened')(page);
      await page.getByRole('region', { name: 'What happened' }).locator('summary').first().click();
    },
  },
  {
    name: 'lot',
    path: () => lotPage(demo().lot),
    actor: 'manufacturer',
    act: loaded('Reconciliation'),
  },
  {
    name: 'lot-recalled',
    path: () => lotPage(demo().recalled_lot),
    actor: 'manufacturer',
    act: loaded('Reconciliation'),
  },
  {
    name: 'lot-trace',
    path: () => `${lotPage(demo().recalled_lot)}/trace`,
    actor: 'manufacturer',
    act: async (page) => {
      await loaded('Lanes')(page);
      await page.getByRole('button', { name: 'Show the map' }).click();
      await expect(page.getByRole('img', { name: /^Map with/ })).toBeVisible();
      await expect(page.getByRole('tree')).toBeVisible();
    },
  },
  {
    name: 'shared',
    path: shipmentPage,
    actor: 'wholesaler',
    act: async (page) => {
      const share = page.getByRole('region', { name: 'Share' });
      await share.getByRole('button', { name: 'Share by link' }).click();
      await share.getByRole('button', { name: 'Make the link' }).click();
      await page.goto((await share.locator('.made .mono').textContent())!);
      await expect(page.getByRole('region', { name: 'What is in it' })).toBeVisible();
    },
  },
  {
    name: 'shared-ended',
    path: () => '/shared#00000000.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    actor: null,
  },
  { name: 'shipment', path: shipmentPage, actor: 'manufacturer', act: loaded('Contents') },
  {
    name: 'block',
    path: () => packOf('genuine').page,
    actor: 'manufacturer',
    act: async (page) => {
      const event = page
        .getByRole('region', { name: 'What happened' })
        .getByRole('listitem')
        .last();
      await event.locator('summary').click();
      await event.getByRole('link', { name: /^[0-9a-f]{64}$/ }).click();
      await expect(page.getByRole('heading', { name: /Item 0/ })).toBeVisible();
    },
  },
  {
    name: 'alerts',
    path: () => '/alerts',
    actor: 'manufacturer',
    act: loaded('Impossible travel'),
  },
  {
    name: 'case',
    path: () => `/alerts/${encodeURIComponent(`T04 ${demo().excursion_shipment}`)}`,
    actor: 'manufacturer',
    act: async (page) => {
      await loaded('What was found')(page);
      await page.getByRole('radio', { name: /^Confirmed/ }).check();
    },
  },
  { name: 'cold', path: () => '/cold', actor: 'manufacturer', act: loaded('Needs review') },
  {
    name: 'cold-review',
    path: () => `/cold/${demo().excursion_shipment.split('/').pop()}`,
    actor: 'manufacturer',
    act: loaded('Cold chain'),
  },
  {
    name: 'uptime',
    path: () => '/uptime',
    actor: null,
    act: async (page) => expect(page.getByRole('heading', { name: 'Working' })).toBeVisible(),
  },
  { name: 'keys', path: () => '/keys', actor: 'admin', act: loaded('New key') },
  { name: 'devices', path: () => '/devices', actor: 'admin', act: loaded('All devices') },
  { name: 'grants', path: () => '/grants', actor: 'manufacturer', act: loaded('Given by us') },
  {
    name: 'audit',
    path: () => '/audit',
    actor: 'admin',
    act: async (page) => expect(page.getByRole('row').nth(3)).toBeVisible(),
  },
  {
    name: 'scanner',
    path: () => '/scanner',
    actor: null,
    act: async (page) => {
      await expect(page.getByText(/Waiting for a scan/)).toBeVisible();
      await scan(page, '010950600013435221aZyQ7mW10xY2', { layout: 'german' });
      await expect(page.getByText('Something must be set otherwise.')).toBeVisible();
    },
  },
  {
    name: 'ledger',
    path: () => '/ledger',
    actor: 'manufacturer',
    act: loaded('Latest checkpoint'),
  },
  {
    name: 'ledger-hidden',
    path: () => '/ledger',
    actor: 'pharmacy_b',
    act: async (page) => {
      const hidden = page.getByRole('row').filter({ hasText: 'Another organisation' }).first();
      await hidden.getByRole('button').click();
    },
  },
  {
    name: 'event',
    path: () => '/event/none',
    actor: 'manufacturer',
    act: async (page) => {
      await page.route('**/epcis/events/**', (route) =>
        route.fulfill({ json: EVENT, contentType: 'application/json' }),
      );
      await page.reload();
      await loaded('As it was recorded')(page);
    },
  },
  {
    name: 'document',
    path: () => '/document/none',
    actor: 'manufacturer',
    act: async (page) => {
      await page.route('**/epcis/capture/**', (route) => route.fulfill({ json: JOB }));
      await page.reload();
      await loaded('Captured document')(page);
    },
  },
  {
    name: 'omnibox',
    path: () => '/',
    actor: 'manufacturer',
    act: async (page) => {
      const box = page.getByRole('textbox', { name: 'Find a pack, lot or shipment' });
      await box.fill('9506000134352');
      await expect(page.getByText('This may be one of 2 things.')).toBeVisible();
    },
  },
  {
    name: 'recall',
    path: () => '/recall',
    actor: 'manufacturer',
    act: async (page) => {
      const { gtin, lot } = demo().lot;
      await page.getByLabel('Product and lot').fill(`${gtin} ${lot}`);
      await page.getByRole('button', { name: 'Run the drill' }).click();
      await expect(page.getByText(/Complete after/)).toBeVisible();
    },
  },
  {
    name: 'search',
    path: () => '/search',
    actor: 'regulator',
    act: async (page) => {
      await page.getByRole('searchbox').fill('lahnberg');
      const { scans } = demo();
      const codes = [scans.genuine, scans.clone, scans.excursion].join('\n');
      await page.getByLabel('Codes, one a line').fill(codes.replaceAll('\u001d', '{GS}'));
      await page.getByRole('button', { name: 'Check all' }).click();
      await expect(page.getByRole('list', { name: 'Tally' })).toBeVisible();
    },
  },
  {
    name: 'menu',
    path: () => '/',
    actor: 'admin',
    act: async (page) => {
      await page.getByRole('button', { name: 'Menu' }).click();
      await expect(page.getByRole('navigation', { name: 'All pages' })).toBeVisible();
    },
  },
  { name: 'not-found', path: () => '/nowhere' },
];

const SIZES = [
  { name: 'desk', width: 1280, height: 900 },
  { name: 'tablet', width: 768, height: 1024 },
  { name: 'phone', width: 390, height: 844 },
];

for (const scene of SCENES) {
  test(`${scene.name} in both themes`, async ({ page, portal }) => {
    test.slow();
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    if (scene.actor === null) await page.goto(scene.path());
    else await portal.open(scene.path(), scene.actor);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await scene.act?.(page);
    // What stands further down is looked at like the rest.
    await page.evaluate(() => {
      for (const it of document.querySelectorAll<HTMLElement>('.below')) {
        it.style.contentVisibility = 'visible';
      }
    });
    for (const size of SIZES) {
      await page.setViewportSize(size);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        // Half below the header nothing has its size.
        await page.evaluate(() => window.scrollTo(0, 0));
        // The other theme is other colours on the same elements.
        await expectAccessible(page, colorScheme === 'dark' ? ['color-contrast'] : undefined);
        await picture(page, `${scene.name}-${size.name}-${colorScheme}`);
      }
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(wide, `${scene.name} fits ${size.width} px`).toBeLessThanOrEqual(size.width);
    }
  });
}
