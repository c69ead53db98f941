// What a page shows and asks before its application is there: in the right language, at the place
// where it stays, and each question once.
import type { APIRequestContext, Locator, Page } from '@playwright/test';
import { packId } from '../src/lib/scan/recognise';
import { demo, lotPage, packOf, shipmentPage } from './demo';
import { withoutApplication } from './held';
import { PAGES } from './pages';
import { expect, scan, test, verdict } from './portal';

const excursion = () => demo().excursion_shipment;

const opened = (page: Page, path: string, actor = 'manufacturer' as const) =>
  page.goto(`${path}#key=${demo().keys[actor]}`, { waitUntil: 'domcontentloaded' });

for (const [language, heading] of [
  ['en-GB', 'Alerts'],
  ['de-AT', 'Alarme'],
  ['fr-FR', 'Alertes'],
  ['es-MX', 'Alertas'],
] as const) {
  test.describe(language, () => {
    test.use({ locale: language });

    test('the page is there before its application, in one language', async ({ page }) => {
      const start = await withoutApplication(page);
      await opened(page, '/alerts');
      const title = page.getByRole('heading', { level: 1 });
      await expect(title).toHaveText(heading);
      await expect(page.locator('html')).toHaveAttribute('lang', language.slice(0, 2));
      const place = async () => {
        const { x, y, height } = (await title.boundingBox())!;
        return { x, y, height };
      };
      const before = await place();
      start();
      await expect(page.locator('a.case').first()).toBeVisible();
      await expect(page.locator('#boot')).toHaveCount(0);
      await expect(title).toHaveText(heading);
      await expect(page.getByRole('textbox', { name: /./ }).first()).toBeVisible();
      expect(await place()).toEqual(before);
    });
  });
}

test('a language that was chosen goes before that of the browser', async ({ page }) => {
  await page.addInitScript(() => localStorage.setItem('theriac.language', 'fr'));
  await withoutApplication(page);
  await opened(page, '/devices');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Appareils');
  await expect(page.getByText('Devices', { exact: true })).toBeHidden();
});

for (const [name, path, question, there] of [
  [
    'a lot',
    () => lotPage(demo().lot),
    () => `/api/v1/lots/${demo().lot.gtin}/${demo().lot.lot}`,
    'Reconciliation',
  ],
  [
    'a pack',
    () => packOf('genuine').page,
    () => {
      const { gtin, serial } = packOf('genuine');
      return `/api/v1/packs/${encodeURIComponent(packId(gtin, serial))}/history`;
    },
    'What happened',
  ],
  [
    'a shipment',
    shipmentPage,
    () => `/api/v1/shipments/${encodeURIComponent(demo().shipment)}`,
    'Journey',
  ],
  [
    'a review',
    () => `/cold/${excursion().split('/').pop()}`,
    () => `/api/v1/shipments/${encodeURIComponent(excursion())}`,
    'Decision',
  ],
] as const) {
  test(`${name} is asked for before the application is there, and once`, async ({ page }) => {
    const start = await withoutApplication(page);
    // News of what other tests record would have the page ask again, and rightly.
    await page.route('**/api/v1/stream*', (route) => route.abort());
    const asked: string[] = [];
    page.on('request', (request) => {
      const { pathname } = new URL(request.url());
      if (pathname.startsWith('/api/')) asked.push(pathname);
    });
    const questions = ['/api/v1/me', question()];
    await opened(page, path());
    await expect.poll(() => asked).toEqual(expect.arrayContaining(questions));
    start();
    await expect(page.getByRole('region', { name: there })).toBeVisible();
    for (const question of questions) {
      expect(
        asked.filter((each) => each === question),
        question,
      ).toHaveLength(1);
    }
  });
}

const event = async (request: APIRequestContext) => {
  const path = await PAGES.find(([name]) => name === 'event')![2](request);
  return path.split('#')[0]!;
};
for (const [name, path, first, there] of [
  ['a pack', () => packOf('excursion').page, /^Pack \w+$/, 'What happened'],
  ['a lot', () => lotPage(demo().lot), /^Lot \w+$/, 'Reconciliation'],
  ['a trace', () => `${lotPage(demo().lot)}/trace`, /^Trace of lot \w+$/, 'Lanes'],
  ['a shipment', shipmentPage, /^SSCC \d{18}$/, 'Contents'],
  ['a review', () => `/cold/${excursion().split('/').pop()}`, /^Shipment \d{18}$/, 'Decision'],
  ['a case', () => `/alerts/${encodeURIComponent(`T04 ${excursion()}`)}`, /^Case$/, 'Decide'],
  ['an event', event, /^Event$/, 'As it was recorded'],
] as const) {
  test(`${name} says what it is before its application is there`, async ({ page, request }) => {
    await page.setViewportSize({ width: 412, height: 823 });
    const start = await withoutApplication(page);
    await opened(page, await path(request));
    const title = page.getByRole('heading', { level: 1 });
    const lead = page.locator('.page-top .lead');
    await expect(title).toHaveText(first);
    // A heading may say more in the same place.
    const place = async (what: Locator) => {
      const { x, y, height } = (await what.boundingBox())!;
      return { x, y, height };
    };
    const before = [await place(title), await place(lead)];
    const text = await lead.textContent();
    start();
    await expect(page.getByRole('region', { name: there, exact: true })).toBeVisible();
    await expect(page.locator('#boot')).toHaveCount(0);
    await expect(lead).toHaveText(text!);
    expect([await place(title), await place(lead)]).toEqual(before);
    // Nothing that came is a larger text than what was there at once.
    const largest = await page.evaluate(
      () =>
        new Promise<string>((done) => {
          new PerformanceObserver((list) => {
            const { element } = list.getEntries().at(-1) as LargestContentfulPaint;
            done(element?.className ?? 'gone with what was shown first');
          }).observe({ type: 'largest-contentful-paint', buffered: true });
        }),
    );
    expect(largest).toMatch(/lead|gone/);
  });
}

for (const path of ['/', '/alerts']) {
  test(`a scan before the application is there is checked (${path})`, async ({ page }) => {
    const start = await withoutApplication(page);
    await page.goto(`${path}#key=${demo().keys.pharmacy_a}`, { waitUntil: 'domcontentloaded' });
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await scan(page, demo().scans.excursion, { layout: 'us' });
    start();
    await expect(verdict(page)).toHaveAttribute('data-verdict', 'hold');
  });
}

test('every page names the files of its own route', async ({ request }) => {
  const files = async (path: string) => {
    const page = await (await request.get(path, { headers: { accept: 'text/html' } })).text();
    return [...page.matchAll(/href="(\/_app\/[^"]+\/nodes\/[^"]+)"/g)].map(([, file]) => file);
  };
  const [alerts, lot, nowhere] = await Promise.all(
    ['/alerts', lotPage(demo().lot), '/nowhere/at/all'].map(files),
  );
  expect(new Set([...alerts!, ...lot!, ...nowhere!]).size).toBeGreaterThanOrEqual(4);
  for (const file of [...alerts!, ...lot!]) expect((await request.get(file!)).status()).toBe(200);
  expect(alerts).not.toEqual(lot);
});

test('no page asks Intl on its way to the first picture, nor does a chart', async ({ page }) => {
  await page.addInitScript(() => {
    const uses: string[] = [];
    Object.assign(window, { uses });
    const told = <T extends object>(what: T): T => {
      const tell = () => uses.push(new Error().stack ?? '');
      return new Proxy(what, {
        construct: (it, given) => (tell(), Reflect.construct(it as never, given) as object),
        apply: (it, on, given) => (tell(), Reflect.apply(it as never, on, given)),
      });
    };
    Intl.DateTimeFormat = told(Intl.DateTimeFormat);
    Intl.NumberFormat = told(Intl.NumberFormat);
    for (const kind of [Number.prototype, Date.prototype]) {
      kind.toLocaleString = told(kind.toLocaleString);
    }
  });
  for (const [path, there] of [
    ['/', '#empty-title'],
    ['/alerts', 'a.case'],
    [lotPage(demo().lot), 'tbody tr a.mono'],
    [`/cold/${excursion().split('/').pop()}`, '.uplot canvas'],
  ] as const) {
    await page.goto('about:blank');
    await opened(page, path);
    await expect(page.locator(there).first()).toBeVisible();
    expect(await page.evaluate(() => (window as unknown as { uses: string[] }).uses)).toEqual([]);
  }
});
